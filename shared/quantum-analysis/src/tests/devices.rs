//! Is every reason found why a device does not run a program, and no other?

use std::collections::BTreeMap;
use std::sync::Arc;

use quantum_program::{
    Builder, Factor, InputValue, Language, NoiseKind, Observable, Pauli, Program, ResultType,
    Unitary,
};

use super::documents::device;
use super::programs::{Written, ghz};
use crate::fit::{Form, Request, misfits};
use crate::limits::MAX_MISFITS;
use crate::misfit::Misfit;

fn reasons(program: &Program, name: &str, form: Form, shots: u32) -> Vec<Misfit> {
    misfits(program, &BTreeMap::new(), &device(name), Request { shots, form })
}

fn as_written(written: Written, name: &str) -> Vec<Misfit> {
    reasons(&written.finish(), name, Form::AsWritten, 100)
}

/// The reason is the only one.
fn check(written: Written, name: &str, expected: Misfit) {
    assert_eq!(as_written(written, name), [expected]);
}

fn bell() -> Written {
    Written::on(2).gate("h", &[], &[0]).gate("cnot", &[], &[0, 1])
}

#[test]
fn a_bell_pair_runs_on_every_gate_based_device() {
    for name in ["aqt", "dm1", "ionq", "iqm", "oqc", "rigetti", "sv1"] {
        assert_eq!(as_written(bell().measure(0, 0).measure(1, 1), name), [], "{name}");
    }
    check(bell(), "quera", Misfit::NoOpenQasm);
}

#[test]
fn a_program_that_is_too_wide_is_told_the_width() {
    let wide = Written::on(37).gate("h", &[], &[0]);
    check(wide, "ionq", Misfit::Width { needed: 37, available: 36 });
}

#[test]
fn shots_have_to_be_in_the_devices_range() {
    let few = reasons(&bell().finish(), "rigetti", Form::AsWritten, 9);
    assert_eq!(few, [Misfit::Shots { shots: 9, least: 10, most: 50_000 }]);
    let none = reasons(&bell().finish(), "sv1", Form::AsWritten, 0);
    assert_eq!(none, [Misfit::NothingAskedFor]);
    let exact = bell().result(ResultType::StateVector).finish();
    assert_eq!(reasons(&exact, "sv1", Form::AsWritten, 0), []);
}

#[test]
fn an_older_language_and_waiting_are_told() {
    let mut old = Builder::new(Language::OpenQasm2, Arc::from(""));
    old.qubit_register("q".to_owned(), 1).expect("room");
    let old = old.finish(Vec::new()).expect("room");
    assert_eq!(reasons(&old, "ionq", Form::AsWritten, 100), [Misfit::Language]);
    assert_eq!(reasons(&old, "ionq", Form::BraketDialect, 100), []);
    let waiting = bell().with(|builder| builder.delay(1e-6, &[0]).expect("room"));
    check(waiting, "ionq", Misfit::Delay);
}

#[test]
fn a_gate_under_another_name_runs_once_it_is_printed_in_the_dialect() {
    let program = || Written::on(2).gate("h", &[], &[0]).gate("cx", &[], &[0, 1]).finish();
    let named = Misfit::GateName { name: "cx".to_owned(), known_as: "cnot".to_owned() };
    assert_eq!(reasons(&program(), "ionq", Form::AsWritten, 100), [named]);
    assert_eq!(reasons(&program(), "ionq", Form::BraketDialect, 100), []);
    let foreign = Written::on(2).gate("ecr", &[], &[0, 1]).finish();
    for form in [Form::AsWritten, Form::BraketDialect] {
        let expected = Misfit::Gate { name: "ecr".to_owned() };
        assert_eq!(reasons(&foreign, "ionq", form, 100), [expected]);
    }
}

#[test]
fn every_gate_the_device_lacks_is_named_once() {
    let program = bell().gate("ecr", &[], &[0, 1]).gate("iswap", &[], &[0, 1]);
    let found = as_written(program.gate("ecr", &[], &[1, 0]), "ionq");
    let gate = |name: &str| Misfit::Gate { name: name.to_owned() };
    assert_eq!(found, [gate("ecr"), gate("iswap")]);
}

