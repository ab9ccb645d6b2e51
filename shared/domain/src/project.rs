//! What a project is and how it becomes an app.

use serde::{Deserialize, Serialize};

use crate::{
    AppId, Moment, ProjectId, Refusal, UserId,
    field::{Checks, MAX_DESCRIPTION, MAX_NAME},
};

/// What a developer works on until it is released as an app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Project {
    pub id: ProjectId,
    pub user_id: UserId,
    pub name: String,
    pub description: String,
    pub repository_url: Option<String>,
    /// Set once the project was released as an app.
    pub app_id: Option<AppId>,
    pub created_at: Moment,
    pub updated_at: Moment,
}

/// What a user may say of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    pub name: String,
    pub description: String,
    pub repository_url: Option<String>,
}

impl Details {
    pub fn checked(self) -> Result<Self, Refusal> {
        let mut checks = Checks::new();
        let name = checks.line("/name", &self.name, MAX_NAME);
        let description = checks.text("/description", &self.description, MAX_DESCRIPTION);
        let repository_url = self.repository_url.map(|url| checks.url("/repository_url", &url));
        checks.finish()?;
        Ok(Self { name, description, repository_url })
    }
}

impl Project {
    pub fn new(id: ProjectId, owner: UserId, details: Details, now: Moment) -> Self {
        let Details { name, description, repository_url } = details;
        Self {
            id,
            user_id: owner,
            name,
            description,
            repository_url,
            app_id: None,
            created_at: now,
            updated_at: now,
        }
    }

    pub fn update(&mut self, details: Details, now: Moment) {
        (self.name, self.description, self.repository_url) =
            (details.name, details.description, details.repository_url);
        self.updated_at = now;
    }

    /// A project becomes one app, once.
    pub fn release(&mut self, app: AppId, now: Moment) -> Result<(), Refusal> {
        if let Some(existing) = self.app_id {
            return Err(Refusal::conflict(
                "project_released",
                format!(
                    "This project already is the app {existing}; add a version to that app instead."
                ),
            ));
        }
        self.app_id = Some(app);
        self.updated_at = now;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_released_once() {
        let now = Moment::from_unix_millis(1);
        let details =
            Details { name: "Bell".into(), description: String::new(), repository_url: None };
        let mut project =
            Project::new(ProjectId::new(now, [1; 10]), UserId::new(now, [2; 10]), details, now);
        let app = AppId::new(now, [3; 10]);
        project.release(app, now).expect("first release");
        assert_eq!(project.release(app, now).expect_err("second release").code, "project_released");
    }

    #[test]
    fn details_are_checked() {
        let details = Details {
            name: String::new(),
            description: "a\u{0}".into(),
            repository_url: Some("ftp://x".into()),
        };
        let refusal = details.checked().expect_err("three violations");
        assert_eq!(refusal.violations.len(), 3);
    }
}
