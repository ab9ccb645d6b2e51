//! How a login that the password alone does not do is gone on with, by a code of an authenticator app or a recovery code.

use api::{Answer, Json, Origin, Problem};
use axum::extract::State;
use domain::{
    Moment, UserId,
    account::{
        MAX_PASSWORD, User,
        mfa::{CHALLENGE_LASTS, challenge_unusable},
        wrong_password,
    },
    audit::Action,
};
use identity::{Error, Password, Refusal as Refused, Secret, SignIn, Tokens};
use mail::Message;
use serde::{Deserialize, Serialize};
use store::{accounts::user, attempts::at_account, mfa::mfa};

use crate::{
    App, TRIES, problem,
    second::{Second, second},
    views,
};

/// What a login that is half done is gone on with; its holder cannot read it.
#[derive(Serialize, Deserialize)]
struct Challenge {
    user_id: UserId,
    /// What the pool calls the sign-in.
    name: String,
    /// Before anybody looked at the password.
    since: Moment,
    until: Moment,
}

/// Log in with a second factor
///
/// Goes on with a login that was answered with a challenge: by a code of the authenticator app, or by a recovery code and
/// once more the password. A code, a recovery code and a challenge work once.
#[utoipa::path(post, path = "/auth/mfa/login", operation_id = "createMfaSession", tag = "Auth",
    security(()), request_body = views::MfaLoginRequest,
    extensions(("x-problems" = json!([
        "validation_failed", "challenge_unusable", "wrong_code", "wrong_password", "wrong_credentials",
        "too_many_attempts", "mfa_not_enabled", "account_suspended", "account_deactivated", "email_not_verified", "conflict"
    ]))),
    responses((status = 200, description = "A new session.", body = views::Session)))]
pub(crate) async fn create_mfa_session(
    State(app): State<App>,
    Origin(origin): Origin,
    Json(request): Json<views::MfaLoginRequest>,
) -> Result<Answer, Problem> {
    let second = second(request.code, request.recovery_code)?;
    let challenge = app.opened(&request.challenge.0).ok_or_else(challenge_unusable)?;
    let password = possible(request.password);
    if matches!(second, Second::Recovery(_)) && password.is_none() {
        return Err(wrong_password().into());
    }
    let owner = app.context.table.get(&user(challenge.user_id)).await?;
    let owner = owner.filter(|owner| owner.mfa_enabled).ok_or_else(challenge_unusable)?;
    owner.status.in_good_standing()?;
    let mut attempt = app.take_attempt(vec![at_account(owner.id)], origin.address).await?;
    // A password that was set since then counts, not since now.
    attempt.since = challenge.since;
    let granted = app.granted(&owner, &challenge, &second, password).await;
    let tokens = app.judged(&attempt, owner.id, granted).await?;
    let shown = app.shown(owner.id, &second, Some(&challenge.name));
    let how = if shown.is_recovery() { Action::LoggedInWithRecoveryCode } else { Action::LoggedIn };
    let begun = app.begin_with(owner.id, &tokens, &origin, &attempt, how, Some(&shown)).await;
    let answer = app.judged(&attempt, owner.id, begun).await?;
    if shown.is_recovery() {
        app.tell_of_recovery(&owner).await;
    }
    Ok(answer)
}

fn possible(password: Option<views::Hidden>) -> Option<Password> {
    let password = password.filter(|password| password.0.chars().count() <= MAX_PASSWORD)?;
    Password::parse(password.0).ok()
}

impl App {
    /// The password was right, and a code is needed, too.
    pub(crate) fn ask_for_code(
        &self,
        user_id: UserId,
        name: &Secret,
        since: Moment,
    ) -> Result<Answer, Problem> {
        let clock = self.context.table.clock();
        let (name, until) = (name.reveal().to_owned(), clock.now().plus(CHALLENGE_LASTS));
        let challenge = serde_json::to_vec(&Challenge { user_id, name, since, until });
        let challenge = challenge.map_err(Problem::failed)?;
        let challenge = self.context.challenges.close(&challenge, clock.random());
        let expires_in = CHALLENGE_LASTS.as_secs();
        Answer::accepted(None, None, &views::CodeAsked { challenge, expires_in })
    }

