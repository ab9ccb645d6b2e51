//! How an address is proved: by the link in a mail, which may be sent again.

use api::{Answer, Json, Path, Problem};
use axum::{extract::State, response::Response};
use domain::{
    UserId,
    account::{self, Purpose, Status, User, link_unusable},
    audit::{Action, Actor, Event},
};
use http::HeaderMap;
use identity::{Error, Refusal};
use mail::Message;
use store::{
    Stored, Write,
    accounts::{email, subject, user, username},
    create,
    links::Link,
    people::moved,
    update,
};

use crate::{App, TRIES, page, problem, views};
use telemetry::{Fact, count};

/// Verify an e-mail address
///
/// Opened from the mail. Opening it again changes nothing.
// Mail scanners open links before people do, and some readers open them twice. So the first GET does the work, whoever
// sends it, and the link is kept, marked used, until it expires: the person after the scanner reads that all is well.
#[utoipa::path(get, path = "/auth/verify/{token}", operation_id = "verifyEmail", tag = "Auth",
    security(()), extensions(("x-problems" = json!(["link_unusable", "conflict"])), ("x-any-query" = json!(true)), ("x-has-effect" = json!(true))),
    params(("token" = String, Path, description = "From the mailed link.", min_length = 64, max_length = 64,
        pattern = "^[0-9a-f]{64}$",
        example = "3f0c9a4b6d1e8275c4b3a2918f7e6d5c4b3a29180f1e2d3c4b5a69788796a5b4")),
    responses((status = 200, description = "The address is verified. A browser gets a page.", body = views::Verified)))]
pub(crate) async fn verify_email(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (user_id, already_verified) = app.activate(&token).await?;
    app.tell_proved(user_id).await?;
    let message = if already_verified { BEFORE } else { NOW };
    page::or_json(&headers, &views::Verified { already_verified, message })
}

const NOW: &str = "Your e-mail address is verified; you can log in now.";
const BEFORE: &str = "Your e-mail address is verified already; you can log in.";

/// Mail the verification link again
///
/// The answer is the same whether or not a registration with this address waits for its link. At most one mail a
/// minute is sent.
#[utoipa::path(post, path = "/auth/verify/resend", operation_id = "resendVerification", tag = "Auth",
    security(()), request_body = views::ResendRequest,
    extensions(("x-problems" = json!(["validation_failed"]))),
    responses((status = 202, description = "A mail is on its way if one is waited for.", body = views::MailPromised)))]
pub(crate) async fn resend_verification(
    State(app): State<App>,
    Json(request): Json<views::ResendRequest>,
) -> Result<Answer, Problem> {
    let address = account::email(&request.email)?;
    app.alike(app.mail_again(&address)).await?;
    Answer::accepted(None, None, &views::MailPromised { message: RENEWED })
}

const RENEWED: &str = "If a registration with this address waits for it, a new link is on its way.";

impl App {
    /// Whose address the token proves, and whether it was proved before.
    async fn activate(&self, token: &str) -> Result<(UserId, bool), Problem> {
        let table = &self.context.table;
        table
            .attempt(TRIES, || async {
                let link = self.mailed(token, Purpose::VerifyEmail).await?;
                let found = table.get(&user(link.user_id)).await?;
                let user = found.ok_or_else(link_unusable)?;
                let (user_id, already_verified) = (user.id, user.status != Status::Pending);
                if !already_verified {
                    table.write(self.proved(link, user).await?).await?;
                    count(Fact::AccountVerified, 1);
                }
                Ok((user_id, already_verified))
            })
            .await
    }

    /// Everything the pending account holds becomes its own for good.
    async fn proved(
        &self,
        mut link: Stored<Link>,
        mut user: Stored<User>,
    ) -> Result<Vec<Write>, Problem> {
        let table = &self.context.table;
        let found =
            table.read((subject(user.id), username(&user.username), email(&user.email))).await?;
        let trail = table.trail(user.id).await?;
        let (Some(mut subject), Some(mut name), Some(mut address)) = found else {
            return Err(link_unusable().into());
        };
        if link.used_at.is_some() || name.user_id != user.id || address.user_id != user.id {
            return Err(link_unusable().into());
        }
        let now = table.clock().now();
        let before = user.clone();
        user.verify(now)?;
        *subject = user.subject();
        name.pending_until = None;
        address.pending_until = None;
        address.attempt = None;
        link.used_at = Some(now);
        let by = Actor::User(user.id);
        let events =
            [Action::Registered, Action::EmailVerified].map(|what| Event::new(what, by, None));
        let mut writes =
            vec![update(&user), update(&subject), update(&name), update(&address), update(&link)];
        writes.extend(moved(Some(&before), Some(&user)));
        writes.extend(table.enter(trail, events));
        Ok(writes)
    }

    /// Cognito's copy follows the table; a failure is made good by opening the link once more.
    pub(crate) async fn tell_proved(&self, user_id: UserId) -> Result<(), Problem> {
        let told = self.identity.confirm_email(&user_id.to_string()).await;
        self.unless_taken(user_id, told)
    }

    /// Whose an address is, the table says.
    pub(crate) fn unless_taken(
        &self,
        user_id: UserId,
        told: Result<(), Error>,
    ) -> Result<(), Problem> {
        match told {
            Err(error @ Error::Refused(Refusal::EmailTaken)) => {
                tracing::error!(cause = %error, %user_id, "the pool holds the address for another user");
                Ok(())
            }
            done => done.map_err(problem),
        }
    }

    async fn mail_again(&self, address: &str) -> Result<(), Problem> {
        if let Some(message) = self.renew(address).await?
            // A failure shown would tell that someone waits for this mail.
            && let Err(error) = self.mail.send(&message).await
        {
            tracing::error!(cause = %error, "a verification mail was not sent again");
        }
        Ok(())
    }

    /// A mail with a new link, where a registration waits for one that the last minute has not seen.
    async fn renew(&self, address: &str) -> Result<Option<Message>, Problem> {
        let table = &self.context.table;
        let Some(mut claim) = table.get(&email(address)).await? else { return Ok(None) };
        let (Some(_), Some(attempt)) = (claim.pending_until, claim.attempt.clone()) else {
            return Ok(None);
        };
        if !attempt.enrolled || !claim.mailing.take_again(table.clock().now()) {
            return Ok(None);
        }
        let (token, link) = self.link(attempt.user_id, Purpose::VerifyEmail, attempt.until);
        match table.write([update(&claim), create(&link)]).await {
            Ok(()) => self.verification(address, &attempt.username, &token).map(Some),
            // Someone else was mailed, or proved, or registered meanwhile.
            Err(store::Error::Contended) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
