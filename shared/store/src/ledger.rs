//! Where charges, bill items and running totals lie, and how an entry finds its bill.

use domain::{
    JobId, Moment, Money, Period, UserId,
    bill::{Bill, BillingItem, items, jobs},
    settlement::Charge,
};
use guards::{Guard, stands};
use serde::{Deserialize, Serialize};

use crate::{
    Error, Indexes, Item, Key, MAX_PAGE, Query, Stored, Table, Write, add,
    closing::{closed_bill, place_in_due},
    create,
    query::Index,
};

/// Totals of a month are spread, so that settling one user's jobs side by side does not collide.
pub(crate) const SHARDS: u8 = 8;

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
    in_order(user, period).newest_first()
}

/// As they are added up: oldest first.
pub(crate) fn in_order(user: UserId, period: Period) -> Query<BillingItem> {
    Query::new(Index::Table, format!("bill#{user}#{period}"))
}

fn billing_item(user: UserId, period: Period, created_at: Moment, id: &str) -> Key<BillingItem> {
    Key::new(format!("bill#{user}#{period}"), format!("{created_at}#{id}"))
}

impl Item for BillingItem {
    const TYPE: &'static str = "BillingItem";

    fn key(&self) -> Key<Self> {
        billing_item(self.user_id, self.period(), self.created_at, &self.id())
    }
}

/// Keeps what is no job's to one entry on one bill, and says where it stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entered {
    pub item_id: String,
    pub user_id: UserId,
    pub period: Period,
    pub created_at: Moment,
}

pub fn entered(item_id: &str) -> Key<Entered> {
    Key::new(format!("entry#{item_id}"), "entry")
}

impl Item for Entered {
    const TYPE: &'static str = "Entered";

    fn key(&self) -> Key<Self> {
        entered(&self.item_id)
    }
}

impl Entered {
    pub fn of(item: &BillingItem) -> Self {
        let (user_id, created_at) = (item.user_id, item.created_at);
        Self { item_id: item.id(), user_id, period: item.period(), created_at }
    }
}

/// The item of that id, whosever it is.
pub async fn item(table: &Table, id: &str) -> Result<Option<BillingItem>, Error> {
    let Some((of, rest)) = id.split_once('.') else { return Ok(None) };
    if let (Ok(job), Ok(line)) = (of.parse(), rest.parse::<usize>()) {
        let found = table.get(&charge(job)).await?;
        return Ok(found.and_then(|charge| items(&charge).into_iter().nth(line)));
    }
    let Some(at) = table.get(&entered(id)).await? else { return Ok(None) };
    let found = billing_item(at.user_id, at.period, at.created_at, id);
    Ok(table.get(&found).await?.map(Stored::into_inner))
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
    /// Not zero where the month takes no more entries.
    #[serde(default)]
    sealed: u64,
}

impl PeriodTotal {
    fn period(&self) -> Option<Period> {
        self.sort.split('#').next()?.parse().ok()
    }

    fn due(&self) -> Option<(String, String)> {
        let user = self.partition.split('#').nth(1)?.parse().ok()?;
        let part = self.sort.split('#').nth(1)?;
        (self.sealed == 0).then_some(place_in_due(user, self.period()?, part))
    }
}

impl Item for PeriodTotal {
    const TYPE: &'static str = "PeriodTotal";

    fn key(&self) -> Key<Self> {
        Key::new(&self.partition, &self.sort)
    }

    fn indexes(&self) -> Indexes {
        Indexes { due: self.due(), ..Indexes::default() }
    }
}

/// One part of a month; entries are spread over them.
pub fn total(user: UserId, period: Period, shard: u8) -> Key<PeriodTotal> {
    Key::new(format!("bills#{user}"), format!("{period}#{shard}"))
}

/// The running totals of all of a user's months, newest first.
pub fn totals_of_all(user: UserId) -> Query<PeriodTotal> {
    Query::new(Index::Table, format!("bills#{user}")).newest_first()
}

/// Months one page of bills covers at most: a read of [`MAX_PAGE`] totals holds them whole.
pub const MONTHS: usize = MAX_PAGE / SHARDS as usize;

