//! How is a caller told, in plain words, which member of a body or query does not fit, and what would?

use domain::field::plain;
use serde_path_to_error::{Path, Segment};

/// Characters of what a caller named that are said back.
const MAX_NAMED: usize = 60;
/// Characters of a list of what there is.
const MAX_LISTED: usize = 500;

/// One member that does not fit.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Misfit {
    /// A JSON pointer; empty for the whole.
    pub(crate) pointer: String,
    /// Goes on from "correct the body: " or the like; no full stop.
    pub(crate) detail: String,
}

impl Misfit {
    /// `says` is what serde says of the member at `path`.
    pub(crate) fn of(path: &Path, says: &str) -> Self {
        let mut names: Vec<String> = path.iter().filter_map(name).collect();
        let named = quoted(says);
        let (member, detail) = if says.starts_with("missing field") {
            (named, "is missing; add it".to_owned())
        } else if says.starts_with("unknown field") {
            names.pop_if(|last| Some(&*last) == named.as_ref());
            (named, format!("is not known here; {}", there_is(says)))
        } else if says.starts_with("duplicate field") {
            names.pop_if(|last| Some(&*last) == named.as_ref());
            (named, "is there twice; send it once".to_owned())
        } else {
            (None, should_be(says))
        };
        names.extend(member);
        let pointer = names.iter().map(|name| format!("/{}", escaped(name))).collect();
        let place = match &names[..] {
            [] => "the whole".to_owned(),
            names => format!("`{}`", plain(&names.join("/"), MAX_NAMED)),
        };
        Self { pointer, detail: format!("{place} {detail}") }
    }
}

fn name(segment: &Segment) -> Option<String> {
    match segment {
        Segment::Map { key } => Some(key.clone()),
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Enum { .. } | Segment::Unknown => None,
    }
}

/// RFC 6901.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn quoted(says: &str) -> Option<String> {
    let (_, rest) = says.split_once('`')?;
    // What stands between may hold quotes of its own: the list of what is expected comes after the last.
    let end = rest.rfind("`, ").or_else(|| rest.rfind('`'))?;
    let first = rest.find("`, expected").unwrap_or(end);
    Some(rest[..first].to_owned())
}

fn there_is(says: &str) -> String {
    match says.split_once("`, expected ").map(|(_, known)| known.trim_start_matches("one of ")) {
        Some(known) => format!("there is {}", plain(known, MAX_LISTED)),
        None => "leave it out".to_owned(),
    }
}

/// What would fit, in words of JSON.
fn should_be(says: &str) -> String {
    let not_a_number = ["invalid digit", "number too large", "number too small", "empty string"];
    if not_a_number.iter().any(|text| says.contains(text)) {
        return "should be a whole number in digits, and not too large".to_owned();
    }
    if says.starts_with("unknown variant")
        && let Some((_, known)) = says.split_once("`, expected ")
    {
        return format!("should be {}", plain(known, MAX_LISTED));
    }
    let expected = says.strip_prefix("invalid ").and_then(|says| says.rsplit_once(", expected "));
    let Some((_, expected)) = expected else {
        return format!("does not fit: {}", plain(says, MAX_LISTED));
    };
    let words = match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number of 0 or more, and not too large",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number, and not too large",
        "f32" | "f64" => "a number",
        "a string" | "a borrowed string" => "a text",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" | "an object" => "an object",
        _ if expected.starts_with("struct ") => "an object",
        _ => "of another type, as the API's description shows",
    };
    format!("should be {words}")
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read into")]
    struct Run {
        shots: u16,
        #[serde(default)]
        tags: Vec<Tag>,
        mode: Option<Mode>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read into")]
    struct Tag {
        name: String,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    enum Mode {
        Blocking,
        NonBlocking,
    }

    fn check(body: &str, pointer: &str, detail: &str) {
        let mut json = serde_json::Deserializer::from_str(body);
        let error = serde_path_to_error::deserialize::<_, Run>(&mut json).err().expect(body);
        let says = error.inner().to_string();
        let says = says.split(" at line").next().unwrap_or_default();
        let expected = Misfit { pointer: pointer.to_owned(), detail: detail.to_owned() };
        assert_eq!(Misfit::of(error.path(), says), expected, "{body}");
    }

    #[test]
    fn a_misfit_is_named_with_what_would_fit() {
        let number = "should be a whole number of 0 or more, and not too large";
        check(r#"{"shots": "1"}"#, "/shots", &format!("`shots` {number}"));
        check(r#"{"shots": -1}"#, "/shots", &format!("`shots` {number}"));
        check("{}", "/shots", "`shots` is missing; add it");
        check(
            r#"{"shots": 1, "tags": [{"name": 2}]}"#,
            "/tags/0/name",
            "`tags/0/name` should be a text",
        );
        check(r#"{"shots": 1, "tags": [{}]}"#, "/tags/0/name", "`tags/0/name` is missing; add it");
        check(r#"{"shots": 1, "tags": 2}"#, "/tags", "`tags` should be a list");
        check(
            r#"{"shots": 1, "a`/b": 2}"#,
            "/a`~1b",
            "`a`/b` is not known here; there is `shots`, `tags`, `mode`",
        );
        check(r#"{"shots": 1, "shots": 2}"#, "/shots", "`shots` is there twice; send it once");
        check(
            r#"{"shots": 1, "mode": "LATER"}"#,
            "/mode",
            "`mode` should be `BLOCKING` or `NON_BLOCKING`",
        );
        check("7", "", "the whole should be an object");
    }
}
