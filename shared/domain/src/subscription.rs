//! What a subscription allows and for how long.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    AppId, Kind, Moment, Money, Refusal, SubscriptionId, UserId,
    app::QuantumApp,
    bill::{BillingItem, fee},
    hardware::{Hardware, Technology},
    listing::Listing,
};

pub const TRIAL_USES: u64 = 10;
pub const TRIAL_DAYS: u64 = 14;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SubscriptionType {
    Trial,
    PayPerUse,
    /// A flat fee at the start of each month, counted from the day it began; jobs cost what the device costs.
    Monthly,
    /// The same, each year.
    Annual,
    /// Implicit: an app's owner running it.
    Development,
}

impl SubscriptionType {
    /// Months that are paid for in advance, where any are.
    pub fn term(self) -> Option<u32> {
        match self {
            Self::Monthly => Some(1),
            Self::Annual => Some(12),
            Self::Trial | Self::PayPerUse | Self::Development => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SubscriptionStatus {
    Active,
    Cancelled,
    Expired,
    PastDue,
}

/// A user's right to run an app, at the price agreed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    pub id: SubscriptionId,
    pub user_id: UserId,
    pub app_id: AppId,
    pub app_name: String,
    pub subscription_type: SubscriptionType,
    pub status: SubscriptionStatus,
    /// Of a completed job or of a term; agreed when subscribing, a later change of the listing does not touch it.
    pub rate: Money,
    pub starts_at: Moment,
    pub ends_at: Option<Moment>,
    /// When the next term begins and its fee is due; absent where there is none.
    #[serde(default)]
    pub renews_at: Option<Moment>,
    pub created_at: Moment,
    pub updated_at: Moment,
}

impl Subscription {
    pub fn trial(
        id: SubscriptionId,
        user: UserId,
        listing: &Listing,
        app_name: &str,
        now: Moment,
    ) -> Result<Self, Refusal> {
        listing.open_to_new_subscribers()?;
        if !listing.terms.trial_enabled {
            return Err(Refusal::conflict(
                "no_trial",
                "This app offers no trial; subscribe to it instead.",
            ));
        }
        let mut trial = Self::new(id, user, listing, app_name, now);
        trial.subscription_type = SubscriptionType::Trial;
        trial.rate = Money::ZERO;
        trial.ends_at = Some(now.plus(Duration::from_secs(TRIAL_DAYS * 24 * 3600)));
        Ok(trial)
    }

    pub fn pay_per_use(
        id: SubscriptionId,
        user: UserId,
        listing: &Listing,
        app_name: &str,
        now: Moment,
    ) -> Result<Self, Refusal> {
        listing.open_to_new_subscribers()?;
        Ok(Self::new(id, user, listing, app_name, now))
    }

    /// By the month or the year; its first fee is due at once.
    pub fn by_term(
        kind: SubscriptionType,
        id: SubscriptionId,
        user: UserId,
        listing: &Listing,
        app_name: &str,
        now: Moment,
    ) -> Result<Self, Refusal> {
        listing.open_to_new_subscribers()?;
        let mut paid = Self::new(id, user, listing, app_name, now);
        paid.subscription_type = kind;
        paid.rate = listing.terms.flat_rate(kind).ok_or_else(not_offered)?;
        paid.renews_at = Some(now);
        Ok(paid)
    }

    fn new(
        id: SubscriptionId,
        user: UserId,
        listing: &Listing,
        app_name: &str,
        now: Moment,
    ) -> Self {
        Self {
            id,
            user_id: user,
            app_id: listing.app_id,
            app_name: app_name.to_owned(),
            subscription_type: SubscriptionType::PayPerUse,
            status: SubscriptionStatus::Active,
            rate: listing.terms.rate,
            starts_at: now,
            ends_at: None,
            renews_at: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// Begins the term that is due, if one is: answers its fee.
    ///
    /// Terms begin on the day of the month it began on, or on the last one of a shorter month.
    pub fn renew(&mut self, now: Moment) -> Option<BillingItem> {
        let begins_at = self.renews_at.filter(|at| *at <= now)?;
        let term = self.subscription_type.term()?;
        let next = begins_at.months_since(self.starts_at) + term;
        self.renews_at = Some(self.starts_at.plus_months(next));
        self.updated_at = now;
        Some(fee(self, begins_at))
    }

    /// Ends it with the term that is paid for, or at once where none is; whether that changes anything.
    pub fn cancel(&mut self, now: Moment) -> bool {
        if self.status_at(now) != SubscriptionStatus::Active {
            return false;
        }
        match self.renews_at.take() {
            Some(paid_until) => self.ends_at = Some(paid_until),
            None if self.subscription_type.term().is_some() => return false,
            None => {
                self.status = SubscriptionStatus::Cancelled;
                self.ends_at = Some(now);
            }
        }
        self.updated_at = now;
        true
    }

    /// Ends it at once, whatever is paid for; whether that changes anything.
    pub fn end(&mut self, now: Moment) -> bool {
        let live = self.is_live(now);
        if live {
            (self.status, self.ends_at) = (SubscriptionStatus::Cancelled, Some(now));
            (self.renews_at, self.updated_at) = (None, now);
        }
        live
    }

    /// What a completed job costs on top of its device.
    pub fn app_fee(&self) -> Money {
        if self.subscription_type.term().is_some() { Money::ZERO } else { self.rate }
    }

    /// As time has it, whatever was last written.
    pub fn status_at(&self, now: Moment) -> SubscriptionStatus {
        match self.ends_at {
            Some(end) if end <= now && self.status == SubscriptionStatus::Active => {
                SubscriptionStatus::Expired
            }
            _ => self.status,
        }
    }

    /// Whether it stands in the way of another one to the same app.
    pub fn is_live(&self, now: Moment) -> bool {
        matches!(self.status_at(now), SubscriptionStatus::Active | SubscriptionStatus::PastDue)
    }

    /// Whether uses are counted down.
    pub fn is_counted(&self) -> bool {
        self.subscription_type == SubscriptionType::Trial
    }

    pub fn is_usable(&self, now: Moment) -> Result<(), Refusal> {
        match self.status_at(now) {
            SubscriptionStatus::Active => Ok(()),
            SubscriptionStatus::Expired => Err(Refusal::new(
                Kind::PaymentRequired,
                "subscription_expired",
                "This subscription has ended; subscribe to the app again.",
            )),
            SubscriptionStatus::Cancelled | SubscriptionStatus::PastDue => Err(Refusal::new(
                Kind::PaymentRequired,
                "subscription_inactive",
                "This subscription is not active; subscribe to the app again or settle what is due.",
            )),
        }
    }
}

pub fn allows_device(kind: SubscriptionType, device: &Hardware) -> Result<(), Refusal> {
    let simulators_only = matches!(kind, SubscriptionType::Trial | SubscriptionType::Development);
    if simulators_only && device.technology_type != Technology::Simulator {
        return Err(Refusal::new(
            Kind::Forbidden,
            "simulators_only",
            "Trials and development runs use simulator devices only; choose one of them or subscribe to the app.",
        ));
    }
    Ok(())
}

/// Refuses a developer's subscription to their own app.
pub fn not_ones_own(user: UserId, app: &QuantumApp) -> Result<(), Refusal> {
    if app.developer_id != user {
        return Ok(());
    }
    Err(Refusal::conflict(
        "own_app",
        "This app is your own and needs no subscription; submit a job with its version id.",
    ))
}

fn not_offered() -> Refusal {
    Refusal::conflict(
        "not_offered",
        "This app is not sold by that term; GET /marketplace/{app_id} shows what it is sold by.",
    )
}

/// The refusal of a second trial.
pub fn trial_used() -> Refusal {
    Refusal::conflict(
        "trial_used",
        "You have had your one trial of this app; subscribe to it to go on.",
    )
}

/// The refusal of a second subscription beside a live one.
pub fn already_subscribed() -> Refusal {
    Refusal::conflict(
        "already_subscribed",
        "You have a subscription to this app already; GET /subscriptions lists it.",
    )
}

/// The refusal when the last use is gone.
pub fn no_uses_left() -> Refusal {
    Refusal::new(
        Kind::PaymentRequired,
        "no_uses_left",
        "All uses of this trial are spent; subscribe to the app to go on.",
    )
}

/// The refusal when a key's own count is used up.
pub fn key_used_up() -> Refusal {
    Refusal::new(
        Kind::PaymentRequired,
        "key_used_up",
        "All uses of this API key are spent; create another key.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ListingId, listing::Terms};

    fn listing(trial_enabled: bool) -> Listing {
        let now = Moment::from_unix_millis(1);
        let terms = Terms {
            rate: Money::from_micros(300_000),
            monthly_rate: Some(Money::from_micros(9_000_000)),
            annual_rate: None,
            trial_enabled,
            support_email: None,
            support_url: None,
        };
        Listing::new(
            ListingId::new(now, [1; 10]),
            AppId::new(now, [2; 10]),
            UserId::new(now, [3; 10]),
            terms,
            now,
        )
    }

    fn ids() -> (SubscriptionId, UserId, Moment) {
        let now = Moment::from_unix_millis(1_000);
        (SubscriptionId::new(now, [4; 10]), UserId::new(now, [5; 10]), now)
    }

    #[test]
    fn a_trial_is_free_counted_and_ends_after_fourteen_days() {
        let (id, user, now) = ids();
        let trial = Subscription::trial(id, user, &listing(true), "Bell", now).expect("a trial");
        assert_eq!((trial.rate, trial.is_counted()), (Money::ZERO, true));
        let day = Duration::from_secs(24 * 3600);
        assert!(trial.is_usable(now.plus(day * 13)).is_ok());
        assert_eq!(
            trial.is_usable(now.plus(day * 14)).expect_err("over").code,
            "subscription_expired"
        );
        assert_eq!(
            Subscription::trial(id, user, &listing(false), "Bell", now)
                .expect_err("none offered")
                .code,
            "no_trial"
        );
    }

    #[test]
    fn a_paid_subscription_keeps_the_rate_it_was_agreed_at() {
        let (id, user, now) = ids();
        let paid = Subscription::pay_per_use(id, user, &listing(false), "Bell", now)
            .expect("a subscription");
        assert_eq!(
            (paid.rate, paid.ends_at, paid.is_counted()),
            (Money::from_micros(300_000), None, false)
        );
    }

    fn monthly(begins: &str) -> Subscription {
        let (id, user, _) = ids();
        let (kind, begins) = (SubscriptionType::Monthly, begins.parse().expect("a time"));
        Subscription::by_term(kind, id, user, &listing(false), "Bell", begins).expect("offered")
    }

    #[test]
    fn a_monthly_subscription_begun_on_the_last_of_january_is_paid_on_the_last_day_of_each_month() {
        let mut paid = monthly("2028-01-31T12:00:00Z");
        let now = "2028-05-30T00:00:00Z".parse().expect("a time");
        let fees: Vec<_> = std::iter::from_fn(|| paid.renew(now)).collect();
        let days: Vec<_> =
            fees.iter().map(|fee| fee.created_at.to_string()[5..13].to_owned()).collect();
        assert_eq!(days, ["01-31T12", "02-29T12", "03-31T12", "04-30T12"]);
        assert_eq!(paid.renews_at, "2028-05-31T12:00:00Z".parse().ok());
        assert!(fees.iter().all(|fee| fee.amount == Money::from_micros(9_000_000)));
        assert_eq!(fees[1].id(), format!("{}.2028-02-29", paid.id));
        assert_eq!(fees[1].description, "Bell for a month from 2028-02-29");
        assert_eq!(paid.app_fee(), Money::ZERO);
    }

    #[test]
    fn an_annual_subscription_begun_on_a_leap_day_comes_back_to_it() {
        let mut paid = monthly("2028-02-29T00:00:00Z");
        paid.subscription_type = SubscriptionType::Annual;
        let now = "2032-03-01T00:00:00Z".parse().expect("a time");
        let fees: Vec<_> = std::iter::from_fn(|| paid.renew(now)).collect();
        let days: Vec<_> = fees.iter().map(|fee| fee.created_at.date()).collect();
        assert_eq!(days, ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]);
        assert_eq!(fees[0].description, "Bell for a year from 2028-02-29");
    }

    #[test]
    fn what_is_cancelled_may_be_used_as_long_as_it_is_paid_for() {
        let mut paid = monthly("2028-01-31T12:00:00Z");
        let now = paid.starts_at;
        assert!(paid.renew(now).is_some());
        assert!(paid.cancel(now) && !paid.cancel(now));
        let paid_until = "2028-02-29T12:00:00Z".parse().expect("a time");
        assert_eq!(
            (paid.ends_at, paid.status_at(now)),
            (Some(paid_until), SubscriptionStatus::Active)
        );
        assert_eq!(paid.renew(paid_until.plus_months(3)), None);
        assert_eq!(paid.status_at(paid_until), SubscriptionStatus::Expired);
        assert!(!paid.cancel(paid_until));

        let (id, user, now) = ids();
        let mut per_use = Subscription::pay_per_use(id, user, &listing(true), "Bell", now)
            .expect("a subscription");
        assert!(per_use.cancel(now) && !per_use.cancel(now));
        assert_eq!(per_use.is_usable(now).expect_err("cancelled").code, "subscription_inactive");
    }

    #[test]
    fn an_app_is_sold_by_the_terms_its_listing_offers() {
        let (id, user, now) = ids();
        let annual =
            Subscription::by_term(SubscriptionType::Annual, id, user, &listing(true), "Bell", now);
        assert_eq!(annual.expect_err("no price").code, "not_offered");
    }

    #[test]
    fn a_closed_listing_takes_nobody_and_an_inactive_subscription_runs_nothing() {
        let (id, user, now) = ids();
        let mut closed = listing(true);
        closed.status = crate::listing::ListingStatus::Paused;
        assert_eq!(
            Subscription::pay_per_use(id, user, &closed, "Bell", now).expect_err("closed").code,
            "listing_closed"
        );
        let mut paid = Subscription::pay_per_use(id, user, &listing(true), "Bell", now)
            .expect("a subscription");
        paid.status = SubscriptionStatus::Cancelled;
        assert_eq!(paid.is_usable(now).expect_err("cancelled").code, "subscription_inactive");
    }

    #[test]
    fn only_an_active_or_unpaid_subscription_stands_in_the_way_of_another() {
        let (id, user, now) = ids();
        let mut paid = Subscription::pay_per_use(id, user, &listing(true), "Bell", now)
            .expect("a subscription");
        for (status, live) in [
            (SubscriptionStatus::Active, true),
            (SubscriptionStatus::PastDue, true),
            (SubscriptionStatus::Cancelled, false),
            (SubscriptionStatus::Expired, false),
        ] {
            paid.status = status;
            assert_eq!(paid.is_live(now), live, "{status:?}");
        }
        paid.status = SubscriptionStatus::Active;
        paid.ends_at = Some(now);
        assert!(!paid.is_live(now));
    }

    #[test]
    fn trials_and_owners_use_simulators_only() {
        let mut device = crate::hardware::hub_simulator(Moment::from_unix_millis(1));
        for kind in
            [SubscriptionType::Trial, SubscriptionType::Development, SubscriptionType::PayPerUse]
        {
            assert!(allows_device(kind, &device).is_ok());
        }
        device.technology_type = Technology::TrappedIon;
        assert_eq!(
            allows_device(SubscriptionType::Trial, &device).expect_err("a trial").code,
            "simulators_only"
        );
        assert!(allows_device(SubscriptionType::Development, &device).is_err());
        assert!(allows_device(SubscriptionType::PayPerUse, &device).is_ok());
    }
}
