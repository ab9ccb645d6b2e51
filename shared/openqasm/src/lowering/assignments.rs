//! How are bits, variables and parts of arrays given new values?

use std::rc::Rc;

use quantum_program::{BinaryOperator, Expression as Term, Type, Value};

use super::evaluation::{Cell, Datum};
use super::names::Binding;
use super::picked::Picked;
use super::{Lowered, Lowering, narrow};
use crate::diagnostics::{Code, Fault, Span};
use crate::syntax::ast::{Expression, List, Operand, OperandKind, Subscript};
use crate::syntax::names::Symbol;

impl Lowering<'_> {
    pub(super) fn assign(
        &mut self,
        target: u32,
        operator: Option<BinaryOperator>,
        value: Expression,
        span: Span,
    ) -> Lowered<()> {
        let target = self.document.arenas.operands[target as usize];
        if operator.is_none()
            && let Some(source) = self.measurement(value)
            && let Some(bits) = self.target_bits(&target)?
        {
            return self.measure_into(&source, &bits, span);
        }
        let value_span = self.span_of(value);
        let mut value = self.evaluate(value)?;
        if let Some(operator) = operator {
            let now = self.read_target(&target)?;
            let now = self.as_cell(now, target.span)?;
            let change = self.as_cell(value, value_span)?;
            value = self.combine(operator, now, change, span)?.into();
        }
        self.store(&target, value, value_span)
    }

    fn target_symbol(&self, target: &Operand) -> Lowered<Symbol> {
        match target.kind {
            OperandKind::Whole(symbol)
            | OperandKind::Element(symbol, _)
            | OperandKind::Indexed(symbol, _)
                if self.frames.calls() > 0 && self.scopes.is_declared_globally(symbol) =>
            {
                let name = self.name_text(symbol);
                Err(Fault::new(
                    Code::ReadOnly,
                    target.span,
                    format!(
                        "`{name}` is not declared in the subroutine, which cannot change what is outside of it"
                    ),
                    "give the new value back with `return`, or take a `mutable` array as a parameter",
                ))
            }
            OperandKind::Whole(symbol)
            | OperandKind::Element(symbol, _)
            | OperandKind::Indexed(symbol, _) => Ok(symbol),
            OperandKind::Physical(_) => Err(Fault::new(
                Code::WrongKind,
                target.span,
                "a qubit cannot be assigned a value",
                "use gates, or `reset` to make it 0",
            )),
        }
    }

    /// The bits that are named, if bits are.
    pub(super) fn target_bits(&mut self, target: &Operand) -> Lowered<Option<Vec<u32>>> {
        let symbol = self.target_symbol(target)?;
        let mut bits: Vec<u32> = match self.resolve(symbol) {
            Binding::Bits { first, count } => match target.kind {
                OperandKind::Element(_, index) if index < count => {
                    return Ok(Some(vec![first + index]));
                }
                _ => {
                    self.charge(count as usize, target.span)?;
                    (first..first + count).collect()
                }
            },
            Binding::BitList(number) => self.bits.alias(number).to_vec(),
            _ => return Ok(None),
        };
        match target.kind {
            OperandKind::Element(_, index) => {
                let place = self.place(i64::from(index), bits.len(), target.span)?;
                bits = vec![bits[place as usize]];
            }
            OperandKind::Indexed(_, subscripts) => {
                for subscript in subscripts.of(&self.document.arenas.subscripts) {
                    let picked = self.picked(subscript, bits.len(), target.span)?;
                    bits = picked.iter().map(|at| bits[*at as usize]).collect();
                }
            }
            _ => {}
        }
        Ok(Some(bits))
    }

    /// The value that `+=` and its like change.
    fn read_target(&mut self, target: &Operand) -> Lowered<Datum> {
        if let Some(bits) = self.target_bits(target)? {
            return Ok(Datum::Bits(Picked::from(bits)));
        }
        let symbol = self.target_symbol(target)?;
        let mut datum = match self.resolve(symbol) {
            Binding::Variable(number) => self.read_variable(number, target.span)?,
            Binding::Array(number) => Datum::Array(self.read_array(number)),
            _ => return Err(self.not_assignable(symbol, target.span)),
        };
        match target.kind {
            OperandKind::Indexed(_, subscripts) => {
                for subscript in subscripts.of(&self.document.arenas.subscripts) {
                    datum = self.index(datum, subscript, target.span)?;
                }
            }
            OperandKind::Element(_, index) => {
                let Datum::Array(listed) = &datum else {
                    return self.bit_of(datum, index, target.span);
                };
                let listed = Rc::clone(listed);
                let place = self.place(i64::from(index), listed.dimensions[0], target.span)?;
                datum = self.row(&listed, place as usize, target.span)?;
            }
            _ => {}
        }
        Ok(datum)
    }

    fn bit_of(&mut self, of: Datum, index: u32, span: Span) -> Lowered<Datum> {
        let cell = self.as_cell(of, span)?;
        let of = self.id(cell, span)?;
        let index = self.id(Cell::Known(Value::whole(i64::from(index))), span)?;
        self.term(Term::Element { of, index }, span).map(Datum::from)
    }

    fn store(&mut self, target: &Operand, value: Datum, span: Span) -> Lowered<()> {
        let symbol = self.target_symbol(target)?;
        match self.resolve(symbol) {
            Binding::Bits { .. } | Binding::BitList(_) => {
                let bits = self.target_bits(target)?.unwrap_or_default();
                self.assign_bits(&bits, value, span)
            }
            Binding::Variable(number) => self.store_variable(number, target, value, span),
            Binding::Array(number) => {
                let document = self.document;
                match target.kind {
                    OperandKind::Indexed(_, subscripts) => {
                        let subscripts = subscripts.of(&document.arenas.subscripts);
                        self.assign_array(number, subscripts, value, span)
                    }
                    OperandKind::Element(_, index) => {
                        self.assign_array_element(number, index, value, target.span)
                    }
                    _ => self.assign_array(number, &[], value, span),
                }
            }
            Binding::Unknown | Binding::Unresolved => {
                Err(self.unknown(symbol, target.span, "int {}"))
            }
            _ => Err(self.not_assignable(symbol, target.span)),
        }
    }

    fn not_assignable(&mut self, symbol: Symbol, span: Span) -> Box<Fault> {
        self.wrong_kind(symbol, span, "something that can be assigned a value")
    }

    fn store_variable(
        &mut self,
        number: u32,
        target: &Operand,
        value: Datum,
        span: Span,
    ) -> Lowered<()> {
        self.check_assignable(number, target.span)?;
        let cell = self.as_cell(value, span)?;
        match target.kind {
            OperandKind::Whole(_) => self.set_variable(number, cell, span),
            OperandKind::Element(_, index) => {
                let index = Cell::Known(Value::whole(i64::from(index)));
                self.set_bit_of(number, index, cell, target.span)
            }
            OperandKind::Indexed(_, subscripts) => {
                let index = self.single_index(subscripts, target.span)?;
                let index = self.cell(index)?;
                self.set_bit_of(number, index, cell, target.span)
            }
            OperandKind::Physical(_) => Ok(()),
        }
    }

    fn single_index(&self, subscripts: List<Subscript>, span: Span) -> Lowered<Expression> {
        let single = match subscripts.of(&self.document.arenas.subscripts) {
            [subscript] => self.single(subscript),
            _ => None,
        };
        single.ok_or_else(|| {
            Fault::new(
                Code::Index,
                span,
                "only single bits of a number can be assigned",
                "write one index, for example `x[2] = 1;`",
            )
        })
    }

    /// One bit of a number: the number without it, and with it at its place if it is 1.
    fn set_bit_of(&mut self, number: u32, index: Cell, bit: Cell, span: Span) -> Lowered<()> {
        let kind = self.kind_of_variable(number);
        let width = match kind {
            Type::Int { bits } | Type::Uint { bits } | Type::Angle { bits } => bits,
            Type::Bits { width } => width,
            _ => {
                return Err(Fault::new(
                    Code::Type,
                    span,
                    "only integers, angles and registers have bits",
                    "assign the whole value",
                ));
            }
        };
        if let Cell::Known(value) = index {
            let index = self.whole_value(value, span, "an index")?;
            self.place(index, usize::from(width), span)?;
        }
        let wide = Type::Uint { bits: 64 };
        let pattern = Type::Bits { width };
        let datum = self.read_variable(number, span)?;
        let now = self.as_cell(datum, span)?;
        let now = self.cast_cell(now, pattern, span)?;
        let now = self.cast_cell(now, wide, span)?;
        let one = Cell::Known(Value::Uint { value: 1, bits: 64 });
        let mask = self.combine(BinaryOperator::ShiftLeft, one, index, span)?;
        let all = Cell::Known(Value::Uint { value: u64::MAX, bits: 64 });
        let others = self.combine(BinaryOperator::BitXor, mask, all, span)?;
        let kept = self.combine(BinaryOperator::BitAnd, now, others, span)?;
        let bit = self.cast_cell(bit, Type::Bool, span)?;
        let bit = self.cast_cell(bit, wide, span)?;
        let moved = self.combine(BinaryOperator::ShiftLeft, bit, index, span)?;
        let whole = self.combine(BinaryOperator::BitOr, kept, moved, span)?;
        let whole = self.cast_cell(whole, pattern, span)?;
        self.set_variable(number, whole, span)
    }

    fn assign_array_element(
        &mut self,
        number: u32,
        index: u32,
        value: Datum,
        span: Span,
    ) -> Lowered<()> {
        let count = self.array_dimensions(number)[0];
        self.place(i64::from(index), count, span)?;
        self.assign_row(number, narrow(index as usize), value, span)
    }
}
