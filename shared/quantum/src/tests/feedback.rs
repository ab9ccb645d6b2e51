//! Do programs that decide while they run do what they say?

use super::{assert_sampled, circuit, run};
use crate::{Method, Run, SimulationError, simulate};

/// Programs with feedback, and the exact distribution of what they record.
const KNOWN: &[(&str, &[(&str, f64)])] = &[
    // teleportation of a state with probability 1/4 of being 1
    (
        "qubit[3] q; bit[2] m; bit r; ry(pi/3) q[0]; h q[1]; cx q[1], q[2]; cx q[0], q[1]; h q[0];
         m[0] = measure q[0]; m[1] = measure q[1];
         if (m[1]) { x q[2]; } if (m[0]) { z q[2]; }
         ry(-pi/3) q[2]; r = measure q[2]; m[0] = measure q[1]; m[1] = measure q[1]; reset q[0];",
        &[("000", 0.5), ("110", 0.5)],
    ),
    (
        "OPENQASM 2.0; include \"qelib1.inc\"; qreg q[2]; creg c[2]; h q[0]; measure q[0] -> c[0];
         if (c == 1) x q[1]; measure q[1] -> c[1];",
        &[("00", 0.5), ("11", 0.5)],
    ),
    (
        "qubit q; bit b; bit c; h q; b = measure q; if (b) { c = measure q; } else { x q; c = measure q; }",
        &[("01", 0.5), ("11", 0.5)],
    ),
    // measured into what is no register of bits
    ("qubit[2] q; array[bit, 2] c; x q[0]; c[0] = measure q[0]; c[1] = measure q[1];", &[("10", 1.0)]),
    ("qubit[2] q; x q; bool b = bool(measure q[0]); if (b) { x q[1]; }", &[("1", 1.0)]),
    // until the coin shows 1
    (
        "qubit q; qubit r; bit b; bit c; while (!b) { h q; b = measure q; } x r; c = measure r;",
        &[("11", 1.0)],
    ),
    (
        "qubit q; bit b; int n = 0; for int i in [0:9] { h q; b = measure q; if (b) { break; } n += 1; }
         qubit r; bit c; if (n == 0) { x r; } c = measure r;",
        &[("11", 0.5), ("10", 0.5 - 1.0 / 1024.0), ("00", 1.0 / 1024.0)],
    ),
    (
        "qubit q; bit b; h q; b = measure q; if (b) { end; } x q; bit c; c = measure q;",
        &[("01", 0.5), ("10", 0.5)],
    ),
    (
        "qubit[2] q; bit[2] b; h q; b = measure q; qubit r; bit c;
         switch (int[4](b)) { case 0, 3 { x r; } default { } } c = measure r;",
        &[("001", 0.25), ("010", 0.25), ("100", 0.25), ("111", 0.25)],
    ),
    (
        "def flip(qubit a) -> bit { bit m; h a; m = measure a; return m; }
         qubit q; bit b; b = flip(q); qubit r; if (b) { x r; } bit c; c = measure r;",
        &[("00", 0.5), ("11", 0.5)],
    ),
    // an angle from what was measured
    (
        "qubit q; bit b; float w = 0; h q; b = measure q; if (b) { w = pi/3; } reset q; ry(w) q; bit c; c = measure q;",
        &[("00", 0.5), ("10", 0.375), ("11", 0.125)],
    ),
];

#[test]
fn shots_are_spread_as_theory_says() {
    for (source, expected) in KNOWN {
        assert_sampled(source, &run(source, 4_000), expected);
    }
}

#[test]
fn exact_probabilities_are_had_where_the_ways_end() {
    for (source, expected) in KNOWN {
        let found = run(source, 0).probabilities;
        for (bits, probability) in *expected {
            let found = found.get(*bits).copied().unwrap_or(0.0);
            assert!((found - probability).abs() < 1e-12, "{source}\n{bits}: {found}");
        }
        assert_eq!(found.len(), expected.len(), "{source}\n{found:?}");
    }
}

#[test]
fn outputs_are_told_for_each_shot() {
    let source = "output int n; output float f; output bit[2] c; qubit[2] q;
        h q[0]; cx q[0], q[1]; c = measure q; n = 2 * int(c[0]) + int(c[1]); f = n / 2.0;";
    let outcome = run(source, 50);
    let rows: Vec<Vec<u8>> = outcome.measurements.iter().collect();
    let expected: Vec<serde_json::Value> =
        rows.iter().map(|row| serde_json::json!(3 * i64::from(row[0]))).collect();
    assert_eq!(outcome.outputs["n"], expected);
    assert_eq!(outcome.outputs["f"].len(), 50);
    assert_eq!(outcome.measurements.width(), 2);
}

#[test]
fn little_memory_changes_no_outcome() {
    let source = "qubit[6] q; bit[8] b; int n = 0; h q; t q;
        for int i in [0:7] { h q[0]; t q[0]; cx q[0], q[i % 5 + 1]; h q[0]; b[i] = measure q[0]; if (b[i]) { n += 1; ry(0.3 * n) q[1]; } }
        bit[5] c; c = measure q[1:5];";
    let circuit = circuit(source);
    let with = |memory_limit_bytes| {
        simulate(&circuit, &Run { memory_limit_bytes, ..Run::new(500, 3) }).expect("a run")
    };
    let (roomy, tight) = (with(1 << 30), with(1_024));
    assert_eq!(roomy.method, Method::SinglePrecision);
    assert_eq!(roomy.measurements, tight.measurements);
}

#[test]
fn clifford_programs_with_feedback_run_on_a_tableau() {
    let source = "qubit[300] q; bit b; h q[0]; for int i in [0:298] { cx q[i], q[i + 1]; }
        b = measure q[299]; if (b) { x q[0]; } bit[2] c; c[0] = measure q[0]; c[1] = measure q[150];";
    let outcome = run(source, 2_000);
    assert_eq!(outcome.method, Method::Tableau);
    assert_sampled(source, &outcome, &[("000", 0.5), ("101", 0.5)]);
}

#[test]
fn what_never_ends_and_what_is_undefined_is_refused() {
    let refusal =
        |source: &str| simulate(&circuit(source), &Run::new(1, 0)).expect_err("a refusal");
    let endless = "qubit q; bit b; b = measure q; while (!b) { z q; b = measure q; }";
    assert_eq!(refusal(endless), SimulationError::EndlessLoop);
    let by_zero = "qubit q; bit b; int n = 4;\nb = measure q; if (!b) { n = 3 / int(b); } rx(n) q;";
    let SimulationError::Undefined { line, .. } = refusal(by_zero) else {
        panic!("it is undefined where it runs");
    };
    assert_eq!(line, 2);
}
