//! Hands a job to Braket once: claim, intent before effect, and a search where the answer was lost.

use std::time::Duration;

use braket::{Braket, CreateError, CreateTask};
use clock::Clock;
use domain::{
    JobId,
    job::{Claim, Failure, Job, Stage, SubStatus, Unclaimed},
    settlement::Outcome,
};
use files::{Packages, ResultKey};
use guards::{Guard, stands};
use store::{
    Table,
    jobs::{By, Claimed, change, claim, settle},
};
use telemetry::{Fact, count};
use worker::{Consumer, Failed, JobMessage};

/// The tag by which a task is known to be a job's.
const JOB_TAG: &str = "job";
/// Before the first look at a task whose end no event has told.
const FIRST_LOOK: Duration = Duration::from_secs(60);
/// Between two searches for a task that may exist.
const SEARCH_PAUSE: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub struct App {
    table: Table,
    packages: Packages,
    braket: Braket,
    results_bucket: String,
    lease: Duration,
    search_grace: Duration,
}

impl App {
    pub fn new(
        table: Table,
        packages: Packages,
        braket: Braket,
        results_bucket: String,
        lease: Duration,
        search_grace: Duration,
    ) -> Self {
        Self { table, packages, braket, results_bucket, lease, search_grace }
    }

    pub async fn from_env() -> Result<Self, environment::Error> {
        let config = environment::aws();
        Ok(Self::new(
            Table::new(&config, environment::text("TABLE_NAME")?, Clock::system()),
            Packages::new(&config, environment::text("PACKAGES_BUCKET")?),
            Braket::new(&config),
            environment::text("RESULTS_BUCKET")?,
            Duration::from_secs(environment::number("LEASE_SECONDS")?),
            Duration::from_secs(environment::number("TASK_SEARCH_GRACE_SECONDS")?),
        ))
    }
}

impl Consumer for App {
    fn table(&self) -> &Table {
        &self.table
    }
}

/// Does the job's next step, or nothing where that is not a submission.
pub async fn handle(app: App, message: JobMessage) -> Result<(), Failed> {
    let id = message.job_id;
    let claimed = claim(&app.table, id, app.lease).await.map_err(Failed::because)?;
    match claimed {
        Some(Claimed::Taken(job, claim)) if job.intent.is_some() && stands(Guard::TaskSearch) => {
            search(&app, &job, claim).await
        }
        Some(Claimed::Taken(job, claim)) => submit(&app, &job, claim).await,
        Some(Claimed::Not(Unclaimed::CancelRequested)) => {
            end(&app, id, By::Provider, &Outcome::Cancelled { billed_shots: None }).await
        }
        Some(Claimed::Not(Unclaimed::GivenUp)) => {
            let outcome = Outcome::system_error(
                Stage::Submit,
                "The device took no task after several tries.",
            );
            end(&app, id, By::Provider, &outcome).await
        }
        // Whoever holds it goes on, or the sweeper sends it again when the lease has ended.
        Some(Claimed::Not(Unclaimed::Ended | Unclaimed::Held(_) | Unclaimed::WithProvider)) => {
            Ok(())
        }
        None => {
            tracing::error!(job_id = %id, "no such job");
            Ok(())
        }
    }
}

async fn end(app: &App, id: JobId, by: By, outcome: &Outcome) -> Result<(), Failed> {
    let settled = settle(&app.table, id, by, outcome).await.map_err(Failed::because)?;
    tracing::info!(job_id = %id, %settled, "ended before it was a task");
    Ok(())
}

