//! Does every construct of the language mean what the specification says?

use crate::support::{assert_distribution, assert_same};

/// Both act on three qubits that have been turned a little before.
#[track_caller]
fn same(one: &str, other: &str) {
    let begun = |rest: &str| {
        format!("OPENQASM 3.0;\nqubit[3] q;\nh q[0]; rx(0.4) q[1]; ry(0.9) q[2];\n{rest}")
    };
    assert_same(&begun(one), &begun(other));
}

#[track_caller]
fn angle(expression: &str, value: f64) {
    same(&format!("rx({expression}) q[0];"), &format!("rx({value:?}) q[0];"));
}

#[test]
fn operators_bind_as_the_specification_says() {
    angle("1 + 2 * 3", 7.0);
    angle("(1 + 2) * 3", 9.0);
    angle("2 ** 3 ** 0", 2.0);
    angle("-2 ** 2", -4.0);
    angle("2 ** -1.0", 0.5);
    angle("-3 + 1", -2.0);
    angle("7 % 4 * 2", 6.0);
    angle("1 << 2 + 1", 8.0);
    angle("6 & 3 | 8", 10.0);
    angle("6 ^ 3 & 1", 7.0);
    angle("float(1 < 2 == true)", 1.0);
    angle("float(0 == 1 || 1 == 1 && 0 == 0)", 1.0);
    angle("float(!(1 > 2))", 1.0);
    angle("~0 + 3", 2.0);
    angle("10 - 3 - 2", 5.0);
    angle("8 / 2 / 2", 2.0);
    angle("float(3 >= 3) + float(3 <= 2) + float(3 != 2)", 2.0);
    angle("17 >> 2", 4.0);
}

#[test]
fn whole_numbers_are_divided_whole_and_others_are_not() {
    angle("7 / 2", 3.0);
    angle("-7 / 2", -3.0);
    angle("7 / 2.0", 3.5);
    angle("1.5 % 1", 0.5);
    same("rx(pi/2) q[0];", "rx(1.5707963267948966) q[0];");
}

#[test]
fn numbers_are_read_in_every_form() {
    angle("1_000", 1000.0);
    angle("0x1F + 0b11 + 0o17", 31.0 + 3.0 + 15.0);
    angle("0XfF", 255.0);
    angle("1.", 1.0);
    angle(".5", 0.5);
    angle("1e-2 + 1.5E+1", 15.01);
    angle("1_0.2_5", 10.25);
    angle("π + tau - τ", std::f64::consts::PI);
    angle("euler - ℇ + 1", 1.0);
    angle("float(true)", 1.0);
}

#[test]
fn functions_of_the_language_give_their_values() {
    angle("arccos(0.3)", 0.3_f64.acos());
    angle("arcsin(0.3) + arctan(0.3)", 0.3_f64.asin() + 0.3_f64.atan());
    angle("sin(0.3) + cos(0.3) + tan(0.3)", 0.3_f64.sin() + 0.3_f64.cos() + 0.3_f64.tan());
    angle("exp(0.3) + log(0.3) + sqrt(0.3)", 0.3_f64.exp() + 0.3_f64.ln() + 0.3_f64.sqrt());
    angle("ceiling(1.2) + floor(1.8)", 3.0);
    angle("mod(7, 4) + mod(-1, 4) + mod(5.5, 2)", 3.0 + 3.0 + 1.5);
    angle("pow(2, 3) + pow(0.25, 0.5)", 8.5);
    angle("popcount(\"1011\")", 3.0);
    angle("uint[4](rotl(\"0011\", 1)) + uint[4](rotr(\"0011\", 1))", 6.0 + 9.0);
    angle("real(1.5 + 2im) + imag(1.5 + 2im)", 3.5);
    angle("real((1 + 1im) * (1 - 1im))", 2.0);
    angle("abs(-3)", 3.0);
}

#[test]
fn a_cast_turns_a_value_into_another_type() {
    angle("int(3.7)", 3.0);
    angle("int[4](9)", -7.0);
    angle("uint[3](9)", 1.0);
    angle("float[32](2)", 2.0);
    angle("float(bool(5))", 1.0);
    angle("uint[4](bit[4](5))", 5.0);
    angle("int(\"0110\")", 6.0);
    angle("angle[4](pi)", std::f64::consts::PI);
    angle("real(complex(0.5))", 0.5);
    angle("real(complex[float[32]](0.5))", 0.5);
}

