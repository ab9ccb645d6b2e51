//! How is a stabilizer state changed and measured, whatever its width?
//!
//! Clifford gates take Paulis to Paulis, so a state they make is known by what its qubits' X and Z come from: 4·n² bits instead of 2ⁿ
//! amplitudes. [`Tableau`] holds one such state, to be changed and measured step by step; [`Sampler`] takes a whole list of [`Steps`],
//! runs it once through a tableau for one reference outcome, and then follows for all shots at once only how each differs from it.

mod answers;
mod bits;
mod channel;
mod clifford;
mod error;
mod frames;
mod lanes;
mod measurement;
mod recognition;
mod rows;
mod sampler;
mod state;
mod steps;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that meets one has failed")]
mod tests;

pub use answers::Distribution;
pub use bits::Samples;
pub use channel::PauliChannel;
pub use clifford::{Action, OneQubit, Pauli, TwoQubit};
pub use error::TableauError;
pub use sampler::{SHOTS_PER_BATCH, Sampler};
pub use state::Tableau;
pub use steps::Steps;
