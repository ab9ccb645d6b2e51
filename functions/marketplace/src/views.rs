//! What `/marketplace` is sent and answers.

use api::views::{Money, ResourceEstimate};
use domain::{
    AppId, Moment, VersionId,
    app::{AppType, QuantumApp},
    listing::{Listing, ListingStatus},
    shape,
    subscription::{TRIAL_DAYS, TRIAL_USES},
    version::AppVersion,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// Which apps to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MarketplaceQuery {
    /// Only apps of this type.
    #[serde(rename = "type")]
    #[param(inline, example = "EDUCATION")]
    pub app_type: Option<AppType>,
    /// Entries of a page.
    #[param(inline, value_type = Option<api::Limit>)]
    pub limit: Option<u16>,
    /// `next_cursor` of the page before.
    #[param(inline, value_type = Option<api::Cursor>)]
    pub cursor: Option<String>,
}

/// An app as the marketplace lists it.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01a1ee19-5500-7b63-8e2d-3f7a1c9b5d48", "name": "Bell pairs", "description": "Two entangled qubits.",
    "type": "EDUCATION", "tags": ["bell"], "latest_version_number": "1.0.0",
    "price": {"amount": "0.05", "currency": "USD"}, "trial": {"uses": 10, "days": 14},
    "status": "ACTIVE", "listed_at": "2026-11-19T09:00:00.000Z"
}))]
pub struct MarketplaceEntry {
    pub id: AppId,
    #[schema(value_type = shape::Name)]
    pub name: String,
    #[schema(value_type = shape::Prose)]
    pub description: String,
    #[serde(rename = "type")]
    pub app_type: AppType,
    #[schema(value_type = Vec<shape::Word>, max_items = 20)]
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::VersionNumber>)]
    pub latest_version_number: Option<String>,
    /// For each completed job, on top of what the device costs.
    pub price: Money,
    /// For a month of jobs in place of `price`; absent where none is sold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monthly_price: Option<Money>,
    /// The same for a year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annual_price: Option<Money>,
    /// Absent where none is offered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trial: Option<TrialTerms>,
    /// Only an `ACTIVE` listing takes new subscriptions.
    pub status: ListingStatus,
    pub listed_at: Moment,
}

/// What may be tried for free, on simulators.
#[derive(Serialize, ToSchema)]
pub struct TrialTerms {
    /// Jobs.
    #[schema(value_type = shape::Count)]
    pub uses: u64,
    /// Counted from the start of the trial.
    #[schema(value_type = shape::Count)]
    pub days: u64,
}

impl MarketplaceEntry {
    pub fn of(app: &QuantumApp, listing: &Listing) -> Self {
        let trial = TrialTerms { uses: TRIAL_USES, days: TRIAL_DAYS };
        Self {
            id: app.id,
            name: app.details.name.clone(),
            description: app.details.description.clone(),
            app_type: app.details.app_type,
            tags: app.details.tags.iter().map(|tag| tag.name.clone()).collect(),
            latest_version_number: app.latest_version_number.clone(),
            price: listing.terms.rate.into(),
            monthly_price: listing.terms.monthly_rate.map(Money::from),
            annual_price: listing.terms.annual_rate.map(Money::from),
            trial: listing.terms.trial_enabled.then_some(trial),
            status: listing.status,
            listed_at: listing.created_at,
        }
    }
}

