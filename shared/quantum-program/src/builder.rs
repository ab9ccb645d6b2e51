//! How is a flat program put together?

use std::collections::HashMap;
use std::sync::Arc;

use crate::expression::{self, Dependence, Expression, ExpressionId, NoMemory};
use crate::gates::Base;
use crate::limits::{
    MAX_BITS, MAX_EXPRESSION_DEPTH, MAX_INPUTS, MAX_INSTRUCTIONS, MAX_OPERANDS, MAX_QUBITS,
    MAX_VARIABLES,
};
use crate::matrices::Unitary;
use crate::noise::{Noise, NoiseKind};
use crate::operators::Undefined;
use crate::program::{
    BitRegister, Gate, Input, Instruction, Language, Operands, Output, Parameter, Program,
    QubitRegister, Recorded, Variable, Wire,
};
use crate::results::ResultType;
use crate::value::Value;

/// Powers looked through for the ones a gate has: most gates have none, and neighbours mostly the same.
const POWERS_LOOKED_AT: usize = 64;

/// A program in the making. What is pushed is in the program, in that order.
#[derive(Debug, Clone)]
pub struct Builder {
    program: Program,
    names: HashMap<String, u32>,
    open: Vec<Block>,
    /// Levels of each expression that a run evaluates.
    depths: Vec<u16>,
}

#[derive(Debug, Clone, Copy)]
enum Block {
    Box,
    If { at: u32 },
    Else { at: u32 },
    While { at: u32 },
}

/// A limit on the whole program is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    #[error("the program has more than {MAX_QUBITS} qubits")]
    Qubits,
    #[error("the program has more than {MAX_BITS} classical bits")]
    Bits,
    #[error("written out, the program has more than {MAX_INSTRUCTIONS} instructions")]
    Instructions,
    #[error("written out, the program's gates have more than {MAX_OPERANDS} operands")]
    Operands,
    #[error("the program has more than {MAX_VARIABLES} variables that only a run knows")]
    Variables,
    #[error("the program has more than {MAX_INPUTS} inputs")]
    Inputs,
}

/// A built-in gate to apply.
#[derive(Debug, Clone, Copy)]
pub struct NewGate<'a> {
    pub base: Base,
    /// As [`Builder::gate_name`] numbered it.
    pub name: u32,
    pub controls: &'a [Wire],
    pub targets: &'a [Wire],
    pub parameters: &'a [Parameter],
    pub powers: &'a [f64],
}

impl Builder {
    /// `source` is the text that the offsets of expressions are in.
    pub fn new(language: Language, source: Arc<str>) -> Self {
        let program = Program { language, source, powers: vec![Vec::new()], ..Program::default() };
        Self { program, names: HashMap::new(), open: Vec::new(), depths: Vec::new() }
    }

    /// What is there already.
    pub fn program(&self) -> &Program {
        &self.program
    }

    pub fn input(&mut self, input: Input) -> Result<u32, Full> {
        let number = self.program.inputs.len();
        if number >= MAX_INPUTS {
            return Err(Full::Inputs);
        }
        self.program.inputs.push(input);
        Ok(narrow(number))
    }

    pub fn output(&mut self, output: Output) {
        self.program.outputs.push(output);
    }

    /// Gives the position of its first qubit.
    pub fn qubit_register(&mut self, name: String, width: u32) -> Result<u32, Full> {
        let first = self.program.qubits;
        if first as usize + width as usize > MAX_QUBITS {
            return Err(Full::Qubits);
        }
        self.program.qubits += width;
        self.program.qubit_registers.push(QubitRegister { name, first, width });
        Ok(first)
    }

    /// A qubit of the device; gives its position. The caller asks once for each.
    pub fn physical_qubit(&mut self, number: u32) -> Result<u32, Full> {
        let position = self.program.qubits;
        if position as usize >= MAX_QUBITS {
            return Err(Full::Qubits);
        }
        self.program.qubits += 1;
        self.program.physical_qubits.get_or_insert_default().push(number);
        Ok(position)
    }

    /// Gives the number of the register; its bits begin as 0.
    pub fn bit_register(&mut self, name: Option<String>, width: u32) -> Result<u32, Full> {
        let first = self.program.bits;
        if first as usize + width as usize > MAX_BITS {
            return Err(Full::Bits);
        }
        self.program.bits += width;
        self.program.bit_registers.push(BitRegister { name, first, width });
        Ok(narrow(self.program.bit_registers.len() - 1))
    }

    pub fn variable(&mut self, variable: Variable) -> Result<u32, Full> {
        let number = self.program.variables.len();
        if number >= MAX_VARIABLES {
            return Err(Full::Variables);
        }
        self.program.variables.push(variable);
        Ok(narrow(number))
    }

