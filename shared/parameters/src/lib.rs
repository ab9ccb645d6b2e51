//! The Systems Manager edge: which values did the deployment leave under a path?

use std::collections::BTreeMap;

use aws_sdk_ssm::Client;
use environment::failure;

/// The most parameters one path may hold.
pub const MOST_PARAMETERS: usize = 100;

// Systems Manager gives at most ten a page and may give empty ones
const MOST_PAGES: usize = 30;

/// Why the parameters could not be read: always ours, never the caller's.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Says what went wrong, without any value.
    #[error("{0}")]
    Failed(String),
}

/// Parameter Store; built once, at init.
#[derive(Clone, Debug)]
pub struct Parameters {
    client: Client,
}

impl Parameters {
    /// An edge with the account and region of `config`.
    pub fn new(config: &environment::SdkConfig) -> Self {
        Self { client: Client::new(config) }
    }

    /// Every parameter under `path`, decrypted, by its name below the path: `/hub/v1/usage-plans/free` is `free`.
    ///
    /// # Errors
    /// [`Error::Failed`] when it cannot be read or holds more than [`MOST_PARAMETERS`].
    pub async fn by_path(&self, path: &str) -> Result<BTreeMap<String, String>, Error> {
        let path = path.trim_end_matches('/');
        let mut found = BTreeMap::new();
        let mut next = None;
        for _ in 0..MOST_PAGES {
            let page = self
                .client
                .get_parameters_by_path()
                .path(if path.is_empty() { "/" } else { path })
                .recursive(true)
                .with_decryption(true)
                .set_next_token(next)
                .send()
                .await
                .map_err(|error| Error::Failed(failure("GetParametersByPath", &error)))?;
            for parameter in page.parameters() {
                let (Some(name), Some(value)) = (parameter.name(), parameter.value()) else {
                    continue;
                };
                found.insert(below(path, name).to_owned(), value.to_owned());
            }
            if found.len() > MOST_PARAMETERS {
                return Err(Error::Failed(format!(
                    "{path} holds more than {MOST_PARAMETERS} parameters"
                )));
            }
            next = page.next_token.filter(|token| !token.is_empty());
            if next.is_none() {
                return Ok(found);
            }
        }
        Err(Error::Failed(format!("{path} has more than {MOST_PAGES} pages")))
    }
}

fn below<'name>(path: &str, name: &'name str) -> &'name str {
    name.strip_prefix(path).unwrap_or(name).trim_start_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_below_its_path() {
        for (path, name, expected) in [
            ("/hub/v1/usage-plans", "/hub/v1/usage-plans/free", "free"),
            ("/hub", "/hub/v1/plan", "v1/plan"),
            ("", "/free", "free"),
            ("/other", "/hub/free", "hub/free"),
        ] {
            assert_eq!(below(path, name), expected);
        }
    }
}
