//! Who a user is, what they may do, and when an account may be used.

mod google;
mod latest_link;
mod login;
mod mailing;
pub mod mfa;
mod standing;
mod view;

use serde::{Deserialize, Serialize};

pub use google::GoogleIdentity;
pub use latest_link::{LINK_LASTS, LatestLink, Purpose, link_in_use};
pub use login::{Login, email_not_verified, refresh_refused, wrong_credentials, wrong_password};
pub use mailing::{MAILS_AN_HOUR, Mailing};
pub use standing::{MAX_REASON, last_admin, not_verified, reason};
pub use view::UserView;

use crate::{Kind, Moment, Refusal, UserId, field::Checks};

pub const MAX_USERNAME: usize = 50;
pub const MIN_USERNAME: usize = 3;
pub const MAX_EMAIL: usize = 100;
pub const MIN_PASSWORD: usize = 12;
pub const MAX_PASSWORD: usize = 128;

/// How long an account may wait for its e-mail to be proved.
pub const PENDING_HOURS: u64 = 24;

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    Consumer,
    Provider,
    Admin,
}

impl Role {
    /// As callers read it, and as the user pool calls its group.
    pub fn name(self) -> &'static str {
        match self {
            Self::Consumer => "CONSUMER",
            Self::Provider => "PROVIDER",
            Self::Admin => "ADMIN",
        }
    }

    /// The user pool's group of those who have it; everyone is in none.
    pub fn group(self) -> Option<&'static str> {
        (self != Self::Consumer).then(|| self.name())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = AccountStatus)]
pub enum Status {
    /// Registered, e-mail not proved yet.
    Pending,
    Active,
    /// By an administrator; nothing of it works until it is restored.
    Suspended,
    /// By its owner; only an administrator brings it back, without its sessions, keys and subscriptions.
    Deactivated,
}

/// Somebody with an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    pub id: UserId,
    pub username: String,
    pub email: String,
    pub full_name: String,
    pub roles: Vec<Role>,
    pub status: Status,
    pub provider_terms: Option<AcceptedTerms>,
    pub last_login_at: Option<Moment>,
    pub created_at: Moment,
    pub updated_at: Moment,
    /// Set while the account is pending: after it, the record counts as absent.
    pub pending_until: Option<Moment>,
    /// A login takes a code of an authenticator app, too.
    #[serde(default)]
    pub mfa_enabled: bool,
    /// When another password took the place of the one before.
    #[serde(default)]
    pub password_set_at: Option<Moment>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedTerms {
    pub version: String,
    pub at: Moment,
}

/// What authorisation needs of a user, in one small record: the truth on each request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    pub user_id: UserId,
    pub roles: Vec<Role>,
    pub status: Status,
    pub pending_until: Option<Moment>,
    /// Since when the account is deactivated.
    #[serde(default)]
    pub closed_at: Option<Moment>,
}

impl User {
    pub fn subject(&self) -> Subject {
        Subject {
            user_id: self.id,
            roles: self.roles.clone(),
            status: self.status,
            pending_until: self.pending_until,
            // Nothing else of an account changes while it is closed.
            closed_at: (self.status == Status::Deactivated).then_some(self.updated_at),
        }
    }

    pub fn is_provider(&self) -> bool {
        self.roles.contains(&Role::Provider)
    }

    /// The e-mail was proved by the mailed link.
    pub fn verify(&mut self, now: Moment) -> Result<(), Refusal> {
        if self.status != Status::Pending {
            return Ok(());
        }
        if self.pending_until.is_some_and(|until| until <= now) {
            return Err(link_unusable());
        }
        self.status = Status::Active;
        self.pending_until = None;
        self.updated_at = now;
        Ok(())
    }

    /// Another password is in force: what began with the one before counts no more.
    pub fn password_set(&mut self, now: Moment) {
        self.password_set_at = Some(now);
        self.updated_at = now;
    }

