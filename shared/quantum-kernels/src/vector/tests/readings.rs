//! Does what is read from a state follow from its amplitudes?

use super::*;

fn prepared(positions: usize, seed: u64) -> State<f64> {
    let mut state = state(positions, 1, Path::fastest());
    state.apply(&mixture(positions, 40, seed), &mut go_on).expect("a run");
    state
}

#[test]
fn a_cancelled_run_says_so() {
    let mut state = state::<f64>(16, 1, Path::fastest());
    let stopped = state.apply(&mixture(16, 40, 1), &mut |_| ControlFlow::Break(()));
    assert_eq!(stopped, Err(Error::Cancelled));
}

#[test]
fn collapsing_leaves_one_value_with_norm_one() {
    let mut state = prepared(6, 3);
    let one = state.probability_of_one(2).expect("within range");
    let probability = state.collapse(2, true).expect("within range");
    assert!((one - probability).abs() < 1e-12);
    assert!((state.probability_of_one(2).expect("within range") - 1.0).abs() < 1e-12);
    assert!((state.norm() - 1.0).abs() < 1e-12);
    assert_eq!(state.collapse(2, false), Err(Error::Impossible));
}

#[test]
fn a_marginal_distribution_sums_probabilities() {
    let state = prepared(6, 4);
    let amplitudes = amplitudes(&state);
    let marginal = state.marginal(&[4, 1]).expect("within range");
    let mut expected = [0.0; 4];
    for (index, amplitude) in amplitudes.iter().enumerate() {
        expected[(index >> 4 & 1) << 1 | index >> 1 & 1] += amplitude.norm_squared();
    }
    for (left, right) in marginal.iter().zip(expected) {
        assert!((left - right).abs() < 1e-12);
    }
}

#[test]
fn a_reduced_density_matrix_has_the_marginal_distribution_on_its_diagonal() {
    let state = prepared(6, 5);
    let density = state.reduced_density_matrix(&[5, 0]).expect("within range");
    let marginal = state.marginal(&[5, 0]).expect("within range");
    for (row, probability) in marginal.iter().enumerate() {
        assert!(density[row * 5].is_close(Complex::new(*probability, 0.0), 1e-12));
    }
}

#[test]
fn samples_follow_the_distribution() {
    const SHOTS: usize = 20_000;
    let state = prepared(4, 6);
    let expected = state.marginal(&[3, 2, 1, 0]).expect("within range");
    let mut counts = [0_usize; 16];
    for outcome in state.sample(&[0, 1, 2, 3], SHOTS, &mut Random::from_seed(1)) {
        counts[outcome as usize] += 1;
    }
    let statistic: f64 = counts
        .iter()
        .zip(expected)
        .map(|(count, probability)| {
            let mean = probability * SHOTS as f64;
            (*count as f64 - mean).powi(2) / mean
        })
        .sum();
    // chi-squared with 15 degrees of freedom exceeds this once in 10,000 seeds
    assert!(statistic < 44.26, "{statistic}");
}
