//! How is a subroutine carried out in place of its call?

use std::rc::Rc;

use super::evaluation::Datum;
use super::jumps::FrameKind;
use super::names::Binding;
use super::picked::Picked;
use super::variables::NewVariable;
use super::{Lowered, Lowering, narrow, picked};
use crate::diagnostics::{Code, Fault, Span};
use crate::syntax::ast::{
    BaseType, ClassicalType, Expression, List, NodeKind, Parameter, ParameterKind, Shape,
    Subroutine,
};

/// What a parameter stands for during a call, and the array to make changeable again after it.
struct Bound {
    parameter: Parameter,
    argument: Datum,
    array: Option<u32>,
    span: Span,
}

impl<'a> Lowering<'a> {
    pub(super) fn define_subroutine(&mut self, number: u32) -> Lowered<()> {
        let document = self.document;
        let name = document.arenas.subroutines[number as usize].name;
        if !self.scopes.is_global() {
            return Err(Fault::new(
                Code::Placement,
                name.span,
                "subroutines are defined outside of blocks, gates and subroutines",
                "move the definition to the top of the program",
            ));
        }
        self.declare(name)?;
        self.define(name, Binding::Subroutine(number));
        Ok(())
    }

    pub(super) fn call_subroutine(
        &mut self,
        number: u32,
        arguments: List<Expression>,
        span: Span,
    ) -> Lowered<Datum> {
        let document = self.document;
        let subroutine = &document.arenas.subroutines[number as usize];
        let parameters = subroutine.parameters.of(&document.arenas.parameters);
        let arguments = arguments.of(&document.arenas.expressions);
        if parameters.len() != arguments.len() {
            let name = self.name_text(subroutine.name.symbol);
            return Err(Fault::new(
                Code::Arity,
                span,
                format!("`{name}` takes {} arguments, not {}", parameters.len(), arguments.len()),
                "give one argument for each parameter of the definition",
            ));
        }
        let mut bound = Vec::with_capacity(parameters.len());
        for (parameter, argument) in parameters.iter().zip(arguments) {
            bound.push(self.argument(*parameter, *argument)?);
        }
        check_distinct(&bound, span)?;
        self.carry_out(subroutine, &bound, span)
    }

    fn argument(&mut self, parameter: Parameter, argument: Expression) -> Lowered<Bound> {
        let span = self.span_of(argument);
        let nodes = &self.document.arenas.nodes;
        let array = match (parameter.kind, nodes[argument.root as usize].kind) {
            (ParameterKind::Array { .. }, NodeKind::Name(symbol)) => match self.resolve(symbol) {
                Binding::Array(number) => Some(number),
                _ => None,
            },
            _ => None,
        };
        if let (ParameterKind::Array { mutable: true, .. }, None) = (parameter.kind, array) {
            return Err(Fault::new(
                Code::WrongKind,
                span,
                "a `mutable` parameter takes a whole array by its name",
                "copy the part into an array of its own, and give that",
            ));
        }
        let argument = self.evaluate(argument)?;
        Ok(Bound { parameter, argument, array, span })
    }

    fn carry_out(
        &mut self,
        subroutine: &'a Subroutine,
        bound: &[Bound],
        span: Span,
    ) -> Lowered<Datum> {
        self.enter_call(span)?;
        let locals = self.enter_global(span)?;
        let document = self.document;
        let result = match subroutine.returns {
            Some(kind) => Some(self.value_type(&document.arenas.types[kind as usize])?),
            None => None,
        };
        self.frames.enter(FrameKind::Call, result);
        let mut read_only = Vec::new();
        for one in bound {
            self.bind_parameter(one, &mut read_only)?;
        }
        self.block(subroutine.body, span)?;
        for (array, was) in read_only {
            self.set_read_only(array, was);
        }
        let value = self.leave_call(span)?;
        self.leave_global(locals);
        self.leave_call_depth();
        Ok(value)
    }

