//! Would the table notice?

use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use tests::Received;

use super::{
    call::{Expected, fault},
    document::operations,
    scene::Scene,
};

const SHAPE: Expected = &[(400, "wrong_shape")];
const RULE: Expected = &[(422, "validation_failed")];
const PROBLEM: &str = "application/problem+json";
const ADVICE: &str = "Correct the body: another type is expected.";

fn problem(status: u16, code: &str, detail: &str) -> Value {
    json!({"type": "about:blank", "title": "Bad", "status": status, "code": code, "detail": detail})
}

fn found(status: u16, kind: &'static str, body: Value, expected: Expected) -> bool {
    let headers =
        HeaderMap::from_iter([(http::header::CONTENT_TYPE, HeaderValue::from_static(kind))]);
    let answer = Received { request: String::new(), status, headers, body };
    fault(&answer, expected, Some("/name")).is_some()
}

#[test]
fn only_a_whole_problem_document_passes_for_a_refusal() {
    assert!(!found(400, PROBLEM, problem(400, "wrong_shape", ADVICE), SHAPE));
    for (status, kind, body) in [
        (200, "application/json", json!({"id": 1})),
        (500, PROBLEM, problem(500, "internal_error", ADVICE)),
        (422, PROBLEM, problem(422, "wrong_shape", ADVICE)),
        (400, PROBLEM, problem(400, "malformed_json", ADVICE)),
        (400, PROBLEM, problem(500, "wrong_shape", ADVICE)),
        (400, "application/json", problem(400, "wrong_shape", ADVICE)),
        (400, PROBLEM, json!({"status": 400, "code": "wrong_shape", "detail": ADVICE})),
        (400, PROBLEM, problem(400, "wrong_shape", "no")),
        (400, PROBLEM, problem(400, "wrong_shape", &format!("{}.", "Too long ".repeat(500)))),
        (400, PROBLEM, json!("wrong_shape")),
    ] {
        assert!(found(status, kind, body.clone(), SHAPE), "{status} {body}");
    }
}

#[test]
fn a_broken_rule_must_be_told_of_the_member_that_breaks_it() {
    let about = |violations: Value| {
        let mut body = problem(422, "validation_failed", ADVICE);
        body["violations"] = violations;
        found(422, PROBLEM, body, RULE)
    };
    assert!(!about(json!([{"pointer": "/name", "detail": "write less"}])));
    for violations in [
        json!(null),
        json!([]),
        json!([{"pointer": "/tags", "detail": "write less"}]),
        json!([{"pointer": "/name", "detail": ""}]),
        json!([{"pointer": "/name", "detail": "x".repeat(10_000)}]),
    ] {
        assert!(about(violations.clone()), "{violations}");
    }
}

#[tokio::test]
async fn an_operation_that_nobody_knows_how_to_call_is_noticed() {
    let scene = Scene::begin().await;
    let note = |parameter: Value| {
        json!({"paths": {"/notes": {"get": {
            "operationId": "listNotes", "security": [{"cognito": []}], "parameters": [parameter]
        }}}})
    };
    let known = |document: &Value| scene.good(&operations(document)[0]).is_ok();
    let parameter = |name: &str, place: &str| {
        note(json!({"name": name, "in": place, "required": true, "schema": {"type": "string"}}))
    };
    assert!(known(&parameter("project_id", "path")));
    for (name, place) in [("note_id", "path"), ("since", "query"), ("X-Reason", "header")] {
        assert!(!known(&parameter(name, place)), "{name}");
    }
}
