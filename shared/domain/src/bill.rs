//! What a month's bill says.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    JobId, Kind, Moment, Money, Period, Refusal, SubscriptionId, UserId,
    closing::ClosedBill,
    field::{Checks, MAX_NAME},
    price::{Line, LineKind},
    settlement::Charge,
    subscription::{Subscription, SubscriptionType},
};

/// What the id of a refund ends with, behind that of what it gives back of.
const REFUND: &str = ".refund";
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

impl From<&ClosedBill> for Bill {
    fn from(closed: &ClosedBill) -> Self {
        Self {
            period: closed.period,
            status: BillStatus::Closed,
            payment_status: closed.payment_status,
            paid_amount: closed.paid_amount,
            pending_amount: closed.amount,
            jobs: closed.jobs,
        }
    }
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
        due_date(self.period)
    }
}

/// When a month's bill is to be paid.
pub(crate) fn due_date(period: Period) -> Moment {
    period.ends_at().plus(Duration::from_secs(DUE_DAYS * 24 * 3600))
}

/// One line of a bill: an entry of the ledger, which is never corrected but by another that counters it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingItem {
    pub user_id: UserId,
    /// The bill it stands on; missing from what was written while it was the month of `created_at` without exception.
    #[serde(default)]
    period: Option<Period>,
    /// The item it gives back of.
    #[serde(default)]
    pub counters: Option<String>,
    /// Absent where no job is charged.
    #[serde(default)]
    pub job_id: Option<JobId>,
    /// Which line of its charge.
    pub line: u32,
    pub kind: LineKind,
    pub description: String,
    pub quantity: u64,
    pub amount: Money,
    pub subscription_id: Option<SubscriptionId>,
    pub created_at: Moment,
}

impl BillingItem {
    /// Follows from what it is for alone, so that the same is never entered twice.
    pub fn id(&self) -> String {
        match (&self.counters, self.job_id, self.subscription_id) {
            (Some(countered), ..) => format!("{countered}{REFUND}"),
            (None, Some(job), _) => format!("{job}.{}", self.line),
            (None, None, subscription) => {
                let subscription = subscription.map(|id| id.to_string()).unwrap_or_default();
                format!("{subscription}.{}", self.created_at.date())
            }
        }
    }

    pub fn period(&self) -> Period {
        self.period.unwrap_or_else(|| self.created_at.period())
    }

    /// The same on another bill, for its own is closed.
    pub fn on(self, period: Period) -> Self {
        Self { period: Some(period), ..self }
    }

    /// Whether it is the one by which its job is counted.
    fn counts_a_job(&self) -> bool {
        self.job_id.is_some() && self.counters.is_none() && self.line == 0
    }
}

