//! Is a circuit a Clifford circuit, and what does it do step by step?

use quantum_kernels::tableau::{OneQubit, Pauli, PauliChannel, Steps, Tableau, TwoQubit};
use quantum_program::{Circuit, Complex, Instruction, Matrix, NoMemory, Program};

use crate::channel::{Channel, Channels};
use crate::machine::Control;
use crate::results::Group;
use crate::schedule::{Fate, Schedule};

/// What a Clifford gate does to a tableau.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// A global phase at most.
    Nothing,
    One(OneQubit, usize),
    /// The first qubit is the high bit of the matrix's row number.
    Two(TwoQubit, [usize; 2]),
}

/// The action of a gate on positions; `None` if it is no Clifford gate.
pub(crate) fn action(matrix: &Matrix, controls: &[Control], targets: &[usize]) -> Option<Action> {
    match (matrix, controls, targets) {
        (Matrix::Scalar(_), [], _) => Some(Action::Nothing),
        (Matrix::Scalar(phase), [control], _) => {
            let on_one =
                [quantum_program::ONE, quantum_program::ZERO, quantum_program::ZERO, *phase];
            one(&turned(on_one, control.value), control.position)
        }
        (Matrix::Scalar(phase), [first, second], _) => {
            let entries =
                [quantum_program::ONE, quantum_program::ZERO, quantum_program::ZERO, *phase];
            controlled(&turned(entries, second.value), first, second.position)
        }
        (Matrix::One(entries), [], [target]) => one(entries, *target),
        (Matrix::One(entries), [control], [target]) => controlled(entries, control, *target),
        (Matrix::Two(entries), [], [high, low]) => two(entries, [*high, *low]),
        _ => None,
    }
}

/// A diagonal that acts on the other value of its qubit.
fn turned([a, b, c, d]: [Complex; 4], on_one: bool) -> [Complex; 4] {
    if on_one { [a, b, c, d] } else { [d, b, c, a] }
}

fn one(entries: &[Complex; 4], target: usize) -> Option<Action> {
    let gate = OneQubit::of_matrix(&entries.map(|entry| [entry.re, entry.im]))?;
    Some(Action::One(gate, target))
}

fn controlled(entries: &[Complex; 4], control: &Control, target: usize) -> Option<Action> {
    let mut all = [quantum_program::ZERO; 16];
    let (acting, resting) = if control.value { (2, 0) } else { (0, 2) };
    for (at, entry) in entries.iter().enumerate() {
        all[(acting + at / 2) * 4 + acting + at % 2] = *entry;
    }
    all[resting * 5] = quantum_program::ONE;
    all[(resting + 1) * 5] = quantum_program::ONE;
    two(&all, [control.position, target])
}

fn two(entries: &[Complex; 16], targets: [usize; 2]) -> Option<Action> {
    let gate = TwoQubit::of_matrix(&entries.map(|entry| [entry.re, entry.im]))?;
    Some(Action::Two(gate, targets))
}

/// Whether all that the schedule keeps are Clifford gates, measurements, resets and Pauli noise.
pub(crate) fn is_clifford(circuit: &Circuit, schedule: &Schedule, channels: &Channels) -> bool {
    let program = circuit.program();
    let mut seen = Seen::default();
    program.instructions().iter().enumerate().all(|(at, instruction)| {
        schedule.fate(at) == Fate::Dropped
            || match instruction {
                Instruction::Gate(gate) => seen.is_clifford(circuit, schedule, gate),
                Instruction::Unitary { .. } => unitary(program, schedule, instruction).is_some(),
                Instruction::Noise(_) => channels[&at].paulis().is_some(),
                _ => true,
            }
    })
}

/// The last gate without parameters that was looked at: mostly the next is the same.
#[derive(Default)]
struct Seen {
    known: Vec<(quantum_program::Base, usize)>,
}

impl Seen {
    fn is_clifford(
        &mut self,
        circuit: &Circuit,
        schedule: &Schedule,
        gate: &quantum_program::Gate,
    ) -> bool {
        let program = circuit.program();
        let is_plain = program.parameters(gate).is_empty() && program.powers(gate).is_empty();
        let kind = (gate.base, gate.controls());
        if is_plain && self.known.contains(&kind) {
            return true;
        }
        let Some(action) = gate_action(circuit, schedule, gate) else {
            return false;
        };
        if is_plain && !matches!(action, Action::Nothing) {
            self.known.push(kind);
        }
        true
    }
}

fn gate_action(
    circuit: &Circuit,
    schedule: &Schedule,
    gate: &quantum_program::Gate,
) -> Option<Action> {
    let program = circuit.program();
    let operands = program.operands(gate);
    if operands.len() > 2 {
        return None;
    }
    let is_settled = |parameter| circuit.settled(parameter).is_some();
    if !program.parameters(gate).iter().copied().all(is_settled) {
        return None;
    }
    let matrix = circuit.matrix(gate, &NoMemory).ok()?;
    let mut controls = [Control { position: 0, value: true }; 2];
    let mut targets = [0; 2];
    let count = gate.controls();
    for (index, wire) in operands.iter().enumerate() {
        let position = schedule.position(wire.qubit())?;
        if index < count {
            controls[index] = Control { position, value: wire.is_on_one() };
        } else {
            targets[index - count] = position;
        }
    }
    action(&matrix, &controls[..count], &targets[..operands.len() - count])
}

