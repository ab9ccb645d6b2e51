//! How large may a source text, and what it unfolds to, be?

/// Bytes of source text one program may have.
pub const MAX_SOURCE_BYTES: usize = 16_000_000;
/// Statements in one program, those in blocks and gate bodies included.
pub const MAX_STATEMENTS: usize = 1_000_000;
/// Depth of parentheses, brackets and blocks within one another.
pub const MAX_NESTING: usize = 64;
/// Custom gates and subroutines that call one another.
pub const MAX_CALL_DEPTH: usize = 64;
/// Errors reported for one program; the rest are left out.
pub const MAX_DIAGNOSTICS: usize = 20;
/// Warnings reported for one program; the rest are left out.
pub const MAX_WARNINGS: usize = 50;
/// Times the body of one loop may be written out.
pub const MAX_LOOP_ITERATIONS: usize = 1_000_000;
/// Statements and calculations carried out to understand one program, over all loops and calls.
pub const MAX_STEPS: usize = 50_000_000;
/// Elements an array may have, over all its dimensions.
pub const MAX_ARRAY_ELEMENTS: usize = 65_536;
/// Dimensions an array may have, as the specification has it.
pub const MAX_ARRAY_DIMENSIONS: usize = 7;
/// Controls that modifiers may put on one gate.
pub const MAX_CONTROLS: usize = 1_024;
/// Places an index known only while the program runs may choose from.
pub const MAX_RUN_TIME_CHOICES: usize = 64;
