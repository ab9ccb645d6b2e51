//! How a quantum task is created, and what is known when that goes wrong.

use std::collections::{BTreeMap, HashMap};

use aws_config::retry::RetryConfig;
use aws_sdk_braket::{
    config::{Builder, http::HttpResponse},
    error::{ProvideErrorMetadata, SdkError},
};
use serde_json::{Value, json};

use crate::{
    Braket,
    error::{cause, nobody_listened, status},
};

/// A quantum task to be made: an OpenQASM program with the values of its inputs.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateTask {
    /// From the job, never random: 1 to 64 characters.
    pub client_token: String,
    pub device_arn: String,
    pub shots: u32,
    /// Braket writes `{prefix}/{task id}/results.json` into this bucket, named `amazon-braket-…`.
    pub bucket: String,
    pub prefix: String,
    /// OpenQASM 3 source.
    pub source: String,
    pub inputs: BTreeMap<String, Value>,
    /// Must tell the job: by them an ambiguous call is cleared up.
    pub tags: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    pub arn: String,
}

/// Why there is no answer that names a task. The three differ in what may be done next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreateError {
    /// The caller's doing, and surely no task: show the message, never send it again.
    #[error("Braket refused the task ({code}): {message}")]
    Refused { code: String, message: String },
    /// Surely no task: send it again later. The cause is for the log.
    #[error("Braket takes no task now: {cause}")]
    Unavailable { cause: String },
    /// A task may exist: look for it with [`Braket::find_task`], never send it again before.
    #[error("Braket may have made a task: {cause}")]
    Ambiguous { cause: String },
}

impl Braket {
    /// Sends the task once.
    ///
    /// The SDK's own retries are off: Braket documents no idempotency for the client token here, so a second
    /// attempt after a lost answer could make a second, paid task.
    pub async fn create_task(&self, task: CreateTask) -> Result<Created, CreateError> {
        let client = self.client_for(&task.device_arn).map_err(|unknown| CreateError::Refused {
            code: "UnknownDevice".to_owned(),
            message: unknown.to_string(),
        })?;
        let answer = client
            .create_quantum_task()
            .action(action(&task.source, &task.inputs))
            .client_token(task.client_token)
            .device_arn(task.device_arn)
            .shots(task.shots.into())
            .output_s3_bucket(task.bucket)
            .output_s3_key_prefix(task.prefix)
            .set_tags(Some(HashMap::from_iter(task.tags)))
            .customize()
            .config_override(Builder::new().retry_config(RetryConfig::disabled()))
            .send()
            .await;
        answer
            .map(|created| Created { arn: created.quantum_task_arn })
            .map_err(|error| classify(&error))
    }
}

fn action(source: &str, inputs: &BTreeMap<String, Value>) -> String {
    let header = json!({ "name": "braket.ir.openqasm.program", "version": "1" });
    let mut action = json!({ "braketSchemaHeader": header, "source": source });
    if !inputs.is_empty() {
        action["inputs"] = json!(inputs);
    }
    action.to_string()
}

fn classify<E>(error: &SdkError<E, HttpResponse>) -> CreateError
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    let never_sent = matches!(error, SdkError::ConstructionFailure(_)) || nobody_listened(error);
    match status(error) {
        Some(400 | 404 | 409 | 410 | 413 | 422) => CreateError::Refused {
            code: error.code().unwrap_or("Refused").to_owned(),
            message: error.message().unwrap_or("Braket gave no reason").to_owned(),
        },
        // 401 and 403 are about our own role, credentials or clock, not about the caller's task.
        Some(401 | 402 | 403 | 424 | 429) => CreateError::Unavailable { cause: cause(error) },
        None if never_sent => CreateError::Unavailable { cause: cause(error) },
        _ => CreateError::Ambiguous { cause: cause(error) },
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_braket::{
        error::{ConnectorError, ErrorMetadata},
        operation::create_quantum_task::CreateQuantumTaskError,
    };

    use super::*;

    fn answered(status: u16) -> CreateError {
        let response = HttpResponse::new(status.try_into().expect("a status"), "".into());
        let told = ErrorMetadata::builder().code("Told").message("shots out of range").build();
        classify(&SdkError::service_error(CreateQuantumTaskError::generic(told), response))
    }

    fn dropped(kind: std::io::ErrorKind) -> CreateError {
        let error = ConnectorError::io(Box::new(std::io::Error::from(kind)));
        classify(&SdkError::<CreateQuantumTaskError, HttpResponse>::dispatch_failure(error))
    }

    #[test]
    fn a_refusal_shows_what_braket_said() {
        for status in [400, 404, 410] {
            let CreateError::Refused { message, .. } = answered(status) else { panic!("{status}") };
            assert_eq!(message, "shots out of range");
        }
    }

    #[test]
    fn what_surely_made_no_task_may_be_sent_again() {
        for status in [402, 403, 424, 429] {
            assert!(matches!(answered(status), CreateError::Unavailable { .. }), "{status}");
        }
        let refused = dropped(std::io::ErrorKind::ConnectionRefused);
        assert!(matches!(refused, CreateError::Unavailable { .. }), "{refused}");
    }

    #[test]
    fn whatever_may_have_made_a_task_is_ambiguous() {
        for status in [408, 500, 502, 503, 504] {
            assert!(matches!(answered(status), CreateError::Ambiguous { .. }), "{status}");
        }
        let reset = dropped(std::io::ErrorKind::ConnectionReset);
        assert!(matches!(reset, CreateError::Ambiguous { .. }), "{reset}");
        let timeout = SdkError::<CreateQuantumTaskError, HttpResponse>::timeout_error("8 s");
        assert!(matches!(classify(&timeout), CreateError::Ambiguous { .. }));
    }

    #[test]
    fn inputs_are_left_out_when_there_are_none() {
        let with: Value = serde_json::from_str(&action(
            "OPENQASM 3;",
            &BTreeMap::from([("theta".into(), json!(0.5))]),
        ))
        .expect("JSON");
        assert_eq!(with["inputs"], json!({ "theta": 0.5 }));
        let without: Value =
            serde_json::from_str(&action("OPENQASM 3;", &BTreeMap::new())).expect("JSON");
        assert_eq!(without.get("inputs"), None);
    }
}
