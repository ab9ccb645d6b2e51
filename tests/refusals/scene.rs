//! A hub in which every operation has something to be called well with.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::{Folder, GHZ, Stack, User, dead_letter};

use super::{
    call::Call,
    document::{Operation, operations},
    people::{People, text},
};
use crate::routes::auth::Newcomer;

pub(crate) struct Scene {
    pub stack: Stack,
    pub document: Value,
    /// Owns one of everything.
    pub ada: User,
    /// A provider who owns nothing but a key.
    pub eve: User,
    pub eves_program: User,
    /// No provider.
    pub carol: User,
    /// Whose session may end.
    leaving: User,
    /// Whose account may be closed.
    closing: User,
    /// Runs the place.
    pub admin: User,
    /// Has a key of Ada's with all scopes.
    pub program: User,
    /// Ada's, and not on offer.
    pub private_app: String,
    pub subscription: String,
    pub people: People,
    /// Of Ada's lists and the public ones that have more than a page, by path.
    pub cursors: BTreeMap<String, String>,
    /// What stands in a path, by the parameter's name, with an operation's own before everyone's.
    places: BTreeMap<(&'static str, &'static str), String>,
    /// What an operation is sent where its example does not do.
    bodies: BTreeMap<&'static str, Value>,
}

/// For every operation that has no value of its own.
const ANY: &str = "";

impl Scene {
    pub(crate) async fn begin() -> Self {
        Self::on(Stack::start().await).await
    }

    pub(crate) async fn on(stack: Stack) -> Self {
        stack.devices().await;
        let (ada, eve, carol) =
            (stack.provider("ada").await, stack.provider("eve").await, stack.user("carol").await);
        let (admin, leaving) = (stack.admin("grace").await, stack.user("dave").await);
        let closing = stack.user("frank").await;
        let document = stack.stranger().get("/openapi.json").await.expect(200);
        let seller = stack.provider("bob").await;
        let published = stack.publish(&seller, GHZ, "0.05").await;
        let subscription = stack.subscribe(&ada, published, false).await;
        let keys_path = format!("/subscriptions/{subscription}/keys");
        let key = ada.post(&keys_path, json!({"name": "all"})).await.expect(201);
        let spare_key = ada.post(&keys_path, json!({"name": "spare"})).await.expect(201);
        let key_itself = text(&key["key"]);
        let people = People::meet(&stack, &ada, &keys_path, &key_itself, published).await;
        let eves_subscription = stack.subscribe(&eve, published, false).await;
        let eves_program = stack.program(&stack.key(&eve, eves_subscription, None).await);
        let program = stack.program(&key_itself);
        let mut scene = Self {
            private_app: String::new(),
            subscription: subscription.to_string(),
            cursors: BTreeMap::new(),
            places: BTreeMap::new(),
            bodies: BTreeMap::new(),
            stack,
            document,
            ada,
            eve,
            eves_program,
            carol,
            leaving,
            closing,
            admin,
            program,
            people,
        };
        scene.place(ANY, "subscription_id", scene.subscription.clone());
        let other = scene.stack.publish(&seller, GHZ, "0.05").await;
        let other = scene.stack.subscribe(&scene.ada, other, false).await;
        scene.place("cancelSubscription", "subscription_id", other.to_string());
        scene.place(ANY, "key_id", text(&spare_key["id"]));
        scene.place(ANY, "device_id", "hub-simulator".to_owned());
        scene.projects().await;
        scene.apps(&seller).await;
        scene.runs().await;
        scene.dead_letters().await;
        scene.newcomers().await;
        scene.accounts().await;
        scene.pages().await;
        scene
    }

    fn place(&mut self, operation: &'static str, name: &'static str, value: String) {
        self.places.insert((operation, name), value);
    }

    async fn projects(&mut self) {
        for operation in [ANY, "releaseProject", "deleteProject"] {
            let project =
                self.ada.post("/projects", json!({"name": "Bell pairs"})).await.expect(201);
            self.place(operation, "project_id", text(&project["id"]));
        }
    }

