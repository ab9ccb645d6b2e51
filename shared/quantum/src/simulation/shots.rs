//! What do the shots of a run give?

use std::collections::{BTreeMap, HashMap};

use quantum_kernels::random::Random;
use quantum_kernels::tableau::{SHOTS_PER_BATCH, Sampler};
use quantum_program::{Memory, Output};
use serde_json::Value;

use super::Simulation;
use crate::clifford;
use crate::machine::Machine;
use crate::outcome::{Measurements, Method, Outcome};
use crate::progress::Meter;
use crate::results::{ResultValue, beside_types, sampled};
use crate::run::SimulationError;
use crate::stabilizer::{self, Stabilizer};
use crate::ways::{Arrived, Goers};

/// The bits of all shots: those recorded, and those that result types are told from.
struct Shots {
    recorded: Measurements,
    /// A column for each of `targets`.
    read: Measurements,
    targets: Vec<u32>,
    columns: HashMap<u32, usize>,
    outputs: Vec<Told>,
}

/// An output with the values that each shot left in it.
struct Told {
    name: String,
    first: u32,
    count: u32,
    values: Vec<Value>,
}

impl Simulation<'_> {
    pub(super) fn sample<M: Machine>(
        &self,
        machine: M,
        meter: &mut Meter<'_>,
    ) -> Result<Outcome, SimulationError> {
        let mut shots = self.no_shots();
        let mut random = Random::from_seed(self.run.seed);
        let everyone = Goers::Shots((0..self.run.shots).collect());
        self.ways().follow(machine, everyone, &mut random, meter, |arrived, meter| {
            self.draw(arrived, &mut shots, meter)
        })?;
        self.outcome(shots)
    }

    fn no_shots(&self) -> Shots {
        let count = self.run.shots as usize;
        let mut targets: Vec<u32> = Vec::new();
        targets.extend(self.readings.iter().flatten().flat_map(|reading| reading.targets()));
        targets.sort_unstable();
        targets.dedup();
        Shots {
            recorded: Measurements::new(self.circuit.program().recorded().len(), count),
            read: Measurements::new(targets.len(), count),
            columns: targets.iter().copied().zip(0..).collect(),
            targets,
            outputs: self.outputs(count),
        }
    }

    fn outputs(&self, shots: usize) -> Vec<Told> {
        let told = |output: &Output| match output {
            // what is recorded tells of bits
            Output::Bits { .. } => None,
            Output::Variables { name, first, count } => Some(Told {
                name: name.clone(),
                first: *first,
                count: *count,
                values: vec![Value::Null; shots * *count as usize],
            }),
        };
        self.circuit.program().outputs().iter().filter_map(told).collect()
    }

    /// Measures what is left to measure, for all shots that came this way.
    fn draw<M: Machine>(
        &self,
        arrived: Arrived<'_, M>,
        shots: &mut Shots,
        meter: &mut Meter<'_>,
    ) -> Result<(), SimulationError> {
        let Arrived { goers: Goers::Shots(goers), values, pending, machine, random } = arrived
        else {
            return Ok(());
        };
        for output in &mut shots.outputs {
            for (number, shot) in
                (0..output.count).flat_map(|at| goers.iter().map(move |shot| (at, shot)))
            {
                let value = in_json(values.variable(output.first + number));
                output.values[(*shot * output.count + number) as usize] = value;
            }
        }
        self.group.turn(machine, &self.position())?;
        machine.settle(meter)?;
        let recorded = self.circuit.program().recorded();
        if shots.targets.is_empty()
            && goers.len() == shots.recorded.len()
            && let Some(positions) = in_order(recorded, pending)
        {
            let rows = machine.sample(&positions, goers.len(), random)?;
            shots.recorded = Measurements::of_rows(recorded.len(), goers.len(), rows);
            return Ok(());
        }
        let mut positions: Vec<usize> =
            pending.iter().filter_map(|(_, position)| *position).collect();
        positions.extend(shots.targets.iter().filter_map(|one| self.schedule.position(*one)));
        positions.sort_unstable();
        positions.dedup();
        let place = |position: usize| positions.binary_search(&position).unwrap_or_default();
        let pending: HashMap<u32, Option<usize>> = pending.iter().copied().collect();
        let words = positions.len().div_ceil(64).max(1);
        let rows = machine.sample(&positions, goers.len(), random)?;
        for (number, shot) in goers.iter().enumerate() {
            let measured = |position: usize| {
                let place = place(position);
                rows[number * words + place / 64] >> (place % 64) & 1 == 1
            };
            for (at, one) in recorded.iter().enumerate() {
                let value = match pending.get(&one.bit) {
                    Some(position) => position.is_some_and(measured),
                    None => values.bit(one.bit),
                };
                shots.recorded.set(*shot as usize, at, value);
            }
            for (at, target) in shots.targets.iter().enumerate() {
                let value = self.schedule.position(*target).is_some_and(measured);
                shots.read.set(*shot as usize, at, value);
            }
        }
        Ok(())
    }

    pub(super) fn sample_tableau(&self, meter: &mut Meter<'_>) -> Result<Outcome, SimulationError> {
        let mut shots = self.no_shots();
        let program = self.circuit.program();
        let width = self.schedule.width();
        let steps = match shots.outputs.is_empty() {
            true => clifford::steps(
                self.circuit,
                &self.schedule,
                &self.channels,
                &shots.targets,
                &self.group,
            ),
            // only a run step by step leaves values behind
            false => None,
        };
        let Some(steps) = steps else {
            return self.sample(Stabilizer::zero(width)?, meter);
        };
        let failed = |error| stabilizer::failed(&error, width);
        let mut report = |_| match meter.advance(0) {
            Ok(()) => std::ops::ControlFlow::Continue(()),
            Err(_) => std::ops::ControlFlow::Break(()),
        };
        let mut sampler = Sampler::new(&steps.steps, self.run.seed, &mut report).map_err(failed)?;
        let mut first = 0;
        while first < self.run.shots as usize {
            let count = (self.run.shots as usize - first).min(SHOTS_PER_BATCH);
            let batch = sampler.batch(count, &mut report).map_err(failed)?;
            for shot in 0..count {
                for (at, one) in program.recorded().iter().enumerate() {
                    let source = steps.bits[one.bit as usize];
                    let value = source.is_some_and(|source| batch.bit(shot, source));
                    shots.recorded.set(first + shot, at, value);
                }
                for (at, source) in steps.targets.iter().enumerate() {
                    shots.read.set(first + shot, at, batch.bit(shot, *source));
                }
            }
            first += count;
        }
        self.outcome(shots)
    }

    fn outcome(&self, shots: Shots) -> Result<Outcome, SimulationError> {
        let results = self.sampled(&shots)?;
        let outputs = shots.outputs.into_iter().map(|told| (told.name, told.values)).collect();
        Ok(Outcome {
            measured_qubits: self.measured_qubits(),
            probabilities: BTreeMap::new(),
            counts: shots.recorded.counts(),
            measurements: shots.recorded,
            results: beside_types(self.circuit.program(), results),
            outputs,
            method: Method::StateVector,
        })
    }

    fn sampled(&self, shots: &Shots) -> Result<Vec<ResultValue>, SimulationError> {
        let bit = |shot: usize, qubit: u32| {
            shots.columns.get(&qubit).is_some_and(|column| shots.read.bit(shot, *column))
        };
        sampled(self.circuit.program(), &self.readings, shots.read.len(), &bit)
    }
}

