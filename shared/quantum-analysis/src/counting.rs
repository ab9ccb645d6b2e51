//! How often does each thing stand in a program? One pass over its instructions.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use quantum_program::{
    Dependence, ExpressionId, Gate, Instruction, Noise, Operands, Parameter, Program,
};

use crate::analysis::{Analysis, Noisiness};
use crate::chance::Chance;
use crate::classes::{GateClass, class_of, class_of_unitary};
use crate::depth::{Level, Levels};
use crate::knowledge::Knowledge;
use crate::names::{needs_amplitudes, result_name};

pub(crate) fn count(knowledge: Knowledge<'_>) -> Analysis {
    let mut counting = Counting::new(knowledge);
    counting.run();
    counting.finish()
}

struct Counting<'a> {
    knowledge: Knowledge<'a>,
    program: &'a Program,
    levels: Levels<'a>,
    touched: Vec<bool>,
    measured: Vec<bool>,
    blocks: Vec<Block>,
    by_name: HashMap<&'a str, usize>,
    by_width: [usize; 3],
    by_class: [usize; 4],
    noise_counts: BTreeMap<String, usize>,
    noise: Noisiness,
    measurements: usize,
    resets: usize,
    barriers: usize,
    delays: usize,
    acts_on_measured: bool,
    chance: Chance,
    has_feedback: bool,
    has_classical_steps: bool,
    has_run_time_blocks: bool,
    /// Classes of gates without angles, by base and controls.
    known_gates: HashMap<(u8, usize), GateClass>,
    /// Classes of written-out matrices, which loops repeat.
    known_matrices: HashMap<usize, GateClass>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    /// Known to run.
    Settled,
    /// A run decides.
    If,
    /// A run decides how often.
    While,
}

impl<'a> Counting<'a> {
    fn new(knowledge: Knowledge<'a>) -> Self {
        let program = knowledge.program();
        Self {
            knowledge,
            program,
            levels: Levels::new(program),
            touched: vec![false; program.qubit_count()],
            measured: vec![false; program.qubit_count()],
            blocks: Vec::new(),
            by_name: HashMap::new(),
            by_width: [0; 3],
            by_class: [0; 4],
            noise_counts: BTreeMap::new(),
            noise: Noisiness::None,
            measurements: 0,
            resets: 0,
            barriers: 0,
            delays: 0,
            acts_on_measured: false,
            chance: Chance::new(program),
            has_feedback: false,
            has_classical_steps: false,
            has_run_time_blocks: false,
            known_gates: HashMap::new(),
            known_matrices: HashMap::new(),
        }
    }

    fn run(&mut self) {
        let instructions = self.program.instructions();
        let mut at = 0;
        while let Some(instruction) = instructions.get(at) {
            at = match *instruction {
                Instruction::If { condition, otherwise } => self.begin_if(at, condition, otherwise),
                Instruction::Else { end } if self.blocks.last() == Some(&Block::Settled) => {
                    end as usize
                }
                Instruction::While { condition, end } => self.begin_while(at, condition, end),
                Instruction::EndIf | Instruction::EndWhile { .. } => {
                    self.end_block();
                    at + 1
                }
                Instruction::End if self.is_certain() => return,
                _ => {
                    self.add(instruction);
                    at + 1
                }
            };
        }
    }

    /// The number of the instruction to go on with.
    fn begin_if(&mut self, at: usize, condition: ExpressionId, otherwise: u32) -> usize {
        let otherwise = otherwise as usize;
        match self.knowledge.truth(condition) {
            Some(true) => self.blocks.push(Block::Settled),
            Some(false) => {
                let has_else = matches!(
                    self.program.instructions().get(otherwise),
                    Some(Instruction::Else { .. })
                );
                if has_else {
                    self.blocks.push(Block::Settled);
                }
                return otherwise + 1;
            }
            None => self.begin_open(Block::If, condition),
        }
        at + 1
    }

    fn begin_while(&mut self, at: usize, condition: ExpressionId, end: u32) -> usize {
        if self.knowledge.truth(condition) == Some(false) {
            return end as usize + 1;
        }
        self.begin_open(Block::While, condition);
        at + 1
    }

