//! Cognito: users who are our own ids, passwords for good, refreshing, and codes of an authenticator app.

use aws_sdk_cognitoidentityprovider::Client;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use identity::{Error, Identity, Password, Refusal, Secret, SignIn, Tokens};
use tests::{config, services};
use uuid::Uuid;

use super::totp::{code_now, wrong_code};

const PASSWORD: &str = "Correct-horse-7-battery";

struct Pool {
    identity: Identity,
    client: Client,
}

impl Pool {
    fn of_the_template() -> Self {
        let cloud = services();
        let aws = config(&cloud.addresses().services);
        let [pool_id, client_id] =
            ["UserPoolId", "UserPoolClientId"].map(|name| cloud.stack().outputs[name].clone());
        let identity = Identity::new(&aws, &pool_id, &client_id);
        Self { identity, client: Client::new(&aws) }
    }

    /// Someone new with this password; their user name.
    async fn user(&self) -> String {
        let id = Uuid::new_v4().to_string();
        let email = format!("{id}@example.com");
        self.identity.create_user(&id, &email, &password(PASSWORD)).await.expect("a user");
        id
    }

    async fn log_in(&self, id: &str) -> Tokens {
        match self.identity.login(id, &password(PASSWORD)).await.expect("signed in") {
            SignIn::Done(tokens) => tokens,
            SignIn::CodeAsked(_) => panic!("no code is needed"),
        }
    }

    /// What the pool calls a sign-in that asks for a code.
    async fn code_asked(&self, id: &str) -> Secret {
        match self.identity.login(id, &password(PASSWORD)).await.expect("the right password") {
            SignIn::CodeAsked(sign_in) => sign_in,
            SignIn::Done(_) => panic!("no tokens before the code"),
        }
    }

    /// Has the user's authenticator app know the secret that is answered.
    async fn enrol(&self, access: &Secret) -> String {
        let secret = self.identity.associate(access).await.expect("a secret").reveal().to_owned();
        let refused = self.identity.verify(access, &wrong_code(&secret)).await;
        assert!(is_refused(refused, &Refusal::WrongCode));
        self.identity.verify(access, &code_now(&secret)).await.expect("the right code");
        secret
    }
}

fn password(text: &str) -> Password {
    Password::parse(text.to_owned()).expect("a password")
}

fn is_refused<T>(answer: Result<T, Error>, expected: &Refusal) -> bool {
    matches!(answer, Err(Error::Refused(refusal)) if refusal == *expected)
}

#[tokio::test]
async fn a_user_named_by_our_id_signs_in_with_the_password_and_no_other() {
    let pool = Pool::of_the_template();
    let id = pool.user().await;
    let tokens = pool.log_in(&id).await;
    assert_eq!(tokens.expires_in.as_secs(), 3600);
    let user = pool.client.get_user().access_token(tokens.access.reveal()).send().await;
    assert_eq!(user.expect("the token's owner").username, id);
    let wrong = pool.identity.login(&id, &password("Wrong-horse-7-battery")).await;
    assert!(is_refused(wrong, &Refusal::WrongCredentials));
    let nobody = pool.identity.login(&Uuid::new_v4().to_string(), &password(PASSWORD)).await;
    assert!(is_refused(nobody, &Refusal::WrongCredentials));
}

#[tokio::test]
async fn a_password_is_held_to_the_policy_and_its_user_is_not_left_half_made() {
    let pool = Pool::of_the_template();
    let id = Uuid::new_v4().to_string();
    let email = format!("{id}@example.com");
    for weak in ["Short-1-abc", "no-upper-case-1", "NO-LOWER-CASE-1", "No-digit-at-all"] {
        let refused = pool.identity.create_user(&id, &email, &password(weak)).await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::PasswordPolicy(_)))), "{weak}");
    }
    pool.identity.create_user(&id, &email, &password(PASSWORD)).await.expect("still free");
    let again = pool.identity.create_user(&id, &email, &password(PASSWORD)).await;
    assert!(is_refused(again, &Refusal::UserExists));
}

#[tokio::test]
async fn a_session_is_refreshed_until_its_user_is_gone() {
    let pool = Pool::of_the_template();
    let id = pool.user().await;
    let tokens = pool.log_in(&id).await;
    let refreshed = pool.identity.refresh(&tokens.refresh).await.expect("refreshed");
    let user = pool.client.get_user().access_token(refreshed.access.reveal()).send().await;
    assert_eq!(user.expect("the token's owner").username, id);
    let made_up = pool.identity.refresh(&Secret::new("a.made-up.token")).await;
    assert!(is_refused(made_up, &Refusal::SessionEnded));
    pool.identity.delete_user(&id).await.expect("deleted");
    assert!(is_refused(pool.identity.refresh(&refreshed.refresh).await, &Refusal::SessionEnded));
    let gone = pool.identity.login(&id, &password(PASSWORD)).await;
    assert!(is_refused(gone, &Refusal::WrongCredentials));
    pool.identity.delete_user(&id).await.expect("safe to repeat");
}

#[tokio::test]
async fn who_enrolled_an_authenticator_app_signs_in_with_its_code_and_no_other() {
    let pool = Pool::of_the_template();
    let id = pool.user().await;
    let tokens = pool.log_in(&id).await;
    let secret = pool.enrol(&tokens.access).await;
    pool.identity.set_mfa(&id, true).await.expect("asked for");
    let sign_in = pool.code_asked(&id).await;
    let refused = pool.identity.answer_code(&id, &sign_in, &wrong_code(&secret)).await;
    assert!(is_refused(refused, &Refusal::WrongCode));
    let sign_in = pool.code_asked(&id).await;
    let answered = pool.identity.answer_code(&id, &sign_in, &code_now(&secret)).await;
    let refresh = answered.expect("signed in").refresh;
    pool.identity.refresh(&refresh).await.expect("refreshed without another code");
    pool.identity.set_mfa(&id, false).await.expect("asked for no longer");
    pool.log_in(&id).await;
}

#[tokio::test]
async fn what_began_with_one_sign_in_is_one_session_and_ends_as_one() {
    let pool = Pool::of_the_template();
    let id = pool.user().await;
    let (one, other) = (pool.log_in(&id).await, pool.log_in(&id).await);
    let refreshed = pool.identity.refresh(&one.refresh).await.expect("refreshed");
    assert_eq!(origin(&one), origin(&refreshed));
    assert_ne!(origin(&one), origin(&other));
    pool.identity.revoke(&one.refresh).await.expect("revoked");
    assert!(is_refused(pool.identity.refresh(&one.refresh).await, &Refusal::SessionEnded));
    for (tokens, works) in [(&one, false), (&refreshed, false), (&other, true)] {
        let user = pool.client.get_user().access_token(tokens.access.reveal()).send().await;
        assert_eq!(user.is_ok(), works, "{user:?}");
    }
    pool.identity.refresh(&other.refresh).await.expect("another session");
}

/// The session that a token names.
fn origin(tokens: &Tokens) -> String {
    let payload = tokens.access.reveal().split('.').nth(1).expect("a JWT").to_owned();
    let claims = URL_SAFE_NO_PAD.decode(payload).expect("base64");
    let claims: serde_json::Value = serde_json::from_slice(&claims).expect("JSON");
    claims["origin_jti"].as_str().expect("a session").to_owned()
}
