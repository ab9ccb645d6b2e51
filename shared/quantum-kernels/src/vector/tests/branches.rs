//! Do measured values and noise leave a state as they should?

use super::*;

fn prepared(positions: usize, seed: u64) -> State<f64> {
    let mut state = state(positions, 1, Path::fastest());
    state.apply(&mixture(positions, 40, seed), &mut go_on).expect("a run");
    state
}

#[test]
fn collapsing_leaves_one_value_with_norm_one() {
    for position in 0..6 {
        let mut state = prepared(6, 3);
        let one = state.probability_of_one(position).expect("within range");
        let probability = state.collapse(position, true).expect("a possible value");
        assert!((one - probability).abs() < 1e-12);
        let after = state.probability_of_one(position).expect("within range");
        assert!((after - 1.0).abs() < 1e-12);
        assert!((state.norm() - 1.0).abs() < 1e-12);
        assert_eq!(state.collapse(position, false), Err(Error::Impossible));
    }
}

#[test]
fn a_draw_decides_what_is_measured() {
    for position in 0..6 {
        let one = prepared(6, 3).probability_of_one(position).expect("within range");
        for (draw, expected) in [(one - 1e-9, true), (one + 1e-9, false)] {
            let mut state = prepared(6, 3);
            assert_eq!(state.measure(position, draw), Ok(expected));
            let after = state.probability_of_one(position).expect("within range");
            assert!((after - f64::from(u8::from(expected))).abs() < 1e-12);
        }
    }
}

/// Amplitude damping: the excited value decays with probability 0.3.
fn damping() -> [Vec<Complex<f64>>; 2] {
    let real = |re| Complex::new(re, 0.0);
    let stay = vec![Complex::ONE, Complex::ZERO, Complex::ZERO, real(0.7_f64.sqrt())];
    [stay, vec![Complex::ZERO, real(0.3_f64.sqrt()), Complex::ZERO, Complex::ZERO]]
}

#[test]
fn the_probability_of_a_decay_is_that_of_being_excited_times_its_rate() {
    let operators = damping();
    let operators = operators.each_ref().map(Vec::as_slice);
    for position in 0..6 {
        let state = prepared(6, 8);
        let probabilities = state.kraus_probabilities(&[position], &operators).expect("valid");
        let excited = state.probability_of_one(position).expect("within range");
        assert!((probabilities[1] - 0.3 * excited).abs() < 1e-12);
        assert!((probabilities[0] + probabilities[1] - 1.0).abs() < 1e-12);
    }
}

#[test]
fn the_draw_chooses_the_operator_and_the_norm_stays_one() {
    let operators = damping();
    let operators = operators.each_ref().map(Vec::as_slice);
    let mut decayed = prepared(6, 8);
    assert_eq!(decayed.apply_kraus(&[4], &operators, 0.999_999), Ok(1));
    assert!(decayed.probability_of_one(4).expect("within range") < 1e-12);
    assert!((decayed.norm() - 1.0).abs() < 1e-12);
    let mut stayed = prepared(6, 8);
    assert_eq!(stayed.apply_kraus(&[4], &operators, 0.0), Ok(0));
    assert!((stayed.norm() - 1.0).abs() < 1e-12);
}

#[test]
fn a_copy_has_the_same_amplitudes_and_goes_its_own_way() {
    let original = prepared(6, 9);
    let mut copy = state::<f64>(6, 1, Path::fastest());
    copy.copy_from(&original).expect("the same width");
    assert_eq!(amplitudes(&copy), amplitudes(&original));
    copy.collapse(0, true).expect("a possible value");
    assert_ne!(amplitudes(&copy), amplitudes(&original));
    let mut other = state::<f64>(7, 1, Path::fastest());
    assert_eq!(other.copy_from(&original), Err(Error::OutOfRange));
}
