//! How is a program simulated, and how much memory and time does that take?

use serde::Serialize;

use crate::analysis::{Analysis, Clifford, Noisiness};

/// Up to this many qubits noise is simulated exactly, with a density matrix, where shots are asked for.
const MAX_DENSITY_MATRIX_QUBITS: usize = 12;
/// Qubits of a state whose bytes are a number; beyond, memory is said to be endless.
const MAX_STATE_QUBITS: u32 = 59;
/// Qubits beyond which the time is reckoned no longer, so that it stays a number.
const MAX_TIMED_QUBITS: usize = 300;

/// A bit for each of the shots that are followed at once.
const BYTES_OF_FRAMES: u64 = 1024 / 8;

// Measured in November 2026 with a release build of the kernels, on one core of a server with AVX-512: layers of `u3` and
// of `cx` on random pairs, on 4 to 22 qubits; programs with many diagonal gates, such as a Fourier transform, take a tenth.

/// To change one amplitude of two f64 by one gate, neighbouring gates being made one.
const NANOSECONDS_PER_UPDATE: f64 = 0.1;
/// The same for a gate by itself, and for a measurement: the state comes from memory and goes back.
const NANOSECONDS_PER_PASS: f64 = 1.2;
/// What an amplitude of two f32 takes of that.
const SHARE_OF_SINGLE: f64 = 0.5;
/// A gate, whatever the width.
const NANOSECONDS_PER_GATE: f64 = 300.0;
/// To draw an outcome and count it.
const NANOSECONDS_PER_SHOT: f64 = 100.0;
/// A gate, for 64 rows of a tableau.
const NANOSECONDS_PER_TABLEAU_WORD: f64 = 3.3;
/// A measurement whose outcome is open, for 64 rows of a column of a tableau.
const NANOSECONDS_PER_MEASURED_WORD: f64 = 0.4;
/// A gate, for 64 shots: what makes each shot differ from the first is followed by itself.
const NANOSECONDS_PER_FRAME_WORD: f64 = 0.9;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// 2^n amplitudes.
    StateVector,
    /// 2n rows of 2n + 1 bits: Clifford gates and Pauli noise only.
    Tableau,
    /// 4^n numbers: noise, exactly.
    DensityMatrix,
    /// A state vector for each shot, with noise at random.
    Trajectories,
}

/// Numbers an amplitude is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Precision {
    #[serde(rename = "f32")]
    Single,
    #[serde(rename = "f64")]
    Double,
}

/// What a simulation takes. The time is a model's, of one core: it says the order of magnitude, and rather too much.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Simulation {
    pub method: Method,
    pub memory_bytes: u64,
    /// How often the gates are passed through: once, or for each shot.
    pub runs: u64,
    /// Numbers of the state that are passed over in all runs, saturating.
    pub updates: u64,
    pub core_seconds: f64,
}

/// Bytes of 2^`qubits` amplitudes, saturating.
pub fn state_vector_bytes(qubits: usize, precision: Precision) -> u64 {
    let amplitude = match precision {
        Precision::Single => 8,
        Precision::Double => 16,
    };
    power_of_two(qubits).saturating_mul(amplitude)
}

/// Bytes of 4^`qubits` numbers, saturating.
pub fn density_matrix_bytes(qubits: usize) -> u64 {
    state_vector_bytes(qubits.saturating_mul(2), Precision::Double)
}

impl Analysis {
    /// With 0 shots, results are exact.
    pub fn simulation(&self, shots: u32, precision: Precision) -> Simulation {
        let method = self.method(shots);
        let shot_by_shot = match method {
            Method::Trajectories => true,
            // what differs between shots is followed for many at once, unless it decides what follows
            Method::Tableau => self.has_feedback || self.has_classical_steps,
            Method::StateVector | Method::DensityMatrix => self.uses_mid_circuit_measurement,
        };
        let runs = if shot_by_shot { u64::from(shots.max(1)) } else { 1 };
        Simulation {
            method,
            memory_bytes: self.memory_bytes(method, precision),
            runs,
            updates: self.updates(method).saturating_mul(runs),
            core_seconds: self.nanoseconds(method, precision, runs, shots) / 1e9,
        }
    }

    fn method(&self, shots: u32) -> Method {
        let is_tableau = self.clifford() == Clifford::Yes
            && self.noise <= Noisiness::Pauli
            && shots > 0
            && !self.needs_amplitudes;
        if is_tableau {
            return Method::Tableau;
        }
        if self.noise == Noisiness::None {
            return Method::StateVector;
        }
        // a trajectory for each shot, or one pass over the square of the amplitudes
        let shots_are_few = u64::from(shots) < power_of_two(self.active_qubits);
        let is_exact =
            shots == 0 || (self.active_qubits <= MAX_DENSITY_MATRIX_QUBITS && !shots_are_few);
        if is_exact { Method::DensityMatrix } else { Method::Trajectories }
    }

