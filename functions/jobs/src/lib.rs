//! Serves `/jobs`: submit a program with its input, watch it, read its counts, cancel it.

mod create;
pub mod views;
mod wait;

use api::{Answer, Caller, Context, InitError, ListQuery, Page, Params, Path, Problem, Submission};
use axum::extract::State;
use domain::{
    JobId, Kind, Refusal,
    access_key::AccessKey,
    field::id,
    job::{Cancel, Job},
    settlement::Outcome,
};
use files::{ResultKey, Results};
use store::{
    Stored,
    jobs::{self, By, Settled},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use worker::JobQueues;

use wait::Wait;

/// A result larger than this is answered with its most frequent counts alone.
const MAX_ANSWERED_BYTES: u64 = 4 * 1024 * 1024;
/// Decisions about a cancellation while others write: as many as may ask for it at once.
const CANCEL_TRIES: u32 = 10;

#[derive(Clone)]
pub struct App {
    context: Context,
    queues: JobQueues,
    results: Results,
}

impl App {
    pub fn new(context: Context, queues: JobQueues, results: Results) -> Self {
        Self { context, queues, results }
    }

    pub async fn from_env() -> Result<Self, InitError> {
        let config = environment::aws();
        let queues = JobQueues::from_env(&config)?;
        let results = Results::new(&config, environment::text("RESULTS_BUCKET")?);
        Ok(Self::new(Context::from_env(&config).await?, queues, results))
    }

    /// The caller's own; with the key of a subscription, of that alone.
    async fn own(&self, caller: &Caller, job_id: &str) -> Result<Stored<Job>, Problem> {
        let found = self.context.table.get(&jobs::job(id(job_id)?)).await?;
        found.filter(|job| sees(caller, job)).ok_or_else(|| Refusal::not_found("job").into())
    }

    /// The sweeper sends again what is lost here, so that a failure does not undo what was written.
    async fn tell(&self, job: &Job) {
        if let Err(error) = self.queues.send(job).await {
            tracing::error!(job_id = %job.id, cause = %error, "left to the sweeper");
        }
    }
}

fn sees(caller: &Caller, job: &Job) -> bool {
    let bound = caller.key().and_then(AccessKey::subscription_id);
    job.user_id == caller.user_id && (bound.is_none() || job.subscription_id == bound)
}

impl api::App for App {
    fn context(&self) -> Option<&Context> {
        Some(&self.context)
    }
}

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_jobs, create_job))
        .routes(routes!(get_job, cancel_job))
        .routes(routes!(get_job_result))
}

/// Submit a job
///
/// Holds the price and sends the program to its device. A `BLOCKING` job, the default, is answered with its result
/// where it ends within 25 seconds, or the time `Prefer: wait=N` names; otherwise with 202 and where to look.
#[utoipa::path(post, path = "/jobs", operation_id = "createJob", tag = "Jobs",
    security(("cognito" = []), ("apiKey" = ["jobs:write"])),
    params(api::IdempotencyHeader, wait::PreferHeader), request_body = views::CreateJobRequest,
    extensions(("x-problems" = json!([
        "validation_failed", "bad_id", "not_found", "subscription_missing", "subscription_expired",
        "subscription_inactive", "simulators_only", "version_yanked", "version_not_ready",
        "schema_unusable", "device_missing", "device_unavailable", "device_not_priced",
        "device_cannot_run", "simulation_too_large", "no_uses_left", "key_used_up", "caller_changed"
    ]))),
    responses(
        (status = 200, description = "The job has ended: its result is part of it.", body = views::Job,
            example = json!(views::examples::answered())),
        (status = 202, description = "The job goes on.", body = views::Job,
            headers(("Location" = String), ("Retry-After" = u32)), example = json!(views::examples::submitted()))))]
async fn create_job(
    State(app): State<App>,
    caller: Caller,
    wait: Wait,
    submission: Submission<views::CreateJobRequest>,
) -> Result<Answer, Problem> {
    let (answer, accepted) = create::once(&app, &caller, &submission).await?;
    if let Some(job) = &accepted {
        app.tell(job).await;
    }
    let wait = wait.or_of(submission.body.run_mode);
    match wait::ended(&app, &answer, wait).await? {
        Some(ended) => Ok(Answer::ok(&ended)?.in_place_of(&answer)),
        None => Ok(answer),
    }
}

/// List jobs
///
/// The caller's own, newest first; with the API key of a subscription, those of that.
#[utoipa::path(get, path = "/jobs", operation_id = "listJobs", tag = "Jobs",
    security(("cognito" = []), ("apiKey" = ["jobs:read"])), params(ListQuery),
    responses((status = 200, description = "A page of jobs.", body = Page<views::Job>)))]
