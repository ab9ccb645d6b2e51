//! What a quantum app is, who sees it, and when it may be published.

use serde::{Deserialize, Serialize};

use crate::{
    AppId, Kind, Moment, ProjectId, Refusal, UserId, VersionId,
    field::{Checks, MAX_DESCRIPTION, MAX_NAME, MAX_TAG, MAX_TAGS},
    version::AppVersion,
};

/// Of the part of a file's name that tells the app.
const MAX_FILE_STEM: usize = 60;

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AppType {
    Algorithm,
    Optimization,
    Simulation,
    Chemistry,
    MachineLearning,
    Cryptography,
    Finance,
    Education,
    Other,
}

impl AppType {
    pub fn name(self) -> &'static str {
        match self {
            Self::Algorithm => "ALGORITHM",
            Self::Optimization => "OPTIMIZATION",
            Self::Simulation => "SIMULATION",
            Self::Chemistry => "CHEMISTRY",
            Self::MachineLearning => "MACHINE_LEARNING",
            Self::Cryptography => "CRYPTOGRAPHY",
            Self::Finance => "FINANCE",
            Self::Education => "EDUCATION",
            Self::Other => "OTHER",
        }
    }
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AppStatus {
    Draft,
    PublishedRegistry,
    PublishedMarketplace,
    Archived,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Visibility {
    Private,
    Public,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    pub name: String,
    pub category: Option<String>,
}

/// A program that its developer releases in versions, for others to run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuantumApp {
    pub id: AppId,
    pub developer_id: UserId,
    pub project_id: Option<ProjectId>,
    #[serde(flatten)]
    pub details: Details,
    pub status: Vec<AppStatus>,
    pub visibility: Visibility,
    pub latest_version_id: Option<VersionId>,
    pub latest_version_number: Option<String>,
    pub registry_published_at: Option<Moment>,
    pub created_at: Moment,
    pub updated_at: Moment,
}

/// What a developer may say of an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    pub name: String,
    pub description: String,
    #[serde(rename = "app_type")]
    pub app_type: AppType,
    /// An SPDX identifier.
    pub license_type: String,
    pub license_url: Option<String>,
    pub documentation_url: Option<String>,
    pub repository_url: Option<String>,
    pub tags: Vec<Tag>,
}

impl Details {
    pub fn checked(mut self) -> Result<Self, Refusal> {
        let mut checks = Checks::new();
        self.name = checks.line("/name", &self.name, MAX_NAME);
        self.description = checks.text("/description", &self.description, MAX_DESCRIPTION);
        let known =
            spdx::license_id(&self.license_type).is_some_and(|id| id.name == self.license_type);
        checks.require(
            known,
            "/license_type",
            "use an SPDX licence identifier such as MIT or Apache-2.0",
        );
        for (url, pointer) in [
            (&self.license_url, "/license_url"),
            (&self.documentation_url, "/documentation_url"),
            (&self.repository_url, "/repository_url"),
        ] {
            if let Some(url) = url {
                checks.url(pointer, url);
            }
        }
        checks.list("/tags", &self.tags, MAX_TAGS);
        for (at, tag) in self.tags.iter_mut().take(MAX_TAGS).enumerate() {
            tag.name = checks.line(&format!("/tags/{at}/name"), &tag.name, MAX_TAG);
            if let Some(category) = &mut tag.category {
                *category = checks.line(&format!("/tags/{at}/category"), category, MAX_TAG);
            }
        }
        checks.finish()?;
        Ok(self)
    }
}

impl QuantumApp {
    pub fn new(
        id: AppId,
        developer: UserId,
        project: Option<ProjectId>,
        details: Details,
        now: Moment,
    ) -> Self {
        Self {
            id,
            developer_id: developer,
            project_id: project,
            details,
            status: vec![AppStatus::Draft],
            visibility: Visibility::Private,
            latest_version_id: None,
            latest_version_number: None,
            registry_published_at: None,
            created_at: now,
            updated_at: now,
        }
    }

