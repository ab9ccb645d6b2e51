//! What is seen of jobs from outside while everything goes on: their states, read again and again.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use journey::Off;
use serde_json::Value;
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};

use crate::{book::Book, locked, market::Customer, stack::Outside};

const LOOK: Duration = Duration::from_millis(250);
const SWEEP: Duration = Duration::from_secs(1);
/// At once.
const MOST_SWEEPS: usize = 5;
const PAGE: usize = 100;

/// How the sweeper's ticks went.
#[derive(Debug, Default)]
pub(crate) struct Sweeps {
    pub(crate) done: usize,
    /// It was killed, or the stack was down.
    pub(crate) lost: usize,
    pub(crate) last: Option<Instant>,
    /// Between two that were done.
    pub(crate) longest_gap: Duration,
}

impl Sweeps {
    fn note(&mut self, done: bool) {
        if !done {
            self.lost += 1;
            return;
        }
        let now = Instant::now();
        let gap = self.last.map_or(Duration::ZERO, |last| now - last);
        (self.done, self.last) = (self.done + 1, Some(now));
        self.longest_gap = self.longest_gap.max(gap);
    }
}

/// Ticks the sweeper each second, whether or not the tick before has come to its end; never returns.
pub(crate) async fn sweep(outside: Outside, sweeps: Arc<Mutex<Sweeps>>) {
    let mut ticks = interval(SWEEP);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut under_way = JoinSet::new();
    loop {
        ticks.tick().await;
        while under_way.try_join_next().is_some() {}
        if under_way.len() < MOST_SWEEPS {
            let (outside, sweeps) = (outside.clone(), Arc::clone(&sweeps));
            under_way.spawn(async move {
                // where it was just killed, the next tick tells it again
                let _told = outside.ignore_client_tokens().await;
                let swept = outside.sweep().await;
                locked(&sweeps).note(swept.is_ok());
            });
        }
    }
}

/// Reads all jobs that have not ended; never returns.
pub(crate) async fn watch(book: Book, customer: Customer) {
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        // what cannot be read now is read the next time
        let _seen = look(&book, &customer).await;
    }
}

/// One reading of all open jobs, by one list and what is too old for it.
async fn look(book: &Book, customer: &Customer) -> Result<(), Off> {
    let mut open: Vec<String> = Vec::new();
    let mut newer = 0;
    let mut ids: Vec<(String, bool)> = book
        .all()
        .iter()
        .filter_map(|entry| Some((entry.job()?.to_owned(), entry.is_open())))
        .collect();
    ids.sort_unstable();
    for (at, (id, is_open)) in ids.iter().rev().enumerate() {
        if *is_open {
            open.push(id.clone());
            newer = at + 1;
        }
    }
    if open.is_empty() {
        return Ok(());
    }
    let person = customer.signed_in().await;
    let door = person.door();
    // some that were accepted and not yet answered may be newer still
    let page = door.get(&format!("/jobs?limit={}", (newer + 10).min(PAGE))).await?;
    for job in page["items"].as_array().into_iter().flatten() {
        open.retain(|id| job["id"] != id.as_str());
        book.saw(job);
    }
    for id in open {
        book.saw(&door.get(&format!("/jobs/{id}")).await?);
    }
    Ok(())
}

/// Every job the hub knows of the customer's.
pub(crate) async fn all_jobs(customer: &Customer) -> Result<Vec<Value>, Off> {
    let person = customer.signed_in().await;
    let door = person.door();
    let mut jobs = Vec::new();
    let mut path = format!("/jobs?limit={PAGE}");
    loop {
        let page = door.get(&path).await?;
        jobs.extend(page["items"].as_array().into_iter().flatten().cloned());
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/jobs?limit={PAGE}&cursor={cursor}"),
            None => return Ok(jobs),
        }
    }
}
