//! How do apps come to market, and at which stage is one for each operation?

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    Failure,
    functions::function,
    hub::{Ask, Hub, Reply},
    load::event::Door,
};

use super::{ANY, DEVELOPER, Scene, clean, message, package};

impl Scene {
    pub(super) async fn shop(&mut self, hub: &Hub) -> Result<(), Failure> {
        let developer = self.door(DEVELOPER)?.clone();
        let terms = json!({"terms_version": "2026-11"});
        post(hub, &developer, "/users/me/provider", terms, 200).await?;
        self.projects(hub, &developer).await?;
        for operation in [ANY, "subscribeToApp"] {
            let app = published(hub, &developer).await?;
            self.put(operation, "app_id", app.clone());
            if operation == ANY {
                self.put("getMarketplaceApp", "app_id", app);
            }
        }
        for operation in ["publishToRegistry", "publishToMarketplace"] {
            let app = released(hub, &developer).await?;
            self.put(operation, "app_id", app);
        }
        self.versions(hub, &developer).await?;
        let sale = json!({"price": {"amount": "0.05", "currency": "USD"}, "trial_enabled": true});
        for (operation, body) in [
            ("createProject", json!({"name": "Bell pairs"})),
            ("updateProject", json!({"name": "Bell pairs and more"})),
            ("releaseProject", json!({"type": "EDUCATION"})),
            ("createQuantumApp", about()),
            ("createAppVersion", json!({"version_number": "2.0.0", "release_notes": "More."})),
            ("publishToRegistry", json!({})),
            ("publishToMarketplace", sale),
            ("releaseAppVersion", json!({})),
            ("uploadPackage", announced(&package::zip("1.1.0")?)),
        ] {
            self.bodies.insert(operation, body);
        }
        Ok(())
    }

    async fn projects(&mut self, hub: &Hub, developer: &Door) -> Result<(), Failure> {
        for operation in [ANY, "updateProject", "releaseProject", "deleteProject"] {
            let body = json!({"name": "Bell pairs"});
            let project = post(hub, developer, "/projects", body, 201).await?;
            self.put(operation, "project_id", project.text("/id")?);
        }
        Ok(())
    }

    /// Drafts of a published app: one to be uploaded to, one to be released.
    async fn versions(&mut self, hub: &Hub, developer: &Door) -> Result<(), Failure> {
        let app = format!("/quantum-apps/{}", self.place(ANY, "app_id")?);
        let draft = version(hub, developer, &app, "1.1.0").await?;
        self.put(ANY, "version_id", last(&draft));
        let ready = version(hub, developer, &app, "1.2.0").await?;
        upload(hub, developer, &ready, "1.2.0").await?;
        self.put("releaseAppVersion", "version_id", last(&ready));
        Ok(())
    }
}

fn about() -> Value {
    json!({"name": "GHZ states", "description": "All 0 or all 1.", "type": "EDUCATION",
        "tags": [{"name": "bell"}, {"name": "ghz"}]})
}

/// An app in the registry and on the market.
async fn published(hub: &Hub, developer: &Door) -> Result<String, Failure> {
    let app = released(hub, developer).await?;
    post(hub, developer, &format!("/quantum-apps/{app}/publish-registry"), json!({}), 200).await?;
    let terms = json!({"price": {"amount": "0.05", "currency": "USD"}, "trial_enabled": true});
    post(hub, developer, &format!("/quantum-apps/{app}/publish-marketplace"), terms, 201).await?;
    Ok(app)
}

/// An app with a released version.
async fn released(hub: &Hub, developer: &Door) -> Result<String, Failure> {
    let app = post(hub, developer, "/quantum-apps", about(), 201).await?.text("/id")?;
    let version = version(hub, developer, &format!("/quantum-apps/{app}"), "1.0.0").await?;
    upload(hub, developer, &version, "1.0.0").await?;
    post(hub, developer, &format!("{version}/release"), json!({}), 200).await?;
    Ok(app)
}

/// A new version's path.
async fn version(hub: &Hub, developer: &Door, app: &str, number: &str) -> Result<String, Failure> {
    let path = format!("{app}/versions");
    let version = post(hub, developer, &path, json!({"version_number": number}), 201).await?;
    Ok(format!("{path}/{}", version.text("/id")?))
}

/// Uploads as a browser would, and has it inspected.
async fn upload(hub: &Hub, developer: &Door, version: &str, number: &str) -> Result<(), Failure> {
    let zip = package::zip(number)?;
    let form = post(hub, developer, &format!("{version}/upload"), announced(&zip), 200).await?;
    let mut parts = Form::new();
    for (name, value) in form.body["fields"].as_object().into_iter().flatten() {
        parts = parts.text(name.clone(), value.as_str().unwrap_or_default().to_owned());
    }
    let parts = parts.part("file", Part::bytes(zip).file_name("package.zip"));
    let to = form.text("/url")?;
    hub.http().post(to).multipart(parts).send().await?.error_for_status()?;
    inspect(hub, &form.text("/fields/key")?).await?;
    let inspected = hub.send(&Ask::new(developer, "GET", version)).await?.expect(200)?;
    if inspected.body["status"] == "DRAFT" {
        return Ok(());
    }
    Err(format!("the package did not pass inspection: {}", inspected.body).into())
}

/// Tells the inspection that an upload arrived.
async fn inspect(hub: &Hub, key: &str) -> Result<(), Failure> {
    let sample = include_str!("../../../../events/inspect-package.json");
    let event: Value = serde_json::from_str(sample)?;
    let body = event["Records"][0]["body"].as_str().ok_or("the sample has no message")?;
    let mut body: Value = serde_json::from_str(body)?;
    body["Records"][0]["s3"]["object"]["key"] = key.into();
    let inspection = function("inspect-package").ok_or("uploads go to inspect-package")?;
    let event = message(sample, &body.to_string())?;
    let (answer, _) = hub.invoke(inspection, event.into()).await?;
    clean("inspect-package", &answer.payload)
}

fn announced(zip: &[u8]) -> Value {
    json!({"sha256": hex::encode(Sha256::digest(zip)), "bytes": zip.len()})
}

async fn post(
    hub: &Hub,
    door: &Door,
    path: &str,
    body: Value,
    status: u16,
) -> Result<Reply, Failure> {
    hub.send(&Ask::new(door, "POST", path).saying(body).once()).await?.expect(status)
}

fn last(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}
