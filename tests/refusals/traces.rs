//! Is every answer told which request it is to and which trace it belongs to, whatever the answer?

use serde_json::Value;
use tests::{Received, User};

use super::{call::Call, document::operations, scene::Scene};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";
/// The same trace, as X-Ray writes it.
const XRAY: &str = "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=53995c3f42cd8ad8;Sampled=1";

#[tokio::test]
async fn every_answer_names_its_request_and_goes_on_in_its_callers_trace() {
    let scene = Scene::begin().await;
    let event: Value =
        serde_json::from_str(include_str!("../../events/jobs.hub.json")).expect("a sample");
    let request_id = event["requestContext"]["requestId"].as_str().expect("a request id");
    let mut faults = Vec::new();
    let (mut granted, mut refused) = (0, 0);
    for operation in operations(&scene.document) {
        let good = scene.good(&operation).expect("a good request");
        let caller = &scene.callers(&operation)[0];
        let nowhere = Call { path: format!("{}/a/b/c/d/e", good.path), ..good.clone() };
        let sendings: [(&str, &User, Call); 3] = [
            ("as it should be", caller, good.clone()),
            ("of nobody known", &scene.stack.stranger(), good.clone()),
            ("to where nothing is", caller, nowhere),
        ];
        for (what, by, call) in sendings {
            for (sent, expected) in headers() {
                let call =
                    sent.iter().fold(call.clone(), |call, (name, value)| call.header(name, value));
                let answer = call.send(by).await;
                let count = if answer.status < 400 { &mut granted } else { &mut refused };
                *count += 1;
                let fault = fault(&answer, request_id, expected);
                faults.extend(
                    fault.map(|fault| {
                        format!("{} {what}, sent {sent:?}: {fault}", operation.name())
                    }),
                );
            }
        }
    }
    println!("{granted} requests that were granted and {refused} that were refused");
    assert!(granted > 0 && refused > 0);
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

type Sent = Vec<(&'static str, String)>;

/// What callers say of their trace, and which one the answer must then be of: `None` where a new one begins.
fn headers() -> [(Sent, Option<&'static str>); 5] {
    let traceparent = |value: String| ("Traceparent", value);
    let xray = ("X-Amzn-Trace-Id", XRAY.to_owned());
    let other = ("X-Amzn-Trace-Id", "Root=1-00000000-00000000000000000000000f".to_owned());
    [
        (vec![traceparent(format!("00-{TRACE}-{SPAN}-01")), other], Some(TRACE)),
        (vec![xray], Some(TRACE)),
        (
            vec![traceparent(format!("00-{TRACE}-{SPAN}")), ("X-Request-Id", "mine".to_owned())],
            None,
        ),
        (vec![traceparent("ada@example.com".to_owned())], None),
        (vec![], None),
    ]
}

fn fault(answer: &Received, request_id: &str, expected: Option<&str>) -> Option<String> {
    let named = answer.header("x-request-id");
    if named != Some(request_id) {
        return Some(format!("answered {} as request {named:?}", answer.status));
    }
    let said = answer.header("traceparent").unwrap_or_default();
    let Some((trace, span)) = traceparent(said) else {
        return Some(format!("answered {} with traceparent {said:?}", answer.status));
    };
    let kept = trace == TRACE;
    (kept != expected.is_some() || span == SPAN)
        .then(|| format!("answered {} in the trace {said}", answer.status))
}

/// Trace and span of a header as W3C Trace Context writes it in its first version.
fn traceparent(said: &str) -> Option<(&str, &str)> {
    let parts: Vec<&str> = said.split('-').collect();
    let &["00", trace, span, "00" | "01"] = parts.as_slice() else { return None };
    let is_id = |text: &str, length: usize| {
        let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        digits && text.len() == length && text.bytes().any(|byte| byte != b'0')
    };
    (is_id(trace, 32) && is_id(span, 16)).then_some((trace, span))
}

#[test]
fn an_answer_without_its_request_or_of_another_trace_is_noticed() {
    let good = format!("00-{TRACE}-b7ad6b7169203331-01");
    let told = |request_id: Option<&str>, traceparent: &str| {
        let mut headers = http::HeaderMap::new();
        for (name, value) in [("x-request-id", request_id), ("traceparent", Some(traceparent))] {
            headers.extend(value.map(|value| {
                let name: http::HeaderName = name.parse().expect("a name");
                (name, value.parse().expect("a value"))
            }));
        }
        let answer = Received { request: String::new(), status: 200, headers, body: Value::Null };
        fault(&answer, "r-1", Some(TRACE)).is_none()
    };
    assert!(told(Some("r-1"), &good));
    for (request_id, traceparent) in [
        (None, good.clone()),
        (Some("r-2"), good),
        (Some("r-1"), String::new()),
        (Some("r-1"), format!("00-{TRACE}-{SPAN}-01")),
        (Some("r-1"), format!("00-{}-b7ad6b7169203331-01", TRACE.replace('4', "5"))),
        (Some("r-1"), format!("00-{TRACE}-0000000000000000-01")),
        (Some("r-1"), format!("00-{}-b7ad6b7169203331-01", TRACE.to_uppercase())),
        (Some("r-1"), format!("01-{TRACE}-b7ad6b7169203331-01")),
    ] {
        assert!(!told(request_id, &traceparent), "{request_id:?} {traceparent}");
    }
}
