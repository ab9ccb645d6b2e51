//! How is a state vector changed, measured and summed over?
//!
//! `Operations` say what happens on which positions; a `Plan` arranges them for one `State`; the state runs it.
//! The bit at position k of a basis state's index is the value of the qubit at position k.

mod branches;
mod buffer;
mod complex;
mod density;
mod error;
mod execution;
mod kernels;
mod lanes;
mod meter;
mod operations;
mod plan;
mod reading;
mod real;
mod reductions;
mod sampling;
mod segments;
mod state;
#[cfg(test)]
mod tests;

pub use complex::Complex;
pub use error::{Error, InvalidOperation};
pub use lanes::Path;
pub use meter::Progress;
pub use operations::{Control, MAX_POSITIONS, MAX_TARGETS, Operations};
pub use plan::Plan;
pub use reading::{MAX_MARGINAL, MAX_REDUCED};
pub use real::Real;
pub use state::{MAX_THREADS, Settings, State};
