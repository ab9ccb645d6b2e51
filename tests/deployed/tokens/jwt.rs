//! How tokens are made: as the user pool makes them, with its own key, or as nobody should.

use std::path::Path;

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use journey::people::{Account, login, register};
use local_cloud::Cloud;
use serde_json::{Value, json};

use crate::deployed::place::Place;

/// What stands before and after the signature's place.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub header: Value,
    pub claims: Value,
}

/// Makes tokens of a living session.
pub(super) struct Maker {
    /// The pool's own for access tokens.
    pub key: RsaKeyPair,
    /// The pool's for id tokens.
    pub id_key: RsaKeyPair,
    /// Somebody's.
    pub other_key: RsaKeyPair,
    /// A genuine one, taken apart.
    pub genuine: Token,
    /// What a login answered.
    pub session: Value,
    /// Another user's session.
    pub of_another: Value,
    /// One that was logged out.
    pub ended: Value,
    pub cloud: CloudParts,
}

/// Where the pool is.
pub(super) struct CloudParts {
    pub endpoint: String,
    pub pool_id: String,
}

impl Maker {
    pub(super) async fn of(place: &Place, cloud: &Cloud) -> Self {
        let (session, of_another) = (arrived(place).await, arrived(place).await);
        let ended = arrived(place).await;
        let out = place.request(reqwest::Method::POST, "/v1/auth/logout");
        let out = out.bearer_auth(access(&ended)).json(&json!({}));
        assert_eq!(out.send().await.expect("an answer").status().as_u16(), 204);
        let pool_id = cloud.stack().outputs["UserPoolId"].clone();
        let keys = place.state().join("ministack/cognito-pool-keys");
        let read = |name: &str| private_key(&keys.join(format!("{pool_id}-{name}.pem")));
        Self {
            key: read("access"),
            id_key: read("id"),
            other_key: RsaKeyPair::generate(KeySize::Rsa2048).expect("a key"),
            genuine: parts(access(&session)),
            session,
            of_another,
            ended,
            cloud: CloudParts { endpoint: cloud.addresses().services.clone(), pool_id },
        }
    }

    /// A token as the pool makes them, but for what `change` does.
    pub(super) fn made(&self, change: impl FnOnce(&mut Token)) -> String {
        let mut token = self.genuine.clone();
        change(&mut token);
        token.signed(&self.key)
    }
}

impl Token {
    /// What is signed.
    pub(super) fn text(&self) -> String {
        format!("{}.{}", encoded(&self.header), encoded(&self.claims))
    }

    pub(super) fn signed(&self, key: &RsaKeyPair) -> String {
        let text = self.text();
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .expect("signed");
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// With a secret that both sides are to know, here one that everybody does.
    pub(super) fn signed_with_secret(&self, secret: &[u8]) -> String {
        let text = self.text();
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let signature = hmac::sign(&key, text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

/// The public half, as it is published.
pub(super) fn public_pem(key: &RsaKeyPair) -> String {
    let der = STANDARD.encode(public_der(key));
    let lines: Vec<&str> =
        der.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("ascii")).collect();
    format!("-----BEGIN RSA PUBLIC KEY-----\n{}\n-----END RSA PUBLIC KEY-----\n", lines.join("\n"))
}

pub(super) fn public_der(key: &RsaKeyPair) -> Vec<u8> {
    key.public_key().as_ref().to_vec()
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

pub(super) fn access(session: &Value) -> &str {
    session["access_token"].as_str().expect("a token")
}

pub(super) fn parts(token: &str) -> Token {
    let part = |at: usize| {
        let part = token.split('.').nth(at).expect("a JWT");
        let bytes = URL_SAFE_NO_PAD.decode(part).expect("base64");
        serde_json::from_slice(&bytes).expect("JSON")
    };
    Token { header: part(0), claims: part(1) }
}

/// What a token claims, where it can be read.
pub(super) fn claims(token: &str) -> Option<Value> {
    let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn private_key(path: &Path) -> RsaKeyPair {
    let pem = std::fs::read_to_string(path).expect("the pool's key");
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    RsaKeyPair::from_pkcs8(&STANDARD.decode(body).expect("base64")).expect("PKCS #8")
}

/// Somebody new, logged in.
async fn arrived(place: &Place) -> Value {
    let account = Account::fresh("token", "Token");
    register(&place.hub(), &account).await.expect("registered");
    login(&place.hub(), &account.username, &account.password).await.expect("logged in")
}
