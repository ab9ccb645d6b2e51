//! Sends what is due to its next step again: the safety net under every lost message, event and process.

use std::time::Duration;

use clock::Clock;
use domain::JobId;
use futures_util::future::join_all;
use guards::{Guard, stands};
use store::{
    Table,
    jobs::{DUE_SHARDS, change, due},
};
use telemetry::{Fact, count};
use worker::{Failed, JobQueues};

#[derive(Clone)]
pub struct App {
    table: Table,
    queues: JobQueues,
    pause: Duration,
}

impl App {
    /// `pause`: before a job that was sent again is looked at once more; it grows each time.
    pub fn new(table: Table, queues: JobQueues, pause: Duration) -> Self {
        Self { table, queues, pause }
    }

    pub async fn from_env() -> Result<Self, environment::Error> {
        let config = environment::aws();
        Ok(Self::new(
            Table::new(&config, environment::text("TABLE_NAME")?, Clock::system()),
            JobQueues::from_env(&config)?,
            Duration::from_secs(environment::number("LEASE_SECONDS")?),
        ))
    }
}

/// One sweep: a page of each shard, the longest due first; what is left is the next sweep's.
pub async fn handle(app: App) -> Result<(), Failed> {
    if !stands(Guard::Sweeper) {
        return Ok(());
    }
    let swept = join_all((0..DUE_SHARDS).map(|shard| sweep(&app, shard))).await;
    swept.into_iter().collect()
}

async fn sweep(app: &App, shard: u8) -> Result<(), Failed> {
    let jobs = due(&app.table, shard, app.table.clock().now()).await.map_err(Failed::because)?;
    let mut readable = Vec::with_capacity(jobs.len());
    for job in jobs {
        match job {
            Ok(job) => readable.push(job.into_inner()),
            Err(error) => tracing::error!(cause = %error, alert = true, "a due job cannot be read"),
        }
    }
    let sent = app.queues.send_all(&readable).await.map_err(Failed::because)?;
    if sent.is_empty() {
        return Ok(());
    }
    count(Fact::JobSentAgain, sent.len() as u64);
    tracing::info!(shard, sent = sent.len(), "sent again");
    // After sending: a crash in between sends twice, which is harmless, never not at all.
    let noted = join_all(sent.into_iter().map(|id| note(app, id))).await;
    noted.into_iter().collect()
}

async fn note(app: &App, id: JobId) -> Result<(), Failed> {
    let noted = change(&app.table, id, |job, now| {
        // Who claimed it meanwhile has set a time of their own.
        if job.due_at.is_some_and(|due| due <= now) {
            job.nudge(now, app.pause);
        }
    });
    noted.await.map(drop).map_err(Failed::because)
}
