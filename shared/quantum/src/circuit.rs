//! How do a program and the values of its inputs become a circuit that can be run?

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::analysis::{Analysis, analyse};
use crate::lowering::fits;
use crate::matrices::{Matrix, matrix};
use crate::program::{Body, Gate, Input, InputKind, Parameter, Program, TermKind};
use crate::scalar::{self, Scalar, Undefined};

/// A value for an input; written in JSON as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    Bool(bool),
    Int(i64),
    Float(f64),
    /// `0` and `1`, element 0 first.
    Bits(String),
}

/// Why values do not fit a program; each says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    #[error("the input `{name}` is missing: give it {wanted}")]
    Missing { name: String, wanted: InputKind },
    #[error(
        "the program has no input `{name}`: remove it, or declare it in the program with `input`"
    )]
    Unknown { name: String },
    #[error("the input `{name}` has the wrong type: give it {wanted}")]
    WrongType { name: String, wanted: InputKind },
    #[error("the input `{name}` is not finite: give it {wanted}")]
    NotFinite { name: String, wanted: InputKind },
    #[error("the input `{name}` is out of range: give it {wanted}")]
    OutOfRange { name: String, wanted: InputKind },
    #[error(
        "with these inputs {reason} at {line}:{column}: change the inputs, or the expression in the program"
    )]
    Undefined { reason: String, line: usize, column: usize },
}

/// A program with the values of its inputs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Circuit {
    pub(crate) body: Arc<Body>,
    /// One for each parameter of the body's gates.
    angles: Arc<[f64]>,
}

impl Program {
    /// Gives every input its value; a whole number is taken where a float is wanted.
    pub fn bind(&self, inputs: &BTreeMap<String, Value>) -> Result<Circuit, BindError> {
        let declared = self.inputs();
        if let Some(name) =
            inputs.keys().find(|name| declared.iter().all(|input| input.name != **name))
        {
            return Err(BindError::Unknown { name: name.clone() });
        }
        let mut given = Vec::with_capacity(declared.len());
        for input in declared {
            let value = inputs.get(&input.name).ok_or_else(|| BindError::Missing {
                name: input.name.clone(),
                wanted: input.kind,
            })?;
            given.push(accept(input, value)?);
        }
        let angles = evaluate(&self.body, &given)?;
        Ok(Circuit { body: Arc::clone(&self.body), angles })
    }
}

impl Circuit {
    /// The same counts as of the program it came from.
    pub fn analysis(&self) -> Analysis {
        analyse(&self.body)
    }

    /// For each character of an outcome, the qubit it was measured from.
    pub fn measured_qubits(&self) -> Vec<usize> {
        let known_as = |qubit: &u32| self.body.qubits[*qubit as usize];
        self.body.measured.iter().map(known_as).collect()
    }

    pub(crate) fn matrix(&self, gate: &Gate) -> Matrix {
        let first = gate.first_parameter as usize;
        let angles = &self.angles[first..first + usize::from(gate.parameters)];
        matrix(gate.base, angles, &self.body.powers[gate.powers as usize])
    }
}

fn accept(input: &Input, value: &Value) -> Result<Scalar, BindError> {
    let name = || input.name.clone();
    let wanted = input.kind;
    match (input.kind, value) {
        (InputKind::Float | InputKind::Angle, Value::Float(value)) if !value.is_finite() => {
            Err(BindError::NotFinite { name: name(), wanted })
        }
        (InputKind::Float | InputKind::Angle, Value::Float(value)) => Ok(Scalar::Float(*value)),
        (InputKind::Float | InputKind::Angle, Value::Int(value)) => {
            Ok(Scalar::Float(*value as f64))
        }
        (InputKind::Bool, Value::Bool(value)) => Ok(Scalar::Bool(*value)),
        (InputKind::Int { bits }, Value::Int(value)) if fits(*value, bits, true) => {
            Ok(Scalar::Int(*value))
        }
        (InputKind::Uint { bits }, Value::Int(value)) if fits(*value, bits, false) => {
            Ok(Scalar::Int(*value))
        }
        (InputKind::Int { .. } | InputKind::Uint { .. }, Value::Int(_)) => {
            Err(BindError::OutOfRange { name: name(), wanted })
        }
        (InputKind::Bits { width }, Value::Bits(text)) => match scalar::bits(text) {
            Some(bits) if text.len() == width as usize => Ok(bits),
            _ => Err(BindError::OutOfRange { name: name(), wanted }),
        },
        _ => Err(BindError::WrongType { name: name(), wanted }),
    }
}

fn evaluate(body: &Body, inputs: &[Scalar]) -> Result<Arc<[f64]>, BindError> {
    let mut values: Vec<Scalar> = Vec::with_capacity(body.terms.len());
    for term in &body.terms {
        let at = |index: u32| values[index as usize];
        let value = match term.kind {
            TermKind::Known(value) => Ok(value),
            TermKind::Input(index) => Ok(inputs[index as usize]),
            TermKind::Unary(operator, inner) => scalar::unary(operator, at(inner)),
            TermKind::Binary(operator, left, right) => {
                scalar::binary(operator, at(left), at(right))
            }
            TermKind::Call(function, inner) => scalar::call(function, at(inner)),
            TermKind::Element { of, index } => scalar::element(at(of), at(index)),
        };
        values.push(value.map_err(|reason| undefined(body, term.span.start as usize, reason))?);
    }
    let angle = |parameter: &Parameter| match parameter {
        Parameter::Known(value) => Ok(*value),
        Parameter::Term(term) => {
            let start = body.terms[*term as usize].span.start as usize;
            values[*term as usize].as_float().map_err(|reason| undefined(body, start, reason))
        }
    };
    body.parameters.iter().map(angle).collect()
}

fn undefined(body: &Body, start: usize, reason: Undefined) -> BindError {
    let before = body.source.get(..start).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    BindError::Undefined {
        reason: reason.to_string(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}
