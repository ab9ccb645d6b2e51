//! Is every way in which our code says no produced by some test?

mod declared;
mod measured;
mod named;
mod source;

use std::{env, fs, path::Path};

use declared::{Declared, Errors, Place, errors};
use measured::Measured;
use named::{Named, named};
use source::Source;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// A shorter sentence could be found in a text by chance.
const SENTENCE: usize = 12;

/// What is wrong with the errors that the sources declare, as far as reading them tells.
fn faults(sources: &[Source]) -> Vec<String> {
    let (errors, named) = (errors(sources), named(sources));
    let mut faults = Vec::new();
    for (name, declared) in &errors.by_name {
        if declared.places.is_empty() && !declared.elsewhere {
            faults.push(format!("{name} is never produced by the code: delete it"));
        } else if !declared.private && !is_named(name, declared, &named) {
            faults.push(format!("{name} is asserted by no test: write one that produces it"));
        }
    }
    faults
}

fn is_named(name: &str, declared: &Declared, named: &Named) -> bool {
    named.paths.contains(name)
        || declared.code.as_ref().is_some_and(|code| named.texts.contains(code))
        || named.texts.iter().any(|text| says(text, &declared.says))
}

/// Whether the text holds all parts of a sentence in their order.
fn says(text: &str, sentence: &[String]) -> bool {
    let mut rest = text;
    sentence.iter().map(String::len).sum::<usize>() >= SENTENCE
        && sentence.iter().all(|part| match rest.find(part.as_str()) {
            Some(at) => {
                rest = &rest[at + part.len()..];
                true
            }
            None => false,
        })
}

/// What a run of all tests never produced, by what it measured.
fn unproduced(errors: &Errors, measured: &Measured) -> Vec<String> {
    let seen = |declared: &Declared| {
        let judged = declared.places.iter().any(|place| measured.ran(place));
        judged || (declared.places.is_empty() && declared.elsewhere)
    };
    let never = errors.by_name.iter().filter(|(_, declared)| !declared.private && !seen(declared));
    let faults = errors.faults.iter().filter(|place| !measured.ran(place));
    never
        .map(|(name, declared)| {
            let places: Vec<String> = declared.places.iter().map(Place::to_string).collect();
            format!("{name} was never produced: {}", places.join(" "))
        })
        .chain(faults.map(|place| format!("this fault of a program was never found: {place}")))
        .collect()
}

#[test]
fn every_error_is_asserted_by_a_test() {
    let faults = faults(&Source::all(Path::new(ROOT)));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// `make coverage` runs it after all others, with the report of what they ran.
#[test]
#[ignore = "reads what make coverage measured"]
fn every_error_was_produced_while_it_was_measured() {
    let report = env::var("COVERAGE").expect("COVERAGE names llvm-cov's JSON report");
    let measured = Measured::read(&fs::read_to_string(report).expect("a report"));
    let missing = unproduced(&errors(&Source::all(Path::new(ROOT))), &measured);
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

const PURSE: &str = r#"
    #[derive(Debug, thiserror::Error)]
    pub enum Error {
        #[error("the purse is empty")]
        Empty,
        #[error("{0} coins do not fit into the purse")]
        Full(u32),
        #[error("the purse is lost")]
        Lost,
        #[error("the purse is torn")]
        Torn,
        #[error(transparent)]
        Io(#[from] std::io::Error),
    }

    pub fn put(coins: u32) -> Result<(), Error> {
        match coins {
            0 => Err(Error::Empty),
            1..9 => Err(Error::Torn),
            _ => Err(Error::Full(coins)),
        }
    }

    pub fn close(tired: bool) -> Result<(), Refusal> {
        if tired { Err(Refusal::conflict("purse_open", "Close it.")) } else { Ok(()) }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn nothing_cannot_be_put() {
            assert!(matches!(put(0), Err(Error::Empty)));
        }
    }
"#;

const REFUSAL: &str = r#"
    pub struct Refusal { code: &'static str }
    impl Refusal {
        pub fn conflict(code: &'static str, detail: &str) -> Self { Self { code } }
    }
"#;

const TESTS: &str = r#"
    use store::Error;
    fn another() {
        assert_eq!(purse::put(10).to_string(), "10 coins do not fit into the purse");
        assert!(matches!(read(), Err(Error::Torn)));
    }
"#;

#[test]
fn an_error_that_no_test_asserts_or_no_code_produces_is_refused() {
    let sources = [
        ("shared/purse/src/lib.rs", PURSE),
        ("shared/domain/src/refusal.rs", REFUSAL),
        ("shared/store/src/lib.rs", ""),
        ("tests/purse.rs", TESTS),
    ];
    let sources = sources.map(|(path, text)| Source::parse(path, text));
    assert_eq!(
        faults(&sources),
        [
            "purse::Error::Lost is never produced by the code: delete it",
            "purse::Error::Torn is asserted by no test: write one that produces it",
            "purse_open is asserted by no test: write one that produces it",
        ]
    );
}

#[test]
fn an_error_whose_line_never_ran_is_refused() {
    let sources = [
        Source::parse("shared/purse/src/lib.rs", PURSE),
        Source::parse("shared/domain/src/refusal.rs", REFUSAL),
    ];
    // of the three arms of `put`, the second never ran, nor did the refusal of `close`
    let report = r#"{"data": [{"files": [{"filename": "/src/shared/purse/src/lib.rs", "segments": [
        [18, 18, 3, true, true, false], [18, 21, 0, false, false, false], [19, 21, 0, true, true, false], [19, 40, 3, false, false, false],
        [20, 18, 2, true, true, false], [20, 34, 2, true, true, false], [25, 8, 5, true, true, false],
        [25, 24, 0, true, true, false], [25, 40, 0, true, true, false], [25, 80, 5, true, true, false]
    ]}]}]}"#;
    let mut errors = errors(&sources);
    errors.by_name.retain(|_, declared| !declared.places.is_empty());
    assert_eq!(
        unproduced(&errors, &Measured::read(report)),
        [
            "purse::Error::Torn was never produced: shared/purse/src/lib.rs:19:25",
            "purse_open was never produced: shared/purse/src/lib.rs:25:24",
        ]
    );
}
