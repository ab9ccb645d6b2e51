//! What a person may type to say who they are, and how a sign-in is refused.

use super::{MAX_EMAIL, Status};
use crate::{Kind, Refusal, field::Checks};

/// The name an account is looked up by, in lower case.
#[derive(Clone, PartialEq, Eq)]
pub enum Login {
    Email(String),
    Username(String),
}

impl Login {
    /// A user name never holds an `@`, an address always does. Bounded, not yet known to exist.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let mut checks = Checks::new();
        let name = checks.line("/login", text, MAX_EMAIL).to_lowercase();
        checks.finish()?;
        Ok(if name.contains('@') { Self::Email(name) } else { Self::Username(name) })
    }
}

impl Status {
    /// Whether an account in this state may act.
    pub fn in_good_standing(self) -> Result<(), Refusal> {
        match self {
            Self::Active => Ok(()),
            Self::Pending => Err(email_not_verified()),
            Self::Suspended => Err(Refusal::new(
                Kind::Forbidden,
                "account_suspended",
                "This account is suspended; write to support to have it restored.",
            )),
            Self::Deactivated => Err(Refusal::new(
                Kind::Forbidden,
                "account_deactivated",
                "Its owner has closed this account; write to support to have it opened again.",
            )),
        }
    }
}

pub fn email_not_verified() -> Refusal {
    Refusal::new(
        Kind::Forbidden,
        "email_not_verified",
        "Open the link we mailed you first, or ask for a new one with POST /auth/verify/resend.",
    )
}

/// One answer for an unknown name, a wrong password and a locked account: a lock tells that there is an account.
pub fn wrong_credentials() -> Refusal {
    Refusal::new(
        Kind::Unauthenticated,
        "wrong_credentials",
        "The login or the password is wrong, or was wrong too often; check both, and wait a few minutes after several tries.",
    )
}

/// For whoever is logged in and has to show that they know the password.
pub fn wrong_password() -> Refusal {
    Refusal::new(
        Kind::Forbidden,
        "wrong_password",
        "The password is wrong; check it, and after several tries wait before the next.",
    )
}

pub fn refresh_refused() -> Refusal {
    Refusal::new(
        Kind::Unauthenticated,
        "refresh_refused",
        "This refresh token is not valid or no longer valid; log in again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_at_sign_tells_an_address_from_a_user_name() {
        for (text, expected) in [
            (" Ada@Example.COM ", Some(Login::Email("ada@example.com".to_owned()))),
            ("ADA", Some(Login::Username("ada".to_owned()))),
            ("@", Some(Login::Email("@".to_owned()))),
            ("", None),
            ("  ", None),
            ("a\nb", None),
            (&"x".repeat(MAX_EMAIL + 1), None),
        ] {
            assert!(Login::parse(text).ok() == expected, "{text:?}");
        }
    }

    #[test]
    fn only_active_accounts_are_in_good_standing() {
        for (status, code) in [
            (Status::Active, None),
            (Status::Pending, Some("email_not_verified")),
            (Status::Suspended, Some("account_suspended")),
            (Status::Deactivated, Some("account_deactivated")),
        ] {
            assert_eq!(status.in_good_standing().err().map(|refusal| refusal.code), code);
        }
    }
}
