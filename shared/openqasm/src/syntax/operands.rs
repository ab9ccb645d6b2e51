//! How are qubits, bits and variables named, whole or in part?

use super::ast::{Item, List, Operand, OperandKind, Range, Subscript};
use super::parser::{Parsed, Parser};
use super::tokens::TokenKind;
use crate::diagnostics::{Code, Fault};

impl Parser<'_> {
    pub(super) fn operands(&mut self) -> Parsed<List<Operand>> {
        let from = self.pending.operands.len();
        loop {
            let operand = self.operand()?;
            self.pending.operands.push(operand);
            if !self.accept(TokenKind::Comma) || self.is_at(TokenKind::Semicolon) {
                break;
            }
        }
        Ok(List::moved(&mut self.pending.operands, from, &mut self.arenas.operands))
    }

    pub(super) fn optional_operands(&mut self) -> Parsed<List<Operand>> {
        if self.is_at(TokenKind::Semicolon) { Ok(List::EMPTY) } else { self.operands() }
    }

    pub(super) fn operand(&mut self) -> Parsed<Operand> {
        let token = self.token();
        match token.kind {
            TokenKind::Name => self.advance(),
            TokenKind::PhysicalQubit => {
                let number = self.physical()?;
                return Ok(Operand { span: token.span, kind: OperandKind::Physical(number) });
            }
            _ => return Err(self.unexpected("a qubit or a register")),
        }
        if !self.is_at(TokenKind::LeftBracket) {
            return Ok(Operand { span: token.span, kind: OperandKind::Whole(token.symbol) });
        }
        if let Some(index) = self.plain_index() {
            let span = token.span.to(self.previous());
            return Ok(Operand { span, kind: OperandKind::Element(token.symbol, index) });
        }
        let subscripts = self.subscripts()?;
        let span = token.span.to(self.previous());
        Ok(Operand { span, kind: OperandKind::Indexed(token.symbol, subscripts) })
    }

    pub(super) fn physical(&mut self) -> Parsed<u32> {
        let span = self.token().span;
        self.advance();
        span.text(self.source)[1..].parse().map_err(|_| {
            Fault::new(
                Code::Literal,
                span,
                "there is no qubit of that number",
                "write the number the device knows the qubit by",
            )
        })
    }

    /// `[5]`, which nearly all indices are.
    fn plain_index(&mut self) -> Option<u32> {
        let is_plain = self.kind_ahead(1) == TokenKind::Integer
            && self.kind_ahead(2) == TokenKind::RightBracket
            && self.kind_ahead(3) != TokenKind::LeftBracket;
        if !is_plain {
            return None;
        }
        let digits = self.ahead(1).span.text(self.source).as_bytes();
        if digits.len() > 9 || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let index = digits.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
        for _ in 0..3 {
            self.advance();
        }
        Some(index)
    }

    pub(super) fn subscripts(&mut self) -> Parsed<List<Subscript>> {
        let from = self.pending.subscripts.len();
        while self.is_at(TokenKind::LeftBracket) {
            let start = self.token().span;
            self.advance();
            let items = self.items()?;
            let span = start.to(self.previous());
            self.pending.subscripts.push(Subscript { span, items });
        }
        Ok(List::moved(&mut self.pending.subscripts, from, &mut self.arenas.subscripts))
    }

    fn items(&mut self) -> Parsed<List<Item>> {
        let from = self.pending.items.len();
        loop {
            let item = if self.accept(TokenKind::LeftBrace) {
                Item::Set(self.expressions(TokenKind::RightBrace)?)
            } else {
                self.element_or_range()?
            };
            self.pending.items.push(item);
            if !self.accept(TokenKind::Comma) || self.is_at(TokenKind::RightBracket) {
                break;
            }
        }
        self.expect(TokenKind::RightBracket)?;
        Ok(List::moved(&mut self.pending.items, from, &mut self.arenas.items))
    }

    /// `i`, `a:b` or `a:step:b`, of which any part of a range may be left out.
    pub(super) fn element_or_range(&mut self) -> Parsed<Item> {
        let start = self.optional_bound()?;
        if !self.accept(TokenKind::Colon) {
            return match start {
                Some(index) => Ok(Item::Element(index)),
                None => Err(self.unexpected("an index or a range")),
            };
        }
        let second = self.optional_bound()?;
        if !self.accept(TokenKind::Colon) {
            return Ok(Item::Range(Range { start, step: None, end: second }));
        }
        let end = self.optional_bound()?;
        Ok(Item::Range(Range { start, step: second, end }))
    }

    fn optional_bound(&mut self) -> Parsed<Option<super::ast::Expression>> {
        match self.kind() {
            TokenKind::Colon | TokenKind::RightBracket | TokenKind::Comma => Ok(None),
            _ => self.expression().map(Some),
        }
    }
}