    /// Whether a password that was right at `then` is right still.
    pub fn password_holds_since(&self, then: Moment) -> bool {
        self.password_set_at.is_none_or(|set| set < then)
    }

    /// Notes a login, at most one a minute; says whether there is something to write.
    pub fn logged_in(&mut self, now: Moment) -> bool {
        let minute = std::time::Duration::from_secs(60);
        let noted = self.last_login_at.is_none_or(|last| now.since(last) >= minute);
        if noted {
            self.last_login_at = Some(now);
        }
        noted
    }

    /// Takes the role that may publish and sell.
    pub fn become_provider(&mut self, terms_version: &str, now: Moment) -> Result<(), Refusal> {
        if terms_version != PROVIDER_TERMS_VERSION {
            return Err(Refusal::new(
                Kind::Invalid,
                "terms_outdated",
                format!(
                    "Read the provider terms and accept their current version, {PROVIDER_TERMS_VERSION}."
                ),
            ));
        }
        if !self.is_provider() {
            self.roles.push(Role::Provider);
            self.provider_terms =
                Some(AcceptedTerms { version: terms_version.to_owned(), at: now });
            self.updated_at = now;
        }
        Ok(())
    }
}

/// The provider terms in force.
pub const PROVIDER_TERMS_VERSION: &str = "2026-11";

/// One sentence for used, expired, superseded and invented links alike.
pub fn link_unusable() -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "link_unusable",
        "This link is not valid or no longer valid; ask for a new mail.",
    )
}

pub fn username_taken() -> Refusal {
    Refusal::conflict("username_taken", "This user name is taken; choose another.")
}

/// An address in lower case, as accounts keep it.
pub fn email(text: &str) -> Result<String, Refusal> {
    email_at("/email", text)
}

/// The same of the member `pointer` of a request.
pub fn email_at(pointer: &str, text: &str) -> Result<String, Refusal> {
    let mut checks = Checks::new();
    let email = checked_email(&mut checks, pointer, text);
    checks.finish()?;
    Ok(email)
}

fn checked_email(checks: &mut Checks, pointer: &str, text: &str) -> String {
    let email = text.trim().to_lowercase();
    checks.require(
        is_email(&email),
        pointer,
        format!("write an e-mail address of at most {MAX_EMAIL} characters"),
    );
    email
}

/// A password that is to take the place of another has the shape of one.
pub fn new_password(pointer: &str, password: &str) -> Result<(), Refusal> {
    let mut checks = Checks::new();
    checked_password(&mut checks, pointer, password);
    checks.finish()
}

fn checked_password(checks: &mut Checks, pointer: &str, password: &str) {
    let length = password.chars().count();
    checks.require(
        (MIN_PASSWORD..=MAX_PASSWORD).contains(&length),
        pointer,
        format!("use {MIN_PASSWORD} to {MAX_PASSWORD} characters"),
    );
    checks.require(
        !password.chars().any(char::is_control),
        pointer,
        "leave out control characters",
    );
}

/// A request to register, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Lower case: uniqueness ignores case.
    pub username: String,
    /// Lower case.
    pub email: String,
    pub full_name: String,
}

pub fn registration(
    username: &str,
    email: &str,
    password: &str,
    full_name: &str,
) -> Result<Registration, Refusal> {
    let mut checks = Checks::new();
    let username = username.trim().to_lowercase();
    checks.require(is_username(&username), "/username", format!(
        "use {MIN_USERNAME} to {MAX_USERNAME} letters a-z, digits, '-', '_' or '.', beginning with a letter"
    ));
    let email = checked_email(&mut checks, "/email", email);
    checked_password(&mut checks, "/password", password);
    let full_name = checks.line("/full_name", full_name, crate::field::MAX_NAME);
    checks.finish()?;
    Ok(Registration { username, email, full_name })
}

fn is_username(text: &str) -> bool {
    (MIN_USERNAME..=MAX_USERNAME).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.'))
}

