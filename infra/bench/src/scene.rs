//! A hub in which every operation has something to be called well with, made through its own operations.

pub(crate) mod package;
mod people;
mod shop;

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};

use crate::{
    Failure,
    functions::function,
    hub::{Ask, Hub},
    load::event::Door,
};

use people::Newcomer;

/// What stands where in requests that are granted.
pub struct Scene {
    pub people: BTreeMap<&'static str, Door>,
    /// What stands in a path, by operation and name; the operation "" is every other.
    places: BTreeMap<(&'static str, &'static str), String>,
    /// What an operation is sent.
    bodies: BTreeMap<&'static str, Value>,
}

const ANY: &str = "";
/// Publishes and sells.
pub const DEVELOPER: &str = "developer";
/// Subscribes and runs.
pub const CUSTOMER: &str = "customer";
/// The customer's key.
pub const PROGRAM: &str = "program";
/// Runs the place.
pub const ADMIN: &str = "admin";
/// Has done nothing yet.
pub const NEWCOMER: &str = "newcomer";

/// Closes the account.
pub const LEAVING: &str = "leaving";
/// Ends the session.
pub const ENDING: &str = "ending";
/// Logs out.
pub const LOGGING_OUT: &str = "logging-out";
/// Changes password and address.
pub const MOVING: &str = "moving";

/// After it an address may be sent another mail.
const NEXT_MAIL: Duration = Duration::from_secs(61);

impl Scene {
    pub async fn begin(hub: &Hub) -> Result<Self, Failure> {
        let mut scene =
            Self { people: BTreeMap::new(), places: BTreeMap::new(), bodies: BTreeMap::new() };
        devices(hub).await?;
        for name in [DEVELOPER, CUSTOMER, NEWCOMER, LEAVING, ENDING, LOGGING_OUT] {
            let door = Newcomer::new(name).arrive(hub).await?;
            scene.people.insert(name, door);
        }
        let admin = Newcomer::new(ADMIN).arrive(hub).await?;
        people::promote(hub, &admin).await?;
        scene.people.insert(ADMIN, admin);
        scene.shop(hub).await?;
        scene.subscription(hub).await?;
        scene.jobs(hub).await?;
        scene.dead_letters(hub).await?;
        scene.accounts(hub).await?;
        Ok(scene)
    }

    /// Who calls an operation with these ways in.
    pub fn door(&self, name: &str) -> Result<&Door, Failure> {
        self.people.get(name).ok_or_else(|| format!("there is no {name}").into())
    }

    /// The id of someone who signs in.
    pub fn user(&self, name: &str) -> Result<&str, Failure> {
        match self.door(name)? {
            Door::SignedIn(signed) => Ok(&signed.user),
            Door::Key(_) | Door::Public => Err(format!("{name} does not sign in").into()),
        }
    }

    /// The path of an operation with what stands in it.
    pub fn path(&self, operation: &str, path: &str) -> Result<String, Failure> {
        let mut filled = path.to_owned();
        while let Some((before, rest)) = filled.split_once('{') {
            let (name, after) = rest.split_once('}').ok_or("a path has an open brace")?;
            let find = |at: &str| {
                let mut all = self.places.iter();
                all.find(|((of, named), _)| *of == at && *named == name).map(|(_, value)| value)
            };
            let value = find(operation).or_else(|| find(ANY)).ok_or_else(|| {
                format!("{operation}: the scene has no {name}; see infra/bench/src/scene.rs")
            })?;
            filled = format!("{before}{value}{after}");
        }
        Ok(filled)
    }

    #[must_use]
    pub fn body(&self, operation: &str) -> Option<&Value> {
        self.bodies.get(operation)
    }

    /// An id of the scene.
    pub fn place(&self, operation: &'static str, name: &'static str) -> Result<&str, Failure> {
        let found = self.places.get(&(operation, name)).map(String::as_str);
        found.ok_or_else(|| format!("the scene has no {name} for {operation:?}").into())
    }

    fn put(&mut self, operation: &'static str, name: &'static str, value: String) {
        self.places.insert((operation, name), value);
    }

    /// One whose link is not opened yet, one who has not registered, and one with a session: what only holds for a while.
    pub async fn newcomers(&mut self, hub: &Hub) -> Result<(), Failure> {
        let [waiting, new, settled] = ["waiting", "new", "settled"].map(Newcomer::new);
        waiting.register(hub).await?;
        self.put("verifyEmail", "token", waiting.token(hub).await?);
        let again = Newcomer::new("again");
        again.register(hub).await?;
        self.bodies.insert("resendVerification", json!({"email": again.email}));
        self.bodies.insert("registerAccount", new.account());
        settled.arrive(hub).await?;
        let session = settled.log_in(hub).await?;
        self.bodies.insert("createSession", settled.credentials());
        let token = session.text("/refresh_token")?;
        self.bodies.insert("refreshSession", json!({"refresh_token": token}));
        self.bodies.insert("becomeProvider", json!({"terms_version": "2026-11"}));
        self.bodies.insert("endSession", json!({}));
        self.mailed(hub).await
    }

