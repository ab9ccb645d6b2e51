//! Is each mistake reported where it is, with what to do?

use crate::support::{errors, first_error, warnings};

/// One mistake: its code, line and column.
#[track_caller]
fn refused(source: &str, code: &str, line: usize, column: usize) {
    assert_eq!(errors(source), [(code, line, column)], "{source}");
}

#[track_caller]
fn warned(source: &str, code: &str, line: usize, column: usize) {
    assert_eq!(warnings(source), [(code, line, column)], "{source}");
}

#[test]
fn a_diagnostic_says_what_is_wrong_where_and_what_to_do() {
    let error = first_error("OPENQASM 3.0;\nqubit[2] q;\n  rx(0.5, 0.2) q[0];\n");
    assert_eq!(
        error.to_string(),
        "3:3: error[arity]: `rx` takes 1 parameter, not 2\n    rx(0.5, 0.2) q[0];\n    ^^^^^^^^^^^^^^^^^\n  help: write the parameters in parentheses after the name: `rx(pi/2) q;`"
    );
    assert_eq!((error.line, error.column, error.span), (3, 3, 28..45));
    assert_eq!(error.source_line, "  rx(0.5, 0.2) q[0];");
}

#[test]
fn several_mistakes_are_reported_at_once() {
    assert_eq!(
        errors("qubit[2] q;\nhh q[0];\nx q[5];\ny q[0]\nz q[1];\nbit c = 2 +;\nx r;"),
        [
            ("unknown-name", 2, 1),
            ("index", 3, 3),
            ("syntax", 4, 6),
            ("syntax", 6, 12),
            ("unknown-name", 7, 3),
        ]
    );
}

#[test]
fn what_follows_from_a_mistake_is_not_reported_again() {
    refused("qubit[0] q;\nx q;\ny q;", "size", 1, 7);
}

#[test]
fn text_that_is_no_program_is_refused() {
    refused("qubit q;\nx q", "syntax", 2, 3);
    refused("qubit q;\n}", "syntax", 2, 1);
    refused("qubit q;\nif (true) { x q;", "syntax", 2, 16);
    refused("qubit q;\nrx(+1) q;", "syntax", 2, 4);
    refused("qubit q;\nelse { }", "syntax", 2, 1);
    refused("qubit q;\nint for = 1;", "syntax", 2, 5);
    refused("qubit q;\nfor i in [0:1] { x q; }", "syntax", 2, 5);
    refused("qubit q;\nq;", "syntax", 2, 1);
    refused("qubit q;\nx q; 5 5;", "syntax", 2, 6);
    refused("qubit q;\nint a; a ~= 1;", "unsupported", 2, 10);
    refused("qubit q;\ngate g { }", "syntax", 2, 8);
    refused("qubit q;\nint(3);", "syntax", 2, 4);
    refused("qubit q;\ndef f(array[int, 2] a) { }", "syntax", 2, 7);
    refused("qubit q; array[int, #dim = 2] a;", "syntax", 1, 10);
    refused("qubit q; for int i in [0:] { x q; }", "syntax", 1, 10);
}

#[test]
fn unreadable_numbers_texts_and_comments_are_refused() {
    refused("qubit q;\nrx(12abc) q;", "literal", 2, 4);
    refused("qubit q;\nrx(1e999) q;", "literal", 2, 4);
    refused("qubit q;\nrx(0x) q;", "literal", 2, 4);
    refused("qubit q;\nrx(99999999999999999999) q;", "literal", 2, 4);
    refused("qubit q;\nx q; /* never", "literal", 2, 6);
    refused("qubit q;\nx q; \"never", "literal", 2, 6);
    refused("qubit q;\nx q; ?", "literal", 2, 6);
    refused("x $;", "literal", 1, 3);
    refused("x $99999999999;", "literal", 1, 3);
    refused("qubit q;\nbit[2] b = \"02\";", "literal", 2, 12);
    refused("qubit q;\n#nothing\nx q;", "literal", 2, 1);
}

