//! How a user shows that they know their password and sets another, and what that changes besides.

use api::{Answer, Caller, Json, Origin, Problem};
use axum::extract::State;
use domain::{
    Refusal, UserId,
    account::{self, MAX_PASSWORD, Purpose, User, wrong_password},
    audit::{Action, Actor, Event},
    session::{self, SessionId},
};
use identity::{Password, Secret, SignIn};
use mail::{Address, Message};
use store::{
    Stored, Write,
    accounts::user,
    attempts::{AttemptsAt, at_account},
    delete,
    links::latest_link,
    update,
};

use crate::{
    App, problem_at,
    session::refused,
    views::{self, Hidden},
};

/// More than elsewhere: the pool has the new password already.
const TRIES: u32 = 8;
const NEW: &str = "/new_password";

/// Somebody's password that was set.
pub(crate) struct PasswordSet<'a> {
    pub owner: UserId,
    pub event: Event,
    /// The one session that goes on.
    pub kept: Option<&'a SessionId>,
}

/// Change one's password
///
/// Every other session of the account ends; the one that the request is sent with goes on. After some wrong tries one has to
/// wait, as for a login.
#[utoipa::path(post, path = "/auth/password", operation_id = "changePassword", tag = "Auth",
    security(("cognito" = [])), request_body = views::ChangePasswordRequest,
    extensions(("x-problems" = json!([
        "validation_failed", "wrong_password", "too_many_attempts", "not_found", "conflict"
    ]))),
    responses((status = 204, description = "The new password is in force.")))]
pub(crate) async fn change_password(
    State(app): State<App>,
    caller: Caller,
    Origin(origin): Origin,
    Json(request): Json<views::ChangePasswordRequest>,
) -> Result<Answer, Problem> {
    let password = new_password(request.new_password)?;
    let account = app.account(caller.user_id).await?;
    let owner = account.id;
    let proved = app.prove(&account, request.current_password, &origin).await?;
    app.forget(proved).await;
    app.identity.set_password(&owner.to_string(), &password).await.map_err(refused_as_new)?;
    let event = Event::new(Action::PasswordChanged, Actor::User(owner), origin.address);
    let kept = caller.session().map(|session| &session.id);
    app.password_is_set(PasswordSet { owner, event, kept }).await?;
    Ok(Answer::no_content())
}

/// What is wrong with it, of what we know of ourselves; the pool knows more.
pub(crate) fn new_password(text: Hidden) -> Result<Password, Problem> {
    account::new_password(NEW, &text.0)?;
    Password::parse(text.0).map_err(|refusal| refused_as_new(refusal.into()))
}

pub(crate) fn refused_as_new(error: identity::Error) -> Problem {
    problem_at(NEW, error)
}

/// Opens an account to tries. Where a code is asked, too, wrong ones are kept in mind: a new password says nothing of them.
fn opened(mut attempts: Stored<AttemptsAt>, owner: &User) -> Write {
    if !owner.mfa_enabled {
        return delete(&attempts);
    }
    attempts.attempts.open();
    update(&attempts)
}

impl App {
    /// Writes at once what follows from a new password: sessions end, logins that are under way with the one before begin
    /// none, links that were mailed before lead nowhere, and the account is open to tries again. Then its owner is told.
    pub(crate) async fn password_is_set(&self, set: PasswordSet<'_>) -> Result<(), Problem> {
        let table = &self.context.table;
        let (owner, ending) = table.attempt(TRIES, || self.follow(&set)).await?;
        self.sessions.ended(ending).await;
        self.tell(&owner, Message::password_set).await;
        Ok(())
    }

    async fn follow(&self, set: &PasswordSet<'_>) -> Result<(User, sessions::Ending), Problem> {
        let table = &self.context.table;
        // First of all: whatever a session begins with is entered, so none begins unnoticed from here on.
        let trail = table.trail(set.owner).await?;
        let link = |purpose| latest_link(set.owner, purpose);
        let (reset, change) = (link(Purpose::ResetPassword), link(Purpose::ChangeEmail));
        let found = table.read((user(set.owner), reset, change, at_account(set.owner)));
        let (owner, reset, change, attempts) = found.await?;
        let mut owner = owner.ok_or_else(|| Refusal::not_found("user"))?;
        let mut ending = self.sessions.ending(set.owner, set.kept).await.map_err(refused)?;
        owner.password_set(table.clock().now());
        let mut writes = vec![update(&owner)];
        writes.extend([reset, change].iter().flatten().map(delete));
        writes.extend(attempts.map(|attempts| opened(attempts, &owner)));
        writes.append(&mut ending.writes);
        writes.extend(table.enter(trail, [set.event.clone()]));
        table.write(writes).await?;
        Ok((owner.into_inner(), ending))
    }

    /// Whether a user knows their password, as the pool tells; a wrong one is counted at them and their address.
    pub(crate) async fn prove(
        &self,
        owner: &User,
        password: Hidden,
        origin: &session::Origin,
    ) -> Result<SignIn, Problem> {
        let possible = password.0.chars().count() <= MAX_PASSWORD;
        let password = Password::parse(password.0).ok().filter(|_| possible);
        let password = password.ok_or_else(wrong_password)?;
        let attempt = self.take_attempt(vec![at_account(owner.id)], origin.address).await?;
        let Some(proved) = self.log_in(Some(owner.id), &password).await? else {
            self.tell_of_lock(&attempt, owner.id).await;
            return Err(wrong_password().into());
        };
        self.take_back(&attempt).await?;
        let agreed = self.agreed(owner, &password, proved).await?;
        Ok(agreed.ok_or_else(wrong_password)?)
    }

    /// Ends in the pool what was begun there only to check a password; here it never was a session.
    pub(crate) async fn forget(&self, proved: SignIn) {
        if let SignIn::Done(tokens) = proved {
            self.revoke(&tokens.refresh).await;
        }
    }

    pub(crate) async fn revoke(&self, refresh: &Secret) {
        if let Err(cause) = self.identity.revoke(refresh).await {
            tracing::warn!(%cause, "the pool was not told that a sign-in is over");
        }
    }

    /// Tells an owner of what was done; it stands whether or not they hear of it.
    pub(crate) async fn tell(
        &self,
        owner: &User,
        message: impl FnOnce(Address, &str) -> Result<Message, mail::Refusal>,
    ) {
        let message = Address::parse(&owner.email).and_then(|to| message(to, &owner.username));
        let told = match &message {
            Ok(message) => self.mail.send(message).await.map_err(|error| error.to_string()),
            Err(refusal) => Err(refusal.to_string()),
        };
        if let Err(cause) = told {
            tracing::error!(%cause, user_id = %owner.id, "an owner was not told of a change");
        }
    }
}
