//! How a user's session begins, goes on and ends, and how they learn who they are.

use api::{Answer, Caller, Json, Origin, Problem};
use axum::extract::State;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    Refusal, UserId,
    account::{User, UserView, refresh_refused, wrong_credentials},
    audit::{Action, Actor, Event},
    session::{self, RefreshToken, SessionId},
};
use identity::Tokens;
use serde::Deserialize;
use sessions::Renewed;
use store::{
    Write,
    accounts::{subject, user},
    update,
};

use crate::{App, TRIES, attempts::Attempt, problem, second::Shown, views};

/// Go on with a session
///
/// New tokens for a refresh token, which works once: keep the one of the answer. A token that was used before ends the
/// session, for somebody has a copy of it; within a minute it is taken for a repeat whose answer was lost.
#[utoipa::path(post, path = "/auth/refresh", operation_id = "refreshSession", tag = "Auth",
    security(()), request_body = views::RefreshRequest,
    extensions(("x-problems" = json!([
        "refresh_refused", "email_not_verified", "account_suspended", "account_deactivated",
        "too_many_attempts"
    ]))),
    responses((status = 200, description = "New tokens.", body = views::SessionTokens)))]
pub(crate) async fn refresh_session(
    State(app): State<App>,
    Origin(origin): Origin,
    Json(request): Json<views::RefreshRequest>,
) -> Result<Answer, Problem> {
    let shown = RefreshToken::parse(&request.refresh_token.0).ok_or_else(refresh_refused)?;
    let subject = app.context.table.get(&subject(shown.user_id)).await?;
    subject.ok_or_else(refresh_refused)?.status.in_good_standing()?;
    let renewed = app.sessions.renew(&shown, &origin).await.map_err(refused)?;
    let Renewed { tokens, refresh, ends_at } = renewed;
    Answer::ok(&views::SessionTokens::of(&tokens, &refresh, ends_at))
}

/// Log out
///
/// Ends the session the request is sent with, or, with `all`, every session of the account. What has ended opens
/// nothing from the next request on.
#[utoipa::path(post, path = "/auth/logout", operation_id = "endSession", tag = "Auth",
    security(("cognito" = [])), request_body = views::LogoutRequest,
    extensions(("x-problems" = json!(["conflict"]))),
    responses((status = 204, description = "It has ended.")))]
pub(crate) async fn end_session(
    State(app): State<App>,
    caller: Caller,
    Origin(origin): Origin,
    Json(request): Json<views::LogoutRequest>,
) -> Result<Answer, Problem> {
    let by = Actor::User(caller.user_id);
    let event = |action| Event::new(action, by, origin.address);
    match caller.session() {
        Some(session) if !request.all => {
            let ended = app.sessions.end(caller.user_id, &session.id, event(Action::LoggedOut));
            ended.await.map_err(refused)?;
        }
        _ => {
            let ended = app.sessions.end_all(caller.user_id, None, event(Action::SessionsEnded));
            ended.await.map_err(refused)?;
        }
    }
    Ok(Answer::no_content())
}

/// Read one's own account
///
/// With the roles it has now, whatever the access token says.
#[utoipa::path(get, path = "/auth/me", operation_id = "getMe", tag = "Auth",
    security(("cognito" = [])),
    extensions(("x-problems" = json!(["not_found"]))),
    responses((status = 200, description = "The account of who is logged in.", body = UserView)))]
pub(crate) async fn get_me(State(app): State<App>, caller: Caller) -> Result<Answer, Problem> {
    let found = app.context.table.get(&user(caller.user_id)).await?;
    Answer::ok(&UserView::from(&*found.ok_or_else(|| Refusal::not_found("user"))?))
}

/// What a session begins on.
#[derive(Clone, Copy)]
pub(crate) enum Proof<'a> {
    /// A password, and what was shown besides it.
    Tried(&'a Attempt, Option<&'a Shown>),
    /// Google's word, which stands for both.
    Google,
}

