//! How are job results too large for the table kept, and Braket's read?

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::bucket::Bucket;
use crate::{Error, Object, ResultKey, Sha256Digest};

/// A larger result lies in S3, and the item points to it.
const ITEM_BYTES: usize = 64 * 1024;
/// Of a number and what stands around it.
const BYTES_A_COUNT: usize = 12;

/// The results bucket; built once, at init.
#[derive(Clone, Debug)]
pub struct Results {
    bucket: Bucket,
}

impl Results {
    /// An edge to the bucket called `bucket`.
    pub fn new(config: &environment::SdkConfig, bucket: impl Into<String>) -> Self {
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

    /// Keeps what a job gave, where that is too large for its item; answers the key it then has. Safe to repeat.
    ///
    /// # Errors
    /// Failed when S3 did not take it.
    pub async fn keep_large(
        &self,
        job_id: Uuid,
        counts: &BTreeMap<String, u64>,
        measured_qubits: &[u32],
        result_types: &[Value],
    ) -> Result<Option<ResultKey>, Error> {
        let counted: usize = counts.keys().map(|bits| bits.len() + BYTES_A_COUNT).sum();
        let told: usize = result_types.iter().map(|one| one.to_string().len()).sum();
        if counted + told <= ITEM_BYTES {
            return Ok(None);
        }
        let key = ResultKey::Job { job_id };
        let document = json!({
            "counts": counts, "measured_qubits": measured_qubits, "result_types": result_types
        });
        self.keep(&key, document.to_string().into_bytes()).await?;
        Ok(Some(key))
    }

    /// Keeps a result document, in place of an earlier one under the same key. Safe to repeat.
    ///
    /// # Errors
    /// Failed when S3 did not take it.
    pub async fn keep(&self, key: &ResultKey, json: Vec<u8>) -> Result<Sha256Digest, Error> {
        self.bucket.put(&key.to_string(), "application/json", json).await
    }
}
