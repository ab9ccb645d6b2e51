//! How large may a picture be?

/// Wires drawn of a program's qubits; the first ones are.
pub const MAX_DRAWN_QUBITS: usize = 64;
/// Bit registers drawn; the first ones are.
pub const MAX_DRAWN_REGISTERS: usize = 16;
/// Steps drawn one after another.
pub const MAX_DRAWN_COLUMNS: usize = 150;
/// Steps drawn in all.
pub const MAX_DRAWN_STEPS: usize = 4_000;
/// Blocks within blocks that get a frame of their own.
pub const MAX_DRAWN_NESTING: usize = 6;
/// Bars of a histogram.
pub const MAX_BARS: usize = 64;
/// Characters of a label.
pub const MAX_LABEL: usize = 24;
/// Characters of an outcome; longer ones are shortened in the middle.
pub const MAX_OUTCOME: usize = 40;