    async fn apps(&mut self, seller: &User) {
        let shop = self.stack.released(seller, "Shop", "1.0.0").await.app;
        seller.post(&format!("{shop}/publish-registry"), json!({})).await.expect(200);
        let terms = json!({"price": {"amount": "0.05", "currency": "USD"}, "trial_enabled": true});
        seller.post(&format!("{shop}/publish-marketplace"), terms).await.expect(201);
        let app = self.stack.released(&self.ada, "Bell pairs", "1.0.0").await.app;
        let draft = self.stack.draft(&self.ada, &app, "1.1.0").await;
        let inspected = self.stack.draft(&self.ada, &app, "1.2.0").await;
        self.stack.upload(&self.ada, &inspected, &Folder::bell("1.2.0").zip()).await;
        self.place(ANY, "app_id", last(&app));
        self.place("public", "app_id", last(&shop));
        self.place(ANY, "version_id", last(&draft));
        self.place("releaseAppVersion", "version_id", last(&inspected));
        self.private_app = last(&self.stack.released(&self.ada, "Private", "1.0.0").await.app);
        self.bodies.insert(
            "createAppVersion",
            json!({"version_number": "2.0.0", "release_notes": "More."}),
        );
    }

    /// A job that has ended, one that has not, and a bill.
    async fn runs(&mut self) {
        let mut run = self.job();
        let ended = self.program.post("/jobs", run.clone()).await.expect(202);
        self.stack.drain().await;
        run["shots"] = 10.into();
        let running = self.program.post("/jobs", run).await.expect(202);
        let bills = self.ada.get("/bills").await.expect(200);
        self.place(ANY, "item_id", format!("{}.0", text(&ended["id"])));
        self.place(ANY, "job_id", text(&ended["id"]));
        self.place("cancelJob", "job_id", text(&running["id"]));
        self.place(ANY, "bill_id", text(&bills["items"][0]["id"]));
        self.bodies.insert("createJob", self.job());
    }

    /// One that is not waited for.
    fn job(&self) -> Value {
        json!({
            "subscription_id": self.subscription, "device_id": "hub-simulator", "shots": 1000, "tags": ["bell"],
            "input": {"theta": 0.7}, "run_mode": "NON_BLOCKING", "seed": 7
        })
    }

    /// More than a page, and one to be sent again.
    async fn dead_letters(&mut self) {
        for at in 0..3 {
            let id = format!("dead-{at}");
            self.stack.fail("settlement", &id, "poison").await;
            assert!(self.stack.bury(dead_letter("settlement", &id, "poison")).await.is_clean());
        }
        let all = self.admin.get("/dead-letters").await.expect(200);
        for (at, operation) in [ANY, "redriveDeadLetter"].into_iter().enumerate() {
            self.place(operation, "dead_letter_id", text(&all["items"][at]["id"]));
        }
        self.bodies.insert("redriveDeadLetters", json!({"source": "INSPECTION"}));
    }

    /// One who may register, one with an unopened link, and one with a session.
    async fn newcomers(&mut self) {
        let [new, waiting, settled] = [(); 3].map(|()| Newcomer::new(&self.stack));
        let account = json!({
            "username": new.username, "email": new.email, "password": new.password, "full_name": "Ada Lovelace"
        });
        waiting.register().await.expect(202);
        let link = waiting.last_link().await;
        settled.settle().await;
        let session = settled.log_in().await.expect(200);
        self.place(ANY, "token", last(&link));
        self.bodies.insert("registerAccount", account);
        self.bodies.insert(
            "createSession",
            json!({"login": settled.username, "password": settled.password}),
        );
        self.bodies.insert("refreshSession", json!({"refresh_token": session["refresh_token"]}));
    }

