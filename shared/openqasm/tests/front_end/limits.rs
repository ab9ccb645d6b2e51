//! Is every program that is too large refused, soon and with its reason?

use openqasm::{
    MAX_CALL_DEPTH, MAX_DIAGNOSTICS, MAX_LOOP_ITERATIONS, MAX_NESTING, MAX_SOURCE_BYTES, parse,
};
use quantum_program::{MAX_BITS, MAX_INPUTS, MAX_QUBITS};

use crate::support::first_error;

#[track_caller]
fn limited(source: &str, says: &str) {
    let error = first_error(source);
    assert_eq!(error.code.as_str(), "limit", "{error}");
    assert!(error.message.contains(says), "{error}");
}

fn nested(open: &str, inner: &str, close: &str, levels: usize) -> String {
    format!("qubit q;\n{}{inner}{}", open.repeat(levels), close.repeat(levels))
}

#[test]
fn a_text_has_a_greatest_length() {
    limited(&" ".repeat(MAX_SOURCE_BYTES + 1), &MAX_SOURCE_BYTES.to_string());
}

#[test]
fn a_program_has_a_greatest_number_of_statements() {
    limited(&format!("qubit q;{}", "x q;".repeat(1_000_001)), "1000000 statements");
}

#[test]
fn nesting_is_limited_in_every_form() {
    let deep = 100_000;
    let levels = MAX_NESTING.to_string();
    limited(&nested("{", "x q;", "}", deep), &levels);
    limited(&nested("if (true) ", "x q;", "", deep), &levels);
    limited(&nested("if (true) {", "x q;", "}", deep), &levels);
    limited(&nested("for int i in [0:0] ", "x q;", "", deep), &levels);
    limited(&format!("qubit q; rx({}1{}) q;", "(".repeat(deep), ")".repeat(deep)), &levels);
    limited(&format!("qubit q; rx({}1) q;", "-".repeat(deep)), &levels);
    limited(&format!("qubit q; rx({}1{}) q;", "sin(".repeat(deep), ")".repeat(deep)), &levels);
    limited(&format!("qubit q; rx({}1) q;", "2**".repeat(deep)), &levels);
    limited(&format!("qubit q; int a = {}1{};", "a[".repeat(deep), "]".repeat(deep)), &levels);
    limited(
        &format!("qubit q; array[int, 1] a = {}1{};", "{".repeat(deep), "}".repeat(deep)),
        &levels,
    );
    limited(&format!("qubit q; int a = {}1{};", "int(".repeat(deep), ")".repeat(deep)), &levels);
}

#[test]
fn a_long_sum_is_no_deep_one() {
    let sum = "1 + ".repeat(100_000);
    assert!(parse(&format!("qubit q; rx({sum}1) q;")).is_ok());
    let joined = "b ++ ".repeat(1_000);
    assert!(parse(&format!("bit b; qubit q; let c = {joined}b;")).is_ok());
}

#[test]
fn open_sums_are_limited_in_depth() {
    let sum = "c + ".repeat(2_000);
    let error = first_error(&format!("qubit q; bit c; c = measure q; int n = {sum}c;"));
    assert_eq!(error.code.as_str(), "undefined", "{error}");
}

#[test]
fn loops_end() {
    limited("qubit q; while (true) { }", &MAX_LOOP_ITERATIONS.to_string());
    limited("qubit q; for int i in [0:99999999999] { }", &MAX_LOOP_ITERATIONS.to_string());
    limited("qubit q; for int i in [0:9999] { for int j in [0:9999] { } }", "steps");
    limited("qubit q; for int i in [0:9999] { for int j in [0:9999] { x q; } }", "instructions");
    limited("qubit q; int n = 0; while (n >= 0) { n = 1 - n; }", "1000000");
}

#[test]
fn calls_end() {
    let depth = MAX_CALL_DEPTH.to_string();
    limited("qubit q; def f() { f(); } f();", &depth);
    limited("qubit q; def f(int n) -> int { return f(n + 1); } int a = f(0);", &depth);
    let mut gates = String::from("gate g0 a { x a; }\n");
    for number in 1..100 {
        gates.push_str(&format!("gate g{number} a {{ g{} a; g{} a; }}\n", number - 1, number - 1));
    }
    limited(&format!("qubit q;\n{gates}g99 q;"), &depth);
    limited(&format!("qubit q;\n{gates}g40 q;"), "written out");
    limited("qubit q; gate g a { } pow(1e15) @ g q;", "steps");
    limited("qubit q; gate g a { x a; } pow(1e15) @ g q;", "instructions");
}

