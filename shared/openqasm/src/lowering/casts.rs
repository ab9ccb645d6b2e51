//! Which type does a program mean, and how does a value become one of it?

use std::rc::Rc;

use quantum_program::{Complex, InputKind, MAX_VALUE_BITS, Type, Value};

use super::evaluation::{Cell, Cells, Datum, Listed};
use super::{Lowered, Lowering};
use crate::diagnostics::{Code, Fault, Span};
use crate::limits::{MAX_ARRAY_DIMENSIONS, MAX_ARRAY_ELEMENTS};
use crate::syntax::ast::{BaseType, ClassicalType, Expression, Shape};

impl Lowering<'_> {
    /// Of a value, or of an array's elements.
    pub(super) fn value_type(&mut self, kind: &ClassicalType) -> Lowered<Type> {
        let usual = if kind.base == BaseType::Bit { 1 } else { MAX_VALUE_BITS };
        let width = match kind.width {
            Some(width) => self.width(width, kind.base)?,
            None => u8::try_from(usual).unwrap_or(u8::MAX),
        };
        Ok(match kind.base {
            BaseType::Int => Type::Int { bits: width },
            BaseType::Uint => Type::Uint { bits: width },
            BaseType::Float => Type::Float,
            BaseType::Angle => Type::Angle { bits: width },
            BaseType::Complex => Type::Complex,
            BaseType::Bool => Type::Bool,
            BaseType::Bit => Type::Bits { width },
            BaseType::Duration | BaseType::Stretch => Type::Duration,
        })
    }

    fn width(&mut self, width: Expression, base: BaseType) -> Lowered<u8> {
        let bits = self.whole(width, "the width of a type")?;
        let is_float = base == BaseType::Float;
        let fits =
            u8::try_from(bits).ok().filter(|bits| (1..=MAX_VALUE_BITS).contains(&u32::from(*bits)));
        fits.ok_or_else(|| {
            Fault::new(
                Code::Limit,
                self.span_of(width),
                format!("this type cannot have {bits} bits"),
                if is_float {
                    "use `float`, `float[32]` or `float[64]`: all are reckoned with 64 bits"
                } else {
                    "use a width from 1 to 64"
                },
            )
        })
    }

    pub(super) fn input_kind(&mut self, kind: &ClassicalType) -> Lowered<InputKind> {
        if !matches!(kind.shape, Shape::Single) {
            return Err(Fault::new(
                Code::Unsupported,
                kind.span,
                "an array cannot be an input",
                "declare one input for each element",
            ));
        }
        Ok(match self.value_type(kind)? {
            Type::Bool => InputKind::Bool,
            Type::Int { bits } => InputKind::Int { bits: bits.into() },
            Type::Uint { bits } => InputKind::Uint { bits: bits.into() },
            Type::Float => InputKind::Float,
            Type::Angle { .. } => InputKind::Angle,
            Type::Bits { width } => InputKind::Bits { width: width.into() },
            Type::Complex | Type::Duration => {
                return Err(Fault::new(
                    Code::Unsupported,
                    kind.span,
                    "complex numbers and durations cannot be inputs",
                    "declare `float` inputs, and calculate the value from them",
                ));
            }
        })
    }

    /// The sizes of an array type's dimensions.
    pub(super) fn dimensions(&mut self, kind: &ClassicalType) -> Lowered<Vec<usize>> {
        let Shape::Array(sizes) = kind.shape else {
            return Ok(Vec::new());
        };
        let document = self.document;
        let sizes = sizes.of(&document.arenas.expressions);
        if sizes.is_empty() || sizes.len() > MAX_ARRAY_DIMENSIONS {
            return Err(Fault::new(
                Code::Limit,
                kind.span,
                format!("an array has 1 to {MAX_ARRAY_DIMENSIONS} dimensions"),
                "write for example `array[int, 2, 3]`",
            ));
        }
        let mut dimensions = Vec::with_capacity(sizes.len());
        let mut elements = 1_usize;
        for size in sizes {
            let count = self.whole(*size, "the size of an array")?;
            let count = usize::try_from(count).ok().filter(|count| *count > 0);
            elements = count.map_or(usize::MAX, |count| elements.saturating_mul(count));
            if elements > MAX_ARRAY_ELEMENTS {
                return Err(Fault::new(
                    Code::Limit,
                    self.span_of(*size),
                    format!("an array has 1 to {MAX_ARRAY_ELEMENTS} elements in all"),
                    "use a smaller array",
                ));
            }
            dimensions.extend(count);
        }
        Ok(dimensions)
    }

    /// `int[8](x)`
    pub(super) fn cast(
        &mut self,
        operand: Datum,
        kind: &ClassicalType,
        span: Span,
    ) -> Lowered<Datum> {
        if let (Datum::Array(listed), Shape::Array(_)) = (&operand, kind.shape) {
            let dimensions = self.dimensions(kind)?;
            let element = self.value_type(kind)?;
            return self.converted(listed, &dimensions, element, span).map(Datum::Array);
        }
        let kind = self.value_type(kind)?;
        let cell = self.as_cell(operand, span)?;
        self.cast_cell(cell, kind, span).map(Datum::from)
    }

    /// An array with the same elements, each turned into `element`.
    pub(super) fn converted(
        &mut self,
        listed: &Rc<Listed>,
        dimensions: &[usize],
        element: Type,
        span: Span,
    ) -> Lowered<Rc<Listed>> {
        if listed.dimensions != dimensions {
            return Err(Fault::new(
                Code::Size,
                span,
                format!(
                    "an array of {} is given to one of {}",
                    shape_text(&listed.dimensions),
                    shape_text(dimensions)
                ),
                "give as many elements in each dimension as the array has",
            ));
        }
        let before = self.all_cells(listed, span)?;
        self.charge(before.len(), span)?;
        let mut cells = Vec::with_capacity(before.len());
        for cell in before.iter() {
            cells.push(self.cast_cell(*cell, element, span)?);
        }
        let dimensions = dimensions.to_vec();
        Ok(Rc::new(Listed { dimensions, cells: Cells::Each(Rc::new(cells)) }))
    }
}

fn shape_text(dimensions: &[usize]) -> String {
    let sizes: Vec<String> = dimensions.iter().map(usize::to_string).collect();
    sizes.join(" × ")
}

/// How a run keeps a value: bits as a number, so that registers of bits are the only bits of a program.
pub(super) fn kept_as(kind: Type) -> Type {
    match kind {
        Type::Bits { width } => Type::Uint { bits: width },
        other => other,
    }
}

/// What a variable without a value begins with.
pub(super) fn zero(kind: Type) -> Value {
    match kind {
        Type::Bool => Value::Bool(false),
        Type::Int { bits } => Value::Int { value: 0, bits },
        Type::Uint { bits } => Value::Uint { value: 0, bits },
        Type::Float => Value::Float(0.0),
        Type::Angle { bits } => Value::Angle { turns: 0, bits },
        Type::Complex => Value::Complex(Complex::real(0.0)),
        Type::Bits { width } => Value::Bits { value: 0, width },
        Type::Duration => Value::Duration(0.0),
    }
}

pub(super) fn zero_cell(kind: Type) -> Cell {
    Cell::Known(zero(kind))
}
