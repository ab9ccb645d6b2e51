//! How an account comes to be suspended, restored or closed, and who decides which roles it has.

use super::{Role, Status, User};
use crate::{
    Moment, Refusal,
    field::{Checks, MAX_NAME},
};

/// Of the reason an administrator gives, in characters.
pub const MAX_REASON: usize = 150;

impl User {
    /// Runs the place, as things are.
    pub fn is_active_admin(&self) -> bool {
        self.status == Status::Active && self.roles.contains(&Role::Admin)
    }

    pub fn rename(&mut self, full_name: &str, now: Moment) -> Result<(), Refusal> {
        let mut checks = Checks::new();
        let full_name = checks.line("/full_name", full_name, MAX_NAME);
        checks.finish()?;
        (self.full_name, self.updated_at) = (full_name, now);
        Ok(())
    }

    /// Nothing of it works until it is restored; whether that changes anything.
    pub fn suspend(&mut self, now: Moment) -> Result<bool, Refusal> {
        match self.status {
            Status::Active => Ok(self.becomes(Status::Suspended, now)),
            Status::Suspended => Ok(false),
            Status::Pending | Status::Deactivated => Err(not_active()),
        }
    }

    /// Works again; whether that changes anything.
    pub fn restore(&mut self, now: Moment) -> Result<bool, Refusal> {
        match self.status {
            Status::Suspended | Status::Deactivated => Ok(self.becomes(Status::Active, now)),
            Status::Active => Ok(false),
            Status::Pending => Err(not_verified()),
        }
    }

    /// Closes it; whether that changes anything.
    pub fn deactivate(&mut self, now: Moment) -> Result<bool, Refusal> {
        match self.status {
            Status::Active | Status::Suspended => Ok(self.becomes(Status::Deactivated, now)),
            Status::Deactivated => Ok(false),
            Status::Pending => Err(not_verified()),
        }
    }

    fn becomes(&mut self, status: Status, now: Moment) -> bool {
        (self.status, self.updated_at) = (status, now);
        true
    }

    /// Has these roles alone; whether that changes anything.
    pub fn take_roles(&mut self, roles: &[Role], now: Moment) -> Result<bool, Refusal> {
        let mut wanted = roles.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        let mut checks = Checks::new();
        checks.require(wanted.len() == roles.len(), "/roles", "name each role once");
        let everyones = wanted.contains(&Role::Consumer);
        checks.require(everyones, "/roles", "keep CONSUMER, which everyone has");
        checks.finish()?;
        match self.status {
            Status::Active | Status::Suspended => {}
            Status::Pending => return Err(not_verified()),
            Status::Deactivated => return Err(not_active()),
        }
        let sells = wanted.contains(&Role::Provider);
        if sells && !self.is_provider() && self.provider_terms.is_none() {
            return Err(Refusal::conflict(
                "terms_not_accepted",
                "This user has not accepted the provider terms, as only they can with POST /users/me/provider; leave PROVIDER out.",
            ));
        }
        let changed = self.roles != wanted;
        if changed {
            (self.roles, self.updated_at) = (wanted, now);
        }
        Ok(changed)
    }
}

/// Why an administrator did it, in a line.
pub fn reason(text: &str) -> Result<String, Refusal> {
    let mut checks = Checks::new();
    let reason = checks.line("/reason", text, MAX_REASON);
    checks.finish()?;
    Ok(reason)
}

fn not_active() -> Refusal {
    Refusal::conflict(
        "account_not_active",
        "This account is not in use; restore it first, or leave it as it is.",
    )
}

pub fn not_verified() -> Refusal {
    Refusal::conflict(
        "account_not_verified",
        "This account's address is not verified; it ends by itself if nobody opens the mailed link.",
    )
}

/// There would be nobody left to run the place.
pub fn last_admin() -> Refusal {
    Refusal::conflict(
        "last_admin",
        "This is the last active administrator; give somebody else the role ADMIN first.",
    )
}

#[cfg(test)]
mod tests {
    use super::super::{PROVIDER_TERMS_VERSION, pending, registration};
    use super::*;
    use crate::UserId;

