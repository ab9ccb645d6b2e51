//! What is told of a run: which bits in which order, and which outputs?

use std::collections::HashMap;

use quantum_program::{Expression as Term, ExpressionId, Instruction, Output, Program, Recorded};

use super::{Lowered, Lowering, narrow};
use crate::diagnostics::{Code, Fault, Span};
use crate::syntax::ast::Name;

/// What is declared `output`.
#[derive(Debug, Clone, Copy)]
pub(super) enum OutputName {
    Bits(u32),
    Variable(Name, u32),
    Array(Name, u32),
}

impl Lowering<'_> {
    pub(super) fn finish(mut self) -> Program {
        let program = self.builder.program();
        if program.qubit_count() == 0 && !self.faults.has_errors() {
            self.faults.push(Fault::new(
                Code::Size,
                Span::default(),
                "the program uses no qubits",
                "declare some, for example `qubit[2] q;`, and apply gates to them",
            ));
        }
        if self.faults.has_errors() {
            return Program::default();
        }
        self.warn_of_unused_inputs();
        self.warn_of_unused_qubits();
        let recorded = match self.complete() {
            Ok(recorded) => recorded,
            Err(fault) => {
                self.faults.push(fault);
                return Program::default();
            }
        };
        match self.builder.finish(recorded) {
            Ok(program) => program,
            Err(full) => {
                self.faults.push(Fault::new(
                    Code::Limit,
                    Span::default(),
                    full.to_string(),
                    "use a smaller program, or split it into several",
                ));
                Program::default()
            }
        }
    }

    fn complete(&mut self) -> Lowered<Vec<Recorded>> {
        self.keep_outputs(Span::default())?;
        self.tell_outputs()?;
        let has_measured = self.has_measured();
        if !has_measured {
            return self.measure_all();
        }
        let registers = self.bits.global.iter();
        let mut bits: Vec<u32> =
            registers.flat_map(|(first, count, _)| *first..first + count).collect();
        bits.extend_from_slice(&self.bits.anonymous);
        let handed_on = handed_on(self.builder.program());
        let source =
            |bit: u32| self.bits.measured_from(bit).or_else(|| handed_on.get(&bit).copied());
        let record = |bit: u32| Some(Recorded { bit, qubit: source(bit)? });
        let recorded: Vec<Recorded> = bits.into_iter().filter_map(record).collect();
        Ok(if recorded.is_empty() { self.all_measured() } else { recorded })
    }

    /// Where no register of bits is measured into, whatever is measured, in order: into arrays, and within expressions.
    fn all_measured(&self) -> Vec<Recorded> {
        let mut recorded: Vec<Recorded> = Vec::new();
        let mut places: HashMap<u32, usize> = HashMap::new();
        for instruction in self.builder.program().instructions() {
            if let Instruction::Measure { qubit, bit } = *instruction {
                let place = *places.entry(bit).or_insert(recorded.len());
                match recorded.get_mut(place) {
                    Some(known) => known.qubit = qubit,
                    None => recorded.push(Recorded { bit, qubit }),
                }
            }
        }
        recorded
    }

    fn has_measured(&self) -> bool {
        let instructions = self.builder.program().instructions();
        instructions.iter().any(|instruction| matches!(instruction, Instruction::Measure { .. }))
    }

    fn keep_register(&mut self, register: u32, span: Span) -> Lowered<()> {
        let found = self.bits.global.iter().find(|(.., number)| *number == register).copied();
        let Some((first, count, _)) = found else {
            return Ok(());
        };
        (first..first + count).try_for_each(|bit| self.keep_bit(bit, span))
    }

    /// Before an end that not every run comes to: afterwards all is known that was known before.
    pub(super) fn keep_outputs_for_an_end(&mut self, span: Span) -> Lowered<()> {
        let mut variables = Vec::new();
        let mut arrays = Vec::new();
        for output in &self.outputs {
            match *output {
                OutputName::Bits(_) => {}
                OutputName::Variable(_, number) => {
                    variables.push((number, self.variable_state(number)));
                }
                OutputName::Array(_, number) => {
                    arrays.push((number, self.arrays.states[number as usize].cells.clone()));
                }
            }
        }
        self.keep_outputs(span)?;
        for (number, state) in variables {
            self.restore_variable(number, state);
        }
        for (number, cells) in arrays {
            self.arrays.states[number as usize].cells = cells;
        }
        for (first, count, _) in &self.bits.global.clone() {
            for bit in *first..first + count {
                self.bits.forget_kept(bit);
            }
        }
        Ok(())
    }

    /// What is known of outputs has to be where a run keeps them.
    pub(super) fn keep_outputs(&mut self, span: Span) -> Lowered<()> {
        let registers = self.bits.global.clone();
        self.charge(self.builder.program().bit_count(), span)?;
        for bit in registers.iter().flat_map(|(first, count, _)| *first..first + count) {
            if self.bits.measured_from(bit).is_some() {
                self.keep_bit(bit, span)?;
            }
        }
        for output in self.outputs.clone() {
            match output {
                OutputName::Bits(register) => self.keep_register(register, span)?,
                OutputName::Variable(_, number) => {
                    self.keep_variable(number, span)?;
                }
                OutputName::Array(_, number) => {
                    self.keep_array(number, span)?;
                }
            }
        }
        Ok(())
    }

    fn tell_outputs(&mut self) -> Lowered<()> {
        for output in self.outputs.clone() {
            let told = match output {
                OutputName::Bits(register) => Output::Bits { register },
                OutputName::Variable(name, number) => Output::Variables {
                    name: self.name_text(name.symbol).to_owned(),
                    first: self.keep_variable(number, name.span)?,
                    count: 1,
                },
                OutputName::Array(name, number) => {
                    let count = narrow(self.array_dimensions(number).iter().product());
                    Output::Variables {
                        name: self.name_text(name.symbol).to_owned(),
                        first: self.keep_array(number, name.span)?,
                        count,
                    }
                }
            };
            self.builder.output(told);
        }
        Ok(())
    }

    /// A program that measures nothing has all its qubits measured at the end, in ascending order of their numbers.
    fn measure_all(&mut self) -> Lowered<Vec<Recorded>> {
        let program = self.builder.program();
        let mut qubits: Vec<u32> = (0..narrow(program.qubit_count())).collect();
        qubits.sort_by_key(|qubit| program.known_as(*qubit));
        let (_, first) = self.add_bits(None, narrow(qubits.len()), Span::default())?;
        let mut recorded = Vec::with_capacity(qubits.len());
        for (bit, qubit) in (first..).zip(qubits) {
            let pushed = self.builder.measure(qubit, bit);
            self.full(Span::default(), pushed)?;
            recorded.push(Recorded { bit, qubit });
        }
        Ok(recorded)
    }
}

