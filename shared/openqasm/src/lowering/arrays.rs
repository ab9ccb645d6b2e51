//! What is known of each array, and how are its parts read and changed?

use std::rc::Rc;

use quantum_program::{Expression as Term, Type, Value, Variable};

use super::evaluation::{Cell, Datum, Listed};
use super::names::Binding;
use super::{Lowered, Lowering, narrow, undefined};
use crate::diagnostics::{Code, Fault, Span};
use crate::syntax::ast::{Expression, Item, List, Name, Subscript};
use crate::syntax::names::Symbol;

#[derive(Debug, Default)]
pub(super) struct Arrays {
    states: Vec<ArrayState>,
}

#[derive(Debug, Clone)]
struct ArrayState {
    symbol: Symbol,
    element: Type,
    dimensions: Vec<usize>,
    /// Empty while only a run knows them.
    cells: Vec<Cell>,
    is_read_only: bool,
    pins: u32,
    /// The first of its neighbouring variables, once a run has to keep it.
    first: Option<u32>,
}

impl Arrays {
    pub(super) fn count(&self) -> usize {
        self.states.len()
    }

    pub(super) fn truncate(&mut self, count: usize) {
        self.states.truncate(count);
    }
}

/// A part of an array: the positions of its cells, and the dimensions they still have.
struct Part {
    dimensions: Vec<usize>,
    cells: Vec<usize>,
}

