//! How is a circuit run?

mod application;
mod kernels;
mod plan;
mod progress;
mod sampling;
mod state;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use crate::circuit::Circuit;
use crate::limits::{
    MAX_EXACT_OUTCOMES, MAX_RECORDED_BITS, MAX_SHOTS, MAX_SIMULATED_QUBITS, memory_bytes,
};
use crate::outcome::{Measurements, Outcome};
use crate::random::Random;

use application::Application;
use plan::{Action, Plan};
use progress::Meter;
use state::State;
#[cfg(test)]
pub(crate) use state::reserve;

/// Gates looked at together, to apply those that can be block by block.
const GATES_TOGETHER: usize = 32;

/// How to run a circuit.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// Times to run and measure it, up to [`MAX_SHOTS`]; 0 asks for exact probabilities.
    pub shots: u32,
    /// The same seed gives the same outcome.
    pub seed: u64,
    /// Bytes the state may take; what needs more is refused before anything is allocated.
    pub memory_limit_bytes: u64,
    /// Told between gates how far the run is, at the start, at the end and about every four million
    /// amplitudes in between (some ten milliseconds; a single gate on many qubits may take longer).
    /// `Break` ends the run with [`SimulationError::Cancelled`].
    pub progress: &'a dyn Fn(Progress) -> ControlFlow<()>,
}

impl Run<'_> {
    /// A run that is never cancelled and may take 1 GiB.
    pub fn new(shots: u32, seed: u64) -> Self {
        Self { shots, seed, memory_limit_bytes: 1 << 30, progress: &uninterrupted }
    }
}

fn uninterrupted(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// How far a run is, in amplitudes passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub done: u64,
    pub total: u64,
}

impl Progress {
    /// From 0 to 1.
    pub fn fraction(self) -> f64 {
        if self.total == 0 { 1.0 } else { self.done as f64 / self.total as f64 }
    }
}

/// Why a circuit was not run to its end; all but `OutOfMemory` are the caller's doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SimulationError {
    #[error("{shots} shots are too many: ask for at most {MAX_SHOTS}")]
    TooManyShots { shots: u32 },
    #[error(
        "{shots} shots of {bits} bits are too many to record: measure fewer qubits or ask for fewer shots"
    )]
    TooManyRecordedBits { shots: u32, bits: usize },
    #[error(
        "{qubits} qubits cannot be simulated, at most {MAX_SIMULATED_QUBITS}: use fewer qubits or a device that has as many"
    )]
    TooManyQubits { qubits: usize },
    #[error(
        "simulating {qubits} qubits takes {needed_bytes} bytes of memory and {limit_bytes} are allowed: use fewer qubits or a larger simulator"
    )]
    MemoryLimit { qubits: usize, needed_bytes: u64, limit_bytes: u64 },
    #[error(
        "the exact distribution has more than {MAX_EXACT_OUTCOMES} outcomes: measure fewer qubits or ask for shots"
    )]
    TooManyOutcomes,
    #[error(
        "a program that acts on measured qubits or resets them has no exact distribution here: ask for at least 1 shot"
    )]
    NeedsShots,
    #[error("the run was cancelled")]
    Cancelled,
    #[error("the memory for {needed_bytes} bytes could not be had")]
    OutOfMemory { needed_bytes: u64 },
}

impl Circuit {
    /// Runs the circuit on a state vector of double precision, from |0…0⟩.
    pub fn simulate(&self, run: &Run<'_>) -> Result<Outcome, SimulationError> {
        let width = self.body.measured.len();
        check_shots(run.shots, width)?;
        let plan = Plan::new(&self.body);
        check_memory(&plan, run.memory_limit_bytes)?;
        let mut meter = Meter::new(run.progress, plan.work(run.shots));
        meter.start()?;
        let mut state = State::zero(plan.qubits())?;
        evolve(self, &plan, &mut state, plan.before_collapse(), &mut meter)?;
        let (measurements, probabilities) = if run.shots == 0 {
            if plan.collapses() {
                return Err(SimulationError::NeedsShots);
            }
            let probabilities = sampling::exact(&state, &plan, width)?;
            (Measurements::new(width, 0), Some(probabilities))
        } else {
            let mut random = Random::from_seed(run.seed);
            let measurements = match plan.collapses() {
                false => sampling::sample(&state, &plan, width, run.shots, &mut random),
                true => shot_by_shot(self, &plan, state, run.shots, &mut random, &mut meter)?,
            };
            (measurements, None)
        };
        meter.finish()?;
        Ok(self.outcome(measurements, probabilities))
    }

