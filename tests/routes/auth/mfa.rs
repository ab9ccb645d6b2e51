//! A second factor: an authenticator app is enrolled, confirmed and asked for; its codes and recovery codes work once.

use std::time::Duration;

use domain::{
    account::mfa::{CHALLENGE_LASTS, RECOVERY_CODES},
    attempts::LOCKING,
    audit::Action,
};
use identity::Identity;
use serde_json::{Value, json};
use tests::{Received, Stack, User, config, services};

use super::{Newcomer, OTHER_PASSWORD, PASSWORD, entered, mails_to, settled, signed_in};
use crate::referee::totp::{code_now, wrong_code};

/// Someone whose logins ask for a code.
pub(crate) struct Guarded {
    pub(crate) newcomer: Newcomer,
    /// With the session that they enrolled in.
    pub(crate) user: User,
    /// What their app knows.
    pub(crate) secret: String,
    pub(crate) recovery_codes: Vec<String>,
}

impl Guarded {
    /// Enrolled so long ago that the code of then is no longer remembered.
    pub(crate) async fn new(stack: &Stack) -> Self {
        let newcomer = settled(stack).await;
        let user = newcomer.signed_in().await;
        let guarded = Self::enrol(newcomer, user).await;
        stack.clock().advance(CHALLENGE_LASTS);
        guarded
    }

    async fn enrol(newcomer: Newcomer, user: User) -> Self {
        let secret = start(&user).await;
        let confirmed = confirm(&user, &code_now(&secret)).await.expect(200);
        let codes = confirmed["recovery_codes"].as_array().expect("codes").clone();
        let recovery_codes = codes.iter().map(text).collect();
        Self { newcomer, user, secret, recovery_codes }
    }

    /// What a login with the password alone is answered.
    pub(crate) async fn challenge(&self) -> String {
        text(&self.newcomer.log_in().await.expect(202)["challenge"])
    }

    async fn log_in(&self, challenge: &str, code: &str) -> Received {
        self.go_on(json!({"challenge": challenge, "code": code})).await
    }

    async fn recover(&self, challenge: &str, code: &str, password: &str) -> Received {
        let body = json!({"challenge": challenge, "recovery_code": code, "password": password});
        self.go_on(body).await
    }

    async fn go_on(&self, body: Value) -> Received {
        self.newcomer.stack.stranger().post("/auth/mfa/login", body).without_key().await
    }

    fn id(&self, session: &Value) -> String {
        text(&session["user"]["id"])
    }
}

/// Begins with an app; what it is told.
pub(crate) async fn start(user: &User) -> String {
    let body = json!({"password": PASSWORD});
    let told = user.post("/auth/mfa", body).without_key().await.expect(200);
    let (secret, uri) = (text(&told["secret"]), text(&told["uri"]));
    assert!(uri.starts_with("otpauth://totp/Quantum%20Hub:") && uri.contains(&secret), "{uri}");
    assert!(text(&told["qr_code"]).contains("<svg"));
    secret
}

async fn confirm(user: &User, code: &str) -> Received {
    user.post("/auth/mfa/confirm", json!({"code": code})).without_key().await
}

