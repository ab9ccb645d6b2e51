//! How often may somebody be wrong about a secret before they have to wait?
//!
//! An attempt is counted before its secret is looked at, so that many at once count as many. Being right forgets them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Kind, Moment, Refusal};

/// Wrong attempts that are followed by no pause.
const FREE: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Wrong attempts at an account until it is locked.
pub const LOCKING: u32 = 10;
/// How long a lock holds; each that follows it twice as long.
pub const LOCKED: Duration = Duration::from_secs(15 * 60);
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// After so long without an attempt, earlier ones are forgotten.
pub const FORGOTTEN: Duration = Duration::from_secs(24 * 3600);

/// Whose wrong attempts are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// At one account, or at one name that is nobody's.
    Account,
    /// From one address, which many people may share.
    Address,
}

impl Counted {
    /// By how much more an address may be wrong.
    const fn times(self) -> u32 {
        match self {
            Self::Account => 1,
            Self::Address => 10,
        }
    }
}

/// The attempts since the last right one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempts {
    pub wrong: u32,
    pub last_at: Option<Moment>,
    /// No attempt before.
    pub closed_until: Option<Moment>,
}

/// An attempt that may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// If it is wrong, it closes the account for a while: its owner is to be told.
    pub locks: bool,
}

impl Attempts {
    /// Counts one more as wrong, until it is known to be right.
    pub fn take(&mut self, of: Counted, now: Moment) -> Result<Taken, Refusal> {
        if let Some(until) = self.closed_until.filter(|until| now < *until) {
            return Err(too_many_attempts(until.since(now)));
        }
        if self.last_at.is_some_and(|last| now.since(last) >= FORGOTTEN) {
            *self = Self::default();
        }
        self.wrong = self.wrong.saturating_add(1);
        self.last_at = Some(now);
        let (pause, locks) = pause(self.wrong / of.times());
        self.closed_until = pause.map(|pause| now.plus(pause));
        Ok(Taken { locks: locks && self.wrong.is_multiple_of(of.times()) })
    }

    /// One that was counted has proved right, among others that did not.
    pub fn take_back(&mut self) {
        self.wrong = self.wrong.saturating_sub(1);
        self.closed_until = None;
    }

    /// Lets the next one be made at once, and keeps in mind those that were wrong.
    pub fn open(&mut self) {
        self.closed_until = None;
    }
}

/// What follows so many wrong ones, and whether it is a lock.
fn pause(wrong: u32) -> (Option<Duration>, bool) {
    if wrong <= FREE {
        return (None, false);
    }
    match wrong.checked_sub(LOCKING) {
        None => (Some(FIRST_PAUSE * 2_u32.pow(wrong - FREE - 1)), false),
        Some(more) => (Some((LOCKED * 2_u32.pow(more.min(7))).min(LONGEST)), true),
    }
}

/// For whoever has to wait, whether or not there is such an account.
pub fn too_many_attempts(wait: Duration) -> Refusal {
    let seconds = u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX).max(1);
    Refusal::new(
        Kind::TooManyRequests { retry_after: seconds },
        "too_many_attempts",
        format!(
            "Too many attempts; try again after the seconds in `Retry-After`, here {seconds}, or ask for a new password with POST /auth/reset-password."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment::from_unix_millis(1_795_000_000_000).plus(Duration::from_secs(seconds))
    }

    fn wait(attempts: &mut Attempts, of: Counted, seconds: u64) -> Option<u32> {
        match attempts.take(of, at(seconds)) {
            Ok(_) => None,
            Err(refusal) => match refusal.kind {
                Kind::TooManyRequests { retry_after } => Some(retry_after),
                other => panic!("{other:?}"),
            },
        }
    }

    #[test]
    fn wrong_attempts_slow_down_and_then_lock() {
        let mut attempts = Attempts::default();
        let mut now = 0;
        for (wrong, pause) in [
            (1, 0),
            (2, 0),
            (3, 0),
            (4, 1),
            (5, 2),
            (6, 4),
            (7, 8),
            (8, 16),
            (9, 32),
            (10, 900),
            (11, 1_800),
            (12, 3_600),
        ] {
            let taken = attempts.take(Counted::Account, at(now)).expect("it was waited for");
            assert_eq!(taken.locks, wrong >= LOCKING, "{wrong}");
            if pause > 0 {
                let left = wait(&mut attempts, Counted::Account, now);
                assert_eq!(left, Some(pause), "after {wrong}");
            }
            now += u64::from(pause);
        }
    }

    #[test]
    fn a_lock_ends_and_never_lasts_longer_than_a_day() {
        for wrong in [20, 1_000, u32::MAX - 1] {
            let mut attempts = Attempts { wrong, last_at: Some(at(0)), closed_until: None };
            attempts.take(Counted::Account, at(1)).expect("open");
            let until = attempts.closed_until.expect("locked");
            assert_eq!(until, at(1).plus(LONGEST));
        }
    }

    #[test]
    fn an_address_may_be_wrong_ten_times_as_often() {
        let mut attempts = Attempts::default();
        for wrong in 1..=39 {
            let taken = attempts.take(Counted::Address, at(0)).expect("open");
            assert!(!taken.locks, "{wrong}");
        }
        attempts.take(Counted::Address, at(0)).expect("open");
        assert_eq!(wait(&mut attempts, Counted::Address, 0), Some(1));
    }

    #[test]
    fn who_is_let_try_at_once_is_held_off_again_by_the_next_wrong_one() {
        let mut attempts =
            Attempts { wrong: 10, last_at: Some(at(0)), closed_until: Some(at(900)) };
        attempts.open();
        assert!(attempts.take(Counted::Account, at(1)).expect("open").locks);
        assert_eq!(wait(&mut attempts, Counted::Account, 1), Some(1_800));
    }

    #[test]
    fn a_quiet_day_forgets() {
        let mut attempts = Attempts { wrong: 9, last_at: Some(at(0)), closed_until: None };
        attempts.take(Counted::Account, at(FORGOTTEN.as_secs())).expect("open");
        assert_eq!(attempts.wrong, 1);
    }
}