/// An app on sale, in full.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01a1ee19-5500-7b63-8e2d-3f7a1c9b5d48", "name": "Bell pairs", "description": "Two entangled qubits.",
    "type": "EDUCATION", "tags": ["bell"], "latest_version_number": "1.0.0",
    "price": {"amount": "0.05", "currency": "USD"}, "trial": {"uses": 10, "days": 14},
    "status": "ACTIVE", "listed_at": "2026-11-19T09:00:00.000Z",
    "license_type": "MIT", "readme_content": "# Bell pairs\n\nTwo qubits that agree, whatever the angle.\n",
    "support_url": "https://example.com/bell-pairs/help",
    "latest_version": {
        "id": "01a1ee50-4380-7d84-9c3a-6e1b4f8d2a57", "version_number": "1.0.0", "released_at": "2026-11-18T12:00:00.000Z",
        "input_schema": {"type": "object", "properties": {"theta": {"type": "number"}}, "required": ["theta"]},
        "preferred_device_id": "hub-simulator", "preferred_shots": 1000,
        "resource_estimate": {"number_of_qubits": 2, "depth": 2, "gates": 2, "two_qubit_gates": 1, "measured_qubits": 2,
            "gate_names": ["cnot", "ry"], "uses_mid_circuit_measurement": false, "in_braket_dialect": true}
    }
}))]
pub struct MarketplaceApp {
    #[serde(flatten)]
    pub entry: MarketplaceEntry,
    /// An SPDX identifier.
    #[schema(value_type = shape::LicenseId)]
    pub license_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::WebAddress>)]
    pub documentation_url: Option<String>,
    /// Markdown, as its author wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Markdown>)]
    pub readme_content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::EmailAddress>)]
    pub support_email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::WebAddress>)]
    pub support_url: Option<String>,
    /// The version that runs by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest_version: Option<VersionOnSale>,
}

impl MarketplaceApp {
    pub fn of(
        app: &QuantumApp,
        listing: &Listing,
        latest: Option<&AppVersion>,
        readme_content: Option<String>,
    ) -> Self {
        Self {
            entry: MarketplaceEntry::of(app, listing),
            license_type: app.details.license_type.clone(),
            documentation_url: app.details.documentation_url.clone(),
            readme_content,
            support_email: listing.terms.support_email.clone(),
            support_url: listing.terms.support_url.clone(),
            latest_version: latest.and_then(VersionOnSale::of),
        }
    }
}

/// What a version takes and needs.
#[derive(Serialize, ToSchema)]
pub struct VersionOnSale {
    pub id: VersionId,
    #[schema(value_type = shape::VersionNumber)]
    pub version_number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released_at: Option<Moment>,
    /// JSON Schema (2020-12) that a job's `input` has to fit.
    #[schema(value_type = Object)]
    pub input_schema: Value,
    /// JSON Schema of a result, as the developer describes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub output_schema: Option<Value>,
    /// The device the developer suggests.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::DeviceId>)]
    pub preferred_device_id: Option<String>,
    /// The number of shots the developer suggests.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Shots>)]
    pub preferred_shots: Option<u32>,
    pub resource_estimate: ResourceEstimate,
}

impl VersionOnSale {
    fn of(version: &AppVersion) -> Option<Self> {
        let package = version.package.as_ref()?;
        Some(Self {
            id: version.id,
            version_number: version.version_number.clone(),
            released_at: version.released_at,
            input_schema: package.input_schema.clone(),
            output_schema: package.output_schema.clone(),
            preferred_device_id: package.default_device_id.clone(),
            preferred_shots: package.default_shots,
            resource_estimate: ResourceEstimate::from(&package.estimate),
        })
    }
}

/// A trial just begun, as the API's description shows it.
pub fn trial_example() -> Value {
    serde_json::json!({
        "id": "01a1f7f8-3000-7ab4-9d6e-2f8c5b1a7e43", "quantum_app_id": "01a1ee19-5500-7b63-8e2d-3f7a1c9b5d48",
        "app_name": "Bell pairs", "subscription_type": "TRIAL", "status": "ACTIVE",
        "rate": {"amount": "0.00", "currency": "USD"}, "remaining_uses": TRIAL_USES,
        "start_date": "2026-11-20T08:00:00.000Z", "end_date": "2026-12-04T08:00:00.000Z",
        "created_at": "2026-11-20T08:00:00.000Z", "updated_at": "2026-11-20T08:00:00.000Z"
    })
}

/// An empty object: a trial has no options.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct TrialRequest {}

/// How to pay for an app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"subscription_type": "PAY_PER_USE"}))]
pub struct SubscribeRequest {
    pub subscription_type: PaidType,
}

/// What may be subscribed to; a trial is started with `POST /marketplace/{app_id}/trial`.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaidType {
    PayPerUse,
    Monthly,
    Annual,
}
