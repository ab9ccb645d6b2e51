//! What does the person waiting see?

use std::time::Instant;

/// Prints each step with the seconds since the start.
pub(crate) struct Progress {
    started: Instant,
    shown: bool,
}

impl Progress {
    pub(crate) fn start(shown: bool) -> Self {
        Self { started: Instant::now(), shown }
    }

    pub(crate) fn step(&self, what: &str) {
        if self.shown {
            eprintln!("{:>7.1} s  {what}", self.started.elapsed().as_secs_f32());
        }
    }
}
