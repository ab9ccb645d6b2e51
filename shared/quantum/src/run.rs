//! How is a circuit run, and what may keep it from being run to its end?

use std::ops::ControlFlow;

use quantum_program::Undefined;

use crate::limits::{
    MAX_EXACT_OUTCOMES, MAX_EXACT_WAYS, MAX_INSTRUCTIONS_RUN, MAX_SHOTS, MAX_SIMULATED_QUBITS,
};

/// How to run a circuit.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// Times to run and measure it, up to [`MAX_SHOTS`]; 0 asks for exact answers.
    pub shots: u32,
    /// The same seed gives the same outcome, whatever the threads.
    pub seed: u64,
    /// Threads to share the work among, at least one.
    pub threads: usize,
    /// Bytes the state may take; what needs more is refused before anything is allocated.
    pub memory_limit_bytes: u64,
    /// Told between passes over the state how far the run is. `Break` ends it with [`SimulationError::Cancelled`].
    pub progress: &'a dyn Fn(Progress) -> ControlFlow<()>,
}

impl Run<'_> {
    /// A run on one thread that is never cancelled and may take 1 GiB.
    pub fn new(shots: u32, seed: u64) -> Self {
        Self { shots, seed, threads: 1, memory_limit_bytes: 1 << 30, progress: &uninterrupted }
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
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
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
        "the exact answer has more than {MAX_EXACT_OUTCOMES} values: measure fewer qubits or ask for shots"
    )]
    TooManyOutcomes,
    #[error(
        "the exact distribution takes more than {MAX_EXACT_WAYS} ways the program may go: ask for shots"
    )]
    TooManyWays,
    #[error("{noun} cannot be told exactly here: ask for at least 1 shot")]
    NeedsShots { noun: &'static str },
    #[error("{noun} takes the exact state: ask for 0 shots")]
    NeedsNoShots { noun: &'static str },
    #[error(
        "result types ask for qubit {qubit} to be measured in more than one basis: ask for them in several programs"
    )]
    ConflictingObservables { qubit: usize },
    #[error("an observable's matrix on {qubits} qubits is too large: use one on at most {largest}")]
    ObservableTooLarge { qubits: usize, largest: usize },
    #[error(
        "an amplitude is asked for of `{state}`, which is not a basis state of {qubits} qubits: write {qubits} characters 0 or 1"
    )]
    NotABasisState { state: String, qubits: usize },
    #[error(
        "the adjoint gradient is defined for programs without measurement, reset and noise: {help}"
    )]
    NoGradient { help: &'static str },
    #[error(
        "during the run {reason} at {line}:{column}: change the inputs, or the expression in the program"
    )]
    Undefined { reason: Undefined, line: usize, column: usize },
    #[error(
        "a shot ran more than {MAX_INSTRUCTIONS_RUN} instructions: end the loop earlier, for its condition may hold for ever"
    )]
    EndlessLoop,
    #[error(
        "the operators of the noise `kraus` give {sum} in all, and must give 1: correct the pragma"
    )]
    IncompleteNoise { sum: f64 },
    #[error(
        "a state with noise or choices has no amplitudes: ask for probabilities, expectations or a density matrix"
    )]
    Mixed,
    #[error("the run was cancelled")]
    Cancelled,
    #[error("the memory for {needed_bytes} bytes could not be had")]
    OutOfMemory { needed_bytes: u64 },
}
