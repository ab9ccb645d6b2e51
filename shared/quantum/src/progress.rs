//! How far is a run, and may it go on?

use std::ops::ControlFlow;

use crate::run::{Progress, SimulationError};

const AMPLITUDES_BETWEEN_REPORTS: u64 = 1 << 22;

pub(crate) struct Meter<'a> {
    report: &'a dyn Fn(Progress) -> ControlFlow<()>,
    done: u64,
    total: u64,
    reported: u64,
}

impl<'a> Meter<'a> {
    pub(crate) fn new(report: &'a dyn Fn(Progress) -> ControlFlow<()>, total: u64) -> Self {
        Self { report, done: 0, total, reported: 0 }
    }

    pub(crate) fn start(&self) -> Result<(), SimulationError> {
        self.tell()
    }

    pub(crate) fn advance(&mut self, amplitudes: u64) -> Result<(), SimulationError> {
        self.done = self.done.saturating_add(amplitudes).min(self.total);
        if self.done - self.reported < AMPLITUDES_BETWEEN_REPORTS {
            return Ok(());
        }
        self.reported = self.done;
        self.tell()
    }

    pub(crate) fn finish(&mut self) -> Result<(), SimulationError> {
        self.done = self.total;
        self.tell()
    }

    fn tell(&self) -> Result<(), SimulationError> {
        match (self.report)(Progress { done: self.done, total: self.total }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(SimulationError::Cancelled),
        }
    }
}