#[test]
fn variables_keep_what_they_are_given() {
    same("int x = 1; x = x + 2; rx(x) q[0];", "rx(3) q[0];");
    same("int x; float y; bool z; rx(x + y + float(z)) q[0];", "rx(0) q[0];");
    same("int x = 3; x += 4; x -= 1; x *= 6; x /= 4; x %= 5; rx(x) q[0];", "rx(4) q[0];");
    same(
        "int x = 2; x **= 3; x <<= 1; x >>= 2; x |= 3; x &= 6; x ^= 1; rx(x) q[0];",
        "rx(7) q[0];",
    );
    same("uint[4] x = 15; x += 3; rx(x) q[0];", "rx(2) q[0];");
    same("int[8] x = 127; x = x + 1; rx(x) q[0];", "rx(-128) q[0];");
    same("const int n = 2; const float f = n / 4.0; rx(f) q[n];", "rx(0.5) q[2];");
    same("uint[4] x = 5; x[1] = 1; rx(x[2] + x) q[0];", "rx(8) q[0];");
    same("float f = 3; rx(f / 2) q[0];", "rx(1.5) q[0];");
    same("complex c = 1 + 2im; c = c * c; rx(imag(c)) q[0];", "rx(4) q[0];");
    same("duration d = 100ns; d = d * 2; rx(d / 100ns) q[0];", "rx(2) q[0];");
    same("angle a = pi; rx(a / 2) q[0];", "rx(pi/2) q[0];");
}

#[test]
fn bits_are_counted_from_the_right_of_a_text() {
    same("bit[4] b = \"0010\"; if (b[1]) x q[0]; if (b[0]) x q[1];", "x q[0];");
    same("bit[4] b = \"0110\"; rx(int(b)) q[0];", "rx(6) q[0];");
    same("bit[4] b = \"0110\"; rx(int(b[1:2])) q[0];", "rx(3) q[0];");
    same("bit[4] b = 5; b[1] = 1; rx(uint[4](b)) q[0];", "rx(7) q[0];");
    same("bit[4] b = \"0001\"; b = b << 2; rx(uint[4](b)) q[0];", "rx(4) q[0];");
    same("bit[3] b = \"001\"; b = ~b; rx(uint[3](b)) q[0];", "rx(6) q[0];");
    same("bit b = 1; if (b == 1) x q[0];", "x q[0];");
    same(
        "bit[2] a = \"01\"; bit[2] b = \"10\"; bit[4] c = a ++ b; rx(uint[4](c)) q[0];",
        "rx(9) q[0];",
    );
    same("bit[4] b = \"0110\"; let m = b[1:2]; m = \"00\"; rx(uint[4](b)) q[0];", "rx(0) q[0];");
    same("bit[4] b = \"1001\"; b[{0, 3}] = \"10\"; rx(uint[4](b)) q[0];", "rx(8) q[0];");
}

#[test]
fn arrays_are_read_and_changed_in_whole_and_in_part() {
    same("array[int, 3] a = {1, 2, 3}; a[1] = 7; rx(a[0] + a[1] + a[-1]) q[0];", "rx(11) q[0];");
    same(
        "array[float, 2, 2] a = {{0.1, 0.2}, {0.3, 0.4}}; rx(a[1, 0] + a[1][1]) q[0];",
        "rx(0.7) q[0];",
    );
    same("array[int, 2, 2] a; a[0] = {5, 6}; rx(a[0, 1] + a[1, 1]) q[0];", "rx(6) q[0];");
    same(
        "array[int, 4] a = {1, 2, 3, 4}; a[0:1] = a[2:3]; rx(a[0] * 10 + a[1]) q[0];",
        "rx(34) q[0];",
    );
    same("array[int, 2] a = {1, 2}; array[int, 2] b = a; b[0] = 9; rx(a[0]) q[0];", "rx(1) q[0];");
    same("array[int, 2, 3] a; rx(sizeof(a) * 10 + sizeof(a, 1)) q[0];", "rx(23) q[0];");
    same(
        "array[int, 2] a = {1, 2}; array[int, 3] b = {3, 4, 5}; array[int, 5] c = a ++ b; rx(c[3]) q[0];",
        "rx(4) q[0];",
    );
    same("array[uint[2], 2] a = {5, 2}; rx(a[0]) q[0];", "rx(1) q[0];");
    same(
        "array[int, 3] a = {4, 5, 6}; for int x in a { rx(x) q[0]; }",
        "rx(4) q[0]; rx(5) q[0]; rx(6) q[0];",
    );
    same("array[int, 2] a = {1, 2}; a[1] += 3; rx(a[1]) q[0];", "rx(5) q[0];");
}

