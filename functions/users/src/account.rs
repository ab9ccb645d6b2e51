//! Serves an account to its owner: read, renamed, made a provider's.

use api::{Answer, Caller, IfMatch, IfMatchHeader, Json, Origin, Path, Problem, Submission};
use axum::extract::State;
use domain::{
    UserId,
    account::{Role, User, UserView},
    audit::{Action, Actor, Event},
    shape,
};
use store::{Stored, accounts, people::moved, update};

use crate::{
    App, views,
    whose::{absent, own, own_or_any},
};

/// Read an account
///
/// One's own; an administrator reads any.
#[utoipa::path(get, path = "/users/{user_id}", operation_id = "getUser", tag = "Users",
    security(("cognito" = [])), params(("user_id" = inline(shape::UserReference), Path)),
    responses((status = 200, description = "The account.", body = UserView, headers(("ETag" = String)))))]
pub(crate) async fn get_user(
    State(app): State<App>,
    caller: Caller,
    Path(user_id): Path<String>,
) -> Result<Answer, Problem> {
    let user = app.account(own_or_any(&caller, &user_id)?).await?;
    Ok(Answer::ok(&UserView::from(&*user))?.etag(user.version()))
}

/// Change one's full name
///
/// The user name stays, and the address is changed with POST /auth/email.
#[utoipa::path(put, path = "/users/{user_id}", operation_id = "updateUser", tag = "Users",
    security(("cognito" = [])), params(("user_id" = inline(shape::UserReference), Path), IfMatchHeader),
    request_body = views::NameRequest,
    extensions(("x-problems" = json!(["validation_failed"]))),
    responses((status = 200, description = "The account as it is now.", body = UserView, headers(("ETag" = String)))))]
pub(crate) async fn update_user(
    State(app): State<App>,
    caller: Caller,
    Path(user_id): Path<String>,
    if_match: IfMatch,
    Origin(origin): Origin,
    Json(request): Json<views::NameRequest>,
) -> Result<Answer, Problem> {
    let table = &app.context.table;
    let id = own(&caller, &user_id)?;
    let (mut user, trail) = (app.account(id).await?, table.trail(id).await?);
    if_match.check(user.version())?;
    let before = user.clone();
    user.rename(&request.full_name, table.clock().now())?;
    let event = Event::new(Action::ProfileChanged, Actor::User(id), origin.address);
    let mut writes = vec![update(&user)];
    writes.extend(moved(Some(&before), Some(&user)));
    writes.extend(table.enter(trail, [event.about("full name")]));
    table.write(writes).await?;
    Ok(Answer::ok(&UserView::from(&*user))?.etag(user.version() + 1))
}

/// Become a provider
///
/// A provider may publish apps and sell them. The role holds from the next request on, without a new login.
#[utoipa::path(post, path = "/users/me/provider", operation_id = "becomeProvider", tag = "Users",
    security(("cognito" = [])), params(api::IdempotencyHeader), request_body = views::ProviderRequest,
    extensions(("x-problems" = json!(["terms_outdated", "not_found"]))),
    responses((status = 200, description = "The account with its new role.", body = UserView)))]
pub(crate) async fn become_provider(
    State(app): State<App>,
    caller: Caller,
    Origin(origin): Origin,
    submission: Submission<views::ProviderRequest>,
) -> Result<Answer, Problem> {
    let table = &app.context.table;
    let (app, id, submission) = (&app, caller.user_id, &submission);
    let event = &Event::new(Action::BecameProvider, Actor::User(id), origin.address);
    let answer = submission
        .once(table, || async move {
            let found = table.read((accounts::user(id), accounts::subject(id))).await?;
            let (Some(mut user), Some(mut subject)) = found else { return Err(absent().into()) };
            let before = user.clone();
            user.become_provider(&submission.body.terms_version, table.clock().now())?;
            *subject = user.subject();
            let answer = Answer::ok(&UserView::from(&*user))?;
            let mut writes =
                vec![update(&user), update(&subject), submission.remember(table, &answer)];
            writes.extend(moved(Some(&before), Some(&user)));
            if user.roles != before.roles {
                writes.extend(table.enter(table.trail(id).await?, [event.clone()]));
            }
            table.write(writes).await?;
            Ok(answer)
        })
        .await?;
    app.tell_pool(id, &[Role::Provider], &[]).await;
    Ok(answer)
}

impl App {
    pub(crate) async fn account(&self, id: UserId) -> Result<Stored<User>, Problem> {
        Ok(self.context.table.get(&accounts::user(id)).await?.ok_or_else(absent)?)
    }

    /// The pool's groups are a copy that nothing of ours reads: that it could not be told stops nobody.
    pub(crate) async fn tell_pool(&self, user: UserId, given: &[Role], taken: &[Role]) {
        let name = user.to_string();
        for (role, given) in
            given.iter().map(|role| (role, true)).chain(taken.iter().map(|role| (role, false)))
        {
            let Some(group) = role.group() else { continue };
            let told = match given {
                true => self.identity.add_to_group(&name, group).await,
                false => self.identity.remove_from_group(&name, group).await,
            };
            if let Err(cause) = told {
                tracing::warn!(%cause, user_id = %user, "the pool was not told of a role");
            }
        }
    }
}
