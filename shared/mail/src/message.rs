//! What is a mail we may send: to whom, about what, in which words?

use std::fmt;

const LONGEST_ADDRESS: usize = 100;
const LONGEST_LOCAL_PART: usize = 64;
const LONGEST_SUBJECT: usize = 200;
const LONGEST_BODY: usize = 64 * 1024;

/// Why a mail is not sent; each sentence says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not an address we mail to.
    #[error(
        "Give an e-mail address such as ada@example.org, at most 100 characters, without spaces or accents."
    )]
    Address,
    /// Empty, too long, or with a line break that could forge a header.
    #[error("Give the mail a subject of at most 200 characters on one line.")]
    Subject,
    /// Over 64 KiB.
    #[error("Shorten the mail to 64 KiB.")]
    Body,
}

/// A plain ASCII mailbox, `local@domain`, lower-case; it prints redacted.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Address(String);

impl Address {
    /// Reads an address and lower-cases it.
    ///
    /// # Errors
    /// [`Refusal::Address`] for anything but `local@domain.tld` of unquoted ASCII, up to 100 characters.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let (local, domain) = text.split_once('@').ok_or(Refusal::Address)?;
        let good = text.len() <= LONGEST_ADDRESS && is_local_part(local) && is_domain(domain);
        if good { Ok(Self(text.to_ascii_lowercase())) } else { Err(Refusal::Address) }
    }

    /// The address itself: personal data, never to be logged.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Address(redacted)")
    }
}

/// A mail in two forms of the same words; it prints redacted, for links in it are secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    pub(crate) to: Address,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

impl Message {
    /// A mail whose `html` the caller has escaped.
    ///
    /// # Errors
    /// [`Refusal::Subject`] or [`Refusal::Body`].
    pub fn new(to: Address, subject: &str, text: String, html: String) -> Result<Self, Refusal> {
        if subject.trim().is_empty()
            || subject.chars().count() > LONGEST_SUBJECT
            || subject.chars().any(char::is_control)
        {
            return Err(Refusal::Subject);
        }
        if text.len() > LONGEST_BODY || html.len() > LONGEST_BODY {
            return Err(Refusal::Body);
        }
        Ok(Self { to, subject: subject.to_owned(), text, html })
    }

    /// Asks a new user to follow `link`, which proves that the address is theirs.
    ///
    /// # Errors
    /// [`Refusal::Body`] for a link or name that is not of our making.
    pub fn verification(to: Address, username: &str, link: &str) -> Result<Self, Refusal> {
        let words = [
            format!("Hello {username},"),
            "please confirm that this address is yours by opening this link:".to_owned(),
            link.to_owned(),
            "Until then you cannot sign in. If you did not register at Quantum Hub, ignore this mail.".to_owned(),
        ];
        Self::new(to, "Confirm your e-mail address", text(&words), html(&words, Some(link)))
    }

    /// Tells an owner that nobody can log in to the account for a while, since somebody was wrong too often.
    ///
    /// # Errors
    /// [`Refusal::Body`] for a name that is not of our making.
    pub fn locked(to: Address, username: &str, minutes: u64) -> Result<Self, Refusal> {
        let words = [
            format!("Hello {username},"),
            format!("somebody was wrong about your password or code at Quantum Hub so often that nobody can log in to your account for {minutes} minutes."),
            "If it was you, wait, or ask for a new password, which opens it at once.".to_owned(),
            "If it was not you, your password still holds. Have your account ask for a code of an authenticator app, too, if it does not yet.".to_owned(),
        ];
        Self::new(to, "Too many attempts to log in", text(&words), html(&words, None))
    }

    /// Has whoever forgot their password follow `link`, which sets another.
    ///
    /// # Errors
    /// [`Refusal::Body`] for a link or name that is not of our making.
    pub fn password_reset(to: Address, username: &str, link: &str) -> Result<Self, Refusal> {
        let words = [
            format!("Hello {username},"),
            "somebody asked for a new password for your account at Quantum Hub. Within an hour, this link sets one, once:".to_owned(),
            link.to_owned(),
            "If it was not you, ignore this mail: nothing has changed, and only who reads your mail has the link.".to_owned(),
        ];
        Self::new(to, "Set a new password", text(&words), html(&words, Some(link)))
    }

    /// Tells an owner that the account has another password from now on.
    ///
    /// # Errors
    /// [`Refusal::Body`] for a name that is not of our making.
    pub fn password_set(to: Address, username: &str) -> Result<Self, Refusal> {
        let words = [
            format!("Hello {username},"),
            "the password of your account at Quantum Hub was changed just now, and whoever was logged in elsewhere no longer is.".to_owned(),
            "If it was not you, ask for a new password at once, and look at what was done in your account.".to_owned(),
        ];
        Self::new(to, "Your password was changed", text(&words), html(&words, None))
    }

