//! How large may a program, an expansion or a run be?

/// Bytes of source text one program may have.
pub const MAX_SOURCE_BYTES: usize = 1_000_000;
/// Statements in one program, those in gate bodies and boxes included.
pub const MAX_STATEMENTS: usize = 200_000;
/// Qubits one program may declare; how many can be simulated is a matter of memory, see [`memory_bytes`].
pub const MAX_QUBITS: usize = 1_024;
/// Classical bits one program may declare or record.
pub const MAX_BITS: usize = 1_024;
/// Gates, measurements, resets and barriers once custom gates, powers and broadcasts are written out.
pub const MAX_EXPANDED_GATES: usize = 1_000_000;
/// Qubit operands of all of those together.
pub const MAX_EXPANDED_OPERANDS: usize = 8 * MAX_EXPANDED_GATES;
/// Depth of parentheses, of blocks, and of custom gates that call custom gates.
pub const MAX_NESTING: usize = 64;
/// `input` parameters of one program.
pub const MAX_INPUTS: usize = 1_000;
/// Diagnostics reported for one program; the rest are left out.
pub const MAX_DIAGNOSTICS: usize = 20;
/// Shots of one run.
pub const MAX_SHOTS: u32 = 100_000;
/// Recorded bits of one run: shots times measured bits.
pub const MAX_RECORDED_BITS: u64 = 50_000_000;
/// Outcomes an exact distribution (zero shots) may have.
pub const MAX_EXACT_OUTCOMES: usize = 65_536;
/// Qubits a state vector may have, whatever the memory.
pub const MAX_SIMULATED_QUBITS: usize = 34;

/// Bytes the state vector of `qubits` qubits takes: 16 × 2^qubits, saturating.
pub fn memory_bytes(qubits: usize) -> u64 {
    u32::try_from(qubits)
        .ok()
        .and_then(|qubits| 1_u64.checked_shl(qubits))
        .and_then(|amplitudes| amplitudes.checked_mul(16))
        .unwrap_or(u64::MAX)
}
