//! What a function is told by its environment, and how it reaches AWS: variables, configuration, failed calls.

mod aws;
mod calls;
mod failure;

pub use aws::aws;
pub use aws_config::SdkConfig;
pub use calls::counted;
pub use failure::failure;

/// A variable the template should have set.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    #[error("the environment variable {0} is not a whole number")]
    NotANumber(&'static str),
}

pub fn text(name: &'static str) -> Result<String, Error> {
    std::env::var(name).ok().filter(|value| !value.is_empty()).ok_or(Error::Missing(name))
}

pub fn number(name: &'static str) -> Result<u64, Error> {
    text(name)?.parse().map_err(|_| Error::NotANumber(name))
}
