//! How is a value or an expression written?

use std::fmt::Write as _;

use quantum_program::{BinaryOperator, Complex, Expression, ExpressionId, Parameter, Value};

use super::Printer;
use super::declarations::type_text;

impl Printer<'_> {
    pub(super) fn parameter(&self, parameter: Parameter) -> String {
        match parameter {
            Parameter::Known(value) => float(value),
            Parameter::Expression(id) => self.expression(id),
        }
    }

    pub(super) fn expression(&self, id: ExpressionId) -> String {
        let inner = |id| self.expression(id);
        match self.program.expression(id) {
            Expression::Known(value) => value_text(value),
            Expression::Input(number) => self.program.inputs()[number as usize].name.clone(),
            Expression::Variable(number) => self.labels.variables[number as usize].clone(),
            Expression::Entry { first, index, .. } => self.entry(first, index),
            Expression::Bit(number) => self.bits(number, 1),
            Expression::Bits { first, width } => self.bits(first, u32::from(width)),
            Expression::Unary(operator, of) => {
                format!("{}({})", operator.sign(), inner(of))
            }
            Expression::Binary(BinaryOperator::RealDivide, left, right) => {
                format!("(float({}) / {})", inner(left), inner(right))
            }
            Expression::Binary(operator, left, right) => {
                format!("({} {} {})", inner(left), operator.sign(), inner(right))
            }
            Expression::Call(function, of) => format!("{}({})", function.name(), inner(of)),
            Expression::Cast(kind, of) => format!("{}({})", type_text(kind), inner(of)),
            Expression::Element { of, index } => format!("({})[{}]", inner(of), inner(index)),
        }
    }

    pub(super) fn entry(&self, first: u32, index: ExpressionId) -> String {
        let index = self.expression(index);
        match self.labels.array_of(first) {
            Some((name, start)) if start == first => format!("{name}[{index}]"),
            Some((name, start)) => format!("{name}[{} + {index}]", first - start),
            None => index,
        }
    }

    /// Neighbouring bits of one register.
    pub(super) fn bits(&self, first: u32, width: u32) -> String {
        let number = self.labels.register_of[first as usize];
        let register = &self.program.bit_registers()[number];
        let name = self.labels.registers[number].as_deref().unwrap_or_default();
        let index = first - register.first;
        if width == 1 {
            format!("{name}[{index}]")
        } else if width == register.width {
            name.to_owned()
        } else {
            format!("{name}[{index}:{}]", index + width - 1)
        }
    }
}

/// The shortest text that is read as the same number, always with a point or an exponent.
pub(super) fn float(value: f64) -> String {
    format!("{value:?}")
}

/// As Braket reads it: one number, or two with a sign between them.
pub(super) fn complex(value: Complex) -> String {
    if value.im.abs() <= 0.0 {
        return float(value.re);
    }
    if value.re.abs() <= 0.0 {
        return format!("{}im", float(value.im));
    }
    let sign = if value.im < 0.0 { '-' } else { '+' };
    format!("{}{sign}{}im", float(value.re), float(value.im.abs()))
}

fn value_text(value: Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Int { value, bits: 64 } if value >= 0 => value.to_string(),
        // its size alone would not fit
        Value::Int { value: i64::MIN, .. } => "int[64](0x8000000000000000)".to_owned(),
        Value::Int { value, bits: 64 } => format!("({value})"),
        Value::Int { value, bits } => format!("int[{bits}]({value})"),
        Value::Uint { value, bits } => format!("uint[{bits}]({value})"),
        Value::Float(value) if value.is_sign_negative() => format!("({})", float(value)),
        Value::Float(value) => float(value),
        Value::Angle { turns, bits } => {
            format!("angle[{bits}](\"{}\")", bit_text(turns, usize::from(bits)))
        }
        Value::Complex(value) => {
            let sign = if value.im.is_sign_negative() { '-' } else { '+' };
            format!("({} {sign} {}im)", float(value.re), float(value.im.abs()))
        }
        Value::Bits { value, width } => format!("\"{}\"", bit_text(value, usize::from(width))),
        Value::Duration(seconds) => format!("{}s", float(seconds)),
    }
}

/// The last character is bit 0.
fn bit_text(value: u64, width: usize) -> String {
    let mut text = String::with_capacity(width);
    for place in (0..width).rev() {
        // a string takes any text
        let _ = write!(text, "{}", value >> place & 1);
    }
    text
}

/// Programs have limits that fit.
pub(super) fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
