//! How good are a device's gates and measurements, as its provider measured them?
//!
//! Providers state it in different shapes: Braket's standardized properties in three versions, and their own. Fidelities
//! are from 0 to 1; what is no such number is passed over.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Fidelities of a device, of single qubits and pairs where it states them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Calibration {
    pub one_qubit_gates: BTreeMap<u32, f64>,
    pub readout: BTreeMap<u32, f64>,
    /// The best gate of each pair; the lower number first.
    pub two_qubit_gates: BTreeMap<(u32, u32), f64>,
    /// Of the device as a whole.
    pub stated: Figures,
}

/// One figure for each kind of operation.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Figures {
    pub one_qubit_gate: Option<f64>,
    pub two_qubit_gate: Option<f64>,
    pub readout: Option<f64>,
}

impl Calibration {
    pub(crate) fn read(standardized: &Value, provider: &Value) -> Self {
        let mut calibration = Self::default();
        calibration.add_standardized(standardized);
        if calibration == Self::default() {
            calibration.add_provider(provider);
        }
        calibration
    }

    /// What the device states of itself as a whole, else the median of its qubits and pairs.
    pub fn typical(&self) -> Figures {
        Figures {
            one_qubit_gate: self.stated.one_qubit_gate.or(median(self.one_qubit_gates.values())),
            two_qubit_gate: self.stated.two_qubit_gate.or(median(self.two_qubit_gates.values())),
            readout: self.stated.readout.or(median(self.readout.values())),
        }
    }

    pub fn pair(&self, one: u32, other: u32) -> Option<f64> {
        self.two_qubit_gates.get(&(one.min(other), one.max(other))).copied()
    }

    fn add_standardized(&mut self, properties: &Value) {
        for (qubit, properties) in numbered(&properties["oneQubitProperties"]) {
            let list = properties["oneQubitFidelity"].as_array().map_or(&[][..], Vec::as_slice);
            for entry in list {
                let Some(fidelity) = fraction(&entry["fidelity"]) else { continue };
                let name = entry["fidelityType"]["name"].as_str().unwrap_or_default();
                if name == "READOUT" {
                    self.readout.insert(qubit, fidelity);
                } else if name.starts_with("READOUT") {
                    // the errors of 0 and of 1 by themselves
                } else if name.starts_with("SIMULTANEOUS") {
                    // measured while the neighbours are at work, as in a program
                    self.one_qubit_gates.insert(qubit, fidelity);
                } else {
                    self.one_qubit_gates.entry(qubit).or_insert(fidelity);
                }
            }
        }
        for (pair, properties) in paired(&properties["twoQubitProperties"]) {
            let list = properties["twoQubitGateFidelity"].as_array();
            let fidelities = list.into_iter().flatten();
            self.add_pair(pair, fidelities.filter_map(|entry| fraction(&entry["fidelity"])));
        }
        let first = |name: &str| fraction(&properties[name][0]["fidelity"]);
        self.stated = Figures {
            one_qubit_gate: first("singleQubitFidelity"),
            two_qubit_gate: first("twoQubitGateFidelity"),
            readout: first("readoutFidelity"),
        };
    }

    fn add_pair(&mut self, (one, other): (u32, u32), fidelities: impl Iterator<Item = f64>) {
        if let Some(best) = fidelities.max_by(f64::total_cmp) {
            self.two_qubit_gates.insert((one.min(other), one.max(other)), best);
        }
    }

    fn add_provider(&mut self, provider: &Value) {
        self.add_means(&provider["fidelity"]);
        self.add_percentages(&provider["properties"]);
        self.add_lists(&provider["properties"]["one_qubit"], &provider["properties"]["two_qubit"]);
        self.add_lists(&provider["specs"]["1Q"], &provider["specs"]["2Q"]);
    }

    /// Trapped ions: `{"1Q": {"mean": …}, "2Q": …, "spam": …}`.
    fn add_means(&mut self, fidelity: &Value) {
        let mean = |name: &str| fraction(&fidelity[name]["mean"]);
        self.stated = Figures {
            one_qubit_gate: mean("1Q"),
            two_qubit_gate: mean("2Q"),
            readout: mean("spam"),
        };
    }

    /// Trapped ions again, in hundredths.
    fn add_percentages(&mut self, properties: &Value) {
        for (qubit, gate) in numbered(&properties["single_qubit_gate_fidelity"]) {
            if let Some(fidelity) = percentage(&gate["value"]) {
                self.one_qubit_gates.insert(qubit, fidelity);
            }
        }
        let two = percentage(&properties["mean_two_qubit_gate_fidelity"]["value"]);
        let readout = percentage(&properties["spam_fidelity_lower_bound"]);
        self.stated.two_qubit_gate = self.stated.two_qubit_gate.or(two);
        self.stated.readout = self.stated.readout.or(readout);
    }

    /// Superconductors: by qubit and by pair, `f` and a name for each fidelity.
    fn add_lists(&mut self, one_qubit: &Value, two_qubit: &Value) {
        for (qubit, properties) in numbered(one_qubit) {
            let gate = ["f1QRB_simultaneous", "f1Q_simultaneous_RB", "fRB", "f1QRB"];
            if let Some(fidelity) = gate.iter().find_map(|name| fraction(&properties[*name])) {
                self.one_qubit_gates.insert(qubit, fidelity);
            }
            if let Some(fidelity) = fraction(&properties["fRO"]) {
                self.readout.insert(qubit, fidelity);
            }
        }
        for (pair, properties) in paired(two_qubit) {
            let named = properties.as_object().into_iter().flatten();
            let fidelities = named
                .filter(|(name, _)| is_fidelity(name))
                .filter_map(|(_, value)| fraction(value));
            self.add_pair(pair, fidelities);
        }
    }
}

/// `fCZ`, `ECR_f`, `CLf`; but not `fCZ_std_err`.
fn is_fidelity(name: &str) -> bool {
    !name.contains("err") && (name.starts_with('f') || name.ends_with('f'))
}

fn numbered(entries: &Value) -> impl Iterator<Item = (u32, &Value)> {
    let entries = entries.as_object().into_iter().flat_map(Map::iter);
    entries.filter_map(|(qubit, value)| Some((qubit.parse().ok()?, value)))
}

/// Keys such as `0-1`.
fn paired(entries: &Value) -> impl Iterator<Item = ((u32, u32), &Value)> {
    let entries = entries.as_object().into_iter().flat_map(Map::iter);
    entries.filter_map(|(pair, value)| {
        let (one, other) = pair.split_once('-')?;
        Some(((one.parse().ok()?, other.parse().ok()?), value))
    })
}

fn fraction(value: &Value) -> Option<f64> {
    value.as_f64().filter(|value| (0.0..=1.0).contains(value))
}

fn percentage(value: &Value) -> Option<f64> {
    value.as_f64().map(|value| value / 100.0).filter(|value| (0.0..=1.0).contains(value))
}

fn median<'a>(values: impl Iterator<Item = &'a f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.copied().collect();
    values.sort_unstable_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    Some((values[values.len() / 2 - 1] + upper) / 2.0)
}
