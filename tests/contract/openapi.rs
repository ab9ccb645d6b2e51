//! Is the committed API description what the functions serve, and is it well described?

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;
use utoipa::openapi::OpenApi;

use super::well_described::faults;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// What each function that answers callers declares.
pub(super) fn parts() -> BTreeMap<&'static str, OpenApi> {
    BTreeMap::from([
        ("api-keys", api_keys::routes().into_openapi()),
        ("auth", auth::routes().into_openapi()),
        ("billing", billing::routes().into_openapi()),
        ("hardware", hardware::routes().into_openapi()),
        ("jobs", jobs::routes().into_openapi()),
        ("marketplace", marketplace::routes().into_openapi()),
        ("operations", operations::routes().into_openapi()),
        ("projects", projects::routes().into_openapi()),
        ("quantum-apps", quantum_apps::routes().into_openapi()),
        ("reference", reference::routes().into_openapi()),
        ("registry", registry::routes().into_openapi()),
        ("subscriptions", subscriptions::routes().into_openapi()),
        ("users", users::routes().into_openapi()),
    ])
}

fn document() -> String {
    let text = api::document(parts().into_values()).to_pretty_json();
    text.expect("a document is JSON") + "\n"
}

fn value(document: &str) -> Value {
    serde_json::from_str(document).expect("a document is JSON")
}

#[test]
fn the_committed_document_is_what_the_functions_serve() {
    let path = Path::new(ROOT).join("infra/openapi.json");
    let served = document();
    if std::env::var("GOLDEN").is_ok_and(|golden| golden == "write") {
        fs::write(&path, &served).expect("the checkout can be written to");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == served,
        "infra/openapi.json is not what the functions serve: run make golden"
    );
}

#[test]
fn every_function_that_answers_callers_is_in_the_document() {
    let folders = fs::read_dir(Path::new(ROOT).join("functions")).expect("the functions are there");
    let mut serving: Vec<String> = folders
        .filter_map(|folder| {
            let folder = folder.ok()?;
            let manifest = fs::read_to_string(folder.path().join("Cargo.toml")).ok()?;
            manifest
                .contains("utoipa-axum")
                .then(|| folder.file_name().to_string_lossy().into_owned())
        })
        .collect();
    serving.sort();
    assert_eq!(serving, parts().into_keys().collect::<Vec<_>>());
}

#[test]
fn every_operation_is_well_described() {
    let faults = faults(&value(&document()));
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn what_is_badly_described_is_found() {
    let found = faults(&value(include_str!("badly_described.json")));
    let expected: Vec<&str> = include_str!("badly_described.txt").lines().collect();
    assert_eq!(found, expected, "\n{}\n", found.join("\n"));
}

#[test]
fn functions_that_name_a_schema_alike_mean_the_same() {
    let found = clashes(parts().iter().map(|(name, part)| (*name, schemas(part))));
    assert!(found.is_empty(), "give one of them #[schema(as = …)]:\n{}\n", found.join("\n"));
}

#[test]
fn a_name_with_two_meanings_is_found() {
    let line =
        |kind: &str| BTreeMap::from([("Line".to_owned(), serde_json::json!({"type": kind}))]);
    let alike = [("billing", line("object")), ("jobs", line("object"))];
    assert!(clashes(alike.into_iter()).is_empty());
    let apart = [("billing", line("object")), ("jobs", line("string"))];
    assert_eq!(clashes(apart.into_iter()), ["Line means one thing in billing and another in jobs"]);
}

fn schemas(part: &OpenApi) -> BTreeMap<String, Value> {
    let components = part.components.iter().flat_map(|components| &components.schemas);
    let shown = |schema| serde_json::to_value(schema).expect("a schema is JSON");
    components.map(|(name, schema)| (name.clone(), shown(schema))).collect()
}

fn clashes<'a>(parts: impl Iterator<Item = (&'a str, BTreeMap<String, Value>)>) -> Vec<String> {
    let mut known: BTreeMap<String, (&str, Value)> = BTreeMap::new();
    let mut found = Vec::new();
    for (function, schemas) in parts {
        for (name, schema) in schemas {
            match known.get(&name) {
                Some((first, meaning)) if *meaning != schema => {
                    found.push(format!(
                        "{name} means one thing in {first} and another in {function}"
                    ));
                }
                Some(_) => {}
                None => drop(known.insert(name, (function, schema))),
            }
        }
    }
    found
}
