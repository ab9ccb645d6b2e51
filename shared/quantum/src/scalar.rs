//! What is the value of an operator or a function applied to known values?

use crate::syntax::ast::{BinaryOperator, Function, UnaryOperator};

/// A classical value; `Bits` reads from the left, element 0 first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Scalar {
    Int(i64),
    Float(f64),
    Bool(bool),
    Bits { value: u64, width: u8 },
}

/// Why an expression has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Undefined {
    #[error("the division is by zero")]
    DivisionByZero,
    #[error("the whole number does not fit in 64 bits")]
    Overflow,
    #[error("the value is not a finite number")]
    NotFinite,
    #[error("this operation is not defined for values of these types")]
    WrongType,
    #[error(
        "whole numbers are divided here and the result is not whole: write one of them with a point, such as 2.0"
    )]
    NotWhole,
    #[error("the index is outside the bit register")]
    OutOfRange,
}

impl Scalar {
    pub(crate) fn as_float(self) -> Result<f64, Undefined> {
        match self {
            Self::Int(value) => Ok(value as f64),
            Self::Float(value) => Ok(value),
            Self::Bool(value) => Ok(f64::from(u8::from(value))),
            Self::Bits { .. } => Err(Undefined::WrongType),
        }
    }

    fn as_bool(self) -> bool {
        match self {
            Self::Int(value) => value != 0,
            Self::Float(value) => value.abs() > 0.0,
            Self::Bool(value) => value,
            Self::Bits { value, .. } => value != 0,
        }
    }

    fn as_int(self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(value),
            Self::Bool(value) => Some(i64::from(value)),
            Self::Float(_) | Self::Bits { .. } => None,
        }
    }

    /// Cuts the fraction off, as a declaration of an `int` does.
    pub(crate) fn truncate(self) -> Result<i64, Undefined> {
        if let Some(value) = self.as_int() {
            return Ok(value);
        }
        let value = self.as_float()?.trunc();
        if value.abs() < 9.2e18 { Ok(value as i64) } else { Err(Undefined::Overflow) }
    }

    pub(crate) fn to_bool(self) -> Self {
        Self::Bool(self.as_bool())
    }
}

pub(crate) fn unary(operator: UnaryOperator, value: Scalar) -> Result<Scalar, Undefined> {
    match operator {
        UnaryOperator::Negate => match value.as_int() {
            Some(whole) => whole.checked_neg().map(Scalar::Int).ok_or(Undefined::Overflow),
            None => finite(-value.as_float()?),
        },
        UnaryOperator::Not => Ok(Scalar::Bool(!value.as_bool())),
        UnaryOperator::Complement => {
            value.as_int().map(|whole| Scalar::Int(!whole)).ok_or(Undefined::WrongType)
        }
    }
}

pub(crate) fn binary(
    operator: BinaryOperator,
    left: Scalar,
    right: Scalar,
) -> Result<Scalar, Undefined> {
    use BinaryOperator as Op;
    match operator {
        Op::Add
        | Op::Subtract
        | Op::Multiply
        | Op::Divide
        | Op::RealDivide
        | Op::Remainder
        | Op::Power => arithmetic(operator, left, right),
        Op::And => Ok(Scalar::Bool(left.as_bool() && right.as_bool())),
        Op::Or => Ok(Scalar::Bool(left.as_bool() || right.as_bool())),
        Op::BitAnd | Op::BitOr | Op::BitXor | Op::ShiftLeft | Op::ShiftRight => {
            bitwise(operator, left, right)
        }
        Op::Equal | Op::NotEqual | Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual => {
            compare(operator, left, right)
        }
    }
}

/// Whole numbers stay whole. `1/2` is refused in OpenQASM 3: the specification and Braket make it 0, its writer mostly meant a half.
fn arithmetic(operator: BinaryOperator, left: Scalar, right: Scalar) -> Result<Scalar, Undefined> {
    if let (Some(a), Some(b)) = (left.as_int(), right.as_int())
        && let Some(result) = whole_arithmetic(operator, a, b)
    {
        return result;
    }
    let (a, b) = (left.as_float()?, right.as_float()?);
    finite(match operator {
        BinaryOperator::Add => a + b,
        BinaryOperator::Subtract => a - b,
        BinaryOperator::Multiply => a * b,
        BinaryOperator::Divide | BinaryOperator::RealDivide | BinaryOperator::Remainder
            if b.abs() <= 0.0 =>
        {
            return Err(Undefined::DivisionByZero);
        }
        BinaryOperator::Divide | BinaryOperator::RealDivide => a / b,
        BinaryOperator::Remainder => a % b,
        _ => a.powf(b),
    })
}

