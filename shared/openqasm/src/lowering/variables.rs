//! What is known of each variable, and when does only a run know it?

use quantum_program::{Dependence, ExpressionId, Type, Value};

use super::evaluation::{Cell, Datum};
use super::{Lowered, Lowering, narrow};
use crate::diagnostics::{Code, Fault, Span};
use crate::syntax::names::Symbol;

#[derive(Debug, Default)]
pub(super) struct Variables {
    states: Vec<VariableState>,
}

#[derive(Debug, Clone, Copy)]
struct VariableState {
    symbol: Symbol,
    kind: Type,
    state: State,
    is_constant: bool,
    is_input: bool,
    is_read: bool,
    span: Span,
    /// Blocks that only a run decides on and that assign it.
    pins: u32,
    /// Where a run keeps it, once it has to.
    slot: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum State {
    Known(Value),
    /// Depends on inputs only.
    Open(ExpressionId),
    /// In its slot.
    Running,
}

impl Variables {
    pub(super) fn count(&self) -> usize {
        self.states.len()
    }

    pub(super) fn truncate(&mut self, count: usize) {
        self.states.truncate(count);
    }
}

/// A variable to be declared.
pub(super) struct NewVariable {
    pub(super) symbol: Symbol,
    pub(super) span: Span,
    pub(super) kind: Type,
    pub(super) is_constant: bool,
}

impl Lowering<'_> {
    pub(super) fn add_variable(&mut self, new: &NewVariable, value: Cell) -> Lowered<u32> {
        let number = narrow(self.variables.states.len());
        self.variables.states.push(VariableState {
            symbol: new.symbol,
            kind: new.kind,
            state: State::Known(super::casts::zero(new.kind)),
            is_constant: new.is_constant,
            is_input: false,
            is_read: false,
            span: new.span,
            pins: 0,
            slot: None,
        });
        self.set_variable(number, value, new.span)?;
        Ok(number)
    }

    /// What the caller gives; it is taken as it is, without a conversion.
    pub(super) fn add_input(&mut self, new: &NewVariable, value: Cell) -> Lowered<u32> {
        let zero = Cell::Known(super::casts::zero(new.kind));
        let number = self.add_variable(new, zero)?;
        let variable = &mut self.variables.states[number as usize];
        variable.is_input = true;
        variable.state = match value {
            Cell::Known(value) => State::Known(value),
            Cell::Open(id) => State::Open(id),
        };
        Ok(number)
    }

    /// Of a gate: what it is given, as it is.
    pub(super) fn add_parameter(
        &mut self,
        name: crate::syntax::ast::Name,
        value: Cell,
    ) -> Lowered<u32> {
        let new = NewVariable {
            symbol: name.symbol,
            span: name.span,
            kind: Type::Float,
            is_constant: true,
        };
        let number = self.add_input(&new, value)?;
        self.variables.states[number as usize].is_input = false;
        Ok(number)
    }

    pub(super) fn read_variable(&mut self, number: u32, span: Span) -> Lowered<Datum> {
        let variable = &mut self.variables.states[number as usize];
        variable.is_read = true;
        match (variable.state, variable.slot) {
            (State::Known(value), _) => Ok(Datum::Value(value)),
            (State::Open(id), _) => Ok(Datum::Open(id)),
            (State::Running, Some(slot)) => {
                let kind = variable.kind;
                self.read_slot(slot, kind, span).map(Datum::from)
            }
            (State::Running, None) => Ok(Datum::Nothing),
        }
    }

    pub(super) fn kind_of_variable(&self, number: u32) -> Type {
        self.variables.states[number as usize].kind
    }

    /// Refused for constants and inputs.
    pub(super) fn check_assignable(&self, number: u32, span: Span) -> Lowered<()> {
        let variable = &self.variables.states[number as usize];
        let name = self.name_text(variable.symbol);
        let (message, help) = if variable.is_constant {
            (
                format!("`{name}` is a constant"),
                "declare it without `const` if it has to change".to_owned(),
            )
        } else if variable.is_input {
            (
                format!("`{name}` is an input, which keeps the value the caller gives"),
                format!("copy it into a variable first: `float {name}_1 = {name};`"),
            )
        } else {
            return Ok(());
        };
        Err(Fault::new(Code::ReadOnly, span, message, help))
    }

    /// `value` has the variable's type, or can be turned into it.
    pub(super) fn set_variable(&mut self, number: u32, value: Cell, span: Span) -> Lowered<()> {
        let kind = self.variables.states[number as usize].kind;
        let value = self.cast_cell(value, kind, span)?;
        let is_pinned = self.variables.states[number as usize].pins > 0;
        let state = match value {
            Cell::Known(value) if !is_pinned => State::Known(value),
            Cell::Open(id)
                if !is_pinned && self.builder.program().dependence(id) == Dependence::Inputs =>
            {
                State::Open(id)
            }
            _ => {
                let slot = self.slot(number, span)?;
                self.set_slot(slot, kind, value, span)?;
                State::Running
            }
        };
        self.variables.states[number as usize].state = state;
        Ok(())
    }

    fn slot(&mut self, number: u32, span: Span) -> Lowered<u32> {
        let variable = self.variables.states[number as usize];
        if let Some(slot) = variable.slot {
            return Ok(slot);
        }
        let name = self.name_text(variable.symbol);
        let slot = self.new_slot(name, variable.kind, span)?;
        self.variables.states[number as usize].slot = Some(slot);
        Ok(slot)
    }

    /// Makes the run's memory hold what is known of a variable; gives its slot.
    pub(super) fn keep_variable(&mut self, number: u32, span: Span) -> Lowered<u32> {
        let slot = self.slot(number, span)?;
        let cell = match self.variables.states[number as usize].state {
            State::Running => return Ok(slot),
            State::Known(value) => Cell::Known(value),
            State::Open(id) => Cell::Open(id),
        };
        let kind = self.variables.states[number as usize].kind;
        self.set_slot(slot, kind, cell, span)?;
        self.variables.states[number as usize].state = State::Running;
        Ok(slot)
    }

    /// From here on only a run knows the variable, until [`Self::unpin_variable`].
    pub(super) fn pin_variable(&mut self, number: u32, span: Span) -> Lowered<()> {
        self.keep_variable(number, span)?;
        self.variables.states[number as usize].pins += 1;
        Ok(())
    }

    pub(super) fn variable_state(&self, number: u32) -> State {
        self.variables.states[number as usize].state
    }

    pub(super) fn restore_variable(&mut self, number: u32, state: State) {
        self.variables.states[number as usize].state = state;
    }

    pub(super) fn unpin_variable(&mut self, number: u32) {
        let variable = &mut self.variables.states[number as usize];
        variable.pins = variable.pins.saturating_sub(1);
    }

    pub(super) fn warn_of_unused_inputs(&mut self) {
        let unused: Vec<(Symbol, Span)> = self
            .variables
            .states
            .iter()
            .filter(|variable| variable.is_input && !variable.is_read)
            .map(|variable| (variable.symbol, variable.span))
            .collect();
        for (symbol, span) in unused {
            let name = self.name_text(symbol);
            self.faults.warn(Fault::new(
                Code::Unused,
                span,
                format!("the input `{name}` is never used"),
                "remove it, or use it",
            ));
        }
    }
}
