//! Which words, numbers and signs does the text consist of?

use super::names::{Names, Symbol};
use super::tokens::{Token, TokenKind, is_old_keyword, keyword};
use crate::diagnostics::{Code, Fault, Faults, Span};

/// What a byte may begin or belong to.
const SPACE: u8 = 1;
const NAME_START: u8 = 2;
const NAME_PART: u8 = 4;
const DIGIT: u8 = 8;

const CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let character = byte as u8;
        classes[byte] = match character {
            b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c => SPACE,
            b'0'..=b'9' => DIGIT | NAME_PART,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => NAME_START | NAME_PART,
            _ => 0,
        };
        byte += 1;
    }
    classes
}

fn is(byte: u8, class: u8) -> bool {
    CLASSES[byte as usize] & class != 0
}

/// Tokens are read as far as the parser looks, and dropped where it does not look back: a text has far more of them
/// than fit into a cache.
pub(super) struct Lexer<'a> {
    source: &'a str,
    bytes: &'a [u8],
    at: usize,
    pub(super) names: Names,
    /// The last one is [`TokenKind::End`] once all are read. What cannot be read is reported, and stands there as
    /// [`TokenKind::Broken`].
    pub(super) found: Vec<Token>,
    pub(super) is_done: bool,
    /// Whether the text says that it is OpenQASM 2, which has fewer keywords.
    is_old: bool,
    /// Where the line ends that a pragma is read from.
    pragma_end: Option<usize>,
}

type Lexed = Result<(), Box<Fault>>;

/// Tokens read at a time.
const BATCH: usize = 512;

impl<'a> Lexer<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self {
            source,
            bytes: source.as_bytes(),
            at: 0,
            names: Names::new(),
            found: Vec::with_capacity(2 * BATCH),
            is_done: false,
            is_old: false,
            pragma_end: None,
        }
    }

    /// Reads some more tokens.
    pub(super) fn read(&mut self, faults: &mut Faults) {
        let wanted = self.found.len() + BATCH;
        while !faults.is_full() && self.found.len() < wanted {
            self.skip_space();
            if self.pragma_end.is_some_and(|end| self.at >= end) {
                self.pragma_end = None;
                self.push(TokenKind::PragmaEnd, 0);
            }
            if self.at >= self.source.len() {
                return self.end();
            }
            if let Err(fault) = self.token() {
                faults.push(fault);
            }
        }
        if faults.is_full() {
            self.end();
        }
    }

    fn end(&mut self) {
        self.at = self.source.len();
        if self.pragma_end.take().is_some() {
            self.push(TokenKind::PragmaEnd, 0);
        }
        self.push(TokenKind::End, 0);
        self.is_done = true;
    }
}

