//! How a user has an authenticator app asked for, gets recovery codes, and switches it off.

use api::{Answer, Caller, Json, Origin, Problem};
use axum::extract::State;
use domain::{
    Refusal, UserId,
    account::{
        User,
        mfa::{ENROLMENT_LASTS, Mfa, RECOVERY_CODES, RecoveryCode, mfa_enabled, mfa_not_started},
    },
    audit::{Action, Actor, Event},
};
use identity::{Error, Refusal as Refused, Secret, SignIn, Tokens};
use mail::Message;
use qrcode::{QrCode, render::svg};
use serde::{Deserialize, Serialize};
use store::{
    Stored,
    accounts::user,
    attempts::at_account,
    delete,
    mfa::{MfaEnrolment, mfa, mfa_enrolment},
    replace, update,
};

use crate::{
    App, TRIES,
    attempts::Attempt,
    problem,
    second::{Second, Shown, code, second},
    views,
};

/// In pixels, at least.
const PICTURE: u32 = 240;

/// Begin to use an authenticator app
///
/// Answers what the app is told, as a picture and as text. Nothing asks for its codes before one is confirmed with POST
/// /auth/mfa/confirm, within half an hour.
#[utoipa::path(post, path = "/auth/mfa", operation_id = "startMfa", tag = "Auth",
    security(("cognito" = [])), request_body = views::StartMfaRequest,
    extensions(("x-problems" = json!([
        "wrong_password", "too_many_attempts", "mfa_enabled", "not_found", "conflict"
    ]))),
    responses((status = 200, description = "What the app is told, this once.", body = views::MfaSecret)))]
pub(crate) async fn start_mfa(
    State(app): State<App>,
    caller: Caller,
    Origin(origin): Origin,
    Json(request): Json<views::StartMfaRequest>,
) -> Result<Answer, Problem> {
    let owner = app.account(caller.user_id).await?;
    if owner.mfa_enabled {
        return Err(mfa_enabled().into());
    }
    let proved = app.prove(&owner, request.password, &origin).await?;
    let SignIn::Done(tokens) = proved else { return Err(mfa_enabled().into()) };
    let secret = app.identity.associate(&tokens.access).await.map_err(problem)?;
    let expires_at = app.begun(&owner, &tokens).await?;
    let uri = format!(
        "otpauth://totp/Quantum%20Hub:{}?secret={}&issuer=Quantum%20Hub",
        owner.username,
        secret.reveal()
    );
    let picture = QrCode::new(&uri).map_err(Problem::failed)?;
    let picture = picture.render::<svg::Color<'_>>().min_dimensions(PICTURE, PICTURE).build();
    let secret = secret.reveal().to_owned();
    Answer::ok(&views::MfaSecret { secret, uri, qr_code: picture, expires_at })
}

/// Confirm an authenticator app
///
/// From now on a login takes a code of it, too. The recovery codes are shown this once; each stands for a code, once.
#[utoipa::path(post, path = "/auth/mfa/confirm", operation_id = "confirmMfa", tag = "Auth",
    security(("cognito" = [])), request_body = views::ConfirmMfaRequest,
    extensions(("x-problems" = json!([
        "validation_failed", "wrong_code", "too_many_attempts", "mfa_enabled", "mfa_not_started", "not_found", "conflict"
    ]))),
    responses((status = 200, description = "It is in use. Keep the recovery codes.", body = views::RecoveryCodes)))]
pub(crate) async fn confirm_mfa(
    State(app): State<App>,
    caller: Caller,
    Origin(origin): Origin,
    Json(request): Json<views::ConfirmMfaRequest>,
) -> Result<Answer, Problem> {
    let Second::Code(code) = code(request.code)? else { return Err(mfa_not_started().into()) };
    let owner = app.account(caller.user_id).await?;
    let tokens = app.enrolment(&owner).await?;
    let attempt = app.take_attempt(vec![at_account(owner.id)], origin.address).await?;
    let verified = app.identity.verify(&tokens.access, &code).await.map_err(|error| match error {
        Error::Refused(Refused::SessionEnded) => mfa_not_started().into(),
        other => problem(other),
    });
    app.judged(&attempt, owner.id, verified).await?;
    app.identity.set_mfa(&owner.id.to_string(), true).await.map_err(Problem::failed)?;
    let codes = app.new_recovery_codes();
    let event = Event::new(Action::MfaEnabled, Actor::User(owner.id), origin.address);
    let table = &app.context.table;
    table.attempt(TRIES, || app.enable(owner.id, &code, &codes, &attempt, &event)).await?;
    app.revoke(&tokens.refresh).await;
    app.tell(&owner, Message::mfa_enabled).await;
    Answer::ok(&views::RecoveryCodes::of(&codes))
}

