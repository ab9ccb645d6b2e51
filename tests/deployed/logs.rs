//! Do the functions' lines tell what happened, for whom in which trace, and nothing that is nobody's business?
//!
//! A full run on a hub of this test's own, then refusals of all kinds, then failures: every person, password, token,
//! key and name in it is unlike any other, and every line that any function wrote is searched for each of them.

mod broken;
mod emf;
pub(super) mod journey;
mod line;
mod refused;
mod search;
mod visit;

use std::collections::BTreeMap;

use line::Written;
use search::Search;
use serde_json::Value;
use visit::Asked;

use self::{journey::Done, visit::Visit};
use super::place::Place;

/// What a request is called that fits no operation, and work that is no request.
const NO_REQUESTS: [&str; 3] = ["authorization", "message", "tick"];

#[tokio::test(flavor = "multi_thread")]
async fn the_lines_of_a_full_run_tell_what_happened_and_nothing_of_whom() {
    let place = Place::unlimited("logs");
    let cloud = place.cloud().expect("a hub of this test's own");
    let visit = Visit::to(place.address());
    let document = visit.get(&visit::Who::Nobody, "/openapi.json").await.expect(200);
    visit.get(&visit::Who::Nobody, "/health").await.expect(200);
    let done = journey::run(&visit).await;
    refused::all(&visit, &done).await;
    let lines = told(&place, &visit).await;
    each_request_has_its_line(&visit.asked(), &lines, &document);
    jobs_keep_the_trace_of_their_request(&done, &lines);
    facts_add_up(&done, &visit, &lines);
    measures_are_plausible(&visit.asked(), &lines);

    let failed = broken::all(&visit, &place, cloud, &done).await;
    assert!(failed >= 8, "only {failed} requests met a failure");
    let lines = told(&place, &visit).await;
    each_request_has_its_line(&visit.asked(), &lines, &document);
    let failures: f64 = lines.iter().map(|line| line.number("failures")).sum();
    assert!(failures >= failed as f64, "{failures} failures are counted, {failed} were answered");
    let faults: Vec<String> = lines
        .iter()
        .flat_map(|line| line.faults().into_iter().map(|fault| format!("{fault}: {}", line.text)))
        .collect();
    assert!(faults.is_empty(), "{} faults:\n{}\n", faults.len(), faults.join("\n"));
    nothing_is_leaked(&visit, &lines);
}

/// Every line, once those of all requests that reached a function are written.
async fn told(place: &Place, visit: &Visit) -> Vec<Written> {
    let reached = visit.asked().iter().filter(|asked| asked.answered_trace.is_some()).count();
    journey::wait_for("the lines of all requests", async || {
        let lines = line::read(&place.logs());
        (lines.iter().filter(|line| is_of_request(line)).count() >= reached).then_some(lines)
    })
    .await
}

/// The line that ends a request.
fn is_of_request(line: &Written) -> bool {
    line.measures() && !NO_REQUESTS.contains(&line.says("operation"))
}

/// One, with its id, its trace and its status, and none of any other request.
fn each_request_has_its_line(asked: &[Asked], lines: &[Written], document: &Value) {
    let operations: Vec<&Value> = document["paths"]
        .as_object()
        .expect("paths")
        .values()
        .flat_map(|item| item.as_object().into_iter().flat_map(|item| item.values()))
        .map(|operation| &operation["operationId"])
        .collect();
    let mut of_requests = BTreeMap::<&str, Vec<&Written>>::new();
    for line in lines.iter().filter(|line| is_of_request(line)) {
        of_requests.entry(line.says("request_id")).or_default().push(line);
        let operation = line.says("operation");
        let known = operation == "none" || operations.iter().any(|one| *one == operation);
        assert!(known, "no operation is called so: {}", line.text);
    }
    for asked in asked {
        let found = of_requests.remove(asked.request_id.as_str()).unwrap_or_default();
        let Some(trace) = &asked.answered_trace else {
            assert!(found.is_empty(), "the gateway's own answer is a function's too: {asked:?}");
            continue;
        };
        let [line] = found.as_slice() else {
            panic!("{} lines of {asked:?}", found.len());
        };
        assert_eq!(line.says("trace_id"), trace, "{asked:?}: {}", line.text);
        assert_eq!(line.line["status"], asked.status, "{asked:?}: {}", line.text);
        if let Some(sent) = &asked.trace {
            assert_eq!(sent, trace, "{asked:?}");
        }
        let (latency, elapsed) = (line.number("latency_ms"), asked.elapsed.as_secs_f64() * 1e3);
        assert!(latency > 0.0 && latency <= elapsed, "{elapsed} ms for the caller: {}", line.text);
    }
    assert!(of_requests.is_empty(), "requests that nobody sent: {of_requests:?}");
}

