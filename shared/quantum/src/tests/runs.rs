//! How does a run behave: its seed, its limits, its progress?

use std::cell::RefCell;
use std::ops::ControlFlow;

use super::{circuit, run};
use crate::{MAX_SHOTS, Method, Progress, Run, SimulationError, simulate};

const SPREAD: &str = "qubit[6] q; h q; ry(0.3) q[2];";

#[test]
fn the_same_seed_gives_the_same_outcome_and_another_seed_another() {
    let circuit = circuit(SPREAD);
    let once = simulate(&circuit, &Run::new(500, 5)).expect("a run");
    let again = simulate(&circuit, &Run::new(500, 5)).expect("a run");
    let other = simulate(&circuit, &Run::new(500, 6)).expect("a run");
    assert_eq!(once, again);
    assert_ne!(once.measurements, other.measurements);
}

#[test]
fn the_rows_add_up_to_the_counts() {
    let outcome = run(SPREAD, 300);
    let mut counts = std::collections::BTreeMap::new();
    for row in outcome.measurements.iter() {
        let bits: String = row.iter().map(|bit| if *bit == 1 { '1' } else { '0' }).collect();
        *counts.entry(bits).or_insert(0_u64) += 1;
    }
    assert_eq!(counts, outcome.counts);
    assert_eq!(outcome.measurements.iter().len(), 300);
    assert_eq!(outcome.measurements.width(), 6);
    assert!(outcome.probabilities.is_empty());
}

#[test]
fn shots_are_not_in_the_order_of_their_bits() {
    let rows: Vec<Vec<u8>> = run("qubit q; h q;", 100).measurements.iter().collect();
    assert!(!rows.is_sorted());
    assert!(!rows.iter().rev().is_sorted());
}

fn refusal(source: &str, run: &Run<'_>) -> SimulationError {
    simulate(&circuit(source), run).expect_err("a refusal")
}

#[test]
fn what_needs_more_memory_than_allowed_is_refused_by_the_formula() {
    let tight = |limit, shots| Run { memory_limit_bytes: limit, ..Run::new(shots, 0) };
    let source = "qubit[10] q; h q; t q;";
    for (shots, needed_bytes) in [(0, 16_384), (1, 8_192)] {
        assert_eq!(
            refusal(source, &tight(needed_bytes - 1, shots)),
            SimulationError::MemoryLimit {
                qubits: 10,
                needed_bytes,
                limit_bytes: needed_bytes - 1
            }
        );
        assert_eq!(
            needed_bytes_of(source, &tight(0, shots)),
            needed_bytes,
            "it is known before the run"
        );
    }
    assert!(simulate(&circuit("qubit[8] q; h q; t q;"), &tight(16_384, 0)).is_ok());
    let again = "qubit[10] q; h q; t q; h q; measure q; h q; measure q;";
    assert_eq!(
        refusal(again, &tight(16_383, 1)),
        SimulationError::MemoryLimit { qubits: 10, needed_bytes: 16_384, limit_bytes: 16_383 }
    );
    assert_eq!(
        refusal("qubit[40] q; h q; t q; h q;", &tight(u64::MAX, 1)),
        SimulationError::TooManyQubits { qubits: 40 }
    );
}

fn needed_bytes_of(source: &str, run: &Run<'_>) -> u64 {
    crate::needed_bytes(&circuit(source), run).expect("it can be run")
}

#[test]
fn the_method_follows_from_the_program_and_the_shots() {
    let method = |source: &str, shots| run(source, shots).method;
    for (source, shots, expected) in [
        ("qubit[2] q; h q[0]; cx q[0], q[1];", 10, Method::Tableau),
        ("qubit[2000] q; h q[0]; cx q[0], q[1999];", 10, Method::Tableau),
        ("qubit[2] q; h q[0]; rx(pi/2) q[1]; pow(2) @ t q[0];", 10, Method::Tableau),
        ("qubit[2] q; h q[0]; t q[0]; h q[0];", 10, Method::SinglePrecision),
        ("qubit[2] q; h q[0]; t q[0]; h q[0];", 0, Method::StateVector),
        (
            "qubit[2] q; ry(1) q[0];\n#pragma braket noise bit_flip(0.1) q[0]\nbit b = measure q[0];",
            10,
            Method::DensityMatrix,
        ),
        (
            "qubit[2] q; ry(1) q;\n#pragma braket noise bit_flip(0.1) q[0]\nbit b = measure q[0];",
            1,
            Method::Trajectories,
        ),
        (
            "qubit[2] q; h q[0];\n#pragma braket noise bit_flip(0.1) q[0]\nbit b = measure q[0];",
            10,
            Method::Tableau,
        ),
    ] {
        assert_eq!(method(source, shots), expected, "{source}");
    }
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
    let many = format!("qubit q; {}", "h q; t q; h q; measure q; ".repeat(14));
    assert_eq!(refusal(&many, &Run::new(0, 0)), SimulationError::TooManyWays);
}

#[test]
fn refusals_say_what_to_do() {
    let text = refusal("qubit[17] q; h q;", &Run::new(0, 0)).to_string();
    assert!(text.contains("measure fewer qubits or ask for shots"), "{text}");
}

#[test]
fn progress_rises_from_nothing_to_all_at_a_bounded_rate() {
    let layers = "h q; t q; ".repeat(150);
    for first in ["", "h q[0]; measure q[0];"] {
        let source = format!("qubit[12] q; {first} {layers} t q; h q; measure q;");
        let seen: RefCell<Vec<Progress>> = RefCell::default();
        let note = |progress| {
            seen.borrow_mut().push(progress);
            ControlFlow::Continue(())
        };
        simulate(&circuit(&source), &Run { progress: &note, ..Run::new(1, 0) }).expect("a run");
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
    let source = format!("qubit[12] q; {}", "h q; t q; ".repeat(300));
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
fn programs_and_circuits_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + Clone>(_: &T) {}
    shared(&circuit(SPREAD));
    shared(&crate::parse(SPREAD).expect("a program"));
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
