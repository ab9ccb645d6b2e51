//! How are passwords and tokens carried so that no log line ever shows them?

use std::fmt;

use crate::Refusal;

const SHORTEST: usize = 8;
const LONGEST: usize = 256;

/// A password as a person typed it: 8 to 256 characters; it prints redacted.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// Reads a password; only its shape is checked here, its strength by the user pool.
    ///
    /// # Errors
    /// [`Refusal::PasswordPolicy`] when it is too short or long, starts or ends with a space, or holds control characters.
    pub fn parse(text: String) -> Result<Self, Refusal> {
        let refused = |sentence: &str| Err(Refusal::PasswordPolicy(sentence.to_owned()));
        if !(SHORTEST..=LONGEST).contains(&text.chars().count()) {
            return refused("Choose a password of 8 to 256 characters.");
        }
        if text.trim() != text || text.chars().any(char::is_control) {
            return refused(
                "Choose a password without control characters that neither starts nor ends with a space.",
            );
        }
        Ok(Self(text))
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(redacted)")
    }
}

/// A token for its owner alone; it prints redacted.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a token from being printed.
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    /// The token itself, for the answer to its owner.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_read_as_typed() {
        for text in
            ["Tr0ub4dor&3", "correct horse battery staple", "пароль-пароль", &"x".repeat(256)]
        {
            assert_eq!(Password::parse(text.to_owned()).expect(text).reveal(), text);
        }
    }

    #[test]
    fn a_password_of_a_wrong_shape_is_refused() {
        for text in [
            "",
            "seven77",
            " leading space",
            "trailing space ",
            "line\nbreak",
            "nul\0inside",
            &"x".repeat(257),
        ] {
            assert!(
                matches!(Password::parse(text.to_owned()), Err(Refusal::PasswordPolicy(_))),
                "{text:?}"
            );
        }
    }

    #[test]
    fn nothing_secret_is_printed() {
        let password = Password::parse("Tr0ub4dor&3".to_owned()).expect("a password");
        assert_eq!(
            format!("{password:?} {:?}", Secret::new("abc")),
            "Password(redacted) Secret(redacted)"
        );
    }
}