    /// `offset` is the byte of the source it begins at. What depends on nothing is evaluated at once.
    pub fn expression(&mut self, node: Expression, offset: u32) -> Result<ExpressionId, Undefined> {
        let mut dependence = Dependence::Nothing;
        let mut depth = 0;
        for used in node.uses() {
            dependence = dependence.max(self.program.dependences[used.index()]);
            depth = depth.max(self.depths[used.index()]);
        }
        let own = match node {
            Expression::Input(_) => Dependence::Inputs,
            Expression::Variable(_)
            | Expression::Entry { .. }
            | Expression::Bit(_)
            | Expression::Bits { .. } => Dependence::Run,
            _ => Dependence::Nothing,
        };
        dependence = dependence.max(own);
        let node = match dependence {
            Dependence::Nothing => Expression::Known(self.known(node)?),
            _ => node,
        };
        if dependence == Dependence::Run {
            depth += 1;
        }
        if depth > MAX_EXPRESSION_DEPTH {
            return Err(Undefined::TooDeep);
        }
        self.program.expressions.push(node);
        self.program.dependences.push(dependence);
        self.program.offsets.push(offset);
        self.depths.push(depth);
        Ok(ExpressionId(narrow(self.program.expressions.len() - 1)))
    }

    fn known(&self, node: Expression) -> Result<Value, Undefined> {
        expression::value_of(node, &[], &NoMemory, |id| match self.program.expression(id) {
            Expression::Known(value) => Ok(value),
            _ => Err(Undefined::WrongType),
        })
    }

    /// Numbers a gate's name, with its modifiers.
    pub fn gate_name(&mut self, name: &str) -> u32 {
        if let Some(number) = self.names.get(name) {
            return *number;
        }
        let number = narrow(self.program.gate_names.len());
        self.program.gate_names.push(name.to_owned());
        self.names.insert(name.to_owned(), number);
        number
    }

    pub fn gate(&mut self, gate: &NewGate<'_>) -> Result<(), Full> {
        debug_assert_eq!(gate.targets.len(), gate.base.targets());
        let first_operand = self.wires(gate.controls)?;
        self.wires(gate.targets)?;
        let first_parameter = narrow(self.program.parameters.len());
        self.program.parameters.extend_from_slice(gate.parameters);
        let powers = self.shared_powers(gate.powers);
        self.push(Instruction::Gate(Gate {
            base: gate.base,
            name: gate.name,
            first_operand,
            controls: u16::try_from(gate.controls.len()).map_err(|_| Full::Operands)?,
            first_parameter,
            parameters: u8::try_from(gate.parameters.len()).map_err(|_| Full::Operands)?,
            powers,
        }))
    }

    /// A matrix written out in the program.
    pub fn unitary(&mut self, matrix: Arc<Unitary>, targets: &[u32]) -> Result<(), Full> {
        let targets = self.operands(targets)?;
        let number = narrow(self.program.unitaries.len());
        self.program.unitaries.push(matrix);
        self.push(Instruction::Unitary { matrix: number, targets })
    }

    /// `kraus` are the operators of a channel that has them written out.
    pub fn noise(
        &mut self,
        kind: NoiseKind,
        parameters: &[Parameter],
        kraus: Vec<Arc<Unitary>>,
        targets: &[u32],
    ) -> Result<(), Full> {
        let operands = self.operands(targets)?;
        let first_parameter = narrow(self.program.parameters.len());
        self.program.parameters.extend_from_slice(parameters);
        let operators = if kraus.is_empty() {
            u32::MAX
        } else {
            self.program.kraus.push(kraus);
            narrow(self.program.kraus.len() - 1)
        };
        self.push(Instruction::Noise(Noise {
            kind,
            first_operand: operands.first,
            targets: u8::try_from(operands.count).map_err(|_| Full::Operands)?,
            first_parameter,
            operators,
        }))
    }

    pub fn measure(&mut self, qubit: u32, bit: u32) -> Result<(), Full> {
        self.push(Instruction::Measure { qubit, bit })
    }

    pub fn reset(&mut self, qubit: u32) -> Result<(), Full> {
        self.push(Instruction::Reset { qubit })
    }

    pub fn barrier(&mut self, qubits: &[u32]) -> Result<(), Full> {
        let qubits = self.operands(qubits)?;
        self.push(Instruction::Barrier(qubits))
    }

    pub fn delay(&mut self, seconds: f64, qubits: &[u32]) -> Result<(), Full> {
        let qubits = self.operands(qubits)?;
        self.push(Instruction::Delay { seconds, qubits })
    }

    pub fn assign(&mut self, variable: u32, value: ExpressionId) -> Result<(), Full> {
        self.push(Instruction::Assign { variable, value })
    }

    /// To one of `length` variables from `first` on.
    pub fn assign_entry(
        &mut self,
        first: u32,
        length: u32,
        index: ExpressionId,
        value: ExpressionId,
    ) -> Result<(), Full> {
        self.push(Instruction::AssignEntry { first, length, index, value })
    }

