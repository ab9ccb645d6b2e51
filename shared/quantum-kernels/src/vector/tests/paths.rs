//! Do all instruction sets do what matrix multiplication says, wherever the operands are?

use proptest::prelude::*;

use super::*;

fn check<T: Real>(operations: &Operations, tolerance: f64) {
    let expected = oracle::simulate(operations);
    for path in Path::available() {
        let mut state = state::<T>(operations.positions(), 1, path);
        state.apply(operations, &mut go_on).expect("a run");
        assert_close(&amplitudes(&state), &expected, tolerance);
    }
}

fn check_both(operations: &Operations) {
    check::<f64>(operations, 1e-12);
    check::<f32>(operations, 1e-5);
}

/// All positions in superposition, each amplitude another: then one operation.
fn check_alone(positions: usize, add: impl FnOnce(&mut Operations)) {
    let mut operations = Operations::new(positions);
    let mut random = Random::from_seed(positions as u64);
    for position in 0..positions {
        operations.dense(&[position], &[], &unitary(1, &mut random)).expect("a valid operation");
    }
    // keeps what comes apart from what came: nothing is fused across positions that all take part
    let all: Vec<Control> = (1..positions).map(Control::on).collect();
    operations.dense(&[0], &all, &unitary(1, &mut random)).expect("a valid operation");
    add(&mut operations);
    check_both(&operations);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn mixed_operations_are_matrix_multiplications(
        positions in 1_usize..10,
        count in 1_usize..60,
        seed in any::<u64>(),
    ) {
        check_both(&mixture(positions, count, seed));
    }

    #[test]
    fn everyday_operations_are_matrix_multiplications(
        positions in 2_usize..8,
        count in 1_usize..80,
        seed in any::<u64>(),
    ) {
        check_both(&everyday(positions, count, seed));
    }
}

#[test]
fn a_state_of_several_blocks_is_changed_as_one() {
    for seed in 0..3 {
        check::<f64>(&mixture(15, 40, seed), 1e-12);
    }
    check::<f32>(&mixture(17, 60, 3), 1e-5);
    check_both(&everyday(17, 200, 4));
}

#[test]
fn a_matrix_acts_on_every_choice_of_positions() {
    let mut random = Random::from_seed(5);
    let matrices: Vec<_> = (0..=6).map(|targets| unitary(targets, &mut random)).collect();
    for chosen in 1_usize..1 << 7 {
        let mut targets: Vec<usize> = (0..7).filter(|bit| chosen >> bit & 1 == 1).collect();
        if targets.len() > 6 {
            continue;
        }
        let matrix = &matrices[targets.len()];
        check_alone(7, |operations| operations.dense(&targets, &[], matrix).expect("valid"));
        targets.reverse();
        check_alone(7, |operations| operations.dense(&targets, &[], matrix).expect("valid"));
    }
}

#[test]
fn a_flip_takes_every_control_at_either_value() {
    let flip = [Complex::ZERO, Complex::ONE, Complex::ONE, Complex::ZERO];
    for target in 0..7 {
        for (first, second) in (0..7).flat_map(|first| (0..7).map(move |second| (first, second))) {
            if first == target || second == target {
                continue;
            }
            let mut controls = vec![Control::off(first)];
            if second != first {
                controls.push(Control::on(second));
            }
            check_alone(7, |operations| {
                operations.dense(&[target], &controls, &flip).expect("valid");
            });
        }
    }
}

#[test]
fn matrices_and_swaps_take_controls_wherever_they_are() {
    let mut random = Random::from_seed(8);
    for targets in 1..=5 {
        let matrix = unitary(targets, &mut random);
        for _ in 0..12 {
            let wires = choose(targets + 2, 7, &mut random);
            let controls = [Control::on(wires[targets]), Control::off(wires[targets + 1])];
            check_alone(7, |operations| {
                operations.dense(&wires[..targets], &controls, &matrix).expect("valid");
                operations
                    .permutation(&wires[..2], &controls[usize::from(targets < 2)..], &[0, 2, 1, 3])
                    .or_else(|_| operations.permutation(&wires[..2], &[], &[0, 2, 1, 3]))
                    .expect("valid");
            });
        }
    }
}

#[test]
fn layers_of_one_bit_matrices_and_controlled_flips_and_signs_are_fused_faithfully() {
    let flip = [Complex::ZERO, Complex::ONE, Complex::ONE, Complex::ZERO];
    for (positions, layers) in [(4, 9), (7, 12), (16, 6)] {
        let mut random = Random::from_seed(positions as u64);
        let mut operations = Operations::new(positions);
        for layer in 0..layers {
            for position in 0..positions {
                let matrix = unitary(1, &mut random);
                operations.dense(&[position], &[], &matrix).expect("valid");
            }
            for pair in choose(positions, positions, &mut random).chunks_exact(2) {
                let controls = [Control::on(pair[0]), Control::off(pair[1])];
                match layer % 3 {
                    0 => operations.phase(&controls, -Complex::ONE).expect("valid"),
                    _ => operations.dense(&pair[..1], &controls[1..], &flip).expect("valid"),
                }
            }
        }
        check_both(&operations);
    }
}

#[test]
fn every_pair_of_positions_can_have_a_phase() {
    let mut random = Random::from_seed(6);
    let mut operations = Operations::new(17);
    for position in 0..17 {
        operations.dense(&[position], &[], &unitary(1, &mut random)).expect("valid");
    }
    for first in 0..17 {
        for second in 0..first {
            let phase = Complex::from_angle(random.unit() * 6.0);
            let back = phase.conjugate();
            operations.diagonal(&[first, second], &[], &[phase, back, back, phase]).expect("valid");
        }
    }
    for position in 0..17 {
        operations.dense(&[position], &[], &unitary(1, &mut random)).expect("valid");
    }
    check_both(&operations);
}

#[test]
fn a_fourier_transform_of_zero_is_uniform_and_its_inverse_leads_back() {
    let half = 0.5_f64.sqrt();
    let (plus, minus) = (Complex::new(half, 0.0), Complex::new(-half, 0.0));
    let transform = |operations: &mut Operations, sign: f64| {
        let mut steps: Vec<(usize, Option<usize>)> = Vec::new();
        for position in (0..18).rev() {
            steps.push((position, None));
            steps.extend((0..position).rev().map(|other| (position, Some(other))));
        }
        if sign < 0.0 {
            steps.reverse();
        }
        for (position, other) in steps {
            let Some(other) = other else {
                operations.dense(&[position], &[], &[plus, plus, plus, minus]).expect("valid");
                continue;
            };
            let angle = sign * std::f64::consts::PI / (1_u64 << (position - other)) as f64;
            let controls = [Control::on(position), Control::on(other)];
            operations.phase(&controls, Complex::from_angle(angle)).expect("valid");
        }
    };
    let mut operations = Operations::new(18);
    transform(&mut operations, 1.0);
    let mut state = state::<f64>(18, 1, Path::fastest());
    state.apply(&operations, &mut go_on).expect("a run");
    let uniform = 0.5_f64.powi(9);
    assert!(amplitudes(&state).iter().all(|x| x.is_close(Complex::new(uniform, 0.0), 1e-14)));
    operations.clear();
    transform(&mut operations, -1.0);
    state.apply(&operations, &mut go_on).expect("a run");
    assert!(state.amplitude(0).expect("an index").is_close(Complex::ONE, 1e-12));
}
