//! Who somebody is at Google, and what they are called here when they come from there.

use super::{MAX_USERNAME, MIN_USERNAME, email, is_username};
use crate::field::{Checks, MAX_NAME};

/// Of Google's subject, in characters.
const MAX_SUBJECT: usize = 255;
/// Hexadecimal digits that keep two of one name apart.
const MARK: usize = 6;

/// An account at Google whose address Google has proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoogleIdentity {
    /// Never changes, unlike the address.
    pub subject: String,
    /// Lower case.
    pub email: String,
    pub full_name: String,
}

impl GoogleIdentity {
    /// `None` where the subject or the address is none that we keep.
    pub fn new(subject: &str, address: &str, name: Option<&str>) -> Option<Self> {
        let plain = subject.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !plain || !(1..=MAX_SUBJECT).contains(&subject.len()) {
            return None;
        }
        let email = email(address).ok()?;
        let mut checks = Checks::new();
        let named = checks.line("/name", name.unwrap_or_default(), MAX_NAME);
        let full_name = checks.finish().map_or_else(|_| local_part(&email), |()| named);
        Some(Self { subject: subject.to_owned(), email, full_name })
    }

    /// A user name like the address, with a mark behind it that nobody else has.
    pub fn username(&self, random: [u8; MARK / 2]) -> String {
        let mark: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let allowed = |c: &char| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_' | '.');
        let begins = |c: &char| !c.is_ascii_lowercase();
        let name: String = local_part(&self.email)
            .chars()
            .filter(allowed)
            .skip_while(begins)
            .take(MAX_USERNAME - MARK - 1)
            .collect();
        let name = if name.len() < MIN_USERNAME { format!("user{name}") } else { name };
        let username = format!("{name}-{mark}");
        debug_assert!(is_username(&username), "{username}");
        username
    }
}

fn local_part(email: &str) -> String {
    email.split('@').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_of_addresses() {
        for (address, username) in [
            ("Ada.Lovelace@Example.com", "ada.lovelace-0a0b0c"),
            ("42ada@example.com", "ada-0a0b0c"),
            ("a@example.com", "usera-0a0b0c"),
            ("+++@example.com", "user-0a0b0c"),
            ("o'hara+quantum@example.com", "oharaquantum-0a0b0c"),
        ] {
            let identity = GoogleIdentity::new("1234", address, None).expect(address);
            assert_eq!(identity.username([10, 11, 12]), username);
            assert!(is_username(username), "{username}");
        }
        let long = format!("{}@example.com", "x".repeat(64));
        let identity = GoogleIdentity::new("1234", &long, None).expect("an identity");
        assert!(is_username(&identity.username([0; 3])));
    }

    #[test]
    fn what_we_could_not_keep_is_nobody() {
        for (subject, address) in
            [("", "ada@example.com"), ("a#b", "ada@example.com"), ("1", "ada"), ("1", "")]
        {
            assert_eq!(GoogleIdentity::new(subject, address, Some("Ada")), None, "{subject}");
        }
        let identity =
            GoogleIdentity::new("1", "ada@example.com", Some("Ada\u{202e}")).expect("one");
        assert_eq!(identity.full_name, "ada");
    }
}
