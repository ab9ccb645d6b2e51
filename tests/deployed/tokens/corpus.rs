//! Which tokens must open nothing?

use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_cognitoidentityprovider::{
    Client,
    types::{AuthFlowType, ExplicitAuthFlowsType},
};
use serde_json::{Value, json};
use tests::config;

use super::jwt::{Maker, Token, access, claims, public_der, public_pem};

const HOUR: u64 = 3600;
const PASSWORD: &str = "Correct-horse-7-battery";

/// A token with one defect, and one that lacks it.
pub(super) struct Specimen {
    pub defect: &'static str,
    pub hostile: String,
    pub good: String,
    /// Whether its defect lies in what it claims, so that a function can see it.
    in_claims: bool,
}

impl Specimen {
    /// Its claims, where they alone tell it from a good one.
    pub(super) fn handed_on(&self) -> Option<Value> {
        self.in_claims.then(|| claims(&self.hostile)).flatten()
    }
}

pub(super) async fn hostile(maker: &Maker) -> Vec<Specimen> {
    let mut all = of_signatures(maker);
    all.extend(of_headers(maker));
    all.extend(of_texts(maker));
    all.extend(of_claims(maker));
    all.extend(of_elsewhere(maker).await);
    all
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}

fn outside(defect: &'static str, hostile: String, good: String) -> Specimen {
    Specimen { defect, hostile, good, in_claims: false }
}

/// Made with other keys, or none.
fn of_signatures(maker: &Maker) -> Vec<Specimen> {
    let token = &maker.genuine;
    let good = || token.signed(&maker.key);
    let labelled = |algorithm: &str| {
        let mut token = token.clone();
        token.header["alg"] = algorithm.into();
        token
    };
    let unsigned = |algorithm: &str| format!("{}.", labelled(algorithm).text());
    let hmac = labelled("HS256");
    let (text, genuine) = (token.text(), good());
    let signature = genuine.rsplit_once('.').expect("a signature").1.to_owned();
    let turned: String = signature.chars().rev().collect();
    [
        ("alg none, no signature", unsigned("none")),
        ("alg None, no signature", unsigned("None")),
        ("alg nOnE, no signature", unsigned("nOnE")),
        ("no alg, no signature", {
            let mut token = token.clone();
            token.header.as_object_mut().expect("an object").remove("alg");
            format!("{}.", token.text())
        }),
        (
            "alg none under the signature of another token",
            format!("{}.{signature}", labelled("none").text()),
        ),
        (
            "HS256 with the public key as PEM",
            hmac.signed_with_secret(public_pem(&maker.key).as_bytes()),
        ),
        ("HS256 with the public key as DER", hmac.signed_with_secret(&public_der(&maker.key))),
        ("HS256 with an empty secret", hmac.signed_with_secret(b"")),
        ("HS256 with a usual secret", hmac.signed_with_secret(b"secret")),
        ("signed by somebody else", token.signed(&maker.other_key)),
        ("signed with the pool's key for id tokens", token.signed(&maker.id_key)),
        ("no signature", format!("{text}.")),
        ("a signature of zeros", format!("{text}.{}", "A".repeat(signature.len()))),
        ("a shortened signature", genuine[..genuine.len() - 8].to_owned()),
        ("a turned signature", format!("{text}.{turned}")),
        ("a signature of another text", {
            let other = maker.made(|token| token.claims["jti"] = "other".into());
            format!("{text}.{}", other.rsplit_once('.').expect("a signature").1)
        }),
    ]
    .into_iter()
    .map(|(defect, hostile)| outside(defect, hostile, good()))
    .collect()
}