    fn bind_parameter(&mut self, bound: &Bound, read_only: &mut Vec<(u32, bool)>) -> Lowered<()> {
        let document = self.document;
        let name = bound.parameter.name;
        let binding = match bound.parameter.kind {
            ParameterKind::Qubits(size) => {
                let wanted = self.register_size(name, size)?;
                let Datum::Qubits(qubits) = &bound.argument else {
                    return Err(Fault::new(
                        Code::WrongKind,
                        bound.span,
                        "qubits are needed here",
                        "give a qubit or a register of qubits",
                    ));
                };
                if qubits.len() != wanted as usize {
                    return Err(Fault::new(
                        Code::Size,
                        bound.span,
                        format!("{} qubits are given where {wanted} are needed", qubits.len()),
                        "give a register of the size that the definition says",
                    ));
                }
                match qubits {
                    Picked::One(first) => Binding::Qubits { first: *first, count: 1 },
                    Picked::Neighbours { first, count } => {
                        Binding::Qubits { first: *first, count: *count }
                    }
                    Picked::Several(all) => {
                        Binding::QubitList(self.qubits.add_alias(Rc::clone(all)))
                    }
                }
            }
            ParameterKind::Value(kind) => {
                let kind = &document.arenas.types[kind as usize];
                self.bind_value(bound, kind)?
            }
            ParameterKind::Array { kind, mutable } => {
                let kind = &document.arenas.types[kind as usize];
                let number = self.array_argument(bound, kind)?;
                read_only.push((number, self.set_read_only(number, !mutable)));
                Binding::Array(number)
            }
        };
        self.scopes.bind(name.symbol, binding);
        Ok(())
    }

    fn bind_value(&mut self, bound: &Bound, kind: &ClassicalType) -> Lowered<Binding> {
        let name = bound.parameter.name;
        if kind.base == BaseType::Bit {
            let count = self.register_size(name, kind.width)?;
            let (_, first) = self.add_bits(None, count, name.span)?;
            let bits: Vec<u32> = (first..first + count).collect();
            self.assign_bits(&bits, bound.argument.clone(), bound.span)?;
            return Ok(Binding::Bits { first, count });
        }
        let kind = self.value_type(kind)?;
        let cell = self.as_cell(bound.argument.clone(), bound.span)?;
        let new = NewVariable { symbol: name.symbol, span: bound.span, kind, is_constant: false };
        self.add_variable(&new, cell).map(Binding::Variable)
    }

    fn array_argument(&mut self, bound: &Bound, kind: &ClassicalType) -> Lowered<u32> {
        let Datum::Array(listed) = &bound.argument else {
            return Err(Fault::new(
                Code::WrongKind,
                bound.span,
                "an array is needed here",
                "give the name of an array",
            ));
        };
        let wanted = match kind.shape {
            Shape::Dimensions(count) => {
                let count = self.whole(count, "a number of dimensions")?;
                usize::try_from(count).is_ok_and(|count| count == listed.dimensions.len())
            }
            _ => self.dimensions(kind)? == listed.dimensions,
        };
        if !wanted {
            return Err(Fault::new(
                Code::Size,
                bound.span,
                "the array has other dimensions than the parameter",
                "give an array of the dimensions that the definition says",
            ));
        }
        match bound.array {
            Some(number) => Ok(number),
            None => {
                let element = self.value_type(kind)?;
                self.add_array(bound.parameter.name.symbol, element, listed, bound.span)
            }
        }
    }
}

/// No qubit is given twice.
fn check_distinct(bound: &[Bound], span: Span) -> Lowered<()> {
    let mut qubits = Vec::new();
    for one in bound {
        if let Datum::Qubits(given) = &one.argument {
            qubits.extend(given.iter());
        }
    }
    match picked::repeated(&qubits) {
        None => Ok(()),
        Some(twice) => Err(Fault::new(
            Code::RepeatedQubit,
            span,
            format!("qubit {} is given to the subroutine twice", narrow(twice as usize)),
            "give different qubits",
        )),
    }
}
