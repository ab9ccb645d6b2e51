//! What can be wrong with the ids of a path, and with a path as a whole?

use tests::User;

use super::{
    call::{Call, Case, Expected},
    document::{METHODS, Operation, Parameter},
    scene::Scene,
};

const BAD_ID: Expected = &[(400, "bad_id")];
const NOT_FOUND: Expected = &[(404, "not_found")];
const NO_LINK: Expected = &[(404, "link_unusable")];
const NO_OPERATION: Expected = &[(404, "no_such_operation")];
const BAD_PATH: Expected = &[(400, "bad_path")];

pub(crate) const UNKNOWN: &str = "0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e6f";
const NO_IDS: [&str; 5] =
    ["Nonsense!", "%00", "%F0%9F%98%80", "..%2F..%2Fetc%2Fpasswd", "'%20OR%201=1"];
const NEARLY_IDS: [&str; 3] = [
    "3f333df6-90a4-4fda-8dd3-9485d27cee36",
    "0199A4F0-5B3C-7D2E-9F10-1A2B3C4D5E6F",
    "0199a4f05b3c7d2e9f101a2b3c4d5e6f",
];

/// Ids that are none, and ids of nothing.
pub(crate) fn cases(scene: &Scene, operation: &Operation<'_>, good: &Call) -> Vec<Case> {
    let mut cases = Vec::new();
    for caller in scene.callers(operation) {
        for parameter in operation.parameters("path") {
            let at = |value: &str| good.clone().at(parameter.name, value);
            let kind = Kind::of(&parameter);
            let long = "x".repeat(3_000);
            let bad = NO_IDS.iter().chain(kind.bad).copied().chain([long.as_str()]);
            for value in bad {
                let shown: String = value.chars().take(40).collect();
                let what = format!("with {shown} as {}", parameter.name);
                cases.push(Case::new(what, &caller, at(value), kind.refusal));
            }
            let what = format!("with {} as {}", kind.unknown, parameter.name);
            cases.push(Case::new(what, &caller, at(kind.unknown), kind.absence));
            let what = format!("with no UTF-8 as {}", parameter.name);
            cases.push(Case::new(what, &caller, at("%FF%FE"), BAD_PATH));
        }
    }
    cases.extend(others(scene, operation, good));
    cases
}

/// What is another's, or not offered to the public, is as absent as what never was.
fn others(scene: &Scene, operation: &Operation<'_>, good: &Call) -> Vec<Case> {
    let names: Vec<&str> = operation.parameters("path").iter().map(|one| one.name).collect();
    if Scene::is_of_the_public(operation.path) {
        let private =
            names.contains(&"app_id").then(|| good.clone().at("app_id", &scene.private_app));
        let case = |caller: &User, call: &Call| {
            Case::new("of an app that is not on offer", caller, call.clone(), NOT_FOUND)
        };
        let callers = scene.callers(operation);
        return private
            .iter()
            .flat_map(|call| callers.iter().map(move |caller| case(caller, call)))
            .collect();
    }
    // What is nobody's own is everybody's who may look at all.
    let is_of_the_place = operation.is_for_admins();
    if operation.is_public() || is_of_the_place || (names.is_empty() && !good.names_ids(operation))
    {
        return Vec::new();
    }
    let mut callers = vec![scene.eve.clone()];
    callers.extend(operation.scopes().map(|_| scene.eves_program.clone()));
    callers
        .iter()
        .map(|caller| Case::new("of another user", caller, good.clone(), NOT_FOUND))
        .collect()
}

struct Kind {
    bad: &'static [&'static str],
    refusal: Expected,
    unknown: &'static str,
    absence: Expected,
}

impl Kind {
    fn of(parameter: &Parameter<'_>) -> Self {
        let (bad, refusal, unknown, absence): (&[&str], _, _, _) = match parameter.name {
            _ if parameter.schema.is_id() => (&NEARLY_IDS, BAD_ID, UNKNOWN, NOT_FOUND),
            "bill_id" => {
                (&["2026-13", "2026-1", "0000-01", "2026-11-20"], BAD_ID, "2001-01", NOT_FOUND)
            }
            "item_id" => (
                &[UNKNOWN, "0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e6f.10"],
                BAD_ID,
                "0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e6f.0",
                NOT_FOUND,
            ),
            "user_id" => (&NEARLY_IDS, BAD_ID, UNKNOWN, NOT_FOUND),
            "session_id" => (&["a_b", "a%20b"], BAD_ID, UNKNOWN, NOT_FOUND),
            "device_id" => (&["Hub-Simulator", "a%20b"], BAD_ID, "no-such-device", NOT_FOUND),
            "token" => (
                &[UNKNOWN],
                NO_LINK,
                "00000000000000000000000000000000\
                00000000000000000000000000000000",
                NO_LINK,
            ),
            other => panic!(
                "tests/refusals/paths.rs does not say which {other} is bad and which is of nothing; an id needs params((\"{other}\" = SomeId, Path)) in its operation"
            ),
        };
        Self { bad, refusal, unknown, absence }
    }
}

/// Methods a path does not have, and paths there are none of.
pub(crate) fn strays(scene: &Scene, operations: &[Operation<'_>]) -> Vec<(String, Case)> {
    let mut cases = Vec::new();
    for operation in operations {
        let Ok(good) = scene.good(operation) else { continue };
        let has = |method: &str| {
            operations.iter().any(|one| one.path == operation.path && one.method == method)
        };
        let absent = METHODS
            .iter()
            .map(|(method, _)| *method)
            .chain(["OPTIONS"])
            .filter(|method| !has(method));
        for method in absent {
            let call = Call { method, ..good.clone() };
            for caller in [&scene.ada, &scene.stack.stranger(), &scene.program] {
                let case =
                    Case::new("which the path does not have", caller, call.clone(), NO_OPERATION);
                cases.push((format!("{method} {}", operation.path), case));
            }
        }
        for path in [format!("{}/", operation.path), format!("{}/a/b/c/d/e", operation.path)] {
            let call = Call { path: path.clone(), ..good.clone() };
            let case = Case::new("which is no path", &scene.ada, call, NO_OPERATION);
            cases.push((format!("{} {path}", operation.method), case));
        }
    }
    cases
}
