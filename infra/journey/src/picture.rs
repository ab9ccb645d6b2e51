//! How counts and a bill look on a terminal.

use serde_json::Value;

const WIDTH: f64 = 40.0;

pub(crate) fn histogram(title: &str, result: &Value) {
    println!("\n  {title}");
    let counts = result["counts"].as_object().into_iter().flatten();
    let counts: Vec<(&String, f64)> =
        counts.map(|(bits, count)| (bits, count.as_f64().unwrap_or_default())).collect();
    let total: f64 = counts.iter().map(|(_, count)| count).sum();
    for (bits, count) in counts {
        let share = count / total.max(1.0);
        println!("    {bits}  {:<40}  {count:>6}  {:>5.1} %", bar(share), share * 100.0);
    }
}

fn bar(share: f64) -> String {
    let eighths = (share * WIDTH * 8.0).round().max(0.0) as usize;
    let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
    format!("{}{rest}", "█".repeat(eighths / 8))
}

pub(crate) fn bill(bill: &Value, items: &[Value]) {
    println!("\n  Bill {}  {}", word(bill, "period"), word(bill, "status"));
    for item in items {
        println!(
            "    {:<58} {:>6} {:>12} USD",
            word(item, "description"),
            item["quantity"].to_string(),
            amount(&item["amount"])
        );
    }
    println!("    {:<58} {:>6} {:>12} USD", "Total", "", amount(&bill["pending_amount"]));
}

fn word<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or("?")
}

fn amount(money: &Value) -> &str {
    word(money, "amount")
}