#[test]
fn registers_are_picked_by_index_range_set_and_alias() {
    same("x q[-1];", "x q[2];");
    same("h q[0:1];", "h q[0]; h q[1];");
    same("x q[0:2:2];", "x q[0]; x q[2];");
    same("x q[2:-1:1];", "x q[2]; x q[1];");
    same("x q[:];", "x q;");
    same("x q[{0, 2}];", "x q[0]; x q[2];");
    same("let a = q[1:2]; x a[0]; y a[1];", "x q[1]; y q[2];");
    same("let a = q[{2, 0}]; cx a[0], a[1];", "cx q[2], q[0];");
    same("let a = q[0:0] ++ q[2:2]; h a;", "h q[0]; h q[2];");
    same("h q;", "h q[0]; h q[1]; h q[2];");
    same("cx q[0], q[1:2];", "cx q[0], q[1]; cx q[0], q[2];");
    same("for int i in [0:1] { cx q[i], q[i + 1]; }", "cx q[0], q[1]; cx q[1], q[2];");
}

#[test]
fn loops_over_known_values_are_written_out() {
    same("for int i in [1:3] { rx(i) q[0]; }", "rx(1) q[0]; rx(2) q[0]; rx(3) q[0];");
    same("for uint i in [4:-2:0] { rx(i) q[0]; }", "rx(4) q[0]; rx(2) q[0]; rx(0) q[0];");
    same("for float f in {0.5, 0.25} rx(f) q[0];", "rx(0.5) q[0]; rx(0.25) q[0];");
    same("for int i in [3:1] { x q[0]; }", "");
    same("for bit b in \"011\" { if (b) x q[0]; else y q[0]; }", "x q[0]; x q[0]; y q[0];");
    same("int n = 3; while (n > 0) { rx(n) q[0]; n -= 1; }", "rx(3) q[0]; rx(2) q[0]; rx(1) q[0];");
    same(
        "for int i in [0:9] { if (i == 1) continue; if (i == 3) break; rx(i) q[0]; }",
        "rx(0) q[0]; rx(2) q[0];",
    );
    same("int i = 0; while (true) { i += 1; if (i > 2) { break; } x q[i]; }", "x q[1]; x q[2];");
    same("for int i in [0:1] { int i = 5; rx(i) q[0]; }", "rx(5) q[0]; rx(5) q[0];");
}

#[test]
fn branches_on_known_values_are_taken_at_once() {
    same("if (1 < 2) x q[0]; else y q[0];", "x q[0];");
    same("if (false) { x q[0]; } else if (true) { y q[0]; } else { z q[0]; }", "y q[0];");
    same("switch (3) { case 1, 2 { x q[0]; } case 3 { y q[0]; } default { z q[0]; } }", "y q[0];");
    same("switch (9) { case 1 { x q[0]; } default { z q[0]; } }", "z q[0];");
    same("switch (9) { case 1 { x q[0]; } }", "");
    same("int x = 1; { int x = 2; rx(x) q[0]; } rx(x) q[1];", "rx(2) q[0]; rx(1) q[1];");
    same("array[int, 1] a = {1}; int i = 5; if (i < 1 && a[i] == 1) x q[0];", "");
}

#[test]
fn nothing_after_the_end_is_carried_out() {
    same("x q[0]; end; y q[0];", "x q[0];");
    same("for int i in [0:5] { x q[0]; if (i == 1) end; }", "x q[0]; x q[0];");
    same("def f(qubit p) { x p; end; } f(q[0]); y q[0];", "x q[0];");
}

