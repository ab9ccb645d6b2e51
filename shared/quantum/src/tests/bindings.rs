//! Do inputs become circuits, and do those decide what runs?

use std::collections::BTreeMap;

use crate::{BindError, Run, Unbound, Value, bind, parse, simulate};

fn bound(source: &str, inputs: &[(&str, Value)]) -> Result<crate::Circuit, Unbound> {
    let parsed = parse(source).unwrap_or_else(|diagnostics| panic!("{source}\n{diagnostics}"));
    let inputs: BTreeMap<String, Value> =
        inputs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    bind(&parsed, &inputs)
}

/// The only outcome there is.
fn certain(source: &str, inputs: &[(&str, Value)]) -> String {
    let circuit = bound(source, inputs).expect("bound");
    let counts = simulate(&circuit, &Run::new(10, 0)).expect("a run").counts;
    assert_eq!(counts.len(), 1, "{source}\n{counts:?}");
    counts.into_keys().next().expect("an outcome")
}

#[test]
fn inputs_turn_gates_and_decide_what_runs() {
    let source = "input int n; input bool flip; input float a; qubit[4] q;
        for int i in [0:n - 1] { x q[i]; } if (flip) { x q; } rx(a) q[3];";
    let inputs = |n: i64, flip: bool, a: f64| {
        [("n", Value::Int(n)), ("flip", Value::Bool(flip)), ("a", Value::Float(a))]
    };
    assert_eq!(certain(source, &inputs(2, false, 0.0)), "1100");
    assert_eq!(certain(source, &inputs(2, true, 0.0)), "0011");
    assert_eq!(certain(source, &inputs(4, true, std::f64::consts::PI)), "0001");
}

#[test]
fn what_does_not_fit_the_inputs_is_refused() {
    let refused = bound("input float a; qubit q; rx(a) q;", &[]);
    assert!(matches!(refused, Err(Unbound::Inputs(BindError::Missing { .. }))), "{refused:?}");
}

#[test]
fn what_is_wrong_for_these_inputs_alone_is_told_with_its_place() {
    let source = "input int n;\nqubit[2] q;\nfor int i in [0:n] { x q[i]; }";
    assert!(bound(source, &[("n", Value::Int(1))]).is_ok());
    let Err(Unbound::Program(found)) = bound(source, &[("n", Value::Int(2))]) else {
        panic!("there is no third qubit");
    };
    assert_eq!(found.as_slice()[0].line, 3);
}
