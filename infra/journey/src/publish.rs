//! How a developer brings a program to market: project, app, version, package, registry, marketplace.

use std::time::Duration;

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    http::{Hub, Off, ensure, text},
    package::Offer,
    people::Person,
};

pub async fn become_provider(developer: &Person) -> Result<(), Off> {
    let terms = json!({"terms_version": "2026-11"});
    developer.door().post("/users/me/provider", &terms, 200).await.map(drop)
}

/// The app's id, once it is on the market.
pub async fn publish(hub: &Hub, developer: &Person, offer: &Offer) -> Result<String, Off> {
    let door = developer.door();
    let about = json!({"name": offer.name, "description": offer.description});
    let project = door.post("/projects", &about, 201).await?;
    let path = format!("/projects/{}/release", text(&project, "/id")?);
    let tags: Vec<Value> = offer.tags.iter().map(|tag| json!({"name": tag})).collect();
    let released = door.post(&path, &json!({"type": offer.kind, "tags": tags}), 201).await?;
    let app = text(&released, "/quantum_app_id")?.to_owned();
    let path = format!("/quantum-apps/{app}/versions");
    let version = door.post(&path, &json!({"version_number": "1.0.0"}), 201).await?;
    let version = format!("{path}/{}", text(&version, "/id")?);
    let zip = offer.zip()?;
    upload(hub, developer, &version, &zip).await?;
    inspected(developer, &version).await?;
    let nothing = json!({});
    door.post(&format!("{version}/release"), &nothing, 200).await?;
    door.post(&format!("/quantum-apps/{app}/publish-registry"), &nothing, 200).await?;
    let price = json!({"amount": offer.rate, "currency": "USD"});
    let terms = json!({"price": price, "trial_enabled": true});
    door.post(&format!("/quantum-apps/{app}/publish-marketplace"), &terms, 201).await?;
    in_registry(hub, developer, &app, &zip).await?;
    Ok(app)
}

async fn upload(hub: &Hub, developer: &Person, version: &str, zip: &[u8]) -> Result<(), Off> {
    let announced = json!({"sha256": hex::encode(Sha256::digest(zip)), "bytes": zip.len()});
    let form = developer.door().post(&format!("{version}/upload"), &announced, 200).await?;
    let mut parts = Form::new();
    for (name, value) in form["fields"].as_object().into_iter().flatten() {
        parts = parts.text(name.clone(), value.as_str().unwrap_or_default().to_owned());
    }
    let parts = parts.part("file", Part::bytes(zip.to_vec()).file_name("package.zip"));
    let answer = hub.client.post(text(&form, "/url")?).multipart(parts).send().await;
    let answer =
        answer.map_err(|error| Off::wrong(format!("the upload got no answer: {error}")))?;
    ensure(answer.status().is_success(), || format!("the upload was answered {}", answer.status()))
}

async fn inspected(developer: &Person, version: &str) -> Result<(), Off> {
    for _ in 0..300 {
        let found = developer.door().get(version).await?;
        match text(&found, "/status")? {
            "DRAFT" => return Ok(()),
            "REJECTED" => {
                return Err(Off::wrong(format!("the package was rejected: {}", found["findings"])));
            }
            _ => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    Err(Off::wrong("the package was not inspected within 30 seconds"))
}

/// The registry shows the app, and gives the very package that was uploaded.
async fn in_registry(hub: &Hub, developer: &Person, app: &str, zip: &[u8]) -> Result<(), Off> {
    let listed = hub.public().get("/registry?limit=100").await?;
    let shown =
        listed["items"].as_array().is_some_and(|items| items.iter().any(|item| item["id"] == app));
    ensure(shown, || "the registry does not list the app".to_owned())?;
    hub.public().get(&format!("/registry/{app}")).await?;
    let download = developer
        .door()
        .post(&format!("/registry/download/{app}"), &Value::Object(Default::default()), 200)
        .await?;
    let answer = hub.client.get(text(&download, "/url")?).send().await;
    let bytes = async { answer?.bytes().await }.await;
    let bytes = bytes.map_err(|error| Off::wrong(format!("the download failed: {error}")))?;
    ensure(bytes[..] == *zip, || "the registry gives another package than was uploaded".to_owned())
}
