//! By which texts is a user found, and which user does what was typed find?

use crate::{Kind, Refusal, account::User};

/// Of what is typed to find somebody, in characters.
pub const MIN_SEARCH: usize = 2;
pub const MAX_SEARCH: usize = 100;
/// Words of a name that a search may begin with.
const MAX_WORDS: usize = 10;
/// Of a text to be found by: a position in a list of them fits a cursor.
const MAX_BYTES: usize = 300;

/// What was typed to find somebody, in the form that texts are compared in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search(String);

impl Search {
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let typed = folded(text);
        let length = text.chars().count();
        if typed.chars().count() < MIN_SEARCH || length > MAX_SEARCH {
            let detail = format!(
                "Correct the query string: `q` is how a name or an address begins, in {MIN_SEARCH} to {MAX_SEARCH} characters."
            );
            return Err(Refusal::new(Kind::Malformed, "bad_query", detail));
        }
        Ok(Self(typed))
    }

    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether it finds somebody by `term` who has all of `terms`: of several that fit, the first does.
    pub fn finds(&self, term: &str, terms: &[String]) -> bool {
        let fitting = terms.iter().filter(|term| term.starts_with(&self.0));
        fitting.min().is_some_and(|first| first == term)
    }
}

/// What a user is found by: the user name, the address, and the full name from each of its words on.
pub fn terms(user: &User) -> Vec<String> {
    let name = folded(&user.full_name);
    let words = name.match_indices(' ').map(|(space, _)| space + 1);
    let starts = std::iter::once(0).chain(words).take(MAX_WORDS);
    let mut terms: Vec<String> = starts.map(|start| name[start..].to_owned()).collect();
    terms.extend([folded(&user.username), folded(&user.email)]);
    terms.retain(|term| term.chars().count() >= MIN_SEARCH);
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// The two characters that a text to be found by is filed under.
pub fn file(term: &str) -> String {
    term.chars().take(MIN_SEARCH).collect()
}

/// In lower case, single spaces between words, and cut.
fn folded(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let mut folded = words.join(" ");
    folded.truncate(folded.floor_char_boundary(MAX_BYTES));
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Moment, UserId,
        account::{pending, registration},
    };

    fn user(username: &str, email: &str, full_name: &str) -> User {
        let checked =
            registration(username, email, "correct horse battery", full_name).expect("valid");
        let now = Moment::from_unix_millis(1_000_000);
        pending(checked, UserId::new(now, [1; 10]), now)
    }

    #[test]
    fn a_user_is_found_by_each_name_and_each_word_on() {
        let ada = user("countess", "ada@example.com", "Ada  King LOVELACE");
        assert_eq!(
            terms(&ada),
            ["ada king lovelace", "ada@example.com", "countess", "king lovelace", "lovelace"]
        );
        assert_eq!(terms(&user("abc", "abc@x.io", "X Æ")), ["abc", "abc@x.io", "x æ"]);
    }

    #[test]
    fn of_several_texts_that_fit_one_finds_the_user() {
        let ada = terms(&user("ada", "ada@example.com", "Ada Adams"));
        for typed in ["ad", "ADA", "ada@", "ada a", "adams"] {
            let search = Search::parse(typed).expect("long enough");
            let found = ada.iter().filter(|term| search.finds(term, &ada)).count();
            assert_eq!(found, 1, "{typed}");
        }
        let search = Search::parse("bob").expect("long enough");
        assert!(!ada.iter().any(|term| search.finds(term, &ada)));
    }

    #[test]
    fn what_is_typed_is_bounded() {
        for (typed, good) in [
            ("ad", true),
            ("  Ad ", true),
            ("a", false),
            (" a ", false),
            ("", false),
            (&"x".repeat(MAX_SEARCH), true),
            (&"x".repeat(MAX_SEARCH + 1), false),
            (&"ß".repeat(MAX_SEARCH), true),
        ] {
            assert_eq!(Search::parse(typed).is_ok(), good, "{typed}");
        }
    }

    #[test]
    fn no_name_makes_more_or_longer_texts_than_a_write_and_a_cursor_hold() {
        let many = user("ada", "ada@example.com", &"a ".repeat(50));
        assert!(terms(&many).len() <= MAX_WORDS + 2);
        let wide = user("ada", "ada@example.com", &"\u{10FFFF}".repeat(100));
        assert!(terms(&wide).iter().all(|term| term.len() <= MAX_BYTES));
    }
}
