//! Which instructions have a say in the answer, on which positions, and which measurements may wait to the end?

use quantum_program::{Circuit, Expression, Instruction, Program};

/// What becomes of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nothing that is asked for depends on it.
    Dropped,
    Run,
    /// A measurement whose qubit nothing acts on later, and whose bit nothing reads before the end.
    AtTheEnd,
}

#[derive(Debug)]
pub(crate) struct Schedule {
    fates: Vec<Fate>,
    positions: Vec<Option<usize>>,
    width: usize,
    /// The first instruction where chance decides before the end.
    first_choice: Option<usize>,
    has_noise: bool,
}

impl Schedule {
    /// `all_matter`: the whole state is asked for, not only what is measured.
    pub(crate) fn new(circuit: &Circuit, all_matter: bool) -> Self {
        let program = circuit.program();
        let mut fates = vec![Fate::Run; program.instructions().len()];
        drop_first_resets(program, &mut fates);
        if program.has_feedback() {
            postpone(program, &mut fates);
        } else {
            look_back(program, &mut fates, all_matter);
        }
        let acted_on = acted_on(program, &fates);
        let positions = positions(&acted_on, all_matter);
        let runs = |at: usize| fates[at] == Fate::Run;
        let numbered = || program.instructions().iter().enumerate().filter(|(at, _)| runs(*at));
        let is_choice = |instruction: &Instruction| {
            matches!(
                instruction,
                Instruction::Measure { .. } | Instruction::Reset { .. } | Instruction::Noise(_)
            )
        };
        let first_choice =
            numbered().find(|(_, instruction)| is_choice(instruction)).map(|(at, _)| at);
        let has_noise = numbered().any(|(_, one)| matches!(one, Instruction::Noise(_)));
        let width = positions.iter().flatten().count();
        Self { fates, positions, width, first_choice, has_noise }
    }

    pub(crate) fn fate(&self, instruction: usize) -> Fate {
        self.fates[instruction]
    }

    /// The bit of the state's index that a qubit is; `None` if nothing acts on it, so that it stays 0.
    pub(crate) fn position(&self, qubit: u32) -> Option<usize> {
        self.positions[qubit as usize]
    }

    /// Qubits of the state.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Whether chance decides something before the end.
    pub(crate) fn has_choices(&self) -> bool {
        self.first_choice.is_some()
    }

    pub(crate) fn has_noise(&self) -> bool {
        self.has_noise
    }

    /// Whether what is measured is acted on again, or a used qubit is reset.
    pub(crate) fn collapses(&self, program: &Program) -> bool {
        let collapses = |(at, instruction): (usize, &Instruction)| {
            self.fates[at] == Fate::Run
                && matches!(instruction, Instruction::Measure { .. } | Instruction::Reset { .. })
        };
        program.instructions().iter().enumerate().any(collapses)
    }

    /// Passes over the state until chance decides, and after that.
    pub(crate) fn passes(&self) -> (u64, u64) {
        let kept = |fates: &[Fate]| fates.iter().filter(|fate| **fate == Fate::Run).count() as u64;
        let common = self.first_choice.unwrap_or(self.fates.len());
        (kept(&self.fates[..common]), kept(&self.fates[common..]))
    }
}

/// What nothing has acted on is 0 already.
fn drop_first_resets(program: &Program, fates: &mut [Fate]) {
    let mut touched = vec![false; program.qubit_count()];
    for (at, instruction) in program.instructions().iter().enumerate() {
        match instruction {
            Instruction::While { .. } => return,
            Instruction::Reset { qubit } if !touched[*qubit as usize] => fates[at] = Fate::Dropped,
            Instruction::Measure { .. } => {}
            _ => for_each_qubit(program, instruction, |qubit| touched[qubit] = true),
        }
    }
}