    pub fn assign_bit(&mut self, bit: u32, value: ExpressionId) -> Result<(), Full> {
        self.push(Instruction::AssignBit { bit, value })
    }

    pub fn begin_box(&mut self, verbatim: bool) -> Result<(), Full> {
        self.open.push(Block::Box);
        self.push(Instruction::BeginBox { verbatim })
    }

    pub fn begin_if(&mut self, condition: ExpressionId) -> Result<(), Full> {
        self.open.push(Block::If { at: self.next() });
        self.push(Instruction::If { condition, otherwise: 0 })
    }

    /// Of the innermost `if`, which has had none.
    pub fn begin_else(&mut self) -> Result<(), Full> {
        let Some(Block::If { at }) = self.open.last().copied() else {
            debug_assert!(false, "an else stands in an if");
            return Ok(());
        };
        let here = self.next();
        self.close_if(at, here);
        if let Some(open) = self.open.last_mut() {
            *open = Block::Else { at: here };
        }
        self.push(Instruction::Else { end: 0 })
    }

    pub fn begin_while(&mut self, condition: ExpressionId) -> Result<(), Full> {
        self.open.push(Block::While { at: self.next() });
        self.push(Instruction::While { condition, end: 0 })
    }

    /// Ends the innermost block.
    pub fn end_block(&mut self) -> Result<(), Full> {
        let here = self.next();
        match self.open.pop() {
            None => Ok(()),
            Some(Block::Box) => self.push(Instruction::EndBox),
            Some(Block::If { at }) => {
                self.close_if(at, here);
                self.push(Instruction::EndIf)
            }
            Some(Block::Else { at }) => {
                if let Instruction::Else { end } = &mut self.program.instructions[at as usize] {
                    *end = here;
                }
                self.push(Instruction::EndIf)
            }
            Some(Block::While { at }) => {
                if let Instruction::While { end, .. } = &mut self.program.instructions[at as usize]
                {
                    *end = here;
                }
                self.push(Instruction::EndWhile { start: at })
            }
        }
    }

    fn close_if(&mut self, at: u32, here: u32) {
        if let Instruction::If { otherwise, .. } = &mut self.program.instructions[at as usize] {
            *otherwise = here;
        }
    }

    /// Out of the innermost loop; `false` where there is none.
    pub fn break_loop(&mut self) -> Result<bool, Full> {
        self.jump(|start| Instruction::Break { start })
    }

    /// On with the innermost loop; `false` where there is none.
    pub fn continue_loop(&mut self) -> Result<bool, Full> {
        self.jump(|start| Instruction::Continue { start })
    }

    fn jump(&mut self, instruction: fn(u32) -> Instruction) -> Result<bool, Full> {
        let inner = self.open.iter().rev().find_map(|block| match block {
            Block::While { at } => Some(*at),
            _ => None,
        });
        let Some(start) = inner else {
            return Ok(false);
        };
        self.push(instruction(start))?;
        Ok(true)
    }

    pub fn end(&mut self) -> Result<(), Full> {
        self.push(Instruction::End)
    }

    pub fn result(&mut self, result: ResultType) {
        self.program.results.push(result);
    }

    /// Closes what is open.
    pub fn finish(mut self, recorded: Vec<Recorded>) -> Result<Program, Full> {
        while !self.open.is_empty() {
            self.end_block()?;
        }
        self.program.recorded = recorded;
        Ok(self.program)
    }

    fn shared_powers(&mut self, powers: &[f64]) -> u32 {
        let all = &mut self.program.powers;
        if powers.is_empty() {
            return 0;
        }
        let same = all.iter().take(POWERS_LOOKED_AT).position(|known| known.as_slice() == powers);
        if let Some(index) = same {
            return narrow(index);
        }
        all.push(powers.to_vec());
        narrow(all.len() - 1)
    }

    fn operands(&mut self, qubits: &[u32]) -> Result<Operands, Full> {
        let first = narrow(self.program.operands.len());
        self.room_for(qubits.len())?;
        self.program.operands.extend(qubits.iter().map(|qubit| Wire::new(*qubit)));
        Ok(Operands { first, count: narrow(qubits.len()) })
    }

    fn wires(&mut self, wires: &[Wire]) -> Result<u32, Full> {
        let first = narrow(self.program.operands.len());
        self.room_for(wires.len())?;
        self.program.operands.extend_from_slice(wires);
        Ok(first)
    }

    fn room_for(&self, count: usize) -> Result<(), Full> {
        if self.program.operands.len() + count > MAX_OPERANDS {
            return Err(Full::Operands);
        }
        Ok(())
    }

    fn next(&self) -> u32 {
        narrow(self.program.instructions.len())
    }

    fn push(&mut self, instruction: Instruction) -> Result<(), Full> {
        if self.program.instructions.len() >= MAX_INSTRUCTIONS {
            return Err(Full::Instructions);
        }
        self.program.instructions.push(instruction);
        Ok(())
    }
}

/// Every count here is under a limit that fits.
fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
