//! Do the ways to simulate a program agree?

use proptest::prelude::*;

use super::{circuit, run};
use crate::{Method, Run, simulate};

/// Gates of four qubits, Clifford or not.
fn gates(clifford: bool) -> impl Strategy<Value = String> {
    let one = ["h", "s", "sdg", "x", "y", "z", "v", "vi", "rx(pi/2)", "rz(-pi/2)"];
    let two = ["cx", "cy", "cz", "swap", "iswap", "ecr", "xx(pi/2)", "zz(pi/2)"];
    let other = ["t", "ry(0.3)", "rx(1.1)", "U(0.3, 0.1, 2)"];
    let gate = (0..3_usize, any::<prop::sample::Index>(), Just([0, 1, 2, 3]).prop_shuffle());
    let written = gate.prop_map(move |(kind, name, qubits)| match kind {
        0 => format!("{} q[{}];", one[name.index(one.len())], qubits[0]),
        2 if !clifford => format!("{} q[{}];", other[name.index(other.len())], qubits[0]),
        _ => format!("{} q[{}], q[{}];", two[name.index(two.len())], qubits[0], qubits[1]),
    });
    prop::collection::vec(written, 1..30).prop_map(|all| all.join(" "))
}

/// Chi-squared of counts against probabilities, over outcomes expected at least five times, and the degrees of freedom.
fn chi_squared(
    counts: &std::collections::BTreeMap<String, u64>,
    probabilities: &std::collections::BTreeMap<String, f64>,
    shots: f64,
) -> (f64, f64) {
    let (mut sum, mut cells, mut rest, mut rest_seen) = (0.0, 0.0, 0.0, 0.0);
    for (bits, probability) in probabilities {
        let seen = counts.get(bits).copied().unwrap_or(0) as f64;
        let expected = probability * shots;
        if expected < 5.0 {
            rest += expected;
            rest_seen += seen;
            continue;
        }
        sum += (seen - expected).powi(2) / expected;
        cells += 1.0;
    }
    if rest >= 5.0 {
        sum += (rest_seen - rest).powi(2) / rest;
        cells += 1.0;
    }
    (sum, (cells - 1.0_f64).max(1.0))
}

/// Wilson and Hilferty: a standard normal number, of which 6 is met by chance once in 10⁹.
fn surprise((chi_squared, freedom): (f64, f64)) -> f64 {
    let spread = 2.0 / (9.0 * freedom);
    ((chi_squared / freedom).cbrt() - (1.0 - spread)) / spread.sqrt()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn shots_of_every_method_are_spread_as_the_exact_state_says(body in gates(true), seed in any::<u64>()) {
        let source = format!("qubit[4] q; {body}");
        let exact = run(&format!("{source} t q; ti q;"), 0);
        let on_tableau = simulate(&circuit(&source), &Run::new(4_000, seed)).expect("a run");
        prop_assert_eq!(on_tableau.method, Method::Tableau);
        // the same gates, with one that keeps it off the tableau
        let source = format!("qubit[4] q; t q[0]; ti q[0]; {body}");
        let on_vector = simulate(&circuit(&source), &Run::new(4_000, seed)).expect("a run");
        prop_assert_eq!(on_vector.method, Method::SinglePrecision);
        for outcome in [on_tableau, on_vector] {
            prop_assert!(outcome.counts.keys().all(|bits| exact.probabilities.contains_key(bits)), "{}", source);
            let found = surprise(chi_squared(&outcome.counts, &exact.probabilities, 4_000.0));
            prop_assert!(found < 6.0, "{}: {}", source, found);
        }
    }

    #[test]
    fn a_density_matrix_without_noise_is_the_state_vector(body in gates(false)) {
        let nothing = "\n#pragma braket noise bit_flip(0.0) q[0]\n";
        let pure = run(&format!("qubit[4] q; t q[0]; {body}"), 0);
        let mixed = run(&format!("qubit[4] q; t q[0]; {body}{nothing}"), 0);
        for (bits, probability) in &pure.probabilities {
            let found = mixed.probabilities.get(bits).copied().unwrap_or(0.0);
            prop_assert!((found - probability).abs() < 1e-12, "{}: {}, not {}", body, found, probability);
        }
    }

    #[test]
    fn threads_change_nothing(body in gates(false), seed in any::<u64>()) {
        let circuit = circuit(&format!("qubit[4] q; qubit[12] r; h r; t r; {body} cx q[0], r[11];"));
        let with = |threads| simulate(&circuit, &Run { threads, ..Run::new(50, seed) }).expect("a run");
        prop_assert_eq!(with(1), with(3));
    }
}
