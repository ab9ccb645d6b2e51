//! How do a program and the values of its inputs become a circuit that can be run?

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::expression::{Dependence, ExpressionId, Memory, NoMemory, value_of};
use crate::matrices::{Matrix, matrix};
use crate::noise::Noise;
use crate::operators::Undefined;
use crate::program::{Gate, Input, InputKind, Instruction, Parameter, Program};
use crate::value::Value;

/// A value for an input; written in JSON as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum InputValue {
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
    #[error(
        "a probability of the noise `{noise}` is {value}, and must be from 0 to {largest}: change the inputs, or the pragma"
    )]
    Probability { noise: &'static str, value: String, largest: String },
}

/// A program with the values of its inputs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Circuit {
    program: Arc<Program>,
    inputs: Arc<[Value]>,
    /// The values of the expressions that depend on no run; `None` for the others.
    values: Arc<[Option<Value>]>,
}

impl Program {
    /// Turns the callers' values into those of the inputs, in order; a whole number is taken where a float is wanted.
    pub fn accept(&self, inputs: &BTreeMap<String, InputValue>) -> Result<Vec<Value>, BindError> {
        let declared = self.inputs();
        let unknown = inputs.keys().find(|name| declared.iter().all(|one| one.name != **name));
        if let Some(name) = unknown {
            return Err(BindError::Unknown { name: name.clone() });
        }
        declared
            .iter()
            .map(|input| {
                let value = inputs.get(&input.name).ok_or_else(|| BindError::Missing {
                    name: input.name.clone(),
                    wanted: input.kind,
                })?;
                accept(input, value)
            })
            .collect()
    }

    /// Gives every input its value.
    pub fn bind(
        self: Arc<Self>,
        inputs: &BTreeMap<String, InputValue>,
    ) -> Result<Circuit, BindError> {
        let inputs = self.accept(inputs)?;
        let values = evaluate(&self, &inputs);
        let circuit = Circuit { program: self, inputs: inputs.into(), values: values.into() };
        circuit.check_angles()?;
        circuit.check_noise()?;
        Ok(circuit)
    }
}

impl Circuit {
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The values of the inputs, in the order of their declaration.
    pub fn inputs(&self) -> &[Value] {
        &self.inputs
    }

    /// The value of an expression at this moment of a run.
    pub fn value(&self, id: ExpressionId, memory: &impl Memory) -> Result<Value, Undefined> {
        if let Some(value) = self.values[id.index()] {
            return Ok(value);
        }
        if self.program.dependence(id) != Dependence::Run {
            return Err(self.culprit(id).1);
        }
        value_of(self.program.expression(id), &self.inputs, memory, |used| self.value(used, memory))
    }

    /// A number known without a run; `None` if it takes one.
    pub fn settled(&self, parameter: Parameter) -> Option<f64> {
        match parameter {
            Parameter::Known(value) => Some(value),
            Parameter::Expression(id) => self.values[id.index()]?.as_float().ok(),
        }
    }

    pub fn parameter(&self, parameter: Parameter, memory: &impl Memory) -> Result<f64, Undefined> {
        match parameter {
            Parameter::Known(value) => Ok(value),
            Parameter::Expression(id) => self.value(id, memory)?.as_float(),
        }
    }

    /// The matrix of a gate less its controls.
    pub fn matrix(&self, gate: &Gate, memory: &impl Memory) -> Result<Matrix, Undefined> {
        let mut angles = [0.0; MOST_PARAMETERS];
        let parameters = self.program.parameters(gate);
        for (angle, parameter) in angles.iter_mut().zip(parameters) {
            *angle = self.parameter(*parameter, memory)?;
        }
        let given = parameters.len().min(MOST_PARAMETERS);
        Ok(matrix(gate.base, &angles[..given], self.program.powers(gate)))
    }

    /// The probabilities of a channel.
    pub fn probabilities(&self, noise: &Noise) -> Vec<f64> {
        let parameters = self.program.noise_parameters(noise);
        parameters.iter().map(|one| self.settled(*one).unwrap_or_default()).collect()
    }

