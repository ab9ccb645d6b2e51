//! Which mailed link still leads somewhere: the latest of its kind, in its time, for one at a time.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::link_unusable;
use crate::{Moment, Refusal, UserId};

/// For how long a mailed link sets a new password or a new address.
pub const LINK_LASTS: Duration = Duration::from_secs(3600);
/// For how long whoever uses a link has it alone: longer than a request may take.
const TAKEN: Duration = Duration::from_secs(30);

/// What a mailed link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Purpose {
    VerifyEmail,
    ResetPassword,
    ChangeEmail,
}

/// The one link of its kind that a user was mailed last; older ones lead nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatestLink {
    pub user_id: UserId,
    pub purpose: Purpose,
    /// Keyed hash of the link's token, hex.
    pub hash: String,
    pub until: Moment,
    /// The address that it proves.
    pub email: Option<String>,
    /// Somebody is using it.
    pub taken_until: Option<Moment>,
}

impl LatestLink {
    /// A link that nobody has used, from now on.
    pub fn new(user_id: UserId, purpose: Purpose, hash: &str, now: Moment) -> Self {
        let (hash, until) = (hash.to_owned(), now.plus(LINK_LASTS));
        Self { user_id, purpose, hash, until, email: None, taken_until: None }
    }

    /// Whether the link of this hash leads somewhere.
    pub fn holds(&self, hash: &str, now: Moment) -> Result<(), Refusal> {
        let good = self.hash == hash && now < self.until;
        good.then_some(()).ok_or_else(link_unusable)
    }

    /// Has it for a while, so that of two who use it at once one does.
    pub fn take(&mut self, hash: &str, now: Moment) -> Result<(), Refusal> {
        self.holds(hash, now)?;
        if self.taken_until.is_some_and(|until| now < until) {
            return Err(link_in_use());
        }
        self.taken_until = Some(now.plus(TAKEN));
        Ok(())
    }

    /// It was taken, and nothing came of it.
    pub fn give_back(&mut self) {
        self.taken_until = None;
    }
}

/// Somebody uses the link at this moment, or their request was cut off.
pub fn link_in_use() -> Refusal {
    Refusal::conflict(
        "link_in_use",
        "This link is being used just now; if nothing came of it, open it again in half a minute.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment::from_unix_millis(1_795_000_000_000).plus(Duration::from_secs(seconds))
    }

    fn link() -> LatestLink {
        LatestLink::new(UserId::new(at(0), [1; 10]), Purpose::ResetPassword, "a", at(0))
    }

    #[test]
    fn a_link_holds_for_an_hour_and_no_other_does() {
        for (hash, seconds, holds) in
            [("a", 0, true), ("a", 3_599, true), ("a", 3_600, false), ("b", 0, false)]
        {
            let found = link().holds(hash, at(seconds));
            assert_eq!(
                found.map_err(|refusal| refusal.code),
                match holds {
                    true => Ok(()),
                    false => Err("link_unusable"),
                }
            );
        }
    }

    #[test]
    fn a_link_is_taken_by_one_at_a_time() {
        let mut link = link();
        link.take("a", at(0)).expect("free");
        for (seconds, taken) in [(0, false), (29, false), (30, true), (31, false)] {
            let code = link.take("a", at(seconds)).err().map(|refusal| refusal.code);
            assert_eq!(code, if taken { None } else { Some("link_in_use") }, "{seconds}");
        }
        link.give_back();
        link.take("a", at(32)).expect("given back");
        assert_eq!(link.take("a", at(3_600)).expect_err("over").code, "link_unusable");
    }
}
