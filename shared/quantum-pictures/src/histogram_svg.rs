//! How is a histogram drawn as SVG?

use crate::canvas::{Canvas, LINE_HEIGHT, at, width};
use crate::histogram::Histogram;
use crate::limits::{MAX_LABEL, MAX_OUTCOME};
use crate::text::{counted, grouped, percent, shortened, shortened_within};

const MARGIN: f64 = 16.0;
const ROW: f64 = 22.0;
const BAR: f64 = 14.0;
const LONGEST: f64 = 360.0;
const GAP: f64 = 8.0;
const MOST_TITLE: usize = 3 * MAX_LABEL;

/// A bar for each outcome, with its count and its share. The title may be empty.
pub fn histogram_svg(histogram: &Histogram, title: &str) -> String {
    let title = shortened(title, MOST_TITLE);
    let outcomes: Vec<String> =
        histogram.rows().iter().map(|row| shortened_within(&row.outcome, MAX_OUTCOME)).collect();
    let figures: Vec<String> = histogram
        .rows()
        .iter()
        .map(|row| format!("{} · {}", grouped(row.count), percent(histogram.share(row.count))))
        .collect();
    let widest = |texts: &[String]| texts.iter().map(|text| width(text)).fold(0.0, f64::max);
    let left = MARGIN + widest(&outcomes) + GAP;
    let right = left + LONGEST + GAP + widest(&figures) + MARGIN;
    let mut canvas = Canvas::new();
    let mut y = MARGIN;
    if !title.is_empty() {
        canvas.text("", at(MARGIN, y + 12.0), &title);
        y += LINE_HEIGHT + GAP;
    }
    let top = y;
    for ((row, outcome), figure) in histogram.rows().iter().zip(&outcomes).zip(&figures) {
        let length = (histogram.length(row.count) * LONGEST).max(1.0);
        let base = y + ROW / 2.0 + 4.0;
        canvas.text("end", at(left - GAP, base), outcome);
        canvas.rectangle("bar", at(left, y + (ROW - BAR) / 2.0), length, BAR);
        canvas.text("faint", at(left + length + GAP, base), figure);
        y += ROW;
    }
    canvas.line("wire", at(left, top), at(left, y.max(top + ROW)));
    let under = under(histogram);
    canvas.text("small faint", at(MARGIN, y.max(top + ROW) + LINE_HEIGHT), &under);
    let full = right.max(width(&title) + 2.0 * MARGIN).max(width(&under) + 2.0 * MARGIN);
    let spoken = if title.is_empty() { "Histogram of outcomes" } else { &title };
    canvas.finish(full, y.max(top + ROW) + LINE_HEIGHT + MARGIN, spoken)
}

fn under(histogram: &Histogram) -> String {
    let total = format!("{} shots", grouped(histogram.total()));
    match histogram.left_out() {
        (0, _) => total,
        (outcomes, count) => format!(
            "{total}; {} with {} not shown",
            counted(outcomes, "outcome", "outcomes"),
            grouped(count)
        ),
    }
}
