//! Which plain gate is the inverse of a gate?

use quantum_program::{Base, BuiltIn, UnaryOperator, Value};

use super::evaluation::Cell;
use super::{Lowered, Lowering};
use crate::diagnostics::Span;

/// How the inverse of a gate is made.
enum Inverse {
    Itself,
    /// Another gate, by its name in Braket's dialect.
    Other(Base, &'static str),
    /// With these parameters turned around.
    Negated(&'static [usize]),
    /// Only with a modifier.
    Modified,
}

fn inverse(base: Base) -> Inverse {
    match base {
        Base::Identity
        | Base::Hadamard
        | Base::X
        | Base::Y
        | Base::Z
        | Base::Swap
        | Base::Ecr
        | Base::Gpi => Inverse::Itself,
        Base::S => Inverse::Other(Base::SInverse, "si"),
        Base::SInverse => Inverse::Other(Base::S, "s"),
        Base::T => Inverse::Other(Base::TInverse, "ti"),
        Base::TInverse => Inverse::Other(Base::T, "t"),
        Base::V => Inverse::Other(Base::VInverse, "vi"),
        Base::VInverse => Inverse::Other(Base::V, "v"),
        Base::Rx
        | Base::Ry
        | Base::Rz
        | Base::Phase
        | Base::GlobalPhase
        | Base::Prx
        | Base::PSwap
        | Base::Xy
        | Base::Xx
        | Base::Yy
        | Base::Zz
        | Base::Phase00
        | Base::Phase01
        | Base::Phase10 => Inverse::Negated(&[0]),
        Base::U | Base::UPhase => Inverse::Negated(&[0, 1, 2, 3]),
        Base::U2 | Base::Gpi2 | Base::ISwap | Base::Ms => Inverse::Modified,
    }
}

impl Lowering<'_> {
    /// In place of `inv @` a plain gate, if there is one; the name is that of the new gate.
    pub(super) fn inverted<'t>(
        &mut self,
        gate: BuiltIn,
        text: &'t str,
        powers: &mut Vec<f64>,
        arguments: &mut [(Cell, Span)],
    ) -> Lowered<(BuiltIn, &'t str)> {
        let is_inverse = matches!(powers.as_slice(), [power] if (power + 1.0).abs() <= 0.0);
        if !is_inverse {
            return Ok((gate, text));
        }
        match inverse(gate.base) {
            Inverse::Modified => return Ok((gate, text)),
            Inverse::Itself => {}
            Inverse::Other(base, plain) => {
                powers.clear();
                let text = if gate.controls == 0 { plain } else { text };
                return Ok((BuiltIn { base, ..gate }, text));
            }
            Inverse::Negated(places) => {
                for (place, (cell, span)) in arguments.iter_mut().enumerate() {
                    if places.contains(&place) {
                        *cell = self.negated(*cell, *span)?;
                    }
                }
                // the inverse of a turn by φ and one by λ turns the other way round
                if let (Base::U | Base::UPhase, [_, phi, lambda, ..]) = (gate.base, arguments) {
                    std::mem::swap(phi, lambda);
                }
            }
        }
        powers.clear();
        Ok((gate, text))
    }

    fn negated(&mut self, cell: Cell, span: Span) -> Lowered<Cell> {
        match cell {
            Cell::Known(value) => {
                let radians = value.as_float().map_err(|reason| super::undefined(span, reason))?;
                Ok(Cell::Known(Value::Float(-radians)))
            }
            Cell::Open(id) => {
                self.term(quantum_program::Expression::Unary(UnaryOperator::Negate, id), span)
            }
        }
    }
}
