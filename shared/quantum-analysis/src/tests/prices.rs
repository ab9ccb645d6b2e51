//! Is a price the sum of its parts?

use crate::price::Tariff;

fn tariff() -> Tariff {
    Tariff {
        micros_per_task: 300_000,
        micros_per_shot: 1_450,
        micros_per_minute: 0,
        least_seconds: 0,
        as_of: "2026-11-20".to_owned(),
    }
}

#[test]
fn a_task_costs_its_fee_and_its_shots() {
    let price = tariff().price(1000, 0);
    assert_eq!(price.micros, 1_750_000);
    let lines: Vec<_> = price.lines.iter().map(|line| (line.what, line.micros)).collect();
    assert_eq!(lines, [("task", 300_000), ("shots", 1_450_000)]);
    assert!(price.assumptions[0].contains("2026-11-20"));
}

#[test]
fn time_is_charged_by_the_minute_and_rounded_up() {
    let by_time = Tariff {
        micros_per_task: 0,
        micros_per_shot: 0,
        micros_per_minute: 75_000,
        least_seconds: 3,
        ..tariff()
    };
    assert_eq!(by_time.price(1000, 60).micros, 75_000);
    assert_eq!(by_time.price(1000, 1).micros, 3_750, "three seconds at least");
    let odd = Tariff { micros_per_minute: 100, ..by_time };
    assert_eq!(odd.price(1, 7).micros, 12);
}

#[test]
fn a_price_beyond_all_bounds_is_the_largest() {
    let price = tariff().price(u64::MAX, u64::MAX);
    assert_eq!(price.micros, u64::MAX);
}

#[test]
fn a_tariff_is_read_from_what_is_known_of_it() {
    let read: Tariff =
        serde_json::from_str(r#"{"micros_per_task": 3750, "as_of": "2026-11-20"}"#).expect("json");
    assert_eq!((read.micros_per_task, read.micros_per_shot), (3750, 0));
}