async fn disable(user: &User, password: &str, name: &str, code: &str) -> Received {
    let body = json!({"password": password, name: code});
    user.post("/auth/mfa/disable", body).without_key().await
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn pool() -> Identity {
    let cloud = services();
    let made = |name: &str| cloud.stack().resources[name].clone();
    let aws = config(&cloud.addresses().services);
    Identity::new(&aws, made("UserPool"), made("UserPoolClient"))
}

async fn mails_saying(newcomer: &Newcomer, words: &str) -> usize {
    mails_to(&newcomer.email).await.iter().filter(|mail| mail.contains(words)).count()
}

#[tokio::test]
async fn who_enrolled_an_app_logs_in_with_its_code_and_not_without() {
    let stack = Stack::start().await;
    let ada = Guarded::new(&stack).await;
    assert_eq!(ada.recovery_codes.len(), RECOVERY_CODES);
    let challenge = ada.challenge().await;
    ada.log_in(&challenge, &wrong_code(&ada.secret)).await.refused(403, "wrong_code");
    let session = ada.log_in(&challenge, &code_now(&ada.secret)).await.expect(200);
    assert_eq!(session["user"]["mfa_enabled"], true);
    signed_in(&stack, &session).get("/auth/me").await.expect(200);
    let entered = entered(&stack, &session).await;
    assert_eq!(entered.iter().filter(|one| **one == Action::MfaEnabled).count(), 1);
    assert_eq!(entered.last(), Some(&Action::LoggedIn));
    assert_eq!(mails_saying(&ada.newcomer, "takes a code of your authenticator app").await, 1);
    let items = stack.items().await.join("\n");
    assert!(!ada.recovery_codes.iter().any(|code| items.contains(code.as_str())));
    assert!(!items.contains(&ada.secret));
}

#[tokio::test]
async fn an_app_that_is_not_confirmed_is_not_asked_for() {
    let stack = Stack::start().await;
    let ada = settled(&stack).await;
    let user = ada.signed_in().await;
    confirm(&user, "123456").await.refused(409, "mfa_not_started");
    let body = json!({"password": OTHER_PASSWORD});
    user.post("/auth/mfa", body).without_key().await.refused(403, "wrong_password");
    let secret = start(&user).await;
    confirm(&user, &wrong_code(&secret)).await.refused(403, "wrong_code");
    ada.log_in().await.expect(200);
    disable(&user, PASSWORD, "code", &code_now(&secret)).await.refused(409, "mfa_not_enabled");
    let later = start(&user).await;
    confirm(&user, &code_now(&later)).await.expect(200);
    confirm(&user, &code_now(&later)).await.refused(409, "mfa_enabled");
    let body = json!({"password": PASSWORD});
    user.post("/auth/mfa", body).without_key().await.refused(409, "mfa_enabled");
    ada.log_in().await.expect(202);
}

#[tokio::test]
async fn a_begun_app_waits_half_an_hour() {
    let stack = Stack::start().await;
    let ada = settled(&stack).await;
    let user = ada.signed_in().await;
    let secret = start(&user).await;
    stack.clock().advance(domain::account::mfa::ENROLMENT_LASTS);
    confirm(&user, &code_now(&secret)).await.refused(409, "mfa_not_started");
}

#[tokio::test]
async fn a_code_works_once() {
    let stack = Stack::start().await;
    let ada = Guarded::new(&stack).await;
    let (one, other) = (ada.challenge().await, ada.challenge().await);
    let code = code_now(&ada.secret);
    let (first, second) = tokio::join!(ada.log_in(&one, &code), ada.log_in(&other, &code));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 403], "{first:?} {second:?}");
    let third = ada.challenge().await;
    ada.log_in(&third, &code).await.refused(403, "wrong_code");
}

#[tokio::test]
async fn the_code_that_an_app_was_confirmed_with_is_used_up() {
    let stack = Stack::start().await;
    let ada = settled(&stack).await;
    let user = ada.signed_in().await;
    let secret = start(&user).await;
    let code = code_now(&secret);
    confirm(&user, &code).await.expect(200);
    let challenge = text(&ada.log_in().await.expect(202)["challenge"]);
    let body = json!({"challenge": challenge, "code": code});
    let received = stack.stranger().post("/auth/mfa/login", body).without_key().await;
    received.refused(403, "wrong_code");
}

#[tokio::test]
async fn a_challenge_works_once_and_for_a_while_and_cannot_be_made_up() {
    let stack = Stack::start().await;
    let ada = Guarded::new(&stack).await;
    let challenge = ada.challenge().await;
    for made_up in ["x", &challenge[1..], &challenge.to_uppercase(), &format!("{challenge}A")] {
        let code = code_now(&ada.secret);
        ada.log_in(made_up, &code).await.refused(401, "challenge_unusable");
    }
    ada.log_in(&challenge, &code_now(&ada.secret)).await.expect(200);
    let again = ada.recover(&challenge, &ada.recovery_codes[0], PASSWORD).await;
    again.refused(403, "wrong_code");
    let late = ada.challenge().await;
    stack.clock().advance(CHALLENGE_LASTS);
    ada.log_in(&late, &code_now(&ada.secret)).await.refused(401, "challenge_unusable");
    let fresh = ada.challenge().await;
    ada.recover(&fresh, &ada.recovery_codes[0], PASSWORD).await.expect(200);
}

#[tokio::test]
async fn a_recovery_code_stands_for_a_code_once() {
    let stack = Stack::start().await;
    let ada = Guarded::new(&stack).await;
    let code = &ada.recovery_codes[3];
    let challenge = ada.challenge().await;
    ada.recover(&challenge, code, OTHER_PASSWORD).await.refused(403, "wrong_password");
    let (one, other) = (ada.challenge().await, ada.challenge().await);
    let typed = code.to_uppercase().replace('-', " ");
    let (first, second) =
        tokio::join!(ada.recover(&one, code, PASSWORD), ada.recover(&other, &typed, PASSWORD));
    let done = [first.status, second.status].iter().filter(|status| **status == 200).count();
    assert_eq!(done, 1, "{first:?} {second:?}");
    let session = if first.status == 200 { first } else { second }.expect(200);
    assert_eq!(session["user"]["mfa_enabled"], true);
    let third = ada.challenge().await;
    ada.recover(&third, code, PASSWORD).await.refused(403, "wrong_code");
    let entered = entered(&stack, &session).await;
    let recoveries = entered.iter().filter(|one| **one == Action::LoggedInWithRecoveryCode);
    assert_eq!(recoveries.count(), 1);
    assert_eq!(mails_saying(&ada.newcomer, "9 of them are left").await, 1);
}

