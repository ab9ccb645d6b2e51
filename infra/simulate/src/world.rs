//! Everything one simulated hub is made of: functions, table, queues, objects, Braket, and what is known of them.

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use domain::Moment;

use crate::{
    executor::{Executor, lock},
    fate::{Fate, Fault, Plan},
    hub::Hub,
    lambda::Points,
    machine::Simulated,
    network::By,
    objects::Objects,
    provider::Provider,
    queues::Queues,
    table::Table,
    watch::Watch,
};

/// When every world begins: 2026-11-30 23:50 UTC, so that jobs settle in two months.
const START_MILLIS: i64 = 1_796_082_600_000;

pub(crate) struct World {
    pub machine: Simulated,
    pub table: Table,
    pub queues: Queues,
    pub objects: Objects,
    pub provider: Provider,
    pub points: Mutex<Points>,
    pub watch: Mutex<Watch>,
    hub: Mutex<Option<Arc<Hub>>>,
    /// Clients, messages, tasks at the provider: whatever may still lead to something.
    busy: AtomicI64,
    history: Option<Mutex<Vec<String>>>,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "World({})", self.machine.fate.seed())
    }
}

impl World {
    pub(crate) fn new(seed: u64, plan: Plan, with_history: bool) -> Arc<Self> {
        let executor = Executor::new(Moment::from_unix_millis(START_MILLIS));
        let machine = Simulated::new(executor, Fate::new(seed, plan));
        Arc::new(Self {
            table: Table::new(machine.clone()),
            machine,
            queues: Queues::default(),
            objects: Objects::default(),
            provider: Provider::default(),
            points: Mutex::default(),
            watch: Mutex::default(),
            hub: Mutex::new(None),
            busy: AtomicI64::new(0),
            history: with_history.then(Mutex::default),
        })
    }

    pub(crate) fn fate(&self) -> &Fate {
        &self.machine.fate
    }

    /// Whether this goes wrong with a call; with one of no function nothing does.
    pub(crate) fn strikes(&self, by: By<'_>, fault: Fault) -> bool {
        by.is_some_and(|(_, point)| self.fate().strikes(point.place, fault))
    }

    pub(crate) fn executor(&self) -> &Executor {
        &self.machine.executor
    }

    pub(crate) fn watch(&self) -> std::sync::MutexGuard<'_, Watch> {
        lock(&self.watch)
    }

    pub(crate) fn inhabit(&self, hub: Arc<Hub>) {
        *lock(&self.hub) = Some(hub);
    }

    /// `None` when the world is over.
    pub(crate) fn hub(&self) -> Option<Arc<Hub>> {
        lock(&self.hub).clone()
    }

    /// Lets go of everything that holds on to this world.
    pub(crate) fn end(&self) {
        *lock(&self.hub) = None;
        self.executor().clear();
    }

    /// Keeps the world going until it is dropped.
    pub(crate) fn occupy(self: &Arc<Self>) -> Busy {
        self.busy.fetch_add(1, Ordering::Relaxed);
        Busy(self.clone())
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.busy.load(Ordering::Relaxed) == 0
    }

    /// Writes down what happens, where somebody wants to read it.
    pub(crate) fn tell(&self, what: impl FnOnce() -> String) {
        if let Some(history) = &self.history {
            let line = format!("{} {}", self.executor().now(), what());
            lock(history).push(line);
        }
    }

    pub(crate) fn history(&self) -> Vec<String> {
        self.history.as_ref().map(|lines| lock(lines).clone()).unwrap_or_default()
    }
}

/// Something goes on in a world.
pub(crate) struct Busy(Arc<World>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}
