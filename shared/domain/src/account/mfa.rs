//! What a second factor is: codes of an authenticator app that work once, and recovery codes in their place.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{Kind, Moment, Refusal, UserId, field::Checks};

/// Recovery codes that an account gets at once.
pub const RECOVERY_CODES: usize = 10;
/// For how long a login may wait for its code: as long as the user pool is told to wait.
pub const CHALLENGE_LASTS: Duration = Duration::from_secs(600);
/// For how long an app that was begun with may be confirmed.
pub const ENROLMENT_LASTS: Duration = Duration::from_secs(1800);
const DIGITS: usize = 6;
/// More than anybody is let try in that time.
const MAX_REMEMBERED: usize = 32;

/// The second factor of an account: there is one where a login asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mfa {
    pub user_id: UserId,
    pub enabled_at: Moment,
    /// Keyed hashes, hex, of the recovery codes that are not used.
    recovery: Vec<String>,
    /// What was used lately.
    used: Vec<Used>,
}

/// A code or a challenge that was used, by its keyed hash, hex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Used {
    hash: String,
    at: Moment,
}

impl Mfa {
    /// `code` is the hash of the one that it was confirmed with.
    pub fn new(user_id: UserId, recovery: Vec<String>, code: &str, now: Moment) -> Self {
        let used = vec![Used { hash: code.to_owned(), at: now }];
        Self { user_id, enabled_at: now, recovery, used }
    }

    /// How many recovery codes are left.
    pub fn recovery_codes_left(&self) -> usize {
        self.recovery.len()
    }

    /// Others take the place of all recovery codes.
    pub fn replace_recovery_codes(&mut self, recovery: Vec<String>) {
        self.recovery = recovery;
    }

    /// Uses something up that was right: a code, which is good for less time than it is remembered, or a challenge.
    pub fn spend(&mut self, hash: &str, now: Moment) -> Result<(), Refusal> {
        self.used.retain(|used| now.since(used.at) < CHALLENGE_LASTS);
        let lately = |used: &Used| used.hash == hash;
        if self.used.iter().any(lately) {
            return Err(wrong_code());
        }
        self.used.push(Used { hash: hash.to_owned(), at: now });
        let over = self.used.len().saturating_sub(MAX_REMEMBERED);
        self.used.drain(..over);
        Ok(())
    }

    /// Whether a recovery code of this hash is left.
    pub fn has_recovery_code(&self, hash: &str) -> Result<(), Refusal> {
        let left = self.recovery.iter().any(|one| one == hash);
        left.then_some(()).ok_or_else(wrong_code)
    }

    /// Uses a recovery code up.
    pub fn spend_recovery_code(&mut self, hash: &str) -> Result<(), Refusal> {
        self.has_recovery_code(hash)?;
        self.recovery.retain(|one| one != hash);
        Ok(())
    }
}

/// What the app shows.
pub fn checked_code(checks: &mut Checks, pointer: &str, code: &str) {
    let good = code.len() == DIGITS && code.bytes().all(|byte| byte.is_ascii_digit());
    checks.require(good, pointer, "type the six digits that the app shows");
}

const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
const RECOVERY_LETTERS: usize = 16;
/// Random bytes of a recovery code: five bits a letter.
pub const RECOVERY_BYTES: usize = RECOVERY_LETTERS * 5 / 8;
const GROUP: usize = 4;

/// Sixteen letters that stand for a code of the app, once.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(String);

impl RecoveryCode {
    pub fn new(random: [u8; RECOVERY_BYTES]) -> Self {
        let bits = random.iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        let letter = |at: usize| char::from(LETTERS[(bits >> (5 * at) & 31) as usize]);
        Self((0..RECOVERY_LETTERS).map(letter).collect())
    }

    /// As a person types it: with hyphens and spaces, in any case.
    pub fn parse(checks: &mut Checks, pointer: &str, text: &str) -> Self {
        let bare = |c: &char| !matches!(c, '-' | ' ');
        let code: String = text.chars().filter(bare).map(|c| c.to_ascii_lowercase()).collect();
        let known = code.bytes().all(|byte| LETTERS.contains(&byte));
        checks.require(
            known && code.len() == RECOVERY_LETTERS && text.len() <= MAX_RECOVERY_TEXT,
            pointer,
            "type the sixteen letters and digits of one recovery code",
        );
        Self(code)
    }

    /// The only way to read it: to show it to its owner, and to hash it.
    pub fn expose(&self) -> String {
        let letters = self.0.as_bytes().chunks(GROUP);
        let groups: Vec<_> = letters.map(|group| String::from_utf8_lossy(group)).collect();
        groups.join("-")
    }
}

/// With what stands between its groups.
pub const MAX_RECOVERY_TEXT: usize = 40;

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RecoveryCode(redacted)")
    }
}

