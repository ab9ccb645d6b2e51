//! Is one state, changed and measured step by step, what amplitudes say it is?

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{
    super::{OneQubit, Pauli, Tableau, TwoQubit},
    dense::{self, Branch, Event},
    distributions::{QUBITS, any_gate, assert_near},
};
use crate::random::Random;

fn states(events: &[Event]) -> (Tableau, Branch) {
    let (mut state, mut branch) = (Tableau::zero(QUBITS).unwrap(), Branch::zero(QUBITS));
    for event in events {
        match event {
            Event::One(matrix, qubit) => {
                state.apply_one(OneQubit::of_matrix(matrix).unwrap(), *qubit);
                branch.apply(matrix, &[*qubit]);
            }
            Event::Two(matrix, qubits) => {
                state.apply_two(TwoQubit::of_matrix(matrix).unwrap(), *qubits);
                branch.apply(matrix, qubits);
            }
            _ => unreachable!("only gates are drawn"),
        }
    }
    (state, branch)
}

fn strings() -> impl Iterator<Item = Vec<(usize, Pauli)>> {
    let paulis = [None, Some(Pauli::X), Some(Pauli::Y), Some(Pauli::Z)];
    (0..1_usize << (2 * QUBITS)).map(move |string| {
        let letters =
            (0..QUBITS).map(|qubit| paulis[string >> (2 * qubit) & 3].map(|pauli| (qubit, pauli)));
        letters.flatten().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn expectations_of_all_pauli_strings_are_those_of_the_amplitudes(events in prop::collection::vec(any_gate(), 1..12)) {
        let (mut state, branch) = states(&events);
        for string in strings() {
            let mut other = branch.clone();
            for (qubit, pauli) in &string {
                other.apply_pauli(*pauli, *qubit);
            }
            let expected: f64 = branch.amplitudes.iter().zip(&other.amplitudes).map(|(a, b)| a[0] * b[0] + a[1] * b[1]).sum();
            let found = state.expectation(&string).unwrap();
            prop_assert!((f64::from(found) - expected).abs() < 1e-9, "{string:?}: {found} for {expected}");
        }
    }

    #[test]
    fn the_exact_distribution_is_that_of_the_amplitudes(events in prop::collection::vec(any_gate(), 1..12)) {
        let (state, _) = states(&events);
        let asked = [2, 0, 3];
        let distribution = state.distribution(&asked, 8).unwrap().unwrap();
        let outcomes: BTreeSet<Vec<bool>> =
            (0..distribution.outcomes.shots()).map(|row| (0..3).map(|bit| distribution.outcomes.bit(row, bit)).collect()).collect();
        let measured: Vec<Event> = events.iter().cloned().chain(asked.map(Event::Measure)).collect();
        let expected = dense::distribution(QUBITS, &measured);
        prop_assert!(expected.values().all(|probability| (probability - distribution.probability).abs() < 1e-9));
        prop_assert_eq!(outcomes, expected.into_keys().collect());
    }

    #[test]
    fn measuring_one_by_one_falls_as_amplitudes_say(events in prop::collection::vec(any_gate(), 1..12), seed: u64) {
        let mut random = Random::from_seed(seed);
        let mut counts = BTreeMap::new();
        for _ in 0..500 {
            let (mut state, _) = states(&events);
            let first: Vec<bool> = (0..QUBITS).map(|qubit| state.measure(qubit, &mut random)).collect();
            let again: Vec<bool> = (0..QUBITS).map(|qubit| state.measure(qubit, &mut random)).collect();
            prop_assert_eq!(&first, &again);
            *counts.entry(first).or_insert(0) += 1;
        }
        let measured: Vec<Event> = events.iter().cloned().chain((0..QUBITS).map(Event::Measure)).collect();
        assert_near(&counts, &dense::distribution(QUBITS, &measured));
    }
}

#[test]
fn gates_may_depend_on_what_was_measured() {
    let mut random = Random::from_seed(11);
    let mut seen = BTreeSet::new();
    for _ in 0..50 {
        let mut state = Tableau::zero(2).unwrap();
        state.apply_one(OneQubit::H, 0);
        let bit = state.measure(0, &mut random);
        state.apply_one(if bit { OneQubit::H } else { OneQubit::X }, 1);
        if bit {
            assert_eq!(state.expectation(&[(1, Pauli::X)]), Ok(1));
        } else {
            assert_eq!(state.expectation(&[(1, Pauli::Z)]), Ok(-1));
        }
        seen.insert(bit);
    }
    assert_eq!(seen.len(), 2);
}

#[test]
fn a_reset_qubit_is_zero_and_its_partner_is_left_as_it_was_measured() {
    let mut random = Random::from_seed(2);
    for _ in 0..20 {
        let mut state = Tableau::zero(2).unwrap();
        state.apply_one(OneQubit::H, 0);
        state.apply_two(TwoQubit::CX, [0, 1]);
        state.reset(0, &mut random);
        assert_eq!(state.expectation(&[(0, Pauli::Z)]), Ok(1));
        assert_ne!(state.expectation(&[(1, Pauli::Z)]), Ok(0));
    }
}

#[test]
fn more_outcomes_than_asked_for_are_not_listed() {
    let mut state = Tableau::zero(5).unwrap();
    (0..5).for_each(|qubit| state.apply_one(OneQubit::H, qubit));
    assert!(state.distribution(&[0, 1, 2, 3, 4], 31).unwrap().is_none());
    assert!(state.distribution(&[0, 1, 2, 3, 4], 32).unwrap().is_some());
    assert_eq!(state.distribution(&[], 1).unwrap().unwrap().outcomes.shots(), 1);
}

#[test]
#[should_panic(expected = "there is no qubit 3 among 3")]
fn a_qubit_that_is_not_there_is_refused() {
    Tableau::zero(3).unwrap().apply_pauli(Pauli::X, 3);
}
