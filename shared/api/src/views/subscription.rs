//! How a subscription is shown, where it begins and where it is looked up.

use domain::{
    AppId, Moment, SubscriptionId, shape,
    subscription::{self, SubscriptionStatus, SubscriptionType},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::Money;

/// What a user has subscribed to.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01a1f82f-1e80-7fa6-9e5c-4b8d1f6a3c75", "quantum_app_id": "01a1ee19-5500-7b63-8e2d-3f7a1c9b5d48",
    "app_name": "Bell pairs", "subscription_type": "PAY_PER_USE", "status": "ACTIVE",
    "rate": {"amount": "0.05", "currency": "USD"}, "start_date": "2026-11-20T09:00:00.000Z",
    "created_at": "2026-11-20T09:00:00.000Z", "updated_at": "2026-11-20T09:00:00.000Z"
}))]
pub struct Subscription {
    pub id: SubscriptionId,
    pub quantum_app_id: AppId,
    #[schema(value_type = shape::Name)]
    pub app_name: String,
    pub subscription_type: SubscriptionType,
    pub status: SubscriptionStatus,
    /// For each completed job, on top of what the device costs, or for each month or year; as agreed when it began.
    pub rate: Money,
    /// Absent where uses are not counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Count>)]
    pub remaining_uses: Option<u64>,
    pub start_date: Moment,
    /// Absent where it goes on until cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_date: Option<Moment>,
    /// When the next month or year begins and is charged; absent where none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renewal_date: Option<Moment>,
    pub created_at: Moment,
    pub updated_at: Moment,
}

impl Subscription {
    /// `remaining_uses` where uses are counted.
    pub fn of(of: &subscription::Subscription, remaining_uses: Option<u64>, now: Moment) -> Self {
        Self {
            id: of.id,
            quantum_app_id: of.app_id,
            app_name: of.app_name.clone(),
            subscription_type: of.subscription_type,
            status: of.status_at(now),
            rate: of.rate.into(),
            remaining_uses,
            start_date: of.starts_at,
            end_date: of.ends_at,
            renewal_date: of.renews_at,
            created_at: of.created_at,
            updated_at: of.updated_at,
        }
    }
}
