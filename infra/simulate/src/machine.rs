//! The machine that simulated functions run on: its time is the executor's, its randomness the seed's.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aws_smithy_async::{
    rt::sleep::{AsyncSleep, Sleep},
    time::TimeSource,
};
use clock::{Machine, Waiting};
use domain::Moment;

use crate::{
    executor::Executor,
    fate::{Fate, Fault, place_of},
    lambda::{Invocation, WORK},
};

const RANDOM: u64 = 1;
const WORK_TIME: u64 = 2;
const LONG_WORK: u64 = 3;

/// Clones are the same machine.
#[derive(Clone, Debug)]
pub(crate) struct Simulated {
    pub executor: Executor,
    pub fate: Arc<Fate>,
    /// Of whoever is no function.
    drawn: Arc<AtomicU64>,
}

impl Simulated {
    pub(crate) fn new(executor: Executor, fate: Fate) -> Self {
        Self { executor, fate: Arc::new(fate), drawn: Arc::default() }
    }

    /// How long a simulation takes: mostly a moment, now and then over several prolongations of its lease.
    fn work_time(&self, invocation: Option<&Arc<Invocation>>) -> Duration {
        let place = invocation.map_or(0, |invocation| invocation.place);
        let long = self.fate.number(place, LONG_WORK, 0, 9) == 0;
        let (least, most) = if long { (5_000, 45_000) } else { (5, 1_500) };
        Duration::from_millis(self.fate.number(place, WORK_TIME, least, most))
    }
}

impl Machine for Simulated {
    fn now(&self) -> Moment {
        self.executor.now()
    }

    fn fill(&self, bytes: &mut [u8]) {
        let invocation = self.executor.invocation();
        let drawn = invocation.as_ref().map_or(&*self.drawn, |one| &one.drawn);
        let drawn = drawn.fetch_add(1, Ordering::Relaxed);
        let place = place_of(&[invocation.map_or(0, |one| one.place), RANDOM, drawn]);
        for (number, chunk) in bytes.chunks_mut(8).enumerate() {
            let random = place_of(&[self.fate.seed(), place, number as u64]).to_be_bytes();
            chunk.copy_from_slice(&random[..chunk.len()]);
        }
    }

    fn sleep(&self, time: Duration) -> Waiting {
        Box::pin(self.executor.sleep(time))
    }

    fn beside(&self, work: Box<dyn FnOnce() + Send>) -> Waiting {
        let invocation = self.executor.invocation();
        let (machine, time) = (self.clone(), self.work_time(invocation.as_ref()));
        Box::pin(async move {
            if let Some(one) = &invocation {
                let point = one.visit(WORK, &machine.fate);
                if machine.fate.strikes(point.place, Fault::CrashAtWork) {
                    machine.executor.sleep(time / 2).await;
                    one.crash(&point, Fault::CrashAtWork).await;
                }
            }
            machine.executor.sleep(time).await;
            work();
        })
    }
}

impl AsyncSleep for Simulated {
    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(self.executor.sleep(duration))
    }
}

impl TimeSource for Simulated {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_micros(self.executor.micros())
    }
}