    /// Asks a user to follow `link`, which proves that the address their account is to have is theirs.
    ///
    /// # Errors
    /// [`Refusal::Body`] for a link or name that is not of our making.
    pub fn email_change(to: Address, username: &str, link: &str) -> Result<Self, Refusal> {
        let words = [
            format!("Hello {username},"),
            "please confirm that your account at Quantum Hub is to have this address, by opening this link within an hour:".to_owned(),
            link.to_owned(),
            "If you have no account of this name there, ignore this mail: nothing has changed.".to_owned(),
        ];
        Self::new(to, "Confirm your new e-mail address", text(&words), html(&words, Some(link)))
    }

    /// Tells an owner, at the address that was theirs, that the account has another from now on.
    ///
    /// # Errors
    /// [`Refusal::Body`] for a name that is not of our making.
    pub fn email_changed(to: Address, username: &str) -> Result<Self, Refusal> {
        let words = [
            format!("Hello {username},"),
            "your account at Quantum Hub has another e-mail address from now on, and this one no longer belongs to it.".to_owned(),
            "If it was not you, write to support at once: whoever did it knew your password and reads mail at the new address.".to_owned(),
        ];
        Self::new(to, "Your e-mail address was changed", text(&words), html(&words, None))
    }

    /// Tells the owner of an address that someone wanted it for another account; nobody else learns that it is known.
    ///
    /// # Errors
    /// [`Refusal::Body`] for a name that is not of our making.
    pub fn address_wanted(to: Address, username: &str) -> Result<Self, Refusal> {
        let words = [
            format!("Hello {username},"),
            "someone wanted this address for another account at Quantum Hub. It belongs to yours, and still does.".to_owned(),
            "If it was you, give this account another address first. If it was not you, there is nothing to do.".to_owned(),
        ];
        Self::new(to, "This address belongs to your account", text(&words), html(&words, None))
    }

    /// Tells an owner that logins ask for a code of their authenticator app from now on.
    ///
    /// # Errors
    /// [`Refusal::Body`] for a name that is not of our making.
    pub fn mfa_enabled(to: Address, username: &str) -> Result<Self, Refusal> {
        let words = [
            format!("Hello {username},"),
            "from now on, logging in to your account at Quantum Hub takes a code of your authenticator app, too. Keep the recovery codes where the app is not.".to_owned(),
            "If it was not you, ask for a new password at once and write to support.".to_owned(),
        ];
        Self::new(to, "An authenticator app is in use", text(&words), html(&words, None))
    }

    /// Tells an owner that logins ask for the password alone from now on.
    ///
    /// # Errors
    /// [`Refusal::Body`] for a name that is not of our making.
    pub fn mfa_disabled(to: Address, username: &str) -> Result<Self, Refusal> {
        let words = [
            format!("Hello {username},"),
            "from now on, logging in to your account at Quantum Hub takes your password alone, and no code of an authenticator app.".to_owned(),
            "If it was not you, ask for a new password at once and begin to use an authenticator app again.".to_owned(),
        ];
        Self::new(
            to,
            "Your authenticator app is no longer in use",
            text(&words),
            html(&words, None),
        )
    }

    /// Tells an owner that somebody logged in with a recovery code, and how many are left.
    ///
    /// # Errors
    /// [`Refusal::Body`] for a name that is not of our making.
    pub fn recovery_code_used(to: Address, username: &str, left: usize) -> Result<Self, Refusal> {
        let words = [
            format!("Hello {username},"),
            format!(
                "somebody logged in to your account at Quantum Hub with a recovery code just now. {left} of them are left."
            ),
            "If it was not you, ask for a new password at once and make new recovery codes."
                .to_owned(),
        ];
        Self::new(to, "A recovery code was used", text(&words), html(&words, None))
    }

    /// Tells the owner of an address that someone tried to register with it; nobody else learns that it is known.
    ///
    /// # Errors
    /// [`Refusal::Body`] for a name that is not of our making.
    pub fn already_registered(to: Address, username: &str) -> Result<Self, Refusal> {
        let words = [
            format!("Hello {username},"),
            "someone tried to register at Quantum Hub with this address, which already belongs to your account.".to_owned(),
            "If it was you, sign in with your user name or this address.".to_owned(),
            "If it was not you, nothing has changed and there is nothing to do.".to_owned(),
        ];
        Self::new(to, "You already have an account", text(&words), html(&words, None))
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Message").field("subject", &self.subject).finish_non_exhaustive()
    }
}

