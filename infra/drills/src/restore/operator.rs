//! What an operator does to the stack around a restore: stop who writes, make the new table, fill it, have it used.

use std::{fs, time::Duration};

use aws_sdk_dynamodb::{
    Client, Config,
    config::{BehaviorVersion, Credentials, Region},
    types::{PutRequest, WriteRequest},
};
use journey::Off;
use local_cloud::{ACCESS_KEY, REGION, SECRET_KEY};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{process::Command, time::sleep};

use super::snapshot::Snapshot;
use crate::stack::{Outside, wrong};

const BATCH: usize = 25;
const MOST_TRIES: u32 = 10;
/// Of the template's table, what CreateTable takes here.
const SHAPE: [&str; 4] =
    ["AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes"];

pub(super) fn client(outside: &Outside) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "drill"))
        .endpoint_url(&outside.addresses.dynamodb)
        .build();
    Client::from_conf(config)
}

/// No function begins anything any more, and what was at work is dead in the middle of it.
pub(super) async fn stop_writers(outside: &Outside) -> Result<usize, Off> {
    for function in functions(outside)? {
        stop_writer(outside, function).await?;
    }
    let binaries = fs::read_dir(outside.state().join("functions")).map_err(wrong)?;
    let names = binaries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    Ok(names.map(|name| outside.kill(&name)).sum())
}

/// This one begins nothing any more.
pub(super) async fn stop_writer(outside: &Outside, function: &str) -> Result<(), Off> {
    let path = format!("/2017-10-31/functions/{function}/concurrency");
    outside.lambda(Method::PUT, &path, &json!({"ReservedConcurrentExecutions": 0})).await
}

/// Functions begin work again.
pub(super) async fn start_writers(outside: &Outside) -> Result<(), Off> {
    for function in functions(outside)? {
        start_writer(outside, function).await?;
    }
    Ok(())
}

async fn start_writer(outside: &Outside, function: &str) -> Result<(), Off> {
    let path = format!("/2017-10-31/functions/{function}/concurrency");
    outside.lambda(Method::DELETE, &path, &json!({})).await
}

/// Tells the one function that looks at tasks of each that Braket has: the restored table may be older than they are,
/// and a job that does not know its task would be given a second one.
pub(super) async fn tell_of_tasks(outside: &Outside, arns: &[String]) -> Result<(), Off> {
    let sweeper = outside.environments.get("ReconcileJobsFunction");
    let queue = sweeper.and_then(|variables| variables.get("SETTLEMENT_QUEUE_URL"));
    let services = &outside.addresses.services;
    for arn in arns {
        // what it claims of the task is not believed: it only says look
        let event = json!({
            "detail-type": "Braket Task State Change",
            "detail": {"quantumTaskArn": arn, "status": "CREATED", "deviceArn": ""}
        });
        let message = json!({"QueueUrl": queue, "MessageBody": event.to_string()});
        outside.targeted(services, "sqs", "AmazonSQS.SendMessage", &message).await?;
    }
    start_writer(outside, outside.named("SettleJobFunction")?).await
}

/// From now on every function uses that table.
pub(super) async fn repoint(outside: &Outside, table: &str) -> Result<(), Off> {
    for (logical, variables) in &outside.environments {
        if !variables.contains_key("TABLE_NAME") {
            continue;
        }
        let mut variables = variables.clone();
        variables.insert("TABLE_NAME".to_owned(), table.to_owned());
        let path = format!("/2015-03-31/functions/{}/configuration", outside.named(logical)?);
        outside
            .lambda(Method::PUT, &path, &json!({"Environment": {"Variables": variables}}))
            .await?;
    }
    Ok(())
}

/// What was under way is forgotten: the table alone says what is to be done.
pub(super) async fn purge_queues(outside: &Outside) -> Result<usize, Off> {
    let sweeper = outside.environments.get("ReconcileJobsFunction");
    let urls = sweeper.into_iter().flatten().filter(|(name, _)| name.ends_with("_QUEUE_URL"));
    let mut purged = 0;
    for (_, url) in urls {
        let services = &outside.addresses.services;
        outside
            .targeted(services, "sqs", "AmazonSQS.PurgeQueue", &json!({"QueueUrl": url}))
            .await?;
        purged += 1;
    }
    Ok(purged)
}

/// An empty one, as the template has it.
pub(super) async fn create_table(outside: &Outside, name: &str) -> Result<(), Off> {
    let template = expanded_template().await?;
    let properties = &template["Resources"]["Table"]["Properties"];
    let mut wanted = json!({"TableName": name});
    for part in SHAPE {
        wanted[part] = properties[part].clone();
    }
    let endpoint = &outside.addresses.dynamodb;
    let call = async |operation: &str, body: &Value| {
        let target = format!("DynamoDB_20120810.{operation}");
        outside.targeted(endpoint, "dynamodb", &target, body).await
    };
    call("CreateTable", &wanted).await?;
    let lapse = json!({"TableName": name, "TimeToLiveSpecification": properties["TimeToLiveSpecification"]});
    call("UpdateTimeToLive", &lapse).await
}

async fn expanded_template() -> Result<Value, Off> {
    let root = local_cloud::Options::in_checkout(local_cloud::Extent::Deployed).root;
    let python = local_cloud::python(&root).await.map_err(wrong)?;
    let told = Command::new(python)
        .args(["infra/translate.py", "template.yaml"])
        .current_dir(&root)
        .output()
        .await
        .map_err(wrong)?;
    journey::ensure(told.status.success(), || String::from_utf8_lossy(&told.stderr).into_owned())?;
    serde_json::from_slice(&told.stdout).map_err(wrong)
}

/// Writes every item; what the table did not take is sent again.
pub(super) async fn fill(client: &Client, table: &str, from: &Snapshot) -> Result<(), Off> {
    let put = |item| PutRequest::builder().set_item(Some(item)).build().map_err(wrong);
    let requests = from
        .attributes()?
        .into_iter()
        .map(|item| Ok(WriteRequest::builder().put_request(put(item)?).build()));
    let requests = requests.collect::<Result<Vec<_>, Off>>()?;
    for batch in requests.chunks(BATCH) {
        let mut left = batch.to_vec();
        for tried in 0..MOST_TRIES {
            let answer = client.batch_write_item().request_items(table, left).send().await;
            let answer =
                answer.map_err(|error| Off::wrong(format!("BatchWriteItem: {error:?}")))?;
            left = answer
                .unprocessed_items()
                .and_then(|left| left.get(table))
                .cloned()
                .unwrap_or_default();
            if left.is_empty() {
                break;
            }
            sleep(Duration::from_millis(50 << tried)).await;
        }
        journey::ensure(left.is_empty(), || format!("{table} did not take {} items", left.len()))?;
    }
    Ok(())
}

fn functions(outside: &Outside) -> Result<Vec<&str>, Off> {
    outside.environments.keys().map(|logical| outside.named(logical)).collect()
}
