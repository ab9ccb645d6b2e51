//! What is the value of an operator or a function applied to known values?

use std::cmp::Ordering;

use crate::complex::Complex;
use crate::limits::MAX_EXPRESSION_DEPTH;
use crate::value::{Type, Value, finite, wrap, wrap_signed};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnaryOperator {
    Negate,
    Not,
    Complement,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    /// Division as OpenQASM 2 has it, of whole numbers too.
    RealDivide,
    Remainder,
    Power,
    And,
    Or,
    BitAnd,
    BitOr,
    BitXor,
    ShiftLeft,
    ShiftRight,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Function {
    Sin,
    Cos,
    Tan,
    Arcsin,
    Arccos,
    Arctan,
    Exp,
    Ln,
    Sqrt,
    Abs,
    Floor,
    Ceiling,
    Real,
    Imaginary,
    /// Ones among the bits.
    PopCount,
}

/// Why an expression has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Undefined {
    #[error("the division is by zero")]
    DivisionByZero,
    #[error("the whole number does not fit in 64 bits")]
    Overflow,
    #[error("the value is not a finite number")]
    NotFinite,
    #[error("this operation is not defined for values of these types")]
    WrongType,
    #[error("the index, or the number of places to shift by, is out of range")]
    OutOfRange,
    #[error("the expression is nested more than {MAX_EXPRESSION_DEPTH} levels deep")]
    TooDeep,
}

pub fn unary(operator: UnaryOperator, value: Value) -> Result<Value, Undefined> {
    match operator {
        UnaryOperator::Negate => negate(value),
        UnaryOperator::Not => Ok(Value::Bool(!value.as_bool())),
        UnaryOperator::Complement => complement(value),
    }
}

fn negate(value: Value) -> Result<Value, Undefined> {
    match value {
        Value::Float(value) => Ok(Value::Float(-value)),
        Value::Duration(seconds) => Ok(Value::Duration(-seconds)),
        Value::Complex(value) => Ok(Value::Complex(-value)),
        Value::Angle { turns, bits } => {
            Ok(Value::Angle { turns: wrap(turns.wrapping_neg(), bits), bits })
        }
        Value::Int { value, bits } => {
            let value = value.checked_neg().ok_or(Undefined::Overflow)?;
            Ok(Value::Int { value: wrap_signed(value.cast_unsigned(), bits), bits })
        }
        Value::Uint { value, bits } => {
            Ok(Value::Uint { value: wrap(value.wrapping_neg(), bits), bits })
        }
        Value::Bool(value) => Ok(Value::whole(-i64::from(value))),
        Value::Bits { .. } => Err(Undefined::WrongType),
    }
}

fn complement(value: Value) -> Result<Value, Undefined> {
    match value {
        Value::Bool(value) => Ok(Value::Bool(!value)),
        Value::Int { value, bits } => {
            Ok(Value::Int { value: wrap_signed(!value.cast_unsigned(), bits), bits })
        }
        Value::Uint { value, bits } => Ok(Value::Uint { value: wrap(!value, bits), bits }),
        Value::Angle { turns, bits } => Ok(Value::Angle { turns: wrap(!turns, bits), bits }),
        Value::Bits { value, width } => Ok(Value::Bits { value: wrap(!value, width), width }),
        _ => Err(Undefined::WrongType),
    }
}

pub fn binary(operator: BinaryOperator, left: Value, right: Value) -> Result<Value, Undefined> {
    use BinaryOperator as Op;
    match operator {
        Op::Add
        | Op::Subtract
        | Op::Multiply
        | Op::Divide
        | Op::RealDivide
        | Op::Remainder
        | Op::Power => arithmetic(operator, left, right),
        Op::And => Ok(Value::Bool(left.as_bool() && right.as_bool())),
        Op::Or => Ok(Value::Bool(left.as_bool() || right.as_bool())),
        Op::BitAnd | Op::BitOr | Op::BitXor => bitwise(operator, left, right),
        Op::ShiftLeft | Op::ShiftRight => shift(operator, left, right),
        Op::Equal | Op::NotEqual | Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual => {
            compare(operator, left, right).map(Value::Bool)
        }
    }
}

/// Both as whole numbers of one type, if both are whole: unsigned unless one of them is signed.
enum Whole {
    Signed(i64, i64, u8),
    Unsigned(u64, u64, u8),
}

