//! A full run: two people register, one sells, the other buys, runs four jobs and reads the bill.

use std::time::Duration;

use domain::Money;
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use tests::{Folder, announced};

use super::visit::{Account, Visit, Who, fresh};

/// Looks at something that takes its time.
const LOOKS: usize = 600;
const PAUSE: Duration = Duration::from_millis(200);

/// Someone with a session.
pub(super) struct Person {
    pub who: Who,
    pub account: Account,
    pub refresh_token: String,
}

/// A job and the trace of the request that made it.
pub(super) struct Job {
    pub id: String,
    pub trace: String,
    pub on_braket: bool,
    pub status: String,
    /// Whether Braket made a task of it.
    pub has_task: bool,
}

pub(super) struct Done {
    pub developer: Person,
    pub customer: Person,
    pub subscription: String,
    pub key: String,
    pub jobs: Vec<Job>,
    pub charged: Money,
}

pub(super) async fn run(visit: &Visit) -> Done {
    let developer = arrive(visit, "developer").await;
    let customer = arrive(visit, "customer").await;
    let app = publish(visit, &developer).await;
    let (subscription, key) = subscribe(visit, &customer, &app).await;
    let jobs = run_jobs(visit, &customer, &key).await;
    let charged = read_bills(visit, &customer).await;
    Done { developer, customer, subscription, key, jobs, charged }
}

/// Registers, opens the mailed link twice, logs in by name and by address, and goes on with the session.
async fn arrive(visit: &Visit, role: &str) -> Person {
    let nobody = Who::Nobody;
    let account = Account::new(visit, role);
    visit.post(&nobody, "/auth/register", account.registration()).await.expect(202);
    let early = json!({"login": account.email, "password": account.password});
    visit.post(&nobody, "/auth/login", early).await.expect(403);
    let link = mailed_link(visit, &account.email).await;
    for _ in 0..2 {
        visit.get(&nobody, &link).await.expect(200);
    }
    let wrong = visit.secret("a wrong password", &format!("Wrong+{}", fresh()));
    visit
        .post(&nobody, "/auth/login", json!({"login": account.username, "password": wrong}))
        .await
        .expect(401);
    let mut tokens = Value::Null;
    for login in [&account.email, &account.username] {
        let login = json!({"login": login, "password": account.password});
        tokens = visit.post(&nobody, "/auth/login", login).await.expect(200);
        keep_tokens(visit, &tokens);
    }
    let refresh_token = text(&tokens["refresh_token"]);
    let again = json!({"refresh_token": refresh_token});
    let tokens = visit.post(&nobody, "/auth/refresh", again).await.expect(200);
    keep_tokens(visit, &tokens);
    let who = Who::SignedIn(text(&tokens["access_token"]));
    let me = visit.get(&who, "/auth/me").await.expect(200);
    assert_eq!(me["full_name"], account.full_name.as_str());
    Person { who, account, refresh_token }
}

fn keep_tokens(visit: &Visit, tokens: &Value) {
    for (what, name) in [
        ("an access token", "access_token"),
        ("an id token", "id_token"),
        ("a refresh token", "refresh_token"),
    ] {
        visit.secret(what, &text(&tokens[name]));
    }
}

/// The path of the link; it and its token are secret.
pub(super) async fn mailed_link(visit: &Visit, email: &str) -> String {
    let mails = format!("{}/mail.json?to={email}", visit.address());
    let link = wait_for("a mail with a link", async || {
        let mails: Value = visit.client().get(&mails).send().await.ok()?.json().await.ok()?;
        let words = mails[0]["text"].as_str()?.split_whitespace();
        words.into_iter().find(|word| word.contains("/auth/verify/")).map(str::to_owned)
    });
    let link = visit.secret("a mailed link", &link.await);
    let token = link.rsplit('/').next().unwrap_or_default();
    visit.secret("a token of a mailed link", token);
    format!("/auth/verify/{token}")
}

