//! Which names in a routine's body may stand for other routines, and of what value or type are they asked?

use super::tokens::{Token, angles, parts};

/// A name in a routine's body that may stand for another routine.
pub(super) struct Mention<'s> {
    pub name: &'s str,
    pub way: Way<'s>,
    /// What stands in the brackets behind it, if it is called.
    pub arguments: Option<&'s [Token]>,
}

pub(super) enum Way<'s> {
    /// `receiver.name(…)`
    Method(Receiver<'s>),
    /// `qualifier::name`
    Path(&'s str),
    Bare,
}

pub(super) enum Receiver<'s> {
    Own,
    Field(&'s str),
    Variable(&'s str),
    /// What a routine of that name answered, and what stands before its name.
    Answer(&'s str, &'s str),
    Unknown,
}

/// What stands for a type that is not spelled before a name, as in `Type::<T>::name`.
const ANY_TYPE: &str = "T";

pub(super) fn mentions(body: &[Token]) -> Vec<Mention<'_>> {
    let mut found = Vec::new();
    collect(body, false, &mut found);
    found
}

/// In a struct's braces a name alone is a field.
fn collect<'s>(tokens: &'s [Token], in_braces: bool, found: &mut Vec<Mention<'s>>) {
    for (at, token) in tokens.iter().enumerate() {
        if let Some(name) = token.word() {
            let shorthand = |one: &Mention<'_>| {
                in_braces && matches!(one.way, Way::Bare) && one.arguments.is_none()
            };
            found.extend(mention(tokens, at, name).filter(|one| !shorthand(one)));
        }
        let braces = matches!(token, Token::Curly(_));
        collect(token.inner().unwrap_or_default(), braces, found);
    }
}

fn mention<'s>(tokens: &'s [Token], at: usize, name: &'s str) -> Option<Mention<'s>> {
    let mark = |place: Option<usize>, mark| {
        place.and_then(|at| tokens.get(at)).is_some_and(|token| token.is_mark(mark))
    };
    let path = |first: Option<usize>, second: Option<usize>| mark(first, ':') && mark(second, ':');
    let (before, second) = (at.checked_sub(1), at.checked_sub(2));
    let goes_on = path(Some(at + 1), Some(at + 2));
    let turbofish = goes_on && mark(Some(at + 3), '<');
    if goes_on && !turbofish || mark(Some(at + 1), '!') && !mark(Some(at + 2), '=') {
        return None;
    }
    let behind = if turbofish { at + 3 + angles(&tokens[at + 3..]) } else { at + 1 };
    let arguments = match tokens.get(behind) {
        Some(Token::Round(arguments)) => Some(arguments.as_slice()),
        _ => None,
    };
    let way = if mark(before, '.') && !mark(second, '.') {
        arguments?;
        Way::Method(receiver(&tokens[..at - 1]))
    } else if path(before, second) {
        Way::Path(tokens[..at - 2].last().and_then(Token::word).unwrap_or(ANY_TYPE))
    } else if arguments.is_some() || is_value(name, tokens, at) {
        Way::Bare
    } else {
        return None;
    };
    Some(Mention { name, way, arguments })
}

/// A constant, or a name that stands alone between commas: a routine handed on.
fn is_value(name: &str, tokens: &[Token], at: usize) -> bool {
    let alone = |token: Option<&Token>| token.is_none_or(|token| token.is_mark(','));
    let before = at.checked_sub(1).and_then(|at| tokens.get(at));
    name.chars().all(|each| !each.is_lowercase()) || alone(before) && alone(tokens.get(at + 1))
}

/// Looks through `?` and `.await`.
fn receiver(before: &[Token]) -> Receiver<'_> {
    match before {
        [rest @ .., last] if last.is_mark('?') => receiver(rest),
        [rest @ .., dot, last] if dot.is_mark('.') && last.is_word("await") => receiver(rest),
        [.., dot, Token::Word(field)] if dot.is_mark('.') => Receiver::Field(field),
        [.., Token::Word(name)] if name == "self" => Receiver::Own,
        [.., Token::Word(name)] => Receiver::Variable(name),
        [.., Token::Word(kind), colon, _, Token::Word(name), Token::Round(_)]
            if colon.is_mark(':') =>
        {
            Receiver::Answer(name, kind)
        }
        [.., Token::Word(name), Token::Round(_)] => Receiver::Answer(name, ""),
        _ => Receiver::Unknown,
    }
}

/// `let table = &app.table;` and `let (app, id) = (&app, &id);`, where the right side is a plain path or call.
pub(super) fn bindings(tokens: &[Token]) -> Vec<(&str, Receiver<'_>)> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        found.extend(bindings(token.inner().unwrap_or_default()));
        if !token.is_word("let") {
            continue;
        }
        let rest = &tokens[at + 1..];
        let end = rest.iter().position(|token| token.is_mark(';') || token.is_word("else"));
        let rest = &rest[..end.unwrap_or(rest.len())];
        let Some(equals) = rest.iter().position(|token| token.is_mark('=')) else { continue };
        match (&rest[..equals], &rest[equals + 1..]) {
            ([Token::Round(names)], [Token::Round(values)]) => {
                let pairs = parts(names).zip(parts(values));
                found.extend(pairs.filter_map(|(name, value)| bound(name, value)));
            }
            (pattern, value) => found.extend(bound(pattern, value)),
        }
    }
    found
}

fn bound<'s>(pattern: &'s [Token], value: &'s [Token]) -> Option<(&'s str, Receiver<'s>)> {
    let name = match pattern {
        [Token::Word(name)] => name,
        [word, Token::Word(name)] if word.is_word("mut") => name,
        _ => return None,
    };
    let plain = |token: &Token| match token {
        Token::Mark(mark) => ['&', '.', ':', '?'].contains(mark),
        token => matches!(token, Token::Round(_) | Token::Word(_)),
    };
    let value = if value.iter().all(plain) { receiver(value) } else { Receiver::Unknown };
    Some((name, value))
}