/// With headers that name keys of the sender's choice. The good ones have the same headers, and are signed by the pool.
fn of_headers(maker: &Maker) -> Vec<Specimen> {
    let with = |name: &str, value: Value| {
        let mut token = maker.genuine.clone();
        token.header[name] = value;
        token
    };
    let jwk = json!({"kty": "RSA", "alg": "RS256", "use": "sig", "kid": maker.genuine.header["kid"],
        "n": "AQAB", "e": "AQAB"});
    let by_another = |defect: &'static str, token: Token| {
        outside(defect, token.signed(&maker.other_key), token.signed(&maker.key))
    };
    let misnamed = |defect: &'static str, kid: Value| {
        outside(defect, with("kid", kid).signed(&maker.key), maker.made(|_| {}))
    };
    vec![
        by_another(
            "jku that leads elsewhere",
            with("jku", "https://evil.example/jwks.json".into()),
        ),
        by_another("jwk of its own", with("jwk", jwk)),
        by_another("x5u that leads elsewhere", with("x5u", "https://evil.example/cert.pem".into())),
        by_another("x5c of its own", with("x5c", json!(["MIIB"]))),
        by_another("crit that nobody knows", with("crit", json!(["exp"]))),
        misnamed("an unknown kid", "another-key".into()),
        misnamed("no kid", Value::Null),
        misnamed("a kid that is a path", "../../../../dev/null".into()),
        misnamed("a kid that is a query", "x' UNION SELECT 'key".into()),
        outside(
            "the kid of another key, signed by that one for the wrong use",
            {
                let mut token = maker.genuine.clone();
                token.header["kid"] = "../../dev/null".into();
                token.header["alg"] = "HS256".into();
                token.signed_with_secret(b"")
            },
            maker.made(|_| {}),
        ),
    ]
}

/// Not three parts of JSON.
fn of_texts(maker: &Maker) -> Vec<Specimen> {
    let genuine = maker.genuine.signed(&maker.key);
    let (text, signature) = genuine.rsplit_once('.').expect("a signature");
    let (header, payload) = text.split_once('.').expect("two parts");
    let raised = maker
        .made(|token| token.claims["username"] = "0199a3c4-0d10-7c21-9a4e-5b6c7d8e9f01".into());
    let raised = raised.split('.').nth(1).expect("a payload").to_owned();
    [
        ("other claims under a genuine signature", format!("{header}.{raised}.{signature}")),
        ("two parts", text.to_owned()),
        ("one part", header.to_owned()),
        ("four parts", format!("{genuine}.x")),
        ("five parts, as if encrypted", format!("{header}.a.b.c.{signature}")),
        ("no claims", format!("{header}..{signature}")),
        ("claims that are no JSON", format!("{header}.bm90aGluZw.{signature}")),
        ("claims that are a list", format!("{header}.W10.{signature}")),
        ("a header that is no JSON", format!("bm90aGluZw.{payload}.{signature}")),
        (
            "the session's refresh token",
            maker.session["refresh_token"].as_str().expect("a token").to_owned(),
        ),
        ("nothing", String::new()),
    ]
    .map(|(defect, hostile)| outside(defect, hostile, genuine.clone()))
    .into()
}

