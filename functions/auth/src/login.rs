//! How a user logs in with a password: found, tried no oftener than is safe, and let in.

use api::{Answer, Json, Origin, Problem};
use axum::extract::State;
use domain::{
    UserId,
    account::{Login, email_not_verified, wrong_credentials},
    audit::Action,
};
use identity::{Error, Password, SignIn};
use store::{
    Key,
    accounts::{email, user, username},
    attempts::{AttemptsAt, at_account, at_name},
};

use crate::{App, views};

/// Log in
///
/// With the user name or the e-mail address. An unknown login and a wrong password are answered alike, and after some
/// wrong tries both have to wait: a second at first, then longer, after ten a quarter of an hour.
#[utoipa::path(post, path = "/auth/login", operation_id = "createSession", tag = "Auth",
    security(()), request_body = views::LoginRequest,
    extensions(("x-problems" = json!([
        "validation_failed", "wrong_credentials", "too_many_attempts", "email_not_verified",
        "account_suspended", "account_deactivated", "code_required", "conflict"
    ]))),
    responses(
        (status = 200, description = "A new session.", body = views::Session),
        (status = 202, description = "A code of the authenticator app is needed, too.", body = views::CodeAsked)
    ))]
pub(crate) async fn create_session(
    State(app): State<App>,
    Origin(origin): Origin,
    Json(request): Json<views::LoginRequest>,
) -> Result<Answer, Problem> {
    let name = Login::parse(&request.login)?;
    let password = Password::parse(request.password.0).map_err(|_| wrong_credentials())?;
    let meant = app.meant(&name).await?;
    let attempt = app.take_attempt(meant.counted_at, origin.address).await?;
    let account = user(meant.account);
    let (user, signed_in, pending) = tokio::join!(
        app.context.table.get(&account),
        app.log_in(Some(meant.account), &password),
        app.log_in(meant.attempt, &password),
    );
    let (Some(user), Some(signed_in)) = (user?, signed_in?) else {
        app.tell_of_lock(&attempt, meant.account).await;
        // Whoever registers with a proved address is told what they would be told of a fresh one; else a
        // registration and a login with its password would tell whether the address is known.
        let refusal = if pending?.is_some() { email_not_verified() } else { wrong_credentials() };
        return Err(refusal.into());
    };
    user.status.in_good_standing()?;
    let agreed = app.agreed(&user, &password, signed_in).await?;
    match agreed.ok_or_else(wrong_credentials)? {
        SignIn::Done(tokens) => {
            app.begin(user.id, &tokens, &origin, &attempt, Action::LoggedIn).await
        }
        SignIn::CodeAsked(name) => {
            app.take_back(&attempt).await?;
            app.ask_for_code(user.id, &name, attempt.since)
        }
    }
}

/// Whom a login may mean.
struct Meant {
    account: UserId,
    /// A stranger's registration with an address that is proved to be another's.
    attempt: Option<UserId>,
    /// Where tries are counted: at both of them, so that who registered with an address that is another's is held off as
    /// if it were nobody's.
    counted_at: Vec<Key<AttemptsAt>>,
}

impl App {
    /// An unknown login means a user nobody has, so that Cognito is asked all the same.
    async fn meant(&self, login: &Login) -> Result<Meant, Problem> {
        let table = &self.context.table;
        let now = table.clock().now();
        let known = |account: UserId, attempt: Option<UserId>| Meant {
            account,
            attempt,
            counted_at: [Some(account), attempt].into_iter().flatten().map(at_account).collect(),
        };
        let (found, text) = match login {
            Login::Username(name) => {
                let claim = table.get(&username(name)).await?;
                (claim.map(|claim| known(claim.user_id, None)), name)
            }
            Login::Email(address) => {
                let found = table.get(&email(address)).await?.map(|claim| {
                    let others =
                        |id: &UserId| claim.pending_until.is_none() && *id != claim.user_id;
                    let alive = claim.attempt.as_ref().filter(|attempt| now < attempt.until);
                    known(claim.user_id, alive.map(|attempt| attempt.user_id).filter(others))
                });
                (found, address)
            }
        };
        Ok(found.unwrap_or_else(|| Meant {
            account: table.clock().id(UserId::new),
            attempt: None,
            counted_at: vec![at_name(&self.context.attempts.hex(text.as_bytes()))],
        }))
    }

    /// `None` when Cognito refuses, or when there is nobody to ask about.
    pub(crate) async fn log_in(
        &self,
        account: Option<UserId>,
        password: &Password,
    ) -> Result<Option<SignIn>, Problem> {
        let Some(account) = account else { return Ok(None) };
        match self.identity.login(&account.to_string(), password).await {
            Ok(signed_in) => Ok(Some(signed_in)),
            Err(Error::Refused(_)) => Ok(None),
            Err(failed) => Err(Problem::failed(failed)),
        }
    }
}
