//! Do gates and their modifiers do what Braket's and Qiskit's simulators do?

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use crate::support::{amplitudes_of, assert_amplitudes, assert_same, program};

#[track_caller]
fn same(one: &str, other: &str) {
    let begun = |rest: &str| {
        format!(
            "OPENQASM 3.0;\nqubit[3] q;\nh q[0]; rx(0.4) q[1]; ry(0.9) q[2]; t q[0]; cx q[0], q[1];\n{rest}"
        )
    };
    assert_same(&begun(one), &begun(other));
}

#[test]
fn amplitudes_are_those_of_brakets_simulator() {
    assert_amplitudes(
        "qubit[2] q; h q[0]; ctrl @ U(0.1, 0.2, 0.3) q[0], q[1]; rz(0.4) q[1]; gphase(0.5);",
        &[
            (0.6755249098, 0.2089643421),
            (0.0000000000, 0.0000000000),
            (0.6746806795, 0.2087031911),
            (0.0219680752, 0.0276832504),
        ],
    );
    assert_amplitudes(
        "qubit[2] q; h q; iswap q[0], q[1]; xy(0.7) q[0], q[1]; ecr q[1], q[0]; gpi(0.3) q[0]; gpi2(0.4) q[1];",
        &[
            (0.0327791886, -0.0110448740),
            (-0.1701578733, -0.0127858229),
            (-0.1882840174, -0.0531240748),
            (0.7534583807, 0.6030868813),
        ],
    );
    assert_amplitudes(
        "qubit[2] q; rx(0.3) q[0]; ry(0.4) q[1]; ms(0.1, 0.2, 0.3) q[0], q[1]; pswap(0.5) q[0], q[1]; prx(0.6, 0.7) q[0]; yy(0.8) q[0], q[1];",
        &[
            (0.9104196505, -0.0363835976),
            (-0.0250891600, -0.2426522614),
            (0.2529679970, -0.1394491857),
            (0.0386623378, 0.1592766417),
        ],
    );
    assert_amplitudes(
        "qubit[2] q; h q; cphaseshift00(0.3) q[0], q[1]; cphaseshift01(0.4) q[0], q[1]; cphaseshift10(0.5) q[0], q[1]; pow(0.3) @ x q[0]; inv @ v q[1]; negctrl @ ry(0.2) q[0], q[1];",
        &[
            (0.4253655178, 0.0796785573),
            (0.4712847169, 0.2280930105),
            (0.5645864365, 0.2110747067),
            (0.4156485972, 0.0500566232),
        ],
    );
    assert_amplitudes(
        "qubit[2] q; def f(qubit p, int n) { for int i in [0:n] { rx(0.1 * i) p; t p; } }\nf(q[0], 2); gate g(a) x, y { ry(a) x; cnot x, y; } g(0.4) q[0], q[1]; inv @ g(0.3) q[1], q[0];",
        &[
            (0.9829857599, -0.0000000000),
            (0.1695748809, -0.0705928859),
            (0.0000000000, 0.0000000000),
            (0.0000000000, 0.0000000000),
        ],
    );
}

#[test]
fn a_controlled_gate_keeps_the_phase_of_its_target() {
    same("ctrl @ z q[0], q[1];", "cz q[0], q[1];");
    same("ctrl @ gphase(0.3) q[0];", "p(0.3) q[0];");
    same("ctrl @ ctrl @ gphase(0.3) q[0], q[1];", "cp(0.3) q[0], q[1];");
    same("negctrl @ gphase(0.3) q[0];", "x q[0]; p(0.3) q[0]; x q[0];");
    same("gate g(a) x { gphase(a); } ctrl @ g(0.3) q[0], q[1];", "p(0.3) q[0];");
    same(
        "gate g(a) x { gphase(-a/2); U(0, 0, a) x; } ctrl @ g(0.3) q[0], q[1];",
        "crz(0.3) q[0], q[1];",
    );
    same("ctrl @ rz(0.3) q[0], q[1];", "crz(0.3) q[0], q[1];");
    same("cu(0.1, 0.2, 0.3, 0.4) q[0], q[1];", "p(0.4) q[0]; ctrl @ U(0.1, 0.2, 0.3) q[0], q[1];");
    same("ctrl @ sx q[0], q[1];", "csx q[0], q[1];");
    same("cu3(0.1, 0.2, 0.3) q[0], q[1];", "ctrl @ u3(0.1, 0.2, 0.3) q[0], q[1];");
}