/// Signed by the pool's own key, which nobody has: what is left if a signature were all that counts.
fn of_claims(maker: &Maker) -> Vec<Specimen> {
    let pool = maker.genuine.claims["iss"].as_str().expect("an issuer").to_owned();
    let id = |session: &Value| claims(access(session)).expect("claims")["origin_jti"].clone();
    let (others, ended) = (id(&maker.of_another), id(&maker.ended));
    let user = maker.genuine.claims["username"].as_str().expect("a user").to_owned();
    let one = |defect, name: &str, value: Value| {
        let hostile = maker.made(|token| token.claims[name] = value);
        Specimen { defect, hostile, good: maker.made(|_| {}), in_claims: true }
    };
    let mut all = vec![
        one("expired an hour ago", "exp", json!(now() - HOUR)),
        one("expired a second ago", "exp", json!(now() - 1)),
        one("never expires", "exp", Value::Null),
        one("expires at no time", "exp", "never".into()),
        one("expired in 1970", "exp", json!(0)),
        one("an id token by its word", "token_use", "id".into()),
        one("of no use", "token_use", Value::Null),
        one("of another pool", "iss", format!("{pool}X").into()),
        one("of a pool that ours begins", "iss", format!("{pool}.evil.example").into()),
        one("of an issuer without TLS", "iss", pool.replace("https", "http").into()),
        one("of no issuer", "iss", Value::Null),
        one("of another client", "client_id", "another".into()),
        one("of no client", "client_id", Value::Null),
        one("of another scope", "scope", "openid email".into()),
        one("of a scope that ours begins", "scope", "aws.cognito.signin.user.administrator".into()),
        one("of no scope", "scope", Value::Null),
        one("of nobody", "username", "0199a3c4-0d10-7c21-9a4e-5b6c7d8e9f01".into()),
        one("of a user in capitals", "username", user.to_uppercase().into()),
        one("of no user", "username", Value::Null),
        one("of no session", "origin_jti", Value::Null),
        one("of another's session", "origin_jti", others),
        one("of a session that has ended", "origin_jti", ended),
    ];
    for (defect, name) in [("not yet valid", "nbf"), ("issued in an hour", "iat")] {
        let at = |time: u64| maker.made(|token| token.claims[name] = json!(time));
        all.push(outside(defect, at(now() + HOUR), at(now() - 60)));
    }
    all
}

/// Genuine ones, which were made for something else.
async fn of_elsewhere(maker: &Maker) -> Vec<Specimen> {
    let good = || maker.made(|_| {});
    let id_token = maker.session["id_token"].as_str().expect("a token").to_owned();
    let client = Client::new(&config(&maker.cloud.endpoint));
    let same_pool = tokens(&client, &maker.cloud.pool_id).await;
    let pool = client.create_user_pool().pool_name("another").send().await.expect("a pool");
    let pool_id = pool.user_pool.and_then(|pool| pool.id).expect("its id");
    let other_pool = tokens(&client, &pool_id).await;
    let ended = access(&maker.ended).to_owned();
    vec![
        outside("a genuine id token", id_token, good()),
        outside("a genuine token of another client", same_pool.0, good()),
        outside("a genuine refresh token of the pool", same_pool.1, good()),
        outside("a genuine token of another pool", other_pool.0, good()),
        outside("a genuine token whose session was logged out", ended, good()),
    ]
}

/// The access and refresh tokens of somebody in this pool, by a client of its own.
async fn tokens(client: &Client, pool_id: &str) -> (String, String) {
    let flows = [
        ExplicitAuthFlowsType::AllowAdminUserPasswordAuth,
        ExplicitAuthFlowsType::AllowRefreshTokenAuth,
    ];
    let made = client
        .create_user_pool_client()
        .user_pool_id(pool_id)
        .client_name("another")
        .set_explicit_auth_flows(Some(flows.into()))
        .send()
        .await
        .expect("a client");
    let client_id = made.user_pool_client.and_then(|made| made.client_id).expect("its id");
    let name = uuid::Uuid::now_v7().to_string();
    client.admin_create_user().user_pool_id(pool_id).username(&name).send().await.expect("a user");
    client
        .admin_set_user_password()
        .user_pool_id(pool_id)
        .username(&name)
        .password(PASSWORD)
        .permanent(true)
        .send()
        .await
        .expect("a password");
    let signed_in = client
        .admin_initiate_auth()
        .user_pool_id(pool_id)
        .client_id(client_id)
        .auth_flow(AuthFlowType::AdminUserPasswordAuth)
        .auth_parameters("USERNAME", &name)
        .auth_parameters("PASSWORD", PASSWORD)
        .send()
        .await
        .expect("signed in");
    let granted = signed_in.authentication_result.expect("tokens");
    (
        granted.access_token.expect("an access token"),
        granted.refresh_token.expect("a refresh token"),
    )
}
