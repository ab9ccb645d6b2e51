//! How does a program that was read get the values of its inputs?

use std::collections::BTreeMap;
use std::sync::Arc;

use openqasm::{Diagnostics, Parsed};
use quantum_program::{BindError, Circuit, InputValue};

/// Why values do not make a circuit of a program.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Unbound {
    #[error("{0}")]
    Inputs(#[from] BindError),
    /// With these values the program is wrong: a loop is too long, an index is outside.
    #[error("{0}")]
    Program(#[from] Diagnostics),
}

/// Gives every input its value. Where inputs decide what runs, the program is lowered again, knowing them.
pub fn bind(parsed: &Parsed, inputs: &BTreeMap<String, InputValue>) -> Result<Circuit, Unbound> {
    let program = parsed.program();
    if !program.has_feedback() || program.inputs().is_empty() {
        return Ok(Arc::clone(program).bind(inputs)?);
    }
    program.accept(inputs)?;
    Ok(Arc::new(parsed.lower_with(inputs)?).bind(inputs)?)
}
