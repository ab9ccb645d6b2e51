//! What does a program that has been understood consist of?

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::analysis::Analysis;
use crate::diagnostics::{Diagnostics, Faults, Span};
use crate::gates::Base;
use crate::limits::MAX_SOURCE_BYTES;
use crate::lowering;
use crate::scalar::Scalar;
use crate::syntax::ast::{BinaryOperator, Function, UnaryOperator};
use crate::syntax::parser;

/// A program that is known to be right: only its inputs are still open. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Program {
    pub(crate) body: Arc<Body>,
}

/// A parameter the caller gives before a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    pub name: String,
    #[serde(flatten)]
    pub kind: InputKind,
}

/// What values an input takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum InputKind {
    /// A finite number.
    Float,
    /// A whole number of that many bits, sign included.
    Int {
        bits: u32,
    },
    /// A whole number from 0, of that many bits.
    Uint {
        bits: u32,
    },
    Bool,
    /// A finite number, in radians.
    Angle,
    /// A text of `0` and `1` of that length.
    Bits {
        width: u32,
    },
}

impl fmt::Display for InputKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Float => formatter.write_str("a number"),
            Self::Int { bits } => write!(formatter, "a whole number of {bits} bits"),
            Self::Uint { bits } => write!(formatter, "a whole number from 0, of {bits} bits"),
            Self::Bool => formatter.write_str("true or false"),
            Self::Angle => formatter.write_str("an angle in radians"),
            Self::Bits { width } => write!(formatter, "a text of {width} characters 0 or 1"),
        }
    }
}

/// Reads an OpenQASM 3 or 2 program.
///
/// Nothing is read from disk; no source makes this panic, recurse or allocate without bound. The
/// diagnostics are as many as could be found, up to [`crate::MAX_DIAGNOSTICS`].
pub fn parse(source: &str) -> Result<Program, Diagnostics> {
    let mut faults = Faults::default();
    if source.len() > MAX_SOURCE_BYTES {
        faults.push(crate::diagnostics::Fault::new(
            Span::default(),
            format!("the program has more than {MAX_SOURCE_BYTES} bytes"),
            "split it into several programs, or repeat gates with custom gates",
        ));
        return Err(faults.locate(source));
    }
    let document = parser::document(source, &mut faults);
    let body = lowering::lower(source, &document, &mut faults);
    if !faults.is_empty() {
        return Err(faults.locate(source));
    }
    Ok(Program { body: Arc::new(body) })
}

impl Program {
    /// In the order of their declaration.
    pub fn inputs(&self) -> &[Input] {
        &self.body.inputs
    }

    /// Counts that hold whatever the inputs are.
    pub fn analysis(&self) -> Analysis {
        crate::analysis::analyse(&self.body)
    }
}

/// The flat form shared by a program and all circuits bound from it.
#[derive(Debug, Default)]
pub(crate) struct Body {
    /// For the place of an error found on binding.
    pub(crate) source: String,
    pub(crate) inputs: Vec<Input>,
    /// What depends on inputs, each after those it uses.
    pub(crate) terms: Vec<Term>,
    pub(crate) steps: Vec<Step>,
    pub(crate) operands: Vec<Wire>,
    pub(crate) parameters: Vec<Parameter>,
    /// Powers a gate is raised to, one after another.
    pub(crate) powers: Vec<Vec<f64>>,
    pub(crate) gate_names: Vec<String>,
    /// The number the program knows each qubit by.
    pub(crate) qubits: Vec<usize>,
    /// The qubit each bit of an outcome was last measured from, first character first.
    pub(crate) measured: Vec<u32>,
}

/// A qubit, and whether it controls by being 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wire(u32);

impl Wire {
    const ON_ZERO: u32 = 1 << 31;

    pub(crate) fn new(qubit: u32) -> Self {
        Self(qubit)
    }

    pub(crate) fn control(self, on_one: bool) -> Self {
        if on_one { self } else { Self(self.0 | Self::ON_ZERO) }
    }

    pub(crate) fn qubit(self) -> u32 {
        self.0 & !Self::ON_ZERO
    }

    pub(crate) fn is_on_one(self) -> bool {
        self.0 & Self::ON_ZERO == 0
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    Gate(Gate),
    /// `bit` is a position in the outcome; `None` if a later measurement overwrites it.
    Measure {
        qubit: u32,
        bit: Option<u32>,
    },
    Reset {
        qubit: u32,
    },
    Barrier {
        first: u32,
        count: u32,
    },
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Gate {
    pub(crate) base: Base,
    pub(crate) name: u32,
    /// Controls first, then targets.
    pub(crate) first_operand: u32,
    pub(crate) controls: u16,
    pub(crate) first_parameter: u32,
    pub(crate) parameters: u8,
    pub(crate) powers: u32,
}

impl Gate {
    pub(crate) fn operand_count(&self) -> usize {
        usize::from(self.controls) + self.base.targets()
    }
}

impl Body {
    pub(crate) fn operands(&self, gate: &Gate) -> &[Wire] {
        let first = gate.first_operand as usize;
        &self.operands[first..first + gate.operand_count()]
    }

    pub(crate) fn barrier(&self, first: u32, count: u32) -> &[Wire] {
        &self.operands[first as usize..first as usize + count as usize]
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Parameter {
    Known(f64),
    Term(u32),
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Term {
    pub(crate) span: Span,
    pub(crate) kind: TermKind,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum TermKind {
    Known(Scalar),
    Input(u32),
    Unary(UnaryOperator, u32),
    Binary(BinaryOperator, u32, u32),
    Call(Function, u32),
    Element { of: u32, index: u32 },
}
