//! What does a person at a terminal see while a run goes on, and how wide is it?

use std::cell::Cell;
use std::io::{IsTerminal, Write};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use quantum::Progress;

const DEFAULT_COLUMNS: usize = 80;
/// Shorter runs show nothing.
const UNSHOWN: Duration = Duration::from_millis(500);
const BETWEEN: Duration = Duration::from_millis(100);
const BAR: usize = 30;

/// Columns of the terminal, as its shell says.
pub(super) fn columns() -> usize {
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    told.filter(|columns| (20..=400).contains(columns)).unwrap_or(DEFAULT_COLUMNS)
}

/// A line on the standard error output that tells how far a run is, if a person sees it.
pub(super) struct Bar {
    begun: Instant,
    shown: Cell<Option<Instant>>,
    is_seen: bool,
}

impl Bar {
    pub(super) fn new() -> Self {
        let is_seen = std::io::stderr().is_terminal();
        Self { begun: Instant::now(), shown: Cell::new(None), is_seen }
    }

    pub(super) fn show(&self, progress: Progress) -> ControlFlow<()> {
        let due = match self.shown.get() {
            None => self.begun.elapsed() >= UNSHOWN,
            Some(shown) => shown.elapsed() >= BETWEEN,
        };
        if self.is_seen && due {
            self.shown.set(Some(Instant::now()));
            let filled = (progress.fraction().clamp(0.0, 1.0) * BAR as f64) as usize;
            let bar = format!("{}{}", "█".repeat(filled), "░".repeat(BAR - filled));
            let percent = (progress.fraction() * 100.0) as u64;
            let _ = write!(std::io::stderr(), "\r{bar} {percent:3} %");
        }
        ControlFlow::Continue(())
    }

    /// Takes the line away.
    pub(super) fn clear(&self) {
        if self.shown.get().is_some() {
            let _ = write!(std::io::stderr(), "\r{}\r", " ".repeat(BAR + 8));
        }
    }
}
