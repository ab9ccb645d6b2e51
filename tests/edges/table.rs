//! DynamoDB: what a write or a read comes to when others write, the table is busy, or it fails.

use clock::Clock;
use domain::{
    Kind, ProjectId, Refusal, UserId,
    project::{Details, Project},
};
use serde_json::{Value, json};
use store::{Error, Table, add, create, delete, projects, unchanged, update};
use tests::{Answer, DynamoDb, Prepared, TableDoor, nobody};

fn table(config: &aws_config::SdkConfig) -> Table {
    Table::new(config, DynamoDb::TABLE, Clock::system())
}

fn project() -> Project {
    let clock = Clock::system();
    let details =
        Details { name: "Bell".to_owned(), description: String::new(), repository_url: None };
    Project::new(clock.id(ProjectId::new), clock.id(UserId::new), details, clock.now())
}

fn taken() -> Refusal {
    Refusal::new(Kind::Conflict, "name_taken", "Choose another name.")
}

#[tokio::test]
async fn of_two_who_decided_on_the_same_reading_the_second_is_contended() {
    let db = DynamoDb::start().await;
    let (table, item) = (table(&db.config), project());
    table.write([create(&item)]).await.expect("new");
    let key = projects::project(item.id);
    let first = table.get(&key).await.expect("read").expect("there");
    let mut second = first.clone();
    second.name = "GHZ".to_owned();
    assert_eq!(table.save(first).await.expect("the first to write").version(), 2);
    let late = table.save(second.clone()).await;
    assert!(matches!(late, Err(Error::Contended)), "{late:?}");
    let late = table.write([delete(&second)]).await;
    assert!(matches!(late, Err(Error::Contended)), "{late:?}");
    let late = table.write([unchanged(&second), create(&project())]).await;
    assert!(matches!(late, Err(Error::Contended)), "{late:?}");
    let again = table.write([create(&item).or(taken())]).await;
    assert!(matches!(again, Err(Error::Refused(refusal)) if refusal == taken()));
    table.write([]).await.expect("nothing to write");
}

#[tokio::test]
async fn of_two_who_write_the_very_same_on_the_same_reading_the_second_is_contended() {
    let db = DynamoDb::start().await;
    let (table, item) = (table(&db.config), project());
    table.write([create(&item)]).await.expect("new");
    let late = table.write([create(&item)]).await;
    assert!(matches!(late, Err(Error::Contended)), "{late:?}");
    let first = table.get(&projects::project(item.id)).await.expect("read").expect("there");
    let second = first.clone();
    table.save(first).await.expect("the first to write");
    let late = table.save(second).await;
    assert!(matches!(late, Err(Error::Contended)), "{late:?}");
}

#[tokio::test]
async fn a_condition_with_words_of_its_own_gives_way_to_one_without() {
    let db = DynamoDb::start().await;
    let (table, item) = (table(&db.config), project());
    table.write([create(&item)]).await.expect("new");
    let read = table.get(&projects::project(item.id)).await.expect("read").expect("there");
    table.save(read.clone()).await.expect("the first to write");
    let spent = add(&projects::project(project().id), &[("uses", -1)]).at_least(0).or(taken());
    let both = table.write([spent, update(&read)]).await;
    assert!(matches!(both, Err(Error::Contended)), "{both:?}");
}

#[tokio::test]
async fn an_item_that_is_not_what_it_should_be_fails_its_reader() {
    let db = DynamoDb::start().await;
    let (table, item) = (table(&db.config), project());
    let text = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
    let put = db.client.put_item().table_name(DynamoDb::TABLE);
    let put = put.item("pk", text(&format!("project#{}", item.id))).item("sk", text("project"));
    put.item("name", text("no more than a name")).send().await.expect("written");
    let broken = table.get(&projects::project(item.id)).await.expect_err("no project");
    assert!(broken.to_string().starts_with("the table failed: decoding Project: "), "{broken}");
}

#[tokio::test]
async fn a_table_that_is_not_there_fails_every_call() {
    let db = DynamoDb::start().await;
    let nowhere = Table::new(&db.config, "nowhere", Clock::system());
    let (item, key) = (project(), projects::project(project().id));
    let read = nowhere.get(&key).await.map(drop);
    let batch = nowhere.read((key.clone(), key)).await.map(drop);
    let list = nowhere.query(&projects::of_user(item.user_id)).await.map(drop);
    let put = nowhere.write([create(&item)]).await;
    let transaction = nowhere.write([create(&item), create(&project())]).await;
    for (operation, answer) in [
        ("GetItem", read),
        ("BatchGetItem", batch),
        ("Query", list),
        ("PutItem", put),
        ("TransactWriteItems", transaction),
    ] {
        let Err(Error::Failed(why)) = answer else { panic!("{operation}: {answer:?}") };
        assert!(why.starts_with(&format!("{operation}: ResourceNotFoundException")), "{why}");
    }
    let unreachable = table(&nobody()).get(&projects::project(item.id)).await.expect_err("nobody");
    assert!(unreachable.to_string().starts_with("the table failed: GetItem: dispatch failure"));
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_meets_itself() {
    let db = DynamoDb::start().await;
    let door = TableDoor::before(&db.config).await;
    let (table, item) = (table(&door.config), project());
    let coming = door.hold("PutItem");
    let written = tokio::spawn({
        let (table, item) = (table.clone(), item.clone());
        async move { table.write([create(&item)]).await }
    });
    coming.arrived().await.lose_answer().await;
    written.await.expect("no panic").expect("the repeat finds its own item");
    let there = table.get(&projects::project(item.id)).await.expect("read").expect("there");
    assert_eq!(there.version(), 1);
}

#[tokio::test]
async fn a_write_that_meets_a_transaction_is_repeated() {
    let db = DynamoDb::start().await;
    let door = TableDoor::before(&db.config).await;
    let (table, item) = (table(&door.config), project());
    let coming = door.hold("PutItem");
    let write = tokio::spawn({
        let (table, item) = (table.clone(), item.clone());
        async move { table.write([create(&item)]).await }
    });
    coming.arrived().await.refuse("TransactionConflictException");
    write.await.expect("no panic").expect("the second time");
    let again = table.write([create(&item)]).await;
    assert!(matches!(again, Err(Error::Contended)), "{again:?}");
}

fn cancelled(code: &str) -> Answer {
    cancelled_for([code, "None"])
}

fn cancelled_for(codes: [&str; 2]) -> Answer {
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled.", "CancellationReasons": codes.map(|code| json!({"Code": code})),
    });
    Answer::text(400, body.to_string())
}

