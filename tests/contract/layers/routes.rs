//! Is the annotation above a handler the only place its route exists, and does it say who may call it?

use std::collections::BTreeMap;

use syn::{Attribute, ItemFn, Meta, visit::Visit};

use super::source::{Kind, Source, Token, line};

/// Find, decide, write once, tell, answer: more than this is a rule that belongs elsewhere.
const HANDLER_LINES: usize = 30;

/// What makes a route without an annotation.
const ROUTERS: [&str; 6] =
    ["route", "route_service", "nest", "nest_service", "fallback", "fallback_service"];

struct Handler {
    name: String,
    module: String,
    path: Option<String>,
}

/// Who may call an operation stands above its handler.
pub(super) fn guards(sources: &[Source]) -> Vec<String> {
    each_handler(sources, |source, handler, tokens| {
        let guarded = tokens.windows(2).any(|pair| pair[0].is("security") && pair[1].is("("));
        let what = format!("{} does not declare who may call it", handler.sig.ident);
        (!guarded).then(|| source.fault(line(&handler.sig), &what)).into_iter().collect()
    })
}

/// An operation has the name of its handler, so that either is found by the other.
pub(super) fn names(sources: &[Source]) -> Vec<String> {
    each_handler(sources, |source, handler, tokens| {
        let name = handler.sig.ident.to_string();
        let operation = text_of(tokens, "operation_id");
        (operation.as_deref() != Some(&camel_case(&name)))
            .then(|| {
                let what = format!(
                    "{name} serves {}",
                    operation.as_deref().unwrap_or("an operation without a name")
                );
                source.fault(line(&handler.sig), &what)
            })
            .into_iter()
            .collect()
    })
}

/// Long handlers hide rules.
pub(super) fn lengths(sources: &[Source]) -> Vec<String> {
    each_handler(sources, |source, handler, _| {
        let block = handler.block.brace_token.span;
        let lines = block.close().start().line.saturating_sub(block.open().start().line + 1);
        let what = format!("{} has {lines} lines, over {HANDLER_LINES}", handler.sig.ident);
        (lines > HANDLER_LINES)
            .then(|| source.fault(line(&handler.sig), &what))
            .into_iter()
            .collect()
    })
}

/// Each annotated handler is mounted once, with those of its path and no other.
pub(super) fn mounts(sources: &[Source]) -> Vec<String> {
    let mut crates: BTreeMap<&str, Vec<&Source>> = BTreeMap::new();
    for source in sources.iter().filter(|source| source.is_under("functions/")) {
        crates.entry(source.home()).or_default().push(source);
    }
    crates.values().flat_map(|sources| mounts_of(sources)).collect()
}

fn mounts_of(sources: &[&Source]) -> Vec<String> {
    let mut handlers = Vec::new();
    for source in sources {
        for (function, tokens) in annotated(source) {
            let (name, module) = (function.sig.ident.to_string(), module(source));
            let handler = Handler { name, module, path: text_of(&tokens, "path") };
            handlers.push((handler, source, line(&function.sig), 0));
        }
    }
    let mut faults = Vec::new();
    for source in sources {
        for (mounted, at) in mounted(source) {
            let mut paths = Vec::new();
            for name in mounted {
                let (own, last) = name.rsplit_once("::").unwrap_or(("", &name));
                let own = own.rsplit("::").next().filter(|own| !own.is_empty());
                let place = own.map_or_else(|| module(source), str::to_owned);
                let known =
                    handlers.iter_mut().find(|(one, ..)| one.name == last && one.module == place);
                match known {
                    None => faults
                        .push(source.fault(at, &format!("mounts {name}, which is not annotated"))),
                    Some((handler, .., mounts)) => {
                        *mounts += 1;
                        paths.push(handler.path.clone().unwrap_or_default());
                    }
                }
            }
            if let Some(other) = paths.iter().find(|path| **path != paths[0]) {
                let what =
                    format!("mounts {} and {other} at once, so each handler on both", paths[0]);
                faults.push(source.fault(at, &what));
            }
        }
    }
    let odd = handlers.iter().filter(|(.., mounts)| *mounts != 1);
    faults.extend(odd.map(|(handler, source, at, mounts)| {
        source.fault(*at, &format!("{} is mounted {mounts} times", handler.name))
    }));
    faults
}

