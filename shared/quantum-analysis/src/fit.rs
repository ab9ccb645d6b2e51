//! Does a device run a program, and if not, for which reasons?

mod gates;
mod measurements;
mod placement;
mod results;

use std::collections::BTreeMap;

use quantum_program::{Circuit, InputValue, Instruction, Language, Program};

use crate::analysis::{Analysis, analyze, analyze_circuit};
use crate::capabilities::{Action, Capabilities};
use crate::limits::MAX_MISFITS;
use crate::misfit::Misfit;

/// How a program is to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    pub shots: u32,
    pub form: Form,
}

/// In which words a program gets to the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As its writer has it.
    AsWritten,
    /// Printed in Braket's dialect: another name of a gate the device has does no harm.
    BraketDialect,
}

/// Every reason why a device does not run a program, at most [`MAX_MISFITS`]; none if it does.
pub fn misfits(
    program: &Program,
    inputs: &BTreeMap<String, InputValue>,
    device: &Capabilities,
    request: Request,
) -> Vec<Misfit> {
    let missing = program.inputs().iter().filter(|input| !inputs.contains_key(&input.name));
    let missing = missing.map(|input| Misfit::InputMissing { name: input.name.clone() });
    check(program, &analyze(program), device, request, missing.collect())
}

impl Capabilities {
    /// The same for a program that has its inputs.
    pub fn misfits(&self, circuit: &Circuit, request: Request) -> Vec<Misfit> {
        check(circuit.program(), &analyze_circuit(circuit), self, request, Vec::new())
    }
}

/// What is checked, against what.
pub(crate) struct Check<'a> {
    program: &'a Program,
    analysis: &'a Analysis,
    device: &'a Capabilities,
    action: &'a Action,
    request: Request,
    found: Vec<Misfit>,
}

fn check(
    program: &Program,
    analysis: &Analysis,
    device: &Capabilities,
    request: Request,
    found: Vec<Misfit>,
) -> Vec<Misfit> {
    let Some(action) = &device.openqasm else {
        return vec![Misfit::NoOpenQasm];
    };
    let mut check = Check { program, analysis, device, action, request, found };
    check.size();
    check.gates();
    check.pragmas();
    check.results();
    check.measurements();
    check.placement();
    let mut found = check.found;
    if found.len() > MAX_MISFITS {
        found.truncate(MAX_MISFITS);
        found.push(Misfit::More);
    }
    found
}

impl Check<'_> {
    /// Each reason once.
    fn report(&mut self, misfit: Misfit) {
        if !self.is_full() && !self.found.contains(&misfit) {
            self.found.push(misfit);
        }
    }

    /// Whether more reasons would not be said.
    fn is_full(&self) -> bool {
        self.found.len() > MAX_MISFITS
    }

    fn size(&mut self) {
        if self.program.language() == Language::OpenQasm2 && self.request.form == Form::AsWritten {
            self.report(Misfit::Language);
        }
        let needed = self.program.qubit_count();
        match self.device.paradigm.qubit_count {
            Some(available) if needed > available as usize => {
                self.report(Misfit::Width { needed, available });
            }
            _ => {}
        }
        self.shots();
        self.declarations();
    }

    fn shots(&mut self) {
        let shots = u64::from(self.request.shots);
        match self.device.shots_range {
            Some((least, most)) if !(least..=most).contains(&shots) => {
                self.report(Misfit::Shots { shots, least, most });
            }
            _ if shots == 0 && self.program.results().is_empty() => {
                self.report(Misfit::NothingAskedFor);
            }
            _ => {}
        }
    }

    fn declarations(&mut self) {
        let program = self.program;
        let count = program.qubit_registers().len();
        if let Some(most) = self.action.maximum_qubit_arrays.filter(|most| count > *most) {
            self.report(Misfit::QubitRegisters { count, most });
        }
        let count = program.bit_registers().iter().filter(|one| one.name.is_some()).count();
        if let Some(most) = self.action.maximum_classical_arrays.filter(|most| count > *most) {
            self.report(Misfit::BitRegisters { count, most });
        }
        let count = program.outputs().len();
        if let Some(most) = self.action.maximum_outputs.filter(|most| count > *most) {
            self.report(Misfit::Outputs { count, most });
        }
    }

    fn pragmas(&mut self) {
        for name in self.analysis.noise_counts.keys() {
            self.pragma(&format!("noise_{name}"));
        }
        if self.analysis.delays > 0 && !self.has_operation("delay") {
            self.report(Misfit::Delay);
        }
    }

    /// `pragma` is its name after `braket_`.
    fn pragma(&mut self, pragma: &str) {
        let name = format!("braket_{pragma}");
        let is_known = self.action.supported_pragmas.contains(&name);
        if !is_known || self.action.forbidden_pragmas.contains(&name) {
            self.report(Misfit::Pragma { pragma: pragma.to_owned() });
        }
    }

    fn has_operation(&self, name: &str) -> bool {
        self.action.supported_operations.iter().any(|operation| operation == name)
    }

    fn has_verbatim_box(&self) -> bool {
        let is_begin = |instruction: &Instruction| {
            matches!(instruction, Instruction::BeginBox { verbatim: true })
        };
        self.program.instructions().iter().any(is_begin)
    }
}
