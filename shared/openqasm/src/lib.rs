//! What does OpenQASM source text mean, and how is a program written as text?
//!
//! Text becomes tokens and a syntax tree (`syntax`), the tree a flat program ([`parse`]), and a program text again
//! ([`print()`]). Pure compute: nothing here reads a file, and no source makes it panic, recurse or allocate without bound.
//!
//! Where readings of the language differ:
//! * `U` and `u3` are the matrix that Braket and Qiskit have, also under `ctrl`; the specification's has another phase.
//! * The last character of a bit text such as `"0010"` is element 0, as the specification says; Braket counts from the left.
//! * A power of a custom gate is that of the whole gate, and its `gphase` is controlled and inverted with it.
//! * `1/2` is 0, with a warning; in OpenQASM 2 it is a half.
//! * Variables that a subroutine finds outside of itself can be read, but not assigned.

mod diagnostics;
mod limits;
mod lowering;
mod parsed;
mod printer;
mod syntax;

pub use diagnostics::{Code, Diagnostic, Diagnostics, Severity};
pub use limits::*;
pub use parsed::{Parsed, parse, parse_with};
pub use printer::{PrintError, Style, print};
