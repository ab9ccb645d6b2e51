//! What a user is asked and shown of themselves.

use domain::{
    preferences::{Mails, Settings, Theme},
    profile::Details,
    shape,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a user says of themselves.
#[derive(Serialize, ToSchema)]
#[schema(as = UserProfile, example = json!({
    "organization": "Analytical Engines", "bio": "Writes programs.", "contact_info": "by mail",
    "social_links": ["https://example.com/ada"]
}))]
pub struct Profile {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Name>)]
    organization: Option<String>,
    #[schema(value_type = shape::Prose)]
    bio: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Contact>)]
    contact_info: Option<String>,
    #[schema(value_type = Vec<shape::WebAddress>, max_items = 10)]
    social_links: Vec<String>,
}

impl Profile {
    pub fn of(details: Details) -> Self {
        let Details { organization, bio, contact_info, social_links } = details;
        Self { organization, bio, contact_info, social_links }
    }
}

/// What a user says of themselves: all of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "organization": "Analytical Engines", "bio": "Writes programs.", "contact_info": "by mail",
    "social_links": ["https://example.com/ada"]
}))]
pub struct ProfileRequest {
    #[schema(value_type = Option<shape::Name>)]
    organization: Option<String>,
    #[serde(default)]
    #[schema(value_type = shape::Prose)]
    bio: String,
    #[schema(value_type = Option<shape::Contact>)]
    contact_info: Option<String>,
    #[serde(default)]
    #[schema(value_type = Vec<shape::WebAddress>, max_items = 10)]
    social_links: Vec<String>,
}

impl ProfileRequest {
    pub fn details(self) -> Details {
        let Self { organization, bio, contact_info, social_links } = self;
        Details { organization, bio, contact_info, social_links }
    }
}

/// How a user wants to be treated: all of it.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "mails": {"jobs": true, "billing": true, "subscriptions": true, "news": false},
    "locale": "de-AT", "time_zone": "Europe/Vienna", "theme": "DARK"
}))]
pub struct Preferences {
    #[serde(deserialize_with = "api::object")]
    mails: Mails,
    /// A language and perhaps a region.
    #[schema(value_type = shape::Locale)]
    locale: String,
    /// As the time zone database calls it.
    #[schema(value_type = shape::TimeZone)]
    time_zone: String,
    theme: Theme,
}

impl Preferences {
    pub fn settings(self) -> Settings {
        let Self { mails, locale, time_zone, theme } = self;
        Settings { mails, locale, time_zone, theme }
    }
}

impl From<Settings> for Preferences {
    fn from(settings: Settings) -> Self {
        let Settings { mails, locale, time_zone, theme } = settings;
        Self { mails, locale, time_zone, theme }
    }
}
