//! Requests that are refused, each with something in it that its sender may not find in a log.

use domain::{UserId, access_key::Secret};
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    journey::{Done, keep_key, text},
    visit::{Account, Visit, Who, fresh},
};

pub(super) async fn all(visit: &Visit, done: &Done) {
    at_the_doors(visit).await;
    with_keys_of_nobody(visit, done).await;
    in_paths_and_queries(visit, done).await;
    in_headers(visit, done).await;
    in_bodies(visit, done).await;
    of_accounts(visit, done).await;
}

/// The gateway itself answers these: no function hears of them.
async fn at_the_doors(visit: &Visit) {
    let token = |what| visit.secret(what, &format!("eyJhbGciOiJSUzI1NiJ9.{}.x", fresh()));
    let forged = Who::SignedIn(token("a forged token"));
    for path in ["/auth/me", "/projects", "/jobs"] {
        visit.get(&forged, path).await.expect(401);
    }
    let nowhere = format!("/nowhere/{}", visit.plant("a path"));
    visit.get(&Who::Nobody, &nowhere).await.expect(404);
    let unknown = Who::Program(visit.secret("a key of nobody", &fresh()));
    visit.get(&unknown, "/jobs").await.expect(401);
    visit.get(&unknown, &nowhere).await.expect(404);
}

/// Keys of our shape that the table does not know, with a right checksum and a wrong one.
async fn with_keys_of_nobody(visit: &Visit, done: &Done) {
    let me = visit.get(&done.customer.who, "/auth/me").await.expect(200);
    let owner: UserId = text(&me["id"]).parse().expect("a user's id");
    let random = || *uuid::Uuid::new_v4().as_bytes();
    let made =
        Secret::new(owner, [&random()[..], &random()[..4]].concat().try_into().expect("20 bytes"));
    let right = made.expose().to_owned();
    let last = if done.key.ends_with('0') { "1" } else { "0" };
    let wrong = format!("{}{last}", &done.key[..done.key.len() - 1]);
    for (what, key) in [
        ("a key nobody was given", right),
        ("a key with a wrong checksum", wrong),
        ("a key of another shape", format!("qhk_{}", fresh())),
    ] {
        let value =
            if key.len() > 40 { keep_key(visit, what, &key) } else { visit.secret(what, &key) };
        let who = Who::Program(value.clone());
        visit.get(&who, "/jobs").await.expect(401);
        visit.post(&who, "/jobs", json!({"input": {}})).await.expect(401);
        let request = visit.request(&Who::Nobody, Method::GET, "/hardware");
        visit.send(request.header("x-api-key", &value)).await.expect(200);
    }
}

async fn in_paths_and_queries(visit: &Visit, done: &Done) {
    let who = &done.customer.who;
    for path in ["/projects", "/jobs", "/bills", "/subscriptions", "/hardware", "/registry"] {
        let path = format!("{path}/{}", visit.plant("an id"));
        visit.get(who, &path).await.refused();
    }
    let token = visit.secret("an unknown link", &[fresh(), fresh()].concat());
    visit.get(&Who::Nobody, &format!("/auth/verify/{token}")).await.expect(404);
    let password = visit.secret("a password in a query", &format!("Query+{}", fresh()));
    let email = visit.known("an e-mail address in a query", &format!("{}@example.org", fresh()));
    visit.get(who, &format!("/auth/me?password={password}&email={email}")).await.refused();
    for path in ["/jobs", "/projects", "/registry", "/marketplace", "/hardware"] {
        let cursor = visit.plant("a cursor");
        visit.get(who, &format!("{path}?cursor={cursor}")).await.refused();
        visit.get(who, &format!("{path}?limit={cursor}")).await.refused();
    }
}