async fn list_jobs(
    State(app): State<App>,
    caller: Caller,
    Params(asked): Params<ListQuery>,
) -> Result<Answer, Problem> {
    let context = &app.context;
    let Some(subscription) = caller.key().and_then(AccessKey::subscription_id) else {
        let query = jobs::of_user(caller.user_id);
        return Answer::ok(&context.list(query, &asked, |job| views::Job::from(&**job)).await?);
    };
    let query = jobs::of_subscription(subscription);
    let page = context.list(query, &asked, |entry| jobs::job(entry.job_id)).await?;
    let found = context.table.read(page.items).await?;
    let items = found.iter().flatten().map(|job| views::Job::from(&**job)).collect();
    Answer::ok(&Page { items, next_cursor: page.next_cursor })
}

/// Read a job
///
/// Its status, what it is priced at, and once it has ended what it cost; its counts are read with its result.
#[utoipa::path(get, path = "/jobs/{job_id}", operation_id = "getJob", tag = "Jobs",
    security(("cognito" = []), ("apiKey" = ["jobs:read"])), params(("job_id" = JobId, Path)),
    responses((status = 200, description = "The job as it stands.", body = views::Job)))]
async fn get_job(
    State(app): State<App>,
    caller: Caller,
    Path(job_id): Path<String>,
) -> Result<Answer, Problem> {
    let job = app.own(&caller, &job_id).await?;
    Answer::ok(&views::Job::from(&*job))
}

/// Read a job's result
///
/// Counts, measured qubits, timing, device and cost; for a job that failed, why and what to do.
#[utoipa::path(get, path = "/jobs/{job_id}/result", operation_id = "getJobResult", tag = "Jobs",
    security(("cognito" = []), ("apiKey" = ["results:read"])), params(("job_id" = JobId, Path)),
    extensions(("x-problems" = json!(["job_not_ended"]))),
    responses((status = 200, description = "How the job ended.", body = views::JobResult)))]
async fn get_job_result(
    State(app): State<App>,
    caller: Caller,
    Path(job_id): Path<String>,
) -> Result<Answer, Problem> {
    let id: JobId = id(&job_id)?;
    let (job, result) = app.context.table.read((jobs::job(id), jobs::result(id))).await?;
    let job = job.filter(|job| sees(&caller, job)).ok_or_else(|| Refusal::not_found("job"))?;
    let Some(result) = result else {
        return Err(Problem::refused(
            Kind::Conflict,
            "job_not_ended",
            "The job has not ended yet; read it until it has, then its result.",
        ));
    };
    let mut view = views::JobResult::new(&job, &result);
    if let Some(key) = result.stored_at.as_deref().and_then(|key| key.parse::<ResultKey>().ok()) {
        match app.results.read(&key, MAX_ANSWERED_BYTES).await {
            Ok(document) => view.complete(&document.bytes).map_err(Problem::failed)?,
            Err(files::Error::Refused(files::Refusal::TooLarge { .. })) => {}
            Err(failed) => return Err(Problem::failed(failed)),
        }
    }
    Answer::ok(&view)
}

/// Cancel a job
///
/// What nobody has begun ends at once. Otherwise cancelling is a request: the last word is the device's.
#[utoipa::path(delete, path = "/jobs/{job_id}", operation_id = "cancelJob", tag = "Jobs",
    security(("cognito" = []), ("apiKey" = ["jobs:write"])), params(("job_id" = JobId, Path)),
    extensions(("x-problems" = json!(["job_ended", "conflict"]))),
    responses((status = 200, description = "The job is cancelled.", body = views::Job,
            example = json!(views::examples::cancelled())),
        (status = 202, description = "Cancelling was asked for.", body = views::Job,
            headers(("Retry-After" = u32)), example = json!(views::examples::cancelling()))))]
async fn cancel_job(
    State(app): State<App>,
    caller: Caller,
    Path(job_id): Path<String>,
) -> Result<Answer, Problem> {
    let table = &app.context.table;
    let (app, caller, job_id) = (&app, &caller, &job_id);
    table
        .attempt(CANCEL_TRIES, || async move {
            let mut job = app.own(caller, job_id).await?;
            match job.request_cancel(table.clock().now())? {
                Cancel::AtOnce => {
                    let outcome = Outcome::Cancelled { billed_shots: None };
                    match jobs::settle(table, job.id, By::Owner, &outcome).await? {
                        Settled::Now(job) => Answer::ok(&views::Job::from(&job)),
                        // Someone has just begun it, or it has just ended: decide again.
                        _ => Err(store::Error::Contended.into()),
                    }
                }
                Cancel::Requested => {
                    let job = table.save(job).await?;
                    app.tell(&job).await;
                    Answer::accepted(None, Some(1), &views::Job::from(&*job))
                }
            }
        })
        .await
}
