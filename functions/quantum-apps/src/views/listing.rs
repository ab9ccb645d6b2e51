//! On which terms an app is offered, as its developer writes and reads them.

use api::views::Money;
use domain::{
    AppId, ListingId, Moment, Refusal,
    listing::{Listing, ListingStatus, Terms},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the developer asks for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "price": {"amount": "0.30", "currency": "USD"}, "trial_enabled": true, "support_url": "https://example.com/help"
}))]
pub struct ListingRequest {
    /// Of each completed job, on top of what the device costs; 0.00 to 1000.00.
    #[serde(deserialize_with = "api::object")]
    pub price: Money,
    /// Whether each user may have ten free uses on simulators.
    pub trial_enabled: bool,
    /// Shown to everyone.
    #[schema(max_length = 100)]
    pub support_email: Option<String>,
    /// An https address, shown to everyone.
    #[schema(max_length = 255)]
    pub support_url: Option<String>,
}

impl ListingRequest {
    pub fn terms(&self) -> Result<Terms, Refusal> {
        Ok(Terms {
            rate: self.price.parse("/price")?,
            trial_enabled: self.trial_enabled,
            support_email: self.support_email.clone(),
            support_url: self.support_url.clone(),
        })
    }
}

/// An app's place on the marketplace, as its developer reads it.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e72", "quantum_app_id": "0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e6f",
    "price": {"amount": "0.30", "currency": "USD"}, "trial_enabled": true, "status": "ACTIVE",
    "support_url": "https://example.com/help",
    "created_at": "2026-11-20T10:00:00.000Z", "updated_at": "2026-11-20T10:00:00.000Z"
}))]
pub struct AppListing {
    pub id: ListingId,
    pub quantum_app_id: AppId,
    pub price: Money,
    pub trial_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub support_email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 255)]
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
            trial_enabled: terms.trial_enabled,
            support_email: terms.support_email,
            support_url: terms.support_url,
            status: listing.status,
            created_at: listing.created_at,
            updated_at: listing.updated_at,
        }
    }
}
