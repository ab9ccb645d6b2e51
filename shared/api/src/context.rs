//! What every function that answers callers holds: the table and the keys of its hashes.

use domain::{
    access_key::Plan,
    rate_limit::{Allowance, Limit, Limits},
};
use secrets::{HashKey, KeyedHash, Seal};
use store::Table;

use crate::{Audience, rate_limit::Limiter};

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
    /// Stands for a name or an address where attempts at secrets are counted.
    pub attempts: KeyedHash,
    /// Stands for a refresh token or a recovery code.
    pub tokens: KeyedHash,
    /// Keeps what a session's owner holds from being read or altered.
    pub seal: Seal,
    /// The same of what a login that is not done is gone on with.
    pub challenges: Seal,
    /// What access tokens have to be made for.
    pub(crate) audience: Audience,
    pub(crate) cursors: KeyedHash,
    pub(crate) limiter: Limiter,
}

/// Hashes API keys, as they are found by.
pub fn api_keys(key: &HashKey) -> KeyedHash {
    key.derive("api-key")
}

impl Context {
    pub fn new(table: Table, key: &HashKey, audience: Audience, limits: Limits) -> Self {
        Self {
            limiter: Limiter::new(table.clone(), limits, key.derive("address")),
            table,
            audience,
            api_keys: api_keys(key),
            links: key.derive("link"),
            attempts: key.derive("attempts"),
            tokens: key.derive("token"),
            seal: key.seal("session"),
            challenges: key.seal("challenge"),
            cursors: key.derive("cursor"),
        }
    }

    /// What a key of that plan is held to.
    pub fn allowance(&self, plan: Plan) -> Allowance {
        self.limiter.of_plan(plan)
    }

    /// Reads `TABLE_NAME`, `SECRET_ID`, `USER_POOL_ID`, `USER_POOL_CLIENT_ID` and the limits of users and of addresses.
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
        let pool = environment::text("USER_POOL_ID")?;
        let audience = Audience::new(&pool, environment::text("USER_POOL_CLIENT_ID")?);
        Ok(Self::new(table, &key, audience, Limits::new(limit(user)?, limit(address)?)))
    }
}
