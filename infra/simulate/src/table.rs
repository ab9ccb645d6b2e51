//! DynamoDB in this process: an embedded one, with the simulation's time for its tokens and its own troubles.

use std::{collections::HashMap, sync::Mutex};

use dynoxide::{Database, DynoxideError};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    executor::lock,
    fate::Fault,
    machine::Simulated,
    network::{By, Call, Reply},
    world::World,
};

pub(crate) const NAME: &str = "hub";
/// For how long a transaction is known by its token.
const TOKEN_MICROS: u64 = 10 * 60 * 1_000_000;
/// For how long an index may not show what was written.
const INDEX_MICROS: u64 = 5_000_000;

pub(crate) struct Table {
    database: Database,
    machine: Simulated,
    tokens: Mutex<HashMap<String, Transacted>>,
    /// When each item was last written, by its partition key.
    written: Mutex<HashMap<String, u64>>,
}

struct Transacted {
    at: u64,
    items: Value,
    answer: Vec<u8>,
}

impl Table {
    pub(crate) fn new(machine: Simulated) -> Self {
        let database = Database::memory().expect("a database in memory");
        let key = |name: &str, kind: &str| json!({"AttributeName": name, "KeyType": kind});
        let keys = |pk: &str, sk: &str| json!([key(pk, "HASH"), key(sk, "RANGE")]);
        let names = ["pk", "sk", "gsi1pk", "gsi1sk", "due_pk", "due_sk"];
        let index = |name: &str, pk: &str, sk: &str, projection: &str| json!({"IndexName": name, "KeySchema": keys(pk, sk), "Projection": {"ProjectionType": projection}});
        let request = json!({
            "TableName": NAME, "BillingMode": "PAY_PER_REQUEST", "KeySchema": keys("pk", "sk"),
            "AttributeDefinitions": names.map(|name| json!({"AttributeName": name, "AttributeType": "S"})),
            "GlobalSecondaryIndexes": [
                index("gsi1", "gsi1pk", "gsi1sk", "ALL"), index("due", "due_pk", "due_sk", "KEYS_ONLY")
            ],
        });
        let request = serde_json::from_value(request).expect("a table");
        database.create_table(request).expect("the table");
        Self { database, machine, tokens: Mutex::default(), written: Mutex::default() }
    }

    pub(crate) fn serve(&self, world: &World, call: &Call, by: By<'_>) -> Reply {
        let strikes = |fault| world.strikes(by, fault);
        let writes =
            matches!(call.operation.as_str(), "PutItem" | "UpdateItem" | "TransactWriteItems");
        world.watch().asked(call);
        if strikes(Fault::Throttled) {
            return Reply::error(400, "ProvisionedThroughputExceededException");
        }
        // What counts requests is part of no transaction.
        let may_conflict = writes && call.operation != "UpdateItem";
        if may_conflict && strikes(Fault::TransactionConflict) {
            return conflict(call);
        }
        if strikes(Fault::FailedBeforeCommit) {
            return Reply::error(500, "InternalServerError");
        }
        let done_before = self.knows(call);
        let reply = match call.operation.as_str() {
            "Query" if !call.body["IndexName"].is_null() && strikes(Fault::StaleIndex) => {
                self.stale(call)
            }
            "BatchGetItem" if strikes(Fault::KeysUnread) => self.part(call),
            _ => self.apply(call),
        };
        if reply.status == 200 && writes && !done_before {
            self.note(call);
            world.watch().wrote(call, by.map(|(invocation, _)| invocation));
        }
        if writes && reply.status == 200 && strikes(Fault::FailedAfterCommit) {
            return Reply::error(500, "InternalServerError");
        }
        reply
    }

    fn apply(&self, call: &Call) -> Reply {
        match call.operation.as_str() {
            "TransactWriteItems" => self.transact(&call.body),
            operation => self.execute(operation, &call.body),
        }
    }

    fn execute(&self, operation: &str, body: &Value) -> Reply {
        let db = &self.database;
        let body = body.clone();
        match operation {
            "PutItem" => answered(read(body).and_then(|request| db.put_item(request))),
            "GetItem" => answered(read(body).and_then(|request| db.get_item(request))),
            "UpdateItem" => answered(read(body).and_then(|request| db.update_item(request))),
            "BatchGetItem" => answered(read(body).and_then(|request| db.batch_get_item(request))),
            "Query" => answered(read(body).and_then(|request| db.query(request))),
            "TransactWriteItems" => {
                answered(read(body).and_then(|request| db.transact_write_items(request)))
            }
            other => panic!("the simulated table does not know {other}"),
        }
    }

    /// Whether it is a transaction that was done already.
    fn knows(&self, call: &Call) -> bool {
        let now = self.machine.executor.micros();
        let token = call.body["ClientRequestToken"].as_str().unwrap_or_default();
        lock(&self.tokens).get(token).is_some_and(|known| now < known.at + TOKEN_MICROS)
    }