    pub fn is(&self, status: AppStatus) -> bool {
        self.status.contains(&status)
    }

    /// Whether a signed-in user who does not own it may read it.
    pub fn visible_to(&self, user: UserId) -> bool {
        self.developer_id == user || self.visibility == Visibility::Public
    }

    pub fn is_in_registry(&self) -> bool {
        self.is(AppStatus::PublishedRegistry) && self.visibility == Visibility::Public
    }

    /// Runs a released version by default from now on, where it is the highest; answers whether it is.
    pub fn offer_latest(&mut self, released: &AppVersion, now: Moment) -> bool {
        if !released.supersedes(self.latest_version_number.as_deref()) {
            return false;
        }
        self.latest_version_id = Some(released.id);
        self.latest_version_number = Some(released.version_number.clone());
        self.updated_at = now;
        true
    }

    /// What a downloaded package is called: `bell-pairs-1.0.0.zip`.
    pub fn file_name(&self, version_number: &str) -> String {
        let words = self.details.name.split(|c: char| !c.is_ascii_alphanumeric());
        let mut stem = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-");
        stem.truncate(MAX_FILE_STEM);
        let stem = stem.trim_end_matches('-').to_ascii_lowercase();
        let stem = if stem.is_empty() { "quantum-app" } else { &stem };
        format!("{stem}-{}.zip", version_number.replace('+', "-"))
    }

    /// Answers whether anything changed.
    pub fn publish_to_registry(&mut self, now: Moment) -> Result<bool, Refusal> {
        self.has_release("registry")?;
        if self.is(AppStatus::PublishedRegistry) {
            return Ok(false);
        }
        self.mark(AppStatus::PublishedRegistry, now);
        self.visibility = Visibility::Public;
        self.registry_published_at = Some(now);
        Ok(true)
    }

    /// Answers whether anything changed.
    pub fn publish_to_marketplace(&mut self, now: Moment) -> Result<bool, Refusal> {
        self.has_release("marketplace")?;
        if self.is(AppStatus::PublishedMarketplace) {
            return Ok(false);
        }
        self.mark(AppStatus::PublishedMarketplace, now);
        Ok(true)
    }

    fn has_release(&self, place: &str) -> Result<(), Refusal> {
        if self.latest_version_id.is_some() {
            return Ok(());
        }
        Err(Refusal::new(
            Kind::Conflict,
            "no_released_version",
            format!("Release a version of the app before publishing it to the {place}."),
        ))
    }