/// Goes through straight-line code backwards: what nothing measured depends on is dropped.
fn look_back(program: &Program, fates: &mut [Fate], all_matter: bool) {
    let mut live = vec![all_matter; program.qubit_count()];
    let mut acted_on_later = vec![false; program.qubit_count()];
    let mut overwritten = vec![false; program.bit_count()];
    for (at, instruction) in program.instructions().iter().enumerate().rev() {
        let fate = &mut fates[at];
        match instruction {
            _ if *fate == Fate::Dropped => {}
            // a phase of everything
            Instruction::Gate(gate) if program.operands(gate).is_empty() && all_matter => {}
            Instruction::Measure { qubit, bit } => {
                let (qubit, bit) = (*qubit as usize, *bit as usize);
                let is_seen = !std::mem::replace(&mut overwritten[bit], true);
                *fate = match (acted_on_later[qubit], is_seen) {
                    (false, true) => Fate::AtTheEnd,
                    (false, false) => Fate::Dropped,
                    (true, _) if is_seen || live[qubit] => Fate::Run,
                    (true, _) => Fate::Dropped,
                };
                live[qubit] |= is_seen;
            }
            Instruction::Reset { qubit } => {
                let qubit = *qubit as usize;
                if !live[qubit] {
                    *fate = Fate::Dropped;
                    continue;
                }
                live[qubit] = all_matter;
                acted_on_later[qubit] = true;
            }
            _ => {
                let mut any = false;
                for_each_qubit(program, instruction, |qubit| any |= live[qubit]);
                if !any {
                    *fate = Fate::Dropped;
                    continue;
                }
                for_each_qubit(program, instruction, |qubit| {
                    live[qubit] = true;
                    acted_on_later[qubit] = true;
                });
            }
        }
    }
}

/// In code with blocks only measurements are looked at: those outside all blocks that nothing follows.
fn postpone(program: &Program, fates: &mut [Fate]) {
    let mut acted_on_later = vec![false; program.qubit_count()];
    let used = bits_used(program);
    let mut depth = 0_usize;
    for (at, instruction) in program.instructions().iter().enumerate().rev() {
        match instruction {
            Instruction::EndIf | Instruction::EndWhile { .. } => depth += 1,
            Instruction::If { .. } | Instruction::While { .. } => depth -= 1,
            Instruction::Measure { qubit, bit } => {
                let waits = depth == 0 && !acted_on_later[*qubit as usize] && !used[*bit as usize];
                if waits {
                    fates[at] = Fate::AtTheEnd;
                } else {
                    acted_on_later[*qubit as usize] = true;
                }
            }
            _ => for_each_qubit(program, instruction, |qubit| acted_on_later[qubit] = true),
        }
    }
}

/// Bits that a run reads, or writes otherwise than by one measurement.
fn bits_used(program: &Program) -> Vec<bool> {
    let mut used = vec![false; program.bit_count()];
    for expression in program.expressions() {
        match *expression {
            Expression::Bit(bit) => used[bit as usize] = true,
            Expression::Bits { first, width } => {
                used[first as usize..][..usize::from(width)].fill(true);
            }
            _ => {}
        }
    }
    let mut measured = vec![false; program.bit_count()];
    for instruction in program.instructions() {
        match instruction {
            Instruction::AssignBit { bit, .. } => used[*bit as usize] = true,
            Instruction::Measure { bit, .. } => {
                let bit = *bit as usize;
                used[bit] |= std::mem::replace(&mut measured[bit], true);
            }
            _ => {}
        }
    }
    used
}

/// Where the state is asked for, all qubits are in it, the first one as the highest bit of the index.
fn positions(acted_on: &[bool], all_matter: bool) -> Vec<Option<usize>> {
    if all_matter {
        return (0..acted_on.len()).rev().map(Some).collect();
    }
    let mut next = 0..;
    acted_on.iter().map(|acted_on| if *acted_on { next.next() } else { None }).collect()
}

fn acted_on(program: &Program, fates: &[Fate]) -> Vec<bool> {
    let mut acted_on = vec![false; program.qubit_count()];
    for (instruction, fate) in program.instructions().iter().zip(fates) {
        if *fate == Fate::Run && !matches!(instruction, Instruction::Measure { .. }) {
            // what is only measured stays 0
            for_each_qubit(program, instruction, |qubit| acted_on[qubit] = true);
        }
    }
    acted_on
}

/// The qubits whose state an instruction changes.
fn for_each_qubit(program: &Program, instruction: &Instruction, mut act: impl FnMut(usize)) {
    match instruction {
        Instruction::Gate(gate) => {
            program.operands(gate).iter().for_each(|wire| act(wire.qubit() as usize));
        }
        Instruction::Unitary { targets, .. } => {
            program.qubits(*targets).for_each(|qubit| act(qubit as usize));
        }
        Instruction::Noise(noise) => {
            program.noise_targets(noise).for_each(|qubit| act(qubit as usize));
        }
        Instruction::Measure { qubit, .. } | Instruction::Reset { qubit } => act(*qubit as usize),
        _ => {}
    }
}
