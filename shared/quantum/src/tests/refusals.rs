//! What is said of programs that are wrong or not supported?

use crate::parse;

/// A program, the place of the first diagnostic, and its message.
const WRONG: &[(&str, usize, usize, &str)] = &[
    // the text
    ("qubit q;\n  x $;", 2, 5, "`$` must be followed by the number of a physical qubit"),
    ("qubit q;\nx q; §", 2, 6, "this character has no meaning here"),
    ("qubit q; /* never", 1, 10, "this comment is never closed"),
    ("include \"stdgates.inc;\nqubit q;", 1, 9, "this text is never closed"),
    ("qubit q; rx(1e999) q;", 1, 13, "this number is too large or incomplete"),
    ("qubit q; rx(99999999999999999999) q;", 1, 13, "this number is too large or incomplete"),
    ("qubit q; rx(0x) q;", 1, 13, "this number is too large or incomplete"),
    ("qubit q; rx(0b12) q;", 1, 13, "this is not a number"),
    ("qubit q; rx(2im) q;", 1, 13, "imaginary numbers are not supported yet"),
    ("qubit q; rx(0o7x) q;", 1, 13, "this is not a number"),
    // the sentence
    ("OPENQASM 4.0;\nqubit q;", 1, 10, "this version of OpenQASM is not known"),
    ("qubit q; OPENQASM 3;", 1, 10, "the version must come first"),
    ("qubit q", 1, 7, "expected `;`, found the end of the program"),
    ("qubit q; x q", 1, 12, "expected `;`, found the end of the program"),
    ("qubit q; x q;\n} x q;", 2, 1, "expected a statement, found `}`"),
    ("qubit 3;", 1, 7, "expected a name, found `3`"),
    ("qubit[2 q;", 1, 9, "expected `]`, found `q`"),
    ("qubit q; x 3;", 1, 12, "expected a qubit or a register, found `3`"),
    ("qubit q; rx() q;", 1, 10, "`rx` takes 1 parameter, not 0"),
    ("qubit q; rx(1 +) q;", 1, 16, "expected a value, found `)`"),
    ("qubit[2] q; x q[0, 1];", 1, 18, "indexing in several dimensions is not supported"),
    ("qubit[2] q; x q[0][0];", 1, 19, "an index cannot be indexed again"),
    ("qubit[2] q; x q[];", 1, 17, "expected a value, found `]`"),
    ("include 7;", 1, 9, "expected a file name in quotes, found `7`"),
    ("include \"my.inc\";", 1, 9, "the file `my.inc` cannot be included"),
    ("input q;", 1, 7, "expected a type (int, uint, float, angle, bool or bit), found `q`"),
    ("input array[int, 3] q;", 1, 7, "arrays are not supported yet"),
    ("const int n;", 1, 12, "expected `=`, found `;`"),
    ("gate g a { 3 }", 1, 12, "expected a gate or `}`, found `3`"),
    ("gate g a { x a;", 1, 15, "expected a gate or `}`, found the end of the program"),
    ("qubit q; pow @ x q;", 1, 14, "expected `(` and an exponent, found `@`"),
    ("qubit q; box { x q;", 1, 19, "expected `}`, found the end of the program"),
    ("qubit q; rx(measure q) q;", 1, 13, "a measurement cannot be part of an expression"),
    ("qubit q; rx(cosh(1)) q;", 1, 13, "`cosh` is not a known function"),
    // names
    ("x q;", 1, 3, "`q` is not declared"),
    ("bit b; x b;", 1, 10, "`b` is not a register of qubits"),
    ("qubit[2] q; qubit[2] r; r = measure q;", 1, 25, "`r` is not a register of bits"),
    ("qubit q; b = measure q;", 1, 10, "`b` is not declared"),
    ("qubit q; qubit q;", 1, 16, "`q` is declared twice"),
    ("qubit pi;", 1, 7, "`pi` has a meaning of its own and cannot be declared"),
    ("qubit q; rx(t) q;", 1, 13, "`t` is not declared"),
    ("qubit q; rx(q) q;", 1, 13, "`q` is not a value"),
    (
        "qubit q; bit b; b = measure q; rx(b) q;",
        1,
        35,
        "`b` holds measured bits, which cannot be calculated with yet",
    ),
    ("qubit q; foo q;", 1, 10, "the gate `foo` is not known"),
    ("qubit q; H q;", 1, 10, "the gate `H` is not known"),
    ("gate g a { rx(t) a; } qubit q;", 1, 15, "`t` is not declared"),
    ("gate g a { x b; } qubit q;", 1, 14, "`b` is not a qubit of this gate"),
    ("gate g a { x a[0]; } qubit q;", 1, 14, "`a[0]` is not a qubit of this gate"),
    ("gate g a, a { } qubit q;", 1, 11, "`a` is named twice"),
    ("gate g(t) { } qubit q;", 1, 6, "a gate acts on at least one qubit"),
    ("gate g a { measure a; } qubit q;", 1, 12, "a gate cannot measure or reset qubits"),
    ("gate g a { qubit b; } qubit q;", 1, 12, "a gate cannot contain declarations"),
    ("gate g a { if (1) { x a; } } qubit q;", 1, 12, "`if` and `else` are not supported yet"),
    ("gate g a, b { cx a, a; } qubit q;", 1, 15, "the same qubit is named twice in one gate"),
    // counts, sizes and indices
    ("qubit[2] q; cx q[0];", 1, 13, "`cx` acts on 2 qubits here, not 1"),
    ("qubit[2] q; x q[0], q[1];", 1, 13, "`x` acts on 1 qubit here, not 2"),
    ("qubit[2] q; h(1) q[0];", 1, 13, "`h` takes 0 parameters, not 1"),
    ("qubit[2] q; ctrl @ x q[0];", 1, 13, "`x` acts on 2 qubits here, not 1"),
    ("qubit[2] q; ms(1) q[0], q[1];", 1, 13, "`ms` takes 2 or 3 parameters, not 1"),
    ("qubit[2] q; cx q[0], q[0];", 1, 13, "the same qubit is named twice in one gate"),
    ("qubit[3] q; ccx q[0], q[1], q[0];", 1, 13, "the same qubit is named twice in one gate"),
    ("qubit[2] q; qubit[3] r; cx q, r;", 1, 25, "the gate is given registers of 2 and of 3 qubits"),
    ("qubit[2] q; x q[2];", 1, 17, "`q` has no element 2: it has 2"),
    ("qubit[2] q; x q[-3];", 1, 17, "`q` has no element -3: it has 2"),
    ("qubit[2] q; x q[{0, 5}];", 1, 21, "`q` has no element 5: it has 2"),
    ("qubit[2] q; x q[0:5];", 1, 15, "`q` has no element 5: it has 2"),
    ("qubit[2] q; x q[0:0:1];", 1, 15, "the step of a range cannot be 0"),
    ("qubit[2] q; x q[1:0];", 1, 15, "this picks no element of the register"),
    ("qubit[2] q; x q[0.5];", 1, 17, "an index must be a whole number"),
    (
        "input int k; qubit[2] q; x q[k];",
        1,
        30,
        "an index must be known before the run, and cannot depend on an input",
    ),
    ("qubit[0] q;", 1, 7, "the register `q` cannot have 0 elements"),
    ("qubit[-1] q;", 1, 7, "the register `q` cannot have -1 elements"),
    ("qubit[2] q; bit[3] b; b = measure q;", 1, 23, "2 qubits are measured into 3 bits"),
    ("bit[2] b = \"011\"; qubit q;", 1, 12, "this is not a value for 2 bits"),
    ("x $0[1];", 1, 3, "a physical qubit has no index"),
    (
        "qubit q; x $0;",
        1,
        12,
        "physical qubits (`$0`) and declared qubits cannot be mixed in one program",
    ),
    (
        "x $0; qubit q;",
        1,
        13,
        "physical qubits (`$0`) and declared qubits cannot be mixed in one program",
    ),
    ("OPENQASM 3.0;", 1, 1, "the program uses no qubits"),
    ("gphase(1);", 1, 1, "the program uses no qubits"),
    // values
    ("qubit q; rx(1/0) q;", 1, 13, "the division is by zero"),
    ("qubit q; rx(1.0 % 0.0) q;", 1, 13, "the division is by zero"),
    (
        "qubit q; rx(1/2) q;",
        1,
        13,
        "whole numbers are divided here and the result is not whole: write one of them with a point, such as 2.0",
    ),
    ("qubit q; rx(sqrt(-1)) q;", 1, 13, "the value is not a finite number"),
    ("qubit q; rx(9223372036854775807 + 1) q;", 1, 13, "the whole number does not fit in 64 bits"),
    ("qubit q; rx(1 << 64) q;", 1, 13, "the whole number does not fit in 64 bits"),
    ("qubit q; rx(1.5 & 1) q;", 1, 13, "this operation is not defined for values of these types"),
    ("qubit q; rx(~1.5) q;", 1, 13, "this operation is not defined for values of these types"),
    ("qubit q; rx(\"01\") q;", 1, 13, "this operation is not defined for values of these types"),
    (
        "const int k = 5; qubit q; rx(k[0]) q;",
        1,
        30,
        "this operation is not defined for values of these types",
    ),
    ("bit[2] b = 1.5; qubit q;", 1, 12, "this is not a value for 2 bits"),
    ("qubit q; rx(\"01\"[2]) q;", 1, 13, "the index is outside the bit register"),
    ("qubit q; rx(\"0a\"[0]) q;", 1, 13, "this is not a text of 1 to 64 bits"),
    ("qubit q; rx(ceiling(1e300)) q;", 1, 13, "the whole number does not fit in 64 bits"),
    ("const int[4] k = 8; qubit q;", 1, 18, "8 does not fit in the 4 bits of the declared type"),
    ("const uint k = -1; qubit q;", 1, 16, "-1 does not fit in the 64 bits of the declared type"),
    ("const bit[2] k = \"0\"; qubit q;", 1, 18, "this is not a text of bits of the declared width"),
    (
        "input int t; const int k = t; qubit q;",
        1,
        28,
        "only a `const float` or `const angle` may depend on an input",
    ),
    ("const int[65] k = 8; qubit q;", 1, 11, "this type cannot have 65 bits"),
    ("const bool[2] k = 1; qubit q;", 1, 7, "a `bool` has no width"),
    ("qubit q; pow(\"1\") @ x q;", 1, 14, "the exponent of `pow` must be a number"),
    (
        "input float t; qubit q; pow(t) @ x q;",
        1,
        29,
        "the exponent of `pow` must be known before the run, and cannot depend on an input",
    ),
    (
        "gate g a { x a; h a; } qubit q; pow(0.5) @ g q;",
        1,
        33,
        "a custom gate of several gates cannot be raised to a fractional power",
    ),
    // what is not supported yet
    ("qubit q; for int i in [0:2] { x q; }", 1, 10, "`for` loops are not supported yet"),
    ("qubit q; while (true) { x q; }", 1, 10, "`while` loops are not supported yet"),
    (
        "qubit q; bit b; if (b) { x q; } else { y q; }",
        1,
        17,
        "`if` and `else` are not supported yet",
    ),
    ("qubit q; switch (1) { case 1 { x q; } }", 1, 10, "`switch` is not supported yet"),
    ("qubit q; end;", 1, 10, "jumps (`break`, `continue`, `end`, `return`) are not supported yet"),
    ("qubit q; def f(qubit a) { x a; }", 1, 10, "subroutines (`def`) are not supported yet"),
    ("qubit q; extern f(float) -> float;", 1, 10, "`extern` functions are not supported yet"),
    (
        "qubit q; defcal x $0 { play(drive, 1.0); }",
        1,
        10,
        "pulse-level calibrations are not supported yet",
    ),
    ("qubit q; array[int, 3] a;", 1, 10, "arrays are not supported yet"),
    ("qubit q; let a = q;", 1, 10, "aliases (`let`) are not supported yet"),
    ("OPENQASM 2.0; opaque g a; qreg q[1];", 1, 15, "`opaque` gates are not supported yet"),
    ("qubit q; output bit b;", 1, 10, "`output` declarations are not supported yet"),
    ("qubit q; rx(10ns) q;", 1, 13, "durations are not supported yet"),
    (
        "qubit q; delay[a] q;",
        1,
        10,
        "timing (`delay`, `duration`, `stretch`, `nop`) is not supported yet",
    ),
    ("qubit q; box[a] { x q; }", 1, 13, "durations are not supported yet"),
    ("qubit q; x[a] q;", 1, 10, "assignments are not supported yet"),
    ("qubit q; rx(1)[a] q;", 1, 15, "durations are not supported yet"),
    ("qubit q; complex c;", 1, 10, "complex numbers are not supported yet"),
    ("qubit q; int n = 3;", 1, 10, "classical variables are not supported yet"),
    ("qubit q; bit b; b = 1;", 1, 17, "assignments are not supported yet"),
    ("qubit q; bit b; b += 1;", 1, 17, "assignments are not supported yet"),
    ("$0 = 1;", 1, 1, "assignments are not supported yet"),
    ("qubit q;\n#pragma braket result probability", 2, 1, "result pragmas are not supported yet"),
    ("qubit q;\n#pragma braket noise bit_flip(0.1) q", 2, 1, "noise pragmas are not supported yet"),
    (
        "qubit q;\n#pragma braket unitary([[1,0],[0,1]]) q",
        2,
        1,
        "the unitary pragma is not supported yet",
    ),
    ("qubit q;\n#pragma braket other", 2, 1, "this pragma is not known"),
    (
        "qubit q;\n#pragma braket verbatim\nx q;",
        2,
        1,
        "the verbatim pragma must be followed by a box",
    ),
];

