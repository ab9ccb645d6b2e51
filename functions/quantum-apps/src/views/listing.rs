//! On which terms an app is offered, as its developer writes and reads them.

use api::views::Money;
use domain::{
    AppId, ListingId, Moment, Refusal,
    listing::{Listing, ListingStatus, Terms},
    shape,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the developer asks for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "price": {"amount": "0.05", "currency": "USD"}, "trial_enabled": true, "support_url": "https://example.com/bell-pairs/help"
}))]
pub struct ListingRequest {
    /// Of each completed job, on top of what the device costs; 0.00 to 1000.00.
    #[serde(deserialize_with = "api::object")]
    pub price: Money,
    /// For a month of jobs in place of `price`, on top of what devices cost; left out, none is sold.
    #[serde(default, deserialize_with = "api::object_or_none")]
    pub monthly_price: Option<Money>,
    /// The same for a year.
    #[serde(default, deserialize_with = "api::object_or_none")]
    pub annual_price: Option<Money>,
    /// Whether each user may have ten free uses on simulators.
    pub trial_enabled: bool,
    /// Shown to everyone.
    #[schema(value_type = Option<shape::EmailAddress>)]
    pub support_email: Option<String>,
    /// An https address, shown to everyone.
    #[schema(value_type = Option<shape::WebAddress>)]
    pub support_url: Option<String>,
}

impl ListingRequest {
    pub fn terms(&self) -> Result<Terms, Refusal> {
        Ok(Terms {
            rate: self.price.parse("/price")?,
            monthly_rate: flat("/monthly_price", self.monthly_price.as_ref())?,
            annual_rate: flat("/annual_price", self.annual_price.as_ref())?,
            trial_enabled: self.trial_enabled,
            support_email: self.support_email.clone(),
            support_url: self.support_url.clone(),
        })
    }
}

fn flat(pointer: &str, price: Option<&Money>) -> Result<Option<domain::Money>, Refusal> {
    price.map(|price| price.parse(pointer)).transpose()
}

/// An app's place on the marketplace, as its developer reads it.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01a1f308-c280-7e95-8d4b-2a7c5e9f1b66", "quantum_app_id": "01a1ee19-5500-7b63-8e2d-3f7a1c9b5d48",
    "price": {"amount": "0.05", "currency": "USD"}, "trial_enabled": true, "status": "ACTIVE",
    "support_url": "https://example.com/bell-pairs/help",
    "created_at": "2026-11-19T09:00:00.000Z", "updated_at": "2026-11-19T09:00:00.000Z"
}))]
pub struct AppListing {
    pub id: ListingId,
    pub quantum_app_id: AppId,
    pub price: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monthly_price: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annual_price: Option<Money>,
    pub trial_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::EmailAddress>)]
    pub support_email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::WebAddress>)]
    pub support_url: Option<String>,
    pub status: ListingStatus,
    pub created_at: Moment,
    pub updated_at: Moment,
}

impl From<&Listing> for AppListing {
    fn from(listing: &Listing) -> Self {
        let terms = listing.terms.clone();
        Self {
            id: listing.id,
            quantum_app_id: listing.app_id,
            price: terms.rate.into(),
            monthly_price: terms.monthly_rate.map(Money::from),
            annual_price: terms.annual_rate.map(Money::from),
            trial_enabled: terms.trial_enabled,
            support_email: terms.support_email,
            support_url: terms.support_url,
            status: listing.status,
            created_at: listing.created_at,
            updated_at: listing.updated_at,
        }
    }
}
