//! Which pragmas concern how the program is read?

use super::ast::StatementKind;
use super::parser::{Parsed, Parser};
use super::tokens::TokenKind;
use crate::diagnostics::{Code, Fault, Span};

impl Parser<'_> {
    pub(super) fn pragma(&mut self, span: Span) -> Parsed<()> {
        self.advance();
        let text = span.text(self.source);
        let body = text.trim_start_matches('#').trim_start().trim_start_matches("pragma");
        let content = body.trim();
        let start = span.start as usize + (text.len() - body.trim_start().len());
        let content_span = Span::new(start, start + content.len());
        if content.split_whitespace().eq(["braket", "verbatim"]) {
            return self.verbatim(span);
        }
        self.push(span, StatementKind::Pragma(content_span));
        Ok(())
    }

    fn verbatim(&mut self, span: Span) -> Parsed<()> {
        if !self.is_at(TokenKind::Box) {
            return Err(Fault::new(
                Code::Pragma,
                span,
                "the verbatim pragma must be followed by a box",
                "write `box { … }` on the next line",
            ));
        }
        self.boxed(true)
    }
}
