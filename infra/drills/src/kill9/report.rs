//! What was done in a drill, as a table.

use domain::Moment;
use std::{collections::BTreeMap, time::Duration};

use crate::{book::Entry, watch::Sweeps};

#[derive(Debug, Default)]
pub(super) struct Tally {
    kills: BTreeMap<&'static str, usize>,
    restarts: usize,
    pub(super) sent: usize,
    pub(super) cancels: usize,
    /// The latest strike.
    pub(super) last: String,
}

impl Tally {
    pub(super) fn killed(&mut self, killed: &[(&'static str, usize)]) {
        for (target, processes) in killed {
            *self.kills.entry(target).or_default() += processes;
        }
        let told: Vec<String> =
            killed.iter().map(|(target, processes)| format!("{target} x{processes}")).collect();
        self.last = format!("killed {}", told.join(", "));
    }

    pub(super) fn restarted(&mut self) {
        self.restarts += 1;
        self.last = "stopped and started".to_owned();
    }

    pub(super) fn print(&self, entries: &[Entry], sweeps: &Sweeps, took: Duration) {
        println!();
        let row = |what: &str, many: usize| println!("  {what:<44} {many:>6}");
        for (target, processes) in &self.kills {
            row(&format!("processes killed: {target}"), *processes);
        }
        row("processes killed", self.kills.values().sum());
        row("stops and starts of the stack", self.restarts);
        let mut ends: BTreeMap<String, usize> = BTreeMap::new();
        for entry in entries {
            let end = if entry.job().is_none() { "refused, uses used up" } else { entry.status() };
            *ends.entry(format!("jobs: {}, {end}", entry.device())).or_default() += 1;
        }
        for (what, many) in &ends {
            row(what, *many);
        }
        row("jobs accepted", entries.iter().filter(|entry| entry.job().is_some()).count());
        row("requests for them, duplicates included", self.sent);
        row(
            "requests that were sent more than once",
            entries.iter().filter(|e| e.answers.len() > 1).count(),
        );
        row("cancellations asked for", self.cancels);
        let slow = entries.iter().filter(|entry| seconds(entry) > LEASE).count();
        row("jobs that took longer than a lease", slow);
        let slowest = entries.iter().map(seconds).fold(0.0, f64::max);
        println!("  {:<44} {slowest:>6.1}", "seconds the slowest job took");
        row("sweeps", sweeps.done);
        row("sweeps that were killed or met no stack", sweeps.lost);
        let gap = sweeps.longest_gap.as_secs_f64();
        println!("  {:<44} {gap:>6.1}", "longest pause between two sweeps, in seconds");
        println!("  {:<44} {:>6.1}", "minutes", took.as_secs_f64() / 60.0);
    }
}

/// Most of them had been begun by a process that was killed.
const LEASE: f64 = 10.0;

fn seconds(entry: &Entry) -> f64 {
    let at =
        |name: &str| entry.last.as_ref().and_then(|job| job[name].as_str()?.parse::<Moment>().ok());
    match (at("created_at"), at("ended_at")) {
        (Some(created), Some(ended)) => ended.since(created).as_secs_f64(),
        _ => 0.0,
    }
}
