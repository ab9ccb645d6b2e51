//! What does one Rust file say, past its comments, its imports and its macros?

use std::{
    collections::BTreeMap,
    fs,
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use syn::{ItemMod, ItemUse, UseTree, spanned::Spanned, visit::Visit};

/// Folders that hold sources of ours.
const FOLDERS: [&str; 4] = ["functions", "infra", "shared", "tests"];
/// Of others, of builds, or wrong on purpose.
const SKIPPED: [&str; 4] = ["fixtures", "node_modules", "target", "third-party"];

/// One file, parsed.
pub(crate) struct Source {
    /// From the root of the tree, with `/`.
    pub path: String,
    pub text: String,
    pub syntax: syn::File,
    /// Everything but comments, of macros too, with brackets as punctuation.
    pub tokens: Vec<Token>,
    /// What a name stands for that was imported.
    imports: BTreeMap<String, Vec<String>>,
    /// Lines of the unit tests in it.
    tests: Vec<RangeInclusive<usize>>,
}

pub(crate) struct Token {
    pub kind: Kind,
    pub text: String,
    pub line: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Word,
    Mark,
    /// With its quotes taken off.
    Text,
    Number,
}

/// A path as it stands in an expression or a type, with its first name looked up among the imports.
pub(crate) struct Named {
    pub written: String,
    pub segments: Vec<String>,
    pub line: usize,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let syntax =
            syn::parse_file(text).unwrap_or_else(|error| panic!("{path} is no Rust: {error}"));
        let stream: TokenStream = text.parse().expect("a file that was parsed");
        let (mut tokens, mut uses) = (Vec::new(), Uses::default());
        flatten(stream, &mut tokens);
        uses.visit_file(&syntax);
        let (path, text) = (path.to_owned(), text.to_owned());
        Self { path, text, syntax, tokens, imports: uses.names, tests: uses.tests }
    }

    pub(crate) fn is_under(&self, folder: &str) -> bool {
        self.path.starts_with(folder)
    }

    /// `functions/jobs`, `tests`: the folder of its crate.
    pub(crate) fn home(&self) -> &str {
        self.path.find("/src/").or_else(|| self.path.find('/')).map_or("", |end| &self.path[..end])
    }

    pub(crate) fn is_of_tests(&self, line: usize) -> bool {
        self.tests.iter().any(|lines| lines.contains(&line))
    }

    pub(crate) fn fault(&self, line: usize, what: &str) -> String {
        format!("{}:{line} {what}", self.path)
    }

    /// What `path` means, with its first name looked up among the imports.
    pub(crate) fn meaning(&self, path: &[String]) -> Vec<String> {
        match path.split_first().and_then(|(first, rest)| Some((self.imports.get(first)?, rest))) {
            Some((import, rest)) => import.iter().chain(rest).cloned().collect(),
            None => path.to_vec(),
        }
    }

    /// Every path of two names or more, and every imported name, wherever it stands.
    pub(crate) fn names(&self) -> Vec<Named> {
        let mut found = Vec::new();
        let mut rest = &self.tokens[..];
        let mut is_member = false;
        while let [first, ..] = rest {
            let mut path = Vec::new();
            let mut after = rest;
            while let [Token { kind: Kind::Word, text, .. }, behind @ ..] = after {
                path.push(text.clone());
                after = behind;
                match behind {
                    [a, b, next, ..] if a.is(":") && b.is(":") && next.kind == Kind::Word => {
                        after = &behind[2..];
                    }
                    _ => break,
                }
            }
            if path.is_empty() {
                is_member = first.is(".");
                rest = &rest[1..];
                continue;
            }
            let segments = self.meaning(&path);
            if !std::mem::take(&mut is_member) && segments.len() > 1 {
                found.push(Named { written: path.join("::"), segments, line: first.line });
            }
            rest = after;
        }
        found
    }

    pub(crate) fn texts(&self) -> impl Iterator<Item = &Token> {
        self.tokens.iter().filter(|token| token.kind == Kind::Text)
    }

    /// Lines on which these tokens follow each other.
    pub(crate) fn lines_of<'a>(&'a self, sequence: &'a [&str]) -> impl Iterator<Item = usize> + 'a {
        let windows = self.tokens.windows(sequence.len());
        windows
            .filter(move |window| window.iter().zip(sequence).all(|(token, text)| token.is(text)))
            .map(|window| window[0].line)
    }
}