/// For the bits that are assigned what was measured into others, the qubit of that measurement: as what a subroutine
/// returns.
fn handed_on(program: &Program) -> HashMap<u32, u32> {
    let mut sources = Sources::default();
    let mut assigned = HashMap::new();
    for instruction in program.instructions() {
        match *instruction {
            Instruction::Measure { qubit, bit } => drop(sources.bits.insert(bit, qubit)),
            Instruction::Assign { variable, value } => {
                if let Some(qubit) = sources.of(program, value) {
                    sources.variables.insert(variable, qubit);
                }
            }
            Instruction::AssignBit { bit, value } => {
                if let Some(qubit) = sources.of(program, value) {
                    assigned.insert(bit, qubit);
                    sources.bits.insert(bit, qubit);
                }
            }
            _ => {}
        }
    }
    assigned
}

/// The qubits whose measurement bits and variables have their values from.
#[derive(Default)]
struct Sources {
    bits: HashMap<u32, u32>,
    variables: HashMap<u32, u32>,
}

impl Sources {
    fn of(&self, program: &Program, value: ExpressionId) -> Option<u32> {
        let mut waiting = vec![value];
        while let Some(next) = waiting.pop() {
            let term = program.expression(next);
            let found = match term {
                Term::Bit(bit) | Term::Bits { first: bit, .. } => self.bits.get(&bit),
                Term::Variable(variable) => self.variables.get(&variable),
                _ => None,
            };
            if let Some(qubit) = found {
                return Some(*qubit);
            }
            waiting.extend(term.uses());
        }
        None
    }
}
