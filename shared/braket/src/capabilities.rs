//! Which facts a device's capabilities document holds; what is missing or broken is `None`.

use domain::{Moment, Money};
use serde_json::Value;

const MAX_NAMES: usize = 1_000;
const MAX_EDGES: usize = 200_000;
const MAX_TEXT: usize = 1_000;

/// Which qubits can meet in a two-qubit gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Connectivity {
    All,
    /// Coupled pairs, the smaller number first, sorted, each once.
    Pairs(Vec<(u32, u32)>),
}

/// The one price in the document: never the whole price (task fees are missing), so only a hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostHint {
    pub price: Money,
    /// `shot`, `minute`, `task` …
    pub unit: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Capabilities {
    pub(crate) schema: Option<String>,
    pub(crate) qubits: Option<u32>,
    pub(crate) connectivity: Option<Connectivity>,
    pub(crate) native_gates: Option<Vec<String>>,
    pub(crate) operations: Option<Vec<String>>,
    pub(crate) shots: Option<(u64, u64)>,
    pub(crate) cost: Option<CostHint>,
    pub(crate) summary: Option<String>,
    pub(crate) documentation_url: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) updated_at: Option<Moment>,
}

impl Capabilities {
    /// Any text is accepted: a document that is no JSON holds no facts.
    pub(crate) fn read(json: &str) -> Self {
        let document: Value = serde_json::from_str(json).unwrap_or_default();
        let at = |path: &str| document.pointer(path);
        let text = |path: &str| {
            at(path).and_then(Value::as_str).map(|text| text.chars().take(MAX_TEXT).collect())
        };
        Self {
            schema: text("/braketSchemaHeader/name"),
            qubits: at("/paradigm/qubitCount")
                .and_then(Value::as_u64)
                .and_then(|count| count.try_into().ok()),
            connectivity: at("/paradigm/connectivity").and_then(connectivity),
            native_gates: at("/paradigm/nativeGateSet").and_then(names),
            operations: at("/action/braket.ir.openqasm.program").and_then(operations),
            shots: at("/service/shotsRange").and_then(range),
            cost: at("/service/deviceCost").and_then(cost),
            summary: text("/service/deviceDocumentation/summary"),
            documentation_url: text("/service/deviceDocumentation/externalDocumentationUrl"),
            location: text("/service/deviceLocation"),
            updated_at: text("/service/updatedAt").and_then(|time: String| moment(&time)),
        }
    }
}

/// Gates by their names, and gate modifiers by theirs.
fn operations(action: &Value) -> Option<Vec<String>> {
    let mut operations = names(action.get("supportedOperations")?)?;
    let modifiers =
        action.get("supportedModifiers").and_then(Value::as_array).into_iter().flatten();
    let named = modifiers.filter_map(|modifier| modifier.get("name")?.as_str().map(str::to_owned));
    operations.extend(named.take(MAX_NAMES));
    Some(operations)
}

fn names(value: &Value) -> Option<Vec<String>> {
    let names = value.as_array()?.iter().take(MAX_NAMES);
    names.map(|name| name.as_str().map(str::to_owned)).collect()
}

fn range(value: &Value) -> Option<(u64, u64)> {
    let [least, most] = value.as_array()?.as_slice() else { return None };
    let (least, most) = (least.as_u64()?, most.as_u64()?);
    (least <= most).then_some((least, most))
}

fn connectivity(value: &Value) -> Option<Connectivity> {
    if value.get("fullyConnected").and_then(Value::as_bool) == Some(true) {
        return Some(Connectivity::All);
    }
    let mut pairs = Vec::new();
    for (from, neighbours) in value.get("connectivityGraph")?.as_object()? {
        let from: u32 = from.parse().ok()?;
        for to in neighbours.as_array()?.iter().take(MAX_EDGES.saturating_sub(pairs.len())) {
            let to: u32 = to.as_str()?.parse().ok()?;
            pairs.push((from.min(to), from.max(to)));
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    Some(Connectivity::Pairs(pairs))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the cast saturates and the price is bounded before"
)]
fn cost(value: &Value) -> Option<CostHint> {
    let price = value.get("price")?.as_f64().filter(|price| (0.0..1e6).contains(price))?;
    let unit = value.get("unit")?.as_str()?.chars().take(20).collect();
    Some(CostHint { price: Money::from_micros((price * 1e6).round() as i64), unit })
}

/// Braket writes some times without a zone; they are UTC.
fn moment(text: &str) -> Option<Moment> {
    text.parse().or_else(|_| format!("{text}Z").parse()).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(document: &Value) -> Capabilities {
        Capabilities::read(&document.to_string())
    }

    #[test]
    fn a_whole_document_gives_every_fact() {
        let facts = read(&json!({
            "braketSchemaHeader": { "name": "braket.device_schema.iqm.iqm_device_capabilities", "version": "1" },
            "service": {
                "shotsRange": [1, 20000], "deviceCost": { "price": 0.00145, "unit": "shot" },
                "deviceDocumentation": { "summary": "Square lattice", "externalDocumentationUrl": "https://example.com" },
                "deviceLocation": "Espoo", "updatedAt": "2026-11-19T08:30:00.250000",
            },
            "action": { "braket.ir.openqasm.program": {
                "supportedOperations": ["h", "cnot"], "supportedModifiers": [{ "name": "ctrl" }]
            } },
            "paradigm": {
                "qubitCount": 3, "nativeGateSet": ["cz", "prx"],
                "connectivity": { "fullyConnected": false, "connectivityGraph": { "1": ["2"], "2": ["1", "3"], "3": ["2"] } },
            },
        }));
        assert_eq!(facts.qubits, Some(3));
        assert_eq!(facts.connectivity, Some(Connectivity::Pairs(vec![(1, 2), (2, 3)])));
        assert_eq!(facts.native_gates, Some(vec!["cz".to_owned(), "prx".to_owned()]));
        assert_eq!(facts.operations, Some(["h", "cnot", "ctrl"].map(str::to_owned).to_vec()));
        assert_eq!(facts.shots, Some((1, 20_000)));
        assert_eq!(
            facts.cost,
            Some(CostHint { price: Money::from_micros(1_450), unit: "shot".to_owned() })
        );
        assert_eq!(
            facts.updated_at.map(|at| at.to_string()).as_deref(),
            Some("2026-11-19T08:30:00.250Z")
        );
        assert_eq!(facts.location.as_deref(), Some("Espoo"));
    }

    #[test]
    fn what_is_broken_is_missing_and_leaves_the_rest() {
        let facts = read(&json!({
            "service": { "shotsRange": [9, 1], "deviceCost": { "price": "dear" }, "updatedAt": "soon" },
            "action": { "braket.ir.openqasm.program": { "supportedOperations": [1, 2] } },
            "paradigm": { "qubitCount": 36, "connectivity": { "connectivityGraph": { "x": ["y"] } } },
        }));
        assert_eq!(facts, Capabilities { qubits: Some(36), ..Capabilities::default() });
        for nothing in ["", "{", "[]", "null", "7"] {
            assert_eq!(Capabilities::read(nothing), Capabilities::default(), "{nothing}");
        }
    }

    #[test]
    fn a_fully_connected_device_needs_no_pairs() {
        let facts = read(
            &json!({ "paradigm": { "connectivity": { "fullyConnected": true, "connectivityGraph": {} } } }),
        );
        assert_eq!(facts.connectivity, Some(Connectivity::All));
    }
}
