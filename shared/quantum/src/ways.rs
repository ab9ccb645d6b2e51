//! Which ways does a program go, where chance decides, and what does it give on each of them?
//!
//! A way is run once for all the shots that go it: at a measurement, a reset or a channel the shots part, each drawing for
//! itself, and the state is copied for those that part from the others. Where memory does not allow a copy, a way is run
//! again from the first parting on, with the choices it has made.

use quantum_kernels::random::Random;
use quantum_program::{Circuit, Instruction, Parameter};

use crate::channel::Channels;
use crate::limits::{MAX_EXACT_WAYS, MAX_INSTRUCTIONS_RUN};
use crate::machine::{Control, Machine};
use crate::memory::Values;
use crate::progress::Meter;
use crate::run::SimulationError;
use crate::schedule::{Fate, Schedule};

/// A way less likely than this is rounding.
const NEGLIGIBLE: f64 = 1e-14;

/// Who goes a way.
#[derive(Debug, Clone)]
pub(crate) enum Goers {
    /// Numbers of shots.
    Shots(Vec<u32>),
    /// The probability, where every way is followed.
    Share(f64),
}

/// A way that has come to its end.
pub(crate) struct Arrived<'w, M> {
    pub(crate) goers: &'w Goers,
    pub(crate) values: &'w Values,
    /// Bits that are still to be measured, and from which position; `None` where that is 0 for certain.
    pub(crate) pending: &'w [(u32, Option<usize>)],
    pub(crate) machine: &'w mut M,
    pub(crate) random: &'w mut Random,
}

/// What the ways of a run have in common.
pub(crate) struct Ways<'a> {
    pub(crate) circuit: &'a Circuit,
    pub(crate) schedule: &'a Schedule,
    pub(crate) channels: &'a Channels,
    /// States that may be kept besides the one that runs and the one to begin again from.
    pub(crate) spare_states: usize,
}

struct Way<M> {
    at: usize,
    goers: Goers,
    values: Values,
    pending: Vec<(u32, Option<usize>)>,
    choices: Vec<u8>,
    /// How many of the choices are still to be made again.
    replayed: usize,
    /// `None` where it is to begin again.
    machine: Option<M>,
    instructions: u64,
}

/// Where the first choice is made: what all ways share.
struct Beginning<M> {
    at: usize,
    values: Values,
    pending: Vec<(u32, Option<usize>)>,
    machine: M,
    instructions: u64,
}

enum Stop {
    Choice(Vec<f64>),
    End,
}

