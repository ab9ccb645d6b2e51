//! Is the chance of success the product of the right figures?

use super::documents::device;
use super::programs::{Written, ghz};
use crate::success::{Basis, expected_success};

fn check(probability: f64, expected: f64) {
    assert!((probability - expected).abs() < 1e-12, "{probability} {expected}");
}

#[test]
fn a_register_program_succeeds_by_the_devices_own_figures() {
    let success = expected_success(&ghz(3).finish(), &device("ionq")).expect("figures");
    check(success.probability, 0.9997 * 0.9961_f64.powi(2) * 0.9938_f64.powi(3));
    assert_eq!((success.basis, success.two_qubit_gates), (Basis::Typical, 2));
}

#[test]
fn a_program_on_physical_qubits_succeeds_by_theirs() {
    let program = Written::on_device(&[4, 3])
        .gate("h", &[], &[0])
        .gate("cz", &[], &[0, 1])
        .measure(1, 0)
        .finish();
    let success = expected_success(&program, &device("iqm")).expect("figures");
    check(success.probability, 0.9979 * 0.9812 * 0.981);
    assert_eq!(success.basis, Basis::PhysicalQubits);
}

#[test]
fn a_pair_without_a_figure_counts_as_the_median() {
    let program = Written::on_device(&[1, 2]).gate("cz", &[], &[0, 1]).measure(0, 0).finish();
    let success = expected_success(&program, &device("iqm")).expect("figures");
    check(success.probability, 0.9912 * 0.974);
}

#[test]
fn gates_count_as_the_native_ones_they_are_made_of() {
    let uses = |name: &str, angles: &[f64], qubits: &[u32], on: &str| {
        let program = Written::on(4).gate(name, angles, qubits).finish();
        expected_success(&program, &device(on)).expect("figures").two_qubit_gates
    };
    assert_eq!(uses("swap", &[], &[0, 1], "iqm"), 3);
    assert_eq!(uses("cx", &[], &[0, 1], "iqm"), 1);
    assert_eq!(uses("cp", &[0.3], &[0, 1], "iqm"), 2);
    assert_eq!(uses("zz", &[0.3], &[0, 1], "iqm"), 2);
    assert_eq!(uses("zz", &[0.3], &[0, 1], "ionq"), 1, "it is native there");
    assert_eq!(uses("ccx", &[], &[0, 1, 2], "iqm"), 6);
    assert_eq!(uses("c3x", &[], &[0, 1, 2, 3], "iqm"), 18);
}

#[test]
fn assumptions_are_said() {
    let said = |on: &str| {
        expected_success(&ghz(3).finish(), &device(on)).expect("figures").assumptions.join(" ")
    };
    assert!(said("iqm").contains("Swaps") && !said("ionq").contains("Swaps"));
    let open = r#"{"provider": {"fidelity": {"2Q": {"mean": 0.9}}}}"#;
    let open = crate::Capabilities::parse(open).expect("a document");
    let success = expected_success(&ghz(2).finish(), &open).expect("a figure");
    check(success.probability, 0.9);
    assert!(success.assumptions.join(" ").contains("measurements: they count as perfect"));
}

#[test]
fn a_device_without_figures_promises_nothing() {
    assert_eq!(expected_success(&ghz(3).finish(), &device("sv1")), None);
}
