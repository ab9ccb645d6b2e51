//! Tells the programs' door, before each request, whether the API key that came with it opens anything.
//!
//! The door alone acts on it: what a key may do, how often and from where, each function finds out by itself.

use api::{InitError, KeyedRequest, Verdict};
use domain::access_key::Secret;
use secrets::{HashKey, KeyedHash};
use store::{Table, access_keys::access_key};

#[derive(Clone)]
pub struct App {
    table: Table,
    api_keys: KeyedHash,
    /// What the values of the door's own keys begin with.
    gateway_keys: String,
}

impl App {
    pub fn new(table: Table, api_keys: KeyedHash, gateway_keys: String) -> Self {
        Self { table, api_keys, gateway_keys }
    }

    pub async fn from_env() -> Result<Self, InitError> {
        let config = environment::aws();
        let gateway_keys = environment::text("GATEWAY_KEYS")?;
        let key = HashKey::load(&config, &environment::text("SECRET_ID")?).await?;
        let table = Table::new(&config, environment::text("TABLE_NAME")?, clock::Clock::system());
        Ok(Self::new(table, api::api_keys(&key), gateway_keys))
    }
}

/// Lets a live key through and says on which of its plan's keys the door is to meter it.
///
/// # Errors
/// Where the table does not answer: then nobody is let through.
pub async fn handle(app: App, request: KeyedRequest) -> Result<Verdict, store::Error> {
    let Some(secret) = request.api_key().and_then(Secret::parse) else { return Ok(request.deny()) };
    let Some(owner) = secret.owner() else { return Ok(request.deny()) };
    let hash = app.api_keys.hex(secret.expose().as_bytes());
    let found = app.table.get(&access_key(owner, &hash)).await?;
    let now = app.table.clock().now();
    Ok(match found.filter(|key| key.may_be_used(now).is_ok()) {
        Some(key) => request.allow(key.id, key.gateway_key(&app.gateway_keys)),
        None => request.deny(),
    })
}