#[test]
fn versions_and_files_that_are_not_known_are_refused() {
    refused("OPENQASM 4.0;\nqubit q; x q;", "version", 1, 10);
    refused("qubit q;\nOPENQASM 3.0;", "placement", 2, 1);
    refused("include \"mine.inc\"; qubit q;", "include", 1, 9);
    refused("include \"../stdgates.inc\"; qubit q;", "include", 1, 9);
    refused("OPENQASM 2.0;\nqreg q[1];\nqubit[1] r;", "version", 3, 1);
}

#[test]
fn what_a_simulated_circuit_has_no_use_for_is_refused_with_a_way_out() {
    refused("qubit q;\nextern f(int) -> int;", "unsupported", 2, 1);
    refused("qubit q;\ncal { play(x); }\nx q;", "unsupported", 2, 1);
    refused("qubit q;\ndefcal x $0 { play(x); }\nx q;", "unsupported", 2, 1);
    refused("defcalgrammar \"openpulse\";\nqubit q;", "unsupported", 1, 1);
    refused("OPENQASM 2.0; qreg q[1]; opaque g q;\ng q[0];", "unsupported", 2, 1);
    refused("qubit q; input array[int, 2] a;", "unsupported", 1, 16);
    refused("qubit q; input complex a;", "unsupported", 1, 16);
    assert!(first_error("qubit q; extern f(int);").help.contains("`input`"));
}

#[test]
fn pragmas_of_braket_are_checked() {
    refused("qubit q;\n#pragma braket nonsense\nx q;", "pragma", 2, 1);
    refused("qubit q;\n#pragma braket verbatim\nx q;", "pragma", 2, 1);
    refused("qubit q;\n#pragma braket result nonsense\nx q;", "pragma", 2, 23);
    refused("qubit q;\n#pragma braket result expectation w(q)\nx q;", "syntax", 2, 35);
    refused("qubit q;\n#pragma braket result expectation x all @ z(q)\nx q;", "pragma", 2, 1);
    refused("qubit q;\n#pragma braket result amplitude \"00\"\nx q;", "size", 2, 33);
    refused("qubit q;\n#pragma braket noise fog(0.1) q\nx q;", "pragma", 2, 22);
    refused("qubit q;\n#pragma braket noise bit_flip(0.6) q\nx q;", "probability", 2, 31);
    refused(
        "qubit q;\n#pragma braket noise pauli_channel(0.5, 0.5, 0.5) q\nx q;",
        "probability",
        2,
        1,
    );
    refused("qubit q;\n#pragma braket noise bit_flip(0.1, 0.2) q\nx q;", "arity", 2, 1);
    refused("qubit q;\n#pragma braket noise kraus([[1, 0], [0, 2]]) q\nx q;", "matrix", 2, 1);
    refused("qubit q;\n#pragma braket unitary([[1, 0], [0, 2]]) q\nx q;", "matrix", 2, 24);
    refused("qubit q;\n#pragma braket unitary([[1, 0], [0]]) q\nx q;", "matrix", 2, 24);
    refused("qubit[2] q;\n#pragma braket unitary([[1, 0], [0, 1]]) q\nx q;", "size", 2, 1);
    refused(
        "qubit q;\n#pragma braket result expectation hermitian([[0, 1], [2, 0]]) q\nx q;",
        "matrix",
        2,
        45,
    );
    refused(
        "qubit q; input float a;\nrx(a) q;\n#pragma braket result adjoint_gradient expectation(x(q)) b",
        "unknown-name",
        3,
        58,
    );
    refused("qubit q; x q;\n#pragma braket result state_vector q", "syntax", 2, 36);
}

