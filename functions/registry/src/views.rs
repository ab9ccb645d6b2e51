//! What `/registry` is asked and answers.

use api::views::Package;
use domain::{
    AppId, Moment, UserId, VersionId,
    app::{self, AppType},
    package,
    version::{AppVersion, Sdk},
};
use files::Download;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which apps to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RegistryQuery {
    /// Only apps of this type.
    #[serde(rename = "type")]
    #[param(inline, example = "EDUCATION")]
    pub app_type: Option<AppType>,
    /// Entries of a page.
    #[param(minimum = 1, maximum = 100, default = 20, example = 20)]
    pub limit: Option<u16>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    pub cursor: Option<String>,
}

/// An app of the registry, in short.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e6f", "developer_id": "0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e70",
    "name": "Bell pairs", "description": "Two entangled qubits.", "type": "EDUCATION", "license_type": "MIT",
    "tags": [{"name": "bell"}], "latest_version_number": "1.0.0",
    "registry_published_at": "2026-11-20T10:00:00.000Z"
}))]
pub struct RegistryEntry {
    pub id: AppId,
    pub developer_id: UserId,
    #[schema(max_length = 100)]
    pub name: String,
    #[schema(max_length = 4000)]
    pub description: String,
    pub r#type: AppType,
    /// An SPDX identifier.
    #[schema(max_length = 50)]
    pub license_type: String,
    #[schema(max_items = 20)]
    pub tags: Vec<RegistryTag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20)]
    pub latest_version_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registry_published_at: Option<Moment>,
}

impl From<&app::QuantumApp> for RegistryEntry {
    fn from(app: &app::QuantumApp) -> Self {
        let details = app.details.clone();
        Self {
            id: app.id,
            developer_id: app.developer_id,
            name: details.name,
            description: details.description,
            r#type: details.app_type,
            license_type: details.license_type,
            tags: details.tags.into_iter().map(RegistryTag::from).collect(),
            latest_version_number: app.latest_version_number.clone(),
            registry_published_at: app.registry_published_at,
        }
    }
}

/// A word an app is found by.
#[derive(Serialize, ToSchema)]
pub struct RegistryTag {
    #[schema(max_length = 50)]
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 50)]
    pub category: Option<String>,
}

impl From<app::Tag> for RegistryTag {
    fn from(tag: app::Tag) -> Self {
        Self { name: tag.name, category: tag.category }
    }
}

/// An app of the registry.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e6f", "developer_id": "0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e70",
    "name": "Bell pairs", "description": "Two entangled qubits.", "type": "EDUCATION", "license_type": "MIT",
    "tags": [{"name": "bell"}], "latest_version_number": "1.0.0",
    "registry_published_at": "2026-11-20T10:00:00.000Z",
    "readme_content": "# Bell pairs\n", "registry_download_count": 42,
    "latest_version": {
        "id": "0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e71", "version_number": "1.0.0", "sdk_used": "OPENQASM",
        "release_notes": "The first one.", "released_at": "2026-11-20T09:00:00.000Z",
        "package": {
            "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "bytes": 2048,
            "program_file": "bell.qasm", "ir_type": "OPENQASM_3", "inputs": [],
            "input_schema": {"type": "object", "additionalProperties": false},
            "resource_estimate": {"number_of_qubits": 2, "depth": 2, "gates": 2, "two_qubit_gates": 1,
                "measured_qubits": 2, "gate_names": ["cnot", "h"], "uses_mid_circuit_measurement": false,
                "includes_library": false}
        }
    }
}))]
pub struct RegistryApp {
    #[serde(flatten)]
    pub entry: RegistryEntry,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 255)]
    pub license_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 255)]
    pub documentation_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 255)]
    pub repository_url: Option<String>,
    /// Of the latest version: Markdown as its author wrote it, not sanitised.
    #[schema(max_length = 204_800)]
    pub readme_content: String,
    /// How often a download was asked for.
    pub registry_download_count: u64,
    pub latest_version: RegistryVersion,
}

impl RegistryApp {
    /// `None` for a version without a package, which none that was released is.
    pub fn new(
        app: &app::QuantumApp,
        latest: &AppVersion,
        readme_content: String,
        registry_download_count: u64,
    ) -> Option<Self> {
        let details = &app.details;
        Some(Self {
            entry: RegistryEntry::from(app),
            license_url: details.license_url.clone(),
            documentation_url: details.documentation_url.clone(),
            repository_url: details.repository_url.clone(),
            readme_content,
            registry_download_count,
            latest_version: RegistryVersion {
                id: latest.id,
                version_number: latest.version_number.clone(),
                sdk_used: latest.sdk_used,
                release_notes: latest.release_notes.clone(),
                released_at: latest.released_at?,
                package: Package::from(latest.package.as_ref()?),
            },
        })
    }
}

/// The released version that runs by default and is downloaded.
#[derive(Serialize, ToSchema)]
pub struct RegistryVersion {
    pub id: VersionId,
    /// Semantic version.
    #[schema(max_length = 20)]
    pub version_number: String,
    pub sdk_used: Sdk,
    #[schema(max_length = 4000)]
    pub release_notes: String,
    pub released_at: Moment,
    pub package: Package,
}

/// A link to a package. Whoever holds it may read the package.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "url": "https://packages.s3.us-west-2.amazonaws.com/packages/…", "expires_at": "2026-11-20T10:05:00.000Z",
    "file_name": "bell-pairs-1.0.0.zip", "version_id": "0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e71",
    "version_number": "1.0.0", "bytes": 2048,
    "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
}))]
pub struct RegistryDownload {
    /// GET it without credentials.
    #[schema(max_length = 4096)]
    pub url: String,
    /// Ask for another link after that.
    pub expires_at: Moment,
    #[schema(max_length = 100)]
    pub file_name: String,
    pub version_id: VersionId,
    #[schema(max_length = 20)]
    pub version_number: String,
    /// Size of the zip.
    #[schema(maximum = 10_485_760)]
    pub bytes: u64,
    /// SHA-256 of the zip, in hex: compare it with what you got.
    #[schema(min_length = 64, max_length = 64)]
    pub sha256: String,
}

impl RegistryDownload {
    pub fn new(
        version: &AppVersion,
        package: &package::Package,
        file_name: String,
        link: Download,
    ) -> Self {
        Self {
            url: link.url,
            expires_at: link.expires_at.into(),
            file_name,
            version_id: version.id,
            version_number: version.version_number.clone(),
            bytes: package.bytes,
            sha256: package.sha256.clone(),
        }
    }
}
