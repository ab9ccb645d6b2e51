//! Packages as developers make them, and their way through upload, inspection and release.

use std::{collections::BTreeMap, io::Write};

use axum::body::Body;
use files::{Sha256Digest, UploadKey};
use http::Request;
use http_body_util::BodyExt;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::{Value, json};
use worker::process;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{Stack, User};

const BELL: &str = "OPENQASM 3.0;
input angle theta;
qubit[2] q;
bit[2] b;
ry(theta) q[0];
cnot q[0], q[1];
b = measure q;
";
const BOUNDARY: &str = "form-data-of-a-test";

/// The files of a package before they are packed.
#[derive(Clone, Debug)]
pub struct Folder {
    files: BTreeMap<String, Vec<u8>>,
    manifest: Value,
}

/// An app with one released version.
#[derive(Clone, Debug)]
pub struct Released {
    pub app: String,
    pub version: String,
}

impl Folder {
    /// An entangled pair with an angle as its input.
    pub fn bell(version: &str) -> Self {
        let files = BTreeMap::from([
            ("bell.qasm".to_owned(), BELL.as_bytes().to_vec()),
            ("README.md".to_owned(), b"# Bell pairs\n".to_vec()),
        ]);
        let manifest = json!({
            "name": "Bell pairs", "version": version, "program": "bell.qasm",
            "input_schema": {"type": "object", "properties": {"theta": {"type": "number"}}, "required": ["theta"]},
            "defaults": {"device": "hub-simulator", "shots": 1000}
        });
        Self { files, manifest }
    }

    pub fn with(mut self, name: &str, content: &str) -> Self {
        self.files.insert(name.to_owned(), content.as_bytes().to_vec());
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.files.remove(name);
        self
    }

    /// With this program and a schema of no inputs.
    pub fn program(self, source: &str) -> Self {
        self.with("bell.qasm", source).says("input_schema", json!({"type": "object"}))
    }

    /// Sets a member of `quantum-app.json`.
    pub fn says(mut self, member: &str, value: Value) -> Self {
        self.manifest[member] = value;
        self
    }

    pub fn zip(&self) -> Vec<u8> {
        let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let manifest = self.manifest.to_string().into_bytes();
        let files = self.files.iter().map(|(name, content)| (name.as_str(), content));
        for (name, content) in [("quantum-app.json", &manifest)].into_iter().chain(files) {
            zip.start_file(name, SimpleFileOptions::default()).expect("a name");
            zip.write_all(content).expect("written");
        }
        zip.finish().expect("a zip").into_inner()
    }
}

impl Stack {
    /// A new app of this developer; its path.
    pub async fn app(&self, developer: &User, name: &str) -> String {
        let request = json!({"name": name, "type": "EDUCATION", "tags": [{"name": "bell"}]});
        let app = developer.post("/quantum-apps", request).await.expect(201);
        format!("/quantum-apps/{}", app["id"].as_str().expect("an id"))
    }

    /// A draft version of the app; its path.
    pub async fn draft(&self, developer: &User, app: &str, number: &str) -> String {
        let request = json!({"version_number": number});
        let version = developer.post(&format!("{app}/versions"), request).await.expect(201);
        format!("{app}/versions/{}", version["id"].as_str().expect("an id"))
    }

    /// A form for these bytes.
    pub async fn form(&self, developer: &User, version: &str, bytes: &[u8]) -> Value {
        developer.post(&format!("{version}/upload"), announced(bytes)).await.expect(200)
    }

    /// Uploads as a browser would; the status S3 answers.
    pub async fn send_form(&self, form: &Value, bytes: &[u8]) -> u16 {
        let mut body = Vec::new();
        for (name, value) in form["fields"].as_object().expect("fields") {
            let value = value.as_str().expect("text");
            let head = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            body.extend(head.into_bytes());
        }
        let file = "Content-Disposition: form-data; name=\"file\"; filename=\"package.zip\"\r\nContent-Type: application/zip";
        body.extend(format!("--{BOUNDARY}\r\n{file}\r\n\r\n").into_bytes());
        body.extend_from_slice(bytes);
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
        let request = Request::post(form["url"].as_str().expect("a url"))
            .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
            .body(Body::from(body))
            .expect("a request");
        self.exchange(request).await.0
    }