#[test]
fn names_are_declared_once_and_stand_for_one_kind_of_thing() {
    refused("qubit q;\nx r;", "unknown-name", 2, 3);
    refused("qubit q;\nrx(a) q;", "unknown-name", 2, 4);
    refused("qubit q;\nH q;", "unknown-name", 2, 1);
    assert!(first_error("qubit q; H q;").help.contains("`h`"));
    refused("qubit q;\nmeasure q -> c;", "unknown-name", 2, 14);
    refused("qubit q;\nint a = f(1);", "unknown-name", 2, 9);
    refused("qubit q;\nbit q;", "duplicate-name", 2, 5);
    refused("qubit q;\nfloat pi = 3;", "duplicate-name", 2, 7);
    refused("qubit q;\ngate g(a, a) x { }", "duplicate-name", 2, 11);
    assert_eq!(
        errors("gate g a, a, b { }\nh b;"),
        [("duplicate-name", 1, 11), ("unknown-name", 2, 3)],
        "what a gate calls its qubits is known in it alone"
    );
    refused("qubit q; int a;\nx a;", "wrong-kind", 2, 3);
    refused("qubit q; int a;\na q;", "wrong-kind", 2, 1);
    refused("qubit q;\nint a = q;", "wrong-kind", 2, 9);
    refused("qubit q; int a;\nmeasure q -> a;", "wrong-kind", 2, 14);
    refused("qubit q;\nq = 1;", "wrong-kind", 2, 1);
    refused("qubit q;\nlet a = 5;", "wrong-kind", 2, 9);
    refused("qubit q; def f() { }\nint a = f();", "wrong-kind", 2, 9);
    refused("qubit q; array[int, 2] a;\nint b = a;", "wrong-kind", 2, 9);
}

#[test]
fn values_have_to_fit_where_they_stand() {
    refused("qubit q;\nbit[2] b = \"101\";", "size", 2, 12);
    refused("qubit q;\nbit b = 1.5;", "type", 2, 9);
    refused("qubit q;\nrx(1 + 2im) q;", "type", 2, 4);
    refused("qubit q;\nx q[0.5];", "type", 2, 5);
    refused("qubit q;\ndelay[5] q;", "type", 2, 7);
    refused("qubit q;\nif (1im) x q;", "type", 2, 5);
    refused("qubit q;\nfor int i in 5 { x q; }", "type", 2, 14);
    refused("qubit q;\nrx(1 / 0) q;", "undefined", 2, 4);
    refused("qubit q;\nrx(sqrt(-1)) q;", "undefined", 2, 4);
    refused("qubit q;\nrx(exp(1e9)) q;", "undefined", 2, 4);
    refused("qubit q;\ndelay[-5ns] q;", "undefined", 2, 7);
    refused("qubit q;\narray[int, 2] a = {1, 2, 3};", "size", 2, 19);
    refused("qubit q;\narray[int, 2, 2] a = {{1, 2}, {3}};", "size", 2, 31);
    refused("qubit q;\narray[int, 2] a = 5;", "type", 2, 19);
    refused("qubit q; array[int, 2, 2] a;\na[0] = 5;", "size", 2, 1);
}

#[test]
fn what_has_to_be_known_before_the_run_is_told() {
    refused("qubit q; input int n;\nqubit[n] r;", "not-constant", 2, 7);
    refused("qubit q; bit c;\nc = measure q;\nconst int n = c;", "not-constant", 3, 15);
    refused("qubit q; input float a;\npow(a) @ x q;", "not-constant", 2, 5);
    refused("qubit[99] q; bit c;\nc = measure q[0];\nint i = c;\nx q[i];", "not-constant", 4, 5);
}

#[test]
fn what_cannot_be_assigned_is_told() {
    refused("qubit q; const int n = 1;\nn = 2;", "read-only", 2, 1);
    refused("qubit q; input int n;\nn = 2;", "read-only", 2, 1);
    refused(
        "qubit q; bit[2] c;\ndef f() { let d = c[0:1]; d = \"00\"; }\nf();",
        "read-only",
        2,
        27,
    );
    refused("qubit q; int n;\ndef f() { n = 2; }\nf();", "read-only", 2, 11);
    refused("qubit q; bit c;\ndef f(qubit p) { c = measure p; }\nf(q);", "read-only", 2, 18);
    refused("qubit q; array[int, 1] a;\ndef f() { a[0] = 2; }\nf();", "read-only", 2, 11);
    refused(
        "qubit q; array[int, 1] a;\ndef f(readonly array[int, 1] b) { b[0] = 1; }\nf(a);",
        "read-only",
        2,
        35,
    );
}

