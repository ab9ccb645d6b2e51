//! Does the engine as a whole keep its promises?

use quantum_program::{Complex, Unitary};

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

#[cfg(test)]
mod scratch {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use quantum_program::*;

    use crate::{Run, simulate};

    fn wires(all: &[u32]) -> Vec<Wire> {
        all.iter().map(|one| Wire::new(*one)).collect()
    }

    fn gate(builder: &mut Builder, name: &str, qubits: &[u32], angles: &[f64]) {
        let known = built_in(name).expect("a gate");
        let number = builder.gate_name(name);
        let all = wires(qubits);
        let (controls, targets) = all.split_at(known.controls);
        let parameters: Vec<Parameter> = angles.iter().map(|one| Parameter::Known(*one)).collect();
        builder
            .gate(&NewGate {
                base: known.base,
                name: number,
                controls,
                targets,
                parameters: &parameters,
                powers: &[],
            })
            .expect("room");
    }

    fn circuit(qubits: u32, write: impl FnOnce(&mut Builder)) -> Circuit {
        let mut builder = Builder::new(Language::OpenQasm3, "".into());
        builder.qubit_register("q".into(), qubits).expect("room");
        builder.bit_register(Some("c".into()), qubits).expect("room");
        write(&mut builder);
        let recorded = (0..qubits).map(|bit| Recorded { bit, qubit: bit }).collect();
        Arc::new(builder.finish(recorded).expect("room")).bind(&BTreeMap::new()).expect("bound")
    }

    #[test]
    fn scratch() {
        let ghz = circuit(4, |b| {
            gate(b, "h", &[0], &[]);
            for q in 0..3 {
                gate(b, "cx", &[q, q + 1], &[]);
            }
            for q in 0..4 {
                b.measure(q, q).expect("room");
            }
        });
        println!("{:?}", simulate(&ghz, &Run::new(1000, 3)).map(|o| (o.counts, o.method)));
        println!("{:?}", simulate(&ghz, &Run::new(0, 3)).map(|o| (o.probabilities, o.method)));
        let t = circuit(3, |b| {
            gate(b, "h", &[0], &[]);
            gate(b, "t", &[0], &[]);
            gate(b, "h", &[0], &[]);
            gate(b, "cx", &[0, 1], &[]);
            b.measure(0, 0).expect("room");
            gate(b, "ry", &[0], &[0.5]);
            b.reset(1).expect("room");
            b.measure(0, 1).expect("room");
            b.measure(1, 2).expect("room");
        });
        println!("{:?}", simulate(&t, &Run::new(100000, 3)).map(|o| (o.counts, o.method)));
        println!("{:?}", simulate(&t, &Run::new(0, 3)).map(|o| (o.probabilities, o.method)));
        let n = circuit(2, |b| {
            gate(b, "ry", &[0], &[0.7]);
            b.noise(NoiseKind::AmplitudeDamping, &[Parameter::Known(0.3)], vec![], &[0])
                .expect("room");
            gate(b, "cx", &[0, 1], &[]);
            b.noise(NoiseKind::TwoQubitDepolarizing, &[Parameter::Known(0.2)], vec![], &[0, 1])
                .expect("room");
            b.measure(0, 0).expect("room");
            b.measure(1, 1).expect("room");
        });
        println!("{:?}", simulate(&n, &Run::new(100000, 3)).map(|o| (o.probabilities, o.method)));
        println!("{:?}", simulate(&n, &Run::new(3, 3)).map(|o| (o.probabilities, o.method)));
        println!("{:?}", simulate(&n, &Run::new(0, 3)).map(|o| (o.probabilities, o.method)));
        let r = circuit(2, |b| {
            gate(b, "ry", &[0], &[0.7]);
            gate(b, "cx", &[0, 1], &[]);
            gate(b, "rx", &[1], &[0.2]);
            b.result(ResultType::StateVector);
            b.result(ResultType::Expectation(Observable::Product(vec![
                Factor::Pauli(Pauli::X, 0),
                Factor::Pauli(Pauli::Y, 1),
            ])));
            b.result(ResultType::Variance(Observable::OnEach(Pauli::H)));
            b.result(ResultType::Probability { targets: Some(vec![1]) });
            b.result(ResultType::DensityMatrix { targets: Some(vec![1]) });
            b.result(ResultType::Amplitude { states: vec!["01".into()] });
        });
        println!(
            "{:?}",
            simulate(&r, &Run::new(0, 3)).map(|o| (serde_json::to_string(&o.results), o.method))
        );
    }
}
