//! Is each file written as all others are?

use super::source::{Source, Token};

const FILE_LINES: usize = 500;
/// Names that say nothing about what is inside.
pub(super) const EMPTY_NAMES: [&str; 9] =
    ["common", "helper", "helpers", "manager", "managers", "misc", "service", "util", "utils"];
/// In halves, so that this file says none of them.
const LATER: [(&str, &str); 4] = [("TO", "DO"), ("FIX", "ME"), ("X", "XX"), ("HA", "CK")];

/// A warning is answered, or expected with its reason.
pub(super) fn silenced(sources: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    for source in sources {
        for (index, window) in source.tokens.windows(2).enumerate() {
            let [word, open] = window else { continue };
            if !open.is("(") || !in_attribute(&source.tokens[..index]) {
                continue;
            }
            if word.is("allow") {
                faults.push(source.fault(word.line, "silences a lint: #[expect] it with a reason"));
            }
            let inside = source.tokens[index + 2..].iter().take_while(|token| !token.is(")"));
            if word.is("expect") && !inside.into_iter().any(|token| token.is("reason")) {
                faults.push(source.fault(word.line, "expects a lint without saying why"));
            }
        }
    }
    faults
}

/// `#[`, `#![` or a `cfg_attr` of either comes before.
fn in_attribute(before: &[Token]) -> bool {
    let open = before.iter().rposition(|token| token.is("[") || token.is("]"));
    let Some(at) = open.filter(|at| before[*at].is("[")) else { return false };
    let marks = &before[..at];
    let hash = |back: usize| marks.len().checked_sub(back).is_some_and(|at| marks[at].is("#"));
    let inner = marks.last().is_some_and(|mark| mark.is("!")) && hash(2);
    (hash(1) || inner) && before[at..].iter().all(|token| !token.is(";"))
}

/// Nothing is half built.
pub(super) fn unfinished(sources: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    for source in sources {
        for (start, end) in LATER {
            let word = [start, end].concat();
            let is_word = |text: &str| {
                text.split(|each: char| !each.is_ascii_alphanumeric()).any(|one| one == word)
            };
            let lines = source.text.lines().zip(1..).filter(|(text, _)| is_word(text));
            faults.extend(lines.map(|(_, at)| source.fault(at, &format!("says {word}"))));
        }
        for word in ["todo", "unimplemented"] {
            let lines: Vec<usize> = source.lines_of(&[word, "!"]).collect();
            faults
                .extend(lines.into_iter().map(|at| source.fault(at, &format!("ends in {word}!"))));
        }
    }
    faults
}

/// The first line says which question the file answers.
pub(super) fn introduced(sources: &[Source]) -> Vec<String> {
    let says = |source: &&Source| {
        let first = source.text.lines().next().unwrap_or_default();
        first.starts_with("//! ") && first.len() > "//! What?".len()
    };
    let silent = sources.iter().filter(|source| !says(source));
    silent.map(|source| source.fault(1, "does not begin with what it answers (//! …)")).collect()
}

pub(super) fn lengths(sources: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    for source in sources {
        let lines = source.text.lines().count();
        if lines > FILE_LINES {
            let what = format!("is over {FILE_LINES} lines long: split it");
            faults.push(source.fault(lines, &what));
        }
    }
    faults
}

/// Files and folders are named after what they hold.
pub(super) fn names(sources: &[Source]) -> Vec<String> {
    let empty = |part: &str| EMPTY_NAMES.contains(&part.trim_end_matches(".rs"));
    let named = sources.iter().filter(|source| source.path.split('/').any(empty));
    named.map(|source| source.fault(1, "has a name that says nothing of what it holds")).collect()
}

/// A piece of a function that wants a test of its own is a rule and belongs to `domain`.
pub(super) fn tests_in_functions(sources: &[Source]) -> Vec<String> {
    in_functions(sources, &["#", "[", "test"], "has a test of its own: rules live in domain")
}

/// What is compiled under a condition is not what was tested.
pub(super) fn conditional(sources: &[Source]) -> Vec<String> {
    let what = "is not the same in every build";
    let mut faults = in_functions(sources, &["#", "[", "cfg"], what);
    faults.extend(in_functions(sources, &["#", "!", "[", "cfg"], what));
    faults.extend(in_functions(sources, &["cfg", "!"], what));
    faults
}

fn in_functions(sources: &[Source], sequence: &[&str], what: &str) -> Vec<String> {
    let functions = sources.iter().filter(|source| source.is_under("functions/"));
    let lines = functions.flat_map(|source| source.lines_of(sequence).map(move |at| (source, at)));
    lines.map(|(source, at)| source.fault(at, what)).collect()
}
