//! Each rule over the real files, and over files that break it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use domain::{
    UserId,
    access_key::{AccessKey, Secret},
    account::{Role, Status, Subject},
    session::{Origin, Session},
};
use serde_json::Value;
use store::{access_keys::access_key, create};
use tests::{GHZ, Stack};

use super::{
    calls::Calls,
    dead_letters,
    document::Template,
    expanded::{self, Limits},
    names,
    needs::{KNOWN, Known, Place, must},
    operations, permissions, public, queues,
    routes::{self, operations as declared},
    samples::{self, samples},
    sources::Sources,
    variables,
};
use crate::contract::openapi;

static REAL: LazyLock<Template> = LazyLock::new(|| template(&root()));
static SOURCES: LazyLock<Sources> = LazyLock::new(|| Sources::read(&root()));
static CALLS: LazyLock<Calls<'static>> = LazyLock::new(|| Calls::of(&SOURCES));

const LIMITS: Limits = Limits { resources: 400, policy_bytes: 20_480 };

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("contract/template/fixtures").join(name)
}

fn read(path: PathBuf) -> String {
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn template(folder: &Path) -> Template {
    Template::parse(&read(folder.join("template.yaml")))
}

fn json(path: PathBuf) -> Value {
    serde_json::from_str(&read(path)).expect("JSON")
}

/// None where all is well; each fault is a sentence.
#[track_caller]
fn holds(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// The faults of a fixture are those of its list, in that order.
#[track_caller]
fn breaks(faults: &[String], expected: PathBuf) {
    let expected = read(expected);
    let expected: Vec<&str> = expected.lines().collect();
    assert_eq!(faults, expected, "\n{}\n", faults.join("\n"));
}

/// Which crate serves each operation.
fn served() -> BTreeMap<String, &'static str> {
    let mut served = BTreeMap::new();
    for (name, part) in openapi::parts() {
        let part = serde_json::to_value(part).expect("JSON");
        served.extend(declared(&part).iter().map(|one| (one.name(), name)));
    }
    served
}

#[test]
fn each_operation_reaches_the_function_that_serves_it() {
    holds(&routes::faults(&REAL, &json(root().join("infra/openapi.json")), &served()));
}

#[test]
fn a_request_that_would_go_astray_is_found() {
    let folder = fixture("doors");
    let served = [
        ("get /bills", "billing"),
        ("get /hardware/{device_id}", "hardware"),
        ("get /hardware/{device_id}/repairs", "hardware"),
        ("get /health", "reference"),
        ("post /jobs", "jobs"),
        ("get /jobs/statistics", "statistics"),
        ("post /jobs/statistics", "statistics"),
        ("get /jobs/{job_id}", "jobs"),
    ];
    let served = served.map(|(name, by)| (name.to_owned(), by)).into();
    let found = routes::faults(&template(&folder), &json(folder.join("openapi.json")), &served);
    breaks(&found, folder.join("routes.txt"));
}

#[test]
fn public_means_public() {
    let code = serde_json::to_value(api::document(openapi::parts().into_values())).expect("JSON");
    let contract = json(root().join("infra/openapi.json"));
    let listed = read(root().join("tests/golden/public-operations.txt"));
    holds(&public::faults(&REAL, &code, &contract, &listed));
}

#[test]
fn what_is_open_in_one_place_and_shut_in_another_is_found() {
    let folder = fixture("doors");
    let contract = json(folder.join("openapi.json"));
    let listed = read(folder.join("public-operations.txt"));
    let found = public::faults(&template(&folder), &contract, &contract, &listed);
    breaks(&found, folder.join("public.txt"));
}

#[test]
fn each_function_is_told_what_its_code_reads() {
    holds(&variables::faults(&REAL, &CALLS));
}

#[test]
fn each_role_allows_what_the_edges_do_and_no_more() {
    holds(&operations::unfollowed(&CALLS));
    holds(&KNOWN.faults(&CALLS));
    holds(&permissions::faults(&REAL, &CALLS, &KNOWN));
}

#[test]
fn what_is_read_unset_or_allowed_unused_is_found() {
    const OF_THE_FIXTURE: Known = Known {
        always: &[must("logs:PutLogEvents", Place::Is("*"))],
        operations: &[
            ("ledger get_item", &[must("dynamodb:GetItem", Place::Is("{TABLE_NAME}"))]),
            ("ledger put_item", &[must("dynamodb:PutItem", Place::Is("{TABLE_NAME}"))]),
            ("ledger scan", &[]),
            ("post send_email", &[must("ses:SendEmail", Place::Holds(":identity/"))]),
        ],
        routines: &[("ledger Table::burn", &[])],
    };
    let folder = fixture("workspace");
    let (template, sources) = (template(&folder), Sources::read(&folder));
    let calls = Calls::of(&sources);
    breaks(&variables::faults(&template, &calls), folder.join("variables.txt"));
    breaks(&operations::unfollowed(&calls), folder.join("unfollowed.txt"));
    breaks(&OF_THE_FIXTURE.faults(&calls), folder.join("unknown.txt"));
    let found = permissions::faults(&template, &calls, &OF_THE_FIXTURE);
    breaks(&found, folder.join("permissions.txt"));
}

#[test]
fn queues_are_safe() {
    holds(&queues::faults(&REAL));
}

#[test]
fn a_queue_that_loses_or_repeats_is_found() {
    let folder = fixture("queues");
    breaks(&queues::faults(&template(&folder)), folder.join("faults.txt"));
}

#[test]
fn what_is_given_up_reaches_the_table() {
    holds(&dead_letters::faults(&REAL));
}

#[test]
fn what_is_given_up_and_lost_is_found() {
    let folder = fixture("dead_letters");
    breaks(&dead_letters::faults(&template(&folder)), folder.join("faults.txt"));
}

#[test]
fn folder_crate_binary_and_function_are_called_alike() {
    let makefile = read(root().join("Makefile"));
    holds(&names::faults(&REAL, &root().join("functions"), &makefile));
}

#[test]
fn what_is_called_otherwise_is_found() {
    let folder = fixture("names");
    let makefile = read(folder.join("Makefile"));
    let found = names::faults(&template(&folder), &folder.join("functions"), &makefile);
    breaks(&found, folder.join("faults.txt"));
}

#[test]
fn no_function_names_what_is_made_after_it() {
    holds(&expanded::too_early(&REAL));
}

#[tokio::test]
async fn the_expanded_template_can_be_deployed() {
    let expanded = expanded_by_sam().await;
    holds(&expanded::faults(&expanded, &LIMITS));
    let read = ["HubApi", "ClientApi"].iter().flat_map(|door| routes::read(&REAL, door)).collect();
    holds(&expanded::misread(&expanded, &read));
}

#[test]
fn what_cannot_be_deployed_is_found() {
    let folder = fixture("expanded");
    let (raw, expanded) = (template(&folder), json(folder.join("template.json")));
    let read: BTreeSet<String> = routes::read(&raw, "HubApi").into_iter().collect();
    let small = Limits { resources: 4, policy_bytes: 400 };
    let mut found = expanded::faults(&expanded, &small);
    found.extend(expanded::misread(&expanded, &read));
    found.extend(expanded::too_early(&raw));
    breaks(&found, folder.join("faults.txt"));
}

#[tokio::test]
async fn each_sample_event_is_understood() {
    let events = samples(&root().join("events"));
    let stack = hub_of(&events).await;
    for (name, event) in &events {
        holds(Vec::from_iter(samples::fault(&REAL, &stack, name, event).await).as_slice());
    }
}

#[tokio::test]
async fn an_event_that_nobody_understands_is_found() {
    let stack = hub_of(&samples(&root().join("events"))).await;
    let mut found = Vec::new();
    for (name, event) in samples(&fixture("events")) {
        found.extend(samples::fault(&REAL, &stack, &name, &event).await);
    }
    breaks(&found, fixture("events/faults.txt"));
}

/// A hub that knows the users of the samples, and their key: of a subscription to an app that takes the input they send.
async fn hub_of(events: &BTreeMap<String, String>) -> Stack {
    let stack = Stack::start().await;
    stack.devices().await;
    let event = |name: &str| -> Value { serde_json::from_str(&events[name]).expect("JSON") };
    let signed_in = |name: &str| -> UserId {
        let claims = &event(name)["requestContext"]["authorizer"]["claims"];
        claims["username"].as_str().and_then(|id| id.parse().ok()).expect("a user's id")
    };
    let sent = event("jobs.client.json")["headers"]["x-api-key"].clone();
    let sent = sent.as_str().and_then(Secret::parse).expect("an API key");
    let owner = sent.owner().expect("a key names its owner");
    let people = [
        (signed_in("jobs.hub.json"), Role::Consumer),
        (signed_in("operations.hub.json"), Role::Admin),
        (owner, Role::Consumer),
    ];
    let subjects = people.map(|(user_id, role)| {
        create(&Subject {
            user_id,
            roles: vec![role],
            status: Status::Active,
            pending_until: None,
            closed_at: None,
        })
    });
    let sessions = ["jobs.hub.json", "operations.hub.json"].map(|name| {
        let id = &event(name)["requestContext"]["authorizer"]["claims"]["origin_jti"];
        let id = id.as_str().and_then(|id| id.parse().ok()).expect("a session's id");
        let now = stack.clock().now();
        create(&Session::new(id, signed_in(name), String::new(), Origin::default(), now))
    });
    stack.table().write(subjects.into_iter().chain(sessions)).await.expect("new users");

    let mut user = stack.stranger();
    user.id = owner.to_string();
    let developer = stack.provider("ada").await;
    let published = stack.publish(&developer, GHZ, "0.05").await;
    let subscription = stack.subscribe(&user, published, false).await;
    let made = stack.key(&user, subscription, None).await;
    let hash = |key: &str| stack.context().api_keys.hex(key.as_bytes());
    let made = stack.table().get(&access_key(owner, &hash(&made))).await.expect("read");
    let mut key: AccessKey = made.expect("made").into_inner();
    key.hash = hash(sent.expose());
    stack.table().write([create(&key)]).await.expect("the samples' key");
    stack
}

/// What SAM itself makes of the template, by the translator that comes with the packages of the local cloud.
async fn expanded_by_sam() -> Value {
    let python = local_cloud::python(&root()).await.expect("its packages can be installed");
    let translated = Command::new(python)
        .args(["infra/translate.py", "template.yaml"])
        .current_dir(root())
        .output()
        .expect("Python runs");
    let said = String::from_utf8_lossy(&translated.stderr);
    assert!(translated.status.success(), "SAM refuses the template:\n{said}");
    serde_json::from_slice(&translated.stdout).expect("JSON")
}
