//! Sign-in elsewhere: whose doing it is that nobody is signed in, and that no secret is told.

use domain::Moment;
use federation::{Error, Federation, Question, Settings};
use serde_json::json;
use tests::{Answer, Prepared};

fn question() -> Question {
    let [state, nonce, verifier] = ["state", "nonce", "a-secret-verifier"].map(str::to_owned);
    Question { state, nonce, verifier }
}

async fn signed_in(code: &str, answers: Vec<Answer>) -> Error {
    let pages = Prepared::answering(answers).await;
    let settings = Settings {
        pages: pages.address().to_owned(),
        keys: format!("{}/keys", pages.address()),
        issuer: "https://issuer.example".to_owned(),
        client_id: "client".to_owned(),
        callback: "http://hub.example/callback".to_owned(),
    };
    let now = Moment::from_unix_millis(1_795_000_000_000);
    match Federation::new(settings).sign_in(code, &question(), now).await {
        Ok(_) => panic!("nobody is signed in"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_bad_code_is_the_callers_doing_and_a_bad_answer_is_ours() {
    // With the header {"alg":"RS256","kid":"k"}.
    let token = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ.e30.c2lnbmVk";
    let tokens =
        json!({"access_token": "a", "id_token": token, "refresh_token": "r", "expires_in": 1});
    for (code, answers) in [
        ("", vec![]),
        ("used", vec![Answer::error(400, "invalid_grant", "Invalid code")]),
        ("good", vec![Answer::ok(&tokens), Answer::ok(&json!({"keys": []}))]),
    ] {
        let error = signed_in(code, answers).await;
        assert!(matches!(error, Error::Refused(_)), "{code}: {error}");
    }
    for answers in [
        vec![Answer::error(500, "server_error", "a-secret-verifier")],
        vec![Answer::ok(&json!({"access_token": "a-secret-verifier"}))],
        vec![Answer::ok(&tokens), Answer::error(503, "server_error", "")],
        vec![Answer::ok(&tokens), Answer::ok(&json!("no keys"))],
    ] {
        let error = signed_in("good", answers).await;
        assert!(matches!(error, Error::Failed(_)), "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
