//! How is an expression that only a run knows written in a picture?

use quantum_program::{Expression, ExpressionId, Program, Value};

use crate::angles::{angle, duration, number};
use crate::limits::MAX_LABEL;
use crate::text::shortened;

/// Levels written out; what is deeper becomes `…`.
const MOST_LEVELS: usize = 5;

pub(crate) fn written(program: &Program, id: ExpressionId) -> String {
    at_level(program, id, 0)
}

fn at_level(program: &Program, id: ExpressionId, level: usize) -> String {
    if level == MOST_LEVELS {
        return "…".to_owned();
    }
    let inner = |id| at_level(program, id, level + 1);
    match program.expression(id) {
        Expression::Known(known) => value(known),
        Expression::Input(number) => {
            program.inputs().get(number as usize).map_or_else(unknown, |input| named(&input.name))
        }
        Expression::Variable(number) => variable(program, number),
        Expression::Entry { first, index, .. } => {
            format!("{}[{}]", variable(program, first), inner(index))
        }
        Expression::Bit(number) => bit(program, number),
        Expression::Bits { first, width } => bits(program, first, u32::from(width)),
        Expression::Unary(operator, of) => format!("{}{}", operator.sign(), inner(of)),
        Expression::Binary(operator, left, right) => {
            let text = format!("{} {} {}", inner(left), operator.sign(), inner(right));
            if level == 0 { text } else { format!("({text})") }
        }
        Expression::Call(function, of) => format!("{}({})", function.name(), inner(of)),
        Expression::Cast(_, of) => at_level(program, of, level + 1),
        Expression::Element { of, index } => format!("{}[{}]", inner(of), inner(index)),
    }
}

pub(crate) fn variable(program: &Program, number: u32) -> String {
    let variable = program.variables().get(number as usize);
    variable.map_or_else(unknown, |variable| named(&variable.name))
}

fn named(name: &str) -> String {
    shortened(name, MAX_LABEL)
}

fn unknown() -> String {
    "?".to_owned()
}

/// `c[3]`, or `c` for a register of one bit.
pub(crate) fn bit(program: &Program, number: u32) -> String {
    match register_of(program, number) {
        Some((name, _, 1)) => named(name),
        Some((name, first, _)) => format!("{}[{}]", named(name), number - first),
        None => format!("bit {number}"),
    }
}

/// A register by its name, or the part of one.
fn bits(program: &Program, first: u32, width: u32) -> String {
    if width == 1 {
        return bit(program, first);
    }
    match register_of(program, first) {
        Some((name, start, whole)) if start == first && whole == width => named(name),
        Some((name, start, _)) => {
            let last = (first - start + width).saturating_sub(1);
            format!("{}[{}:{last}]", named(name), first - start)
        }
        None => format!("{width} bits"),
    }
}

/// Name, first bit and width.
fn register_of(program: &Program, number: u32) -> Option<(&str, u32, u32)> {
    let registers = program.bit_registers();
    let at = registers.partition_point(|register| register.first + register.width <= number);
    let register = registers.get(at)?;
    Some((register.name.as_deref()?, register.first, register.width))
}

fn value(value: Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Int { value, .. } => value.to_string(),
        Value::Uint { value, .. } => value.to_string(),
        Value::Float(value) => angle(value),
        Value::Angle { .. } => angle(value.as_float().unwrap_or_default()),
        Value::Complex(value) => format!("{} + {}i", number(value.re), number(value.im)),
        Value::Bits { value, width } => format!("{value:0width$b}", width = usize::from(width)),
        Value::Duration(seconds) => duration(seconds),
    }
}