impl Token {
    /// This word or mark.
    pub(crate) fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Mark) && self.text == text
    }
}

pub(crate) fn line(of: &impl Spanned) -> usize {
    of.span().start().line
}

/// Every file under the folders of ours, by path.
pub(crate) fn sources(root: &Path) -> Vec<Source> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for folder in FOLDERS {
        gather(&root.join(folder), &mut paths);
    }
    paths.sort();
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).expect("a file that was listed");
        let path = path.strip_prefix(root).expect("under the root").to_string_lossy();
        Source::new(&path.replace('\\', "/"), &text)
    };
    paths.iter().map(read).collect()
}

fn gather(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.filter_map(Result::ok) {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if path.is_dir() && !name.starts_with('.') && !SKIPPED.contains(&&*name) {
            gather(&path, found);
        } else if name.ends_with(".rs") {
            found.push(path);
        }
    }
}

/// What a stream says, without its brackets as groups.
pub(crate) fn flat(stream: TokenStream) -> Vec<Token> {
    let mut tokens = Vec::new();
    flatten(stream, &mut tokens);
    tokens
}

fn flatten(stream: TokenStream, into: &mut Vec<Token>) {
    for tree in stream {
        let line = tree.span().start().line;
        let mut push = |kind, text: String| into.push(Token { kind, text, line });
        match tree {
            TokenTree::Ident(word) => push(Kind::Word, word.to_string()),
            TokenTree::Punct(mark) => push(Kind::Mark, mark.as_char().to_string()),
            TokenTree::Literal(literal) => match syn::Lit::new(literal.clone()) {
                syn::Lit::Str(text) => push(Kind::Text, text.value()),
                syn::Lit::Int(_) | syn::Lit::Float(_) => push(Kind::Number, literal.to_string()),
                _ => push(Kind::Text, literal.to_string()),
            },
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                push(Kind::Mark, open.to_owned());
                if !is_comment(&group.stream()) {
                    flatten(group.stream(), into);
                }
                let line = group.span_close().start().line;
                into.push(Token { kind: Kind::Mark, text: close.to_owned(), line });
            }
        }
    }
}

/// `#[doc = "…"]`, which is what a doc comment is.
fn is_comment(stream: &TokenStream) -> bool {
    let mut trees = stream.clone().into_iter();
    let begins = matches!(trees.next(), Some(TokenTree::Ident(word)) if word == "doc");
    begins && matches!(trees.next(), Some(TokenTree::Punct(mark)) if mark.as_char() == '=')
}

/// Gathers imports, those inside functions too, and where the unit tests are.
#[derive(Default)]
struct Uses {
    names: BTreeMap<String, Vec<String>>,
    tests: Vec<RangeInclusive<usize>>,
}

impl<'a> Visit<'a> for Uses {
    fn visit_item_use(&mut self, item: &'a ItemUse) {
        self.tree(&item.tree, &mut Vec::new());
    }

    fn visit_item_mod(&mut self, item: &'a ItemMod) {
        let of_tests = |attribute: &syn::Attribute| {
            attribute.path().is_ident("cfg")
                && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
        };
        if item.attrs.iter().any(of_tests) {
            self.tests.push(line(item)..=item.span().end().line);
        }
        syn::visit::visit_item_mod(self, item);
    }
}

impl Uses {
    fn tree(&mut self, tree: &UseTree, before: &mut Vec<String>) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.tree(&path.tree, before);
                before.pop();
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(tree, before)),
            UseTree::Name(name) => self.keep(before, &name.ident, &name.ident),
            UseTree::Rename(rename) => self.keep(before, &rename.ident, &rename.rename),
            _ => {}
        }
    }

    /// `self` stands for what comes before it.
    fn keep(&mut self, before: &[String], own: &Ident, called: &Ident) {
        let own = (own != "self").then(|| own.to_string());
        let whole: Vec<String> = before.iter().cloned().chain(own).collect();
        let called = Some(called.to_string()).filter(|called| called != "self");
        if let Some(called) = called.or_else(|| whole.last().cloned()) {
            self.names.insert(called, whole);
        }
    }
}
