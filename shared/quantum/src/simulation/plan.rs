//! Which steps have a say in the outcome, on which qubits, and from where on does chance decide?

use crate::program::{Body, Gate, Step, Wire};

/// A step on the qubits of the state; positions are bits of the state's index.
pub(super) enum Action {
    /// Its operands are those of the plan.
    Gate(Gate),
    /// A measurement of a qubit that something acts on later.
    Collapse {
        position: usize,
        bit: Option<u32>,
    },
    Reset {
        position: usize,
    },
}

pub(super) struct Plan {
    actions: Vec<Action>,
    /// The operands of all gates, as positions.
    operands: Vec<Wire>,
    first_collapse: usize,
    qubits: usize,
    /// For each bit read from the final state, its position there; `None` if nothing acted on the qubit.
    finals: Vec<(usize, Option<usize>)>,
}

/// What is learnt of each qubit going backwards.
struct Backwards {
    /// Something that is measured depends on it from here on.
    live: Vec<bool>,
    acted_on_later: Vec<bool>,
}

impl Plan {
    pub(super) fn new(body: &Body) -> Self {
        let mut backwards = Backwards {
            live: vec![false; body.qubits.len()],
            acted_on_later: vec![false; body.qubits.len()],
        };
        let mut kept: Vec<Step> = Vec::new();
        let mut finals: Vec<(usize, u32)> = Vec::new();
        for step in body.steps.iter().rev() {
            backwards.keep(body, *step, &mut kept, &mut finals);
        }
        let positions = positions(&backwards.acted_on_later);
        let mut operands = Vec::new();
        let actions: Vec<Action> = kept
            .iter()
            .rev()
            .filter_map(|step| action(body, step, &positions, &mut operands))
            .collect();
        let collapse = actions.iter().position(|action| !matches!(action, Action::Gate(_)));
        Self {
            first_collapse: collapse.unwrap_or(actions.len()),
            qubits: positions.iter().flatten().count(),
            finals: finals
                .into_iter()
                .map(|(bit, qubit)| (bit, positions[qubit as usize]))
                .collect(),
            actions,
            operands,
        }
    }

    pub(super) fn operands(&self, gate: &Gate) -> &[Wire] {
        let first = gate.first_operand as usize;
        &self.operands[first..first + gate.operand_count()]
    }

    /// Qubits of the state: those acted on.
    pub(super) fn qubits(&self) -> usize {
        self.qubits
    }

    pub(super) fn collapses(&self) -> bool {
        self.first_collapse < self.actions.len()
    }

    pub(super) fn before_collapse(&self) -> &[Action] {
        &self.actions[..self.first_collapse]
    }

    pub(super) fn since_collapse(&self) -> &[Action] {
        &self.actions[self.first_collapse..]
    }

    /// Amplitudes passed over in a run.
    pub(super) fn work(&self, shots: u32) -> u64 {
        let once = self.first_collapse as u64 + 1;
        let each_shot = match self.collapses() {
            true => self.since_collapse().len() as u64 + 1,
            false => 0,
        };
        let passes = once.saturating_add(each_shot.saturating_mul(u64::from(shots)));
        let amplitudes = 1_u64.checked_shl(self.qubits as u32).unwrap_or(u64::MAX);
        passes.saturating_mul(amplitudes)
    }

    /// Calls `set` for each outcome bit that the final state decides.
    pub(super) fn record(&self, index: usize, mut set: impl FnMut(usize, bool)) {
        for (bit, position) in &self.finals {
            set(*bit, position.is_some_and(|position| index >> position & 1 == 1));
        }
    }

    /// The positions in the state that outcomes show, each once.
    pub(super) fn shown(&self) -> usize {
        self.finals
            .iter()
            .filter_map(|(_, position)| *position)
            .fold(0, |mask, position| mask | 1 << position)
    }
}

impl Backwards {
    fn keep(
        &mut self,
        body: &Body,
        step: Step,
        kept: &mut Vec<Step>,
        finals: &mut Vec<(usize, u32)>,
    ) {
        match step {
            Step::Gate(gate) => {
                let qubits = body.operands(&gate).iter().map(|wire| wire.qubit() as usize);
                if !qubits.clone().any(|qubit| self.live[qubit]) {
                    return;
                }
                for qubit in qubits {
                    self.live[qubit] = true;
                    self.acted_on_later[qubit] = true;
                }
            }
            Step::Reset { qubit } => {
                let qubit = qubit as usize;
                if !self.live[qubit] {
                    return;
                }
                self.live[qubit] = false;
                self.acted_on_later[qubit] = true;
            }
            Step::Measure { qubit, bit } => {
                let (at, live) = (qubit as usize, self.live[qubit as usize]);
                self.live[at] = live || bit.is_some();
                if !self.acted_on_later[at] {
                    finals.extend(bit.map(|bit| (bit as usize, qubit)));
                    return;
                }
                if bit.is_none() && !live {
                    return;
                }
            }
            Step::Barrier { .. } => return,
        }
        kept.push(step);
    }
}

fn positions(acted_on: &[bool]) -> Vec<Option<usize>> {
    let mut next = 0..;
    acted_on.iter().map(|acted_on| if *acted_on { next.next() } else { None }).collect()
}

fn action(
    body: &Body,
    step: &Step,
    positions: &[Option<usize>],
    operands: &mut Vec<Wire>,
) -> Option<Action> {
    let position = |qubit: u32| positions[qubit as usize];
    match *step {
        Step::Gate(gate) => {
            let first_operand = u32::try_from(operands.len()).ok()?;
            for wire in body.operands(&gate) {
                let position = u32::try_from(position(wire.qubit())?).ok()?;
                operands.push(Wire::new(position).control(wire.is_on_one()));
            }
            Some(Action::Gate(Gate { first_operand, ..gate }))
        }
        Step::Reset { qubit } => Some(Action::Reset { position: position(qubit)? }),
        Step::Measure { qubit, bit } => Some(Action::Collapse { position: position(qubit)?, bit }),
        Step::Barrier { .. } => None,
    }
}
