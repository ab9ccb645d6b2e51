//! How are branches and loops written?

use super::ast::{Case, Expression, ForLoop, Item, List, StatementKind, narrow};
use super::parser::{Parsed, Parser};
use super::tokens::TokenKind;
use crate::diagnostics::{Code, Fault, Span};

impl Parser<'_> {
    pub(super) fn if_else(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        self.expect(TokenKind::LeftParenthesis)?;
        let condition = self.expression()?;
        self.expect(TokenKind::RightParenthesis)?;
        let span = start.to(self.previous());
        let then = self.body()?;
        let otherwise = if self.accept(TokenKind::Else) { Some(self.body()?) } else { None };
        self.push(span, StatementKind::If { condition, then, otherwise });
        Ok(())
    }

    pub(super) fn while_loop(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        self.expect(TokenKind::LeftParenthesis)?;
        let condition = self.expression()?;
        self.expect(TokenKind::RightParenthesis)?;
        let span = start.to(self.previous());
        let body = self.body()?;
        self.push(span, StatementKind::While { condition, body });
        Ok(())
    }

    pub(super) fn for_loop(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        if self.is_at(TokenKind::Name) {
            let name = self.token().span.text(self.source);
            return Err(self.fault_here(
                Code::Syntax,
                "the loop variable has no type",
                format!("write `for int {name} in …`"),
            ));
        }
        let kind = self.classical_type()?;
        let name = self.name()?;
        self.expect(TokenKind::In)?;
        let values = match self.kind() {
            TokenKind::LeftBrace => {
                self.advance();
                Item::Set(self.expressions(TokenKind::RightBrace)?)
            }
            TokenKind::LeftBracket => {
                self.advance();
                let values = self.element_or_range()?;
                self.expect(TokenKind::RightBracket)?;
                if !matches!(values, Item::Range(_)) {
                    return Err(self.fault_here(
                        Code::Syntax,
                        "a loop over numbers needs a range",
                        "write `[first:last]`, or `{a, b, c}` for single values",
                    ));
                }
                values
            }
            _ => Item::Element(self.expression()?),
        };
        let span = start.to(self.previous());
        let body = self.body()?;
        self.arenas.loops.push(ForLoop { name, kind, values, body });
        self.push(span, StatementKind::For(narrow(self.arenas.loops.len() - 1)));
        Ok(())
    }

    pub(super) fn switch(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        self.expect(TokenKind::LeftParenthesis)?;
        let subject = self.expression()?;
        self.expect(TokenKind::RightParenthesis)?;
        let span = start.to(self.previous());
        self.expect(TokenKind::LeftBrace)?;
        let mut cases = Vec::new();
        while !self.accept(TokenKind::RightBrace) {
            cases.push(self.case()?);
        }
        let cases = List::moved(&mut cases, 0, &mut self.arenas.cases);
        self.push(span, StatementKind::Switch { subject, cases });
        Ok(())
    }

    fn case(&mut self) -> Parsed<Case> {
        self.count_statement()?;
        let start = self.token().span;
        if self.accept(TokenKind::Default) {
            let is_old = self.accept(TokenKind::Colon);
            return self.case_body(List::EMPTY, true, is_old, start);
        }
        if !self.is_at(TokenKind::Case) {
            return Err(self.unexpected("`case` or `default`"));
        }
        let from = self.pending.expressions.len();
        let mut is_old = false;
        while self.accept(TokenKind::Case) {
            self.case_values()?;
            if !self.accept(TokenKind::Colon) {
                break;
            }
            is_old = true;
        }
        let values = List::moved(&mut self.pending.expressions, from, &mut self.arenas.expressions);
        self.case_body(values, false, is_old, start)
    }

    fn case_values(&mut self) -> Parsed<()> {
        loop {
            let value = self.expression()?;
            self.pending.expressions.push(value);
            if !self.accept(TokenKind::Comma) || self.is_at(TokenKind::LeftBrace) {
                return Ok(());
            }
        }
    }

    /// Exporters of before the specification had `switch` write colons and a `break` behind each case.
    fn case_body(
        &mut self,
        values: List<Expression>,
        is_default: bool,
        is_old: bool,
        start: Span,
    ) -> Parsed<Case> {
        let body = self.block()?;
        if is_old {
            if self.accept(TokenKind::Break) {
                self.end_statement()?;
            }
            self.faults.warn(Fault::new(
                Code::Deprecated,
                start,
                "this is how cases were written before the specification had them",
                "write `case 0, 1 { … }` and `default { … }`, without colons and `break`",
            ));
        }
        Ok(Case { values, is_default, body })
    }

    pub(super) fn returned(&mut self) -> Parsed<()> {
        let start = self.token().span;
        self.advance();
        let value =
            if self.is_at(TokenKind::Semicolon) { None } else { Some(self.initial_value()?) };
        self.finish(start, StatementKind::Return(value))
    }
}
