//! What do the declarations of a program make known, and how are variables assigned?

use std::rc::Rc;

use quantum_program::{Expression as Term, Input};

use super::casts::{kept_as, zero, zero_cell};
use super::evaluation::{Cell, Cells, Datum, Listed};
use super::names::Binding;
use super::variables::NewVariable;
use super::{Lowered, Lowering};
use crate::diagnostics::{Code, Fault};
use crate::syntax::ast::{BaseType, ClassicalType, Expression, Name, NodeKind, Operand, Shape};

impl<'a> Lowering<'a> {
    fn kind(&self, number: u32) -> &'a ClassicalType {
        &self.document.arenas.types[number as usize]
    }

    pub(super) fn declare_variable(
        &mut self,
        name: Name,
        kind: u32,
        initial: Option<Expression>,
    ) -> Lowered<()> {
        let kind = self.kind(kind);
        if !matches!(kind.shape, Shape::Single) {
            return self.declare_array(name, kind, initial);
        }
        if kind.base == BaseType::Bit {
            return self.declare_bits(name, kind, initial).map(drop);
        }
        let target = self.value_type(kind)?;
        let value = match initial {
            Some(initial) => self.cell(initial)?,
            None => zero_cell(target),
        };
        self.declare(name)?;
        let span = initial.map_or(name.span, |initial| self.span_of(initial));
        let new = NewVariable { symbol: name.symbol, span, kind: target, is_constant: false };
        let number = self.add_variable(&new, value)?;
        self.define(name, Binding::Variable(number));
        Ok(())
    }

    /// Gives the number of the register.
    fn declare_bits(
        &mut self,
        name: Name,
        kind: &ClassicalType,
        initial: Option<Expression>,
    ) -> Lowered<u32> {
        let count = self.register_size(name, kind.width)?;
        let measured = match initial {
            Some(initial) => self.measurement(initial),
            None => None,
        };
        let value = match (initial, measured) {
            (Some(initial), None) => Some((self.evaluate(initial)?, self.span_of(initial))),
            _ => None,
        };
        self.declare(name)?;
        let is_global = self.scopes.is_global();
        let text = is_global.then(|| self.name_text(name.symbol).to_owned());
        let (register, first) = self.add_bits(text, count, name.span)?;
        if is_global {
            self.bits.global.push((first, count, register));
        }
        self.define(name, Binding::Bits { first, count });
        let bits: Vec<u32> = (first..first + count).collect();
        if let Some((value, span)) = value {
            self.assign_bits(&bits, value, span)?;
        }
        if let (Some(initial), Some(source)) = (initial, measured) {
            let span = self.span_of(initial);
            self.measure_into(&source, &bits, span)?;
        }
        Ok(register)
    }

    /// What is measured, if the whole value is a measurement.
    pub(super) fn measurement(&self, value: Expression) -> Option<Operand> {
        match self.document.arenas.nodes[value.root as usize].kind {
            NodeKind::Measure(operand) => Some(self.document.arenas.operands[operand as usize]),
            _ => None,
        }
    }

    fn declare_array(
        &mut self,
        name: Name,
        kind: &ClassicalType,
        initial: Option<Expression>,
    ) -> Lowered<()> {
        let dimensions = self.dimensions(kind)?;
        if dimensions.is_empty() {
            return Err(Fault::new(
                Code::Syntax,
                kind.span,
                "`#dim` says nothing of the size of an array",
                "write the sizes: `array[int, 2, 3]`",
            ));
        }
        let element = kept_as(self.value_type(kind)?);
        let listed = match initial {
            None => {
                let count = dimensions.iter().product();
                self.charge(count, name.span)?;
                let cells = Cells::Each(Rc::new(vec![Cell::Known(zero(element)); count]));
                Rc::new(Listed { dimensions, cells })
            }
            Some(initial) => {
                let span = self.span_of(initial);
                match self.evaluate(initial)? {
                    Datum::Array(listed) => self.converted(&listed, &dimensions, element, span)?,
                    _ => {
                        return Err(Fault::new(
                            Code::Type,
                            span,
                            "this is not an array",
                            "write the elements between braces: `{1, 2, 3}`",
                        ));
                    }
                }
            }
        };
        self.declare(name)?;
        let number = self.add_array(name.symbol, element, &listed, name.span)?;
        self.define(name, Binding::Array(number));
        Ok(())
    }

    pub(super) fn constant(&mut self, name: Name, kind: u32, value: Expression) -> Lowered<()> {
        self.declare(name)?;
        let span = self.span_of(value);
        let target = self.value_type(self.kind(kind))?;
        let value = self.cell(value)?;
        if self.depends_on_run(value) {
            return Err(Fault::new(
                Code::NotConstant,
                span,
                "a constant cannot depend on a measurement",
                "declare a variable: leave `const` out",
            ));
        }
        let new = NewVariable { symbol: name.symbol, span, kind: target, is_constant: true };
        let number = self.add_variable(&new, value)?;
        self.define(name, Binding::Variable(number));
        Ok(())
    }

    pub(super) fn input(&mut self, name: Name, kind: u32) -> Lowered<()> {
        self.declare(name)?;
        if !self.scopes.is_global() {
            return Err(Fault::new(
                Code::Placement,
                name.span,
                "inputs are declared outside of blocks, gates and subroutines",
                "move the declaration to the top of the program",
            ));
        }
        let kind = self.kind(kind);
        let input_kind = self.input_kind(kind)?;
        let target = self.value_type(kind)?;
        let text = self.name_text(name.symbol).to_owned();
        let added = self.builder.input(Input { name: text, kind: input_kind });
        let number = self.full(name.span, added)?;
        let value = match self.values.and_then(|values| values.get(number as usize)) {
            Some(value) => Cell::Known(*value),
            None => self.term(Term::Input(number), name.span)?,
        };
        let new =
            NewVariable { symbol: name.symbol, span: name.span, kind: target, is_constant: false };
        let number = self.add_input(&new, value)?;
        self.define(name, Binding::Variable(number));
        Ok(())
    }

    pub(super) fn output(&mut self, name: Name, kind: u32) -> Lowered<()> {
        let declared = self.kind(kind);
        if declared.base == BaseType::Bit && matches!(declared.shape, Shape::Single) {
            let register = self.declare_bits(name, declared, None)?;
            self.outputs.push(super::outcome::OutputName::Bits(register));
            return Ok(());
        }
        self.declare_variable(name, kind, None)?;
        match self.resolve(name.symbol) {
            Binding::Variable(number) => {
                self.outputs.push(super::outcome::OutputName::Variable(name, number));
            }
            Binding::Array(number) => {
                self.outputs.push(super::outcome::OutputName::Array(name, number));
            }
            _ => {}
        }
        Ok(())
    }
}
