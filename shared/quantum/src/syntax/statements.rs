//! How are includes, pragmas, boxes, measurements, resets and barriers read?

use super::ast::StatementKind;
use super::lexer::TokenKind;
use super::parser::Parser;
use super::unsupported;
use crate::diagnostics::{Fault, Span};

type Parsed<T> = Result<T, Fault>;

impl Parser<'_> {
    pub(super) fn include(&mut self) -> Parsed<()> {
        self.advance();
        let token = self.token();
        if token.kind != TokenKind::Text {
            return Err(self.unexpected("a file name in quotes"));
        }
        match token.span.text(self.source).trim_matches(['"', '\'']) {
            "stdgates.inc" | "qelib1.inc" => {}
            name => {
                return Err(Fault::new(
                    token.span,
                    format!("the file `{name}` cannot be included"),
                    "only \"stdgates.inc\" and \"qelib1.inc\" are known; put other definitions into the program",
                ));
            }
        }
        self.advance();
        self.end_statement()
    }

    pub(super) fn pragma(&mut self, span: Span) -> Parsed<()> {
        let text = span.text(self.source).trim_start_matches('#').trim();
        let mut words = text.split_whitespace().skip(1);
        match (words.next(), words.next()) {
            (Some("braket"), Some("verbatim")) => {
                self.advance();
                if self.token().span.text(self.source) == "box" {
                    return Ok(());
                }
                Err(Fault::new(
                    span,
                    "the verbatim pragma must be followed by a box",
                    "write `box { … }` on the next line",
                ))
            }
            (Some("braket"), word) => {
                let (message, help) = unsupported::pragma(word.unwrap_or_default());
                Err(Fault::new(span, message, help))
            }
            _ => {
                self.advance();
                Ok(())
            }
        }
    }

    pub(super) fn boxed(&mut self) -> Parsed<()> {
        self.advance();
        if self.is_at("[") {
            return Err(self.fault_here(
                "durations are not supported yet",
                "remove the duration of the box: simulated gates take no time",
            ));
        }
        self.expect("{")?;
        self.enter()?;
        while !self.accept("}") {
            if self.token().kind == TokenKind::End {
                return Err(self.unexpected("`}`"));
            }
            self.statement()?;
        }
        self.leave();
        Ok(())
    }

    pub(super) fn measure(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        let source = self.operand()?;
        let target = if self.accept("->") { Some(self.operand()?) } else { None };
        self.finish(start, StatementKind::Measure { source, target })
    }

    pub(super) fn reset(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        let operand = self.operand()?;
        self.finish(start, StatementKind::Reset(operand))
    }

    pub(super) fn barrier(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        let operands = if self.is_at(";") { Vec::new() } else { self.operands()? };
        self.finish(start, StatementKind::Barrier(operands))
    }

    pub(super) fn is_assignment(&self) -> bool {
        let next = |ahead: usize| self.tokens.get(self.at + ahead).map(|token| token.kind);
        match next(1) {
            Some(TokenKind::Sign(sign)) => sign == "[" || ends_assignment(sign),
            _ => false,
        }
    }

    pub(super) fn assignment(&mut self) -> Parsed<()> {
        let start = self.token().span;
        let target = self.operand()?;
        if self.accept("=") && self.accept_word("measure") {
            let source = self.operand()?;
            return self.finish(start, StatementKind::Measure { source, target: Some(target) });
        }
        Err(Fault::new(
            target.span,
            "assignments are not supported yet",
            "only measurements can be assigned: `b = measure q;`; declare other values with `const`",
        ))
    }
}

fn ends_assignment(sign: &str) -> bool {
    sign.ends_with('=') && !matches!(sign, "==" | "!=" | "<=" | ">=")
}
