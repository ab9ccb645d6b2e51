//! Which branch is taken, or which are left to the run?

use quantum_program::{BinaryOperator, Value};

use super::blocks::Flow;
use super::evaluation::Cell;
use super::{Lowered, Lowering};
use crate::diagnostics::{Code, Fault, Span};
use crate::syntax::ast::{Block, Case, Expression, List};

impl Lowering<'_> {
    pub(super) fn if_else(
        &mut self,
        condition: Expression,
        then: Block,
        otherwise: Option<Block>,
        span: Span,
    ) -> Lowered<Flow> {
        match self.condition(condition)? {
            Cell::Known(value) if value.as_bool() => self.scoped(then, span),
            Cell::Known(_) => match otherwise {
                Some(otherwise) => self.scoped(otherwise, span),
                None => Ok(Flow::Next),
            },
            open => self.open_if(open, then, otherwise, span),
        }
    }

    pub(super) fn condition(&mut self, condition: Expression) -> Lowered<Cell> {
        let span = self.span_of(condition);
        let cell = self.cell(condition)?;
        if let Cell::Known(Value::Complex(_) | Value::Duration(_)) = cell {
            return Err(Fault::new(
                Code::Type,
                span,
                "this is neither true nor false",
                "compare it with something, for example `x == 0`",
            ));
        }
        Ok(cell)
    }

    fn open_if(
        &mut self,
        condition: Cell,
        then: Block,
        otherwise: Option<Block>,
        span: Span,
    ) -> Lowered<Flow> {
        let blocks: Vec<Block> = std::iter::once(then).chain(otherwise).collect();
        let pins = self.pin(&blocks, span)?;
        self.begin_if(condition, span)?;
        let before = self.frames.raises();
        let first = self.scoped(then, span)?;
        let mut second = Flow::Next;
        if let Some(otherwise) = otherwise {
            self.begin_else(span)?;
            second = self.scoped(otherwise, span)?;
        }
        self.end_branch(span)?;
        self.unpin(&pins);
        // where both branches go elsewhere, nothing after them is reached
        let is_left = first == Flow::Jumped && second == Flow::Jumped;
        let is_raised = self.frames.is_raised_since(before);
        Ok(if is_left && !is_raised { Flow::Jumped } else { Flow::Next })
    }

    pub(super) fn begin_if(&mut self, condition: Cell, span: Span) -> Lowered<()> {
        let condition = self.id(condition, span)?;
        let pushed = self.builder.begin_if(condition);
        self.full(span, pushed)?;
        self.frames.branches += 1;
        self.bits.epoch += 1;
        Ok(())
    }

    pub(super) fn begin_else(&mut self, span: Span) -> Lowered<()> {
        let pushed = self.builder.begin_else();
        self.full(span, pushed)?;
        self.bits.epoch += 1;
        Ok(())
    }

    /// Of an `if` or a loop.
    pub(super) fn end_branch(&mut self, span: Span) -> Lowered<()> {
        let pushed = self.builder.end_block();
        self.full(span, pushed)?;
        self.frames.branches = self.frames.branches.saturating_sub(1);
        self.bits.epoch += 1;
        Ok(())
    }

    pub(super) fn switch(
        &mut self,
        subject: Expression,
        cases: List<Case>,
        span: Span,
    ) -> Lowered<Flow> {
        let document = self.document;
        let cases = cases.of(&document.arenas.cases);
        let subject_span = self.span_of(subject);
        let subject = self.cell(subject)?;
        let mut choices: Vec<(Cell, Block)> = Vec::new();
        let mut otherwise = None;
        for (index, case) in cases.iter().enumerate() {
            if case.is_default {
                if index + 1 < cases.len() {
                    return Err(Fault::new(
                        Code::Placement,
                        span,
                        "the `default` case is not the last one",
                        "move it behind the other cases",
                    ));
                }
                otherwise = Some(case.body);
                continue;
            }
            match self.case(subject, case, subject_span)? {
                Cell::Known(value) if value.as_bool() && choices.is_empty() => {
                    return self.scoped(case.body, span);
                }
                Cell::Known(value) if value.as_bool() => {
                    otherwise = Some(case.body);
                    break;
                }
                Cell::Known(_) => {}
                open => choices.push((open, case.body)),
            }
        }
        if choices.is_empty() {
            return match otherwise {
                Some(body) => self.scoped(body, span),
                None => Ok(Flow::Next),
            };
        }
        self.chain(&choices, otherwise, span)
    }

    /// Whether the subject is one of the case's values.
    fn case(&mut self, subject: Cell, case: &Case, span: Span) -> Lowered<Cell> {
        let document = self.document;
        let mut any = Cell::Known(Value::Bool(false));
        for value in case.values.of(&document.arenas.expressions) {
            let value = self.cell(*value)?;
            let is_equal = self.combine(BinaryOperator::Equal, subject, value, span)?;
            any = match (any, is_equal) {
                (Cell::Known(value), _) if value.as_bool() => any,
                (Cell::Known(_), _) => is_equal,
                _ => self.combine(BinaryOperator::Or, any, is_equal, span)?,
            };
        }
        Ok(any)
    }

    fn chain(
        &mut self,
        choices: &[(Cell, Block)],
        otherwise: Option<Block>,
        span: Span,
    ) -> Lowered<Flow> {
        let blocks: Vec<Block> = choices.iter().map(|(_, body)| *body).chain(otherwise).collect();
        let pins = self.pin(&blocks, span)?;
        for (index, (condition, body)) in choices.iter().enumerate() {
            if index > 0 {
                self.begin_else(span)?;
            }
            self.begin_if(*condition, span)?;
            self.scoped(*body, span)?;
        }
        if let Some(body) = otherwise {
            self.begin_else(span)?;
            self.scoped(body, span)?;
        }
        for _ in choices {
            self.end_branch(span)?;
        }
        self.unpin(&pins);
        Ok(Flow::Next)
    }
}
