//! Is a program counted right?

use quantum_program::{Base, Expression, NewGate, NoiseKind, UnaryOperator, Unitary, Value, Wire};

use super::programs::{Written, ghz};
use crate::analysis::{Clifford, Noisiness, analyze, analyze_circuit};

#[test]
fn a_ghz_program_is_as_deep_as_it_is_wide() {
    let found = analyze(&ghz(5).finish());
    assert_eq!((found.qubits, found.active_qubits, found.measured_qubits), (5, 5, 5));
    assert_eq!((found.depth, found.two_qubit_depth), (5, 4));
    assert_eq!((found.gates, found.one_qubit_gates, found.two_qubit_gates), (5, 1, 4));
    assert_eq!(found.gate_counts["cx"], 4);
    assert_eq!(found.clifford(), Clifford::Yes);
}

#[test]
fn a_barrier_lines_its_qubits_up() {
    let free = Written::on(2).gate("h", &[], &[0]).gate("h", &[], &[1]);
    assert_eq!(analyze(&free.finish()).depth, 1);
    let held = Written::on(2).gate("h", &[], &[0]).barrier(&[0, 1]).gate("h", &[], &[1]).finish();
    assert_eq!((analyze(&held).depth, analyze(&held).barriers), (2, 1));
}

#[test]
fn an_idle_qubit_is_declared_but_not_active() {
    let found = analyze(&Written::on(4).gate("h", &[], &[2]).measure(2, 0).finish());
    assert_eq!((found.qubits, found.active_qubits, found.measured_qubits), (4, 1, 1));
}

#[test]
fn gates_are_counted_by_class() {
    let program = Written::on(3)
        .gate("h", &[], &[0])
        .gate("t", &[], &[0])
        .gate("rz", &[std::f64::consts::FRAC_PI_4], &[1])
        .gate("ccx", &[], &[0, 1, 2])
        .gate("rx", &[0.1], &[2])
        .finish();
    let found = analyze(&program);
    assert_eq!((found.clifford_gates, found.t_gates, found.other_gates), (1, 2, 2));
    assert_eq!(found.multi_qubit_gates, 1);
    assert_eq!(found.clifford(), Clifford::No);
}

#[test]
fn an_open_angle_is_undetermined_until_it_is_given() {
    let written = || {
        let (written, angle) = Written::on(1).input("theta");
        written.turned("rz", &[angle], &[0])
    };
    let open = analyze(&written().finish());
    assert_eq!((open.undetermined_gates, open.open_inputs), (1, 1));
    assert_eq!(open.clifford(), Clifford::Undetermined);
    let half = analyze_circuit(&written().bound(&[("theta", std::f64::consts::PI)]));
    assert_eq!((half.clifford(), half.open_inputs), (Clifford::Yes, 0));
    assert_eq!(analyze_circuit(&written().bound(&[("theta", 0.3)])).clifford(), Clifford::No);
}

#[test]
fn what_a_measurement_decides_comes_after_it() {
    let program = Written::on(2)
        .gate("h", &[], &[0])
        .gate("h", &[], &[0])
        .measure(0, 0)
        .if_bit(0, |written| written.gate("x", &[], &[1]))
        .finish();
    let found = analyze(&program);
    assert_eq!(found.depth, 3, "the gate on the other qubit waits");
    assert!(found.has_feedback && found.has_run_time_blocks);
    assert!(found.uses_mid_circuit_measurement);
}

#[test]
fn what_a_run_decides_stays_open_when_inputs_are_given() {
    let circuit = Written::on(1)
        .gate("h", &[], &[0])
        .measure(0, 0)
        .if_bit(0, |written| written.gate("x", &[], &[0]))
        .bound(&[]);
    let found = analyze_circuit(&circuit);
    assert!(found.has_feedback);
    assert_eq!((found.gates, found.depth), (2, 2));
}

