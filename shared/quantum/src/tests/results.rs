//! Are result types what Braket defines, exactly and from shots?

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{circuit, run};
use crate::{Run, SimulationError, bind, parse, simulate};

/// The values of the result types, as JSON.
fn values(source: &str, shots: u32) -> Vec<Value> {
    let results = run(source, shots).results;
    results.iter().map(|one| serde_json::to_value(&one.value).expect("JSON")).collect()
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(all) => all.iter().flat_map(numbers).collect(),
        Value::Object(all) => all.values().flat_map(numbers).collect(),
        other => vec![other.as_f64().expect("a number")],
    }
}

fn assert_close(source: &str, found: &Value, expected: &[f64], tolerance: f64) {
    let found = numbers(found);
    let is_close = |(found, expected): (&f64, &f64)| (found - expected).abs() <= tolerance;
    assert!(
        found.len() == expected.len() && found.iter().zip(expected).all(is_close),
        "{source}\n{found:?}, not {expected:?}"
    );
}

/// Result pragmas on `ry(0.7) q[0]; cnot q[0], q[1]; t q[1];`, with their exact values.
fn known() -> Vec<(&'static str, Vec<f64>)> {
    let (cos, sin) = (0.7_f64.cos(), 0.7_f64.sin());
    let (zero, one) = (0.35_f64.cos().powi(2), 0.35_f64.sin().powi(2));
    let half = std::f64::consts::FRAC_1_SQRT_2;
    vec![
        ("probability q[0]", vec![zero, one]),
        ("probability", vec![zero, 0.0, 0.0, one]),
        ("probability q[1], q[0]", vec![zero, 0.0, 0.0, one]),
        ("expectation z(q[0])", vec![cos]),
        ("expectation z(q[0]) @ z(q[1])", vec![1.0]),
        ("expectation x(q[0]) @ x(q[1])", vec![sin * half]),
        ("expectation x(q[0]) @ y(q[1])", vec![sin * half]),
        ("expectation y(q[0]) @ y(q[1])", vec![-sin * half]),
        ("expectation h(q[0])", vec![cos * half]),
        ("expectation i(q[0])", vec![1.0]),
        ("expectation z all", vec![cos, cos]),
        ("variance z(q[1])", vec![1.0 - cos * cos]),
        ("variance x(q[0])", vec![1.0]),
        ("expectation hermitian([[2, 1im], [-1im, -3]]) q[0]", vec![2.0 * zero - 3.0 * one]),
        ("variance hermitian([[2, 0], [0, -3]]) q[0]", vec![25.0 * zero * one]),
    ]
}

fn program(pragma: &str) -> String {
    format!("qubit[2] q; ry(0.7) q[0]; cnot q[0], q[1]; t q[1];\n#pragma braket result {pragma}\n")
}

#[test]
fn exact_values_are_those_of_theory() {
    for (pragma, expected) in known() {
        let source = program(pragma);
        assert_close(&source, &values(&source, 0)[0], &expected, 1e-12);
    }
}

#[test]
fn values_from_shots_are_near_the_exact_ones() {
    for (pragma, expected) in known() {
        let source = program(pragma);
        // six standard deviations of the widest of them, which is spread over 5
        let tolerance = 6.0 * 5.0 * 5.0 / 100.0_f64.powi(2).sqrt() / 10.0;
        let tolerance = if pragma.contains("hermitian") { tolerance } else { 0.06 };
        assert_close(&source, &values(&source, 10_000)[0], &expected, tolerance);
    }
}

#[test]
fn states_amplitudes_and_density_matrices_are_told_with_the_first_qubit_as_the_highest_bit() {
    let source = "qubit[2] q; x q[0]; h q[1]; s q[1];\n#pragma braket result state_vector\n\
        #pragma braket result amplitude \"10\", \"11\"\n#pragma braket result density_matrix q[1]\n";
    let half = std::f64::consts::FRAC_1_SQRT_2;
    let found = values(source, 0);
    assert_close(source, &found[0], &[0.0, 0.0, 0.0, 0.0, half, 0.0, 0.0, half], 1e-15);
    assert_close(source, &found[1], &[half, 0.0, 0.0, half], 1e-15);
    assert_close(source, &found[2], &[0.5, 0.0, 0.0, -0.5, 0.0, 0.5, 0.5, 0.0], 1e-15);
}

#[test]
fn a_sample_has_a_value_for_each_shot() {
    let source = "qubit[2] q; h q[0]; cnot q[0], q[1];\n#pragma braket result sample z(q[0]) @ z(q[1])\n\
        #pragma braket result sample z(q[1])\n";
    let outcome = run(source, 50);
    let found = values(source, 50);
    assert_close(source, &found[0], &[1.0; 50], 0.0);
    let measured: Vec<f64> =
        outcome.measurements.iter().map(|row| 1.0 - 2.0 * f64::from(row[1])).collect();
    assert_close(source, &found[1], &measured, 0.0);
}