/// The addresses that mail systems of today deliver to: ASCII, one `@`, a dotted domain.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let local_ok = (1..=64).contains(&local.len())
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b))
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    let label_ok = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= MAX_EMAIL && local_ok && domain.contains('.') && domain.split('.').all(label_ok)
}

/// Builds the pending account of a checked registration.
pub fn pending(registration: Registration, id: UserId, now: Moment) -> User {
    User {
        id,
        username: registration.username,
        email: registration.email,
        full_name: registration.full_name,
        roles: vec![Role::Consumer],
        status: Status::Pending,
        provider_terms: None,
        last_login_at: None,
        created_at: now,
        updated_at: now,
        pending_until: Some(now.plus(std::time::Duration::from_secs(PENDING_HOURS * 3600))),
        mfa_enabled: false,
        password_set_at: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(username: &str, email: &str, password: &str, full_name: &str, wrong: &[&str]) {
        let pointers = match registration(username, email, password, full_name) {
            Ok(_) => Vec::new(),
            Err(refusal) => refusal.violations.into_iter().map(|v| v.pointer).collect(),
        };
        assert_eq!(pointers, wrong, "{username} {email} {full_name}");
    }

    #[test]
    fn registrations_are_checked_field_by_field() {
        let good = "correct horse battery";
        check("ada", "ada@example.com", good, "Ada Lovelace", &[]);
        check("ADA", "Ada@Example.COM", good, "Ada", &[]);
        check("a", "ada@example.com", good, "Ada", &["/username"]);
        check("1ada", "ada@example.com", good, "Ada", &["/username"]);
        check("ada lovelace", "ada@example.com", good, "Ada", &["/username"]);
        check("ada", "ada@example", good, "Ada", &["/email"]);
        check("ada", "ada@@example.com", good, "Ada", &["/email"]);
        check("ada", "ada\r\nbcc:x@example.com", good, "Ada", &["/email"]);
        check("ada", "ada@example.com", "short", "Ada", &["/password"]);
        check("ada", "ada@example.com", &"x".repeat(129), "Ada", &["/password"]);
        check("", "", "", "", &["/username", "/email", "/password", "/full_name"]);
    }

    #[test]
    fn names_and_addresses_are_kept_in_lower_case() {
        let checked = registration("Ada", "Ada@Example.com", "correct horse battery", " Ada ")
            .expect("valid");
        assert_eq!((checked.username.as_str(), checked.email.as_str()), ("ada", "ada@example.com"));
        assert_eq!(checked.full_name, "Ada");
    }

    fn ada(now: Moment) -> User {
        let checked =
            registration("ada", "ada@example.com", "correct horse battery", "Ada").expect("valid");
        pending(checked, UserId::new(now, [1; 10]), now)
    }

    #[test]
    fn an_expired_registration_cannot_be_verified() {
        let now = Moment::from_unix_millis(1_000_000);
        let day = std::time::Duration::from_secs(PENDING_HOURS * 3600);
        assert!(ada(now).verify(now.plus(day)).is_err());
        let mut user = ada(now);
        user.verify(now).expect("in time");
        assert_eq!((user.status, user.pending_until), (Status::Active, None));
        user.verify(now.plus(day)).expect("already verified");
    }

    #[test]
    fn logins_are_noted_once_a_minute() {
        let now = Moment::from_unix_millis(1_000_000);
        let mut user = ada(now);
        for (second, noted) in [(0, true), (59, false), (60, true), (61, false)] {
            let at = now.plus(std::time::Duration::from_secs(second));
            assert_eq!(user.logged_in(at), noted, "after {second} s");
        }
    }

    #[test]
    fn the_provider_role_needs_the_current_terms_and_is_taken_once() {
        let now = Moment::from_unix_millis(1_000_000);
        let mut user = ada(now);
        assert!(user.become_provider("1999-01", now).is_err());
        user.become_provider(PROVIDER_TERMS_VERSION, now).expect("current terms");
        user.become_provider(PROVIDER_TERMS_VERSION, now).expect("again");
        assert_eq!(user.roles, [Role::Consumer, Role::Provider]);
    }
}
