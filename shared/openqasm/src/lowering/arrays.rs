//! What is known of each array, and how are its parts read?

use std::rc::Rc;

use quantum_program::{Expression as Term, Type, Value};

use super::evaluation::{Cell, Cells, Datum, Listed};
use super::names::Binding;
use super::{Lowered, Lowering, narrow, undefined};
use crate::diagnostics::{Code, Fault, Span};
use crate::limits::MAX_ARRAY_ELEMENTS;
use crate::syntax::ast::{Expression, Item, List, Name, Subscript};
use crate::syntax::names::Symbol;

#[derive(Debug, Default)]
pub(super) struct Arrays {
    pub(super) states: Vec<ArrayState>,
}

#[derive(Debug, Clone)]
pub(super) struct ArrayState {
    pub(super) symbol: Symbol,
    pub(super) element: Type,
    pub(super) dimensions: Vec<usize>,
    pub(super) cells: Cells,
    pub(super) is_read_only: bool,
    /// The first of its neighbouring variables, once a run had to keep it.
    pub(super) first: Option<u32>,
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
pub(super) struct Part {
    pub(super) dimensions: Vec<usize>,
    pub(super) cells: Vec<usize>,
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
        let cells = self.all_cells(listed, span)?;
        let is_open = cells.iter().any(|cell| self.depends_on_run(*cell));
        self.arrays.states.push(ArrayState {
            symbol,
            element,
            dimensions: listed.dimensions.clone(),
            cells: Cells::Each(cells),
            is_read_only: false,
            first: None,
        });
        if is_open {
            self.keep_array(number, span)?;
        }
        Ok(number)
    }

    pub(super) fn array_dimensions(&self, number: u32) -> &[usize] {
        &self.arrays.states[number as usize].dimensions
    }

    /// Gives whether it was before.
    pub(super) fn set_read_only(&mut self, number: u32, is_read_only: bool) -> bool {
        let array = &mut self.arrays.states[number as usize];
        std::mem::replace(&mut array.is_read_only, is_read_only)
    }

    /// `let b = a;` of an array, which can only be read by that name.
    pub(super) fn alias_of_array(&mut self, listed: &Rc<Listed>, name: Name) -> Lowered<Binding> {
        let element = match &listed.cells {
            Cells::Kept { element, .. } => *element,
            Cells::Each(cells) => match cells.first() {
                Some(Cell::Known(value)) => value.kind(),
                _ => Type::Float,
            },
        };
        let number = self.add_array(name.symbol, element, listed, name.span)?;
        self.set_read_only(number, true);
        Ok(Binding::Array(number))
    }

    pub(super) fn read_array(&self, number: u32) -> Rc<Listed> {
        let array = &self.arrays.states[number as usize];
        Rc::new(Listed { dimensions: array.dimensions.clone(), cells: array.cells.clone() })
    }

    pub(super) fn all_cells(&mut self, listed: &Listed, span: Span) -> Lowered<Rc<Vec<Cell>>> {
        let (first, element) = match &listed.cells {
            Cells::Each(cells) => return Ok(Rc::clone(cells)),
            Cells::Kept { first, element } => (*first, *element),
        };
        let count = narrow(listed.dimensions.iter().product());
        let mut cells = Vec::with_capacity(count as usize);
        for variable in first..first + count {
            cells.push(self.read_slot(variable, element, span)?);
        }
        Ok(Rc::new(cells))
    }

