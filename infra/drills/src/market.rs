//! Who is on the stack: a developer with two apps, one short and one that runs for a while, and a customer of both.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use journey::{
    Hub, Off,
    package::{self, SHORT},
    people::{self, Account, Person},
    publish::{become_provider, publish},
    random_hex, text,
};
use serde_json::{Value, json};

use crate::{
    locked,
    purse::{Key, Purse},
};

/// Some seconds of simulation, so that a kill meets it at work.
const QUBITS: usize = 20;
const LAYERS: usize = 20;
/// An access token lasts an hour.
const SESSION: Duration = Duration::from_secs(1800);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum App {
    Short,
    Long,
}

impl App {
    pub(crate) const fn qubits(self) -> usize {
        match self {
            Self::Short => 3,
            Self::Long => QUBITS,
        }
    }
}

#[derive(Clone)]
pub(crate) struct Customer {
    hub: Hub,
    username: String,
    password: String,
    session: Arc<Mutex<(Instant, Arc<Person>)>>,
    short: String,
    long: String,
    pub(crate) trial: String,
}

/// Everything a drill needs, made through the doors.
pub(crate) async fn open(hub: &Hub) -> Result<Customer, Off> {
    let developer = people::arrive(hub, "developer").await?;
    become_provider(&developer).await?;
    let offer = |kind: &str, program: &str| {
        package::offer(&format!("{kind} GHZ {}", random_hex()), program)
    };
    let short = publish(hub, &developer, &offer("Short", SHORT)).await?;
    let long = publish(hub, &developer, &offer("Long", &package::long(QUBITS, LAYERS))).await?;

    let account = Account::fresh("customer", "customer");
    people::register(hub, &account).await?;
    let Account { username, password, .. } = account;
    let person = come_in(hub, &username, &password).await?;
    let door = person.door();
    let trial = door.post(&format!("/marketplace/{short}/trial"), &json!({}), 201).await?;
    let wanted = json!({"subscription_type": "PAY_PER_USE"});
    let mut paid = Vec::new();
    for app in [short, long] {
        let path = format!("/marketplace/{app}/subscribe");
        paid.push(text(&door.post(&path, &wanted, 201).await?, "/id")?.to_owned());
    }
    let [short, long] = paid.try_into().map_err(|_| Off::wrong("two apps, two subscriptions"))?;
    Ok(Customer {
        hub: hub.clone(),
        username,
        password,
        session: Arc::new(Mutex::new((Instant::now(), Arc::new(person)))),
        short,
        long,
        trial: text(&trial, "/id")?.to_owned(),
    })
}

async fn come_in(hub: &Hub, username: &str, password: &str) -> Result<Person, Off> {
    Person::of(hub, username, &people::login(hub, username, password).await?)
}

impl Customer {
    pub(crate) const fn hub(&self) -> &Hub {
        &self.hub
    }

    /// With a session that lasts; the one before where no new one is to be had now.
    pub(crate) async fn signed_in(&self) -> Arc<Person> {
        let (since, person) = locked(&self.session).clone();
        if since.elapsed() < SESSION {
            return person;
        }
        match come_in(&self.hub, &self.username, &self.password).await {
            Ok(person) => {
                let person = Arc::new(person);
                *locked(&self.session) = (Instant::now(), Arc::clone(&person));
                person
            }
            Err(_) => person,
        }
    }

    pub(crate) fn subscription(&self, app: App) -> &str {
        match app {
            App::Short => &self.short,
            App::Long => &self.long,
        }
    }

    /// A new key that admits so many jobs.
    pub(crate) async fn purse(&self, number: usize, app: App, uses: u64) -> Result<Purse, Off> {
        let subscription = self.subscription(app).to_owned();
        let path = format!("/subscriptions/{subscription}/keys");
        let wanted =
            json!({"name": format!("purse {number}"), "plan": "PREMIUM", "max_uses": uses});
        let key = self.signed_in().await.door().post(&path, &wanted, 201).await?;
        let part = |pointer: &str| text(&key, pointer).map(str::to_owned);
        let key = Some(Key { id: part("/id")?, secret: part("/key")? });
        Ok(Purse { number, key, subscription, uses })
    }

    /// What is left of it, as the hub says.
    pub(crate) async fn left(&self, purse: &Purse) -> Result<Option<i64>, Off> {
        let person = self.signed_in().await;
        let door = person.door();
        let subscription = format!("/subscriptions/{}", purse.subscription);
        let Some(key) = &purse.key else {
            return Ok(door.get(&subscription).await?["remaining_uses"].as_i64());
        };
        let keys = door.get(&format!("{subscription}/keys?limit=100")).await?;
        let found =
            keys["items"].as_array().into_iter().flatten().find(|one| one["id"] == key.id.as_str());
        Ok(found.and_then(|key: &Value| key["remaining_uses"].as_i64()))
    }

    /// A subscription has few keys at once.
    pub(crate) async fn put_away(&self, purse: &Purse) -> Result<(), Off> {
        let Some(key) = &purse.key else { return Ok(()) };
        let path = format!("/subscriptions/{}/keys/{}", purse.subscription, key.id);
        let (status, body) =
            self.signed_in().await.door().ask(reqwest::Method::DELETE, &path, None).await?;
        journey::ensure(status < 300, || format!("DELETE {path} was answered {status}: {body}"))
    }
}
