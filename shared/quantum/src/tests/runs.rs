//! How does a run behave: its seed, its limits, its progress?

use std::cell::RefCell;
use std::ops::ControlFlow;

use super::{circuit, run};
use crate::{MAX_SHOTS, Progress, Run, SimulationError, memory_bytes};

const SPREAD: &str = "qubit[6] q; h q; ry(0.3) q[2];";

#[test]
fn the_same_seed_gives_the_same_outcome_and_another_seed_another() {
    let circuit = circuit(SPREAD);
    let once = circuit.simulate(&Run::new(500, 5)).expect("a run");
    let again = circuit.simulate(&Run::new(500, 5)).expect("a run");
    let other = circuit.simulate(&Run::new(500, 6)).expect("a run");
    assert_eq!(once, again);
    assert_ne!(once.measurements, other.measurements);
}

#[test]
fn the_rows_add_up_to_the_counts_and_the_counts_to_the_probabilities() {
    let outcome = run(SPREAD, 300);
    let mut counts = std::collections::BTreeMap::new();
    for row in outcome.measurements.iter() {
        let bits: String = row.iter().map(|bit| if *bit == 1 { '1' } else { '0' }).collect();
        *counts.entry(bits).or_insert(0_u64) += 1;
    }
    assert_eq!(counts, outcome.counts);
    assert_eq!(outcome.measurements.iter().len(), 300);
    assert_eq!(outcome.measurements.width(), 6);
    for (bits, count) in &outcome.counts {
        assert!((outcome.probabilities[bits] - *count as f64 / 300.0).abs() < 1e-15);
    }
}

#[test]
fn shots_are_not_in_the_order_of_their_bits() {
    let rows: Vec<Vec<u8>> = run("qubit q; h q;", 100).measurements.iter().collect();
    assert!(!rows.is_sorted());
    assert!(!rows.iter().rev().is_sorted());
}

#[test]
fn memory_is_sixteen_bytes_an_amplitude_and_never_overflows() {
    assert_eq!(memory_bytes(0), 16);
    assert_eq!(memory_bytes(29), 8 << 30);
    assert_eq!(memory_bytes(60), u64::MAX);
    assert_eq!(memory_bytes(usize::MAX), u64::MAX);
}

fn refusal(source: &str, run: &Run<'_>) -> SimulationError {
    circuit(source).simulate(run).expect_err("a refusal")
}

#[test]
fn what_needs_more_memory_than_allowed_is_refused_by_the_formula() {
    let tight = |limit| Run { memory_limit_bytes: limit, ..Run::new(1, 0) };
    assert_eq!(
        refusal("qubit[10] q; h q;", &tight(16_383)),
        SimulationError::MemoryLimit { qubits: 10, needed_bytes: 16_384, limit_bytes: 16_383 }
    );
    assert!(circuit("qubit[10] q; h q;").simulate(&tight(16_384)).is_ok());
    let again = "qubit[10] q; h q; measure q; h q; measure q;";
    assert_eq!(
        refusal(again, &tight(16_384)),
        SimulationError::MemoryLimit { qubits: 10, needed_bytes: 32_768, limit_bytes: 16_384 }
    );
    assert_eq!(
        refusal("qubit[40] q; h q;", &tight(u64::MAX)),
        SimulationError::TooManyQubits { qubits: 40 }
    );
}

#[test]
fn memory_that_the_machine_does_not_have_is_an_error_and_no_crash() {
    let error = crate::simulation::reserve(usize::MAX).expect_err("no machine has that much");
    assert!(matches!(error, SimulationError::OutOfMemory { .. }));
}

#[test]
fn too_many_shots_recorded_bits_or_outcomes_are_refused() {
    assert_eq!(
        refusal("qubit q; h q;", &Run::new(MAX_SHOTS + 1, 0)),
        SimulationError::TooManyShots { shots: MAX_SHOTS + 1 }
    );
    assert_eq!(
        refusal("qubit[600] q; x q[0];", &Run::new(MAX_SHOTS, 0)),
        SimulationError::TooManyRecordedBits { shots: MAX_SHOTS, bits: 600 }
    );
    assert_eq!(refusal("qubit[17] q; h q;", &Run::new(0, 0)), SimulationError::TooManyOutcomes);
    assert_eq!(
        refusal("qubit q; h q; measure q; h q; measure q;", &Run::new(0, 0)),
        SimulationError::NeedsShots
    );
}

