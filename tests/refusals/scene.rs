//! A hub in which every operation has something to be called well with.

use std::{collections::BTreeMap, time::Duration};

use federation::Federation;

use serde_json::{Value, json};
use store::{create, google::Handover};
use tests::{Folder, GHZ, Issuer, Stack, User, dead_letter};

use super::{
    call::Call,
    document::{Operation, operations},
    people::{People, text},
};
use crate::{
    referee::totp::code_now,
    routes::auth::{
        Newcomer,
        google::somebody,
        mfa::{Guarded, start},
        settled,
    },
};

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
    /// Known to the user pool, with an account at Google.
    linking: User,
    /// The query and the cookie of who comes back from there.
    back: (String, String),
    /// Known to the user pool, with a password.
    member: User,
    /// Who have authenticator apps, by the operation that they call.
    guarded: BTreeMap<&'static str, (User, String)>,
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

/// What a page fetches that was sent back from Google.
const EXAMPLE_SESSION: &str = r#"{"access_token":"a","id_token":"i","refresh_token":"r","token_type":"Bearer",
    "expires_in":3600,"session_ends_at":"2026-12-20T08:30:00.000Z","user":{"id":"01a1e35e-c000-7a1d-8a3f-5c2e9b7d4f10","username":"ada","email":"ada@example.com",
    "full_name":"Ada Lovelace","roles":["CONSUMER"],"is_provider":false,"status":"ACTIVE","mfa_enabled":false,
    "created_at":"2026-11-16T08:00:00.000Z"}}"#;

/// For every operation that has no value of its own.
const ANY: &str = "";

impl Scene {
    pub(crate) async fn begin() -> Self {
        Self::on(Stack::start().await).await
    }

    pub(crate) async fn on(stack: Stack) -> Self {
        let issuer = Issuer::start().await.keep_codes();
        let stack = stack.with_google(Federation::new(issuer.settings()), None);
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
            linking: leaving.clone(),
            back: Default::default(),
            member: leaving.clone(),
            guarded: BTreeMap::new(),
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
        scene.keys().await;
        scene.place(ANY, "device_id", "hub-simulator".to_owned());
        scene.projects().await;
        scene.apps(&seller).await;
        scene.runs().await;
        scene.dead_letters().await;
        scene.newcomers().await;
        scene.members().await;
        scene.guarded().await;
        scene.accounts().await;
        // Time has passed for the others, and these have only minutes.
        scene.google(&issuer).await;
        scene.pages().await;
        scene
    }

    /// One of its own for each operation after which it is another.
    async fn keys(&mut self) {
        let keys = format!("/subscriptions/{}/keys", self.subscription);
        for (path, operations) in [
            (
                "/api-keys",
                ["getApiKey", "getApiKeyUsage", "updateApiKey", "rotateApiKey", "deleteApiKey"]
                    .as_slice(),
            ),
            (
                keys.as_str(),
                ["updateSubscriptionKey", "rotateSubscriptionKey", "deleteSubscriptionKey"]
                    .as_slice(),
            ),
        ] {
            for operation in operations {
                let key = self.ada.post(path, json!({"name": operation})).await.expect(201);
                self.place(operation, "key_id", text(&key["id"]));
            }
        }
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

    /// One who comes back from Google, one whose session is to be fetched, and one who links an account there.
    async fn google(&mut self, issuer: &Issuer) {
        let stranger = self.stack.stranger();
        let asked = stranger.get("/auth/google").await;
        let header = |name: &str| asked.headers[name].to_str().expect("ascii").to_owned();
        let back = issuer.sign_in(&header("location")).await;
        let query = back.split_once('?').expect("a query").1;
        let cookie = header("set-cookie");
        let cookie = cookie.split(';').next().expect("a cookie");
        self.back = (query.to_owned(), cookie.to_owned());

        let linking = settled(&self.stack).await;
        self.linking = linking.signed_in().await;
        issuer.grant(somebody(&linking.email));
        let back = format!("/auth/google/callback?{query}");
        let sent = stranger.get(&back).header("Cookie", cookie).await;
        let body = json!({"link": sent.expect(202)["link"], "password": linking.password});
        self.bodies.insert("linkGoogle", body);
        issuer.grant(somebody(&Newcomer::new(&self.stack).email));

        let context = self.stack.context();
        let kept = Handover {
            hash: context.links.hex(b"handover"),
            sealed: context.challenges.close(EXAMPLE_SESSION.as_bytes(), [7; 12]),
            until: self.stack.clock().now().plus(Duration::from_secs(3600)),
        };
        self.stack.table().write([create(&kept)]).await.expect("a handover");
        self.bodies.insert("createGoogleSession", json!({"handover": "handover"}));
    }

    /// Who forgot a password, who moves to another address, and who may do both.
    async fn members(&mut self) {
        let reset = last(&settled(&self.stack).await.mailed_reset().await);
        for operation in ["getPasswordReset", "resetPassword"] {
            self.place(operation, "token", reset.clone());
        }
        let change = settled(&self.stack).await.mailed_change().await;
        self.place("confirmEmail", "token", last(&change));
        let member = settled(&self.stack).await;
        self.member = member.signed_in().await;
        let (password, new_email) = (member.password, Newcomer::new(&self.stack).email);
        for (operation, body) in [
            ("changePassword", json!({"current_password": password, "new_password": password})),
            ("changeEmail", json!({"new_email": new_email, "password": password})),
            ("startMfa", json!({"password": password})),
        ] {
            self.bodies.insert(operation, body);
        }
    }

    /// Who ask for recovery codes, switch an app off, log in and confirm one.
    async fn guarded(&mut self) {
        let replacing = Guarded::new(&self.stack).await;
        let body = json!({"password": replacing.newcomer.password});
        self.bodies.insert("replaceRecoveryCodes", body);
        self.guarded.insert("replaceRecoveryCodes", (replacing.user, replacing.secret));
        let leaving = Guarded::new(&self.stack).await;
        let (password, code) = (leaving.newcomer.password, &leaving.recovery_codes[0]);
        self.bodies.insert("disableMfa", json!({"password": password, "recovery_code": code}));
        self.guarded.insert("disableMfa", (leaving.user, leaving.secret));
        let coming = Guarded::new(&self.stack).await;
        let (password, code) = (coming.newcomer.password, &coming.recovery_codes[0]);
        let challenge = coming.challenge().await;
        self.bodies.insert(
            "createMfaSession",
            json!({"challenge": challenge, "recovery_code": code, "password": password}),
        );
        let confirming = settled(&self.stack).await.signed_in().await;
        let secret = start(&confirming).await;
        self.guarded.insert("confirmMfa", (confirming, secret));
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
            "changePassword" | "changeEmail" | "startMfa" => &self.member,
            "linkGoogle" => &self.linking,
            id if self.guarded.contains_key(id) => &self.guarded[id].0,
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
        if operation.id() == "verifyGoogleSignIn" {
            call = call.asking(&self.back.0).header("Cookie", &self.back.1);
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
            let mut body = own.unwrap_or_else(|| schema.sample());
            if let Some((_, secret)) = self.guarded.get(operation.id())
                && schema.requires("code")
            {
                // A code is good for a moment only.
                body["code"] = code_now(secret).into();
            }
            call = call.saying(&body.to_string());
        }
        Ok(call)
    }
}

fn last(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}