/// A month's bill, closed or as it stands.
pub async fn bill(table: &Table, user: UserId, period: Period) -> Result<Option<Bill>, Error> {
    let month = totals_of_all(user).prefix(&format!("{period}#"));
    let closed = closed_bill(user, period);
    let (totals, closed) = tokio::try_join!(table.query(&month), table.get(&closed))?;
    let closed = closed.filter(|bill| bill.is_closed()).map(|bill| Bill::from(&*bill));
    let totals: Vec<PeriodTotal> = totals.items.into_iter().map(Stored::into_inner).collect();
    Ok(closed.or_else(|| bills(&totals).pop()))
}

/// The bills of a page of months; `query` is one of [`totals_of_all`], its limit counts months.
///
/// Answers with the position to go on from, where there are more.
pub async fn bills_page(
    table: &Table,
    user: UserId,
    query: &Query<PeriodTotal>,
) -> Result<(Vec<Bill>, Option<String>), Error> {
    let page = table.query(&query.clone().limit(MAX_PAGE)).await?;
    let totals: Vec<PeriodTotal> = page.items.into_iter().map(Stored::into_inner).collect();
    let mut bills = bills(&totals);
    let months = query.size().min(MONTHS);
    let more = page.next.is_some() || bills.len() > months;
    bills.truncate(months);
    let position = bills.last().map(|bill| bill.period.to_string());
    let closed: Vec<_> = bills.iter().map(|bill| closed_bill(user, bill.period)).collect();
    let closed = table.read(closed).await?;
    for (bill, closed) in bills.iter_mut().zip(closed) {
        if let Some(closed) = closed.filter(|closed| closed.is_closed()) {
            *bill = Bill::from(&*closed);
        }
    }
    Ok((bills, position.filter(|_| more)))
}

/// The bills those totals make, in their order.
fn bills(totals: &[PeriodTotal]) -> Vec<Bill> {
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

/// Writes entries of one user's and what belongs to them, all or nothing, on the first bill from their month on that
/// takes entries; `others` says what belongs to them once the bill is known.
///
/// No clock decides whether a bill still takes them: the write that seals a month and this one meet at a total.
pub async fn enter<R, E: From<Error>>(
    table: &Table,
    entries: &[BillingItem],
    mut others: impl FnMut(Period) -> Result<(Vec<Write>, R), E>,
) -> Result<R, E> {
    let Some(first) = entries.first() else {
        return Err(Error::Failed("no entry to write".to_owned()).into());
    };
    let mut period = first.period();
    loop {
        let (mut writes, done) = others(period)?;
        writes.push(add_to_totals(entries, first, period));
        writes.extend(entries.iter().map(|entry| create(&entry.clone().on(period))));
        match table.write(writes).await {
            Err(Error::Contended) => {
                let open = first_open(table, first.user_id, period).await?;
                if open == period {
                    return Err(Error::Contended.into());
                }
                period = open;
            }
            written => return written.map(|()| done).map_err(E::from),
        }
    }
}

fn add_to_totals(entries: &[BillingItem], first: &BillingItem, period: Period) -> Write {
    let of_job = first.job_id.map(|id| id.shard(SHARDS));
    let shard = of_job.unwrap_or_else(|| first.user_id.shard(SHARDS));
    let amount: Money = entries.iter().map(|entry| entry.amount).sum();
    let jobs = i64::try_from(jobs(entries)).unwrap_or(i64::MAX);
    add(&total(first.user_id, period, shard), &[("amount", amount.micros()), ("jobs", jobs)])
        .unless("sealed")
        .due(Some(place_in_due(first.user_id, period, &shard.to_string())))
}

/// All parts of a month are sealed in one write, so one of them tells of all.
async fn first_open(table: &Table, user: UserId, mut period: Period) -> Result<Period, Error> {
    while table.get(&total(user, period, 0)).await?.is_some_and(|total| total.sealed != 0) {
        period = period.next();
    }
    Ok(period)
}

/// From then on the month takes no more entries; refused where that was so before.
pub(crate) fn seal(user: UserId, period: Period) -> Vec<Write> {
    let fields = [("sealed", 1), ("amount", 0), ("jobs", 0)];
    let sealed = |shard| add(&total(user, period, shard), &fields).unless("sealed").due(None);
    (0..SHARDS).map(sealed).collect()
}