async fn submit(app: &App, job: &Job, claim: Claim) -> Result<(), Failed> {
    let source = match app.packages.read_program(&job.program_key).await {
        Ok(source) => source,
        Err(files::Error::Refused(missing)) => {
            tracing::error!(job_id = %job.id, cause = %missing, alert = true, "no program");
            let outcome =
                Outcome::system_error(Stage::Prepare, "The version's program is missing.");
            return end(app, job.id, By::Claim(claim), &outcome).await;
        }
        Err(failed) => {
            return give_back(app, job.id, claim).await.and(Err(Failed::because(failed)));
        }
    };
    let Some(task) = intend(app, job, claim, source).await? else { return Ok(()) };
    match app.braket.create_task(task).await {
        Ok(created) => {
            count(Fact::QuantumTaskCreated, 1);
            know(app, job.id, &created.arn).await
        }
        Err(CreateError::Refused { code, message }) => {
            end(app, job.id, By::Claim(claim), &refused(&code, &message)).await
        }
        Err(unavailable @ CreateError::Unavailable { .. }) => {
            tracing::warn!(job_id = %job.id, cause = %unavailable, "no task now");
            give_back(app, job.id, claim).await
        }
        Err(ambiguous @ CreateError::Ambiguous { .. }) => {
            tracing::warn!(job_id = %job.id, cause = %ambiguous, "a task may exist");
            postpone(app, job.id, claim).await
        }
    }
}

/// Writes the intent down, and answers what to send; `None` where the claim is lost.
async fn intend(
    app: &App,
    job: &Job,
    claim: Claim,
    source: String,
) -> Result<Option<CreateTask>, Failed> {
    let intended = change(&app.table, job.id, |job, now| job.intend(claim, now).cloned()).await;
    let Some((_, Ok(intent))) = intended.map_err(Failed::because)? else { return Ok(None) };
    Ok(Some(CreateTask {
        client_token: intent.client_token,
        device_arn: job.device_arn.clone().unwrap_or_default(),
        shots: job.shots,
        bucket: app.results_bucket.clone(),
        prefix: ResultKey::task_prefix(job.id.uuid()),
        source,
        inputs: job.input.clone().into_iter().collect(),
        tags: [(JOB_TAG.to_owned(), job.id.to_string())].into(),
    }))
}

/// A task may exist: it is looked for, and never made a second time.
async fn search(app: &App, job: &Job, claim: Claim) -> Result<(), Failed> {
    let (Some(intent), Some(device)) = (&job.intent, &job.device_arn) else { return Ok(()) };
    let id = job.id.to_string();
    match app.braket.find_task(device, intent.at, (JOB_TAG, &id)).await {
        Ok(Some(found)) => know(app, job.id, &found.arn).await,
        Ok(None) if app.table.clock().now() >= intent.at.plus(app.search_grace) => {
            tracing::error!(job_id = %job.id, alert = true, "a submission was lost: no task was found within the grace period");
            let outcome =
                Outcome::system_error(Stage::Submit, "The submission to the device was lost.");
            end(app, job.id, By::Claim(claim), &outcome).await
        }
        Ok(None) => postpone(app, job.id, claim).await,
        Err(failed) => postpone(app, job.id, claim).await.and(Err(Failed::because(failed))),
    }
}

/// Counts even where the claim was lost meanwhile: the task is a fact.
async fn know(app: &App, id: JobId, arn: &str) -> Result<(), Failed> {
    let known = change(&app.table, id, |job, now| job.task_known(arn, now, FIRST_LOOK)).await;
    known.map(drop).map_err(Failed::because)
}

async fn give_back(app: &App, id: JobId, claim: Claim) -> Result<(), Failed> {
    let pause = app.lease;
    let given = change(&app.table, id, |job, now| job.release(claim, now, pause)).await;
    given.map(drop).map_err(Failed::because)
}

async fn postpone(app: &App, id: JobId, claim: Claim) -> Result<(), Failed> {
    let postponed = change(&app.table, id, |job, now| job.postpone(claim, now, SEARCH_PAUSE)).await;
    postponed.map(drop).map_err(Failed::because)
}

fn refused(code: &str, message: &str) -> Outcome {
    let failure = Failure {
        stage: Stage::Submit,
        reason: SubStatus::DeviceError,
        detail: format!("The device refused the program ({code}): {message}"),
        retryable: false,
        advice: "Change the program or choose another device; the job was not charged.".to_owned(),
    };
    Outcome::Failed { failure, billed_shots: None }
}
