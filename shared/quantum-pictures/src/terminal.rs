//! How is a histogram shown in a terminal?

use std::fmt::Write;

use crate::histogram::Histogram;
use crate::limits::MAX_OUTCOME;
use crate::text::{columns, counted, grouped, percent, shortened_within, visible};

/// A block and its parts, an eighth first.
const PARTS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const LEAST_BAR: usize = 8;
const MOST_BAR: usize = 60;

/// A line for each outcome, no wider than `width` columns unless that is too little to show anything.
pub fn histogram_text(histogram: &Histogram, width: usize) -> String {
    let rows: Vec<_> = histogram
        .rows()
        .iter()
        .map(|row| {
            let outcome: String = row.outcome.chars().map(visible).collect();
            let share = percent(histogram.share(row.count));
            (shortened_within(&outcome, MAX_OUTCOME), row.count, grouped(row.count), share)
        })
        .collect();
    let widest = |text: fn(&(String, u64, String, String)) -> &str| {
        rows.iter().map(|row| columns(text(row))).max().unwrap_or(0)
    };
    let (outcomes, counts, shares) =
        (widest(|row| &row.0), widest(|row| &row.2), widest(|row| &row.3));
    let spaces = 2 + 2 + 2;
    let bar = width.saturating_sub(outcomes + counts + shares + spaces).clamp(LEAST_BAR, MOST_BAR);
    let mut text = String::new();
    for (outcome, count, grouped, share) in &rows {
        let drawn = drawn(histogram.length(*count), bar);
        let padding = " ".repeat(outcomes - columns(outcome));
        // writing to a string does not fail
        let _ = writeln!(text, "{outcome}{padding}  {grouped:>counts$}  {share:>shares$}  {drawn}");
    }
    text + &under(histogram)
}

fn under(histogram: &Histogram) -> String {
    let (outcomes, count) = histogram.left_out();
    if histogram.total() == 0 {
        return "no outcomes\n".to_owned();
    }
    if outcomes == 0 {
        return String::new();
    }
    let share = percent(histogram.share(count));
    format!(
        "and {} with {} ({share})\n",
        counted(outcomes, "more outcome", "more outcomes"),
        grouped(count)
    )
}

/// What is more than nothing is seen.
fn drawn(length: f64, width: usize) -> String {
    let eighths = (length * (width * 8) as f64).round() as usize;
    let eighths = if length > 0.0 { eighths.max(1) } else { 0 };
    let mut bar = "█".repeat(eighths / 8);
    if let Some(part) = (eighths % 8).checked_sub(1) {
        bar.push(PARTS[part]);
    }
    bar
}
