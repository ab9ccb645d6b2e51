//! Does every line that can be logged keep to the agreed fields, and away from what others have sent?
//!
//! Each `tracing` macro is read as it stands in the source: a constant message, and fields of `telemetry::FIELDS` with
//! values that neither print whole things for debugging nor are put together on the spot.

use std::{collections::BTreeSet, fs, path::Path};

use proc_macro2::{Delimiter, Group, Ident, Spacing, TokenStream, TokenTree};
use telemetry::FIELDS;

const LEVELS: [&str; 3] = ["error", "warn", "info"];
/// The log itself, which takes events apart and prints lines.
const LOG: &str = "shared/telemetry/";
/// Parts of a name that stand for what only its owner or its sender may see.
const PRIVATE: [&str; 26] = [
    "address",
    "authorization",
    "body",
    "claims",
    "cookie",
    "credentials",
    "email",
    "event",
    "expose",
    "header",
    "headers",
    "link",
    "login",
    "mail",
    "name",
    "password",
    "payload",
    "query",
    "request",
    "reveal",
    "secret",
    "source",
    "token",
    "tokens",
    "uri",
    "username",
];

/// One macro that logs a line.
struct Call {
    line: usize,
    arguments: Vec<Vec<TokenTree>>,
}

/// What one file logs, and what is wrong with it.
#[derive(Default)]
struct Found {
    calls: usize,
    fields: BTreeSet<String>,
    faults: Vec<String>,
}

impl Found {
    fn read(&mut self, path: &str, text: &str) {
        let stream: TokenStream =
            text.parse().unwrap_or_else(|error| panic!("{path} is no Rust: {error}"));
        let mut calls = Vec::new();
        let mut wrong = Vec::new();
        walk(stream, path.starts_with(LOG), &mut calls, &mut wrong);
        for call in &calls {
            let (fields, faults) = call.check();
            self.fields.extend(fields);
            wrong.extend(faults.into_iter().map(|fault| (call.line, fault)));
        }
        wrong.sort();
        self.calls += calls.len();
        self.faults.extend(wrong.into_iter().map(|(line, fault)| format!("{path}:{line} {fault}")));
    }
}

/// Gathers the macros, inside other macros too, but not those of unit tests.
fn walk(
    stream: TokenStream,
    is_log: bool,
    calls: &mut Vec<Call>,
    wrong: &mut Vec<(usize, String)>,
) {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    let mut at = 0;
    while at < trees.len() {
        match &trees[at] {
            TokenTree::Ident(word) if word == "tracing" => match logged(&trees[at..]) {
                Some(arguments) => {
                    let line = word.span().start().line;
                    calls.push(Call { line, arguments: split(arguments) });
                    at += 4;
                }
                None if !is_log => {
                    let what =
                        "uses tracing for something else than tracing::error!, warn! or info!";
                    wrong.push((word.span().start().line, what.to_owned()));
                }
                None => {}
            },
            TokenTree::Ident(word) if !is_log && (word == "stdout" || word == "stderr") => {
                let what = format!("writes to {word} beside the log");
                wrong.push((word.span().start().line, what));
            }
            TokenTree::Ident(word) if word == "mod" && is_tests(&trees[at..]) => at += 2,
            TokenTree::Group(group) => walk(group.stream(), is_log, calls, wrong),
            _ => {}
        }
        at += 1;
    }
}

/// The arguments of `tracing::info!(…)` where that stands here.
fn logged(trees: &[TokenTree]) -> Option<&Group> {
    let [
        _,
        TokenTree::Punct(one),
        TokenTree::Punct(two),
        TokenTree::Ident(level),
        TokenTree::Punct(mark),
        TokenTree::Group(group),
        ..,
    ] = trees
    else {
        return None;
    };
    let is_macro = one.as_char() == ':' && two.as_char() == ':' && mark.as_char() == '!';
    (is_macro && LEVELS.iter().any(|name| level == name)).then_some(group)
}

fn is_tests(trees: &[TokenTree]) -> bool {
    let [_, TokenTree::Ident(name), TokenTree::Group(group), ..] = trees else { return false };
    name == "tests" && group.delimiter() == Delimiter::Brace
}

fn split(group: &Group) -> Vec<Vec<TokenTree>> {
    let mut arguments = vec![Vec::new()];
    for tree in group.stream() {
        match (&tree, arguments.last_mut()) {
            (TokenTree::Punct(mark), _) if mark.as_char() == ',' => arguments.push(Vec::new()),
            (_, Some(argument)) => argument.push(tree),
            (_, None) => {}
        }
    }
    arguments.retain(|argument| !argument.is_empty());
    arguments
}