impl Lowering<'_> {
    pub(super) fn add_array(
        &mut self,
        symbol: Symbol,
        element: Type,
        listed: &Rc<Listed>,
        span: Span,
    ) -> Lowered<u32> {
        let number = narrow(self.arrays.states.len());
        self.arrays.states.push(ArrayState {
            symbol,
            element,
            dimensions: listed.dimensions.clone(),
            cells: listed.cells.clone(),
            is_read_only: false,
            pins: 0,
            first: None,
        });
        if listed.cells.iter().any(|cell| self.depends_on_run(*cell)) {
            self.keep_array(number, span)?;
        }
        Ok(number)
    }

    /// The same array under another name, perhaps not to be changed by it.
    pub(super) fn array_type(&self, number: u32) -> (&[usize], Type) {
        let array = &self.arrays.states[number as usize];
        (&array.dimensions, array.element)
    }

    pub(super) fn set_read_only(&mut self, number: u32, is_read_only: bool) -> bool {
        let array = &mut self.arrays.states[number as usize];
        std::mem::replace(&mut array.is_read_only, is_read_only)
    }

    /// `let b = a;` for a whole array that has a name.
    pub(super) fn alias_of_array(&mut self, listed: &Rc<Listed>, name: Name) -> Lowered<Binding> {
        let element = match listed.cells.first() {
            Some(Cell::Known(value)) => value.kind(),
            _ => Type::Float,
        };
        let number = self.add_array(name.symbol, element, listed, name.span)?;
        self.set_read_only(number, true);
        Ok(Binding::Array(number))
    }

    pub(super) fn read_array(&mut self, number: u32, span: Span) -> Lowered<Rc<Listed>> {
        let array = &self.arrays.states[number as usize];
        let dimensions = array.dimensions.clone();
        let Some(first) = array.first.filter(|_| array.cells.is_empty()) else {
            return Ok(Rc::new(Listed { dimensions, cells: array.cells.clone(), first: None }));
        };
        let count = narrow(dimensions.iter().product());
        let mut cells = Vec::with_capacity(count as usize);
        for variable in first..first + count {
            cells.push(self.term(Term::Variable(variable), span)?);
        }
        Ok(Rc::new(Listed { dimensions, cells, first: Some(first) }))
    }

    /// `{1, 2, {3}}`: all elements alike.
    pub(super) fn listed(&mut self, elements: List<Expression>, span: Span) -> Lowered<Datum> {
        let document = self.document;
        let mut cells = Vec::new();
        let mut inner: Option<Vec<usize>> = None;
        for element in elements.of(&document.arenas.expressions) {
            let element_span = self.span_of(*element);
            self.step(element_span)?;
            let (dimensions, mut found) = match self.evaluate(*element)? {
                Datum::Array(listed) => (listed.dimensions.clone(), listed.cells.clone()),
                single => (Vec::new(), vec![self.as_cell(single, element_span)?]),
            };
            if inner.as_ref().is_some_and(|inner| *inner != dimensions) {
                return Err(Fault::new(
                    Code::Size,
                    element_span,
                    "the rows of an array have different sizes",
                    "give every row as many elements",
                ));
            }
            inner = Some(dimensions);
            cells.append(&mut found);
        }
        let Some(inner) = inner else {
            return Err(Fault::new(
                Code::Size,
                span,
                "an array has at least one element",
                "write the elements between the braces: `{1, 2, 3}`",
            ));
        };
        let mut dimensions = vec![elements.len()];
        dimensions.extend(inner);
        Ok(Datum::Array(Rc::new(Listed { dimensions, cells, first: None })))
    }

    pub(super) fn joined_arrays(&mut self, a: &Listed, b: &Listed, span: Span) -> Lowered<Datum> {
        if a.dimensions.len() != b.dimensions.len() || a.dimensions[1..] != b.dimensions[1..] {
            return Err(Fault::new(
                Code::Size,
                span,
                "arrays of different sizes cannot be joined",
                "join arrays that differ in their first dimension only",
            ));
        }
        let mut dimensions = a.dimensions.clone();
        dimensions[0] += b.dimensions[0];
        let cells = a.cells.iter().chain(&b.cells).copied().collect();
        Ok(Datum::Array(Rc::new(Listed { dimensions, cells, first: None })))
    }

    pub(super) fn index_array(
        &mut self,
        listed: &Rc<Listed>,
        subscript: &Subscript,
    ) -> Lowered<Datum> {
        if let Some(datum) = self.run_time_element(listed, subscript)? {
            return Ok(datum);
        }
        let part = self.part(&listed.dimensions, &[*subscript])?;
        if part.dimensions.is_empty() {
            return Ok(listed.cells[part.cells[0]].into());
        }
        let are_neighbours = part.cells.windows(2).all(|pair| pair[1] == pair[0] + 1);
        let first = listed.first.filter(|_| are_neighbours);
        Ok(Datum::Array(Rc::new(Listed {
            first: first.map(|first| first + narrow(part.cells[0])),
            cells: part.cells.iter().map(|cell| listed.cells[*cell]).collect(),
            dimensions: part.dimensions,
        })))
    }

    /// An element whose place only a run knows, of an array that it keeps or whose values are known.
    fn run_time_element(
        &mut self,
        listed: &Rc<Listed>,
        subscript: &Subscript,
    ) -> Lowered<Option<Datum>> {
        let [length] = listed.dimensions.as_slice() else {
            return Ok(None);
        };
        let length = narrow(*length);
        let Some(index) = self.single(subscript) else {
            return Ok(None);
        };
        let span = self.span_of(index);
        let Cell::Open(index) = self.cell(index)? else {
            return Ok(None);
        };
        let first = match listed.first {
            Some(first) => first,
            None => self.keep_cells("kept", &listed.cells, span)?,
        };
        self.term(Term::Entry { first, length, index }, span).map(|cell| Some(cell.into()))
    }

    /// Neighbouring variables with the values of these cells.
    fn keep_cells(&mut self, name: &str, cells: &[Cell], span: Span) -> Lowered<u32> {
        let kind = match cells.first() {
            Some(Cell::Known(value)) => value.kind(),
            _ => Type::Float,
        };
        let mut first = None;
        for cell in cells {
            let variable = self.new_slot(name, kind, span)?;
            first.get_or_insert(variable);
            let id = self.id(*cell, span)?;
            let pushed = self.builder.assign(variable, id);
            self.full(span, pushed)?;
        }
        Ok(first.unwrap_or_default())
    }

    fn part(&mut self, dimensions: &[usize], subscripts: &[Subscript]) -> Lowered<Part> {
        let document = self.document;
        let mut cells = vec![0_usize];
        let mut kept = Vec::new();
        let mut rest = dimensions;
        for subscript in subscripts {
            for item in subscript.items.of(&document.arenas.items) {
                let Some((size, deeper)) = rest.split_first() else {
                    return Err(Fault::new(
                        Code::Index,
                        subscript.span,
                        format!(
                            "there are more indices than the array has dimensions, {}",
                            dimensions.len()
                        ),
                        "leave the last index out",
                    ));
                };
                let picked = self.picked_by(item, *size, subscript.span)?;
                if !matches!(item, Item::Element(_)) {
                    kept.push(picked.len());
                }
                let places = |cell: usize| picked.iter().map(move |at| (cell, *at as usize));
                cells = cells
                    .iter()
                    .flat_map(|cell| places(*cell))
                    .map(|(cell, at)| cell * size + at)
                    .collect();
                rest = deeper;
            }
        }
        let inner: usize = rest.iter().product();
        kept.extend(rest);
        let cells = cells.iter().flat_map(|cell| (0..inner).map(move |at| cell * inner + at));
        Ok(Part { dimensions: kept, cells: cells.collect() })
    }

    /// `a[0] = x;`, `a[1:2] = b;` or `a = b;`
    pub(super) fn assign_array(
        &mut self,
        number: u32,
        subscripts: &[Subscript],
        value: Datum,
        span: Span,
    ) -> Lowered<()> {
        let dimensions = self.arrays.states[number as usize].dimensions.clone();
        if let Some(index) = self.run_time_target(&dimensions, subscripts)? {
            self.check_writable(number, span)?;
            return self.assign_entry(number, index, value, span);
        }
        let part = self.part(&dimensions, subscripts)?;
        self.assign_part(number, &part, value, span)
    }

    /// `a[0] = x;` for an element of the first dimension.
    pub(super) fn assign_row(
        &mut self,
        number: u32,
        row: u32,
        value: Datum,
        span: Span,
    ) -> Lowered<()> {
        let dimensions = self.arrays.states[number as usize].dimensions[1..].to_vec();
        let inner: usize = dimensions.iter().product();
        let first = row as usize * inner;
        let part = Part { dimensions, cells: (first..first + inner).collect() };
        self.assign_part(number, &part, value, span)
    }

    fn check_writable(&self, number: u32, span: Span) -> Lowered<()> {
        let array = &self.arrays.states[number as usize];
        if !array.is_read_only {
            return Ok(());
        }
        let name = self.name_text(array.symbol);
        Err(Fault::new(
            Code::ReadOnly,
            span,
            format!("`{name}` may only be read here"),
            "declare the parameter `mutable array[…]`, or copy the array first",
        ))
    }

    fn assign_part(&mut self, number: u32, part: &Part, value: Datum, span: Span) -> Lowered<()> {
        self.check_writable(number, span)?;
        let element = self.arrays.states[number as usize].element;
        let cells = match value {
            Datum::Array(listed) => {
                self.converted(&listed, &part.dimensions, element, span)?.cells.clone()
            }
            _ if !part.dimensions.is_empty() => {
                return Err(Fault::new(
                    Code::Size,
                    span,
                    "one value is given to several elements of an array",
                    "give an array of the same size, or name one element",
                ));
            }
            single => {
                let cell = self.as_cell(single, span)?;
                vec![self.cast_cell(cell, element, span)?]
            }
        };
        if cells.iter().any(|cell| self.depends_on_run(*cell)) {
            self.keep_array(number, span)?;
        }
        for (place, cell) in part.cells.iter().zip(cells) {
            self.set_cell(number, *place, cell, span)?;
        }
        Ok(())
    }

    fn set_cell(&mut self, number: u32, place: usize, cell: Cell, span: Span) -> Lowered<()> {
        self.step(span)?;
        let array = &mut self.arrays.states[number as usize];
        if let Some(known) = array.cells.get_mut(place) {
            *known = cell;
            return Ok(());
        }
        let variable = array.first.unwrap_or_default() + narrow(place);
        let id = self.id(cell, span)?;
        let pushed = self.builder.assign(variable, id);
        self.full(span, pushed)
    }

    /// The index of an assignment that only a run knows.
    fn run_time_target(
        &mut self,
        dimensions: &[usize],
        subscripts: &[Subscript],
    ) -> Lowered<Option<Cell>> {
        let ([_], [subscript]) = (dimensions, subscripts) else {
            return Ok(None);
        };
        let Some(index) = self.single(subscript) else {
            return Ok(None);
        };
        Ok(Some(self.cell(index)?).filter(|cell| matches!(cell, Cell::Open(_))))
    }

    fn assign_entry(&mut self, number: u32, index: Cell, value: Datum, span: Span) -> Lowered<()> {
        self.keep_array(number, span)?;
        let array = &self.arrays.states[number as usize];
        let (element, first) = (array.element, array.first.unwrap_or_default());
        let length = narrow(array.dimensions[0]);
        let cell = self.as_cell(value, span)?;
        let cell = self.cast_cell(cell, element, span)?;
        let (index, value) = (self.id(index, span)?, self.id(cell, span)?);
        let pushed = self.builder.assign_entry(first, length, index, value);
        self.full(span, pushed)
    }

    /// Makes a run keep the array; gives the first of its variables.
    pub(super) fn keep_array(&mut self, number: u32, span: Span) -> Lowered<u32> {
        let array = self.arrays.states[number as usize].clone();
        let first = match array.first {
            Some(first) if array.cells.is_empty() => return Ok(first),
            Some(first) => first,
            None => {
                let name = self.name_text(array.symbol);
                let mut first = None;
                for _ in &array.cells {
                    let initial = super::casts::zero(array.element);
                    let name = name.to_owned();
                    let kind = array.element;
                    let added = self.builder.variable(Variable { name, kind, initial });
                    let variable = self.full(span, added)?;
                    first.get_or_insert(variable);
                }
                first.unwrap_or_default()
            }
        };
        for (variable, cell) in (first..).zip(&array.cells) {
            let id = self.id(*cell, span)?;
            let pushed = self.builder.assign(variable, id);
            self.full(span, pushed)?;
        }
        let array = &mut self.arrays.states[number as usize];
        array.first = Some(first);
        array.cells.clear();
        Ok(first)
    }

    pub(super) fn pin_array(&mut self, number: u32, span: Span) -> Lowered<()> {
        self.keep_array(number, span)?;
        self.arrays.states[number as usize].pins += 1;
        Ok(())
    }

    pub(super) fn unpin_array(&mut self, number: u32) {
        let array = &mut self.arrays.states[number as usize];
        array.pins = array.pins.saturating_sub(1);
    }

    /// `sizeof(a)` or `sizeof(a, 1)`
    pub(super) fn size_of(&mut self, of: &Datum, dimension: i64, span: Span) -> Lowered<Value> {
        let sizes: &[usize] = match of {
            Datum::Array(listed) => &listed.dimensions,
            Datum::Bits(bits) => &[bits.len()],
            Datum::Qubits(qubits) => &[qubits.len()],
            Datum::Value(Value::Bits { width, .. }) => &[usize::from(*width)],
            _ => &[],
        };
        let size = usize::try_from(dimension).ok().and_then(|at| sizes.get(at));
        let size = size.ok_or_else(|| undefined(span, quantum_program::Undefined::OutOfRange))?;
        Ok(Value::Uint { value: *size as u64, bits: 64 })
    }
}