async fn in_headers(visit: &Visit, done: &Done) {
    let who = &done.developer.who;
    let planted = |what| visit.plant(what);
    let request = visit
        .request(who, Method::GET, "/projects")
        .header("x-request-id", planted("a request id"))
        .header("x-forwarded-for", planted("an address"))
        .header("x-amzn-trace-id", format!("Root=1-{}", planted("a trace of X-Ray")))
        .header("traceparent", planted("a traceparent"))
        .header("tracestate", planted("a tracestate"))
        .header("referer", planted("a referer"))
        .header("accept", planted("an accept header"));
    visit.send(request).await.expect(200);
    let project = visit.post(who, "/projects", json!({"name": "Kept"})).await.expect(201);
    let path = format!("/projects/{}", text(&project["id"]));
    let body = json!({"name": planted("a new name"), "description": ""});
    let request = visit.request(who, Method::PUT, &path).json(&body);
    visit.send(request.header("if-match", planted("an If-Match"))).await.expect(412);
    let request = visit.request(who, Method::POST, "/projects").json(&body);
    let long = format!("{}{}", planted("an idempotency key"), "x".repeat(300));
    visit.send(request.header("idempotency-key", long)).await.expect(400);
    let request = visit.request(who, Method::POST, "/projects").body(body.to_string());
    visit.send(request.header("content-type", planted("a content type"))).await.refused();
}

/// Bodies that cannot be read, do not fit or break a rule.
async fn in_bodies(visit: &Visit, done: &Done) {
    let raw = async |who: &Who, path: &str, body: String| {
        let request = visit.request(who, Method::POST, path).body(body);
        let request = request.header("content-type", "application/json");
        visit.send(request.header("idempotency-key", fresh())).await.refused();
    };
    for (who, path) in [
        (&Who::Nobody, "/auth/register"),
        (&Who::Nobody, "/auth/login"),
        (&Who::Nobody, "/auth/refresh"),
        (&Who::Nobody, "/auth/verify/resend"),
        (&done.developer.who, "/projects"),
        (&done.developer.who, "/quantum-apps"),
        (&done.customer.who, "/jobs"),
        (&Who::Program(done.key.clone()), "/jobs"),
    ] {
        let planted = visit.plant("a body");
        raw(who, path, planted.clone()).await;
        raw(who, path, format!("{{\"email\": \"{planted}\", \"password\": \"{planted}\"")).await;
        raw(who, path, json!({"email": {"of": planted}, "password": [planted]}).to_string()).await;
        raw(who, path, json!({ planted.clone(): planted }).to_string()).await;
        raw(who, path, json!({"type": planted, "run_mode": planted, "name": 1}).to_string()).await;
        raw(who, path, format!("[\"{planted}\"{}", " ".repeat(300_000))).await;
    }
    let job = json!({
        "device_id": "hub-simulator", "shots": 10, "input": {"theta": visit.plant("an input")}
    });
    visit.post(&Who::Program(done.key.clone()), "/jobs", job).await.refused();
}

/// Registrations that break a rule or meet another, and sessions that are none.
async fn of_accounts(visit: &Visit, done: &Done) {
    let nobody = &Who::Nobody;
    let register = async |change: &dyn Fn(&mut Value)| {
        let mut wanted = Account::new(visit, "stranger").registration();
        change(&mut wanted);
        visit.post(nobody, "/auth/register", wanted).await
    };
    let weak =
        visit.secret("a weak password", &format!("{}weak", fresh().replace(char::is_numeric, "x")));
    register(&|wanted| wanted["password"] = weak.as_str().into()).await.refused();
    let taken = &done.developer.account;
    register(&|wanted| wanted["username"] = taken.username.as_str().into()).await.refused();
    register(&|wanted| wanted["full_name"] = format!("{}\u{0}", taken.full_name).into())
        .await
        .refused();
    register(&|wanted| wanted["email"] = taken.email.replace('@', " ").into()).await.refused();
    // An address that is known is answered as one that is not.
    register(&|wanted| wanted["email"] = taken.email.as_str().into()).await.expect(202);
    let resend = json!({"email": taken.email});
    visit.post(nobody, "/auth/verify/resend", resend).await.expect(202);
    let ended = visit.secret("a refresh token of nobody", &[fresh(), fresh()].join("."));
    visit.post(nobody, "/auth/refresh", json!({"refresh_token": ended})).await.expect(401);
    let access = visit.secret("a token of another kind", &done.developer.refresh_token);
    visit.get(&Who::SignedIn(access), "/auth/me").await.expect(401);
}
