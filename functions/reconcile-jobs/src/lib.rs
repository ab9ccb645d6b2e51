//! Sends what is due to its next step again: the safety net under every lost message, event and process.

use std::time::Duration;

use clock::Clock;
use store::{
    Table,
    jobs::{DUE_SHARDS, change, due},
};
use telemetry::{Fact, carry, count};
use tokio::task::JoinSet;
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
    let mut shards = JoinSet::new();
    for shard in 0..DUE_SHARDS {
        shards.spawn(carry(sweep(app.clone(), shard)));
    }
    let mut failed = Ok(());
    while let Some(swept) = shards.join_next().await {
        failed = failed.and(swept.unwrap_or_else(|_panic| Err(Failed::new("a sweep panicked"))));
    }
    failed
}

async fn sweep(app: App, shard: u8) -> Result<(), Failed> {
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
    let mut notes = JoinSet::new();
    for id in sent {
        let (table, pause) = (app.table.clone(), app.pause);
        notes.spawn(carry(async move {
            change(&table, id, |job, now| {
                // Who claimed it meanwhile has set a time of their own.
                if job.due_at.is_some_and(|due| due <= now) {
                    job.nudge(now, pause);
                }
            })
            .await
        }));
    }
    while let Some(noted) = notes.join_next().await {
        noted.map_err(|_panic| Failed::new("a note panicked"))?.map_err(Failed::because)?;
    }
    Ok(())
}
