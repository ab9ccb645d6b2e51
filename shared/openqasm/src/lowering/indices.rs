//! Which elements do brackets pick?

use quantum_program::{Expression as Term, MAX_BITS, MAX_QUBITS, Value};

use super::evaluation::{Cell, Datum};
use super::picked::Picked;
use super::{Lowered, Lowering, narrow};
use crate::diagnostics::{Code, Fault, Span};
use crate::limits::{MAX_LOOP_ITERATIONS, MAX_RUN_TIME_CHOICES};
use crate::syntax::ast::{Expression, Item, List, Range, Subscript};

/// Whole numbers from `start` by `step` up to `end`, which belongs to them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Steps {
    pub(super) start: i64,
    pub(super) step: i64,
    pub(super) end: i64,
}

impl Steps {
    pub(super) fn count(self) -> usize {
        let distance = if self.step > 0 {
            i128::from(self.end) - i128::from(self.start)
        } else {
            i128::from(self.start) - i128::from(self.end)
        };
        if distance < 0 {
            return 0;
        }
        usize::try_from(distance / i128::from(self.step).abs() + 1).unwrap_or(usize::MAX)
    }

    pub(super) fn values(self) -> impl Iterator<Item = i64> {
        let step = i128::from(self.step);
        let start = i128::from(self.start);
        let at = move |index: usize| start + step * i128::try_from(index).unwrap_or(i128::MAX);
        (0..self.count()).map(move |index| i64::try_from(at(index)).unwrap_or(i64::MAX))
    }
}

