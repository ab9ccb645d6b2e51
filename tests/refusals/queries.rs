//! What can be wrong with a query string?

use super::{
    call::{Call, Case, Expected},
    document::{Operation, Parameter},
    scene::Scene,
};

const BAD_QUERY: Expected = &[(400, "bad_query")];
const BAD_LIMIT: Expected = &[(400, "bad_limit")];
const GOOGLE_REFUSED: Expected = &[(401, "google_refused")];
const BAD_CURSOR: Expected = &[(400, "bad_cursor")];

pub(crate) fn cases(scene: &Scene, operation: &Operation<'_>, good: &Call) -> Vec<Case> {
    let parameters = operation.parameters("query");
    let mut flaws = match operation.id() {
        // Its address is followed from a mail, with whatever was added to it on the way.
        "verifyEmail" | "getPasswordReset" | "confirmEmail" => Vec::new(),
        _ => {
            vec![("surprise=1".to_owned(), BAD_QUERY), ("limit=1&surprise=1".to_owned(), BAD_QUERY)]
        }
    };
    for parameter in &parameters {
        flaws.extend(wrong(scene, operation, parameter));
    }
    let mut cases = Vec::new();
    for caller in scene.callers(operation) {
        for (query, expected) in &flaws {
            let shown: String = query.chars().take(60).collect();
            cases.push(Case::new(
                format!("with ?{shown}"),
                &caller,
                good.clone().asking(query),
                expected,
            ));
        }
    }
    let takes_cursors = parameters.iter().any(|parameter| parameter.name == "cursor");
    let is_somebodys =
        !operation.is_public() && operation.roles().is_none_or(|roles| roles != ["admin"]);
    let own = scene.cursors.get(operation.path).filter(|_| takes_cursors && is_somebodys);
    if let Some(cursor) = own.filter(|_| operation.parameters("path").is_empty()) {
        let call = good.clone().asking(&format!("cursor={cursor}"));
        cases.push(Case::new("with the cursor of another user", &scene.eve, call, BAD_CURSOR));
    }
    cases
}

fn wrong(
    scene: &Scene,
    operation: &Operation<'_>,
    parameter: &Parameter<'_>,
) -> Vec<(String, Expected)> {
    let name = parameter.name;
    let with = |value: &str, expected| (format!("{name}={value}"), expected);
    match name {
        "limit" => {
            let most = parameter.schema.number("maximum").expect("a bound");
            let unreadable =
                ["", "-1", "1.5", "many", "65536", "99999999999999999999", "1e1", "%00"];
            let unreadable = unreadable.iter().map(|value| with(value, BAD_QUERY));
            unreadable
                .chain([with("0", BAD_LIMIT), with(&(most + 1).to_string(), BAD_LIMIT)])
                .collect()
        }
        "cursor" => {
            let mut flaws: Vec<_> =
                ["", "nonsense", "!!!", "AAAA", "%00", &"A".repeat(513), &"A".repeat(5_000)]
                    .map(|value| with(value, BAD_CURSOR))
                    .into();
            for (path, cursor) in &scene.cursors {
                if path != operation.path {
                    flaws.push(with(cursor, BAD_CURSOR));
                }
                flaws.push(with(&format!("{cursor}A"), BAD_CURSOR));
                flaws.push(with(&cursor[1..], BAD_CURSOR));
            }
            flaws
        }
        "q" => ["", "a", &"a".repeat(101)].map(|value| with(value, BAD_QUERY)).into(),
        _ if parameter.schema.says["enum"].is_array() => {
            let first = parameter.schema.sample().as_str().unwrap_or_default().to_lowercase();
            [&first, "", "NONSENSE", "1"].map(|value| with(value, BAD_QUERY)).into()
        }
        "code" | "state" | "error" | "error_description" => vec![with("x", GOOGLE_REFUSED)],
        other => panic!("{}: nobody says which {other} is wrong", operation.name()),
    }
}
