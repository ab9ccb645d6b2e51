//! Where charges, bill items and running totals lie.

use domain::{
    JobId, Money, Period, UserId,
    bill::{Bill, BillingItem},
    settlement::Charge,
};
use guards::{Guard, stands};
use serde::{Deserialize, Serialize};

use crate::{Error, Item, Key, MAX_PAGE, Query, Stored, Table, Write, add, query::Index};

/// Totals of a month are spread, so that settling one user's jobs side by side does not collide.
const SHARDS: u8 = 8;

/// A job's one charge.
pub fn charge(job: JobId) -> Key<Charge> {
    Key::new(format!("job#{job}"), "charge")
}

impl Item for Charge {
    const TYPE: &'static str = "Charge";

    fn key(&self) -> Key<Self> {
        match stands(Guard::LedgerId) {
            true => charge(self.job_id),
            false => {
                Key::new(format!("job#{}", self.job_id), format!("charge#{}", self.settled_at))
            }
        }
    }
}

/// Newest first.
pub fn items_of(user: UserId, period: Period) -> Query<BillingItem> {
    Query::new(Index::Table, format!("bill#{user}#{period}")).newest_first()
}

impl Item for BillingItem {
    const TYPE: &'static str = "BillingItem";

    fn key(&self) -> Key<Self> {
        Key::new(
            format!("bill#{}#{}", self.user_id, self.created_at.period()),
            format!("{}#{}#{:02}", self.created_at, self.job_id, self.line),
        )
    }
}

/// One of the parts that add up to a user's month.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PeriodTotal {
    #[serde(rename = "pk")]
    partition: String,
    #[serde(rename = "sk")]
    sort: String,
    pub amount: Money,
    pub jobs: u64,
}

impl PeriodTotal {
    fn period(&self) -> Option<Period> {
        self.sort.split('#').next()?.parse().ok()
    }
}

impl Item for PeriodTotal {
    const TYPE: &'static str = "PeriodTotal";

    fn key(&self) -> Key<Self> {
        Key::new(&self.partition, &self.sort)
    }
}

/// One part of a month; jobs are spread over them.
pub fn total(user: UserId, period: Period, shard: u8) -> Key<PeriodTotal> {
    Key::new(format!("bills#{user}"), format!("{period}#{shard}"))
}

/// The running totals of one month.
pub fn totals_of(user: UserId, period: Period) -> Query<PeriodTotal> {
    Query::new(Index::Table, format!("bills#{user}")).prefix(&format!("{period}#"))
}

/// The running totals of all of a user's months, newest first.
pub fn totals_of_all(user: UserId) -> Query<PeriodTotal> {
    Query::new(Index::Table, format!("bills#{user}")).newest_first()
}

/// Months one page of bills covers at most: a read of [`MAX_PAGE`] totals holds them whole.
pub const MONTHS: usize = MAX_PAGE / SHARDS as usize;

/// The bills of a page of months; `query` is one of [`totals_of_all`], its limit counts months.
///
/// Answers with the position to go on from, where there are more.
pub async fn bills_page(
    table: &Table,
    query: &Query<PeriodTotal>,
) -> Result<(Vec<Bill>, Option<String>), Error> {
    let page = table.query(&query.clone().limit(MAX_PAGE)).await?;
    let totals: Vec<PeriodTotal> = page.items.into_iter().map(Stored::into_inner).collect();
    let mut bills = bills(&totals);
    let months = query.size().min(MONTHS);
    let more = page.next.is_some() || bills.len() > months;
    bills.truncate(months);
    let position = bills.last().map(|bill| bill.period.to_string());
    Ok((bills, position.filter(|_| more)))
}

/// Adds a charge to its month.
pub(crate) fn add_to_totals(charge: &Charge) -> Write {
    let key = total(charge.user_id, charge.period, charge.job_id.shard(SHARDS));
    add(&key, &[("amount", charge.amount.micros()), ("jobs", 1)])
}

/// The bills those totals make, in their order.
pub fn bills(totals: &[PeriodTotal]) -> Vec<Bill> {
    let mut bills: Vec<Bill> = Vec::new();
    for total in totals {
        let Some(period) = total.period() else { continue };
        match bills.last_mut().filter(|bill| bill.period == period) {
            Some(bill) => {
                bill.pending_amount = bill.pending_amount + total.amount;
                bill.jobs += total.jobs;
            }
            None => bills.push(Bill::open(period, total.amount, total.jobs)),
        }
    }
    bills
}
