//! Where versions lie, what keeps their numbers unique, and which one an app runs by default.

use domain::{AppId, VersionId, version::AppVersion};
use serde::{Deserialize, Serialize};

use crate::{Indexes, Item, Key, Query, query::Index};

pub fn version(id: VersionId) -> Key<AppVersion> {
    Key::new(format!("version#{id}"), "version")
}

/// Newest first.
pub fn of_app(app: AppId) -> Query<AppVersion> {
    Query::new(Index::Gsi1, format!("app#{app}#versions")).newest_first()
}

impl Item for AppVersion {
    const TYPE: &'static str = "AppVersion";

    fn key(&self) -> Key<Self> {
        version(self.id)
    }

    fn indexes(&self) -> Indexes {
        let place = (format!("app#{}#versions", self.app_id), self.id.to_string());
        Indexes { gsi1: Some(place), ..Indexes::default() }
    }
}

/// Keeps a version number to one version of an app.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NumberClaim {
    pub app_id: AppId,
    pub version_number: String,
    pub version_id: VersionId,
}

impl Item for NumberClaim {
    const TYPE: &'static str = "VersionNumber";

    fn key(&self) -> Key<Self> {
        Key::new(format!("app#{}", self.app_id), format!("number#{}", self.version_number))
    }
}

/// A copy of the version an app runs by default, so that a job finds it in one read with the app.
///
/// Released versions do not change, so the copy cannot go stale; it is replaced with the app's pointer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LatestVersion {
    #[serde(rename = "release")]
    pub version: AppVersion,
}

pub fn latest(app: AppId) -> Key<LatestVersion> {
    Key::new(format!("app#{app}"), "latest")
}

impl Item for LatestVersion {
    const TYPE: &'static str = "LatestVersion";

    fn key(&self) -> Key<Self> {
        latest(self.version.app_id)
    }
}

/// The README of an inspected package.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Readme {
    pub version_id: VersionId,
    /// Markdown, as its author wrote it.
    pub content: String,
}

pub fn readme(id: VersionId) -> Key<Readme> {
    Key::new(format!("version#{id}"), "readme")
}

impl Item for Readme {
    const TYPE: &'static str = "Readme";

    fn key(&self) -> Key<Self> {
        readme(self.version_id)
    }
}