/// No route is made by hand.
pub(super) fn by_hand(sources: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    for source in sources.iter().filter(|source| source.is_under("functions/")) {
        for method in ROUTERS {
            let lines: Vec<usize> = source.lines_of(&[".", method, "("]).collect();
            let what = format!("makes a route with .{method}(…), which no annotation declares");
            faults.extend(lines.into_iter().map(|at| source.fault(at, &what)));
        }
        let mut names = source.names().into_iter();
        let router = names.find(|name| name.segments.join("::").starts_with("axum::routing::"));
        faults.extend(router.map(|name| {
            source.fault(name.line, &format!("makes routes with {}", name.segments.join("::")))
        }));
    }
    faults
}

fn each_handler(
    sources: &[Source],
    check: impl Fn(&Source, &ItemFn, &[Token]) -> Vec<String>,
) -> Vec<String> {
    let mut faults = Vec::new();
    for source in sources.iter().filter(|source| source.is_under("functions/")) {
        for (function, tokens) in annotated(source) {
            faults.extend(check(source, function, &tokens));
        }
    }
    faults
}

/// Functions under `#[utoipa::path(…)]`, with what stands in it.
fn annotated(source: &Source) -> Vec<(&ItemFn, Vec<Token>)> {
    struct Handlers<'a>(Vec<(&'a ItemFn, Vec<Token>)>);
    impl<'a> Visit<'a> for Handlers<'a> {
        fn visit_item_fn(&mut self, function: &'a ItemFn) {
            self.0.extend(
                function.attrs.iter().find_map(annotation).map(|tokens| (function, tokens)),
            );
            syn::visit::visit_item_fn(self, function);
        }
    }
    let mut handlers = Handlers(Vec::new());
    handlers.visit_file(&source.syntax);
    handlers.0
}

fn annotation(attribute: &Attribute) -> Option<Vec<Token>> {
    let Meta::List(list) = &attribute.meta else { return None };
    let path = list.path.segments.iter().map(|segment| segment.ident.to_string());
    let is_path = path.collect::<Vec<_>>().ends_with(&["utoipa".to_owned(), "path".to_owned()]);
    is_path.then(|| super::source::flat(list.tokens.clone()))
}

/// What stands in each `routes!(…)`, with its line.
fn mounted(source: &Source) -> Vec<(Vec<String>, usize)> {
    let mut found = Vec::new();
    let tokens = &source.tokens;
    for (index, window) in tokens.windows(3).enumerate() {
        let [name, bang, open] = window else { continue };
        if !(name.is("routes") && bang.is("!") && open.is("(")) {
            continue;
        }
        let inside = tokens[index + 3..].iter().take_while(|token| !token.is(")"));
        let text: String = inside.map(|token| token.text.as_str()).collect();
        let names = text.split(',').filter(|name| !name.is_empty()).map(str::to_owned);
        found.push((names.collect(), name.line));
    }
    found
}

/// `name = "…"`.
fn text_of(tokens: &[Token], name: &str) -> Option<String> {
    let mut windows = tokens.windows(3);
    let found = windows
        .find(|window| window[0].is(name) && window[1].is("=") && window[2].kind == Kind::Text)?;
    Some(found[2].text.clone())
}

/// Of the file, as `routes!` names it.
fn module(source: &Source) -> String {
    let file = source.path.rsplit('/').next().unwrap_or_default();
    match file.trim_end_matches(".rs") {
        "lib" | "main" => String::new(),
        name => name.to_owned(),
    }
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |done, word| {
        let (initial, rest) = word.split_at(1.min(word.len()));
        done + &initial.to_uppercase() + rest
    })
}
