//! What a device is and whether it can run a program.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    Kind, Moment, Refusal,
    price::{self, Tariff},
    version::{AskedResults, ResourceEstimate},
};

pub const HUB_SIMULATOR: &str = "hub-simulator";
/// 8 bytes × 2^30 fit the largest function, as counts take; exact answers take twice as much. Clifford programs may be wider.
pub const HUB_SIMULATOR_QUBITS: u32 = 30;
pub const MAX_SHOTS: u32 = 100_000;
/// Characters of a device's id.
pub const MAX_DEVICE_ID: usize = 100;
/// Characters of what a provider says of a device.
pub const MAX_DEVICE_TEXT: usize = 1_000;
/// No device comes near to it.
pub const MAX_QUBITS: u32 = 10_000;
/// Coupled pairs of a device; an item of the table has room for them.
pub const MAX_COUPLINGS: usize = 10_000;
/// Native gates, or operations, of a device.
pub const MAX_GATES: usize = 2_000;
/// How often a device's time is written though nothing else changed.
const SEEN_AT_LEAST: Duration = Duration::from_secs(3600);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Technology {
    Superconducting,
    TrappedIon,
    NeutralAtom,
    Photonic,
    Simulator,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Platform {
    Braket,
    Hub,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HardwareStatus {
    Online,
    Offline,
    Retired,
}

/// A device that jobs run on: a simulator or a quantum computer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hardware {
    /// Readable: `hub-simulator`, `ionq-forte-1`.
    pub id: String,
    pub arn: Option<String>,
    pub name: String,
    pub provider: String,
    pub technology_type: Technology,
    pub platform: Platform,
    pub description: String,
    pub status: HardwareStatus,
    pub qubits: u32,
    /// Pairs of coupled qubits; `None` where every pair is.
    pub connectivity_map: Option<Vec<(u32, u32)>>,
    /// Native gates.
    pub gate_set: Vec<String>,
    /// Gates a program may name; empty on our own simulator, which knows all of ours, and on devices
    /// that run no OpenQASM.
    pub operations: Vec<String>,
    pub min_shots: u32,
    pub max_shots: u32,
    pub queue_depth: Option<u32>,
    pub tariff: Option<Tariff>,
    /// Date of the tariff.
    pub priced_on: Option<String>,
    pub documentation_url: Option<String>,
    pub updated_at: Moment,
}

/// Our own simulator as a device.
pub fn hub_simulator(now: Moment) -> Hardware {
    Hardware {
        id: HUB_SIMULATOR.to_owned(),
        arn: None,
        name: "Hub Simulator".to_owned(),
        provider: "Quantum Hub".to_owned(),
        technology_type: Technology::Simulator,
        platform: Platform::Hub,
        description: "Simulation of OpenQASM programs with noise, feedback and result types, reproducible by seed."
            .to_owned(),
        status: HardwareStatus::Online,
        qubits: HUB_SIMULATOR_QUBITS,
        connectivity_map: None,
        gate_set: Vec::new(),
        operations: Vec::new(),
        min_shots: 0,
        max_shots: MAX_SHOTS,
        queue_depth: None,
        tariff: price::tariff(HUB_SIMULATOR),
        priced_on: Some(price::as_of().to_owned()),
        documentation_url: None,
        updated_at: now,
    }
}

/// Refuses what cannot be a device's id.
pub fn checked_id(text: &str) -> Result<&str, Refusal> {
    if is_slug(text) {
        return Ok(text);
    }
    Err(Refusal::new(
        Kind::Malformed,
        "bad_id",
        "A device id is a name such as hub-simulator; copy it from GET /hardware.",
    ))
}

/// What to write for a device seen now: nothing while only its time would change, but for once an hour.
pub fn refreshed(known: Option<&Hardware>, seen: Hardware) -> Option<Hardware> {
    let Some(known) = known else { return Some(seen) };
    let same = Hardware { updated_at: known.updated_at, ..seen.clone() } == *known;
    (!same || seen.updated_at.since(known.updated_at) >= SEEN_AT_LEAST).then_some(seen)
}

/// What to write for a device the provider lists no longer.
pub fn vanished(known: &Hardware, now: Moment) -> Option<Hardware> {
    let gone = known.platform == Platform::Braket && known.status != HardwareStatus::Retired;
    gone.then(|| Hardware { status: HardwareStatus::Retired, updated_at: now, ..known.clone() })
}

impl Hardware {
    pub fn checked_shots(shots: u32) -> Result<u32, Refusal> {
        if shots <= MAX_SHOTS {
            return Ok(shots);
        }
        let mut checks = crate::field::Checks::new();
        checks.require(false, "/shots", format!("use 0 to {MAX_SHOTS}"));
        checks.finish().map(|()| shots)
    }

    /// Refuses with the reason why not.
    pub fn can_run(&self, estimate: &ResourceEstimate, shots: u32) -> Result<Tariff, Refusal> {
        if self.status != HardwareStatus::Online {
            return Err(Refusal::conflict(
                "device_unavailable",
                format!(
                    "The device {} is {}; choose one that GET /hardware shows as ONLINE.",
                    self.id,
                    self.status_name()
                ),
            ));
        }
        let tariff = self.tariff.ok_or_else(|| {
            Refusal::conflict(
                "device_not_priced",
                format!(
                    "The device {} has no price yet and cannot be booked; choose another one.",
                    self.id
                ),
            )
        })?;
        match self.misfit(estimate, shots) {
            None => Ok(tariff),
            Some(reason) => Err(Refusal::new(
                Kind::Invalid,
                "device_cannot_run",
                format!("The device {} cannot run this program: {reason}.", self.id),
            )),
        }
    }

    fn misfit(&self, estimate: &ResourceEstimate, shots: u32) -> Option<String> {
        if estimate.qubits > self.qubits && self.platform == Platform::Braket {
            return Some(format!(
                "it has {} qubits, the program needs {}; choose a larger device",
                self.qubits, estimate.qubits
            ));
        }
        if !(self.min_shots..=self.max_shots).contains(&shots) {
            return Some(format!("it takes {} to {} shots", self.min_shots, self.max_shots));
        }
        match (estimate.results, shots) {
            (AskedResults::None, 0) => {
                return Some("without shots it has nothing to answer: ask for shots, or for result types in the program".to_owned());
            }
            (AskedResults::Sampled, 0) => {
                return Some("a sample takes shots: ask for at least 1".to_owned());
            }
            (AskedResults::Exact, 1..) => {
                return Some("the program asks for exact results: ask for 0 shots".to_owned());
            }
            _ => {}
        }
        if self.platform == Platform::Hub {
            return None;
        }
        if !estimate.in_braket_dialect {
            return Some("it decides while it runs, or is too long once it is written in Braket's own gates; choose the hub-simulator".to_owned());
        }
        if estimate.uses_mid_circuit_measurement {
            return Some("it measures at the end only; choose the hub-simulator".to_owned());
        }
        if self.operations.is_empty() {
            return Some("it runs no OpenQASM programs; choose another device".to_owned());
        }
        let unknown = estimate.gate_names.iter().find(|name| !self.operations.contains(name));
        unknown.map(|name| format!("it has no gate '{name}'; use one of its operations"))
    }

    fn status_name(&self) -> &'static str {
        match self.status {
            HardwareStatus::Online => "ONLINE",
            HardwareStatus::Offline => "OFFLINE",
            HardwareStatus::Retired => "RETIRED",
        }
    }
}

