//! What `/projects` is sent and answers.

use domain::{
    AppId, Moment, ProjectId,
    app::{self, AppType},
    project::{self, Details},
    shape,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a developer works on.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "01a1ede2-6680-7c42-9b1e-0d4f6a8c2e35", "name": "Bell pairs", "description": "Two entangled qubits.",
    "repository_url": "https://example.com/bell-pairs",
    "created_at": "2026-11-18T09:00:00.000Z", "updated_at": "2026-11-18T09:00:00.000Z"
}))]
pub struct Project {
    pub id: ProjectId,
    #[schema(value_type = shape::Name)]
    pub name: String,
    #[schema(value_type = shape::Prose)]
    pub description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::WebAddress>)]
    pub repository_url: Option<String>,
    /// The app it was released as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantum_app_id: Option<AppId>,
    pub created_at: Moment,
    pub updated_at: Moment,
}

impl From<&project::Project> for Project {
    fn from(project: &project::Project) -> Self {
        Self {
            id: project.id,
            name: project.name.clone(),
            description: project.description.clone(),
            repository_url: project.repository_url.clone(),
            quantum_app_id: project.app_id,
            created_at: project.created_at,
            updated_at: project.updated_at,
        }
    }
}

/// What is said of a project.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Bell pairs", "description": "Two entangled qubits.", "repository_url": "https://example.com/bell-pairs"
}))]
pub struct ProjectRequest {
    #[schema(value_type = shape::Name)]
    pub name: String,
    #[serde(default)]
    #[schema(value_type = shape::Prose)]
    pub description: String,
    /// An https address.
    #[schema(value_type = Option<shape::WebAddress>)]
    pub repository_url: Option<String>,
}

impl ProjectRequest {
    pub fn details(&self) -> Details {
        Details {
            name: self.name.clone(),
            description: self.description.clone(),
            repository_url: self.repository_url.clone(),
        }
    }
}

/// What the app is said to be; its name, description and repository are the project's.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"type": "EDUCATION", "license_type": "MIT", "tags": [{"name": "bell"}]}))]
pub struct ReleaseRequest {
    #[serde(rename = "type")]
    pub app_type: AppType,
    /// An SPDX identifier.
    #[serde(default = "mit")]
    #[schema(default = "MIT", value_type = shape::LicenseId)]
    pub license_type: String,
    #[serde(default, deserialize_with = "api::objects")]
    #[schema(max_items = 20)]
    pub tags: Vec<Tag>,
}

/// A word an app is found by.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Tag {
    #[schema(value_type = shape::Word)]
    pub name: String,
    #[schema(value_type = Option<shape::Word>)]
    pub category: Option<String>,
}

fn mit() -> String {
    "MIT".to_owned()
}

impl ReleaseRequest {
    pub fn details(&self, project: &project::Project) -> app::Details {
        let tag = |tag: &Tag| app::Tag { name: tag.name.clone(), category: tag.category.clone() };
        app::Details {
            name: project.name.clone(),
            description: project.description.clone(),
            app_type: self.app_type,
            license_type: self.license_type.clone(),
            license_url: None,
            documentation_url: None,
            repository_url: project.repository_url.clone(),
            tags: self.tags.iter().map(tag).collect(),
        }
    }
}
