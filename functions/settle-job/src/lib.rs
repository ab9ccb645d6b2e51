//! Looks at a quantum task when something says it may have moved, and ends its job when it has ended.

mod outcome;

use std::time::Duration;

use braket::{Braket, BraketError, Task, TaskEvent, TaskState};
use clock::Clock;
use domain::{
    JobId,
    job::{Job, Progress},
    settlement::Outcome,
};
use files::Results;
use serde::Deserialize;
use serde_json::Value;
use store::{
    Table,
    jobs::{By, change, job, settle},
};
use worker::{Consumer, Failed, JobMessage};

/// The tag by which a task is known to be a job's.
const JOB_TAG: &str = "job";

#[derive(Clone)]
pub struct App {
    table: Table,
    braket: Braket,
    results: Results,
    look_every: Duration,
}

impl App {
    pub fn new(table: Table, braket: Braket, results: Results, look_every: Duration) -> Self {
        Self { table, braket, results, look_every }
    }

    pub async fn from_env() -> Result<Self, environment::Error> {
        let config = environment::aws();
        Ok(Self::new(
            Table::new(&config, environment::text("TABLE_NAME")?, Clock::system()),
            Braket::new(&config),
            Results::new(&config, environment::text("RESULTS_BUCKET")?),
            Duration::from_secs(environment::number("TASK_LOOK_SECONDS")?),
        ))
    }
}

impl Consumer for App {
    fn table(&self) -> &Table {
        &self.table
    }
}

/// Either way it only says *look*: what it claims of the task is not believed.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Message {
    LookAgain(JobMessage),
    Event(Value),
}

pub async fn handle(app: App, message: Message) -> Result<(), Failed> {
    match message {
        Message::LookAgain(JobMessage { job_id }) => {
            let found = app.table.get(&job(job_id)).await.map_err(Failed::because)?;
            let Some(arn) = found.and_then(|job| job.task_arn.clone()) else { return Ok(()) };
            look(&app, &arn).await
        }
        Message::Event(event) => {
            let event = TaskEvent::parse(event.to_string().as_bytes()).map_err(Failed::because)?;
            look(&app, &event.task_arn).await
        }
    }
}

async fn look(app: &App, arn: &str) -> Result<(), Failed> {
    let task = match app.braket.task(arn).await {
        Ok(task) => task,
        Err(unknown @ BraketError::NotFound { .. }) => {
            tracing::error!(cause = %unknown, "an event names a task that is not there");
            return Ok(());
        }
        Err(failed) => return Err(Failed::because(failed)),
    };
    // Another stage in this account tags its tasks as this one does, but has them write elsewhere.
    if task.output_bucket != app.results.bucket() {
        tracing::info!("a task of another stage");
        return Ok(());
    }
    let Some(id) = task.tags.get(JOB_TAG).and_then(|id| id.parse::<JobId>().ok()) else {
        tracing::info!("a task of somebody else in this account");
        return Ok(());
    };
    let seen = change(&app.table, id, |job, now| {
        job.task_known(&task.arn, now, app.look_every);
        let ours = job.task_arn.as_deref() == Some(&task.arn);
        if let Some(progress) = progress(task.state).filter(|_| ours) {
            job.report(progress, task.queue_position.map(|position| position.to_string()), now);
            job.look_again(now, app.look_every);
        }
        ours
    });
    match seen.await.map_err(Failed::because)? {
        Some((job, true)) if !job.status.is_terminal() => follow(app, &job, &task).await,
        Some((_, true)) => Ok(()),
        Some((_, false)) | None => stray(app, id, &task).await,
    }
}

fn progress(state: TaskState) -> Option<Progress> {
    match state {
        TaskState::Created | TaskState::Queued => Some(Progress::Queued),
        TaskState::Running => Some(Progress::Running),
        TaskState::Cancelling => Some(Progress::Cancelling),
        TaskState::Completed | TaskState::Failed | TaskState::Cancelled => None,
    }
}

/// Ends the job with its task, or passes a wish to cancel on.
async fn follow(app: &App, job: &Job, task: &Task) -> Result<(), Failed> {
    if task.state.is_terminal() {
        let outcome = outcome::of(&app.results, job, task, app.table.clock().now()).await?;
        return end(app, job.id, &outcome).await;
    }
    if job.cancel_requested_at.is_some() && task.state != TaskState::Cancelling {
        app.braket.cancel(&task.arn).await.map_err(Failed::because)?;
    }
    Ok(())
}

async fn end(app: &App, id: JobId, outcome: &Outcome) -> Result<(), Failed> {
    let settled = settle(&app.table, id, By::Provider, outcome).await.map_err(Failed::because)?;
    tracing::info!(job_id = %id, %settled, "the task has ended");
    Ok(())
}

/// A task no job waits for costs money all the same: it is cancelled and somebody is told.
async fn stray(app: &App, id: JobId, task: &Task) -> Result<(), Failed> {
    tracing::error!(job_id = %id, task_arn = task.arn, alert = true, "a task that no job waits for");
    if !task.state.is_terminal() {
        app.braket.cancel(&task.arn).await.map_err(Failed::because)?;
    }
    Ok(())
}
