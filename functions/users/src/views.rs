//! What `/users` is sent.

use serde::Deserialize;
use utoipa::ToSchema;

/// Accepts the provider terms.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"terms_version": "2026-11"}))]
pub struct ProviderRequest {
    /// The version that was read; only the current one counts.
    #[schema(min_length = 1, max_length = 20)]
    pub terms_version: String,
}