    /// Accounts that are looked at and changed, each of them by another operation.
    async fn accounts(&mut self) {
        self.place(ANY, "user_id", self.ada.id.clone());
        self.place("deleteUser", "user_id", self.closing.id.clone());
        self.place("deleteSessions", "user_id", self.carol.id.clone());
        for (operation, name) in
            [("listAuditEntries", "heidi"), ("suspendUser", "ivan"), ("updateRoles", "judy")]
        {
            let id = self.stack.user(name).await.id;
            self.place(operation, "user_id", id);
        }
        let watched = self.places[&("listAuditEntries", "user_id")].clone();
        for at in 0..3 {
            let reason = json!({"reason": format!("reason {at}")});
            let path = |what: &str| format!("/users/{watched}/{what}");
            self.admin.post(&path("suspend"), reason.clone()).await.expect(200);
            self.admin.post(&path("restore"), reason).await.expect(200);
        }
        self.admin
            .post(&format!("/users/{watched}/suspend"), json!({"reason": "again"}))
            .await
            .expect(200);
        self.place("restoreUser", "user_id", watched);
        let profile = json!({"bio": "Writes programs."});
        self.ada.put("/users/me/profile", profile).if_match("\"0\"").await.expect(200);
        let preferences = json!({
            "mails": {"jobs": true, "billing": true, "subscriptions": true, "news": true},
            "locale": "en", "time_zone": "UTC", "theme": "DARK"
        });
        self.ada.put("/users/me/preferences", preferences).if_match("\"0\"").await.expect(200);
        // The one that its requests are sent with has the id of its owner.
        self.place(ANY, "session_id", self.stack.another_session(&self.ada).await.0);
    }

    async fn pages(&mut self) {
        let document = self.document.clone();
        for operation in operations(&document) {
            if operation.parameters("query").iter().any(|one| one.name == "cursor") {
                let call = self.good(&operation).expect("a list").asking("limit=1");
                let page = call.send(&self.callers(&operation)[0]).await.expect(200);
                if let Some(cursor) = page["next_cursor"].as_str() {
                    self.cursors.insert(operation.path.to_owned(), cursor.to_owned());
                }
            }
        }
    }

    /// Paths under which everyone finds the same.
    pub(crate) fn is_of_the_public(path: &str) -> bool {
        ["/marketplace", "/registry", "/hardware", "/auth", "/health"]
            .iter()
            .any(|start| path.starts_with(start))
    }

    /// Who may call it: a person, a program, or anyone.
    pub(crate) fn callers(&self, operation: &Operation<'_>) -> Vec<User> {
        if operation.is_public() {
            return vec![self.stack.stranger()];
        }
        let person = match operation.id() {
            "becomeProvider" | "deleteSessions" => &self.carol,
            "endSession" => &self.leaving,
            "deleteUser" => &self.closing,
            _ if operation.is_for_admins() => &self.admin,
            _ => &self.ada,
        };
        let person = operation.roles().map(|_| person.clone());
        let program = operation.scopes().map(|_| self.program.clone());
        person.into_iter().chain(program).collect()
    }

    /// A request that is granted; an error where nobody said how the operation is called well.
    pub(crate) fn good(&self, operation: &Operation<'_>) -> Result<Call, String> {
        let mut call = Call::new(operation.method, operation.path);
        for parameter in operation.parameters("path") {
            let public = if Self::is_of_the_public(operation.path) { "public" } else { ANY };
            let found = [operation.id(), public, ANY]
                .iter()
                .find_map(|at| self.places.get(&(*at, parameter.name)));
            let value = found.ok_or_else(|| {
                format!("tests/refusals/scene.rs does not say which {} exists", parameter.name)
            })?;
            call = call.at(parameter.name, value);
        }
        if let Some(query) = operation.parameters("query").iter().find(|query| query.required) {
            return Err(format!("nobody says what to ask for with {}", query.name));
        }
        for header in operation.parameters("header").iter().filter(|header| header.required) {
            call = match header.name {
                "Idempotency-Key" => call.header(header.name, operation.id()),
                "If-Match" => call.header(header.name, "\"1\""),
                other => return Err(format!("nobody says what {other} is")),
            };
        }
        if let Some(schema) = operation.body() {
            let own = self.bodies.get(operation.id()).cloned();
            call = call.saying(&own.unwrap_or_else(|| schema.sample()).to_string());
        }
        Ok(call)
    }
}

fn last(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}