fn whole_arithmetic(operator: BinaryOperator, a: i64, b: i64) -> Option<Result<Scalar, Undefined>> {
    let value = match operator {
        BinaryOperator::Add => a.checked_add(b),
        BinaryOperator::Subtract => a.checked_sub(b),
        BinaryOperator::Multiply => a.checked_mul(b),
        BinaryOperator::Divide | BinaryOperator::Remainder if b == 0 => {
            return Some(Err(Undefined::DivisionByZero));
        }
        BinaryOperator::Remainder => a.checked_rem(b),
        BinaryOperator::Divide if a.checked_rem(b).unwrap_or(0) == 0 => a.checked_div(b),
        BinaryOperator::Divide => return Some(Err(Undefined::NotWhole)),
        BinaryOperator::Power if b >= 0 => {
            u32::try_from(b).ok().and_then(|exponent| a.checked_pow(exponent))
        }
        _ => return None,
    };
    Some(value.map(Scalar::Int).ok_or(Undefined::Overflow))
}

fn bitwise(operator: BinaryOperator, left: Scalar, right: Scalar) -> Result<Scalar, Undefined> {
    let (a, b) = left.as_int().zip(right.as_int()).ok_or(Undefined::WrongType)?;
    let shift = || u32::try_from(b).ok().filter(|by| *by < 64).ok_or(Undefined::Overflow);
    Ok(Scalar::Int(match operator {
        BinaryOperator::BitAnd => a & b,
        BinaryOperator::BitOr => a | b,
        BinaryOperator::BitXor => a ^ b,
        BinaryOperator::ShiftLeft => a << shift()?,
        _ => a >> shift()?,
    }))
}

fn compare(operator: BinaryOperator, left: Scalar, right: Scalar) -> Result<Scalar, Undefined> {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let ordering = match (left, right) {
        (Scalar::Bits { value: a, .. }, Scalar::Bits { value: b, .. }) => a.cmp(&b),
        _ => match (left.as_int(), right.as_int()) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => left.as_float()?.partial_cmp(&right.as_float()?).ok_or(Undefined::NotFinite)?,
        },
    };
    Ok(Scalar::Bool(match operator {
        BinaryOperator::Equal => ordering == Equal,
        BinaryOperator::NotEqual => ordering != Equal,
        BinaryOperator::Less => ordering == Less,
        BinaryOperator::LessEqual => ordering != Greater,
        BinaryOperator::Greater => ordering == Greater,
        _ => ordering != Less,
    }))
}

pub(crate) fn call(function: Function, value: Scalar) -> Result<Scalar, Undefined> {
    if let (Function::Abs, Some(whole)) = (function, value.as_int()) {
        return whole.checked_abs().map(Scalar::Int).ok_or(Undefined::Overflow);
    }
    let x = value.as_float()?;
    finite(match function {
        Function::Sin => x.sin(),
        Function::Cos => x.cos(),
        Function::Tan => x.tan(),
        Function::Arcsin => x.asin(),
        Function::Arccos => x.acos(),
        Function::Arctan => x.atan(),
        Function::Exp => x.exp(),
        Function::Ln => x.ln(),
        Function::Sqrt => x.sqrt(),
        Function::Abs => x.abs(),
        Function::Floor => return Scalar::Float(x.floor()).truncate().map(Scalar::Int),
        Function::Ceiling => return Scalar::Float(x.ceil()).truncate().map(Scalar::Int),
    })
}

pub(crate) fn element(bits: Scalar, index: Scalar) -> Result<Scalar, Undefined> {
    let (Scalar::Bits { value, width }, Some(index)) = (bits, index.as_int()) else {
        return Err(Undefined::WrongType);
    };
    let from_left = if index < 0 { index + i64::from(width) } else { index };
    let shift = i64::from(width) - 1 - from_left;
    match u32::try_from(shift) {
        Ok(shift) if from_left >= 0 => Ok(Scalar::Bool(value >> shift & 1 == 1)),
        _ => Err(Undefined::OutOfRange),
    }
}

/// Reads a string of `0` and `1`, at most 64 of them.
pub(crate) fn bits(text: &str) -> Option<Scalar> {
    let digits = || text.bytes().filter(|byte| *byte != b'_');
    let width = u8::try_from(digits().count()).ok().filter(|width| (1..=64).contains(width))?;
    let mut value = 0_u64;
    for digit in digits() {
        value = value << 1
            | match digit {
                b'0' => 0,
                b'1' => 1,
                _ => return None,
            };
    }
    Some(Scalar::Bits { value, width })
}

fn finite(value: f64) -> Result<Scalar, Undefined> {
    if value.is_finite() { Ok(Scalar::Float(value)) } else { Err(Undefined::NotFinite) }
}
