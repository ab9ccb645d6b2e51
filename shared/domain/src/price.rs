//! What a job costs, from the dated price file and what was agreed.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::{Deserialize, Deserializer, Serialize, de::Error};

use crate::{Money, hardware::Platform, version::ResourceEstimate};

/// What a device charges for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tariff {
    #[serde(deserialize_with = "amount")]
    pub per_task: Money,
    #[serde(deserialize_with = "amount")]
    pub per_shot: Money,
    /// Per 10⁹ amplitude updates, that is gates × 2^qubits.
    #[serde(deserialize_with = "amount")]
    pub per_giga_update: Money,
    /// Up to this width, updates are free.
    pub free_qubits: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceFile {
    as_of: String,
    #[serde(deserialize_with = "dollars")]
    #[serde(rename = "currency")]
    _currency: (),
    #[serde(rename = "note")]
    _note: String,
    devices: BTreeMap<String, Tariff>,
}

static PRICES: LazyLock<PriceFile> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../infra/prices.json"))
        .expect("infra/prices.json is checked by a test")
});

fn dollars<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    let currency = String::deserialize(deserializer)?;
    if currency == crate::money::CURRENCY {
        Ok(())
    } else {
        Err(D::Error::custom("prices are in USD"))
    }
}

/// The file writes decimals, the table whole micro-dollars.
fn amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Money, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Decimal(String),
        Micros(i64),
    }
    match Written::deserialize(deserializer)? {
        Written::Decimal(text) => text.parse().map_err(D::Error::custom),
        Written::Micros(micros) => Ok(Money::from_micros(micros)),
    }
}

/// A device without a tariff is not sold.
pub fn tariff(device_id: &str) -> Option<Tariff> {
    PRICES.devices.get(device_id).copied()
}

/// The date of the price file, `YYYY-MM-DD`.
pub fn as_of() -> &'static str {
    &PRICES.as_of
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LineKind {
    AppFee,
    Task,
    Shots,
    Simulation,
    NoCharge,
    /// A month's or a year's use of an app, in advance.
    Subscription,
    /// Given back of an earlier line.
    Refund,
}

/// One line of a quote, a charge and a bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub kind: LineKind,
    pub description: String,
    pub quantity: u64,
    pub amount: Money,
}

/// The price agreed on submit: also the most that may be charged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    pub app_fee: Money,
    pub per_task: Money,
    pub per_shot: Money,
    pub shots: u32,
    pub simulation: Money,
    pub giga_updates: u64,
    /// Date of the prices it was made from.
    pub as_of: String,
}

impl Quote {
    pub fn new(
        app_fee: Money,
        tariff: &Tariff,
        platform: Platform,
        estimate: &ResourceEstimate,
        shots: u32,
    ) -> Self {
        let updates = match platform {
            Platform::Hub => estimate.updates(shots),
            Platform::Braket => estimate.amplitude_updates(),
        };
        let billable = if estimate.qubits <= tariff.free_qubits { 0 } else { updates };
        Self {
            app_fee,
            per_task: tariff.per_task,
            per_shot: tariff.per_shot,
            shots,
            simulation: per_giga(tariff.per_giga_update, billable),
            giga_updates: u64::try_from(updates.div_ceil(GIGA)).unwrap_or(u64::MAX),
            as_of: as_of().to_owned(),
        }
    }

    /// Nothing is charged, as in a trial.
    pub fn free(platform: Platform, estimate: &ResourceEstimate, shots: u32) -> Self {
        let nothing = Tariff {
            per_task: Money::ZERO,
            per_shot: Money::ZERO,
            per_giga_update: Money::ZERO,
            free_qubits: 0,
        };
        Self::new(Money::ZERO, &nothing, platform, estimate, shots)
    }

    pub fn total(&self) -> Money {
        self.lines(true, Some(self.shots)).iter().map(|line| line.amount).sum()
    }

    /// What is charged: the fee where the job completed, the device where it ran `billed_shots`.
    pub fn lines(&self, completed: bool, billed_shots: Option<u32>) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut add = |kind, description: &str, quantity: u64, amount: Money| {
            if amount != Money::ZERO {
                lines.push(Line { kind, description: description.to_owned(), quantity, amount });
            }
        };
        if completed {
            add(LineKind::AppFee, "App fee", 1, self.app_fee);
        }
        if let Some(shots) = billed_shots.map(|shots| shots.min(self.shots)) {
            add(LineKind::Task, "Quantum task", 1, self.per_task);
            add(LineKind::Shots, "Shots", u64::from(shots), self.per_shot.times(u64::from(shots)));
            add(
                LineKind::Simulation,
                "Simulation, 10^9 amplitude updates",
                self.giga_updates,
                self.simulation,
            );
        }
        lines
    }
}