#[test]
fn blocks_of_calls_do_not_exhaust_the_stack() {
    let body = nested("if (n >= 0) {", "f(n + 1);", "}", 60).replace("qubit q;\n", "");
    limited(&format!("qubit q; def f(int n) {{ {body} }} f(0);"), "levels deep");
    let sum = "(".repeat(60) + "f(n + 1)" + &")".repeat(60);
    limited(
        &format!("qubit q; def f(int n) -> int {{ return {sum}; }} int a = f(0);"),
        "levels deep",
    );
}

#[test]
fn registers_and_inputs_are_limited() {
    limited(&format!("qubit[{}] q;", MAX_QUBITS + 1), "qubits");
    limited("qubit[99999999999999999] q;", "qubits");
    limited(&format!("qubit q; bit[{}] c;", MAX_BITS + 1), "bits");
    limited(&format!("x ${MAX_QUBITS};"), "numbered");
    let inputs: String = (0..=MAX_INPUTS).map(|n| format!("input float i{n};")).collect();
    limited(&format!("qubit q; {inputs}"), "inputs");
    limited("qubit q; array[int, 300, 300] a;", "65536");
    limited("qubit q; array[int, 1, 1, 1, 1, 1, 1, 1, 1] a;", "dimensions");
    limited("qubit q; int[65] a;", "65 bits");
    limited("qubit q; ctrl(99999) @ x q;", "controls");
    limited(
        "qubit q; array[int, 65536] a; bit c; c = measure q; a[c] = 1; array[int, 2] b; b[c] = 1;",
        "variables",
    );
}

#[test]
fn a_register_too_wide_for_a_value_is_told() {
    limited("qubit q; bit[65] c; c[0] = measure q; if (c == 1) x q;", "65 bits");
}

#[test]
fn no_more_mistakes_are_reported_than_the_limit() {
    let source = format!("qubit q;\n{}", "y r;\n".repeat(1_000));
    let errors = parse(&source).expect_err("there are mistakes");
    assert_eq!(errors.as_slice().len(), MAX_DIAGNOSTICS);
}

/// Large programs that take a long time only if some step looks at everything again and again.
#[test]
fn the_time_taken_grows_with_the_program_and_no_faster() {
    let many =
        |count: usize, part: &dyn Fn(usize) -> String| -> String { (0..count).map(part).collect() };
    let programs = [
        format!("qubit q; {{ {} }}", many(50_000, &|n| format!("int a{n}; "))),
        format!(
            "qubit q; def f() {{ }} {{ {} {} }}",
            many(3_000, &|n| format!("int a{n}; ")),
            "f(); ".repeat(3_000)
        ),
        format!(
            "qubit q; bit[60000] c; {}",
            many(2_000, &|n| format!("c[{n}] = measure q; if (c[{n}]) x q; "))
        ),
        format!(
            "qubit q; bit[60000] c; c[0] = measure q; {}",
            "if (c[0]) { c[1] = 0; } ".repeat(5_000)
        ),
        format!(
            "qubit q; array[int, 60000] a; {}",
            many(5_000, &|n| format!("a[{n}] = a[{n}] + 1; "))
        ),
        format!(
            "qubit q; gate g {} {{ {} }}",
            many(20_000, &|n| format!("{}a{n}", if n > 0 { "," } else { "" })),
            many(20_000, &|n| format!("x a{n}; "))
        ),
        format!(
            "qubit q; bit c; for int i in [0:1000] {{ c = measure q; if (c) break; {} }}",
            "x q; ".repeat(20)
        ),
        format!("qubit q; int x = 0{};", "+ 1".repeat(200_000)),
    ];
    for source in programs {
        let program = parse(&source).expect("it is large, and right");
        let text = openqasm::print(program.program(), openqasm::Style::OpenQasm3)
            .expect("it can be written");
        assert!(text.len() < 10_000_000);
    }
}

#[test]
fn what_would_take_too_much_is_refused() {
    limited(
        &format!(
            "qubit q; bit[60000] c; c[0] = measure q; {}",
            "if (c[0]) { c[{1, 2}] = \"00\"; } ".repeat(500)
        ),
        "steps",
    );
    limited(&format!("qubit q; bit[60000] b; let c = b{};", " ++ b".repeat(1_000)), "joined");
    limited(
        &format!(
            "qubit q; array[int, 60000] b; array[int, 120000] c = b{};",
            " ++ b".repeat(1_000)
        ),
        "elements",
    );
    limited(
        "qubit q; array[int, 60000] b; array[int, 2] c = b[{0, 0}]; for int i in [0:99999] { c = b[{0, 1}]; array[int, 60000] d = b; }",
        "steps",
    );
    limited(
        &format!("qubit q; for int i in [0:999999] {{ int x = 0{}; }}", " + 1".repeat(1_000)),
        "steps",
    );
}
