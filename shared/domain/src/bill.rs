//! What a month's bill says.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    JobId, Moment, Money, Period, SubscriptionId, UserId,
    price::{Line, LineKind},
    settlement::Charge,
};

/// Days to pay after a month has ended.
pub const DUE_DAYS: u64 = 14;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BillStatus {
    Open,
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentStatus {
    Pending,
    Paid,
    Failed,
    Refunded,
}

/// A user's month as the ledger has it so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    pub period: Period,
    pub status: BillStatus,
    pub payment_status: PaymentStatus,
    pub paid_amount: Money,
    pub pending_amount: Money,
    pub jobs: u64,
}

impl Bill {
    /// An open bill over the running totals of its month.
    pub fn open(period: Period, pending_amount: Money, jobs: u64) -> Self {
        Self {
            period,
            status: BillStatus::Open,
            payment_status: PaymentStatus::Pending,
            paid_amount: Money::ZERO,
            pending_amount,
            jobs,
        }
    }

    /// When it is drawn up.
    pub fn billing_date(&self) -> Moment {
        self.period.ends_at()
    }

    pub fn due_date(&self) -> Moment {
        self.billing_date().plus(Duration::from_secs(DUE_DAYS * 24 * 3600))
    }
}

/// One line of a bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingItem {
    pub user_id: UserId,
    pub job_id: JobId,
    pub line: u32,
    pub kind: LineKind,
    pub description: String,
    pub quantity: u64,
    pub amount: Money,
    pub subscription_id: Option<SubscriptionId>,
    pub created_at: Moment,
}

/// A charge as it stands on the bill, line by line.
pub fn items(charge: &Charge) -> Vec<BillingItem> {
    let item = |(line, of): (u32, &Line)| BillingItem {
        user_id: charge.user_id,
        job_id: charge.job_id,
        line,
        kind: of.kind,
        description: format!("{}: {}", charge.description, of.description),
        quantity: of.quantity,
        amount: of.amount,
        subscription_id: charge.subscription_id,
        created_at: charge.settled_at,
    };
    (0..).zip(&charge.lines).map(item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        hardware::Platform,
        job::tests::{at, job},
        settlement::{Outcome, Output, settle},
    };

    #[test]
    fn the_items_of_a_charge_add_up_to_it() {
        let output = Output {
            counts: [("0".to_owned(), 100)].into(),
            measured_qubits: vec![0],
            execution_millis: 1,
            stored_at: None,
        };
        let charge = settle(&job(Platform::Braket), Outcome::Completed(output), at(1)).charge;
        let items = items(&charge);
        assert_eq!(items.iter().map(|item| item.amount).sum::<Money>(), charge.amount);
        assert_eq!(items.len(), 3, "fee, task, shots");
        assert_eq!(items[0].description, "Bell 1.0.0 on iqm-garnet: App fee");
    }

    #[test]
    fn a_bill_is_due_two_weeks_after_its_month() {
        let bill = Bill::open("2026-12".parse().expect("a month"), Money::ZERO, 0);
        assert_eq!(bill.billing_date().to_string(), "2027-01-01T00:00:00.000Z");
        assert_eq!(bill.due_date().to_string(), "2027-01-15T00:00:00.000Z");
    }
}