    /// What lies behind a link.
    pub async fn follow(&self, link: &str) -> (u16, http::HeaderMap, Vec<u8>) {
        self.exchange(Request::get(link).body(Body::empty()).expect("a request")).await
    }

    async fn exchange(&self, request: Request<Body>) -> (u16, http::HeaderMap, Vec<u8>) {
        let client = Client::builder(TokioExecutor::new()).build_http();
        let (parts, body) = client.request(request).await.expect("an answer").into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes().to_vec();
        (parts.status.as_u16(), parts.headers, bytes)
    }

    /// Hands the inspection a message; whether it is done with it.
    pub async fn notify(&self, body: &str) -> bool {
        let batch = json!({"Records": [{"messageId": "m1", "body": body}]});
        let batch = serde_json::from_value(batch).expect("an SQS event");
        process(&self.functions().inspect_package, batch, inspect_package::handle).await.is_clean()
    }

    /// Tells the inspection that the form's object arrived.
    pub async fn arrived(&self, form: &Value) {
        assert!(self.notify(&notification(form["fields"]["key"].as_str().expect("a key"))).await);
    }

    /// Whether the upload still lies where it was posted to.
    pub async fn is_uploaded(&self, form: &Value) -> bool {
        let key: UploadKey =
            form["fields"]["key"].as_str().and_then(|key| key.parse().ok()).expect("a key");
        self.functions().packages.upload_size(&key).await.expect("an answer").is_some()
    }

    /// The bytes of a picture under its key, as long as it lies where it was posted to.
    pub async fn avatar_upload_size(&self, key: &str) -> Option<u64> {
        let key = key.parse().expect("a key of ours");
        self.functions().avatars.upload_size(&key).await.expect("an answer")
    }

    /// Announces, uploads and inspects; the version as it stands then.
    pub async fn upload(&self, developer: &User, version: &str, bytes: &[u8]) -> Value {
        let form = self.form(developer, version, bytes).await;
        assert_eq!(self.send_form(&form, bytes).await, 204);
        self.arrived(&form).await;
        developer.get(version).await.expect(200)
    }

    /// A new app with a version that passed inspection and was released.
    pub async fn released(&self, developer: &User, name: &str, number: &str) -> Released {
        let app = self.app(developer, name).await;
        let version = self.release(developer, &app, &Folder::bell(number), number).await;
        Released { app, version }
    }

    /// A further version of the app, released; its path.
    pub async fn release(
        &self,
        developer: &User,
        app: &str,
        folder: &Folder,
        number: &str,
    ) -> String {
        let version = self.draft(developer, app, number).await;
        let inspected = self.upload(developer, &version, &folder.zip()).await;
        assert_eq!(inspected["status"], "DRAFT", "{inspected:#}");
        developer.post(&format!("{version}/release"), json!({})).await.expect(200);
        version
    }
}

/// What is said of a package before its upload.
pub fn announced(bytes: &[u8]) -> Value {
    json!({"sha256": Sha256Digest::of(bytes).to_string(), "bytes": bytes.len()})
}

/// What S3 sends when an object was created.
pub fn notification(key: &str) -> String {
    let sample = include_str!("../../events/inspect-package.json");
    let event: Value = serde_json::from_str(sample).expect("the sample is JSON");
    let body = event["Records"][0]["body"].as_str().expect("a body");
    let mut body: Value = serde_json::from_str(body).expect("the body is JSON");
    body["Records"][0]["s3"]["object"]["key"] = key.into();
    body.to_string()
}
