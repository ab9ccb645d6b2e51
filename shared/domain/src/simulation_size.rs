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
    /// By the memory of the states and by the updates, which are time.
    pub fn of(estimate: &ResourceEstimate, shots: u32) -> Result<Self, TooLarge> {
        let (bytes, updates) = (estimate.simulation_bytes(shots), estimate.updates(shots));
        if bytes > Self::Large.memory_bytes() {
            return Err(TooLarge::Memory { bytes, most: Self::Large.memory_bytes() });
        }
        [Self::Small, Self::Medium, Self::Large]
            .into_iter()
            .find(|size| bytes <= size.memory_bytes() && updates <= size.updates())
            .ok_or(TooLarge::Time { updates, most: Self::Large.updates() })
    }

    /// Memory it has for states, its function's own needs aside.
    pub fn memory_bytes(self) -> u64 {
        match self {
            Self::Small => 64 << 20,
            Self::Medium => 1 << 30,
            // of 10,240 MB
            Self::Large => 9 << 30,
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

/// Why no function holds a simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooLarge {
    #[error("simulating it takes {bytes} bytes of memory and {most} are there: use fewer qubits")]
    Memory { bytes: u64, most: u64 },
    #[error(
        "simulating it takes {updates} amplitude updates and {most} fit into the time: use fewer gates, qubits or shots"
    )]
    Time { updates: u128, most: u128 },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{job::tests::estimate, version::SimulationEstimate};

    fn check_size(qubits: u32, gates: u64, size: Option<SimulationSize>) {
        let simulation = SimulationEstimate::of_state_vector(qubits, gates);
        let estimate = ResourceEstimate { simulation, ..estimate() };
        assert_eq!(SimulationSize::of(&estimate, 1000).ok(), size, "{qubits} {gates}");
    }

    #[test]
    fn a_simulation_gets_the_smallest_function_that_holds_it() {
        check_size(3, 10, Some(SimulationSize::Small));
        check_size(22, 100, Some(SimulationSize::Small));
        check_size(22, 1_000, Some(SimulationSize::Medium));
        check_size(26, 100, Some(SimulationSize::Medium));
        check_size(29, 80, Some(SimulationSize::Large));
        check_size(30, 1, Some(SimulationSize::Large));
        check_size(29, 100_000, None);
        check_size(31, 1, None);
    }

    #[test]
    fn what_runs_for_each_shot_takes_time_for_each_shot() {
        let simulation = SimulationEstimate {
            updates_a_shot: 3 << 20,
            ..SimulationEstimate::of_state_vector(20, 3)
        };
        let estimate = ResourceEstimate { simulation, ..estimate() };
        assert_eq!(SimulationSize::of(&estimate, 1), Ok(SimulationSize::Small));
        assert_eq!(SimulationSize::of(&estimate, 10_000), Ok(SimulationSize::Large));
        assert_eq!(
            SimulationSize::of(&estimate, 100_000),
            Err(TooLarge::Time { updates: (3 << 20) * 100_001, most: 870 * 50_000_000 })
        );
    }

    #[test]
    fn exact_answers_take_their_own_memory() {
        let simulation = SimulationEstimate::of_state_vector(30, 1);
        let estimate = ResourceEstimate { simulation, ..estimate() };
        assert_eq!(SimulationSize::of(&estimate, 1), Ok(SimulationSize::Large));
        assert_eq!(
            SimulationSize::of(&estimate, 0),
            Err(TooLarge::Memory { bytes: 16 << 30, most: 9 << 30 })
        );
    }
}
