//! An OpenID issuer of a test's own: it signs real tokens, knows PKCE, and says of people what the test wants.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use axum::{
    Form, Json, Router,
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use federation::Settings;
use http::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

const KEY_ID: &str = "issuer-key-1";
const CLIENT: &str = "hub-at-the-issuer";
pub const CALLBACK: &str = "http://hub.example/v1/auth/google/callback";
const ISSUER: &str = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Issuer";

type Fields = HashMap<String, String>;

/// In the place of the user pool's sign-in pages.
#[derive(Clone)]
pub struct Issuer {
    address: String,
    inner: Arc<Inner>,
}

struct Inner {
    key: RsaKeyPair,
    /// Another one, which is published nowhere.
    hidden: RsaKeyPair,
    /// What the next sign-ins are granted: claims of the id token and of the access token.
    grants: Mutex<Value>,
    keeps_codes: AtomicBool,
    /// What is to be kept of each question until its code is exchanged.
    asked: Mutex<HashMap<String, Fields>>,
}

impl Issuer {
    pub async fn start() -> Self {
        let generate = || RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
        let inner = Arc::new(Inner {
            key: generate(),
            hidden: generate(),
            grants: Mutex::new(Value::Null),
            keeps_codes: AtomicBool::new(false),
            asked: Mutex::default(),
        });
        let router = Router::new()
            .route("/oauth2/authorize", get(authorize))
            .route("/oauth2/token", post(token))
            .route("/jwks.json", get(keys))
            .with_state(inner.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, inner }
    }

    /// Has codes be good however often they are exchanged.
    pub fn keep_codes(self) -> Self {
        self.inner.keeps_codes.store(true, Ordering::Relaxed);
        self
    }

    /// How a hub is told of it.
    pub fn settings(&self) -> Settings {
        Settings {
            pages: self.address.clone(),
            keys: format!("{}/jwks.json", self.address),
            issuer: ISSUER.to_owned(),
            client_id: CLIENT.to_owned(),
            callback: CALLBACK.to_owned(),
        }
    }

    /// Who signs in from now on: members that are to be other than those of a good id token, `access` those of its
    /// access token, `hidden_key` to sign with another key.
    pub fn grant(&self, claims: Value) {
        *self.inner.grants.lock().expect("not poisoned") = claims;
    }

    /// Has somebody sign in; where the browser is sent back to.
    pub async fn sign_in(&self, address: &str) -> String {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        let answer = client.build().expect("a client").get(address).send().await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status().as_u16(), 303, "{address}");
        answer.headers()["location"].to_str().expect("ascii").to_owned()
    }
}

async fn authorize(State(inner): State<Arc<Inner>>, Query(asked): Query<Fields>) -> Response {
    let is = |name: &str, value: &str| asked.get(name).is_some_and(|given| given == value);
    let good = is("response_type", "code")
        && is("identity_provider", "Google")
        && is("client_id", CLIENT)
        && is("redirect_uri", CALLBACK)
        && is("code_challenge_method", "S256");
    if !good {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let code = uuid::Uuid::new_v4().to_string();
    let address = format!("{CALLBACK}?code={code}&state={}", asked["state"]);
    inner.asked.lock().expect("not poisoned").insert(code, asked);
    Redirect::to(&address).into_response()
}

async fn token(State(inner): State<Arc<Inner>>, Form(form): Form<Fields>) -> Response {
    let refused =
        || (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"}))).into_response();
    let asked = form.get("code").and_then(|code| {
        let mut asked = inner.asked.lock().expect("not poisoned");
        if inner.keeps_codes.load(Ordering::Relaxed) {
            asked.get(code).cloned()
        } else {
            asked.remove(code)
        }
    });
    let Some(asked) = asked else { return refused() };
    let is = |name: &str, value: &str| form.get(name).is_some_and(|given| given == value);
    let verifier = form.get("code_verifier").map(String::as_str).unwrap_or_default();
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    let good = is("grant_type", "authorization_code")
        && is("client_id", CLIENT)
        && is("redirect_uri", CALLBACK)
        && asked.get("code_challenge") == Some(&challenge);
    if !good {
        return refused();
    }
    Json(inner.granted(&asked)).into_response()
}

async fn keys(State(inner): State<Arc<Inner>>) -> Json<Value> {
    let public = inner.key.public_key();
    let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    Json(json!({"keys": [{
        "kty": "RSA", "alg": "RS256", "use": "sig", "kid": KEY_ID,
        "n": number(public.modulus().big_endian_without_leading_zero()),
        "e": number(public.exponent().big_endian_without_leading_zero()),
    }]}))
}

impl Inner {
    fn granted(&self, asked: &Fields) -> Value {
        let grants = self.grants.lock().expect("not poisoned").clone();
        let now = time::OffsetDateTime::now_utc().unix_timestamp();
        let mut id = json!({
            "sub": uuid::Uuid::new_v4().to_string(), "iss": ISSUER, "aud": CLIENT, "token_use": "id",
            "nonce": asked.get("nonce"), "iat": now, "exp": now + 3600, "name": "Ada Lovelace",
            "email_verified": true, "cognito:username": "Google_1",
        });
        let mut access = json!({
            "iss": ISSUER, "client_id": CLIENT, "token_use": "access", "iat": now, "exp": now + 3600,
            "scope": "aws.cognito.signin.user.admin openid email profile",
            "origin_jti": uuid::Uuid::new_v4().to_string(), "username": "Google_1",
        });
        for (name, value) in grants.as_object().into_iter().flatten() {
            match name.as_str() {
                "hidden_key" => {}
                "username" => {
                    id["cognito:username"] = value.clone();
                    access["username"] = value.clone();
                }
                _ => id[name] = value.clone(),
            }
        }
        let key = if grants["hidden_key"] == true { &self.hidden } else { &self.key };
        json!({
            "access_token": signed(&access, &self.key), "id_token": signed(&id, key),
            "refresh_token": format!("refresh-{}", uuid::Uuid::new_v4()),
            "token_type": "Bearer", "expires_in": 3600,
        })
    }
}

fn signed(claims: &Value, key: &RsaKeyPair) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({"alg": "RS256", "kid": KEY_ID, "typ": "JWT"});
    let text = format!("{}.{}", part(&header), part(claims));
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
        .expect("signed");
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}
