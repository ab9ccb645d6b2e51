//! How a job is asked for, and asked not to run, when any answer may be lost: again, until there is one.

use std::time::Duration;

use journey::{Door, Off};
use reqwest::Method;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::{
    book::{Answer, Book, Order},
    market::Customer,
    purse::Purse,
};

const PAUSE: Duration = Duration::from_millis(300);
/// A stack that stops and starts is away for less.
const PATIENCE: Duration = Duration::from_secs(180);

/// Sends the order until it is answered for good, and writes the answer down.
pub(crate) async fn place(book: &Book, customer: &Customer, purse: &Purse, order: &Order) {
    let deadline = Instant::now() + PATIENCE;
    let mut last = String::new();
    while Instant::now() < deadline {
        let person;
        let door = match &purse.key {
            Some(key) => customer.hub().with_key(&key.secret),
            None => {
                person = customer.signed_in().await;
                person.door()
            }
        };
        let late = book.entry(&order.request).is_some_and(|entry| entry.job().is_some());
        match door.ask(Method::POST, "/jobs", Some((&order.body, &order.request))).await {
            Ok((202, job)) => return book.answered(&order.request, late, Answer::Accepted(job)),
            Ok((402, refusal)) if is_used_up(&refusal) => {
                return book.answered(&order.request, late, Answer::UsedUp);
            }
            Ok((status, refusal)) if may_pass(status, &refusal) => {
                last = format!("{status} {refusal}")
            }
            Ok((status, refusal)) => {
                let what = format!("{status} {refusal}, request {}", order.request);
                return book.breaks("a sound order is accepted or its uses are used up", &what);
            }
            Err(silence) => last = silence.to_string(),
        }
        sleep(PAUSE).await;
    }
    let what = format!("request {} was not answered: {last}", order.request);
    book.breaks("a request is answered", &what);
}

fn is_used_up(refusal: &Value) -> bool {
    matches!(refusal["code"].as_str(), Some("key_used_up" | "no_uses_left"))
}

/// What says nothing about the order: a process that died, a gateway that has none, a contended write.
fn may_pass(status: u16, refusal: &Value) -> bool {
    status >= 500 || status == 429 || (status == 409 && refusal["code"] == "conflict")
}

/// Asks once for its cancellation; whatever is answered, the job's own end says what came of it.
pub(crate) async fn cancel(book: &Book, door: &Door<'_>, request: &str) -> Result<(), Off> {
    let Some(job) = book.entry(request).and_then(|entry| entry.job().map(str::to_owned)) else {
        return Ok(());
    };
    book.cancel(request);
    let (status, body) = door.ask(Method::DELETE, &format!("/jobs/{job}"), None).await?;
    let sound = matches!(status, 200 | 202 | 409 | 429) || status >= 500;
    if !sound {
        book.breaks(
            "a cancellation is taken or comes too late",
            &format!("{status} {body} for {job}"),
        );
    }
    Ok(())
}
