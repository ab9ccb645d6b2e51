//! Does noise strike as often as it should?

use proptest::prelude::*;

use super::{
    super::{Pauli, PauliChannel, Steps},
    dense::{self, Event},
    distributions::{QUBITS, any_gate, any_pair, any_pauli, assert_near, counts},
};

fn on_one(channel: PauliChannel, chances: [f64; 3], qubit: usize) -> Event {
    let strikes = [Pauli::X, Pauli::Y, Pauli::Z]
        .into_iter()
        .zip(chances)
        .map(|(pauli, chance)| (vec![(pauli, qubit)], chance));
    Event::Noise(channel, strikes.collect(), vec![qubit])
}

fn any_noise_on_one() -> impl Strategy<Value = Event> {
    (0.0..0.3_f64, 0.0..0.3_f64, 0.0..0.3_f64, 0..4, 0..QUBITS).prop_map(
        |(x, y, z, kind, qubit)| match kind {
            0 => on_one(PauliChannel::bit_flip(x).unwrap(), [x, 0.0, 0.0], qubit),
            1 => on_one(PauliChannel::phase_flip(z).unwrap(), [0.0, 0.0, z], qubit),
            2 => on_one(PauliChannel::depolarizing(x).unwrap(), [x / 3.0; 3], qubit),
            _ => on_one(PauliChannel::of_one([x, y, z]).unwrap(), [x, y, z], qubit),
        },
    )
}

fn any_noise_on_two() -> impl Strategy<Value = Event> {
    (0.0..1.0_f64, any_pauli(), any_pauli(), 0..3, any_pair()).prop_map(
        |(chance, a, b, kind, [first, second])| {
            let (channel, strikes) = match kind {
                0 => {
                    let paulis = [None, Some(Pauli::X), Some(Pauli::Y), Some(Pauli::Z)];
                    let on = |pauli: Option<Pauli>, qubit| pauli.map(|pauli| (pauli, qubit));
                    let pairs = paulis.iter().flat_map(|&a| {
                        paulis.map(|b| on(a, first).into_iter().chain(on(b, second)).collect())
                    });
                    let strikes = pairs
                        .filter(|pair: &Vec<(Pauli, usize)>| !pair.is_empty())
                        .map(|pair| (pair, chance / 15.0));
                    (PauliChannel::two_qubit_depolarizing(chance), strikes.collect())
                }
                1 => {
                    let [one, other] = [(Pauli::Z, first), (Pauli::Z, second)];
                    let strikes = [vec![one], vec![other], vec![one, other]]
                        .map(|paulis| (paulis, chance / 3.0));
                    (PauliChannel::two_qubit_dephasing(chance), strikes.to_vec())
                }
                _ => {
                    let events =
                        [([Some(a), Some(b)], chance / 2.0), ([None, Some(b)], chance / 4.0)];
                    let strikes = [
                        (vec![(a, first), (b, second)], chance / 2.0),
                        (vec![(b, second)], chance / 4.0),
                    ];
                    (PauliChannel::of_two(&events), strikes.to_vec())
                }
            };
            Event::Noise(channel.unwrap(), strikes, vec![first, second])
        },
    )
}

fn any_noisy_events() -> impl Strategy<Value = Vec<Event>> {
    let gates = || prop::collection::vec(any_gate(), 1..6);
    (gates(), any_noise_on_one(), gates(), any_noise_on_two(), gates()).prop_map(
        |(one, noise, two, more_noise, three)| {
            let measured = (0..QUBITS).map(Event::Measure);
            one.into_iter()
                .chain([noise])
                .chain(two)
                .chain([more_noise])
                .chain(three)
                .chain(measured)
                .collect()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn noise_strikes_as_often_as_its_probabilities_say(events in any_noisy_events(), seed: u64) {
        let steps = dense::steps(QUBITS, &events);
        assert_near(&counts(&steps, 4000, seed), &dense::distribution(QUBITS, &events));
    }
}

#[test]
fn certain_noise_strikes_every_shot_and_none_strikes_none() {
    let mut steps = Steps::new(2);
    steps.noise(&PauliChannel::bit_flip(1.0).unwrap(), &[0]);
    steps.noise(&PauliChannel::bit_flip(0.0).unwrap(), &[1]);
    steps.measure(0);
    steps.measure(1);
    let counts = counts(&steps, 1500, 3);
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), [(vec![true, false], 1500)]);
}

#[test]
fn what_is_no_probability_is_refused() {
    assert_eq!(PauliChannel::bit_flip(-0.1), None);
    assert_eq!(PauliChannel::bit_flip(1.1), None);
    assert_eq!(PauliChannel::bit_flip(f64::NAN), None);
    assert_eq!(PauliChannel::of_one([0.5, 0.4, 0.2]), None, "more than 1 together");
}
