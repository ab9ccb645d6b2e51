//! Do programs as other toolkits export them run unchanged?

use openqasm::{Style, parse, print};

use crate::support::{assert_distribution, assert_same, distribution, program};

macro_rules! corpus {
    ($name:literal) => {
        include_str!(concat!("../corpus/", $name))
    };
}

#[test]
fn an_adder_adds() {
    // 1 + 15, the lowest bit first
    assert_distribution(corpus!("qasmbench_style_adder.qasm"), &[("00001", 1.0)]);
}

#[test]
fn a_repetition_code_finds_the_error_it_was_given() {
    let found = distribution(corpus!("qasmbench_style.qasm"));
    for (outcome, _) in found {
        // the bits of `c`, then those of `syn`
        assert_eq!(&outcome[3..], "10", "the first qubit was flipped");
    }
}

#[test]
fn the_same_circuit_in_both_versions_of_the_language_is_one_circuit() {
    assert_same(corpus!("qiskit_qft.qasm"), corpus!("qiskit_qft_3.qasm"));
    assert_same(corpus!("qiskit_definitions.qasm"), corpus!("qiskit_definitions_3.qasm"));
    let (old, new) =
        (distribution(corpus!("qiskit_zoo.qasm")), distribution(corpus!("qiskit_zoo_3.qasm")));
    for (outcome, share) in &old {
        assert!((share - new[outcome]).abs() < 1e-9, "{outcome}");
    }
    let transpiled = distribution(corpus!("qiskit_transpiled.qasm"));
    for (outcome, share) in &old {
        // the transpiled one measures into a register of its own, behind one that stays empty
        let of_transpiled: f64 =
            transpiled.iter().filter(|(other, _)| other.ends_with(outcome)).map(|(_, p)| p).sum();
        assert!((share - of_transpiled).abs() < 1e-9, "{outcome}");
    }
}

#[test]
fn parameters_of_an_exporter_are_inputs() {
    let program = program(corpus!("qiskit_parameters_3.qasm"));
    assert_eq!(program.inputs().len(), 12);
    assert!(!program.has_feedback());
}

#[test]
fn physical_qubits_of_an_exporter_are_kept() {
    let program = program(corpus!("qiskit_physical_3.qasm"));
    assert_eq!(program.physical_qubits().map(<[u32]>::len), Some(3));
}

#[test]
fn dynamic_circuits_of_an_exporter_are_read() {
    let parsed = parse(corpus!("qiskit_dynamic_3.qasm")).expect("it is right");
    assert!(parsed.program().has_feedback());
    assert_eq!(
        parsed.warnings().iter().map(|warning| warning.code.as_str()).collect::<Vec<_>>(),
        ["deprecated", "deprecated"]
    );
    assert_distribution(corpus!("qiskit_expressions_3.qasm"), &[("00", 1.0)]);
}

#[test]
fn a_program_of_an_exporter_becomes_brakets_dialect() {
    for source in [
        corpus!("mqt_bench_style.qasm"),
        corpus!("qiskit_zoo.qasm"),
        corpus!("qiskit_ansatz.qasm"),
        corpus!("qiskit_unitary.qasm"),
    ] {
        let text = print(&program(source), Style::Braket).expect("it has no feedback");
        assert!(!text.contains("include") && !text.contains("gate "), "{text}");
        assert_same(source, &text);
    }
}
