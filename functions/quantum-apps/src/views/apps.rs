//! How an app is described and shown.

use domain::{
    AppId, Moment, ProjectId, UserId, VersionId,
    app::{self, AppStatus, AppType, Details, Visibility},
    shape,
};
use serde::{Deserialize, Serialize};
use store::apps::LatestReadme;
use utoipa::ToSchema;

/// A quantum app.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01a1ee19-5500-7b63-8e2d-3f7a1c9b5d48", "developer_id": "01a1e35e-c000-7a1d-8a3f-5c2e9b7d4f10",
    "project_id": "01a1ede2-6680-7c42-9b1e-0d4f6a8c2e35", "name": "Bell pairs", "description": "Two entangled qubits.", "type": "EDUCATION",
    "status": ["PUBLISHED_REGISTRY"], "visibility": "PUBLIC", "license_type": "MIT",
    "tags": [{"name": "bell", "category": "entanglement"}],
    "repository_url": "https://example.com/bell-pairs", "latest_version_id": "01a1ee50-4380-7d84-9c3a-6e1b4f8d2a57", "latest_version_number": "1.0.0",
    "readme_content": "# Bell pairs\n\nTwo qubits that agree, whatever the angle.\n", "is_in_registry": true, "registry_published_at": "2026-11-18T13:00:00.000Z",
    "created_at": "2026-11-18T10:00:00.000Z", "updated_at": "2026-11-18T13:00:00.000Z"
}))]
pub struct QuantumApp {
    pub id: AppId,
    pub developer_id: UserId,
    /// The project it was released from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    #[schema(value_type = shape::Name)]
    pub name: String,
    #[schema(value_type = shape::Prose)]
    pub description: String,
    pub r#type: AppType,
    #[schema(max_items = 4)]
    pub status: Vec<AppStatus>,
    pub visibility: Visibility,
    /// An SPDX identifier.
    #[schema(value_type = shape::LicenseId)]
    pub license_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::WebAddress>)]
    pub license_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::WebAddress>)]
    pub documentation_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::WebAddress>)]
    pub repository_url: Option<String>,
    #[schema(max_items = 20)]
    pub tags: Vec<AppTag>,
    /// The released version that runs by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest_version_id: Option<VersionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::VersionNumber>)]
    pub latest_version_number: Option<String>,
    /// Of the latest version: Markdown as its author wrote it, not sanitised. Absent from lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Markdown>)]
    pub readme_content: Option<String>,
    pub is_in_registry: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registry_published_at: Option<Moment>,
    pub created_at: Moment,
    pub updated_at: Moment,
}

impl QuantumApp {
    pub fn new(app: &app::QuantumApp, readme: Option<&LatestReadme>) -> Self {
        let details = app.details.clone();
        Self {
            id: app.id,
            developer_id: app.developer_id,
            project_id: app.project_id,
            name: details.name,
            description: details.description,
            r#type: details.app_type,
            status: app.status.clone(),
            visibility: app.visibility,
            license_type: details.license_type,
            license_url: details.license_url,
            documentation_url: details.documentation_url,
            repository_url: details.repository_url,
            tags: details.tags.into_iter().map(AppTag::from).collect(),
            latest_version_id: app.latest_version_id,
            latest_version_number: app.latest_version_number.clone(),
            readme_content: readme.map(|readme| readme.content.clone()),
            is_in_registry: app.is_in_registry(),
            registry_published_at: app.registry_published_at,
            created_at: app.created_at,
            updated_at: app.updated_at,
        }
    }
}

/// A word an app is found by.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppTag {
    #[schema(value_type = shape::Word)]
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Word>)]
    pub category: Option<String>,
}

impl From<app::Tag> for AppTag {
    fn from(tag: app::Tag) -> Self {
        Self { name: tag.name, category: tag.category }
    }
}

/// What is said of an app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Bell pairs", "description": "Two entangled qubits.", "type": "EDUCATION", "license_type": "MIT",
    "repository_url": "https://example.com/bell-pairs", "tags": [{"name": "bell", "category": "entanglement"}]
}))]
pub struct QuantumAppRequest {
    #[schema(value_type = shape::Name)]
    pub name: String,
    #[serde(default)]
    #[schema(value_type = shape::Prose)]
    pub description: String,
    pub r#type: AppType,
    /// An SPDX identifier.
    #[serde(default = "mit")]
    #[schema(default = "MIT", value_type = shape::LicenseId)]
    pub license_type: String,
    /// An https address, as the others.
    #[schema(value_type = Option<shape::WebAddress>)]
    pub license_url: Option<String>,
    #[schema(value_type = Option<shape::WebAddress>)]
    pub documentation_url: Option<String>,
    #[schema(value_type = Option<shape::WebAddress>)]
    pub repository_url: Option<String>,
    #[serde(default, deserialize_with = "api::objects")]
    #[schema(max_items = 20)]
    pub tags: Vec<AppTag>,
}

fn mit() -> String {
    "MIT".to_owned()
}

impl QuantumAppRequest {
    pub fn details(&self) -> Details {
        let tag =
            |tag: &AppTag| app::Tag { name: tag.name.clone(), category: tag.category.clone() };
        Details {
            name: self.name.clone(),
            description: self.description.clone(),
            app_type: self.r#type,
            license_type: self.license_type.clone(),
            license_url: self.license_url.clone(),
            documentation_url: self.documentation_url.clone(),
            repository_url: self.repository_url.clone(),
            tags: self.tags.iter().map(tag).collect(),
        }
    }
}