impl Ways<'_> {
    /// Runs the program on all its ways and calls `arrive` at the end of each.
    pub(crate) fn follow<M: Machine>(
        &self,
        machine: M,
        goers: Goers,
        random: &mut Random,
        meter: &mut Meter<'_>,
        mut arrive: impl FnMut(Arrived<'_, M>, &mut Meter<'_>) -> Result<(), SimulationError>,
    ) -> Result<(), SimulationError> {
        let mut waiting = vec![Way {
            at: 0,
            goers,
            values: Values::initial(self.circuit),
            pending: Vec::new(),
            choices: Vec::new(),
            replayed: 0,
            machine: Some(machine),
            instructions: 0,
        }];
        let mut beginning: Option<Beginning<M>> = None;
        let (mut spare, mut arrived) = (self.spare_states, 0);
        'ways: while let Some(mut way) = waiting.pop() {
            match &way.machine {
                Some(_) if !way.choices.is_empty() => spare += 1,
                Some(_) => {}
                None => begin_again(&mut way, &beginning)?,
            }
            while let Stop::Choice(probabilities) = self.go(&mut way, meter)? {
                if beginning.is_none() {
                    beginning = Some(self.begin(&mut way)?);
                }
                let mut parts = part(&way, &probabilities, random);
                let Some((choice, goers)) = parts.pop() else {
                    // nobody goes any further
                    continue 'ways;
                };
                for (choice, goers) in parts {
                    let keeps = spare > 0;
                    spare -= usize::from(keeps);
                    waiting.push(self.fork(&way, choice, goers, keeps)?);
                }
                if way.replayed == 0 {
                    way.goers = goers;
                    way.choices.push(choice);
                } else {
                    way.replayed -= 1;
                }
                self.choose(&mut way, choice)?;
            }
            arrived += 1;
            if arrived > MAX_EXACT_WAYS && matches!(way.goers, Goers::Share(_)) {
                return Err(SimulationError::TooManyWays);
            }
            if let Way { goers, values, pending, machine: Some(machine), .. } = &mut way {
                arrive(Arrived { goers, values, pending, machine, random }, meter)?;
            }
        }
        Ok(())
    }

    fn begin<M: Machine>(&self, way: &mut Way<M>) -> Result<Beginning<M>, SimulationError> {
        let machine = match &way.machine {
            Some(machine) => machine.copy()?,
            None => return Err(SimulationError::Cancelled),
        };
        Ok(Beginning {
            at: way.at,
            values: way.values.clone(),
            pending: way.pending.clone(),
            machine,
            instructions: way.instructions,
        })
    }

    /// Another way from here on, which has made its choice when it is gone.
    fn fork<M: Machine>(
        &self,
        way: &Way<M>,
        choice: u8,
        goers: Goers,
        keeps: bool,
    ) -> Result<Way<M>, SimulationError> {
        let mut choices = way.choices.clone();
        choices.push(choice);
        let machine = match &way.machine {
            Some(machine) if keeps => Some(machine.copy()?),
            _ => None,
        };
        let mut fork = Way {
            at: way.at,
            goers,
            values: way.values.clone(),
            pending: way.pending.clone(),
            replayed: choices.len(),
            choices,
            machine,
            instructions: way.instructions,
        };
        if fork.machine.is_some() {
            fork.replayed = 0;
            self.choose(&mut fork, choice)?;
        }
        Ok(fork)
    }

    /// Runs up to where chance decides, or to the end.
    fn go<M: Machine>(
        &self,
        way: &mut Way<M>,
        meter: &mut Meter<'_>,
    ) -> Result<Stop, SimulationError> {
        let Way { at, values, pending, machine: Some(machine), instructions, .. } = way else {
            return Ok(Stop::End);
        };
        let program = self.circuit.program();
        let all = program.instructions();
        while *at < all.len() {
            *instructions += 1;
            if *instructions > MAX_INSTRUCTIONS_RUN {
                return Err(SimulationError::EndlessLoop);
            }
            if self.schedule.fate(*at) == Fate::Dropped {
                *at += 1;
                continue;
            }
            let mut next = *at + 1;
            match all[*at] {
                Instruction::Gate(_) | Instruction::Unitary { .. } => {
                    self.apply(*at, values, machine)?;
                }
                Instruction::Measure { qubit, bit } => {
                    let position = self.schedule.position(qubit);
                    match (self.schedule.fate(*at), position) {
                        (Fate::AtTheEnd, position) => {
                            pending.retain(|(known, _)| *known != bit);
                            pending.push((bit, position));
                        }
                        (_, None) => values.set_bit(bit, false),
                        (_, Some(position)) => {
                            return self.decide(machine, position, meter);
                        }
                    }
                }
                Instruction::Reset { qubit } => {
                    if let Some(position) = self.schedule.position(qubit) {
                        return self.decide(machine, position, meter);
                    }
                }
                Instruction::Noise(noise) => {
                    let targets = self.positions(program.noise_targets(&noise));
                    machine.settle(meter)?;
                    let probabilities = machine.channel(&self.channels[at], &targets)?;
                    if !probabilities.is_empty() {
                        return Ok(Stop::Choice(probabilities));
                    }
                }
                Instruction::Assign { variable, value } => {
                    values.assign(self.circuit, variable, value)?;
                }
                Instruction::AssignEntry { first, length, index, value } => {
                    values.assign_entry(self.circuit, (first, length), index, value)?;
                }
                Instruction::AssignBit { bit, value } => {
                    let value = values.truth(self.circuit, value)?;
                    values.set_bit(bit, value);
                }
                Instruction::If { condition, otherwise } => {
                    if !values.truth(self.circuit, condition)? {
                        next = otherwise as usize + 1;
                    }
                }
                Instruction::Else { end } => next = end as usize + 1,
                Instruction::While { condition, end } => {
                    if !values.truth(self.circuit, condition)? {
                        next = end as usize + 1;
                    }
                }
                Instruction::EndWhile { start } | Instruction::Continue { start } => {
                    next = start as usize;
                }
                Instruction::Break { start } => {
                    if let Instruction::While { end, .. } = all[start as usize] {
                        next = end as usize + 1;
                    }
                }
                Instruction::End => next = all.len(),
                Instruction::Barrier(_)
                | Instruction::Delay { .. }
                | Instruction::BeginBox { .. }
                | Instruction::EndBox
                | Instruction::EndIf => {}
            }
            *at = next;
        }
        machine.settle(meter)?;
        Ok(Stop::End)
    }

    fn decide<M: Machine>(
        &self,
        machine: &mut M,
        position: usize,
        meter: &mut Meter<'_>,
    ) -> Result<Stop, SimulationError> {
        machine.settle(meter)?;
        let one = machine.probability_of_one(position)?.clamp(0.0, 1.0);
        Ok(Stop::Choice(vec![1.0 - one, one]))
    }

    fn apply<M: Machine>(
        &self,
        at: usize,
        values: &Values,
        machine: &mut M,
    ) -> Result<(), SimulationError> {
        let program = self.circuit.program();
        match program.instructions()[at] {
            Instruction::Gate(gate) => {
                let (mut controls, mut targets) = (Vec::new(), Vec::new());
                for (index, wire) in program.operands(&gate).iter().enumerate() {
                    let Some(position) = self.schedule.position(wire.qubit()) else {
                        continue;
                    };
                    if index < gate.controls() {
                        controls.push(Control { position, value: wire.is_on_one() });
                    } else {
                        targets.push(position);
                    }
                }
                let matrix = self.circuit.matrix(&gate, values).map_err(|reason| {
                    let is_open = |parameter: &&Parameter| {
                        self.circuit.parameter(**parameter, values).is_err()
                    };
                    let culprit = program.parameters(&gate).iter().find(is_open);
                    let (line, column) = match culprit {
                        Some(Parameter::Expression(id)) => program.place(*id),
                        _ => (0, 0),
                    };
                    SimulationError::Undefined { reason, line, column }
                })?;
                machine.gate(&matrix, &controls, &targets)
            }
            Instruction::Unitary { matrix, targets } => {
                let targets = self.positions(program.qubits(targets));
                machine.unitary(program.unitary(matrix), &targets)
            }
            _ => Ok(()),
        }
    }

    /// Does what was chosen at the instruction a way stands at, and goes on to the next.
    fn choose<M: Machine>(&self, way: &mut Way<M>, choice: u8) -> Result<(), SimulationError> {
        let Way { at, values, machine: Some(machine), .. } = way else {
            return Ok(());
        };
        let program = self.circuit.program();
        let is_one = choice == 1;
        match program.instructions()[*at] {
            Instruction::Measure { qubit, bit } => {
                if let Some(position) = self.schedule.position(qubit) {
                    machine.collapse(position, is_one)?;
                }
                values.set_bit(bit, is_one);
            }
            Instruction::Reset { qubit } => {
                if let Some(position) = self.schedule.position(qubit) {
                    machine.collapse(position, is_one)?;
                    if is_one {
                        machine.gate(&flip(), &[], &[position])?;
                    }
                }
            }
            Instruction::Noise(noise) => {
                let targets = self.positions(program.noise_targets(&noise));
                machine.choose(&self.channels[at], usize::from(choice), &targets)?;
            }
            _ => {}
        }
        *at += 1;
        Ok(())
    }

    fn positions(&self, qubits: impl Iterator<Item = u32>) -> Vec<usize> {
        qubits.filter_map(|qubit| self.schedule.position(qubit)).collect()
    }
}

