//! By which method is a circuit run?

mod exactly;
mod shots;

use quantum_kernels::tableau::Tableau;
use quantum_program::{Circuit, Program, ResultType};

use crate::channel::{Channels, channels};
use crate::clifford::is_clifford;
use crate::density::Density;
use crate::limits::{MAX_DENSITY_QUBITS, MAX_RECORDED_BITS, MAX_SHOTS, MAX_SIMULATED_QUBITS};
use crate::outcome::{Method, Outcome};
use crate::progress::Meter;
use crate::results::{Group, Reading, noun, one_group};
use crate::run::{Run, SimulationError};
use crate::schedule::Schedule;
use crate::vector::Vector;
use crate::ways::Ways;

/// States kept for later besides those a run with choices cannot do without, where memory allows.
const MOST_SPARE_STATES: u64 = 32;
/// Qubits up to which a Clifford program with result types has its amplitudes reckoned: a tableau can tell fewer of them.
const MAX_CLIFFORD_AMPLITUDE_QUBITS: usize = 20;

/// Runs a circuit from |0…0⟩.
pub fn simulate(circuit: &Circuit, run: &Run<'_>) -> Result<Outcome, SimulationError> {
    Simulation::new(circuit, run)?.run()
}

/// Bytes a run takes at most, what it does being decided by the program and the shots: what [`Run::memory_limit_bytes`] must allow.
pub fn needed_bytes(circuit: &Circuit, run: &Run<'_>) -> Result<u64, SimulationError> {
    let simulation = Simulation::new(circuit, run)?;
    Ok(simulation.needed_bytes(simulation.method()))
}

/// Amplitudes a run passes over: gates times 2^qubits, and for each shot again from where chance decides.
fn total_work(schedule: &Schedule, shots: u32) -> u64 {
    let (common, apart) = schedule.passes();
    let each_shot = if schedule.has_choices() { u64::from(shots).max(1) } else { 0 };
    let passes = (common + 1).saturating_add((apart + 1).saturating_mul(each_shot));
    let amplitudes = 1_u64.checked_shl(schedule.width() as u32).unwrap_or(u64::MAX);
    passes.saturating_mul(amplitudes)
}

struct Simulation<'a> {
    circuit: &'a Circuit,
    run: &'a Run<'a>,
    schedule: Schedule,
    channels: Channels,
    /// Of each result type.
    readings: Vec<Vec<Reading>>,
    /// The bases shots are taken in.
    group: Group,
}

impl<'a> Simulation<'a> {
    fn new(circuit: &'a Circuit, run: &'a Run<'a>) -> Result<Self, SimulationError> {
        let program = circuit.program();
        check_shots(run.shots, program.recorded().len())?;
        let channels = channels(circuit)?;
        let mut readings = Vec::new();
        let mut group = Group::default();
        if run.shots > 0 {
            for result in program.results() {
                if !can_be_sampled(result) {
                    return Err(SimulationError::NeedsNoShots { noun: noun(result) });
                }
                readings.push(Reading::of(result, program.qubit_count())?);
            }
            group = one_group(readings.iter().flatten())?;
        }
        let schedule = Schedule::new(circuit, !program.results().is_empty());
        Ok(Self { circuit, run, schedule, channels, readings, group })
    }

    fn method(&self) -> Method {
        let width = self.schedule.width();
        if self.suits_tableau() {
            return Method::Tableau;
        }
        if self.schedule.has_noise() {
            // a trajectory for each shot, or one pass over the square of the amplitudes
            let shots_are_few = self.run.shots > 0
                && 1_u64
                    .checked_shl(width as u32)
                    .is_none_or(|one| u64::from(self.run.shots) < one);
            let fits = Density::bytes(width, self.run.threads) <= self.run.memory_limit_bytes;
            let small = width <= MAX_DENSITY_QUBITS && fits;
            return match small && !shots_are_few {
                true => Method::DensityMatrix,
                false => Method::Trajectories,
            };
        }
        match self.run.shots > 0 && self.circuit.program().results().is_empty() {
            true => Method::SinglePrecision,
            false => Method::StateVector,
        }
    }

    fn suits_tableau(&self) -> bool {
        let results = self.circuit.program().results();
        let has_few_results =
            results.is_empty() || self.schedule.width() > MAX_CLIFFORD_AMPLITUDE_QUBITS;
        has_few_results && is_clifford(self.circuit, &self.schedule, &self.channels)
    }

    /// Of one state.
    fn state_bytes(&self, method: Method) -> u64 {
        let (width, threads) = (self.schedule.width(), self.run.threads);
        match method {
            Method::StateVector => Vector::<f64>::bytes(width, threads),
            Method::SinglePrecision | Method::Trajectories => Vector::<f32>::bytes(width, threads),
            Method::DensityMatrix => Density::bytes(width, threads),
            Method::Tableau => Tableau::bytes(width),
        }
    }

