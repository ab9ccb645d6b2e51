//! Does no text, however it came about, make the front end panic, run on, or contradict itself?

use std::fs;
use std::path::Path;
use std::sync::Arc;

use openqasm::{Diagnostics, Parsed, Style, parse, print};
use proptest::prelude::*;

use crate::generator::generated;
use crate::support::{Distribution, possible_distribution};

/// What a person is shown points into the text and says something.
fn check_diagnostics(source: &str, diagnostics: &Diagnostics) {
    for diagnostic in diagnostics.iter() {
        assert!(diagnostic.span.end <= source.len(), "{diagnostic}");
        assert!(source.get(diagnostic.span.clone()).is_some(), "{diagnostic}");
        assert!(!diagnostic.message.is_empty(), "{source}");
        assert!(!diagnostic.help.is_empty(), "{diagnostic}");
        assert!(diagnostic.line <= source.lines().count().max(1) + 1, "{diagnostic}");
    }
}

fn check(source: &str) -> Option<Parsed> {
    match parse(source) {
        Ok(parsed) => {
            check_diagnostics(source, parsed.warnings());
            check_text(&parsed);
            Some(parsed)
        }
        Err(errors) => {
            assert!(!errors.as_slice().is_empty(), "{source}");
            check_diagnostics(source, &errors);
            None
        }
    }
}

/// Whatever is read can be written and read again.
fn check_text(parsed: &Parsed) {
    let text = print(parsed.program(), Style::OpenQasm3).expect("OpenQASM 3 has words for it");
    let again = parse(&text).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    assert_eq!(again.program().results(), parsed.program().results(), "{text}");
    if !parsed.program().has_feedback() {
        let second = print(again.program(), Style::OpenQasm3).expect("it has been written before");
        assert_eq!(second, text);
        if let Ok(plain) = print(parsed.program(), Style::Braket) {
            parse(&plain).unwrap_or_else(|errors| panic!("{errors}\n{plain}"));
        }
    }
}

fn are_close(a: &Distribution, b: &Distribution) -> bool {
    let share = |all: &Distribution, key: &String| all.get(key).copied().unwrap_or(0.0);
    a.keys().chain(b.keys()).all(|key| (share(a, key) - share(b, key)).abs() < 1e-9)
}

proptest! {
    #[test]
    fn a_program_that_is_right_means_the_same_when_it_is_written(
        choices in prop::collection::vec(any::<u8>(), 0..120)
    ) {
        let source = generated(&choices, true);
        if let Some(parsed) = check(&source)
            && let Some(wanted) = possible_distribution(parsed.program())
        {
            let text = print(parsed.program(), Style::OpenQasm3).expect("it has been written before");
            let again = Arc::clone(parse(&text).expect("it has been read before").program());
            let found = possible_distribution(&again);
            // a measurement that the first reading could not rule out may be ruled out by the second
            prop_assume!(again.recorded().len() == parsed.program().recorded().len());
            prop_assert!(
                found.as_ref().is_some_and(|found| are_close(found, &wanted)),
                "{found:?} is not {wanted:?}\n{source}\n{text}"
            );
        }
    }

    #[test]
    fn a_program_with_mistakes_is_refused_with_reasons(
        choices in prop::collection::vec(any::<u8>(), 0..300)
    ) {
        check(&generated(&choices, false));
    }

    #[test]
    fn a_program_with_bytes_changed_is_read_or_refused(
        choices in prop::collection::vec(any::<u8>(), 0..120),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 1..6),
    ) {
        let mut bytes = generated(&choices, true).into_bytes();
        for (place, byte, kind) in changes {
            let place = place.index(bytes.len().max(1));
            mutate(&mut bytes, place, byte, kind);
        }
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn a_program_of_the_corpus_with_bytes_changed_is_read_or_refused(
        program in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 1..6),
    ) {
        let all = corpus();
        let mut bytes = all[program.index(all.len())].1.clone().into_bytes();
        for (place, byte, kind) in changes {
            let place = place.index(bytes.len().max(1));
            mutate(&mut bytes, place, byte, kind);
        }
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_text_is_read_or_refused(source in "\\PC{0,200}") {
        check(&source);
    }

    #[test]
    fn any_sequence_of_words_is_read_or_refused(
        words in prop::collection::vec(prop::sample::select(WORDS), 0..60)
    ) {
        check(&words.join(" "));
    }
}

const WORDS: &[&str] = &[
    "OPENQASM",
    "3.0",
    "2.0",
    ";",
    "qubit",
    "q",
    "[",
    "]",
    "2",
    "bit",
    "c",
    "=",
    "measure",
    "->",
    "if",
    "(",
    ")",
    "{",
    "}",
    "else",
    "for",
    "int",
    "i",
    "in",
    ":",
    "0",
    "while",
    "true",
    "switch",
    "case",
    "default",
    "def",
    "f",
    "return",
    "gate",
    "g",
    "x",
    ",",
    "h",
    "cx",
    "ctrl",
    "@",
    "inv",
    "pow",
    "negctrl",
    "gphase",
    "pi",
    "+",
    "-",
    "*",
    "/",
    "**",
    "!",
    "~",
    "&&",
    "||",
    "==",
    "<",
    "++",
    "let",
    "array",
    "float",
    "0.5",
    "\"01\"",
    "const",
    "input",
    "output",
    "box",
    "delay",
    "10ns",
    "barrier",
    "reset",
    "$0",
    "break",
    "continue",
    "end",
    "complex",
    "2im",
    "angle",
    "uint",
    "bool",
    "mutable",
    "readonly",
    "#dim",
    "durationof",
    "stretch",
    "sizeof",
    "extern",
    "cal",
    "+=",
    "<<",
    "\n#pragma braket result state_vector\n",
    "\n#pragma braket noise bit_flip(0.1) q\n",
    "\n#pragma braket unitary([[1, 0], [0, 1]]) q\n",
    "\n@note\n",
    "include",
    "\"stdgates.inc\"",
    "//",
    "/*",
    "*/",
];

fn mutate(bytes: &mut Vec<u8>, place: usize, byte: u8, kind: u8) {
    if bytes.is_empty() {
        return;
    }
    match kind {
        0 => bytes[place] = byte,
        1 => bytes.insert(place, byte),
        2 => {
            bytes.remove(place);
        }
        _ => {
            // a stretch again, somewhere else
            let end = (place + usize::from(byte)).min(bytes.len());
            let stretch = bytes[place..end].to_vec();
            let to = usize::from(byte) * 7 % bytes.len();
            bytes.splice(to..to, stretch);
        }
    }
}

/// Programs that are read, and those that once went wrong.
fn corpus() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the corpus is there") {
        let path = entry.expect("it can be listed").path();
        let name = path.display().to_string();
        let bytes = fs::read(&path).expect("it can be read");
        found.push((name, String::from_utf8_lossy(&bytes).into_owned()));
    }
    found.sort();
    found
}

#[test]
fn every_program_of_the_corpus_is_read_or_refused() {
    let all = corpus();
    assert!(!all.is_empty());
    for (name, source) in all {
        let is_read = check(&source).is_some();
        let is_refused = name.contains("refused_");
        assert_ne!(
            is_read,
            is_refused,
            "{name}: {}",
            parse(&source).err().map_or_else(String::new, |e| e.to_string())
        );
    }
}
