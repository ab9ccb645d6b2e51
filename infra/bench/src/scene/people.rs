//! How do people come in: register, open the mailed link, log in?

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use clock::Clock;
use domain::account::Role;
use serde_json::{Value, json};
use store::{Table, accounts};

use crate::{
    Failure,
    hub::{Ask, Hub, Reply},
    load::{
        event::{Door, Signed},
        seed::config,
    },
};

/// Someone nobody knows yet.
pub(super) struct Newcomer {
    username: String,
    pub(super) email: String,
    password: String,
}

impl Newcomer {
    pub(super) fn new(name: &str) -> Self {
        let random = uuid::Uuid::new_v4().simple().to_string();
        let username = format!("{name}-{}", &random[..8]);
        let email = format!("{username}@example.com");
        Self { username, email, password: format!("{random}-aA1") }
    }

    pub(super) fn account(&self) -> Value {
        json!({
            "username": self.username, "email": self.email, "password": self.password,
            "full_name": "Ada Lovelace"
        })
    }

    pub(super) fn credentials(&self) -> Value {
        json!({"login": self.username, "password": self.password})
    }

    pub(super) async fn register(&self, hub: &Hub) -> Result<(), Failure> {
        let ask = Ask::new(&Door::Public, "POST", "/auth/register").saying(self.account());
        hub.send(&ask).await?.expect(202).map(drop)
    }

    /// The last segment of the mailed link.
    pub(super) async fn token(&self, hub: &Hub) -> Result<String, Failure> {
        mailed(hub, &self.email, "/auth/verify/").await
    }

    pub(super) async fn log_in(&self, hub: &Hub) -> Result<Reply, Failure> {
        let ask = Ask::new(&Door::Public, "POST", "/auth/login").saying(self.credentials());
        hub.send(&ask).await?.expect(200)
    }

    /// Asks for a new password; the last segment of the link.
    pub(super) async fn reset(&self, hub: &Hub) -> Result<String, Failure> {
        let ask = Ask::new(&Door::Public, "POST", "/auth/reset-password");
        hub.send(&ask.saying(json!({"email": self.email}))).await?.expect(202)?;
        mailed(hub, &self.email, "/auth/reset-password/").await
    }

    /// Asks for another address; the last segment of the link that is mailed there.
    pub(super) async fn move_to(
        &self,
        hub: &Hub,
        door: &Door,
        email: &str,
    ) -> Result<String, Failure> {
        let ask = Ask::new(door, "POST", "/auth/email").saying(self.moving_to(email));
        hub.send(&ask).await?.expect(200)?;
        mailed(hub, email, "/auth/email/").await
    }

    pub(super) fn moving_to(&self, email: &str) -> Value {
        json!({"new_email": email, "password": self.password})
    }

    /// The same password again.
    pub(super) fn changing(&self) -> Value {
        json!({"current_password": self.password, "new_password": self.password})
    }

    /// All the way to a session; who the authorizer would say calls.
    pub(super) async fn arrive(&self, hub: &Hub) -> Result<Door, Failure> {
        self.register(hub).await?;
        let open = format!("/auth/verify/{}", self.token(hub).await?);
        hub.send(&Ask::new(&Door::Public, "GET", open)).await?.expect(200)?;
        let session = self.log_in(hub).await?;
        signed_in(&session.text("/access_token")?)
    }
}

/// The last segment of the latest link of that kind that was mailed to an address.
async fn mailed(hub: &Hub, email: &str, kind: &str) -> Result<String, Failure> {
    let mails: Value = hub
        .http()
        .get(format!("{}/_ministack/ses/messages", hub.services()))
        .send()
        .await?
        .json()
        .await?;
    let mails = mails.pointer(&format!("/messages/{}", local_cloud::ACCOUNT));
    let mine =
        mails.and_then(Value::as_array).into_iter().flatten().rev().filter(|mail| {
            mail["To"].as_array().is_some_and(|to| to.iter().any(|one| one == email))
        });
    let token = mine
        .filter_map(|mail| mail["BodyText"].as_str())
        .flat_map(str::split_whitespace)
        .find_map(|word| word.split_once(kind));
    let (_, token) = token.ok_or_else(|| format!("no link {kind} was mailed to {email}"))?;
    Ok(token.to_owned())
}

/// Makes an administrator, which no operation does.
pub(super) async fn promote(hub: &Hub, door: &Door) -> Result<(), Failure> {
    let Door::SignedIn(signed) = door else { return Err("only who signs in is made one".into()) };
    let table = Table::new(&config(&hub.aws().url()), hub.table_name(), Clock::system());
    let subject = table.get(&accounts::subject(signed.user.parse()?)).await?;
    let mut subject = subject.ok_or("there is no such user")?;
    subject.roles.push(Role::Admin);
    table.save(subject).await?;
    Ok(())
}

/// As the access token names its user and their session.
fn signed_in(token: &str) -> Result<Door, Failure> {
    let claims = token.split('.').nth(1).ok_or("the access token is no JWT")?;
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims)?)?;
    let claim = |name: &str| claims[name].as_str().map(str::to_owned);
    let claim = |name: &str| claim(name).ok_or_else(|| format!("the access token has no {name}"));
    let (user, session) = (claim("username")?, claim("origin_jti")?);
    let (issuer, client) = (claim("iss")?, claim("client_id")?);
    Ok(Door::SignedIn(Signed { user, session, issuer, client }))
}
