//! Do measured bits decide what a program does, and what is told of a run?

use crate::support::{assert_distribution, program};

#[test]
fn measured_bits_decide_while_the_program_runs() {
    let begun = |rest: &str| format!("OPENQASM 3.0;\nqubit[2] q;\nbit[2] c;\n{rest}");
    assert_distribution(
        &begun("h q[0]; c[0] = measure q[0]; if (c[0]) x q[1]; c[1] = measure q[1];"),
        &[("00", 0.5), ("11", 0.5)],
    );
    assert_distribution(
        &begun(
            "h q[0]; c[0] = measure q[0]; if (c[0] == 1) { reset q[0]; } else { x q[1]; } c = measure q;",
        ),
        &[("00", 0.5), ("01", 0.5)],
    );
    assert_distribution(
        &begun("h q[0]; measure q[0] -> c[0]; if (!c[0]) { x q[0]; x q[1]; } measure q -> c;"),
        &[("10", 0.5), ("11", 0.5)],
    );
    assert_distribution(
        &begun(
            "h q; c = measure q; switch (uint[2](c)) { case 3 { x q[0]; } case 0 { x q; } default { } } c = measure q;",
        ),
        &[("01", 0.5), ("10", 0.25), ("11", 0.25)],
    );
}

#[test]
fn a_variable_that_a_run_assigns_is_one_of_the_run() {
    let begun = |rest: &str| format!("OPENQASM 3.0;\nqubit[2] q;\nbit[2] c;\n{rest}");
    assert_distribution(
        &begun(
            "int n = 1; h q[0]; c[0] = measure q[0]; if (c[0]) { n = 2; } if (n == 2) x q[1]; c[1] = measure q[1];",
        ),
        &[("00", 0.5), ("11", 0.5)],
    );
    assert_distribution(
        &begun(
            "bool b = false; h q[0]; c[0] = measure q[0]; b = c[0]; c[0] = 0; x q[0]; c[0] = measure q[0]; if (b) x q[1]; c[1] = measure q[1];",
        ),
        &[("01", 0.5), ("10", 0.5)],
    );
    assert_distribution(
        &begun(
            "int n = 0; for int i in [0:1] { h q[0]; c[0] = measure q[0]; if (c[0]) n += 1; reset q[0]; } if (n == 1) x q[1]; c = measure q;",
        ),
        &[("00", 0.5), ("01", 0.5)],
    );
    assert_distribution(
        &begun(
            "array[int, 2] a = {0, 0}; h q[0]; c[0] = measure q[0]; a[c[0]] = 1; if (a[1] == 1) x q[1]; c[1] = measure q[1];",
        ),
        &[("00", 0.5), ("11", 0.5)],
    );
}

#[test]
fn loops_that_a_run_ends_are_left_to_it() {
    let begun = |rest: &str| format!("OPENQASM 3.0;\nqubit[2] q;\nbit[2] c;\n{rest}");
    // until a 0 is seen: what remains is 0
    assert_distribution(
        &begun(
            "x q[0]; c[0] = measure q[0]; while (c[0]) { reset q[0]; h q[1]; c[0] = measure q[0]; } c = measure q;",
        ),
        &[("00", 0.5), ("01", 0.5)],
    );
    assert_distribution(
        &begun(
            "int n = 0; x q[0]; while (true) { n += 1; c[0] = measure q[0]; if (c[0]) break; x q[0]; } if (n == 1) x q[1]; c = measure q;",
        ),
        &[("11", 1.0)],
    );
    assert_distribution(
        &begun(
            "int n = 0; for int i in [0:5] { c[0] = measure q[0]; if (c[0]) break; if (i == 1) x q[0]; n += 1; } if (n == 2) x q[1]; c = measure q;",
        ),
        &[("11", 1.0)],
    );
    assert_distribution(
        &begun(
            "int n = 0; x q[0]; for int i in [0:2] { c[0] = measure q[0]; if (c[0]) { reset q[0]; continue; } n += 1; } if (n == 2) x q[1]; c = measure q;",
        ),
        &[("01", 1.0)],
    );
    assert_distribution(
        &begun(
            "x q[0]; c[0] = measure q[0]; int n = c[0] + 1; for int i in [0:n] { x q[1]; } c = measure q;",
        ),
        &[("11", 1.0)],
    );
    assert_distribution(
        &begun(
            "x q[0]; c[0] = measure q[0]; int n = c[0] + 2; for int i in [0:n] { if (i == 1) continue; if (i == 2) break; x q[1]; } c = measure q;",
        ),
        &[("11", 1.0)],
    );
}

#[test]
fn a_subroutine_may_return_as_the_run_decides() {
    let begun = |rest: &str| format!("OPENQASM 3.0;\nqubit[2] q;\nbit[2] c;\n{rest}");
    assert_distribution(
        &begun(
            "def f(qubit p) -> bit { bit b = measure p; if (b) { return 0; } x p; return measure p; } h q[0]; if (f(q[0])) x q[1]; c = measure q;",
        ),
        &[("10", 0.5), ("11", 0.5)],
    );
    assert_distribution(
        &begun(
            "def f(qubit p) -> int { for int i in [0:3] { bit b = measure p; if (b) { return i; } if (i == 1) x p; } return 9; } if (f(q[0]) == 2) x q[1]; c = measure q;",
        ),
        &[("11", 1.0)],
    );
    assert_distribution(
        &begun(
            "def f(qubit p) -> int { int n = 0; bit b = measure p; while (!b) { n += 1; if (n == 2) { return n; } b = measure p; } return 7; } if (f(q[0]) == 2) x q[1]; c = measure q;",
        ),
        &[("01", 1.0)],
    );
    assert_distribution(
        &begun(
            "def f(qubit p) -> bit { return measure p; } x q[0]; while (f(q[0])) { x q[0]; x q[1]; } c = measure q;",
        ),
        &[("01", 1.0)],
    );
}

