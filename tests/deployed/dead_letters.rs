//! Does a message that no function takes travel from its queue to an administrator, and back when it is redriven?

use aws_sdk_sqs::{
    Client,
    types::{MessageAttributeValue, QueueAttributeName::VisibilityTimeout},
};
use clock::Clock;
use domain::{UserId, account::Role};
use local_cloud::Cloud;
use reqwest::Method;
use serde_json::{Value, json};
use store::{Table, accounts::subject};
use tests::config;

use super::{logs::journey::wait_for, place::Place};

const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// Seconds until a failed message comes again, here where nothing else is in the queue.
const SOON: &str = "1";

pub(super) async fn travel_to_the_table_and_back(place: &Place, cloud: &Cloud) {
    let grace = Administrator::of(place, cloud).await;
    let sqs = Client::new(&config(&cloud.addresses().services));
    let url = &cloud.stack().outputs["SettlementQueueUrl"];
    let asked = sqs.get_queue_attributes().queue_url(url).attribute_names(VisibilityTimeout);
    let before = asked.send().await.expect("a queue").attributes.expect("attributes");
    hide_for(&sqs, url, SOON).await;
    let trace = MessageAttributeValue::builder().data_type("String").string_value(TRACEPARENT);
    let sent = sqs.send_message().queue_url(url).message_body("poison");
    let sent = sent.message_attributes("traceparent", trace.build().expect("a value"));
    let id = sent.send().await.expect("sent").message_id.expect("an id");

    let letter = grace.letter(|letter| letter["message_id"] == id.as_str()).await;
    assert_eq!(letter["source"], "SETTLEMENT");
    assert_eq!(letter["reason"]["kind"], "UNREADABLE", "{letter:#}");
    assert!(letter["reason"]["request_id"].is_string(), "{letter:#}");
    let path = format!("/dead-letters/{}", letter["id"].as_str().expect("an id"));
    let whole = grace.ask(Method::GET, &path).await;
    assert_eq!(whole["body"], "poison");
    assert_eq!(whole["attributes"][0]["value"], TRACEPARENT);

    let redriven = grace.ask(Method::POST, &format!("{path}/redrive")).await;
    assert_eq!(redriven["state"], "REDRIVEN");
    // nobody has mended anything, so that it is given up once more
    let again = grace.letter(|letter| letter["message_id"] != id.as_str()).await;
    assert_eq!((&again["source"], &again["bytes"]), (&letter["source"], &letter["bytes"]));
    hide_for(&sqs, url, &before[&VisibilityTimeout]).await;
}

async fn hide_for(sqs: &Client, url: &str, seconds: &str) {
    let request = sqs.set_queue_attributes().queue_url(url);
    request.attributes(VisibilityTimeout, seconds).send().await.expect("a queue");
}

struct Administrator<'p> {
    place: &'p Place,
    token: String,
}

impl<'p> Administrator<'p> {
    /// Registers like anyone, and is made one in the table.
    async fn of(place: &'p Place, cloud: &Cloud) -> Self {
        let random = uuid::Uuid::new_v4().simple().to_string();
        let (username, password) = (format!("grace-{}", &random[..8]), format!("{random}aA1"));
        let email = format!("{username}@example.com");
        let account = json!({
            "username": username, "email": email, "password": password, "full_name": "Grace Hopper"
        });
        let mut grace = Self { place, token: String::new() };
        grace.say("/auth/register", &account).await;
        let link = wait_for("a mail with a link", async || {
            let mails = place.get(&format!("/mail.json?to={email}")).send().await.ok()?;
            let mails: Value = mails.json().await.ok()?;
            let mut words = mails[0]["text"].as_str()?.split_whitespace();
            words.find_map(|word| word.split_once("/v1/auth/verify/")).map(|(_, it)| it.to_owned())
        });
        grace.ask(Method::GET, &format!("/auth/verify/{}", link.await)).await;
        let login = json!({"login": username, "password": password});
        let session = grace.say("/auth/login", &login).await;
        grace.token = session["access_token"].as_str().expect("a token").to_owned();
        let me = grace.ask(Method::GET, "/auth/me").await;
        let id: UserId = me["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        let dynamodb = config(&cloud.addresses().dynamodb);
        let table = Table::new(&dynamodb, &cloud.stack().outputs["TableName"], Clock::system());
        let mut stands = table.get(&subject(id)).await.expect("read").expect("a user");
        stands.roles.push(Role::Admin);
        table.save(stands).await.expect("saved");
        grace
    }

    /// The first open letter that fits, once there is one.
    async fn letter(&self, fits: impl Fn(&Value) -> bool) -> Value {
        wait_for("a dead letter", async || {
            let page = self.ask(Method::GET, "/dead-letters").await;
            page["items"].as_array().expect("items").iter().find(|letter| fits(letter)).cloned()
        })
        .await
    }

    async fn ask(&self, method: Method, path: &str) -> Value {
        self.send(method, path, &json!({})).await
    }

    async fn say(&self, path: &str, body: &Value) -> Value {
        self.send(Method::POST, path, body).await
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> Value {
        let mut request = self.place.request(method.clone(), &format!("/v1{path}"));
        if method == Method::POST {
            let key = uuid::Uuid::new_v4().to_string();
            request = request.header("Idempotency-Key", key).json(body);
        }
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        let body = answer.text().await.expect("a body");
        assert!(status.is_success(), "{path}: {status} {body}");
        serde_json::from_str(&body).unwrap_or(Value::Null)
    }
}
