//! When is each request due, whatever became of those before it?

use std::time::Duration;

/// Arrivals at a constant rate: an open loop, in which slow answers do not slow down the questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Schedule {
    /// Requests a second.
    pub rate: u32,
    pub lasting: Duration,
}

impl Schedule {
    pub(crate) fn count(self) -> u64 {
        let thousandths = self.lasting.as_millis() * u128::from(self.rate);
        u64::try_from(thousandths / 1000).unwrap_or(u64::MAX)
    }

    /// When request `number`, counted from zero, is due after the begin.
    pub(crate) fn due(self, number: u64) -> Duration {
        let nanos = u128::from(number) * 1_000_000_000 / u128::from(self.rate.max(1));
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// The next step on the way to saturation: half as much again.
    pub(crate) fn steeper(self) -> Self {
        Self { rate: self.rate + self.rate.div_ceil(2), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_due_at_even_distances() {
        let schedule = Schedule { rate: 150, lasting: Duration::from_secs(60) };
        assert_eq!(schedule.count(), 9000);
        assert_eq!(schedule.due(0), Duration::ZERO);
        assert_eq!(schedule.due(150), Duration::from_secs(1));
        assert_eq!(schedule.due(schedule.count()), schedule.lasting);
        let gaps = (1..9000).map(|number| schedule.due(number) - schedule.due(number - 1));
        assert!(gaps.into_iter().all(|gap| (6_666_666..=6_666_667).contains(&gap.as_nanos())));
    }

    #[test]
    fn each_step_is_half_as_steep_again() {
        let mut schedule = Schedule { rate: 150, lasting: Duration::from_secs(10) };
        let rates = [225, 338, 507, 761].map(|_| {
            schedule = schedule.steeper();
            schedule.rate
        });
        assert_eq!(rates, [225, 338, 507, 761]);
    }
}
