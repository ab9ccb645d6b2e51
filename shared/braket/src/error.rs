//! What can come of a call to Braket besides its answer.

use std::{error::Error, iter::successors};

use aws_sdk_braket::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};

/// A read or a cancellation that gave no answer; creating tasks has errors of its own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BraketError {
    /// Braket knows no such device or task, or the text is no ARN.
    #[error("Braket knows no {arn}")]
    NotFound { arn: String },
    /// Ours or Braket's fault: try again later.
    #[error("Braket's {operation} failed: {cause}")]
    Failed { operation: &'static str, cause: String },
}

impl BraketError {
    pub(crate) fn from_sdk<E>(
        operation: &'static str,
        arn: &str,
        error: &SdkError<E, HttpResponse>,
    ) -> Self
    where
        E: Error + ProvideErrorMetadata + 'static,
    {
        match status(error) {
            Some(404) => Self::NotFound { arn: arn.to_owned() },
            _ => Self::Failed { operation, cause: cause(error) },
        }
    }
}

/// The HTTP status, where Braket answered at all.
pub(crate) fn status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

/// One line: what Braket said, or else the chain of what went wrong underneath.
pub(crate) fn cause<E>(error: &SdkError<E, HttpResponse>) -> String
where
    E: Error + ProvideErrorMetadata + 'static,
{
    if let (Some(code), Some(message)) = (error.code(), error.message()) {
        return format!("{code}: {message}");
    }
    let chain: Vec<String> = chain(error).map(ToString::to_string).collect();
    match status(error) {
        Some(status) => format!("HTTP {status}: {}", chain.join(": ")),
        None => chain.join(": "),
    }
}

/// Whether nobody listened: then no byte of the request was ever read.
pub(crate) fn nobody_listened<E: Error + 'static>(error: &SdkError<E, HttpResponse>) -> bool {
    chain(error)
        .filter_map(|error| error.downcast_ref::<std::io::Error>())
        .any(|error| error.kind() == std::io::ErrorKind::ConnectionRefused)
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    successors(Some(error), |error| Error::source(*error))
}