const GIGA: u128 = 1_000_000_000;

/// Rounded up to a whole millionth.
fn per_giga(rate: Money, updates: u128) -> Money {
    let micros = u128::from(rate.micros().unsigned_abs()).saturating_mul(updates).div_ceil(GIGA);
    Money::from_micros(i64::try_from(micros).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::{AskedResults, SimulationEstimate};

    fn estimate(qubits: u32, gates: u64) -> ResourceEstimate {
        ResourceEstimate {
            qubits,
            depth: gates,
            gates,
            two_qubit_gates: 0,
            measured_qubits: qubits,
            gate_names: vec![],
            uses_mid_circuit_measurement: false,
            in_braket_dialect: true,
            results: AskedResults::None,
            simulation: SimulationEstimate::of_state_vector(qubits, gates),
        }
    }

    fn check(device: &str, qubits: u32, gates: u64, shots: u32, total: &str) {
        let tariff = tariff(device).expect("a priced device");
        let platform = if device == "hub-simulator" { Platform::Hub } else { Platform::Braket };
        let quote = Quote::new(Money::ZERO, &tariff, platform, &estimate(qubits, gates), shots);
        assert_eq!(quote.total().to_string(), total, "{device} {qubits} {gates} {shots}");
    }

    #[test]
    fn the_price_file_is_well_formed() {
        let date = format!("{}T00:00:00Z", as_of());
        assert!(date.parse::<crate::Moment>().is_ok());
        assert!(
            PRICES.devices.values().all(|t| !t.per_task.is_negative() && !t.per_shot.is_negative())
        );
    }

    #[test]
    fn prices_in_another_currency_are_refused() {
        let file = r#"{"as_of": "2026-11-20", "currency": "EUR", "note": "", "devices": {}}"#;
        let refused = serde_json::from_str::<PriceFile>(file).expect_err("euros");
        assert!(refused.to_string().starts_with("prices are in USD"), "{refused}");
    }

    #[test]
    fn device_costs_follow_the_tariff() {
        check("hub-simulator", 3, 10, 1000, "0.00");
        check("hub-simulator", 20, 1_000_000, 100_000, "0.00");
        check("hub-simulator", 29, 1000, 1000, "0.010738");
        check("ionq-forte-1", 3, 10, 1000, "80.30");
        check("iqm-garnet", 3, 10, 1000, "1.75");
        check("amazon-sv1", 3, 10, 1000, "0.003751");
    }

    #[test]
    fn the_fee_is_for_completed_jobs_and_the_device_for_what_ran() {
        let tariff = tariff("iqm-garnet").expect("a priced device");
        let quote =
            Quote::new(Money::from_micros(50_000), &tariff, Platform::Braket, &estimate(3, 5), 100);
        let sum =
            |lines: Vec<Line>| lines.iter().map(|line| line.amount).sum::<Money>().to_string();
        assert_eq!(quote.total().to_string(), "0.495");
        assert_eq!(sum(quote.lines(true, Some(100))), "0.495");
        assert_eq!(sum(quote.lines(false, Some(10))), "0.3145");
        assert_eq!(sum(quote.lines(false, Some(1_000_000))), "0.445", "never more than was agreed");
        assert_eq!(sum(quote.lines(false, None)), "0.00");
    }

    #[test]
    fn tariffs_survive_the_table() {
        let tariff = tariff("iqm-garnet").expect("a priced device");
        let stored = serde_json::to_value(tariff).expect("json");
        assert_eq!(serde_json::from_value::<Tariff>(stored).expect("tariff"), tariff);
    }

    #[test]
    fn huge_estimates_saturate() {
        let tariff = tariff("hub-simulator").expect("ours");
        let mut huge = estimate(64, u64::MAX);
        huge.simulation.updates_a_shot = u64::MAX;
        assert!(
            Quote::new(Money::ZERO, &tariff, Platform::Hub, &huge, u32::MAX).total() > Money::ZERO
        );
    }
}
