//! How a user gets a session, keeps it, and learns who they are.

use api::{Answer, Caller, Json, Problem};
use axum::extract::State;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    Refusal, UserId,
    account::{Login, User, UserView, email_not_verified, refresh_refused, wrong_credentials},
};
use identity::{Error, Password, Secret, Tokens};
use serde::Deserialize;
use store::{
    Stored,
    accounts::{email, subject, user, username},
    update,
};

use crate::{App, problem, views};

/// Log in
///
/// With the user name or the e-mail address. An unknown login, a wrong password and a login that was wrong too
/// often are answered alike.
#[utoipa::path(post, path = "/auth/login", operation_id = "createSession", tag = "Auth",
    security(()), request_body = views::LoginRequest,
    extensions(("x-problems" = json!([
        "validation_failed", "wrong_credentials", "email_not_verified", "account_suspended"
    ]))),
    responses((status = 200, description = "A new session.", body = views::Session)))]
pub(crate) async fn create_session(
    State(app): State<App>,
    Json(request): Json<views::LoginRequest>,
) -> Result<Answer, Problem> {
    let name = Login::parse(&request.login)?;
    let password = Password::parse(request.password.0).map_err(|_| wrong_credentials())?;
    let meant = app.meant(&name).await?;
    let account = user(meant.account);
    let (user, tokens, pending) = tokio::join!(
        app.context.table.get(&account),
        app.log_in(Some(meant.account), &password),
        app.log_in(meant.attempt, &password),
    );
    let (user, Some(tokens)) = (user?, tokens?) else {
        // Whoever registers with a proved address is told what they would be told of a fresh one; else a
        // registration and a login with its password would tell whether the address is known.
        let refusal = if pending?.is_some() { email_not_verified() } else { wrong_credentials() };
        return Err(refusal.into());
    };
    let user = user.ok_or_else(wrong_credentials)?;
    user.status.in_good_standing()?;
    let user = app.note_login(user).await;
    Answer::ok(&views::Session { tokens: (&tokens).into(), user: UserView::from(&user) })
}

/// Go on with a session
///
/// New tokens for a refresh token; keep the refresh token of the answer.
#[utoipa::path(post, path = "/auth/refresh", operation_id = "refreshSession", tag = "Auth",
    security(()), request_body = views::RefreshRequest,
    extensions(("x-problems" = json!([
        "refresh_refused", "email_not_verified", "account_suspended", "too_many_attempts"
    ]))),
    responses((status = 200, description = "New tokens.", body = views::SessionTokens)))]
pub(crate) async fn refresh_session(
    State(app): State<App>,
    Json(request): Json<views::RefreshRequest>,
) -> Result<Answer, Problem> {
    let refresh = Secret::new(request.refresh_token.0);
    let tokens = app.identity.refresh(&refresh).await.map_err(problem)?;
    let user_id = owner(&tokens).ok_or_else(refresh_refused)?;
    let subject = app.context.table.get(&subject(user_id)).await?.ok_or_else(refresh_refused)?;
    subject.status.in_good_standing()?;
    Answer::ok(&views::SessionTokens::from(&tokens))
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

/// Whom a login may mean.
struct Meant {
    account: UserId,
    /// A stranger's registration with an address that is proved to be another's.
    attempt: Option<UserId>,
}

impl App {
    /// An unknown login means a user nobody has, so that Cognito is asked all the same.
    async fn meant(&self, login: &Login) -> Result<Meant, Problem> {
        let table = &self.context.table;
        let now = table.clock().now();
        let found = match login {
            Login::Username(name) => {
                let claim = table.get(&username(name)).await?;
                claim.map(|claim| Meant { account: claim.user_id, attempt: None })
            }
            Login::Email(address) => table.get(&email(address)).await?.map(|claim| {
                let others = |id: &UserId| claim.pending_until.is_none() && *id != claim.user_id;
                let alive = claim.attempt.as_ref().filter(|attempt| now < attempt.until);
                Meant {
                    account: claim.user_id,
                    attempt: alive.map(|attempt| attempt.user_id).filter(others),
                }
            }),
        };
        let nobody = || Meant { account: table.clock().id(UserId::new), attempt: None };
        Ok(found.unwrap_or_else(nobody))
    }

    /// `None` when Cognito refuses, or when there is nobody to ask about.
    async fn log_in(
        &self,
        account: Option<UserId>,
        password: &Password,
    ) -> Result<Option<Tokens>, Problem> {
        let Some(account) = account else { return Ok(None) };
        match self.identity.login(&account.to_string(), password).await {
            Ok(tokens) => Ok(Some(tokens)),
            Err(Error::Refused(_)) => Ok(None),
            Err(failed) => Err(Problem::failed(failed)),
        }
    }

    /// The login holds though it could not be noted.
    async fn note_login(&self, mut user: Stored<User>) -> User {
        let table = &self.context.table;
        if user.logged_in(table.clock().now())
            && let Err(error) = table.write([update(&user)]).await
        {
            tracing::warn!(cause = %error, "a login was not noted");
        }
        user.into_inner()
    }
}

/// Whose tokens these are. They come from Cognito itself a moment ago: no signature needs to be checked.
fn owner(tokens: &Tokens) -> Option<UserId> {
    #[derive(Deserialize)]
    struct Claims {
        username: UserId,
    }
    let payload = tokens.access.reveal().split('.').nth(1)?;
    let claims = URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice::<Claims>(&claims).ok().map(|claims| claims.username)
}
