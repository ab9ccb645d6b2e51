//! From which key an order is paid, and what must be left of its uses.

use crate::book::{Entry, is_terminal};

/// A key, or a trial, that admits so many jobs and no more.
#[derive(Clone, Debug)]
pub(crate) struct Purse {
    pub(crate) number: usize,
    /// `None` for the trial, which is used signed in.
    pub(crate) key: Option<Key>,
    pub(crate) subscription: String,
    pub(crate) uses: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Purse {
    /// What is left once every job it admitted has ended: uses that were taken and not given back are gone.
    pub(crate) fn left(&self, of_it: &[Entry]) -> i64 {
        let kept = of_it.iter().filter(|entry| entry.job().is_some() && !gives_back(entry)).count();
        self.uses.cast_signed() - i64::try_from(kept).unwrap_or(i64::MAX)
    }
}

/// Cancelled, or failed by us: the use comes back.
fn gives_back(entry: &Entry) -> bool {
    let failure = entry.last.as_ref().map(|job| &job["failure"]["reason"]);
    is_terminal(entry.status())
        && entry.status() != "COMPLETED"
        && failure.is_none_or(|reason| *reason != "USER_ERROR")
}
