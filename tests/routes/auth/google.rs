//! Signing in with Google: whatever is not as it was asked for is refused, and an account is linked by its owner alone.

use federation::Federation;
use serde_json::{Value, json};
use tests::{CALLBACK, Issuer, Received, Stack, User};

use super::{Newcomer, PASSWORD, settled, signed_in};

/// A hub that signs in at an issuer of its own, and a browser that keeps its cookie.
struct Scene {
    stack: Stack,
    issuer: Issuer,
}

struct Browser<'a> {
    scene: &'a Scene,
    cookie: String,
    /// Where the issuer sent it back to, from the hub's stage on.
    back: String,
}

impl Scene {
    async fn begin(frontend: Option<&str>) -> Self {
        let (stack, issuer) = (Stack::start().await, Issuer::start().await);
        let stack = stack.with_google(Federation::new(issuer.settings()), frontend);
        Self { stack, issuer }
    }

    /// Goes to Google and is sent back.
    async fn browser(&self) -> Browser<'_> {
        let asked = self.stack.stranger().get("/auth/google").await;
        assert_eq!(asked.status, 303);
        let cookie = header(&asked, "set-cookie");
        for part in ["__Host-", "; Path=/;", "; HttpOnly", "; Secure", "; SameSite=Lax"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let back = self.issuer.sign_in(&header(&asked, "location")).await;
        let back = back.strip_prefix("http://hub.example/v1").expect("the callback").to_owned();
        let cookie = cookie.split(';').next().expect("a cookie").to_owned();
        Browser { scene: self, cookie, back }
    }

    /// Somebody at Google.
    fn somebody(&self) -> (String, Value) {
        let name = format!("g{}", &uuid::Uuid::new_v4().simple().to_string()[..16]);
        let email = format!("{name}@example.com");
        let grant = somebody(&email);
        self.issuer.grant(grant.clone());
        (email, grant)
    }
}

/// What is granted of somebody at Google whom nobody here knows, with this address.
pub(crate) fn somebody(email: &str) -> Value {
    let subject = uuid::Uuid::new_v4().as_u128().to_string();
    let of_google = json!([{"providerName": "Google", "userId": subject}]);
    json!({"email": email, "identities": of_google, "username": format!("Google_{subject}")})
}

impl Browser<'_> {
    async fn comes_back(&self) -> Received {
        self.comes_back_to(&self.back).await
    }

    async fn comes_back_to(&self, address: &str) -> Received {
        let stranger = self.scene.stack.stranger();
        stranger.get(address).header("Cookie", &self.cookie).await
    }
}

fn header(received: &Received, name: &str) -> String {
    received.headers[name].to_str().expect("ascii").to_owned()
}

async fn link(user: &User, link: &Value, password: &str) -> Received {
    user.post("/auth/google/link", json!({"link": link, "password": password})).without_key().await
}

#[tokio::test]
async fn who_is_new_gets_an_account_with_the_address_that_google_has_proved() {
    let scene = Scene::begin(None).await;
    let (email, mut grant) = scene.somebody();
    let session = scene.browser().await.comes_back().await.expect(200);
    let user = &session["user"];
    assert_eq!((&user["email"], &user["status"]), (&json!(email), &json!("ACTIVE")));
    assert_eq!(user["full_name"], "Ada Lovelace");
    let me = signed_in(&scene.stack, &session).get("/auth/me").await.expect(200);
    assert_eq!(me["id"], user["id"]);

    // From now on the pool calls them by our id.
    grant["username"] = user["id"].clone();
    scene.issuer.grant(grant);
    let again = scene.browser().await.comes_back().await.expect(200);
    assert_eq!(again["user"]["id"], user["id"]);
    let items = scene.stack.items().await;
    assert_eq!(items.iter().filter(|item| item.contains("\"type\":\"User\"")).count(), 1);
}

