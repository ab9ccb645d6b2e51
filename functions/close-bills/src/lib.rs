//! Closes the bills of months that have ended: each once, whoever else tries and however often it runs.

use clock::Clock;
use store::{
    Error, Table,
    closing::{Ended, close, ended},
    jobs::DUE_SHARDS,
};
use telemetry::{Fact, carry, count};
use tokio::task::JoinSet;
use worker::Failed;

/// Pages of months that one tick looks at in each shard.
const PAGES: usize = 10;
/// Pages of entries that one tick adds up of each bill; the next tick goes on where it ended.
const PAGES_OF_ENTRIES: usize = 50;

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

/// One tick: some pages of each shard, the oldest months first; what is left is the next tick's.
pub async fn handle(app: App) -> Result<(), Failed> {
    let mut shards = JoinSet::new();
    for shard in 0..DUE_SHARDS {
        shards.spawn(carry(close_shard(app.clone(), shard)));
    }
    let mut failed = Ok(());
    while let Some(closed) = shards.join_next().await {
        failed = failed.and(closed.unwrap_or_else(|_panic| Err(Failed::new("closing panicked"))));
    }
    failed
}

async fn close_shard(app: App, shard: u8) -> Result<(), Failed> {
    let (now, mut after, mut failed) = (app.table.clock().now(), None, Ok(()));
    for _ in 0..PAGES {
        let page = ended(&app.table, shard, now, after).await.map_err(Failed::because)?;
        for month in page.0 {
            // One that cannot be closed keeps no other waiting.
            failed = failed.and(close_one(&app, month).await);
        }
        after = page.1;
        if after.is_none() {
            break;
        }
    }
    failed
}

async fn close_one(app: &App, (user, period): Ended) -> Result<(), Failed> {
    match close(&app.table, user, period, PAGES_OF_ENTRIES).await {
        Ok(true) => count(Fact::BillClosed, 1),
        // More entries than one tick adds up, or another tick is at it.
        Ok(false) | Err(Error::Contended) => {}
        Err(error) => {
            tracing::error!(cause = %error, alert = true, "a bill cannot be closed");
            return Err(Failed::because(error));
        }
    }
    Ok(())
}
