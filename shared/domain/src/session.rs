//! What a session is, how long it lasts, and what its refresh token must be?
//!
//! A session is what began with one login. Its refresh token changes with each use; the one before is good for a moment
//! longer, since an answer may be lost. Whoever shows an older one has a copy, so the session ends.

use core::net::IpAddr;
use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{Moment, UserId};

/// How long a session lasts at most: as long as the user pool honours its refresh token.
pub const SESSION_DAYS: u64 = 30;
/// Sessions of a user at once; one more ends the one that was not used for the longest time.
pub const MAX_SESSIONS: usize = 40;
/// Of a user agent, in characters; the rest is left out.
pub const MAX_USER_AGENT: usize = 200;
const MAX_ID: usize = 64;
/// Refresh tokens a session remembers; there are many only where one is shown over and over within its grace.
const MAX_GIVEN: usize = 16;
/// How long a refresh token that was used is good for those who did not hear the answer, and for another window of the
/// same browser.
const GRACE: Duration = Duration::from_secs(60);
const NOTED: Duration = Duration::from_secs(60);

/// What the user pool calls a session: the claim `origin_jti`, the same in all tokens that follow from one login.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SessionId(String);

/// The text is no session's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a session's id is copied from the list of sessions")]
pub struct BadSessionId;

impl FromStr for SessionId {
    type Err = BadSessionId;

    fn from_str(text: &str) -> Result<Self, BadSessionId> {
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let good = plain && (1..=MAX_ID).contains(&text.len());
        good.then(|| Self(text.to_owned())).ok_or(BadSessionId)
    }
}

impl TryFrom<String> for SessionId {
    type Error = BadSessionId;

    fn try_from(text: String) -> Result<Self, BadSessionId> {
        text.parse()
    }
}

impl From<SessionId> for String {
    fn from(id: SessionId) -> Self {
        id.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Where a request comes from: the address by the gateway's word, the user agent by its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    pub address: Option<IpAddr>,
    pub user_agent: Option<String>,
}

impl Origin {
    /// The user agent is cut to [`MAX_USER_AGENT`] characters and freed of control characters.
    pub fn new(address: Option<IpAddr>, user_agent: Option<&str>) -> Self {
        let plain = |text: &str| -> String {
            text.chars().filter(|c| !c.is_control()).take(MAX_USER_AGENT).collect()
        };
        Self { address, user_agent: user_agent.map(plain).filter(|text| !text.is_empty()) }
    }
}

/// What a session is gone on with: whose it is, and a secret nobody can guess.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken {
    pub user_id: UserId,
    pub session_id: SessionId,
    /// 256 bits, hex.
    secret: String,
}

const REFRESH_PREFIX: &str = "qhs_";
const SECRET_DIGITS: usize = 64;

impl RefreshToken {
    pub fn new(user_id: UserId, session_id: SessionId, secret: [u8; SECRET_DIGITS / 2]) -> Self {
        let secret = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { user_id, session_id, secret }
    }

    /// `None` for whatever is no such token.
    pub fn parse(text: &str) -> Option<Self> {
        let (user_id, rest) = text.strip_prefix(REFRESH_PREFIX)?.split_once('.')?;
        let (session_id, secret) = rest.split_once('.')?;
        let hex = secret.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let (user_id, session_id) = (user_id.parse().ok()?, session_id.parse().ok()?);
        (hex && secret.len() == SECRET_DIGITS).then(|| Self {
            user_id,
            session_id,
            secret: secret.to_owned(),
        })
    }

    /// The first half of its secret, of which the second half is to follow.
    pub fn first_half(&self) -> &str {
        &self.secret[..SECRET_DIGITS / 2]
    }

    /// The only way to read it: to show it to its owner, and to hash it.
    pub fn expose(&self) -> String {
        format!("{REFRESH_PREFIX}{}.{}.{}", self.user_id, self.session_id, self.secret)
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RefreshToken(redacted)")
    }
}

/// What began with one login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub id: SessionId,
    pub user_id: UserId,
    pub issued_at: Moment,
    /// Until then it can be refreshed.
    pub ends_at: Moment,
    /// To the minute.
    pub last_used_at: Moment,
    /// At its last use.
    pub origin: Origin,
    refresh: Vec<Given>,
}

/// A refresh token that the session gave out, by its keyed hash, hex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Given {
    hash: String,
    /// When it was used.
    used_at: Option<Moment>,
    /// The one it was given out for.
    #[serde(default)]
    instead_of: Option<String>,
}

/// What becomes of a session whose refresh token is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// It is, or was a moment ago, the session's own.
    Good,
    /// It was used before: there is a copy of it.
    Stale,
}

impl Session {
    /// A session that begins now; `refresh` is the keyed hash of its first refresh token.
    pub fn new(
        id: SessionId,
        user_id: UserId,
        refresh: String,
        origin: Origin,
        now: Moment,
    ) -> Self {
        let lasts = Duration::from_secs(SESSION_DAYS * 24 * 3600);
        Self {
            id,
            user_id,
            issued_at: now,
            ends_at: now.plus(lasts),
            last_used_at: now,
            origin,
            refresh: vec![Given { hash: refresh, used_at: None, instead_of: None }],
        }
    }

