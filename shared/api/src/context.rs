//! What every function that answers callers holds: the table and the keys of its hashes.

use domain::{
    access_key::Plan,
    rate_limit::{Allowance, Limit, Limits},
};
use secrets::{HashKey, KeyedHash};
use store::Table;

use crate::rate_limit::Limiter;

/// Why a function cannot start.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    #[error(transparent)]
    Environment(#[from] environment::Error),
    #[error(transparent)]
    Secret(#[from] secrets::Error),
    #[error("a limit of requests is not from 1 to 1,000,000")]
    Limit,
}

/// Made once, at init.
#[derive(Clone)]
pub struct Context {
    pub table: Table,
    /// Finds an API key by what was sent.
    pub api_keys: KeyedHash,
    /// Finds a mailed link by its token.
    pub links: KeyedHash,
    pub(crate) cursors: KeyedHash,
    pub(crate) limiter: Limiter,
}

/// Hashes API keys, as they are found by.
pub fn api_keys(key: &HashKey) -> KeyedHash {
    key.derive("api-key")
}

impl Context {
    pub fn new(table: Table, key: &HashKey, limits: Limits) -> Self {
        Self {
            limiter: Limiter::new(table.clone(), limits, key.derive("address")),
            table,
            api_keys: api_keys(key),
            links: key.derive("link"),
            cursors: key.derive("cursor"),
        }
    }

    /// What a key of that plan is held to.
    pub fn allowance(&self, plan: Plan) -> Allowance {
        self.limiter.of_plan(plan)
    }

    /// Reads `TABLE_NAME`, `SECRET_ID` and the limits of users and of addresses.
    pub async fn from_env(config: &environment::SdkConfig) -> Result<Self, InitError> {
        let key = HashKey::load(config, &environment::text("SECRET_ID")?).await?;
        let table = Table::new(config, environment::text("TABLE_NAME")?, clock::Clock::system());
        let user =
            (environment::number("REQUESTS_PER_SECOND")?, environment::number("REQUEST_BURST")?);
        let address = (
            environment::number("ADDRESS_REQUESTS_PER_SECOND")?,
            environment::number("ADDRESS_REQUEST_BURST")?,
        );
        let limit = |(per_second, burst)| Limit::new(per_second, burst).ok_or(InitError::Limit);
        Ok(Self::new(table, &key, Limits::new(limit(user)?, limit(address)?)))
    }
}
