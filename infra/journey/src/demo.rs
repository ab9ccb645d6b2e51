//! What does a hub show before anyone has used it? Apps on offer, a customer with a key, a bill with something on it.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    http::{Hub, Off, ensure},
    main_job::subscribe,
    package::Offer,
    people::{self, Account, Person},
    publish::{become_provider, publish},
};

/// How to come in as those who were made up; their hub is this machine's alone.
#[derive(Clone, Serialize, Deserialize)]
pub struct Demo {
    pub developer: SignIn,
    pub customer: SignIn,
    /// What the customer's key runs.
    pub app: String,
    /// Of the customer's subscription.
    pub key: String,
}

/// A user name with its password.
#[derive(Clone, Serialize, Deserialize)]
pub struct SignIn {
    pub username: String,
    pub password: String,
}

impl fmt::Debug for Demo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Demo").field("app", &self.app).finish_non_exhaustive()
    }
}

impl fmt::Debug for SignIn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SignIn").field("username", &self.username).finish_non_exhaustive()
    }
}

/// A developer publishes three apps; a customer subscribes to one, gets a key and runs two jobs with it.
pub async fn seed(hub: &Hub) -> Result<Demo, Off> {
    let ((developer, sign_in_of_developer), (customer, sign_in_of_customer)) = tokio::try_join!(
        arrive(hub, "demo-developer", "Dana Developer"),
        arrive(hub, "demo-customer", "Casey Customer"),
    )?;
    become_provider(&developer).await?;
    let [ghz, grover, phase] = offers();
    let app = grover.name.clone();
    let (_, grover, _) = tokio::try_join!(
        publish(hub, &developer, &ghz),
        publish(hub, &developer, &grover),
        publish(hub, &developer, &phase),
    )?;
    let key = subscribe(&customer, &grover, "demo").await?;
    run_jobs(hub, &key).await?;
    Ok(Demo { developer: sign_in_of_developer, customer: sign_in_of_customer, app, key })
}

/// Whether those of an earlier start can still come in: a hub that was killed forgets its users and keys.
pub async fn stands(hub: &Hub, demo: &Demo) -> bool {
    let SignIn { username, password } = &demo.customer;
    let program = hub.with_key(&demo.key);
    let (session, jobs) =
        tokio::join!(people::login(hub, username, password), program.get("/jobs?limit=1"));
    session.is_ok() && jobs.is_ok()
}

async fn arrive(hub: &Hub, role: &str, full_name: &str) -> Result<(Person, SignIn), Off> {
    let account = Account::fresh(role, full_name);
    people::register(hub, &account).await?;
    let Account { username, password, .. } = account;
    let session = people::login(hub, &username, &password).await?;
    let person = Person::of(hub, &username, &session)?;
    Ok((person, SignIn { username, password }))
}

/// One on our simulator, waited for, and one on a Braket device, which ends by itself.
async fn run_jobs(hub: &Hub, key: &str) -> Result<(), Off> {
    let program = hub.with_key(key);
    let here = json!({"device_id": "hub-simulator", "shots": 1000, "input": {"marked": 5}});
    let job = program.post("/jobs", &here, 200).await?;
    ensure(job["status"] == "COMPLETED", || format!("the first job did not complete: {job}"))?;
    let there = json!({
        "device_id": "amazon-sv1", "shots": 1000, "input": {"marked": 3}, "run_mode": "NON_BLOCKING"
    });
    program.post("/jobs", &there, 202).await.map(drop)
}

macro_rules! files {
    ($folder:literal, $program:literal) => {
        vec![
            (
                "quantum-app.json",
                include_str!(concat!("../apps/", $folder, "/quantum-app.json")).to_owned(),
            ),
            ($program, include_str!(concat!("../apps/", $folder, "/", $program)).to_owned()),
            ("README.md", include_str!(concat!("../apps/", $folder, "/README.md")).to_owned()),
        ]
    };
}

fn offers() -> [Offer; 3] {
    [
        Offer {
            name: "GHZ states".to_owned(),
            description: "Entangles three qubits so that they always agree; theta says how often they read 1.",
            kind: "EDUCATION",
            tags: &["entanglement", "ghz"],
            rate: "0.01",
            files: files!("ghz-states", "ghz.qasm"),
        },
        Offer {
            name: "Grover search".to_owned(),
            description: "Finds one marked entry among eight by looking twice.",
            kind: "ALGORITHM",
            tags: &["grover", "search"],
            rate: "0.05",
            files: files!("grover-search", "grover.qasm"),
        },
        Offer {
            name: "Phase estimation".to_owned(),
            description: "Reads the phase of a gate into four bits with the inverse quantum Fourier transform.",
            kind: "ALGORITHM",
            tags: &["phase-estimation", "qft"],
            rate: "0.10",
            files: files!("phase-estimation", "phase.qasm"),
        },
    ]
}
