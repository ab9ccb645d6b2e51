//! The one source of time and randomness, so that neither is read anywhere else.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use domain::Moment;

/// The system's clock and randomness; clones run together.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    ahead_millis: Arc<AtomicU64>,
}

impl Clock {
    pub fn system() -> Self {
        Self::default()
    }

    pub fn now(&self) -> Moment {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let ahead = Duration::from_millis(self.ahead_millis.load(Ordering::Relaxed));
        Moment::from_unix_millis(0).plus(since_epoch + ahead)
    }

    /// Moves this clock and its clones into the future: what waits for time need not wait.
    pub fn advance(&self, by: Duration) {
        let millis = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.ahead_millis.fetch_add(millis, Ordering::Relaxed);
    }

    /// Bytes nobody can guess, from the operating system.
    ///
    /// # Panics
    /// Where the operating system has no randomness: nothing may go on without it.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        bytes
    }

    /// A new id of any kind: `clock.id(JobId::new)`.
    pub fn id<T>(&self, new: impl FnOnce(Moment, [u8; 10]) -> T) -> T {
        new(self.now(), self.random())
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
}
