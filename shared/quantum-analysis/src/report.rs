//! What is known of a program, as one object?

use serde::Serialize;

use crate::analysis::{Analysis, Clifford};
use crate::simulation::{Precision, Simulation};

/// Written in JSON, the counts stand beside what is concluded from them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    #[serde(flatten)]
    pub analysis: Analysis,
    pub clifford: Clifford,
    pub simulation: Simulation,
}

impl Report {
    /// For a simulation with that many shots.
    pub fn new(analysis: Analysis, shots: u32, precision: Precision) -> Self {
        let (clifford, simulation) = (analysis.clifford(), analysis.simulation(shots, precision));
        Self { analysis, clifford, simulation }
    }
}
