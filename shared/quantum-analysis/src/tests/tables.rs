//! What does a person see of an analysis?

use quantum_program::NoiseKind;

use super::programs::{Written, ghz};
use crate::analysis::analyze;
use crate::simulation::Precision;
use crate::table::table;

fn shown(written: Written) -> String {
    let analysis = analyze(&written.finish());
    table(&analysis, &analysis.simulation(1000, Precision::Double))
}

#[test]
fn a_table_has_a_row_for_each_thing_a_person_asks() {
    let text = shown(ghz(3).gate("t", &[], &[0]).gate("rx", &[0.1], &[1]));
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "qubits      3");
    assert_eq!(lines[1], "depth       4, of two-qubit gates 2");
    assert_eq!(lines[2], "gates       5: 3 on one qubit, 2 on two, 0 on more");
    assert_eq!(lines[3], "            cx 2, h 1, rx 1, t 1");
    assert_eq!(lines[4], "T gates     1, and 1 neither T nor Clifford");
    assert_eq!(lines[5], "Clifford    no");
    assert!(lines[7].starts_with("simulation  state vector, 128 B, about "), "{}", lines[7]);
}

#[test]
fn rows_that_say_nothing_are_left_out() {
    assert!(!shown(ghz(2)).contains("noise"));
    let noisy = shown(ghz(2).noise(NoiseKind::BitFlip, 0.1, &[0]).barrier(&[0, 1]));
    assert!(noisy.contains("noise       bit_flip 1\n") && noisy.contains("barriers    1\n"));
    let decided = shown(ghz(2).measure(0, 0).if_bit(0, |written| written.gate("x", &[], &[1])));
    assert!(decided.contains("which decide what follows") && decided.contains("note"));
}

#[test]
fn an_analysis_is_also_an_object_in_json() {
    let json = serde_json::to_value(analyze(&ghz(3).finish())).expect("json");
    assert_eq!(json["gate_counts"]["cx"], 2);
    assert_eq!(json["noise"], "none");
    let huge = shown(ghz(200).gate("t", &[], &[0]));
    assert!(huge.contains("more memory than there is") && huge.contains("million years"), "{huge}");
}
