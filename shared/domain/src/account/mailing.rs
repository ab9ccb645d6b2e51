//! How often an address may be written to, so that nobody floods another with our mails.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Moment;

/// Mails to one address in an hour, whatever asked for them.
pub const MAILS_AN_HOUR: u32 = 10;

const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);

/// The mails an address got in the hour that began with the first of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailing {
    hour: Option<Moment>,
    mails: u32,
    last_at: Option<Moment>,
}

impl Mailing {
    /// Counts one more mail, unless the hour has seen enough of them.
    pub fn take(&mut self, now: Moment) -> bool {
        if self.hour.is_none_or(|hour| now.since(hour) >= HOUR) {
            *self = Self { hour: Some(now), mails: 0, last_at: self.last_at };
        }
        if self.mails >= MAILS_AN_HOUR {
            return false;
        }
        self.mails += 1;
        self.last_at = Some(now);
        true
    }

    /// When it counts as never filled.
    pub fn forgotten_at(&self) -> Option<Moment> {
        self.last_at.map(|last| last.plus(HOUR))
    }

    /// The same for a mail sent again: at most one a minute.
    pub fn take_again(&mut self, now: Moment) -> bool {
        self.last_at.is_none_or(|last| now.since(last) >= MINUTE) && self.take(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment::from_unix_millis(1_000_000).plus(Duration::from_secs(seconds))
    }

    #[test]
    fn an_hour_sees_a_bounded_number_of_mails() {
        let mut mailing = Mailing::default();
        let taken = (0..30).filter(|second| mailing.take(at(*second))).count();
        assert_eq!(u32::try_from(taken), Ok(MAILS_AN_HOUR));
        assert!(!mailing.take(at(3599)));
        assert!(mailing.take(at(3600)));
    }

    #[test]
    fn a_mail_is_sent_again_once_a_minute() {
        let mut mailing = Mailing::default();
        assert!(mailing.take(at(0)));
        for (second, sent) in [(1, false), (59, false), (60, true), (61, false), (120, true)] {
            assert_eq!(mailing.take_again(at(second)), sent, "after {second} s");
        }
    }
}
