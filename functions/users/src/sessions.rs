//! Serves a user's sessions: from where they are used, and how they are ended.

use api::{Answer, Caller, ListQuery, Origin, Page, Params, Path, Problem};
use axum::extract::State;
use domain::{
    Kind, Refusal,
    audit::{Action, Actor, Event},
    field::sentence,
    session::{BadSessionId, SessionId},
    shape,
};
use store::sessions::sessions_of;

use crate::{
    App, failed, views,
    whose::{own, own_or_any},
};

/// List one's own sessions
///
/// Each began with a login, and lasts until it is ended, or for 30 days. In no order that means anything.
#[utoipa::path(get, path = "/users/{user_id}/sessions", operation_id = "listSessions", tag = "Users",
    security(("cognito" = [])), params(("user_id" = inline(shape::UserReference), Path), ListQuery),
    responses((status = 200, description = "A page of sessions.", body = Page<views::Session>)))]
pub(crate) async fn list_sessions(
    State(app): State<App>,
    caller: Caller,
    Path(user_id): Path<String>,
    Params(asked): Params<ListQuery>,
) -> Result<Answer, Problem> {
    let current = caller.session().map(|session| &session.id);
    let sessions = sessions_of(own(&caller, &user_id)?);
    let page = app.context.list(sessions, &asked, |session| views::Session::of(session, current));
    Answer::ok(&page.await?)
}

/// End a session
///
/// It opens nothing from the next request on. The one that the request is sent with may be ended, too.
#[utoipa::path(delete, path = "/users/{user_id}/sessions/{session_id}", operation_id = "deleteSession", tag = "Users",
    security(("cognito" = [])),
    params(("user_id" = inline(shape::UserReference), Path), ("session_id" = inline(shape::SessionId), Path)),
    extensions(("x-problems" = json!(["conflict"]))),
    responses((status = 204, description = "It has ended.")))]
pub(crate) async fn delete_session(
    State(app): State<App>,
    caller: Caller,
    Path((user_id, session_id)): Path<(String, String)>,
    Origin(origin): Origin,
) -> Result<Answer, Problem> {
    let user = own(&caller, &user_id)?;
    let session: SessionId = session_id.parse().map_err(bad_id)?;
    let event = Event::new(Action::SessionEnded, Actor::User(user), origin.address);
    let ended = app.sessions.end(user, &session, event).await.map_err(failed)?;
    if ended { Ok(Answer::no_content()) } else { Err(Refusal::not_found("session").into()) }
}

/// End all other sessions
///
/// All of the account but the one that the request is sent with; POST /auth/logout ends that one, too. An
/// administrator ends all sessions of somebody else.
#[utoipa::path(delete, path = "/users/{user_id}/sessions", operation_id = "deleteSessions", tag = "Users",
    security(("cognito" = [])), params(("user_id" = inline(shape::UserReference), Path)),
    extensions(("x-problems" = json!(["conflict"]))),
    responses((status = 204, description = "They have ended.")))]
pub(crate) async fn delete_sessions(
    State(app): State<App>,
    caller: Caller,
    Path(user_id): Path<String>,
    Origin(origin): Origin,
) -> Result<Answer, Problem> {
    let user = own_or_any(&caller, &user_id)?;
    app.account(user).await?;
    let event = Event::new(Action::SessionsEnded, Actor::User(caller.user_id), origin.address);
    // Of somebody else there is none by this id.
    let kept = caller.session().map(|session| &session.id);
    app.sessions.end_all(user, kept, event).await.map_err(failed)?;
    Ok(Answer::no_content())
}

fn bad_id(bad: BadSessionId) -> Refusal {
    Refusal::new(Kind::Malformed, "bad_id", sentence(&bad))
}