/// A project released as an app, with one version that is refused and one that is sold.
async fn publish(visit: &Visit, developer: &Person) -> String {
    let who = &developer.who;
    let terms = json!({"terms_version": "2026-11"});
    visit.post(who, "/users/me/provider", terms).await.expect(200);
    let name = visit.plant("a project's name");
    let description = visit.plant("a project's description");
    let about = json!({"name": name, "description": description});
    let project = visit.post(who, "/projects", about).await.expect(201);
    let path = format!("/projects/{}/release", text(&project["id"]));
    let kind = json!({"type": "EDUCATION", "tags": [{"name": "bell"}]});
    let released = visit.post(who, &path, kind).await.expect(201);
    let app = text(&released["quantum_app_id"]);

    let bad = format!("OPENQASM 3.0;\nqubit {};\n", visit.plant("a bad program"));
    let bad = Folder::bell("0.9.0").program(&bad).with("notes.md", &visit.plant("a file"));
    let (_, version) = bring(visit, who, &app, "0.9.0", &bad).await;
    assert_eq!(version["status"], "REJECTED", "{version:#}");

    let good = Folder::bell("1.0.0").with("README.md", &visit.plant("a read-me"));
    let (path, version) = bring(visit, who, &app, "1.0.0", &good).await;
    assert_eq!(version["status"], "DRAFT", "{version:#}");
    visit.post(who, &format!("{path}/release"), json!({})).await.expect(200);
    let app_path = format!("/quantum-apps/{app}");
    visit.post(who, &format!("{app_path}/publish-registry"), json!({})).await.expect(200);
    let price = json!({"amount": "0.05", "currency": "USD"});
    let terms = json!({"price": price, "trial_enabled": true});
    visit.post(who, &format!("{app_path}/publish-marketplace"), terms).await.expect(201);
    visit.get(&Who::Nobody, "/registry?limit=100").await.expect(200);
    let download = format!("/registry/download/{app}");
    let link = visit.post(who, &download, json!({})).await.expect(200);
    let link = visit.known("a download link", &text(&link["url"]));
    let (_, signature) = link.split_once("Signature=").expect("a signed link");
    visit.secret("the signature of a link", signature.split('&').next().unwrap_or_default());
    app
}

/// Makes a version and uploads its package; its path and how it stands once it is inspected.
async fn bring(
    visit: &Visit,
    who: &Who,
    app: &str,
    number: &str,
    folder: &Folder,
) -> (String, Value) {
    let path = format!("/quantum-apps/{app}/versions");
    let notes = visit.plant("release notes");
    let version = json!({"version_number": number, "release_notes": notes});
    let version = visit.post(who, &path, version).await.expect(201);
    let path = format!("{path}/{}", text(&version["id"]));
    let zip = folder.zip();
    let form = visit.post(who, &format!("{path}/upload"), announced(&zip)).await.expect(200);
    visit.secret("the signature of a form", &text(&form["fields"]["x-amz-signature"]));
    let mut parts = Form::new();
    for (name, value) in form["fields"].as_object().expect("fields") {
        parts = parts.text(name.clone(), text(value));
    }
    let parts = parts.part("file", Part::bytes(zip).file_name("package.zip"));
    let url = text(&form["url"]);
    let answer = visit.client().post(url).multipart(parts).send().await.expect("an answer");
    assert!(answer.status().is_success(), "the upload was answered {}", answer.status());
    let version = wait_for("a verdict on the package", async || {
        let version = visit.get(who, &path).await.expect(200);
        (version["status"] != "VALIDATING").then_some(version)
    })
    .await;
    (path, version)
}

