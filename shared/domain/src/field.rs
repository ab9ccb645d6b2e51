//! Which texts and numbers a request may hold, checked several at a time.

use crate::{Kind, Refusal, Violation};

pub const MAX_NAME: usize = 100;
pub const MAX_DESCRIPTION: usize = 4_000;
pub const MAX_URL: usize = 255;
pub const MAX_TAG: usize = 50;
pub const MAX_TAGS: usize = 20;
/// Of what is said to a caller in one sentence.
pub const MAX_SENTENCE: usize = 1_000;

/// Collects what is wrong with a request, so that the answer names all of it.
#[derive(Default)]
pub struct Checks {
    violations: Vec<Violation>,
}

impl Checks {
    pub fn new() -> Self {
        Self::default()
    }

    /// Refuses with everything found wrong.
    pub fn finish(self) -> Result<(), Refusal> {
        if self.violations.is_empty() { Ok(()) } else { Err(Refusal::invalid(self.violations)) }
    }

    pub fn require(&mut self, holds: bool, pointer: &str, detail: impl Into<String>) {
        if !holds {
            self.violations.push(Violation { pointer: pointer.to_owned(), detail: detail.into() });
        }
    }

    /// One line of text, trimmed, of 1 to `most` characters.
    pub fn line(&mut self, pointer: &str, text: &str, most: usize) -> String {
        let trimmed = text.trim();
        let length = trimmed.chars().count();
        self.require(
            (1..=most).contains(&length),
            pointer,
            format!("write 1 to {most} characters"),
        );
        self.require(
            !trimmed.chars().any(|c| c.is_control() || turns_text(c)),
            pointer,
            "leave out line breaks and control characters",
        );
        trimmed.to_owned()
    }

    /// Text of several lines, of 0 to `most` characters.
    pub fn text(&mut self, pointer: &str, text: &str, most: usize) -> String {
        self.require(
            text.chars().count() <= most,
            pointer,
            format!("write at most {most} characters"),
        );
        self.require(
            !text
                .chars()
                .any(|c| (c.is_control() && !matches!(c, '\n' | '\r' | '\t')) || turns_text(c)),
            pointer,
            "leave out control characters",
        );
        text.to_owned()
    }

    /// An absolute https address.
    pub fn url(&mut self, pointer: &str, url: &str) -> String {
        let rest = url.strip_prefix("https://").unwrap_or_default();
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let plain =
            url.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\'));
        let named = host.contains('.') && !host.contains('@') && !host.starts_with(['.', '-']);
        self.require(
            plain && named && url.len() <= MAX_URL,
            pointer,
            format!("write an https:// address of at most {MAX_URL} characters"),
        );
        url.to_owned()
    }

    pub fn list<T>(&mut self, pointer: &str, items: &[T], most: usize) {
        self.require(items.len() <= most, pointer, format!("list at most {most} entries"));
    }
}

/// Reads an id from a path; a bad one is a refusal, not a missing record.
pub fn id<T: std::str::FromStr<Err = crate::BadId>>(text: &str) -> Result<T, Refusal> {
    text.parse()
        .map_err(|bad: crate::BadId| Refusal::new(Kind::Malformed, "bad_id", sentence(&bad)))
}

/// The beginning of a text that may name what a caller wrote, however long that is.
pub fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The beginning of a text on one line, whatever stands in it: at most `most` characters.
pub fn plain(text: &str, most: usize) -> String {
    let unseen = |c: char| c.is_control() || turns_text(c);
    let line: String = text.chars().map(|c| if unseen(c) { ' ' } else { c }).collect();
    shortened(&line, most.saturating_sub(1))
}

/// An error's text as a sentence.
pub fn sentence(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), letters.as_str()),
        None => text,
    }
}

/// Overrides the direction of what is around it: text that then reads otherwise than it is written.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(check: impl FnOnce(&mut Checks)) -> bool {
        let mut checks = Checks::new();
        check(&mut checks);
        checks.finish().is_err()
    }

    #[test]
    fn a_line_is_trimmed_bounded_and_without_control_characters() {
        assert_eq!(Checks::new().line("/name", "  Bell ", 10), "Bell");
        for (text, wrong) in [
            ("Bell", false),
            ("", true),
            ("   ", true),
            ("a\nb", true),
            ("0123456789x", true),
            ("ααααα", false),
        ] {
            assert_eq!(refused(|c| drop(c.line("/name", text, 10))), wrong, "{text:?}");
        }
    }

    #[test]
    fn text_may_have_lines_but_no_other_control_characters() {
        assert!(!refused(|c| drop(c.text("/t", "a\n\tb", 10))));
        assert!(refused(|c| drop(c.text("/t", "a\u{0}b", 10))));
        assert!(refused(|c| drop(c.text("/t", "a\u{202e}b", 10))));
        assert!(refused(|c| drop(c.line("/l", "a\u{2066}b", 10))));
        assert!(refused(|c| drop(c.text("/t", "01234567890", 10))));
    }

    #[test]
    fn only_plain_https_addresses_pass() {
        for (url, wrong) in [
            ("https://example.com/a?b=c", false),
            ("http://example.com", true),
            ("https://localhost", true),
            ("https://user@example.com", true),
            ("https://example.com/a b", true),
            ("javascript:alert(1)", true),
            ("https://", true),
        ] {
            assert_eq!(refused(|c| drop(c.url("/u", url))), wrong, "{url}");
        }
    }

    #[test]
    fn what_others_wrote_becomes_one_bounded_line() {
        assert_eq!(plain("a\u{1b}b\nc\u{202e}", 10), "a b c ");
        assert_eq!(plain("0123456789", 10), "012345678…");
    }

    #[test]
    fn every_violation_is_named_at_once() {
        let mut checks = Checks::new();
        checks.line("/name", "", 10);
        checks.list("/tags", &[1, 2, 3], 2);
        let refusal = checks.finish().expect_err("two violations");
        let pointers: Vec<_> = refusal.violations.iter().map(|v| v.pointer.as_str()).collect();
        assert_eq!(pointers, ["/name", "/tags"]);
    }
}
