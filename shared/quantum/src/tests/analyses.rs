//! Are programs counted right?

use super::{circuit, program};

#[test]
fn a_bell_pair_is_counted() {
    let analysis =
        circuit("qubit[3] q; bit[2] c; h q[0]; cnot q[0], q[1]; c = measure q[0:1];").analysis();
    assert_eq!((analysis.qubits, analysis.active_qubits, analysis.measured_qubits), (3, 2, 2));
    assert_eq!((analysis.depth, analysis.gates), (2, 2));
    assert_eq!(
        (analysis.one_qubit_gates, analysis.two_qubit_gates, analysis.multi_qubit_gates),
        (1, 1, 0)
    );
    assert_eq!(
        analysis.gate_counts.into_iter().collect::<Vec<_>>(),
        [("cnot".to_owned(), 1), ("h".to_owned(), 1)]
    );
    assert!(!analysis.uses_mid_circuit_measurement);
}

#[test]
fn gates_are_counted_by_their_names_with_their_modifiers_once_written_out() {
    let analysis = program(
        "gate g a, b { h a; cx a, b; gphase(1); } qubit[4] q; g q[0], q[1]; inv @ s q; \
         ctrl(2) @ x q[0], q[1], q[2]; negctrl @ ctrl @ rx(1) q[0], q[1], q[2]; pow(0.5) @ x q[0]; gphase(2); \
         ctrl @ g q[3], q[0], q[1];",
    )
    .analysis();
    let expected = [
        ("ctrl @ cx", 1),
        ("ctrl @ gphase", 1),
        ("ctrl @ h", 1),
        ("ctrl(2) @ x", 1),
        ("cx", 1),
        ("h", 1),
        ("inv @ s", 4),
        ("negctrl @ ctrl @ rx", 1),
        ("pow @ x", 1),
    ];
    let found: Vec<(&str, usize)> =
        analysis.gate_counts.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(found, expected);
    assert_eq!(
        (analysis.one_qubit_gates, analysis.two_qubit_gates, analysis.multi_qubit_gates),
        (7, 2, 3)
    );
    assert_eq!(analysis.gates, 12);
}

#[test]
fn depth_is_the_longest_path_and_barriers_line_qubits_up() {
    let depth = |source: &str| program(source).analysis().depth;
    assert_eq!(depth("qubit[2] q; h q[0]; h q[0]; h q[1];"), 2);
    assert_eq!(depth("qubit[2] q; h q[0]; h q[0]; barrier q; h q[1];"), 3);
    assert_eq!(depth("qubit[2] q; h q; reset q; h q;"), 3);
    assert_eq!(depth("qubit[2] q; measure q;"), 0);
}

#[test]
fn acting_on_a_measured_qubit_or_resetting_a_used_one_is_mid_circuit() {
    let mid = |source: &str| program(source).analysis().uses_mid_circuit_measurement;
    assert!(mid("qubit q; h q; measure q; x q;"));
    assert!(mid("qubit q; h q; reset q;"));
    assert!(mid("qubit q; h q; measure q; reset q;"));
    assert!(!mid("qubit q; reset q; h q; measure q; measure q;"));
    assert!(!mid("qubit[2] q; h q[0]; measure q[0]; x q[1]; measure q[1];"));
}

#[test]
fn a_program_that_measures_nothing_measures_all_its_qubits() {
    assert_eq!(program("qubit[5] q; h q[0];").analysis().measured_qubits, 5);
    assert_eq!(program("qubit[5] q; measure q[0]; measure q[0];").analysis().measured_qubits, 1);
}
