//! Where do `break`, `continue`, `return` and `end` lead, when only a run knows whether they are reached?
//!
//! A loop that is written out and a subroutine that is put in place have nothing to jump out of. There a jump sets a
//! flag, and what the jump passes over stands in an `if` on that flag.

use quantum_program::{BinaryOperator, Expression as Term, Type, UnaryOperator, Value};

use super::assigned::Pins;
use super::blocks::Flow;
use super::evaluation::{Cell, Datum};
use super::{Lowered, Lowering};
use crate::diagnostics::{Code, Fault, Span};
use crate::syntax::ast::{Block, Expression};

/// The loops and calls that jumps lead out of, innermost last.
#[derive(Debug, Default)]
pub(super) struct Frames {
    all: Vec<Frame>,
    /// Branches and loops of the run that are open.
    pub(super) branches: usize,
    /// Flags of jumps that may have been taken, with the frames they lead out of.
    raised: Vec<Raised>,
    /// How often one was raised.
    raises: usize,
}

#[derive(Debug, Clone, Copy)]
struct Raised {
    flag: u32,
    frame: usize,
    flow: Flow,
}

#[derive(Debug, Clone)]
pub(super) struct Frame {
    kind: FrameKind,
    /// `branches` when it was entered.
    branches: usize,
    break_flag: Option<u32>,
    continue_flag: Option<u32>,
    /// What a subroutine gives back, by its type and where it is kept.
    result: Option<(Type, Option<u32>)>,
    returned: Option<Datum>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FrameKind {
    WrittenOutLoop,
    RunningLoop,
    Call,
}

impl Frames {
    pub(super) fn enter(&mut self, kind: FrameKind, result: Option<Type>) {
        self.all.push(Frame {
            kind,
            branches: self.branches,
            break_flag: None,
            continue_flag: None,
            result: result.map(|kind| (kind, None)),
            returned: None,
        });
    }

    pub(super) fn calls(&self) -> u32 {
        super::narrow(self.all.iter().filter(|frame| frame.kind == FrameKind::Call).count())
    }

    /// How often a jump was left to the run.
    pub(super) fn raises(&self) -> usize {
        self.raises
    }

    /// Different jumps that may have been taken.
    pub(super) fn raised(&self) -> usize {
        self.raised.len()
    }

    pub(super) fn unwind(&mut self) {
        *self = Self::default();
    }

    fn target(&self, flow: Flow) -> Option<usize> {
        let calls = self.all.iter().rposition(|frame| frame.kind == FrameKind::Call);
        match flow {
            Flow::Return => calls,
            _ => {
                let inner = calls.map_or(0, |call| call + 1);
                self.all[inner..]
                    .iter()
                    .rposition(|frame| frame.kind != FrameKind::Call)
                    .map(|at| at + inner)
            }
        }
    }
}

impl Lowering<'_> {
    /// `break`, `continue` or, its value being kept already, `return`.
    pub(super) fn jump(&mut self, flow: Flow, span: Span) -> Lowered<Flow> {
        let Some(target) = self.frames.target(flow) else {
            let (what, place) = match flow {
                Flow::Return => ("return", "subroutine (`def`)"),
                Flow::Break => ("break", "loop"),
                _ => ("continue", "loop"),
            };
            return Err(Fault::new(
                Code::Placement,
                span,
                format!("there is no {place} that this `{what}` belongs to"),
                "remove it",
            ));
        };
        let frame = &self.frames.all[target];
        let inner_loops =
            self.frames.all[target + 1..].iter().any(|frame| frame.kind == FrameKind::RunningLoop);
        if frame.kind == FrameKind::RunningLoop {
            self.jump_in_loop(flow, span)?;
            return Ok(Flow::Jumped);
        }
        if self.frames.branches == frame.branches && !inner_loops {
            return Ok(flow);
        }
        self.raise(flow, target, span)?;
        if inner_loops {
            self.jump_in_loop(Flow::Break, span)?;
        }
        Ok(Flow::Jumped)
    }

    fn jump_in_loop(&mut self, flow: Flow, span: Span) -> Lowered<()> {
        let pushed = match flow {
            Flow::Continue => self.builder.continue_loop(),
            _ => self.builder.break_loop(),
        };
        self.full(span, pushed).map(drop)
    }

    fn raise(&mut self, flow: Flow, target: usize, span: Span) -> Lowered<()> {
        let frame = &self.frames.all[target];
        let known = if flow == Flow::Continue { frame.continue_flag } else { frame.break_flag };
        let flag = match known {
            Some(flag) => flag,
            None => self.new_slot("left", Type::Bool, span)?,
        };
        let frame = &mut self.frames.all[target];
        if flow == Flow::Continue {
            frame.continue_flag = Some(flag);
        } else {
            frame.break_flag = Some(flag);
        }
        self.set_flag(flag, true, span)?;
        self.frames.raises += 1;
        if self.frames.raised.iter().all(|raised| raised.flag != flag) {
            self.frames.raised.push(Raised { flag, frame: target, flow });
        }
        Ok(())
    }

