//! Do programs give the outcomes that theory says?

use super::{assert_sampled, run};

/// Programs whose exact distribution is known, with its outcomes.
const EXACT: &[(&str, &[(&str, f64)])] = &[
    // Bell and GHZ states
    ("qubit[2] q; h q[0]; cnot q[0], q[1];", &[("00", 0.5), ("11", 0.5)]),
    (
        "OPENQASM 3.0; include \"stdgates.inc\"; qubit[3] q; bit[3] c; h q[0]; cx q[0], q[1]; cx q[1], q[2]; c = measure q;",
        &[("000", 0.5), ("111", 0.5)],
    ),
    (
        "OPENQASM 2.0; include \"qelib1.inc\"; qreg q[2]; creg c[2]; h q[0]; cx q[0],q[1]; measure q -> c;",
        &[("00", 0.5), ("11", 0.5)],
    ),
    // the order of the bits
    ("qubit[3] q; x q[0];", &[("100", 1.0)]),
    ("bit[2] b; qubit[2] q; x q[0]; b[1] = measure q[0]; b[0] = measure q[1];", &[("01", 1.0)]),
    ("bit[3] b; qubit[2] q; x q[0]; b[2] = measure q[0]; b[0] = measure q[1];", &[("01", 1.0)]),
    ("bit[2] b; qubit[3] q; x q[0]; b[0] = measure q[2]; b[1] = measure q[0];", &[("01", 1.0)]),
    ("bit b; bit c; qubit[2] q; x q[0]; c = measure q[0]; b = measure q[1];", &[("01", 1.0)]),
    ("qubit[3] q; x q[0]; measure q[2]; measure q[0];", &[("01", 1.0)]),
    ("bit[2] b; qubit[2] q; x q[0]; b[0] = measure q[0]; b[1] = measure q[0];", &[("11", 1.0)]),
    ("x $5; i $2;", &[("01", 1.0)]),
    // slices, sets, broadcasts
    ("qubit[4] q; x q[0:2:3];", &[("1010", 1.0)]),
    ("qubit[4] q; x q[3:-2:0];", &[("0101", 1.0)]),
    ("qubit[4] q; x q[{0, -1}];", &[("1001", 1.0)]),
    ("qubit[4] q; x q[:1]; x q[3:];", &[("1101", 1.0)]),
    ("qubit[2] q; qubit[2] r; x q; cnot q, r;", &[("1111", 1.0)]),
    ("qubit q; qubit[3] r; x q; cnot q, r;", &[("1111", 1.0)]),
    ("bit[4] b; qubit[4] q; x q[3]; b[{3, 0}] = measure q[{3, 1}];", &[("01", 1.0)]),
    ("qubit[3] q; bit[2] c; x q[1]; c = measure q[1:2];", &[("10", 1.0)]),
    ("qubit[2] q; x q[1]; bit[2] c = measure q;", &[("01", 1.0)]),
    ("qubit[2] q; bit[2] c = \"10\"; bit d = 1; x q; c[0] = measure q[1];", &[("1", 1.0)]),
    // rotations
    ("qubit q; rx(pi/3) q;", &[("0", 0.75), ("1", 0.25)]),
    ("qubit q; ry(2*π/3) q;", &[("0", 0.25), ("1", 0.75)]),
    ("qubit q; h q; rz(pi/2) q; h q;", &[("0", 0.5), ("1", 0.5)]),
    ("qubit q; h q; p(pi/3) q; h q;", &[("0", 0.75), ("1", 0.25)]),
    ("qubit q; U(pi/3, 0.3, -1) q;", &[("0", 0.75), ("1", 0.25)]),
    ("qubit q; u2(0, pi) q; u3(pi/2, 0, pi) q; u1(1) q; u(pi, 0, pi) q;", &[("1", 1.0)]),
    ("qubit q; prx(pi/3, 0.7) q;", &[("0", 0.75), ("1", 0.25)]),
    ("qubit q; gpi(0.4) q;", &[("1", 1.0)]),
    ("qubit q; gpi2(0.4) q;", &[("0", 0.5), ("1", 0.5)]),
    ("qubit q; h q; s q; t q; t q; h q;", &[("1", 1.0)]),
    ("qubit q; h q; sdg q; tdg q; ti q; si q; s q; y q; z q; z q; h q;", &[("0", 1.0)]),
    ("qubit q; v q; sx q;", &[("1", 1.0)]),
    ("qubit q; vi q; v q; sxdg q; sx q;", &[("0", 1.0)]),
    // expressions
    ("const float third = tau / 6; qubit q; ry(third) q;", &[("0", 0.75), ("1", 0.25)]),
    ("const int n = 2**3 - 5; qubit[n] q; x q[n - 1];", &[("001", 1.0)]),
    ("qubit q; rx(arccos(0.5)) q;", &[("0", 0.75), ("1", 0.25)]),
    (
        "qubit q; rx(-sqrt(4) * arcsin(sin(pi/6)) + ln(exp(0)) + abs(-0.0)) q;",
        &[("0", 0.75), ("1", 0.25)],
    ),
    ("qubit q; rx(4 * arctan(tan(0.25 * pi)) * cos(0)) q;", &[("1", 1.0)]),
    ("qubit q; rx(pi * (floor(2.7) - ceiling(0.2))) q;", &[("1", 1.0)]),
    ("qubit q; rx(pi * mod(7, 3)) q;", &[("1", 1.0)]),
    ("qubit q; rx(pi * pow(2, 0)) q;", &[("1", 1.0)]),
    ("const bit[4] mask = \"0100\"; qubit q; rx(pi * mask[2]) q;", &[("1", 1.0)]),
    ("const uint[8] k = 0x0f & 5 | 2; qubit q; rx(pi * (k == 7 && !(k < 7))) q;", &[("1", 1.0)]),
    ("const bool yes = 3 >= 2 || false; qubit q; rx(pi * yes) q;", &[("1", 1.0)]),
    ("const int k = (1 << 4 >> 3) ^ 0b11; qubit q; rx(pi * k) q;", &[("1", 1.0)]),
    (
        "const int k = -7 % 4 + ~-3 + (2 != 3) + (1 <= 1) + (2 > 3); qubit q; rx(pi * k) q;",
        &[("1", 1.0)],
    ),
    ("const int k = 7.9; const angle a = 1_0.5e-1; qubit q; rx(pi * k) q;", &[("1", 1.0)]),
    ("OPENQASM 2.0; qreg q[1]; rx(2*pi*1/2) q[0];", &[("1", 1.0)]),
    ("OPENQASM 2.0; qreg q[1]; rx(pi*2^0) q[0];", &[("1", 1.0)]),
    // two and three qubits
    ("qubit[2] q; x q[0]; swap q[0], q[1];", &[("01", 1.0)]),
    ("qubit[2] q; x q[0]; iswap q[0], q[1];", &[("01", 1.0)]),
    ("qubit[2] q; x q[0]; pswap(0.3) q[0], q[1];", &[("01", 1.0)]),
    ("qubit[2] q; x q[0]; xy(pi/3) q[0], q[1];", &[("10", 0.75), ("01", 0.25)]),
    ("qubit[2] q; xx(pi/3) q[0], q[1];", &[("00", 0.75), ("11", 0.25)]),
    ("qubit[2] q; rxx(pi/3) q[0], q[1];", &[("00", 0.75), ("11", 0.25)]),
    ("qubit[2] q; yy(pi/3) q[0], q[1];", &[("00", 0.75), ("11", 0.25)]),
    ("qubit[2] q; h q[0]; zz(pi/3) q[0], q[1]; h q[0];", &[("00", 0.75), ("10", 0.25)]),
    ("qubit[2] q; ms(0, 0) q[0], q[1];", &[("00", 0.5), ("11", 0.5)]),
    ("qubit[2] q; ms(0.1, 0.2, pi/3) q[0], q[1];", &[("00", 0.75), ("11", 0.25)]),
    ("qubit[2] q; ecr q[0], q[1];", &[("10", 0.5), ("11", 0.5)]),
    ("qubit[2] q; h q[0]; cphaseshift10(pi) q[0], q[1]; h q[0];", &[("10", 1.0)]),
    ("qubit[2] q; h q[0]; cphaseshift00(pi) q[0], q[1]; h q[0];", &[("10", 1.0)]),
    ("qubit[2] q; h q[0]; x q[1]; cphaseshift01(pi) q[0], q[1]; h q[0];", &[("11", 1.0)]),
    ("qubit[2] q; h q[0]; x q[1]; cp(pi) q[0], q[1]; h q[0];", &[("11", 1.0)]),
    ("qubit[2] q; h q[0]; x q[1]; cz q[0], q[1]; h q[0];", &[("11", 1.0)]),
    ("qubit[2] q; x q[0]; cv q[0], q[1]; cv q[0], q[1];", &[("11", 1.0)]),
    ("qubit[2] q; x q[0]; ch q[0], q[1];", &[("10", 0.5), ("11", 0.5)]),
    ("qubit[2] q; x q[0]; crx(pi/3) q[0], q[1];", &[("10", 0.75), ("11", 0.25)]),
    ("qubit[2] q; x q[0]; cry(pi/3) q[0], q[1];", &[("10", 0.75), ("11", 0.25)]),
    ("qubit[2] q; h q[0]; crz(pi) q[0], q[1]; h q[0];", &[("00", 0.5), ("10", 0.5)]),
    ("qubit[2] q; x q[0]; cu(pi/3, 0, 0, 0.4) q[0], q[1];", &[("10", 0.75), ("11", 0.25)]),
    ("qubit[2] q; x q[0]; cy q[0], q[1];", &[("11", 1.0)]),
    ("qubit[3] q; x q[0]; x q[1]; ccx q[0], q[1], q[2];", &[("111", 1.0)]),
    ("qubit[3] q; x q[0]; x q[1]; cswap q[0], q[1], q[2];", &[("101", 1.0)]),
    ("qubit[5] q; x q[0:3]; c4x q[0], q[1], q[2], q[3], q[4];", &[("11111", 1.0)]),
    // modifiers
    ("qubit[2] q; negctrl @ x q[0], q[1];", &[("01", 1.0)]),
    ("qubit[4] q; x q[0:1]; ctrl(2) @ negctrl @ x q[0], q[1], q[2], q[3];", &[("1101", 1.0)]),
    ("qubit q; h q; ctrl @ gphase(pi) q; h q;", &[("1", 1.0)]),
    ("qubit q; gphase(1); pow(0.5) @ x q; pow(1.0/2) @ x q;", &[("1", 1.0)]),
    ("qubit q; inv @ pow(0.5) @ x q; v q;", &[("0", 1.0)]),
    ("qubit q; pow(3) @ rx(pi/3) q;", &[("1", 1.0)]),
    ("qubit q; pow(0.5) @ pow(2) @ x q;", &[("0", 1.0)]),
    ("qubit q; pow(2) @ pow(0.5) @ x q;", &[("1", 1.0)]),
    ("qubit q; pow(0) @ x q; pow(1000000000000) @ y q;", &[("0", 1.0)]),
    ("qubit[2] q; x q[0]; pow(0.5) @ swap q[0], q[1]; pow(0.5) @ swap q[0], q[1];", &[("01", 1.0)]),
    ("qubit[2] q; pow(0.5) @ ecr q[0], q[1]; pow(-0.5) @ ecr q[0], q[1];", &[("00", 1.0)]),
    ("qubit[3] q; x q[2]; ctrl @ v q[2], q[0]; ctrl @ v q[2], q[0];", &[("101", 1.0)]),
    // custom gates
    ("gate bell a, b { h a; cx a, b; } qubit[2] q; bell q[1], q[0];", &[("00", 0.5), ("11", 0.5)]),
    (
        "gate turn(t) a { rx(t/2) a; barrier a; rx(t/2) a; } qubit q; turn(pi/3) q;",
        &[("0", 0.75), ("1", 0.25)],
    ),
    ("gate g(w) a { h a; rx(w) a; t a; } qubit q; g(0.7) q; inv @ g(0.7) q;", &[("0", 1.0)]),
    ("gate g a { h a; t a; } qubit q; pow(3) @ g q; pow(-3) @ g q;", &[("0", 1.0)]),
    (
        "gate g a, b { cx a, b; x a; } gate f a, b { g b, a; } qubit[3] q; x q[2]; ctrl @ f q[2], q[0], q[1];",
        &[("011", 1.0)],
    ),
    ("gate root a { pow(0.5) @ x a; } qubit q; root q; root q;", &[("1", 1.0)]),
    ("gate flip a { x a; } qubit q; pow(0.5) @ flip q; pow(0.5) @ flip q;", &[("1", 1.0)]),
    ("gate nothing a { } qubit q; x q; pow(0.5) @ nothing q; pow(3) @ nothing q;", &[("1", 1.0)]),
    (
        "gate minus a { gphase(pi); } qubit[2] q; h q[0]; ctrl @ minus q[0], q[1]; h q[0];",
        &[("10", 1.0)],
    ),
    ("gate x a { z a; } qubit q; x q;", &[("0", 1.0)]),
    // what does not change anything
    ("/* a\ncomment */ qubit q; // another\n x q; barrier; barrier q;;", &[("1", 1.0)]),
    (
        "pragma other\n#pragma braket verbatim\nbox { x $0; barrier $0; }\n@note\nz $0;",
        &[("1", 1.0)],
    ),
    (
        "qubit[2] q; reset q; x q[0]; bit b; b = measure q[0]; x q[0]; reset q[0]; h q[1];",
        &[("1", 1.0)],
    ),
    (
        "qubit[40] q; h q[0]; cx q[0], q[39]; bit[2] b; b[0] = measure q[39]; b[1] = measure q[20];",
        &[("00", 0.5), ("10", 0.5)],
    ),
    ("qubit q; x q; bit b; b = measure q; measure q -> b;", &[("1", 1.0)]),
    (
        "qubit q; h q; t q; h q; t q; h q; bit[2] b; b[0] = measure q; b[1] = measure q;",
        &[("00", 0.75), ("11", 0.25)],
    ),
];