impl Lexer<'_> {
    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn skip_space(&mut self) {
        loop {
            while is(self.byte(0), SPACE) {
                self.at += 1;
            }
            let byte = self.byte(0);
            if byte == b'/' && self.byte(1) == b'/' {
                self.at += self.line_length();
            } else if byte >= 0x80 {
                let character = self.character();
                if !character.is_whitespace() && character != '\u{feff}' {
                    return;
                }
                self.at += character.len_utf8();
            } else {
                return;
            }
        }
    }

    fn character(&self) -> char {
        self.source[self.at..].chars().next().unwrap_or('\0')
    }

    fn line_length(&self) -> usize {
        let rest = &self.bytes[self.at..];
        rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())
    }

    fn token(&mut self) -> Lexed {
        let byte = self.byte(0);
        if is(byte, NAME_START) {
            return self.name();
        }
        match byte {
            b'0'..=b'9' => self.number(),
            b'.' if is(self.byte(1), DIGIT) => self.number(),
            b'"' | b'\'' => self.text(byte),
            b'$' => self.physical_qubit(),
            b'/' if self.byte(1) == b'*' => self.block_comment(),
            b'#' => self.directive(),
            b'@' if self.is_annotation() => {
                self.line(TokenKind::Annotation);
                Ok(())
            }
            0x80.. if self.character().is_alphabetic() => self.name(),
            _ => self.sign(byte),
        }
    }

    fn push(&mut self, kind: TokenKind, length: usize) -> Span {
        let span = Span::new(self.at, self.at + length);
        self.found.push(Token { kind, span, symbol: Symbol(u32::MAX) });
        self.at += length;
        span
    }

    fn skip(&mut self, length: usize, message: &str, help: &str) -> Box<Fault> {
        let span = self.push(TokenKind::Broken, length);
        Fault::new(Code::Literal, span, message, help)
    }

    fn line(&mut self, kind: TokenKind) {
        let line = &self.source[self.at..self.at + self.line_length()];
        let length = line.trim_end().len();
        self.push(kind, length);
    }

    /// Of a pragma of Braket the rest of the line is read as tokens, with an end of their own.
    fn pragma(&mut self) {
        let end = self.at + self.line_length();
        let line = &self.source[self.at..end];
        let body = line.trim_start_matches('#').trim_start().trim_start_matches("pragma");
        let is_ours = body.trim_start().starts_with("braket");
        if !is_ours || !body.starts_with([' ', '\t']) {
            self.line(TokenKind::Pragma);
            return;
        }
        let head = line.len() - body.trim_start().len() + "braket".len();
        self.push(TokenKind::BraketPragma, head);
        self.pragma_end = Some(end);
    }

    /// `#pragma` or `#dim`.
    fn directive(&mut self) -> Lexed {
        let rest = self.source[self.at + 1..].trim_start_matches([' ', '\t']);
        if rest.starts_with("pragma") {
            self.pragma();
            return Ok(());
        }
        if rest.starts_with("dim") && is(self.byte(1), NAME_START) {
            self.push(TokenKind::Dim, 4);
            return Ok(());
        }
        Err(self.skip(
            1,
            "`#` has no meaning here",
            "write `#pragma`, or `#dim` in the type of an array parameter",
        ))
    }

    /// Whether an `@` is the first sign of its line and has a name right behind it.
    fn is_annotation(&self) -> bool {
        let is_named = is(self.byte(1), NAME_START);
        let before = self.bytes[..self.at].iter().rev();
        let first = before.copied().find(|byte| *byte != b' ' && *byte != b'\t');
        is_named && matches!(first, None | Some(b'\n' | b'\r'))
    }

    fn block_comment(&mut self) -> Lexed {
        if let Some(end) = self.source[self.at + 2..].find("*/") {
            self.at += end + 4;
            return Ok(());
        }
        let fault = self.skip(2, "this comment is never closed", "close it with `*/`");
        self.at = self.source.len();
        Err(fault)
    }

    fn name_length(&self) -> usize {
        let mut length = 0;
        loop {
            let byte = self.byte(length);
            if is(byte, NAME_PART) {
                length += 1;
            } else if byte < 0x80 {
                return length;
            } else {
                let character = self.source[self.at + length..].chars().next().unwrap_or('\0');
                if !character.is_alphanumeric() {
                    return length;
                }
                length += character.len_utf8();
            }
        }
    }

    fn name(&mut self) -> Lexed {
        let length = self.name_length();
        let name = &self.source[self.at..self.at + length];
        let mut kind = keyword(name).unwrap_or(TokenKind::Name);
        if name == "pragma" {
            self.pragma();
            return Ok(());
        }
        if self.is_old && !is_old_keyword(kind) {
            kind = TokenKind::Name;
        }
        if kind == TokenKind::Openqasm {
            let version = self.source[self.at + length..].trim_start();
            self.is_old = version.starts_with('2');
        }
        let symbol = self.names.number(name);
        self.found.push(Token { kind, span: Span::new(self.at, self.at + length), symbol });
        self.at += length;
        Ok(())
    }

    fn physical_qubit(&mut self) -> Lexed {
        let digits =
            self.bytes[self.at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
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

    fn text(&mut self, quote: u8) -> Lexed {
        let length = self.line_length();
        let line = &self.bytes[self.at..self.at + length];
        match line[1..].iter().position(|byte| *byte == quote) {
            Some(end) => {
                self.push(TokenKind::Text, end + 2);
                Ok(())
            }
            None => Err(self.skip(
                length,
                "this text is never closed",
                "close it with the same quote on the same line",
            )),
        }
    }

    fn digits(&self, from: usize) -> usize {
        let rest = self.bytes.get(self.at + from..).unwrap_or_default();
        rest.iter().take_while(|byte| is(**byte, DIGIT) || **byte == b'_').count()
    }

    fn number(&mut self) -> Lexed {
        if self.byte(0) == b'0' && matches!(self.byte(1), b'x' | b'X' | b'b' | b'B' | b'o' | b'O') {
            let rest = &self.bytes[self.at + 2..];
            let digits = rest.iter().take_while(|byte| is(**byte, NAME_PART)).count();
            self.push(TokenKind::Integer, digits + 2);
            return Ok(());
        }
        let mut length = self.digits(0);
        let mut kind = TokenKind::Integer;
        if self.byte(length) == b'.' {
            kind = TokenKind::Float;
            length += 1 + self.digits(length + 1);
        }
        if matches!(self.byte(length), b'e' | b'E') {
            let sign = usize::from(matches!(self.byte(length + 1), b'+' | b'-'));
            if is(self.byte(length + 1 + sign), DIGIT) {
                kind = TokenKind::Float;
                length += 1 + sign + self.digits(length + 1 + sign);
            }
        }
        self.unit(kind, length)
    }

    /// A number may have `im` or a unit of time behind it, perhaps after spaces.
    fn unit(&mut self, kind: TokenKind, length: usize) -> Lexed {
        let next = self.byte(length);
        if !is(next, NAME_START) && next != b' ' && next != b'\t' && next < 0x80 {
            self.push(kind, length);
            return Ok(());
        }
        let rest = &self.source[self.at + length..];
        let tail = rest.trim_start_matches([' ', '\t']);
        let spaces = rest.len() - tail.len();
        let end = tail.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(tail.len());
        let kind = match &tail[..end] {
            "im" => TokenKind::Imaginary,
            "dt" | "ns" | "us" | "µs" | "μs" | "ms" | "s" => TokenKind::Timing,
            _ if spaces > 0 || end == 0 => {
                self.push(kind, length);
                return Ok(());
            }
            _ => {
                return Err(self.skip(
                    length + end,
                    "this is not a number",
                    "put a space or a sign after the digits; a name must not begin with a digit",
                ));
            }
        };
        self.push(kind, length + spaces + end);
        Ok(())
    }

    fn sign(&mut self, first: u8) -> Lexed {
        use TokenKind as Kind;
        let (kind, length) = match (first, self.byte(1), self.byte(2)) {
            (b'*', b'*', b'=') => (Kind::DoubleStarEquals, 3),
            (b'<', b'<', b'=') => (Kind::ShiftLeftEquals, 3),
            (b'>', b'>', b'=') => (Kind::ShiftRightEquals, 3),
            (b'-', b'>', _) => (Kind::Arrow, 2),
            (b'*', b'*', _) => (Kind::DoubleStar, 2),
            (b'<', b'<', _) => (Kind::ShiftLeft, 2),
            (b'>', b'>', _) => (Kind::ShiftRight, 2),
            (b'+', b'+', _) => (Kind::DoublePlus, 2),
            (b'&', b'&', _) => (Kind::DoubleAmpersand, 2),
            (b'|', b'|', _) => (Kind::DoublePipe, 2),
            (b'=', b'=', _) => (Kind::DoubleEquals, 2),
            (b'!', b'=', _) => (Kind::NotEquals, 2),
            (b'<', b'=', _) => (Kind::LessEquals, 2),
            (b'>', b'=', _) => (Kind::GreaterEquals, 2),
            (b'+', b'=', _) => (Kind::PlusEquals, 2),
            (b'-', b'=', _) => (Kind::MinusEquals, 2),
            (b'*', b'=', _) => (Kind::StarEquals, 2),
            (b'/', b'=', _) => (Kind::SlashEquals, 2),
            (b'&', b'=', _) => (Kind::AmpersandEquals, 2),
            (b'|', b'=', _) => (Kind::PipeEquals, 2),
            (b'~', b'=', _) => (Kind::TildeEquals, 2),
            (b'^', b'=', _) => (Kind::CaretEquals, 2),
            (b'%', b'=', _) => (Kind::PercentEquals, 2),
            (b'[', ..) => (Kind::LeftBracket, 1),
            (b']', ..) => (Kind::RightBracket, 1),
            (b'{', ..) => (Kind::LeftBrace, 1),
            (b'}', ..) => (Kind::RightBrace, 1),
            (b'(', ..) => (Kind::LeftParenthesis, 1),
            (b')', ..) => (Kind::RightParenthesis, 1),
            (b':', ..) => (Kind::Colon, 1),
            (b';', ..) => (Kind::Semicolon, 1),
            (b'.', ..) => (Kind::Dot, 1),
            (b',', ..) => (Kind::Comma, 1),
            (b'=', ..) => (Kind::Equals, 1),
            (b'+', ..) => (Kind::Plus, 1),
            (b'-', ..) => (Kind::Minus, 1),
            (b'*', ..) => (Kind::Star, 1),
            (b'/', ..) => (Kind::Slash, 1),
            (b'%', ..) => (Kind::Percent, 1),
            (b'|', ..) => (Kind::Pipe, 1),
            (b'&', ..) => (Kind::Ampersand, 1),
            (b'^', ..) => (Kind::Caret, 1),
            (b'@', ..) => (Kind::At, 1),
            (b'~', ..) => (Kind::Tilde, 1),
            (b'!', ..) => (Kind::Exclamation, 1),
            (b'<', ..) => (Kind::Less, 1),
            (b'>', ..) => (Kind::Greater, 1),
            _ => {
                let length = self.character().len_utf8();
                return Err(self.skip(
                    length,
                    "this character has no meaning here",
                    "remove it, or put it in a comment",
                ));
            }
        };
        self.push(kind, length);
        Ok(())
    }
}
