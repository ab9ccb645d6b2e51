//! What `/registry` is asked and answers.

use api::views::Package;
use domain::{
    AppId, Moment, UserId, VersionId,
    app::{self, AppType},
    package, shape,
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
    #[param(inline, value_type = Option<api::Limit>)]
    pub limit: Option<u16>,
    /// `next_cursor` of the page before.
    #[param(inline, value_type = Option<api::Cursor>)]
    pub cursor: Option<String>,
}

/// An app of the registry, in short.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01a1ee19-5500-7b63-8e2d-3f7a1c9b5d48", "developer_id": "01a1e35e-c000-7a1d-8a3f-5c2e9b7d4f10",
    "name": "Bell pairs", "description": "Two entangled qubits.", "type": "EDUCATION", "license_type": "MIT",
    "tags": [{"name": "bell", "category": "entanglement"}], "latest_version_number": "1.0.0",
    "registry_published_at": "2026-11-18T13:00:00.000Z"
}))]
pub struct RegistryEntry {
    pub id: AppId,
    pub developer_id: UserId,
    #[schema(value_type = shape::Name)]
    pub name: String,
    #[schema(value_type = shape::Prose)]
    pub description: String,
    pub r#type: AppType,
    /// An SPDX identifier.
    #[schema(value_type = shape::LicenseId)]
    pub license_type: String,
    #[schema(max_items = 20)]
    pub tags: Vec<RegistryTag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::VersionNumber>)]
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
    #[schema(value_type = shape::Word)]
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Word>)]
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
    "id": "01a1ee19-5500-7b63-8e2d-3f7a1c9b5d48", "developer_id": "01a1e35e-c000-7a1d-8a3f-5c2e9b7d4f10",
    "name": "Bell pairs", "description": "Two entangled qubits.", "type": "EDUCATION", "license_type": "MIT",
    "tags": [{"name": "bell", "category": "entanglement"}], "latest_version_number": "1.0.0",
    "registry_published_at": "2026-11-18T13:00:00.000Z",
    "readme_content": "# Bell pairs\n\nTwo qubits that agree, whatever the angle.\n", "registry_download_count": 42,
    "latest_version": {
        "id": "01a1ee50-4380-7d84-9c3a-6e1b4f8d2a57", "version_number": "1.0.0", "sdk_used": "OPENQASM",
        "release_notes": "The first one.", "released_at": "2026-11-18T12:00:00.000Z",
        "package": {
            "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "bytes": 2048,
            "program_file": "bell.qasm", "ir_type": "OPENQASM_3", "inputs": [{"name": "theta", "type": "ANGLE"}],
            "input_schema": {"type": "object", "properties": {"theta": {"type": "number"}}, "required": ["theta"],
                "additionalProperties": false},
            "preferred_device_id": "hub-simulator", "preferred_shots": 1000,
            "resource_estimate": {"number_of_qubits": 2, "depth": 2, "gates": 2, "two_qubit_gates": 1,
                "measured_qubits": 2, "gate_names": ["cnot", "ry"], "uses_mid_circuit_measurement": false,
                "in_braket_dialect": true}
        }
    }
}))]
pub struct RegistryApp {
    #[serde(flatten)]
    pub entry: RegistryEntry,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::WebAddress>)]
    pub license_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::WebAddress>)]
    pub documentation_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::WebAddress>)]
    pub repository_url: Option<String>,
    /// Of the latest version: Markdown as its author wrote it, not sanitised.
    #[schema(value_type = shape::Markdown)]
    pub readme_content: String,
    /// How often a download was asked for.
    #[schema(value_type = shape::Count)]
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
    #[schema(value_type = shape::VersionNumber)]
    pub version_number: String,
    pub sdk_used: Sdk,
    #[schema(value_type = shape::Prose)]
    pub release_notes: String,
    pub released_at: Moment,
    pub package: Package,
}

/// A link to a package. Whoever holds it may read the package.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "url": "https://packages.s3.us-west-2.amazonaws.com/packages/bell-pairs.zip?X-Amz-Signature=9f86d081884c7d65", "expires_at": "2026-11-20T10:05:00.000Z",
    "file_name": "bell-pairs-1.0.0.zip", "version_id": "01a1ee50-4380-7d84-9c3a-6e1b4f8d2a57",
    "version_number": "1.0.0", "bytes": 2048,
    "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
}))]
pub struct RegistryDownload {
    /// GET it without credentials.
    #[schema(value_type = shape::SignedAddress)]
    pub url: String,
    /// Ask for another link after that.
    pub expires_at: Moment,
    #[schema(value_type = shape::FileName)]
    pub file_name: String,
    pub version_id: VersionId,
    #[schema(value_type = shape::VersionNumber)]
    pub version_number: String,
    /// Size of the zip.
    #[schema(value_type = shape::PackageBytes)]
    pub bytes: u64,
    /// SHA-256 of the zip, in hex: compare it with what you got.
    #[schema(value_type = shape::Sha256)]
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
