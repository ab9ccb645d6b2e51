//! A Braket of one test's own, so that what the test does to it reaches no other test.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use axum::body::Body;
use braket::Braket;
use http::Request;
use http_body_util::BodyExt;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use local_braket::{Cloud, Options, Server, Settings};
use serde_json::{Value, json};

use crate::services::{config, services};

/// Stops when dropped.
#[derive(Debug)]
pub struct LocalBraket {
    server: Server,
    data: Folder,
}

impl LocalBraket {
    /// With `settings` in place of the defaults, beside the S3 and EventBridge that all tests share.
    pub fn start(settings: Settings) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("quantum-hub-tests-{}-{number}", std::process::id());
        let data = Folder(std::env::temp_dir().join(name));
        let server = Server::start(options(&data, settings)).expect("a local Braket");
        Self { server, data }
    }

    /// Kills it and starts it again at the same address on the same tasks.
    pub fn restarted(self, settings: Settings) -> Self {
        let Self { server, data } = self;
        let listen = server.address();
        server.stop();
        let options = Options { listen, ..options(&data, settings) };
        Self { server: Server::start(options).expect("the same address"), data }
    }

    /// The hub's own edge to it.
    pub fn edge(&self) -> Braket {
        Braket::new(&config(&self.address()))
    }

    pub fn address(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// Changes some settings and leaves the others.
    pub async fn change(&self, settings: Value) {
        self.call("PUT", "/_local/settings", &settings).await;
    }

    /// Answers the next `times` creations of a task with this status, before or after they had their effect.
    pub async fn fail_creations(&self, status: u16, error: &str, after_effect: bool, times: u32) {
        let fault = json!({
            "operation": "CreateQuantumTask", "status": status, "error": error,
            "message": "Told by the test.", "after_effect": after_effect, "times": times,
        });
        self.call("POST", "/_local/faults", &fault).await;
    }

    /// Every task a search shows, as it stands.
    pub async fn tasks(&self) -> Vec<Value> {
        let answer = self.call("POST", "/quantum-tasks", &json!({"filters": []})).await;
        answer["quantumTasks"].as_array().expect("tasks").clone()
    }

    async fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let scope = format!("test/20261120/{}/braket/aws4_request", local_cloud::REGION);
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.address()))
            .header("authorization", format!("AWS4-HMAC-SHA256 Credential={scope}, Signature=0"))
            .body(Body::from(body.to_string()))
            .expect("a request");
        let client = Client::builder(TokioExecutor::new()).build_http();
        let (parts, body) = client.request(request).await.expect("an answer").into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        assert!(parts.status.is_success(), "{method} {path}: {bytes:?}");
        serde_json::from_slice(&bytes).unwrap_or(Value::Null)
    }
}

fn options(data: &Folder, settings: Settings) -> Options {
    let cloud = Cloud {
        endpoint_url: services().addresses().services.clone(),
        region: local_cloud::REGION.to_owned(),
        access_key_id: local_cloud::ACCESS_KEY.to_owned(),
        secret_access_key: local_cloud::SECRET_KEY.to_owned(),
    };
    Options { settings, ..Options::new(data.0.clone(), cloud) }
}

#[derive(Debug)]
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
