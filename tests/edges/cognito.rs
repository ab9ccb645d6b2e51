//! Cognito: whose doing an answer is, and what of it may be told.

use identity::{Error, Identity, Password, Refusal, Secret, SignIn};
use serde_json::{Value, json};
use tests::{Answer, Prepared, nobody};

const PASSWORD: &str = "Correct-horse-7-battery";

fn password() -> Password {
    Password::parse(PASSWORD.to_owned()).expect("a password")
}

async fn pool(answers: impl IntoIterator<Item = Answer>) -> (Prepared, Identity) {
    let cognito = Prepared::answering(answers).await;
    let identity = Identity::new(&cognito.config(), "us-east-1_pool", "client");
    (cognito, identity)
}

async fn login(answer: Answer) -> Error {
    let (_cognito, identity) = pool([answer]).await;
    identity.login("ada", &password()).await.expect_err("no tokens")
}

async fn refresh(answer: Answer) -> Error {
    let (_cognito, identity) = pool([answer]).await;
    identity.refresh(&Secret::new("a.refresh.token")).await.expect_err("no tokens")
}

fn tokens(result: &Value) -> Answer {
    Answer::ok(&json!({"AuthenticationResult": result}))
}

#[tokio::test]
async fn who_asks_too_often_is_told_to_wait() {
    for (code, message) in [
        ("TooManyRequestsException", "Rate exceeded"),
        ("LimitExceededException", "Attempt limit exceeded, please try after some time."),
        ("NotAuthorizedException", "Password attempts exceeded"),
    ] {
        let refused = login(Answer::error(400, code, message)).await;
        assert!(matches!(refused, Error::Refused(Refusal::TooManyAttempts)), "{code}: {refused}");
    }
    for code in ["TooManyRequestsException", "LimitExceededException"] {
        let refused = refresh(Answer::error(400, code, "Rate exceeded")).await;
        assert!(matches!(refused, Error::Refused(Refusal::TooManyAttempts)), "{code}: {refused}");
        let (_cognito, identity) = pool([Answer::error(400, code, "Rate exceeded")]).await;
        let refused = identity.create_user("ada", "ada@example.com", &password()).await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::TooManyAttempts))), "{code}");
    }
}

#[tokio::test]
async fn whatever_is_wrong_with_a_sign_in_has_one_answer() {
    for code in [
        "NotAuthorizedException",
        "UserNotFoundException",
        "UserNotConfirmedException",
        "PasswordResetRequiredException",
    ] {
        let refused = login(Answer::error(400, code, "Why exactly.")).await;
        assert!(matches!(refused, Error::Refused(Refusal::WrongCredentials)), "{code}: {refused}");
    }
    let half_made = json!({"ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": "s"});
    let refused = login(Answer::ok(&half_made)).await;
    assert!(matches!(refused, Error::Refused(Refusal::WrongCredentials)), "{refused}");
}

#[tokio::test]
async fn whatever_ended_a_session_has_one_answer() {
    for code in ["NotAuthorizedException", "UserNotFoundException", "RefreshTokenReuseException"] {
        let refused = refresh(Answer::error(400, code, "Why exactly.")).await;
        assert!(matches!(refused, Error::Refused(Refusal::SessionEnded)), "{code}: {refused}");
    }
    let identity = Identity::new(&nobody(), "us-east-1_pool", "client");
    let refused = identity.refresh(&Secret::new("no token")).await.expect_err("nobody is asked");
    assert!(matches!(refused, Error::Refused(Refusal::SessionEnded)), "{refused}");
}

#[tokio::test]
async fn an_address_that_another_user_proved_first_is_taken() {
    let answer = Answer::error(400, "AliasExistsException", "An account with the email exists.");
    let (_cognito, identity) = pool([answer]).await;
    let refused = identity.confirm_email("ada").await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::EmailTaken))), "{refused:?}");
}