    fn begin_open(&mut self, block: Block, condition: ExpressionId) {
        self.has_run_time_blocks = true;
        if self.program.dependence(condition) == Dependence::Run {
            self.has_feedback = true;
            self.chance.decides();
        }
        self.levels.begin_block(condition);
        self.blocks.push(block);
    }

    fn end_block(&mut self) {
        if self.blocks.pop().is_some_and(|block| block != Block::Settled) {
            self.levels.end_block();
        }
    }

    /// Whether what stands here runs in any case.
    fn is_certain(&self) -> bool {
        self.blocks.iter().all(|block| *block == Block::Settled)
    }

    fn add(&mut self, instruction: &'a Instruction) {
        match *instruction {
            Instruction::Gate(ref gate) => self.gate(gate),
            Instruction::Unitary { matrix, targets } => self.unitary(matrix, targets),
            Instruction::Noise(ref noise) => self.noise(noise),
            Instruction::Measure { qubit, bit } => self.measure(qubit, bit),
            Instruction::Reset { qubit } => self.reset(qubit),
            Instruction::Barrier(operands) => {
                self.barriers += 1;
                self.levels.barrier(self.program.qubits(operands));
            }
            Instruction::Delay { .. } => self.delays += 1,
            Instruction::Assign { variable, value } => {
                self.calculates();
                self.levels.assign(variable, value);
            }
            Instruction::AssignEntry { index, value, .. } => {
                self.calculates();
                self.levels.assign_entry(index, value);
            }
            Instruction::AssignBit { bit, value } => {
                self.calculates();
                self.levels.assign_bit(bit, value);
            }
            Instruction::BeginBox { .. }
            | Instruction::EndBox
            | Instruction::If { .. }
            | Instruction::Else { .. }
            | Instruction::EndIf
            | Instruction::While { .. }
            | Instruction::EndWhile { .. }
            | Instruction::Break { .. }
            | Instruction::Continue { .. }
            | Instruction::End => {}
        }
    }

    fn calculates(&mut self) {
        self.has_classical_steps = true;
        self.chance.decides();
    }

    fn gate(&mut self, gate: &'a Gate) {
        let qubits = self.program.operands(gate).iter().map(|wire| wire.qubit());
        if qubits.len() == 0 {
            return;
        }
        let class = self.class(gate);
        self.tally(self.program.gate_name(gate), qubits.len(), class);
        let known = self.known(self.program.parameters(gate));
        self.act(qubits.clone());
        self.levels.step(qubits, known);
    }

    fn unitary(&mut self, matrix: u32, targets: Operands) {
        let unitary = self.program.unitary(matrix);
        let key = Arc::as_ptr(unitary) as usize;
        let class = *self.known_matrices.entry(key).or_insert_with(|| class_of_unitary(unitary));
        let qubits = self.program.qubits(targets);
        self.tally("unitary", qubits.len(), class);
        self.act(qubits.clone());
        self.levels.step(qubits, Level::default());
    }

    fn tally(&mut self, name: &'a str, qubits: usize, class: GateClass) {
        *self.by_name.entry(name).or_default() += 1;
        self.by_width[qubits.clamp(1, 3) - 1] += 1;
        self.by_class[class as usize] += 1;
        self.chance.gate();
    }

