//! The hub in one process: every function's routes behind gateway events, over a table of the test's own.

use std::{fmt, sync::Arc, time::Duration};

use api::{Audience, Context};
use aws_config::SdkConfig;
use axum::Router;
use clock::Clock;
use domain::{
    UserId,
    account::{AcceptedTerms, PROVIDER_TERMS_VERSION, Role, Status, User as Account},
    rate_limit::{Limit, Limits},
    session::{Origin, Session},
};
use federation::Federation;
use files::Results;
use http_body_util::BodyExt;
use serde_json::Value;
use store::{Table, create, people::moved, sessions::session};
use tower::ServiceExt;
use worker::{BatchAnswer, Failed, SourceQueues, process, process_whole};

use crate::{
    DynamoDb, LocalBraket, Received, TableDoor, User,
    event::{Door, Sent, claims_of, event},
    functions::{Functions, LEASE, auth, auth_with_google, operations, users},
    queues::{Queues, STEPS},
    services::{config, pool, services},
};

/// How long the session lasts that a test's user begins with.
const FOR_EVER: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
/// What the text of an item has that counts requests.
const BUCKET: &str = "\"type\":\"Bucket\"";
/// And of one that counts tries at secrets.
const ATTEMPTS: &str = "\"type\":\"Attempts\"";

/// What keys the hashes of all hubs of the tests.
const KEY: &[u8] = &[42; 32];

/// A hub of the test's own. Clones are the same hub.
#[derive(Clone)]
pub struct Stack {
    inner: Arc<Inner>,
    /// Takes the place of the function of that name.
    instead: Option<Instead>,
}

#[derive(Clone)]
struct Instead {
    name: &'static str,
    service: Router,
    /// Whether infra/openapi.json describes what it answers.
    described: bool,
}

struct Inner {
    dynamodb: DynamoDb,
    clock: Clock,
    context: Context,
    queues: Queues,
    functions: Functions,
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stack")
    }
}

impl Stack {
    pub async fn start() -> Self {
        Self::begin(&services().addresses().braket, LEASE).await
    }

    /// The same hub, where tokens are those of this pool and client.
    pub fn trusting(&self, (pool_id, client_id): (String, String)) -> Self {
        let key = secrets::HashKey::new(KEY).expect("long enough");
        let audience = Audience::new(&pool_id, client_id);
        let context = Context::new(self.table().clone(), &key, audience, plenty());
        self.with_function("auth", auth(&context, &config(&services().addresses().services)))
    }

    /// Where callers may send so many requests, with a door before the table.
    pub async fn start_limited(limits: Limits) -> (Self, TableDoor) {
        let dynamodb = DynamoDb::start().await;
        let door = TableDoor::before(&dynamodb.config).await;
        let braket = &services().addresses().braket;
        let stack = Self::over(dynamodb, &door.config, limits, braket, LEASE).await;
        (stack, door)
    }

    /// Where the table has a door before it, and Braket is the test's own if one is given.
    pub async fn start_behind_door(braket: Option<&LocalBraket>) -> (Self, TableDoor) {
        let dynamodb = DynamoDb::start().await;
        let door = TableDoor::before(&dynamodb.config).await;
        let braket =
            braket.map_or_else(|| services().addresses().braket.clone(), LocalBraket::address);
        let stack = Self::over(dynamodb, &door.config, plenty(), &braket, LEASE).await;
        (stack, door)
    }

    /// Where Braket is the test's own.
    pub async fn start_beside(braket: &LocalBraket) -> Self {
        Self::begin(&braket.address(), LEASE).await
    }

    /// Where simulations look up as often as such a lease asks for.
    pub async fn start_with_lease(lease: Duration) -> Self {
        Self::begin(&services().addresses().braket, lease).await
    }

    async fn begin(braket: &str, lease: Duration) -> Self {
        let dynamodb = DynamoDb::start().await;
        let config = dynamodb.config.clone();
        Self::over(dynamodb, &config, plenty(), braket, lease).await
    }