    /// Angles of what is run in any case have to be defined.
    fn check_angles(&self) -> Result<(), BindError> {
        let mut depth = 0_usize;
        for instruction in self.program.instructions() {
            match instruction {
                Instruction::If { .. } | Instruction::While { .. } => depth += 1,
                Instruction::EndIf | Instruction::EndWhile { .. } => depth -= 1,
                Instruction::End => return Ok(()),
                Instruction::Gate(gate) if depth == 0 => {
                    for parameter in self.program.parameters(gate) {
                        self.check_angle(*parameter)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn check_angle(&self, parameter: Parameter) -> Result<(), BindError> {
        let Parameter::Expression(id) = parameter else {
            return Ok(());
        };
        if self.program.dependence(id) == Dependence::Run {
            return Ok(());
        }
        let (id, reason) = match self.values[id.index()].map(Value::as_float) {
            Some(Ok(_)) => return Ok(()),
            Some(Err(reason)) => (id, reason),
            None => self.culprit(id),
        };
        let (line, column) = self.program.place(id);
        Err(BindError::Undefined { reason: reason.to_string(), line, column })
    }

    /// Where what is undefined begins to be so, and why. It is found without recursion: chains may be long.
    fn culprit(&self, id: ExpressionId) -> (ExpressionId, Undefined) {
        let is_open = |id: &ExpressionId| self.values[id.index()].is_none();
        let mut culprit = id;
        while let Some(inner) = self.program.expression(culprit).uses().find(is_open) {
            culprit = inner;
        }
        let known = |id: ExpressionId| self.values[id.index()].ok_or(Undefined::WrongType);
        let value = value_of(self.program.expression(culprit), &self.inputs, &NoMemory, known);
        (culprit, value.err().unwrap_or(Undefined::WrongType))
    }

    fn check_noise(&self) -> Result<(), BindError> {
        for instruction in self.program.instructions() {
            let Instruction::Noise(noise) = instruction else {
                continue;
            };
            let probabilities = self.probabilities(noise);
            let sum = probabilities.iter().sum::<f64>();
            let largest = noise.kind.largest();
            let wrong = probabilities.iter().find(|value| !(0.0..=largest).contains(*value));
            let is_one_sum = noise.kind == crate::noise::NoiseKind::PauliChannel;
            let wrong = wrong.or(Some(&sum).filter(|sum| is_one_sum && **sum > 1.0 + 1e-12));
            if let Some(value) = wrong {
                return Err(BindError::Probability {
                    noise: noise.kind.name(),
                    value: value.to_string(),
                    largest: largest.to_string(),
                });
            }
        }
        Ok(())
    }
}

/// `cu` takes four angles, and no gate more.
const MOST_PARAMETERS: usize = 4;

fn accept(input: &Input, value: &InputValue) -> Result<Value, BindError> {
    let name = || input.name.clone();
    let wanted = input.kind;
    match (input.kind, value) {
        (InputKind::Float | InputKind::Angle, InputValue::Float(value)) if !value.is_finite() => {
            Err(BindError::NotFinite { name: name(), wanted })
        }
        (InputKind::Float | InputKind::Angle, InputValue::Float(value)) => Ok(Value::Float(*value)),
        (InputKind::Float | InputKind::Angle, InputValue::Int(value)) => {
            Ok(Value::Float(*value as f64))
        }
        (InputKind::Bool, InputValue::Bool(value)) => Ok(Value::Bool(*value)),
        (InputKind::Int { bits }, InputValue::Int(value))
            if fits(*value, bits.saturating_sub(1)) =>
        {
            Ok(Value::Int { value: *value, bits: narrow(bits) })
        }
        (InputKind::Uint { bits }, InputValue::Int(value)) if *value >= 0 && fits(*value, bits) => {
            Ok(Value::Uint { value: value.unsigned_abs(), bits: narrow(bits) })
        }
        (InputKind::Int { .. } | InputKind::Uint { .. }, InputValue::Int(_)) => {
            Err(BindError::OutOfRange { name: name(), wanted })
        }
        (InputKind::Bits { width }, InputValue::Bits(text)) => match register(text) {
            Some(value) if text.len() == width as usize => {
                Ok(Value::Bits { value, width: narrow(width) })
            }
            _ => Err(BindError::OutOfRange { name: name(), wanted }),
        },
        _ => Err(BindError::WrongType { name: name(), wanted }),
    }
}

/// Whether what remains above that many bits is only the sign.
fn fits(value: i64, bits: u32) -> bool {
    bits >= 63 || (if value < 0 { !value } else { value }) >> bits == 0
}

fn narrow(bits: u32) -> u8 {
    u8::try_from(bits).unwrap_or(u8::MAX)
}

/// Reads `0` and `1`, element 0 first.
fn register(text: &str) -> Option<u64> {
    if text.is_empty() || text.len() > crate::limits::MAX_VALUE_BITS as usize {
        return None;
    }
    text.bytes().rev().try_fold(0, |value, digit| match digit {
        b'0' => Some(value << 1),
        b'1' => Some(value << 1 | 1),
        _ => None,
    })
}

/// What is undefined is left open: it matters only where a run comes to it.
fn evaluate(program: &Program, inputs: &[Value]) -> Vec<Option<Value>> {
    let mut values: Vec<Option<Value>> = Vec::with_capacity(program.expressions.len());
    for (expression, dependence) in program.expressions.iter().zip(&program.dependences) {
        let value = match dependence {
            Dependence::Run => None,
            _ => value_of(*expression, inputs, &NoMemory, |id| {
                values[id.index()].ok_or(Undefined::WrongType)
            })
            .ok(),
        };
        values.push(value);
    }
    values
}
