//! What does a failed SES call leave in the log?

use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::RequestId;

use crate::Error;

/// Names the operation, the error's code and the request; the service's own message is left out, it may quote what was sent.
pub(crate) fn failed<E, R>(operation: &str, error: &SdkError<E, R>) -> Error
where
    E: ProvideErrorMetadata + RequestId + std::error::Error + 'static,
    R: std::fmt::Debug,
{
    let Some(answer) = error.as_service_error() else {
        return Error::Failed(format!("{operation}: {}", causes(error)));
    };
    let code = answer.code().unwrap_or("no code");
    let request = answer.request_id().unwrap_or("unknown");
    Error::Failed(format!("{operation}: {code} (request {request})"))
}

/// What went wrong before the service answered, outermost first.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}
