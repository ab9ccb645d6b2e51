//! What registering tells about an address: nothing.

use std::time::Duration;

use serde_json::Value;
use tests::Stack;

use super::{Newcomer, mails_to};

/// The items of the table that speak of none of these.
async fn items_without(stack: &Stack, words: &[&str]) -> Vec<String> {
    let items = stack.items().await;
    items.into_iter().filter(|item| !words.iter().any(|word| item.contains(word))).collect()
}

/// Everything its sender can see of registering with this address, step by step.
async fn seen_of_registering_with(known: &Newcomer) -> Vec<(u16, Value)> {
    let (first, second) = (known.rival(), known.rival());
    let weak = Newcomer { password: "all of it in lower case", ..known.rival() };
    let again = Newcomer { username: first.username.clone(), ..Newcomer::new(&known.stack) };
    let received = [
        weak.register().await,
        first.register().await,
        first.log_in().await,
        first.log_in_as(&first.email).await,
        again.register().await,
        first.register().await,
        second.register().await,
        first.log_in().await,
        second.log_in_as(&second.email).await,
        known.resend().await,
        again.register().await,
    ];
    received.map(|received| (received.status, received.body)).into()
}

#[tokio::test]
async fn no_answer_tells_whether_an_address_is_known() {
    let stack = Stack::start().await;
    let (nobody, waiting, settled) =
        (Newcomer::new(&stack), Newcomer::new(&stack), Newcomer::new(&stack));
    waiting.register().await.expect(202);
    settled.settle().await;
    let unknown = seen_of_registering_with(&nobody).await;
    let statuses: Vec<u16> = unknown.iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses, [422, 202, 403, 403, 409, 202, 202, 401, 403, 202, 202]);
    assert_eq!(seen_of_registering_with(&waiting).await, unknown);
    assert_eq!(seen_of_registering_with(&settled).await, unknown);
}

#[tokio::test]
async fn nothing_of_a_proved_account_changes_when_a_stranger_registers_with_its_address() {
    let stack = Stack::start().await;
    let ada = Newcomer::new(&stack);
    let eve = ada.rival();
    ada.settle().await;
    let of_strangers = [eve.username.as_str(), "PENDING", "\"type\":\"Email\""];
    let before = items_without(&stack, &of_strangers).await;
    eve.register().await.expect(202);
    assert_eq!(items_without(&stack, &of_strangers).await, before);

    let mails = mails_to(&ada.email).await;
    assert_eq!((mails.len(), ada.links().await.len()), (2, 1));
    assert!(mails[1].contains(&ada.username) && !mails[1].contains(&eve.username));
    eve.resend().await.expect(202);
    assert_eq!(mails_to(&ada.email).await.len(), 2);
    ada.log_in_as(&ada.email).await.expect(200);
    stack.clock().advance(Duration::from_secs(25 * 3600));
    eve.log_in().await.refused(401, "wrong_credentials");
    eve.log_in_as(&eve.email).await.refused(401, "wrong_credentials");
    ada.log_in_as(&ada.email).await.expect(200);
}
