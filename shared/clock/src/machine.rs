//! What does the machine give that differs from run to run?

use std::{
    fmt::Debug,
    future::Future,
    pin::Pin,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use domain::Moment;

/// What is waited for, and says nothing but that it is over.
pub type Waiting = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where time, randomness, waiting and threads come from.
pub trait Machine: Debug + Send + Sync {
    fn now(&self) -> Moment;

    /// Bytes nobody can guess.
    fn fill(&self, bytes: &mut [u8]);

    fn sleep(&self, time: Duration) -> Waiting;

    /// Runs what keeps a processor busy, where it keeps nobody else waiting.
    fn beside(&self, work: Box<dyn FnOnce() + Send>) -> Waiting;
}

/// The one that functions run on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct System;

impl Machine for System {
    fn now(&self) -> Moment {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment::from_unix_millis(0).plus(since_epoch)
    }

    /// # Panics
    /// Where the operating system has no randomness: nothing may go on without it.
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }

    fn sleep(&self, time: Duration) -> Waiting {
        Box::pin(tokio::time::sleep(time))
    }

    fn beside(&self, work: Box<dyn FnOnce() + Send>) -> Waiting {
        Box::pin(async move {
            // Who panics leaves nothing, which is what is told of it.
            drop(tokio::task::spawn_blocking(work).await);
        })
    }
}
