//! What one round does, decided by its seed alone: which jobs, how often each is sent, which are cancelled, what is killed.

use std::time::Duration;

use journey::random::Random;
use serde_json::{Value, json};

use crate::{book::Order, market::App};

pub(super) const TRIAL_USES: u64 = 10;
/// Rounds that also run a job of the trial: more than it has uses.
const TRIAL_ROUNDS: usize = 16;
/// The binaries that may be killed: those under a job, and the local Braket.
pub(super) const TARGETS: [&str; 6] = [
    "run-simulation",
    "submit-quantum-task",
    "settle-job",
    "jobs",
    "reconcile-jobs",
    "local-braket",
];
const SHOTS: [u32; 3] = [100, 500, 1000];

#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) round: usize,
    pub(super) asks: Vec<Ask>,
    pub(super) strike: Strike,
    /// Of a purse that this round opens.
    pub(super) uses: u64,
}

/// One job of a round.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) app: App,
    pub(super) trial: bool,
    pub(super) order: Order,
    /// Times it is sent at once.
    pub(super) at_once: usize,
    /// Whether it is sent again after the strike.
    pub(super) again: bool,
    /// Asked not to run, so long after it was accepted, so often at once.
    pub(super) cancel: Option<(Duration, usize)>,
}

#[derive(Clone, Debug)]
pub(super) enum Strike {
    /// So long after the jobs were sent: the first so many of these that run.
    Kill {
        after: Duration,
        targets: Vec<&'static str>,
        most: usize,
    },
    Restart {
        after: Duration,
    },
}

impl Plan {
    pub(super) fn of(round: usize, mut random: Random, restart: bool) -> Self {
        let mut asks = vec![
            ask(round, &mut random, App::Short, "hub-simulator"),
            ask(round, &mut random, App::Long, "hub-simulator"),
            ask(round, &mut random, App::Short, "amazon-sv1"),
        ];
        let more = [
            (App::Long, "amazon-sv1"),
            (App::Short, "iqm-garnet"),
            (App::Short, "hub-simulator"),
            (App::Short, "amazon-sv1"),
        ];
        for (app, device) in more {
            if random.below(3) == 0 {
                asks.push(ask(round, &mut random, app, device));
            }
        }
        if round <= TRIAL_ROUNDS {
            asks.push(Ask { trial: true, ..ask(round, &mut random, App::Short, "hub-simulator") });
        }
        let strike = if restart { self::restart(&mut random) } else { kill(&mut random) };
        Self { round, asks, strike, uses: 5 + random.below(10) as u64 }
    }

    /// Where the orders of one app are taken from.
    pub(super) fn pay(&mut self, app: App, purse: usize) {
        for ask in self.asks.iter_mut().filter(|ask| ask.app == app && !ask.trial) {
            ask.order.purse = purse;
        }
    }

    /// What is run on trial names its subscription, for no key does.
    pub(super) fn try_out(&mut self, subscription: &str) {
        for ask in self.asks.iter_mut().filter(|ask| ask.trial) {
            ask.order.body["subscription_id"] = json!(subscription);
        }
    }
}

fn ask(round: usize, random: &mut Random, app: App, device: &str) -> Ask {
    let shots = random.one_of(&SHOTS).copied().unwrap_or(SHOTS[0]);
    let theta = 0.6 + random.below(1900) as f64 / 1000.0;
    let kind = if app == App::Long { "long" } else { "short" };
    let body: Value = json!({
        "device_id": device, "shots": shots, "input": {"theta": theta}, "run_mode": "NON_BLOCKING",
        "tags": [kind, format!("round-{round}")]
    });
    let request = format!("{round}-{:016x}", random.next());
    let cancel = (random.below(4) == 0).then(|| (millis(random, 2500), 1 + random.below(2)));
    Ask {
        app,
        trial: false,
        order: Order { round, request, body, purse: 0 },
        at_once: 1 + random.below(3),
        again: random.below(2) == 0,
        cancel,
    }
}

fn kill(random: &mut Random) -> Strike {
    let mut targets = TARGETS.to_vec();
    for at in (1..targets.len()).rev() {
        targets.swap(at, random.below(at + 1));
    }
    let most = if random.below(4) == 0 { 2 + random.below(2) } else { 1 };
    // who answers requests is met while it answers
    let within = if targets[0] == "jobs" { 300 } else { 3000 };
    Strike::Kill { after: millis(random, within), targets, most }
}

fn restart(random: &mut Random) -> Strike {
    Strike::Restart { after: millis(random, 3000) }
}

fn millis(random: &mut Random, below: usize) -> Duration {
    Duration::from_millis(random.below(below) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_says_what_a_round_does_and_every_target_comes_first_at_times() {
        let plan = |seed| Plan::of(3, Random::new(seed), false);
        assert_eq!(format!("{:?}", plan(7)), format!("{:?}", plan(7)));
        assert_ne!(format!("{:?}", plan(7)), format!("{:?}", plan(8)));
        let first = |seed| match plan(seed).strike {
            Strike::Kill { targets, .. } => targets[0],
            Strike::Restart { .. } => "restart",
        };
        let firsts: std::collections::BTreeSet<&str> = (0..200).map(first).collect();
        assert_eq!(firsts.len(), TARGETS.len());
    }
}
