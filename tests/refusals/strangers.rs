//! Does anybody see, change or learn of what is somebody else's?
//!
//! Every operation is called, as it would be called well, by each who must not have it: nobody, a caller who lacks
//! the role or the scope, a key where keys are no way in, and a user with every right but what it is about.

mod leaky;

use std::collections::BTreeSet;

use domain::access_key::Scope;
use serde_json::{Value, json};
use tests::{Received, Stack, User};

use super::{
    call::{Call, Expected, fault},
    document::{Operation, operations},
    people::text,
    scene::Scene,
};

const UNKNOWN_CALLER: Expected = &[(401, "unauthenticated")];
const NO_PROVIDER: Expected = &[(403, "provider_role_required")];
const NO_ADMIN: Expected = &[(403, "role_required")];
const NO_SCOPE: Expected = &[(403, "scope_required")];
const ABSENT: Expected = &[(404, "not_found")];

/// Names in paths that stand for what belongs to one user.
const OWNED: [&str; 10] = [
    "app_id",
    "bill_id",
    "item_id",
    "job_id",
    "key_id",
    "project_id",
    "session_id",
    "subscription_id",
    "user_id",
    "version_id",
];
/// Names in paths that stand for what is nobody's own, for those who run the place.
const OF_THE_PLACE: [&str; 1] = ["dead_letter_id"];
/// Names in paths that everybody may know, where the path is for everybody, or that are secrets themselves.
const EVERYBODYS: [&str; 3] = ["app_id", "device_id", "token"];

