//! Which of the simulator's functions holds a program, by its memory and its time.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::version::ResourceEstimate;

/// Which function has the memory and time for a simulation.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SimulationSize {
    Small,
    Medium,
    Large,
}

impl SimulationSize {
    /// By width, which is memory, and by amplitude updates, which is time.
    pub fn of(estimate: &ResourceEstimate, shots: u32) -> Option<Self> {
        let updates = estimate.updates(shots);
        [Self::Small, Self::Medium, Self::Large]
            .into_iter()
            .find(|size| estimate.qubits <= size.qubits() && updates <= size.updates())
    }

    /// The widest state it has memory for.
    pub fn qubits(self) -> u32 {
        match self {
            Self::Small => 22,
            Self::Medium => 26,
            Self::Large => 29,
        }
    }

    /// How long a simulation may take: somewhat less than its function.
    pub fn time_limit(self) -> Duration {
        Duration::from_secs(match self {
            Self::Small => 50,
            Self::Medium => 280,
            Self::Large => 870,
        })
    }

    /// Amplitude updates that surely fit half the time: 10⁸ a second.
    fn updates(self) -> u128 {
        u128::from(self.time_limit().as_secs()) * 50_000_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::tests::estimate;

    fn check_size(qubits: u32, gates: u64, size: Option<SimulationSize>) {
        let estimate = ResourceEstimate { qubits, gates, ..estimate() };
        assert_eq!(SimulationSize::of(&estimate, 1000), size, "{qubits} {gates}");
    }

    #[test]
    fn a_simulation_gets_the_smallest_function_that_holds_it() {
        check_size(3, 10, Some(SimulationSize::Small));
        check_size(22, 100, Some(SimulationSize::Small));
        check_size(22, 1_000, Some(SimulationSize::Medium));
        let mid = ResourceEstimate { uses_mid_circuit_measurement: true, ..estimate() };
        assert_eq!(SimulationSize::of(&mid, 1), Some(SimulationSize::Small));
        assert_eq!(
            SimulationSize::of(&ResourceEstimate { qubits: 20, ..mid }, 10_000),
            Some(SimulationSize::Large)
        );
        check_size(26, 100, Some(SimulationSize::Medium));
        check_size(29, 80, Some(SimulationSize::Large));
        check_size(29, 100_000, None);
        check_size(30, 1, None);
    }
}
