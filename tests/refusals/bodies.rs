//! What can be wrong with a body of a described shape?

use serde_json::{Value, json};

use super::{
    call::{Call, Case, Expected},
    document::{Operation, Schema, usize_of},
    scene::Scene,
};

const SHAPE: Expected = &[(400, "wrong_shape")];
const JSON: Expected = &[(400, "malformed_json")];
const SHAPE_OR_JSON: Expected = &[(400, "wrong_shape"), (400, "malformed_json")];
const RULE: Expected = &[(422, "validation_failed")];
const SHAPE_OR_RULE: Expected = &[(400, "wrong_shape"), (422, "validation_failed")];
const NOT_JSON: Expected = &[(415, "not_json")];
const TOO_LARGE: Expected = &[(413, "body_too_large")];
const MAX_BODY: usize = 256 * 1024;

/// Members whose bounds are told in words of their own: what nobody could have been given is simply wrong.
const OWN_WORDS: &[(&str, &str, Expected)] = &[
    ("linkGoogle", "/link", &[(404, "link_unusable")]),
    ("linkGoogle", "/password", &[(403, "wrong_password")]),
    ("createGoogleSession", "/handover", &[(404, "link_unusable")]),
    ("startMfa", "/password", &[(403, "wrong_password")]),
    ("replaceRecoveryCodes", "/password", &[(403, "wrong_password")]),
    ("disableMfa", "/password", &[(403, "wrong_password")]),
    ("createMfaSession", "/challenge", &[(401, "challenge_unusable")]),
    ("createMfaSession", "/password", &[(403, "wrong_password")]),
    ("changeEmail", "/password", &[(403, "wrong_password")]),
    ("changePassword", "/current_password", &[(403, "wrong_password")]),
    ("createSession", "/password", &[(401, "wrong_credentials")]),
    ("refreshSession", "/refresh_token", &[(401, "refresh_refused")]),
    ("becomeProvider", "/terms_version", &[(422, "terms_outdated")]),
    ("createJob", "/device_id", &[(400, "bad_id")]),
    ("redriveDeadLetters", "/cursor", &[(400, "bad_cursor")]),
];

pub(crate) fn cases(scene: &Scene, operation: &Operation<'_>, good: &Call) -> Vec<Case> {
    let Some(schema) = operation.body() else { return Vec::new() };
    let mut found = Flaws { operation: operation.id(), all: Vec::new() };
    found.unreadable(good);
    found.visit(&good.json(), "", &schema);
    let callers = scene.callers(operation);
    let mut cases = Vec::new();
    for caller in &callers {
        for flaw in &found.all {
            let mut call = good.clone().saying(&flaw.body);
            if let Some(kind) = flaw.kind {
                call = call.header("Content-Type", kind);
            }
            let mut case = Case::new(&flaw.what, caller, call, flaw.expected);
            case.about = flaw.about.clone();
            cases.push(case);
        }
        let bare = Call { body: None, ..good.clone() };
        cases.push(Case::new("without a body", caller, bare, NOT_JSON));
    }
    cases
}

struct Flaw {
    what: String,
    body: String,
    kind: Option<&'static str>,
    expected: Expected,
    about: Option<String>,
}

struct Flaws<'a> {
    operation: &'a str,
    all: Vec<Flaw>,
}