impl Lowering<'_> {
    /// Of qubits, bits, an array or a value.
    pub(super) fn index(&mut self, of: Datum, subscript: &Subscript, span: Span) -> Lowered<Datum> {
        match of {
            Datum::Qubits(all) => {
                let picked = self.picked(subscript, all.len(), span)?;
                Ok(Datum::Qubits(all.at_all(&picked)))
            }
            Datum::Bits(all) => self.index_bits(&all, subscript, span),
            Datum::Array(listed) => self.index_array(&listed, subscript, span),
            Datum::Value(_) | Datum::Open(_) => self.index_value(of, subscript, span),
            Datum::Nothing => Err(not_indexable(span)),
        }
    }

    fn index_bits(&mut self, all: &Picked, subscript: &Subscript, span: Span) -> Lowered<Datum> {
        if let Some(index) = self.single(subscript)
            && self.choices.is_empty()
            && let Cell::Open(id) = self.cell(index)?
        {
            // which bit it is, only the run knows: it is a bit of the whole
            let whole = self.value_of_bits(all, span)?;
            let of = self.id(whole, span)?;
            return self.term(Term::Element { of, index: id }, span).map(Datum::from);
        }
        let picked = self.picked(subscript, all.len(), span)?;
        Ok(Datum::Bits(all.at_all(&picked)))
    }

    /// The bits of a number.
    fn index_value(&mut self, of: Datum, subscript: &Subscript, span: Span) -> Lowered<Datum> {
        let value = self.as_cell(of, span)?;
        if let Some(index) = self.single(subscript) {
            let index_span = self.span_of(index);
            let index = self.cell(index)?;
            let (of, index) = (self.id(value, span)?, self.id(index, index_span)?);
            return self.term(Term::Element { of, index }, span).map(Datum::from);
        }
        let Cell::Known(known) = value else {
            return Err(not_indexable(span));
        };
        let (pattern, width) = match known {
            Value::Bits { value, width } => (value, width),
            Value::Uint { value, bits } => (value, bits),
            Value::Int { value, bits } => (value.cast_unsigned(), bits),
            Value::Angle { turns, bits } => (turns, bits),
            _ => return Err(not_indexable(span)),
        };
        let picked = self.picked(subscript, usize::from(width), span)?;
        let places = (0..).zip(&picked);
        let value = places.map(|(place, bit)| (pattern >> bit & 1) << place).sum();
        let width = u8::try_from(picked.len()).unwrap_or(u8::MAX);
        Ok(Datum::Value(Value::Bits { value, width }))
    }

    /// The one index that brackets hold, if they hold no range, set or list.
    pub(super) fn single(&self, subscript: &Subscript) -> Option<Expression> {
        match subscript.items.of(&self.document.arenas.items) {
            [Item::Element(index)] => Some(*index),
            _ => None,
        }
    }

    /// The positions picked of `count`.
    pub(super) fn picked(
        &mut self,
        subscript: &Subscript,
        count: usize,
        span: Span,
    ) -> Lowered<Vec<u32>> {
        let document = self.document;
        let [item] = subscript.items.of(&document.arenas.items) else {
            return Err(Fault::new(
                Code::Index,
                subscript.span,
                "a register has one dimension",
                "write one index, for example `q[2]`, or a set, for example `q[{0, 2}]`",
            ));
        };
        self.picked_by(item, count, span)
    }

    pub(super) fn picked_by(&mut self, item: &Item, count: usize, span: Span) -> Lowered<Vec<u32>> {
        let picked = match item {
            Item::Element(index) => return Ok(vec![self.position(*index, count)?]),
            Item::Set(values) => self.positions(*values, count)?,
            Item::Range(range) => self.range_of(range, count, span)?,
        };
        if picked.is_empty() {
            return Err(Fault::new(
                Code::Index,
                span,
                "this picks no element of the register",
                "both ends of a range belong to it: `q[0:2]` is three elements",
            ));
        }
        Ok(picked)
    }

    fn positions(&mut self, values: List<Expression>, count: usize) -> Lowered<Vec<u32>> {
        let document = self.document;
        let mut positions = Vec::with_capacity(values.len());
        for value in values.of(&document.arenas.expressions) {
            positions.push(self.position(*value, count)?);
        }
        Ok(positions)
    }

    /// Negative indices count from the end.
    pub(super) fn position(&mut self, index: Expression, count: usize) -> Lowered<u32> {
        let span = self.span_of(index);
        let value = match self.cell(index)? {
            Cell::Known(value) => self.whole_value(value, span, "an index")?,
            Cell::Open(id) => {
                if count <= MAX_RUN_TIME_CHOICES {
                    self.open_index = Some((index, id, narrow(count)));
                }
                return Err(self.not_constant(id, span, "an index"));
            }
        };
        self.place(value, count, span)
    }

    pub(super) fn place(&self, index: i64, count: usize, span: Span) -> Lowered<u32> {
        let size = i64::try_from(count).unwrap_or(i64::MAX);
        let place = if index < 0 { index.saturating_add(size) } else { index };
        u32::try_from(place).ok().filter(|_| place < size).ok_or_else(|| {
            Fault::new(
                Code::Index,
                span,
                format!("there is no element {index}: there are {count}"),
                format!("use an index from 0 to {}", size - 1),
            )
        })
    }

    fn range_of(&mut self, range: &Range, count: usize, span: Span) -> Lowered<Vec<u32>> {
        let last = i64::try_from(count).unwrap_or(i64::MAX) - 1;
        let step = match range.step {
            Some(step) => self.whole(step, "the step of a range")?,
            None => 1,
        };
        let (low, high) = if step < 0 { (last, 0) } else { (0, last) };
        let start = self.bound(range.start, low, count)?;
        let end = self.bound(range.end, high, count)?;
        let steps = self.steps(start, step, end, span)?;
        self.charge(steps.count(), span)?;
        steps.values().map(|value| self.place(value, count, span)).collect()
    }

    /// An end of a range; a negative one counts from the end.
    fn bound(&mut self, bound: Option<Expression>, otherwise: i64, count: usize) -> Lowered<i64> {
        let Some(bound) = bound else {
            return Ok(otherwise);
        };
        let value = self.whole(bound, "the end of a range")?;
        let size = i64::try_from(count).unwrap_or(i64::MAX);
        Ok(if value < 0 { value.saturating_add(size) } else { value })
    }

    pub(super) fn steps(&self, start: i64, step: i64, end: i64, span: Span) -> Lowered<Steps> {
        if step == 0 {
            return Err(Fault::new(
                Code::Index,
                span,
                "the step of a range cannot be 0",
                "use 1 or -1",
            ));
        }
        let steps = Steps { start, step, end };
        if steps.count() > MAX_LOOP_ITERATIONS {
            return Err(Fault::new(
                Code::Limit,
                span,
                format!("this range has more than {MAX_LOOP_ITERATIONS} values"),
                "use a smaller range",
            ));
        }
        Ok(steps)
    }

    /// Bits or qubits joined, or aliases of them.
    pub(super) fn concatenation(&mut self, parts: List<Expression>, span: Span) -> Lowered<Datum> {
        let document = self.document;
        let mut joined: Option<Datum> = None;
        for part in parts.of(&document.arenas.expressions) {
            let part_span = self.span_of(*part);
            let part = self.evaluate(*part)?;
            joined = Some(match joined {
                None => part,
                Some(before) => self.joined(before, part, part_span)?,
            });
        }
        joined.ok_or_else(|| not_indexable(span))
    }

    fn joined(&mut self, before: Datum, part: Datum, span: Span) -> Lowered<Datum> {
        let chain =
            |a: &Picked, b: &Picked| Picked::from(a.iter().chain(b.iter()).collect::<Vec<_>>());
        match (before, part) {
            (Datum::Qubits(a), Datum::Qubits(b)) => {
                self.check_joined(a.len() + b.len(), MAX_QUBITS, span)?;
                Ok(Datum::Qubits(chain(&a, &b)))
            }
            (Datum::Bits(a), Datum::Bits(b)) => {
                self.check_joined(a.len() + b.len(), MAX_BITS, span)?;
                Ok(Datum::Bits(chain(&a, &b)))
            }
            (Datum::Array(a), Datum::Array(b)) => self.joined_arrays(&a, &b, span),
            (a, b) => {
                let (a, b) = (self.as_cell(a, span)?, self.as_cell(b, span)?);
                let (Cell::Known(a), Cell::Known(b)) = (a, b) else {
                    return Err(Fault::new(
                        Code::NotConstant,
                        span,
                        "values that only a run knows cannot be joined with `++`",
                        "join registers, and use the joined one",
                    ));
                };
                joined_values(a, b).map(Datum::Value).ok_or_else(|| {
                    Fault::new(
                        Code::Type,
                        span,
                        "only registers and arrays can be joined with `++`",
                        "use `+` to add numbers",
                    )
                })
            }
        }
    }
}

impl Lowering<'_> {
    fn check_joined(&mut self, count: usize, most: usize, span: Span) -> Lowered<()> {
        self.charge(count, span)?;
        if count <= most {
            return Ok(());
        }
        Err(Fault::new(
            Code::Limit,
            span,
            format!("more than {most} elements are joined"),
            "join fewer of them",
        ))
    }
}

/// The left one keeps the low places: its element 0 stays element 0.
fn joined_values(a: Value, b: Value) -> Option<Value> {
    let (Value::Bits { value: a, width: n }, Value::Bits { value: b, width: m }) = (a, b) else {
        return None;
    };
    let width = n.checked_add(m).filter(|width| *width <= 64)?;
    Some(Value::Bits { value: a | b.checked_shl(u32::from(n)).unwrap_or(0), width })
}

fn not_indexable(span: Span) -> Box<Fault> {
    Fault::new(
        Code::WrongKind,
        span,
        "this has no elements to pick from",
        "use brackets behind registers, arrays, and integers whose bits are known",
    )
}
