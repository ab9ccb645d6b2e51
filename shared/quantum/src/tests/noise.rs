//! Does noise do what its channels say, whichever way it is simulated?

use super::{assert_sampled, circuit, run};
use crate::{Method, Run, SimulationError, simulate};

/// Programs with noise, and the exact distribution of their outcomes.
const KNOWN: &[(&str, &[(&str, f64)])] = &[
    ("qubit q; ry(0) q;\n#pragma braket noise bit_flip(0.1) q\n", &[("0", 0.9), ("1", 0.1)]),
    ("qubit q; h q;\n#pragma braket noise phase_flip(0.2) q\nh q;", &[("0", 0.8), ("1", 0.2)]),
    ("qubit q; x q;\n#pragma braket noise depolarizing(0.3) q\n", &[("0", 0.2), ("1", 0.8)]),
    (
        "qubit q; x q;\n#pragma braket noise pauli_channel(0.1, 0.2, 0.3) q\n",
        &[("0", 0.3), ("1", 0.7)],
    ),
    (
        "qubit q; ry(pi/3) q;\n#pragma braket noise amplitude_damping(0.4) q\n",
        &[("0", 0.85), ("1", 0.15)],
    ),
    (
        "qubit q; ry(pi/3) q;\n#pragma braket noise generalized_amplitude_damping(0.4, 0.5) q\n",
        &[("0", 0.65), ("1", 0.35)],
    ),
    ("qubit q; h q;\n#pragma braket noise phase_damping(0.36) q\nh q;", &[("0", 0.9), ("1", 0.1)]),
    (
        "qubit[2] q; x q;\n#pragma braket noise two_qubit_depolarizing(0.15) q[0], q[1]\n",
        &[("00", 0.04), ("01", 0.04), ("10", 0.04), ("11", 0.88)],
    ),
    (
        "qubit[2] q; h q;\n#pragma braket noise two_qubit_dephasing(0.3) q[0], q[1]\nh q;",
        &[("00", 0.7), ("01", 0.1), ("10", 0.1), ("11", 0.1)],
    ),
    (
        "qubit q; x q;\n#pragma braket noise kraus([[0.6, 0], [0, 0.6]], [[0, 0.8], [0.8, 0]]) q\n",
        &[("0", 0.64), ("1", 0.36)],
    ),
    // noise before a measurement that decides
    (
        "qubit[2] q; bit[2] b; ry(0) q[0];\n#pragma braket noise bit_flip(0.25) q[0]\nb[0] = measure q[0]; if (b[0]) { x q[1]; } b[1] = measure q[1];",
        &[("00", 0.75), ("11", 0.25)],
    ),
];

/// Takes a program off the tableau, with nothing changed.
fn with_a_t_gate(source: &str) -> String {
    source.replacen("qubit q; ", "qubit q; t q; ti q; ", 1).replacen(
        "qubit[2] q; ",
        "qubit[2] q; t q[0]; ti q[0]; ",
        1,
    )
}

#[test]
fn exact_probabilities_are_those_of_theory() {
    for (source, expected) in KNOWN {
        let source = with_a_t_gate(source);
        let outcome = run(&source, 0);
        assert_eq!(outcome.method, Method::DensityMatrix, "{source}");
        for (bits, probability) in *expected {
            let found = outcome.probabilities.get(*bits).copied().unwrap_or(0.0);
            assert!((found - probability).abs() < 1e-12, "{source}\n{bits}: {found}");
        }
    }
}

#[test]
fn shots_are_spread_alike_on_tableau_density_matrix_and_trajectories() {
    for (source, expected) in KNOWN {
        let on_either = run(source, 20_000);
        assert_sampled(source, &on_either, expected);
        let on_density = with_a_t_gate(source);
        assert_sampled(&on_density, &run(&on_density, 20_000), expected);
        // entangled with fifteen qubits more it is too wide for a density matrix
        let entangled =
            "qubit[15] w; t w; h w; for int i in [13:-1:0] { cz w[i], w[i + 1]; } cz q[0], w[0];";
        let measured = match (source.contains("bit[2] b"), source.contains("qubit[2]")) {
            (true, _) => "",
            (false, true) => "bit[2] c; c = measure q;",
            (false, false) => "bit c; c = measure q;",
        };
        let wide = format!("{on_density} {entangled} {measured}");
        let outcome = run(&wide, 300);
        assert_eq!(outcome.method, Method::Trajectories, "{wide}");
    }
}

#[test]
fn trajectories_are_spread_as_the_density_matrix_says() {
    // few shots of a narrow program are trajectories: many runs of them make many shots
    for (source, expected) in KNOWN {
        let source = with_a_t_gate(source);
        let circuit = circuit(&source);
        let mut counts = std::collections::BTreeMap::new();
        for seed in 0..4_000 {
            let outcome = simulate(&circuit, &Run::new(1, seed)).expect("a run");
            assert_eq!(outcome.method, Method::Trajectories, "{source}");
            for (bits, count) in outcome.counts {
                *counts.entry(bits).or_insert(0_u64) += count;
            }
        }
        for (bits, probability) in *expected {
            let found = counts.get(*bits).copied().unwrap_or(0) as f64;
            let deviation = (4_000.0 * probability * (1.0 - probability)).sqrt();
            assert!(
                (found - 4_000.0 * probability).abs() < 5.0 * deviation,
                "{source}\n{bits}: {found} of 4000, expected {probability}"
            );
        }
    }
}

#[test]
fn a_density_matrix_told_of_a_noisy_program_is_mixed() {
    let source = "qubit q; h q;\n#pragma braket noise phase_flip(0.5) q\n\
        #pragma braket result density_matrix\n#pragma braket result expectation x(q)\n";
    let told = serde_json::to_value(run(source, 0).results).expect("JSON");
    for (row, column, expected) in [(0, 0, 0.5), (0, 1, 0.0), (1, 0, 0.0), (1, 1, 0.5)] {
        let found = told[0]["value"][row][column][0].as_f64().expect("a number");
        assert!((found - expected).abs() < 1e-12);
    }
    assert!(told[1]["value"].as_f64().is_some_and(|value| value.abs() < 1e-12));
}

#[test]
fn what_noise_makes_impossible_is_refused() {
    let refusal = |source: &str, shots| {
        simulate(&circuit(source), &Run::new(shots, 0)).expect_err("a refusal")
    };
    let noise = "\n#pragma braket noise amplitude_damping(0.1) q[0]\n";
    let vector = format!("qubit[2] q; h q;{noise}#pragma braket result state_vector\n");
    assert_eq!(refusal(&vector, 0), SimulationError::Mixed);
    let wide = format!("qubit[13] q; h q;{noise}");
    assert_eq!(
        refusal(&wide, 0),
        SimulationError::NeedsShots { noun: "so many qubits with noise" }
    );
    let gradient = format!(
        "input float a; qubit[2] q; rx(a) q;{noise}#pragma braket result adjoint_gradient expectation(z(q[0])) all\n"
    );
    let parsed = crate::parse(&gradient).expect("a program");
    let inputs = [("a".to_owned(), crate::Value::Float(0.3))].into();
    let bound = crate::bind(&parsed, &inputs).expect("bound");
    assert!(matches!(simulate(&bound, &Run::new(0, 0)), Err(SimulationError::NoGradient { .. })));
}
