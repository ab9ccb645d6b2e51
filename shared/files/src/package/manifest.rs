//! What does quantum-app.json say?

use semver::Version;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{PackageRefusal, limits};

const LONGEST_NAME: usize = 100;
const LONGEST_VERSION: usize = 20;
const LONGEST_DEVICE: usize = 100;

/// `quantum-app.json`; a member it does not know is an error.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// What the app is called, 1 to 100 characters.
    pub name: String,
    /// The version's number, at most 20 characters.
    pub version: Version,
    /// The program that runs: the name of a `.qasm` file in the package.
    pub program: String,
    /// Where the program starts, for languages that have more than one such place.
    #[serde(default)]
    pub entry: Option<String>,
    /// JSON Schema of a job's input; that it is one is checked by the inspection.
    pub input_schema: Map<String, Value>,
    /// JSON Schema of the result.
    #[serde(default)]
    pub output_schema: Option<Map<String, Value>>,
    /// What a job that does not say otherwise runs with.
    #[serde(default, deserialize_with = "from_object")]
    pub defaults: Defaults,
}

/// What a job that does not say otherwise runs with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    /// A device's id, such as `hub-simulator`.
    #[serde(default)]
    pub device: Option<String>,
    /// 1 to 100,000.
    #[serde(default)]
    pub shots: Option<u32>,
}

impl Manifest {
    pub(super) fn read(text: &str) -> Result<Self, PackageRefusal> {
        // serde would also take a struct's members from a list
        if !text.trim_start().starts_with('{') {
            return Err(PackageRefusal::manifest("it must be a JSON object"));
        }
        let manifest: Self = serde_json::from_str(text)
            .map_err(|error| PackageRefusal::manifest(&error.to_string()))?;
        match manifest.first_fault() {
            Some(fault) => Err(PackageRefusal::manifest(&fault)),
            None => Ok(manifest),
        }
    }

    fn first_fault(&self) -> Option<String> {
        if !is_line(&self.name, LONGEST_NAME) {
            return Some(format!("\"name\" must be one line of 1 to {LONGEST_NAME} characters"));
        }
        if self.version.to_string().len() > LONGEST_VERSION {
            return Some(format!("\"version\" must have at most {LONGEST_VERSION} characters"));
        }
        if !is_line(&self.program, limits::NAME_BYTES)
            || !self.program.ends_with(super::PROGRAM_ENDING)
        {
            return Some("\"program\" must name a .qasm file of the package".to_owned());
        }
        if self.entry.as_ref().is_some_and(|entry| !is_line(entry, LONGEST_NAME)) {
            return Some(format!("\"entry\" must be one line of 1 to {LONGEST_NAME} characters"));
        }
        if self.defaults.device.as_ref().is_some_and(|device| !is_device(device)) {
            return Some(
                "\"defaults.device\" must be a device's id, such as hub-simulator".to_owned(),
            );
        }
        if self.defaults.shots.is_some_and(|shots| !(1..=limits::SHOTS).contains(&shots)) {
            return Some(format!(
                "\"defaults.shots\" must be a number from 1 to {}",
                limits::SHOTS
            ));
        }
        None
    }
}

fn from_object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Defaults, D::Error> {
    let object = Map::deserialize(deserializer)?;
    Defaults::deserialize(Value::Object(object)).map_err(serde::de::Error::custom)
}

fn is_line(text: &str, longest: usize) -> bool {
    !text.trim().is_empty()
        && text.chars().count() <= longest
        && !text.chars().any(char::is_control)
}

fn is_device(text: &str) -> bool {
    (1..=LONGEST_DEVICE).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str =
        r#""name":"Bell","version":"1.0.0","program":"bell.qasm","input_schema":{}"#;

    #[test]
    fn a_manifest_says_what_it_must_and_may() {
        let least = Manifest::read(&format!("{{{LEAST}}}")).expect("a manifest");
        assert_eq!((least.name.as_str(), least.defaults), ("Bell", Defaults::default()));
        let most = format!(
            r#"{{{LEAST},"entry":"main","output_schema":{{}},"defaults":{{"device":"hub-simulator","shots":1000}}}}"#
        );
        let defaults = Manifest::read(&most).expect("a manifest").defaults;
        assert_eq!(
            (defaults.device.as_deref(), defaults.shots),
            (Some("hub-simulator"), Some(1000))
        );
    }

    #[test]
    fn a_manifest_with_a_fault_is_refused_and_says_which() {
        for (text, expected) in [
            (String::new(), "JSON object"),
            ("{".to_owned(), "EOF"),
            ("[]".to_owned(), "JSON object"),
            (format!("{{{LEAST},\"defaults\":[]}}"), "invalid type"),
            ("{}".to_owned(), "missing field `name`"),
            (format!("{{{LEAST},\"author\":\"Ada\"}}"), "unknown field `author`"),
            (format!("{{{LEAST},\"name\":\"Bell\"}}"), "duplicate field `name`"),
            (format!("{{{LEAST},\"defaults\":{{\"qubits\":3}}}}"), "unknown field `qubits`"),
            (format!("{{{LEAST},\"defaults\":{{\"shots\":0}}}}"), "from 1 to 100000"),
            (format!("{{{LEAST},\"defaults\":{{\"shots\":100001}}}}"), "from 1 to 100000"),
            (format!("{{{LEAST},\"defaults\":{{\"shots\":-1}}}}"), "invalid value"),
            (format!("{{{LEAST},\"defaults\":{{\"device\":\"SV1\"}}}}"), "device's id"),
            (format!("{{{LEAST},\"entry\":\"\"}}"), "\"entry\""),
            (with("Bell", " "), "\"name\""),
            (with("Bell", &"x".repeat(101)), "\"name\""),
            (with("1.0.0", "one"), "unexpected character"),
            (with("1.0.0", "1.0.0-abcdefghijklmnop"), "\"version\""),
            (with("bell.qasm", "bell.py"), "\"program\""),
            (with("\"input_schema\":{}", "\"input_schema\":true"), "invalid type"),
            (
                format!("{{{LEAST},\"output_schema\":{}1{}}}", "[".repeat(500), "]".repeat(500)),
                "invalid type",
            ),
            (
                format!(
                    "{{{},\"entry\":\"x\"}}",
                    LEAST.replace(
                        "{}",
                        &format!("{{\"a\":{}1{}}}", "[".repeat(500), "]".repeat(500))
                    )
                ),
                "recursion limit",
            ),
        ] {
            let Err(PackageRefusal::ManifestInvalid(reason)) = Manifest::read(&text) else {
                panic!("accepted: {text}")
            };
            assert!(reason.contains(expected), "{reason} lacks {expected}");
        }
    }

    fn with(from: &str, to: &str) -> String {
        format!("{{{}}}", LEAST.replace(from, to))
    }
}
