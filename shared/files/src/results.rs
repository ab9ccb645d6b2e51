//! How are job results too large for the table kept, and Braket's read?

use crate::bucket::Bucket;
use crate::{Error, Object, ResultKey, Sha256Digest};

/// The results bucket; built once, at init.
#[derive(Clone, Debug)]
pub struct Results {
    bucket: Bucket,
}

impl Results {
    /// An edge to the bucket called `bucket`.
    pub fn new(config: &aws_config::SdkConfig, bucket: impl Into<String>) -> Self {
        Self { bucket: Bucket::new(config, bucket) }
    }

    /// The bucket's name, which Braket has to be told.
    pub fn bucket(&self) -> &str {
        self.bucket.name()
    }

    /// A result of at most `limit` bytes.
    ///
    /// # Errors
    /// [`crate::Refusal::NotFound`], [`crate::Refusal::TooLarge`], or failed.
    pub async fn read(&self, key: &ResultKey, limit: u64) -> Result<Object, Error> {
        self.bucket.get(&key.to_string(), limit).await
    }

    /// Keeps a result document, in place of an earlier one under the same key. Safe to repeat.
    ///
    /// # Errors
    /// Failed when S3 did not take it.
    pub async fn keep(&self, key: &ResultKey, json: Vec<u8>) -> Result<Sha256Digest, Error> {
        self.bucket.put(&key.to_string(), "application/json", json).await
    }
}
