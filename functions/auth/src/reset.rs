//! How a forgotten password is replaced: by a link that is mailed to the account's address and works once.

use api::{Answer, Json, Origin, Path, Problem};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{
    Moment, UserId,
    account::{self, LINK_LASTS, LatestLink, Purpose, Status, User},
    audit::{Action, Actor, Event},
    session,
};
use http::HeaderMap;
use identity::Error;
use mail::Message;
use store::{
    Stored,
    accounts::{EmailClaim, email, user},
    create,
    links::latest_link,
    replace, update,
};

use crate::{
    App, TRIES, page,
    password::{PasswordSet, new_password, refused_as_new},
    views,
};

/// Ask for a new password
///
/// The answer is the same whether or not an account has this address. A mailed link works once, within an hour; a newer
/// one takes its place. At most one mail a minute is sent.
#[utoipa::path(post, path = "/auth/reset-password", operation_id = "startPasswordReset", tag = "Auth",
    security(()), request_body = views::ResendRequest,
    extensions(("x-problems" = json!(["validation_failed"]))),
    responses((status = 202, description = "A mail is on its way if an account has this address.", body = views::MailPromised)))]
pub(crate) async fn start_password_reset(
    State(app): State<App>,
    Origin(origin): Origin,
    Json(request): Json<views::ResendRequest>,
) -> Result<Answer, Problem> {
    let address = account::email(&request.email)?;
    app.alike(app.mail_reset(&address, &origin)).await?;
    Answer::accepted(None, None, &views::MailPromised { message: PROMISE })
}

const PROMISE: &str = "If an account has this address, a link that sets a new password is on its way; it works once, within an hour.";

/// Look at a link for a new password
///
/// Changes nothing and uses nothing up. A browser gets a page with a form.
#[utoipa::path(get, path = "/auth/reset-password/{token}", operation_id = "getPasswordReset", tag = "Auth",
    security(()), extensions(("x-problems" = json!(["link_unusable"])), ("x-any-query" = json!(true))),
    params(("token" = String, Path, description = "From the mailed link.", min_length = 64, max_length = 64,
        pattern = "^[0-9a-f]{64}$",
        example = "3f0c9a4b6d1e8275c4b3a2918f7e6d5c4b3a29180f1e2d3c4b5a69788796a5b4")),
    responses((status = 200, description = "The link sets a new password.", body = views::PasswordReset)))]
pub(crate) async fn get_password_reset(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let held = app.held(&token, Purpose::ResetPassword).await?;
    if page::wanted(&headers) {
        return Ok(page::new_password());
    }
    let view = views::PasswordReset { expires_at: held.latest.until };
    Ok(Answer::ok(&view)?.into_response())
}

/// Set a new password by a mailed link
///
/// The link is used up by it, and every session of the account ends. A password that is refused leaves the link as it
/// was. Of two who use it at once one sets the password.
#[utoipa::path(post, path = "/auth/reset-password/{token}", operation_id = "resetPassword", tag = "Auth",
    security(()), request_body = views::NewPasswordRequest,
    extensions(("x-problems" = json!([
        "validation_failed", "link_unusable", "link_in_use", "conflict", "too_many_attempts"
    ]))),
    params(("token" = String, Path, description = "From the mailed link.", min_length = 64, max_length = 64,
        pattern = "^[0-9a-f]{64}$",
        example = "3f0c9a4b6d1e8275c4b3a2918f7e6d5c4b3a29180f1e2d3c4b5a69788796a5b4")),
    responses((status = 204, description = "The password is set; log in with it.")))]
