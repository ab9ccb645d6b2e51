//! How is a gate with its modifiers written out into built-in gates?

use std::fmt::Write;
use std::rc::Rc;

use super::definitions::{Call, Callee};
use super::values::{Scope, Value};
use super::{Lowered, Lowering};
use crate::diagnostics::{Fault, Span};
use crate::gates::BuiltIn;
use crate::limits::MAX_EXPANDED_GATES;
use crate::program::{Gate, Parameter, Step, Wire};
use crate::scalar::Scalar;
use crate::syntax::ast::Expression;

/// Calls looked at, those of custom gates included, which may have nothing in them.
const MAX_VISITS: usize = 4 * MAX_EXPANDED_GATES;

/// What a call is applied with.
pub(super) struct Applied<'s> {
    pub(super) arguments: &'s [Value],
    /// In the order they are applied.
    pub(super) powers: &'s [f64],
    /// The operands of the call, its own controls first.
    pub(super) wires: &'s [Wire],
    /// Controls put on the custom gate that the call stands in.
    pub(super) controls: &'s [Wire],
}

impl<'a> Lowering<'a> {
    /// Evaluates powers and inverses to as few numbers as mean the same.
    pub(super) fn powers(
        &mut self,
        powers: &[Option<&'a Expression>],
        scope: Scope<'_>,
    ) -> Lowered<Vec<f64>> {
        let mut folded = Vec::new();
        for power in powers {
            let exponent = match power {
                None => -1.0,
                Some(expression) => self.exponent(expression, scope)?,
            };
            fold_power(&mut folded, exponent);
        }
        Ok(folded)
    }

    fn exponent(&mut self, expression: &Expression, scope: Scope<'_>) -> Lowered<f64> {
        let refused = |message: &str, help: &str| Fault::new(expression.span, message, help);
        match self.value_in(expression, scope)? {
            Value::Known(Scalar::Int(value)) => Ok(value as f64),
            Value::Known(Scalar::Float(value)) => Ok(value),
            Value::Known(_) => Err(refused(
                "the exponent of `pow` must be a number",
                "write `pow(2) @` or `pow(0.5) @`",
            )),
            Value::Open(_) => Err(refused(
                "the exponent of `pow` must be known before the run, and cannot depend on an input",
                "use a number or a `const`; for a rotation, multiply its angle by the input instead",
            )),
        }
    }

    pub(super) fn apply(&mut self, call: &Call<'a>, applied: &Applied<'_>) -> Lowered<()> {
        self.visit(call.span)?;
        let (own, targets) = applied.wires.split_at(call.controls.len());
        let own = own.iter().zip(&call.controls).map(|(wire, on_one)| wire.control(*on_one));
        let controls: Vec<Wire> = applied.controls.iter().copied().chain(own).collect();
        match call.callee {
            Callee::BuiltIn(gate) => self.apply_built_in(call, gate, &controls, targets, applied),
            Callee::Custom(index) => self.apply_custom(call, index, &controls, targets, applied),
        }
    }

    fn apply_custom(
        &mut self,
        call: &Call<'a>,
        index: usize,
        controls: &[Wire],
        targets: &[Wire],
        applied: &Applied<'_>,
    ) -> Lowered<()> {
        let Some(times) = whole_power(applied.powers) else {
            return self.apply_fraction(call, index, controls, targets, applied);
        };
        let definition = Rc::clone(&self.definitions[index]);
        let scope = Scope { names: &definition.parameters, values: applied.arguments };
        for _ in 0..times.unsigned_abs() {
            self.visit(call.span)?;
            if times < 0 {
                for inner in definition.body.iter().rev() {
                    self.apply_inner(inner, controls, targets, scope, &[-1.0])?;
                }
            } else {
                for inner in &definition.body {
                    self.apply_inner(inner, controls, targets, scope, &[])?;
                }
            }
        }
        Ok(())
    }

    /// A fraction of a gate is a fraction of its body only if that is a single gate.
    fn apply_fraction(
        &mut self,
        call: &Call<'a>,
        index: usize,
        controls: &[Wire],
        targets: &[Wire],
        applied: &Applied<'_>,
    ) -> Lowered<()> {
        let definition = Rc::clone(&self.definitions[index]);
        let scope = Scope { names: &definition.parameters, values: applied.arguments };
        match definition.body.as_slice() {
            [] => Ok(()),
            [inner] => self.apply_inner(inner, controls, targets, scope, applied.powers),
            _ => Err(Fault::new(
                call.span,
                "a custom gate of several gates cannot be raised to a fractional power",
                "use a whole number, or define a gate of its own for the fraction",
            )),
        }
    }

    fn apply_inner(
        &mut self,
        inner: &Call<'a>,
        controls: &[Wire],
        targets: &[Wire],
        scope: Scope<'_>,
        outer: &[f64],
    ) -> Lowered<()> {
        let arguments = self.arguments(inner.arguments, scope)?;
        let mut powers = self.powers(&inner.powers, scope)?;
        for power in outer {
            fold_power(&mut powers, *power);
        }
        let wires: Vec<Wire> = inner.operands.iter().map(|operand| targets[*operand]).collect();
        self.apply(
            inner,
            &Applied { arguments: &arguments, powers: &powers, wires: &wires, controls },
        )
    }

    fn apply_built_in(
        &mut self,
        call: &Call<'a>,
        gate: BuiltIn,
        controls: &[Wire],
        targets: &[Wire],
        applied: &Applied<'_>,
    ) -> Lowered<()> {
        let first_parameter = u32::try_from(self.body.parameters.len()).unwrap_or(u32::MAX);
        for (argument, expression) in applied.arguments.iter().zip(call.arguments) {
            let parameter = parameter(*argument, expression.span)?;
            self.body.parameters.push(parameter);
        }
        let wires = controls.iter().chain(targets);
        let first_operand =
            self.push_operands(call.span, wires.clone().map(|wire| wire.qubit()))?;
        for (operand, wire) in self.body.operands[first_operand as usize..].iter_mut().zip(wires) {
            *operand = *wire;
        }
        let powers = self.shared_powers(applied.powers);
        let name = self.gate_name(call, controls, applied.powers);
        let step = Step::Gate(Gate {
            base: gate.base,
            name,
            first_operand,
            controls: u16::try_from(controls.len() + gate.controls).unwrap_or(u16::MAX),
            first_parameter,
            parameters: u8::try_from(applied.arguments.len()).unwrap_or(u8::MAX),
            powers,
        });
        self.push(call.span, step)
    }

    fn shared_powers(&mut self, powers: &[f64]) -> u32 {
        let all = &mut self.body.powers;
        // most gates have no powers, and neighbours mostly the same ones
        let same = all.iter().take(64).position(|known| known.as_slice() == powers);
        let index = same.unwrap_or(all.len());
        if index == all.len() {
            all.push(powers.to_vec());
        }
        u32::try_from(index).unwrap_or(u32::MAX)
    }

    /// As in the program, with its modifiers: `ctrl @ rx`, `inv @ s`, `pow @ x`.
    fn gate_name(&mut self, call: &Call<'a>, controls: &[Wire], powers: &[f64]) -> u32 {
        let mut name = String::new();
        for same in controls.chunk_by(|a, b| a.is_on_one() == b.is_on_one()) {
            name.push_str(if same[0].is_on_one() { "ctrl" } else { "negctrl" });
            if same.len() > 1 {
                write!(name, "({})", same.len()).expect("a string takes any text");
            }
            name.push_str(" @ ");
        }
        match powers {
            [] => {}
            [power] if (power + 1.0).abs() < f64::EPSILON => name.push_str("inv @ "),
            _ => name.push_str("pow @ "),
        }
        name.push_str(call.name.text(self.source));
        let next = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let index = *self.names.entry(name.clone()).or_insert(next);
        if index == next {
            self.body.gate_names.push(name);
        }
        index
    }

    fn visit(&mut self, span: Span) -> Lowered<()> {
        self.visits += 1;
        if self.visits > MAX_VISITS {
            return Err(self.exhaust(
                span,
                "custom gates and powers repeat more often than can be written out".to_owned(),
                "use smaller powers and fewer custom gates inside custom gates",
            ));
        }
        Ok(())
    }
}

/// (Uᵃ)ⁿ is Uᵃⁿ for a whole n only: a fraction takes the principal root of what is there.
fn fold_power(powers: &mut Vec<f64>, exponent: f64) {
    let is_whole = exponent.fract().abs() <= 0.0;
    match powers.last_mut() {
        Some(last) if is_whole && (*last * exponent).abs() < 1e15 => *last *= exponent,
        _ => powers.push(exponent),
    }
    if powers.last().is_some_and(|last| (last - 1.0).abs() <= 0.0) {
        powers.pop();
    }
}

fn whole_power(powers: &[f64]) -> Option<i64> {
    match powers {
        [] => Some(1),
        [power] if power.fract().abs() <= 0.0 => Some(*power as i64),
        _ => None,
    }
}

fn parameter(value: Value, span: Span) -> Lowered<Parameter> {
    match value {
        Value::Open(term) => Ok(Parameter::Term(term)),
        Value::Known(value) => match value.as_float() {
            Ok(number) => Ok(Parameter::Known(number)),
            Err(reason) => Err(super::values::undefined(span, reason)),
        },
    }
}
