//! Where closed bills lie, which months are to be closed, and how one is: once, whoever tries.

use domain::{
    Moment, Period, UserId,
    bill::BillingItem,
    closing::{ClosedBill, first_open},
};

use crate::{
    Error, Indexes, Item, Key, Query, Stored, Table, create,
    jobs::DUE_SHARDS,
    ledger::{PeriodTotal, in_order, seal},
    query::Index,
};

/// The bill of a month that takes no more entries.
pub fn closed_bill(user: UserId, period: Period) -> Key<ClosedBill> {
    Key::new(format!("closed#{user}"), period.to_string())
}

impl Item for ClosedBill {
    const TYPE: &'static str = "ClosedBill";

    fn key(&self) -> Key<Self> {
        closed_bill(self.user_id, self.period)
    }

    fn indexes(&self) -> Indexes {
        let due = (!self.is_closed()).then(|| place_in_due(self.user_id, self.period, "bill"));
        Indexes { due, ..Indexes::default() }
    }
}

/// Each part of a month's totals is listed there until the month is sealed, then its bill until it is closed.
pub(crate) fn place_in_due(user: UserId, period: Period, part: &str) -> (String, String) {
    (closing(user.shard(DUE_SHARDS)), format!("{period}#{user}#{part}"))
}

fn closing(shard: u8) -> String {
    format!("closing#{shard}")
}

/// A user's month that has ended and is not closed.
pub type Ended = (UserId, Period);

/// Some of one shard's months that have ended and are not closed, the oldest first, from a position on; and the
/// position behind them, where there are more.
pub async fn ended(
    table: &Table,
    shard: u8,
    now: Moment,
    after: Option<String>,
) -> Result<(Vec<Ended>, Option<String>), Error> {
    let query: Query<PeriodTotal> = Query::new(Index::Due, closing(shard));
    let query = query.up_to(first_open(now).to_string()).after(after);
    let found = table.addresses(&query).await?;
    let places: Vec<&String> =
        found.iter().filter_map(|item| item.get("due_sk")?.as_s().ok()).collect();
    let month = |place: &&String| {
        let mut parts = place.split('#');
        let period = parts.next()?.parse().ok()?;
        Some((parts.next()?.parse().ok()?, period))
    };
    let mut months: Vec<Ended> = places.iter().filter_map(month).collect();
    months.dedup();
    let more = places.len() > query.size();
    Ok((months, places.last().filter(|_| more).map(|place| (*place).clone())))
}

/// Closes a month that has ended, or as much of it as `pages` of entries; whether it is closed now.
///
/// First the month is sealed, in the write that begins its bill: from then on every entry meets the seal and goes to
/// a later month, so that what is added up does not change any more, however long that takes. Of several that close
/// it at once, each page is saved by one; the others are refused as contended.
pub async fn close(
    table: &Table,
    user: UserId,
    period: Period,
    pages: usize,
) -> Result<bool, Error> {
    if table.get(&closed_bill(user, period)).await?.is_none() {
        let begun = create(&ClosedBill::begin(user, period));
        table.write(seal(user, period).into_iter().chain([begun])).await?;
    }
    for _ in 0..pages {
        let Some(mut bill) = table.get(&closed_bill(user, period)).await? else { break };
        if bill.is_closed() {
            return Ok(true);
        }
        let page = in_order(user, period).after(bill.added_up_to.clone());
        let page = table.query(&page).await?;
        let entries: Vec<BillingItem> = page.items.into_iter().map(Stored::into_inner).collect();
        bill.add(&entries, page.next);
        if table.save(bill).await?.is_closed() {
            return Ok(true);
        }
    }
    Ok(false)
}
