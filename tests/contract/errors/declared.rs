//! What may our code answer instead of success, and where does it do so?

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use proc_macro2::{LineColumn, Span};
use syn::{
    Attribute, Expr, ExprCall, ExprLit, ExprMethodCall, ExprPath, ExprStruct, Fields, FnArg, Ident,
    ImplItemFn, Item, ItemFn, ItemImpl, Lit, LitStr, Local, Macro, Member, Pat, Path, Signature,
    Token, Type, Variant, parse::Parser, punctuated::Punctuated, spanned::Spanned, visit::Visit,
};

use super::source::Source;

/// A stretch of the code, counted as coverage does: line from 1, column from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) path: String,
    pub(super) from: (usize, usize),
    pub(super) to: (usize, usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.from.0, self.from.1)
    }
}

/// One error: a variant `store::Error::Contended`, a single-error type `worker::QueueError`, or a problem's code.
#[derive(Debug, Default)]
pub(super) struct Declared {
    /// Where it is made.
    pub(super) places: Vec<Place>,
    /// Also made where no place tells of it: by `?` from what it wraps, or eagerly in `ok_or`.
    pub(super) elsewhere: bool,
    /// The code by which callers and tests know it.
    pub(super) code: Option<String>,
    /// A function's own type: what it comes to shows as a problem or in a log.
    pub(super) private: bool,
    /// What it says: the fixed parts of its sentence, in their order.
    pub(super) says: Vec<String>,
}

impl Declared {
    fn made(&mut self, place: Place, eager: bool) {
        if eager {
            self.elsewhere = true;
        } else {
            self.places.push(place);
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Errors {
    pub(super) by_name: BTreeMap<String, Declared>,
    /// Where the parser and the analysis of programs find something wrong.
    pub(super) faults: Vec<Place>,
}

/// All errors of all sources.
pub(super) fn errors(sources: &[Source]) -> Errors {
    let mut errors = Errors::default();
    let mut takers = BTreeMap::new();
    for source in sources {
        for item in &source.code {
            declare(source, item, &mut errors);
            find_takers(item, &mut takers);
        }
    }
    let packages = sources.iter().filter_map(|source| source.package.clone()).collect();
    for source in sources {
        let mut reading = Reading {
            source,
            packages: &packages,
            takers: &takers,
            errors: &mut errors,
            owner: None,
            eager: false,
        };
        source.code.iter().for_each(|item| reading.visit_item(item));
    }
    errors
}

fn declare(source: &Source, item: &Item, errors: &mut Errors) {
    let package = source.package.as_deref().unwrap_or_default();
    let private = source.path.starts_with("functions/");
    match item {
        Item::Enum(item) if is_error(&item.attrs) => {
            for variant in item.variants.iter().filter(|variant| !is_transparent(variant)) {
                let name = format!("{package}::{}::{}", item.ident, variant.ident);
                let declared = Declared {
                    elsewhere: wraps(variant),
                    private,
                    says: says(&variant.attrs),
                    ..Declared::default()
                };
                errors.by_name.insert(name, declared);
            }
        }
        Item::Struct(item) if is_error(&item.attrs) && !has_code(&item.fields) => {
            let declared = Declared { private, says: says(&item.attrs), ..Declared::default() };
            errors.by_name.insert(format!("{package}::{}", item.ident), declared);
        }
        Item::Mod(module) => {
            let items = module.content.iter().flat_map(|(_, items)| items);
            items.for_each(|item| declare(source, item, errors));
        }
        _ => {}
    }
}

fn is_error(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let mut found = false;
        let read = |meta: syn::meta::ParseNestedMeta<'_>| {
            found |= meta.path.segments.last().is_some_and(|last| last.ident == "Error");
            Ok(())
        };
        attribute.path().is_ident("derive") && attribute.parse_nested_meta(read).is_ok() && found
    })
}

/// Says nothing of its own: what it holds is an error by itself.
fn is_transparent(variant: &Variant) -> bool {
    variant.attrs.iter().any(|attribute| {
        attribute.path().is_ident("error")
            && attribute.parse_args::<Ident>().is_ok_and(|how| how == "transparent")
    })
}

