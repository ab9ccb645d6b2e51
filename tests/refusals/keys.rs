//! Is each operation open to those it is declared for, and to nobody else?

use std::collections::BTreeSet;

use domain::access_key::Scope;
use serde_json::json;

use super::{
    document::{Operation, operations},
    people::text,
    scene::Scene,
};

#[tokio::test]
async fn a_key_opens_what_its_scopes_name_and_nothing_else() {
    let scene = Scene::begin().await;
    let keys = format!("/subscriptions/{}/keys", scene.subscription);
    let make = async |scopes: Vec<Scope>| {
        let names: Vec<&str> = scopes.iter().map(|scope| scope.name()).collect();
        let key =
            scene.ada.post(&keys, json!({"name": "scoped", "scopes": names})).await.expect(201);
        scene.stack.program(&text(&key["key"]))
    };
    let mut used = BTreeSet::new();
    let operations = operations(&scene.document);
    for scope in Scope::ALL {
        let lacking = make(Scope::ALL.into_iter().filter(|other| *other != scope).collect()).await;
        let having = make(vec![scope]).await;
        let asking = |operation: &&Operation<'_>| {
            operation.scopes().is_some_and(|asked| asked.contains(&scope.name()))
        };
        for operation in operations.iter().filter(asking) {
            let good = scene.good(operation).expect("a good request");
            let before = scene.stack.items().await;
            let refused = good.send(&lacking).await.refused(403, "scope_required");
            assert!(
                refused["detail"].as_str().is_some_and(|detail| detail.contains(scope.name())),
                "{refused}"
            );
            assert_eq!(scene.stack.items().await, before, "{}", operation.name());
            let asked = operation.scopes().unwrap_or_default();
            assert_eq!(asked, [scope.name()], "{}: tried with one scope alone", operation.name());
            let answer = good.send(&having).await;
            assert!(answer.status < 300, "{}: {}", operation.name(), answer.body);
            used.insert(operation.id());
        }
    }
    let takes_keys = operations.iter().filter(|operation| operation.scopes().is_some());
    assert_eq!(
        used,
        takes_keys.map(Operation::id).collect(),
        "every operation that takes keys names a scope"
    );
}

#[tokio::test]
async fn only_what_is_meant_for_everyone_is_open_to_everyone() {
    let stack = tests::Stack::start().await;
    let document = stack.stranger().get("/openapi.json").await.expect(200);
    let operations = operations(&document);
    let public = operations.iter().filter(|operation| operation.is_public());
    assert_eq!(
        public.map(Operation::name).collect::<BTreeSet<_>>(),
        BTreeSet::from(
            [
                "GET /auth/email/{token}",
                "GET /auth/google",
                "GET /auth/google/callback",
                "GET /auth/reset-password/{token}",
                "GET /auth/verify/{token}",
                "GET /hardware",
                "GET /hardware/{device_id}",
                "GET /health",
                "GET /marketplace",
                "GET /marketplace/{app_id}",
                "GET /openapi.json",
                "GET /registry",
                "GET /registry/{app_id}",
                "POST /auth/google/session",
                "POST /auth/login",
                "POST /auth/mfa/login",
                "POST /auth/refresh",
                "POST /auth/register",
                "POST /auth/reset-password",
                "POST /auth/reset-password/{token}",
                "POST /auth/verify/resend",
            ]
            .map(str::to_owned)
        )
    );
    let for_programs_alone = operations
        .iter()
        .filter(|operation| !operation.is_public() && operation.roles().is_none())
        .map(|operation| operation.name());
    assert_eq!(Vec::from_iter(for_programs_alone), ["GET /usage"], "a key asks about itself");
}
