//! The one source of time, randomness, waiting and threads, so that none of them is had anywhere else.

mod machine;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use domain::Moment;

use machine::System;
pub use machine::{Machine, Waiting};

/// Work that ended in a panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the work panicked")]
pub struct Panicked;

/// How many threads work at once on this machine.
pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// A machine's clock and what else it gives; clones run together.
#[derive(Clone, Debug)]
pub struct Clock {
    machine: Arc<dyn Machine>,
    ahead_millis: Arc<AtomicU64>,
}

impl Clock {
    /// The operating system's.
    pub fn system() -> Self {
        Self::of(Arc::new(System))
    }

    pub fn of(machine: Arc<dyn Machine>) -> Self {
        Self { machine, ahead_millis: Arc::default() }
    }

    pub fn now(&self) -> Moment {
        self.machine.now().plus(Duration::from_millis(self.ahead_millis.load(Ordering::Relaxed)))
    }

    /// Moves this clock and its clones into the future: what waits for time need not wait.
    pub fn advance(&self, by: Duration) {
        let millis = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.ahead_millis.fetch_add(millis, Ordering::Relaxed);
    }

    /// Bytes nobody can guess.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.machine.fill(&mut bytes);
        bytes
    }

    /// A new id of any kind: `clock.id(JobId::new)`.
    pub fn id<T>(&self, new: impl FnOnce(Moment, [u8; 10]) -> T) -> T {
        new(self.now(), self.random())
    }

    pub async fn sleep(&self, time: Duration) {
        self.machine.sleep(time).await;
    }

    /// Runs what keeps a processor busy, while this task goes on with other things.
    ///
    /// # Errors
    /// [`Panicked`], where it did; it has been told where it happened.
    pub async fn beside<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R, Panicked> {
        let result = Arc::new(Mutex::new(None));
        let kept = result.clone();
        let keep = move || {
            let done = work();
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
        };
        self.machine.beside(Box::new(keep)).await;
        result.lock().unwrap_or_else(PoisonError::into_inner).take().ok_or(Panicked)
    }
}

/// How long something takes, whatever happens to the clock meanwhile.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    pub fn start() -> Self {
        Self(Instant::now())
    }

    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_are_advanced_together() {
        let clock = Clock::system();
        let (other, before) = (clock.clone(), clock.now());
        clock.advance(Duration::from_secs(3600));
        assert!(other.now().since(before) >= Duration::from_secs(3600));
    }

    #[test]
    fn ids_differ() {
        let clock = Clock::system();
        assert_ne!(clock.id(domain::JobId::new), clock.id(domain::JobId::new));
    }

    #[tokio::test]
    async fn work_beside_answers_or_is_told_to_have_panicked() {
        let clock = Clock::system();
        assert_eq!(clock.beside(|| 42).await, Ok(42));
        let panics = || -> u8 { panic!("meant to") };
        assert_eq!(clock.beside(panics).await, Err(Panicked));
    }
}