    fn set_flag(&mut self, flag: u32, value: bool, span: Span) -> Lowered<()> {
        let id = self.id(Cell::Known(Value::Bool(value)), span)?;
        let pushed = self.builder.assign(flag, id);
        self.full(span, pushed)
    }

    /// What follows runs only if none of the raised jumps has been taken.
    pub(super) fn begin_guard(&mut self, rest: Block, span: Span) -> Lowered<Pins> {
        let pins = self.pin(&[rest], span)?;
        let mut flags: Vec<u32> = self.frames.raised.iter().map(|raised| raised.flag).collect();
        flags.sort_unstable();
        flags.dedup();
        let mut any: Option<Cell> = None;
        for flag in flags {
            let flag = self.term(Term::Variable(flag), span)?;
            any = Some(match any {
                None => flag,
                Some(before) => self.combine(BinaryOperator::Or, before, flag, span)?,
            });
        }
        let any = any.unwrap_or(Cell::Known(Value::Bool(false)));
        let any = self.id(any, span)?;
        let none = self.term(Term::Unary(UnaryOperator::Not, any), span)?;
        self.begin_if(none, span)?;
        Ok(pins)
    }

    pub(super) fn end_guard(&mut self, pins: &Pins, span: Span) -> Lowered<()> {
        self.end_branch(span)?;
        self.unpin(pins);
        Ok(())
    }

    /// Once an iteration is over: its `continue` has led where it leads.
    pub(super) fn end_iteration(&mut self, span: Span) -> Lowered<()> {
        self.settle(Flow::Continue, span)
    }

    /// Forgets the jumps that have led to the innermost frame, and lowers their flags.
    fn settle(&mut self, flow: Flow, span: Span) -> Lowered<()> {
        let Some(innermost) = self.frames.all.len().checked_sub(1) else {
            return Ok(());
        };
        let is_settled = |raised: &Raised| raised.frame == innermost && raised.flow == flow;
        let flags: Vec<u32> =
            self.frames.raised.iter().filter(|raised| is_settled(raised)).map(|r| r.flag).collect();
        self.frames.raised.retain(|raised| !is_settled(raised));
        if let Some(flag) = flags.first() {
            self.set_flag(*flag, false, span)?;
        }
        Ok(())
    }

    pub(super) fn leave_loop(&mut self, span: Span) -> Lowered<()> {
        self.settle(Flow::Continue, span)?;
        self.settle(Flow::Break, span)?;
        self.frames.all.pop();
        Ok(())
    }

    /// Gives what the subroutine gives back.
    pub(super) fn leave_call(&mut self, span: Span) -> Lowered<Datum> {
        self.settle(Flow::Return, span)?;
        let Some(frame) = self.frames.all.pop() else {
            return Ok(Datum::Nothing);
        };
        match frame.result {
            Some((kind, Some(slot))) => self.read_slot(slot, kind, span).map(Datum::from),
            _ => Ok(frame.returned.unwrap_or(Datum::Nothing)),
        }
    }

    pub(super) fn return_from(&mut self, value: Option<Expression>, span: Span) -> Lowered<Flow> {
        let Some(target) = self.frames.target(Flow::Return) else {
            return self.jump(Flow::Return, span);
        };
        let result = self.frames.all[target].result;
        let cell = match (value, result) {
            (None, None) => None,
            (Some(value), Some((kind, _))) => {
                let value_span = self.span_of(value);
                let cell = self.cell(value)?;
                Some(self.cast_cell(cell, kind, value_span)?)
            }
            (Some(value), None) => {
                return Err(Fault::new(
                    Code::Arity,
                    self.span_of(value),
                    "this subroutine gives nothing back",
                    "declare what it gives back: `def f() -> int { … }`",
                ));
            }
            (None, Some(_)) => {
                return Err(Fault::new(
                    Code::Arity,
                    span,
                    "this subroutine must give a value back",
                    "write the value behind `return`",
                ));
            }
        };
        if let (Some(cell), Some((kind, slot))) = (cell, result) {
            self.keep_result(target, cell, kind, slot, span)?;
        }
        self.jump(Flow::Return, span)
    }

    /// A value that is known when the whole call is needs no place in the run's memory.
    fn keep_result(
        &mut self,
        target: usize,
        cell: Cell,
        kind: Type,
        slot: Option<u32>,
        span: Span,
    ) -> Lowered<()> {
        let is_certain = self.frames.branches == self.frames.all[target].branches;
        if is_certain && slot.is_none() && !self.depends_on_run(cell) {
            self.frames.all[target].returned = Some(cell.into());
            return Ok(());
        }
        let slot = match slot {
            Some(slot) => slot,
            None => self.new_slot("result", kind, span)?,
        };
        self.frames.all[target].result = Some((kind, Some(slot)));
        self.set_slot(slot, kind, cell, span)
    }

    pub(super) fn end(&mut self, span: Span) -> Lowered<Flow> {
        if self.frames.branches == 0 {
            self.is_over = true;
            return Ok(Flow::End);
        }
        // what is known of outputs has to be in the run's memory before it ends
        self.keep_outputs_for_an_end(span)?;
        let pushed = self.builder.end();
        self.full(span, pushed)?;
        Ok(Flow::Jumped)
    }
}
