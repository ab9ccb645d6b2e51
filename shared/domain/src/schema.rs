//! Which input schemas a package may bring, and whether a job's input fits one.

use serde_json::{Map, Value};

use crate::{Refusal, Violation, field::shortened};

pub const MAX_SCHEMA_BYTES: usize = 32 * 1024;
pub const MAX_SCHEMA_DEPTH: usize = 16;
const MAX_VIOLATIONS: usize = 20;
/// Characters of a violation, which names the caller's own values.
const MAX_SAID: usize = 300;
/// Compiled patterns live in memory, and a short text may ask for a large one.
const MAX_PATTERNS: usize = 50;
const MAX_PATTERN_MEMORY: usize = 1024 * 1024;

/// Keywords that could make validation recurse or fetch.
const REFUSED_KEYWORDS: [&str; 5] = ["$ref", "$dynamicRef", "$recursiveRef", "$id", "$schema"];

/// Checks a schema as a package brings it: an object schema, self-contained and bounded.
pub fn accept(schema: &Value) -> Result<(), String> {
    if schema.to_string().len() > MAX_SCHEMA_BYTES {
        return Err(format!("the schema is larger than {MAX_SCHEMA_BYTES} bytes; shorten it"));
    }
    if schema.get("type") != Some(&Value::from("object")) {
        return Err("the schema must be an object schema: give it \"type\": \"object\"".to_owned());
    }
    self_contained(schema, 0)?;
    if patterns(schema) > MAX_PATTERNS {
        return Err(format!("the schema has more than {MAX_PATTERNS} patterns; use fewer"));
    }
    validator(schema).map(drop)
}

/// Checks an input against an accepted schema and names what does not fit.
pub fn check(schema: &Value, input: &Map<String, Value>) -> Result<(), Refusal> {
    let Ok(validator) = validator(schema) else {
        return Err(Refusal::conflict(
            "schema_unusable",
            "The version's input schema cannot be used; ask its developer for a new version.",
        ));
    };
    let input = Value::Object(input.clone());
    let violations: Vec<Violation> = validator
        .iter_errors(&input)
        .take(MAX_VIOLATIONS)
        .map(|error| Violation {
            pointer: shortened(&format!("/input{}", error.instance_path()), MAX_SAID),
            detail: shortened(&error.to_string(), MAX_SAID),
        })
        .collect();
    if violations.is_empty() { Ok(()) } else { Err(Refusal::invalid(violations)) }
}

/// The `regex` engine runs in linear time whatever the pattern.
fn validator(schema: &Value) -> Result<jsonschema::Validator, String> {
    jsonschema::draft202012::options()
        .with_pattern_options(
            jsonschema::PatternOptions::regex()
                .size_limit(MAX_PATTERN_MEMORY)
                .dfa_size_limit(MAX_PATTERN_MEMORY),
        )
        .build(schema)
        .map_err(|error| format!("not a valid JSON Schema (2020-12): {error}"))
}

fn self_contained(value: &Value, depth: usize) -> Result<(), String> {
    if depth > MAX_SCHEMA_DEPTH {
        return Err(format!("the schema nests deeper than {MAX_SCHEMA_DEPTH} levels; flatten it"));
    }
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if REFUSED_KEYWORDS.contains(&name.as_str())
                    && depth_of_keyword(name, member, depth)
                {
                    return Err(format!(
                        "the schema must not use {name}; write the rule out where it applies"
                    ));
                }
                self_contained(member, depth + 1)?;
            }
            Ok(())
        }
        Value::Array(items) => items.iter().try_for_each(|item| self_contained(item, depth + 1)),
        _ => Ok(()),
    }
}

fn patterns(value: &Value) -> usize {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| {
                let own = match (name.as_str(), member) {
                    ("pattern", _) => 1,
                    ("patternProperties", Value::Object(properties)) => properties.len(),
                    _ => 0,
                };
                own + patterns(member)
            })
            .sum(),
        Value::Array(items) => items.iter().map(patterns).sum(),
        _ => 0,
    }
}

/// `$schema` may name the draft we validate with, at the top.
fn depth_of_keyword(name: &str, member: &Value, depth: usize) -> bool {
    let draft = "https://json-schema.org/draft/2020-12/schema";
    !(name == "$schema" && depth == 0 && member.as_str() == Some(draft))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn schemas_are_objects_self_contained_and_bounded() {
        for (schema, accepted) in [
            (json!({"type": "object"}), true),
            (
                json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}),
                true,
            ),
            (
                json!({"type": "object", "properties": {"theta": {"type": "number", "minimum": 0}}}),
                true,
            ),
            (json!({"type": "string"}), false),
            (json!(true), false),
            (json!({"type": "object", "properties": 5}), false),
            (json!({"type": "object", "allOf": [{"$ref": "#"}]}), false),
            (
                json!({"type": "object", "properties": {"a": {"$ref": "https://example.com/x"}}}),
                false,
            ),
            (
                json!({"type": "object", "$schema": "http://json-schema.org/draft-07/schema#"}),
                false,
            ),
            (json!({"type": "object", "properties": {"a": {"pattern": "("}}}), false),
            (json!({"type": "object", "description": "x".repeat(MAX_SCHEMA_BYTES)}), false),
        ] {
            assert_eq!(accept(&schema).is_ok(), accepted, "{schema}");
        }
    }

    #[test]
    fn deep_schemas_are_refused() {
        let deep = (0..40).fold(
            json!({"type": "object"}),
            |inner, _| json!({"type": "object", "properties": {"a": inner}}),
        );
        assert!(accept(&deep).is_err());
    }

    #[test]
    fn patterns_are_few_and_small() {
        let with = |count: usize, pattern: &str| {
            let all_of = vec![json!({"pattern": pattern}); count];
            accept(&json!({"type": "object", "properties": {"a": {"allOf": all_of}}}))
        };
        assert!(with(MAX_PATTERNS, "^[01]{1000}$").is_ok());
        assert!(with(MAX_PATTERNS + 1, "a").expect_err("too many").contains("patterns"));
        assert!(with(1, r"\p{L}{1000}").is_err());
        let names = (0..=MAX_PATTERNS).map(|at| (format!("a{at}"), json!(true))).collect();
        let by_name = json!({"type": "object", "patternProperties": Value::Object(names)});
        assert!(accept(&by_name).is_err());
    }

    #[test]
    fn an_input_that_does_not_fit_is_told_where() {
        let schema = json!({"type": "object", "properties": {"theta": {"type": "number"}}, "required": ["theta"], "additionalProperties": false});
        let check = |input: Value| check(&schema, input.as_object().expect("an object"));
        assert!(check(json!({"theta": 0.5})).is_ok());
        assert_eq!(
            check(json!({"theta": "x"})).expect_err("a string").violations[0].pointer,
            "/input/theta"
        );
        assert_eq!(check(json!({})).expect_err("missing").violations[0].pointer, "/input");
        assert!(check(json!({"theta": 1, "phi": 2})).is_err());
    }

    #[test]
    fn a_schema_that_was_never_accepted_checks_nothing() {
        let schema = json!({"type": "no such type"});
        let refusal = check(&schema, &Map::new()).expect_err("unusable");
        assert_eq!(refusal.code, "schema_unusable");
    }

    #[test]
    fn a_catastrophic_pattern_costs_no_time() {
        let schema = json!({"type": "object", "properties": {"a": {"type": "string", "pattern": "^(a+)+$"}}});
        let input = json!({"a": "a".repeat(50_000) + "!"});
        assert!(check(&schema, input.as_object().expect("an object")).is_err());
    }
}
