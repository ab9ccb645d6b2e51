//! How far is a run, and may it go on?

use std::ops::ControlFlow;

use super::error::Error;
use super::plan::Plan;
use super::real::Real;

/// How far a run is: operations times the amplitudes of the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub done: u64,
    pub total: u64,
}

/// Amplitudes changed by a step between two reports, at least.
pub(super) const AMPLITUDES_BETWEEN_REPORTS: u64 = 1 << 22;

/// Turns the steps of a plan, of which there are fewer than operations, into progress, and tells of it now and then.
pub(super) struct Meter<'a> {
    watch: &'a mut dyn FnMut(Progress) -> ControlFlow<()>,
    before: u64,
    /// Of the plan, in both measures.
    work: u64,
    steps: u64,
    total: u64,
    reported: u64,
}

impl<'a> Meter<'a> {
    pub(super) fn new<T: Real>(
        plan: &Plan<T>,
        operations_before: usize,
        operations: usize,
        watch: &'a mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Self {
        let work = |count: usize| (count as u64) << plan.index_bits;
        Self {
            watch,
            before: work(operations_before),
            work: work(plan.operations),
            steps: work(plan.steps.len()),
            total: work(operations),
            reported: 0,
        }
    }

    /// `done` are the plan's steps, times amplitudes.
    pub(super) fn advance_to(&mut self, done: u64) -> Result<(), Error> {
        if done - self.reported < AMPLITUDES_BETWEEN_REPORTS {
            return Ok(());
        }
        self.reported = done;
        let share = done as f64 / self.steps.max(1) as f64;
        self.tell(self.before + (share * self.work as f64) as u64)
    }

    pub(super) fn finish(&mut self) -> Result<(), Error> {
        self.tell(self.before + self.work)
    }

    fn tell(&mut self, done: u64) -> Result<(), Error> {
        match (self.watch)(Progress { done, total: self.total }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Cancelled),
        }
    }
}