/// Is as many errors as there are codes.
fn has_code(fields: &Fields) -> bool {
    fields.iter().any(|field| field.ident.as_ref().is_some_and(|name| name == "code"))
}

fn wraps(variant: &Variant) -> bool {
    let Fields::Unnamed(fields) = &variant.fields else { return false };
    let is_from = |attribute: &Attribute| attribute.path().is_ident("from");
    fields.unnamed.iter().any(|field| field.attrs.iter().any(is_from))
}

/// The parts of the message between its placeholders.
fn says(attributes: &[Attribute]) -> Vec<String> {
    let told = attributes.iter().find(|attribute| attribute.path().is_ident("error"));
    let arguments = told.and_then(|told| told.meta.require_list().ok());
    let first = arguments.and_then(|list| list.tokens.clone().into_iter().next());
    let message = first.and_then(|first| syn::parse2::<LitStr>(first.into()).ok());
    let message = message.map(|message| message.value()).unwrap_or_default();
    let fixed = message.split('{').enumerate();
    let fixed = fixed.filter_map(|(at, part)| match at {
        0 => Some(part),
        _ => part.split_once('}').map(|(_, after)| after),
    });
    fixed.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// A function that is given a code: its type, if it has one, and its name.
type Taker = (Option<String>, String);

/// Which argument is the code.
fn find_takers(item: &Item, takers: &mut BTreeMap<Taker, usize>) {
    match item {
        Item::Fn(item) => {
            if let Some(at) = code_argument(&item.sig) {
                takers.insert((None, item.sig.ident.to_string()), at);
            }
        }
        Item::Impl(item) => {
            for member in &item.items {
                if let syn::ImplItem::Fn(function) = member
                    && let Some(at) = code_argument(&function.sig)
                {
                    takers.insert((owner(&item.self_ty), function.sig.ident.to_string()), at);
                }
            }
        }
        _ => {}
    }
}

fn code_argument(signature: &Signature) -> Option<usize> {
    signature.inputs.iter().position(|input| {
        let FnArg::Typed(input) = input else { return false };
        matches!(&*input.pat, Pat::Ident(name) if name.ident == "code")
    })
}

fn owner(of: &Type) -> Option<String> {
    let Type::Path(path) = of else { return None };
    path.path.segments.last().map(|last| last.ident.to_string())
}

struct Reading<'a> {
    source: &'a Source,
    packages: &'a BTreeSet<String>,
    takers: &'a BTreeMap<Taker, usize>,
    errors: &'a mut Errors,
    /// What `Self` is here.
    owner: Option<String>,
    /// Within `ok_or`, which makes its error whether it is needed or not.
    eager: bool,
}

impl Reading<'_> {
    fn place(&self, span: Span) -> Place {
        let at = |of: LineColumn| (of.line, of.column + 1);
        Place { path: self.source.path.clone(), from: at(span.start()), to: at(span.end()) }
    }

    fn segments(&self, path: &Path) -> Vec<String> {
        let mut segments: Vec<String> =
            path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if let (Some(first), Some(owner)) = (segments.first_mut(), &self.owner)
            && first == "Self"
        {
            first.clone_from(owner);
        }
        segments
    }

    fn error(&mut self, path: &Path) -> Option<&mut Declared> {
        let full = self.source.resolve(&self.segments(path), self.packages);
        let (package, last) = (full.first()?, full.last()?);
        let variant = match full.len() {
            0 | 1 => return None,
            2 => format!("{package}::{last}"),
            length => format!("{package}::{}::{last}", full[length - 2]),
        };
        let single = format!("{package}::{last}");
        let name = if self.errors.by_name.contains_key(&variant) { variant } else { single };
        self.errors.by_name.get_mut(&name)
    }

    fn made(&mut self, path: &Path, by: Span) {
        let (place, eager) = (self.place(by), self.eager);
        if let Some(error) = self.error(path) {
            error.made(place, eager);
        }
    }

    fn told(&mut self, literal: &LitStr, by: Span) {
        let code = literal.value();
        let spelled = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if !code.is_empty() && code.bytes().all(spelled) {
            let place = self.place(by);
            let declared = self.errors.by_name.entry(code.clone()).or_default();
            declared.made(place, self.eager);
            declared.code = Some(code);
        }
    }

    fn code_of_each(&mut self, function: &ImplItemFn) {
        let Some(syn::Stmt::Expr(Expr::Match(choice), _)) = function.block.stmts.first() else {
            return;
        };
        for arm in &choice.arms {
            let path = match &arm.pat {
                Pat::Path(pattern) => &pattern.path,
                Pat::TupleStruct(pattern) => &pattern.path,
                Pat::Struct(pattern) => &pattern.path,
                _ => continue,
            };
            if let (Some(code), Some(error)) = (text(&arm.body), self.error(path)) {
                error.code = Some(code.value());
            }
        }
    }
}