    /// `table` leads to the table of `dynamodb`.
    async fn over(
        dynamodb: DynamoDb,
        table: &SdkConfig,
        limits: Limits,
        braket: &str,
        lease: Duration,
    ) -> Self {
        static LOG: std::sync::Once = std::sync::Once::new();
        LOG.call_once(|| {
            // What a failed test says is for whoever runs it, not only where it failed.
            let told = std::panic::take_hook();
            telemetry::start();
            std::panic::set_hook(told);
        });
        let clock = Clock::system();
        let table = Table::new(table, DynamoDb::TABLE, clock.clone());
        let key = secrets::HashKey::new(KEY).expect("long enough");
        let (pool_id, client_id) = pool();
        let context = Context::new(table, &key, Audience::new(&pool_id, client_id), limits);
        let queues = Queues::create().await;
        let functions = Functions::new(&context, &queues, braket, lease);
        Self {
            inner: Arc::new(Inner { dynamodb, clock, context, queues, functions }),
            instead: None,
        }
    }

    /// The same hub, where the user pool is at `endpoint`.
    pub fn with_identity_at(&self, endpoint: &str) -> Self {
        self.with_function("auth", auth(self.context(), &config(endpoint)))
    }

    /// The same hub, where users sign in with Google too.
    pub fn with_google(&self, google: Federation, frontend: Option<&str>) -> Self {
        let pool = config(&services().addresses().services);
        let service = auth_with_google(self.context(), &pool, google, frontend);
        self.with_function("auth", service)
    }

    /// The same hub, where accounts are served beside a user pool at `endpoint`.
    pub fn with_users_beside(&self, endpoint: &str) -> Self {
        self.with_function("users", users(self.context(), &config(endpoint)))
    }

    /// The same hub, where what is sent to queues again goes to `endpoint`.
    pub fn with_queues_at(&self, endpoint: &str) -> Self {
        let url = |name: &str| format!("{endpoint}/000000000000/{name}");
        let queues = SourceQueues::new(&config(endpoint), url);
        self.with_function("dead-letters", operations(self.context(), queues))
    }

    /// The same hub, where this answers paths that begin with `/name`.
    pub fn with_instead(&self, name: &'static str, service: Router) -> Self {
        self.replacing(Instead { name, service, described: false })
    }

    fn with_function(&self, name: &'static str, service: Router) -> Self {
        self.replacing(Instead { name, service, described: true })
    }

    fn replacing(&self, instead: Instead) -> Self {
        Self { inner: self.inner.clone(), instead: Some(instead) }
    }

    fn instead(&self, path: &str) -> Option<&Instead> {
        self.instead.as_ref().filter(|instead| instead.name == function_at(path))
    }

    /// Whether infra/openapi.json says what is answered at `path`.
    pub(crate) fn describes(&self, path: &str) -> bool {
        self.instead(path).is_none_or(|instead| instead.described)
    }

    /// Reads the devices of the local Braket, as the schedule does.
    pub async fn refresh_hardware(&self) {
        refresh_hardware::refresh(self.functions().refresh_hardware.clone())
            .await
            .expect("the local Braket answers");
    }

    /// The same, where Braket is at `endpoint`.
    pub async fn refresh_hardware_from(&self, endpoint: &str) -> Result<(), Failed> {
        let braket = braket::Braket::new(&config(endpoint));
        refresh_hardware::refresh(refresh_hardware::App::new(self.table().clone(), braket)).await
    }

    pub(crate) fn functions(&self) -> &Functions {
        &self.inner.functions
    }

    /// Delivers what lies in the job queues, and what that leads to, until they are empty.
    pub async fn drain(&self) {
        while self.deliver().await > 0 {}
    }

    /// Delivers what lies in the job queues now; answers how many messages that were.
    pub async fn deliver(&self) -> usize {
        let mut delivered = 0;
        for step in STEPS {
            while let Some(delivery) = self.inner.queues.receive(step).await {
                self.work(step, delivery.event.clone()).await;
                self.inner.queues.delete(step, &delivery).await;
                delivered += delivery.messages();
            }
        }
        delivered
    }

