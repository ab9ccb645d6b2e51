//! How long a submission waits for its job to end, and how it notices.

use std::time::Duration;

use api::{Answer, Problem};
use axum::extract::FromRequestParts;
use domain::{JobId, job::RunMode};
use http::{header::HeaderName, request::Parts};
use store::jobs;

use crate::{App, views};

/// The gateway ends a request after 29 seconds.
const LONGEST: Duration = Duration::from_secs(25);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LAST_PAUSE: Duration = Duration::from_secs(1);

/// Characters of a preference that is read.
const MAX_PREFER: usize = 100;

/// What `Prefer: wait=N` asked for.
pub(crate) struct Wait(Option<Duration>);

/// The header that says how long to wait, for an operation's documentation.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "its fields are read by the derive alone")]
pub(crate) struct PreferHeader {
    /// `wait=N`: seconds to wait for the result, up to 25.
    #[param(rename = "Prefer", max_length = 100, pattern = r"^[\t -~]*$", example = "wait=10")]
    prefer: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Wait {
    type Rejection = Problem;

    /// A preference that cannot be read is no preference (RFC 7240).
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let prefer = parts.headers.get_all(HeaderName::from_static("prefer")).iter();
        let wait = prefer
            .filter_map(|value| value.to_str().ok())
            .filter(|value| value.len() <= MAX_PREFER)
            .flat_map(|value| value.split([',', ';']))
            .find_map(|preference| preference.trim().strip_prefix("wait=")?.parse().ok());
        Ok(Self(wait.map(|seconds| Duration::from_secs(seconds).min(LONGEST))))
    }
}

impl Wait {
    /// The job's own mode decides where nothing was asked for.
    pub(crate) fn or_of(self, mode: Option<RunMode>) -> Duration {
        self.0.unwrap_or(match mode {
            Some(RunMode::NonBlocking) => Duration::ZERO,
            Some(RunMode::Blocking) | None => LONGEST,
        })
    }
}

/// The job with its result, if it ends in time.
pub(crate) async fn ended(
    app: &App,
    answer: &Answer,
    wait: Duration,
) -> Result<Option<views::Job>, Problem> {
    let Some(id) = answer
        .location()
        .and_then(|location| location.strip_prefix("/jobs/")?.parse::<JobId>().ok())
    else {
        return Ok(None);
    };
    let (table, clock) = (&app.context.table, app.context.table.clock());
    let began = clock.now();
    let mut pause = FIRST_PAUSE;
    while clock.now().since(began) + pause < wait {
        clock.sleep(pause).await;
        let (job, result) = table.read((jobs::job(id), jobs::result(id))).await?;
        if let (Some(job), Some(result)) = (job, result) {
            return Ok(Some(views::Job::with_result(&job, &result)));
        }
        pause = (pause * 3 / 2).min(LAST_PAUSE);
    }
    Ok(None)
}
