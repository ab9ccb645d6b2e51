//! Which values do inputs take, and what is said of the others?

use std::collections::BTreeMap;

use super::program;
use crate::{BindError, Input, InputKind, Run, Value};

fn inputs(values: &[(&str, Value)]) -> BTreeMap<String, Value> {
    values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn probability_of_one(source: &str, values: &[(&str, Value)]) -> f64 {
    let circuit = program(source).bind(&inputs(values)).expect("values that fit");
    let outcome = circuit.simulate(&Run::new(0, 0)).expect("a run");
    outcome.probabilities.get("1").copied().unwrap_or(0.0)
}

fn refusal(source: &str, values: &[(&str, Value)]) -> BindError {
    program(source).bind(&inputs(values)).expect_err("a refusal")
}

#[test]
fn inputs_are_listed_in_the_order_of_declaration() {
    let program = program(
        "input float[64] a; input angle[32] b; input int[8] c; input uint d; input bool e; input bit[3] f; input bit g; qubit q;",
    );
    let kinds = [
        ("a", InputKind::Float),
        ("b", InputKind::Angle),
        ("c", InputKind::Int { bits: 8 }),
        ("d", InputKind::Uint { bits: 64 }),
        ("e", InputKind::Bool),
        ("f", InputKind::Bits { width: 3 }),
        ("g", InputKind::Bits { width: 1 }),
    ];
    let expected = kinds.map(|(name, kind)| Input { name: name.to_owned(), kind });
    assert_eq!(program.inputs(), expected);
}

#[test]
fn every_kind_of_value_reaches_the_gates() {
    use std::f64::consts::PI;
    let cases: &[(&str, Value, f64)] = &[
        ("input float t; qubit q; rx(t) q;", Value::Float(PI / 3.0), 0.25),
        ("input angle t; qubit q; rx(t) q;", Value::Float(PI), 1.0),
        ("input float t; qubit q; rx(pi * t) q;", Value::Int(1), 1.0),
        ("input int t; qubit q; rx(pi * -t) q;", Value::Int(-3), 1.0),
        ("input uint[4] t; qubit q; rx(pi * (t >> 3)) q;", Value::Int(15), 1.0),
        ("input bool t; qubit q; rx(pi * t) q;", Value::Bool(true), 1.0),
        ("input bool t; qubit q; rx(pi * !t) q;", Value::Bool(true), 0.0),
        ("input bit[2] t; qubit q; rx(pi * t[1]) q;", Value::Bits("01".to_owned()), 1.0),
        ("input bit[2] t; qubit q; rx(pi * t[-2]) q;", Value::Bits("01".to_owned()), 0.0),
        (
            "input float t; const float half = t / 2; qubit q; rx(2 * half) q;",
            Value::Float(PI),
            1.0,
        ),
        ("input float t; gate g(a) q { rx(a / 2) q; } qubit q; g(t + t) q;", Value::Float(PI), 1.0),
        ("input float t; qubit q; rx(sqrt(t) * pi) q;", Value::Int(1), 1.0),
        ("input int t; const bit[4] m = \"0010\"; qubit q; rx(m[t] * pi) q;", Value::Int(2), 1.0),
    ];
    for (source, value, expected) in cases {
        let found = probability_of_one(source, &[("t", value.clone())]);
        assert!((found - expected).abs() < 1e-12, "{source}: {found}");
    }
}

#[test]
fn values_that_do_not_fit_are_refused_each_in_its_own_way() {
    let name = || "t".to_owned();
    let float = "input float t; qubit q; rx(t) q;";
    let small = "input int[4] t; qubit q; rx(t) q;";
    let natural = "input uint[4] t; qubit q; rx(t) q;";
    let bits = "input bit[2] t; qubit q; rx(t[0]) q;";
    let wanted = InputKind::Float;
    assert_eq!(refusal(float, &[]), BindError::Missing { name: name(), wanted });
    assert_eq!(
        refusal(float, &[("t", Value::Float(1.0)), ("u", Value::Int(1))]),
        BindError::Unknown { name: "u".to_owned() }
    );
    for value in [Value::Bool(true), Value::Bits("1".to_owned())] {
        assert_eq!(refusal(float, &[("t", value)]), BindError::WrongType { name: name(), wanted });
    }
    for value in [f64::NAN, f64::INFINITY] {
        let value = Value::Float(value);
        assert_eq!(refusal(float, &[("t", value)]), BindError::NotFinite { name: name(), wanted });
    }
    let wanted = InputKind::Int { bits: 4 };
    for value in [8, -9] {
        let value = Value::Int(value);
        assert_eq!(refusal(small, &[("t", value)]), BindError::OutOfRange { name: name(), wanted });
    }
    assert_eq!(
        refusal(small, &[("t", Value::Float(1.0))]),
        BindError::WrongType { name: name(), wanted }
    );
    let wanted = InputKind::Uint { bits: 4 };
    for value in [16, -1] {
        let value = Value::Int(value);
        assert_eq!(
            refusal(natural, &[("t", value)]),
            BindError::OutOfRange { name: name(), wanted }
        );
    }
    let wanted = InputKind::Bits { width: 2 };
    for value in ["1", "012", "0x"] {
        let value = Value::Bits(value.to_owned());
        assert_eq!(refusal(bits, &[("t", value)]), BindError::OutOfRange { name: name(), wanted });
    }
}

#[test]
fn a_value_that_makes_an_expression_undefined_is_refused_with_the_place() {
    let cases: &[(&str, Value, &str)] = &[
        ("rx(1 / t) q;", Value::Int(0), "the division is by zero"),
        ("rx(sqrt(t)) q;", Value::Int(-1), "the value is not a finite number"),
        ("rx(exp(t)) q;", Value::Float(1e9), "the value is not a finite number"),
    ];
    for (gate, value, reason) in cases {
        let source = format!("input float t;\nqubit q;\n{gate}");
        let BindError::Undefined { reason: found, line, column } =
            refusal(&source, &[("t", value.clone())])
        else {
            panic!("{source}");
        };
        assert_eq!((found.as_str(), line, column), (*reason, 3, 4), "{source}");
    }
    let whole = "input int t; qubit q; rx(t / 2) q;";
    assert!(refusal(whole, &[("t", Value::Int(3))]).to_string().contains("is not whole"));
    let bits = "input bit[2] t; qubit q; rx(t) q;";
    let bits = refusal(bits, &[("t", Value::Bits("01".to_owned()))]);
    assert!(bits.to_string().contains("types"), "{bits}");
    let outside = "input int t; const bit[2] m = \"01\"; qubit q; rx(m[t]) q;";
    let outside = refusal(outside, &[("t", Value::Int(2))]);
    assert!(outside.to_string().contains("outside the bit register"), "{outside}");
}

#[test]
fn refusals_say_what_to_give_instead() {
    let cases: &[(&str, &str)] = &[
        ("float", "a number"),
        ("angle", "an angle in radians"),
        ("int[8]", "a whole number of 8 bits"),
        ("uint[8]", "a whole number from 0, of 8 bits"),
        ("bool", "true or false"),
        ("bit[3]", "a text of 3 characters 0 or 1"),
    ];
    for (kind, wanted) in cases {
        let refusal = refusal(&format!("input {kind} t; qubit q;"), &[]);
        assert_eq!(refusal.to_string(), format!("the input `t` is missing: give it {wanted}"));
    }
}