fn is_local_part(local: &str) -> bool {
    let dots_are_inside = !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
    (1..=LONGEST_LOCAL_PART).contains(&local.len())
        && dots_are_inside
        && local
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte))
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    domain.contains('.') && domain.split('.').all(is_label)
}

fn text(words: &[String]) -> String {
    format!("{}\n\nQuantum Hub\n", words.join("\n\n"))
}

fn html(words: &[String], link: Option<&str>) -> String {
    let paragraphs: String = words
        .iter()
        .map(|words| {
            let words_escaped = escape(words);
            match link {
                Some(link) if link == words => {
                    format!("<p><a href=\"{words_escaped}\">{words_escaped}</a></p>\n")
                }
                _ => format!("<p>{words_escaped}</p>\n"),
            }
        })
        .collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><body>\n{paragraphs}<p>Quantum Hub</p>\n</body></html>\n"
    )
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada() -> Address {
        Address::parse("ada@example.org").expect("an address")
    }

    #[test]
    fn an_address_is_read_in_lower_case() {
        for (text, expected) in [
            ("Ada@Example.ORG", "ada@example.org"),
            ("a.b+tag@sub.example.co.uk", "a.b+tag@sub.example.co.uk"),
            ("o'neil@xn--bcher-kva.example", "o'neil@xn--bcher-kva.example"),
        ] {
            assert_eq!(Address::parse(text).expect(text).as_str(), expected);
        }
    }

    #[test]
    fn what_could_forge_a_header_or_a_second_address_is_no_address() {
        let long = format!("{}@example.org", "a".repeat(90));
        let long_local = format!("{}@e.org", "a".repeat(65));
        for text in [
            "",
            "@",
            "ada",
            "ada@",
            "@example.org",
            "ada@example",
            "ada@@example.org",
            "ada@example.org\r\nBcc: eve@example.org",
            "ada@example.org\n",
            "ada @example.org",
            "ada@example.org,eve@example.org",
            "<ada@example.org>",
            "\"ada\"@example.org",
            "ada@exa mple.org",
            "ada@-example.org",
            "ada@example..org",
            ".ada@example.org",
            "a..da@example.org",
            "ada@example.org.",
            "adä@example.org",
            "ada@exämple.org",
            "ada@[127.0.0.1]",
            "ada\0@example.org",
            &long,
            &long_local,
        ] {
            assert_eq!(Address::parse(text), Err(Refusal::Address), "{text:?}");
        }
    }

    #[test]
    fn a_subject_of_two_lines_is_refused() {
        for subject in
            ["", "  ", "Hello\r\nBcc: eve@example.org", "Hello\nthere", "tab\t", &"x".repeat(201)]
        {
            let refused = Message::new(ada(), subject, String::new(), String::new());
            assert_eq!(refused.expect_err("refused"), Refusal::Subject, "{subject:?}");
        }
        assert!(Message::new(ada(), "Grüße, 量子", String::new(), String::new()).is_ok());
    }

    #[test]
    fn a_body_over_64_kib_is_refused() {
        let refused = Message::new(ada(), "Hello", "x".repeat(LONGEST_BODY + 1), String::new());
        assert_eq!(refused.expect_err("refused"), Refusal::Body);
    }

    #[test]
    fn the_verification_mail_links_in_both_forms_and_escapes_the_name() {
        let link = "https://hub.example/v1/auth/verify/abc?a=1&b=2";
        let message = Message::verification(ada(), "<b>Ada</b>", link).expect("a message");
        assert!(message.text.contains(link) && message.text.contains("<b>Ada</b>"));
        assert!(
            message.html.contains("href=\"https://hub.example/v1/auth/verify/abc?a=1&amp;b=2\"")
        );
        assert!(message.html.contains("&lt;b&gt;Ada&lt;/b&gt;") && !message.html.contains("<b>"));
    }

    #[test]
    fn the_mail_to_a_known_address_holds_no_link() {
        let message = Message::already_registered(ada(), "ada").expect("a message");
        assert!(!message.text.contains("http") && !message.html.contains("href"));
    }

    #[test]
    fn neither_address_nor_link_is_printed() {
        let message =
            Message::verification(ada(), "ada", "https://hub.example/secret").expect("a message");
        let printed = format!("{message:?} {:?}", ada());
        assert!(!printed.contains("example"), "{printed}");
    }
}
