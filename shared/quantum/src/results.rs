//! What are the values of the result types that a program asks for?

mod exact;
mod gradient;
mod observables;
mod sampled;
mod types;

use std::collections::BTreeMap;

use quantum_program::{Complex, Program};
use serde::{Serialize, Serializer};

pub(crate) use exact::{Exact, exact, exact_of_tableau};
pub(crate) use gradient::Finish;
pub(crate) use observables::{Group, Reading, one_group};
pub(crate) use sampled::{noun, sampled};

/// A result type with its value; serialized, it is what stands in Braket's results.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AskedResult {
    pub r#type: serde_json::Value,
    pub value: ResultValue,
}

/// Puts the values beside what was asked for, in that order.
pub(crate) fn beside_types(program: &Program, values: Vec<ResultValue>) -> Vec<AskedResult> {
    let types = program.results().iter().map(|result| types::written(program, result));
    types.zip(values).map(|(r#type, value)| AskedResult { r#type, value }).collect()
}

/// The value of a result type, written as Braket does: complex numbers as `[re, im]`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ResultValue {
    /// One amplitude for each basis state, the first qubit as the highest bit of its number.
    #[serde(serialize_with = "pairs")]
    StateVector(Vec<Complex>),
    #[serde(serialize_with = "named_pairs")]
    Amplitudes(BTreeMap<String, Complex>),
    /// For each value of the targets, the first as the highest bit.
    Probabilities(Vec<f64>),
    /// Row by row.
    #[serde(serialize_with = "rows")]
    DensityMatrix(Vec<Vec<Complex>>),
    Number(f64),
    /// One for each qubit.
    Numbers(Vec<f64>),
    /// One for each shot.
    Sample(Vec<f64>),
    /// For each qubit, one for each shot.
    Samples(Vec<Vec<f64>>),
    Gradient {
        expectation: f64,
        gradient: BTreeMap<String, f64>,
    },
}

fn pair(value: &Complex) -> [f64; 2] {
    [value.re, value.im]
}

fn pairs<S: Serializer>(values: &[Complex], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(values.iter().map(pair))
}

fn named_pairs<S: Serializer>(
    values: &BTreeMap<String, Complex>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(values.iter().map(|(state, value)| (state, pair(value))))
}

fn rows<S: Serializer>(values: &[Vec<Complex>], serializer: S) -> Result<S::Ok, S::Error> {
    let row = |row: &Vec<Complex>| row.iter().map(pair).collect::<Vec<_>>();
    serializer.collect_seq(values.iter().map(row))
}
