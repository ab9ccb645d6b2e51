//! How a version is described and shown, and how its package is uploaded.

use std::collections::BTreeMap;

use api::views::Package;
use domain::{
    AppId, Moment, VersionId,
    field::{MAX_SENTENCE, plain},
    shape::{self, MAX_FILE_PATH},
    version::{self, Details, Finding, Sdk, VersionStatus},
};
use files::Upload;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A version of an app.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01a1ee50-4380-7d84-9c3a-6e1b4f8d2a57", "quantum_app_id": "01a1ee19-5500-7b63-8e2d-3f7a1c9b5d48",
    "version_number": "1.0.0", "sdk_used": "OPENQASM", "release_notes": "The first one.", "status": "REJECTED",
    "is_latest": false,
    "findings": [{"code": "program_invalid", "detail": "unknown gate 'hh': define it, or use h",
        "file": "bell.qasm", "line": 4, "column": 1}],
    "created_at": "2026-11-18T11:00:00.000Z", "updated_at": "2026-11-18T12:00:00.000Z"
}))]
pub struct AppVersion {
    #[serde(flatten)]
    pub summary: AppVersionSummary,
    /// What is wrong with the package that was inspected last; empty where it passed.
    #[schema(max_items = 50)]
    pub findings: Vec<PackageFinding>,
    /// What inspection learned of the package; absent until one passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<Package>,
}

impl AppVersion {
    pub fn new(version: &version::AppVersion, latest: Option<VersionId>) -> Self {
        Self {
            summary: AppVersionSummary::new(version, latest),
            findings: version.findings.iter().map(PackageFinding::from).collect(),
            package: version.package.as_ref().map(Package::from),
        }
    }
}

/// A version of an app, in short.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01a1ee50-4380-7d84-9c3a-6e1b4f8d2a57", "quantum_app_id": "01a1ee19-5500-7b63-8e2d-3f7a1c9b5d48",
    "version_number": "1.0.0", "sdk_used": "OPENQASM", "release_notes": "The first one.", "status": "RELEASED",
    "is_latest": true, "released_at": "2026-11-18T12:00:00.000Z",
    "created_at": "2026-11-18T11:00:00.000Z", "updated_at": "2026-11-18T12:00:00.000Z"
}))]
pub struct AppVersionSummary {
    pub id: VersionId,
    pub quantum_app_id: AppId,
    /// Semantic version.
    #[schema(value_type = shape::VersionNumber)]
    pub version_number: String,
    pub sdk_used: Sdk,
    #[schema(value_type = shape::Prose)]
    pub release_notes: String,
    pub status: VersionStatus,
    /// Whether the app runs it by default.
    pub is_latest: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released_at: Option<Moment>,
    pub created_at: Moment,
    pub updated_at: Moment,
}

impl AppVersionSummary {
    pub fn new(version: &version::AppVersion, latest: Option<VersionId>) -> Self {
        Self {
            id: version.id,
            quantum_app_id: version.app_id,
            version_number: version.version_number.clone(),
            sdk_used: version.sdk_used,
            release_notes: version.release_notes.clone(),
            status: version.status,
            is_latest: latest == Some(version.id),
            released_at: version.released_at,
            created_at: version.created_at,
            updated_at: version.updated_at,
        }
    }
}

/// One thing wrong with a package.
#[derive(Serialize, ToSchema)]
pub struct PackageFinding {
    /// Stable, for programs.
    #[schema(value_type = shape::Code)]
    pub code: String,
    /// One sentence that says what to do.
    #[schema(value_type = shape::Sentence)]
    pub detail: String,
    /// The file of the package it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::FilePath>)]
    pub file: Option<String>,
    /// From 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Position>)]
    pub line: Option<u32>,
    /// In characters, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Position>)]
    pub column: Option<u32>,
}

impl From<&Finding> for PackageFinding {
    fn from(finding: &Finding) -> Self {
        Self {
            code: finding.code.clone(),
            detail: plain(&finding.detail, MAX_SENTENCE),
            file: finding.file.as_ref().map(|file| plain(file, MAX_FILE_PATH)),
            line: finding.line,
            column: finding.column,
        }
    }
}

/// What is said of a version.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"version_number": "1.0.0", "sdk_used": "OPENQASM", "release_notes": "The first one."}))]
pub struct AppVersionRequest {
    /// A semantic version that the app does not have yet.
    #[schema(value_type = shape::VersionNumber)]
    pub version_number: String,
    /// What the program was written with; the package holds OpenQASM in any case.
    #[serde(default = "openqasm")]
    #[schema(default = "OPENQASM")]
    pub sdk_used: Sdk,
    #[serde(default)]
    #[schema(value_type = shape::Prose)]
    pub release_notes: String,
}

fn openqasm() -> Sdk {
    Sdk::Openqasm
}

impl AppVersionRequest {
    pub fn details(&self) -> Details {
        Details {
            version_number: self.version_number.clone(),
            sdk_used: self.sdk_used,
            release_notes: self.release_notes.clone(),
        }
    }
}

/// The package that is about to be uploaded.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "bytes": 2048
}))]
pub struct UploadRequest {
    /// SHA-256 of the zip, in hex.
    #[schema(value_type = shape::Sha256)]
    pub sha256: String,
    /// Size of the zip.
    #[schema(value_type = shape::PackageBytes)]
    pub bytes: u64,
}

/// A form that uploads one file. Whoever holds it may upload: keep it to yourself.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "url": "https://packages.s3.us-west-2.amazonaws.com/",
    "fields": {
        "key": "uploads/01a1ee19-5500-7b63-8e2d-3f7a1c9b5d48/01a1ee50-4380-7d84-9c3a-6e1b4f8d2a57/6e1b7c1e",
        "Content-Type": "application/zip", "policy": "eyJleHBpcmF0aW9uIjoi...", "x-amz-signature": "9f86d081884c7d65..."
    },
    "expires_at": "2026-11-18T11:10:00.000Z"
}))]
pub struct UploadForm {
    /// Where to post it, as `multipart/form-data`.
    #[schema(value_type = shape::SignedAddress)]
    pub url: String,
    /// All of them go before the last field, `file`.
    #[schema(value_type = shape::FormFields)]
    pub fields: BTreeMap<String, String>,
    /// Take another form after that.
    pub expires_at: Moment,
}

impl From<Upload> for UploadForm {
    fn from(form: Upload) -> Self {
        Self { url: form.url, fields: form.fields, expires_at: form.expires_at.into() }
    }
}
