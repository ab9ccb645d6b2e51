//! Which errors does a test name?

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Item, Lit};

use super::source::Source;

/// What tests name: paths as `store::Error::Contended`, and every text they compare with.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub(super) paths: BTreeSet<String>,
    pub(super) texts: BTreeSet<String>,
}

pub(super) fn named(sources: &[Source]) -> Named {
    let packages: BTreeSet<String> =
        sources.iter().filter_map(|source| source.package.clone()).collect();
    let mut named = Named::default();
    for source in sources {
        let mut tokens = Vec::new();
        source.tests.iter().for_each(|item| flatten_item(item, &mut tokens));
        for path in paths(&tokens) {
            let path = source.resolve(&path, &packages);
            let (package, last) = (&path[0], &path[path.len() - 1]);
            named.paths.insert(format!("{package}::{last}"));
            if path.len() > 2 {
                named.paths.insert(format!("{package}::{}::{last}", path[path.len() - 2]));
            }
        }
        named.texts.extend(tokens.into_iter().filter_map(|token| match token {
            Token::Text(text) => Some(text),
            _ => None,
        }));
    }
    named
}

enum Token {
    Name(String),
    Colon,
    Text(String),
    Other,
}

/// An import names nothing: what is imported may be left unused.
fn flatten_item(item: &Item, tokens: &mut Vec<Token>) {
    match item {
        Item::Use(_) => {}
        Item::Mod(module) => {
            let items = module.content.iter().flat_map(|(_, items)| items);
            items.for_each(|item| flatten_item(item, tokens));
        }
        item => flatten(item.to_token_stream(), tokens),
    }
}

fn flatten(stream: TokenStream, tokens: &mut Vec<Token>) {
    for tree in stream {
        match tree {
            TokenTree::Group(group) => {
                tokens.push(Token::Other);
                flatten(group.stream(), tokens);
                tokens.push(Token::Other);
            }
            TokenTree::Ident(name) => tokens.push(Token::Name(name.to_string())),
            TokenTree::Punct(sign) if sign.as_char() == ':' => tokens.push(Token::Colon),
            TokenTree::Punct(_) => tokens.push(Token::Other),
            TokenTree::Literal(literal) => match Lit::new(literal) {
                Lit::Str(text) => tokens.push(Token::Text(text.value())),
                _ => tokens.push(Token::Other),
            },
        }
    }
}

fn paths(tokens: &[Token]) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    let mut path: Vec<String> = Vec::new();
    let mut colons = 0;
    for token in tokens {
        match token {
            Token::Name(name) => {
                if colons != 2 {
                    paths.extend((!path.is_empty()).then(|| std::mem::take(&mut path)));
                }
                path.push(name.clone());
                colons = 0;
            }
            Token::Colon => colons += 1,
            Token::Text(_) | Token::Other => {
                paths.extend((!path.is_empty()).then(|| std::mem::take(&mut path)));
                colons = 0;
            }
        }
    }
    paths.extend((!path.is_empty()).then_some(path));
    paths
}