    /// Throws away what lies in the job queues, as a purge would.
    pub async fn lose_messages(&self) {
        for step in STEPS {
            while let Some(delivery) = self.inner.queues.receive(step).await {
                self.inner.queues.delete(step, &delivery).await;
            }
        }
    }

    /// Hands a function the event of its queue.
    pub async fn work(&self, step: &str, event: Value) {
        let answer = self.hand(step, event).await;
        assert!(answer.is_clean(), "{step}: {answer:?}");
    }

    /// The same, where records may be left to be delivered again.
    pub async fn hand(&self, step: &str, event: Value) -> BatchAnswer {
        let functions = self.functions();
        let batch = serde_json::from_value(event).expect("an SQS event");
        match step {
            "quantum-task" => {
                process(&functions.submit_quantum_task, batch, submit_quantum_task::handle).await
            }
            "settlement" => process(&functions.settle_job, batch, settle_job::handle).await,
            _ => process(&functions.run_simulation, batch, run_simulation::handle).await,
        }
    }

    /// Hands over the event of a dead-letter queue.
    pub async fn bury(&self, event: Value) -> BatchAnswer {
        let batch = serde_json::from_value(event).expect("an SQS event");
        let app = &self.functions().record_dead_letter;
        process_whole(app, batch, record_dead_letter::handle).await
    }

    /// Takes out what lies in a queue now: its messages, as Lambda would be handed them.
    pub async fn take(&self, queue: &str) -> Vec<Value> {
        let mut taken = Vec::new();
        while let Some(delivery) = self.inner.queues.receive(queue).await {
            self.inner.queues.delete(queue, &delivery).await;
            taken.extend(delivery.event["Records"].as_array().into_iter().flatten().cloned());
        }
        taken
    }

    /// One sweep, as each minute.
    pub async fn sweep(&self) {
        reconcile_jobs::handle(self.functions().reconcile_jobs.clone()).await.expect("a sweep");
    }

    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    pub fn results(&self) -> &Results {
        &self.functions().results
    }

    pub fn context(&self) -> &Context {
        &self.inner.context
    }

    pub fn table(&self) -> &Table {
        &self.inner.context.table
    }

    /// Everything the table holds but how many requests and tries came, and when sessions were used: requests change that
    /// even where they are refused.
    pub async fn items(&self) -> Vec<String> {
        let all = self.inner.dynamodb.items().await;
        let counts = |item: &String| [BUCKET, ATTEMPTS].iter().any(|kind| item.contains(kind));
        all.into_iter().filter(|item| !counts(item)).map(without_use).collect()
    }

    /// How many requests came from whom.
    pub async fn buckets(&self) -> Vec<String> {
        let all = self.inner.dynamodb.items().await;
        all.into_iter().filter(|item| item.contains(BUCKET)).collect()
    }

    /// How often somebody tried a secret.
    pub async fn attempts(&self) -> Vec<String> {
        let all = self.inner.dynamodb.items().await;
        all.into_iter().filter(|item| item.contains(ATTEMPTS)).collect()
    }

    /// A consumer whose e-mail is verified.
    pub async fn user(&self, name: &str) -> User {
        self.account(name, &[Role::Consumer], Status::Active).await
    }

    /// A user who may publish and sell.
    pub async fn provider(&self, name: &str) -> User {
        self.account(name, &[Role::Consumer, Role::Provider], Status::Active).await
    }

    /// A user who runs the place.
    pub async fn admin(&self, name: &str) -> User {
        self.account(name, &[Role::Consumer, Role::Admin], Status::Active).await
    }

    pub async fn suspended(&self, name: &str) -> User {
        self.account(name, &[Role::Consumer], Status::Suspended).await
    }