#[test]
fn modifiers_have_to_be_supported_unless_one_operation_is_the_whole_gate() {
    let program = || Written::on(3).gate("ctrl @ x", &[], &[0, 1]).finish();
    let refused = Misfit::Modifier { modifier: "ctrl".to_owned(), gate: "ctrl @ x".to_owned() };
    assert_eq!(reasons(&program(), "ionq", Form::AsWritten, 100)[..1], [refused]);
    assert_eq!(reasons(&program(), "rigetti", Form::BraketDialect, 100), []);
    assert_eq!(reasons(&program(), "iqm", Form::AsWritten, 100), []);
    let three = Written::on(4).gate("ctrl @ ctrl @ ctrl @ x", &[], &[0, 1, 2, 3]);
    let found = as_written(three, "iqm");
    let is_count = |one: &Misfit| matches!(one, Misfit::Controls { controls: 3, most: 2, .. });
    assert!(found.iter().any(is_count), "{found:?}");
    assert_eq!(as_written(Written::on(1).gate("inv @ s", &[], &[0]), "sv1"), []);
}

#[test]
fn an_exponent_has_to_be_of_a_type_the_device_takes() {
    let raised = |exponent: &str| {
        Written::on(1).with(|builder| {
            let name = builder.gate_name(&format!("pow({exponent}) @ x"));
            let gate = quantum_program::NewGate {
                base: quantum_program::Base::X,
                name,
                controls: &[],
                targets: &[quantum_program::Wire::new(0)],
                parameters: &[],
                powers: &[0.5],
            };
            builder.gate(&gate).expect("room");
        })
    };
    assert_eq!(as_written(raised("2"), "iqm"), []);
    assert_eq!(as_written(raised("0.5"), "sv1"), []);
    let expected = Misfit::Exponent { gate: "pow(0.5) @ x".to_owned(), allowed: "int".to_owned() };
    check(raised("0.5"), "iqm", expected);
}

#[test]
fn pragmas_have_to_be_supported_and_not_forbidden() {
    let pragma = |pragma: &str| Misfit::Pragma { pragma: pragma.to_owned() };
    let flipped = || bell().noise(NoiseKind::BitFlip, 0.1, &[0]);
    check(flipped(), "sv1", pragma("noise_bit_flip"));
    assert_eq!(as_written(flipped(), "dm1"), []);
    let x = [0.0, 1.0, 1.0, 0.0].map(quantum_program::Complex::real).to_vec();
    let matrix = || bell().unitary(Unitary::new(1, x.clone()), &[0]);
    check(matrix(), "iqm", pragma("unitary"));
    assert_eq!(as_written(matrix(), "sv1"), []);
}

#[test]
fn results_have_to_be_given_with_their_observables_and_shots() {
    let z = || Observable::Product(vec![Factor::Pauli(Pauli::Z, 0)]);
    assert_eq!(as_written(bell().result(ResultType::Expectation(z())), "ionq"), []);
    let state = Misfit::Result { result: "state_vector".to_owned() };
    check(bell().result(ResultType::StateVector), "iqm", state);
    let amplitudes = ResultType::Amplitude { states: vec!["00".to_owned()] };
    let shots =
        Misfit::ResultShots { result: "amplitude".to_owned(), shots: 100, least: 0, most: 0 };
    check(bell().result(amplitudes), "sv1", shots);
    let one = Arc::new(Unitary::new(1, vec![quantum_program::ONE; 4]));
    let hermitian = Observable::Product(vec![Factor::Hermitian(one, vec![0])]);
    let observable =
        Misfit::Observable { result: "variance".to_owned(), observable: "hermitian".to_owned() };
    check(bell().result(ResultType::Variance(hermitian)), "ionq", observable);
}

#[test]
fn what_happens_after_a_measurement_is_refused_by_name() {
    let gone_on = bell().measure(0, 0).gate("h", &[], &[0]);
    check(gone_on, "iqm", Misfit::MidCircuit);
    check(bell().reset(1), "iqm", Misfit::Reset);
    let decided = bell().measure(0, 0).if_bit(0, |written| written.gate("x", &[], &[1]));
    check(decided, "iqm", Misfit::Feedback);
}

#[test]
fn inputs_have_to_be_given() {
    let written = || {
        let (written, angle) = Written::on(1).input("theta");
        written.turned("rx", &[angle], &[0])
    };
    check(written(), "iqm", Misfit::InputMissing { name: "theta".to_owned() });
    let inputs = BTreeMap::from([("theta".to_owned(), InputValue::Float(0.5))]);
    let request = Request { shots: 100, form: Form::AsWritten };
    assert_eq!(misfits(&written().finish(), &inputs, &device("iqm"), request), []);
    assert_eq!(device("iqm").misfits(&written().bound(&[("theta", 0.5)]), request), []);
}

