//! What does a person see of an analysis?

use quantum_program::NoiseKind;

use super::documents::device;
use super::programs::{Written, ghz};
use crate::analysis::analyze;
use crate::fit::{Form, Request};
use crate::preflight::{Conditions, Preflight, preflight};
use crate::price::Tariff;
use crate::report::Report;
use crate::simulation::Precision;
use crate::table::{preflight_table, table};

fn shown(written: Written) -> String {
    table(&report(written))
}

fn report(written: Written) -> Report {
    Report::new(analyze(&written.finish()), 1000, Precision::Double)
}

#[test]
fn a_table_has_a_row_for_each_thing_a_person_asks() {
    let text = shown(ghz(3).gate("t", &[], &[0]).gate("rx", &[0.1], &[1]));
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "qubits      3");
    assert_eq!(lines[1], "depth       4, of two-qubit gates 2");
    assert_eq!(lines[2], "gates       5: 3 on one qubit, 2 on two, 0 on more");
    assert_eq!(lines[3], "            cx 2, h 1, rx 1, t 1");
    assert_eq!(lines[4], "T gates     1, and 1 neither T nor Clifford");
    assert_eq!(lines[5], "Clifford    no");
    assert!(lines[7].starts_with("simulation  state vector, 128 B, about "), "{}", lines[7]);
}

#[test]
fn rows_that_say_nothing_are_left_out() {
    assert!(!shown(ghz(2)).contains("noise"));
    let noisy = shown(ghz(2).noise(NoiseKind::BitFlip, 0.1, &[0]).barrier(&[0, 1]));
    assert!(noisy.contains("noise       bit_flip 1\n") && noisy.contains("barriers    1\n"));
    let decided = shown(ghz(2).measure(0, 0).if_bit(0, |written| written.gate("x", &[], &[1])));
    assert!(decided.contains("which decide what follows") && decided.contains("note"));
}

#[test]
fn an_analysis_is_also_an_object_in_json() {
    let json = serde_json::to_value(report(ghz(3))).expect("json");
    assert_eq!(json["gate_counts"]["cx"], 2);
    assert_eq!((&json["noise"], &json["clifford"]), (&"none".into(), &"yes".into()));
    assert_eq!(json["simulation"]["method"], "tableau");
    let huge = shown(ghz(200).gate("t", &[], &[0]));
    assert!(huge.contains("more memory than there is") && huge.contains("million years"), "{huge}");
}

/// 2026-11-27T00:00:00Z, a Friday.
const NOW: u64 = 1_795_737_600;

fn before_a_run(written: Written, name: &str) -> Preflight {
    let tariff = Tariff {
        micros_per_task: 300_000,
        micros_per_shot: 80_000,
        micros_per_minute: 0,
        least_seconds: 0,
        as_of: "2026-11-20".to_owned(),
    };
    let conditions = Conditions {
        request: Request { shots: 1000, form: Form::BraketDialect },
        tariff: Some(&tariff),
        now: NOW,
    };
    preflight(&written.finish(), &Default::default(), &device(name), conditions)
}

#[test]
fn a_preflight_says_at_once_whether_at_what_chance_price_and_time() {
    let found = before_a_run(ghz(3), "ionq");
    let text = preflight_table(&found);
    let first: Vec<_> = text.lines().filter(|line| !line.starts_with(' ')).collect();
    let expected = [
        "runs     yes",
        "success  97.4 % of the shots expected",
        "price    $80.30",
        "open     now, for 2 h more",
    ];
    assert_eq!(first, expected);
    let json = serde_json::to_value(&found).expect("json");
    assert_eq!((&json["fits"], &json["price"]["micros"]), (&true.into(), &80_300_000.into()));
    assert_eq!(json["window"]["state"], "open");
}

#[test]
fn a_preflight_gives_every_reason_as_a_sentence() {
    let found = before_a_run(ghz(3).reset(0).gate("ecr", &[], &[0, 1]), "ionq");
    assert!(!found.fits && found.reasons.len() == 2);
    let text = preflight_table(&found);
    assert!(text.contains("\n         The device has no gate `ecr`: use one"), "{text}");
    let json = serde_json::to_value(&found).expect("json");
    assert_eq!(
        (&json["reasons"][0]["reason"], &json["reasons"][0]["name"]),
        (&"gate".into(), &"ecr".into())
    );
    assert!(json["reasons"][0]["sentence"].is_string());
}