#[test]
fn refusals_say_what_to_do() {
    let text = refusal("qubit[17] q; h q;", &Run::new(0, 0)).to_string();
    assert!(text.contains("measure fewer qubits or ask for shots"), "{text}");
}

#[test]
fn progress_rises_from_nothing_to_all_at_a_bounded_rate() {
    let layers = "h q; ".repeat(300);
    for first in ["", "h q; measure q;"] {
        let source = format!("qubit[12] q; {first} {layers} measure q;");
        let seen: RefCell<Vec<Progress>> = RefCell::default();
        let note = |progress| {
            seen.borrow_mut().push(progress);
            ControlFlow::Continue(())
        };
        circuit(&source).simulate(&Run { progress: &note, ..Run::new(1, 0) }).expect("a run");
        let seen = seen.into_inner();
        assert_eq!(seen.first().map(|first| first.done), Some(0));
        assert!(seen.last().is_some_and(|last| last.done == last.total));
        assert!(seen.is_sorted_by_key(|progress| progress.done));
        assert!((3..20).contains(&seen.len()), "{}", seen.len());
        assert!(seen.iter().all(|progress| (0.0..=1.0).contains(&progress.fraction())));
    }
    let nothing = Progress { done: 0, total: 0 };
    assert!((nothing.fraction() - 1.0).abs() < f64::EPSILON);
}

#[test]
fn a_run_can_be_cancelled_at_any_report() {
    let source = format!("qubit[12] q; {}", "h q; ".repeat(300));
    for at in 0..3 {
        let reports = std::cell::Cell::new(0);
        let stop = |_| {
            reports.set(reports.get() + 1);
            if reports.get() > at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let run = Run { progress: &stop, ..Run::new(10, 0) };
        assert_eq!(refusal(&source, &run), SimulationError::Cancelled);
        assert_eq!(reports.get(), at + 1);
    }
}

#[test]
fn the_analysis_knows_the_memory_and_the_circuit_the_work_before_the_run() {
    let sampled = circuit("qubit[10] q; h q;");
    assert_eq!(sampled.analysis().memory_bytes(), 16_384);
    assert_eq!(sampled.work(1_000), 11 * 1_024);
    let shot_by_shot = circuit("qubit[10] q; h q; measure q; x q; measure q;");
    assert_eq!(shot_by_shot.analysis().memory_bytes(), 32_768);
    assert_eq!(shot_by_shot.work(100), (11 + 21 * 100) * 1_024);
    assert_eq!(circuit("qubit[1000] q; h q;").work(1), u64::MAX);
}

#[test]
fn programs_and_circuits_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + Clone>(_: &T) {}
    shared(&circuit(SPREAD));
    shared(&super::program(SPREAD));
}

#[test]
fn gates_within_and_across_the_blocks_of_a_large_state_agree() {
    let mut body = String::from("h q0; ");
    for qubit in 0..16 {
        let (near, far) = ((qubit + 1) % 16, (qubit + 9) % 16);
        body +=
            &format!("ry(0.{qubit}7) q{qubit}; cx q{qubit}, q{near}; xx(0.3) q{far}, q{qubit}; ");
        body += &format!(
            "ctrl @ swap q{qubit}, q{near}, q{far}; rz(0.4) q{qubit}; iswap q{near}, q{far}; "
        );
    }
    let (names, qubits): (Vec<String>, Vec<String>) =
        (0..16).map(|qubit| (format!("q{qubit}"), format!("q[{qubit}]"))).unzip();
    let (names, qubits) = (names.join(", "), qubits.join(", "));
    let source = format!("gate g {names} {{ {body} }} qubit[16] q; g {qubits}; inv @ g {qubits};");
    let zeros = run(&source, 0).probabilities.get(&"0".repeat(16)).copied().unwrap_or(0.0);
    assert!((zeros - 1.0).abs() < 1e-9, "{zeros}");
    let ghz: String = (0..15).map(|qubit| format!("cx q[{}], q[{}];", qubit, qubit + 1)).collect();
    let ghz = run(&format!("qubit[16] q; h q[0]; {ghz}"), 0);
    let expected = ["0".repeat(16), "1".repeat(16)];
    assert!(ghz.probabilities.keys().eq(expected.iter()));
}
