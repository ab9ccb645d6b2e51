//! How is a quantum state changed and measured, as fast as the machine allows?
//!
//! Matrices on qubit positions come in, amplitudes, outcomes and sums go out; nothing here knows of programs.

pub mod random;
pub mod tableau;
pub mod vector;
