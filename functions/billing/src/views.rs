//! What `/bills` answers.

use api::views::Money;
use domain::{
    JobId, Moment, Refusal, SubscriptionId,
    bill::{self, BillStatus, PaymentStatus},
    price::LineKind,
    shape,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a month comes to.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "2026-11", "period": "2026-11", "status": "OPEN", "payment_status": "PENDING",
    "paid_amount": {"amount": "0.00", "currency": "USD"}, "pending_amount": {"amount": "0.60", "currency": "USD"},
    "billing_date": "2026-12-01T00:00:00.000Z", "due_date": "2026-12-15T00:00:00.000Z", "jobs": 12
}))]
pub struct Bill {
    /// The month.
    #[schema(value_type = shape::Month)]
    pub id: String,
    /// The month, UTC, by when jobs ended; what comes after it is closed stands on the next.
    #[schema(value_type = shape::Month)]
    pub period: String,
    /// A closed bill does not change any more.
    pub status: BillStatus,
    pub payment_status: PaymentStatus,
    pub paid_amount: Money,
    pub pending_amount: Money,
    /// When the bill is drawn up.
    pub billing_date: Moment,
    pub due_date: Moment,
    /// Jobs that ended in the month, charged or not.
    #[schema(value_type = shape::Count)]
    pub jobs: u64,
}

impl From<&bill::Bill> for Bill {
    fn from(bill: &bill::Bill) -> Self {
        Self {
            id: bill.period.to_string(),
            period: bill.period.to_string(),
            status: bill.status,
            payment_status: bill.payment_status,
            paid_amount: bill.paid_amount.into(),
            pending_amount: bill.pending_amount.into(),
            billing_date: bill.billing_date(),
            due_date: bill.due_date(),
            jobs: bill.jobs,
        }
    }
}

/// One line of a bill.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01a1f866-0d00-71c8-9a7e-6dab3f8c5e93.0", "bill_id": "2026-11", "job_id": "01a1f866-0d00-71c8-9a7e-6dab3f8c5e93", "line": 0, "kind": "APP_FEE",
    "description": "Bell pairs 1.0.0 on hub-simulator: App fee", "quantity": 1,
    "amount": {"amount": "0.05", "currency": "USD"},
    "subscription_id": "01a1f82f-1e80-7fa6-9e5c-4b8d1f6a3c75", "created_at": "2026-11-20T10:00:01.000Z"
}))]
pub struct BillingItem {
    /// Says what is charged or given back; no two items have the same.
    #[schema(value_type = shape::ItemId)]
    pub id: String,
    #[schema(value_type = shape::Month)]
    pub bill_id: String,
    /// Absent where no job is charged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_id: Option<JobId>,
    /// The item it gives back of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::ItemId>)]
    pub refund_of: Option<String>,
    /// Which line of the job's charge.
    #[schema(minimum = 0, maximum = 9)]
    pub line: u32,
    pub kind: LineKind,
    #[schema(value_type = shape::Sentence)]
    pub description: String,
    #[schema(value_type = shape::Count)]
    pub quantity: u64,
    pub amount: Money,
    /// Absent where a developer ran their own app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<SubscriptionId>,
    pub created_at: Moment,
}

impl From<&bill::BillingItem> for BillingItem {
    fn from(item: &bill::BillingItem) -> Self {
        Self {
            id: item.id(),
            bill_id: item.period().to_string(),
            job_id: item.job_id,
            refund_of: item.counters.clone(),
            line: item.line,
            kind: item.kind,
            description: item.description.clone(),
            quantity: item.quantity,
            amount: item.amount.into(),
            subscription_id: item.subscription_id,
            created_at: item.created_at,
        }
    }
}

/// How much to give back, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": {"amount": "0.05", "currency": "USD"}, "reason": "The device was down."}))]
pub struct RefundRequest {
    /// More than 0.00, at most the item's.
    #[serde(deserialize_with = "api::object")]
    pub amount: Money,
    /// Shown to the user on the bill.
    #[schema(value_type = shape::Name)]
    pub reason: String,
}

impl RefundRequest {
    pub fn amount(&self) -> Result<domain::Money, Refusal> {
        self.amount.parse("/amount")
    }
}