    fn mark(&mut self, status: AppStatus, now: Moment) {
        self.status.retain(|have| *have != AppStatus::Draft);
        self.status.push(status);
        self.updated_at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details() -> Details {
        Details {
            name: "Bell".into(),
            description: String::new(),
            app_type: AppType::Education,
            license_type: "MIT".into(),
            license_url: None,
            documentation_url: None,
            repository_url: None,
            tags: vec![Tag { name: "bell".into(), category: None }],
        }
    }

    fn check(change: impl FnOnce(&mut Details), wrong: &[&str]) {
        let mut changed = details();
        change(&mut changed);
        let pointers: Vec<String> = match changed.checked() {
            Ok(_) => Vec::new(),
            Err(refusal) => refusal.violations.into_iter().map(|v| v.pointer).collect(),
        };
        assert_eq!(pointers, wrong);
    }

    #[test]
    fn details_are_checked() {
        check(|_| (), &[]);
        check(|d| d.name = "x".repeat(101), &["/name"]);
        check(|d| d.license_type = "mit license".into(), &["/license_type"]);
        check(|d| d.license_type = "apache-2.0".into(), &["/license_type"]);
        check(|d| d.license_url = Some("x".into()), &["/license_url"]);
        check(|d| d.tags = vec![d.tags[0].clone(); 21], &["/tags"]);
        check(|d| d.tags[0].name = String::new(), &["/tags/0/name"]);
        check(|d| d.tags[0].category = Some("\u{7}".into()), &["/tags/0/category"]);
    }

    #[test]
    fn a_type_is_listed_under_the_name_it_has_in_json() {
        for name in [
            "ALGORITHM",
            "OPTIMIZATION",
            "SIMULATION",
            "CHEMISTRY",
            "MACHINE_LEARNING",
            "CRYPTOGRAPHY",
            "FINANCE",
            "EDUCATION",
            "OTHER",
        ] {
            let read: AppType = serde_json::from_value(name.into()).expect(name);
            assert_eq!(read.name(), name);
        }
    }

    fn app(name: &str) -> QuantumApp {
        let now = Moment::from_unix_millis(1);
        let details = Details { name: name.into(), ..details() };
        QuantumApp::new(AppId::new(now, [0; 10]), UserId::new(now, [0; 10]), None, details, now)
    }

    #[test]
    fn a_downloaded_file_has_a_plain_name() {
        for (name, version, file) in [
            ("Bell pairs", "1.0.0", "bell-pairs-1.0.0.zip"),
            ("../Größe \"x\"", "1.0.0-rc.1+b", "gr-e-x-1.0.0-rc.1-b.zip"),
            ("量子", "1.0.0", "quantum-app-1.0.0.zip"),
            (&"ab ".repeat(33), "1.0.0", &format!("{}ab-1.0.0.zip", "ab-".repeat(19))),
        ] {
            assert_eq!(app(name).file_name(version), file);
        }
    }

    #[test]
    fn the_highest_release_is_what_runs_by_default() {
        let now = Moment::from_unix_millis(2);
        let mut app = app("Bell");
        let release = |number: &str| {
            let details = crate::version::Details {
                version_number: number.into(),
                sdk_used: crate::version::Sdk::Openqasm,
                release_notes: String::new(),
            };
            let id = VersionId::new(now, [1; 10]);
            AppVersion::new(id, AppId::new(now, [0; 10]), UserId::new(now, [0; 10]), details, now)
        };
        assert!(app.offer_latest(&release("1.0.0"), now));
        assert!(!app.offer_latest(&release("0.9.0"), now));
        assert_eq!(app.latest_version_number.as_deref(), Some("1.0.0"));
        assert!(app.offer_latest(&release("1.0.1"), now));
    }

    #[test]
    fn a_private_app_is_its_developers_alone() {
        let now = Moment::from_unix_millis(2);
        let mut app = app("Bell");
        let (owner, other) = (app.developer_id, UserId::new(now, [9; 10]));
        assert!(app.visible_to(owner) && !app.visible_to(other) && !app.is_in_registry());
        app.latest_version_id = Some(VersionId::new(now, [1; 10]));
        app.publish_to_registry(now).expect("released");
        assert!(app.visible_to(other) && app.is_in_registry());
    }

    #[test]
    fn only_a_released_app_is_published_and_only_once() {
        let now = Moment::from_unix_millis(1);
        let mut app = QuantumApp::new(
            AppId::new(now, [0; 10]),
            UserId::new(now, [0; 10]),
            None,
            details(),
            now,
        );
        assert_eq!(app.publish_to_registry(now).expect_err("a draft").code, "no_released_version");
        assert!(app.publish_to_marketplace(now).is_err());
        app.latest_version_id = Some(VersionId::new(now, [0; 10]));
        assert_eq!(app.publish_to_registry(now), Ok(true));
        assert_eq!(app.publish_to_registry(now), Ok(false));
        assert_eq!(app.publish_to_marketplace(now), Ok(true));
        assert_eq!(app.publish_to_marketplace(now), Ok(false));
        assert_eq!(app.status, [AppStatus::PublishedRegistry, AppStatus::PublishedMarketplace]);
        assert_eq!(app.visibility, Visibility::Public);
    }
}
