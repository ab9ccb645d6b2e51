//! Is a wide state treated as a narrow one is?

use std::{collections::BTreeSet, ops::ControlFlow};

use super::super::{OneQubit, Pauli, Sampler, Steps, Tableau, TableauError, TwoQubit};
use super::distributions::counts;
use crate::random::Random;

/// As many random gates as there are qubits, times `depth`.
fn random_gates(qubits: usize, depth: usize, seed: u64) -> Vec<(OneQubit, TwoQubit, [usize; 2])> {
    let mut random = Random::from_seed(seed);
    let mut below = |limit: usize| (random.unit() * limit as f64) as usize;
    let ones = OneQubit::all();
    let twos =
        [TwoQubit::CX, TwoQubit::CY, TwoQubit::CZ, TwoQubit::SWAP, TwoQubit::ISWAP, TwoQubit::ECR];
    let gate = |_| {
        let first = below(qubits);
        let second = (first + 1 + below(qubits - 1)) % qubits;
        (ones[below(24)], twos[below(6)], [first, second])
    };
    (0..qubits * depth).map(gate).collect()
}

#[test]
fn gates_and_their_inverses_in_reverse_leave_zeros_at_any_width() {
    for qubits in [2, 63, 64, 65, 600] {
        let mut state = Tableau::zero(qubits).unwrap();
        let gates = random_gates(qubits, 3, qubits as u64);
        for (one, two, qubits) in &gates {
            state.apply_one(*one, qubits[0]);
            state.apply_two(*two, *qubits);
        }
        for (one, two, qubits) in gates.iter().rev() {
            state.apply_two(two.inverse(), *qubits);
            state.apply_one(one.inverse(), qubits[0]);
        }
        for qubit in 0..qubits {
            assert_eq!(state.expectation(&[(qubit, Pauli::Z)]), Ok(1), "qubit {qubit} of {qubits}");
        }
    }
}

#[test]
fn measuring_twice_gives_the_same_at_any_width_and_gates_after_it_are_still_undone() {
    for qubits in [5, 64, 70, 520, 600] {
        let mut random = Random::from_seed(qubits as u64);
        let mut state = Tableau::zero(qubits).unwrap();
        for (one, two, qubits) in random_gates(qubits, 3, 1) {
            state.apply_one(one, qubits[0]);
            state.apply_two(two, qubits);
        }
        let first: Vec<bool> = (0..qubits).map(|qubit| state.measure(qubit, &mut random)).collect();
        let gates = random_gates(qubits, 2, 2);
        gates.iter().for_each(|(_, two, qubits)| state.apply_two(*two, *qubits));
        gates.iter().rev().for_each(|(_, two, qubits)| state.apply_two(two.inverse(), *qubits));
        let again: Vec<bool> = (0..qubits).map(|qubit| state.measure(qubit, &mut random)).collect();
        assert_eq!(first, again, "{qubits} qubits");
        assert!(first.contains(&true) && first.contains(&false));
    }
}

/// Steps on the qubits `at`, that amplitudes have checked when `at` is 0..4, with an entangled crowd around them.
fn embedded(at: [usize; 4], qubits: usize) -> Steps {
    let mut steps = Steps::new(qubits);
    for (one, two, [first, second]) in random_gates(4, 1, 9) {
        steps.one(one, at[first]);
        steps.two(two, [at[first], at[second]]);
    }
    let crowd: Vec<usize> = (0..qubits).filter(|qubit| !at.contains(qubit)).collect();
    for pair in crowd.windows(2) {
        steps.one(OneQubit::H, pair[0]);
        steps.two(TwoQubit::CX, [pair[0], pair[1]]);
        steps.reset(pair[0]);
    }
    at.into_iter().for_each(|qubit| {
        steps.measure(qubit);
    });
    steps
}

#[test]
fn the_same_steps_have_the_same_outcomes_anywhere_in_a_wide_state() {
    let narrow: BTreeSet<Vec<bool>> =
        counts(&embedded([0, 1, 2, 3], 4), 1000, 1).into_keys().collect();
    let wide: BTreeSet<Vec<bool>> =
        counts(&embedded([3, 511, 100, 598], 600), 1000, 2).into_keys().collect();
    assert_eq!(narrow, wide);
    assert!(narrow.len() > 1 && narrow.len() < 16, "a telling case: {}", narrow.len());
}

#[test]
fn two_thousand_entangled_qubits_agree_in_every_shot_and_differ_between_shots() {
    const QUBITS: usize = 2000;
    let mut steps = Steps::new(QUBITS);
    steps.one(OneQubit::H, 0);
    (1..QUBITS).for_each(|qubit| steps.two(TwoQubit::CX, [qubit - 1, qubit]));
    (0..QUBITS).for_each(|qubit| {
        steps.measure(qubit);
    });
    let counts = counts(&steps, 1500, 4);
    let ones = counts[&vec![true; QUBITS]];
    assert_eq!(ones + counts[&vec![false; QUBITS]], 1500);
    assert!((600..900).contains(&ones), "{ones}");
}

#[test]
fn a_report_can_end_the_run() {
    let mut steps = Steps::new(2000);
    (0..2000).for_each(|qubit| {
        steps.one(OneQubit::H, qubit);
        steps.measure(qubit);
    });
    let mut calls = Vec::new();
    let mut stop = |done| {
        calls.push(done);
        ControlFlow::Break(())
    };
    assert_eq!(Sampler::new(&steps, 1, &mut stop).err(), Some(TableauError::Cancelled));
    assert_eq!(calls.len(), 1);
    assert!((1..steps.len()).contains(&calls[0]), "{calls:?}");
}

#[test]
fn a_state_wider_than_memory_is_refused() {
    assert_eq!(Tableau::zero(usize::MAX).err(), Some(TableauError::OutOfMemory));
    assert_eq!(Tableau::zero(1 << 30).err(), Some(TableauError::OutOfMemory));
    assert_eq!(Tableau::bytes(usize::MAX), u64::MAX);
    assert_eq!(Tableau::bytes(1024), 4 * 1024 * 1024 / 8 + 2 * 1024 / 8);
}