#[tokio::test]
async fn whatever_is_not_as_it_was_asked_for_is_refused_and_leaves_nothing() {
    let scene = Scene::begin(None).await;
    let before = scene.stack.items().await;
    let (_, good) = scene.somebody();
    for (name, value) in [
        ("nonce", json!("another")),
        ("nonce", Value::Null),
        ("aud", json!("another-client")),
        ("aud", Value::Null),
        ("iss", json!("https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Another")),
        ("exp", json!(1_700_000_000)),
        ("iat", json!(4_000_000_000_u64)),
        ("token_use", json!("access")),
        ("email_verified", json!(false)),
        ("email_verified", json!("false")),
        ("email_verified", Value::Null),
        ("email", Value::Null),
        ("email", json!("no address")),
        ("identities", json!([])),
        ("identities", json!([{"providerName": "Elsewhere", "userId": "1"}])),
        ("hidden_key", json!(true)),
    ] {
        let mut grant = good.clone();
        grant[name] = value.clone();
        scene.issuer.grant(grant);
        let received = scene.browser().await.comes_back().await;
        assert_eq!(received.status, 401, "{name} {value}: {}", received.body);
        received.refused(401, "google_refused");
    }
    assert_eq!(scene.stack.items().await, before);
    scene.issuer.grant(good);
    scene.browser().await.comes_back().await.expect(200);
}

#[tokio::test]
async fn an_answer_counts_in_the_browser_that_asked_for_it_and_once() {
    let scene = Scene::begin(None).await;
    scene.somebody();
    let before = scene.stack.items().await;
    let (one, other) = (scene.browser().await, scene.browser().await);
    let stranger = scene.stack.stranger();
    stranger.get(&one.back).await.refused(401, "google_refused");
    other.comes_back_to(&one.back).await.refused(401, "google_refused");
    let (address, state) = one.back.split_once("&state=").expect("a state");
    for wrong in ["", "&state=", &format!("&state={}x", &state[1..])] {
        one.comes_back_to(&format!("{address}{wrong}")).await.refused(401, "google_refused");
    }
    for cookie in ["", "__Host-hub-google=", "__Host-hub-google=x", "other=1"] {
        let sent = stranger.get(&one.back).header("Cookie", cookie).await;
        sent.refused(401, "google_refused");
    }
    let denied = format!("/auth/google/callback?error=access_denied&state={state}");
    one.comes_back_to(&denied).await.refused(401, "google_refused");
    // The right state and cookie with another's code: its PKCE verifier is not this browser's.
    let code = other.back.split_once("code=").expect("a code").1.split('&').next().expect("it");
    let mixed = format!("/auth/google/callback?code={code}&state={state}");
    one.comes_back_to(&mixed).await.refused(401, "google_refused");
    assert_eq!(scene.stack.items().await, before);

    one.comes_back().await.expect(200);
    one.comes_back().await.refused(401, "google_refused");
}

#[tokio::test]
async fn a_sign_in_that_took_too_long_is_begun_again() {
    let scene = Scene::begin(None).await;
    scene.somebody();
    let browser = scene.browser().await;
    scene.stack.clock().advance(std::time::Duration::from_secs(601));
    browser.comes_back().await.refused(401, "google_refused");
}

#[tokio::test]
async fn an_account_with_the_address_is_linked_by_its_owner_with_its_password() {
    let scene = Scene::begin(None).await;
    let (ada, eve) = (settled(&scene.stack).await, settled(&scene.stack).await);
    let (_, mut grant) = scene.somebody();
    grant["email"] = json!(ada.email);
    scene.issuer.grant(grant.clone());
    let asked = scene.browser().await.comes_back().await.expect(202);
    assert!(asked.get("access_token").is_none());

    let of_ada = ada.log_in().await.expect(200);
    let here = signed_in(&scene.stack, &of_ada);
    let of_eve = signed_in(&scene.stack, &eve.log_in().await.expect(200));
    link(&of_eve, &asked["link"], PASSWORD).await.refused(404, "not_found");
    link(&here, &asked["link"], "Wrong-horse-7-battery").await.refused(403, "wrong_password");
    link(&here, &json!("x"), PASSWORD).await.refused(404, "link_unusable");
    link(&here, &asked["link"], PASSWORD).await.expect(204);
    link(&here, &asked["link"], PASSWORD).await.expect(204);

    grant["username"] = of_ada["user"]["id"].clone();
    scene.issuer.grant(grant);
    let session = scene.browser().await.comes_back().await.expect(200);
    assert_eq!(session["user"]["id"], of_ada["user"]["id"]);
}

