//! What every function that answers callers holds: the table and the keys of its hashes.

use secrets::{HashKey, KeyedHash};
use store::Table;

/// Why a function cannot start.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    #[error(transparent)]
    Environment(#[from] environment::Error),
    #[error("a client could not be built: {0}")]
    Client(String),
    #[error(transparent)]
    Secret(#[from] secrets::Error),
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
}

impl Context {
    pub fn new(table: Table, key: &HashKey) -> Self {
        Self {
            table,
            api_keys: key.derive("api-key"),
            links: key.derive("link"),
            cursors: key.derive("cursor"),
        }
    }

    /// Reads `TABLE_NAME` and `SECRET_ID`.
    pub async fn from_env(config: &environment::SdkConfig) -> Result<Self, InitError> {
        let key = HashKey::load(config, &environment::text("SECRET_ID")?).await?;
        let table = Table::new(config, environment::text("TABLE_NAME")?, clock::Clock::system());
        Ok(Self::new(table, &key))
    }
}
