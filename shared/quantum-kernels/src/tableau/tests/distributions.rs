//! Do shots fall as plain amplitudes say?

use std::{collections::BTreeMap, ops::ControlFlow};

use proptest::prelude::*;

use super::{
    super::{OneQubit, Pauli, Sampler, Steps, TwoQubit},
    dense::{self, Event},
    matrices::{self, Matrix1, Matrix2, beside, product},
};

pub(super) const QUBITS: usize = 4;
const SHOTS: usize = 1000;
/// Standard deviations that a frequency may be off: with 100 thousand frequencies looked at, one in 5 million runs is a false alarm.
const DEVIATIONS: f64 = 7.0;

pub(super) fn counts(steps: &Steps, shots: usize, seed: u64) -> BTreeMap<Vec<bool>, usize> {
    let mut go_on = |_| ControlFlow::Continue(());
    let mut sampler = Sampler::new(steps, seed, &mut go_on).unwrap();
    let mut counts = BTreeMap::new();
    let mut left = shots;
    while left > 0 {
        let samples = sampler.batch(left, &mut go_on).unwrap();
        for shot in 0..samples.shots() {
            let bits = (0..steps.measurements())
                .map(|measurement| samples.bit(shot, measurement))
                .collect();
            *counts.entry(bits).or_insert(0) += 1;
        }
        left -= samples.shots();
    }
    counts
}

pub(super) fn assert_near(
    counts: &BTreeMap<Vec<bool>, usize>,
    distribution: &BTreeMap<Vec<bool>, f64>,
) {
    let shots = counts.values().sum::<usize>() as f64;
    for bits in counts.keys() {
        assert!(distribution.contains_key(bits), "{bits:?} cannot be");
    }
    for (bits, probability) in distribution {
        let mean = probability * shots;
        let deviation = (mean * (1.0 - probability).max(0.0)).sqrt();
        let count = counts.get(bits).copied().unwrap_or(0) as f64;
        assert!(
            (count - mean).abs() <= DEVIATIONS * deviation + 1e-6,
            "{bits:?}: {count} of {shots} for {probability}"
        );
    }
}

pub(super) fn any_one() -> impl Strategy<Value = Matrix1> {
    prop::sample::select(matrices::one_qubit_cliffords())
}

fn any_two() -> impl Strategy<Value = Matrix2> {
    let gates =
        [matrices::CX, matrices::CY, matrices::CZ, matrices::SWAP, matrices::ISWAP, matrices::ECR];
    let gate = move || prop::sample::select(gates.to_vec());
    (any_one(), any_one(), gate(), any_one(), any_one(), gate()).prop_map(
        |(a, b, first, c, d, next)| {
            product(&next, &product(&beside(&c, &d), &product(&first, &beside(&a, &b))))
        },
    )
}

pub(super) fn any_pair() -> impl Strategy<Value = [usize; 2]> {
    (0..QUBITS, 1..QUBITS).prop_map(|(first, step)| [first, (first + step) % QUBITS])
}

pub(super) fn any_gate() -> impl Strategy<Value = Event> {
    prop_oneof![
        (any_one(), 0..QUBITS).prop_map(|(matrix, qubit)| Event::One(matrix, qubit)),
        (any_two(), any_pair()).prop_map(|(matrix, qubits)| Event::Two(matrix, qubits)),
    ]
}

pub(super) fn any_pauli() -> impl Strategy<Value = Pauli> {
    prop::sample::select(vec![Pauli::X, Pauli::Y, Pauli::Z])
}

/// A measured qubit, and a Pauli that depends on it and on what was measured before.
fn any_feedback() -> impl Strategy<Value = (usize, Pauli, usize, Vec<(prop::sample::Index, bool)>)>
{
    (
        0..QUBITS,
        any_pauli(),
        0..QUBITS,
        prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 1..3),
    )
}

fn any_events() -> impl Strategy<Value = Vec<Event>> {
    let gates = || prop::collection::vec(any_gate(), 1..8);
    let rounds = prop::collection::vec((gates(), any_feedback(), gates(), 0..QUBITS), 1..3);
    rounds.prop_map(|rounds| {
        let mut events = Vec::new();
        for (round, (before, (measured, pauli, target, conditions), after, reset)) in
            rounds.into_iter().enumerate()
        {
            events.extend(before);
            events.push(Event::Measure(measured));
            let conditions = conditions
                .into_iter()
                .map(|(index, value)| (index.index(round + 1), value))
                .collect();
            events.push(Event::Feedback(pauli, target, conditions));
            events.extend(after);
            events.push(Event::Reset(reset));
        }
        events.extend((0..QUBITS).map(Event::Measure));
        events
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn shots_fall_as_amplitudes_say_with_measurements_resets_and_feedback_in_between(events in any_events(), seed: u64) {
        let steps = dense::steps(QUBITS, &events);
        assert_near(&counts(&steps, SHOTS, seed), &dense::distribution(QUBITS, &events));
    }
}

#[test]
fn a_teleported_state_arrives() {
    let mut steps = Steps::new(3);
    steps.one(OneQubit::H, 0);
    steps.one(OneQubit::S, 0);
    steps.one(OneQubit::H, 1);
    steps.two(TwoQubit::CX, [1, 2]);
    steps.two(TwoQubit::CX, [0, 1]);
    steps.one(OneQubit::H, 0);
    let [phase, flip] = [steps.measure(0), steps.measure(1)];
    steps.feedback(Pauli::X, 2, &[(flip, true)]);
    steps.feedback(Pauli::Z, 2, &[(phase, true)]);
    steps.one(OneQubit::SDG, 2);
    steps.one(OneQubit::H, 2);
    let arrived = steps.measure(2);
    let counts = counts(&steps, 3000, 5);
    assert_eq!(counts.len(), 4, "every result of the two measurements comes");
    assert!(counts.keys().all(|bits| !bits[arrived]), "{counts:?}");
}

#[test]
fn the_same_seed_draws_the_same_shots_and_another_seed_others() {
    let mut steps = Steps::new(40);
    for qubit in 0..40 {
        steps.one(OneQubit::H, qubit);
        steps.measure(qubit);
    }
    assert_eq!(counts(&steps, 2000, 7), counts(&steps, 2000, 7));
    assert_ne!(counts(&steps, 2000, 7), counts(&steps, 2000, 8));
}