    async fn account(&self, name: &str, roles: &[Role], status: Status) -> User {
        let (account, now) = (self.someone(name, roles, status), self.clock().now());
        let id = account.id.to_string();
        let named = id.parse().expect("an id is a session's id, too");
        let mut session = Session::new(named, account.id, String::new(), Origin::default(), now);
        // Tests that let months go by are about something else.
        session.ends_at = now.plus(FOR_EVER);
        let mut writes = vec![create(&account), create(&account.subject()), create(&session)];
        writes.extend(moved(None, Some(&account)));
        self.table().write(writes).await.expect("a new user");
        User {
            stack: self.clone(),
            door: Door::SignedIn(id.clone()),
            address: None,
            id,
            username: account.username,
        }
    }

    fn someone(&self, name: &str, roles: &[Role], status: Status) -> Account {
        let (clock, now) = (self.clock(), self.clock().now());
        Account {
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
            mfa_enabled: false,
            password_set_at: None,
        }
    }

    /// Has the table know the user and the session of these claims, if it does not.
    pub async fn begin_session(&self, claims: &Value) {
        let text = |name: &str| claims[name].as_str().expect("a text");
        let user_id: UserId = text("username").parse().expect("a user's id");
        let (id, now) = (text("origin_jti").parse().expect("a session's id"), self.clock().now());
        if self.table().get(&session(user_id, &id)).await.expect("read").is_some() {
            return;
        }
        let mut account = self.someone("ada", &[Role::Consumer], Status::Active);
        account.id = user_id;
        let begun = Session::new(id, user_id, String::new(), Origin::default(), now);
        let writes = [create(&account), create(&account.subject()), create(&begun)];
        self.table().write(writes).await.expect("a session");
    }

    /// One more session of a user: its id, and the user who sends requests with it.
    pub async fn another_session(&self, user: &User) -> (String, User) {
        let id = uuid::Uuid::new_v4().to_string();
        let (named, owner) = (id.parse().expect("an id"), user.id.parse().expect("a user"));
        let now = self.clock().now();
        let session = Session::new(named, owner, String::new(), Origin::default(), now);
        self.table().write([create(&session)]).await.expect("a session");
        let mut claims = claims_of(&user.id);
        claims["origin_jti"] = id.as_str().into();
        (id, User { door: Door::Claims(claims), ..user.clone() })
    }

    /// Nobody: no token, no key.
    pub fn stranger(&self) -> User {
        User {
            stack: self.clone(),
            door: Door::Public,
            address: None,
            id: String::new(),
            username: String::new(),
        }
    }

    /// Someone whose token the authorizer let through with these claims, whatever kind of token it was.
    pub fn claiming(&self, claims: Value) -> User {
        User { door: Door::Claims(claims), ..self.stranger() }
    }

    /// A program that sends this key to ClientApi.
    pub fn program(&self, key: &str) -> User {
        User { door: Door::Key(key.to_owned()), ..self.stranger() }
    }

    pub(crate) async fn send(&self, door: &Door, sent: &Sent<'_>) -> Received {
        let name = function_at(sent.path);
        let instead = self.instead(sent.path).map(|instead| &instead.service);
        let service = instead.or(self.functions().routes.get(name));
        let service = service.unwrap_or_else(|| {
            panic!("no function serves /{name}; tests/src/functions.rs knows which do")
        });
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

/// A session without what its use leaves behind.
fn without_use(item: String) -> String {
    let mut parsed: Value = serde_json::from_str(&item).expect("an item is JSON");
    if parsed["type"] != "Session" {
        return item;
    }
    let fields = parsed.as_object_mut().expect("an object");
    fields.retain(|name, _| name != "last_used_at" && name != "origin");
    parsed.to_string()
}

/// As many requests as a test may send, on as many items as one caller ever has.
fn plenty() -> Limits {
    Limits::all(Limit::new(1_000_000, 1_000_000).expect("within bounds"))
}

/// By the first segment of the path; the keys of a subscription are served with all keys.
fn function_at(path: &str) -> &str {
    let segments: Vec<&str> = path.split(['/', '?']).skip(1).collect();
    match segments.as_slice() {
        ["subscriptions", _, "keys", ..] => "api-keys",
        [first, ..] => first,
        [] => "",
    }
}
