//! How a new user comes in: register, open the mailed link, log in.

use std::time::Duration;

use serde_json::{Value, json};

use crate::http::{Door, Hub, Off, ensure, random, random_hex, text};

const PASSWORD_TAIL: &str = "aA1!";

/// Someone with a session.
pub struct Person {
    pub username: String,
    access_token: String,
    hub: Hub,
}

impl Person {
    pub fn of(hub: &Hub, username: &str, session: &Value) -> Result<Self, Off> {
        let access_token = text(session, "/access_token")?.to_owned();
        Ok(Self { username: username.to_owned(), access_token, hub: hub.clone() })
    }

    pub fn door(&self) -> Door<'_> {
        self.hub.signed_in(&self.access_token)
    }
}

/// A fresh account, verified and signed in.
pub async fn arrive(hub: &Hub, role: &str) -> Result<Person, Off> {
    let account = Account::fresh(role, role);
    register(hub, &account).await?;
    let session = login(hub, &account.username, &account.password).await?;
    let refresh = json!({"refresh_token": text(&session, "/refresh_token")?});
    let session = hub.public().post("/auth/refresh", &refresh, 200).await?;
    let person = Person::of(hub, &account.username, &session)?;
    let me = person.door().get("/auth/me").await?;
    ensure(me["email"] == account.email.as_str(), || {
        format!("GET /auth/me tells of another: {me}")
    })?;
    Ok(person)
}

/// What someone registers with.
pub struct Account {
    pub username: String,
    pub password: String,
    full_name: String,
    email: String,
}

impl Account {
    /// One that nobody has yet; its name begins with `role`.
    pub fn fresh(role: &str, full_name: &str) -> Self {
        let username = format!("{role}-{}", hex::encode(random::<3>()));
        Self {
            email: format!("{username}@example.com"),
            password: format!("{}{PASSWORD_TAIL}", random_hex()),
            full_name: full_name.to_owned(),
            username,
        }
    }
}

/// The account counts once the link in the mail was opened, and not before.
pub async fn register(hub: &Hub, account: &Account) -> Result<(), Off> {
    let Account { username, password, full_name, email } = account;
    let public = hub.public();
    let wanted =
        json!({"username": username, "email": email, "password": password, "full_name": full_name});
    public.post("/auth/register", &wanted, 202).await?;
    public.post("/auth/login", &json!({"login": email, "password": password}), 403).await?;
    let link = mailed_link(hub, email).await?;
    let path = link.split_once("/v1").map_or(link.as_str(), |(_, path)| path);
    public.get(path).await.map(drop)
}

/// A session.
pub async fn login(hub: &Hub, username: &str, password: &str) -> Result<Value, Off> {
    hub.public().post("/auth/login", &json!({"login": username, "password": password}), 200).await
}

async fn mailed_link(hub: &Hub, email: &str) -> Result<String, Off> {
    for _ in 0..50 {
        let mails = hub.front(&format!("/mail.json?to={email}")).await?;
        if let Some(mail) = mails.get(0) {
            let words =
                text(mail, "/text")?.split_whitespace().find(|word| word.contains("/auth/verify/"));
            return words
                .map(str::to_owned)
                .ok_or_else(|| Off::wrong("the verification mail has no link"));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(Off::wrong(format!("no mail came for {email}")))
}