#[test]
fn subroutines_are_carried_out_in_place() {
    same("def f(qubit p, float a) { rx(a) p; } f(q[1], 0.3);", "rx(0.3) q[1];");
    same("def f(int a) -> int { return a * 2; } rx(f(3) + f(1)) q[0];", "rx(8) q[0];");
    same(
        "def f(int n) -> int { if (n < 2) { return 1; } return n * f(n - 1); } rx(f(4)) q[0];",
        "rx(24) q[0];",
    );
    same("def f(qubit[2] p) { cx p[0], p[1]; } f(q[1:2]);", "cx q[1], q[2];");
    same(
        "def f(mutable array[int, 2] a) { a[0] = 5; } array[int, 2] b = {1, 2}; f(b); rx(b[0]) q[0];",
        "rx(5) q[0];",
    );
    same(
        "def f(readonly array[int, #dim = 1] a) -> int { return a[1]; } array[int, 2] b = {1, 2}; rx(f(b)) q[0];",
        "rx(2) q[0];",
    );
    same(
        "def f(readonly array[int, 2] a) -> int { return a[0]; } array[int, 2, 2] b = {{1, 2}, {3, 4}}; rx(f(b[1])) q[0];",
        "rx(3) q[0];",
    );
    same("def f(bit[2] b) -> bit { return b[1]; } bit[2] c = \"10\"; if (f(c)) x q[0];", "x q[0];");
    same(
        "def f(int a) { a = a + 1; rx(a) q[0]; } int a = 1; f(a); rx(a) q[1];",
        "rx(2) q[0]; rx(1) q[1];",
    );
    same(
        "const int n = 2; def f() -> int { return n; } { int n = 7; rx(f()) q[0]; }",
        "rx(2) q[0];",
    );
    same(
        "def f() { for int i in [0:9] { if (i == 2) return; rx(i) q[0]; } } f();",
        "rx(0) q[0]; rx(1) q[0];",
    );
}

#[test]
fn timing_is_read_and_has_no_effect() {
    same("delay[100ns] q[0]; delay[2 us] q; delay[10dt]; x q[0];", "x q[0];");
    same("duration d = 2 * 50ns; stretch s; box[d] { x q[0]; delay[s] q[1]; }", "x q[0];");
    same("nop; nop q[0]; barrier; barrier q[0], q[1:2]; x[20ns] q[0];", "x q[0];");
    same(
        "rx(0.1)[20ns] q[0]; rx(durationof({ x q[1]; }) / 1ns) q[0];",
        "rx(0.1) q[0]; rx(0) q[0];",
    );
}

#[test]
fn annotations_comments_and_empty_statements_are_passed_over() {
    same("@reversible\n@my.note 1 2 3\nx q[0]; // a note\n/* more\nlines */ ;;", "x q[0];");
    same("ctrl\n@ x q[0], q[1];", "cx q[0], q[1];");
}

#[test]
fn openqasm_2_programs_run() {
    assert_distribution(
        "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2]; creg c[2];\nh q[0]; measure q[0] -> c[0]; if (c == 1) x q[1]; measure q[1] -> c[1];",
        &[("00", 0.5), ("11", 0.5)],
    );
    assert_same(
        "OPENQASM 2.0; include \"qelib1.inc\"; qreg q[1]; creg input[1]; rx(3/2) q; ry(2^3) q[0];",
        "OPENQASM 3.0; qubit[1] q; rx(1.5) q; ry(8) q[0];",
    );
    assert_same(
        "OPENQASM 2.0; gate g(a) x, y { U(a, 0, 0) x; barrier x, y; CX x, y; } qreg q[2]; g(0.5) q[0], q[1];",
        "OPENQASM 3.0; qubit[2] q; U(0.5, 0, 0) q[0]; cx q[0], q[1];",
    );
}

#[test]
fn names_and_units_may_have_letters_of_any_script() {
    same(
        "float θ = 0.5; const float φ_1 = 2; rx(θ * φ_1) q[0]; delay[2µs] q[0]; delay[1 μs] q[0];",
        "rx(1.0) q[0];",
    );
    assert_same("OPENQASM 3.0; qubit 量子; h 量子;", "qubit q; h q;");
}

#[test]
fn an_else_belongs_to_the_nearest_if() {
    same("if (false) if (true) x q[0]; else y q[0];", "");
    same("if (true) if (false) x q[0]; else y q[0];", "y q[0];");
}
