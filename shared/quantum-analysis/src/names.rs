//! What does Braket call what a program asks for?

use quantum_program::{Factor, Observable, Pauli, ResultType};

pub(crate) const ADJOINT_GRADIENT: &str = "adjoint_gradient";

/// A result type as its pragma has it, and as `supportedResultTypes` of a device has it.
fn names(result: &ResultType) -> (&'static str, &'static str) {
    match result {
        ResultType::StateVector => ("state_vector", "StateVector"),
        ResultType::Amplitude { .. } => ("amplitude", "Amplitude"),
        ResultType::Probability { .. } => ("probability", "Probability"),
        ResultType::DensityMatrix { .. } => ("density_matrix", "DensityMatrix"),
        ResultType::Expectation(_) => ("expectation", "Expectation"),
        ResultType::Variance(_) => ("variance", "Variance"),
        ResultType::Sample(_) => ("sample", "Sample"),
        ResultType::AdjointGradient { .. } => (ADJOINT_GRADIENT, "AdjointGradient"),
    }
}

pub(crate) fn result_name(result: &ResultType) -> &'static str {
    names(result).0
}

pub(crate) fn capability_name(result: &ResultType) -> &'static str {
    names(result).1
}

/// Letters of the Pauli operators and `hermitian`, each once.
pub(crate) fn observables(result: &ResultType) -> Vec<&'static str> {
    let mut found = Vec::new();
    let mut add = |observable: &Observable| match observable {
        Observable::OnEach(pauli) => found.push(pauli.letter()),
        Observable::Product(factors) => found.extend(factors.iter().map(|factor| match factor {
            Factor::Pauli(pauli, _) => pauli.letter(),
            Factor::Hermitian(..) => "hermitian",
        })),
    };
    match result {
        ResultType::Expectation(observable)
        | ResultType::Variance(observable)
        | ResultType::Sample(observable) => add(observable),
        ResultType::AdjointGradient { terms, .. } => {
            terms.iter().for_each(|term| add(&term.observable));
        }
        _ => {}
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether it takes more than outcomes of measuring Pauli operators.
pub(crate) fn needs_amplitudes(result: &ResultType) -> bool {
    match result {
        ResultType::StateVector
        | ResultType::Amplitude { .. }
        | ResultType::DensityMatrix { .. }
        | ResultType::AdjointGradient { .. } => true,
        ResultType::Probability { .. } => false,
        ResultType::Expectation(_) | ResultType::Variance(_) | ResultType::Sample(_) => {
            observables(result)
                .iter()
                .any(|name| *name == "hermitian" || *name == Pauli::H.letter())
        }
    }
}
