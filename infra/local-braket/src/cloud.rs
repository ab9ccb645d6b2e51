//! How results and events leave: the local S3 and EventBridge.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use aws_sdk_s3::{config::Credentials, error::SdkError};
use domain::Moment;
use serde_json::Value;

use crate::fault::Fault;

/// EventBridge lets nobody but AWS itself send as `aws.braket`.
const SOURCE: &str = "local.braket";
const DETAIL_TYPE: &str = "Braket Task State Change";

/// Where the local cloud is and as whom it is used.
#[derive(Clone)]
pub struct Cloud {
    pub endpoint_url: String,
    pub region: String,
    pub access_key_id: String,
    pub secret_access_key: String,
}

impl std::fmt::Debug for Cloud {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cloud").field("endpoint_url", &self.endpoint_url).finish_non_exhaustive()
    }
}

/// The clients, built once.
pub(crate) struct Outside {
    s3: aws_sdk_s3::Client,
    events: aws_sdk_eventbridge::Client,
}

/// Why a result could not be stored.
pub(crate) enum PutError {
    /// The bucket is gone or closed.
    Refused(String),
    /// Try again.
    Failed(String),
}

pub(crate) struct Event {
    pub(crate) task_arn: String,
    pub(crate) at: Moment,
    pub(crate) detail: Value,
}

impl Outside {
    pub(crate) async fn connect(cloud: &Cloud) -> Self {
        let credentials = Credentials::new(
            &cloud.access_key_id,
            &cloud.secret_access_key,
            None,
            None,
            "local-braket",
        );
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(2))
            .operation_attempt_timeout(Duration::from_secs(20))
            .build();
        let config = aws_config::defaults(BehaviorVersion::latest())
            .endpoint_url(&cloud.endpoint_url)
            .region(Region::new(cloud.region.clone()))
            .credentials_provider(credentials)
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts)
            .load()
            .await;
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
        Self {
            s3: aws_sdk_s3::Client::from_conf(s3),
            events: aws_sdk_eventbridge::Client::new(&config),
        }
    }

    /// Braket takes a task only when it could store the result.
    pub(crate) async fn check_bucket(&self, bucket: &str) -> Result<(), Fault> {
        if !bucket.starts_with("amazon-braket-") {
            return Err(Fault::validation(format!(
                "The bucket name {bucket} does not start with amazon-braket-"
            )));
        }
        let answer = self.s3.head_bucket().bucket(bucket).send().await;
        let Err(error) = answer else { return Ok(()) };
        match status(&error) {
            Some(404) => Err(Fault::validation(format!("The bucket {bucket} does not exist"))),
            Some(403) => Err(Fault::new(
                403,
                "AccessDeniedException",
                format!("The bucket {bucket} may not be written"),
            )),
            _ => Err(Fault::internal("The bucket could not be checked")),
        }
    }

    pub(crate) async fn put_result(
        &self,
        bucket: &str,
        directory: &str,
        document: Vec<u8>,
    ) -> Result<(), PutError> {
        let put = self.s3.put_object().bucket(bucket).key(format!("{directory}/results.json"));
        let answer = put.content_type("application/json").body(document.into()).send().await;
        answer.map(drop).map_err(|error| match status(&error) {
            Some(403 | 404) => {
                PutError::Refused(format!("The result could not be written to {bucket}"))
            }
            _ => PutError::Failed(chain(&error)),
        })
    }

    /// For each event whether it was taken; the error is for a call that was not answered.
    pub(crate) async fn send(&self, events: &[Event]) -> Result<Vec<bool>, String> {
        let entries = events.iter().map(|event| {
            PutEventsRequestEntry::builder()
                .source(SOURCE)
                .detail_type(DETAIL_TYPE)
                .resources(&event.task_arn)
                .time(aws_sdk_eventbridge::primitives::DateTime::from_millis(
                    event.at.unix_millis().try_into().unwrap_or(0),
                ))
                .detail(event.detail.to_string())
                .build()
        });
        let answer = self.events.put_events().set_entries(Some(entries.collect())).send().await;
        let answer = answer.map_err(|error| chain(&error))?;
        Ok(answer.entries().iter().map(|entry| entry.error_code().is_none()).collect())
    }
}

fn status<E>(error: &SdkError<E, aws_sdk_s3::config::http::HttpResponse>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

/// What went wrong and what was underneath, on one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| std::error::Error::source(*error));
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
