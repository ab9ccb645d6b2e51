//! Does the engine as a whole keep its promises?

mod bindings;
mod distributions;
mod estimates;
mod feedback;
mod methods;
mod noise;
mod properties;
mod refusals;
mod results;
mod runs;

use std::collections::BTreeMap;

use quantum_program::{Complex, Unitary};

use crate::{Circuit, Outcome, Run, bind, parse, simulate};

pub(crate) fn circuit(source: &str) -> Circuit {
    let parsed = parse(source).unwrap_or_else(|diagnostics| panic!("{source}\n{diagnostics}"));
    bind(&parsed, &BTreeMap::new()).expect("a program without inputs")
}

fn run(source: &str, shots: u32) -> Outcome {
    simulate(&circuit(source), &Run::new(shots, 11))
        .unwrap_or_else(|error| panic!("{source}\n{error}"))
}

/// Every outcome's share is within five standard deviations, and no other outcome occurs.
fn assert_sampled(source: &str, outcome: &Outcome, expected: &[(&str, f64)]) {
    let shots = outcome.measurements.len() as f64;
    let possible = |bits: &String| expected.iter().any(|(name, _)| name == bits);
    assert!(outcome.counts.keys().all(possible), "{source}\n{:?}", outcome.counts);
    for (bits, probability) in expected {
        let count = outcome.counts.get(*bits).copied().unwrap_or(0) as f64;
        let deviation = (shots * probability * (1.0 - probability)).sqrt();
        assert!(
            (count - shots * probability).abs() <= 5.0 * deviation + 1e-6,
            "{source}\n{bits}: {count} of {shots}, expected a share of {probability}"
        );
    }
}

/// The Hermitian part of a matrix with these entries.
pub(crate) fn hermitian(qubits: usize, entries: &[(f64, f64)]) -> Unitary {
    let size = 1 << qubits;
    let entry = |at: usize| Complex::new(entries[at].0, entries[at].1);
    let mirrored = |at: usize| entry(at % size * size + at / size).conjugate();
    Unitary::new(
        qubits,
        (0..size * size).map(|at| (entry(at) + mirrored(at)).scaled(0.5)).collect(),
    )
}
