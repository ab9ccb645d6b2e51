//! How a new user comes in: register, open the mailed link, log in.

use std::time::Duration;

use serde_json::json;

use crate::http::{Door, Hub, Off, ensure, random_hex, text};

const PASSWORD_TAIL: &str = "aA1!";

/// Someone with a session.
pub(crate) struct Person {
    pub(crate) username: String,
    access_token: String,
    hub: Hub,
}

impl Person {
    pub(crate) fn door(&self) -> Door<'_> {
        self.hub.signed_in(&self.access_token)
    }
}

/// A fresh account, verified and signed in.
pub(crate) async fn arrive(hub: &Hub, role: &str) -> Result<Person, Off> {
    let username = format!("{role}-{}", random_hex());
    let email = format!("{username}@example.com");
    let password = format!("{}{PASSWORD_TAIL}", random_hex());
    let public = hub.public();
    let account = json!({"username": username, "email": email, "password": password, "full_name": role});
    public.post("/auth/register", &account, 202).await?;
    let login = json!({"login": email, "password": password});
    public.post("/auth/login", &login, 403).await?;
    let link = mailed_link(hub, &email).await?;
    let path = link.split_once("/v1").map_or(link.as_str(), |(_, path)| path);
    public.get(path).await?;
    let session = public.post("/auth/login", &login, 200).await?;
    let refresh = json!({"refresh_token": text(&session, "/refresh_token")?});
    let session = public.post("/auth/refresh", &refresh, 200).await?;
    let person = Person { username, access_token: text(&session, "/access_token")?.to_owned(), hub: hub.clone() };
    let me = person.door().get("/auth/me").await?;
    ensure(me["email"] == email, || format!("GET /auth/me tells of another: {me}"))?;
    Ok(person)
}

async fn mailed_link(hub: &Hub, email: &str) -> Result<String, Off> {
    for _ in 0..50 {
        let mails = hub.front(&format!("/mail.json?to={email}")).await?;
        if let Some(mail) = mails.get(0) {
            let words = text(mail, "/text")?.split_whitespace().find(|word| word.contains("/auth/verify/"));
            return words.map(str::to_owned).ok_or_else(|| Off::wrong("the verification mail has no link"));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(Off::wrong(format!("no mail came for {email}")))
}
