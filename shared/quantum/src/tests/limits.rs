//! Is every limit kept, quickly and with its own words?

use crate::parse;

fn refusal(source: &str) -> String {
    parse(source).expect_err("a refusal").to_string()
}

fn assert_refused(source: &str, message: &str) {
    let refusal = refusal(source);
    assert!(refusal.contains(message), "{message}\n{}", &refusal[..refusal.len().min(600)]);
}

/// Gates that each call the one before ten times.
fn towers(levels: usize, innermost: &str) -> String {
    let mut source = format!("qubit q; gate g0 a {{ {innermost} }}\n");
    for level in 1..=levels {
        let inner = format!("g{} a; ", level - 1).repeat(10);
        source.push_str(&format!("gate g{level} a {{ {inner} }}\n"));
    }
    source + &format!("g{levels} q;")
}

#[test]
fn the_source_the_statements_and_the_nesting_are_bounded() {
    assert_refused(&" ".repeat(1_000_001), "more than 1000000 bytes");
    assert_refused(&format!("qubit q; {}", ";".repeat(200_001)), "more than 200000 statements");
    assert_refused(
        &format!("qubit q; gate g a {{ {} }}", ";".repeat(200_001)),
        "more than 200000 statements",
    );
    for deep in ["(", "-", "+", "2**", "sin(", "1+(", "!", "b["] {
        let source = format!("qubit q; rx({}1) q;", deep.repeat(100_000));
        assert_refused(&source, "nested more than 64 levels deep");
    }
    assert_refused(
        &format!("qubit q; {}", "box {".repeat(100_000)),
        "nested more than 64 levels deep",
    );
}

#[test]
fn long_flat_expressions_are_no_depth() {
    let sum = format!("qubit q; rx({}1) q;", "1+".repeat(300_000));
    assert!(parse(&sum).is_ok());
}

#[test]
fn declarations_are_bounded() {
    assert_refused("qubit[1025] q;", "more than 1024 qubits");
    assert_refused("qubit[1000] q; qubit[25] r;", "more than 1024 qubits");
    assert_refused("x $1024;", "numbered from 0 to 1023");
    assert_refused("x $99999999999999999999999;", "numbered from 0 to 1023");
    assert_refused("qubit q; bit[1025] b;", "more than 1024 bits");
    assert_refused(&format!("qubit[1000] q; {}", "measure q;".repeat(2)), "more than 1024 bits");
    let inputs: String = (0..1_001).map(|n| format!("input float t{n};")).collect();
    assert_refused(&format!("qubit q; {inputs}"), "more than 1000 inputs");
    assert_refused("qubit[9000000000000] q;", "more than 1024 qubits");
    assert_refused("qubit[2**62] q;", "more than 1024 qubits");
}

#[test]
fn what_is_written_out_is_bounded_before_it_is_kept() {
    assert_refused(&towers(6, "x a; x a;"), "more than 1000000 gates");
    assert_refused(&towers(60, "x a;"), "more than 1000000 gates");
    assert_refused(&towers(60, ""), "repeat more often than can be written out");
    assert_refused("gate g a { } qubit q; pow(9999999999) @ g q;", "repeat more often");
    assert_refused("gate g a { x a; } qubit q; pow(-9999999999) @ g q;", "more than 1000000 gates");
    let wide = format!("qubit[1000] q; {}", "barrier q;".repeat(8_100));
    assert_refused(&wide, "more than 8000000 operands");
    let deep: String =
        (1..70).map(|level| format!("gate g{level} a {{ g{} a; }} ", level - 1)).collect();
    assert_refused(&format!("gate g0 a {{ x a; }} {deep} qubit q;"), "more than 64 levels deep");
}

#[test]
fn calculations_are_bounded() {
    let heavy = format!("x a; rx({}1) a;", "1+".repeat(1_000));
    assert_refused(&towers(4, &heavy), "too many calculations");
    let open = format!(
        "input float t; {}",
        towers(3, &format!("rx({}1) a;", "t+".repeat(1_100)))
            .replace("(t", "(s+t")
            .replace("gate g0 a", "const float s = t; gate g0 a")
    );
    assert_refused(&open, "calculations depend on inputs");
}

#[test]
fn a_gate_with_very_many_controls_is_bounded() {
    assert_refused("qubit[3] q; ctrl(1025) @ x q[0], q[1];", "cannot have 1025 controls");
    assert_refused("qubit[3] q; ctrl(0) @ x q[0], q[1];", "cannot have 0 controls");
    assert_refused("qubit[3] q; ctrl(1024) @ ctrl(1) @ x q[0], q[1];", "cannot have 1 controls");
    let qubits: Vec<String> = (0..1_024).map(|qubit| format!("q[{qubit}]")).collect();
    let source = format!("qubit[1024] q; ctrl(1023) @ x {};", qubits.join(", "));
    let program = parse(&source).expect("as wide as a program may be");
    assert_eq!(program.analysis().multi_qubit_gates, 1);
}