    /// Bytes a simulation takes at most; a run shot by shot keeps the state before the first measurement.
    pub fn memory_bytes(&self, method: Method, precision: Precision) -> u64 {
        let states = if self.uses_mid_circuit_measurement { 2 } else { 1 };
        match method {
            Method::StateVector => {
                state_vector_bytes(self.active_qubits, precision).saturating_mul(states)
            }
            Method::Trajectories => {
                state_vector_bytes(self.active_qubits, precision).saturating_mul(2)
            }
            Method::DensityMatrix => {
                density_matrix_bytes(self.active_qubits).saturating_mul(states)
            }
            Method::Tableau => {
                let frames = 2 * self.active_qubits + self.measurements.max(self.measured_qubits);
                let frames = (frames as u64).saturating_mul(BYTES_OF_FRAMES);
                tableau_bytes(self.active_qubits).saturating_mul(states).saturating_add(frames)
            }
        }
    }

    /// Numbers of the state times the passes over it, in one run.
    fn updates(&self, method: Method) -> u64 {
        let gates = (self.gates + self.resets) as u64;
        let channels = self.noise_counts.values().sum::<usize>() as u64;
        let qubits = self.active_qubits;
        let (passes, numbers) = match method {
            Method::StateVector => (gates, power_of_two(qubits)),
            Method::Trajectories => (gates + channels, power_of_two(qubits)),
            // a gate acts from both sides
            Method::DensityMatrix => (2 * gates + channels, power_of_two(2 * qubits)),
            Method::Tableau => (gates, (2 * qubits).div_ceil(64) as u64),
        };
        numbers.saturating_mul(passes.max(1))
    }

    fn nanoseconds(&self, method: Method, precision: Precision, runs: u64, shots: u32) -> f64 {
        let (runs, shots) = (runs as f64, f64::from(shots));
        if method == Method::Tableau {
            return runs * self.tableau_run() + self.frames(shots);
        }
        let state = amplitudes(self.active_qubits);
        let share = match precision {
            Precision::Single => SHARE_OF_SINGLE,
            Precision::Double => 1.0,
        };
        let draw = share * state * NANOSECONDS_PER_PASS + shots * NANOSECONDS_PER_SHOT;
        let run = match method {
            // a gate acts from both sides
            Method::DensityMatrix => self.run(2.0, state * state),
            _ => share * self.run(1.0, state),
        };
        runs * run + draw
    }

    /// One pass through the program; `sides` is how often a gate is applied.
    fn run(&self, sides: f64, state: f64) -> f64 {
        let gates = sides * self.gates.max(1) as f64;
        let passes = self.channels() + self.resets + self.mid_circuit_measurements();
        gates * (NANOSECONDS_PER_GATE + state * NANOSECONDS_PER_UPDATE)
            + passes as f64 * (NANOSECONDS_PER_GATE + state * NANOSECONDS_PER_PASS)
    }

    fn channels(&self) -> usize {
        self.noise_counts.values().sum()
    }

    /// Those at the end are drawn all at once.
    fn mid_circuit_measurements(&self) -> usize {
        if self.uses_mid_circuit_measurement { self.measurements } else { 0 }
    }

    fn tableau_run(&self) -> f64 {
        let words = (2 * self.active_qubits).div_ceil(64) as f64;
        let gates = self.gates as f64 * words * NANOSECONDS_PER_TABLEAU_WORD;
        let measured = self.measurements.max(self.measured_qubits) as f64;
        gates + measured * self.active_qubits as f64 * words * NANOSECONDS_PER_MEASURED_WORD
    }

    fn frames(&self, shots: f64) -> f64 {
        let steps = (self.gates + self.measurements + self.channels()) as f64;
        (shots / 64.0).ceil() * steps * NANOSECONDS_PER_FRAME_WORD + shots * NANOSECONDS_PER_SHOT
    }
}

fn tableau_bytes(qubits: usize) -> u64 {
    let rows = 2 * qubits as u64;
    rows.saturating_mul(rows.div_ceil(64) + 1).saturating_mul(8)
}

fn amplitudes(qubits: usize) -> f64 {
    (qubits.min(MAX_TIMED_QUBITS) as f64).exp2()
}

fn power_of_two(exponent: usize) -> u64 {
    u32::try_from(exponent)
        .ok()
        .filter(|exponent| *exponent <= MAX_STATE_QUBITS)
        .map_or(u64::MAX, |exponent| 1 << exponent)
}