/// The readable id of a Braket device: provider and name of its ARN.
///
/// `arn:aws:braket:us-east-1::device/qpu/ionq/Forte-1` → `ionq-forte-1`; `None` for other ARNs.
pub fn slug(arn: &str) -> Option<String> {
    let mut parts = arn.split(":device/").nth(1)?.split('/').skip(1);
    let (provider, name) = (parts.next()?, parts.next()?);
    let slug = format!("{provider}-{name}").to_lowercase();
    (parts.next().is_none() && is_slug(&slug)).then_some(slug)
}

/// Whether a text may be a device's id.
pub fn is_slug(text: &str) -> bool {
    (1..=MAX_DEVICE_ID).contains(&text.len())
        && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::SimulationEstimate;

    fn estimate(qubits: u32, gate: &str) -> ResourceEstimate {
        ResourceEstimate {
            qubits,
            depth: 1,
            gates: 1,
            two_qubit_gates: 0,
            measured_qubits: 1,
            gate_names: vec![gate.to_owned()],
            uses_mid_circuit_measurement: false,
            in_braket_dialect: true,
            results: AskedResults::None,
            simulation: SimulationEstimate::of_state_vector(qubits, 1),
        }
    }

    fn garnet() -> Hardware {
        Hardware {
            id: "iqm-garnet".into(),
            platform: Platform::Braket,
            technology_type: Technology::Superconducting,
            qubits: 20,
            operations: vec!["h".into(), "cnot".into()],
            min_shots: 1,
            max_shots: 20_000,
            tariff: price::tariff("iqm-garnet"),
            ..hub_simulator(Moment::from_unix_millis(1))
        }
    }

    fn check(device: &Hardware, estimate: &ResourceEstimate, shots: u32, code: Option<&str>) {
        let refused = device.can_run(estimate, shots).err().map(|refusal| refusal.code);
        assert_eq!(refused, code, "{} {estimate:?} {shots}", device.id);
    }

    #[test]
    fn a_device_says_why_it_cannot_run_a_program() {
        let ours = hub_simulator(Moment::from_unix_millis(1));
        check(&ours, &estimate(2_000, "u3"), 1, None);
        check(&garnet(), &estimate(21, "h"), 1, Some("device_cannot_run"));
        check(&garnet(), &estimate(3, "h"), 100, None);
        check(&garnet(), &estimate(3, "ccx"), 100, Some("device_cannot_run"));
        check(&garnet(), &estimate(3, "h"), 20_001, Some("device_cannot_run"));
        let deciding = ResourceEstimate { in_braket_dialect: false, ..estimate(3, "h") };
        check(&garnet(), &deciding, 1, Some("device_cannot_run"));
        check(&ours, &deciding, 1, None);
        let mid = ResourceEstimate { uses_mid_circuit_measurement: true, ..estimate(3, "h") };
        check(&garnet(), &mid, 1, Some("device_cannot_run"));
        let analog = Hardware { operations: vec![], ..garnet() };
        check(&analog, &estimate(3, "h"), 1, Some("device_cannot_run"));
        check(
            &Hardware { status: HardwareStatus::Offline, ..garnet() },
            &estimate(3, "h"),
            1,
            Some("device_unavailable"),
        );
        check(
            &Hardware { tariff: None, ..garnet() },
            &estimate(3, "h"),
            1,
            Some("device_not_priced"),
        );
    }

    #[test]
    fn shots_and_results_have_to_agree() {
        let ours = hub_simulator(Moment::from_unix_millis(1));
        let asking = |results| ResourceEstimate { results, ..estimate(3, "h") };
        for (results, shots, code) in [
            (AskedResults::None, 0, Some("device_cannot_run")),
            (AskedResults::Any, 0, None),
            (AskedResults::Any, 1, None),
            (AskedResults::Exact, 0, None),
            (AskedResults::Exact, 1, Some("device_cannot_run")),
            (AskedResults::Sampled, 0, Some("device_cannot_run")),
            (AskedResults::Sampled, 1, None),
        ] {
            check(&ours, &asking(results), shots, code);
        }
        check(&garnet(), &asking(AskedResults::Any), 0, Some("device_cannot_run"));
    }

    #[test]
    fn shots_are_bounded() {
        assert!(Hardware::checked_shots(0).is_ok() && Hardware::checked_shots(MAX_SHOTS).is_ok());
        assert!(Hardware::checked_shots(MAX_SHOTS + 1).is_err());
    }

    #[test]
    fn a_device_is_written_when_it_changed_and_else_once_an_hour() {
        let at = |minutes: u64| Moment::from_unix_millis(1).plus(Duration::from_secs(60 * minutes));
        let known = Hardware { updated_at: at(0), ..garnet() };
        let check = |seen: Hardware, written: bool| {
            assert_eq!(refreshed(Some(&known), seen.clone()), written.then_some(seen));
        };
        check(Hardware { updated_at: at(5), ..known.clone() }, false);
        check(Hardware { updated_at: at(60), ..known.clone() }, true);
        check(Hardware { queue_depth: Some(3), updated_at: at(5), ..known.clone() }, true);
        assert_eq!(refreshed(None, known.clone()), Some(known));
    }

    #[test]
    fn only_the_providers_devices_vanish_and_only_once() {
        let now = Moment::from_unix_millis(9);
        let retired = vanished(&garnet(), now).expect("it was online");
        assert_eq!((retired.status, retired.updated_at), (HardwareStatus::Retired, now));
        assert_eq!(vanished(&retired, now), None);
        assert_eq!(vanished(&hub_simulator(now), now), None);
    }

    #[test]
    fn arns_become_readable_ids() {
        for (arn, expected) in [
            ("arn:aws:braket:us-east-1::device/qpu/ionq/Forte-1", Some("ionq-forte-1")),
            ("arn:aws:braket:::device/quantum-simulator/amazon/sv1", Some("amazon-sv1")),
            ("arn:aws:braket:::device/quantum-simulator/amazon", None),
            ("arn:aws:braket:::device/qpu/a/b/c", None),
            ("nonsense", None),
        ] {
            assert_eq!(slug(arn).as_deref(), expected, "{arn}");
        }
    }
}
