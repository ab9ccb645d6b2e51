//! What `/users` is sent.

use domain::shape;
use serde::Deserialize;
use utoipa::ToSchema;

/// Accepts the provider terms.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"terms_version": "2026-11"}))]
pub struct ProviderRequest {
    /// The version that was read; only the current one counts.
    #[schema(value_type = shape::Month)]
    pub terms_version: String,
}
