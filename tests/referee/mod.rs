//! Whether the stand-ins behave as the services they stand in for, where we build on it.

mod cognito;
mod dynamodb;
mod s3;
pub(crate) mod totp;
