//! How large may a program be?

/// Qubits one program may declare; how many can be simulated is a matter of the method and of memory.
pub const MAX_QUBITS: usize = 8_192;
/// Classical bits one program may declare or record.
pub const MAX_BITS: usize = 65_536;
/// Instructions once custom gates, powers, broadcasts, loops and subroutines are written out.
pub const MAX_INSTRUCTIONS: usize = 2_000_000;
/// Qubit operands of all of those together.
pub const MAX_OPERANDS: usize = 8 * MAX_INSTRUCTIONS;
/// Levels of an expression that only a run can evaluate.
pub const MAX_EXPRESSION_DEPTH: u16 = 256;
/// Classical variables that only a run knows; each element of an array is one.
pub const MAX_VARIABLES: usize = 65_536;
/// `input` parameters of one program.
pub const MAX_INPUTS: usize = 1_000;
/// Qubits a matrix written out in the program may act on.
pub const MAX_UNITARY_QUBITS: usize = 10;
/// Bits of a number: wider integers, angles and bit registers have no value as a whole.
pub const MAX_VALUE_BITS: u32 = 64;
