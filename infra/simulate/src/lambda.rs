//! How does a function run until it answers, dies or runs out of time?

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    future::{Future, pending},
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::sync::oneshot;

use crate::{
    executor::lock,
    fate::{Fate, Fault, named, place_of},
    world::World,
};

/// Calls of one kind beyond these count as the last of them.
const MOST_OF_A_KIND: u32 = 4;

/// One run of a function for one event.
pub(crate) struct Invocation {
    pub place: u64,
    pub function: &'static str,
    /// The client's request that it answers, where it answers one.
    pub request: Option<u32>,
    /// The fence of each job that it claimed.
    pub claimed: Mutex<HashMap<String, u64>>,
    world: Arc<World>,
    task: OnceLock<u64>,
    calls: Mutex<HashMap<String, u32>>,
    /// Random numbers so far.
    pub drawn: AtomicU64,
    deadline_micros: AtomicU64,
}

/// Where a function waits for something outside of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PointName {
    pub function: &'static str,
    pub waits_for: String,
    /// Of its kind in one run, from 1; the last one stands for all after it.
    pub nth: u32,
}

impl fmt::Display for PointName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} #{}", self.function, self.waits_for, self.nth)
    }
}

/// A point as one invocation comes to it.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    pub name: PointName,
    pub place: u64,
}

/// What became of a point.
#[derive(Clone, Copy, Debug, Default)]
pub struct PointCount {
    pub visits: u64,
    pub crashes: [u64; 3],
    /// Seed and place of one visit.
    pub example: (u64, u64),
}

impl PointCount {
    pub(crate) fn add(&mut self, other: &Self) {
        self.visits += other.visits;
        for (mine, theirs) in self.crashes.iter_mut().zip(other.crashes) {
            *mine += theirs;
        }
        self.example = other.example;
    }

    /// Which of the ways to die there never came up.
    pub fn missing(&self, name: &PointName) -> Vec<Fault> {
        CRASHES
            .into_iter()
            .filter(|fault| self.crashes[slot(*fault)] == 0 && can(name, *fault))
            .collect()
    }
}

const CRASHES: [Fault; 3] = [Fault::CrashBeforeCall, Fault::CrashAfterCall, Fault::CrashAtWork];
/// What is waited for while the program itself is run.
pub(crate) const WORK: &str = "the work itself";

fn slot(fault: Fault) -> usize {
    CRASHES.iter().position(|crash| *crash == fault).unwrap_or(0)
}

fn can(name: &PointName, fault: Fault) -> bool {
    (name.waits_for == WORK) == (fault == Fault::CrashAtWork)
}

pub(crate) type Points = BTreeMap<PointName, PointCount>;

impl Invocation {
    /// The next of its kind.
    pub(crate) fn visit(&self, waits_for: &str, fate: &Fate) -> Point {
        let nth = {
            let mut calls = lock(&self.calls);
            let nth = calls.entry(waits_for.to_owned()).or_default();
            *nth += 1;
            *nth
        };
        let place = place_of(&[self.place, named(waits_for), u64::from(nth)]);
        let name = PointName {
            function: self.function,
            waits_for: waits_for.to_owned(),
            nth: nth.min(MOST_OF_A_KIND),
        };
        let mut points = lock(&self.world.points);
        let count = points.entry(name.clone()).or_default();
        count.visits += 1;
        count.example = (fate.seed(), place);
        Point { name, place }
    }

    /// Dies here: nothing after this is ever run.
    pub(crate) async fn crash(&self, point: &Point, fault: Fault) {
        if let Some(count) = lock(&self.world.points).get_mut(&point.name) {
            count.crashes[slot(fault)] += 1;
        }
        self.world.tell(|| format!("{self} dies: {fault:?} at {}", point.name));
        if let Some(task) = self.task.get() {
            self.world.machine.executor.kill(*task);
        }
        pending().await
    }

    /// Its machine stands still, and its own time with it.
    pub(crate) async fn pause(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.deadline_micros.fetch_add(micros, Ordering::Relaxed);
        self.world.tell(|| format!("{self} stands still for {time:?}"));
        self.world.machine.executor.sleep(time).await;
    }

    fn time_left(&self) -> Duration {
        let now = self.world.machine.executor.micros();
        Duration::from_micros(self.deadline_micros.load(Ordering::Relaxed).saturating_sub(now))
    }
}

impl fmt::Display for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:04x}", self.function, self.place & 0xffff)
    }
}

/// What a function is given to do, and as whom it does it.
pub(crate) struct Event {
    pub function: &'static str,
    pub place: u64,
    pub limit: Duration,
    pub request: Option<u32>,
}

/// `None` where it died or ran out of time.
pub(crate) async fn invoke<T: Send + 'static>(
    world: &Arc<World>,
    event: Event,
    work: impl Future<Output = T> + Send + 'static,
) -> Option<T> {
    let executor = &world.machine.executor;
    let deadline = executor.micros() + u64::try_from(event.limit.as_micros()).unwrap_or(u64::MAX);
    let invocation = Arc::new(Invocation {
        place: event.place,
        function: event.function,
        request: event.request,
        claimed: Mutex::default(),
        world: world.clone(),
        task: OnceLock::new(),
        calls: Mutex::default(),
        drawn: AtomicU64::new(0),
        deadline_micros: AtomicU64::new(deadline),
    });
    let (tell, mut told) = oneshot::channel();
    let task = executor.spawn(Some(invocation.clone()), async move {
        drop(tell.send(work.await));
    });
    invocation.task.set(task).ok()?;
    loop {
        let left = invocation.time_left();
        if left.is_zero() {
            executor.kill(task);
            world.tell(|| format!("{invocation} ran out of time"));
            return None;
        }
        tokio::select! {
            biased;
            ended = &mut told => return ended.ok(),
            () = executor.sleep(left) => {}
        }
    }
}