#[tokio::test]
async fn an_account_at_google_is_one_users_alone() {
    let scene = Scene::begin(None).await;
    let ada = settled(&scene.stack).await;
    let (email, mut grant) = scene.somebody();
    grant["email"] = json!(ada.email);
    scene.issuer.grant(grant.clone());
    let asked = scene.browser().await.comes_back().await.expect(202);
    // Before Ada links it, its owner comes with another address.
    grant["email"] = json!(email);
    scene.issuer.grant(grant);
    scene.browser().await.comes_back().await.expect(200);
    let here = signed_in(&scene.stack, &ada.log_in().await.expect(200));
    link(&here, &asked["link"], PASSWORD).await.refused(409, "google_taken");
}

#[tokio::test]
async fn who_was_not_yet_linked_in_the_pool_is_then_and_comes_again() {
    let scene = Scene::begin(None).await;
    let (_, mut grant) = scene.somebody();
    let first = scene.browser().await.comes_back().await.expect(200);
    // The pool still calls them as it did before we linked them.
    scene.browser().await.comes_back().await.refused(409, "google_again");
    grant["username"] = first["user"]["id"].clone();
    scene.issuer.grant(grant);
    scene.browser().await.comes_back().await.expect(200);
}

#[tokio::test]
async fn a_registration_that_waits_gives_way_to_who_has_the_address() {
    let scene = Scene::begin(None).await;
    let eve = Newcomer::new(&scene.stack);
    eve.register().await.expect(202);
    let link = eve.last_link().await;
    let (_, mut grant) = scene.somebody();
    grant["email"] = json!(eve.email);
    scene.issuer.grant(grant);
    scene.browser().await.comes_back().await.expect(200);
    scene.stack.stranger().get(&link).await.refused(404, "link_unusable");
    eve.log_in().await.refused(401, "wrong_credentials");
}

#[tokio::test]
async fn a_browser_is_sent_to_the_frontend_which_fetches_the_session_once() {
    let scene = Scene::begin(Some("https://app.example/in")).await;
    scene.somebody();
    let browser = scene.browser().await;
    let stranger = scene.stack.stranger();
    let sent = stranger.get(&browser.back).header("Cookie", &browser.cookie);
    let sent = sent.header("Accept", "text/html").await;
    assert_eq!(sent.status, 303);
    let address = header(&sent, "location");
    let token = address.strip_prefix("https://app.example/in#handover=").expect("a handover");
    assert!(header(&sent, "set-cookie").contains("Max-Age=0"));
    let fetch = || {
        let body = json!({"handover": token});
        let stranger = scene.stack.stranger();
        async move { stranger.post("/auth/google/session", body).without_key().await }
    };
    let session = fetch().await.expect(200);
    signed_in(&scene.stack, &session).get("/auth/me").await.expect(200);
    fetch().await.refused(404, "link_unusable");
}

#[tokio::test]
async fn a_suspended_user_does_not_come_in_by_google() {
    let scene = Scene::begin(None).await;
    let (_, mut grant) = scene.somebody();
    let session = scene.browser().await.comes_back().await.expect(200);
    grant["username"] = session["user"]["id"].clone();
    scene.issuer.grant(grant);
    super::session::suspend(&scene.stack, &session["user"]["id"]).await;
    scene.browser().await.comes_back().await.refused(403, "account_suspended");
}

#[tokio::test]
async fn a_hub_without_google_says_so() {
    let stack = Stack::start().await;
    assert!(CALLBACK.ends_with("/auth/google/callback"));
    stack.stranger().get("/auth/google").await.refused(404, "google_off");
    stack.stranger().get("/auth/google/callback?code=x&state=y").await.refused(404, "google_off");
    let ada = stack.user("ada").await;
    link(&ada, &json!("x"), PASSWORD).await.refused(404, "google_off");
}