    /// Who forgot a password, who is to prove another address, and who changes either.
    async fn mailed(&mut self, hub: &Hub) -> Result<(), Failure> {
        let [forgetful, asking, proving, moving] =
            ["forgetful", "asking", "proving", MOVING].map(Newcomer::new);
        for newcomer in [&forgetful, &asking] {
            newcomer.arrive(hub).await?;
        }
        let (door, moved) = (proving.arrive(hub).await?, Newcomer::new("proved"));
        self.put("confirmEmail", "token", proving.move_to(hub, &door, &moved.email).await?);
        let door = moving.arrive(hub).await?;
        self.people.insert(MOVING, door);
        self.bodies.insert("changePassword", moving.changing());
        self.bodies.insert("changeEmail", moving.moving_to(&Newcomer::new("moved").email));
        tokio::time::sleep(NEXT_MAIL).await;
        self.bodies.insert("startPasswordReset", json!({"email": asking.email}));
        let token = forgetful.reset(hub).await?;
        self.put("getPasswordReset", "token", token.clone());
        self.put("resetPassword", "token", token);
        self.bodies.insert("resetPassword", json!({"new_password": "Another-horse-8-stable"}));
        Ok(())
    }

    /// What is asked of accounts, one's own and one that administrators change.
    async fn accounts(&mut self, hub: &Hub) -> Result<(), Failure> {
        self.put(ANY, "user_id", "me".to_owned());
        let Door::SignedIn(watched) = Newcomer::new("watched").arrive(hub).await? else {
            return Err("who is watched signs in".into());
        };
        for operation in ["listAuditEntries", "suspendUser", "restoreUser", "updateRoles"] {
            self.put(operation, "user_id", watched.user.clone());
        }
        if let Door::SignedIn(signed) = self.door(ENDING)?.clone() {
            self.put("deleteSession", "session_id", signed.session);
        }
        let mails = json!({"jobs": true, "billing": true, "subscriptions": true, "news": false});
        for (operation, body) in [
            ("updateUser", json!({"full_name": "Ada King"})),
            ("updateProfile", json!({"bio": "Writes programs."})),
            (
                "updatePreferences",
                json!({"mails": mails, "locale": "en", "time_zone": "UTC", "theme": "DARK"}),
            ),
            ("uploadAvatar", json!({"content_type": "image/png"})),
            ("suspendUser", json!({"reason": "sends spam"})),
            ("restoreUser", json!({"reason": "a mistake"})),
            ("updateRoles", json!({"roles": ["CONSUMER"]})),
        ] {
            self.bodies.insert(operation, body);
        }
        Ok(())
    }

    async fn subscription(&mut self, hub: &Hub) -> Result<(), Failure> {
        let customer = self.door(CUSTOMER)?.clone();
        let app = self.place("getMarketplaceApp", "app_id")?.to_owned();
        let terms = json!({"subscription_type": "PAY_PER_USE"});
        self.bodies.insert("subscribeToApp", terms.clone());
        self.bodies.insert("startTrial", json!({}));
        let ask = Ask::new(&customer, "POST", format!("/marketplace/{app}/subscribe"));
        let subscription = hub.send(&ask.saying(terms).once()).await?.expect(201)?.text("/id")?;
        let tried = self.place("subscribeToApp", "app_id")?;
        let ask = Ask::new(&customer, "POST", format!("/marketplace/{tried}/trial"));
        let trial = hub.send(&ask.saying(json!({})).once()).await?.expect(201)?.text("/id")?;
        self.put("cancelSubscription", "subscription_id", trial);
        let keys = format!("/subscriptions/{subscription}/keys");
        self.bodies.insert("createSubscriptionKey", json!({"name": "another"}));
        for (name, operation) in [("program", ANY), ("spare", "deleteSubscriptionKey")] {
            let wanted = json!({"name": name, "plan": "PREMIUM"});
            let ask = Ask::new(&customer, "POST", &keys).saying(wanted).once();
            let key = hub.send(&ask).await?.expect(201)?;
            self.put(operation, "key_id", key.text("/id")?);
            if operation == ANY {
                self.people.insert(PROGRAM, Door::Key(key.text("/key")?));
            }
        }
        self.put(ANY, "subscription_id", subscription);
        self.keys(hub, &keys).await
    }