#[test]
fn an_index_that_a_run_knows_is_tried_with_each_value() {
    let begun = |rest: &str| {
        format!("OPENQASM 3.0;\nqubit[3] q;\nbit[3] c;\nx q[0]; c[0] = measure q[0];\n{rest}")
    };
    assert_distribution(&begun("int i = c[0] + 1; x q[i]; c = measure q;"), &[("101", 1.0)]);
    assert_distribution(
        &begun("int i = c[0]; cx q[i - 1], q[i + 1]; c = measure q;"),
        &[("101", 1.0)],
    );
    assert_distribution(
        &begun("int i = c[0]; c[i + 1] = measure q[0]; x q[1]; c[1] = measure q[1];"),
        &[("111", 1.0)],
    );
    assert_distribution(
        &begun("int n = c[0]; for int i in [0:n] { x q[i]; } c = measure q;"),
        &[("010", 1.0)],
    );
}

#[test]
fn end_may_be_reached_at_run_time() {
    assert_distribution(
        "OPENQASM 3.0; qubit[2] q; bit[2] c; h q[0]; c[0] = measure q[0]; if (c[0]) end; x q[1]; c[1] = measure q[1];",
        &[("01", 0.5), ("10", 0.5)],
    );
}

#[test]
fn a_program_that_measures_nothing_is_measured_at_the_end() {
    assert_distribution("qubit[2] q; x q[1];", &[("01", 1.0)]);
    assert_distribution("x $7; h $3; h $3;", &[("01", 1.0)]);
}

#[test]
fn the_outcome_has_the_measured_bits_in_order_of_declaration() {
    assert_distribution(
        "qubit[2] q; bit a; bit[2] b; x q[0]; b[1] = measure q[1]; a = measure q[0];",
        &[("10", 1.0)],
    );
    assert_distribution("qubit[2] q; x q[0]; measure q[0]; measure q[1];", &[("10", 1.0)]);
    assert_distribution("qubit[2] q; x q[0]; bit[2] c = measure q;", &[("10", 1.0)]);
}

#[test]
fn outputs_are_told() {
    let program = program(
        "qubit q; output bit[1] c; output int n; x q; c[0] = measure q; n = 3; output array[int, 2] a;",
    );
    let outputs = program.outputs();
    assert_eq!(outputs.len(), 3);
    assert_eq!(outputs[0], quantum_program::Output::Bits { register: 0 });
    assert!(
        matches!(&outputs[1], quantum_program::Output::Variables { name, count: 1, .. } if name == "n")
    );
    assert!(
        matches!(&outputs[2], quantum_program::Output::Variables { name, count: 2, .. } if name == "a")
    );
}

#[test]
fn what_is_known_in_one_branch_is_not_taken_for_known_after_it() {
    let begun = |rest: &str| format!("OPENQASM 3.0;\nqubit[2] q;\nbit[3] c;\n{rest}");
    // the second bit is known to be 0 again when the branch reads all of them
    assert_distribution(
        &begun(
            "x q; c[0] = measure q[0]; c[1] = measure q[1]; c[1] = 0; c[2] = measure q[0]; if (!c[0]) { if (int(c) > 2) { h q[1]; } }",
        ),
        &[("101", 1.0)],
    );
    assert_distribution(
        "output bit[2] c; qubit[2] q; h q[0]; c[0] = measure q[0]; c[1] = measure q[1]; c[1] = 1; if (c[0]) { end; } x q[0];",
        &[("01", 0.5), ("11", 0.5)],
    );
    assert_distribution(
        &begun(
            "h q[0]; c[0] = measure q[0]; c[1] = measure q[1]; c[1] = 1; if (c[0]) { if (c == 3) { x q[1]; } } c[2] = measure q[1];",
        ),
        &[("010", 0.5), ("111", 0.5)],
    );
}

#[test]
fn a_register_that_a_branch_assigns_is_known_to_the_run_only() {
    let begun = |rest: &str| {
        format!(
            "OPENQASM 3.0;\nqubit[2] q;\nbit[2] c;\nbit m;\nh q[0]; m = measure q[0]; c = \"01\";\n{rest} c = measure q;"
        )
    };
    let both: &[(&str, f64)] = &[("000", 0.5), ("111", 0.5)];
    assert_distribution(&begun("if (m) { c = \"10\"; } if (c == 2) x q[1];"), both);
    assert_distribution(&begun("if (m) { c[0:1] = \"10\"; } if (c == 2) x q[1];"), both);
    assert_distribution(&begun("if (m) { c[1] = 1; } if (c == 3) x q[1];"), both);
    assert_distribution(
        &begun("let d = c[{1, 0}]; if (m) { d = \"00\"; } if (c == 0) x q[1];"),
        both,
    );
    assert_distribution(
        &begun("if (m) { for int i in [0:1] { c[i] = 1; } } if (c == 3) x q[1];"),
        both,
    );
}