    fn opened(&self, challenge: &str) -> Option<Challenge> {
        let opened = self.context.challenges.open(challenge)?;
        let challenge: Challenge = serde_json::from_slice(&opened).ok()?;
        (self.context.table.clock().now() < challenge.until).then_some(challenge)
    }

    /// The pool's tokens, where what was shown is right.
    async fn granted(
        &self,
        owner: &User,
        challenge: &Challenge,
        second: &Second,
        password: Option<Password>,
    ) -> Result<Tokens, Problem> {
        match (second, password) {
            (Second::Code(code), _) => {
                let name = Secret::new(&challenge.name);
                let answered = self.identity.answer_code(&owner.id.to_string(), &name, code).await;
                answered.map_err(|error| match error {
                    Error::Refused(Refused::SessionEnded) => challenge_unusable().into(),
                    other => problem(other),
                })
            }
            (Second::Recovery(code), Some(password)) => {
                self.has_recovery_code(owner.id, code).await?;
                self.tokens_without_code(owner.id, &password).await
            }
            (Second::Recovery(_), None) => Err(wrong_password().into()),
        }
    }

    /// How far a right password leads, once the pool asks for a code where the table says that one is asked and nowhere else:
    /// a process may have died between telling the one and the other. `None` where the password is no longer right.
    pub(crate) async fn agreed(
        &self,
        owner: &User,
        password: &Password,
        signed_in: SignIn,
    ) -> Result<Option<SignIn>, Problem> {
        if owner.mfa_enabled != matches!(signed_in, SignIn::CodeAsked(_)) {
            tracing::warn!(user_id = %owner.id, "the pool and the table differ about codes; the table counts");
        }
        self.asking(owner.id, owner.mfa_enabled, password, signed_in).await
    }

    async fn asking(
        &self,
        owner: UserId,
        asked: bool,
        password: &Password,
        mut signed_in: SignIn,
    ) -> Result<Option<SignIn>, Problem> {
        for _ in 0..TRIES {
            if asked == matches!(signed_in, SignIn::CodeAsked(_)) {
                return Ok(Some(signed_in));
            }
            self.forget(signed_in).await;
            let told = self.identity.set_mfa(&owner.to_string(), asked).await;
            told.map_err(Problem::failed)?;
            let Some(again) = self.log_in(Some(owner), password).await? else { return Ok(None) };
            signed_in = again;
        }
        Err(Problem::failed(Undecided))
    }

    /// The pool's tokens for whoever showed a recovery code, which the pool does not know: for a moment it asks for no code.
    /// Whoever else signs in with the password meanwhile gets no session for it, and what a process leaves that dies in
    /// between is mended by [`Self::agreed`].
    async fn tokens_without_code(
        &self,
        owner: UserId,
        password: &Password,
    ) -> Result<Tokens, Problem> {
        let Some(signed_in) = self.log_in(Some(owner), password).await? else {
            return Err(wrong_password().into());
        };
        let signed_in = self.asking(owner, false, password, signed_in).await;
        if let Err(cause) = self.identity.set_mfa(&owner.to_string(), true).await {
            tracing::warn!(%cause, user_id = %owner, "the pool asks for no codes until the next login");
        }
        match signed_in? {
            Some(SignIn::Done(tokens)) => Ok(tokens),
            Some(SignIn::CodeAsked(_)) => Err(Problem::failed(Undecided)),
            None => Err(wrong_password().into()),
        }
    }

    async fn tell_of_recovery(&self, owner: &User) {
        let left = match self.context.table.get(&mfa(owner.id)).await {
            Ok(found) => found.map_or(0, |mfa| mfa.recovery_codes_left()),
            Err(cause) => {
                tracing::warn!(%cause, user_id = %owner.id, "recovery codes were not counted");
                return;
            }
        };
        self.tell(owner, |to, name| Message::recovery_code_used(to, name, left)).await;
    }
}

/// Others keep switching it to and fro.
#[derive(Debug, thiserror::Error)]
#[error("the pool asks for a code or not, other than it was told")]
struct Undecided;
