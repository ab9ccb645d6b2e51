//! What is reckoned only once inputs are given, or while a program runs?

use crate::operators::{self, BinaryOperator, Function, UnaryOperator, Undefined};
use crate::value::{Type, Value};

/// A position among a program's expressions; each stands after those it uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExpressionId(pub(crate) u32);

impl ExpressionId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Expression {
    Known(Value),
    /// The number of an input.
    Input(u32),
    /// The number of a run-time variable.
    Variable(u32),
    /// One of `length` variables from `first` on: an array, flattened.
    Entry {
        first: u32,
        length: u32,
        index: ExpressionId,
    },
    /// A classical bit, as a truth value.
    Bit(u32),
    /// `width` neighbouring classical bits.
    Bits {
        first: u32,
        width: u8,
    },
    Unary(UnaryOperator, ExpressionId),
    Binary(BinaryOperator, ExpressionId, ExpressionId),
    Call(Function, ExpressionId),
    Cast(Type, ExpressionId),
    /// A bit of a value.
    Element {
        of: ExpressionId,
        index: ExpressionId,
    },
}

impl Expression {
    /// What its value is made from.
    pub fn uses(self) -> impl Iterator<Item = ExpressionId> {
        let pair = match self {
            Self::Known(_)
            | Self::Input(_)
            | Self::Variable(_)
            | Self::Bit(_)
            | Self::Bits { .. } => [None, None],
            Self::Entry { index, .. } => [Some(index), None],
            Self::Unary(_, inner) | Self::Call(_, inner) | Self::Cast(_, inner) => {
                [Some(inner), None]
            }
            Self::Binary(_, left, right) => [Some(left), Some(right)],
            Self::Element { of, index } => [Some(of), Some(index)],
        };
        pair.into_iter().flatten()
    }
}

/// What has to happen before an expression has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dependence {
    Nothing,
    /// The inputs have to be given.
    Inputs,
    /// The program has to run up to there.
    Run,
}

/// Where variables and bits have their values during a run.
pub trait Memory {
    fn variable(&self, number: u32) -> Value;
    fn bit(&self, number: u32) -> bool;
}

/// Before a run nothing is remembered: what needs it is undefined.
pub struct NoMemory;

impl Memory for NoMemory {
    fn variable(&self, _: u32) -> Value {
        Value::Bool(false)
    }

    fn bit(&self, _: u32) -> bool {
        false
    }
}

/// The value of one node, with `at` giving those of the nodes it uses.
pub(crate) fn value_of(
    expression: Expression,
    inputs: &[Value],
    memory: &impl Memory,
    mut at: impl FnMut(ExpressionId) -> Result<Value, Undefined>,
) -> Result<Value, Undefined> {
    match expression {
        Expression::Known(value) => Ok(value),
        Expression::Input(number) => {
            inputs.get(number as usize).copied().ok_or(Undefined::OutOfRange)
        }
        Expression::Variable(number) => Ok(memory.variable(number)),
        Expression::Entry { first, length, index } => {
            Ok(memory.variable(first + place(at(index)?, length)?))
        }
        Expression::Bit(number) => Ok(Value::Bool(memory.bit(number))),
        Expression::Bits { first, width } => {
            let bit = |index: u8| u64::from(memory.bit(first + u32::from(index))) << index;
            Ok(Value::Bits { value: (0..width).map(bit).sum(), width })
        }
        Expression::Unary(operator, inner) => operators::unary(operator, at(inner)?),
        Expression::Binary(operator, left, right) => short_cut(operator, left, right, at),
        Expression::Call(function, inner) => operators::call(function, at(inner)?),
        Expression::Cast(kind, inner) => at(inner)?.cast(kind),
        Expression::Element { of, index } => operators::element(at(of)?, at(index)?),
    }
}

/// The right side of `&&` and `||` may be undefined where the left one decides.
fn short_cut(
    operator: BinaryOperator,
    left: ExpressionId,
    right: ExpressionId,
    mut at: impl FnMut(ExpressionId) -> Result<Value, Undefined>,
) -> Result<Value, Undefined> {
    let left = at(left)?;
    match (operator, left.as_bool()) {
        (BinaryOperator::And, false) => Ok(Value::Bool(false)),
        (BinaryOperator::Or, true) => Ok(Value::Bool(true)),
        _ => operators::binary(operator, left, at(right)?),
    }
}

/// The element that `index` names of `length`; negative numbers count from the end.
pub(crate) fn place(index: Value, length: u32) -> Result<u32, Undefined> {
    let index = index.as_int()?;
    let index = if index < 0 { index + i64::from(length) } else { index };
    u32::try_from(index).ok().filter(|index| *index < length).ok_or(Undefined::OutOfRange)
}
