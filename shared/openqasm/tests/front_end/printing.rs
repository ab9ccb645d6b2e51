//! Is a program that is written as text the same when it is read again?

use openqasm::{PrintError, Style, parse, print};

use crate::support::{assert_same, distribution, program};

/// As text, which reads as a program that is written the same.
#[track_caller]
fn written(source: &str, style: Style) -> String {
    let first = program(source);
    let text = print(&first, style).expect("it can be written");
    let second = program(&text);
    assert_eq!(first.recorded().len(), second.recorded().len(), "{text}");
    assert_eq!(first.results(), second.results(), "{text}");
    assert_eq!(first.inputs(), second.inputs(), "{text}");
    assert_eq!(print(&second, style).expect("it can be written"), text);
    text
}

/// The program without branches is the same instruction by instruction.
#[track_caller]
fn kept(source: &str, style: Style) -> String {
    let text = written(source, style);
    let (first, second) = (program(source), program(&text));
    assert_eq!(first.instructions().len(), second.instructions().len(), "{text}");
    text
}

#[test]
fn the_plain_dialect_has_brakets_gates_and_no_includes() {
    let text = kept(
        "OPENQASM 2.0; include \"qelib1.inc\"; qreg q[3]; creg c[3]; gate g(a) x, y { rz(a) x; cx x, y; } g(0.5) q[0], q[1]; ccx q[0], q[1], q[2]; u3(0.1, 0.2, 0.3) q[2]; cu1(0.4) q[0], q[2]; sdg q[1]; measure q -> c;",
        Style::Braket,
    );
    assert_eq!(
        text,
        "OPENQASM 3.0;\nqubit[3] q;\nbit[3] c;\nrz(0.5) q[0];\ncnot q[0], q[1];\nccnot q[0], q[1], q[2];\nU(0.1, 0.2, 0.3) q[2];\ncphaseshift(0.4) q[0], q[2];\nsi q[1];\nc[0] = measure q[0];\nc[1] = measure q[1];\nc[2] = measure q[2];\n"
    );
}

