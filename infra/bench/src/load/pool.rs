//! How many environments does a function have, and which one takes the next invocation?

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use tokio::sync::Semaphore;

use super::held;
use crate::runtime_api::{Environment, Error, Launch};

/// Environments a function may have at once; more would only queue for the same processors.
pub(crate) const LIMIT: usize = 10;
/// Invocations that wait for one of them; Lambda would refuse them all, and so is each one beyond.
const WAITING: usize = 200;

/// One function's environments: made on demand, the most recently used first, as in Lambda.
pub(crate) struct Pool {
    launch: Launch,
    places: Semaphore,
    idle: Mutex<Vec<Arc<Environment>>>,
    all: Mutex<Vec<Arc<Environment>>>,
    waiting: AtomicUsize,
    started: AtomicU64,
    throttled: AtomicU64,
    invocations: AtomicU64,
    busy_micros: AtomicU64,
}

/// Why an invocation has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error("every environment is busy and too many invocations wait")]
    Throttled,
    #[error(transparent)]
    Failed(#[from] Error),
}

/// What a function has done so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Work {
    pub environments: usize,
    pub started: u64,
    pub invocations: u64,
    pub throttled: u64,
    /// Processor time of all environments, initialisation included.
    pub cpu: Duration,
    /// Time between handing over and answer, summed up: what Lambda bills, before it rounds up.
    pub busy: Duration,
}

impl Pool {
    pub(crate) fn new(launch: Launch) -> Self {
        Self {
            launch,
            places: Semaphore::new(LIMIT),
            idle: Mutex::default(),
            all: Mutex::default(),
            waiting: AtomicUsize::new(0),
            started: AtomicU64::new(0),
            throttled: AtomicU64::new(0),
            invocations: AtomicU64::new(0),
            busy_micros: AtomicU64::new(0),
        }
    }

    pub(crate) fn launch(&self) -> &Launch {
        &self.launch
    }

    pub(crate) async fn invoke(&self, event: Bytes) -> Result<Bytes, Refused> {
        let _place = match self.places.try_acquire() {
            Ok(place) => place,
            Err(_) => self.place().await?,
        };
        let free = held(&self.idle).pop();
        let environment = match free {
            Some(environment) => environment,
            None => self.start().await?,
        };
        let answer = environment.invoke(event).await;
        if matches!(answer, Err(Error::Gone { .. })) {
            held(&self.all).retain(|other| !Arc::ptr_eq(other, &environment));
        } else {
            held(&self.idle).push(environment);
        }
        let answer = answer?;
        let micros = u64::try_from(answer.elapsed.as_micros()).unwrap_or(u64::MAX);
        self.invocations.fetch_add(1, Ordering::Relaxed);
        self.busy_micros.fetch_add(micros, Ordering::Relaxed);
        Ok(answer.payload)
    }

    async fn place(&self) -> Result<tokio::sync::SemaphorePermit<'_>, Refused> {
        let waiting = Waiting::new(&self.waiting);
        if waiting.others >= WAITING {
            self.throttled.fetch_add(1, Ordering::Relaxed);
            return Err(Refused::Throttled);
        }
        self.places.acquire().await.map_err(|_| Refused::Throttled)
    }

    async fn start(&self) -> Result<Arc<Environment>, Error> {
        let environment = Arc::new(Environment::start(&self.launch).await?);
        held(&self.all).push(environment.clone());
        self.started.fetch_add(1, Ordering::Relaxed);
        Ok(environment)
    }

    pub(crate) fn work(&self) -> Work {
        let all = held(&self.all);
        Work {
            environments: all.len(),
            started: self.started.load(Ordering::Relaxed),
            invocations: self.invocations.load(Ordering::Relaxed),
            throttled: self.throttled.load(Ordering::Relaxed),
            cpu: all.iter().filter_map(|environment| environment.cpu().ok()).sum(),
            busy: Duration::from_micros(self.busy_micros.load(Ordering::Relaxed)),
        }
    }
}

impl Work {
    /// What was done since `earlier`, with the environments there are now.
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            environments: self.environments,
            started: self.started - earlier.started,
            invocations: self.invocations - earlier.invocations,
            throttled: self.throttled - earlier.throttled,
            cpu: self.cpu.saturating_sub(earlier.cpu),
            busy: self.busy.saturating_sub(earlier.busy),
        }
    }
}

/// Counts itself among the waiting, also where its caller gives up.
struct Waiting<'a> {
    count: &'a AtomicUsize,
    others: usize,
}

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        Self { count, others: count.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Relaxed);
    }
}
