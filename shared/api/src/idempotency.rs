//! How a request that was sent twice has its effect once and its answer twice.

use std::future::Future;

use axum::extract::{FromRequest, FromRequestParts, Request};
use domain::Kind;
use guards::{Guard, stands};
use http::{StatusCode, request::Parts};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use store::{
    Key, Stored, Table, Write,
    idempotency::{Answered, answered},
};

use crate::{Answer, Caller, Problem, body};

/// Tries of a decision while others write.
const TRIES: u32 = 4;
const MAX_KEY: usize = 255;

/// A JSON body sent with an `Idempotency-Key` by a known caller.
pub struct Submission<T> {
    pub body: T,
    request: String,
    payload: String,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Submission<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, state).await?;
        let request_hash = request_hash(&caller, &parts)?;
        let bytes = body::bytes(Request::from_parts(parts, body)).await?;
        Ok(Self { body: body::parse(&bytes)?, request: request_hash, payload: hash(&[&bytes]) })
    }
}

fn request_hash(caller: &Caller, parts: &Parts) -> Result<String, Problem> {
    let key = parts.headers.get("idempotency-key").ok_or_else(|| {
        Problem::refused(
            Kind::Malformed,
            "idempotency_key_missing",
            "Send an `Idempotency-Key` header with a new random value for each new request, and the same one to repeat it.",
        )
    })?;
    let key = key.to_str().unwrap_or_default();
    let one = parts.headers.get_all("idempotency-key").iter().nth(1).is_none();
    if !one || !(1..=MAX_KEY).contains(&key.len()) {
        return Err(Problem::refused(
            Kind::Malformed,
            "idempotency_key_invalid",
            format!("Send one `Idempotency-Key` of 1 to {MAX_KEY} ASCII characters."),
        ));
    }
    let parts = [&caller.name(), parts.method.as_str(), parts.uri.path(), key];
    Ok(hash(&parts.map(str::as_bytes)))
}

/// Each part with its length, so that no two lists of parts run together alike.
fn hash(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hex::encode(hasher.finalize())
}

impl<T> Submission<T> {
    /// Where the answer to an earlier, equal request lies.
    pub fn key(&self) -> Key<Answered> {
        answered(&self.request)
    }

    /// The earlier answer, where there is one; another payload under the same key is refused.
    pub fn replay(&self, earlier: Option<&Stored<Answered>>) -> Result<Option<Answer>, Problem> {
        let Some(earlier) = earlier.filter(|_| stands(Guard::IdempotencyRecord)) else {
            return Ok(None);
        };
        if earlier.payload != self.payload {
            return Err(Problem::refused(
                Kind::Invalid,
                "idempotency_key_reused",
                "This `Idempotency-Key` was used with another payload; take a new one for a new request.",
            ));
        }
        Ok(Some(Answer {
            status: StatusCode::from_u16(earlier.status).map_err(Problem::failed)?,
            location: earlier.location.clone(),
            etag: earlier.etag.clone(),
            retry_after: earlier.retry_after,
            replayed: true,
            body: earlier.body.clone(),
        }))
    }

    /// Goes into the same write as the effect. Keep secrets out of `answer`.
    pub fn remember(&self, table: &Table, answer: &Answer) -> Write {
        let request = match stands(Guard::IdempotencyRecord) {
            true => self.request.clone(),
            false => hex::encode(table.clock().random::<32>()),
        };
        store::create(&Answered {
            request,
            payload: self.payload.clone(),
            status: answer.status.as_u16(),
            location: answer.location.clone(),
            etag: answer.etag.clone(),
            retry_after: answer.retry_after,
            body: answer.body.clone(),
            at: table.clock().now(),
        })
    }

    /// Answers a repeat as the first time, else runs `step`, again if others write meanwhile.
    ///
    /// `step` must write [`Submission::remember`] together with its effect.
    pub async fn once<F, Fut>(&self, table: &Table, mut step: F) -> Result<Answer, Problem>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<Answer, Problem>>,
    {
        self.decided(table, || {
            let decided = step();
            async move {
                match self.answered(table).await? {
                    Some(answer) => Ok(answer),
                    None => decided.await,
                }
            }
        })
        .await
    }

    /// The same for a `step` that finds the earlier answer itself, along with all else it reads.
    pub async fn decided<R, F, Fut>(&self, table: &Table, mut step: F) -> Result<R, Problem>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<R, Problem>>,
    {
        let decided = match table.attempt(TRIES, &mut step).await {
            // The very same request may have been granted meanwhile, and be what stands in the way.
            Err(refused)
                if refused.status().is_client_error() && self.answered(table).await?.is_some() =>
            {
                step().await
            }
            decided => decided,
        };
        decided.map_err(Problem::or_later)
    }

    async fn answered(&self, table: &Table) -> Result<Option<Answer>, Problem> {
        let earlier = table.get(&self.key()).await?;
        self.replay(earlier.as_ref())
    }
}

/// The header that [`Submission`] reads, for an operation's documentation.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "its fields are read by the derive alone")]
pub struct IdempotencyHeader {
    /// A new random value for each new request, the same one to repeat it.
    #[param(
        rename = "Idempotency-Key",
        min_length = 1,
        max_length = 255,
        pattern = r"^[\t -~]+$",
        example = "6e1b7c1e-5d0b-4f39-8a55-0b5a4a4f7d11"
    )]
    idempotency_key: String,
}
