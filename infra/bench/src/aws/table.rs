//! How does the embedded DynamoDB answer a call, and what would the call have cost?

use dynoxide::{Database, DynoxideError};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::Units;

pub(super) struct Answered {
    pub status: u16,
    pub body: String,
    pub units: Units,
}

/// The operations the hub uses. With `count`, it is asked what they cost.
pub(super) fn answer(database: &Database, operation: &str, body: &[u8], count: bool) -> Answered {
    match run(database, operation, body, count) {
        Ok(answer) => {
            let units = units(operation, &answer);
            Answered { status: 200, body: answer.to_string(), units }
        }
        Err(error) => {
            Answered { status: error.status_code(), body: error.to_json(), units: Units::default() }
        }
    }
}

fn run(
    database: &Database,
    operation: &str,
    body: &[u8],
    count: bool,
) -> Result<Value, DynoxideError> {
    let mut body: Value = serde_json::from_slice(body).map_err(malformed)?;
    if count {
        body["ReturnConsumedCapacity"] = "TOTAL".into();
    }
    match operation {
        "GetItem" => ask(body, |request| database.get_item(request)),
        "BatchGetItem" => ask(body, |request| database.batch_get_item(request)),
        "Query" => ask(body, |request| database.query(request)),
        "PutItem" => ask(body, |request| database.put_item(request)),
        "UpdateItem" => ask(body, |request| database.update_item(request)),
        "DeleteItem" => ask(body, |request| database.delete_item(request)),
        "TransactWriteItems" => ask(body, |request| database.transact_write_items(request)),
        other => Err(DynoxideError::ValidationException(format!(
            "the hub is not known to use {other}; let infra/bench/src/aws/table.rs answer it"
        ))),
    }
}

fn ask<Q: DeserializeOwned, A: Serialize>(
    body: Value,
    act: impl FnOnce(Q) -> Result<A, DynoxideError>,
) -> Result<Value, DynoxideError> {
    let request = serde_json::from_value(body).map_err(malformed)?;
    serde_json::to_value(act(request)?).map_err(malformed)
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn malformed(error: serde_json::Error) -> DynoxideError {
    DynoxideError::ValidationException(error.to_string())
}

/// What the answer says was consumed, of table and indexes together.
fn units(operation: &str, answer: &Value) -> Units {
    let consumed = &answer["ConsumedCapacity"];
    let tables = consumed.as_array().map_or(std::slice::from_ref(consumed), Vec::as_slice);
    let consumed = tables.iter().filter_map(|table| table["CapacityUnits"].as_f64()).sum();
    match operation {
        "GetItem" | "BatchGetItem" | "Query" => Units { read: consumed, write: 0.0 },
        _ => Units { read: 0.0, write: consumed },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn database() -> Database {
        let key = |name: &str, kind: &str| json!({"AttributeName": name, "KeyType": kind});
        let text = |name: &str| json!({"AttributeName": name, "AttributeType": "S"});
        let table = json!({
            "TableName": "hub", "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [text("pk"), text("sk"), text("gsi1pk"), text("gsi1sk")],
            "KeySchema": [key("pk", "HASH"), key("sk", "RANGE")],
            "GlobalSecondaryIndexes": [{
                "IndexName": "gsi1", "Projection": {"ProjectionType": "ALL"},
                "KeySchema": [key("gsi1pk", "HASH"), key("gsi1sk", "RANGE")],
            }],
        });
        let database = Database::memory().expect("memory");
        let request = serde_json::from_value(table).expect("a table");
        database.create_table(request).expect("created");
        database
    }

    /// Of so many bytes with all its names and values.
    fn item(sort: &str, bytes: usize, listed: bool) -> Value {
        let mut item = json!({"pk": {"S": "p"}, "sk": {"S": sort}});
        let mut taken = "pk".len() + 1 + "sk".len() + sort.len() + "text".len();
        if listed {
            item["gsi1pk"] = json!({"S": "g"});
            item["gsi1sk"] = json!({"S": sort});
            taken += "gsi1pk".len() + 1 + "gsi1sk".len() + sort.len();
        }
        item["text"] = json!({"S": "x".repeat(bytes - taken)});
        item
    }

    fn check(database: &Database, operation: &str, body: &Value, read: f64, write: f64) {
        let answered = answer(database, operation, body.to_string().as_bytes(), true);
        assert_eq!(answered.status, 200, "{}", answered.body);
        let Units { read: r, write: w } = answered.units;
        assert!((r - read).abs() + (w - write).abs() < 0.01, "{operation} {body:.200}: {r}, {w}");
    }

    /// By AWS's published rules: 4 KB a read unit, half of it where consistency is not asked for, 1 KB a write unit,
    /// each index written as an item of its own, twice as much in transactions.
    #[test]
    fn the_embedded_table_counts_units_as_aws_says() {
        let database = database();
        let put = |item: Value| json!({"TableName": "hub", "Item": item});
        check(&database, "PutItem", &put(item("a", 1024, false)), 0.0, 1.0);
        check(&database, "PutItem", &put(item("b", 1025, false)), 0.0, 2.0);
        check(&database, "PutItem", &put(item("c", 3000, true)), 0.0, 6.0);
        check(&database, "PutItem", &put(item("d", 4097, false)), 0.0, 5.0);
        let key = |sort: &str| json!({"pk": {"S": "p"}, "sk": {"S": sort}});
        let get = |sort: &str, consistent: bool| json!({"TableName": "hub", "Key": key(sort), "ConsistentRead": consistent});
        check(&database, "GetItem", &get("a", true), 1.0, 0.0);
        check(&database, "GetItem", &get("d", true), 2.0, 0.0);
        check(&database, "GetItem", &get("d", false), 1.0, 0.0);
        check(&database, "GetItem", &get("missing", true), 1.0, 0.0);
        let batch = json!({"RequestItems": {"hub": {
            "Keys": [key("a"), key("b"), key("d"), key("missing")], "ConsistentRead": true
        }}});
        check(&database, "BatchGetItem", &batch, 5.0, 0.0);
        let query = json!({
            "TableName": "hub", "ConsistentRead": true, "KeyConditionExpression": "pk = :p",
            "ExpressionAttributeValues": {":p": {"S": "p"}},
        });
        check(&database, "Query", &query, 3.0, 0.0);
        let index = json!({
            "TableName": "hub", "IndexName": "gsi1", "KeyConditionExpression": "gsi1pk = :g",
            "ExpressionAttributeValues": {":g": {"S": "g"}},
        });
        check(&database, "Query", &index, 0.5, 0.0);
        let action = |item: Value| json!({"Put": {"TableName": "hub", "Item": item}});
        let check_only = json!({"ConditionCheck": {
            "TableName": "hub", "Key": key("a"), "ConditionExpression": "attribute_exists(pk)"
        }});
        let transaction = json!({"TransactItems": [action(item("e", 1500, false)), check_only]});
        check(&database, "TransactWriteItems", &transaction, 0.0, 6.0);
    }
}
