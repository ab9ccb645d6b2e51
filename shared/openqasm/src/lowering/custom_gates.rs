//! What does a gate that the program defines consist of?

use quantum_program::Wire;

use super::evaluation::Cell;
use super::gates::Applied;
use super::names::Binding;
use super::{Lowered, Lowering};
use crate::diagnostics::{Code, Fault, Span};
use crate::limits::MAX_CALL_DEPTH;
use crate::syntax::ast::{Block, GateDefinition, Item, Name, Statement, StatementKind};

impl<'a> Lowering<'a> {
    pub(super) fn apply_custom(
        &mut self,
        number: u32,
        applied: Applied,
        targets: &[Wire],
        arguments: &[(Cell, Span)],
        span: Span,
    ) -> Lowered<()> {
        let definition = self.gates.custom[number as usize];
        self.enter_call(span)?;
        let locals = self.enter_global(span)?;
        let document = self.document;
        let names = definition.parameters.of(&document.arenas.names);
        for (name, (cell, argument)) in names.iter().zip(arguments) {
            let binding = self.gate_parameter(*name, *cell, *argument)?;
            self.scopes.bind(name.symbol, binding);
        }
        let names = definition.qubits.of(&document.arenas.names);
        for (name, wire) in names.iter().zip(targets) {
            let binding = Binding::Qubits { first: wire.qubit(), count: 1 };
            self.scopes.bind(name.symbol, binding);
        }
        let outer = std::mem::take(&mut self.gates.outer);
        self.gates.outer.controls = applied.controls;
        let result = self.repeat_body(definition, &applied.powers, span);
        self.gates.outer = outer;
        self.leave_global(locals);
        self.leave_call_depth();
        result
    }

    fn gate_parameter(&mut self, name: Name, cell: Cell, span: Span) -> Lowered<Binding> {
        match self.as_parameter(cell, span)? {
            quantum_program::Parameter::Known(value) => Ok(Binding::Number(value)),
            quantum_program::Parameter::Expression(_) => {
                self.add_parameter(name, cell).map(Binding::Variable)
            }
        }
    }

    fn repeat_body(
        &mut self,
        definition: &GateDefinition,
        powers: &[f64],
        span: Span,
    ) -> Lowered<()> {
        let Some(times) = whole_power(powers) else {
            return self.fraction_of_body(definition.body, powers, span);
        };
        if times < 0 {
            self.gates.outer.powers = vec![-1.0];
        }
        for _ in 0..times.unsigned_abs() {
            self.step(span)?;
            if times < 0 {
                self.backwards(definition.body)?;
            } else {
                self.block(definition.body, span)?;
            }
        }
        Ok(())
    }

    /// A fraction of a gate is a fraction of its body only if that is a single gate.
    fn fraction_of_body(&mut self, body: Block, powers: &[f64], span: Span) -> Lowered<()> {
        let document = self.document;
        match body.of(&document.arenas.statements) {
            [] => Ok(()),
            [Statement { kind: StatementKind::Gate(_), .. }] => {
                self.gates.outer.powers = powers.to_vec();
                self.block(body, span).map(drop)
            }
            _ => Err(fraction(span)),
        }
    }

    /// The inverse of a sequence is the inverses in reverse.
    fn backwards(&mut self, body: Block) -> Lowered<()> {
        let document = self.document;
        for statement in body.of(&document.arenas.statements).iter().rev() {
            self.step(statement.span)?;
            match statement.kind {
                StatementKind::For(number) => self.loop_backwards(number, statement.span)?,
                StatementKind::Scope(body) => self.backwards(body)?,
                StatementKind::If { condition, then, otherwise } => {
                    match (self.condition(condition)?, otherwise) {
                        (Cell::Known(value), _) if value.as_bool() => self.backwards(then)?,
                        (Cell::Known(_), Some(otherwise)) => self.backwards(otherwise)?,
                        (Cell::Known(_), None) => {}
                        (Cell::Open(id), _) => {
                            return Err(self.not_constant(
                                id,
                                statement.span,
                                "what an inverted gate is made of",
                            ));
                        }
                    }
                }
                _ => {
                    self.statement(statement)?;
                }
            }
        }
        Ok(())
    }

    fn loop_backwards(&mut self, number: u32, span: Span) -> Lowered<()> {
        let document = self.document;
        let each = &document.arenas.loops[number as usize];
        let mut values = match each.values {
            Item::Range(range) => {
                let (Some(start), Some(end)) = (range.start, range.end) else {
                    return Err(fraction(span));
                };
                let step = match range.step {
                    Some(step) => self.whole(step, "the step of a range")?,
                    None => 1,
                };
                let start = self.whole(start, "the start of a range")?;
                let end = self.whole(end, "the end of a range")?;
                self.steps(start, step, end, span)?.values().collect()
            }
            Item::Set(set) => {
                let mut values = Vec::with_capacity(set.len());
                for value in set.of(&document.arenas.expressions) {
                    values.push(self.whole(*value, "a value of a loop in a gate")?);
                }
                values
            }
            Item::Element(_) => return Err(fraction(span)),
        };
        values.reverse();
        for value in values {
            self.step(span)?;
            self.enter_scope();
            self.scopes.bind(each.name.symbol, Binding::Number(value as f64));
            let result = self.backwards(each.body);
            self.leave_scope();
            result?;
        }
        Ok(())
    }

    /// A custom gate or a subroutine is being carried out.
    pub(super) fn enter_call(&mut self, span: Span) -> Lowered<()> {
        self.calls += 1;
        if self.calls > MAX_CALL_DEPTH {
            return Err(self.exhausted(
                span,
                format!("gates and subroutines call one another more than {MAX_CALL_DEPTH} levels deep"),
                "write the inner ones out; a subroutine that calls itself needs a condition that ends it",
            ));
        }
        Ok(())
    }

    pub(super) fn leave_call_depth(&mut self) {
        self.calls = self.calls.saturating_sub(1);
    }
}

pub(super) fn whole_power(powers: &[f64]) -> Option<i64> {
    match powers {
        [] => Some(1),
        [power] if power.fract().abs() <= 0.0 => Some(*power as i64),
        _ => None,
    }
}

pub(super) fn fraction(span: Span) -> Box<Fault> {
    Fault::new(
        Code::Modifier,
        span,
        "a gate made of several gates cannot be raised to a fractional power",
        "use a whole number, or define a gate of its own for the fraction",
    )
}
