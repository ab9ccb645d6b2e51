//! The hub in one process: every function's routes behind gateway events, over a table of the test's own.

use std::{collections::BTreeMap, fmt, sync::Arc};

use api::Context;
use axum::Router;
use clock::Clock;
use domain::{
    UserId,
    account::{AcceptedTerms, PROVIDER_TERMS_VERSION, Role, Status, User as Account},
};
use http_body_util::BodyExt;
use serde_json::Value;
use store::{Table, create};
use tower::ServiceExt;

use crate::{
    DynamoDb, Received, User,
    event::{Door, Sent, event},
};

/// A hub of the test's own. Clones are the same hub.
#[derive(Clone)]
pub struct Stack {
    inner: Arc<Inner>,
}

struct Inner {
    dynamodb: DynamoDb,
    clock: Clock,
    context: Context,
    services: BTreeMap<&'static str, Router>,
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stack")
    }
}

impl Stack {
    pub async fn start() -> Self {
        let dynamodb = DynamoDb::start().await;
        let clock = Clock::system();
        let table = Table::new(&dynamodb.config, DynamoDb::TABLE, clock.clone());
        let key = secrets::HashKey::new(&[42; 32]).expect("long enough");
        let context = Context::new(table, &key);
        let services = functions(&context);
        Self { inner: Arc::new(Inner { dynamodb, clock, context, services }) }
    }

    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    pub fn context(&self) -> &Context {
        &self.inner.context
    }

    pub fn table(&self) -> &Table {
        &self.inner.context.table
    }

    /// Everything the table holds.
    pub async fn items(&self) -> Vec<String> {
        self.inner.dynamodb.items().await
    }

    /// A consumer whose e-mail is verified.
    pub async fn user(&self, name: &str) -> User {
        self.account(name, &[Role::Consumer], Status::Active).await
    }

    /// A user who may publish and sell.
    pub async fn provider(&self, name: &str) -> User {
        self.account(name, &[Role::Consumer, Role::Provider], Status::Active).await
    }

    pub async fn suspended(&self, name: &str) -> User {
        self.account(name, &[Role::Consumer], Status::Suspended).await
    }

    async fn account(&self, name: &str, roles: &[Role], status: Status) -> User {
        let (clock, now) = (self.clock(), self.clock().now());
        let account = Account {
            id: clock.id(UserId::new),
            username: name.to_owned(),
            email: format!("{name}@example.com"),
            full_name: name.to_owned(),
            roles: roles.to_vec(),
            status,
            provider_terms: roles
                .contains(&Role::Provider)
                .then(|| AcceptedTerms { version: PROVIDER_TERMS_VERSION.to_owned(), at: now }),
            last_login_at: None,
            created_at: now,
            updated_at: now,
            pending_until: None,
        };
        self.table()
            .write([create(&account), create(&account.subject())])
            .await
            .expect("a new user");
        let id = account.id.to_string();
        User {
            stack: self.clone(),
            door: Door::SignedIn(id.clone()),
            id,
            username: account.username,
        }
    }

    /// Nobody: no token, no key.
    pub fn stranger(&self) -> User {
        User { stack: self.clone(), door: Door::Public, id: String::new(), username: String::new() }
    }

    /// A program that sends this key to ClientApi.
    pub fn program(&self, key: &str) -> User {
        User {
            stack: self.clone(),
            door: Door::Key(key.to_owned()),
            id: String::new(),
            username: String::new(),
        }
    }

    pub(crate) async fn send(&self, door: &Door, sent: &Sent<'_>) -> Received {
        let name = sent.path.split(['/', '?']).nth(1).unwrap_or_default();
        let service =
            self.inner.services.get(name).unwrap_or_else(|| panic!("no function serves /{name}"));
        let request = lambda_http::request::from_str(&event(door, sent)).expect("a gateway event");
        let response = service.clone().oneshot(request).await.expect("infallible");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&bytes)));
        let request = format!("{} {}", sent.method, sent.path);
        Received { request, status: parts.status.as_u16(), headers: parts.headers, body }
    }
}

/// Each function's routes by the first segment of its paths.
fn functions(context: &Context) -> BTreeMap<&'static str, Router> {
    BTreeMap::from([(
        "projects",
        api::service(projects::routes(), projects::App::new(context.clone())),
    )])
}
