//! S3: an upload reaches its queue, and a presigned form is taken as it was signed and not otherwise.

use std::time::Duration;

use aws_sdk_sqs::Client;
use files::{Packages, Sha256Digest, Upload, UploadKey, limits::PACKAGE_BYTES};
use reqwest::multipart::{Form, Part};
use tests::{config, services};
use time::OffsetDateTime;
use uuid::Uuid;

const BYTES: &[u8] = b"any bytes: inspection comes later";
/// For a notification to arrive; a queue waits this long for one message.
const PATIENCE: Duration = Duration::from_secs(20);

/// What someone does to a form before they post it.
type Change = fn(&mut Upload);

fn packages() -> Packages {
    let cloud = services();
    let bucket = &cloud.stack().outputs["PackagesBucketName"];
    Packages::new(&config(&cloud.addresses().services), bucket)
}

fn fresh_key() -> UploadKey {
    UploadKey { app_id: Uuid::new_v4(), version_id: Uuid::new_v4(), upload_id: Uuid::new_v4() }
}

async fn form(key: &UploadKey, bytes: &[u8], signed_at: OffsetDateTime) -> Upload {
    packages().presign_upload(key, &Sha256Digest::of(bytes), signed_at).await.expect("signed")
}

/// The status S3 answers.
async fn post(form: &Upload, bytes: &[u8]) -> u16 {
    let mut parts = Form::new();
    for (name, value) in &form.fields {
        parts = parts.text(name.clone(), value.clone());
    }
    let parts = parts.part("file", Part::bytes(bytes.to_vec()).file_name("package.zip"));
    let sent = reqwest::Client::new().post(&form.url).multipart(parts).send().await;
    sent.expect("an answer").status().as_u16()
}

async fn has_arrived(key: &UploadKey) -> bool {
    packages().upload_size(key).await.expect("an answer").is_some()
}

#[tokio::test]
async fn an_upload_is_told_to_the_inspection_queue() {
    let key = fresh_key();
    assert_eq!(post(&form(&key, BYTES, OffsetDateTime::now_utc()).await, BYTES).await, 204);
    let cloud = services();
    let queue = Client::new(&config(&cloud.addresses().services));
    let found = async {
        loop {
            // other tests upload too, and nothing consumes this queue
            let asked = queue.receive_message().max_number_of_messages(10).wait_time_seconds(2);
            let asked = asked.queue_url(&cloud.stack().outputs["InspectionQueueUrl"]);
            let messages = asked.send().await.expect("an answer").messages.unwrap_or_default();
            let bodies = messages.into_iter().filter_map(|message| message.body);
            if let Some(body) = bodies.into_iter().find(|body| body.contains(&key.to_string())) {
                return body;
            }
        }
    };
    let body = tokio::time::timeout(PATIENCE, found).await.expect("a message");
    let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    let record = &body["Records"][0];
    assert_eq!(record["eventSource"], "aws:s3");
    assert!(record["eventName"].as_str().is_some_and(|name| name.starts_with("ObjectCreated:")));
    assert_eq!(
        record["s3"]["bucket"]["name"],
        cloud.stack().outputs["PackagesBucketName"].as_str()
    );
    assert_eq!(record["s3"]["object"]["key"], key.to_string());
    assert_eq!(record["s3"]["object"]["size"], BYTES.len());
}

#[tokio::test]
async fn a_form_is_not_taken_otherwise_than_it_was_signed() {
    let now = OffsetDateTime::now_utc();
    let changes: [(&str, Change); 6] = [
        ("another key", |form| {
            form.fields.insert("key".to_owned(), fresh_key().to_string());
        }),
        ("another content type", |form| {
            form.fields.insert("Content-Type".to_owned(), "text/html".to_owned());
        }),
        ("another announced hash", |form| {
            let other = Sha256Digest::of(b"other").to_string();
            form.fields.insert("x-amz-meta-sha256".to_owned(), other);
        }),
        ("a field more", |form| {
            form.fields.insert("acl".to_owned(), "public-read".to_owned());
        }),
        ("another policy", |form| {
            form.fields.get_mut("policy").expect("a policy").insert(0, 'e');
        }),
        ("another signature", |form| {
            let signature = form.fields.get_mut("x-amz-signature").expect("a signature");
            *signature = signature.chars().rev().collect();
        }),
    ];
    for (what, change) in changes {
        let key = fresh_key();
        let mut form = form(&key, BYTES, now).await;
        change(&mut form);
        let status = post(&form, BYTES).await;
        assert!((400..404).contains(&status), "{what}: {status}");
        let posted_to = form.fields["key"].parse().expect("a key of ours");
        assert!(!has_arrived(&key).await && !has_arrived(&posted_to).await, "{what}");
    }
}

#[tokio::test]
async fn a_form_is_not_taken_too_late_nor_with_a_file_of_a_wrong_size() {
    let now = OffsetDateTime::now_utc();
    let too_large = vec![0; usize::try_from(PACKAGE_BYTES).expect("fits") + 1];
    for (what, signed_at, bytes) in [
        ("expired", now - Duration::from_secs(301), BYTES),
        ("empty", now, &[]),
        ("too large", now, &too_large),
    ] {
        let key = fresh_key();
        let status = post(&form(&key, bytes, signed_at).await, bytes).await;
        assert!((400..404).contains(&status), "{what}: {status}");
        assert!(!has_arrived(&key).await, "{what}");
    }
}
