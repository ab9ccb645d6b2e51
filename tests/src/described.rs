//! Is what a test was answered what the API's description promises?

use std::{
    collections::HashMap,
    fs,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::Received;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/openapi.json");
/// Headers that every answer of ours carries where they are described at all.
const ALWAYS: [&str; 3] = ["X-Request-Id", "traceparent", "RateLimit-Policy"];

static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    let text = fs::read_to_string(DOCUMENT).expect("infra/openapi.json: run make golden");
    serde_json::from_str(&text).expect("the description is JSON")
});

/// Compiled once each, by where they stand in the description.
static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// Panics where an operation answers what it does not declare: a status, a code, a header, or a body of another shape.
pub(crate) fn check(method: &str, path: &str, received: &Received) {
    let path = path.split('?').next().unwrap_or_default();
    let Some((template, operation)) = operation(method, path) else { return };
    let found = faults(&format!("/paths/{}/{method}", escaped(template)), operation, received);
    assert!(
        found.is_empty(),
        "{} is answered {} {:#}\nwhich infra/openapi.json does not promise: {}",
        received.request,
        received.status,
        received.body,
        found.join("; ")
    );
}

fn operation(method: &str, path: &str) -> Option<(&'static str, &'static Value)> {
    let fits = |template: &str| {
        let (asked, declared): (Vec<_>, Vec<_>) =
            (path.split('/').collect(), template.split('/').collect());
        let stands = |(a, d): (&&str, &&str)| a == d || (d.starts_with('{') && !a.is_empty());
        let alike = asked.iter().zip(&declared).all(stands);
        asked.len() == declared.len() && alike
    };
    let paths = DESCRIPTION["paths"].as_object()?.iter();
    // The one with the fewest variable parts is meant.
    let (template, item) = paths
        .filter(|(template, _)| fits(template))
        .min_by_key(|(template, _)| template.matches('{').count())?;
    Some((template, item.get(method.to_lowercase())?))
}

fn faults(at: &str, operation: &Value, received: &Received) -> Vec<String> {
    let status = received.status.to_string();
    let declared = &operation["responses"][&status];
    if declared.is_null() {
        return vec![format!("no {status} is declared")];
    }
    let at = format!("{at}/responses/{status}");
    let (at, answer) = resolved(&at, declared);
    let mut found = header_faults(&at, answer, received);
    let kind = received.header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default();
    let Some(content) = answer["content"].get(kind) else {
        if !received.body.is_null() && kind.ends_with("json") {
            found.push(format!("no {kind} is declared"));
        }
        return found;
    };
    if let Some(code) = received.body["code"].as_str().filter(|_| received.status >= 400)
        && content["examples"].get(code).is_none()
    {
        found.push(format!("the code {code} is not declared"));
    }
    let place = format!("{at}/content/{}", escaped(kind));
    found.extend(misfits(&place, &content["schema"], &received.body));
    found
}

fn header_faults(at: &str, answer: &Value, received: &Received) -> Vec<String> {
    let declared = answer["headers"].as_object().into_iter().flatten();
    let fault = |(name, header): (&String, &Value)| {
        let place = format!("{at}/headers/{name}");
        let (place, header) = resolved(&place, header);
        match received.header(name) {
            None if ALWAYS.contains(&name.as_str()) => vec![format!("without {name}")],
            None => Vec::new(),
            Some(said) => {
                let number = header["schema"]["type"] == "integer";
                let value = number.then(|| said.parse::<u64>().ok()).flatten();
                misfits(&place, &header["schema"], &value.map_or(json!(said), Value::from))
            }
        }
    };
    declared.flat_map(fault).collect()
}

fn misfits(place: &str, schema: &Value, value: &Value) -> Vec<String> {
    let validator = {
        let mut known = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(place.to_owned()).or_insert_with(|| Arc::new(validator(schema))).clone()
    };
    let errors = validator.iter_errors(value);
    errors
        .map(|error| format!("{place}: {} at {:?}", error, error.instance_path().to_string()))
        .collect()
}

fn validator(schema: &Value) -> Validator {
    let whole = json!({"allOf": [schema], "components": DESCRIPTION["components"]});
    let options = jsonschema::draft202012::options().should_validate_formats(true);
    options.build(&whole).expect("a schema of the description")
}

/// What a reference leads to, and where that is.
fn resolved<'a>(at: &str, value: &'a Value) -> (String, &'a Value) {
    let target = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    match target.and_then(|place| Some((place, DESCRIPTION.pointer(place)?))) {
        Some((place, found)) => (place.to_owned(), found),
        None => (at.to_owned(), value),
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
