//! Projects served as they must not be: each operation lets strangers see, do or learn something.

use api::{Answer, Caller, Context, IfMatchHeader, Path, Problem};
use axum::{Router, extract::State};
use domain::{Kind, ProjectId, field::id, project::Project};
use serde_json::{Value, json};
use store::{Stored, projects, update};
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(Clone)]
struct App {
    context: Context,
    /// Somebody's id.
    ada: String,
}

impl api::App for App {
    fn context(&self) -> Option<&Context> {
        Some(&self.context)
    }
}

impl App {
    /// Whoever's it is.
    async fn any(&self, project_id: &str) -> Result<Stored<Project>, Problem> {
        let found = self.context.table.get(&projects::project(id(project_id)?)).await?;
        found.ok_or_else(|| domain::Refusal::not_found("project").into())
    }
}

/// What answers, and what it says of itself.
pub(super) fn service(context: &Context, ada: &str) -> (Router, Value) {
    let app = App { context: context.clone(), ada: ada.to_owned() };
    let guarded = || {
        OpenApiRouter::new()
            .routes(routes!(get_project, update_project, delete_project))
            .routes(routes!(release_project))
            .routes(routes!(list_everything))
            .routes(routes!(get_note))
            .routes(routes!(get_project_publicly))
            .routes(routes!(audit_projects))
    };
    let (unguarded, said) = OpenApiRouter::new().routes(routes!(list_projects)).split_for_parts();
    let document = api::document([guarded().into_openapi(), said]);
    let service = api::service(guarded(), app.clone()).merge(unguarded.with_state(app));
    (service, serde_json::to_value(document).expect("a document is JSON"))
}

/// Shows it to whoever has its id
#[utoipa::path(get, path = "/projects/{project_id}", operation_id = "getProject", tag = "Projects",
    security(("cognito" = [])), params(("project_id" = ProjectId, Path)), responses((status = 200)))]
async fn get_project(State(app): State<App>, Path(at): Path<String>) -> Result<Answer, Problem> {
    let project = app.any(&at).await?;
    Answer::ok(&json!({"id": project.id, "user_id": project.user_id}))
}

/// Tells that there is one
#[utoipa::path(put, path = "/projects/{project_id}", operation_id = "updateProject", tag = "Projects",
    security(("cognito" = [])), params(("project_id" = ProjectId, Path), IfMatchHeader), responses((status = 200)))]
async fn update_project(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<String>,
) -> Result<Answer, Problem> {
    let project = app.any(&at).await?;
    if project.user_id != caller.user_id {
        let why = "This project is not yours to change.";
        return Err(Problem::refused(Kind::Forbidden, "not_yours", why));
    }
    Answer::ok(&json!({"id": project.id}))
}

/// Tells whose it is
#[utoipa::path(delete, path = "/projects/{project_id}", operation_id = "deleteProject", tag = "Projects",
    security(("cognito" = [])), params(("project_id" = ProjectId, Path), IfMatchHeader), responses((status = 204)))]
async fn delete_project(State(app): State<App>, Path(at): Path<String>) -> Result<Answer, Problem> {
    let project = app.any(&at).await?;
    let why = format!("Ask its owner, who is {}.", project.user_id);
    Err(Problem::refused(Kind::NotFound, "not_found", why))
}

/// Refuses after it has written
#[utoipa::path(post, path = "/projects/{project_id}/release", operation_id = "releaseProject", tag = "Projects",
    security(("cognito" = [])), params(("project_id" = ProjectId, Path)), responses((status = 200)))]
async fn release_project(
    State(app): State<App>,
    Path(at): Path<String>,
) -> Result<Answer, Problem> {
    let mut project = app.any(&at).await?;
    "Released by a stranger".clone_into(&mut project.name);
    app.context.table.write([update(&project)]).await?;
    Err(domain::Refusal::not_found("project").into())
}

/// Mounted before no guard
#[utoipa::path(get, path = "/projects", operation_id = "listProjects", tag = "Projects",
    security(("cognito" = ["provider"]), ("apiKey" = ["jobs:read"])), responses((status = 200)))]
async fn list_projects() -> Result<Answer, Problem> {
    Answer::ok(&json!({"items": []}))
}

/// Shows everybody's to everybody
#[utoipa::path(get, path = "/projects/everything", operation_id = "listEverything", tag = "Projects",
    security(()), responses((status = 200)))]
async fn list_everything(State(app): State<App>) -> Result<Answer, Problem> {
    Answer::ok(&json!({"items": [{"user_id": app.ada}]}))
}

/// Takes an id that nobody said the owner of
#[utoipa::path(get, path = "/projects/notes/{note_id}", operation_id = "getNote", tag = "Projects",
    security(("cognito" = [])), params(("note_id" = ProjectId, Path)), responses((status = 200)))]
async fn get_note() -> Result<Answer, Problem> {
    Answer::ok(&json!({}))
}

/// Is open although it is about somebody's
#[utoipa::path(get, path = "/projects/{project_id}/log", operation_id = "getProjectLog", tag = "Projects",
    security(()), params(("project_id" = ProjectId, Path)), responses((status = 200)))]
async fn get_project_publicly() -> Result<Answer, Problem> {
    Answer::ok(&json!({}))
}

/// Asks for a role that every user of the test may have or lack
#[utoipa::path(get, path = "/projects/audit", operation_id = "auditProjects", tag = "Projects",
    security(("cognito" = ["provider", "admin"])), responses((status = 200)))]
async fn audit_projects() -> Result<Answer, Problem> {
    Answer::ok(&json!({}))
}
