//! Is each provider's document read, and what is wrong refused?

use crate::capabilities::{Capabilities, Unreadable};
use crate::limits::MAX_DOCUMENT_BYTES;

pub(super) fn device(name: &str) -> Capabilities {
    let document = match name {
        "aqt" => include_str!("devices/aqt.json"),
        "dm1" => include_str!("devices/dm1.json"),
        "ionq" => include_str!("devices/ionq.json"),
        "iqm" => include_str!("devices/iqm.json"),
        "oqc" => include_str!("devices/oqc.json"),
        "quera" => include_str!("devices/quera.json"),
        "rigetti" => include_str!("devices/rigetti.json"),
        _ => include_str!("devices/sv1.json"),
    };
    Capabilities::parse(document).expect("a document in the schema's shape")
}

#[test]
fn every_providers_document_is_read() {
    let widths = ["aqt", "dm1", "ionq", "iqm", "oqc", "quera", "rigetti", "sv1"]
        .map(|name| device(name).paradigm.qubit_count);
    let expected = [Some(12), Some(17), Some(36), Some(5), Some(3), None, Some(4), Some(34)];
    assert_eq!(widths, expected);
    assert_eq!(device("quera").openqasm, None);
    assert_eq!(device("ionq").shots_range, Some((1, 5000)));
    assert_eq!(device("oqc").execution_windows.len(), 2);
}

#[test]
fn a_coupling_counts_in_both_directions() {
    let oqc = device("oqc").paradigm.connectivity.expect("a graph");
    assert!(oqc.couples(0, 1) && oqc.couples(1, 0) && !oqc.couples(0, 2));
    let ionq = device("ionq").paradigm.connectivity.expect("a graph");
    assert!(ionq.couples(0, 35));
}

#[test]
fn fidelities_are_found_in_each_providers_shape() {
    let check = |name, expected: [Option<f64>; 3]| {
        let typical = device(name).calibration.typical();
        let found = [typical.one_qubit_gate, typical.two_qubit_gate, typical.readout];
        for (found, expected) in found.into_iter().zip(expected) {
            let is_close = found.zip(expected).is_some_and(|(a, b)| (a - b).abs() < 1e-12);
            assert!(is_close || found == expected, "{name}: {found:?} {expected:?}");
        }
    };
    // standardized, of the device
    check("ionq", [Some(0.9997), Some(0.9961), Some(0.9938)]);
    // standardized, the median of qubits and pairs
    check("iqm", [Some(0.9987), Some(0.9912), Some(0.969)]);
    check("rigetti", [Some(0.9987), Some(0.9865), Some(0.9555)]);
    // the provider's own
    check("oqc", [Some(0.998), Some(0.95), Some(0.9)]);
    check("aqt", [Some(0.9985), Some(0.981), Some(0.995)]);
    check("sv1", [None, None, None]);
    assert_eq!(device("rigetti").calibration.pair(1, 0), Some(0.985), "the better gate");
}

#[test]
fn means_of_a_provider_are_used_without_standardized_ones() {
    let document = r#"{"standardized": null,
        "provider": {"fidelity": {"1Q": {"mean": 0.99}, "2Q": {"mean": 0.9}, "spam": {"mean": 7}}}}"#;
    let typical = Capabilities::parse(document).expect("a document").calibration.typical();
    assert_eq!((typical.two_qubit_gate, typical.readout), (Some(0.9), None));
}

#[test]
fn specifications_by_qubit_are_read() {
    let document = r#"{"provider": {"specs": {
        "1Q": {"0": {"f1QRB": 0.99, "fRO": 0.95}, "x": {}},
        "2Q": {"0-1": {"fCZ": 0.91, "fCZ_std_err": 0.99}, "01": {"fCZ": 1}}}}}"#;
    let calibration = Capabilities::parse(document).expect("a document").calibration;
    assert_eq!(calibration.pair(0, 1), Some(0.91));
    assert_eq!(calibration.typical().readout, Some(0.95));
}

#[test]
fn what_is_missing_null_or_new_does_no_harm() {
    for document in [
        "{}",
        r#"{"service": null, "action": null, "paradigm": null}"#,
        r#"{"action": {"braket.ir.openqasm.program": null}, "novelty": [1, {"a": 2}]}"#,
        r#"{"action": {"braket.ir.openqasm.program": {"supportedModifiers": null, "later": 1}},
            "paradigm": {"qubitCount": null, "connectivity": null, "nativeGateSet": null}}"#,
    ] {
        assert!(Capabilities::parse(document).is_ok(), "{document}");
    }
}

#[test]
fn what_is_no_document_is_refused_with_the_place() {
    for document in ["", "[", r#"{"service": {"shotsRange": "many"}}"#, "null", &"[".repeat(500)] {
        let error = Capabilities::parse(document).expect_err("no document");
        assert!(matches!(error, Unreadable::Malformed { .. }), "{document}: {error}");
        assert!(error.to_string().contains("GetDevice"), "{error}");
    }
    let long = " ".repeat(MAX_DOCUMENT_BYTES + 1);
    assert_eq!(Capabilities::parse(&long), Err(Unreadable::TooLong));
}
