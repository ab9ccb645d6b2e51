//! Is OpenQASM text understood, refused and written as it should be?

mod diagnostics;
mod exporters;
mod feedback;
mod fuzz;
mod gates;
mod generator;
mod language;
mod limits;
mod printing;
mod support;
