//! Is what cannot be run refused before anything is reckoned, and told with what to do?

use std::collections::BTreeMap;
use std::sync::Arc;

use quantum_program::{
    Builder, Circuit, Complex, Factor, Language, NoiseKind, Observable, ResultType, Unitary,
};

use crate::limits::MAX_OBSERVABLE_QUBITS;
use crate::stabilizer::Stabilizer;
use crate::{Run, SimulationError, simulate};

fn circuit(qubits: u32, write: impl FnOnce(&mut Builder)) -> Circuit {
    let mut builder = Builder::new(Language::OpenQasm3, "".into());
    builder.qubit_register("q".to_owned(), qubits).expect("room");
    write(&mut builder);
    let program = builder.finish(Vec::new()).expect("room");
    Arc::new(program).bind(&BTreeMap::new()).expect("bound")
}

fn refusal(circuit: &Circuit, shots: u32) -> SimulationError {
    simulate(circuit, &Run::new(shots, 0)).expect_err("a refusal")
}

fn identity(qubits: usize, scale: f64) -> Arc<Unitary> {
    let size = 1_usize << qubits;
    let entry = |at: usize| if at.is_multiple_of(size + 1) { scale } else { 0.0 };
    Arc::new(Unitary::new(qubits, (0..size * size).map(|at| Complex::real(entry(at))).collect()))
}

#[test]
fn an_amplitude_of_what_is_no_basis_state_is_refused() {
    for state in ["0", "000", "2x"] {
        let asked = circuit(2, |builder| {
            builder.result(ResultType::Amplitude { states: vec![state.to_owned()] });
        });
        assert_eq!(
            refusal(&asked, 0),
            SimulationError::NotABasisState { state: state.to_owned(), qubits: 2 }
        );
    }
}

#[test]
fn an_observable_whose_eigenvectors_are_out_of_reach_is_refused() {
    let qubits = MAX_OBSERVABLE_QUBITS + 1;
    let asked = circuit(8, |builder| {
        let factor = Factor::Hermitian(identity(qubits, 1.0), (0..qubits as u32).collect());
        builder.result(ResultType::Expectation(Observable::Product(vec![factor])));
    });
    assert_eq!(
        refusal(&asked, 0),
        SimulationError::ObservableTooLarge { qubits, largest: MAX_OBSERVABLE_QUBITS }
    );
}

#[test]
fn noise_that_does_not_keep_probabilities_is_refused() {
    let asked = circuit(1, |builder| {
        builder.noise(NoiseKind::Kraus, &[], vec![identity(1, 0.5)], &[0]).expect("room");
        builder.result(ResultType::Probability { targets: None });
    });
    let SimulationError::IncompleteNoise { sum } = refusal(&asked, 0) else {
        panic!("the operators are incomplete");
    };
    assert!((sum - 0.25).abs() < 1e-12);
}

#[test]
fn memory_that_the_machine_does_not_have_is_an_error_and_no_crash() {
    // more than addresses can name
    assert!(matches!(
        Stabilizer::zero(1 << 27).err(),
        Some(SimulationError::OutOfMemory { needed_bytes }) if needed_bytes > 1 << 50
    ));
}