#[test]
fn negative_controls_and_several_controls_take_the_first_qubits() {
    same("negctrl @ x q[0], q[1];", "x q[0]; cx q[0], q[1]; x q[0];");
    same("ctrl @ negctrl @ x q[0], q[1], q[2];", "x q[1]; ccx q[0], q[1], q[2]; x q[1];");
    same("ctrl(2) @ x q[0], q[1], q[2];", "ccx q[0], q[1], q[2];");
    same("const int n = 2; ctrl(n) @ x q[2], q[1], q[0];", "ccx q[1], q[2], q[0];");
    same("ctrl @ swap q[0], q[1], q[2];", "cswap q[0], q[1], q[2];");
}

#[test]
fn inverses_turn_everything_around() {
    same("inv @ s q[0]; inv @ t q[1]; inv @ sx q[2];", "sdg q[0]; tdg q[1]; sxdg q[2];");
    same("inv @ sdg q[0]; inv @ inv @ t q[1];", "s q[0]; t q[1];");
    same(
        "inv @ rx(0.3) q[0]; inv @ u3(0.1, 0.2, 0.3) q[1];",
        "rx(-0.3) q[0]; u3(-0.1, -0.3, -0.2) q[1];",
    );
    same(
        "gate g(a) x, y { h x; rx(a) y; cx x, y; s x; } g(0.3) q[0], q[1]; inv @ g(0.3) q[0], q[1];",
        "",
    );
    same(
        "gate g(a) x { gphase(a); s x; } gate k(a) x { g(a) x; t x; } k(0.3) q[0]; inv @ k(0.3) q[0];",
        "",
    );
    same("gate g x { for int i in [1:3] { rx(i) x; t x; } } g q[0]; inv @ g q[0];", "");
    same("inv @ ctrl @ s q[0], q[1];", "ctrl @ sdg q[0], q[1];");
    same("inv @ iswap q[0], q[1]; iswap q[0], q[1];", "");
    same("inv @ u2(0.3, 0.4) q[0]; u2(0.3, 0.4) q[0];", "");
    same("inv @ prx(0.3, 0.4) q[0]; prx(0.3, 0.4) q[0]; inv @ gpi2(0.3) q[1]; gpi2(0.3) q[1];", "");
    same("inv @ xx_plus_yy(0.3, 0.4) q[0], q[1]; xx_plus_yy(0.3, 0.4) q[0], q[1];", "");
    same("inv @ ms(0.3, 0.4, 0.5) q[0], q[1]; ms(0.3, 0.4, 0.5) q[0], q[1];", "");
}

#[test]
fn powers_repeat_divide_and_turn_around() {
    same("pow(2) @ s q[0];", "z q[0];");
    same("pow(0.5) @ z q[0];", "s q[0];");
    same("pow(-1) @ t q[0];", "tdg q[0];");
    same("pow(0) @ x q[0];", "");
    same("pow(1/2.0) @ x q[0]; pow(0.5) @ x q[0];", "x q[0];");
    same("pow(0.5) @ swap q[0], q[1]; pow(0.5) @ swap q[0], q[1];", "swap q[0], q[1];");
    same("gate g x { h x; t x; } pow(2) @ g q[0];", "h q[0]; t q[0]; h q[0]; t q[0];");
    same("gate g x { h x; t x; } pow(-2) @ g q[0];", "tdg q[0]; h q[0]; tdg q[0]; h q[0];");
    same("gate g x { s x; } pow(0.5) @ g q[0];", "t q[0];");
    same("ctrl @ pow(0.5) @ x q[0], q[1];", "csx q[0], q[1];");
    same("pow(0.5) @ ctrl @ x q[0], q[1];", "csx q[0], q[1];");
    same("pow(2) @ pow(0.5) @ inv @ s q[0];", "sdg q[0];");
}

