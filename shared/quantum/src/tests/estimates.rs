//! Does the analysis foresee how a program is run, and with how much memory?

use quantum_analysis::{Method as Foreseen, Precision, analyze_circuit};

use super::circuit;
use crate::outcome::Method;
use crate::simulation::needed_bytes;
use crate::{Run, simulate};

/// Of `statements` on `qubits` qubits, all of them measured at the end.
fn check(qubits: usize, statements: &str, shots: u32) {
    let source = format!("qubit[{qubits}] q; bit[{qubits}] c; {statements} c = measure q;");
    let circuit = circuit(&source);
    let run = Run::new(shots, 3);
    let method =
        simulate(&circuit, &run).unwrap_or_else(|error| panic!("{source}\n{error}")).method;
    let needed = needed_bytes(&circuit, &run).expect("it was simulated");
    let precision = match method {
        Method::SinglePrecision | Method::Trajectories => Precision::Single,
        _ => Precision::Double,
    };
    let foreseen = analyze_circuit(&circuit).simulation(shots, precision);
    let expected = match method {
        Method::SinglePrecision | Method::StateVector => Foreseen::StateVector,
        Method::Tableau => Foreseen::Tableau,
        Method::DensityMatrix => Foreseen::DensityMatrix,
        Method::Trajectories => Foreseen::Trajectories,
    };
    assert_eq!(foreseen.method, expected, "{source}");
    assert!(foreseen.memory_bytes >= needed, "{source}: {} {needed}", foreseen.memory_bytes);
    assert!(foreseen.memory_bytes <= 2 * needed + (1 << 18), "{source}: {needed}");
}

const TURN: &str = "rx(0.3) q; cnot q[0], q[1]; ry(0.7) q[1];";
const DAMPING: &str = "\n#pragma braket noise amplitude_damping(0.1) q[0]\n";

#[test]
fn the_method_and_the_memory_of_a_run_are_foreseen() {
    for qubits in [2, 10, 16] {
        check(qubits, TURN, 100);
        check(qubits, &format!("{TURN} c[0] = measure q[0]; h q[0];"), 100);
        check(qubits, &format!("{TURN} c[0] = measure q[0]; if (c[0] == 1) t q[1];"), 100);
        check(qubits, &format!("{TURN} reset q[0]; {TURN}"), 100);
        check(qubits, &format!("{TURN} {DAMPING} {TURN}"), 3);
    }
    check(2, &format!("{TURN} {DAMPING}"), 100);
    check(9, &format!("{TURN} {DAMPING}"), 1000);
    check(3, TURN, 0);
}

#[test]
fn a_clifford_program_is_foreseen_to_run_on_a_tableau() {
    for qubits in [2, 30, 500] {
        check(qubits, "h q; cnot q[0], q[1];", 100);
        check(qubits, "h q[0]; c[0] = measure q[0]; cnot q[0], q[1];", 100);
        check(qubits, "h q[0]; c[0] = measure q[0]; if (c[0] == 1) x q[1];", 100);
        check(qubits, "h q;\n#pragma braket noise bit_flip(0.1) q[0]\n", 100);
    }
    check(3, "h q; cnot q[0], q[1];", 0);
}
