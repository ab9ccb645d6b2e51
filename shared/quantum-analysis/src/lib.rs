//! How large is a program, and does a device run it, at what price and chance?
//!
//! [`analyze`] counts what a program consists of; [`Analysis::simulation`] says what simulating it takes. A device is
//! known by its [`Capabilities`] document: [`misfits`] gives every reason why it does not run the program,
//! [`expected_success`] the chance that a shot is free of errors, [`Tariff::price`] the price and [`next_window`] when
//! the device is open; [`preflight`] is all of this at once. All of these are pure functions: no clock, no network, no prices of their own.

mod analysis;
mod calibration;
mod capabilities;
mod chance;
mod classes;
mod counting;
mod depth;
mod fit;
mod knowledge;
mod limits;
mod misfit;
mod names;
mod paulis;
mod preflight;
mod price;
mod report;
mod simulation;
mod success;
mod table;
mod windows;

#[cfg(test)]
mod tests;

pub use analysis::{Analysis, Clifford, Noisiness, analyze, analyze_circuit};
pub use calibration::{Calibration, Figures};
pub use capabilities::{
    Action, Capabilities, Connectivity, ExecutionWindow, Modifier, Paradigm, SupportedResult,
    Unreadable,
};
pub use classes::{GateClass, class_of, class_of_unitary};
pub use fit::{Form, Request, misfits};
pub use limits::*;
pub use misfit::Misfit;
pub use preflight::{Conditions, Preflight, Reason, preflight};
pub use price::{Line, Price, Tariff};
pub use report::Report;
pub use simulation::{Method, Precision, Simulation, density_matrix_bytes, state_vector_bytes};
pub use success::{Basis, Success, expected_success};
pub use table::{preflight_table, table};
pub use windows::{Window, next_window};