#[tokio::test]
async fn strangers_see_nothing() {
    let scene = Scene::begin().await;
    let strangers = Strangers::meet(&scene).await;
    let faults = strangers.faults(&scene.stack, &scene.document).await;
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[tokio::test]
async fn what_strangers_see_is_told() {
    let scene = Scene::begin().await;
    let strangers = Strangers::meet(&scene).await;
    let (service, document) = leaky::service(scene.stack.context(), &scene.ada.id);
    let stack = scene.stack.with_instead("projects", service);
    let found = strangers.faults(&stack, &document).await;
    let expected: Vec<&str> = include_str!("strangers/leaky.txt").lines().collect();
    assert_eq!(found, expected, "\n{}\n", found.join("\n"));
}

/// Those who must see nothing, and what of Ada's they must not see.
struct Strangers<'s> {
    scene: &'s Scene,
    /// Ada's own keys, each without one scope.
    lacking: Vec<(&'static str, User)>,
    /// What Ada alone knows.
    private: BTreeSet<String>,
}

/// A call that must not be granted, or must not tell.
struct Probe {
    by: User,
    who: &'static str,
    /// None: it is granted, and may tell what is the caller's own.
    expected: Option<Expected>,
}

impl Probe {
    fn new(who: &'static str, by: &User, expected: Expected) -> Self {
        Self { by: by.clone(), who, expected: Some(expected) }
    }

    fn looking(who: &'static str, by: &User) -> Self {
        Self { by: by.clone(), who, expected: None }
    }
}

impl<'s> Strangers<'s> {
    async fn meet(scene: &'s Scene) -> Self {
        let keys = format!("/subscriptions/{}/keys", scene.subscription);
        let mut lacking = Vec::new();
        for scope in Scope::ALL {
            let others = Scope::ALL.iter().filter(|other| **other != scope);
            let others: Vec<&str> = others.map(|other| other.name()).collect();
            let body = json!({"name": "lacking", "scopes": others});
            let key = scene.ada.post(&keys, body).await.expect(201);
            lacking.push((scope.name(), scene.stack.program(&text(&key["key"]))));
        }
        let mut private: BTreeSet<String> =
            [scene.ada.id.clone(), scene.private_app.clone()].into();
        for operation in operations(&scene.document) {
            if let (Ok(owned), Ok(good)) = (owned(&operation), scene.good(&operation)) {
                // A month is the same for everyone.
                let names = owned.into_iter().filter(|name| *name != "bill_id");
                private.extend(names.map(|name| good.places[name].clone()));
            }
        }
        Self { scene, lacking, private }
    }

    /// Of each operation of `document`, as `stack` serves it.
    async fn faults(&self, stack: &Stack, document: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        for operation in operations(document) {
            let found = self.faults_of(stack, &operation).await;
            faults.extend(found.into_iter().map(|fault| format!("{} {fault}", operation.name())));
        }
        faults
    }

    async fn faults_of(&self, stack: &Stack, operation: &Operation<'_>) -> Vec<String> {
        let good = match (owned(operation), self.scene.good(operation)) {
            (Err(unknown), _) | (_, Err(unknown)) => return vec![unknown],
            (Ok(owned), Ok(_)) if operation.is_public() && !owned.is_empty() => {
                return vec![format!("is for everybody, and {} is somebody's", owned.join(", "))];
            }
            (Ok(_), Ok(good)) => good,
        };
        let probes = match self.probes(operation, &good) {
            Ok(probes) => probes,
            Err(unknown) => return vec![unknown],
        };
        let mut faults = Vec::new();
        let before = stack.items().await;
        for probe in &probes {
            let answer = good.send(&probe.by.at(stack)).await;
            let wrong = match probe.expected {
                Some(expected) => not_refused(&answer, expected),
                None => (answer.status > 303).then(|| format!("is answered {}", answer.status)),
            };
            faults.extend(wrong.map(|wrong| format!("{} {wrong}", probe.who)));
            let told = self.told(&good, &answer.body.to_string());
            if told {
                faults.push(format!("{} tells an id of another's", probe.who));
            }
        }
        if !operation.has_effect() && stack.items().await != before {
            faults.push("changes the table for a stranger".to_owned());
        }
        faults
    }

    /// Who calls it in vain, and who may call it and see their own alone.
    fn probes(&self, operation: &Operation<'_>, good: &Call) -> Result<Vec<Probe>, String> {
        let scene = self.scene;
        let nobody = scene.stack.stranger();
        let reads = operation.method == "GET";
        if operation.is_public() {
            // A token is a secret: who has it is no stranger.
            let looks = reads && !good.places.contains_key("token");
            return Ok(looks.then(|| Probe::looking("for nobody", &nobody)).into_iter().collect());
        }
        let mut probes = vec![Probe::new("without a token", &nobody, UNKNOWN_CALLER)];
        match operation.roles().as_deref() {
            Some([]) => {}
            Some(["provider"]) => {
                probes.push(Probe::new("of a mere consumer", &scene.carol, NO_PROVIDER));
            }
            Some(["admin"]) => {
                probes.push(Probe::new("of a mere consumer", &scene.carol, NO_ADMIN));
                probes.push(Probe::new("of a provider", &scene.eve, NO_ADMIN));
            }
            Some(roles) => {
                return Err(format!("nobody is known to lack the role {}", roles.join(" or ")));
            }
            None => {
                probes.push(Probe::new("of a person, not a program", &scene.ada, UNKNOWN_CALLER))
            }
        }
        match operation.scopes() {
            None => probes.push(Probe::new(
                "with a key, which is no way in",
                &scene.program,
                UNKNOWN_CALLER,
            )),
            Some(scopes) => {
                for scope in scopes {
                    let lacking = self.lacking.iter().find(|(name, _)| *name == scope);
                    let (_, program) =
                        lacking.ok_or_else(|| format!("no key lacks the scope {scope}"))?;
                    probes.push(Probe::new("with a key that lacks the scope", program, NO_SCOPE));
                }
            }
        }
        let people = operation.roles().filter(|_| !operation.is_for_admins());
        let people = people.map(|_| ("of another user", &scene.eve));
        let programs = operation.scopes().map(|_| ("with another user's key", &scene.eves_program));
        let about_ada = !owned(operation)?.is_empty() || good.names_ids(operation);
        for (who, other) in people.into_iter().chain(programs) {
            match about_ada {
                true => probes.push(Probe::new(who, other, ABSENT)),
                false if reads => probes.push(Probe::looking(who, other)),
                false => {}
            }
        }
        Ok(probes)
    }

    /// Whether something of Ada's is in `body` that was not in the request.
    fn told(&self, good: &Call, body: &str) -> bool {
        let sent: Vec<&String> = good.places.values().collect();
        self.private.iter().any(|value| !sent.contains(&value) && body.contains(value.as_str()))
    }
}

fn not_refused(answer: &Received, expected: Expected) -> Option<String> {
    let code = answer.body["code"].as_str().unwrap_or("without a code");
    if expected.contains(&(answer.status, code)) {
        return fault(answer, expected, None);
    }
    Some(format!("is answered {} {code}, not one of {expected:?}", answer.status))
}

/// Which parameters of its path stand for something of one user's; an error where nobody said.
fn owned<'d>(operation: &Operation<'d>) -> Result<Vec<&'d str>, String> {
    let of_the_public = Scene::is_of_the_public(operation.path);
    let mut found = Vec::new();
    for parameter in operation.parameters("path") {
        let name = parameter.name;
        match () {
            () if of_the_public && EVERYBODYS.contains(&name) => {}
            () if !of_the_public && OF_THE_PLACE.contains(&name) => {}
            () if !of_the_public && OWNED.contains(&name) => found.push(name),
            () => return Err(format!("nobody says whose {name} is")),
        }
    }
    Ok(found)
}
