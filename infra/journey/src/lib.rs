//! The main job as new users would do it: through HTTP alone, checked against theory and the bill.

pub mod demo;
mod http;
pub mod kill;
pub mod main_job;
mod money;
mod package;
mod people;
mod picture;
mod publish;
mod theory;

pub use http::{Hub, Off};
