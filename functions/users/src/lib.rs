//! Serves `/users`: what users do with their own accounts.

pub mod views;

use api::{Answer, Caller, Context, InitError, Problem, Submission};
use axum::extract::State;
use domain::{Refusal, account::UserView};
use store::{accounts, update};
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
}

impl api::App for App {
    fn context(&self) -> Option<&Context> {
        Some(&self.context)
    }
}

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(become_provider))
}

/// Become a provider
///
/// A provider may publish apps and sell them. The role holds from the next request on, without a new login.
#[utoipa::path(post, path = "/users/me/provider", operation_id = "becomeProvider", tag = "Users",
    security(("cognito" = [])), params(api::IdempotencyHeader), request_body = views::ProviderRequest,
    extensions(("x-problems" = json!(["terms_outdated", "not_found"]))),
    responses((status = 200, description = "The account with its new role.", body = UserView)))]
async fn become_provider(
    State(app): State<App>,
    caller: Caller,
    submission: Submission<views::ProviderRequest>,
) -> Result<Answer, Problem> {
    let table = &app.context.table;
    let (id, submission) = (caller.user_id, &submission);
    submission
        .once(table, || async move {
            let found = table.read((accounts::user(id), accounts::subject(id))).await?;
            let (Some(mut user), Some(mut subject)) = found else {
                return Err(Refusal::not_found("user").into());
            };
            user.become_provider(&submission.body.terms_version, table.clock().now())?;
            *subject = user.subject();
            let answer = Answer::ok(&UserView::from(&*user))?;
            table
                .write([update(&user), update(&subject), submission.remember(table, &answer)])
                .await?;
            Ok(answer)
        })
        .await
}
