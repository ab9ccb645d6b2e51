//! What the flows stand on: a buyer with a key, and what must hold of every job that has ended.

use std::{future::Future, time::Duration};

use domain::{JobId, Moment, Money};
use local_braket::Settings;
use serde_json::{Value, json};
use store::jobs::{DUE_SHARDS, due};
use tests::{GHZ, LocalBraket, Published, Stack, User, money};

/// Uses of the key that jobs are submitted with.
pub(crate) const USES: u64 = 5;
pub(crate) const FOREVER_MS: u64 = 3_600_000;

pub(crate) struct Scene {
    pub stack: Stack,
    pub bob: User,
    /// Bob's, with a key of [`USES`] uses.
    pub program: User,
    pub published: Published,
    subscription: String,
}

/// Every state lasts no longer than it must.
pub(crate) fn at_once() -> Settings {
    Settings { created_ms: 0, queued_ms: 0, running_ms: 0, cancelling_ms: 0, ..Settings::default() }
}

/// A hub beside a Braket of its own.
pub(crate) async fn beside_braket(settings: Settings) -> (LocalBraket, Scene) {
    let braket = LocalBraket::start(settings);
    let scene = Scene::on(Stack::start_beside(&braket).await, GHZ).await;
    (braket, scene)
}

/// Asks again until there is an answer, for ten seconds at the most.
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(
    what: &str,
    mut ask: impl FnMut() -> F,
) -> T {
    for _ in 0..1_000 {
        if let Some(answer) = ask().await {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what} never came");
}

pub(crate) fn id(job: &Value) -> JobId {
    job["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

pub(crate) fn path(job: &Value) -> String {
    format!("/jobs/{}", id(job))
}

/// The message of a queue that names a job.
pub(crate) fn message(job: &Value) -> Value {
    json!({"Records": [{"messageId": "m", "body": json!({"job_id": job["id"]}).to_string()}]})
}

/// The event of a task, as EventBridge hands it to the queue.
pub(crate) fn event(arn: &str, status: &str) -> Value {
    let sample = include_str!("../../events/settle-job.task-completed.json");
    let mut event: Value = serde_json::from_str(sample).expect("the sample is JSON");
    let body = event["Records"][0]["body"].as_str().expect("a body");
    let mut body: Value = serde_json::from_str(body).expect("the body is JSON");
    body["resources"] = json!([arn]);
    body["detail"]["quantumTaskArn"] = arn.into();
    body["detail"]["status"] = status.into();
    event["Records"][0]["body"] = body.to_string().into();
    event
}

impl Scene {
    /// Ada sells a program at 0.05 a job; Bob has subscribed and has a key.
    pub(crate) async fn on(stack: Stack, source: &str) -> Self {
        stack.devices().await;
        let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
        let published = stack.publish(&ada, source, "0.05").await;
        let subscription = stack.subscribe(&bob, published, false).await;
        let program = stack.program(&stack.key(&bob, subscription, Some(USES)).await);
        Self { stack, bob, program, published, subscription: subscription.to_string() }
    }

    /// A job for our own simulator.
    pub(crate) async fn simulate(&self) -> Value {
        self.submit("hub-simulator").await
    }

    /// A job for a Braket device.
    pub(crate) async fn quantum_task(&self) -> Value {
        self.submit("amazon-sv1").await
    }

    async fn submit(&self, device: &str) -> Value {
        self.submit_with(device, 1000, json!({"theta": 1.2})).await
    }

    /// Bob's, with a key whose uses nobody counts.
    pub(crate) async fn unlimited(&self) -> User {
        let subscription = self.subscription.parse().expect("an id");
        self.stack.program(&self.stack.key(&self.bob, subscription, None).await)
    }

    pub(crate) async fn submit_with(&self, device: &str, shots: u32, input: Value) -> Value {
        let request = json!({
            "device_id": device, "shots": shots, "input": input, "run_mode": "NON_BLOCKING", "seed": 7
        });
        self.program.post("/jobs", request).await.expect(202)
    }

    pub(crate) async fn read(&self, job: &Value) -> Value {
        self.program.get(&path(job)).await.expect(200)
    }

    /// Its state and what it says of it.
    pub(crate) async fn state(&self, job: &Value) -> (String, String) {
        let job = self.read(job).await;
        let text = |name: &str| job[name].as_str().unwrap_or_default().to_owned();
        (text("status"), text("sub_status"))
    }

    pub(crate) async fn arn(&self, job: &Value) -> String {
        let job = self.read(job).await;
        job["platform_job_id"].as_str().unwrap_or_else(|| panic!("no task: {job:#}")).to_owned()
    }

    /// What the sweeper leads to after a time.
    pub(crate) async fn later(&self, time: Duration) {
        self.stack.clock().advance(time);
        self.stack.sweep().await;
        self.stack.drain().await;
    }

    /// An event of the task arrives; what it says of its state need not be true.
    pub(crate) async fn event(&self, arn: &str, status: &str) {
        self.stack.work("settlement", event(arn, status)).await;
    }

    /// Events of its task arrive until the job is in this state.
    pub(crate) async fn becomes(&self, job: &Value, status: &str) -> Value {
        let arn = self.arn(job).await;
        let arn = arn.as_str();
        until(status, || async move {
            self.event(arn, "COMPLETED").await;
            let now = self.read(job).await;
            (now["status"] == status).then_some(now)
        })
        .await
    }

    pub(crate) async fn uses_left(&self) -> u64 {
        let keys =
            self.bob.get(&format!("/subscriptions/{}/keys", self.subscription)).await.expect(200);
        keys["items"][0]["remaining_uses"].as_u64().expect("a counted key")
    }

    /// The lines of the bill, of all jobs.
    pub(crate) async fn bill(&self) -> Vec<Value> {
        let bills = self.bob.get("/bills").await.expect(200);
        let Some(bill) = bills["items"].get(0) else { return Vec::new() };
        let id = bill["id"].as_str().expect("an id");
        let items = self.bob.get(&format!("/bills/{id}/items?limit=100")).await.expect(200);
        assert_eq!(items.get("next_cursor").and_then(Value::as_str), None, "all on one page");
        let items = items["items"].as_array().expect("items").clone();
        let sum: Money = items.iter().map(|item| money(&item["amount"])).sum();
        assert_eq!(sum, money(&bill["pending_amount"]), "{bill:#}");
        items
    }

    /// How many items of a type the table holds.
    pub(crate) async fn count(&self, kind: &str) -> usize {
        let named = format!("\"type\":\"{kind}\"");
        self.stack.items().await.iter().filter(|item| item.contains(&named)).count()
    }

    /// The job has ended so, for good: one charge, on the bill, nothing held and nothing due any more.
    pub(crate) async fn has_ended(&self, job: &Value, status: &str, cost: &str) -> Value {
        let ended = self.read(job).await;
        let actual = money(&ended["actual_cost"]).to_string();
        assert_eq!((ended["status"].as_str(), actual.as_str()), (Some(status), cost), "{ended:#}");
        let lines = self.bill().await;
        let lines = lines.iter().filter(|line| line["job_id"] == job["id"]);
        assert_eq!(lines.map(|line| money(&line["amount"])).sum::<Money>().to_string(), cost);
        self.nothing_is_open().await;
        ended
    }

    /// Each job has one charge and one result; no hold and no due job is left.
    pub(crate) async fn nothing_is_open(&self) {
        let jobs = self.count("Job").await;
        assert_eq!((self.count("Charge").await, self.count("JobResult").await), (jobs, jobs));
        assert_eq!(self.count("Hold").await, 0);
        let end: Moment = "2999-01-01T00:00:00Z".parse().expect("a time");
        for shard in 0..DUE_SHARDS {
            assert!(due(self.stack.table(), shard, end).await.expect("a page").is_empty());
        }
    }
}
