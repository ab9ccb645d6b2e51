//! How often is a loop written out, or which loops are left to the run?

use quantum_program::{BinaryOperator, Expression as Term, Type, UnaryOperator, Value};

use super::blocks::Flow;
use super::evaluation::{Cell, Datum};
use super::indices::Steps;
use super::jumps::FrameKind;
use super::names::Binding;
use super::picked::Picked;
use super::variables::NewVariable;
use super::{Lowered, Lowering};
use crate::diagnostics::{Code, Fault, Span};
use crate::limits::MAX_LOOP_ITERATIONS;
use crate::syntax::ast::{Block, Expression, ForLoop, Item, NodeKind, Range};

impl Lowering<'_> {
    pub(super) fn while_loop(
        &mut self,
        condition: Expression,
        body: Block,
        span: Span,
    ) -> Lowered<Flow> {
        if self.is_for_the_run(condition, body) {
            self.running_while(condition, body, span)?;
            return Ok(Flow::Next);
        }
        self.frames.enter(FrameKind::WrittenOutLoop, None);
        let before = self.frames.raised();
        let mut iterations = 0;
        loop {
            if self.frames.raised() > before {
                self.rest_of_while(condition, body, span)?;
                break;
            }
            if self.has_effects(condition) {
                self.running_while(condition, body, span)?;
                break;
            }
            match self.condition(condition)? {
                Cell::Known(value) if value.as_bool() => {}
                Cell::Known(_) => break,
                Cell::Open(_) => {
                    self.running_while(condition, body, span)?;
                    break;
                }
            }
            iterations += 1;
            if iterations > MAX_LOOP_ITERATIONS {
                return Err(too_long(span));
            }
            self.step(span)?;
            let flow = self.scoped(body, span)?;
            self.end_iteration(span)?;
            match flow {
                Flow::Next | Flow::Continue => {}
                Flow::Break => break,
                other => {
                    self.leave_loop(span)?;
                    return Ok(other);
                }
            }
        }
        self.leave_loop(span)?;
        Ok(Flow::Next)
    }

    /// `while (true)` around a measurement: what is measured decides when it ends.
    fn is_for_the_run(&mut self, condition: Expression, body: Block) -> bool {
        let node = &self.document.arenas.nodes[condition.root as usize];
        matches!(node.kind, NodeKind::Bool(true)) && self.measures(body)
    }

    /// A jump out of an iteration written out may have been taken: the others are a loop of the run.
    fn rest_of_while(&mut self, condition: Expression, body: Block, span: Span) -> Lowered<()> {
        let pins = self.begin_guard(body, span)?;
        self.running_while(condition, body, span)?;
        self.end_guard(&pins, span)
    }

    fn running_while(&mut self, condition: Expression, body: Block, span: Span) -> Lowered<()> {
        let pins = self.pin(&[body], span)?;
        let has_effects = self.has_effects(condition);
        let cell =
            if has_effects { Cell::Known(Value::Bool(true)) } else { self.condition(condition)? };
        self.begin_while(cell, span)?;
        if has_effects {
            let cell = self.condition(condition)?;
            let id = self.id(cell, span)?;
            let is_over = self.term(Term::Unary(UnaryOperator::Not, id), span)?;
            self.begin_if(is_over, span)?;
            let pushed = self.builder.break_loop();
            self.full(span, pushed)?;
            self.end_branch(span)?;
        }
        self.frames.enter(FrameKind::RunningLoop, None);
        self.scoped(body, span)?;
        self.leave_loop(span)?;
        self.end_branch(span)?;
        self.unpin(&pins);
        Ok(())
    }

    fn begin_while(&mut self, condition: Cell, span: Span) -> Lowered<()> {
        let condition = self.id(condition, span)?;
        let pushed = self.builder.begin_while(condition);
        self.full(span, pushed)?;
        self.frames.branches += 1;
        self.bits.epoch += 1;
        Ok(())
    }

    pub(super) fn for_loop(&mut self, number: u32, span: Span) -> Lowered<Flow> {
        let document = self.document;
        let each = &document.arenas.loops[number as usize];
        let kind = &document.arenas.types[each.kind as usize];
        let kind = self.value_type(kind)?;
        match each.values {
            Item::Range(range) => self.for_range(each, kind, &range, span),
            Item::Set(values) => {
                let mut cells = Vec::with_capacity(values.len());
                for value in values.of(&document.arenas.expressions) {
                    cells.push(self.cell(*value)?);
                }
                self.written_out(each, kind, cells.into_iter().map(Datum::from), span)
            }
            Item::Element(values) => self.for_elements(each, kind, values, span),
        }
    }

    fn for_elements(
        &mut self,
        each: &ForLoop,
        kind: Type,
        values: Expression,
        span: Span,
    ) -> Lowered<Flow> {
        let values_span = self.span_of(values);
        match self.evaluate(values)? {
            Datum::Array(listed) => {
                if listed.dimensions.len() > 1 {
                    return Err(Fault::new(
                        Code::Type,
                        values_span,
                        "a loop goes over arrays of one dimension",
                        "go over the indices: `for int i in [0:sizeof(a) - 1]`",
                    ));
                }
                let cells = self.all_cells(&listed, values_span)?.to_vec();
                self.written_out(each, kind, cells.into_iter().map(Datum::from), span)
            }
            Datum::Bits(bits) => {
                let single = |bit: u32| Datum::Bits(Picked::One(bit));
                let bits: Vec<u32> = bits.iter().collect();
                self.written_out(each, kind, bits.into_iter().map(single), span)
            }
            Datum::Value(Value::Bits { value, width }) => {
                let bit = move |place: u8| {
                    Datum::Value(Value::Bits { value: value >> place & 1, width: 1 })
                };
                self.written_out(each, kind, (0..width).map(bit), span)
            }
            _ => Err(Fault::new(
                Code::Type,
                values_span,
                "a loop goes over a range, a set, an array or a register of bits",
                "write for example `for int i in [0:3] { … }`",
            )),
        }
    }

    fn for_range(
        &mut self,
        each: &ForLoop,
        kind: Type,
        range: &Range,
        span: Span,
    ) -> Lowered<Flow> {
        let (Some(start), Some(end)) = (range.start, range.end) else {
            return Err(Fault::new(
                Code::Syntax,
                span,
                "the range of a loop needs a start and an end",
                "write `[first:last]` or `[first:step:last]`",
            ));
        };
        let step = match range.step {
            Some(step) => self.cell(step)?,
            None => Cell::Known(Value::whole(1)),
        };
        let (start_span, end_span) = (self.span_of(start), self.span_of(end));
        let (start, end) = (self.cell(start)?, self.cell(end)?);
        let (Cell::Known(first), Cell::Known(by), Cell::Known(last)) = (start, step, end) else {
            return self.running_range(each, kind, [start, step, end], span);
        };
        let first = self.whole_value(first, start_span, "the start of a range")?;
        let by = self.whole_value(by, span, "the step of a range")?;
        let last = self.whole_value(last, end_span, "the end of a range")?;
        let steps: Steps = self.steps(first, by, last, span)?;
        let values = steps.values().map(|value| Datum::Value(Value::whole(value)));
        self.written_out(each, kind, values, span)
    }

    fn written_out(
        &mut self,
        each: &ForLoop,
        kind: Type,
        values: impl Iterator<Item = Datum>,
        span: Span,
    ) -> Lowered<Flow> {
        self.frames.enter(FrameKind::WrittenOutLoop, None);
        let before = self.frames.raised();
        for value in values {
            self.step(span)?;
            let guard = match self.frames.raised() > before {
                true => Some(self.begin_guard(each.body, span)?),
                false => None,
            };
            let flow = self.iteration(each, kind, value, span)?;
            self.end_iteration(span)?;
            if let Some(pins) = guard {
                self.end_guard(&pins, span)?;
                continue;
            }
            match flow {
                Flow::Next | Flow::Continue => {}
                Flow::Break => break,
                other => {
                    self.leave_loop(span)?;
                    return Ok(other);
                }
            }
        }
        self.leave_loop(span)?;
        Ok(Flow::Next)
    }

    fn iteration(&mut self, each: &ForLoop, kind: Type, value: Datum, span: Span) -> Lowered<Flow> {
        self.enter_scope();
        let cell = self.as_cell(value, each.name.span)?;
        let new = NewVariable {
            symbol: each.name.symbol,
            span: each.name.span,
            kind,
            is_constant: false,
        };
        let number = self.add_variable(&new, cell)?;
        self.scopes.bind(each.name.symbol, Binding::Variable(number));
        let flow = self.scoped(each.body, span);
        self.leave_scope();
        flow
    }

    /// The variable begins one step before the start, so that `continue` needs no step of its own.
    fn running_range(
        &mut self,
        each: &ForLoop,
        kind: Type,
        [start, step, end]: [Cell; 3],
        span: Span,
    ) -> Lowered<Flow> {
        let Cell::Known(by) = step else {
            return Err(Fault::new(
                Code::NotConstant,
                span,
                "the step of a range must be known before the run",
                "use a number or a `const`",
            ));
        };
        let is_rising = self.whole_value(by, span, "the step of a range")? > 0;
        let wide = Type::Int { bits: 64 };
        let start = self.cast_cell(start, wide, span)?;
        let end = self.cast_cell(end, wide, span)?;
        let end = self.stored(end, wide, span)?;
        let counter = self.new_slot("counter", wide, span)?;
        let before = self.combine(BinaryOperator::Subtract, start, step, span)?;
        let id = self.id(before, span)?;
        let pushed = self.builder.assign(counter, id);
        self.full(span, pushed)?;
        let now = self.term(Term::Variable(counter), span)?;
        let next = self.combine(BinaryOperator::Add, now, step, span)?;
        let compare =
            if is_rising { BinaryOperator::LessEqual } else { BinaryOperator::GreaterEqual };
        let goes_on = self.combine(compare, next, Cell::Open(end), span)?;
        let pins = self.pin(&[each.body], span)?;
        self.begin_while(goes_on, span)?;
        let id = self.id(next, span)?;
        let pushed = self.builder.assign(counter, id);
        self.full(span, pushed)?;
        self.frames.enter(FrameKind::RunningLoop, None);
        let value = self.term(Term::Variable(counter), span)?;
        self.iteration(each, kind, value.into(), span)?;
        self.leave_loop(span)?;
        self.end_branch(span)?;
        self.unpin(&pins);
        Ok(Flow::Next)
    }
}

fn too_long(span: Span) -> Box<Fault> {
    Fault::new(
        Code::Limit,
        span,
        format!("this loop runs more than {MAX_LOOP_ITERATIONS} times"),
        "check that its condition becomes false, or use fewer iterations",
    )
}