#[test]
fn custom_gates_see_their_parameters_and_constants_only() {
    same("const float c = 0.3; gate g x { rx(c) x; } { float c = 9; g q[0]; }", "rx(0.3) q[0];");
    same("gate g(q) x { rx(q) x; } g(0.3) q[0];", "rx(0.3) q[0];");
    same(
        "gate g(a, b) x, y { rx(a + b) x; ry(a * b) y; } g(2, 3) q[0], q[1];",
        "rx(5) q[0]; ry(6) q[1];",
    );
    same("gate g x { } g q[0];", "");
    same("gate h x { s x; } h q[0];", "s q[0];");
    same("gate g x, y { cx x, y; } g q[0], q[1:2];", "cx q[0], q[1]; cx q[0], q[2];");
}

#[test]
fn brakets_gates_need_no_include() {
    same(
        "cnot q[0], q[1]; ccnot q[0], q[1], q[2]; phaseshift(0.3) q[0];",
        "cx q[0], q[1]; ccx q[0], q[1], q[2]; p(0.3) q[0];",
    );
    same(
        "i q[0]; si q[0]; ti q[1]; v q[2]; vi q[0]; cv q[0], q[1];",
        "sdg q[0]; tdg q[1]; sx q[2]; sxdg q[0]; csx q[0], q[1];",
    );
    same("cphaseshift(0.3) q[0], q[1];", "cp(0.3) q[0], q[1];");
    same(
        "xx(0.3) q[0], q[1]; yy(0.3) q[1], q[2]; zz(0.3) q[0], q[2];",
        "rxx(0.3) q[0], q[1]; ryy(0.3) q[1], q[2]; rzz(0.3) q[0], q[2];",
    );
    same("ms(0, 0) q[0], q[1];", "xx(pi/2) q[0], q[1];");
    same("prx(0.3, 0.4) q[0];", "r(0.3, 0.4) q[0];");
}

#[test]
fn inputs_stay_open_in_angles() {
    let program = program(
        "OPENQASM 3.0; input float a; input angle b; qubit q; gate g(x) p { rx(x / 2) p; ctrl @ gphase(x) p; } const float k = 2 * a; rx(sin(a) + k) q; g(b) q; inv @ g(a) q;",
    );
    let direct = |a: f64, b: f64| {
        format!(
            "qubit q; rx({:?}) q; rx({:?}) q; p({b:?}) q; p(-{a:?}) q; rx({:?}) q;",
            a.sin() + 2.0 * a,
            b / 2.0,
            -a / 2.0
        )
    };
    for (a, b) in [(0.3, 0.5), (1.1, PI)] {
        let found = amplitudes_of(&program, &[("a", a), ("b", b)]);
        let wanted = crate::support::amplitudes(&direct(a, b));
        for (found, wanted) in found.iter().zip(&wanted) {
            assert!((*found - *wanted).norm_squared() < 1e-20, "{found:?} {wanted:?}");
        }
    }
}

#[test]
fn a_matrix_written_out_is_a_gate() {
    same("#pragma braket unitary([[0, 1], [1, 0]]) q[1]", "x q[1];");
    same(
        "#pragma braket unitary([[1.0, 0], [0, 0.7071067811865476 + 0.7071067811865476im]]) q[0]",
        "p(0.7853981633974483) q[0];",
    );
    same(
        "#pragma braket unitary([[1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0], [0, 1, 0, 0]]) q[0], q[2]",
        "cx q[2], q[0];",
    );
    same("#pragma braket unitary([[0, -1im], [1im, 0]]) q[1]", "y q[1];");
}

#[test]
fn a_bell_state_is_one() {
    assert_amplitudes(
        "qubit[2] q; h q[0]; cx q[0], q[1];",
        &[(FRAC_1_SQRT_2, 0.0), (0.0, 0.0), (0.0, 0.0), (FRAC_1_SQRT_2, 0.0)],
    );
}
