//! Runs a job's program on our own simulator: claim, simulate under a lease, settle.

mod simulation;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use clock::Clock;
use domain::{
    JobId,
    job::{Claim, Job, JobStatus, Stage, Unclaimed},
    settlement::Outcome,
};
use environment::SdkConfig;
use files::{Packages, Results};
use store::{
    Table,
    jobs::{By, Claimed, change, claim, settle},
};
use worker::{Consumer, Failed, JobMessage};

/// Leases end after this many missed prolongations.
const BEATS_PER_LEASE: u32 = 3;
/// A cancellation is heard within this time.
const LONGEST_BEAT: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub struct App {
    table: Table,
    packages: Packages,
    results: Results,
    lease: Duration,
}

impl App {
    pub fn new(table: Table, packages: Packages, results: Results, lease: Duration) -> Self {
        Self { table, packages, results, lease }
    }

    pub async fn from_env() -> Result<Self, environment::Error> {
        let config: SdkConfig = environment::aws();
        Ok(Self::new(
            Table::new(&config, environment::text("TABLE_NAME")?, Clock::system()),
            Packages::new(&config, environment::text("PACKAGES_BUCKET")?),
            Results::new(&config, environment::text("RESULTS_BUCKET")?),
            Duration::from_secs(environment::number("LEASE_SECONDS")?),
        ))
    }
}

impl Consumer for App {
    fn table(&self) -> &Table {
        &self.table
    }
}

/// Does the job's next step, or nothing where that is not a simulation of ours.
pub async fn handle(app: App, message: JobMessage) -> Result<(), Failed> {
    let id = message.job_id;
    let claimed = claim(&app.table, id, app.lease).await.map_err(Failed::because)?;
    let (job, claim) = match claimed {
        Some(Claimed::Taken(job, claim)) => (job.into_inner(), claim),
        Some(Claimed::Not(Unclaimed::CancelRequested)) => {
            return end(&app, id, By::Provider, &Outcome::Cancelled { billed_shots: None }).await;
        }
        Some(Claimed::Not(Unclaimed::GivenUp)) => {
            let outcome = Outcome::system_error(
                Stage::Execute,
                "The simulation was begun several times and never ended.",
            );
            return end(&app, id, By::Provider, &outcome).await;
        }
        // Whoever holds it goes on, or the sweeper sends it again when the lease has ended.
        Some(Claimed::Not(Unclaimed::Ended | Unclaimed::Held(_) | Unclaimed::WithProvider)) => {
            return Ok(());
        }
        None => {
            tracing::error!(job_id = %id, "no such job");
            return Ok(());
        }
    };
    match execute(&app, &job, claim).await {
        Ok(Some(outcome)) => end(&app, id, By::Claim(claim), &outcome).await,
        Ok(None) => Ok(()),
        Err(failed) => {
            give_back(&app, id, claim).await?;
            Err(failed)
        }
    }
}

async fn end(app: &App, id: JobId, by: By, outcome: &Outcome) -> Result<(), Failed> {
    let settled = settle(&app.table, id, by, outcome).await.map_err(Failed::because)?;
    tracing::info!(job_id = %id, %settled, "simulated");
    Ok(())
}

/// Another try is due after a lease, when what failed may work again.
async fn give_back(app: &App, id: JobId, claim: Claim) -> Result<(), Failed> {
    let pause = app.lease;
    let given = change(&app.table, id, |job, now| job.release(claim, now, pause)).await;
    given.map(drop).map_err(Failed::because)
}

/// `None` where the claim was lost on the way: another executor ends the job.
async fn execute(app: &App, job: &Job, claim: Claim) -> Result<Option<Outcome>, Failed> {
    let source = match app.packages.read_program(&job.program_key).await {
        Ok(source) => source,
        Err(files::Error::Refused(missing)) => {
            tracing::error!(job_id = %job.id, cause = %missing, alert = true, "no program");
            let outcome =
                Outcome::system_error(Stage::Prepare, "The version's program is missing.");
            return Ok(Some(outcome));
        }
        Err(failed) => return Err(Failed::because(failed)),
    };
    let stop = Arc::new(AtomicBool::new(false));
    let clock = app.table.clock();
    let run = clock.beside({
        let (job, stop) = (job.clone(), stop.clone());
        move || simulation::run(&job, &source, &stop)
    });
    let started = clock.now();
    let pause = (app.lease / BEATS_PER_LEASE).min(LONGEST_BEAT);
    tokio::pin!(run);
    let ended = loop {
        tokio::select! {
            biased;
            ended = &mut run => break ended,
            () = clock.sleep(pause) => match beat(app, job.id, claim).await {
                Beat::GoOn => {}
                Beat::Cancel => stop.store(true, Ordering::Relaxed),
                Beat::Lost => {
                    stop.store(true, Ordering::Relaxed);
                    return Ok(None);
                }
            },
        }
    };
    let elapsed = clock.now().since(started);
    let ended = ended.map_err(Failed::because)?;
    simulation::outcome(&app.results, job, ended, elapsed).await.map(Some)
}

enum Beat {
    GoOn,
    Cancel,
    Lost,
}

/// Prolongs the lease, and hears of a cancellation. A beat that fails is one of several before the lease ends.
async fn beat(app: &App, id: JobId, claim: Claim) -> Beat {
    let lease = app.lease;
    match change(&app.table, id, |job, now| job.prolong(claim, now, lease)).await {
        Ok(Some((job, Ok(())))) if job.status == JobStatus::Cancelling => Beat::Cancel,
        Ok(Some((_, Ok(())))) => Beat::GoOn,
        Ok(_) => Beat::Lost,
        Err(error) => {
            tracing::error!(job_id = %id, cause = %error, "the lease was not prolonged");
            Beat::GoOn
        }
    }
}
