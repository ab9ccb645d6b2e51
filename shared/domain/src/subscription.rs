//! What a subscription allows and for how long.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    AppId, Kind, Moment, Money, Refusal, SubscriptionId, UserId,
    app::QuantumApp,
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
    /// Implicit: an app's owner running it.
    Development,
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
    /// Agreed when subscribing; a later change of the listing does not touch it.
    pub rate: Money,
    pub starts_at: Moment,
    pub ends_at: Option<Moment>,
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
            created_at: now,
            updated_at: now,
        }
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
