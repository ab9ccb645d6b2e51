//! The message edge: SQS batches and schedules in, job messages out.

mod batch;
mod queues;
mod schedule;

pub use batch::{Batch, BatchAnswer, consume, process};
pub use lambda_runtime::Error as LambdaError;
pub use queues::{JobMessage, JobQueues, QueueError};
pub use schedule::scheduled;

/// Ours: logged, and the message is tried again.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failed(String);

impl Failed {
    pub fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }

    /// Keeps the cause's words.
    pub fn because(cause: impl std::error::Error) -> Self {
        Self(cause.to_string())
    }
}