#[tokio::test]
async fn a_user_whose_password_does_not_hold_is_removed_again() {
    let made = || Answer::ok(&json!({"User": {"Username": "ada"}}));
    let policy = || {
        let says = "Password did not conform with policy: Password not long enough";
        Answer::error(400, "InvalidPasswordException", says)
    };
    let gone = Answer::error(400, "UserNotFoundException", "User does not exist.");
    for removed in [Answer::ok(&json!({})), gone, Answer::error(500, "InternalErrorException", "")]
    {
        let (cognito, identity) = pool([made(), policy(), removed]).await;
        let refused = identity.create_user("ada", "ada@example.com", &password()).await;
        let Err(Error::Refused(Refusal::PasswordPolicy(says))) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(says, "Choose a stronger password: password not long enough.");
        assert_eq!(cognito.asked(), ["AdminCreateUser", "AdminSetUserPassword", "AdminDeleteUser"]);
    }
}

#[tokio::test]
async fn an_answer_we_cannot_use_is_our_failure() {
    let whole = json!({"AccessToken": "a", "IdToken": "i", "RefreshToken": "r", "ExpiresIn": 3600});
    let without = |name: &str| {
        let mut result = whole.clone();
        result[name] = Value::Null;
        tokens(&result)
    };
    let mut past = whole.clone();
    past["ExpiresIn"] = json!(-1);
    let missing = "AdminInitiateAuth: an answer without all tokens";
    for (answer, expected) in [
        (Answer::ok(&json!({})), missing),
        (without("AccessToken"), missing),
        (without("IdToken"), missing),
        (without("RefreshToken"), missing),
        (tokens(&past), missing),
        (
            Answer::ok(&json!({"ChallengeName": "SMS_MFA", "Session": "s"})),
            "AdminInitiateAuth: the pool asks for SMS_MFA, which is not served",
        ),
    ] {
        let Error::Failed(why) = login(answer).await else { panic!("{expected}") };
        assert_eq!(why, expected);
    }
    let (_cognito, identity) = pool([tokens(&whole)]).await;
    let signed_in = identity.login("ada", &password()).await.expect("all tokens");
    let SignIn::Done(signed_in) = signed_in else { panic!("{signed_in:?}") };
    assert_eq!((signed_in.refresh.reveal(), signed_in.token_type.as_str()), ("r", "Bearer"));
}

#[tokio::test]
async fn a_refresh_token_that_does_not_rotate_stays_the_same() {
    let result = json!({"AccessToken": "a", "IdToken": "i", "ExpiresIn": 3600});
    let (_cognito, identity) = pool([tokens(&result)]).await;
    let kept = identity.refresh(&Secret::new("a.refresh.token")).await.expect("all other tokens");
    assert_eq!(kept.refresh.reveal(), "a.refresh.token");
}

#[tokio::test]
async fn a_failure_names_the_call_and_never_what_was_sent() {
    let says = format!("{PASSWORD} of ada@example.com broke something");
    let failing = || pool([Answer::error(500, "InternalErrorException", &says)]);
    let (_at_login, identity) = failing().await;
    let login = identity.login("ada", &password()).await.map(drop);
    let refresh = identity.refresh(&Secret::new("a.refresh.token")).await.map(drop);
    let create = identity.create_user("ada", "ada@example.com", &password()).await;
    let confirm = identity.confirm_email("ada").await;
    let group = identity.add_to_group("ada", "providers").await;
    let delete = identity.delete_user("ada").await;
    for (operation, answer) in [
        ("AdminInitiateAuth", login),
        ("GetTokensFromRefreshToken", refresh),
        ("AdminCreateUser", create),
        ("AdminUpdateUserAttributes", confirm),
        ("AdminAddUserToGroup", group),
        ("AdminDeleteUser", delete),
    ] {
        let Err(Error::Failed(why)) = answer else { panic!("{operation}: {answer:?}") };
        assert_eq!(why, format!("{operation}: InternalErrorException (request request-1)"));
    }
    let identity = Identity::new(&nobody(), "us-east-1_pool", "client");
    let Err(Error::Failed(why)) = identity.login("ada", &password()).await else {
        panic!("nobody is there")
    };
    assert!(why.starts_with("AdminInitiateAuth: dispatch failure"), "{why}");
    assert!(!why.contains(PASSWORD), "{why}");
}