/// Programs in which measured qubits go on, or qubits are reset after use.
const SHOT_BY_SHOT: &[(&str, &[(&str, f64)])] = &[
    (
        "bit[2] b; qubit q; h q; b[0] = measure q; h q; b[1] = measure q;",
        &[("00", 0.25), ("01", 0.25), ("10", 0.25), ("11", 0.25)],
    ),
    (
        "bit[2] b; qubit q; h q; b[0] = measure q; x q; b[1] = measure q;",
        &[("01", 0.5), ("10", 0.5)],
    ),
    ("bit b; qubit q; h q; b = measure q; h q; b = measure q;", &[("0", 0.5), ("1", 0.5)]),
    ("qubit[2] q; h q[0]; cx q[0], q[1]; reset q[0];", &[("00", 0.5), ("01", 0.5)]),
    (
        "bit[3] b; qubit[2] q; h q[0]; cx q[0], q[1]; b[0] = measure q[0]; x q[0]; b[1:2] = measure q;",
        &[("010", 0.5), ("101", 0.5)],
    ),
    ("qubit q; ry(pi/3) q; measure q; reset q; measure q;", &[("00", 0.75), ("10", 0.25)]),
];

#[test]
fn exact_probabilities_are_those_of_theory() {
    for (source, expected) in EXACT {
        let outcome = run(source, 0);
        assert!(outcome.counts.is_empty() && outcome.measurements.is_empty());
        assert_eq!(
            outcome.probabilities.len(),
            expected.len(),
            "{source}\n{:?}",
            outcome.probabilities
        );
        for (bits, probability) in *expected {
            let found = outcome.probabilities.get(*bits).copied().unwrap_or(0.0);
            assert!(
                (found - probability).abs() < 1e-12,
                "{source}\n{bits}: {found}, not {probability}"
            );
        }
    }
}

