//! Which outcomes does a histogram show, in which order?

/// Outcomes with how often they came, cut to what can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram {
    rows: Vec<Row>,
    total: u64,
    left_out: usize,
    left_out_count: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub outcome: String,
    pub count: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The most frequent first.
    ByCount,
    /// In the order of the outcomes; shown are still the most frequent.
    ByOutcome,
}

impl Histogram {
    /// Shows the `most` most frequent outcomes, and at most [`crate::MAX_BARS`].
    pub fn new<'a>(
        counts: impl IntoIterator<Item = (&'a str, u64)>,
        most: usize,
        order: Order,
    ) -> Self {
        let mut all: Vec<(&str, u64)> = counts.into_iter().collect();
        all.sort_unstable_by(|(one, few), (other, many)| many.cmp(few).then(one.cmp(other)));
        let sum = |rows: &[(&str, u64)]| {
            rows.iter().fold(0, |sum: u64, (_, count)| sum.saturating_add(*count))
        };
        let total = sum(&all);
        let (shown, rest) = all.split_at(all.len().min(most).min(crate::MAX_BARS));
        let (left_out, left_out_count) = (rest.len(), sum(rest));
        let mut rows: Vec<Row> = shown
            .iter()
            .map(|(outcome, count)| Row { outcome: (*outcome).to_owned(), count: *count })
            .collect();
        if order == Order::ByOutcome {
            rows.sort_unstable_by(|one, other| one.outcome.cmp(&other.outcome));
        }
        Self { rows, total, left_out, left_out_count }
    }

    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Of all counts, those left out too.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// How many outcomes are not shown, and their counts together.
    pub fn left_out(&self) -> (usize, u64) {
        (self.left_out, self.left_out_count)
    }

    /// From 0 to 1.
    pub(crate) fn share(&self, count: u64) -> f64 {
        if self.total == 0 { 0.0 } else { count as f64 / self.total as f64 }
    }

    /// Length of a bar, the longest being 1.
    pub(crate) fn length(&self, count: u64) -> f64 {
        let longest = self.rows.iter().map(|row| row.count).max().unwrap_or(0);
        if longest == 0 { 0.0 } else { count as f64 / longest as f64 }
    }
}
