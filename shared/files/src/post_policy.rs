//! What may be posted to S3 by someone without credentials, and how do we sign it? (Signature Version 4, POST policy)

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_s3::config::Credentials;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use time::OffsetDateTime;
use time::macros::format_description;

/// What the form allows: exactly these fields, and a file of a size within the range.
pub(crate) struct PostPolicy<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) region: &'a str,
    /// Field and value; every field must be sent unchanged.
    pub(crate) fields: &'a [(&'a str, String)],
    /// Least and most bytes of the file.
    pub(crate) size: (u64, u64),
    pub(crate) now: OffsetDateTime,
    pub(crate) lasting: Duration,
}

impl PostPolicy<'_> {
    /// All form fields, to be sent before the field `file`.
    pub(crate) fn sign(&self, credentials: &Credentials) -> BTreeMap<String, String> {
        let now = self.now.to_offset(time::UtcOffset::UTC);
        let day = written(now, format_description!("[year][month][day]"));
        let scope =
            format!("{}/{day}/{}/s3/aws4_request", credentials.access_key_id(), self.region);
        let moment =
            written(now, format_description!("[year][month][day]T[hour][minute][second]Z"));
        let mut fields: BTreeMap<String, String> =
            self.fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        fields.insert("x-amz-algorithm".to_owned(), "AWS4-HMAC-SHA256".to_owned());
        fields.insert("x-amz-credential".to_owned(), scope);
        fields.insert("x-amz-date".to_owned(), moment);
        if let Some(token) = credentials.session_token() {
            fields.insert("x-amz-security-token".to_owned(), token.to_owned());
        }
        let policy = STANDARD.encode(self.document(&fields).to_string());
        fields.insert(
            "x-amz-signature".to_owned(),
            signature(credentials.secret_access_key(), &day, self.region, &policy),
        );
        fields.insert("policy".to_owned(), policy);
        fields
    }

    fn document(&self, fields: &BTreeMap<String, String>) -> Value {
        let expiration = self.now.to_offset(time::UtcOffset::UTC) + self.lasting;
        let mut conditions = vec![
            json!({"bucket": self.bucket}),
            json!(["content-length-range", self.size.0, self.size.1]),
        ];
        conditions
            .extend(fields.iter().map(|(name, value)| json!(["eq", format!("${name}"), value])));
        json!({
            "expiration": written(expiration, format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z")),
            "conditions": conditions,
        })
    }
}

fn signature(secret: &str, day: &str, region: &str, policy: &str) -> String {
    let key = [day, region, "s3", "aws4_request"]
        .iter()
        .fold(format!("AWS4{secret}").into_bytes(), |key, part| mac(&key, part));
    hex::encode(mac(&key, policy))
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn written(
    moment: OffsetDateTime,
    format: &[time::format_description::BorrowedFormatItem<'_>],
) -> String {
    moment.format(format).expect("these formats name no part a moment lacks")
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    #[test]
    fn the_signature_is_the_one_aws_publishes() {
        // "Example: Browser-Based Upload using HTTP POST (Using AWS Signature Version 4)", Amazon S3 API Reference
        let policy = [
            r#"{ "expiration": "2015-12-30T12:00:00.000Z","#,
            r#"  "conditions": ["#,
            r#"    {"bucket": "sigv4examplebucket"},"#,
            r#"    ["starts-with", "$key", "user/user1/"],"#,
            r#"    {"acl": "public-read"},"#,
            r#"    {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},"#,
            r#"    ["starts-with", "$Content-Type", "image/"],"#,
            r#"    {"x-amz-meta-uuid": "14365123651274"},"#,
            r#"    {"x-amz-server-side-encryption": "AES256"},"#,
            r#"    ["starts-with", "$x-amz-meta-tag", ""],"#,
            "",
            r#"    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},"#,
            r#"    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},"#,
            r#"    {"x-amz-date": "20151229T000000Z" }"#,
            "  ]",
            "}",
        ];
        assert_eq!(
            signature(SECRET, "20151229", "us-east-1", &STANDARD.encode(policy.join("\r\n"))),
            "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"
        );
    }

    fn signed(session_token: Option<&str>) -> (BTreeMap<String, String>, Value) {
        let credentials = Credentials::new(
            "AKIAIOSFODNN7EXAMPLE",
            SECRET,
            session_token.map(str::to_owned),
            None,
            "test",
        );
        let fields = PostPolicy {
            bucket: "bucket",
            region: "eu-west-1",
            fields: &[
                ("key", "uploads/a.zip".to_owned()),
                ("Content-Type", "application/zip".to_owned()),
            ],
            size: (1, 10),
            now: datetime!(2026-03-01 23:58:30.25 -2),
            lasting: Duration::from_secs(300),
        }
        .sign(&credentials);
        let policy = STANDARD.decode(&fields["policy"]).expect("base64");
        let policy = serde_json::from_slice(&policy).expect("JSON");
        (fields, policy)
    }

    #[test]
    fn every_field_of_the_form_is_pinned_by_the_policy() {
        for session_token in [None, Some("token/+=")] {
            let (fields, policy) = signed(session_token);
            assert_eq!(fields.get("x-amz-security-token").map(String::as_str), session_token);
            let conditions = policy["conditions"].as_array().expect("a list");
            for (name, value) in
                fields.iter().filter(|(name, _)| *name != "policy" && *name != "x-amz-signature")
            {
                assert!(conditions.contains(&json!(["eq", format!("${name}"), value])), "{name}");
            }
            assert!(conditions.contains(&json!({"bucket": "bucket"})));
            assert!(conditions.contains(&json!(["content-length-range", 1, 10])));
        }
    }

    #[test]
    fn times_are_told_in_utc() {
        let (fields, policy) = signed(None);
        assert_eq!(fields["x-amz-date"], "20260302T015830Z");
        assert_eq!(
            fields["x-amz-credential"],
            "AKIAIOSFODNN7EXAMPLE/20260302/eu-west-1/s3/aws4_request"
        );
        assert_eq!(policy["expiration"], "2026-03-02T02:03:30.250Z");
    }
}