fn unitary(program: &Program, schedule: &Schedule, instruction: &Instruction) -> Option<Action> {
    let Instruction::Unitary { matrix, targets } = instruction else {
        return None;
    };
    let mut positions = program.qubits(*targets).map(|qubit| schedule.position(qubit));
    match *program.unitary(*matrix).entries() {
        [a, b, c, d] => one(&[a, b, c, d], positions.next()??),
        ref entries => {
            let targets = [positions.next()??, positions.next()??];
            two(<&[Complex; 16]>::try_from(entries).ok()?, targets)
        }
    }
}

/// A Clifford circuit without blocks.
pub(crate) struct Stepped {
    pub(crate) steps: Steps,
    /// For each classical bit the measurement that gives it; `None` if it stays 0.
    pub(crate) bits: Vec<Option<usize>>,
    /// For each qubit asked for, the measurement of it in its basis.
    pub(crate) targets: Vec<usize>,
}

/// The steps of a Clifford circuit; `None` if it has blocks, or is to be measured in a basis that no Clifford gate leads to.
pub(crate) fn steps(
    circuit: &Circuit,
    schedule: &Schedule,
    channels: &Channels,
    targets: &[u32],
    group: &Group,
) -> Option<Stepped> {
    let program = circuit.program();
    let mut steps = Steps::new(schedule.width());
    let mut bits: Vec<Option<usize>> = vec![None; program.bit_count()];
    let mut waiting: Vec<(u32, u32)> = Vec::new();
    for (at, instruction) in program.instructions().iter().enumerate() {
        match (*instruction, schedule.fate(at)) {
            (_, Fate::Dropped) => {}
            (Instruction::Gate(gate), _) => {
                push(&mut steps, gate_action(circuit, schedule, &gate)?);
            }
            (Instruction::Unitary { .. }, _) => {
                push(&mut steps, unitary(program, schedule, instruction)?);
            }
            (Instruction::Measure { qubit, bit }, Fate::AtTheEnd) => waiting.push((qubit, bit)),
            (Instruction::Measure { qubit, bit }, _) => {
                bits[bit as usize] =
                    schedule.position(qubit).map(|position| steps.measure(position));
            }
            (Instruction::Reset { qubit }, _) => {
                if let Some(position) = schedule.position(qubit) {
                    steps.reset(position);
                }
            }
            (Instruction::Noise(noise), _) => {
                let positions: Option<Vec<usize>> =
                    program.noise_targets(&noise).map(|qubit| schedule.position(qubit)).collect();
                steps.noise(&pauli_channel(&channels[&at])?, &positions?);
            }
            (
                Instruction::Barrier(_)
                | Instruction::Delay { .. }
                | Instruction::BeginBox { .. }
                | Instruction::EndBox,
                _,
            ) => {}
            _ => return None,
        }
    }
    for turn in group.actions(&|qubit| schedule.position(qubit).unwrap_or_default())? {
        push(&mut steps, turn);
    }
    for (qubit, bit) in waiting {
        bits[bit as usize] = schedule.position(qubit).map(|position| steps.measure(position));
    }
    let targets: Option<Vec<usize>> =
        targets.iter().map(|one| Some(steps.measure(schedule.position(*one)?))).collect();
    Some(Stepped { steps, bits, targets: targets? })
}

/// Applies the gates of a Clifford circuit that has no choices.
pub(crate) fn run(circuit: &Circuit, schedule: &Schedule, tableau: &mut Tableau) {
    let program = circuit.program();
    for (at, instruction) in program.instructions().iter().enumerate() {
        let action = match (instruction, schedule.fate(at)) {
            (_, Fate::Dropped) => None,
            (Instruction::Gate(gate), _) => gate_action(circuit, schedule, gate),
            (other, _) => unitary(program, schedule, other),
        };
        match action {
            Some(Action::One(gate, target)) => tableau.apply_one(gate, target),
            Some(Action::Two(gate, targets)) => tableau.apply_two(gate, targets),
            Some(Action::Nothing) | None => {}
        }
    }
}

fn push(steps: &mut Steps, action: Action) {
    match action {
        Action::Nothing => {}
        Action::One(gate, target) => steps.one(gate, target),
        Action::Two(gate, targets) => steps.two(gate, targets),
    }
}

fn pauli_channel(channel: &Channel) -> Option<PauliChannel> {
    let shares = channel.mixture()?;
    let strikes = channel.paulis()?.iter().zip(shares).skip(1);
    match channel.qubits() {
        1 => {
            let mut probabilities = [0.0; 3];
            for ((x, z), share) in strikes {
                probabilities[match pauli(*x, *z, 0)? {
                    Pauli::X => 0,
                    Pauli::Y => 1,
                    Pauli::Z => 2,
                }] += share;
            }
            PauliChannel::of_one(probabilities)
        }
        _ => {
            let events: Vec<([Option<Pauli>; 2], f64)> = strikes
                .map(|((x, z), share)| ([pauli(*x, *z, 0), pauli(*x, *z, 1)], *share))
                .collect();
            PauliChannel::of_two(&events)
        }
    }
}

/// Which Pauli the masks have on a target.
pub(crate) fn pauli(x: u8, z: u8, target: u8) -> Option<Pauli> {
    match (x >> target & 1, z >> target & 1) {
        (1, 0) => Some(Pauli::X),
        (1, _) => Some(Pauli::Y),
        (_, 1) => Some(Pauli::Z),
        _ => None,
    }
}
