//! Secrets Manager: the key is loaded, or nothing of it is told.

use secrets::{Error, HashKey};
use serde_json::json;
use tests::{Answer, Prepared};

async fn load(answer: Answer) -> Result<HashKey, Error> {
    let manager = Prepared::answering([answer]).await;
    HashKey::load(&manager.config(), "hub/key").await
}

#[tokio::test]
async fn a_stored_key_is_the_key() {
    let stored = json!({"key": "k".repeat(64)}).to_string();
    let key = load(Answer::ok(&json!({"Name": "hub/key", "SecretString": stored}))).await;
    let expected = HashKey::new(&[b'k'; 64]).expect("long enough");
    let hash = key.expect("a key").derive("link").hex(b"text");
    assert_eq!(hash, expected.derive("link").hex(b"text"));
}

#[tokio::test]
async fn what_is_no_key_of_ours_is_refused_unquoted() {
    for (answer, expected) in [
        (
            Answer::error(400, "ResourceNotFoundException", "no secret hub/key"),
            "GetSecretValue: ResourceNotFoundException (request request-1)",
        ),
        (Answer::ok(&json!({"SecretBinary": "c2VjcmV0"})), "the secret is binary, not text"),
        (
            Answer::ok(&json!({"SecretString": "{\"key\":\"short\"}"})),
            "the key in the secret is shorter than 32 bytes",
        ),
    ] {
        let Err(Error::Failed(why)) = load(answer).await else { panic!("{expected}") };
        assert_eq!(why, expected);
    }
}