    /// Of the states a run cannot do without: where it parts, the one that runs and the one to begin again from.
    fn needed_bytes(&self, method: Method) -> u64 {
        let program = self.circuit.program();
        let is_gradient =
            |result: &ResultType| matches!(result, ResultType::AdjointGradient { .. });
        // a density matrix takes noise as a whole, and parts where it is measured alone
        let parts = match method {
            Method::DensityMatrix => self.schedule.collapses(program),
            _ => self.schedule.has_choices(),
        };
        let states = match (program.results().iter().any(is_gradient), parts) {
            (true, _) => 4,
            (false, true) => 2,
            (false, false) => 1,
        };
        self.state_bytes(method).saturating_mul(states)
    }

    fn run(&self) -> Result<Outcome, SimulationError> {
        let method = self.method();
        let needed_bytes = self.needed_bytes(method);
        let qubits = self.schedule.width();
        if method != Method::Tableau && qubits > MAX_SIMULATED_QUBITS {
            return Err(SimulationError::TooManyQubits { qubits });
        }
        let limit_bytes = self.run.memory_limit_bytes;
        if needed_bytes > limit_bytes {
            return Err(SimulationError::MemoryLimit { qubits, needed_bytes, limit_bytes });
        }
        let mut meter = Meter::new(self.run.progress, total_work(&self.schedule, self.run.shots));
        meter.start()?;
        let (width, threads) = (qubits, self.run.threads);
        let outcome = match (method, self.run.shots) {
            (Method::Tableau, 0) => self.exactly_on_tableau(&mut meter)?,
            (Method::Tableau, _) => self.sample_tableau(&mut meter)?,
            (Method::DensityMatrix, 0) => {
                self.exactly(Density::zero(width, threads)?, &mut meter)?
            }
            (Method::DensityMatrix, _) => {
                self.sample(Density::zero(width, threads)?, &mut meter)?
            }
            (Method::Trajectories, 0) => {
                return Err(SimulationError::NeedsShots { noun: "so many qubits with noise" });
            }
            (Method::StateVector, 0) => {
                self.exactly(Vector::<f64>::zero(width, threads)?, &mut meter)?
            }
            (Method::StateVector, _) => {
                self.sample(Vector::<f64>::zero(width, threads)?, &mut meter)?
            }
            (Method::SinglePrecision | Method::Trajectories, _) => {
                self.sample(Vector::<f32>::zero(width, threads)?, &mut meter)?
            }
        };
        meter.finish()?;
        Ok(Outcome { method, ..outcome })
    }

    fn ways(&self) -> Ways<'_> {
        let states = self.run.memory_limit_bytes / self.state_bytes(self.method()).max(1);
        Ways {
            circuit: self.circuit,
            schedule: &self.schedule,
            channels: &self.channels,
            spare_states: states.saturating_sub(2).min(MOST_SPARE_STATES) as usize,
        }
    }

    fn position(&self) -> impl Fn(u32) -> usize + '_ {
        // where a result is asked for, all qubits have a position
        |qubit| self.schedule.position(qubit).unwrap_or_default()
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

/// With how many shots result types can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NeededShots {
    None,
    Some,
    Any,
}

/// What all the result types of a program come to; `None` where it asks for none. Some that exclude each other come to `None`
/// shots, which the run then refuses.
pub fn needed_shots(program: &Program) -> Option<NeededShots> {
    let needed = |result: &ResultType| match result {
        ResultType::Sample(_) => NeededShots::Some,
        other if can_be_sampled(other) => NeededShots::Any,
        _ => NeededShots::None,
    };
    program.results().iter().map(needed).reduce(|all, one| match (all, one) {
        (NeededShots::Any, other) | (other, NeededShots::Any) => other,
        (NeededShots::Some, NeededShots::Some) => NeededShots::Some,
        _ => NeededShots::None,
    })
}

fn can_be_sampled(result: &ResultType) -> bool {
    matches!(
        result,
        ResultType::Probability { .. }
            | ResultType::Expectation(_)
            | ResultType::Variance(_)
            | ResultType::Sample(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::circuit;

    const NOISE: &str = "\n#pragma braket noise amplitude_damping(0.1) q[0]\n";

    #[test]
    fn no_state_is_kept_for_later_beyond_the_memory_that_is_allowed() {
        let parting = "t q; h q; bit b; b = measure q[0]; h q[0]; bit c; c = measure q[0];";
        for (source, shots) in [
            (format!("qubit[4] q; h q; {parting}"), 0),
            (format!("qubit[4] q; h q; {parting}"), 10),
            (format!("qubit[4] q; h q; {NOISE} {parting}"), 0),
        ] {
            let circuit = circuit(&source);
            let roomy = Run::new(shots, 0);
            let simulation = Simulation::new(&circuit, &roomy).expect("it can be run");
            let method = simulation.method();
            let one = simulation.state_bytes(method);
            assert_eq!(simulation.needed_bytes(method), 2 * one, "{source}");
            for (states, spare) in [(2, 0), (5, 3)] {
                let run = Run { memory_limit_bytes: states * one, ..roomy };
                let simulation = Simulation::new(&circuit, &run).expect("it can be run");
                assert_eq!(simulation.ways().spare_states, spare, "{source}");
                assert_eq!(
                    simulate(&circuit, &run).map(|told| told.probabilities),
                    simulate(&circuit, &roomy).map(|told| told.probabilities)
                );
            }
        }
    }
}
