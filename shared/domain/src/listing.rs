//! On which terms an app is sold.

use serde::{Deserialize, Serialize};

use crate::{
    AppId, ListingId, Moment, Money, Refusal, UserId,
    account::is_email,
    app::{AppStatus, QuantumApp},
    field::Checks,
    subscription::SubscriptionType,
};

/// The most a developer may ask for one job.
pub const MAX_RATE: Money = Money::from_micros(1_000_000_000);
/// The most a developer may ask for a month or a year.
pub const MAX_FLAT_RATE: Money = Money::from_micros(100_000_000_000);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ListingStatus {
    Active,
    Paused,
    Withdrawn,
}

/// What an app is offered for in the marketplace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    pub id: ListingId,
    pub app_id: AppId,
    pub listed_by: UserId,
    pub terms: Terms,
    pub status: ListingStatus,
    pub created_at: Moment,
    pub updated_at: Moment,
}

/// What the developer asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Per completed job, on top of what the device costs.
    pub rate: Money,
    /// For a month of jobs, in place of `rate`; absent where none is sold.
    #[serde(default)]
    pub monthly_rate: Option<Money>,
    /// The same for a year.
    #[serde(default)]
    pub annual_rate: Option<Money>,
    /// Whether ten free uses on simulators may be had.
    pub trial_enabled: bool,
    pub support_email: Option<String>,
    pub support_url: Option<String>,
}

impl Terms {
    /// What a term of that type is sold for.
    pub fn flat_rate(&self, kind: SubscriptionType) -> Option<Money> {
        match kind {
            SubscriptionType::Monthly => self.monthly_rate,
            SubscriptionType::Annual => self.annual_rate,
            _ => None,
        }
    }

    pub fn checked(self) -> Result<Self, Refusal> {
        let mut checks = Checks::new();
        checks.require(
            (Money::ZERO..=MAX_RATE).contains(&self.rate),
            "/price/amount",
            format!("ask 0.00 to {MAX_RATE} USD a job"),
        );
        for (pointer, rate) in [
            ("/monthly_price/amount", self.monthly_rate),
            ("/annual_price/amount", self.annual_rate),
        ] {
            checks.require(
                rate.is_none_or(|rate| rate > Money::ZERO && rate <= MAX_FLAT_RATE),
                pointer,
                format!("ask more than 0.00 and at most {MAX_FLAT_RATE} USD, or leave it out"),
            );
        }
        if let Some(email) = &self.support_email {
            checks.require(is_email(email), "/support_email", "write an e-mail address");
        }
        if let Some(url) = &self.support_url {
            checks.url("/support_url", url);
        }
        checks.finish()?;
        Ok(self)
    }
}

impl Listing {
    pub fn new(id: ListingId, app: AppId, seller: UserId, terms: Terms, now: Moment) -> Self {
        Self {
            id,
            app_id: app,
            listed_by: seller,
            terms,
            status: ListingStatus::Active,
            created_at: now,
            updated_at: now,
        }
    }

    /// Whether anyone may still see it and its app on the marketplace.
    pub fn is_shown(&self, app: &QuantumApp) -> bool {
        self.status != ListingStatus::Withdrawn && !app.is(AppStatus::Archived)
    }

    /// An app is listed once; the same terms again change nothing.
    pub fn offers(&self, terms: &Terms) -> Result<(), Refusal> {
        if self.terms == *terms {
            return Ok(());
        }
        Err(Refusal::conflict(
            "already_listed",
            "The app is listed on other terms already, which stand; GET /marketplace/{app_id} shows them.",
        ))
    }

    pub fn open_to_new_subscribers(&self) -> Result<(), Refusal> {
        if self.status == ListingStatus::Active {
            return Ok(());
        }
        Err(Refusal::conflict(
            "listing_closed",
            "This listing takes no new subscriptions; choose another app.",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms() -> Terms {
        Terms {
            rate: Money::from_micros(1),
            monthly_rate: None,
            annual_rate: None,
            trial_enabled: true,
            support_email: None,
            support_url: None,
        }
    }

    #[test]
    fn an_app_is_listed_once() {
        let now = Moment::from_unix_millis(1);
        let terms = terms();
        let ids = (ListingId::new(now, [1; 10]), AppId::new(now, [2; 10]));
        let listing = Listing::new(ids.0, ids.1, UserId::new(now, [3; 10]), terms.clone(), now);
        assert!(listing.offers(&terms).is_ok());
        let other = Terms { trial_enabled: false, ..terms };
        assert_eq!(listing.offers(&other).expect_err("other terms").code, "already_listed");
    }

    fn check(rate: i64, email: Option<&str>, url: Option<&str>, valid: bool) {
        let terms = Terms {
            rate: Money::from_micros(rate),
            monthly_rate: None,
            annual_rate: None,
            trial_enabled: true,
            support_email: email.map(Into::into),
            support_url: url.map(Into::into),
        };
        assert_eq!(terms.checked().is_ok(), valid, "{rate} {email:?} {url:?}");
    }

    #[test]
    fn terms_are_checked() {
        check(0, None, None, true);
        check(300_000, Some("help@example.com"), Some("https://example.com/help"), true);
        check(-1, None, None, false);
        check(1_000_000_001, None, None, false);
        check(0, Some("help"), None, false);
        check(0, None, Some("http://example.com"), false);
        for (rate, valid) in
            [(0, false), (1, true), (100_000_000_000, true), (100_000_000_001, false)]
        {
            let rate = Some(Money::from_micros(rate));
            let by_month = Terms { monthly_rate: rate, ..terms() };
            let by_year = Terms { annual_rate: rate, ..terms() };
            assert_eq!((by_month.checked().is_ok(), by_year.checked().is_ok()), (valid, valid));
        }
    }
}
