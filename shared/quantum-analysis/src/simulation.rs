//! How is a program simulated, and how much memory and time does that take?

use serde::Serialize;

use crate::analysis::{Analysis, Clifford, Noisiness};

/// Up to this many qubits noise is simulated exactly, with a density matrix, where shots are asked for.
const MAX_DENSITY_MATRIX_QUBITS: usize = 12;
/// Qubits of a state whose bytes are a number; beyond, memory is said to be endless.
const MAX_STATE_QUBITS: u32 = 59;
/// Qubits beyond which the time is reckoned no longer, so that it stays a number.
const MAX_TIMED_QUBITS: usize = 300;

/// Core-nanoseconds to change one amplitude by one gate, before fusion makes several gates one.
const NANOSECONDS_PER_UPDATE: f64 = 1.0;
/// Core-nanoseconds a gate takes whatever the width.
const NANOSECONDS_PER_GATE: f64 = 200.0;
/// Core-nanoseconds to draw an outcome.
const NANOSECONDS_PER_SHOT: f64 = 100.0;
/// Core-nanoseconds a gate takes for 64 rows of a tableau.
const NANOSECONDS_PER_TABLEAU_WORD: f64 = 1.0;

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

/// What a simulation takes. The time is a model's, of one core: it says the order of magnitude.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Simulation {
    pub method: Method,
    pub memory_bytes: u64,
    /// How often the gates are passed through: once, or for each shot.
    pub runs: u64,
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
        let shot_by_shot = self.uses_mid_circuit_measurement || method == Method::Trajectories;
        let runs = if shot_by_shot { u64::from(shots.max(1)) } else { 1 };
        Simulation {
            method,
            memory_bytes: self.memory_bytes(method, precision),
            runs,
            core_seconds: self.nanoseconds(method, runs, shots) / 1e9,
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
        let is_exact = shots == 0
            || (self.active_qubits <= MAX_DENSITY_MATRIX_QUBITS
                && !self.uses_mid_circuit_measurement);
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
            Method::Tableau => tableau_bytes(self.active_qubits).saturating_mul(states),
        }
    }

    fn nanoseconds(&self, method: Method, runs: u64, shots: u32) -> f64 {
        let gates = (self.gates + self.resets) as f64;
        let channels = self.noise_counts.values().sum::<usize>() as f64;
        let runs = runs as f64;
        let shots = f64::from(shots);
        let state = amplitudes(self.active_qubits);
        let per_gate = |size: f64| NANOSECONDS_PER_GATE + size * NANOSECONDS_PER_UPDATE;
        let draw = shots * (NANOSECONDS_PER_SHOT + self.measured_qubits as f64);
        match method {
            Method::StateVector => runs * gates.max(1.0) * per_gate(state) + draw,
            Method::Trajectories => runs * (gates + channels).max(1.0) * per_gate(state) + draw,
            Method::DensityMatrix => {
                // a gate acts from both sides
                runs * (2.0 * gates + channels).max(1.0) * per_gate(state * state) + draw
            }
            Method::Tableau => {
                let words = (2 * self.active_qubits).div_ceil(64) as f64;
                let measured = self.measured_qubits as f64;
                // each measurement may add up all rows; then a shot draws its random bits
                let once = gates * (NANOSECONDS_PER_GATE + words * NANOSECONDS_PER_TABLEAU_WORD)
                    + measured * self.active_qubits as f64 * words * NANOSECONDS_PER_TABLEAU_WORD;
                runs * once + draw
            }
        }
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
