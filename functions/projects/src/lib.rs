//! Serves `/projects`: what a developer works on until it becomes an app.

pub mod views;

use api::{
    Answer, Caller, Context, IfMatch, InitError, Json, ListQuery, Page, Params, Path, Problem,
    Submission,
};
use axum::extract::State;
use domain::{ProjectId, Refusal, app::QuantumApp, field::id, project::Project};
use store::{Stored, create, projects, update};
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(Clone)]
pub struct App {
    context: Context,
}

impl App {
    pub fn new(context: Context) -> Self {
        Self { context }
    }

    pub async fn from_env() -> Result<Self, InitError> {
        Ok(Self::new(Context::from_env(&environment::aws()).await?))
    }

    /// Another's project is as absent as one that never was.
    async fn own(&self, caller: &Caller, project_id: &str) -> Result<Stored<Project>, Problem> {
        let found = self.context.table.get(&projects::project(id(project_id)?)).await?;
        let own = found.filter(|project| project.user_id == caller.user_id);
        own.ok_or_else(|| Refusal::not_found("project").into())
    }
}

impl api::App for App {
    fn context(&self) -> Option<&Context> {
        Some(&self.context)
    }
}

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_projects, create_project))
        .routes(routes!(get_project, update_project, delete_project))
        .routes(routes!(release_project))
}

/// List projects
///
/// The caller's own, newest first.
#[utoipa::path(get, path = "/projects", operation_id = "listProjects", tag = "Projects",
    security(("cognito" = [])), params(ListQuery),
    responses((status = 200, description = "A page of projects.", body = Page<views::Project>)))]
async fn list_projects(
    State(app): State<App>,
    caller: Caller,
    Params(asked): Params<ListQuery>,
) -> Result<Answer, Problem> {
    let query = projects::of_user(caller.user_id);
    Answer::ok(&app.context.list(query, &asked, |project| views::Project::from(&**project)).await?)
}

/// Create a project
///
/// Any user may; only releasing it as an app takes a provider.
#[utoipa::path(post, path = "/projects", operation_id = "createProject", tag = "Projects",
    security(("cognito" = [])), params(api::IdempotencyHeader), request_body = views::ProjectRequest,
    extensions(("x-problems" = json!(["validation_failed"]))),
    responses((status = 201, description = "The project.", body = views::Project, headers(("ETag" = String)))))]
async fn create_project(
    State(app): State<App>,
    caller: Caller,
    submission: Submission<views::ProjectRequest>,
) -> Result<Answer, Problem> {
    let table = &app.context.table;
    let submission = &submission;
    submission
        .once(table, || async {
            let details = submission.body.details().checked()?;
            let clock = table.clock();
            let project =
                Project::new(clock.id(ProjectId::new), caller.user_id, details, clock.now());
            let answer = Answer::created(
                format!("/projects/{}", project.id),
                &views::Project::from(&project),
            )?
            .etag(1);
            table.write([create(&project), submission.remember(table, &answer)]).await?;
            Ok(answer)
        })
        .await
}

/// Read a project
///
/// The caller's own, with the version to name when changing it.
#[utoipa::path(get, path = "/projects/{project_id}", operation_id = "getProject", tag = "Projects",
    security(("cognito" = [])), params(("project_id" = ProjectId, Path)),
    responses((status = 200, description = "The project.", body = views::Project,
        headers(("ETag" = String)))))]
async fn get_project(
    State(app): State<App>,
    caller: Caller,
    Path(project_id): Path<String>,
) -> Result<Answer, Problem> {
    let project = app.own(&caller, &project_id).await?;
    Ok(Answer::ok(&views::Project::from(&*project))?.etag(project.version()))
}

/// Replace what is said of a project
///
/// All of it: what is left out is gone. An app it was released as stays as it is.
#[utoipa::path(put, path = "/projects/{project_id}", operation_id = "updateProject", tag = "Projects",
    security(("cognito" = [])),
    params(("project_id" = ProjectId, Path), api::IfMatchHeader),
    request_body = views::ProjectRequest,
    extensions(("x-problems" = json!(["validation_failed"]))),
    responses((status = 200, description = "The project as it is now.", body = views::Project, headers(("ETag" = String)))))]
async fn update_project(
    State(app): State<App>,
    caller: Caller,
    Path(project_id): Path<String>,
    if_match: IfMatch,
    Json(request): Json<views::ProjectRequest>,
) -> Result<Answer, Problem> {
    let mut project = app.own(&caller, &project_id).await?;
    if_match.check(project.version())?;
    project.update(request.details().checked()?, app.context.table.clock().now());
    let project = app.context.table.save(project).await?;
    Ok(Answer::ok(&views::Project::from(&*project))?.etag(project.version()))
}

/// Delete a project
///
/// An app it was released as stays.
#[utoipa::path(delete, path = "/projects/{project_id}", operation_id = "deleteProject", tag = "Projects",
    security(("cognito" = [])),
    params(("project_id" = ProjectId, Path), api::IfMatchHeader),
    responses((status = 204, description = "It is gone.")))]
async fn delete_project(
    State(app): State<App>,
    caller: Caller,
    Path(project_id): Path<String>,
    if_match: IfMatch,
) -> Result<Answer, Problem> {
    let project = app.own(&caller, &project_id).await?;
    if_match.check(project.version())?;
    app.context.table.write([store::delete(&project)]).await?;
    Ok(Answer::no_content())
}

/// Release a project as a quantum app
///
/// The app starts as a private draft; add a version with a package to it next.
#[utoipa::path(post, path = "/projects/{project_id}/release", operation_id = "releaseProject", tag = "Projects",
    security(("cognito" = ["provider"])),
    params(("project_id" = ProjectId, Path), api::IdempotencyHeader),
    request_body = views::ReleaseRequest,
    extensions(("x-problems" = json!(["validation_failed", "project_released"]))),
    responses((status = 201, description = "The project, with its app's id.", body = views::Project,
        example = json!({
            "id": "01a1ede2-6680-7c42-9b1e-0d4f6a8c2e35", "name": "Bell pairs", "description": "Two entangled qubits.",
            "repository_url": "https://example.com/bell-pairs", "quantum_app_id": "01a1ee19-5500-7b63-8e2d-3f7a1c9b5d48",
            "created_at": "2026-11-18T09:00:00.000Z", "updated_at": "2026-11-18T10:00:00.000Z"
        }))))]
async fn release_project(
    State(app): State<App>,
    caller: Caller,
    Path(project_id): Path<String>,
    submission: Submission<views::ReleaseRequest>,
) -> Result<Answer, Problem> {
    let table = &app.context.table;
    let (app, caller, project_id, submission) = (&app, &caller, &project_id, &submission);
    submission
        .once(table, || async move {
            let mut project = app.own(caller, project_id).await?;
            let details = submission.body.details(&project).checked()?;
            let clock = table.clock();
            let quantum_app = QuantumApp::new(
                clock.id(domain::AppId::new),
                caller.user_id,
                Some(project.id),
                details,
                clock.now(),
            );
            project.release(quantum_app.id, clock.now())?;
            let location = format!("/quantum-apps/{}", quantum_app.id);
            let answer = Answer::created(location, &views::Project::from(&*project))?;
            table
                .write([
                    update(&project),
                    create(&quantum_app),
                    submission.remember(table, &answer),
                ])
                .await?;
            Ok(answer)
        })
        .await
}
