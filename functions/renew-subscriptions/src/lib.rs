//! Begins the terms of subscriptions whose time has come, each with its fee, once.

use clock::Clock;
use store::{
    Error, Table,
    jobs::DUE_SHARDS,
    renewals::{due, renew},
};
use telemetry::{Fact, carry, count};
use tokio::task::JoinSet;
use worker::Failed;

#[derive(Clone)]
pub struct App {
    table: Table,
}

impl App {
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    pub async fn from_env() -> Result<Self, environment::Error> {
        let table = environment::text("TABLE_NAME")?;
        Ok(Self::new(Table::new(&environment::aws(), table, Clock::system())))
    }
}

/// One tick: a page of each shard, the longest waiting first; what is left is the next tick's.
pub async fn handle(app: App) -> Result<(), Failed> {
    let mut shards = JoinSet::new();
    for shard in 0..DUE_SHARDS {
        shards.spawn(carry(renew_shard(app.clone(), shard)));
    }
    let mut failed = Ok(());
    while let Some(renewed) = shards.join_next().await {
        failed = failed.and(renewed.unwrap_or_else(|_panic| Err(Failed::new("renewing panicked"))));
    }
    failed
}

async fn renew_shard(app: App, shard: u8) -> Result<(), Failed> {
    let now = app.table.clock().now();
    let mut failed = Ok(());
    for subscription in due(&app.table, shard, now).await.map_err(Failed::because)? {
        let renewed = match subscription {
            Ok(subscription) => renew(&app.table, subscription.id).await,
            Err(error) => Err(error),
        };
        match renewed {
            Ok(terms) => count(Fact::TermBegun, terms as u64),
            // Another tick is at it.
            Err(Error::Contended) => {}
            Err(error) => {
                tracing::error!(cause = %error, alert = true, "a subscription cannot be renewed");
                failed = failed.and(Err(Failed::because(error)));
            }
        }
    }
    failed
}
