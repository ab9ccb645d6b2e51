//! What is seen of jobs from outside while everything goes on: their states, read again and again.

use std::time::Duration;

use journey::Off;
use serde_json::Value;
use tokio::time::{MissedTickBehavior, interval};

use crate::{book::Book, market::Customer, stack::Outside};

const LOOK: Duration = Duration::from_millis(250);
const SWEEP: Duration = Duration::from_secs(1);
const PAGE: usize = 100;

/// Ticks the sweeper each second; never returns.
pub(crate) async fn sweep(outside: Outside) {
    let mut ticks = interval(SWEEP);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        // a sweeper that was just killed, or a stack that is down: the next tick comes
        let _swept = outside.sweep().await;
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
