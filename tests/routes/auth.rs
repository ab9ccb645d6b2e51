//! `/auth`: an account begins with a proved address, and no answer tells which addresses are known.

mod attempts;
mod email;
pub(crate) mod google;
pub(crate) mod mfa;
mod password;
mod registration;
mod reset;
mod secrecy;
mod session;
mod sessions;

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::audit::Action;
use serde_json::{Value, json};
use store::audit::trail_of;
use tests::{Received, Stack, User, handed_on, services};

/// Where mailed links lead.
const HUB: &str = "http://hub.example/v1";
/// Longer than between two mails.
const A_WHILE: Duration = Duration::from_secs(61);
const PASSWORD: &str = "Correct-horse-7-battery";
const OTHER_PASSWORD: &str = "Another-horse-8-stable";

/// Someone who registers. The user pool and the mailbox are shared by all tests, so nobody is called the same twice.
#[derive(Clone)]
pub(crate) struct Newcomer {
    stack: Stack,
    pub(crate) username: String,
    pub(crate) email: String,
    pub(crate) password: &'static str,
}

impl Newcomer {
    pub(crate) fn new(stack: &Stack) -> Self {
        let username = format!("u{}", &uuid::Uuid::new_v4().simple().to_string()[..20]);
        let email = format!("{username}@example.com");
        Self { stack: stack.clone(), username, email, password: PASSWORD }
    }

    /// Another user name and password for the same address.
    fn rival(&self) -> Self {
        let stranger = Self::new(&self.stack);
        Self { email: self.email.clone(), password: OTHER_PASSWORD, ..stranger }
    }

    pub(crate) async fn register(&self) -> Received {
        let body = json!({"username": self.username, "email": self.email, "password": self.password,
            "full_name": "Ada Lovelace"});
        self.stack.stranger().post("/auth/register", body).without_key().await
    }

    async fn log_in_as(&self, login: &str) -> Received {
        let body = json!({"login": login, "password": self.password});
        self.stack.stranger().post("/auth/login", body).without_key().await
    }

    pub(crate) async fn log_in(&self) -> Received {
        self.log_in_as(&self.username).await
    }

    async fn resend(&self) -> Received {
        let body = json!({"email": self.email});
        self.stack.stranger().post("/auth/verify/resend", body).without_key().await
    }

    async fn ask_reset(&self) -> Received {
        let body = json!({"email": self.email});
        self.stack.stranger().post("/auth/reset-password", body).without_key().await
    }

    /// The link to a new password, asked for some time after the mail before.
    pub(crate) async fn mailed_reset(&self) -> String {
        self.stack.clock().advance(A_WHILE);
        let before = self.links().await.len();
        self.ask_reset().await.expect(202);
        let links = self.links().await;
        assert_eq!(links.len(), before + 1, "one mail");
        links.last().expect("a link").clone()
    }

    /// The link to another address of nobody's.
    pub(crate) async fn mailed_change(&self) -> String {
        let address = Self::new(&self.stack).email;
        email::mailed(&self.signed_in().await, &address).await
    }

    /// They, with a session of their own.
    pub(crate) async fn signed_in(&self) -> User {
        signed_in(&self.stack, &self.log_in().await.expect(200))
    }

    /// Paths of the links mailed so far, the latest last.
    async fn links(&self) -> Vec<String> {
        let mails = mails_to(&self.email).await;
        mails.iter().filter_map(|mail| link(mail)).collect()
    }

    pub(crate) async fn last_link(&self) -> String {
        self.links().await.pop().expect("a mail with a link")
    }

    async fn open(&self, link: &str) -> Received {
        self.stack.stranger().get(link).await
    }

    /// Registers and proves the address.
    pub(crate) async fn settle(&self) {
        self.register().await.expect(202);
        let link = self.last_link().await;
        self.open(&link).await.expect(200);
    }
}

/// Someone who has proved their address.
pub(crate) async fn settled(stack: &Stack) -> Newcomer {
    let newcomer = Newcomer::new(stack);
    newcomer.settle().await;
    newcomer
}

/// Texts of the mails sent to this address, the latest last.
async fn mails_to(email: &str) -> Vec<String> {
    let url = services().addresses().mails.clone();
    let answer = tokio::task::spawn_blocking(move || fetch(&url)).await.expect("an answer");
    let all = answer["messages"][local_cloud::ACCOUNT].as_array().cloned().unwrap_or_default();
    let text = |mail: &Value| mail["BodyText"].as_str().expect("a text").to_owned();
    all.iter().filter(|mail| mail["To"] == json!([email])).map(text).collect()
}

fn fetch(url: &str) -> Value {
    let (host, path) =
        url.trim_start_matches("http://").split_once('/').expect("an address with a path");
    let mut connection = TcpStream::connect(host).expect("a connection");
    write!(connection, "GET /{path} HTTP/1.0\r\nHost: {host}\r\n\r\n").expect("sent");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("received");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    serde_json::from_str(body).expect("JSON")
}

/// The path of the link in a mail.
fn link(mail: &str) -> Option<String> {
    let (_, rest) = mail.split_once(HUB)?;
    rest.split_whitespace().next().map(str::to_owned)
}

/// Someone whose access token the gateway has checked.
fn signed_in(stack: &Stack, session: &Value) -> User {
    stack.claiming(handed_on(&claims(session)))
}

fn claims(session: &Value) -> Value {
    let token = session["access_token"].as_str().expect("a token");
    let payload = token.split('.').nth(1).expect("a JWT");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64")).expect("JSON")
}

async fn refresh(stack: &Stack, token: &Value) -> Received {
    let body = json!({"refresh_token": token});
    stack.stranger().post("/auth/refresh", body).without_key().await
}

/// What was entered of an account, oldest first.
async fn entered(stack: &Stack, session: &Value) -> Vec<Action> {
    let id = session["user"]["id"].as_str().expect("an id").parse().expect("an id");
    let trail = stack.table().query(&trail_of(id)).await.expect("a trail");
    trail.items.iter().rev().map(|entry| entry.action).collect()
}