pub fn wrong_code() -> Refusal {
    Refusal::new(
        Kind::Forbidden,
        "wrong_code",
        "The code is wrong or was used before; wait for the next one, or use a recovery code.",
    )
}

/// Made up, altered, used, or too old.
pub fn challenge_unusable() -> Refusal {
    Refusal::new(
        Kind::Unauthenticated,
        "challenge_unusable",
        "This login can no longer be gone on with; log in again with POST /auth/login.",
    )
}

/// For whoever would be let in by one factor alone.
pub fn code_required() -> Refusal {
    Refusal::new(
        Kind::Forbidden,
        "code_required",
        "This account asks for a code of its authenticator app, too; log in again with POST /auth/login.",
    )
}

pub fn mfa_enabled() -> Refusal {
    Refusal::conflict(
        "mfa_enabled",
        "An authenticator app is in use already; switch it off with POST /auth/mfa/disable first.",
    )
}

pub fn mfa_not_enabled() -> Refusal {
    Refusal::conflict(
        "mfa_not_enabled",
        "No authenticator app is in use; begin with POST /auth/mfa.",
    )
}

pub fn mfa_not_started() -> Refusal {
    Refusal::conflict(
        "mfa_not_started",
        "No authenticator app waits to be confirmed; begin with POST /auth/mfa.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment::from_unix_millis(1_795_000_000_000).plus(Duration::from_secs(seconds))
    }

    fn mfa() -> Mfa {
        let recovery = vec!["a".to_owned(), "b".to_owned()];
        Mfa::new(UserId::new(at(0), [1; 10]), recovery, "first", at(0))
    }

    #[test]
    fn a_code_works_once_while_it_is_good() {
        let mut mfa = mfa();
        assert_eq!(mfa.spend("first", at(1)), Err(wrong_code()));
        assert_eq!(mfa.spend("second", at(2)), Ok(()));
        assert_eq!(mfa.spend("second", at(91)), Err(wrong_code()));
        assert_eq!(mfa.spend("second", at(2 + CHALLENGE_LASTS.as_secs())), Ok(()));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut mfa = mfa();
        for number in 0..100 {
            mfa.spend(&number.to_string(), at(1)).expect("another");
        }
        assert_eq!(mfa.used.len(), MAX_REMEMBERED);
    }

    #[test]
    fn a_recovery_code_works_once() {
        let mut mfa = mfa();
        for (hash, used) in [("a", Ok(())), ("a", Err(wrong_code())), ("c", Err(wrong_code()))] {
            assert_eq!(mfa.spend_recovery_code(hash), used, "{hash}");
        }
        assert_eq!(mfa.recovery_codes_left(), 1);
        mfa.replace_recovery_codes(vec!["c".to_owned()]);
        assert_eq!(mfa.spend_recovery_code("b"), Err(wrong_code()));
        assert_eq!(mfa.spend_recovery_code("c"), Ok(()));
    }

    #[test]
    fn a_recovery_code_is_read_as_people_type_it() {
        let code = RecoveryCode::new([7; RECOVERY_BYTES]);
        let shown = code.expose();
        assert_eq!((shown.len(), shown.matches('-').count()), (19, 3));
        for (text, good) in [
            (shown.clone(), true),
            (shown.to_uppercase(), true),
            (shown.replace('-', ""), true),
            (format!(" {} ", shown.replace('-', " ")), true),
            (shown[1..].to_owned(), false),
            (format!("{shown}a"), false),
            (shown.replace(&shown[..1], "l"), false),
            (format!("{shown}{}", " ".repeat(99)), false),
        ] {
            let mut checks = Checks::new();
            let read = RecoveryCode::parse(&mut checks, "/recovery_code", &text);
            assert_eq!(checks.finish().is_ok() && read == code, good, "{text:?}");
        }
        assert_eq!(format!("{code:?}"), "RecoveryCode(redacted)");
    }

    #[test]
    fn recovery_codes_of_different_bits_differ() {
        let codes = (0..RECOVERY_BYTES * 8).map(|bit| {
            let mut random = [0; RECOVERY_BYTES];
            random[bit / 8] = 1 << (bit % 8);
            RecoveryCode::new(random).expose()
        });
        let different: std::collections::BTreeSet<String> = codes.collect();
        assert_eq!(different.len(), RECOVERY_BYTES * 8);
    }

    #[test]
    fn a_code_has_six_digits() {
        for (text, good) in
            [("012345", true), ("12345", false), ("1234567", false), ("12345a", false), ("", false)]
        {
            let mut checks = Checks::new();
            checked_code(&mut checks, "/code", text);
            assert_eq!(checks.finish().is_ok(), good, "{text:?}");
        }
    }
}