fn flip() -> quantum_program::Matrix {
    use quantum_program::{Base, matrix};
    matrix(Base::X, &[], &[])
}

fn begin_again<M: Machine>(
    way: &mut Way<M>,
    beginning: &Option<Beginning<M>>,
) -> Result<(), SimulationError> {
    if let Some(beginning) = beginning {
        way.at = beginning.at;
        way.values = beginning.values.clone();
        way.pending = beginning.pending.clone();
        way.instructions = beginning.instructions;
        way.machine = Some(beginning.machine.copy()?);
    }
    Ok(())
}

/// Who goes on with which choice: the last one goes on at once, the others wait.
fn part<M>(way: &Way<M>, probabilities: &[f64], random: &mut Random) -> Vec<(u8, Goers)> {
    if way.replayed > 0 {
        let made = way.choices[way.choices.len() - way.replayed];
        return vec![(made, way.goers.clone())];
    }
    let numbered = (0_u8..).zip(probabilities);
    match &way.goers {
        Goers::Share(share) => numbered
            .map(|(choice, probability)| (choice, share * probability))
            .filter(|(_, share)| *share > NEGLIGIBLE)
            .map(|(choice, share)| (choice, Goers::Share(share)))
            .collect(),
        Goers::Shots(shots) => {
            let mut groups: Vec<Vec<u32>> = vec![Vec::new(); probabilities.len()];
            for shot in shots {
                groups[draw(probabilities, random)].push(*shot);
            }
            let chosen = (0_u8..).zip(groups).filter(|(_, group)| !group.is_empty());
            chosen.map(|(choice, group)| (choice, Goers::Shots(group))).collect()
        }
    }
}

fn draw(probabilities: &[f64], random: &mut Random) -> usize {
    let sum: f64 = probabilities.iter().sum();
    let mut left = random.unit() * sum;
    let mut chosen = 0;
    for (index, probability) in probabilities.iter().enumerate() {
        if *probability <= 0.0 {
            continue;
        }
        chosen = index;
        if left < *probability {
            break;
        }
        left -= probability;
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_meets_each_choice_as_often_as_its_probability_says_and_never_an_impossible_one() {
        let mut random = Random::from_seed(5);
        let mut seen = [0_u32; 4];
        for _ in 0..10_000 {
            seen[draw(&[0.25, 0.0, 0.5, 0.25], &mut random)] += 1;
        }
        assert_eq!(seen[1], 0);
        // five standard deviations
        for (count, expected) in [(seen[0], 2_500.0), (seen[2], 5_000.0), (seen[3], 2_500.0)] {
            assert!((f64::from(count) - expected).abs() < 250.0, "{seen:?}");
        }
    }
}