    /// Amplitudes a run passes over: gates times 2^qubits, and for each shot again if measured qubits go on.
    pub fn work(&self, shots: u32) -> u64 {
        Plan::new(&self.body).work(shots)
    }

    fn outcome(&self, measurements: Measurements, exact: Option<BTreeMap<String, f64>>) -> Outcome {
        let counts = measurements.counts();
        let shots = measurements.len() as f64;
        let share = |(bits, count): (&String, &u64)| (bits.clone(), *count as f64 / shots);
        Outcome {
            measured_qubits: self.measured_qubits(),
            probabilities: exact.unwrap_or_else(|| counts.iter().map(share).collect()),
            counts,
            measurements,
        }
    }
}

fn check_shots(shots: u32, bits: usize) -> Result<(), SimulationError> {
    if shots > MAX_SHOTS {
        return Err(SimulationError::TooManyShots { shots });
    }
    if u64::from(shots) * bits as u64 > MAX_RECORDED_BITS {
        return Err(SimulationError::TooManyRecordedBits { shots, bits });
    }
    Ok(())
}

fn check_memory(plan: &Plan, limit_bytes: u64) -> Result<(), SimulationError> {
    let qubits = plan.qubits();
    if qubits > MAX_SIMULATED_QUBITS {
        return Err(SimulationError::TooManyQubits { qubits });
    }
    // a run shot by shot keeps the state before the first measurement
    let states = if plan.collapses() { 2 } else { 1 };
    let needed_bytes = memory_bytes(qubits).saturating_mul(states);
    if needed_bytes > limit_bytes {
        return Err(SimulationError::MemoryLimit { qubits, needed_bytes, limit_bytes });
    }
    Ok(())
}

fn evolve(
    circuit: &Circuit,
    plan: &Plan,
    state: &mut State,
    actions: &[Action],
    meter: &mut Meter<'_>,
) -> Result<(), SimulationError> {
    let mut batch: Vec<Application<'_>> = Vec::with_capacity(GATES_TOGETHER.min(actions.len()));
    for some in actions.chunks(GATES_TOGETHER) {
        let gates = some.iter().filter_map(|action| match action {
            Action::Gate(gate) => Some(gate),
            Action::Collapse { .. } | Action::Reset { .. } => None,
        });
        batch.clear();
        batch.extend(gates.map(|gate| Application {
            matrix: circuit.matrix(gate),
            operands: plan.operands(gate),
            controls: usize::from(gate.controls),
        }));
        for near in batch.chunk_by(|a, b| a.is_within_block() && b.is_within_block()) {
            state.apply(near);
            meter.advance(state.len().saturating_mul(near.len()))?;
        }
    }
    Ok(())
}

fn shot_by_shot(
    circuit: &Circuit,
    plan: &Plan,
    start: State,
    shots: u32,
    random: &mut Random,
    meter: &mut Meter<'_>,
) -> Result<Measurements, SimulationError> {
    let width = circuit.body.measured.len();
    let mut measurements = Measurements::new(width, shots as usize);
    let mut state = State::zero(plan.qubits())?;
    for shot in 0..shots as usize {
        state.copy_from(&start);
        for action in plan.since_collapse() {
            match action {
                Action::Gate(_) => {
                    evolve(circuit, plan, &mut state, std::slice::from_ref(action), meter)?;
                }
                Action::Collapse { position, bit } => {
                    let is_one = state.measure(*position, random.unit());
                    if let Some(bit) = bit {
                        measurements.set(shot, *bit as usize, is_one);
                    }
                    meter.advance(state.len())?;
                }
                Action::Reset { position } => {
                    if state.measure(*position, random.unit()) {
                        state.flip(*position);
                    }
                    meter.advance(state.len())?;
                }
            }
        }
        let index = state.pick(random.unit());
        plan.record(index, |bit, value| measurements.set(shot, bit, value));
        meter.advance(state.len())?;
    }
    Ok(measurements)
}
