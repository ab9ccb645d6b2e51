//! How is a gate of a library applied, gate by gate?

use super::custom_gates::{fraction, whole_power};
use super::evaluation::Cell;
use super::gates::Applied;
use super::library::{Angle, Definition, Step};
use super::modifiers::fold_power;
use super::{Lowered, Lowering};
use crate::diagnostics::Span;
use quantum_program::{BinaryOperator, Value, Wire};

impl Lowering<'_> {
    /// A gate of a library, made of built-in ones.
    pub(super) fn apply_library(
        &mut self,
        definition: &'static Definition,
        applied: Applied,
        targets: &[Wire],
        arguments: &[(Cell, Span)],
        span: Span,
    ) -> Lowered<()> {
        let Some(times) = whole_power(&applied.powers) else {
            return Err(fraction(span));
        };
        for _ in 0..times.unsigned_abs() {
            self.step(span)?;
            let steps = definition.steps;
            if times < 0 {
                for step in steps.iter().rev() {
                    self.library_step(step, &applied, &[-1.0], targets, arguments, span)?;
                }
            } else {
                for step in steps {
                    self.library_step(step, &applied, &[], targets, arguments, span)?;
                }
            }
        }
        Ok(())
    }

    fn library_angle(
        &mut self,
        angle: &Angle,
        arguments: &[(Cell, Span)],
        span: Span,
    ) -> Lowered<Cell> {
        let mut sum = Cell::Known(Value::Float(angle.constant));
        for (factor, (argument, _)) in angle.factors.iter().zip(arguments) {
            let factor = Cell::Known(Value::Float(*factor));
            let part = self.combine(BinaryOperator::Multiply, *argument, factor, span)?;
            sum = self.combine(BinaryOperator::Add, sum, part, span)?;
        }
        Ok(sum)
    }

    fn library_step(
        &mut self,
        step: &Step,
        applied: &Applied,
        powers: &[f64],
        targets: &[Wire],
        arguments: &[(Cell, Span)],
        span: Span,
    ) -> Lowered<()> {
        let Some(gate) = quantum_program::built_in(step.gate) else {
            return Ok(());
        };
        let mut own = Vec::with_capacity(step.angles.len());
        for angle in step.angles {
            own.push((self.library_angle(angle, arguments, span)?, span));
        }
        let wires: Vec<Wire> = step.qubits.iter().map(|at| targets[*at]).collect();
        let mut all = Vec::new();
        for power in powers {
            fold_power(&mut all, *power);
        }
        let applied = Applied { controls: applied.controls.clone(), powers: all };
        let number = self.builder.gate_name(step.gate);
        self.apply_built_in((gate, number, step.gate), applied, &wires, &own, span)
    }
}