fn whole(left: Value, right: Value) -> Option<Whole> {
    let unsigned = |value: Value| match value {
        Value::Uint { value, bits } => Some((value, bits)),
        Value::Bits { value, width } => Some((value, width)),
        Value::Bool(value) => Some((u64::from(value), 1)),
        _ => None,
    };
    if let (Some((a, a_bits)), Some((b, b_bits))) = (unsigned(left), unsigned(right)) {
        return match (left, right) {
            (Value::Bool(_), Value::Bool(_)) => Some(Whole::Signed(a as i64, b as i64, 64)),
            _ => Some(Whole::Unsigned(a, b, a_bits.max(b_bits))),
        };
    }
    let signed = |value: Value| match value {
        Value::Int { value, bits } => Some((value, bits)),
        _ => unsigned(value).and_then(|(value, bits)| Some((i64::try_from(value).ok()?, bits))),
    };
    let ((a, a_bits), (b, b_bits)) = (signed(left)?, signed(right)?);
    Some(Whole::Signed(a, b, a_bits.max(b_bits)))
}

fn arithmetic(operator: BinaryOperator, left: Value, right: Value) -> Result<Value, Undefined> {
    match (left, right) {
        (Value::Complex(_), _) | (_, Value::Complex(_)) => {
            return complex(operator, left.as_complex()?, right.as_complex()?).map(Value::Complex);
        }
        (Value::Angle { .. }, _) | (_, Value::Angle { .. }) => {
            if let Some(result) = angular(operator, left, right) {
                return result;
            }
        }
        (Value::Duration(_), _) | (_, Value::Duration(_)) => return timing(operator, left, right),
        _ => {}
    }
    if operator != BinaryOperator::RealDivide
        && let Some(whole) = whole(left, right)
        && let Some(result) = whole_arithmetic(operator, whole)
    {
        return result;
    }
    real(operator, left.as_float()?, right.as_float()?).map(Value::Float)
}

