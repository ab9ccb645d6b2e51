//! What do `ctrl`, `negctrl`, `inv` and `pow` before a gate come to?

use std::fmt::Write as _;

use quantum_program::Wire;

use super::evaluation::Cell;
use super::{Lowered, Lowering, undefined};
use crate::diagnostics::{Code, Fault, Span};
use crate::limits::MAX_CONTROLS;
use crate::syntax::ast::{Expression, List, Modifier};

impl Lowering<'_> {
    /// Whether each control is on 1, in order; powers as they are applied, the first one first.
    pub(super) fn modifiers(
        &mut self,
        modifiers: List<Modifier>,
    ) -> Lowered<(Vec<bool>, Vec<f64>)> {
        let document = self.document;
        let modifiers = modifiers.of(&document.arenas.modifiers);
        let mut controls = Vec::new();
        let mut powers = Vec::new();
        for modifier in modifiers {
            if let Modifier::Control { span, count, on_one } = modifier {
                let count = self.control_count(*count, *span)?;
                if controls.len() + count > MAX_CONTROLS {
                    return Err(Fault::new(
                        Code::Limit,
                        *span,
                        format!("a gate has at most {MAX_CONTROLS} controls"),
                        "use fewer controls",
                    ));
                }
                controls.resize(controls.len() + count, *on_one);
            }
        }
        for modifier in modifiers.iter().rev() {
            match modifier {
                Modifier::Control { .. } => {}
                Modifier::Inverse => fold_power(&mut powers, -1.0),
                Modifier::Power(power) => {
                    let power = self.power(*power)?;
                    fold_power(&mut powers, power);
                }
            }
        }
        Ok((controls, powers))
    }

    fn control_count(&mut self, count: Option<Expression>, span: Span) -> Lowered<usize> {
        let Some(count) = count else {
            return Ok(1);
        };
        let value = self.whole(count, "the number of controls")?;
        usize::try_from(value).ok().filter(|count| *count > 0).ok_or_else(|| {
            Fault::new(
                Code::Modifier,
                span,
                format!("a gate cannot have {value} controls"),
                "write how many qubits control the gate, at least 1",
            )
        })
    }

    fn power(&mut self, power: Expression) -> Lowered<f64> {
        let span = self.span_of(power);
        match self.cell(power)? {
            Cell::Known(value) => value.as_float().map_err(|reason| undefined(span, reason)),
            Cell::Open(id) => Err(self.not_constant(id, span, "the power of a gate")),
        }
    }

    /// As in the program, with its modifiers: `ctrl @ rx`, `inv @ s`, `pow @ x`.
    pub(super) fn modified_name(&mut self, name: &str, controls: &[Wire], powers: &[f64]) -> u32 {
        let mut text = String::new();
        for same in controls.chunk_by(|a, b| a.is_on_one() == b.is_on_one()) {
            text.push_str(if same[0].is_on_one() { "ctrl" } else { "negctrl" });
            if same.len() > 1 {
                // a string takes any text
                let _ = write!(text, "({})", same.len());
            }
            text.push_str(" @ ");
        }
        match powers {
            [] => {}
            [power] if (power + 1.0).abs() < f64::EPSILON => text.push_str("inv @ "),
            _ => text.push_str("pow @ "),
        }
        text.push_str(name);
        self.builder.gate_name(&text)
    }
}

/// (Uᵃ)ⁿ is Uᵃⁿ for a whole n only: a fraction takes the principal root of what is there.
pub(super) fn fold_power(powers: &mut Vec<f64>, exponent: f64) {
    let is_whole = exponent.fract().abs() <= 0.0;
    match powers.last_mut() {
        Some(last) if is_whole && (*last * exponent).abs() < 1e15 => *last *= exponent,
        _ => powers.push(exponent),
    }
    if powers.last().is_some_and(|last| (last - 1.0).abs() <= 0.0) {
        powers.pop();
    }
}
