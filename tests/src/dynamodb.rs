//! A DynamoDB of a test's own: in memory, over the wire, with the table as the template has it.

use aws_sdk_dynamodb::{
    Client,
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
        Projection, ProjectionType, ScalarAttributeType,
    },
};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::services::config;

pub struct DynamoDb {
    pub config: aws_config::SdkConfig,
    pub client: Client,
    server: JoinHandle<()>,
}

impl Drop for DynamoDb {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl DynamoDb {
    /// The name of its one table.
    pub const TABLE: &'static str = "hub";

    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let database = dynoxide::Database::memory().expect("memory");
        let server = tokio::spawn(async move {
            dynoxide::server::serve_on(listener, database).await;
        });
        let config = config(&format!("http://{address}"));
        let client = Client::new(&config);
        create_table(&client).await;
        Self { config, client, server }
    }

    /// Every item as one line of text, sorted: what a refused request must leave as it was.
    pub async fn items(&self) -> Vec<String> {
        let mut pages = self.client.scan().table_name(Self::TABLE).into_paginator().items().send();
        let mut items = Vec::new();
        while let Some(item) = pages.next().await {
            let item: serde_json::Value =
                serde_dynamo::from_item(item.expect("a page")).expect("plain attributes");
            items.push(item.to_string());
        }
        items.sort_unstable();
        items
    }
}

async fn create_table(client: &Client) {
    let key = |name: &str, kind| {
        KeySchemaElement::builder().attribute_name(name).key_type(kind).build().expect("complete")
    };
    let keys = |partition: &str, sort: &str| {
        vec![key(partition, KeyType::Hash), key(sort, KeyType::Range)]
    };
    let index = |name: &str, partition: &str, sort: &str, projection| {
        GlobalSecondaryIndex::builder()
            .index_name(name)
            .set_key_schema(Some(keys(partition, sort)))
            .projection(Projection::builder().projection_type(projection).build())
            .build()
            .expect("complete")
    };
    let attributes = ["pk", "sk", "gsi1pk", "gsi1sk", "due_pk", "due_sk"].map(|name| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S)
            .build()
            .expect("complete")
    });
    client
        .create_table()
        .table_name(DynamoDb::TABLE)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(attributes.into()))
        .set_key_schema(Some(keys("pk", "sk")))
        .global_secondary_indexes(index("gsi1", "gsi1pk", "gsi1sk", ProjectionType::All))
        .global_secondary_indexes(index("due", "due_pk", "due_sk", ProjectionType::KeysOnly))
        .send()
        .await
        .expect("a table");
}
