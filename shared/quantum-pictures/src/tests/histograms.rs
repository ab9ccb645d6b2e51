//! Does a histogram show what it should, in a terminal and as a picture?

use proptest::prelude::*;

use crate::histogram::{Histogram, Order};
use crate::histogram_svg::histogram_svg;
use crate::terminal::histogram_text;
use crate::text::columns;

fn histogram(counts: &[(&'static str, u64)], most: usize) -> Histogram {
    Histogram::new(counts.iter().copied(), most, Order::ByCount)
}

#[test]
fn the_most_frequent_outcomes_come_first_and_the_rest_is_counted() {
    let found = histogram(&[("00", 1), ("01", 5), ("10", 5), ("11", 9)], 2);
    let outcomes: Vec<_> = found.rows().iter().map(|row| row.outcome.as_str()).collect();
    assert_eq!(outcomes, ["11", "01"]);
    assert_eq!((found.total(), found.left_out()), (20, (2, 6)));
}

#[test]
fn outcomes_may_stand_in_their_own_order() {
    let counts = [("00", 1), ("01", 5), ("11", 9)];
    let found = Histogram::new(counts, 2, Order::ByOutcome);
    let outcomes: Vec<_> = found.rows().iter().map(|row| row.outcome.as_str()).collect();
    assert_eq!(outcomes, ["01", "11"]);
}

#[test]
fn a_terminal_shows_bars_as_long_as_their_counts() {
    let text = histogram_text(&histogram(&[("00", 512), ("11", 480), ("01", 8)], 10), 40);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "00  512  51.2 %  ███████████████████████");
    assert_eq!(lines[1], "11  480  48.0 %  █████████████████████▋");
    assert_eq!(lines[2], "01    8   0.8 %  ▍");
    assert_eq!(lines.len(), 3);
}

#[test]
fn what_came_at_all_is_seen() {
    let text = histogram_text(&histogram(&[("0", 1_000_000), ("1", 1), ("2", 0)], 3), 60);
    let ends: Vec<_> = text.lines().filter_map(|line| line.chars().next_back()).collect();
    assert_eq!(ends, ['█', '▏', ' ']);
}

#[test]
fn what_is_not_shown_is_said() {
    let text = histogram_text(&histogram(&[("0", 6), ("1", 3), ("2", 1)], 1), 40);
    assert!(text.ends_with("and 2 more outcomes with 4 (40.0 %)\n"), "{text}");
    assert_eq!(histogram_text(&histogram(&[], 5), 40), "no outcomes\n");
}

#[test]
fn a_picture_has_a_bar_for_each_outcome() {
    let svg = histogram_svg(&histogram(&[("00", 512), ("11", 488)], 10), "Bell");
    assert_eq!(svg.matches(r#"class="bar""#).count(), 2);
    assert!(svg.contains("512 · 51.2 %") && svg.contains("<title>Bell</title>"));
}

#[test]
fn nothing_from_outside_gets_into_a_picture_as_it_is() {
    let svg = histogram_svg(&histogram(&[("</text><script>", 1)], 10), "\"/><script>");
    assert!(!svg.contains("<script"), "{svg}");
    let text = histogram_text(&histogram(&[("\u{1b}[2J", 1)], 10), 80);
    assert!(!text.contains('\u{1b}'));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_line_is_wider_than_the_terminal(
        counts in proptest::collection::btree_map("[01]{1,60}", 0..1_000_000_u64, 0..100),
        width in 90..200_usize,
    ) {
        let counts = counts.iter().map(|(outcome, count)| (outcome.as_str(), *count));
        let text = histogram_text(&Histogram::new(counts, 100, Order::ByCount), width);
        prop_assert!(text.lines().count() <= crate::MAX_BARS + 1);
        for line in text.lines() {
            prop_assert!(columns(line) <= width, "{}", line);
        }
    }
}