    /// The database's own memory of tokens goes by the system's clock, so it is given none.
    fn transact(&self, body: &Value) -> Reply {
        let now = self.machine.executor.micros();
        let mut body = body.clone();
        let token = body.as_object_mut().and_then(|body| body.remove("ClientRequestToken"));
        let Some(token) = token.as_ref().and_then(Value::as_str) else {
            return self.execute("TransactWriteItems", &body);
        };
        let items = body["TransactItems"].clone();
        if let Some(known) =
            lock(&self.tokens).get(token).filter(|known| now < known.at + TOKEN_MICROS)
        {
            return match known.items == items {
                true => Reply::json(200, known.answer.clone()),
                false => Reply::error(400, "IdempotentParameterMismatchException"),
            };
        }
        let reply = self.execute("TransactWriteItems", &body);
        if reply.status == 200 {
            let known = Transacted { at: now, items, answer: reply.body.clone() };
            lock(&self.tokens).insert(token.to_owned(), known);
        }
        reply
    }

    /// As an index may still show it: without what was written just now.
    fn stale(&self, call: &Call) -> Reply {
        let reply = self.execute("Query", &call.body);
        let Ok(mut answer) = serde_json::from_slice::<Value>(&reply.body) else { return reply };
        let now = self.machine.executor.micros();
        let written = lock(&self.written);
        if let Some(items) = answer["Items"].as_array_mut() {
            items.retain(|item| {
                let at = item["pk"]["S"].as_str().and_then(|pk| written.get(pk));
                at.is_none_or(|at| at + INDEX_MICROS < now)
            });
            let left = items.len();
            answer["Count"] = left.into();
        }
        Reply { body: answer.to_string().into_bytes(), ..reply }
    }

    /// Leaves the last of several keys for the next time.
    fn part(&self, call: &Call) -> Reply {
        let mut body = call.body.clone();
        let last = match body["RequestItems"][NAME]["Keys"].as_array_mut() {
            Some(keys) if keys.len() > 1 => keys.pop(),
            _ => None,
        };
        let reply = self.execute("BatchGetItem", &body);
        let (Some(last), Ok(mut answer)) = (last, serde_json::from_slice::<Value>(&reply.body))
        else {
            return reply;
        };
        let mut unread = call.body["RequestItems"][NAME].clone();
        unread["Keys"] = json!([last]);
        answer["UnprocessedKeys"] = json!({NAME: unread});
        Reply { body: answer.to_string().into_bytes(), ..reply }
    }

    fn note(&self, call: &Call) {
        let now = self.machine.executor.micros();
        let mut written = lock(&self.written);
        for item in puts(call) {
            if let Some(pk) = item["pk"]["S"].as_str() {
                written.insert(pk.to_owned(), now);
            }
        }
    }

    /// Every item, as it stands: for judging a world that is over.
    pub(crate) fn items(&self) -> Vec<Value> {
        let (mut items, mut start) = (Vec::new(), Value::Null);
        loop {
            let mut request = json!({"TableName": NAME});
            if !start.is_null() {
                request["ExclusiveStartKey"] = start;
            }
            let request = serde_json::from_value(request).expect("a request");
            let page = self.database.scan(request).expect("a page");
            let mut page = serde_json::to_value(page).expect("JSON");
            items.extend(page["Items"].take().as_array().into_iter().flatten().cloned());
            start = page["LastEvaluatedKey"].take();
            if start.is_null() {
                return items;
            }
        }
    }
}

/// The items that a call puts.
pub(crate) fn puts(call: &Call) -> impl Iterator<Item = &Value> {
    let alone = Some(&call.body["Item"]).filter(|item| item.is_object());
    let together = call.body["TransactItems"].as_array().into_iter().flatten();
    alone
        .into_iter()
        .chain(together.map(|item| &item["Put"]["Item"]).filter(|item| item.is_object()))
}

fn read<T: DeserializeOwned>(body: Value) -> Result<T, DynoxideError> {
    serde_json::from_value(body)
        .map_err(|error| DynoxideError::SerializationException(error.to_string()))
}

fn answered<T: Serialize>(result: Result<T, DynoxideError>) -> Reply {
    match result {
        Ok(answer) => Reply::json(200, serde_json::to_vec(&answer).expect("JSON")),
        Err(error) => Reply::json(error.status_code(), error.to_json()),
    }
}

fn conflict(call: &Call) -> Reply {
    let Some(items) = call.body["TransactItems"].as_array() else {
        return Reply::error(400, "TransactionConflictException");
    };
    let reasons: Vec<Value> = (0..items.len())
        .map(|at| json!({"Code": if at == 0 { "TransactionConflict" } else { "None" }}))
        .collect();
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Simulated.", "CancellationReasons": reasons,
    });
    Reply::json(400, body.to_string())
}
