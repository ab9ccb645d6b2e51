//! How is a program simulated, and how much memory and time does that take?

use serde::Serialize;

use crate::analysis::{Analysis, Clifford, Noisiness};
use crate::names::ADJOINT_GRADIENT;

/// Up to this many qubits noise is simulated exactly, with a density matrix, where shots are asked for.
const MAX_DENSITY_MATRIX_QUBITS: usize = 12;
/// Qubits of a state whose bytes are a number; beyond, memory is said to be endless.
const MAX_STATE_QUBITS: u32 = 59;
/// Qubits beyond which the time is reckoned no longer, so that it stays a number.
const MAX_TIMED_QUBITS: usize = 300;

/// Qubits up to which a Clifford program with result types has its amplitudes reckoned: they tell more than a tableau.
const MAX_CLIFFORD_AMPLITUDE_QUBITS: usize = 20;
/// Of the smallest state, which the widest instructions fill.
const LEAST_STATE_BYTES: u64 = 128;
/// What fits in a core's cache.
const BYTES_OF_BLOCK: u64 = 1 << 18;
/// States that deriving by inputs holds at a time.
const STATES_OF_GRADIENT: u64 = 4;
/// A bit for each of the shots that are followed at once.
const BYTES_OF_FRAMES: u64 = 1024 / 8;

// Measured in November 2026 with a release build of the engine, on one core of a server with AVX-512: layers of `u3` and
// of `cx` on random pairs, on 4 to 22 qubits; programs with many diagonal gates, such as a Fourier transform, take a tenth.

