//! The main job as new users would do it: through HTTP alone, checked against theory and the bill.

pub mod demo;
mod http;
pub mod kill;
pub mod main_job;
pub mod money;
pub mod package;
pub mod people;
mod picture;
pub mod process;
pub mod publish;
pub mod random;
mod theory;

pub use http::{Door, Hub, Off, ensure, random_hex, random_seed, text};
