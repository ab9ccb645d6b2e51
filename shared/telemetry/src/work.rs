//! What is known of the request, message or tick that is being worked on, wherever in its task something is told.

use std::{
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use clock::Stopwatch;

use crate::Trace;

tokio::task_local! { static CURRENT: Arc<Work>; }

/// The first piece of work of a process pays for its start.
static STARTED: AtomicBool = AtomicBool::new(false);

/// Something the business counts; each is a metric of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    AccountRegistered,
    AccountVerified,
    SubscriptionMade,
    KeyMade,
    VersionReleased,
    PackageRefused,
    AvatarRefused,
    JobSubmitted,
    JobCompleted,
    JobFailed,
    JobCancelled,
    JobSentAgain,
    QuantumTaskCreated,
    BillClosed,
    TermBegun,
    MicroUsdCharged,
    DeadLetterRecorded,
    DeadLetterRedriven,
    Alert,
}

impl Fact {
    pub(crate) const ALL: [Self; 19] = [
        Self::AccountRegistered,
        Self::AccountVerified,
        Self::SubscriptionMade,
        Self::KeyMade,
        Self::VersionReleased,
        Self::PackageRefused,
        Self::AvatarRefused,
        Self::JobSubmitted,
        Self::JobCompleted,
        Self::JobFailed,
        Self::JobCancelled,
        Self::JobSentAgain,
        Self::QuantumTaskCreated,
        Self::BillClosed,
        Self::TermBegun,
        Self::MicroUsdCharged,
        Self::DeadLetterRecorded,
        Self::DeadLetterRedriven,
        Self::Alert,
    ];

    pub(crate) fn metric(self) -> &'static str {
        match self {
            Self::AccountRegistered => "accounts_registered",
            Self::AccountVerified => "accounts_verified",
            Self::SubscriptionMade => "subscriptions_made",
            Self::KeyMade => "keys_made",
            Self::VersionReleased => "versions_released",
            Self::PackageRefused => "packages_refused",
            Self::AvatarRefused => "avatars_refused",
            Self::JobSubmitted => "jobs_submitted",
            Self::JobCompleted => "jobs_completed",
            Self::JobFailed => "jobs_failed",
            Self::JobCancelled => "jobs_cancelled",
            Self::JobSentAgain => "jobs_sent_again",
            Self::QuantumTaskCreated => "quantum_tasks_created",
            Self::BillClosed => "bills_closed",
            Self::TermBegun => "terms_begun",
            Self::MicroUsdCharged => "micro_usd_charged",
            Self::DeadLetterRecorded => "dead_letters_recorded",
            Self::DeadLetterRedriven => "dead_letters_redriven",
            Self::Alert => "alerts",
        }
    }
}

/// One request, message or tick, from its arrival to its end.
#[derive(Debug)]
pub struct Work {
    pub(crate) operation: String,
    pub(crate) request_id: String,
    pub(crate) cold_start: bool,
    pub(crate) stopwatch: Stopwatch,
    pub(crate) ended: AtomicBool,
    trace: Mutex<Trace>,
    aws_calls: AtomicU64,
    /// Thousandths of a unit: an eventually consistent read is half of one.
    read_units: AtomicU64,
    write_units: AtomicU64,
    facts: [AtomicU64; Fact::ALL.len()],
}

impl Work {
    /// `operation` is the `operationId` of a request, or what a function without any does.
    pub fn begin(operation: &str, request_id: &str, trace: Trace) -> Arc<Self> {
        Arc::new(Self {
            operation: operation.to_owned(),
            request_id: request_id.to_owned(),
            cold_start: !STARTED.swap(true, Ordering::Relaxed),
            stopwatch: Stopwatch::start(),
            ended: AtomicBool::new(false),
            trace: Mutex::new(trace),
            aws_calls: AtomicU64::new(0),
            read_units: AtomicU64::new(0),
            write_units: AtomicU64::new(0),
            facts: Default::default(),
        })
    }