#[tokio::test]
async fn a_transaction_is_repeated_while_others_are_at_work_and_not_where_it_is_wrong() {
    let busy = || {
        let code = "com.amazonaws.dynamodb.v20120810#TransactionInProgressException";
        Answer::text(400, json!({"__type": code, "Message": "in progress"}).to_string())
    };
    let done = Answer::ok(&json!({}));
    let db = Prepared::answering([cancelled("TransactionConflict"), busy(), done]).await;
    let two = || [create(&project()), create(&project())];
    table(&db.config()).write(two()).await.expect("the third time");
    assert_eq!(db.asked(), ["TransactWriteItems"; 3]);
    let db = Prepared::answering([cancelled("ValidationError")]).await;
    let wrong = table(&db.config()).write(two()).await.expect_err("never right");
    assert!(wrong.to_string().contains("TransactionCanceledException"), "{wrong}");
    assert_eq!(db.asked().len(), 1);
}

#[tokio::test]
async fn what_another_transaction_may_be_granting_is_not_refused_in_words_before_it_has_ended() {
    let undecided = || cancelled_for(["ConditionalCheckFailed", "TransactionConflict"]);
    let spent = || add(&projects::project(project().id), &[("uses", -1)]).at_least(0);
    let granted = cancelled_for(["ConditionalCheckFailed", "ConditionalCheckFailed"]);
    let db = Prepared::answering([undecided(), granted]).await;
    let both = table(&db.config()).write([spent().or(taken()), create(&project())]).await;
    assert!(matches!(both, Err(Error::Contended)), "the other's effect is found first: {both:?}");
    assert_eq!(db.asked().len(), 2);
    let refused = cancelled("ConditionalCheckFailed");
    let db = Prepared::answering([undecided(), refused]).await;
    let both = table(&db.config()).write([spent().or(taken()), create(&project())]).await;
    assert!(matches!(both, Err(Error::Refused(refusal)) if refusal == taken()));
    let db = Prepared::answering([undecided()]).await;
    let speechless = table(&db.config()).write([spent(), create(&project())]).await;
    assert!(matches!(speechless, Err(Error::Contended)), "{speechless:?}");
    assert_eq!(db.asked().len(), 1, "decided again at once");
}

#[tokio::test]
async fn what_a_batch_leaves_unread_is_read_next() {
    let item = project();
    let key = json!({"pk": {"S": format!("project#{}", item.id)}, "sk": {"S": "project"}});
    let mut stored: Value = key.clone();
    for (name, value) in serde_json::to_value(&item).expect("JSON").as_object().expect("an object")
    {
        stored[name] = match value {
            Value::Null => json!({"NULL": true}),
            value => json!({"S": value}),
        };
    }
    let unread = json!({"Responses": {}, "UnprocessedKeys": {DynamoDb::TABLE: {"Keys": [key]}}});
    let read = json!({"Responses": {DynamoDb::TABLE: [stored]}, "UnprocessedKeys": {}});
    let db = Prepared::answering([Answer::ok(&unread), Answer::ok(&read)]).await;
    let table = table(&db.config());
    let (found, _) = table
        .read((projects::project(item.id), projects::project(project().id)))
        .await
        .expect("read in two calls");
    assert_eq!(found.expect("there").into_inner(), item);
    assert_eq!(db.asked(), ["BatchGetItem"; 2]);
}

#[tokio::test]
async fn who_keeps_losing_gives_up_and_who_is_refused_at_once() {
    let db = DynamoDb::start().await;
    let table = table(&db.config);
    let tries = std::cell::Cell::new(0);
    let count = |error: fn() -> Error| {
        tries.set(tries.get() + 1);
        async move { Err::<(), Error>(error()) }
    };
    let lost = table.attempt(3, || count(|| Error::Contended)).await;
    assert!(matches!(lost, Err(Error::Contended)));
    assert_eq!(tries.replace(0), 3);
    let refused = table.attempt(3, || count(|| taken().into())).await;
    assert!(matches!(refused, Err(Error::Refused(_))));
    assert_eq!(tries.get(), 1);
}