    /// One of its own for each operation after which it is another, beside those of the subscription.
    async fn keys(&mut self, hub: &Hub, of_subscription: &str) -> Result<(), Failure> {
        let customer = self.door(CUSTOMER)?.clone();
        self.bodies.insert("createApiKey", json!({"name": "another"}));
        for (path, operations) in
            [("/api-keys", OF_USER_KEYS), (of_subscription, OF_SUBSCRIPTION_KEYS)]
        {
            for operation in operations {
                let ask = Ask::new(&customer, "POST", path).saying(json!({"name": operation}));
                let key = hub.send(&ask.once()).await?.expect(201)?;
                self.put(operation, "key_id", key.text("/id")?);
                match *operation {
                    "updateApiKey" | "updateSubscriptionKey" => {
                        self.bodies.insert(operation, json!({"name": "renamed"}));
                    }
                    "rotateApiKey" | "rotateSubscriptionKey" => {
                        self.bodies.insert(operation, json!({"grace_seconds": 3600}));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// One that has ended, one that nobody has begun, and the bill.
    async fn jobs(&mut self, hub: &Hub) -> Result<(), Failure> {
        let job = json!({
            "device_id": "hub-simulator", "shots": 1000, "tags": ["bell"], "input": {"theta": 0.7},
            "run_mode": "NON_BLOCKING", "seed": 7
        });
        self.bodies.insert("createJob", job.clone());
        let ask = Ask::new(self.door(PROGRAM)?, "POST", "/jobs").saying(job);
        let ended = hub.send(&ask.clone().once()).await?.expect(202)?.text("/id")?;
        simulate(hub, &ended).await?;
        let waiting = hub.send(&ask.once()).await?.expect(202)?.text("/id")?;
        self.put(ANY, "item_id", format!("{ended}.0"));
        self.bodies.insert(
            "createRefund",
            json!({"amount": {"amount": "0.01", "currency": "USD"}, "reason": "The device was down."}),
        );
        self.put(ANY, "job_id", ended);
        self.put("cancelJob", "job_id", waiting);
        let customer = self.door(CUSTOMER)?;
        let bills = hub.send(&Ask::new(customer, "GET", "/bills")).await?.expect(200)?;
        self.put(ANY, "bill_id", bills.text("/items/0/id")?);
        self.put(ANY, "device_id", "hub-simulator".to_owned());
        Ok(())
    }
}

const OF_USER_KEYS: &[&str] =
    &["getApiKey", "getApiKeyUsage", "updateApiKey", "rotateApiKey", "deleteApiKey"];
const OF_SUBSCRIPTION_KEYS: &[&str] = &["updateSubscriptionKey", "rotateSubscriptionKey"];

/// One to be read, one to be sent again alone and one with its like.
const LETTERS: [(&str, &str); 3] = [
    (ANY, "settlement"),
    ("redriveDeadLetter", "inspection"),
    ("redriveDeadLetters", "quantum-task"),
];

impl Scene {
    async fn dead_letters(&mut self, hub: &Hub) -> Result<(), Failure> {
        let recorder = function("record-dead-letter").ok_or("nobody records dead letters")?;
        let admin = self.door(ADMIN)?.clone();
        for (operation, source) in LETTERS {
            let sample = include_str!("../../../events/record-dead-letter.job.json");
            let event = sample.replace("quantum-hub-settlement", &format!("quantum-hub-{source}"));
            let (answer, _) = hub.invoke(recorder, event.into()).await?;
            clean("record-dead-letter", &answer.payload)?;
            let path = format!("/dead-letters?source={}", source.to_uppercase().replace('-', "_"));
            let letters = hub.send(&Ask::new(&admin, "GET", path)).await?.expect(200)?;
            self.put(operation, "dead_letter_id", letters.text("/items/0/id")?);
        }
        self.bodies.insert("redriveDeadLetter", json!({}));
        self.bodies.insert("redriveDeadLetters", json!({"source": "QUANTUM_TASK"}));
        Ok(())
    }
}

/// What a schedule sends brings the devices of the local Braket.
async fn devices(hub: &Hub) -> Result<(), Failure> {
    let event = include_str!("../../../events/refresh-hardware.json");
    let refresh = function("refresh-hardware").ok_or("devices are read by refresh-hardware")?;
    hub.invoke(refresh, event.into()).await.map(drop)
}

/// Hands the simulator the message of a job.
async fn simulate(hub: &Hub, job: &str) -> Result<(), Failure> {
    let event = message(
        include_str!("../../../events/run-simulation.json"),
        &json!({"job_id": job}).to_string(),
    )?;
    let simulator = function("run-simulation").ok_or("jobs are run by run-simulation")?;
    let (answer, _) = hub.invoke(simulator, event.into()).await?;
    clean("run-simulation", &answer.payload)
}

/// A queue's sample event with another message in it.
pub fn message(sample: &str, body: &str) -> Result<String, Failure> {
    let mut event: Value = serde_json::from_str(sample)?;
    event["Records"][0]["body"] = body.into();
    Ok(event.to_string())
}

/// Whether a batch was worked through.
pub fn clean(function: &str, answer: &[u8]) -> Result<(), Failure> {
    let answer: Value = serde_json::from_slice(answer)?;
    match answer["batchItemFailures"].as_array() {
        Some(failures) if failures.is_empty() => Ok(()),
        _ => Err(format!("{function} left its message: {answer}; its log tells why").into()),
    }
}
