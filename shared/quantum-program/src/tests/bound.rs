//! Do inputs get their values, and is what does not fit refused?

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{
    Base, BinaryOperator, BindError, Builder, Circuit, Expression, Input, InputKind, InputValue,
    Language, NewGate, NoMemory, NoiseKind, Parameter, Program, Wire,
};

fn inputs(given: &[(&str, InputValue)]) -> BTreeMap<String, InputValue> {
    given.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// One rotation by `1 / x`.
fn program(kind: InputKind) -> Arc<Program> {
    let mut builder = Builder::new(Language::OpenQasm3, "input float x;\nrx(1 / x) q;".into());
    builder.input(Input { name: "x".to_owned(), kind }).expect("room");
    builder.qubit_register("q".into(), 1).expect("room");
    let x = builder.expression(Expression::Input(0), 22).expect("an input");
    let one = builder.expression(Expression::Known(crate::Value::whole(1)), 18).expect("known");
    let quotient = Expression::Binary(BinaryOperator::Divide, one, x);
    let quotient = builder.expression(quotient, 18).expect("open");
    let name = builder.gate_name("rx");
    let gate = NewGate {
        base: Base::Rx,
        name,
        controls: &[],
        targets: &[Wire::new(0)],
        parameters: &[Parameter::Expression(quotient)],
        powers: &[],
    };
    builder.gate(&gate).expect("room");
    Arc::new(builder.finish(Vec::new()).expect("room"))
}

fn bind(kind: InputKind, value: InputValue) -> Result<Circuit, BindError> {
    program(kind).bind(&inputs(&[("x", value)]))
}

#[test]
fn a_bound_circuit_knows_its_angles() {
    let circuit = bind(InputKind::Float, InputValue::Float(4.0)).expect("bound");
    let crate::Instruction::Gate(gate) = circuit.program().instructions()[0] else {
        panic!("a gate");
    };
    assert_eq!(circuit.settled(circuit.program().parameters(&gate)[0]), Some(0.25));
    let expected = crate::matrix(Base::Rx, &[0.25], &[]);
    assert_eq!(circuit.matrix(&gate, &NoMemory), Ok(expected));
}

#[test]
fn what_does_not_fit_is_refused_with_the_reason() {
    let wanted = InputKind::Float;
    let name = || "x".to_owned();
    assert_eq!(
        program(wanted).bind(&BTreeMap::new()).expect_err("missing"),
        BindError::Missing { name: name(), wanted }
    );
    let unknown = inputs(&[("x", InputValue::Int(1)), ("y", InputValue::Int(1))]);
    assert_eq!(
        program(wanted).bind(&unknown).expect_err("unknown"),
        BindError::Unknown { name: "y".to_owned() }
    );
    let refused = |kind, value| bind(kind, value).expect_err("refused");
    assert_eq!(
        refused(wanted, InputValue::Float(f64::NAN)),
        BindError::NotFinite { name: name(), wanted }
    );
    assert_eq!(
        refused(wanted, InputValue::Bits("01".to_owned())),
        BindError::WrongType { name: name(), wanted }
    );
    let wanted = InputKind::Int { bits: 4 };
    assert_eq!(refused(wanted, InputValue::Int(8)), BindError::OutOfRange { name: name(), wanted });
    assert!(bind(wanted, InputValue::Int(-8)).is_ok());
    let wanted = InputKind::Uint { bits: 4 };
    assert_eq!(
        refused(wanted, InputValue::Int(-1)),
        BindError::OutOfRange { name: name(), wanted }
    );
    let wanted = InputKind::Bits { width: 3 };
    for text in ["01", "012", ""] {
        assert_eq!(
            refused(wanted, InputValue::Bits(text.to_owned())),
            BindError::OutOfRange { name: name(), wanted }
        );
    }
}

#[test]
fn an_angle_that_is_undefined_is_told_with_its_place() {
    assert_eq!(
        bind(InputKind::Float, InputValue::Float(0.0)).expect_err("undefined"),
        BindError::Undefined { reason: "the division is by zero".to_owned(), line: 2, column: 4 }
    );
}

#[test]
fn probabilities_that_are_none_are_refused() {
    for (kind, given) in [
        (NoiseKind::BitFlip, vec![0.6]),
        (NoiseKind::Depolarizing, vec![-0.1]),
        (NoiseKind::PauliChannel, vec![0.5, 0.5, 0.5]),
        (NoiseKind::AmplitudeDamping, vec![f64::NAN]),
    ] {
        let mut builder = Builder::new(Language::OpenQasm3, "".into());
        builder.qubit_register("q".into(), 1).expect("room");
        let parameters: Vec<Parameter> = given.into_iter().map(Parameter::Known).collect();
        builder.noise(kind, &parameters, Vec::new(), &[0]).expect("room");
        let program = Arc::new(builder.finish(Vec::new()).expect("room"));
        let refused = program.bind(&BTreeMap::new()).expect_err("no probability");
        assert!(
            matches!(&refused, BindError::Probability { noise, .. } if *noise == kind.name()),
            "{refused}"
        );
    }
}
