//! Is something in a line that may not be there, in whatever disguise?
//!
//! Found are texts as they are and case-folded, percent-escaped, escaped as JSON or Rust escape them, in base64 at any
//! offset, in hexadecimal, and as an unsalted hash, whole or cut; of a secret any sixteen characters.

use std::collections::{BTreeSet, HashMap};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use md5::{Digest as _, Md5};
use percent_encoding::percent_decode_str;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};

/// Characters in a row that give a secret away.
const PART: usize = 16;
/// Characters that still tell a hash.
const HASH_HEX: usize = 16;
const HASH_BASE64: usize = 16;
/// Escapes inside of each other.
const DEPTH: usize = 2;

/// What may be in no line.
#[derive(Clone, Debug)]
pub(super) struct Marker {
    what: &'static str,
    value: String,
    is_secret: bool,
}

impl Marker {
    /// Found as a whole.
    pub(super) fn name(what: &'static str, value: &str) -> Self {
        assert!(value.len() >= 12, "{what} is too short to be found by");
        Self { what, value: value.to_owned(), is_secret: false }
    }

    /// Found in part, too.
    pub(super) fn secret(what: &'static str, value: &str) -> Self {
        Self { is_secret: true, ..Self::name(what, value) }
    }
}

/// A text that gives a marker away.
struct Needle {
    marker: usize,
    how: &'static str,
    text: String,
}

/// What is looked for.
pub(super) struct Search {
    markers: Vec<Marker>,
    /// In lower case.
    folded: Vec<Needle>,
    exact: Vec<Needle>,
    parts: HashMap<Vec<u8>, usize>,
}

impl Search {
    pub(super) fn new(markers: Vec<Marker>) -> Self {
        let mut search =
            Self { folded: Vec::new(), exact: Vec::new(), parts: HashMap::new(), markers };
        for (at, marker) in search.markers.iter().enumerate() {
            let lower = marker.value.to_lowercase();
            search.folded.push(Needle { marker: at, how: "as it is", text: lower.clone() });
            for value in BTreeSet::from([marker.value.as_str(), &lower]) {
                let (folded, exact) = disguises(value);
                let needle = |(how, text)| Needle { marker: at, how, text };
                search.folded.extend(folded.into_iter().map(needle));
                search.exact.extend(exact.into_iter().map(needle));
            }
            if marker.is_secret {
                let parts = marker.value.as_bytes().windows(PART);
                search.parts.extend(parts.map(|part| (part.to_vec(), at)));
            }
        }
        search
    }

    /// What is found in a line and how, each kind once.
    pub(super) fn leaks(&self, line: &str) -> BTreeSet<String> {
        let (mut whole, mut parts) = (BTreeSet::new(), BTreeSet::new());
        for (view, text) in views(line) {
            let lower = text.to_lowercase();
            let folded = self.folded.iter().filter(|needle| lower.contains(&needle.text));
            let exact = self.exact.iter().filter(|needle| text.contains(&needle.text));
            whole.extend(folded.chain(exact).map(|needle| (needle.marker, needle.how, view)));
            let windows = text.as_bytes().windows(PART);
            parts
                .extend(windows.filter_map(|part| Some((*self.parts.get(part)?, "in part", view))));
        }
        parts.retain(|(marker, ..)| whole.iter().all(|(found, ..)| found != marker));
        let found = whole.iter().chain(&parts);
        found.map(|(at, how, view)| format!("{} {how}{view}", self.markers[*at].what)).collect()
    }
}

type Disguises = Vec<(&'static str, String)>;

/// Those that case does not matter to, and those it matters to.
fn disguises(value: &str) -> (Disguises, Disguises) {
    let bytes = value.as_bytes();
    let mut folded = vec![("in hexadecimal", hex::encode(bytes))];
    let mut exact = Vec::new();
    for (how, hash) in [
        ("as MD5", Md5::digest(bytes).to_vec()),
        ("as SHA-1", Sha1::digest(bytes).to_vec()),
        ("as SHA-256", Sha256::digest(bytes).to_vec()),
        ("as SHA-512", Sha512::digest(bytes).to_vec()),
    ] {
        folded.push((how, hex::encode(&hash)[..HASH_HEX].to_owned()));
        exact.push((how, STANDARD_NO_PAD.encode(&hash)[..HASH_BASE64].to_owned()));
        exact.push((how, URL_SAFE_NO_PAD.encode(&hash)[..HASH_BASE64].to_owned()));
    }
    for before in 0..3 {
        exact.push(("in base64", inside_base64(&STANDARD_NO_PAD, before, bytes)));
        exact.push(("in base64", inside_base64(&URL_SAFE_NO_PAD, before, bytes)));
    }
    (folded, exact)
}

/// The characters that these bytes alone decide, where `before` bytes of a group of three come before them.
fn inside_base64(engine: &impl Engine, before: usize, bytes: &[u8]) -> String {
    let encoded = engine.encode([&vec![0; before], bytes].concat());
    let first = (before * 8).div_ceil(6);
    let end = (before + bytes.len()) * 8 / 6;
    encoded[first..end].to_owned()
}

/// The line as it is, and what is behind its escapes.
fn views(line: &str) -> Vec<(&'static str, String)> {
    let mut views = vec![("", line.to_owned())];
    let mut newest = 0..1;
    for _ in 0..DEPTH {
        let mut next = Vec::new();
        for (_, text) in &views[newest] {
            let percent = percent_decode_str(text).decode_utf8_lossy().into_owned();
            next.push((", percent-escaped", percent));
            next.push((", escaped", unescaped(text)));
        }
        newest = views.len()..views.len() + next.len();
        views.extend(next);
    }
    let mut seen = BTreeSet::new();
    views.retain(|(_, text)| seen.insert(text.clone()));
    views
}

/// Without the backslashes of JSON, `\u00e9`, and of Rust, `\u{e9}`.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(escaped) = rest.chars().next() else { break };
        rest = &rest[escaped.len_utf8()..];
        match (escaped, (escaped == 'u').then(|| code_point(rest)).flatten()) {
            (_, Some((character, length))) => {
                out.push(character);
                rest = &rest[length..];
            }
            ('n' | 'r' | 't', _) => out.push(' '),
            (other, _) => out.push(other),
        }
    }
    out + rest
}

fn code_point(text: &str) -> Option<(char, usize)> {
    let (digits, length) = match text.strip_prefix('{').and_then(|inside| inside.split_once('}')) {
        Some((digits, _)) => (digits, digits.len() + 2),
        None => (text.get(..4)?, 4),
    };
    let character = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
    Some((character, length))
}

#[test]
fn what_is_leaked_in_whatever_way_is_found() {
    let search = Search::new(vec![
        Marker::name("an e-mail address", "Zoë.Leaky@Mail.Example.com"),
        Marker::secret("a password", "Correct+Horse/7-Battery?Staple"),
    ]);
    let leaks = include_str!("leaks.txt").lines();
    let mut kinds = 0;
    for leak in leaks {
        let (expected, line) = leak.split_once('\t').expect("what is found, and where");
        let found = search.leaks(line).into_iter().collect::<Vec<_>>().join("; ");
        assert_eq!(found, expected, "{line}");
        kinds += usize::from(!expected.is_empty());
    }
    assert!(kinds > 20, "only {kinds} ways to leak are tried");
}
