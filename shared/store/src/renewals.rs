//! Which subscriptions begin a new term, and the one write that begins it with its fee.

use domain::{Moment, SubscriptionId, account::Subject, subscription::Subscription};

use telemetry::{Fact, count};

use crate::{
    Error, Query, Stored, Table, accounts, create,
    jobs::DUE_SHARDS,
    ledger::{Entered, enter},
    query::Index,
    read::Leniently,
    subscriptions::subscription,
    unchanged, update,
};

/// Decisions to begin a term before its contention is an error.
const TRIES: u32 = 4;
/// Terms that are begun at once where none was for long.
const TERMS: usize = 24;

fn renewing(shard: u8) -> String {
    format!("renewing#{shard}")
}

/// Where a subscription is listed until its next term begins.
pub(crate) fn place_in_due(of: &Subscription) -> Option<(String, String)> {
    let at = of.renews_at?;
    Some((renewing(of.id.shard(DUE_SHARDS)), format!("{at}#{}", of.id)))
}

/// The subscriptions of one shard whose next term has begun, the longest waiting first, at most a page; each read for
/// itself, so that one that cannot be read keeps no other waiting.
pub async fn due(
    table: &Table,
    shard: u8,
    now: Moment,
) -> Result<Vec<Result<Stored<Subscription>, Error>>, Error> {
    let query: Query<Subscription> = Query::new(Index::Due, renewing(shard));
    let found = table.addresses(&query.up_to(now.to_string())).await?;
    let id = |pk: &str| pk.strip_prefix("subscription#")?.parse().ok();
    let ids = found.iter().filter_map(|item| id(item.get("pk")?.as_s().ok()?));
    let keys: Vec<_> = ids.map(|id| Leniently(subscription(id))).collect();
    Ok(table.read(keys).await?.into_iter().flatten().collect())
}

/// Begins the terms that are due, each with its fee in one write; how many.
///
/// The id of a fee is that of its subscription and the day its term begins: it is entered once, whoever tries.
pub async fn renew(table: &Table, id: SubscriptionId) -> Result<usize, Error> {
    for begun in 0..TERMS {
        let renewed = table.attempt(TRIES, || renew_once(table, id)).await?;
        if !renewed {
            return Ok(begun);
        }
    }
    Ok(TERMS)
}

async fn renew_once(table: &Table, id: SubscriptionId) -> Result<bool, Error> {
    let Some(mut renewed) = table.get(&subscription(id)).await? else { return Ok(false) };
    let now = table.clock().now();
    let Some(begins_at) = renewed.renews_at.filter(|at| *at <= now) else { return Ok(false) };
    let owner = table.get(&accounts::subject(renewed.user_id)).await?;
    if is_closed(owner.as_deref(), begins_at) {
        renewed.end(now);
        table.write([update(&renewed)]).await?;
        return Ok(false);
    }
    let Some(fee) = renewed.renew(now) else { return Ok(false) };
    enter(table, std::slice::from_ref(&fee), |period| {
        let mut writes = vec![update(&renewed), create(&Entered::of(&fee.clone().on(period)))];
        // Whoever closes the account meanwhile has this decided again.
        writes.extend(owner.iter().map(unchanged));
        Ok::<_, Error>((writes, ()))
    })
    .await?;
    count(Fact::MicroUsdCharged, fee.amount.micros().unsigned_abs());
    Ok(true)
}

/// Whether nobody has the account any more to which a term that begins then would be charged.
fn is_closed(owner: Option<&Subject>, begins_at: Moment) -> bool {
    owner.is_none_or(|owner| owner.closed_at.is_some_and(|closed_at| closed_at <= begins_at))
}
