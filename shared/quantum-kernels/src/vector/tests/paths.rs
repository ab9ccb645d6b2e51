//! Do all instruction sets and numbers of threads give the same?

use super::*;

fn check<T: Real>(operations: &Operations, tolerance: f64) {
    let expected = oracle::simulate(operations);
    for path in Path::available() {
        let mut state = state::<T>(operations.positions(), 1, path);
        state.apply(operations, &mut go_on).expect("a run");
        assert_close(&amplitudes(&state), &expected, tolerance);
    }
}

#[test]
fn mixed_operations_are_matrix_multiplications_in_f64() {
    for seed in 0..60 {
        check::<f64>(&mixture(1 + seed as usize % 9, 30, seed), 1e-12);
    }
}

#[test]
fn mixed_operations_are_matrix_multiplications_in_f32() {
    for seed in 0..60 {
        check::<f32>(&mixture(1 + seed as usize % 9, 30, seed), 1e-5);
    }
}

#[test]
fn a_state_of_several_blocks_is_changed_as_one() {
    for seed in 0..3 {
        check::<f64>(&mixture(15, 40, seed), 1e-12);
    }
    check::<f32>(&mixture(16, 40, 3), 1e-5);
}

#[test]
fn a_matrix_acts_on_every_pair_of_positions() {
    let mut random = Random::from_seed(5);
    for first in 0..7 {
        for second in (0..7).filter(|second| *second != first) {
            let mut operations = mixture(7, 10, 1);
            operations
                .dense(&[first, second], &[], &unitary(2, &mut random))
                .expect("a valid operation");
            check::<f32>(&operations, 1e-5);
            check::<f64>(&operations, 1e-12);
        }
    }
}

#[test]
fn the_number_of_threads_makes_no_difference() {
    let operations = mixture(17, 60, 9);
    let run = |threads| {
        let mut state = state::<f32>(17, threads, Path::fastest());
        state.apply(&operations, &mut go_on).expect("a run");
        amplitudes(&state)
    };
    let one = run(1);
    assert_eq!(one, run(2));
    assert_eq!(one, run(3));
}
