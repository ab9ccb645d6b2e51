//! What do the functions of the language give?

use quantum_program::{BinaryOperator, Expression as Term, Function, Value, operators};

use super::evaluation::{Cell, Datum};
use super::names::{Binding, Builtin};
use super::{Lowered, Lowering, undefined};
use crate::diagnostics::{Code, Fault, Span};
use crate::syntax::ast::{Expression, List};
use crate::syntax::names::Symbol;

impl Lowering<'_> {
    pub(super) fn call(
        &mut self,
        name: Symbol,
        arguments: List<Expression>,
        span: Span,
    ) -> Lowered<Datum> {
        self.step(span)?;
        match self.resolve(name) {
            Binding::Subroutine(number) => self.call_subroutine(number, arguments, span),
            Binding::Function(function) => self.call_function(name, function, arguments, span),
            Binding::Unknown | Binding::Unresolved => {
                let name = self.name_text(name);
                Err(Fault::new(
                    Code::UnknownName,
                    span,
                    format!("there is no function or subroutine `{name}`"),
                    format!("define it first: `def {name}(…) -> … {{ … }}`"),
                ))
            }
            Binding::BuiltInGate(_) | Binding::LibraryGate(_) | Binding::Gate(_) => {
                let name = self.name_text(name);
                Err(Fault::new(
                    Code::Arity,
                    span,
                    format!("the gate `{name}` is applied to no qubits"),
                    format!("write the qubits after the parentheses: `{name}(…) q[0];`"),
                ))
            }
            _ => Err(self.wrong_kind(name, span, "a function or a subroutine")),
        }
    }

    fn call_function(
        &mut self,
        name: Symbol,
        function: Builtin,
        arguments: List<Expression>,
        span: Span,
    ) -> Lowered<Datum> {
        let document = self.document;
        let arguments = arguments.of(&document.arenas.expressions);
        let takes = match function {
            Builtin::OfOne(_) => 1..=1,
            Builtin::SizeOf => 1..=2,
            _ => 2..=2,
        };
        if !takes.contains(&arguments.len()) {
            let name = self.name_text(name);
            return Err(Fault::new(
                Code::Arity,
                span,
                format!("`{name}` takes {} values, not {}", takes.end(), arguments.len()),
                "separate the values with commas",
            ));
        }
        if function == Builtin::SizeOf {
            return self.call_size_of(arguments, span);
        }
        let first = self.cell(arguments[0])?;
        let result = match function {
            Builtin::OfOne(function) => self.of_one(function, first, span)?,
            Builtin::Pow => {
                let second = self.cell(arguments[1])?;
                self.combine(BinaryOperator::Power, first, second, span)?
            }
            Builtin::Mod => {
                let second = self.cell(arguments[1])?;
                self.modulo(first, second, span)?
            }
            _ => {
                let second = self.cell(arguments[1])?;
                self.rotated(function, first, second, span)?
            }
        };
        Ok(result.into())
    }

    fn of_one(&mut self, function: Function, cell: Cell, span: Span) -> Lowered<Cell> {
        match cell {
            Cell::Known(value) => operators::call(function, value)
                .map(Cell::Known)
                .map_err(|reason| undefined(span, reason)),
            Cell::Open(id) => self.term(Term::Call(function, id), span),
        }
    }

    /// With the sign of the divisor: the rest of the rest and the divisor together.
    fn modulo(&mut self, value: Cell, by: Cell, span: Span) -> Lowered<Cell> {
        let rest = self.combine(BinaryOperator::Remainder, value, by, span)?;
        let moved = self.combine(BinaryOperator::Add, rest, by, span)?;
        self.combine(BinaryOperator::Remainder, moved, by, span)
    }

    fn rotated(&mut self, function: Builtin, value: Cell, by: Cell, span: Span) -> Lowered<Cell> {
        let (Cell::Known(value), Cell::Known(by)) = (value, by) else {
            return Err(Fault::new(
                Code::NotConstant,
                span,
                "what is rotated must be known before the run",
                "rotate with shifts: `(b << 1) | (b >> 3)` for four bits",
            ));
        };
        let by = by.as_int().map_err(|reason| undefined(span, reason))?;
        let by = if function == Builtin::RotateRight { by.wrapping_neg() } else { by };
        let rotate = |pattern: u64, width: u8| {
            let width = u32::from(width.max(1));
            let left = u32::try_from(by.rem_euclid(i64::from(width))).unwrap_or(0);
            let high = pattern.checked_shl(left).unwrap_or(0);
            let low = pattern.checked_shr(width - left).unwrap_or(0);
            let mask = u64::MAX >> (64 - width);
            (high | low) & mask
        };
        match value {
            Value::Bits { value, width } => {
                Ok(Cell::Known(Value::Bits { value: rotate(value, width), width }))
            }
            Value::Uint { value, bits } => {
                Ok(Cell::Known(Value::Uint { value: rotate(value, bits), bits }))
            }
            _ => Err(undefined(span, quantum_program::Undefined::WrongType)),
        }
    }

    fn call_size_of(&mut self, arguments: &[Expression], span: Span) -> Lowered<Datum> {
        let of = self.evaluate(arguments[0])?;
        let dimension = match arguments.get(1) {
            Some(dimension) => self.whole(*dimension, "a dimension")?,
            None => 0,
        };
        self.size_of(&of, dimension, span).map(Datum::Value)
    }
}