/// The positions of the recorded bits, if all of them are measured at the end, each from a qubit of its own.
fn in_order(
    recorded: &[quantum_program::Recorded],
    pending: &[(u32, Option<usize>)],
) -> Option<Vec<usize>> {
    if recorded.len() > 64 || recorded.len() != pending.len() {
        return None;
    }
    let mut of_bit: Vec<(u32, Option<usize>)> = pending.to_vec();
    of_bit.sort_unstable_by_key(|(bit, _)| *bit);
    let position = |bit: u32| {
        let place = of_bit.binary_search_by_key(&bit, |(known, _)| *known).ok()?;
        of_bit[place].1
    };
    let positions: Vec<usize> =
        recorded.iter().map(|one| position(one.bit)).collect::<Option<_>>()?;
    // of a qubit measured twice, one sample tells both
    let mut distinct = positions.clone();
    distinct.sort_unstable();
    distinct.dedup();
    (distinct.len() == positions.len()).then_some(positions)
}

/// A whole number as one, an angle in radians, a complex number as a pair.
fn in_json(value: quantum_program::Value) -> Value {
    use quantum_program::Value as Own;
    match value {
        Own::Bool(value) => value.into(),
        Own::Int { value, .. } => value.into(),
        Own::Uint { value, .. } => value.into(),
        Own::Bits { value, width } => (0..width)
            .map(|bit| if value >> bit & 1 == 1 { '1' } else { '0' })
            .collect::<String>()
            .into(),
        Own::Complex(value) => vec![value.re, value.im].into(),
        other => other.as_float().map_or(Value::Null, Value::from),
    }
}