/// To change one amplitude of two f64 by one gate, neighbouring gates being made one.
const NANOSECONDS_PER_UPDATE: f64 = 0.1;
/// The same for a gate by itself, and for a measurement: the state comes from memory and goes back.
const NANOSECONDS_PER_PASS: f64 = 1.2;
/// What an amplitude of two f32 takes of that.
const SHARE_OF_SINGLE: f64 = 0.5;
/// A gate, whatever the width.
const NANOSECONDS_PER_GATE: f64 = 300.0;
/// To draw an outcome and count it, and for each of its bits.
const NANOSECONDS_PER_SHOT: f64 = 100.0;
const NANOSECONDS_PER_BIT: f64 = 10.0;
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
    /// How often the gates that not all ways share are passed through, at most.
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
        let ways = match method {
            Method::StateVector | Method::DensityMatrix => self.ways,
            Method::Trajectories => self.ways.saturating_mul(self.noise_ways),
            // what differs between shots is followed for many at once, unless it decides what follows
            Method::Tableau if self.has_feedback || self.has_classical_steps => u64::MAX,
            Method::Tableau => 1,
        };
        // shots that go the same way are one run; an exact answer takes all ways
        let runs = if shots == 0 { ways } else { ways.min(u64::from(shots)) };
        Simulation {
            method,
            memory_bytes: self.memory_bytes(method, precision),
            runs,
            updates: self.updates(method, runs),
            core_seconds: self.nanoseconds(method, precision, runs, shots) / 1e9,
        }
    }

    fn method(&self, shots: u32) -> Method {
        let is_wide = self.active_qubits > MAX_CLIFFORD_AMPLITUDE_QUBITS && !self.needs_amplitudes;
        let is_tableau = self.clifford() == Clifford::Yes && self.noise <= Noisiness::Pauli;
        if is_tableau && (is_wide || self.result_types.is_empty()) {
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

    /// Bytes a simulation on one thread takes at most. Where ways part, the state before that is kept.
    pub fn memory_bytes(&self, method: Method, precision: Precision) -> u64 {
        let width = self.active_qubits;
        let one = match method {
            Method::StateVector | Method::Trajectories => {
                with_block(state_vector_bytes(width, precision))
            }
            Method::DensityMatrix => return with_block(density_matrix_bytes(width)),
            Method::Tableau => tableau_bytes(width),
        };
        let is_derived = self.result_types.iter().any(|name| name == ADJOINT_GRADIENT);
        let parts = self.uses_mid_circuit_measurement || self.noise != Noisiness::None;
        let states = if is_derived { STATES_OF_GRADIENT } else { 1 + u64::from(parts) };
        let frames = match method {
            Method::Tableau => 2 * width + self.measurements.max(self.measured_qubits),
            _ => 0,
        };
        one.saturating_mul(states).saturating_add((frames as u64).saturating_mul(BYTES_OF_FRAMES))
    }

    /// Numbers of the state times the passes over it.
    fn updates(&self, method: Method, runs: u64) -> u64 {
        let shared = self.shared_gates as u64;
        let apart = (self.gates + self.resets + self.channels()) as u64 - shared;
        let passes = shared.saturating_add(apart.saturating_mul(runs)).max(1);
        let numbers = match method {
            Method::StateVector | Method::Trajectories => power_of_two(self.active_qubits),
            // a gate acts from both sides
            Method::DensityMatrix => power_of_two(2 * self.active_qubits).saturating_mul(2),
            Method::Tableau => (2 * self.active_qubits).div_ceil(64) as u64,
        };
        numbers.saturating_mul(passes)
    }

    fn nanoseconds(&self, method: Method, precision: Precision, runs: u64, shots: u32) -> f64 {
        let (runs, shots) = (runs as f64, f64::from(shots));
        if method == Method::Tableau {
            return runs * self.tableau_run() + self.frames(shots);
        }
        let share = match precision {
            Precision::Double => 1.0,
            Precision::Single => SHARE_OF_SINGLE,
        };
        // a gate acts from both sides of a density matrix
        let (state, sides, share) = match method {
            Method::DensityMatrix => (amplitudes(2 * self.active_qubits), 2.0, 1.0),
            _ => (amplitudes(self.active_qubits), 1.0, share),
        };
        let gate = sides * (NANOSECONDS_PER_GATE + share * state * NANOSECONDS_PER_UPDATE);
        let pass = NANOSECONDS_PER_GATE + share * state * NANOSECONDS_PER_PASS;
        let apart = self.gates.max(1) - self.shared_gates.min(self.gates);
        let run = apart as f64 * gate + self.choices() as f64 * pass;
        self.shared_gates as f64 * gate + runs * (run + pass) + self.draws(shots)
    }

    /// Passes of their own; measurements at the end are drawn all at once.
    fn choices(&self) -> usize {
        let measured = if self.ways > 1 { self.measurements } else { 0 };
        self.channels() + self.resets + measured
    }

    fn channels(&self) -> usize {
        self.noise_counts.values().sum()
    }

    fn tableau_run(&self) -> f64 {
        let words = (2 * self.active_qubits).div_ceil(64) as f64;
        let gates = self.gates as f64 * words * NANOSECONDS_PER_TABLEAU_WORD;
        let measured = self.measurements.max(self.measured_qubits) as f64;
        gates + measured * self.active_qubits as f64 * words * NANOSECONDS_PER_MEASURED_WORD
    }

    fn frames(&self, shots: f64) -> f64 {
        let steps = (self.gates + self.measurements + self.channels()) as f64;
        (shots / 64.0).ceil() * steps * NANOSECONDS_PER_FRAME_WORD + self.draws(shots)
    }

    fn draws(&self, shots: f64) -> f64 {
        shots * (NANOSECONDS_PER_SHOT + self.measured_qubits as f64 * NANOSECONDS_PER_BIT)
    }
}

/// A state that is larger than a block is worked on block by block.
fn with_block(bytes: u64) -> u64 {
    if bytes > BYTES_OF_BLOCK {
        bytes.saturating_add(BYTES_OF_BLOCK)
    } else {
        bytes.max(LEAST_STATE_BYTES)
    }
}

/// Four square tables of bits and two columns of signs, in words.
fn tableau_bytes(qubits: usize) -> u64 {
    let words = qubits.div_ceil(64) as u64;
    words.saturating_mul(words).saturating_mul(4 * 64 * 8).saturating_add(words.saturating_mul(16))
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
