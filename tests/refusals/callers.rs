//! Who may not call an operation, however good the request?

use serde_json::{Value, json};
use tests::{User, claims_of};

use super::{
    call::{Call, Case, Expected},
    document::Operation,
    paths::UNKNOWN,
    scene::Scene,
};

const UNKNOWN_CALLER: Expected = &[(401, "unauthenticated")];
const REVOKED: Expected = &[(401, "key_revoked")];
const EXPIRED: Expected = &[(401, "key_expired")];
const NOT_VERIFIED: Expected = &[(403, "email_not_verified")];
const SUSPENDED: Expected = &[(403, "account_suspended")];
const NO_ADMIN: Expected = &[(403, "role_required")];
const NO_PROVIDER: Expected = &[(403, "provider_role_required")];

pub(crate) fn cases(scene: &Scene, operation: &Operation<'_>, good: &Call) -> Vec<Case> {
    if operation.is_public() {
        return Vec::new();
    }
    let mut cases = strangers(scene, good);
    let people = &scene.people;
    if operation.roles().is_some() {
        cases.push(Case::new(
            "of someone whose e-mail is not verified",
            &people.pending,
            good.clone(),
            NOT_VERIFIED,
        ));
        cases.push(Case::new("of someone suspended", &people.suspended, good.clone(), SUSPENDED));
    }
    if operation.roles().is_some_and(|roles| roles.contains(&"provider")) {
        cases.push(Case::new(
            "of someone who is no provider",
            &scene.carol,
            good.clone(),
            NO_PROVIDER,
        ));
    }
    if operation.is_for_admins() {
        for (what, caller) in [("consumer", &scene.carol), ("provider", &scene.ada)] {
            let what = format!("of someone who is {what} and no more");
            cases.push(Case::new(what, caller, good.clone(), NO_ADMIN));
        }
    }
    if operation.scopes().is_some() {
        let keys = &people.keys;
        for (what, key, expected) in [
            ("with a revoked key", &keys.revoked, REVOKED),
            ("with an expired key", &keys.expired, EXPIRED),
            ("with the key of someone suspended", &keys.of_suspended, SUSPENDED),
        ] {
            cases.push(Case::new(what, &scene.stack.program(key), good.clone(), expected));
        }
    } else {
        cases.push(Case::new(
            "with a key, which is no way in",
            &scene.program,
            good.clone(),
            UNKNOWN_CALLER,
        ));
    }
    cases
}

/// Each in one thing other than those of a good access token, and some that are nothing of the kind.
fn claims_of_nobody(id: &str) -> Vec<Value> {
    let but = |name: &str, value: Value| {
        let mut claims = claims_of(id);
        claims[name] = value;
        claims
    };
    let mut all = vec![json!({}), json!([]), json!(null)];
    for (name, value) in [
        ("token_use", json!("id")),
        ("token_use", json!("refresh")),
        ("token_use", json!(["access"])),
        ("token_use", Value::Null),
        ("username", Value::Null),
        ("username", json!("")),
        ("username", json!("ada")),
        ("username", json!(id.to_uppercase())),
        ("username", json!({"id": id})),
        ("username", json!(UNKNOWN)),
        ("origin_jti", Value::Null),
        ("origin_jti", json!(UNKNOWN)),
        ("origin_jti", json!("a#b")),
        ("iss", json!("https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Another")),
        ("iss", Value::Null),
        ("client_id", json!("another")),
        ("client_id", Value::Null),
        ("scope", json!("openid")),
        ("scope", json!("aws.cognito.signin.user.administrator")),
        ("scope", Value::Null),
        ("exp", json!("Fri Nov 20 10:30:00 UTC 2020")),
        ("exp", json!("1605868200")),
        ("exp", json!("never")),
        ("exp", Value::Null),
    ] {
        all.push(but(name, value));
    }
    all
}

/// Nobody, tokens of another kind, and keys that were never made.
fn strangers(scene: &Scene, good: &Call) -> Vec<Case> {
    let case = |what: String, by: &User| Case::new(what, by, good.clone(), UNKNOWN_CALLER);
    let mut cases = vec![case("without a token".to_owned(), &scene.stack.stranger())];
    let id = scene.ada.id.as_str();
    for claims in claims_of_nobody(id) {
        cases.push(case(format!("with the claims {claims}"), &scene.stack.claiming(claims)));
    }
    for key in &scene.people.keys.never_made {
        let shown: String = key.chars().take(90).collect();
        cases.push(case(format!("with the key {shown:?}"), &scene.stack.program(key)));
    }
    let headers =
        good.clone().header("Authorization", "Bearer nonsense").header("X-Api-Key", "nonsense");
    cases.push(Case::new("with made-up headers", &scene.stack.stranger(), headers, UNKNOWN_CALLER));
    cases
}
