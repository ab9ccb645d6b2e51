//! The embedded DynamoDB: races on one key, transaction tokens, cancellation reasons, strict conditions.

use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError as Refused,
    types::{AttributeValue, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update},
};
use tests::DynamoDb;
use tokio::task::JoinSet;

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn put(pk: &str, condition: Option<&str>) -> TransactWriteItem {
    let put = Put::builder()
        .table_name(DynamoDb::TABLE)
        .item("pk", text(pk))
        .item("sk", text("x"))
        .set_condition_expression(condition.map(str::to_owned))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    TransactWriteItem::builder().put(put.build().expect("complete")).build()
}

fn add_one(pk: &str, condition: Option<&str>) -> TransactWriteItem {
    let mut update = Update::builder()
        .table_name(DynamoDb::TABLE)
        .key("pk", text(pk))
        .key("sk", text("x"))
        .update_expression("ADD n :one")
        .expression_attribute_values(":one", AttributeValue::N("1".to_owned()));
    if let Some(condition) = condition {
        update = update
            .condition_expression(condition)
            .expression_attribute_values(":most", AttributeValue::N("9".to_owned()));
    }
    TransactWriteItem::builder().update(update.build().expect("complete")).build()
}

async fn transact(
    db: &DynamoDb,
    token: Option<&str>,
    items: Vec<TransactWriteItem>,
) -> Result<(), Refused> {
    let sent = db
        .client
        .transact_write_items()
        .set_transact_items(Some(items))
        .set_client_request_token(token.map(str::to_owned));
    sent.send().await.map(drop).map_err(aws_sdk_dynamodb::error::SdkError::into_service_error)
}

fn reasons(refused: &Refused) -> Vec<String> {
    let Refused::TransactionCanceledException(cancelled) = refused else {
        panic!("not a cancellation: {refused:?}")
    };
    cancelled
        .cancellation_reasons()
        .iter()
        .map(|reason| reason.code().unwrap_or("none").to_owned())
        .collect()
}

async fn count(db: &DynamoDb, pk: &str) -> String {
    let found =
        db.client.get_item().table_name(DynamoDb::TABLE).key("pk", text(pk)).key("sk", text("x"));
    let item = found.consistent_read(true).send().await.expect("a read").item.expect("the item");
    item["n"].as_n().expect("a number").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_creates_of_one_key_one_wins() {
    let db = std::sync::Arc::new(DynamoDb::start().await);
    let mut racers = JoinSet::new();
    for _ in 0..64 {
        let db = db.clone();
        racers.spawn(async move {
            transact(&db, None, vec![put("k", Some("attribute_not_exists(pk)"))]).await
        });
    }
    let outcomes = racers.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for refused in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        let reasons = reasons(refused);
        assert!(
            reasons == ["ConditionalCheckFailed"] || reasons == ["TransactionConflict"],
            "{reasons:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counter_with_a_ceiling_is_never_overrun() {
    let db = std::sync::Arc::new(DynamoDb::start().await);
    transact(&db, None, vec![add_one("k", None)]).await.expect("the first");
    let mut racers = JoinSet::new();
    for _ in 0..50 {
        let db = db.clone();
        racers.spawn(async move {
            transact(&db, None, vec![add_one("k", Some("n <= :most"))]).await.is_ok()
        });
    }
    let won = racers.join_all().await.into_iter().filter(|won| *won).count();
    assert_eq!(count(&db, "k").await, (won + 1).to_string());
    assert!(won <= 9, "{won}");
}

#[tokio::test]
async fn a_repeated_token_has_its_effect_once_and_refuses_another_payload() {
    let db = DynamoDb::start().await;
    for _ in 0..3 {
        transact(&db, Some("token-1"), vec![add_one("k", None)])
            .await
            .expect("the same transaction");
    }
    assert_eq!(count(&db, "k").await, "1");
    let other = transact(&db, Some("token-1"), vec![add_one("k2", None)])
        .await
        .expect_err("another payload");
    assert!(matches!(other, Refused::IdempotentParameterMismatchException(_)), "{other:?}");
}

#[tokio::test]
async fn a_cancelled_transaction_gives_a_reason_for_each_action_and_writes_nothing() {
    let db = DynamoDb::start().await;
    transact(&db, None, vec![put("taken", None)]).await.expect("free");
    let actions = vec![
        put("new", None),
        put("taken", Some("attribute_not_exists(pk)")),
        add_one("other", None),
    ];
    let refused = transact(&db, None, actions).await.expect_err("one condition fails");
    assert_eq!(reasons(&refused), ["None", "ConditionalCheckFailed", "None"]);
    let Refused::TransactionCanceledException(cancelled) = refused else { panic!("checked above") };
    let old = cancelled.cancellation_reasons()[1].item.clone().expect("the item that stood there");
    assert_eq!(old["pk"], text("taken"));
    assert_eq!(db.items().await.len(), 1);
}

#[tokio::test]
async fn two_actions_on_one_item_are_refused() {
    let db = DynamoDb::start().await;
    let refused = transact(&db, None, vec![put("k", None), add_one("k", None)])
        .await
        .expect_err("twice the same item");
    assert_eq!(refused.meta().code(), Some("ValidationException"));
}

#[tokio::test]
async fn key_conditions_are_strict() {
    let db = DynamoDb::start().await;
    let query = || {
        db.client.query().table_name(DynamoDb::TABLE).expression_attribute_values(":a", text("a"))
    };
    for wrong in [
        "sk = :a",
        "pk > :a",
        "pk = :a AND pk = :a",
        "pk = :a OR sk = :a",
        "pk = :a AND contains(sk, :a)",
    ] {
        let refused = query()
            .key_condition_expression(wrong)
            .send()
            .await
            .expect_err(wrong)
            .into_service_error();
        assert_eq!(refused.meta().code(), Some("ValidationException"), "{wrong}");
    }
    let unused = query()
        .key_condition_expression("pk = :a")
        .expression_attribute_values(":b", text("b"))
        .send()
        .await;
    assert!(unused.is_err(), "an unused value is refused");
}