    /// Gives out the refresh token whose hash is `next` for the one whose hash is `shown`, or finds that one used before.
    pub fn rotate(&mut self, shown: &str, next: String, origin: Origin, now: Moment) -> Shown {
        let lately = |given: &Given| given.used_at.is_none_or(|at| now.since(at) < GRACE);
        self.refresh.retain(lately);
        // Who has used what they got for it has heard the answer: whoever shows it again is another.
        let follows = |given: &Given| given.instead_of.as_deref() == Some(shown);
        if self.refresh.iter().any(|given| follows(given) && given.used_at.is_some()) {
            return Shown::Stale;
        }
        let Some(given) = self.refresh.iter_mut().find(|given| given.hash == shown) else {
            return Shown::Stale;
        };
        given.used_at = given.used_at.or(Some(now));
        let instead_of = Some(shown.to_owned());
        self.refresh.push(Given { hash: next, used_at: None, instead_of });
        let over = self.refresh.len().saturating_sub(MAX_GIVEN);
        self.refresh.drain(..over);
        (self.last_used_at, self.origin) = (now, origin);
        Shown::Good
    }

    /// Whether its last use is so long ago that this one is worth a write.
    pub fn is_to_be_noted(&self, now: Moment) -> bool {
        now.since(self.last_used_at) >= NOTED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_795_000_000_000;

    fn at(seconds: u64) -> Moment {
        Moment::from_unix_millis(START).plus(Duration::from_secs(seconds))
    }

    fn session() -> Session {
        let id = "d2f1c7b0-5d1c-4f6e-9f10-1a2b3c4d5e6f".parse().expect("an id");
        let user = UserId::new(at(0), [1; 10]);
        Session::new(id, user, "a".to_owned(), Origin::default(), at(0))
    }

    #[test]
    fn ids_are_short_and_plain() {
        for (text, good) in [
            ("d2f1c7b0-5d1c-4f6e-9f10-1a2b3c4d5e6f", true),
            ("", false),
            ("a#b", false),
            ("a b", false),
            (&"x".repeat(MAX_ID + 1), false),
        ] {
            let read = text.parse::<SessionId>().map(|_| ());
            assert_eq!(read, if good { Ok(()) } else { Err(BadSessionId) }, "{text:?}");
        }
    }

    #[test]
    fn a_refresh_token_is_good_once_and_a_moment_longer() {
        let mut session = session();
        let mut rotate = |shown: &str, next: &str, seconds| {
            session.rotate(shown, next.to_owned(), Origin::default(), at(seconds))
        };
        assert_eq!(rotate("a", "b", 100), Shown::Good);
        assert_eq!(rotate("a", "c", 159), Shown::Good, "the answer with b may have been lost");
        assert_eq!(rotate("b", "d", 159), Shown::Good, "or another window has it");
        assert_eq!(rotate("a", "f", 159), Shown::Stale, "what was given for it was used");
        assert_eq!(rotate("c", "e", 200), Shown::Good);
        assert_eq!(rotate("a", "f", 201), Shown::Stale);
        assert_eq!(rotate("c", "f", 260), Shown::Stale, "its moment is over");
        assert_eq!(rotate("made up", "f", 260), Shown::Stale);
        assert_eq!(rotate("e", "f", 9_000), Shown::Good, "what is refused changes nothing");
    }

    #[test]
    fn what_is_remembered_of_refresh_tokens_is_bounded() {
        let mut session = session();
        for next in 0..100 {
            assert_eq!(
                session.rotate("a", next.to_string(), Origin::default(), at(1)) == Shown::Good,
                next < 16
            );
        }
        assert!(session.refresh.len() <= MAX_GIVEN);
    }

    #[test]
    fn a_refresh_token_is_read_back_and_nothing_else_is() {
        let session = session();
        let token = RefreshToken::new(session.user_id, session.id.clone(), [7; 32]);
        let text = token.expose();
        let read = RefreshToken::parse(&text).expect("its own text");
        assert_eq!((read.user_id, &read.session_id), (session.user_id, &session.id));
        assert_eq!(read.expose(), text);
        assert!(!format!("{token:?}").contains("0707"));
        for wrong in [
            "",
            "qhs_",
            &text[1..],
            &text[..text.len() - 1],
            &format!("{text}0"),
            &text.to_uppercase(),
        ] {
            assert!(RefreshToken::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_use_is_noted_once_a_minute() {
        let session = session();
        for (seconds, noted) in [(0, false), (59, false), (60, true)] {
            assert_eq!(session.is_to_be_noted(at(seconds)), noted, "after {seconds} s");
        }
    }

    #[test]
    fn a_user_agent_is_cut_and_plain() {
        let origin = |text: &str| Origin::new(None, Some(text)).user_agent;
        assert_eq!(origin("curl/8\r\nx"), Some("curl/8x".to_owned()));
        assert_eq!(origin("\u{1}"), None);
        assert_eq!(origin(&"ä".repeat(999)), Some("ä".repeat(MAX_USER_AGENT)));
    }
}