impl Flaws<'_> {
    fn raw(&mut self, what: &str, body: impl Into<String>, expected: Expected) {
        let what = format!("with {what}");
        self.all.push(Flaw { what, body: body.into(), kind: None, expected, about: None });
    }

    /// The body with another value at a place.
    fn put(&mut self, whole: &Value, at: &str, value: Value, expected: Expected) {
        let mut body = whole.clone();
        let shown: String = value.to_string().chars().take(60).collect();
        *body.pointer_mut(at).expect("a place in the body") = value;
        let what = format!("with {shown} at {:?}", if at.is_empty() { "/" } else { at });
        let flaw =
            Flaw { what, body: body.to_string(), kind: None, expected, about: Some(at.to_owned()) };
        self.all.push(flaw);
    }

    fn wrong(&mut self, whole: &Value, at: &str, values: &[Value]) {
        for value in values {
            self.put(whole, at, value.clone(), SHAPE);
        }
    }

    /// Against a bound that the shape does not tell.
    fn unruly(&mut self, whole: &Value, at: &str, value: Value) {
        let own = OWN_WORDS
            .iter()
            .find(|(operation, place, _)| *operation == self.operation && *place == at);
        self.put(whole, at, value, own.map_or(RULE, |(_, _, expected)| expected));
    }

    fn unreadable(&mut self, good: &Call) {
        let body = good.body.clone().unwrap_or_default();
        for text in ["", " ", "{", "nonsense", "{\"", "{'a': 1}", "{\"\\ud800\": 1}", "\u{0}"] {
            self.raw(&format!("the body {text:?}"), text, JSON);
        }
        self.raw("a trailing comma", body.replacen('}', ",}", 1), SHAPE_OR_JSON);
        self.raw("more after the body", format!("{body}x"), JSON);
        self.raw("a byte order mark", format!("\u{feff}{body}"), JSON);
        self.raw("a number that is none", body.replacen('{', "{\"a\":NaN,", 1), SHAPE_OR_JSON);
        let long = format!("{{\"{}\":1}}", "x".repeat(100_000));
        self.raw("a member with a name of 100,000 letters", long, SHAPE);
        let deep = format!("{{\"surprise\":{}1{}}}", "{\"a\":".repeat(5_000), "}".repeat(5_000));
        self.raw("5,000 objects in each other", deep, SHAPE_OR_JSON);
        self.raw("5,000 lists in each other", "[".repeat(5_000), SHAPE_OR_JSON);
        let padded = format!("{body}{}", " ".repeat(MAX_BODY));
        self.raw("more than 256 KiB", padded, TOO_LARGE);
        for kind in
            ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "json", ""]
        {
            let what = format!("with the content type {kind:?}");
            let flaw = Flaw {
                what,
                body: body.clone(),
                kind: Some(kind),
                expected: NOT_JSON,
                about: None,
            };
            self.all.push(flaw);
        }
    }

    fn visit(&mut self, whole: &Value, at: &str, schema: &Schema<'_>) {
        if !schema.nullable {
            self.wrong(whole, at, &[Value::Null]);
        }
        match schema.kind() {
            "object" => self.object(whole, at, schema),
            "array" => self.array(whole, at, schema),
            "string" => self.string(whole, at, schema),
            "integer" => self.integer(whole, at, schema),
            "boolean" => {
                self.wrong(whole, at, &[json!("true"), json!(1), json!([true]), json!({})])
            }
            other => panic!("{}: nobody says what is wrong for {other:?} at {at}", self.operation),
        }
    }

    fn object(&mut self, whole: &Value, at: &str, schema: &Schema<'_>) {
        self.wrong(whole, at, &[json!(1), json!("text"), json!(true), json!([])]);
        let here = whole.pointer(at).expect("a place in the body").clone();
        let in_order =
            schema.properties().into_iter().map(|(name, _)| here[name].clone()).collect();
        self.put(whole, at, Value::Array(in_order), SHAPE);
        self.put(whole, at, json!([here]), SHAPE);
        if schema.says["additionalProperties"] == false {
            let mut more = here.clone();
            more["surprise"] = json!(1);
            self.put(whole, at, more, SHAPE);
        }
        for (name, property) in schema.properties() {
            if schema.requires(name) {
                let mut less = here.clone();
                less.as_object_mut().expect("an object").remove(name);
                self.put(whole, at, less, SHAPE);
            }
            let place = format!("{at}/{name}");
            let mut whole = whole.clone();
            if whole.pointer(&place).is_none_or(Value::is_null) {
                whole.pointer_mut(at).expect("a place in the body")[name] = property.sample();
            }
            self.visit(&whole, &place, &property);
        }
    }

    fn array(&mut self, whole: &Value, at: &str, schema: &Schema<'_>) {
        self.wrong(whole, at, &[json!({}), json!("text"), json!(1)]);
        let first = whole.pointer(at).and_then(|list| list.get(0)).cloned();
        let first = first.unwrap_or_else(|| schema.items().sample());
        let most = schema
            .number("maxItems")
            .unwrap_or_else(|| panic!("{}: {at} has no bound", self.operation));
        self.unruly(whole, at, vec![first.clone(); usize_of(most) + 1].into());
        if schema.number("minItems").is_some_and(|least| least > 0) {
            self.unruly(whole, at, json!([]));
        }
        let mut whole = whole.clone();
        *whole.pointer_mut(at).expect("a place in the body") = json!([first]);
        self.visit(&whole, &format!("{at}/0"), &schema.items());
    }

    fn string(&mut self, whole: &Value, at: &str, schema: &Schema<'_>) {
        self.wrong(whole, at, &[json!(1), json!(true), json!([]), json!({}), json!(["text"])]);
        if schema.says["enum"].is_array() {
            return self.wrong(whole, at, &[json!("NONSENSE"), json!(""), json!({"": null})]);
        }
        match schema.says["format"].as_str() {
            Some("uuid") => {
                let version_4 = "3f333df6-90a4-4fda-8dd3-9485d27cee36";
                let values = ["", "nonsense", version_4, "0199A4F0-5B3C-7D2E-9F10-1A2B3C4D5E6F"];
                return self.wrong(whole, at, &values.map(Value::from));
            }
            Some("date-time") => {
                let values = ["", "tomorrow", "2026-02-30T00:00:00Z", "2026-11-20"];
                return self.wrong(whole, at, &values.map(Value::from));
            }
            _ => {}
        }
        if let Some(most) = schema.number("maxLength") {
            self.unruly(whole, at, "x".repeat(usize_of(most) + 1).into());
        }
        if let Some(least) = schema.number("minLength").filter(|least| *least > 0) {
            self.unruly(whole, at, "x".repeat(usize_of(least) - 1).into());
        }
        self.unruly(whole, at, "a\u{0}b\u{1b}".into());
    }

    fn integer(&mut self, whole: &Value, at: &str, schema: &Schema<'_>) {
        self.wrong(
            whole,
            at,
            &[json!("1"), json!(1.5), json!(1e30), json!([1]), json!({}), json!(true)],
        );
        let most = schema
            .number("maximum")
            .unwrap_or_else(|| panic!("{}: {at} has no bound", self.operation));
        self.unruly(whole, at, (most + 1).into());
        self.put(whole, at, json!(-1), SHAPE_OR_RULE);
        self.put(whole, at, json!(u64::MAX), SHAPE_OR_RULE);
        if let Some(least) = schema.number("minimum").filter(|least| *least > 0) {
            self.unruly(whole, at, (least - 1).into());
        }
    }
}