/// A charge as it stands on the bill, line by line.
pub fn items(charge: &Charge) -> Vec<BillingItem> {
    let item = |(line, of): (u32, &Line)| BillingItem {
        user_id: charge.user_id,
        period: Some(charge.period),
        counters: None,
        job_id: Some(charge.job_id),
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

/// The fee of a subscription for the term that begins then.
pub fn fee(of: &Subscription, begins_at: Moment) -> BillingItem {
    let term = match of.subscription_type {
        SubscriptionType::Annual => "a year",
        _ => "a month",
    };
    BillingItem {
        user_id: of.user_id,
        period: Some(begins_at.period()),
        counters: None,
        job_id: None,
        line: 0,
        kind: LineKind::Subscription,
        description: format!("{} for {term} from {}", of.app_name, begins_at.date()),
        quantity: 1,
        amount: of.rate,
        subscription_id: Some(of.id),
        created_at: begins_at,
    }
}

/// How many jobs those items count.
pub fn jobs(items: &[BillingItem]) -> u64 {
    items.iter().filter(|item| item.counts_a_job()).count() as u64
}

/// Gives back some or all of an item, once: by an item of its own, on the bill of the month it is given back in.
pub fn refund(
    of: &BillingItem,
    amount: Money,
    reason: &str,
    now: Moment,
) -> Result<BillingItem, Refusal> {
    if of.amount <= Money::ZERO {
        return Err(Refusal::conflict(
            "nothing_to_refund",
            "Nothing was charged by this item; name one whose amount is above 0.00.",
        ));
    }
    let mut checks = Checks::new();
    checks.require(
        amount > Money::ZERO && amount <= of.amount,
        "/amount/amount",
        format!("give back more than 0.00 and at most the {} of the item", of.amount),
    );
    let reason = checks.line("/reason", reason, MAX_NAME);
    checks.finish()?;
    Ok(BillingItem {
        period: Some(now.period()),
        counters: Some(of.id()),
        kind: LineKind::Refund,
        description: format!("Refund of {}: {reason}", of.description),
        quantity: 1,
        amount: -amount,
        created_at: now,
        ..of.clone()
    })
}

/// Refuses what cannot be the id of an item.
pub fn check_item_id(text: &str) -> Result<(), Refusal> {
    let (of, what) = text.strip_suffix(REFUND).unwrap_or(text).split_once('.').unwrap_or_default();
    let line = what.len() == 1 && what.bytes().all(|byte| byte.is_ascii_digit());
    let day = what.len() == 10 && format!("{what}T00:00:00Z").parse::<Moment>().is_ok();
    if of.parse::<JobId>().is_ok() && (line || day) {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Malformed,
        "bad_id",
        "Use the id of an item as GET /bills/{bill_id}/items lists it.",
    ))
}

/// The refusal of a second refund of an item.
pub fn already_refunded() -> Refusal {
    Refusal::conflict(
        "already_refunded",
        "This item was refunded before, and each is refunded once; see the bill.",
    )
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
            result_types: Vec::new(),
            stored_at: None,
        };
        let charge = settle(&job(Platform::Braket), Outcome::Completed(output), at(1)).charge;
        let items = items(&charge);
        assert_eq!(items.iter().map(|item| item.amount).sum::<Money>(), charge.amount);
        assert_eq!(items.len(), 3, "fee, task, shots");
        assert_eq!(items[0].description, "Bell 1.0.0 on iqm-garnet: App fee");
    }

    fn charged() -> BillingItem {
        let mut charge =
            settle(&job(Platform::Braket), Outcome::Cancelled { billed_shots: Some(10) }, at(1))
                .charge;
        charge.period = "2027-02".parse().expect("a month");
        items(&charge).remove(0)
    }

    #[test]
    fn an_item_is_known_by_what_it_is_for_whichever_bill_it_stands_on() {
        let item = charged();
        assert_eq!(item.id(), format!("{}.0", item.job_id.expect("a job's")));
        assert_eq!(item.clone().on(item.period().next()).id(), item.id());
        assert_eq!(
            (jobs(std::slice::from_ref(&item)), item.period().to_string()),
            (1, "2027-02".to_owned())
        );
    }

    #[test]
    fn a_refund_counters_one_item_in_the_month_it_is_given() {
        let item = charged();
        let now = "2027-03-31T23:59:59.999Z".parse().expect("a time");
        let refunded = refund(&item, item.amount, " the device was down ", now).expect("a refund");
        assert_eq!((refunded.amount + item.amount, refunded.kind), (Money::ZERO, LineKind::Refund));
        assert_eq!(refunded.id(), format!("{}.refund", item.id()));
        assert!(check_item_id(&item.id()).is_ok() && check_item_id(&refunded.id()).is_ok());
        assert_eq!((refunded.period(), refunded.created_at), (now.period(), now));
        assert!(refunded.description.ends_with("Quantum task: the device was down"));
        assert_eq!(jobs(&[item, refunded]), 1);
    }

    #[test]
    fn a_refund_gives_back_something_and_at_most_what_was_charged() {
        let item = charged();
        for (micros, good) in
            [(0, false), (-1, false), (1, true), (item.amount.micros() + 1, false)]
        {
            let refunded = refund(&item, Money::from_micros(micros), "x", at(9));
            assert_eq!(refunded.is_ok(), good, "{micros}");
        }
        let no_reason = refund(&item, item.amount, " ", at(9)).expect_err("no reason");
        assert_eq!(no_reason.violations[0].pointer, "/reason");
        let refunded = refund(&item, item.amount, "x", at(9)).expect("a refund");
        let again = refund(&refunded, Money::from_micros(1), "x", at(9)).expect_err("a refund");
        assert_eq!(again.code, "nothing_to_refund");
    }

    #[test]
    fn only_what_an_item_may_be_called_is_the_id_of_one() {
        let job = charged().job_id.expect("a job's");
        for (id, good) in [
            (format!("{job}.0"), true),
            (format!("{job}.2028-02-29"), true),
            (format!("{job}.2028-02-29.refund"), true),
            (format!("{job}.2027-02-29"), false),
            (format!("{job}.10"), false),
            (format!("{job}.x"), false),
            (format!("{job}.0.refund.refund"), false),
            (job.to_string(), false),
            ("nonsense.0".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(check_item_id(&id).is_ok(), good, "{id}");
        }
    }

    #[test]
    fn a_bill_is_due_two_weeks_after_its_month() {
        let bill = Bill::open("2026-12".parse().expect("a month"), Money::ZERO, 0);
        assert_eq!(bill.billing_date().to_string(), "2027-01-01T00:00:00.000Z");
        assert_eq!(bill.due_date().to_string(), "2027-01-15T00:00:00.000Z");
    }
}
