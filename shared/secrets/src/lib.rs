//! The Secrets Manager edge: where does the key behind our hashes and cursors come from, and how is it used?

mod hash;
mod seal;

use aws_sdk_secretsmanager::Client;
use environment::failure;
use serde::Deserialize;

pub use hash::{Digest, HashKey, KeyedHash};
pub use seal::{NONCE, Seal};

/// Why the secret could not be used: always ours, never the caller's.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Says what went wrong, without any part of the secret.
    #[error("{0}")]
    Failed(String),
}

/// The stored secret, `{"key": "…"}`; other members belong to other readers.
#[derive(Deserialize)]
struct Stored {
    key: String,
}

impl HashKey {
    /// Reads the secret `secret_id` (name or ARN) once, at init.
    ///
    /// # Errors
    /// [`Error::Failed`] when it cannot be read, is not `{"key": "…"}`, or the key is under 32 bytes.
    pub async fn load(config: &environment::SdkConfig, secret_id: &str) -> Result<Self, Error> {
        let answer = Client::new(config)
            .get_secret_value()
            .secret_id(secret_id)
            .send()
            .await
            .map_err(|error| Error::Failed(failure("GetSecretValue", &error)))?;
        let text = answer
            .secret_string()
            .ok_or_else(|| Error::Failed("the secret is binary, not text".to_owned()))?;
        parse(text)
    }
}

fn parse(text: &str) -> Result<HashKey, Error> {
    // serde_json's own message could quote the text, so only its position is kept
    let stored: Stored = serde_json::from_str(text).map_err(|error| {
        Error::Failed(format!(
            "the secret is not {{\"key\": \"…\"}} (line {}, column {})",
            error.line(),
            error.column()
        ))
    })?;
    HashKey::new(stored.key.as_bytes())
        .ok_or_else(|| Error::Failed("the key in the secret is shorter than 32 bytes".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_secret_becomes_a_key() {
        assert!(
            parse(&format!(
                r#"{{"key":"{}","rotated_at":"2026-01-01T00:00:00Z"}}"#,
                "k".repeat(64)
            ))
            .is_ok()
        );
    }

    #[test]
    fn a_broken_secret_is_never_quoted() {
        for text in
            ["s3cr3t", r#"{"key": 12345}"#, r#"{"key":"s3cr3t"}"#, r#"{"kee":"s3cr3t"}"#, ""]
        {
            let Error::Failed(message) = parse(text).expect_err("refused");
            assert!(!message.contains("s3cr3t") && !message.contains("12345"), "{message}");
        }
    }
}
