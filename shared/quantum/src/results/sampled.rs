//! What are the values of result types as shots tell them?

use quantum_program::{Observable, Program, ResultType};

use super::{Reading, ResultValue};
use crate::run::SimulationError;

/// The value of each result type, from the bits that each shot found for each qubit once it was turned into its basis.
pub(crate) fn sampled(
    program: &Program,
    readings: &[Vec<Reading>],
    shots: usize,
    bit: &impl Fn(usize, u32) -> bool,
) -> Result<Vec<ResultValue>, SimulationError> {
    let results = program.results().iter().zip(readings);
    results.map(|(result, readings)| value(result, readings, shots, bit)).collect()
}

fn value(
    result: &ResultType,
    readings: &[Reading],
    shots: usize,
    bit: &impl Fn(usize, u32) -> bool,
) -> Result<ResultValue, SimulationError> {
    let sample = |reading: &Reading| -> Vec<f64> {
        (0..shots).map(|shot| reading.value(|qubit| bit(shot, qubit))).collect()
    };
    match result {
        ResultType::Probability { .. } => {
            let reading = readings.first().ok_or(SimulationError::TooManyOutcomes)?;
            frequencies(reading, shots, bit)
        }
        ResultType::Expectation(observable) => {
            Ok(numbers(observable, readings.iter().map(|one| mean(&sample(one))).collect()))
        }
        ResultType::Variance(observable) => {
            Ok(numbers(observable, readings.iter().map(|one| variance(&sample(one))).collect()))
        }
        ResultType::Sample(Observable::Product(_)) => {
            Ok(ResultValue::Sample(readings.first().map(sample).unwrap_or_default()))
        }
        ResultType::Sample(Observable::OnEach(_)) => {
            Ok(ResultValue::Samples(readings.iter().map(sample).collect()))
        }
        other => Err(SimulationError::NeedsNoShots { noun: noun(other) }),
    }
}

/// What a result type is called in a sentence.
pub(crate) fn noun(result: &ResultType) -> &'static str {
    match result {
        ResultType::StateVector => "a state vector",
        ResultType::Amplitude { .. } => "an amplitude",
        ResultType::DensityMatrix { .. } => "a density matrix",
        ResultType::AdjointGradient { .. } => "an adjoint gradient",
        ResultType::Probability { .. } => "a probability",
        ResultType::Expectation(_) => "an expectation",
        ResultType::Variance(_) => "a variance",
        ResultType::Sample(_) => "a sample",
    }
}

fn numbers(observable: &Observable, values: Vec<f64>) -> ResultValue {
    match (observable, &values[..]) {
        (Observable::Product(_), [value]) => ResultValue::Number(*value),
        _ => ResultValue::Numbers(values),
    }
}

fn mean(sample: &[f64]) -> f64 {
    sample.iter().sum::<f64>() / sample.len() as f64
}

fn variance(sample: &[f64]) -> f64 {
    let mean = mean(sample);
    sample.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / sample.len() as f64
}

fn frequencies(
    reading: &Reading,
    shots: usize,
    bit: &impl Fn(usize, u32) -> bool,
) -> Result<ResultValue, SimulationError> {
    let targets: Vec<u32> = reading.targets().collect();
    let size = 1_usize.checked_shl(targets.len() as u32);
    let size = size.filter(|size| *size <= crate::limits::MAX_EXACT_OUTCOMES);
    let mut seen = vec![0_u64; size.ok_or(SimulationError::TooManyOutcomes)?];
    for shot in 0..shots {
        let bits = targets.iter().map(|target| usize::from(bit(shot, *target)));
        seen[bits.fold(0, |number, bit| number << 1 | bit)] += 1;
    }
    let share = |count: u64| count as f64 / shots as f64;
    Ok(ResultValue::Probabilities(seen.into_iter().map(share).collect()))
}
