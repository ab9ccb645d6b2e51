//! What is kept of what was done to an account, so that nobody can change it later unnoticed?
//!
//! Each entry holds the hash of the one before: whoever alters, drops or inserts one breaks the chain behind it.

use core::net::IpAddr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Moment, UserId};

/// Of what an entry says beside its action, in characters.
pub const MAX_DETAIL: usize = 200;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = AuditAction)]
pub enum Action {
    Registered,
    EmailVerified,
    LoggedIn,
    LoggedInWithGoogle,
    LoggedInWithRecoveryCode,
    LoggedOut,
    SessionEnded,
    SessionsEnded,
    /// Somebody showed a refresh token that was used before.
    RefreshTokenReused,
    AttemptsLocked,
    PasswordResetAsked,
    PasswordReset,
    PasswordChanged,
    EmailChangeAsked,
    EmailChanged,
    MfaEnabled,
    MfaDisabled,
    RecoveryCodesMade,
    GoogleLinked,
    GoogleUnlinked,
    ProfileChanged,
    PreferencesChanged,
    AvatarChanged,
    AvatarRemoved,
    BecameProvider,
    RolesChanged,
    Suspended,
    Restored,
    Deactivated,
    KeyCreated,
    KeyChanged,
    KeyRotated,
    KeyRevoked,
    SubscriptionCancelled,
}

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Actor {
    User(UserId),
    /// Whoever holds a mailed link, or nobody known.
    Stranger,
    /// With the operator's own credentials.
    Operator,
    /// The hub by itself.
    Hub,
}

/// What is to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub action: Action,
    pub by: Actor,
    pub address: Option<IpAddr>,
    /// Of one line: a name, a role, a reason; never a secret.
    pub detail: Option<String>,
    /// Whom it was done to, where that is not whose trail it is on.
    pub to: Option<UserId>,
}

impl Event {
    pub fn new(action: Action, by: Actor, address: Option<IpAddr>) -> Self {
        Self { action, by, address, detail: None, to: None }
    }

    /// As it stands on the trail of who did it to somebody else.
    pub fn done_to(&self, user: UserId) -> Self {
        Self { to: Some(user), ..self.clone() }
    }

    /// Cut to [`MAX_DETAIL`] characters.
    pub fn about(self, detail: impl AsRef<str>) -> Self {
        Self { detail: Some(detail.as_ref().chars().take(MAX_DETAIL).collect()), ..self }
    }
}

/// One link of the chain of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub user_id: UserId,
    /// From 1, without gaps.
    pub number: u64,
    pub at: Moment,
    pub action: Action,
    pub by: Actor,
    pub address: Option<IpAddr>,
    pub detail: Option<String>,
    /// Whom it was done to, where that is somebody else.
    #[serde(default)]
    pub to: Option<UserId>,
    /// SHA-256 of the entry before, hex; empty for the first.
    pub before: String,
    /// SHA-256 of this one, hex.
    pub sha256: String,
}

/// Where the chain of an account ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub user_id: UserId,
    pub number: u64,
    pub sha256: String,
}

impl Head {
    /// Of an account to which nothing was done yet.
    pub fn new(user_id: UserId) -> Self {
        Self { user_id, number: 0, sha256: String::new() }
    }

    /// Makes the next entry, behind which the chain goes on.
    pub fn enter(&mut self, event: Event, now: Moment) -> Entry {
        let Event { action, by, address, detail, to } = event;
        let (user_id, number, before) = (self.user_id, self.number + 1, self.sha256.clone());
        let sha256 = String::new();
        let mut entry =
            Entry { user_id, number, at: now, action, by, address, detail, to, before, sha256 };
        entry.sha256 = entry.hash();
        (self.number, self.sha256) = (number, entry.sha256.clone());
        entry
    }
}

impl Entry {
    /// Of everything but itself.
    fn hash(&self) -> String {
        let said = serde_json::to_vec(&(
            &self.before,
            self.user_id,
            self.number,
            self.at,
            self.action,
            self.by,
            self.address,
            &self.detail,
        ));
        // Entries from before there was such a field keep their hashes.
        let to = self.to.map(|to| to.to_string()).unwrap_or_default();
        let digest = Sha256::digest([said.unwrap_or_default(), to.into_bytes()].concat());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether it is as it was written, and follows `before`, its elder neighbour.
    pub fn follows(&self, before: Option<&Self>) -> bool {
        let (number, hash) = before.map_or((0, ""), |before| (before.number, &before.sha256));
        self.sha256 == self.hash() && self.number == number + 1 && self.before == hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain() -> Vec<Entry> {
        let at = Moment::from_unix_millis;
        let user = UserId::new(at(1), [1; 10]);
        let mut head = Head::new(user);
        [Action::Registered, Action::EmailVerified, Action::LoggedIn, Action::Suspended]
            .into_iter()
            .zip(10..)
            .map(|(action, now)| {
                let event = Event::new(action, Actor::User(user), None).about("detail");
                head.enter(event, at(now))
            })
            .collect()
    }

    fn holds(chain: &[Entry]) -> bool {
        let mut before = None;
        chain.iter().all(|entry| {
            let follows = entry.follows(before);
            before = Some(entry);
            follows
        })
    }

    #[test]
    fn a_chain_that_nobody_touched_holds() {
        assert!(holds(&chain()));
    }

    #[test]
    fn whatever_is_altered_dropped_or_inserted_breaks_it() {
        let changes: [fn(&mut Vec<Entry>); 9] = [
            |chain| chain[1].action = Action::Restored,
            |chain| chain[1].by = Actor::Operator,
            |chain| chain[1].at = Moment::from_unix_millis(99),
            |chain| chain[1].detail = None,
            |chain| chain[1].to = Some(chain[1].user_id),
            |chain| chain[1].address = Some([127, 0, 0, 1].into()),
            |chain| drop(chain.remove(1)),
            |chain| chain.swap(1, 2),
            |chain| {
                let again = chain[1].clone();
                chain.insert(1, again);
            },
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut changed = chain();
            change(&mut changed);
            assert!(!holds(&changed), "change {number}");
        }
    }

    #[test]
    fn a_detail_is_cut() {
        let event = Event::new(Action::Suspended, Actor::Hub, None).about("x".repeat(999));
        assert_eq!(event.detail.map(|detail| detail.len()), Some(MAX_DETAIL));
    }
}
