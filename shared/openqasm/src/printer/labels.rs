//! What are qubits, bits and variables called in the text?

use std::collections::{BTreeMap, BTreeSet, HashSet};

use quantum_program::{Expression, Instruction, Program, built_in};

use crate::syntax::tokens::keyword;

pub(super) struct Labels {
    pub(super) qubits: Vec<String>,
    /// For each register of bits its name; without one for those whose bits only a plain `measure` names.
    pub(super) registers: Vec<Option<String>>,
    /// For each bit its register.
    pub(super) register_of: Vec<usize>,
    /// Registers that are not part of the outcome.
    pub(super) locals: Vec<usize>,
    /// Variables that are elements of arrays: the first of each array and how many it has.
    pub(super) arrays: BTreeMap<u32, u32>,
    pub(super) variables: Vec<String>,
}

/// Names that are taken.
struct Taken(HashSet<String>);

impl Taken {
    fn take(&mut self, wanted: &str) -> String {
        let is_free = |name: &str, taken: &HashSet<String>| {
            !taken.contains(name) && keyword(name).is_none() && built_in(name).is_none()
        };
        let mut name = wanted.to_owned();
        let mut number = 1;
        while !is_free(&name, &self.0) {
            name = format!("{wanted}_{number}");
            number += 1;
        }
        self.0.insert(name.clone());
        name
    }

    /// A name that the program's writer chose, kept as it is.
    fn keep(&mut self, name: &str) -> String {
        self.0.insert(name.to_owned());
        name.to_owned()
    }
}

impl Labels {
    pub(super) fn new(program: &Program) -> Self {
        let mut taken = Taken(HashSet::new());
        for input in program.inputs() {
            taken.keep(&input.name);
        }
        let qubits = qubits(program, &mut taken);
        let mut labels = Self {
            qubits,
            registers: Vec::new(),
            register_of: Vec::new(),
            locals: Vec::new(),
            arrays: arrays(program),
            variables: Vec::new(),
        };
        labels.name_registers(program, &mut taken);
        labels.name_variables(program, &mut taken);
        labels
    }

    fn name_registers(&mut self, program: &Program, taken: &mut Taken) {
        let recorded: HashSet<u32> = program.recorded().iter().map(|one| one.bit).collect();
        for (number, register) in program.bit_registers().iter().enumerate() {
            self.register_of.extend((0..register.width).map(|_| number));
            let name = match &register.name {
                Some(name) => Some(taken.keep(name)),
                None if recorded.contains(&register.first) => None,
                None => {
                    self.locals.push(number);
                    Some(taken.take("local"))
                }
            };
            self.registers.push(name);
        }
    }

    fn name_variables(&mut self, program: &Program, taken: &mut Taken) {
        let mut array: Option<(String, u32, u32)> = None;
        for (number, variable) in (0_u32..).zip(program.variables()) {
            if let Some(count) = self.arrays.get(&number) {
                array = Some((taken.take(&variable.name), number, number + count));
            }
            let label = match &array {
                Some((name, first, end)) if number < *end => format!("{name}[{}]", number - first),
                _ => taken.take(&variable.name),
            };
            self.variables.push(label);
        }
    }

    /// The array that an element belongs to: its name, and the number of its first variable.
    pub(super) fn array_of(&self, variable: u32) -> Option<(&str, u32)> {
        let (first, count) = self.arrays.range(..=variable).next_back()?;
        let label = self.variables.get(*first as usize)?;
        let name = label.split('[').next().unwrap_or(label);
        (variable < first + count).then_some((name, *first))
    }
}

fn qubits(program: &Program, taken: &mut Taken) -> Vec<String> {
    if let Some(physical) = program.physical_qubits() {
        return physical.iter().map(|number| format!("${number}")).collect();
    }
    let mut labels = Vec::with_capacity(program.qubit_count());
    for register in program.qubit_registers() {
        let name = taken.keep(&register.name);
        labels.extend((0..register.width).map(|index| format!("{name}[{index}]")));
    }
    labels
}

/// Neighbouring variables that are read or assigned by an index; arrays that overlap are one.
fn arrays(program: &Program) -> BTreeMap<u32, u32> {
    let mut spans = BTreeSet::new();
    for expression in program.expressions() {
        if let Expression::Entry { first, length, .. } = expression {
            spans.insert((*first, first + length));
        }
    }
    for instruction in program.instructions() {
        if let Instruction::AssignEntry { first, length, .. } = instruction {
            spans.insert((*first, first + length));
        }
    }
    for output in program.outputs() {
        if let quantum_program::Output::Variables { first, count, .. } = output
            && *count > 1
        {
            spans.insert((*first, first + count));
        }
    }
    let mut merged: BTreeMap<u32, u32> = BTreeMap::new();
    let mut last: Option<(u32, u32)> = None;
    for (start, end) in spans {
        last = Some(match last {
            Some((first, until)) if start < until => (first, until.max(end)),
            _ => (start, end),
        });
        if let Some((first, until)) = last {
            merged.insert(first, until - first);
        }
    }
    merged
}
