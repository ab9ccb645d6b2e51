//! How are arrays and their parts changed?

use std::rc::Rc;

use super::arrays::Part;
use super::evaluation::{Cell, Cells, Datum};
use super::{Lowered, Lowering, narrow};
use crate::diagnostics::{Code, Fault, Span};
use crate::syntax::ast::Subscript;

impl Lowering<'_> {
    /// `a[0] = x;`, `a[1:2] = b;` or `a = b;`
    pub(super) fn assign_array(
        &mut self,
        number: u32,
        subscripts: &[Subscript],
        value: Datum,
        span: Span,
    ) -> Lowered<()> {
        let dimensions = self.array_dimensions(number).to_vec();
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
        let dimensions = self.array_dimensions(number)[1..].to_vec();
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
                let converted = self.converted(&listed, &part.dimensions, element, span)?;
                self.all_cells(&converted, span)?
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
                Rc::new(vec![self.cast_cell(cell, element, span)?])
            }
        };
        if cells.iter().any(|cell| self.depends_on_run(*cell)) {
            self.keep_array(number, span)?;
        }
        for (place, cell) in part.cells.iter().zip(cells.iter()) {
            self.set_cell(number, *place, *cell, span)?;
        }
        Ok(())
    }

    fn set_cell(&mut self, number: u32, place: usize, cell: Cell, span: Span) -> Lowered<()> {
        self.step(span)?;
        match &mut self.arrays.states[number as usize].cells {
            Cells::Each(cells) => {
                if let Some(known) = Rc::make_mut(cells).get_mut(place) {
                    *known = cell;
                }
                Ok(())
            }
            Cells::Kept { first, element } => {
                let (variable, element) = (*first + narrow(place), *element);
                self.set_slot(variable, element, cell, span)
            }
        }
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
        let first = self.keep_array(number, span)?;
        let array = &self.arrays.states[number as usize];
        let (element, length) = (array.element, narrow(array.dimensions[0]));
        let cell = self.as_cell(value, span)?;
        let cell = self.cast_cell(cell, element, span)?;
        let (index, value) = (self.id(index, span)?, self.id(cell, span)?);
        let pushed = self.builder.assign_entry(first, length, index, value);
        self.full(span, pushed)
    }

    /// Makes a run keep the array, from here on for good; gives the first of its variables.
    pub(super) fn keep_array(&mut self, number: u32, span: Span) -> Lowered<u32> {
        let array = self.arrays.states[number as usize].clone();
        let cells = match array.cells {
            Cells::Kept { first, .. } => return Ok(first),
            Cells::Each(cells) => cells,
        };
        let first = match array.first {
            Some(first) => first,
            None => {
                let name = self.name_text(array.symbol);
                let mut first = None;
                for _ in cells.iter() {
                    let variable = self.new_slot(name, array.element, span)?;
                    first.get_or_insert(variable);
                }
                first.unwrap_or_default()
            }
        };
        for (variable, cell) in (first..).zip(cells.iter()) {
            self.set_slot(variable, array.element, *cell, span)?;
        }
        let kept = &mut self.arrays.states[number as usize];
        kept.first = Some(first);
        kept.cells = Cells::Kept { first, element: array.element };
        Ok(first)
    }
}
