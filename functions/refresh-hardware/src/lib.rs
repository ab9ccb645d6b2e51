//! Reads the devices from Amazon Braket into the table, beside our own simulator.

mod device;

use std::collections::BTreeMap;

use braket::{Braket, Device, Survey};
use clock::Clock;
use domain::{
    Moment,
    hardware::{Hardware, hub_simulator, refreshed, vanished},
};
use store::{Error, Stored, Table, Write, create, hardware::all, update};
use worker::Failed;

/// Devices of one write.
const TOGETHER: usize = 25;

#[derive(Clone)]
pub struct App {
    table: Table,
    braket: Braket,
}

impl App {
    pub fn new(table: Table, braket: Braket) -> Self {
        Self { table, braket }
    }

    pub async fn from_env() -> Result<Self, environment::Error> {
        let config = environment::aws();
        let table = Table::new(&config, environment::text("TABLE_NAME")?, Clock::system());
        Ok(Self::new(table, Braket::new(&config)))
    }
}

/// Writes what changed. What could not be read or written is logged and keeps nothing else back.
///
/// # Errors
/// Where Braket told nothing at all, or a device could not be written.
pub async fn refresh(app: App) -> Result<(), Failed> {
    let survey = app.braket.devices().await;
    for missed in &survey.missed {
        tracing::warn!(cause = %missed, "devices could not be read");
    }
    let blind = survey.devices.is_empty() && !survey.missed.is_empty();
    let known = known(&app.table).await.map_err(Failed::because)?;
    let changes = changes(known, survey, app.table.clock().now());
    tracing::info!(changes = changes.len(), "devices read");
    save(&app.table, &changes).await.map_err(Failed::because)?;
    if blind { Err(Failed::new("Braket told of no devices")) } else { Ok(()) }
}

async fn known(table: &Table) -> Result<BTreeMap<String, Stored<Hardware>>, Error> {
    let (mut known, mut position) = (BTreeMap::new(), None);
    loop {
        let page = table.query(&all().after(position)).await?;
        known.extend(page.items.into_iter().map(|device| (device.id.clone(), device)));
        position = page.next;
        if position.is_none() {
            return Ok(known);
        }
    }
}

/// A device to be written.
enum Change {
    New(Box<Hardware>),
    Known(Box<Stored<Hardware>>),
}

impl Change {
    fn to(known: Option<Stored<Hardware>>, new: Hardware) -> Self {
        match known {
            Some(mut stored) => {
                *stored = new;
                Self::Known(Box::new(stored))
            }
            None => Self::New(Box::new(new)),
        }
    }

    fn write(&self) -> Write {
        match self {
            Self::New(device) => create(&**device),
            Self::Known(device) => update(device),
        }
    }
}

/// A device that Braket lists no longer is retired, unless part of the list is missing.
fn changes(
    mut known: BTreeMap<String, Stored<Hardware>>,
    survey: Survey,
    now: Moment,
) -> Vec<Change> {
    let whole = survey.missed.is_empty();
    let mut changes = Vec::new();
    for (id, seen) in seen(survey.devices, now) {
        let known = known.remove(&id);
        changes.extend(refreshed(known.as_deref(), seen).map(|seen| Change::to(known, seen)));
    }
    let gone = known.into_values().filter(|_| whole);
    changes.extend(gone.filter_map(|device| {
        vanished(&device, now).map(|retired| Change::to(Some(device), retired))
    }));
    changes
}

/// Each id once, ours among them.
fn seen(devices: Vec<Device>, now: Moment) -> BTreeMap<String, Hardware> {
    let read = devices.into_iter().filter_map(|device| {
        let arn = device.arn.clone();
        let seen = device::hardware(device, now);
        if seen.is_none() {
            tracing::warn!(arn, "a device of a kind not known here is left out");
        }
        seen
    });
    let all = read.chain([hub_simulator(now)]);
    all.map(|device| (device.id.clone(), device)).collect()
}

/// Many at once; where one of them cannot be written, each by itself.
async fn save(table: &Table, changes: &[Change]) -> Result<(), Error> {
    let mut result = Ok(());
    for together in changes.chunks(TOGETHER) {
        if table.write(together.iter().map(Change::write)).await.is_ok() {
            continue;
        }
        for change in together {
            match table.write([change.write()]).await {
                // Another refresh was faster and has seen the same.
                Ok(()) | Err(Error::Contended) => {}
                Err(error) => result = Err(error),
            }
        }
    }
    result
}
