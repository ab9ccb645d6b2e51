//! Does the engine as a whole keep its promises?

mod analyses;
mod binding;
mod calculations;
mod distributions;
mod limits;
mod properties;
mod refusals;
mod runs;

use std::collections::BTreeMap;

use crate::{Circuit, Outcome, Program, Run, parse};

fn program(source: &str) -> Program {
    parse(source).unwrap_or_else(|diagnostics| panic!("{source}\n{diagnostics}"))
}

fn circuit(source: &str) -> Circuit {
    program(source).bind(&BTreeMap::new()).expect("a program without inputs")
}

fn run(source: &str, shots: u32) -> Outcome {
    circuit(source)
        .simulate(&Run::new(shots, 11))
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
