//! Where projects lie and how a user's are listed.

use domain::{ProjectId, UserId, project::Project};

use crate::{Indexes, Item, Key, Query, query::Index};

pub fn project(id: ProjectId) -> Key<Project> {
    Key::new(format!("project#{id}"), "project")
}

/// Newest first.
pub fn of_user(user: UserId) -> Query<Project> {
    Query::new(Index::Gsi1, format!("user#{user}#projects")).newest_first()
}

impl Item for Project {
    const TYPE: &'static str = "Project";

    fn key(&self) -> Key<Self> {
        project(self.id)
    }

    fn indexes(&self) -> Indexes {
        let place = (format!("user#{}#projects", self.user_id), self.id.to_string());
        Indexes { gsi1: Some(place), ..Indexes::default() }
    }
}