/// Make new recovery codes
///
/// They take the place of all earlier ones, and are shown this once.
#[utoipa::path(post, path = "/auth/mfa/recovery-codes", operation_id = "replaceRecoveryCodes", tag = "Auth",
    security(("cognito" = [])), request_body = views::ReplaceRecoveryCodesRequest,
    extensions(("x-problems" = json!([
        "validation_failed", "wrong_password", "wrong_code", "challenge_unusable", "too_many_attempts", "mfa_not_enabled", "not_found", "conflict"
    ]))),
    responses((status = 200, description = "Keep them.", body = views::RecoveryCodes)))]
pub(crate) async fn replace_recovery_codes(
    State(app): State<App>,
    caller: Caller,
    Origin(origin): Origin,
    Json(request): Json<views::ReplaceRecoveryCodesRequest>,
) -> Result<Answer, Problem> {
    let code = code(request.code)?;
    let owner = app.account(caller.user_id).await?;
    let attempt = app.prove_both(&owner, request.password, &code, &origin).await?;
    let shown = app.shown(owner.id, &code, None);
    let codes = app.new_recovery_codes();
    let event = Event::new(Action::RecoveryCodesMade, Actor::User(owner.id), origin.address);
    let table = &app.context.table;
    let replaced = table.attempt(TRIES, || async {
        let trail = table.trail(owner.id).await?;
        let mut mfa = app.spend(owner.id, &shown).await?;
        mfa.replace_recovery_codes(app.hashes(owner.id, &codes));
        let mut writes = app.forgiven(&attempt).await?;
        writes.push(update(&mfa));
        writes.extend(table.enter(trail, [event.clone()]));
        Ok::<_, Problem>(table.write(writes).await?)
    });
    app.judged(&attempt, owner.id, replaced.await).await?;
    Answer::ok(&views::RecoveryCodes::of(&codes))
}

/// Use an authenticator app no longer
///
/// Takes the password and a code of the app or a recovery code. Recovery codes are void with it.
#[utoipa::path(post, path = "/auth/mfa/disable", operation_id = "disableMfa", tag = "Auth",
    security(("cognito" = [])), request_body = views::DisableMfaRequest,
    extensions(("x-problems" = json!([
        "validation_failed", "wrong_password", "wrong_code", "challenge_unusable", "too_many_attempts", "mfa_not_enabled", "not_found", "conflict"
    ]))),
    responses((status = 204, description = "A login takes the password alone.")))]
pub(crate) async fn disable_mfa(
    State(app): State<App>,
    caller: Caller,
    Origin(origin): Origin,
    Json(request): Json<views::DisableMfaRequest>,
) -> Result<Answer, Problem> {
    let second = second(request.code, request.recovery_code)?;
    let owner = app.account(caller.user_id).await?;
    let attempt = app.prove_both(&owner, request.password, &second, &origin).await?;
    let shown = app.shown(owner.id, &second, None);
    let event = Event::new(Action::MfaDisabled, Actor::User(owner.id), origin.address);
    let table = &app.context.table;
    let disabled = table.attempt(TRIES, || app.disable(owner.id, &shown, &attempt, &event)).await;
    app.judged(&attempt, owner.id, disabled).await?;
    // The table is the truth: where the pool was not told, the next login does it.
    if let Err(cause) = app.identity.set_mfa(&owner.id.to_string(), false).await {
        tracing::warn!(%cause, user_id = %owner.id, "the pool still asks for codes");
    }
    app.tell(&owner, Message::mfa_disabled).await;
    Ok(Answer::no_content())
}

