//! Is the outcome the same however operations are arranged, interrupted and shared among threads?

use super::*;

/// The operations one by one in plans of their own.
fn one_by_one(operations: &Operations, state: &mut State<f64>) {
    for number in 0..operations.len() {
        let single = operations.only(number);
        state.apply(&single, &mut go_on).expect("a run");
    }
}

#[test]
fn fusion_and_the_choice_of_passes_make_no_difference() {
    for (positions, seed) in [(3, 1), (8, 2), (16, 3), (17, 4)] {
        let operations = mixture(positions, 60, seed);
        let mut apart = state::<f64>(positions, 1, Path::fastest());
        one_by_one(&operations, &mut apart);
        let mut together = state::<f64>(positions, 1, Path::fastest());
        together.apply(&operations, &mut go_on).expect("a run");
        assert_close(&amplitudes(&together), &amplitudes(&apart), 1e-12);
    }
}

#[test]
fn a_list_too_long_for_one_plan_is_done_in_parts() {
    let operations = mixture(3, 5000, 5);
    let mut apart = state::<f64>(3, 1, Path::fastest());
    one_by_one(&operations, &mut apart);
    let mut together = state::<f64>(3, 1, Path::fastest());
    let mut reports = 0;
    let watch = &mut |progress: Progress| {
        reports += 1;
        assert!(progress.done <= progress.total);
        ControlFlow::Continue(())
    };
    together.apply(&operations, watch).expect("a run");
    assert_eq!(reports, 2);
    assert_close(&amplitudes(&together), &amplitudes(&apart), 1e-11);
}

#[test]
fn inverse_operations_in_reverse_order_lead_back() {
    let operations = mixture(16, 80, 7);
    let mut state = state::<f64>(16, 1, Path::fastest());
    state.apply(&operations, &mut go_on).expect("a run");
    state.apply(&operations.inverse(), &mut go_on).expect("a run");
    assert!(state.amplitude(0).expect("an index").is_close(Complex::ONE, 1e-12));
}

#[test]
fn the_number_of_threads_makes_no_difference_to_amplitudes_and_samples() {
    let operations = mixture(17, 60, 9);
    let run = |threads| {
        let mut state = state::<f32>(17, threads, Path::fastest());
        state.apply(&operations, &mut go_on).expect("a run");
        let samples = state.sample(&[0, 16, 5], 100, &mut Random::from_seed(3)).expect("valid");
        let density = state.reduced_density_matrix(&[1, 16]).expect("within range");
        (amplitudes(&state), samples, state.marginal(&[9, 2]).expect("within range"), density)
    };
    let one = run(1);
    assert_eq!(one, run(2));
    assert_eq!(one, run(3));
}

#[test]
fn both_precisions_agree() {
    let operations = mixture(16, 80, 10);
    let mut narrow = state::<f32>(16, 1, Path::fastest());
    let mut wide = state::<f64>(16, 1, Path::fastest());
    narrow.apply(&operations, &mut go_on).expect("a run");
    wide.apply(&operations, &mut go_on).expect("a run");
    assert_close(&amplitudes(&narrow), &amplitudes(&wide), 1e-6);
}

#[test]
fn a_plan_can_be_run_again_after_a_reset() {
    let operations = mixture(16, 40, 11);
    let mut state = state::<f64>(16, 1, Path::fastest());
    let plan = Plan::new(&operations, &state).expect("a plan");
    state.run(&plan, &mut go_on).expect("a run");
    let first = amplitudes(&state);
    state.reset();
    state.run(&plan, &mut go_on).expect("a run");
    assert_eq!(amplitudes(&state), first);
}

#[test]
fn a_plan_for_zeros_is_refused_by_a_state_that_has_others() {
    let operations = mixture(8, 20, 12);
    let mut state = state::<f64>(8, 1, Path::fastest());
    let plan = Plan::new(&operations, &state).expect("a plan");
    state.run(&plan, &mut go_on).expect("a run");
    assert_eq!(state.run(&plan, &mut go_on), Err(Error::PlanMismatch));
}

#[test]
fn a_run_can_be_cancelled_and_the_state_reset() {
    for positions in [6, 16] {
        let mut operations = Operations::new(positions);
        let mut random = Random::from_seed(1);
        for _ in 0..100 {
            let targets = choose(5, positions, &mut random);
            operations.dense(&targets, &[], &unitary(5, &mut random)).expect("valid");
        }
        let mut state = state::<f64>(positions, 2, Path::fastest());
        let stopped = state.apply(&operations, &mut |_| ControlFlow::Break(()));
        assert_eq!(stopped, Err(Error::Cancelled));
        state.reset();
        assert_eq!(state.amplitude(0), Ok(Complex::ONE));
        assert!((state.norm() - 1.0).abs() < 1e-15);
    }
}

#[test]
fn progress_grows_up_to_the_total() {
    let mut reports = Vec::new();
    let mut state = state::<f32>(18, 2, Path::fastest());
    let watch = &mut |progress: Progress| {
        reports.push(progress);
        ControlFlow::Continue(())
    };
    state.apply(&mixture(18, 200, 2), watch).expect("a run");
    assert!(reports.len() > 2);
    assert!(reports.is_sorted_by_key(|progress| progress.done));
    let last = reports.last().expect("a report");
    assert_eq!(last.done, last.total);
}

#[test]
fn the_bytes_of_a_state_are_those_of_its_amplitudes_and_the_threads_blocks() {
    assert_eq!(State::<f32>::bytes(10, 1), 8 << 10);
    assert_eq!(State::<f64>::bytes(10, 4), 16 << 10);
    assert_eq!(State::<f64>::bytes(20, 2), (16 << 20) + 2 * (1 << 18));
    assert_eq!(State::<f64>::bytes(80, 1), u64::MAX);
}

#[test]
fn a_state_too_large_for_any_machine_is_refused() {
    let most = MAX_POSITIONS;
    let refused = State::<f64>::new(most + 1, Settings::default()).err();
    assert_eq!(refused, Some(Error::TooManyPositions { positions: most + 1, most }));
    let buffer = super::super::buffer::Buffer::<f64>::zeroed(usize::MAX / 16);
    assert!(matches!(buffer.err(), Some(Error::OutOfMemory { .. })));
}

#[test]
fn operations_that_make_no_sense_are_refused() {
    let mut operations = Operations::new(3);
    let one = [Complex::ONE; 4];
    let refused = [
        operations.dense(&[3], &[], &one),
        operations.dense(&[1], &[Control::on(1)], &one),
        operations.dense(&[1], &[], &one[..3]),
        operations.diagonal(&[0], &[], &[Complex::new(f64::NAN, 0.0), Complex::ONE]),
        operations.permutation(&[0], &[], &[1, 1]),
        Operations::new(20).diagonal(&(0..11).collect::<Vec<_>>(), &[], &one),
    ];
    assert_eq!(
        refused.map(Result::unwrap_err),
        [
            InvalidOperation::Position { position: 3, positions: 3 },
            InvalidOperation::RepeatedPosition { position: 1 },
            InvalidOperation::WrongSize { entries: 3, expected: 4 },
            InvalidOperation::NotFinite,
            InvalidOperation::NotAPermutation,
            InvalidOperation::TooManyTargets { targets: 11, most: MAX_TARGETS },
        ]
    );
    assert!(operations.is_empty());
}
