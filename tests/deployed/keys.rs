//! Does the programs' door know a key at once, forget it at once, and hold it to its plan?

use gateway::{Gateway, GatewayKeyId};
use local_cloud::Cloud;
use reqwest::Response;
use tests::config;
use tokio::task::JoinSet;

use super::{doors, place::Place};

/// Far more than the ten at once that the free plan lets through.
const MANY: usize = 60;

struct Key {
    gateway: Gateway,
    id: GatewayKeyId,
    value: String,
}

impl Key {
    async fn of_the_free_plan(cloud: &Cloud) -> Self {
        let gateway = Gateway::new(&config(&cloud.addresses().services));
        let value = uuid::Uuid::new_v4().simple().to_string();
        let plan = &cloud.stack().resources["FreeUsagePlan"];
        let id = gateway.create_key("test", &value, plan, &[]).await.expect("a key");
        Self { gateway, id, value }
    }

    fn asks(&self, place: &Place) -> reqwest::RequestBuilder {
        place.get("/client/v1/health").header("x-api-key", &self.value)
    }
}

pub(super) async fn open_at_once_and_close_at_once(place: &Place, cloud: &Cloud) {
    let key = Key::of_the_free_plan(cloud).await;
    let answer = key.asks(place).send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 200);
    key.gateway.delete_key(&key.id).await.expect("deleted");
    doors::refused(key.asks(place), 401, "invalid_api_key").await;
    key.gateway.delete_key(&key.id).await.expect("safe to repeat");
}

pub(super) async fn are_throttled_by_their_plan(place: &Place, cloud: &Cloud) {
    let key = Key::of_the_free_plan(cloud).await;
    let requests: JoinSet<_> = (0..MANY).map(|_| key.asks(place).send()).collect();
    let answers: Vec<Response> =
        requests.join_all().await.into_iter().map(|answer| answer.expect("an answer")).collect();
    let (served, held): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.status().is_success());
    assert!(!served.is_empty() && !held.is_empty(), "{} of {MANY} were served", served.len());
    for answer in held {
        assert!(answer.headers().contains_key("retry-after"));
        doors::is_problem(answer, 429, "throttled").await;
    }
    key.gateway.delete_key(&key.id).await.expect("deleted");
}
