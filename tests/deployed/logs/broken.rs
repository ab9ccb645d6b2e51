//! What is logged when things break inside while somebody's secrets are at work: parts of the cloud are taken away.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sesv2::types::MailType;
use local_cloud::Cloud;
use serde_json::json;
use tests::{config, notification};

use super::{
    journey::{Done, wait_for},
    line,
    visit::{Account, Visit, Who, fresh},
};
use crate::deployed::place::Place;

/// Answers how many requests met a failure of ours.
pub(super) async fn all(visit: &Visit, place: &Place, cloud: &Cloud, done: &Done) -> usize {
    let before = visit.asked().len();
    with_messages_of_nobody(visit, place, cloud).await;
    with_an_account_that_cannot_be_read(visit, cloud, done).await;
    without_mail(visit, cloud).await;
    without_a_queue(visit, cloud, done).await;
    without_users(visit, cloud, done).await;
    without_a_table(visit, cloud, done).await;
    visit.asked()[before..].iter().filter(|asked| asked.status >= 500).count()
}

/// Messages that no function of ours sends: each is told of and left.
async fn with_messages_of_nobody(visit: &Visit, place: &Place, cloud: &Cloud) {
    let sqs = aws_sdk_sqs::Client::new(&config(&cloud.addresses().services));
    let planted = visit.plant("a message");
    let detail = json!({"detail-type": "Braket Task State Change", "detail": planted});
    for (queue, body) in [
        ("SimulationSmallQueue", planted.clone()),
        ("SimulationMediumQueue", json!({"job_id": planted}).to_string()),
        ("QuantumTaskQueue", json!({"job_id": {"of": planted}}).to_string()),
        ("SettlementQueue", detail.to_string()),
        ("InspectionQueue", notification(&format!("uploads/{planted}"))),
        ("InspectionQueue", json!({"Records": planted}).to_string()),
    ] {
        let url = &cloud.stack().resources[queue];
        sqs.send_message().queue_url(url).message_body(body).send().await.expect("sent");
    }
    wait_for("word of the messages", async || {
        let lines = line::read(&place.logs());
        let failed = lines.iter().filter(|line| line.says("message") == "message failed").count();
        (failed >= 5).then_some(())
    })
    .await;
}

/// Somebody's hand in the table put an address where a word of ours belongs.
async fn with_an_account_that_cannot_be_read(visit: &Visit, cloud: &Cloud, done: &Done) {
    let dynamodb = aws_sdk_dynamodb::Client::new(&config(&cloud.addresses().dynamodb));
    let table = &cloud.stack().resources["Table"];
    let email = done.developer.account.email.to_lowercase();
    let items = dynamodb.scan().table_name(table).send().await.expect("the items");
    let is_account = |item: &&std::collections::HashMap<String, AttributeValue>| {
        let is = |name: &str, value: &str| {
            item.get(name).and_then(|found| found.as_s().ok()).is_some_and(|found| found == value)
        };
        is("type", "User") && is("email", &email)
    };
    let mut item = items.items().iter().find(is_account).expect("the account").clone();
    item.insert("status".to_owned(), AttributeValue::S(email));
    dynamodb.put_item().table_name(table).set_item(Some(item)).send().await.expect("written");
    visit.get(&done.developer.who, "/auth/me").await.expect(500);
}

/// An account of AWS that may only mail to addresses of its own; what SES says names the others.
async fn without_mail(visit: &Visit, cloud: &Cloud) {
    let ses = aws_sdk_sesv2::Client::new(&config(&cloud.addresses().services));
    let details = ses.put_account_details().mail_type(MailType::Transactional);
    let details = details.website_url("https://hub.example").production_access_enabled(false);
    details.send().await.expect("put");
    let account = Account::new(visit, "unmailed");
    visit.post(&Who::Nobody, "/auth/register", account.registration()).await.expect(500);
    let again = json!({"email": account.email});
    visit.post(&Who::Nobody, "/auth/verify/resend", again).await.expect(202);
}

/// A job that is accepted and cannot be sent to its queue.
async fn without_a_queue(visit: &Visit, cloud: &Cloud, done: &Done) {
    let sqs = aws_sdk_sqs::Client::new(&config(&cloud.addresses().services));
    let url = &cloud.stack().resources["QuantumTaskQueue"];
    sqs.delete_queue().queue_url(url).send().await.expect("deleted");
    let job = json!({
        "device_id": "amazon-sv1", "shots": 10, "input": {"theta": 0.7}, "run_mode": "NON_BLOCKING",
        "tags": [visit.plant("a job's tag")]
    });
    visit.post(&Who::Program(done.key.clone()), "/jobs", job).await.expect(202);
}

async fn without_users(visit: &Visit, cloud: &Cloud, done: &Done) {
    let cognito =
        aws_sdk_cognitoidentityprovider::Client::new(&config(&cloud.addresses().services));
    let resource = |name: &str| cloud.stack().resources[name].clone();
    let delete = cognito.delete_user_pool_client().user_pool_id(resource("UserPool"));
    delete.client_id(resource("UserPoolClient")).send().await.expect("deleted");
    let account = &done.customer.account;
    let login = json!({"login": account.username, "password": account.password});
    visit.post(&Who::Nobody, "/auth/login", login).await.expect(500);
    let refresh = json!({"refresh_token": done.customer.refresh_token});
    visit.post(&Who::Nobody, "/auth/refresh", refresh).await.expect(500);
}

async fn without_a_table(visit: &Visit, cloud: &Cloud, done: &Done) {
    let dynamodb = aws_sdk_dynamodb::Client::new(&config(&cloud.addresses().dynamodb));
    let table = &cloud.stack().resources["Table"];
    dynamodb.delete_table().table_name(table).send().await.expect("deleted");
    let nobody = &Who::Nobody;
    let customer = &done.customer;
    for path in ["/auth/me", "/jobs", "/bills", "/projects", "/subscriptions"] {
        let answer = visit.get(&customer.who, path).await;
        assert!(answer.asked.status >= 500, "{}: {}", answer.asked.what, answer.asked.status);
    }
    let late = Account::new(visit, "late");
    visit.post(nobody, "/auth/register", late.registration()).await;
    let login = json!({"login": customer.account.email, "password": customer.account.password});
    visit.post(nobody, "/auth/login", login).await;
    let token = visit.secret("a token of a link", &[fresh(), fresh()].concat());
    visit.get(nobody, &format!("/auth/verify/{token}")).await;
    let job = json!({"device_id": "amazon-sv1", "shots": 10, "input": {"theta": 0.7}});
    visit.post(&Who::Program(done.key.clone()), "/jobs", job).await;
    let name = visit.plant("a key's name");
    let keys = format!("/subscriptions/{}/keys", done.subscription);
    visit.post(&customer.who, &keys, json!({"name": name})).await;
}
