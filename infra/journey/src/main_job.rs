//! The main job from the first registration to the bill.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{
    http::{Door, Hub, Off, ensure, random_hex, text},
    money::{billed, check_once},
    package,
    people::{Person, arrive},
    picture::histogram,
    publish::{become_provider, publish},
    theory,
};

const SHOTS: u32 = 4000;
/// For a job on either device to end.
const PATIENCE: Duration = Duration::from_secs(120);

/// Someone who has subscribed and got a key.
pub struct Customer {
    pub(crate) person: Person,
    pub(crate) key: String,
    pub(crate) hub: Hub,
}

impl Customer {
    pub(crate) fn program(&self) -> Door<'_> {
        self.hub.with_key(&self.key)
    }

    /// All items of all bills, read with the session.
    pub async fn charges(&self) -> Result<Vec<Value>, Off> {
        billed(&self.person, false).await
    }

    /// The latest jobs, read with the key.
    pub async fn jobs(&self) -> Result<Value, Off> {
        self.program().get("/jobs").await
    }
}

/// Runs it on our simulator and on a Braket device; says each step.
pub async fn run(hub: &Hub) -> Result<Customer, Off> {
    step("a developer registers, verifies, logs in, publishes");
    let name = format!("GHZ {}", random_hex());
    let customer = customer(hub, &name, package::SHORT).await?;
    let theta = theory::random_theta();
    step(&format!("jobs with theta = {theta}, {SHOTS} shots"));
    let ours = blocking(&customer, theta).await?;
    let braket = through_braket(&customer, theta).await?;
    step("the bill");
    let items = billed(&customer.person, true).await?;
    for job in [&ours, &braket] {
        check_once(&items, job)?;
    }
    ensure(billed(&customer.person, false).await? == items, || {
        "the bill changed between two readings".to_owned()
    })?;
    Ok(customer)
}

/// A developer sells `program`, someone else subscribes and gets a key.
pub(crate) async fn customer(hub: &Hub, name: &str, program: &str) -> Result<Customer, Off> {
    let developer = arrive(hub, "developer").await?;
    become_provider(&developer).await?;
    let app = publish(hub, &developer, &package::offer(name, program)).await?;
    step("another user registers, subscribes, gets a key");
    let person = arrive(hub, "customer").await?;
    hub.public().get(&format!("/marketplace/{app}")).await?;
    let trial = person.door().post(&format!("/marketplace/{app}/trial"), &json!({}), 201).await?;
    ensure(trial["remaining_uses"] == 10, || format!("not a trial of ten uses: {trial}"))?;
    let key = subscribe(&person, &app, "journey").await?;
    println!("    {} with {}…", person.username, &key[..8]);
    Ok(Customer { person, key, hub: hub.clone() })
}

/// Pay per use; the secret of a new key.
pub async fn subscribe(person: &Person, app: &str, key_name: &str) -> Result<String, Off> {
    let path = format!("/marketplace/{app}/subscribe");
    let wanted = json!({"subscription_type": "PAY_PER_USE"});
    let subscription = person.door().post(&path, &wanted, 201).await?;
    let path = format!("/subscriptions/{}/keys", text(&subscription, "/id")?);
    let key = person.door().post(&path, &json!({"name": key_name}), 201).await?;
    Ok(text(&key, "/key")?.to_owned())
}

/// Our simulator, the answer waited for; the same request again is the same job.
async fn blocking(customer: &Customer, theta: f64) -> Result<Value, Off> {
    let program = customer.program();
    let body = json!({"device_id": "hub-simulator", "shots": SHOTS, "input": {"theta": theta}});
    let key = random_hex();
    let job = program.post_again("/jobs", &body, &key, 200).await?;
    ensure(job["status"] == "COMPLETED", || format!("the job did not complete: {job}"))?;
    histogram("hub-simulator", &job["result"]);
    theory::check(&job["result"], 3, theta, SHOTS)?;
    let again = program.post_again("/jobs", &body, &key, 200).await?;
    ensure(again["id"] == job["id"], || "a repeated request made another job".to_owned())?;
    Ok(job)
}

async fn through_braket(customer: &Customer, theta: f64) -> Result<Value, Off> {
    let job = submit(customer, "amazon-sv1", theta, SHOTS).await?;
    let job = ended(customer, text(&job, "/id")?, PATIENCE).await?;
    ensure(job["status"] == "COMPLETED", || format!("the job did not complete: {job}"))?;
    ensure(job["platform_job_id"].is_string(), || "the job names no quantum task".to_owned())?;
    let result = customer.program().get(&format!("/jobs/{}/result", text(&job, "/id")?)).await?;
    histogram("amazon-sv1", &result);
    theory::check(&result, 3, theta, SHOTS)?;
    Ok(job)
}

/// Submits without waiting.
pub(crate) async fn submit(
    customer: &Customer,
    device: &str,
    theta: f64,
    shots: u32,
) -> Result<Value, Off> {
    let body = json!({
        "device_id": device, "shots": shots, "input": {"theta": theta}, "run_mode": "NON_BLOCKING"
    });
    customer.program().post("/jobs", &body, 202).await
}

/// The job once it has one of the terminal states.
pub(crate) async fn ended(customer: &Customer, id: &str, patience: Duration) -> Result<Value, Off> {
    let terminal = |status: &str| matches!(status, "COMPLETED" | "FAILED" | "CANCELLED");
    reached(customer, id, patience, terminal).await
}

/// The job once its status is a wanted one. An answer that fails to come is waited out: the hub may be starting again.
pub(crate) async fn reached(
    customer: &Customer,
    id: &str,
    patience: Duration,
    wanted: impl Fn(&str) -> bool,
) -> Result<Value, Off> {
    let start = Instant::now();
    let mut seen = String::new();
    while start.elapsed() < patience {
        if let Ok(job) = customer.program().get(&format!("/jobs/{id}")).await {
            let status = text(&job, "/status")?;
            if status != seen {
                println!("    {:>6.1} s  {status}", start.elapsed().as_secs_f64());
                seen = status.to_owned();
            }
            if wanted(status) {
                return Ok(job);
            }
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Err(Off::wrong(format!("job {id} is still {seen} after {} s", patience.as_secs())))
}

pub(crate) fn step(what: &str) {
    println!("\n- {what}");
}