#[test]
fn openqasm_3_has_the_names_of_its_library() {
    let text = kept(
        "qubit[3] q; cnot q[0], q[1]; ccnot q[0], q[1], q[2]; phaseshift(0.5) q[0]; si q[1]; v q[2]; cu(0.1, 0.2, 0.3, 0.4) q[0], q[1]; ctrl @ h q[1], q[0];",
        Style::OpenQasm3,
    );
    assert!(text.contains("include \"stdgates.inc\";\n"), "{text}");
    for line in [
        "cx q[0], q[1];",
        "ccx q[0], q[1], q[2];",
        "p(0.5) q[0];",
        "sdg q[1];",
        "sx q[2];",
        "cu(0.1, 0.2, 0.3, 0.4) q[0], q[1];",
        "ch q[1], q[0];",
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
}

#[test]
fn every_gate_is_written_in_both_styles_and_means_the_same() {
    let gates = "i q[0]; h q[0]; x q[1]; y q[2]; z q[0]; s q[1]; si q[2]; t q[0]; ti q[1]; v q[2]; vi q[0]; \
        rx(0.1) q[0]; ry(0.2) q[1]; rz(0.3) q[2]; phaseshift(0.4) q[0]; U(0.1, 0.2, 0.3) q[1]; u2(0.1, 0.2) q[2]; \
        gphase(0.5); gpi(0.1) q[0]; gpi2(0.2) q[1]; prx(0.1, 0.2) q[2]; swap q[0], q[1]; iswap q[1], q[2]; \
        pswap(0.1) q[0], q[2]; xy(0.2) q[0], q[1]; xx(0.3) q[1], q[2]; yy(0.4) q[0], q[2]; zz(0.5) q[0], q[1]; \
        ecr q[1], q[2]; ms(0.1, 0.2) q[0], q[1]; ms(0.1, 0.2, 0.3) q[1], q[2]; cphaseshift00(0.1) q[0], q[1]; \
        cphaseshift01(0.2) q[1], q[2]; cphaseshift10(0.3) q[0], q[2]; cx q[0], q[1]; cy q[1], q[2]; cz q[0], q[2]; \
        ch q[0], q[1]; cs q[1], q[2]; cv q[0], q[2]; crx(0.1) q[0], q[1]; cry(0.2) q[1], q[2]; crz(0.3) q[0], q[2]; \
        cphaseshift(0.4) q[0], q[1]; cu3(0.1, 0.2, 0.3) q[1], q[2]; cu(0.1, 0.2, 0.3, 0.4) q[0], q[1]; \
        ccx q[0], q[1], q[2]; ccz q[0], q[1], q[2]; cswap q[0], q[1], q[2]; negctrl @ x q[0], q[1]; \
        ctrl @ negctrl @ x q[0], q[1], q[2]; negctrl @ ctrl @ rx(0.3) q[0], q[1], q[2]; pow(0.3) @ x q[0]; \
        ctrl @ pow(2) @ t q[0], q[1]; inv @ iswap q[0], q[1]; negctrl @ gphase(0.4) q[0]; ctrl(2) @ gphase(0.1) q[0], q[1]; \
        pow(0.5) @ pow(0.3) @ swap q[0], q[2]; inv @ cu(0.1, 0.2, 0.3, 0.4) q[0], q[1]; negctrl @ inv @ gpi2(0.1) q[0], q[1];";
    let source = format!("qubit[3] q; h q; rx(0.2) q[0]; ry(0.7) q[2]; {gates}");
    for style in [Style::Braket, Style::OpenQasm3] {
        let text = print(&program(&source), style).expect("it can be written");
        assert_same(&source, &text);
    }
    kept(&source, Style::OpenQasm3);
}

#[test]
fn inputs_and_expressions_are_written() {
    let text = kept(
        "input float a; input angle b; input int[8] n; input uint[4] u; input bool t; input bit[3] s; qubit q; rx(a * 2 - b / n) q; ry(-sin(a) ** 2 + mod(u, 3)) q; rz(float(t) + float(s[1]) + int[4](a)) q; p(1 / (a + 0.5)) q;",
        Style::Braket,
    );
    assert!(text.contains("input int[8] n;\n") && text.contains("input bit[3] s;\n"), "{text}");
}

#[test]
fn pragmas_are_written() {
    let text = kept(
        "input float a; input float b; qubit[2] q; rx(a) q[0]; rx(b) q[1];\n\
        #pragma braket unitary([[1, 0], [0, 0.6 + 0.8im]]) q[0]\n\
        #pragma braket unitary([[0, -1im], [1im, 0]]) q[1]\n\
        #pragma braket noise bit_flip(0.1) q[0]\n\
        #pragma braket noise pauli_channel(0.1, 0.2, 0.3) q[1]\n\
        #pragma braket noise two_qubit_depolarizing(0.1) q[0], q[1]\n\
        #pragma braket noise generalized_amplitude_damping(0.1, 0.2) q[0]\n\
        #pragma braket noise kraus([[0.8, 0], [0, 0.8]], [[0, 0.6], [0.6, 0]]) q[1]\n\
        #pragma braket result state_vector\n\
        #pragma braket result amplitude \"00\", \"11\"\n\
        #pragma braket result probability q[0]\n\
        #pragma braket result probability all\n\
        #pragma braket result density_matrix q[0], q[1]\n\
        #pragma braket result expectation x(q[0]) @ hermitian([[0, 1im], [-1im, 0]]) q[1]\n\
        #pragma braket result variance z all\n\
        #pragma braket result sample h(q[1])\n\
        #pragma braket result adjoint_gradient expectation(2.5 * x(q[0]) @ y(q[1]) - z(q[0])) a, b\n\
        #pragma braket result adjoint_gradient h(q[0]) @ i(q[1]) all\n",
        Style::Braket,
    );
    for line in [
        "unitary([[1.0, 0.0], [0.0, 0.6+0.8im]]) q[0]",
        "unitary([[0.0, -1.0im], [1.0im, 0.0]]) q[1]",
        "noise kraus([[0.8, 0.0], [0.0, 0.8]], [[0.0, 0.6], [0.6, 0.0]]) q[1]",
        "result expectation x(q[0]) @ hermitian([[0.0, 1.0im], [-1.0im, 0.0]]) q[1]",
        "result adjoint_gradient expectation((2.5) * x(q[0]) @ y(q[1]) + (-1.0) * z(q[0])) a, b",
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
}

#[test]
fn physical_qubits_boxes_barriers_and_delays_are_kept() {
    let text = kept(
        "h $3; cnot $3, $7;\n#pragma braket verbatim\nbox { x $3; rz(0.5) $7; }\nbox { y $3; }\nbarrier $3, $7; barrier; delay[100ns] $3; reset $7; measure $3;",
        Style::Braket,
    );
    assert!(text.contains("#pragma braket verbatim\nbox {\n  x $3;\n"), "{text}");
    assert!(text.contains("delay[1e-7s] $3;\n"), "{text}");
}

#[test]
fn what_braket_measures_by_itself_is_left_out_of_its_dialect() {
    let text = kept("qubit[2] q; h q; #pragma nothing", Style::Braket);
    assert!(!text.contains("measure"), "{text}");
    let text = kept("qubit[2] q; h q;", Style::OpenQasm3);
    assert!(text.ends_with("measure q[0];\nmeasure q[1];\n"), "{text}");
}

/// Programs that a run decides on, and what they give.
const FEEDBACK: &[&str] = &[
    "h q[0]; c[0] = measure q[0]; if (c[0]) { x q[1]; } else { y q[1]; } c[1] = measure q[1];",
    "int n = 0; for int i in [0:2] { h q[0]; c[0] = measure q[0]; if (c[0]) n += 1; reset q[0]; } if (n == 1) x q[1]; c = measure q;",
    "x q[0]; c[0] = measure q[0]; while (c[0]) { reset q[0]; h q[1]; c[0] = measure q[0]; } c = measure q;",
    "int n = 0; x q[0]; while (true) { n += 1; c[0] = measure q[0]; if (c[0]) break; x q[0]; } if (n == 1) x q[1]; c = measure q;",
    "array[int, 2] a = {0, 0}; h q[0]; c[0] = measure q[0]; a[c[0]] = 1; if (a[1] == 1) x q[1]; c[1] = measure q[1];",
    "def f(qubit p) -> bit { bit b = measure p; if (b) { return 0; } x p; return measure p; } h q[0]; if (f(q[0])) x q[1]; c = measure q;",
    "h q[0]; c[0] = measure q[0]; if (c[0]) end; x q[1]; c[1] = measure q[1];",
    "h q; c = measure q; switch (uint[2](c)) { case 3 { x q[0]; } case 0 { x q; } default { } } c = measure q;",
    "float f = 0.5; angle[8] a = pi / 2; h q[0]; c[0] = measure q[0]; if (c[0]) { f = f * 2; a = a + pi / 4; } rx(f * pi) q[1]; rz(a) q[1]; c[1] = measure q[1];",
    "complex z = 1; duration d = 10ns; h q[0]; c[0] = measure q[0]; if (c[0]) { z = z * 1im; d = d * 2; } rx(imag(z) * pi) q[1]; c[1] = measure q[1];",
    "int i = 0; x q[0]; c[0] = measure q[0]; i = c[0]; x q[i]; c[1] = measure q[1];",
];

#[test]
fn branches_loops_and_variables_are_written_in_openqasm_3() {
    for rest in FEEDBACK {
        let source = format!("qubit[2] q; bit[2] c; {rest}");
        let text = print(&program(&source), Style::OpenQasm3).expect("it can be written");
        assert_eq!(distribution(&source), distribution(&text), "{text}");
        let again = print(&program(&text), Style::OpenQasm3).expect("it can be written");
        let settled = print(&program(&again), Style::OpenQasm3).expect("it can be written");
        assert_eq!(again, settled, "what has been read once is written the same from then on");
    }
}

#[test]
fn the_plain_dialect_has_no_words_for_feedback() {
    for rest in FEEDBACK {
        let program = program(&format!("qubit[2] q; bit[2] c; {rest}"));
        let error = print(&program, Style::Braket).expect_err("it decides while it runs");
        assert!(matches!(error, PrintError::Feedback { .. }), "{error}");
    }
}

#[test]
fn a_fraction_of_a_gate_with_a_phase_of_its_own_has_no_words() {
    let program = program("qubit[2] q; pow(0.3) @ cu(0.1, 0.2, 0.3, 0.4) q[0], q[1];");
    let error = print(&program, Style::Braket).expect_err("no gates for it");
    assert!(matches!(error, PrintError::Gate { .. }), "{error}");
}

#[test]
fn names_that_collide_are_told_apart() {
    let text = written(
        "qubit[2] q; bit c; { int x = 0; c = measure q[0]; if (c) x = 1; rx(x) q[1]; } { int x = 0; c = measure q[0]; if (c) x = 2; rx(x) q[1]; }",
        Style::OpenQasm3,
    );
    assert!(text.contains("int[64] x_1;\nint[64] x_2;\n"), "{text}");
}

#[test]
fn numbers_are_read_again_as_they_were() {
    for value in ["0.1", "1e-300", "123456789.123456789", "-0.3333333333333333", "1e22", "5e-324"] {
        let text = kept(&format!("qubit q; rx({value}) q;"), Style::Braket);
        let number: f64 = value.parse().expect("it is a number");
        assert!(text.contains(&format!("rx({number:?})")), "{text}");
    }
}

#[test]
fn outputs_are_declared() {
    let text = written(
        "qubit q; output bit[1] c; output int n; c[0] = measure q; n = c[0] + 1;",
        Style::OpenQasm3,
    );
    assert!(text.contains("output bit[1] c;\n") && text.contains("output int[64] n;\n"), "{text}");
}

#[test]
fn a_document_without_inputs_lowers_to_itself() {
    let parsed = parse("qubit q; x q;").expect("it is right");
    let lowered = parsed.lower_with(&std::collections::BTreeMap::new()).expect("it is right");
    assert_eq!(lowered.instructions(), parsed.program().instructions());
}

#[test]
fn given_inputs_decide_branches_and_loops() {
    use quantum_program::InputValue;
    let parsed = parse(
        "input int n; input bool t; qubit[4] q; if (t) { h q; } for int i in [1:n] { x q[0]; }",
    )
    .expect("it is right");
    assert!(parsed.program().has_feedback());
    let inputs = [("n", InputValue::Int(3)), ("t", InputValue::Bool(true))];
    let inputs = inputs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let lowered = parsed.lower_with(&inputs).expect("the values fit");
    assert!(!lowered.has_feedback());
    assert_eq!(lowered.instructions().len(), 4 + 3 + 4);
    assert_eq!(lowered.inputs(), parsed.inputs());
}

#[test]
fn a_program_may_be_read_for_values_of_its_inputs() {
    use quantum_program::InputValue;
    let source = "input int n; const int m = n + 1; qubit[m] q; for int i in [0:n] { h q[i]; }";
    assert!(parse(source).is_err(), "how many qubits there are is not known");
    let inputs = std::collections::BTreeMap::from([("n".to_owned(), InputValue::Int(2))]);
    let parsed = openqasm::parse_with(source, &inputs).expect("it is right");
    assert_eq!(parsed.program().qubit_count(), 3);
    assert_eq!(parsed.inputs().len(), 1);
    let wrong = std::collections::BTreeMap::from([("k".to_owned(), InputValue::Int(2))]);
    let errors = openqasm::parse_with(source, &wrong).expect_err("there is no such input");
    assert!(errors.iter().any(|error| error.code.as_str() == "input-value"), "{errors}");
}
