//! What the table is to its users, and how its errors are told apart.

use std::{future::Future, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::RequestId,
    types::ConsumedCapacity,
};
use clock::Clock;
use domain::Refusal;

/// The one table. Clones share a client.
#[derive(Clone, Debug)]
pub struct Table {
    pub(crate) client: Client,
    pub(crate) name: String,
    pub(crate) clock: Clock,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A condition of the business did not hold.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Someone wrote since the read: read again and decide again.
    #[error("someone else wrote meanwhile")]
    Contended,
    #[error("the table failed: {0}")]
    Failed(String),
}

/// An error that says whether deciding again may help.
pub trait Attempted {
    fn contended(&self) -> bool;
}

impl Attempted for Error {
    fn contended(&self) -> bool {
        matches!(self, Self::Contended)
    }
}

impl Table {
    pub fn new(config: &environment::SdkConfig, name: impl Into<String>, clock: Clock) -> Self {
        Self { client: Client::new(config), name: name.into(), clock }
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Runs find–decide–write again, up to `times` in all, while others keep writing in between.
    pub async fn attempt<R, E, F, Fut>(&self, times: u32, mut step: F) -> Result<R, E>
    where
        E: Attempted,
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<R, E>>,
    {
        let mut tried = 1;
        loop {
            match step().await {
                Err(error) if error.contended() && tried < times => self.pause(tried).await,
                done => return done,
            }
            tried += 1;
        }
    }

    /// Longer and with more spread each time, so that contenders part.
    pub(crate) async fn pause(&self, tried: u32) {
        let [random] = self.clock.random::<1>();
        let millis = (u64::from(random) % 20 + 5) << tried.min(5);
        self.clock.sleep(Duration::from_millis(millis)).await;
    }
}

/// A call that gave no answer.
pub(crate) fn failed<E, R>(operation: &str, error: &SdkError<E, R>) -> Error
where
    E: ProvideErrorMetadata + RequestId + std::error::Error + 'static,
    R: std::fmt::Debug,
{
    Error::Failed(environment::failure(operation, error))
}

/// A request that cannot be put together.
pub(crate) fn unbuilt(what: &str, error: &impl std::error::Error) -> Error {
    Error::Failed(format!("building {what}: {error}"))
}

/// What reading took of the table's capacity.
pub(crate) fn read_units(consumed: &[ConsumedCapacity]) {
    telemetry::consumed_reads(consumed.iter().filter_map(ConsumedCapacity::capacity_units).sum());
}

/// What writing took of the table's capacity.
pub(crate) fn write_units(consumed: &[ConsumedCapacity]) {
    telemetry::consumed_writes(consumed.iter().filter_map(ConsumedCapacity::capacity_units).sum());
}