    fn class(&mut self, gate: &Gate) -> GateClass {
        let fresh = |knowledge: Knowledge<'_>| match knowledge.matrix(gate) {
            Some(matrix) => class_of(&matrix, gate.controls()),
            None => GateClass::Undetermined,
        };
        let is_plain =
            self.program.parameters(gate).is_empty() && self.program.powers(gate).is_empty();
        if !is_plain {
            return fresh(self.knowledge);
        }
        let knowledge = self.knowledge;
        let key = (gate.base as u8, gate.controls());
        *self.known_gates.entry(key).or_insert_with(|| fresh(knowledge))
    }

    /// When the angles are known; a run may have to tell them.
    fn known(&mut self, parameters: &[Parameter]) -> Level {
        let mut level = Level::default();
        for parameter in parameters {
            let Parameter::Expression(id) = *parameter else { continue };
            if self.program.dependence(id) == Dependence::Run {
                self.has_feedback = true;
                self.chance.decides();
                level = level.or(self.levels.known(id));
            }
        }
        level
    }

    fn noise(&mut self, noise: &Noise) {
        *self.noise_counts.entry(noise.kind.name().to_owned()).or_default() += 1;
        let is_pauli = noise.kind.pauli_mixture(&[0.0; 3]).is_some();
        let kind = if is_pauli { Noisiness::Pauli } else { Noisiness::General };
        self.noise = self.noise.max(kind);
        self.act(self.program.noise_targets(noise));
        self.chance.noise(self.program, noise);
    }

    fn measure(&mut self, qubit: u32, bit: u32) {
        self.measurements += 1;
        // the next pass of the loop comes after it
        let is_repeated = self.blocks.contains(&Block::While);
        self.acts_on_measured |= is_repeated;
        self.chance.measure(qubit, is_repeated);
        self.measured[qubit as usize] = true;
        self.levels.measure(qubit, bit);
    }

    fn reset(&mut self, qubit: u32) {
        self.resets += 1;
        if self.touched[qubit as usize] {
            self.acts_on_measured = true;
            self.chance.reset(self.blocks.contains(&Block::While));
        }
        self.act(std::iter::once(qubit));
        self.levels.step(std::iter::once(qubit), Level::default());
    }

    fn act(&mut self, qubits: impl Iterator<Item = u32>) {
        for qubit in qubits {
            self.acts_on_measured |= self.measured[qubit as usize];
            self.chance.act(qubit);
            self.touched[qubit as usize] = true;
        }
    }

    fn finish(self) -> Analysis {
        let [one_qubit_gates, two_qubit_gates, multi_qubit_gates] = self.by_width;
        let class = |class: GateClass| self.by_class[class as usize];
        let deepest = self.levels.deepest();
        let program = self.program;
        let open_inputs = match self.knowledge {
            Knowledge::Program(program) => program.inputs().len(),
            Knowledge::Circuit(_) => 0,
        };
        Analysis {
            qubits: program.qubit_count(),
            active_qubits: self.touched.iter().filter(|touched| **touched).count(),
            measured_qubits: measured_qubits(program),
            depth: deepest.all,
            two_qubit_depth: deepest.wide,
            gates: one_qubit_gates + two_qubit_gates + multi_qubit_gates,
            one_qubit_gates,
            two_qubit_gates,
            multi_qubit_gates,
            clifford_gates: class(GateClass::Clifford),
            t_gates: class(GateClass::T),
            other_gates: class(GateClass::Other),
            undetermined_gates: class(GateClass::Undetermined),
            gate_counts: self
                .by_name
                .into_iter()
                .map(|(name, count)| (name.to_owned(), count))
                .collect(),
            measurements: self.measurements,
            resets: self.resets,
            barriers: self.barriers,
            delays: self.delays,
            noise_counts: self.noise_counts,
            noise: self.noise,
            result_types: program.results().iter().map(|one| result_name(one).to_owned()).collect(),
            uses_mid_circuit_measurement: self.acts_on_measured || self.has_feedback,
            has_feedback: self.has_feedback,
            has_classical_steps: self.has_classical_steps,
            has_run_time_blocks: self.has_run_time_blocks,
            needs_amplitudes: program.results().iter().any(needs_amplitudes),
            ways: self.chance.ways,
            noise_ways: self.chance.noise_ways,
            shared_gates: self.chance.shared_gates(),
            open_inputs,
        }
    }
}

fn measured_qubits(program: &Program) -> usize {
    let mut qubits: Vec<u32> = program.recorded().iter().map(|one| one.qubit).collect();
    qubits.sort_unstable();
    qubits.dedup();
    if qubits.is_empty() { program.qubit_count() } else { qubits.len() }
}
