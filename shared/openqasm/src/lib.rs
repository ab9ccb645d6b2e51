//! What does OpenQASM source text mean, and how is a program written as text?

mod diagnostics;
mod limits;
mod syntax;

pub use diagnostics::{Code, Diagnostic, Diagnostics, Severity};
pub use limits::*;

/// Reads a program's text; the warnings if it is well formed.
pub fn check_syntax(source: &str) -> Result<Diagnostics, Diagnostics> {
    let mut faults = diagnostics::Faults::default();
    let _ = syntax::parser::document(source, &mut faults);
    faults.locate(source)
}