impl Call {
    /// The names of its fields, and what is wrong with it.
    fn check(&self) -> (Vec<String>, Vec<String>) {
        let Some((message, fields)) = self.arguments.split_last() else {
            return (Vec::new(), vec!["says nothing".to_owned()]);
        };
        let mut faults = Vec::new();
        if !is_constant(message) {
            faults.push("ends in no message of one constant text".to_owned());
        }
        let mut names = Vec::new();
        for field in fields {
            match Field::of(field) {
                Ok(field) => {
                    faults.extend(field.faults());
                    names.push(field.name);
                }
                Err(fault) => faults.push(fault),
            }
        }
        (names, faults)
    }
}

fn is_constant(message: &[TokenTree]) -> bool {
    let [TokenTree::Literal(literal)] = message else { return false };
    matches!(syn::Lit::new(literal.clone()), syn::Lit::Str(text) if !text.value().contains(['{', '}']))
}

/// `name = %value`, with what is left out where both are one word.
struct Field<'a> {
    name: String,
    value: &'a [TokenTree],
}

impl<'a> Field<'a> {
    fn of(argument: &'a [TokenTree]) -> Result<Self, String> {
        if let Some(at) = argument.iter().position(|tree| is_mark(tree, '=')) {
            return Ok(Self { name: text(&argument[..at]), value: &argument[at + 1..] });
        }
        let value = argument;
        match after('%', value).or_else(|| after('?', value)).unwrap_or(value) {
            [TokenTree::Ident(word)] => Ok(Self { name: word.to_string(), value }),
            _ => Err(format!("has an argument that is no field: {}", text(argument))),
        }
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if !FIELDS.contains(&self.name.as_str()) {
            faults.push(format!(
                "has the field {}, which telemetry::FIELDS does not list",
                self.name
            ));
        }
        if self.value.first().is_some_and(|first| is_mark(first, '?')) {
            faults.push(format!("prints {} for debugging", self.name));
        }
        let mut words = Vec::new();
        gather(self.value, &mut words);
        if words.iter().any(|(_, is_macro)| *is_macro) {
            faults.push(format!("puts {} together on the spot", self.name));
        }
        let private = words.iter().map(|(word, _)| word.to_string());
        let private = private.filter(|word| word.split('_').any(|part| PRIVATE.contains(&part)));
        faults.extend(private.map(|word| format!("tells in {} something of {word}", self.name)));
        faults
    }
}

/// What comes after a mark, where that comes first.
fn after(mark: char, trees: &[TokenTree]) -> Option<&[TokenTree]> {
    trees.split_first().filter(|(first, _)| is_mark(first, mark)).map(|(_, rest)| rest)
}

/// Every word, inside brackets too, and whether it names a macro.
fn gather(trees: &[TokenTree], into: &mut Vec<(Ident, bool)>) {
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Ident(word) => {
                let is_macro = matches!(trees.get(at + 1), Some(TokenTree::Punct(mark))
                    if mark.as_char() == '!' && mark.spacing() == Spacing::Alone);
                into.push((word.clone(), is_macro));
            }
            TokenTree::Group(group) => {
                gather(&group.stream().into_iter().collect::<Vec<_>>(), into);
            }
            _ => {}
        }
    }
}

fn is_mark(tree: &TokenTree, mark: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == mark)
}

fn text(trees: &[TokenTree]) -> String {
    trees.iter().cloned().collect::<TokenStream>().to_string()
}

fn read_folder(root: &Path, folder: &Path, found: &mut Found) {
    let mut entries: Vec<_> =
        fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            read_folder(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).expect("under the root").display().to_string();
            found.read(&name, &fs::read_to_string(&path).expect("a file that was listed"));
        }
    }
}

#[test]
fn every_line_that_can_be_logged_has_agreed_fields_and_nothing_of_what_was_sent() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Found::default();
    for folder in ["functions", "shared"] {
        read_folder(&root, &root.join(folder), &mut found);
    }
    println!("{} lines can be logged, with {} fields", found.calls, found.fields.len());
    assert!(found.calls > 20, "only {} are found", found.calls);
    assert!(found.faults.is_empty(), "\n{}\n", found.faults.join("\n"));
    let unused: Vec<_> = FIELDS.iter().filter(|field| !found.fields.contains(**field)).collect();
    // The line that ends a piece of work is written by telemetry itself.
    assert_eq!(unused, [&"status"], "listed and never used");
}

#[test]
fn every_way_to_log_what_is_nobodys_business_is_refused() {
    let mut found = Found::default();
    found.read("functions/jobs/src/lib.rs", include_str!("fixtures/logs.rs"));
    let faults = found.faults.join("\n");
    assert!(faults == include_str!("fixtures/logs.txt").trim_end(), "\n{faults}\n");
}
