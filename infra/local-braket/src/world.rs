//! What all parts of the process share.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use clock::Clock;
use tokio::sync::{Notify, Semaphore};
use uuid::Uuid;

use crate::{Settings, admin::InjectedFault, cloud::Outside, devices::Device, ledger::Ledger};

pub(crate) struct World {
    pub(crate) account: String,
    pub(crate) memory_limit_bytes: u64,
    pub(crate) clock: Clock,
    pub(crate) devices: Vec<Device>,
    pub(crate) ledger: Ledger,
    pub(crate) outside: Outside,
    pub(crate) workers: Semaphore,
    /// Told when a change waits to be sent.
    pub(crate) untold: Notify,
    settings: Mutex<Settings>,
    faults: Mutex<Vec<InjectedFault>>,
    live: Mutex<HashMap<Uuid, Arc<Signals>>>,
    stopping: AtomicBool,
}

/// How a task in work is told of its cancellation.
#[derive(Default)]
pub(crate) struct Signals {
    pub(crate) changed: Notify,
    pub(crate) cancelled: AtomicBool,
}

impl World {
    pub(crate) fn new(
        options: &crate::Options,
        devices: Vec<Device>,
        ledger: Ledger,
        outside: Outside,
    ) -> Self {
        Self {
            account: options.account.clone(),
            memory_limit_bytes: options.memory_limit_bytes,
            clock: Clock::system(),
            devices,
            ledger,
            outside,
            workers: Semaphore::new(options.workers),
            untold: Notify::new(),
            settings: Mutex::new(options.settings.clone()),
            faults: Mutex::default(),
            live: Mutex::default(),
            stopping: AtomicBool::new(false),
        }
    }

    pub(crate) fn settings(&self) -> Settings {
        lock(&self.settings).clone()
    }

    pub(crate) fn change_settings(&self, settings: Settings) {
        *lock(&self.settings) = settings;
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Vec<InjectedFault>> {
        lock(&self.faults)
    }

    pub(crate) fn device(&self, arn: &str) -> Option<&Device> {
        self.devices.iter().find(|device| device.device_arn == arn)
    }

    /// The status in its document, unless a setting takes it offline.
    pub(crate) fn status(&self, device: &Device) -> String {
        let offline = lock(&self.settings).offline_devices.contains(&device.device_arn);
        match device.device_status.as_str() {
            "ONLINE" if offline => "OFFLINE".to_owned(),
            status => status.to_owned(),
        }
    }

    pub(crate) fn begin(&self, id: Uuid) -> Arc<Signals> {
        Arc::clone(lock(&self.live).entry(id).or_default())
    }

    pub(crate) fn end(&self, id: Uuid) {
        lock(&self.live).remove(&id);
    }

    pub(crate) fn cancel(&self, id: Uuid) {
        if let Some(signals) = lock(&self.live).get(&id) {
            signals.cancelled.store(true, Ordering::Relaxed);
            signals.changed.notify_one();
        }
    }

    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
