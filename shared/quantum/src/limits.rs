//! How large may a run be?

/// Shots of one run.
pub const MAX_SHOTS: u32 = 100_000;
/// Recorded bits of one run: shots times measured bits.
pub const MAX_RECORDED_BITS: u64 = 50_000_000;
/// Outcomes an exact distribution (zero shots) may have, and values a result type may.
pub const MAX_EXACT_OUTCOMES: usize = 65_536;
/// Amplitudes a state vector asked for as a result may have, and entries of a density matrix.
pub const MAX_LISTED_AMPLITUDES: usize = 1 << 20;
/// Qubits a state vector may have, whatever the memory.
pub const MAX_SIMULATED_QUBITS: usize = 34;
/// Qubits up to which noise is simulated exactly, with a density matrix.
pub const MAX_DENSITY_QUBITS: usize = 12;
/// Ways a program may go, by what it measures, where all of them are followed for an exact distribution.
pub const MAX_EXACT_WAYS: usize = 4_096;
/// Instructions one shot may run: what loops longer is taken to have no end.
pub const MAX_INSTRUCTIONS_RUN: u64 = 20_000_000;
/// Qubits of an observable's matrix of which the eigenvectors are sought.
pub const MAX_OBSERVABLE_QUBITS: usize = 6;