/// Whoever goes on with a job does so in the trace of the request that made it.
fn jobs_keep_the_trace_of_their_request(done: &Done, lines: &[Written]) {
    let completed: Vec<_> = done.jobs.iter().filter(|job| job.status == "COMPLETED").collect();
    assert!(
        completed.iter().any(|job| job.on_braket) && completed.iter().any(|job| !job.on_braket)
    );
    for job in completed {
        let by = |function: &str, operation: &str| {
            lines.iter().any(|line| {
                line.by.starts_with(&format!("quantum-hub-{function}"))
                    && line.says("operation") == operation
                    && line.says("trace_id") == job.trace
                    && line.measures()
            })
        };
        let ended = |function: &str| {
            let of_job = lines.iter().find(|line| {
                line.by.starts_with(&format!("quantum-hub-{function}"))
                    && line.says("job_id") == job.id
                    && line.says("settled") == "ended Completed"
            });
            let line = of_job.unwrap_or_else(|| panic!("{function} does not tell of {}", job.id));
            assert_eq!(line.says("trace_id"), job.trace, "{}", line.text);
        };
        assert!(by("jobs", "createJob"), "{}", job.trace);
        if job.on_braket {
            assert!(by("submit-quantum-task", "message"), "{}", job.trace);
            assert!(by("settle-job", "message"), "{}", job.trace);
            ended("settle-job");
        } else {
            assert!(by("run-simulation", "message"), "{}", job.trace);
            ended("run-simulation");
        }
    }
}

/// What is counted is what was done.
fn facts_add_up(done: &Done, visit: &Visit, lines: &[Written]) {
    let asked = visit.asked();
    let answered = |what: &str, status: u16| {
        let such = asked.iter().filter(|asked| asked.what == what && asked.status == status);
        such.count()
    };
    let ended = |status: &str| done.jobs.iter().filter(|job| job.status == status).count();
    let tasks = done.jobs.iter().filter(|job| job.has_task).count();
    let charged = usize::try_from(done.charged.micros()).expect("a charge");
    assert!(charged > 0, "nothing was charged");
    for (fact, expected) in [
        ("accounts_registered", answered("POST /v1/auth/register", 202)),
        ("accounts_verified", 2),
        ("subscriptions_made", 1),
        ("keys_made", 2),
        ("packages_refused", 1),
        ("versions_released", 1),
        ("jobs_submitted", done.jobs.len()),
        ("jobs_completed", ended("COMPLETED")),
        ("jobs_cancelled", ended("CANCELLED")),
        ("jobs_failed", ended("FAILED")),
        ("quantum_tasks_created", tasks),
        ("micro_usd_charged", charged),
        ("alerts", 0),
        ("failures", 0),
    ] {
        let counted: f64 = lines.iter().map(|line| line.number(fact)).sum();
        assert!(
            (counted - expected as f64).abs() < 0.5,
            "{fact}: {counted} in place of {expected}"
        );
    }
}

/// Starts, calls and units are those of the work.
fn measures_are_plausible(asked: &[Asked], lines: &[Written]) {
    let requests = asked.iter().filter(|asked| asked.answered_trace.is_some());
    let refusals = requests.clone().filter(|asked| (400..500).contains(&asked.status)).count();
    let of_requests = lines.iter().filter(|line| is_of_request(line));
    let counted = |name: &str| of_requests.clone().map(|line| line.number(name)).sum::<f64>();
    assert!((counted("count") - requests.count() as f64).abs() < 0.5);
    assert!((counted("refusals") - refusals as f64).abs() < 0.5);
    let mut starts = BTreeMap::<&str, f64>::new();
    for line in lines.iter().filter(|line| line.measures()) {
        *starts.entry(&line.by).or_default() += line.number("cold_starts");
        let (reads, writes) = (line.number("read_units"), line.number("write_units"));
        let calls = line.number("aws_calls");
        match line.says("operation") {
            "getHealth" | "getOpenapi" => assert!(calls < 0.5, "{}", line.text),
            "getMe" | "listJobs" | "listProjects" if line.line["status"] == 200 => {
                assert!(calls > 0.5 && reads > 0.1, "{}", line.text);
            }
            "createJob" if line.line["status"] == 202 => {
                assert!(calls > 1.5 && reads > 0.1 && writes > 0.9, "{}", line.text);
            }
            _ => {}
        }
    }
    assert!(starts.len() >= 14, "only {} functions were at work", starts.len());
    assert!(starts.values().all(|starts| *starts > 0.5), "some never started: {starts:?}");
}

fn nothing_is_leaked(visit: &Visit, lines: &[Written]) {
    let markers = visit.markers();
    println!(
        "{} lines of {} requests and what they led to, searched for {} markers",
        lines.len(),
        visit.asked().len(),
        markers.len()
    );
    let search = Search::new(markers);
    let mut leaks = Vec::new();
    for line in lines {
        let found = search.leaks(&line.text).into_iter();
        leaks.extend(found.map(|leak| format!("{leak}: {} {}", line.by, line.text)));
    }
    assert!(leaks.is_empty(), "{} leaks:\n{}\n", leaks.len(), leaks.join("\n"));
}
