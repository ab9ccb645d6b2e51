//! What does OpenQASM source text mean, and how is a program written as text?
//!
//! Text becomes tokens and a syntax tree ([`parse`]), the tree a flat program, and a program text again. Pure compute:
//! nothing here reads a file, and no source makes it panic, recurse or allocate without bound.

mod diagnostics;
mod limits;
mod lowering;
mod parsed;
mod printer;
mod syntax;

pub use diagnostics::{Code, Diagnostic, Diagnostics, Severity};
pub use limits::*;
pub use parsed::{Parsed, parse};
pub use printer::{PrintError, Style, print};
