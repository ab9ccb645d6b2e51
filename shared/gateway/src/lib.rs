//! The API Gateway edge: how does the gateway learn which API keys to throttle, and forget them again?

use std::collections::HashMap;
use std::fmt;

use aws_sdk_apigateway::Client;
use aws_sdk_apigateway::error::ProvideErrorMetadata;
use environment::failure;

/// Why a key could not be registered or removed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request cannot succeed as it is.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// Ours: to be logged and tried again; never holds a key's value.
    #[error("{0}")]
    Failed(String),
}

/// What cannot succeed as it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The gateway knows this value already: make another random one.
    #[error("The key's value is already registered; make a new one.")]
    ValueTaken,
    /// The account's number of keys is used up (10,000 unless raised).
    #[error("No more API keys can be registered at the moment; delete one that is no longer used.")]
    TooManyKeys,
}

/// The gateway's own id of a key, not secret: all that is needed to remove it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayKeyId(String);

impl GatewayKeyId {
    /// An id as it was stored.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id, to be stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for GatewayKeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The usage plans' keys. It registers and removes, and never reads a value back: its role has no right to.
#[derive(Clone, Debug)]
pub struct Gateway {
    client: Client,
}

impl Gateway {
    /// An edge with the account and region of `config`.
    pub fn new(config: &environment::SdkConfig) -> Self {
        Self { client: Client::new(config) }
    }

    /// Registers an enabled key with the secret `value` (20 to 128 characters) and puts it on the plan: it is metered from now on.
    ///
    /// All or nothing as far as we live: a key that does not get onto its plan is removed again. After a crash in
    /// between, the orphan opens nothing (our table does not know its value); call again with a new value.
    ///
    /// # Errors
    /// [`Refusal::ValueTaken`], [`Refusal::TooManyKeys`], or failed.
    pub async fn create_key(
        &self,
        name: &str,
        value: &str,
        usage_plan_id: &str,
        tags: &[(&str, &str)],
    ) -> Result<GatewayKeyId, Error> {
        let id = self.register(name, value, tags).await?;
        let Err(error) = self.put_on_plan(&id, usage_plan_id).await else { return Ok(id) };
        if let Err(left) = self.delete_key(&id).await {
            tracing::warn!(key_id = %id, cause = %left, "a key without a plan could not be removed");
        }
        Err(error)
    }

    /// Removes the key; it stops working at once. A key that is gone already is removed.
    ///
    /// # Errors
    /// Failed when the gateway could not be told.
    pub async fn delete_key(&self, id: &GatewayKeyId) -> Result<(), Error> {
        match self.client.delete_api_key().api_key(id.as_str()).send().await {
            Err(error) if error.code() == Some("NotFoundException") => Ok(()),
            answer => {
                answer.map(drop).map_err(|error| Error::Failed(failure("DeleteApiKey", &error)))
            }
        }
    }

    async fn register(
        &self,
        name: &str,
        value: &str,
        tags: &[(&str, &str)],
    ) -> Result<GatewayKeyId, Error> {
        let tags: HashMap<String, String> =
            tags.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let sent =
            self.client.create_api_key().name(name).value(value).enabled(true).set_tags(Some(tags));
        let key = sent.send().await.map_err(|error| match error.code() {
            Some("ConflictException") => Refusal::ValueTaken.into(),
            Some("LimitExceededException") => Refusal::TooManyKeys.into(),
            _ => Error::Failed(failure("CreateApiKey", &error)),
        })?;
        key.id
            .map(GatewayKeyId)
            .ok_or_else(|| Error::Failed("CreateApiKey: an answer without an id".to_owned()))
    }

    async fn put_on_plan(&self, id: &GatewayKeyId, usage_plan_id: &str) -> Result<(), Error> {
        let sent =
            self.client.create_usage_plan_key().usage_plan_id(usage_plan_id).key_id(id.as_str());
        match sent.key_type("API_KEY").send().await {
            // the SDK repeats a request whose answer was lost: a conflict says the first one arrived
            Err(error) if error.code() == Some("ConflictException") => Ok(()),
            answer => answer
                .map(drop)
                .map_err(|error| Error::Failed(failure("CreateUsagePlanKey", &error))),
        }
    }
}
