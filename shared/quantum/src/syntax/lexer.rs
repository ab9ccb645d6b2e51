//! Which words, numbers and signs does the text consist of?

use crate::diagnostics::{Fault, Faults, Span};

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum TokenKind {
    Name,
    /// `$7`
    PhysicalQubit,
    Int(i64),
    Float(f64),
    /// A quoted text; the span includes the quotes.
    Text,
    /// `#pragma …` or `pragma …`, up to the end of the line.
    Pragma,
    /// `@word …`, up to the end of the line.
    Annotation,
    Sign(&'static str),
    /// Not readable, and already reported.
    Broken,
    End,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}

/// Longest first, so that `**` is not read as two stars.
const SIGNS: &[&str] = &[
    ">>=", "<<=", "**=", "->", "**", "==", "!=", "<=", ">=", "<<", ">>", "&&", "||", "+=", "-=",
    "*=", "/=", "%=", "&=", "|=", "^=", "~=", "[", "]", "{", "}", "(", ")", ":", ";", ",", ".",
    "=", "+", "-", "*", "/", "%", "|", "&", "^", "~", "!", "<", ">", "@", "#",
];

/// Always ends with [`TokenKind::End`]; what cannot be read is reported and stands there as [`TokenKind::Broken`].
pub(crate) fn tokens(source: &str, faults: &mut Faults) -> Vec<Token> {
    let mut lexer = Lexer { source, at: 0, found: Vec::new() };
    while !faults.is_full() {
        lexer.skip_space();
        if lexer.at >= source.len() {
            break;
        }
        if let Err(fault) = lexer.token() {
            faults.push(fault);
        }
    }
    let end = Span::new(source.len(), source.len());
    lexer.found.push(Token { kind: TokenKind::End, span: end });
    lexer.found
}

struct Lexer<'a> {
    source: &'a str,
    at: usize,
    found: Vec<Token>,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.source[self.at..]
    }

    fn skip_space(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
            let skipped = rest.len() - trimmed.len();
            let comment = if trimmed.starts_with("//") { line_length(trimmed) } else { 0 };
            self.at += skipped + comment;
            if comment == 0 {
                return;
            }
        }
    }

    fn token(&mut self) -> Result<(), Fault> {
        let rest = self.rest();
        let first = rest.chars().next().unwrap_or(' ');
        if rest.starts_with("/*") {
            return self.block_comment();
        }
        if is_name_start(first) {
            return self.name();
        }
        match first {
            '0'..='9' => self.number(),
            '.' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => self.number(),
            '"' | '\'' => self.text(first),
            '$' => self.physical_qubit(),
            '#' if rest[1..].trim_start().starts_with("pragma") => self.line(TokenKind::Pragma),
            '@' if self.starts_line() => self.line(TokenKind::Annotation),
            _ => self.sign(first),
        }
    }

    fn push(&mut self, kind: TokenKind, length: usize) -> Span {
        let span = Span::new(self.at, self.at + length);
        self.found.push(Token { kind, span });
        self.at += length;
        span
    }

    fn skip(&mut self, length: usize, message: &str, help: &str) -> Fault {
        let span = self.push(TokenKind::Broken, length);
        Fault::new(span, message, help)
    }

    fn starts_line(&self) -> bool {
        let line = self.source[..self.at].rsplit('\n').next().unwrap_or("");
        let called = self.rest()[1..].starts_with(is_name_start);
        called && line.trim().is_empty()
    }

    fn line(&mut self, kind: TokenKind) -> Result<(), Fault> {
        let length = line_length(self.rest());
        self.push(kind, length);
        Ok(())
    }

    fn block_comment(&mut self) -> Result<(), Fault> {
        match self.rest().find("*/") {
            Some(end) => {
                self.at += end + 2;
                Ok(())
            }
            None => {
                let fault = self.skip(2, "this comment is never closed", "close it with `*/`");
                self.at = self.source.len();
                Err(fault)
            }
        }
    }

    fn name(&mut self) -> Result<(), Fault> {
        let rest = self.rest();
        let length = rest.find(|c| !is_name_part(c)).unwrap_or(rest.len());
        if &rest[..length] == "pragma" {
            return self.line(TokenKind::Pragma);
        }
        self.push(TokenKind::Name, length);
        Ok(())
    }

    fn physical_qubit(&mut self) -> Result<(), Fault> {
        let rest = &self.rest()[1..];
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        if digits == 0 {
            return Err(self.skip(
                1,
                "`$` must be followed by the number of a physical qubit",
                "write for example `$0`",
            ));
        }
        self.push(TokenKind::PhysicalQubit, digits + 1);
        Ok(())
    }

    fn text(&mut self, quote: char) -> Result<(), Fault> {
        let line = &self.rest()[..line_length(self.rest())];
        match line[1..].find(quote) {
            Some(end) => {
                self.push(TokenKind::Text, end + 2);
                Ok(())
            }
            None => {
                let length = line.len();
                Err(self.skip(
                    length,
                    "this text is never closed",
                    "close it with the same quote on the same line",
                ))
            }
        }
    }

    fn sign(&mut self, first: char) -> Result<(), Fault> {
        let sign = SIGNS.iter().find(|sign| self.rest().starts_with(**sign));
        match sign {
            Some(sign) => {
                self.push(TokenKind::Sign(sign), sign.len());
                Ok(())
            }
            None => Err(self.skip(
                first.len_utf8(),
                "this character has no meaning here",
                "remove it, or put it in a comment",
            )),
        }
    }

    fn number(&mut self) -> Result<(), Fault> {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        if let Some(radix) = radix(bytes) {
            return self.whole_number(2, radix);
        }
        let digits = |from: usize| {
            bytes[from..].iter().take_while(|b| b.is_ascii_digit() || **b == b'_').count()
        };
        let mut length = digits(0);
        let mut is_float = false;
        if bytes.get(length) == Some(&b'.') {
            is_float = true;
            length += 1 + digits(length + 1);
        }
        if matches!(bytes.get(length), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
            let exponent = digits(length + 1 + sign);
            if exponent > 0 {
                is_float = true;
                length += 1 + sign + exponent;
            }
        }
        if !is_float {
            return self.whole_number(0, 10);
        }
        let value: Option<f64> = rest[..length].replace('_', "").parse().ok();
        let value = value.filter(|value| value.is_finite());
        self.finish_number(length, value.map(TokenKind::Float))
    }

    fn whole_number(&mut self, prefix: usize, radix: u32) -> Result<(), Fault> {
        let rest = &self.rest()[prefix..];
        let is_digit = |c: char| c == '_' || c.is_digit(radix);
        let length = rest.find(|c| !is_digit(c)).unwrap_or(rest.len());
        let value = i64::from_str_radix(&rest[..length].replace('_', ""), radix).ok();
        self.finish_number(prefix + length, value.map(TokenKind::Int))
    }

    fn finish_number(&mut self, length: usize, kind: Option<TokenKind>) -> Result<(), Fault> {
        let rest = &self.rest()[length..];
        let tail = rest.find(|c| !is_name_part(c)).unwrap_or(rest.len());
        if tail > 0 {
            let (message, help) = match &rest[..tail] {
                "im" => ("imaginary numbers are not supported yet", "use real numbers"),
                "ns" | "us" | "µs" | "ms" | "s" | "dt" => (
                    "durations are not supported yet",
                    "remove the timing: simulated gates take no time",
                ),
                _ => ("this is not a number", "put a space or a sign after the digits"),
            };
            return Err(self.skip(length + tail, message, help));
        }
        match kind {
            Some(kind) => {
                self.push(kind, length);
                Ok(())
            }
            None => Err(self.skip(
                length,
                "this number is too large or incomplete",
                "whole numbers have at most 64 bits, others at most about 1.8e308",
            )),
        }
    }
}

fn radix(bytes: &[u8]) -> Option<u32> {
    match bytes {
        [b'0', b'x' | b'X', ..] => Some(16),
        [b'0', b'b' | b'B', ..] => Some(2),
        [b'0', b'o' | b'O', ..] => Some(8),
        _ => None,
    }
}

fn line_length(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

fn is_name_start(character: char) -> bool {
    character == '_' || character.is_alphabetic()
}

fn is_name_part(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}
