//! SES: a mail left, or why it did not, without whose it was.

use mail::{Address, Error, Mail, Message};
use serde_json::json;
use tests::{Answer, Prepared, nobody};

fn message() -> Message {
    let to = Address::parse("ada@example.com").expect("an address");
    Message::verification(to, "ada", "https://hub.example/verify?token=secret").expect("a mail")
}

#[tokio::test]
async fn a_mail_that_ses_takes_has_left() {
    let ses = Prepared::answering([Answer::ok(&json!({"MessageId": "m1"}))]).await;
    Mail::new(&ses.config(), "hub@example.com").send(&message()).await.expect("taken");
    assert_eq!(ses.asked(), ["POST /v2/email/outbound-emails"]);
}

#[tokio::test]
async fn a_mail_that_ses_does_not_take_failed_and_shows_neither_address_nor_link() {
    let says = "Email address is not verified: ada@example.com";
    let ses = Prepared::answering([Answer::error(400, "MessageRejected", says)]).await;
    let failed = Mail::new(&ses.config(), "hub@example.com").send(&message()).await;
    let Err(Error::Failed(why)) = failed else { panic!("{failed:?}") };
    assert_eq!(why, "SendEmail: MessageRejected (request request-1)");
    let Err(Error::Failed(why)) = Mail::new(&nobody(), "hub@example.com").send(&message()).await
    else {
        panic!("nobody is there")
    };
    assert!(why.starts_with("SendEmail: dispatch failure") && !why.contains("ada"), "{why}");
}
