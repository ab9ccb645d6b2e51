//! Are the noise channels channels?

use crate::{Complex, NoiseKind, Unitary, ZERO};

const KINDS: [(NoiseKind, &[f64]); 9] = [
    (NoiseKind::BitFlip, &[0.3]),
    (NoiseKind::PhaseFlip, &[0.3]),
    (NoiseKind::PauliChannel, &[0.1, 0.2, 0.3]),
    (NoiseKind::Depolarizing, &[0.6]),
    (NoiseKind::TwoQubitDepolarizing, &[0.9]),
    (NoiseKind::TwoQubitDephasing, &[0.6]),
    (NoiseKind::AmplitudeDamping, &[0.4]),
    (NoiseKind::GeneralizedAmplitudeDamping, &[0.4, 0.7]),
    (NoiseKind::PhaseDamping, &[0.4]),
];

/// K†K
fn square(operator: &Unitary) -> Vec<Complex> {
    let size = 1 << operator.qubits();
    let (left, right) = (operator.adjoint(), operator);
    let entry = |at: usize| {
        (0..size).fold(ZERO, |sum, k| {
            sum + left.entries()[at / size * size + k] * right.entries()[k * size + at % size]
        })
    };
    (0..size * size).map(entry).collect()
}

#[test]
fn the_operators_of_every_channel_give_one_in_all() {
    for (kind, parameters) in KINDS {
        let operators = kind.operators(parameters);
        assert_eq!(parameters.len(), kind.parameters());
        assert_eq!(operators[0].qubits(), kind.targets().expect("a fixed width"));
        let size = 1 << operators[0].qubits();
        for at in 0..size * size {
            let sum = operators.iter().fold(ZERO, |sum, one| sum + square(one)[at]);
            let wanted = if at % (size + 1) == 0 { 1.0 } else { 0.0 };
            assert!((sum - Complex::real(wanted)).norm() < 1e-12, "{kind:?} {at} {sum:?}");
        }
    }
}

#[test]
fn a_channel_is_found_by_its_name() {
    for (kind, _) in KINDS {
        assert_eq!(NoiseKind::named(kind.name()), Some(kind));
    }
    assert_eq!(NoiseKind::named("kraus"), Some(NoiseKind::Kraus));
    assert_eq!(NoiseKind::named("thunder"), None);
}

#[test]
fn a_mixture_of_paulis_has_the_probabilities_it_was_given() {
    let mixture = NoiseKind::PauliChannel.pauli_mixture(&[0.1, 0.2, 0.3]);
    assert_eq!(mixture, Some(vec![(1, 0, 0.1), (1, 1, 0.2), (0, 1, 0.3)]));
    let sum: f64 = NoiseKind::TwoQubitDepolarizing
        .pauli_mixture(&[0.9])
        .expect("a mixture")
        .iter()
        .map(|(.., share)| share)
        .sum();
    assert!((sum - 0.9).abs() < 1e-12);
    assert_eq!(NoiseKind::AmplitudeDamping.pauli_mixture(&[0.1]), None);
}
