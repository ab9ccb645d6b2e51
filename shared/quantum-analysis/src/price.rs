//! What does a task cost on a device, and on which assumptions?

use serde::{Deserialize, Serialize};

/// What a device charges, in millionths of a US dollar, on a date. Prices are the caller's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tariff {
    #[serde(default)]
    pub micros_per_task: u64,
    #[serde(default)]
    pub micros_per_shot: u64,
    #[serde(default)]
    pub micros_per_minute: u64,
    /// What is charged at least, where time is.
    #[serde(default)]
    pub least_seconds: u64,
    /// The day the prices were looked up, such as `2026-11-20`.
    pub as_of: String,
}

/// In millionths of a US dollar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Price {
    pub micros: u64,
    /// Those that cost something; their sum is the price.
    pub lines: Vec<Line>,
    /// Sentences.
    pub assumptions: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// `task`, `shots` or `seconds`.
    pub what: &'static str,
    pub quantity: u64,
    pub micros: u64,
}

impl Tariff {
    /// `seconds` is how long the task keeps the device, where time is charged. Sums saturate.
    pub fn price(&self, shots: u64, seconds: u64) -> Price {
        let billed_seconds = seconds.max(self.least_seconds);
        let time = u128::from(self.micros_per_minute) * u128::from(billed_seconds);
        let lines = [
            Line { what: "task", quantity: 1, micros: self.micros_per_task },
            Line {
                what: "shots",
                quantity: shots,
                micros: self.micros_per_shot.saturating_mul(shots),
            },
            Line {
                what: "seconds",
                quantity: billed_seconds,
                micros: u64::try_from(time.div_ceil(60)).unwrap_or(u64::MAX),
            },
        ];
        let lines: Vec<Line> = lines.into_iter().filter(|line| line.micros > 0).collect();
        Price {
            micros: lines.iter().fold(0, |sum, line| sum.saturating_add(line.micros)),
            lines,
            assumptions: self.assumptions(),
        }
    }

    fn assumptions(&self) -> Vec<String> {
        let mut said = vec![
            format!("Prices are those of {}; the provider may have changed them.", self.as_of),
            "One task in the public queue, without a reservation; taxes and storage are not in it."
                .to_owned(),
        ];
        if self.micros_per_shot > 0 {
            said.push("All shots are run and charged.".to_owned());
        }
        if self.micros_per_minute > 0 {
            said.push("The time is an estimate; what the run takes is charged.".to_owned());
        }
        said
    }
}