#[test]
fn registers_and_measurements_have_to_be_as_the_device_wants_them() {
    let second = bell().with(|builder| {
        builder.qubit_register("r".to_owned(), 1).expect("room");
        builder.bit_register(Some("d".to_owned()), 1).expect("room");
    });
    let found = as_written(second, "rigetti");
    let expected =
        [Misfit::QubitRegisters { count: 2, most: 1 }, Misfit::BitRegisters { count: 2, most: 1 }];
    assert_eq!(found, expected);
    let gap = Written::on(3).gate("h", &[], &[2]);
    check(gap, "ionq", Misfit::Gap { unused: 0 });
    let measured = Written::on(3).gate("h", &[], &[0]).measure(0, 0).measure(2, 2);
    assert!(as_written(measured, "ionq").contains(&Misfit::Gap { unused: 1 }));
    check(bell().measure(0, 0), "ionq", Misfit::NotAllMeasured { unmeasured: 1 });
    let loose = bell()
        .with(|builder| {
            builder.bit_register(None, 1).expect("room");
        })
        .measure(0, 2)
        .measure(1, 1);
    check(loose, "ionq", Misfit::UnassignedMeasurement);
    let output = bell().with(|builder| {
        builder.output(quantum_program::Output::Bits { register: 0 });
    });
    check(output, "rigetti", Misfit::Outputs { count: 1, most: 0 });
}

#[test]
fn physical_qubits_have_to_be_there_and_coupled() {
    let on = |qubits: &[u32]| Written::on_device(qubits).gate("cz", &[], &[0, 1]);
    assert_eq!(as_written(on(&[0, 7]), "rigetti"), []);
    let apart = Misfit::NotCoupled { gate: "cz".to_owned(), one: 0, other: 8 };
    check(on(&[0, 8]), "rigetti", apart);
    let found = as_written(on(&[0, 3]), "rigetti");
    assert_eq!(found[0], Misfit::NoSuchQubit { qubit: 3 });
    check(on(&[0, 1]), "sv1", Misfit::PhysicalQubits);
}

fn boxed(written: Written, inner: impl FnOnce(Written) -> Written) -> Written {
    let open = written.with(|builder| builder.begin_box(true).expect("room"));
    inner(open).with(|builder| builder.end_block().expect("room"))
}

#[test]
fn a_verbatim_box_takes_native_gates_on_physical_qubits() {
    let native = |written: Written| written.gate("rx", &[0.5], &[0]).gate("iswap", &[], &[0, 1]);
    assert_eq!(as_written(boxed(Written::on_device(&[0, 1]), native), "rigetti"), []);
    let foreign = boxed(Written::on_device(&[0, 1]), |written| written.gate("h", &[], &[0]));
    let expected =
        Misfit::NotNative { name: "h".to_owned(), native: "one of rx, rz, iswap".to_owned() };
    check(foreign, "rigetti", expected);
    check(boxed(Written::on(2), native), "rigetti", Misfit::VerbatimOnRegister);
    let prx = |written: Written| written.gate("prx", &[0.1, 0.2], &[0]);
    let partly = boxed(Written::on_device(&[1, 3]).gate("h", &[], &[1]), prx);
    check(partly, "iqm", Misfit::PartlyVerbatim);
    let unknown = boxed(Written::on(2), |written| written);
    let found = as_written(unknown, "sv1");
    assert!(found.contains(&Misfit::Pragma { pragma: "verbatim".to_owned() }), "{found:?}");
}

#[test]
fn all_reasons_are_given_at_once() {
    let bad = Written::on(40)
        .gate("ecr", &[], &[0, 1])
        .measure(0, 0)
        .gate("h", &[], &[0])
        .reset(1)
        .noise(NoiseKind::BitFlip, 0.1, &[0])
        .result(ResultType::StateVector)
        .with(|builder| builder.delay(1e-6, &[0]).expect("room"));
    let found = reasons(&bad.finish(), "rigetti", Form::AsWritten, 1);
    assert_eq!(found.len(), 8, "{found:?}");
}

#[test]
fn reasons_are_bounded() {
    let crowd = (0..40_u32).flat_map(|one| (0..40_u32).map(move |other| (one, other)));
    let all: Vec<u32> = (0..40).map(|qubit| 100 + qubit).collect();
    let written = crowd
        .filter(|(one, other)| one != other)
        .fold(Written::on_device(&all), |written, (one, other)| {
            written.gate("cz", &[], &[one, other])
        });
    let found = as_written(written, "rigetti");
    assert_eq!((found.len(), found.last()), (MAX_MISFITS + 1, Some(&Misfit::More)));
}

#[test]
fn every_reason_is_a_sentence_that_says_what_to_do() {
    let bad = ghz(40).gate("ecr", &[], &[0, 1]).reset(0);
    for misfit in reasons(&bad.finish(), "ionq", Form::AsWritten, 0) {
        let text = misfit.to_string();
        assert!(text.ends_with('.') && text.contains(": "), "{text}");
    }
    let json = serde_json::to_value(Misfit::Width { needed: 3, available: 2 }).expect("json");
    assert_eq!(json["reason"], "width");
}
