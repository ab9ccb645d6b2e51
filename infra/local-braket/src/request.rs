//! What callers send and which region they signed for.

use std::collections::BTreeMap;

use axum::{
    extract::FromRequestParts,
    http::{header::AUTHORIZATION, request::Parts},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::fault::Fault;

/// The region of the caller's signature: each region has its own devices and tasks.
#[derive(Clone, Debug)]
pub(crate) struct SignedFor(pub(crate) String);

impl<S: Sync> FromRequestParts<S> for SignedFor {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        region(header.unwrap_or_default()).map(|region| Self(region.to_owned()))
    }
}

/// From `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/braket/aws4_request, …`; the signature itself is not checked.
fn region(authorization: &str) -> Result<&str, Fault> {
    if authorization.is_empty() {
        return Err(Fault::new(
            403,
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        ));
    }
    let incomplete = || {
        Fault::new(
            403,
            "IncompleteSignatureException",
            "The request signature is not a version 4 signature.",
        )
    };
    let scope = authorization.split("Credential=").nth(1).and_then(|rest| rest.split(',').next());
    let mut parts = scope.ok_or_else(incomplete)?.trim().rsplit('/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("aws4_request"), Some("braket"), Some(region)) => Ok(region),
        _ => Err(incomplete()),
    }
}

pub(crate) fn body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(bytes)
        .map_err(|error| Fault::validation(format!("The request cannot be read: {error}")))
}

/// The body of CreateQuantumTask; kept with the task.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateRequest {
    pub(crate) client_token: String,
    pub(crate) device_arn: String,
    #[serde(default)]
    pub(crate) device_parameters: Option<String>,
    pub(crate) shots: u64,
    pub(crate) output_s3_bucket: String,
    pub(crate) output_s3_key_prefix: String,
    pub(crate) action: String,
    #[serde(default)]
    pub(crate) tags: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(crate) job_token: Option<String>,
    #[serde(default)]
    pub(crate) associations: Vec<serde_json::Value>,
}

impl CreateRequest {
    /// The lengths of the API's model, and what is not served here.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        let length = |name: &str, text: &str, least: usize, most: usize| {
            let fits = (least..=most).contains(&text.chars().count());
            let told = format!("'{name}' must be of {least} to {most} characters");
            if fits { Ok(()) } else { Err(Fault::validation(told)) }
        };
        length("clientToken", &self.client_token, 1, 64)?;
        length("deviceArn", &self.device_arn, 1, 256)?;
        length("outputS3Bucket", &self.output_s3_bucket, 3, 63)?;
        length("outputS3KeyPrefix", &self.output_s3_key_prefix, 1, 1024)?;
        if let Some(parameters) = &self.device_parameters {
            length("deviceParameters", parameters, 1, 48_000)?;
            let read: Result<serde_json::Value, _> = serde_json::from_str(parameters);
            read.map_err(|_| Fault::validation("'deviceParameters' must be JSON"))?;
        }
        for (key, value) in self.tags.iter().flatten() {
            length("tags key", key, 1, 128)?;
            length("tags value", value, 0, 256)?;
        }
        if self.tags.as_ref().is_some_and(|tags| tags.len() > 50) {
            return Err(Fault::validation("A task has at most 50 tags"));
        }
        if self.job_token.is_some() || !self.associations.is_empty() {
            return Err(Fault::validation("Hybrid jobs and reservations are not served here"));
        }
        Ok(())
    }
}

/// The part of an action that is understood: one OpenQASM program.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Action {
    pub(crate) source: String,
    #[serde(default)]
    pub(crate) inputs: Option<BTreeMap<String, serde_json::Value>>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    version: String,
}

pub(crate) const OPENQASM: &str = "braket.ir.openqasm.program";

impl Action {
    pub(crate) fn read(json: &str) -> Result<Self, Fault> {
        let header: HeaderOnly = serde_json::from_str(json).map_err(|error| {
            Fault::validation(format!("'action' is not a Braket program: {error}"))
        })?;
        let header = header.braket_schema_header;
        if header.name != OPENQASM || header.version != "1" {
            let name: String = header.name.chars().take(100).collect();
            return Err(Fault::validation(format!(
                "The device does not support the action {name}"
            )));
        }
        serde_json::from_str(json)
            .map_err(|error| Fault::validation(format!("'action' is no OpenQASM program: {error}")))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HeaderOnly {
    braket_schema_header: Header,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_is_that_of_the_signature() {
        let header = "AWS4-HMAC-SHA256 Credential=AKID/20261120/eu-north-1/braket/aws4_request, SignedHeaders=host, Signature=0";
        assert_eq!(region(header), Ok("eu-north-1"));
        for bad in
            ["", "Bearer x", "AWS4-HMAC-SHA256 Credential=AKID/20261120/eu-north-1/s3/aws4_request"]
        {
            assert_eq!(region(bad).map_err(|fault| fault.status), Err(403), "{bad}");
        }
    }

    #[test]
    fn only_openqasm_programs_are_actions() {
        let action = |name: &str| {
            format!(
                r#"{{"braketSchemaHeader":{{"name":"{name}","version":"1"}},"source":"OPENQASM 3;"}}"#
            )
        };
        assert!(Action::read(&action(OPENQASM)).is_ok());
        for bad in
            [action("braket.ir.jaqcd.program"), "{".to_owned(), "{}".to_owned(), "[]".to_owned()]
        {
            assert_eq!(Action::read(&bad).map_err(|fault| fault.status).err(), Some(400), "{bad}");
        }
    }
}