#[test]
fn counts_are_within_five_standard_deviations_of_theory() {
    for (source, expected) in EXACT.iter().chain(SHOT_BY_SHOT) {
        assert_sampled(source, &run(source, 4_000), expected);
    }
}

#[test]
fn measured_qubits_follow_the_order_of_the_bits() {
    let cases: &[(&str, &[usize])] = &[
        ("bit[2] b; qubit[2] q; b[1] = measure q[0]; b[0] = measure q[1];", &[1, 0]),
        ("bit[3] b; qubit[2] q; b[2] = measure q[0]; b[0] = measure q[1];", &[1, 0]),
        ("qubit[3] q; measure q[2]; measure q[0];", &[2, 0]),
        (
            "bit[2] b; qubit[2] q; b[0] = measure q[1]; b[0] = measure q[0]; b[1] = measure q[0];",
            &[0, 0],
        ),
        ("qubit[2] q; bit b; measure q[1]; bit c; c = measure q[0]; b = measure q[0];", &[0, 0, 1]),
        ("x $7; x $3;", &[3, 7]),
        ("x $7; measure $7;", &[7]),
        ("qubit[2] q; qubit r; x r;", &[0, 1, 2]),
    ];
    for (source, expected) in cases {
        assert_eq!(run(source, 1).measured_qubits, *expected, "{source}");
    }
}
