//! How a month is closed: what its bill says follows from its entries alone.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    Moment, Money, Period, UserId,
    bill::{BillStatus, BillingItem, PaymentStatus, due_date, jobs},
};

/// So long after its end a month is closed, so that little of what was under way then comes too late for it.
///
/// Nothing but the bill that something stands on depends on it: what comes later goes to the next month's.
pub const WAIT: Duration = Duration::from_secs(3600);

/// The first month that is not to be closed yet.
pub fn first_open(now: Moment) -> Period {
    now.minus(WAIT).period()
}

/// The bill of a month that takes no more entries: open while they are added up, then closed, once.
///
/// Nothing in it comes from a clock or from who closed it, and it does not matter how the entries were divided into
/// pages: adding up the same entries gives the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedBill {
    pub user_id: UserId,
    pub period: Period,
    pub status: BillStatus,
    pub payment_status: PaymentStatus,
    pub paid_amount: Money,
    pub amount: Money,
    pub jobs: u64,
    pub items: u64,
    /// Over all entries in their order, each hashed with the hash of those before it.
    pub sha256: String,
    pub billing_date: Moment,
    pub due_date: Moment,
    /// Where adding up goes on, while there is more.
    pub added_up_to: Option<String>,
}

impl ClosedBill {
    /// Of a month that takes no more entries and none of whose entries were added up yet.
    pub fn begin(user_id: UserId, period: Period) -> Self {
        Self {
            user_id,
            period,
            status: BillStatus::Open,
            payment_status: PaymentStatus::Pending,
            paid_amount: Money::ZERO,
            amount: Money::ZERO,
            jobs: 0,
            items: 0,
            sha256: hash("", period.to_string().as_bytes()),
            billing_date: period.ends_at(),
            due_date: due_date(period),
            added_up_to: None,
        }
    }

    pub fn is_closed(&self) -> bool {
        self.status == BillStatus::Closed
    }

    /// Adds the entries that follow, oldest first; closed when there are no more behind them.
    pub fn add(&mut self, entries: &[BillingItem], more_behind: Option<String>) {
        self.amount = self.amount + entries.iter().map(|entry| entry.amount).sum();
        self.jobs += jobs(entries);
        self.items += entries.len() as u64;
        for entry in entries {
            let bytes = serde_json::to_vec(entry).expect("an entry has text for keys");
            self.sha256 = hash(&self.sha256, &bytes);
        }
        if more_behind.is_none() {
            self.status = BillStatus::Closed;
        }
        self.added_up_to = more_behind;
    }
}

fn hash(before: &str, bytes: &[u8]) -> String {
    format!("{:x}", Sha256::new().chain_update(before).chain_update(bytes).finalize())
}

#[cfg(test)]
mod tests;
