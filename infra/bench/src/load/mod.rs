//! What does the hub bear: its functions' release binaries behind a thin gateway in this process?

mod bill;
mod connections;
mod deliveries;
mod doors;
pub mod event;
mod http;
mod memory;
mod metering;
mod mix;
mod parts;
mod pool;
mod population;
mod processors;
mod report;
mod rig;
mod run;
mod schedule;
pub(crate) mod seed;
mod stand_ins;

use std::{
    collections::BTreeMap,
    env, fs,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::Value;

pub use bill::price;

use crate::{Failure, hub::Hub};
use connections::Connections;
use journey::random::Random;
use mix::Call;
use processors::Reading;
use report::Measured;
use rig::Rig;
use schedule::Schedule;

/// Many enough that no one's own limit is reached.
const PEOPLE: usize = 500;
const CONNECTIONS: usize = 1000;
/// Environments are started and warmed by it; not measured.
const WARM_UP: Schedule = Schedule { rate: 60, lasting: Duration::from_secs(5) };
const STEP: Duration = Duration::from_secs(10);
const MOST_STEPS: usize = 12;
/// Both ends of each connection, and the rest.
const OPEN_FILES: u64 = 2 * CONNECTIONS as u64 + 1000;
/// How long accepted jobs may take to end once the load is over.
const SETTLING: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Hears what is being done.
pub trait Progress: Fn(&str) + Copy + Send + Sync + 'static {}

impl<P: Fn(&str) + Copy + Send + Sync + 'static> Progress for P {}

/// Loads the hub and reports, in Markdown, what it bore. `RATE=` and `SECONDS=` make it another load than the agreed one.
pub async fn run<P: Progress>(hub: &Hub, progress: P) -> Result<String, Failure> {
    enough_files()?;
    let seconds = Duration::from_secs(number("SECONDS", 60)?);
    let schedule = Schedule { rate: number("RATE", 150)?, lasting: seconds };
    let rig = Arc::new(Rig::start(hub, PEOPLE).await?);
    progress("seeded");
    let load = rig.clone();
    let loaded =
        rig.generator().spawn(async move { load.loaded(schedule, progress).await }).await??;
    Ok(format!(
        "### Load\n\nGenerator, gateway, DynamoDB (dynoxide, in memory) and stand-ins are one process, each on threads of \
         its own; the functions are their {} binaries, with up to {} environments each. All share {} processors.\n\n{loaded}",
        if cfg!(debug_assertions) { "debug" } else { "release" },
        pool::LIMIT,
        report::processors()
    ))
}

fn number<T: std::str::FromStr>(name: &str, usual: T) -> Result<T, Failure> {
    match env::var(name) {
        Ok(text) => text.parse().map_err(|_| format!("{name}: give a whole number").into()),
        Err(_) => Ok(usual),
    }
}

impl Rig {
    async fn loaded<P: Progress>(
        &self,
        schedule: Schedule,
        progress: P,
    ) -> Result<String, Failure> {
        let connections = Arc::new(Connections::open(self.address, CONNECTIONS).await?);
        let mut random = Random::new(1);
        self.measure(WARM_UP, &connections, &mut random).await?;
        progress("warmed up");
        let measured = self.measure(schedule, &connections, &mut random).await?;
        let mut text = report::load(&measured, CONNECTIONS, connections.reopened());
        text += &self.jobs(&measured.run.created, &connections).await?;
        let mut steps = vec![measured];
        let mut schedule = Schedule { lasting: STEP, ..schedule };
        while steps.len() <= MOST_STEPS && steps.last().is_none_or(Measured::holds) {
            schedule = schedule.steeper();
            let step = self.measure(schedule, &connections, &mut random).await?;
            progress(&report::step(&step));
            steps.push(step);
        }
        Ok(text + &report::saturation(&steps))
    }

    async fn measure(
        &self,
        schedule: Schedule,
        connections: &Arc<Connections>,
        random: &mut Random,
    ) -> Result<Measured, Failure> {
        let before = Reading::take(self)?;
        let run = run::run(schedule, connections, &self.population, random).await;
        Ok(Measured { run, between: before.until(Reading::take(self)?) })
    }

    /// What became of the jobs that were accepted meanwhile.
    async fn jobs(
        &self,
        created: &[(String, Call)],
        connections: &Connections,
    ) -> Result<String, Failure> {
        let waited = self.settled().await;
        let mut ends: BTreeMap<String, usize> = BTreeMap::new();
        for (id, creation) in created {
            let path = format!("{}/{id}", creation.path);
            let headers = creation.headers.clone();
            let call = Call { method: "GET", path, body: String::new(), headers };
            let (_, body) = connections.send(&call).await?;
            let job: Value = serde_json::from_slice(&body).unwrap_or_default();
            *ends.entry(job["status"].as_str().unwrap_or("UNREAD").to_owned()).or_default() += 1;
        }
        let ends: Vec<String> = ends.iter().map(|(end, count)| format!("{count} {end}")).collect();
        let delivered = self.deliveries.so_far();
        Ok(format!(
            "* jobs accepted: {}; {:.1} s after the last answer: {}\n* messages: {} sent, {} worked off, {} given up, {} in \
             queues nobody works on here\n* invocations without a usable answer: {}\n",
            created.len(),
            waited.as_secs_f64(),
            ends.join(", "),
            self.stand_ins.calls().sqs_sends,
            delivered.done,
            delivered.dead,
            delivered.unserved,
            self.doors.failures(),
        ))
    }

    /// Waits until every message was worked off, or not for ever.
    async fn settled(&self) -> Duration {
        let begin = tokio::time::Instant::now();
        while begin.elapsed() < SETTLING {
            let delivered = self.deliveries.so_far();
            let off = delivered.done + delivered.dead + delivered.unserved;
            if off >= self.stand_ins.calls().sqs_sends {
                break;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        begin.elapsed()
    }
}

/// No one panics while holding one of these.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says what to do before the first connection fails for a reason that is hard to see.
fn enough_files() -> Result<(), Failure> {
    let limits = fs::read_to_string("/proc/self/limits")?;
    match open_files(&limits) {
        Some(limit) if limit < OPEN_FILES => Err(format!(
            "this process may open {limit} files, the load needs {OPEN_FILES}: run `ulimit -n {OPEN_FILES}` first"
        )
        .into()),
        _ => Ok(()),
    }
}

/// The limit that holds now; `None` where there is none.
fn open_files(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_of_open_files_is_the_soft_one() {
        let limits = "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 524288               files\n";
        assert_eq!(open_files(limits), Some(1024));
        assert_eq!(open_files("Max open files  unlimited unlimited files"), None);
        assert_eq!(open_files(""), None);
    }
}
