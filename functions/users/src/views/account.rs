//! What is asked of accounts.

use domain::{
    account::{Role, Status},
    shape,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// Accepts the provider terms.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"terms_version": "2026-11"}))]
pub struct ProviderRequest {
    /// The version that was read; only the current one counts.
    #[schema(value_type = shape::Month)]
    pub terms_version: String,
}

/// What a user is called; the user name stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UserRequest, example = json!({"full_name": "Ada King"}))]
pub struct NameRequest {
    #[schema(value_type = shape::Name)]
    pub full_name: String,
}

/// Which users a list shows.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PeopleQuery {
    /// How the user name, the e-mail address or the full name from one of its words on begins, whatever the case.
    #[param(inline, value_type = Option<shape::SearchText>)]
    pub q: Option<String>,
    /// Only those in this state.
    #[param(inline, example = "ACTIVE")]
    pub status: Option<Status>,
    /// Only those with this role.
    #[param(inline, example = "ADMIN")]
    pub role: Option<Role>,
    /// Entries of a page.
    #[param(inline, value_type = Option<api::Limit>)]
    pub limit: Option<u16>,
    /// `next_cursor` of the page before.
    #[param(inline, value_type = Option<api::Cursor>)]
    pub cursor: Option<String>,
}

/// Why an account is changed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "sends spam"}))]
pub struct ReasonRequest {
    /// Its owner reads it, too.
    #[schema(value_type = shape::AccountReason)]
    pub reason: String,
}

/// Which roles a user has, all of them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"roles": ["CONSUMER", "ADMIN"]}))]
pub struct RolesRequest {
    /// CONSUMER among them.
    #[schema(min_items = 1, max_items = 3)]
    pub roles: Vec<Role>,
}
