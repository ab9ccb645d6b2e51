//! How is each instruction written?

use quantum_program::{Instruction, Operands};

use super::expressions::float;
use super::{PrintError, Printer, Style};

impl Printer<'_> {
    pub(super) fn instruction(
        &mut self,
        at: usize,
        instruction: &Instruction,
    ) -> Result<(), PrintError> {
        match *instruction {
            Instruction::Gate(gate) => return self.gate(&gate),
            Instruction::Unitary { matrix, targets } => self.unitary(matrix, targets),
            Instruction::Noise(noise) => self.noise(&noise),
            Instruction::Measure { qubit, bit } => self.measure(qubit, bit),
            Instruction::Reset { qubit } => {
                let line = format!("reset {};", self.labels.qubits[qubit as usize]);
                self.line(&line);
            }
            Instruction::Barrier(qubits) => {
                let line = format!("barrier{};", self.list(qubits));
                self.line(&line);
            }
            Instruction::Delay { seconds, qubits } => {
                let line = format!("delay[{}s]{};", float(seconds), self.list(qubits));
                self.line(&line);
            }
            Instruction::BeginBox { verbatim } => {
                if verbatim {
                    self.line("#pragma braket verbatim");
                }
                self.begin("box {");
            }
            Instruction::EndBox => self.close(),
            _ => return self.feedback(at, instruction),
        }
        Ok(())
    }

    fn begin(&mut self, line: &str) {
        self.line(line);
        self.depth += 1;
    }

    fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.line("}");
    }

    fn list(&self, qubits: Operands) -> String {
        let labels: Vec<&str> = self
            .program
            .qubits(qubits)
            .map(|qubit| self.labels.qubits[qubit as usize].as_str())
            .collect();
        if labels.is_empty() { String::new() } else { format!(" {}", labels.join(", ")) }
    }

    fn measure(&mut self, qubit: u32, bit: u32) {
        let qubit = &self.labels.qubits[qubit as usize];
        let register = self.labels.register_of[bit as usize];
        let line = match self.labels.registers[register] {
            Some(_) => format!("{} = measure {qubit};", self.bits(bit, 1)),
            None => format!("measure {qubit};"),
        };
        self.line(&line);
    }

    /// What decides by classical values.
    fn feedback(&mut self, at: usize, instruction: &Instruction) -> Result<(), PrintError> {
        if self.style == Style::Braket {
            let what = match instruction {
                Instruction::While { .. } | Instruction::EndWhile { .. } => "loops that a run ends",
                Instruction::If { .. } | Instruction::Else { .. } | Instruction::EndIf => {
                    "branches that a run decides"
                }
                _ => "values that a run assigns",
            };
            return Err(PrintError::Feedback { what });
        }
        match *instruction {
            Instruction::Assign { variable, value } => {
                let name = &self.labels.variables[variable as usize];
                let line = format!("{name} = {};", self.expression(value));
                self.line(&line);
            }
            Instruction::AssignEntry { first, index, value, .. } => {
                let line = format!("{} = {};", self.entry(first, index), self.expression(value));
                self.line(&line);
            }
            Instruction::AssignBit { bit, value } => {
                let line = format!("{} = {};", self.bits(bit, 1), self.expression(value));
                self.line(&line);
            }
            Instruction::If { condition, .. } => {
                let line = format!("if ({}) {{", self.expression(condition));
                self.begin(&line);
            }
            Instruction::Else { .. } => {
                self.depth = self.depth.saturating_sub(1);
                self.begin("} else {");
            }
            Instruction::While { condition, .. } => {
                let line = format!("while ({}) {{", self.expression(condition));
                self.begin(&line);
            }
            Instruction::EndIf | Instruction::EndWhile { .. } => self.close(),
            Instruction::Break { .. } => self.line("break;"),
            Instruction::Continue { .. } => self.line("continue;"),
            Instruction::End => self.line("end;"),
            _ => debug_assert!(false, "instruction {at} is written elsewhere"),
        }
        Ok(())
    }
}
