//! How a user wants the hub to look and when to be written to.

use serde::{Deserialize, Serialize};

use crate::{Moment, Refusal, UserId, field::Checks};

pub const MAX_LOCALE: usize = 7;
pub const MAX_TIME_ZONE: usize = 50;

/// How a user wants to be treated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    pub user_id: UserId,
    pub settings: Settings,
    pub updated_at: Moment,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Theme {
    /// As the user's system has it.
    #[default]
    System,
    Light,
    Dark,
}

/// Which mails a user gets beside those about the account's safety.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"jobs": true, "billing": true, "subscriptions": true, "news": false}))]
pub struct Mails {
    /// A job has ended.
    pub jobs: bool,
    /// A month was closed, or a payment is due.
    pub billing: bool,
    /// A subscription ends or is renewed.
    pub subscriptions: bool,
    /// What is new on the hub.
    pub news: bool,
}

impl Default for Mails {
    fn default() -> Self {
        Self { jobs: true, billing: true, subscriptions: true, news: false }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    pub mails: Mails,
    /// A language and perhaps a region, as in `en` or `de-AT`.
    pub locale: String,
    /// As the time zone database calls it.
    pub time_zone: String,
    pub theme: Theme,
}

impl Default for Settings {
    fn default() -> Self {
        let (locale, time_zone) = ("en".to_owned(), "UTC".to_owned());
        Self { mails: Mails::default(), locale, time_zone, theme: Theme::default() }
    }
}

impl Settings {
    pub fn checked(self) -> Result<Self, Refusal> {
        let mut checks = Checks::new();
        let says = "write a language and perhaps a region, such as en or de-AT";
        checks.require(is_locale(&self.locale), "/locale", says);
        let says = "write the name of a time zone, such as UTC or Europe/Vienna";
        checks.require(is_time_zone(&self.time_zone), "/time_zone", says);
        checks.finish()?;
        Ok(self)
    }
}

fn is_locale(text: &str) -> bool {
    let (language, region) = text.split_once('-').map_or((text, None), |(a, b)| (a, Some(b)));
    let is = |text: &str, least: usize, most: usize, fits: fn(&u8) -> bool| {
        (least..=most).contains(&text.len()) && text.as_bytes().iter().all(fits)
    };
    let known_region = |region: &str| {
        is(region, 2, 2, u8::is_ascii_uppercase) || is(region, 3, 3, u8::is_ascii_digit)
    };
    is(language, 2, 3, u8::is_ascii_lowercase) && region.is_none_or(known_region)
}

/// By its form: which zones there are changes several times a year.
fn is_time_zone(text: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+-".contains(&b))
    };
    text.len() <= MAX_TIME_ZONE && text.split('/').count() <= 3 && text.split('/').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales_and_time_zones_have_a_form() {
        for (text, good) in [
            ("en", true),
            ("de-AT", true),
            ("es-419", true),
            ("gsw", true),
            ("EN", false),
            ("en-us", false),
            ("en-", false),
            ("", false),
            ("en-US-x", false),
        ] {
            assert_eq!(is_locale(text), good, "{text}");
        }
        for (text, good) in [
            ("UTC", true),
            ("Europe/Vienna", true),
            ("America/Argentina/Buenos_Aires", true),
            ("Etc/GMT+5", true),
            ("", false),
            ("/etc/passwd", false),
            ("../x", false),
            ("Europe/", false),
            ("A/B/C/D", false),
            (&"x".repeat(MAX_TIME_ZONE + 1), false),
        ] {
            assert_eq!(is_time_zone(text), good, "{text}");
        }
    }

    #[test]
    fn what_is_not_said_is_plain() {
        let settings = Settings::default();
        assert_eq!(settings.clone().checked().as_ref(), Ok(&settings));
        let refused = Settings { locale: "?".to_owned(), time_zone: "?".to_owned(), ..settings };
        assert_eq!(refused.checked().expect_err("two faults").violations.len(), 2);
    }
}