#[test]
fn a_result_is_written_as_braket_writes_it() {
    let source = "qubit[3] q; x q[2];\n#pragma braket result expectation z(q[2]) @ i(q[0])\n\
        #pragma braket result probability q[1]\n#pragma braket result state_vector\n";
    let told = serde_json::to_value(run(source, 0).results).expect("JSON");
    assert_eq!(
        told[0],
        json!({"type": {"type": "expectation", "observable": ["z", "i"], "targets": [2, 0]}, "value": -1.0})
    );
    assert_eq!(told[1]["type"], json!({"type": "probability", "targets": [1]}));
    assert_eq!(told[2]["type"], json!({"type": "statevector"}));
    assert_eq!(told[2]["value"][1], json!([1.0, 0.0]));
}

fn refusal(source: &str, shots: u32) -> SimulationError {
    simulate(&circuit(source), &Run::new(shots, 0)).expect_err("a refusal")
}

#[test]
fn what_shots_cannot_tell_and_what_only_shots_tell_is_refused() {
    let asking = |pragma: &str| program(pragma);
    for (pragma, shots, expected) in [
        ("state_vector", 10, SimulationError::NeedsNoShots { noun: "a state vector" }),
        ("density_matrix q[0]", 10, SimulationError::NeedsNoShots { noun: "a density matrix" }),
        ("amplitude \"00\"", 10, SimulationError::NeedsNoShots { noun: "an amplitude" }),
        ("sample z(q[0])", 0, SimulationError::NeedsShots { noun: "a sample" }),
    ] {
        assert_eq!(refusal(&asking(pragma), shots), expected, "{pragma}");
    }
    let both =
        format!("{}#pragma braket result variance x(q[0])\n", program("expectation z(q[0])"));
    assert_eq!(refusal(&both, 10), SimulationError::ConflictingObservables { qubit: 0 });
    assert!(simulate(&circuit(&both), &Run::new(0, 0)).is_ok(), "exactly, bases do not clash");
}

#[test]
fn clifford_programs_of_any_width_tell_their_expectations() {
    let source = "qubit[500] q; h q[0]; for int i in [0:498] { cnot q[i], q[i + 1]; }\n\
        #pragma braket result expectation z(q[0]) @ z(q[499])\n\
        #pragma braket result expectation z(q[7])\n\
        #pragma braket result variance x(q[3])\n";
    for shots in [0, 2_000] {
        let found = values(source, shots);
        assert_close(source, &found[0], &[1.0], 0.0);
        assert_close(source, &found[1], &[0.0], if shots == 0 { 0.0 } else { 0.15 });
        assert_close(source, &found[2], &[1.0], if shots == 0 { 0.0 } else { 0.15 });
    }
}

/// The expectation and the gradient of a program at some inputs.
fn gradient(source: &str, inputs: &[(&str, f64)]) -> (f64, BTreeMap<String, f64>) {
    let inputs: BTreeMap<String, crate::Value> = inputs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), crate::Value::Float(*value)))
        .collect();
    let circuit = bind(&parse(source).expect("a program"), &inputs).expect("bound");
    let results = simulate(&circuit, &Run::new(0, 0)).expect("a run").results;
    match results.into_iter().next().map(|one| one.value) {
        Some(crate::ResultValue::Gradient { expectation, gradient }) => (expectation, gradient),
        other => panic!("a gradient, not {other:?}"),
    }
}

#[test]
fn a_gradient_is_that_of_theory() {
    let source = "input float a; input float b; qubit q; ry(2 * a) q; rz(b) q;\n\
        #pragma braket result adjoint_gradient expectation(3 * z(q)) all\n";
    let (expectation, found) = gradient(source, &[("a", 0.4), ("b", 1.1)]);
    assert!((expectation - 3.0 * 0.8_f64.cos()).abs() < 1e-12);
    assert!((found["a"] + 6.0 * 0.8_f64.sin()).abs() < 1e-12, "{found:?}");
    assert!(found["b"].abs() < 1e-12, "{found:?}");
}

#[test]
fn a_gradient_agrees_with_differences_whatever_the_gates() {
    let gates = "ry(a) q[0]; rx(b * a) q[1]; cphaseshift(a) q[0], q[1]; xx(b) q[1], q[2]; \
        ctrl @ negctrl @ U(a, b, a * b) q[0], q[1], q[2]; inv @ prx(a, b) q[0]; ms(a, b, a) q[0], q[2]; \
        pow(0.5) @ rz(b) q[1]; h q[1]; gpi2(a) q[2]; unitary_free q[0]; pswap(b) q[1], q[2]; gphase(a);";
    let gates = gates.replace("unitary_free q[0];", "t q[0];");
    let source = |pragma: &str| {
        format!(
            "input float a; input float b; qubit[3] q; {gates}\n#pragma braket result {pragma}\n"
        )
    };
    let asked = source(
        "adjoint_gradient expectation(2 * x(q[0]) @ y(q[2]) + a * z(q[1]) + hermitian([[1, 2im], [-2im, 0]]) q[2]) a, b",
    );
    let at = |a: f64, b: f64| gradient(&asked, &[("a", a), ("b", b)]);
    let (a, b, step) = (0.37, -1.2, 1e-4);
    let (_, found) = at(a, b);
    let slope = |more: f64, less: f64| (more - less) / (2.0 * step);
    let by_a = slope(at(a + step, b).0, at(a - step, b).0);
    let by_b = slope(at(a, b + step).0, at(a, b - step).0);
    assert!((found["a"] - by_a).abs() < 1e-6, "{found:?}, not {by_a}");
    assert!((found["b"] - by_b).abs() < 1e-6, "{found:?}, not {by_b}");
}