#[test]
fn indices_and_sizes_have_to_fit() {
    refused("qubit[2] q;\nx q[2];", "index", 2, 3);
    refused("qubit[2] q;\nx q[-3];", "index", 2, 5);
    refused("qubit[2] q;\nx q[0:5];", "index", 2, 3);
    refused("qubit[2] q;\nx q[1:0];", "index", 2, 3);
    refused("qubit[2] q;\nx q[0:0:1];", "index", 2, 3);
    refused("qubit[2] q;\nx q[0, 1];", "index", 2, 4);
    refused("qubit q; array[int, 2] a;\nrx(a[0, 1]) q;", "index", 2, 5);
    refused("qubit[3] q;\ncx q[0:1], q[0:2];", "size", 2, 1);
    refused("qubit[3] q; bit[2] c;\nc = measure q;", "size", 2, 1);
    refused("bit c;", "size", 1, 1);
}

#[test]
fn gates_and_subroutines_are_given_what_they_take() {
    refused("qubit[2] q;\ncx q[0];", "arity", 2, 1);
    refused("qubit q;\nrx q;", "arity", 2, 1);
    refused("qubit q;\nrx(1, 2) q;", "arity", 2, 1);
    refused("qubit q;\nrx(0.5);", "arity", 2, 1);
    refused("qubit q;\nrx(sin(1, 2)) q;", "arity", 2, 4);
    refused("qubit q; def f(int a) { }\nf(1, 2);", "arity", 2, 1);
    refused("qubit q; def f() { return 1; }\nf();", "arity", 1, 27);
    refused("qubit q; def f() -> int { return; }\nf();", "arity", 1, 27);
    refused("qubit q; def f(qubit[2] p) { }\nf(q);", "size", 2, 3);
    refused("qubit q; def f(qubit p) { }\nf(5);", "wrong-kind", 2, 3);
    refused("qubit[2] q;\ncx q[0], q[0];", "repeated-qubit", 2, 1);
    refused("qubit[2] q;\nlet a = q ++ q[0:0];", "repeated-qubit", 2, 9);
    refused("qubit[2] q; def f(qubit a, qubit b) { }\nf(q[0], q[0]);", "repeated-qubit", 2, 1);
    refused("qubit q;\nx $0;", "mixed-qubits", 2, 3);
    refused("x $0;\nqubit q;", "mixed-qubits", 2, 7);
    refused("qubit q;\nctrl(0) @ x q;", "modifier", 2, 1);
    refused("qubit q; gate g a { h a; t a; }\npow(0.5) @ g q;", "modifier", 2, 1);
}

#[test]
fn statements_stand_where_they_may() {
    refused("qubit q;\nbreak;", "placement", 2, 1);
    refused("qubit q;\ncontinue;", "placement", 2, 1);
    refused("qubit q;\nreturn;", "placement", 2, 1);
    refused("qubit q; def f() {\nbreak; }\nfor int i in [0:1] { f(); }", "placement", 2, 1);
    refused("qubit q;\nif (true) { qubit r; }", "placement", 2, 19);
    refused("qubit q;\nif (true) { gate g a { } }", "placement", 2, 18);
    refused("qubit q;\nif (true) { def f() { } }", "placement", 2, 17);
    refused("qubit q;\nif (true) { input int n; }", "placement", 2, 23);
    refused("qubit q;\ngate g a { measure a; }", "placement", 2, 12);
    refused("qubit q;\nswitch (1) { default { } case 1 { } }", "placement", 2, 1);
}

#[test]
fn a_gate_is_checked_where_it_is_defined() {
    refused("qubit q;\ngate g a { g a; }", "recursion", 2, 12);
    refused("qubit q;\ngate g a { k a; }", "unknown-name", 2, 12);
    refused("qubit q;\ngate g a { rx(b) a; }", "unknown-name", 2, 15);
    refused("qubit q;\ngate g a { x q; }", "wrong-kind", 2, 14);
    refused("qubit q;\ngate g a { x a[0]; }", "wrong-kind", 2, 14);
    refused("qubit q;\ngate g a, b { cx a, a; }", "repeated-qubit", 2, 15);
    refused("qubit q;\ngate g a { cx a; }", "arity", 2, 12);
}

