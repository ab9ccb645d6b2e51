//! The environment: what a function lacks is said by its name, and then it does not start.

use std::process::Command;

use api::InitError;
use environment::Error;
use local_cloud::{Extent, Options};
use tests::services;

#[test]
fn a_variable_that_is_not_set_is_named() {
    let missing = environment::text("NOBODY_SETS_THIS");
    assert!(matches!(missing, Err(Error::Missing("NOBODY_SETS_THIS"))), "{missing:?}");
    let missing = environment::number("NOBODY_SETS_THIS").expect_err("not set");
    assert_eq!(missing.to_string(), "the environment variable NOBODY_SETS_THIS is not set");
}

#[test]
fn a_variable_that_is_no_number_is_named() {
    assert!(!environment::text("PATH").expect("tests run from a shell").is_empty());
    let text = environment::number("PATH");
    assert!(matches!(text, Err(Error::NotANumber("PATH"))), "{text:?}");
}

/// What a function says that ends before it serves, told this of the environment it is deployed with.
fn says(name: &str, value: Option<&str>) -> String {
    let mut function =
        Command::new(Options::in_checkout(Extent::Services).binaries.join("projects"));
    function.envs(services().environment());
    function.envs(&services().stack().environments["ProjectsFunction"]);
    match value {
        Some(value) => function.env(name, value),
        None => function.env_remove(name),
    };
    let ended = function.output().expect("the function is built");
    assert!(!ended.status.success(), "{name}");
    String::from_utf8(ended.stderr).expect("text").lines().last().unwrap_or_default().to_owned()
}

#[test]
fn a_function_that_is_told_too_little_does_not_start() {
    for (name, value, expected) in [
        ("SECRET_ID", None, InitError::Environment(Error::Missing("SECRET_ID"))),
        ("TABLE_NAME", Some(""), InitError::Environment(Error::Missing("TABLE_NAME"))),
        (
            "REQUESTS_PER_SECOND",
            Some("many"),
            InitError::Environment(Error::NotANumber("REQUESTS_PER_SECOND")),
        ),
        ("REQUEST_BURST", Some("0"), InitError::Limit),
    ] {
        assert_eq!(says(name, value), format!("Error: {expected:?}"));
    }
    let said = says("SECRET_ID", Some("nowhere"));
    assert!(
        said.starts_with(r#"Error: Secret(Failed("GetSecretValue: ResourceNotFoundException"#),
        "{said}"
    );
}