#[test]
fn each_mistake_is_named_at_its_place_with_a_way_out() {
    for (source, line, column, message) in WRONG {
        let diagnostics = parse(source).err().unwrap_or_else(|| panic!("accepted: {source}"));
        let first = &diagnostics.as_slice()[0];
        assert_eq!(
            (first.line, first.column, first.message.as_str()),
            (*line, *column, *message),
            "{source}\n{diagnostics}"
        );
        assert!(!first.help.is_empty(), "{source}");
        assert!(source.contains(&first.source_line), "{source}");
    }
}

#[test]
fn a_diagnostic_reads_like_this() {
    let diagnostics =
        parse("OPENQASM 3.0;\nqubit[2] q;\ncnot q[0], q[2];\n").expect_err("a refusal");
    assert_eq!(
        diagnostics.to_string(),
        "3:14: `q` has no element 2: it has 2\n  cnot q[0], q[2];\n               ^\n  help: use an index from 0 to 1"
    );
}

#[test]
fn capitals_are_met_with_the_right_name() {
    let diagnostics = parse("qubit[2] q; CNOT q[0], q[1];").expect_err("a refusal");
    assert_eq!(diagnostics.as_slice()[0].help, "did you mean `cnot`?");
}

#[test]
fn several_mistakes_are_reported_at_once_in_the_order_of_the_text() {
    let source = "qubit[2] q;\nfoo q[0];\nif (1) { x q; bar q; } else { baz q; }\nx q[7];\nrx(1/0) q[0];\nx q[0]\n";
    let diagnostics = parse(source).expect_err("a refusal");
    let lines: Vec<usize> = diagnostics.iter().map(|diagnostic| diagnostic.line).collect();
    assert_eq!(lines, [2, 3, 4, 5, 6]);
}

#[test]
fn a_broken_declaration_is_complained_of_once() {
    let source = "qubit[0] q; gate g a { foo a; } qubit r; g r; const float k = 1/0; rx(k) r;";
    let diagnostics = parse(source).expect_err("a refusal");
    let messages: Vec<&str> =
        diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "the register `q` cannot have 0 elements",
            "the gate `foo` is not known",
            "the gate `g` is not known",
            "the division is by zero",
            "`k` is not a value",
        ]
    );
}
