//! What is the flat form of a program, and how is it read?

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::expression::{Dependence, Expression, ExpressionId};
use crate::gates::Base;
use crate::matrices::Unitary;
use crate::noise::Noise;
use crate::results::ResultType;
use crate::value::{Type, Value};

/// A program that is known to be right: only its inputs are still open.
///
/// Blocks are properly nested, every number stands for something, and each expression stands after those it uses.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// For the place of an error found on binding or in a run.
    pub(crate) source: Arc<str>,
    pub(crate) language: Language,
    pub(crate) inputs: Vec<Input>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) qubit_registers: Vec<QubitRegister>,
    pub(crate) physical_qubits: Option<Vec<u32>>,
    pub(crate) qubits: u32,
    pub(crate) bit_registers: Vec<BitRegister>,
    pub(crate) bits: u32,
    pub(crate) variables: Vec<Variable>,
    pub(crate) expressions: Vec<Expression>,
    pub(crate) dependences: Vec<Dependence>,
    /// Where each expression begins in the source, in bytes.
    pub(crate) offsets: Vec<u32>,
    pub(crate) instructions: Vec<Instruction>,
    pub(crate) operands: Vec<Wire>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) powers: Vec<Vec<f64>>,
    pub(crate) gate_names: Vec<String>,
    pub(crate) unitaries: Vec<Arc<Unitary>>,
    pub(crate) kraus: Vec<Vec<Arc<Unitary>>>,
    pub(crate) results: Vec<ResultType>,
    pub(crate) recorded: Vec<Recorded>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    OpenQasm3,
    OpenQasm2,
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

/// What the caller is told of after a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// The number of a bit register.
    Bits { register: u32 },
    /// Neighbouring variables: one, or the elements of an array.
    Variables { name: String, first: u32, count: u32 },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QubitRegister {
    pub name: String,
    /// Its qubits are neighbours.
    pub first: u32,
    pub width: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BitRegister {
    /// None for the bits that measurements without a destination fill.
    pub name: Option<String>,
    /// Its bits are neighbours.
    pub first: u32,
    pub width: u32,
}

/// A classical value that only a run knows, or an element of an array of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    pub name: String,
    pub kind: Type,
    pub initial: Value,
}

/// A character of an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    pub bit: u32,
    /// The qubit it is measured from; of several measurements, in the last one.
    pub qubit: u32,
}

/// A qubit, and whether it controls by being 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Wire(u32);

impl Wire {
    const ON_ZERO: u32 = 1 << 31;

    /// A target, or a control on 1.
    pub fn new(qubit: u32) -> Self {
        Self(qubit)
    }

    pub fn control(self, on_one: bool) -> Self {
        if on_one { self } else { Self(self.0 | Self::ON_ZERO) }
    }

    pub fn qubit(self) -> u32 {
        self.0 & !Self::ON_ZERO
    }

    pub fn is_on_one(self) -> bool {
        self.0 & Self::ON_ZERO == 0
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Instruction {
    Gate(Gate),
    /// A matrix written out in the program.
    Unitary {
        matrix: u32,
        targets: Operands,
    },
    Noise(Noise),
    /// Into a bit, whether or not it is recorded.
    Measure {
        qubit: u32,
        bit: u32,
    },
    Reset {
        qubit: u32,
    },
    Barrier(Operands),
    /// Seconds, on each of the qubits.
    Delay {
        seconds: f64,
        qubits: Operands,
    },
    /// A box; verbatim means that a device must run it as it stands.
    BeginBox {
        verbatim: bool,
    },
    EndBox,
    Assign {
        variable: u32,
        value: ExpressionId,
    },
    /// One of `length` variables from `first` on.
    AssignEntry {
        first: u32,
        length: u32,
        index: ExpressionId,
        value: ExpressionId,
    },
    AssignBit {
        bit: u32,
        value: ExpressionId,
    },
    /// Numbers of instructions: of the `Else`, or of the `EndIf` if there is none.
    If {
        condition: ExpressionId,
        otherwise: u32,
    },
    /// With the number of its `EndIf`.
    Else {
        end: u32,
    },
    EndIf,
    /// With the number of its `EndWhile`.
    While {
        condition: ExpressionId,
        end: u32,
    },
    /// With the number of its `While`.
    EndWhile {
        start: u32,
    },
    /// Out of the loop that begins at `start`.
    Break {
        start: u32,
    },
    /// On with the condition of the loop that begins at `start`.
    Continue {
        start: u32,
    },
    /// The program ends here.
    End,
}

/// A stretch of a program's operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operands {
    pub(crate) first: u32,
    pub(crate) count: u32,
}

/// A built-in gate with its controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gate {
    pub base: Base,
    pub(crate) name: u32,
    /// Controls first, then targets.
    pub(crate) first_operand: u32,
    pub(crate) controls: u16,
    pub(crate) first_parameter: u32,
    pub(crate) parameters: u8,
    pub(crate) powers: u32,
}

