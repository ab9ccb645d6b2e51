//! What is the value of a number as it is written?

use super::ast::NodeKind;
use super::parser::{Parsed, Parser};
use super::tokens::TokenKind;
use crate::diagnostics::{Code, Fault};

impl Parser<'_> {
    /// The value of the number or text that is read next.
    pub(super) fn literal(&mut self) -> Parsed<NodeKind> {
        let token = self.token();
        let text = token.span.text(self.source);
        let value = match token.kind {
            TokenKind::Integer => integer(text),
            TokenKind::Float => float(text).map(NodeKind::Float),
            TokenKind::Imaginary => {
                let number = text.trim_end_matches("im").trim_end();
                float(number).map(NodeKind::Imaginary)
            }
            TokenKind::Timing => timing(text).map(NodeKind::Timing),
            _ => Some(NodeKind::Bits),
        };
        let Some(value) = value else {
            return Err(Fault::new(
                Code::Literal,
                token.span,
                "this number is too large or not complete",
                "whole numbers have at most 64 bits, others at most about 1.8e308",
            ));
        };
        self.advance();
        Ok(value)
    }
}

fn integer(text: &str) -> Option<NodeKind> {
    let bytes = text.as_bytes();
    if bytes.len() < 18 && bytes.iter().all(u8::is_ascii_digit) {
        let value = bytes.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
        return Some(NodeKind::Int(value));
    }
    let (digits, radix) = match bytes {
        [b'0', b'x' | b'X', ..] => (&text[2..], 16),
        [b'0', b'b' | b'B', ..] => (&text[2..], 2),
        [b'0', b'o' | b'O', ..] => (&text[2..], 8),
        _ => (text, 10),
    };
    if digits.starts_with('+') {
        return None;
    }
    let value = u64::from_str_radix(&digits.replace('_', ""), radix).ok()?;
    Some(i64::try_from(value).map_or(NodeKind::Uint(value), NodeKind::Int))
}

/// A finite number; underscores between digits are only for the eye.
pub(crate) fn float(text: &str) -> Option<f64> {
    let value: f64 = match text.contains('_') {
        true => text.replace('_', "").parse().ok()?,
        false => text.parse().ok()?,
    };
    value.is_finite().then_some(value)
}

/// In seconds; a `dt`, whose length a device sets, counts as a nanosecond.
fn timing(text: &str) -> Option<f64> {
    let unit = text.find(|c: char| c.is_alphabetic() && !matches!(c, 'e' | 'E'))?;
    let in_a_second = match &text[unit..] {
        "s" => 1.0,
        "ms" => 1e3,
        "us" | "µs" | "μs" => 1e6,
        _ => 1e9,
    };
    Some(float(text[..unit].trim_end())? / in_a_second)
}
