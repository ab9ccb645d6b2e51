//! Is OpenQASM text understood, refused and written as it should be?

mod diagnostics;
mod gates;
mod language;
mod limits;
mod printing;
mod support;