/// What the pool knows a begun app by.
#[derive(Serialize, Deserialize)]
struct Kept {
    access: String,
    refresh: String,
}

/// The same, opened.
struct Opened {
    access: Secret,
    refresh: Secret,
}

impl App {
    pub(crate) async fn account(&self, id: UserId) -> Result<Stored<User>, Problem> {
        let found = self.context.table.get(&user(id)).await?;
        Ok(found.ok_or_else(|| Refusal::not_found("user"))?)
    }

    /// Keeps what the app is confirmed with, in the place of what was begun before.
    async fn begun(&self, owner: &User, tokens: &Tokens) -> Result<domain::Moment, Problem> {
        let table = &self.context.table;
        let until = table.clock().now().plus(ENROLMENT_LASTS);
        let [access, refresh] =
            [&tokens.access, &tokens.refresh].map(|token| token.reveal().to_owned());
        let kept = serde_json::to_vec(&Kept { access, refresh }).map_err(Problem::failed)?;
        let sealed = self.context.seal.close(&kept, table.clock().random());
        let enrolment = MfaEnrolment { user_id: owner.id, sealed, until };
        let written = table.attempt(TRIES, || async {
            let found = table.get(&mfa_enrolment(owner.id)).await?;
            table.write([replace(found, enrolment.clone())]).await
        });
        written.await?;
        Ok(until)
    }

    async fn enrolment(&self, owner: &User) -> Result<Opened, Problem> {
        if owner.mfa_enabled {
            return Err(mfa_enabled().into());
        }
        let found = self.context.table.get(&mfa_enrolment(owner.id)).await?;
        let found = found.ok_or_else(mfa_not_started)?;
        let opened = self.context.seal.open(&found.sealed);
        let kept = opened.and_then(|kept| serde_json::from_slice::<Kept>(&kept).ok());
        let Kept { access, refresh } = kept.ok_or_else(mfa_not_started)?;
        Ok(Opened { access: Secret::new(access), refresh: Secret::new(refresh) })
    }

    /// Whoever comes second finds it in use.
    async fn enable(
        &self,
        id: UserId,
        code: &str,
        codes: &[RecoveryCode],
        attempt: &Attempt,
        event: &Event,
    ) -> Result<(), Problem> {
        let table = &self.context.table;
        let trail = table.trail(id).await?;
        let found = table.read((user(id), mfa_enrolment(id), mfa(id))).await?;
        let (Some(mut owner), Some(enrolment), earlier) = found else {
            return Err(mfa_enabled().into());
        };
        let now = table.clock().now();
        owner.mfa_enabled = true;
        owner.updated_at = now;
        let new = Mfa::new(id, self.hashes(id, codes), &self.code_hash(id, code), now);
        let mut writes = self.forgiven(attempt).await?;
        writes.extend([update(&owner), delete(&enrolment), replace(earlier, new)]);
        writes.extend(table.enter(trail, [event.clone()]));
        Ok(table.write(writes).await?)
    }

    async fn disable(
        &self,
        id: UserId,
        shown: &Shown,
        attempt: &Attempt,
        event: &Event,
    ) -> Result<(), Problem> {
        let table = &self.context.table;
        let trail = table.trail(id).await?;
        let mut owner = self.account(id).await?;
        let mfa = self.spend(id, shown).await?;
        owner.mfa_enabled = false;
        owner.updated_at = table.clock().now();
        let mut writes = self.forgiven(attempt).await?;
        writes.extend([update(&owner), delete(&mfa)]);
        writes.extend(table.enter(trail, [event.clone()]));
        Ok(table.write(writes).await?)
    }

    fn new_recovery_codes(&self) -> Vec<RecoveryCode> {
        let clock = self.context.table.clock();
        (0..RECOVERY_CODES).map(|_| RecoveryCode::new(clock.random())).collect()
    }

    fn hashes(&self, owner: UserId, codes: &[RecoveryCode]) -> Vec<String> {
        codes.iter().map(|code| self.recovery_hash(owner, code)).collect()
    }
}
