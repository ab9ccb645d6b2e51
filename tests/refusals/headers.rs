//! What can be wrong with the headers that operations ask for?

use super::{
    call::{Call, Case, Expected},
    document::Operation,
    scene::Scene,
};

const KEY_MISSING: Expected = &[(400, "idempotency_key_missing")];
const KEY_INVALID: Expected = &[(400, "idempotency_key_invalid")];
const MATCH_MISSING: Expected = &[(428, "if_match_missing")];
const MISMATCH: Expected = &[(412, "version_mismatch")];

pub(crate) fn cases(scene: &Scene, operation: &Operation<'_>, good: &Call) -> Vec<Case> {
    let mut cases = Vec::new();
    for caller in scene.callers(operation) {
        for header in operation.parameters("header").iter().filter(|header| header.required) {
            let (missing, wrong, values) = match header.name {
                "Idempotency-Key" => (
                    KEY_MISSING,
                    KEY_INVALID,
                    vec![String::new(), "k".repeat(256), "ключ".to_owned()],
                ),
                "If-Match" => {
                    let stale = ["", "1", "\"0\"", "\"999\"", "W/\"1\"", "nonsense", "ü"];
                    (MATCH_MISSING, MISMATCH, stale.map(str::to_owned).into())
                }
                other => panic!("{}: nobody says what is wrong with {other}", operation.name()),
            };
            let call = good.clone().without_header(header.name);
            cases.push(Case::new(format!("without {}", header.name), &caller, call, missing));
            for value in values {
                let shown: String = value.chars().take(40).collect();
                let what = format!("with {:?} as {}", shown, header.name);
                cases.push(Case::new(
                    what,
                    &caller,
                    good.clone().header(header.name, &value),
                    wrong,
                ));
            }
        }
    }
    cases
}
