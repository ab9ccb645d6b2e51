//! What is a source made of, word by word?

use proc_macro2::{Delimiter, TokenStream, TokenTree};

pub(super) enum Token {
    Word(String),
    Mark(char),
    Literal(String),
    Round(Vec<Token>),
    Curly(Vec<Token>),
    /// In square brackets, or in none that are written.
    Other(Vec<Token>),
}

impl Token {
    pub(super) fn is_mark(&self, mark: char) -> bool {
        matches!(self, Self::Mark(own) if *own == mark)
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        self.word() == Some(word)
    }

    pub(super) fn word(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            _ => None,
        }
    }

    /// What stands in its brackets.
    pub(super) fn inner(&self) -> Option<&[Self]> {
        match self {
            Self::Round(inner) | Self::Curly(inner) | Self::Other(inner) => Some(inner),
            _ => None,
        }
    }
}

pub(super) fn read(source: &str) -> Vec<Token> {
    tokens(source.parse().expect("a source is Rust"))
}

fn tokens(stream: TokenStream) -> Vec<Token> {
    let token = |tree| match tree {
        TokenTree::Ident(word) => Token::Word(word.to_string()),
        TokenTree::Punct(mark) => Token::Mark(mark.as_char()),
        TokenTree::Literal(literal) => Token::Literal(literal.to_string()),
        TokenTree::Group(group) => {
            let inner = tokens(group.stream());
            match group.delimiter() {
                Delimiter::Parenthesis => Token::Round(inner),
                Delimiter::Brace => Token::Curly(inner),
                Delimiter::Bracket | Delimiter::None => Token::Other(inner),
            }
        }
    };
    stream.into_iter().map(token).collect()
}

/// The words among the tokens, at any depth.
pub(super) fn words(tokens: &[Token]) -> Vec<String> {
    let mut found = Vec::new();
    for token in tokens {
        match token {
            Token::Word(word) => found.push(word.clone()),
            token => found.extend(words(token.inner().unwrap_or_default())),
        }
    }
    found
}

/// What commas part.
pub(super) fn parts(tokens: &[Token]) -> impl Iterator<Item = &[Token]> {
    tokens.split(|token| token.is_mark(',')).filter(|part| !part.is_empty())
}

/// A single one: `:`, not `::`.
pub(super) fn is_colon(tokens: &[Token], at: usize) -> bool {
    let mark = |at: usize| tokens.get(at).is_some_and(|token| token.is_mark(':'));
    mark(at) && !mark(at + 1) && !(at > 0 && mark(at - 1))
}

/// How many tokens the `<…>` at the beginning takes; none where there is none.
pub(super) fn angles(tokens: &[Token]) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        let arrow = at > 0 && tokens[at - 1].is_mark('-');
        depth += i32::from(token.is_mark('<')) - i32::from(token.is_mark('>') && !arrow);
        if depth == 0 {
            return if token.is_mark('>') { at + 1 } else { at };
        }
    }
    tokens.len()
}