    pub fn trace(&self) -> Trace {
        *self.trace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Requests sent to AWS, repeated ones too.
    pub fn aws_calls(&self) -> u64 {
        self.aws_calls.load(Ordering::Relaxed)
    }

    /// Units of the table's capacity: read, written.
    pub fn units(&self) -> (f64, f64) {
        (whole(&self.read_units), whole(&self.write_units))
    }

    pub(crate) fn facts(&self) -> impl Iterator<Item = (Fact, u64)> {
        let counted = self.facts.iter().map(|count| count.load(Ordering::Relaxed));
        Fact::ALL.into_iter().zip(counted).filter(|(_, count)| *count > 0)
    }

    fn follow(&self, trace: Trace) {
        *self.trace.lock().unwrap_or_else(PoisonError::into_inner) = trace;
    }
}

/// Runs `future` as part of `work`: what it logs, calls and counts belongs to it.
pub async fn within<F: Future>(work: Arc<Work>, future: F) -> F::Output {
    CURRENT.scope(work, future).await
}

/// Keeps a future part of the present work when it is spawned into a task of its own.
pub fn carry<F: Future>(future: F) -> impl Future<Output = F::Output> {
    let work = CURRENT.try_with(Arc::clone).ok();
    async move {
        match work {
            Some(work) => within(work, future).await,
            None => future.await,
        }
    }
}

/// The present work goes on with the trace of the request it is done for, where that is known.
pub fn adopt(traceparent: Option<&str>) {
    if let Some(trace) = traceparent.and_then(Trace::continued) {
        with(|work| work.follow(trace));
    }
}

/// What to send along, so that whoever goes on does so in the same trace.
pub fn traceparent() -> Option<String> {
    CURRENT.try_with(|work| work.trace().to_string()).ok()
}

/// A request is sent to AWS.
pub fn called() {
    with(|work| _ = work.aws_calls.fetch_add(1, Ordering::Relaxed));
}

pub fn consumed_reads(units: f64) {
    with(|work| _ = work.read_units.fetch_add(thousandths(units), Ordering::Relaxed));
}

pub fn consumed_writes(units: f64) {
    with(|work| _ = work.write_units.fetch_add(thousandths(units), Ordering::Relaxed));
}

pub fn count(fact: Fact, times: u64) {
    with(|work| _ = work.facts[fact as usize].fetch_add(times, Ordering::Relaxed));
}

pub(crate) fn with(note: impl FnOnce(&Work)) {
    // Outside of any work, as at init, there is nobody to tell it of.
    _ = CURRENT.try_with(|work| note(work));
}

fn whole(thousandths: &AtomicU64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "units of one request are few")]
    let thousandths = thousandths.load(Ordering::Relaxed) as f64;
    thousandths / 1000.0
}

fn thousandths(units: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "units are few and never below zero"
    )]
    let thousandths = (units.max(0.0) * 1000.0).round() as u64;
    thousandths
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn each_fact_counts_where_it_stands() {
        for (at, fact) in Fact::ALL.into_iter().enumerate() {
            assert_eq!(fact as usize, at);
        }
    }

    #[tokio::test]
    async fn what_is_done_in_spawned_tasks_counts_for_the_work_that_carries_them() {
        let work = Work::begin("createJob", "r-1", Trace::begin());
        within(work.clone(), async {
            called();
            let carried = tokio::spawn(carry(async {
                called();
                consumed_reads(0.5);
                count(Fact::JobSubmitted, 1);
            }));
            carried.await.expect("the task ends");
            tokio::spawn(async { called() }).await.expect("the task ends");
        })
        .await;
        assert_eq!(work.aws_calls(), 2);
        assert_eq!(work.units(), (0.5, 0.0));
        assert_eq!(work.facts().collect::<Vec<_>>(), [(Fact::JobSubmitted, 1)]);
    }

    #[tokio::test]
    async fn work_goes_on_in_the_trace_it_is_done_for() {
        let work = Work::begin("message", "r-1", Trace::begin());
        let (before, kept, after) = within(work.clone(), async {
            let before = traceparent();
            adopt(Some("no trace"));
            adopt(None);
            let kept = traceparent();
            adopt(Some(TRACEPARENT));
            (before, kept, traceparent())
        })
        .await;
        assert_eq!(before, kept);
        assert!(after.is_some_and(|text| text[3..35] == TRACEPARENT[3..35]));
        assert_eq!(work.trace().id(), TRACEPARENT[3..35]);
    }

    #[test]
    fn outside_of_any_work_nothing_is_counted() {
        called();
        count(Fact::Alert, 1);
        assert_eq!(traceparent(), None);
    }
}