fn real(operator: BinaryOperator, a: f64, b: f64) -> Result<f64, Undefined> {
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

/// Whole numbers stay whole: a quotient is cut off towards 0. `None` where the result is real.
fn whole_arithmetic(operator: BinaryOperator, whole: Whole) -> Option<Result<Value, Undefined>> {
    let is_division = matches!(operator, BinaryOperator::Divide | BinaryOperator::Remainder);
    let result = match whole {
        Whole::Signed(_, 0, _) | Whole::Unsigned(_, 0, _) if is_division => {
            return Some(Err(Undefined::DivisionByZero));
        }
        Whole::Signed(a, b, bits) => {
            let value = match operator {
                BinaryOperator::Add => a.checked_add(b),
                BinaryOperator::Subtract => a.checked_sub(b),
                BinaryOperator::Multiply => a.checked_mul(b),
                BinaryOperator::Divide => a.checked_div(b),
                BinaryOperator::Remainder => a.checked_rem(b),
                BinaryOperator::Power if b >= 0 => {
                    u32::try_from(b).ok().and_then(|exponent| a.checked_pow(exponent))
                }
                _ => return None,
            };
            value.map(|value| Value::Int { value: wrap_signed(value.cast_unsigned(), bits), bits })
        }
        Whole::Unsigned(a, b, bits) => {
            let value = match operator {
                BinaryOperator::Add => Some(a.wrapping_add(b)),
                BinaryOperator::Subtract => Some(a.wrapping_sub(b)),
                BinaryOperator::Multiply => Some(a.wrapping_mul(b)),
                BinaryOperator::Divide => a.checked_div(b),
                BinaryOperator::Remainder => a.checked_rem(b),
                _ => u32::try_from(b).ok().and_then(|exponent| a.checked_pow(exponent)),
            };
            value.map(|value| Value::Uint { value: wrap(value, bits), bits })
        }
    };
    Some(result.ok_or(Undefined::Overflow))
}

fn complex(operator: BinaryOperator, a: Complex, b: Complex) -> Result<Complex, Undefined> {
    let value = match operator {
        BinaryOperator::Add => a + b,
        BinaryOperator::Subtract => a - b,
        BinaryOperator::Multiply => a * b,
        BinaryOperator::Divide | BinaryOperator::RealDivide => {
            if b.norm_squared() <= 0.0 {
                return Err(Undefined::DivisionByZero);
            }
            a * b.reciprocal()
        }
        BinaryOperator::Power => power(a, b),
        _ => return Err(Undefined::WrongType),
    };
    finite(value.re)?;
    finite(value.im)?;
    Ok(value)
}

fn power(base: Complex, exponent: Complex) -> Complex {
    if base.norm_squared() <= 0.0 {
        return Complex::real(f64::from(u8::from(exponent.norm_squared() <= 0.0)));
    }
    let logarithm = Complex::new(base.norm().ln(), base.phase()) * exponent;
    Complex::from_phase(logarithm.im).scaled(logarithm.re.exp())
}

/// Angles are added to angles, and multiplied and divided by whole numbers; all else is reckoned in radians.
fn angular(
    operator: BinaryOperator,
    left: Value,
    right: Value,
) -> Option<Result<Value, Undefined>> {
    let made = |turns: u64, bits: u8| Some(Ok(Value::Angle { turns: wrap(turns, bits), bits }));
    match (left, right) {
        (Value::Angle { bits: a_bits, .. }, Value::Angle { bits: b_bits, .. }) => {
            let bits = a_bits.max(b_bits);
            let (Ok(Value::Angle { turns: a, .. }), Ok(Value::Angle { turns: b, .. })) =
                (left.cast(Type::Angle { bits }), right.cast(Type::Angle { bits }))
            else {
                return None;
            };
            match operator {
                BinaryOperator::Add => made(a.wrapping_add(b), bits),
                BinaryOperator::Subtract => made(a.wrapping_sub(b), bits),
                BinaryOperator::Divide => Some(
                    a.checked_div(b)
                        .map(|value| Value::Uint { value, bits })
                        .ok_or(Undefined::DivisionByZero),
                ),
                _ => None,
            }
        }
        (Value::Angle { turns, bits }, Value::Int { .. } | Value::Uint { .. }) => {
            let by = right.as_int().ok()?;
            match operator {
                BinaryOperator::Multiply => made(turns.wrapping_mul(by.cast_unsigned()), bits),
                BinaryOperator::Divide if by == 0 => Some(Err(Undefined::DivisionByZero)),
                BinaryOperator::Divide if by > 0 => made(turns / by.unsigned_abs(), bits),
                _ => None,
            }
        }
        (Value::Int { .. } | Value::Uint { .. }, Value::Angle { .. })
            if operator == BinaryOperator::Multiply =>
        {
            angular(operator, right, left)
        }
        _ => None,
    }
}

fn timing(operator: BinaryOperator, left: Value, right: Value) -> Result<Value, Undefined> {
    let seconds = |value: f64| finite(value).map(Value::Duration);
    match (left, right) {
        (Value::Duration(a), Value::Duration(b)) => match operator {
            BinaryOperator::Add => seconds(a + b),
            BinaryOperator::Subtract => seconds(a - b),
            BinaryOperator::Divide => real(operator, a, b).map(Value::Float),
            _ => Err(Undefined::WrongType),
        },
        (Value::Duration(a), b)
            if matches!(operator, BinaryOperator::Multiply | BinaryOperator::Divide) =>
        {
            real(operator, a, b.as_float()?).map(Value::Duration)
        }
        (a, Value::Duration(b)) if operator == BinaryOperator::Multiply => {
            seconds(a.as_float()? * b)
        }
        _ => Err(Undefined::WrongType),
    }
}

fn bitwise(operator: BinaryOperator, left: Value, right: Value) -> Result<Value, Undefined> {
    let join = |a: u64, b: u64| match operator {
        BinaryOperator::BitAnd => a & b,
        BinaryOperator::BitOr => a | b,
        _ => a ^ b,
    };
    match (left, right) {
        (Value::Bool(a), Value::Bool(b)) => Ok(Value::Bool(join(a.into(), b.into()) != 0)),
        (Value::Bits { value: a, width: n }, Value::Bits { value: b, width: m }) if n == m => {
            Ok(Value::Bits { value: join(a, b), width: n })
        }
        (Value::Angle { turns: a, bits: n }, Value::Angle { turns: b, bits: m }) if n == m => {
            Ok(Value::Angle { turns: join(a, b), bits: n })
        }
        _ => match whole(left, right).ok_or(Undefined::WrongType)? {
            Whole::Signed(a, b, bits) => {
                let value = join(a.cast_unsigned(), b.cast_unsigned());
                Ok(Value::Int { value: wrap_signed(value, bits), bits })
            }
            Whole::Unsigned(a, b, bits) => Ok(Value::Uint { value: join(a, b), bits }),
        },
    }
}

/// What is shifted out is lost; as many places as there are bits or more leave nothing.
fn shift(operator: BinaryOperator, value: Value, by: Value) -> Result<Value, Undefined> {
    let by = u64::try_from(by.as_int()?).map_err(|_| Undefined::OutOfRange)?;
    let by = u32::try_from(by.min(64)).unwrap_or(64);
    let moved = |value: u64| match operator {
        BinaryOperator::ShiftLeft => value.checked_shl(by).unwrap_or(0),
        _ => value.checked_shr(by).unwrap_or(0),
    };
    match value {
        Value::Bits { value, width } => Ok(Value::Bits { value: wrap(moved(value), width), width }),
        Value::Uint { value, bits } => Ok(Value::Uint { value: wrap(moved(value), bits), bits }),
        Value::Angle { turns, bits } => Ok(Value::Angle { turns: wrap(moved(turns), bits), bits }),
        Value::Int { value, bits } if operator == BinaryOperator::ShiftLeft => {
            Ok(Value::Int { value: wrap_signed(moved(value.cast_unsigned()), bits), bits })
        }
        Value::Int { value, bits } => Ok(Value::Int { value: value >> by.min(63), bits }),
        Value::Bool(value) => {
            Ok(Value::Int { value: wrap_signed(moved(u64::from(value)), 64), bits: 64 })
        }
        _ => Err(Undefined::WrongType),
    }
}

fn compare(operator: BinaryOperator, left: Value, right: Value) -> Result<bool, Undefined> {
    if let (Value::Complex(_), _) | (_, Value::Complex(_)) = (left, right) {
        let same = (left.as_complex()? - right.as_complex()?).norm_squared() <= 0.0;
        return match operator {
            BinaryOperator::Equal => Ok(same),
            BinaryOperator::NotEqual => Ok(!same),
            _ => Err(Undefined::WrongType),
        };
    }
    let ordering = match (left, right) {
        (Value::Angle { turns: a, bits: n }, Value::Angle { turns: b, bits: m }) if n == m => {
            a.cmp(&b)
        }
        _ => match whole(left, right) {
            Some(Whole::Signed(a, b, _)) => a.cmp(&b),
            Some(Whole::Unsigned(a, b, _)) => a.cmp(&b),
            None => left.as_float()?.partial_cmp(&right.as_float()?).ok_or(Undefined::NotFinite)?,
        },
    };
    Ok(match operator {
        BinaryOperator::Equal => ordering == Ordering::Equal,
        BinaryOperator::NotEqual => ordering != Ordering::Equal,
        BinaryOperator::Less => ordering == Ordering::Less,
        BinaryOperator::LessEqual => ordering != Ordering::Greater,
        BinaryOperator::Greater => ordering == Ordering::Greater,
        _ => ordering != Ordering::Less,
    })
}

pub fn call(function: Function, value: Value) -> Result<Value, Undefined> {
    match (function, value) {
        (Function::PopCount, Value::Bits { value, .. } | Value::Uint { value, .. }) => {
            Ok(Value::Uint { value: u64::from(value.count_ones()), bits: 64 })
        }
        (Function::PopCount, _) => Err(Undefined::WrongType),
        (Function::Real, value) => Ok(Value::Float(value.as_complex()?.re)),
        (Function::Imaginary, value) => Ok(Value::Float(value.as_complex()?.im)),
        (Function::Abs, Value::Int { value, bits }) => {
            value.checked_abs().map(|value| Value::Int { value, bits }).ok_or(Undefined::Overflow)
        }
        (Function::Exp, Value::Complex(value)) => {
            let exponential = Complex::from_phase(value.im).scaled(value.re.exp());
            Ok(Value::Complex(exponential))
        }
        (Function::Sqrt, Value::Complex(value)) => Ok(Value::Complex(value.square_root())),
        (_, value) => real_call(function, value.as_float()?),
    }
}

fn real_call(function: Function, x: f64) -> Result<Value, Undefined> {
    let whole = |value: f64| Value::Float(value).as_int().map(Value::whole);
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
        Function::Floor => return whole(x.floor()),
        Function::Ceiling => return whole(x.ceil()),
        _ => x.abs(),
    })
    .map(Value::Float)
}

/// Bit `index` of a value; of a register, its element. Negative numbers count from the end.
pub fn element(of: Value, index: Value) -> Result<Value, Undefined> {
    let (pattern, width) = match of {
        Value::Bits { value, width } => (value, width),
        Value::Uint { value, bits } => (value, bits),
        Value::Int { value, bits } => (value.cast_unsigned(), bits),
        Value::Angle { turns, bits } => (turns, bits),
        _ => return Err(Undefined::WrongType),
    };
    let index = index.as_int()?;
    let index = if index < 0 { index + i64::from(width) } else { index };
    match u32::try_from(index) {
        Ok(index) if index < u32::from(width) => Ok(Value::Bool(pattern >> index & 1 == 1)),
        _ => Err(Undefined::OutOfRange),
    }
}
