//! Does the programs' door know a key at once and forget it at once, however many there are beyond its own?

use aws_sdk_apigateway::Client;
use journey::people::{self, Person};
use local_cloud::Cloud;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tests::config;
use tokio::task::JoinSet;

use super::{doors, place::Place};

/// Keys that the template gives the gateway: it makes no others.
const OF_THE_GATEWAY: usize = 12;
/// As many as one user may have.
const OF_A_USER: usize = 20;
/// Far more than the ten at once that the free plan lets through.
const MANY: usize = 60;

struct Owner<'p> {
    place: &'p Place,
    person: Person,
}

impl<'p> Owner<'p> {
    async fn arrives(place: &'p Place) -> Self {
        let person = people::arrive(&place.hub(), "consumer").await.expect("a new user");
        Self { place, person }
    }

    async fn make(&self, request: &Value) -> Value {
        self.person.door().post("/api-keys", request, 201).await.expect("a key")
    }

    async fn revoke(&self, key: &Value) {
        let path = format!("/api-keys/{}", key["id"].as_str().expect("an id"));
        let (status, body) =
            self.person.door().ask(Method::DELETE, &path, None).await.expect("an answer");
        assert_eq!(status, 204, "{body}");
    }

    async fn rotate(&self, key: &Value, grace_seconds: u64) -> Value {
        let path = format!("/api-keys/{}/rotate", key["id"].as_str().expect("an id"));
        let grace = json!({"grace_seconds": grace_seconds});
        self.person.door().post(&path, &grace, 201).await.expect("a key")
    }

    /// A request that needs the table.
    fn asks(&self, key: &Value) -> RequestBuilder {
        let key = key["key"].as_str().expect("the key itself");
        self.place.get("/client/v1/jobs").header("x-api-key", key)
    }

    async fn is_served(&self, key: &Value) {
        let answer = self.asks(key).send().await.expect("an answer");
        let status = answer.status().as_u16();
        assert_eq!(status, 200, "{}", answer.text().await.unwrap_or_default());
    }
}

/// The ids of the gateway's own keys.
async fn held_by_the_gateway(cloud: &Cloud) -> Vec<String> {
    let gateway = Client::new(&config(&cloud.addresses().services));
    let held = gateway.get_api_keys().limit(500).send().await.expect("the gateway's keys");
    let mut ids: Vec<_> = held.items().iter().filter_map(|key| key.id.clone()).collect();
    ids.sort();
    ids
}

pub(super) async fn are_as_many_as_users_want_on_a_few_of_the_gateway(
    place: &Place,
    cloud: &Cloud,
) {
    let before = held_by_the_gateway(cloud).await;
    assert_eq!(before.len(), OF_THE_GATEWAY);
    let owner = Owner::arrives(place).await;
    let mut keys = Vec::new();
    for n in 0..OF_A_USER {
        keys.push(owner.make(&json!({"name": format!("key {n}")})).await);
    }
    for key in &keys {
        owner.is_served(key).await;
    }
    assert_eq!(held_by_the_gateway(cloud).await, before);
    owner.revoke(&keys[0]).await;
    // the door's own words: a function would say that the key was revoked
    doors::refused(owner.asks(&keys[0]), 401, "invalid_api_key").await;
    owner.is_served(&keys[1]).await;
    assert_eq!(held_by_the_gateway(cloud).await, before);
}

pub(super) async fn are_replaced_with_both_live_for_the_grace(place: &Place) {
    let owner = Owner::arrives(place).await;
    let first = owner.make(&json!({"name": "ci"})).await;
    let second = owner.rotate(&first, 3600).await;
    owner.is_served(&first).await;
    owner.is_served(&second).await;
    let third = owner.rotate(&second, 0).await;
    for ended in [&first, &second] {
        doors::refused(owner.asks(ended), 401, "invalid_api_key").await;
    }
    owner.is_served(&third).await;
}

/// This machine's own network, as the gateway tells it, and another.
pub(super) async fn are_used_from_their_networks_alone(place: &Place) {
    let owner = Owner::arrives(place).await;
    let bound = |networks: &[&str]| json!({"name": "ci", "allowed_addresses": networks});
    let here = owner.make(&bound(&["127.0.0.0/8"])).await;
    owner.is_served(&here).await;
    let elsewhere = owner.make(&bound(&["203.0.113.0/24"])).await;
    doors::refused(owner.asks(&elsewhere), 403, "address_not_allowed").await;
}

/// The door's own throttle is a net far above: each key is held to its plan behind it.
pub(super) async fn are_held_to_their_plan_behind_the_net(place: &Place) {
    let owner = Owner::arrives(place).await;
    let key = owner.make(&json!({"name": "ci"})).await;
    let requests: JoinSet<_> = (0..MANY).map(|_| owner.asks(&key).send()).collect();
    let answers: Vec<Response> =
        requests.join_all().await.into_iter().map(|answer| answer.expect("an answer")).collect();
    let (served, held): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.status().is_success());
    assert!(served.len() >= 10 && !held.is_empty(), "{} of {MANY} were served", served.len());
    for answer in held {
        assert!(answer.headers().contains_key("retry-after"));
        doors::is_problem(answer, 429, "too_many_requests").await;
    }
}