#[tokio::test]
async fn new_recovery_codes_take_the_place_of_the_old() {
    let stack = Stack::start().await;
    let ada = Guarded::new(&stack).await;
    let replace = |code: String| {
        let body = json!({"password": PASSWORD, "code": code});
        let user = ada.user.clone();
        async move { user.post("/auth/mfa/recovery-codes", body).without_key().await }
    };
    replace(wrong_code(&ada.secret)).await.refused(403, "wrong_code");
    let code = code_now(&ada.secret);
    let new = replace(code.clone()).await.expect(200);
    replace(code).await.refused(403, "wrong_code");
    let new = text(&new["recovery_codes"][0]);
    let challenge = ada.challenge().await;
    ada.recover(&challenge, &ada.recovery_codes[0], PASSWORD).await.refused(403, "wrong_code");
    let session = ada.recover(&challenge, &new, PASSWORD).await.expect(200);
    let entered = entered(&stack, &session).await;
    assert!(entered.contains(&Action::RecoveryCodesMade));
}

#[tokio::test]
async fn an_app_is_switched_off_with_the_password_and_a_second_factor() {
    let stack = Stack::start().await;
    let ada = Guarded::new(&stack).await;
    let code = code_now(&ada.secret);
    disable(&ada.user, OTHER_PASSWORD, "code", &code).await.refused(403, "wrong_password");
    let wrong = wrong_code(&ada.secret);
    disable(&ada.user, PASSWORD, "code", &wrong).await.refused(403, "wrong_code");
    let never = "aaaa-aaaa-aaaa-aaaa";
    disable(&ada.user, PASSWORD, "recovery_code", never).await.refused(403, "wrong_code");
    ada.newcomer.log_in().await.expect(202);
    disable(&ada.user, PASSWORD, "code", &code).await.expect(204);
    let session = ada.newcomer.log_in().await.expect(200);
    assert_eq!(session["user"]["mfa_enabled"], false);
    assert!(entered(&stack, &session).await.contains(&Action::MfaDisabled));
    assert_eq!(mails_saying(&ada.newcomer, "takes your password alone").await, 1);

    let again = Guarded::enrol(ada.newcomer.clone(), signed_in(&stack, &session)).await;
    let challenge = again.challenge().await;
    again.recover(&challenge, &ada.recovery_codes[0], PASSWORD).await.refused(403, "wrong_code");
    disable(&again.user, PASSWORD, "recovery_code", &again.recovery_codes[0]).await.expect(204);
    again.newcomer.log_in().await.expect(200);
}

#[tokio::test]
async fn wrong_codes_lock_the_account_however_often_the_password_is_right() {
    let stack = Stack::start().await;
    let ada = Guarded::new(&stack).await;
    for number in 0..LOCKING {
        stack.clock().advance(Duration::from_secs(60));
        let same = json!({"current_password": PASSWORD, "new_password": PASSWORD});
        ada.user.post("/auth/password", same).without_key().await.expect(204);
        let challenge = ada.challenge().await;
        let wrong = wrong_code(&ada.secret);
        match number % 3 {
            0 => ada.log_in(&challenge, &wrong).await,
            1 => ada.recover(&challenge, "aaaa-aaaa-aaaa-aaaa", PASSWORD).await,
            _ => disable(&ada.user, PASSWORD, "code", &wrong).await,
        }
        .refused(403, "wrong_code");
    }
    ada.newcomer.log_in().await.refused(429, "too_many_attempts");
    assert_eq!(mails_saying(&ada.newcomer, "nobody can log in").await, 1);
}

#[tokio::test]
async fn logins_with_codes_are_not_counted_against_their_address() {
    let stack = Stack::start().await;
    let ada = Guarded::new(&stack).await;
    for _ in 0..5 {
        stack.clock().advance(CHALLENGE_LASTS);
        let challenge = ada.challenge().await;
        ada.log_in(&challenge, &code_now(&ada.secret)).await.expect(200);
    }
    let attempts = stack.attempts().await;
    assert!(attempts.iter().all(|item| item.contains("\"wrong\":0")), "{attempts:?}");
}