#[test]
fn deprecated_and_doubtful_things_are_warned_of() {
    warned("qreg q[1];\nx q;", "deprecated", 1, 1);
    warned("qubit q; creg c[1];\nc = measure q;", "deprecated", 1, 10);
    warned("qubit q;\nqubit r;\nx q;", "unused", 2, 7);
    warned("qubit q;\ninput float a;\nx q;", "unused", 2, 13);
    warned("qubit q; bit c;\nc = measure q;\nc = measure q;", "overwritten", 3, 1);
    warned("qubit q;\nrx(1 / 2) q;", "whole-division", 2, 4);
    warned("qubit q;\ngate x a { h a; }\nx q;", "shadowing", 2, 6);
    warned("qubit q; x q;\nend;\nx q;", "unreachable", 3, 1);
    warned("qubit q; x q;\nfor int i in [0:1] { break; x q; }", "unreachable", 2, 29);
    warned("qubit q; x q;\n1 + 1;", "no-effect", 2, 1);
    warned("qubit q;\n#pragma somebody else\nx q;", "unknown-pragma", 2, 1);
}

#[test]
fn what_is_in_order_is_not_warned_of() {
    let quiet = [
        "OPENQASM 2.0; include \"qelib1.inc\"; qreg q[1]; creg c[1]; x q; measure q -> c;",
        "qubit q; bit c; c = measure q; if (c) x q; c = measure q;",
        "qubit q; bit c; c = measure q; if (c) { x q; c = measure q; } else { c = measure q; }",
        "qubit q; rx(4 / 2) q; rx(1 / 2.0) q;",
        "input float a; qubit q; rx(a) q;",
        "qubit[2] q; barrier q;",
        "gate g a { x a; } qubit q; g q;",
    ];
    for source in quiet {
        assert_eq!(warnings(source), [], "{source}");
    }
}

#[test]
fn inputs_of_the_wrong_type_are_refused() {
    use std::collections::BTreeMap;
    let parsed = openqasm::parse("input int[4] n; qubit q; rx(n) q;").expect("it is right");
    for value in [quantum_program::InputValue::Int(99), quantum_program::InputValue::Bool(true)] {
        let inputs = BTreeMap::from([("n".to_owned(), value)]);
        let errors = parsed.lower_with(&inputs).expect_err("the value does not fit");
        assert_eq!(errors.as_slice()[0].code.as_str(), "input-value");
    }
}

#[test]
fn a_misspelt_name_is_met_with_the_one_that_was_meant() {
    let help = |source: &str| first_error(source).help;
    assert!(help("qubit q; cnto q;").contains("`cnot`"));
    assert!(help("qubit q; phaseshfit(0.1) q;").contains("`phaseshift`"));
    assert!(help("qubit q; CPhaseShift(0.1) q;").contains("`cphaseshift`"));
    assert!(help("qubit q; gate bell a { h a; } bel q;").contains("`bell`"));
    assert!(help("qubit[2] register; x registre[0];").contains("`register`"));
    assert!(help("qubit q; float theta = 1; rx(tehta) q;").contains("`theta`"));
    assert!(help("qubit q; x w;").contains("declare it first"));
}

#[test]
fn a_jump_that_only_some_values_take_makes_nothing_unreachable() {
    let loops = "qubit[3] q;\nfor int i in [0:2] { if (i == 1) { continue; } z q[i]; }";
    let returns = "def f(int n) -> int { if (n == 0) { return 0; } return n + 1; }\nqubit q; rx(f(1) + f(0)) q;";
    for source in [loops, returns] {
        assert_eq!(warnings(source), [], "{source}");
    }
    warned("qubit q;\nx q;\nend;\ny q;", "unreachable", 4, 1);
}