pub(crate) async fn reset_password(
    State(app): State<App>,
    Path(token): Path<String>,
    Origin(origin): Origin,
    Json(request): Json<views::NewPasswordRequest>,
) -> Result<Answer, Problem> {
    let password = new_password(request.new_password)?;
    let account = app.take_reset(&token).await?;
    let (owner, name) = (account.id, account.id.to_string());
    if let Err(error) = app.identity.renew_password(&name, &account.email, &password).await {
        // Where nobody knows whether it was set, the link stays taken until no request can be under way.
        if matches!(error, Error::Refused(_)) {
            app.give_back_reset(owner).await?;
        }
        return Err(refused_as_new(error));
    }
    let event = Event::new(Action::PasswordReset, Actor::Stranger, origin.address);
    app.password_is_set(PasswordSet { owner, event, kept: None }).await?;
    // Ended here already, one by one; there may be others in the pool that never were sessions here.
    if let Err(cause) = app.identity.sign_out(&name).await {
        tracing::warn!(%cause, user_id = %owner, "the pool was not told to sign a user out");
    }
    Ok(Answer::no_content())
}

/// Whom a link is mailed to.
struct Asked {
    claim: Stored<EmailClaim>,
    owner: Stored<User>,
}

impl Asked {
    /// Whoever proved the address and may log in, unless there were mails enough.
    fn by(
        claim: Option<Stored<EmailClaim>>,
        owner: Option<Stored<User>>,
        now: Moment,
    ) -> Option<Self> {
        let (mut claim, owner) = (claim?, owner?);
        let proved = claim.pending_until.is_none() && owner.status == Status::Active;
        (proved && claim.resets.take_again(now)).then_some(Self { claim, owner })
    }
}

impl App {
    /// For an address that nobody has, or that has had mails enough, as much is read and written as for any other: then a
    /// link for nobody, which time removes.
    async fn mail_reset(&self, address: &str, origin: &session::Origin) -> Result<(), Problem> {
        match self.new_reset(address, origin).await {
            Ok(Some((owner, link))) => {
                self.tell(&owner, |to, name| Message::password_reset(to, name, &link)).await;
            }
            // Somebody else was mailed or wrote meanwhile: told, it would tell that the address is known.
            Ok(None) | Err(store::Error::Contended) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Whom to mail which link.
    async fn new_reset(
        &self,
        address: &str,
        origin: &session::Origin,
    ) -> Result<Option<(User, String)>, store::Error> {
        let table = &self.context.table;
        let claim = table.get(&email(address)).await?;
        let nobody = table.clock().id(UserId::new);
        let named = claim.as_ref().map_or(nobody, |claim| claim.user_id);
        let latest = latest_link(named, Purpose::ResetPassword);
        let (owner, latest) = table.read((user(named), latest)).await?;
        let trail = table.trail(named).await?;
        let now = table.clock().now();
        let asked = Asked::by(claim, owner, now);
        let owner = asked.as_ref().map_or(nobody, |asked| asked.owner.id);
        let (token, link) = self.link(owner, Purpose::ResetPassword, now.plus(LINK_LASTS));
        let new = LatestLink::new(owner, Purpose::ResetPassword, &link.hash, now);
        let latest = latest.filter(|latest| latest.user_id == owner);
        let mut writes = vec![create(&link), replace(latest, new)];
        if let Some(Asked { claim, .. }) = &asked {
            let event = Event::new(Action::PasswordResetAsked, Actor::Stranger, origin.address);
            writes.push(update(claim));
            writes.extend(table.enter(trail, [event]));
        }
        table.write(writes).await?;
        let link = self.address_of("/auth/reset-password/", &token);
        Ok(asked.map(|asked| (asked.owner.into_inner(), link)))
    }

    /// Has the link alone for a while: it is used up when the password is set, not before.
    async fn take_reset(&self, token: &str) -> Result<User, store::Error> {
        let table = &self.context.table;
        table
            .attempt(TRIES, || async {
                let mut held = self.held(token, Purpose::ResetPassword).await?;
                held.latest.take(&held.link.hash, table.clock().now())?;
                table.write([update(&held.latest)]).await?;
                Ok(held.owner.into_inner())
            })
            .await
    }

    async fn give_back_reset(&self, owner: UserId) -> Result<(), store::Error> {
        let table = &self.context.table;
        table
            .attempt(TRIES, || async {
                let latest = table.get(&latest_link(owner, Purpose::ResetPassword)).await?;
                let Some(mut latest) = latest else { return Ok(()) };
                latest.give_back();
                table.write([update(&latest)]).await
            })
            .await
    }
}
