//! What does a failed AWS call leave in the log?

use std::error::Error;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;

/// Names the operation, the error's code and the request; the service's own message is left out, it may quote what was sent.
pub fn failure<E, R>(operation: &str, error: &SdkError<E, R>) -> String
where
    E: ProvideErrorMetadata + RequestId + Error + 'static,
    R: std::fmt::Debug,
{
    let Some(answer) = error.as_service_error() else {
        return format!("{operation}: {}", causes(error));
    };
    let code = answer.code().unwrap_or("no code");
    let request = answer.request_id().unwrap_or("unknown");
    format!("{operation}: {code} (request {request})")
}

/// What went wrong before the service answered, outermost first.
fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}
