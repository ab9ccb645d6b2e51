//! What holds for all programs?

use proptest::prelude::*;

use super::circuit;
use crate::{Run, simulate};

const ONE: &[&str] = &["h", "x", "y", "z", "s", "sdg", "t", "ti", "v", "sxdg", "i"];
const ONE_ANGLE: &[&str] = &["rx", "ry", "rz", "p", "gpi", "gpi2"];
const TWO: &[&str] = &["cx", "cy", "cz", "ch", "cv", "swap", "iswap", "ecr"];
const TWO_ANGLE: &[&str] =
    &["cp", "crx", "xx", "yy", "zz", "xy", "pswap", "cphaseshift00", "cphaseshift10"];

/// A gate call on distinct qubits among four, perhaps modified.
fn gate() -> impl Strategy<Value = String> {
    let modifier =
        prop::sample::select(vec!["", "inv @ ", "pow(2) @ ", "pow(-3) @ ", "pow(0.3) @ ", "CTRL"]);
    let order = Just(vec![0, 1, 2, 3]).prop_shuffle();
    (modifier, 0..4_usize, any::<prop::sample::Index>(), -7.0..7.0_f64, order).prop_map(
        |(modifier, family, index, angle, order)| {
            let (names, qubits, has_angle) = match family {
                0 => (ONE, 1, false),
                1 => (ONE_ANGLE, 1, true),
                2 => (TWO, 2, false),
                _ => (TWO_ANGLE, 2, true),
            };
            let name = names[index.index(names.len())];
            let angle = if has_angle { format!("({angle})") } else { String::new() };
            let (modifier, qubits) = match modifier {
                "CTRL" => ("negctrl @ ctrl @ ", qubits + 2),
                other => (other, qubits),
            };
            let operands: Vec<String> =
                order[..qubits].iter().map(|qubit| format!("q{qubit}")).collect();
            format!("{modifier}{name}{angle} {};", operands.join(", "))
        },
    )
}

fn gates() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(gate(), 1..25)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn gates_followed_by_their_inverse_give_zeros(body in gates()) {
        let source = format!(
            "gate g q0, q1, q2, q3 {{ {} }} qubit[4] q; g q[0], q[1], q[2], q[3]; inv @ g q[0], q[1], q[2], q[3];",
            body.join(" ")
        );
        let outcome = simulate(&circuit(&source), &Run::new(0, 0)).expect("a run");
        let zeros = outcome.probabilities.get("0000").copied().unwrap_or(0.0);
        prop_assert!((zeros - 1.0).abs() < 1e-9, "{source}\n{:?}", outcome.probabilities);
    }

    #[test]
    fn probabilities_add_up_to_one_and_the_seed_decides(body in gates(), seed in any::<u64>()) {
        let body = body.join(" ");
        let source = format!("qubit q0; qubit q1; qubit q2; qubit q3; h q0; {body} measure q0; measure q3; {body} measure q0;");
        let exact = format!("qubit q0; qubit q1; qubit q2; qubit q3; h q0; {body}");
        let outcome = simulate(&circuit(&exact), &Run::new(0, seed)).expect("a run");
        let sum: f64 = outcome.probabilities.values().sum();
        prop_assert!((sum - 1.0).abs() < 1e-9, "{exact}: {sum}");
        let circuit = circuit(&source);
        let once = simulate(&circuit, &Run::new(20, seed)).expect("a run");
        prop_assert_eq!(once, simulate(&circuit, &Run::new(20, seed)).expect("a run"));
    }
}