#[test]
fn a_long_condition_waits_for_all_measurements() {
    let mut written = Written::on(2).gate("h", &[], &[0]).gate("h", &[], &[0]).measure(0, 0);
    let mut condition = written.expression(Expression::Bit(0));
    for _ in 0..100 {
        condition = written.expression(Expression::Unary(UnaryOperator::Not, condition));
    }
    let program = written
        .with(|builder| builder.begin_if(condition).expect("room"))
        .gate("x", &[], &[1])
        .with(|builder| builder.end_block().expect("room"))
        .finish();
    assert_eq!(analyze(&program).depth, 3);
}

#[test]
fn a_condition_waits_only_for_the_bits_it_needs() {
    let program = Written::on(3)
        .gate("h", &[], &[0])
        .measure(0, 0)
        .gate("h", &[], &[1])
        .gate("h", &[], &[1])
        .measure(1, 1)
        .if_bit(0, |written| written.gate("x", &[], &[2]))
        .finish();
    assert_eq!(analyze(&program).depth, 2);
}

#[test]
fn a_block_that_inputs_decide_is_counted_as_it_runs() {
    let written = || {
        let (mut written, _) = Written::on(1).input("theta");
        let theta = written.expression(Expression::Input(0));
        written
            .with(|builder| builder.begin_if(theta).expect("room"))
            .gate("x", &[], &[0])
            .with(|builder| builder.begin_else().expect("room"))
            .gate("y", &[], &[0])
            .gate("z", &[], &[0])
            .with(|builder| builder.end_block().expect("room"))
            .gate("h", &[], &[0])
    };
    let names = |found: crate::Analysis| found.gate_counts.into_keys().collect::<Vec<_>>().join("");
    assert_eq!(names(analyze_circuit(&written().bound(&[("theta", 1.0)]))), "hx");
    let other = analyze_circuit(&written().bound(&[("theta", 0.0)]));
    assert!(!other.has_run_time_blocks);
    assert_eq!(names(other), "hyz");
    let open = analyze(&written().finish());
    assert!(open.has_run_time_blocks && !open.has_feedback);
    assert_eq!(names(open), "hxyz");
}

#[test]
fn nothing_after_the_end_is_counted() {
    let program = Written::on(1)
        .gate("h", &[], &[0])
        .with(|builder| builder.end().expect("room"))
        .gate("x", &[], &[0])
        .finish();
    assert_eq!(analyze(&program).gates, 1);
}

#[test]
fn only_a_used_qubit_is_reset_mid_circuit() {
    let fresh = Written::on(1).reset(0).gate("h", &[], &[0]).finish();
    assert!(!analyze(&fresh).uses_mid_circuit_measurement);
    let used = Written::on(1).gate("h", &[], &[0]).reset(0).finish();
    assert!(analyze(&used).uses_mid_circuit_measurement);
}

#[test]
fn a_measurement_in_a_loop_is_mid_circuit() {
    let (mut written, _) = Written::on(1).input("again");
    let condition = written.expression(Expression::Input(0));
    let program = written
        .with(|builder| builder.begin_while(condition).expect("room"))
        .gate("h", &[], &[0])
        .measure(0, 0)
        .with(|builder| builder.end_block().expect("room"))
        .finish();
    let found = analyze(&program);
    assert!(found.uses_mid_circuit_measurement && !found.has_feedback);
    assert_eq!(found.ways, u64::MAX, "there is no telling how often");
}

#[test]
fn a_condition_that_is_known_false_ends_before_the_loop() {
    let mut written = Written::on(1);
    let never = written.expression(Expression::Known(Value::Bool(false)));
    let program = written
        .with(|builder| builder.begin_while(never).expect("room"))
        .gate("h", &[], &[0])
        .with(|builder| builder.end_block().expect("room"))
        .gate("x", &[], &[0])
        .finish();
    let found = analyze(&program);
    assert_eq!((found.gates, found.has_run_time_blocks), (1, false));
}