    fn at(second: i64) -> Moment {
        Moment::from_unix_millis(1_000_000 + 1_000 * second)
    }

    fn ada(status: Status) -> User {
        let checked =
            registration("ada", "ada@example.com", "correct horse battery", "Ada").expect("valid");
        User { status, ..pending(checked, UserId::new(at(0), [1; 10]), at(0)) }
    }

    type Change = fn(&mut User) -> Result<bool, Refusal>;

    #[test]
    fn an_account_changes_only_from_where_it_can() {
        let suspend: Change = |user| user.suspend(at(1));
        let restore: Change = |user| user.restore(at(1));
        let deactivate: Change = |user| user.deactivate(at(1));
        for (before, change, after) in [
            (Status::Active, suspend, Ok(Status::Suspended)),
            (Status::Suspended, suspend, Ok(Status::Suspended)),
            (Status::Deactivated, suspend, Err("account_not_active")),
            (Status::Pending, suspend, Err("account_not_active")),
            (Status::Suspended, restore, Ok(Status::Active)),
            (Status::Deactivated, restore, Ok(Status::Active)),
            (Status::Active, restore, Ok(Status::Active)),
            (Status::Pending, restore, Err("account_not_verified")),
            (Status::Active, deactivate, Ok(Status::Deactivated)),
            (Status::Suspended, deactivate, Ok(Status::Deactivated)),
            (Status::Deactivated, deactivate, Ok(Status::Deactivated)),
            (Status::Pending, deactivate, Err("account_not_verified")),
        ] {
            let mut user = ada(before);
            let changed = change(&mut user);
            let code = changed.clone().map(|_| user.status).map_err(|refusal| refusal.code);
            assert_eq!(code, after, "from {before:?}");
            assert_eq!(changed.unwrap_or(false), user.status != before, "from {before:?}");
            assert_eq!(user.updated_at == at(1), user.status != before, "from {before:?}");
        }
    }

    #[test]
    fn roles_are_named_once_and_consumer_stays() {
        use Role::{Admin, Consumer, Provider};
        for (roles, expected) in [
            (&[Consumer][..], Ok(false)),
            (&[Admin, Consumer], Ok(true)),
            (&[Admin], Err("validation_failed")),
            (&[], Err("validation_failed")),
            (&[Consumer, Consumer], Err("validation_failed")),
            (&[Consumer, Provider], Err("terms_not_accepted")),
        ] {
            let mut user = ada(Status::Active);
            let taken = user.take_roles(roles, at(1)).map_err(|refusal| refusal.code);
            assert_eq!(taken, expected, "{roles:?}");
        }
        for status in [Status::Pending, Status::Deactivated] {
            assert!(ada(status).take_roles(&[Consumer, Admin], at(1)).is_err());
        }
    }

    #[test]
    fn who_has_accepted_the_terms_may_get_the_role_back() {
        let mut user = ada(Status::Active);
        user.become_provider(PROVIDER_TERMS_VERSION, at(1)).expect("current terms");
        assert_eq!(user.take_roles(&[Role::Consumer], at(2)).ok(), Some(true));
        assert!(!user.is_provider());
        assert_eq!(user.take_roles(&[Role::Provider, Role::Consumer], at(3)).ok(), Some(true));
        assert_eq!(user.roles, [Role::Consumer, Role::Provider]);
    }

    #[test]
    fn who_is_suspended_runs_nothing() {
        let mut user = ada(Status::Active);
        assert!(!user.is_active_admin());
        user.take_roles(&[Role::Consumer, Role::Admin], at(1)).expect("roles");
        assert!(user.is_active_admin());
        user.suspend(at(2)).expect("active");
        assert!(!user.is_active_admin());
    }

    #[test]
    fn a_closed_account_says_since_when() {
        let mut user = ada(Status::Active);
        assert_eq!(user.subject().closed_at, None);
        user.deactivate(at(5)).expect("active");
        assert_eq!(user.subject().closed_at, Some(at(5)));
        user.restore(at(6)).expect("closed");
        assert_eq!(user.subject().closed_at, None);
    }
}
