//! The message edge: SQS batches and schedules in, job messages out.

mod batch;
mod queues;
mod record;
mod redrive;
mod schedule;

pub use batch::{BatchAnswer, Consumer, TRIES, consume, consume_whole, process, process_whole};
pub use lambda_runtime::Error as LambdaError;
pub use queues::{JobMessage, JobQueues, QueueError};
pub use record::Batch;
pub use redrive::SourceQueues;
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
