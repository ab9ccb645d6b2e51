//! Does an estimate choose the method, and grow as it should?

use quantum_program::{NoiseKind, ResultType};

use super::programs::{Written, ghz};
use crate::analysis::{Analysis, analyze};
use crate::simulation::{Method, Precision, density_matrix_bytes, state_vector_bytes};

fn method(written: Written, shots: u32) -> Method {
    analyze(&written.finish()).simulation(shots, Precision::Double).method
}

#[test]
fn the_method_follows_from_gates_noise_and_results() {
    let rotated = || ghz(3).gate("rx", &[0.1], &[0]);
    let damped = |written: Written| written.noise(NoiseKind::AmplitudeDamping, 0.1, &[0]);
    let flipped = |written: Written| written.noise(NoiseKind::BitFlip, 0.1, &[0]);
    assert_eq!(method(ghz(3), 100), Method::Tableau);
    assert_eq!(method(ghz(3), 0), Method::Tableau);
    assert_eq!(method(ghz(3).result(ResultType::StateVector), 0), Method::StateVector);
    let probability = || ResultType::Probability { targets: None };
    assert_eq!(method(ghz(3).result(probability()), 100), Method::StateVector);
    assert_eq!(method(ghz(30).result(probability()), 100), Method::Tableau);
    assert_eq!(method(ghz(30).result(ResultType::StateVector), 0), Method::StateVector);
    assert_eq!(method(rotated(), 100), Method::StateVector);
    assert_eq!(method(flipped(ghz(3)), 100), Method::Tableau);
    assert_eq!(method(damped(ghz(3)), 100), Method::DensityMatrix);
    assert_eq!(method(damped(ghz(3)), 7), Method::Trajectories);
    assert_eq!(method(damped(ghz(13)), 10_000), Method::Trajectories);
    assert_eq!(method(damped(ghz(13)), 0), Method::DensityMatrix);
}

#[test]
fn memory_follows_the_width() {
    assert_eq!(state_vector_bytes(29, Precision::Double), 16 << 29);
    assert_eq!(state_vector_bytes(29, Precision::Single), 8 << 29);
    assert_eq!(density_matrix_bytes(12), 16 << 24);
    assert_eq!(state_vector_bytes(1000, Precision::Double), u64::MAX);
    assert_eq!(density_matrix_bytes(usize::MAX), u64::MAX);
}

#[test]
fn a_run_shot_by_shot_keeps_a_second_state() {
    let once = ghz(5).gate("t", &[], &[0]);
    let bytes = |written: Written| {
        analyze(&written.finish()).simulation(10, Precision::Double).memory_bytes
    };
    let expected = state_vector_bytes(5, Precision::Double);
    assert_eq!(bytes(once), expected);
    assert_eq!(bytes(ghz(5).gate("t", &[], &[0]).reset(0)), 2 * expected);
}

#[test]
fn a_thousand_clifford_qubits_fit_in_a_megabyte() {
    let simulation = analyze(&ghz(1000).finish()).simulation(1000, Precision::Double);
    assert_eq!((simulation.method, simulation.runs), (Method::Tableau, 1));
    assert!(simulation.memory_bytes < 1 << 20);
    assert!(simulation.core_seconds < 10.0);
}

#[test]
fn time_grows_with_gates_shots_and_width() {
    let seconds = |written: Written, shots| {
        analyze(&written.finish()).simulation(shots, Precision::Double).core_seconds
    };
    let with_t = |qubits| ghz(qubits).gate("t", &[], &[0]);
    assert!(seconds(with_t(20), 10) > 100.0 * seconds(with_t(10), 10));
    assert!(seconds(with_t(20).gate("x", &[], &[0]), 10) > seconds(with_t(20), 10));
    let again =
        (0..10).fold(with_t(15), |written, bit| written.measure(0, bit).gate("rx", &[0.1], &[0]));
    assert!(seconds(again, 1000) > 100.0 * seconds(with_t(15), 1000));
    assert!(seconds(with_t(200), 1) > 1e9, "no such machine");
}

#[test]
fn the_model_agrees_with_what_was_measured() {
    let state = |qubits: usize, gates, precision| {
        let base = analyze(&ghz(2).gate("t", &[], &[0]).finish());
        let analysis = Analysis { active_qubits: qubits, gates, ..base };
        analysis.simulation(1000, precision).core_seconds
    };
    let tableau = |qubits: usize, gates, shots| {
        let base = analyze(&ghz(2).finish());
        let measured_qubits = qubits;
        let analysis = Analysis { active_qubits: qubits, gates, measured_qubits, ..base };
        analysis.simulation(shots, Precision::Double).core_seconds
    };
    for (model, measured) in [
        (state(12, 360, Precision::Double), 0.000_161),
        (state(20, 600, Precision::Single), 0.0244),
        (state(22, 660, Precision::Single), 0.126),
        (state(16, 480, Precision::Double), 0.002_19),
        (state(20, 600, Precision::Double), 0.067),
        (state(22, 660, Precision::Double), 0.23),
        (tableau(1000, 30_000, 1000), 0.0279),
        (tableau(4000, 120_000, 1000), 0.896),
    ] {
        assert!((0.7..3.0).contains(&(model / measured)), "{model} {measured}");
    }
}

#[test]
fn mid_circuit_measurements_cost_a_tableau_no_run_each() {
    let measured = || ghz(50).measure(0, 0).gate("h", &[], &[0]);
    let simulated =
        |written: Written| analyze(&written.finish()).simulation(1000, Precision::Double);
    assert_eq!(simulated(measured()).runs, 1);
    let decided = measured().if_bit(0, |written| written.gate("x", &[], &[1]));
    assert_eq!(simulated(decided).runs, 1000);
}

#[test]
fn shots_that_go_the_same_way_are_one_run() {
    let runs = |written: Written, shots| {
        let found = analyze(&written.gate("t", &[], &[0]).finish());
        found.simulation(shots, Precision::Single).runs
    };
    let twice = || ghz(3).measure(0, 0).gate("h", &[], &[0]).measure(1, 1).gate("h", &[], &[1]);
    assert_eq!((runs(ghz(3), 1000), runs(twice(), 1000), runs(twice(), 3)), (1, 4, 3));
    assert_eq!(runs(twice(), 0), 4, "all ways, for an exact answer");
    let noisy =
        || ghz(5).noise(NoiseKind::Depolarizing, 0.1, &[0]).noise(NoiseKind::BitFlip, 0.1, &[1]);
    assert_eq!((runs(noisy(), 20), runs(noisy(), 7), runs(noisy(), 64)), (8, 7, 1));
}

#[test]
fn what_all_ways_share_is_passed_once() {
    let base = || ghz(10).gate("t", &[], &[0]);
    let updates =
        |written: Written| analyze(&written.finish()).simulation(100, Precision::Double).updates;
    assert_eq!(updates(base()), 11 << 10);
    let late = base().measure(0, 0).gate("t", &[], &[0]);
    assert_eq!(updates(late), (11 + 2) << 10);
}