impl Gate {
    pub fn controls(&self) -> usize {
        usize::from(self.controls)
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Parameter {
    Known(f64),
    Expression(ExpressionId),
}

impl Program {
    pub fn language(&self) -> Language {
        self.language
    }

    /// In the order of their declaration.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// What is declared `output`; empty where all measured bits are the output.
    pub fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    pub fn qubit_count(&self) -> usize {
        self.qubits as usize
    }

    pub fn qubit_registers(&self) -> &[QubitRegister] {
        &self.qubit_registers
    }

    /// The numbers of the device's qubits, if the program names those.
    pub fn physical_qubits(&self) -> Option<&[u32]> {
        self.physical_qubits.as_deref()
    }

    /// The number the program's writer knows a qubit by.
    pub fn known_as(&self, qubit: u32) -> usize {
        let physical = self.physical_qubits.as_ref().and_then(|all| all.get(qubit as usize));
        physical.copied().unwrap_or(qubit) as usize
    }

    pub fn bit_count(&self) -> usize {
        self.bits as usize
    }

    pub fn bit_registers(&self) -> &[BitRegister] {
        &self.bit_registers
    }

    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    pub fn expressions(&self) -> &[Expression] {
        &self.expressions
    }

    pub fn expression(&self, id: ExpressionId) -> Expression {
        self.expressions[id.index()]
    }

    pub fn dependence(&self, id: ExpressionId) -> Dependence {
        self.dependences[id.index()]
    }

    /// Line and column of an expression in the source, both from 1.
    pub fn place(&self, id: ExpressionId) -> (usize, usize) {
        let offset = self.offsets[id.index()] as usize;
        let before = self.source.get(..offset).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        (line, before[line_start..].chars().count() + 1)
    }

    pub fn instructions(&self) -> &[Instruction] {
        &self.instructions
    }

    /// Controls first, then targets.
    pub fn operands(&self, gate: &Gate) -> &[Wire] {
        let first = gate.first_operand as usize;
        &self.operands[first..first + gate.controls() + gate.base.targets()]
    }

    /// The qubits of a barrier, a delay or a written-out matrix.
    pub fn qubits(&self, operands: Operands) -> impl ExactSizeIterator<Item = u32> + Clone + '_ {
        let first = operands.first as usize;
        self.operands[first..first + operands.count as usize].iter().map(|wire| wire.qubit())
    }

    pub fn noise_targets(&self, noise: &Noise) -> impl ExactSizeIterator<Item = u32> + Clone + '_ {
        self.qubits(Operands { first: noise.first_operand, count: u32::from(noise.targets) })
    }

    pub fn parameters(&self, gate: &Gate) -> &[Parameter] {
        let first = gate.first_parameter as usize;
        &self.parameters[first..first + usize::from(gate.parameters)]
    }

    pub fn noise_parameters(&self, noise: &Noise) -> &[Parameter] {
        let first = noise.first_parameter as usize;
        &self.parameters[first..first + noise.kind.parameters()]
    }

    /// The operators of a channel that has them written out.
    pub fn kraus(&self, noise: &Noise) -> &[Arc<Unitary>] {
        self.kraus.get(noise.operators as usize).map_or(&[], Vec::as_slice)
    }

    /// Powers the gate is raised to, one after another, before its controls are put on.
    pub fn powers(&self, gate: &Gate) -> &[f64] {
        &self.powers[gate.powers as usize]
    }

    /// With its modifiers, as in the source.
    pub fn gate_name(&self, gate: &Gate) -> &str {
        &self.gate_names[gate.name as usize]
    }

    pub fn unitary(&self, matrix: u32) -> &Arc<Unitary> {
        &self.unitaries[matrix as usize]
    }

    pub fn results(&self) -> &[ResultType] {
        &self.results
    }

    /// The characters of an outcome, in order.
    pub fn recorded(&self) -> &[Recorded] {
        &self.recorded
    }

    /// Whether a run decides which instructions follow, or with which angles.
    pub fn has_feedback(&self) -> bool {
        let controls = |instruction: &Instruction| {
            matches!(
                instruction,
                Instruction::If { .. }
                    | Instruction::While { .. }
                    | Instruction::Assign { .. }
                    | Instruction::AssignEntry { .. }
                    | Instruction::AssignBit { .. }
                    | Instruction::End
            )
        };
        self.instructions.iter().any(controls)
    }
}