#[test]
fn noise_is_told_apart_by_what_can_follow_it() {
    let flips = Written::on(2).gate("h", &[], &[0]).noise(NoiseKind::BitFlip, 0.1, &[0]);
    let found = analyze(&flips.finish());
    assert_eq!((found.noise, found.noise_counts["bit_flip"]), (Noisiness::Pauli, 1));
    let damped = Written::on(1).noise(NoiseKind::AmplitudeDamping, 0.1, &[0]).finish();
    assert_eq!(analyze(&damped).noise, Noisiness::General);
    assert_eq!(analyze(&damped).active_qubits, 1);
}

#[test]
fn a_global_phase_counts_only_under_control() {
    let program = Written::on(1)
        .gate("gphase", &[0.5], &[])
        .gate("ctrl @ gphase", &[std::f64::consts::FRAC_PI_4], &[0])
        .finish();
    let found = analyze(&program);
    assert_eq!((found.gates, found.one_qubit_gates, found.t_gates), (1, 1, 1));
}

#[test]
fn a_written_out_matrix_is_a_gate_by_that_name() {
    let x = [0.0, 1.0, 1.0, 0.0].map(quantum_program::Complex::real).to_vec();
    let found = analyze(&Written::on(1).unitary(Unitary::new(1, x), &[0]).finish());
    assert_eq!((found.gate_counts["unitary"], found.clifford_gates), (1, 1));
}

#[test]
fn one_name_may_stand_for_different_gates() {
    // a gate defined by the program may have a built-in gate's name inside several bodies
    let program = Written::on(2)
        .with(|builder| {
            let name = builder.gate_name("my");
            for (base, controls) in [(Base::X, 1), (Base::T, 0)] {
                let wires = [Wire::new(0), Wire::new(1)];
                let gate = NewGate {
                    base,
                    name,
                    controls: &wires[..controls],
                    targets: &wires[1..],
                    parameters: &[],
                    powers: &[],
                };
                builder.gate(&gate).expect("room");
            }
        })
        .finish();
    let found = analyze(&program);
    assert_eq!((found.gate_counts["my"], found.clifford_gates, found.t_gates), (2, 1, 1));
}

#[test]
fn only_choices_before_the_end_part_the_ways() {
    let ways = |written: Written| {
        let found = analyze(&written.finish());
        (found.ways, found.noise_ways, found.shared_gates)
    };
    let measured = || ghz(3).measure(0, 0).measure(1, 1);
    assert_eq!(ways(measured()), (1, 1, 3));
    assert_eq!(ways(measured().gate("x", &[], &[2])), (1, 1, 4));
    assert_eq!(ways(measured().gate("x", &[], &[1])), (2, 1, 3));
    let decided = measured().if_bit(1, |written| written.gate("x", &[], &[2]));
    assert_eq!(ways(decided), (4, 1, 3), "what has been measured is looked at");
    assert_eq!(ways(ghz(3).reset(0).gate("x", &[], &[0]).reset(1)), (4, 1, 3));
    assert_eq!(ways(Written::on(1).reset(0).gate("x", &[], &[0])), (1, 1, 1));
    let noisy = Written::on(2)
        .noise(NoiseKind::TwoQubitDepolarizing, 0.1, &[0, 1])
        .noise(NoiseKind::AmplitudeDamping, 0.1, &[0])
        .gate("x", &[], &[0]);
    assert_eq!(ways(noisy), (1, 32, 0));
    let damped = Written::on(1).noise(NoiseKind::GeneralizedAmplitudeDamping, 0.1, &[0]);
    assert_eq!(ways(damped), (1, 4, 0));
    let looked_at_late = ghz(3).measure(0, 0).gate("x", &[], &[1]).reset(2).gate("x", &[], &[0]);
    assert_eq!(ways(looked_at_late), (4, 1, 3), "the outcome was decided before the reset");
}
