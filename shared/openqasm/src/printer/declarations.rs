//! How are the inputs, registers and variables of a program written?

use quantum_program::{InputKind, Instruction, Output, Type};

use super::{PrintError, Printer, Style};

impl Printer<'_> {
    pub(super) fn header(&mut self) {
        self.line("OPENQASM 3.0;");
        if self.style == Style::OpenQasm3 {
            self.line("include \"stdgates.inc\";");
        }
    }

    pub(super) fn inputs(&mut self) {
        for input in self.program.inputs() {
            let kind = match input.kind {
                InputKind::Float => "float".to_owned(),
                InputKind::Int { bits } => format!("int[{bits}]"),
                InputKind::Uint { bits } => format!("uint[{bits}]"),
                InputKind::Bool => "bool".to_owned(),
                InputKind::Angle => "angle".to_owned(),
                InputKind::Bits { width } => format!("bit[{width}]"),
            };
            self.line(&format!("input {kind} {};", input.name));
        }
    }

    pub(super) fn registers(&mut self) {
        for register in self.program.qubit_registers() {
            self.line(&format!("qubit[{}] {};", register.width, register.name));
        }
        for (number, register) in self.program.bit_registers().iter().enumerate() {
            if self.labels.locals.contains(&number) {
                continue;
            }
            if let Some(name) = self.labels.registers[number].clone() {
                let is_output = self.program.outputs().iter().any(|output| {
                    matches!(output, Output::Bits { register } if *register as usize == number)
                });
                let word = if is_output { "output " } else { "" };
                self.line(&format!("{word}bit[{}] {name};", register.width));
            }
        }
    }

    /// Each as it begins; the elements of arrays together.
    pub(super) fn variables(&mut self) -> Result<(), PrintError> {
        let variables = self.program.variables();
        if self.style == Style::Braket && !variables.is_empty() {
            return Err(PrintError::Feedback { what: "variables" });
        }
        let mut number = 0;
        while let Some(variable) = variables.get(number) {
            let first = super::expressions::narrow(number);
            let kind = type_text(variable.kind);
            let is_output = self.program.outputs().iter().any(
                |output| matches!(output, Output::Variables { first: at, .. } if *at == first),
            );
            let word = if is_output { "output " } else { "" };
            let label = self.labels.variables[number].clone();
            match self.labels.arrays.get(&first).copied() {
                Some(count) => {
                    let name = label.split('[').next().unwrap_or(&label).to_owned();
                    self.line(&format!("{word}array[{kind}, {count}] {name};"));
                    number += count as usize;
                }
                None => {
                    self.line(&format!("{word}{kind} {label};"));
                    number += 1;
                }
            }
        }
        Ok(())
    }

    /// Bits that are no part of the outcome are declared in a scope of their own.
    pub(super) fn begin_locals(&mut self) {
        if self.labels.locals.is_empty() {
            return;
        }
        self.line("{");
        self.depth += 1;
        for number in self.labels.locals.clone() {
            let width = self.program.bit_registers()[number].width;
            if let Some(name) = self.labels.registers[number].clone() {
                self.line(&format!("bit[{width}] {name};"));
            }
        }
    }

    pub(super) fn end_locals(&mut self) {
        if !self.labels.locals.is_empty() {
            self.depth -= 1;
            self.line("}");
        }
    }

    /// The measurements at the end that Braket makes by itself, as nothing is measured before: how many instructions.
    pub(super) fn implied_measurements(&self) -> usize {
        let instructions = self.program.instructions();
        let mut wanted: Vec<u32> =
            (0..super::expressions::narrow(self.program.qubit_count())).collect();
        wanted.sort_by_key(|qubit| self.program.known_as(*qubit));
        let Some(rest) = instructions.len().checked_sub(wanted.len()) else {
            return 0;
        };
        let is_implied =
            instructions[rest..].iter().zip(&wanted).all(
                |(instruction, wanted)| match instruction {
                    Instruction::Measure { qubit, bit } => {
                        let register = self.labels.register_of[*bit as usize];
                        qubit == wanted && self.labels.registers[register].is_none()
                    }
                    _ => false,
                },
            );
        let is_only = !instructions[..rest]
            .iter()
            .any(|instruction| matches!(instruction, Instruction::Measure { .. }));
        if is_implied && is_only { wanted.len() } else { 0 }
    }
}

pub(super) fn type_text(kind: Type) -> String {
    match kind {
        Type::Bool => "bool".to_owned(),
        Type::Int { bits } => format!("int[{bits}]"),
        Type::Uint { bits } => format!("uint[{bits}]"),
        Type::Float => "float".to_owned(),
        Type::Angle { bits } => format!("angle[{bits}]"),
        Type::Complex => "complex".to_owned(),
        Type::Bits { width } => format!("bit[{width}]"),
        Type::Duration => "duration".to_owned(),
    }
}