/// The subscription and its key.
async fn subscribe(visit: &Visit, customer: &Person, app: &str) -> (String, String) {
    let who = &customer.who;
    visit.get(&Who::Nobody, &format!("/marketplace/{app}")).await.expect(200);
    let path = format!("/marketplace/{app}/subscribe");
    let wanted = json!({"subscription_type": "PAY_PER_USE"});
    let subscription = visit.post(who, &path, wanted).await.expect(201);
    let subscription = text(&subscription["id"]);
    let keys = format!("/subscriptions/{subscription}/keys");
    let name = visit.plant("a key's name");
    let key = visit.post(who, &keys, json!({"name": name})).await.expect(201);
    let key = keep_key(visit, "an API key", &text(&key["key"]));

    let spare = visit.post(who, &keys, json!({"name": "spare"})).await.expect(201);
    let revoked = keep_key(visit, "a revoked API key", &text(&spare["key"]));
    visit.get(who, &keys).await.expect(200);
    visit.delete(who, &format!("{keys}/{}", text(&spare["id"]))).await.expect(204);
    visit.get(&Who::Program(revoked), "/jobs").await.refused();
    (subscription, key)
}

/// A key holds its owner's id, which lines may tell: secret is what comes after it.
pub(super) fn keep_key(visit: &Visit, what: &'static str, key: &str) -> String {
    visit.known(what, key);
    visit.secret(what, &key[36..]);
    key.to_owned()
}

/// Two on each kind of device, one of them cancelled, one sent twice.
async fn run_jobs(visit: &Visit, customer: &Person, key: &str) -> Vec<Job> {
    let program = Who::Program(key.to_owned());
    let mut jobs = Vec::new();
    for (device, mode, expected) in [
        ("hub-simulator", "BLOCKING", 200),
        ("hub-simulator", "NON_BLOCKING", 202),
        ("amazon-sv1", "NON_BLOCKING", 202),
        ("amazon-sv1", "NON_BLOCKING", 202),
    ] {
        let tag = visit.plant("a job's tag");
        let body = json!({
            "device_id": device, "shots": 1000, "input": {"theta": 0.7}, "run_mode": mode, "tags": [tag]
        });
        let idempotency = visit.plant("an idempotency key");
        let sending = || {
            let request = visit.request(&program, Method::POST, "/jobs");
            visit.send(request.header("idempotency-key", &idempotency).json(&body))
        };
        let answer = sending().await;
        let trace = answer.asked.trace.clone().unwrap_or_default();
        let id = text(&answer.expect(expected)["id"]);
        assert_eq!(sending().await.body["id"], id.as_str(), "a repeat is the same job");
        let on_braket = device != "hub-simulator";
        jobs.push(Job { id, trace, on_braket, status: String::new(), has_task: false });
    }
    let last = jobs.last().expect("a job");
    let answer = visit.delete(&customer.who, &format!("/jobs/{}", last.id)).await;
    assert!(answer.asked.status < 300, "{}: {:#}", answer.asked.what, answer.body);
    for job in &mut jobs {
        let path = format!("/jobs/{}", job.id);
        let ended = wait_for("a job's end", async || {
            let job = visit.get(&customer.who, &path).await.expect(200);
            let is_over =
                ["COMPLETED", "CANCELLED", "FAILED"].iter().any(|end| job["status"] == *end);
            is_over.then_some(job)
        });
        let ended = ended.await;
        (job.status, job.has_task) = (text(&ended["status"]), ended["platform_job_id"].is_string());
    }
    visit.get(&program, &format!("/jobs/{}/result", jobs[0].id)).await.expect(200);
    jobs
}

/// What stands on all of them.
async fn read_bills(visit: &Visit, customer: &Person) -> Money {
    let who = &customer.who;
    let bills = visit.get(who, "/bills").await.expect(200);
    let mut total = Money::ZERO;
    for bill in bills["items"].as_array().expect("bills") {
        let path = format!("/bills/{}", text(&bill["id"]));
        visit.get(who, &path).await.expect(200);
        let items = visit.get(who, &format!("{path}/items?limit=100")).await.expect(200);
        for item in items["items"].as_array().expect("items") {
            let amount = text(&item["amount"]["amount"]);
            total = total + amount.parse().expect("an amount");
        }
    }
    total
}

/// What `look` finds, once it does.
pub(in crate::deployed) async fn wait_for<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    for _ in 0..LOOKS {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(PAUSE).await;
    }
    panic!("waited for {what}, which did not come");
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text: {value}")).to_owned()
}