#[tokio::test]
async fn where_the_pool_asks_for_no_code_the_table_still_does() {
    let stack = Stack::start().await;
    let ada = Guarded::new(&stack).await;
    let challenge = ada.challenge().await;
    let session = ada.log_in(&challenge, &code_now(&ada.secret)).await.expect(200);
    pool().set_mfa(&ada.id(&session), false).await.expect("switched off");
    stack.clock().advance(CHALLENGE_LASTS);
    let challenge = ada.challenge().await;
    ada.log_in(&challenge, &code_now(&ada.secret)).await.expect(200);
}

#[tokio::test]
async fn a_confirmation_that_is_cut_off_leaves_the_password_enough() {
    let (stack, door) = Stack::start_behind_door(None).await;
    let ada = settled(&stack).await;
    let user = ada.signed_in().await;
    let secret = start(&user).await;
    // The first write counts the try, the second switches the app on.
    let counted = door.hold("TransactWriteItems");
    let enabled = door.hold("TransactWriteItems");
    let code = code_now(&secret);
    let (cut, ()) = tokio::join!(confirm(&user, &code), async {
        counted.arrived().await.pass();
        enabled.arrived().await.refuse("ValidationException");
    });
    cut.refused(500, "internal_error");
    let session = ada.log_in().await.expect(200);
    assert_eq!(session["user"]["mfa_enabled"], false);
}

#[tokio::test]
async fn a_login_under_way_with_the_password_alone_begins_no_session_once_a_code_is_asked() {
    let (stack, door) = Stack::start_behind_door(None).await;
    let ada = settled(&stack).await;
    let user = ada.signed_in().await;
    let secret = start(&user).await;
    let counted = door.hold("TransactWriteItems");
    let begun = door.hold("TransactWriteItems");
    let (late, ()) = tokio::join!(ada.log_in(), async {
        counted.arrived().await.pass();
        let begins = begun.arrived().await;
        confirm(&user, &code_now(&secret)).await.expect(200);
        begins.pass();
    });
    late.refused(403, "code_required");
}

#[tokio::test]
async fn of_two_confirmations_at_once_one_shows_its_recovery_codes() {
    let stack = Stack::start().await;
    let ada = settled(&stack).await;
    let user = ada.signed_in().await;
    let secret = start(&user).await;
    let code = code_now(&secret);
    let (one, other) = tokio::join!(confirm(&user, &code), confirm(&user, &code));
    let done = [one.status, other.status].iter().filter(|status| **status == 200).count();
    assert_eq!(done, 1, "{one:?} {other:?}");
    let shown = if one.status == 200 { one } else { other }.expect(200);
    let code = text(&shown["recovery_codes"][0]);
    let ada = Guarded { newcomer: ada, user, secret, recovery_codes: Vec::new() };
    let challenge = ada.challenge().await;
    ada.recover(&challenge, &code, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn a_login_that_waits_for_its_code_is_void_with_a_new_password() {
    let stack = Stack::start().await;
    let ada = Guarded::new(&stack).await;
    let challenge = ada.challenge().await;
    let body = json!({"current_password": PASSWORD, "new_password": OTHER_PASSWORD});
    ada.user.post("/auth/password", body).without_key().await.expect(204);
    let code = code_now(&ada.secret);
    ada.log_in(&challenge, &code).await.refused(401, "wrong_credentials");
    let changed = Newcomer { password: OTHER_PASSWORD, ..ada.newcomer.clone() };
    changed.log_in().await.expect(202);
}

#[tokio::test]
async fn a_second_factor_is_one_of_two_and_well_written() {
    let stack = Stack::start().await;
    let ada = Guarded::new(&stack).await;
    let challenge = ada.challenge().await;
    let good = &ada.recovery_codes[0];
    for (mut body, pointer) in [
        (json!({}), "/code"),
        (json!({"code": "123456", "recovery_code": good}), "/code"),
        (json!({"code": "12345"}), "/code"),
        (json!({"recovery_code": "l1l1-l1l1-l1l1-l1l1"}), "/recovery_code"),
    ] {
        body["challenge"] = json!(challenge);
        let problem = ada.go_on(body).await.refused(422, "validation_failed");
        assert_eq!(problem["violations"][0]["pointer"], pointer);
    }
    let body = json!({"challenge": challenge, "recovery_code": good});
    ada.go_on(body).await.refused(403, "wrong_password");
    ada.recover(&challenge, good, PASSWORD).await.expect(200);
}