impl App {
    /// Makes a session of what the pool has granted, in one write with all that a right try changes; not where the
    /// account asks for a second factor.
    pub(crate) async fn begin(
        &self,
        owner: UserId,
        tokens: &Tokens,
        origin: &session::Origin,
        attempt: &Attempt,
        how: Action,
    ) -> Result<Answer, Problem> {
        self.begin_with(owner, tokens, origin, attempt, how, None).await
    }

    /// The same with a second factor that was right, which the write uses up.
    pub(crate) async fn begin_with(
        &self,
        owner: UserId,
        tokens: &Tokens,
        origin: &session::Origin,
        attempt: &Attempt,
        how: Action,
        shown: Option<&Shown>,
    ) -> Result<Answer, Problem> {
        let proof = Proof::Tried(attempt, shown);
        Answer::ok(&self.new_session(owner, tokens, origin, how, proof).await?)
    }

    /// A session, of which its owner is told; where none begins, the pool forgets what it has granted.
    pub(crate) async fn new_session(
        &self,
        owner: UserId,
        tokens: &Tokens,
        origin: &session::Origin,
        how: Action,
        proof: Proof<'_>,
    ) -> Result<views::Session, Problem> {
        let table = &self.context.table;
        let id = &session_of(tokens, owner).ok_or_else(|| Problem::failed(NotOurs))?;
        let begun = table
            .attempt(TRIES, || async move {
                // Before the user: a password that is set from here on is entered, and this write meets it.
                let trail = table.trail(owner).await?;
                let found = table.get(&user(owner)).await?;
                let mut user = found.ok_or_else(|| Refusal::not_found("user"))?;
                user.status.in_good_standing()?;
                let begun = self.sessions.begin(owner, id.clone(), tokens, origin.clone());
                let sessions::Begun { mut writes, refresh, ends_at } =
                    begun.await.map_err(refused)?;
                writes.extend(self.used_up(&user, proof).await?);
                let event = Event::new(how, Actor::User(owner), origin.address);
                writes.extend(table.enter(trail, [event]));
                if user.logged_in(table.clock().now()) {
                    writes.push(update(&user));
                }
                table.write(writes).await?;
                let tokens = views::SessionTokens::of(tokens, &refresh, ends_at);
                Ok(views::Session { tokens, user: UserView::from(&*user) })
            })
            .await;
        if begun.is_err() {
            self.revoke(&tokens.refresh).await;
        }
        begun
    }

    /// What a session that begins on this takes away.
    async fn used_up(&self, user: &User, proof: Proof<'_>) -> Result<Vec<Write>, Problem> {
        let Proof::Tried(attempt, shown) = proof else { return Ok(Vec::new()) };
        if !user.password_holds_since(attempt.since) {
            return Err(wrong_credentials().into());
        }
        let mut writes = self.forgiven(attempt).await?;
        writes.extend(self.spent(user, shown).await?);
        Ok(writes)
    }
}

/// The pool's answer is about somebody else, or says nothing of a session.
#[derive(Debug, thiserror::Error)]
#[error("the pool granted tokens without a session of this user")]
struct NotOurs;

/// What the pool calls the session. The tokens come from it a moment ago: no signature needs to be checked.
fn session_of(tokens: &Tokens, owner: UserId) -> Option<SessionId> {
    #[derive(Deserialize)]
    struct Claims {
        username: String,
        origin_jti: SessionId,
    }
    let payload = tokens.access.reveal().split('.').nth(1)?;
    let claims = URL_SAFE_NO_PAD.decode(payload).ok()?;
    let claims: Claims = serde_json::from_slice(&claims).ok()?;
    (claims.username == owner.to_string()).then_some(claims.origin_jti)
}

pub(crate) fn refused(error: sessions::Error) -> Problem {
    match error {
        sessions::Error::Store(error) => error.into(),
        sessions::Error::Identity(error) => problem(error),
    }
}