impl<'ast> Visit<'ast> for Reading<'_> {
    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        let outer = std::mem::replace(&mut self.owner, owner(&item.self_ty));
        syn::visit::visit_item_impl(self, item);
        self.owner = outer;
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        if function.sig.ident == "code" {
            self.code_of_each(function);
        }
        syn::visit::visit_impl_item_fn(self, function);
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        let outer = self.owner.take();
        syn::visit::visit_item_fn(self, function);
        self.owner = outer;
    }

    fn visit_pat(&mut self, _: &'ast Pat) {}

    fn visit_local(&mut self, local: &'ast Local) {
        let mut named = BindsCode(false);
        named.visit_pat(&local.pat);
        if let (true, Some(init)) = (named.0, &local.init) {
            Codes(self).visit_expr(&init.expr);
        }
        syn::visit::visit_local(self, local);
    }

    fn visit_expr_path(&mut self, path: &'ast ExprPath) {
        self.made(&path.path, path.span());
    }

    fn visit_expr_struct(&mut self, made: &'ast ExprStruct) {
        self.made(&made.path, made.span());
        for field in &made.fields {
            if let (Member::Named(name), Some(code)) = (&field.member, text(&field.expr))
                && name == "code"
            {
                self.told(code, made.span());
            }
        }
        syn::visit::visit_expr_struct(self, made);
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        if let Expr::Path(function) = &*call.func {
            let segments = self.segments(&function.path);
            let name = segments.last().cloned().unwrap_or_default();
            let of = segments.len().checked_sub(2).map(|at| segments[at].clone());
            if of.as_deref() == Some("Fault") && name == "new" {
                let place = self.place(call.span());
                self.errors.faults.push(place);
            }
            if let Some(at) = self.takers.get(&(of, name))
                && let Some(code) = call.args.get(*at).and_then(text)
            {
                self.told(code, call.span());
            }
            self.made(&function.path, call.span());
        }
        if !matches!(&*call.func, Expr::Path(_)) {
            self.visit_expr(&call.func);
        }
        call.args.iter().for_each(|argument| self.visit_expr(argument));
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        self.visit_expr(&call.receiver);
        let outer = self.eager;
        self.eager |= call.method == "ok_or";
        call.args.iter().for_each(|argument| self.visit_expr(argument));
        self.eager = outer;
    }

    fn visit_macro(&mut self, called: &'ast Macro) {
        let list = Punctuated::<Expr, Token![,]>::parse_terminated;
        if !called.path.is_ident("matches")
            && let Ok(arguments) = list.parse2(called.tokens.clone())
        {
            arguments.iter().for_each(|argument| Visit::visit_expr(self, argument));
        }
    }
}

fn text(expression: &Expr) -> Option<&LitStr> {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text),
        _ => None,
    }
}

/// Whether a pattern binds the name `code`.
struct BindsCode(bool);

impl<'ast> Visit<'ast> for BindsCode {
    fn visit_pat_ident(&mut self, name: &'ast syn::PatIdent) {
        self.0 |= name.ident == "code";
    }
}

/// Takes every text for a code that is spelled like one.
struct Codes<'a, 'b>(&'a mut Reading<'b>);

impl<'ast> Visit<'ast> for Codes<'_, '_> {
    fn visit_lit_str(&mut self, text: &'ast LitStr) {
        self.0.told(text, text.span());
    }
}
