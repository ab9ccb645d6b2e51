//! How does Braket write a result type down?

use quantum_program::{Complex, Factor, Observable, Pauli, Program, ResultType, Unitary};
use serde_json::{Map, Value, json};

/// A result type as it stands beside its value in Braket's results. Qubits are those the program's writer knows.
pub(crate) fn written(program: &Program, result: &ResultType) -> Value {
    let qubits = |targets: &[u32]| -> Vec<usize> {
        targets.iter().map(|target| program.known_as(*target)).collect()
    };
    let on = |kind: &str, targets: &Option<Vec<u32>>| {
        let mut written = Map::new();
        written.insert("type".to_owned(), kind.into());
        if let Some(targets) = targets {
            written.insert("targets".to_owned(), qubits(targets).into());
        }
        Value::Object(written)
    };
    let of = |kind: &str, observable: &Observable| {
        let mut written = Map::new();
        written.insert("type".to_owned(), kind.into());
        written.insert("observable".to_owned(), factors(observable));
        if let Observable::Product(factors) = observable {
            let targets: Vec<u32> = factors.iter().flat_map(Factor::targets).copied().collect();
            written.insert("targets".to_owned(), qubits(&targets).into());
        }
        Value::Object(written)
    };
    match result {
        ResultType::StateVector => json!({ "type": "statevector" }),
        ResultType::Amplitude { states } => json!({ "type": "amplitude", "states": states }),
        ResultType::Probability { targets } => on("probability", targets),
        ResultType::DensityMatrix { targets } => on("densitymatrix", targets),
        ResultType::Expectation(observable) => of("expectation", observable),
        ResultType::Variance(observable) => of("variance", observable),
        ResultType::Sample(observable) => of("sample", observable),
        ResultType::AdjointGradient { terms, inputs } => {
            let products = terms.iter().map(|term| factors(&term.observable));
            let targets = terms.iter().map(|term| match &term.observable {
                Observable::Product(factors) => {
                    let targets = factors.iter().flat_map(Factor::targets).copied();
                    qubits(&targets.collect::<Vec<u32>>())
                }
                Observable::OnEach(_) => Vec::new(),
            });
            let names = inputs.iter().map(|input| &program.inputs()[*input as usize].name);
            json!({
                "type": "adjoint_gradient",
                "observable": products.collect::<Vec<_>>(),
                "targets": targets.collect::<Vec<_>>(),
                "parameters": names.collect::<Vec<_>>(),
            })
        }
    }
}

fn factors(observable: &Observable) -> Value {
    let letter = |pauli: &Pauli| Value::from(pauli.letter());
    match observable {
        Observable::OnEach(pauli) => Value::Array(vec![letter(pauli)]),
        Observable::Product(factors) => {
            let factor = |factor: &Factor| match factor {
                Factor::Pauli(pauli, _) => letter(pauli),
                Factor::Hermitian(matrix, _) => rows(matrix),
            };
            factors.iter().map(factor).collect()
        }
    }
}

fn rows(matrix: &Unitary) -> Value {
    let pair = |entry: &Complex| json!([entry.re, entry.im]);
    let row = |row: &[Complex]| row.iter().map(pair).collect::<Value>();
    matrix.entries().chunks_exact(1 << matrix.qubits()).map(row).collect()
}
