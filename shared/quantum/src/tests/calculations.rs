//! What do expressions come to, and gates without a target?

use super::run;

/// Turning |0⟩ by this many half turns around x gives 1 as often as it should.
fn check(turns: &str, expected: f64) {
    let source = format!("qubit q; rx(pi * ({turns})) q;");
    let ones = run(&source, 0).probabilities.get("1").copied().unwrap_or(0.0);
    let wanted = (expected * std::f64::consts::FRAC_PI_2).sin().powi(2);
    assert!((ones - wanted).abs() < 1e-12, "{turns}: {ones}, not {wanted}");
}

#[test]
fn expressions_come_to_their_values() {
    for (turns, expected) in [
        ("+1", 1.0),
        ("2.5 - 2.25", 0.25),
        ("5.5 % 2.0", 1.5),
        ("2.0 ** 0.5", 2_f64.sqrt()),
        ("2 ** -1", 0.5),
        ("3 * 5 - 14", 1.0),
        ("abs(-3) - 2", 1.0),
        ("1.5 < 2.0", 1.0),
        ("1.5 >= 2", 0.0),
        ("\"01\" < \"10\"", 1.0),
        ("\"01\" == \"01\" && true", 1.0),
        ("!2", 0.0),
        ("!0.0", 1.0),
        ("!\"00\"", 1.0),
        ("\"01\" || false", 1.0),
    ] {
        check(turns, expected);
    }
}

#[test]
fn a_size_may_be_a_whole_number_with_a_point() {
    let probabilities = run("const float n = 2.0; qubit[n] q; x q;", 0).probabilities;
    assert_eq!(probabilities.into_keys().collect::<Vec<_>>(), ["11"]);
}

#[test]
fn a_phase_without_a_target_is_felt_by_what_controls_it() {
    let controlled =
        |phase: &str| run(&format!("qubit q; h q; ctrl @ {phase}; h q;"), 0).probabilities;
    for (phase, bits) in [
        ("gphase(pi) q", "1"),
        ("inv @ gphase(-pi) q", "1"),
        ("pow(2) @ gphase(pi / 2.0) q", "1"),
        ("pow(2) @ gphase(pi) q", "0"),
    ] {
        assert!((controlled(phase)[bits] - 1.0).abs() < 1e-12, "{phase}");
    }
    assert!(
        (run("qubit q; x q; pow(0.5) @ gphase(1.0);", 0).probabilities["1"] - 1.0).abs() < 1e-12
    );
}