    /// `{1, 2, {3}}`: all elements alike.
    pub(super) fn listed(&mut self, elements: List<Expression>, span: Span) -> Lowered<Datum> {
        let document = self.document;
        let mut cells = Vec::new();
        let mut inner: Option<Vec<usize>> = None;
        for element in elements.of(&document.arenas.expressions) {
            let element_span = self.span_of(*element);
            self.step(element_span)?;
            let (dimensions, found) = match self.evaluate(*element)? {
                Datum::Array(listed) => {
                    (listed.dimensions.clone(), self.all_cells(&listed, element_span)?)
                }
                single => (Vec::new(), Rc::new(vec![self.as_cell(single, element_span)?])),
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
            self.check_elements(cells.len() + found.len(), element_span)?;
            cells.extend_from_slice(&found);
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
        Ok(Datum::Array(Rc::new(Listed { dimensions, cells: Cells::Each(Rc::new(cells)) })))
    }

    fn check_elements(&mut self, count: usize, span: Span) -> Lowered<()> {
        if count <= MAX_ARRAY_ELEMENTS {
            return Ok(());
        }
        Err(Fault::new(
            Code::Limit,
            span,
            format!("an array has 1 to {MAX_ARRAY_ELEMENTS} elements in all"),
            "use a smaller array",
        ))
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
        let (a, b) = (self.all_cells(a, span)?, self.all_cells(b, span)?);
        self.check_elements(a.len() + b.len(), span)?;
        self.charge(a.len() + b.len(), span)?;
        let cells = a.iter().chain(b.iter()).copied().collect();
        Ok(Datum::Array(Rc::new(Listed { dimensions, cells: Cells::Each(Rc::new(cells)) })))
    }

    pub(super) fn index_array(
        &mut self,
        listed: &Rc<Listed>,
        subscript: &Subscript,
        span: Span,
    ) -> Lowered<Datum> {
        if let Some(datum) = self.run_time_element(listed, subscript)? {
            return Ok(datum);
        }
        let part = self.part(&listed.dimensions, &[*subscript])?;
        self.read_part(listed, part, span)
    }

    /// One element of the first dimension.
    pub(super) fn row(&mut self, listed: &Listed, row: usize, span: Span) -> Lowered<Datum> {
        let dimensions = listed.dimensions[1..].to_vec();
        let inner: usize = dimensions.iter().product();
        let cells = (row * inner..(row + 1) * inner).collect();
        self.read_part(listed, Part { dimensions, cells }, span)
    }

    fn read_part(&mut self, listed: &Listed, part: Part, span: Span) -> Lowered<Datum> {
        self.charge(part.cells.len(), span)?;
        let are_neighbours = part.cells.windows(2).all(|pair| pair[1] == pair[0] + 1);
        let cells = match &listed.cells {
            Cells::Each(cells) => {
                if part.dimensions.is_empty() {
                    return Ok(cells[part.cells[0]].into());
                }
                Cells::Each(Rc::new(part.cells.iter().map(|cell| cells[*cell]).collect()))
            }
            Cells::Kept { first, element } if are_neighbours => {
                let first = first + narrow(part.cells[0]);
                if part.dimensions.is_empty() {
                    return self.read_slot(first, *element, span).map(Datum::from);
                }
                Cells::Kept { first, element: *element }
            }
            Cells::Kept { first, element } => {
                let mut cells = Vec::with_capacity(part.cells.len());
                for cell in &part.cells {
                    cells.push(self.read_slot(first + narrow(*cell), *element, span)?);
                }
                Cells::Each(Rc::new(cells))
            }
        };
        Ok(Datum::Array(Rc::new(Listed { dimensions: part.dimensions, cells })))
    }

    /// An element whose place only a run knows.
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
        let first = match &listed.cells {
            Cells::Kept { first, .. } => *first,
            Cells::Each(cells) => {
                let cells = Rc::clone(cells);
                self.keep_cells(&cells, span)?
            }
        };
        self.term(Term::Entry { first, length, index }, span).map(|cell| Some(cell.into()))
    }

    /// Neighbouring variables with the values of these cells.
    fn keep_cells(&mut self, cells: &[Cell], span: Span) -> Lowered<u32> {
        let kind = match cells.first() {
            Some(Cell::Known(value)) => value.kind(),
            _ => Type::Float,
        };
        let mut first = None;
        for cell in cells {
            let variable = self.new_slot("kept", kind, span)?;
            first.get_or_insert(variable);
            self.set_slot(variable, kind, *cell, span)?;
        }
        Ok(first.unwrap_or_default())
    }

    pub(super) fn part(&mut self, dimensions: &[usize], subscripts: &[Subscript]) -> Lowered<Part> {
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
                // a set may name an element more than once
                self.check_elements(cells.len().saturating_mul(picked.len()), subscript.span)?;
                let places = |cell: usize| picked.iter().map(move |at| cell * size + *at as usize);
                cells = cells.iter().flat_map(|cell| places(*cell)).collect();
                rest = deeper;
            }
        }
        let inner: usize = rest.iter().product();
        kept.extend(rest);
        if let Some(subscript) = subscripts.first() {
            self.check_elements(cells.len().saturating_mul(inner), subscript.span)?;
        }
        let cells = cells.iter().flat_map(|cell| (0..inner).map(move |at| cell * inner + at));
        Ok(Part { dimensions: kept, cells: cells.collect() })
    }

    /// `sizeof(a)` or `sizeof(a, 1)`
    pub(super) fn size_of(&self, of: &Datum, dimension: i64, span: Span) -> Lowered<Value> {
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
