//! Who uses the hub in a run, and what do they own?

use domain::{AppId, JobId, Period, ProjectId, SubscriptionId, UserId};

/// A user with one of each.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub user: UserId,
    /// What HubApi's authorizer knows them by.
    pub token: String,
    /// Of their subscription, with all scopes.
    pub key: String,
    pub subscription: SubscriptionId,
    pub project: ProjectId,
    /// Ended ones.
    pub jobs: Vec<JobId>,
}

/// Everybody, and what is public.
#[derive(Clone, Debug)]
pub(crate) struct Population {
    pub people: Vec<Person>,
    /// In the registry and on the marketplace.
    pub apps: Vec<AppId>,
    /// The month that all jobs ended in.
    pub period: Period,
}

#[cfg(test)]
impl Population {
    /// One of everything.
    pub(crate) fn example() -> Self {
        let now = domain::Moment::from_unix_millis(1_790_000_000_000);
        let person = Person {
            user: UserId::new(now, [1; 10]),
            token: "token".to_owned(),
            key: "key".to_owned(),
            subscription: SubscriptionId::new(now, [2; 10]),
            project: ProjectId::new(now, [3; 10]),
            jobs: vec![JobId::new(now, [4; 10])],
        };
        Self { people: vec![person], apps: vec![AppId::new(now, [5; 10])], period: now.period() }
    }
}
