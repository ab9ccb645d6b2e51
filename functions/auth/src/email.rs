//! How an account comes to another e-mail address: by a link that is mailed to it.

use api::{Answer, Caller, Json, Origin, Path, Problem};
use axum::{extract::State, response::Response};
use domain::{
    Refusal, UserId, Violation,
    account::{self, LINK_LASTS, LatestLink, Mailing, Purpose, User, link_unusable},
    audit::{Action, Actor, Event},
    session,
};
use http::HeaderMap;
use mail::Message;
use store::{
    Stored, Write,
    accounts::{EmailClaim, email, user},
    create, delete,
    links::latest_link,
    mailings::{MailedTo, mailed_to},
    people::moved,
    replace, update,
};

use crate::{
    App, TRIES,
    links::Held,
    page,
    registration::{Earlier, earlier_at},
    views,
};

/// Change one's e-mail address
///
/// Mails a link to the new address; opening it within an hour makes the change. The answer is the same whether or not the
/// address belongs to somebody, who then gets a mail that says so. An address gets at most one mail a minute.
#[utoipa::path(post, path = "/auth/email", operation_id = "changeEmail", tag = "Auth",
    security(("cognito" = [])), request_body = views::ChangeEmailRequest,
    extensions(("x-problems" = json!([
        "validation_failed", "wrong_password", "too_many_attempts", "not_found", "conflict"
    ]))),
    responses((status = 200, description = "A mail is on its way to the new address.", body = views::MailPromised)))]
pub(crate) async fn change_email(
    State(app): State<App>,
    caller: Caller,
    Origin(origin): Origin,
    Json(request): Json<views::ChangeEmailRequest>,
) -> Result<Answer, Problem> {
    let address = account::email_at("/new_email", &request.new_email)?;
    let owner = app.account(caller.user_id).await?;
    if owner.email == address {
        return Err(its_own().into());
    }
    let proved = app.prove(&owner, request.password, &origin).await?;
    app.forget(proved).await;
    app.alike(app.mail_change(&owner, &address, &origin)).await?;
    Answer::ok(&views::MailPromised { message: PROMISE })
}

const PROMISE: &str =
    "Open the link we mail to the new address within an hour; until then nothing changes.";

fn its_own() -> Refusal {
    let (pointer, detail) = ("/new_email".to_owned(), "name another address; this one is yours");
    Refusal::invalid(vec![Violation { pointer, detail: detail.to_owned() }])
}

/// Confirm a new e-mail address
///
/// Opened from the mail. Opening it again changes nothing.
// By a GET, as for an address that is proved at first: whoever opens the link before its reader does the work for them.
#[utoipa::path(get, path = "/auth/email/{token}", operation_id = "confirmEmail", tag = "Auth",
    security(()), extensions(("x-problems" = json!(["link_unusable", "conflict"])), ("x-any-query" = json!(true)), ("x-has-effect" = json!(true))),
    params(("token" = String, Path, description = "From the mailed link.", min_length = 64, max_length = 64,
        pattern = "^[0-9a-f]{64}$",
        example = "3f0c9a4b6d1e8275c4b3a2918f7e6d5c4b3a29180f1e2d3c4b5a69788796a5b4")),
    responses((status = 200, description = "The account has the new address. A browser gets a page.", body = views::Verified)))]
pub(crate) async fn confirm_email(
    State(app): State<App>,
    Path(token): Path<String>,
    Origin(origin): Origin,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let table = &app.context.table;
    let confirmed = table.attempt(TRIES, || app.confirm(&token, &origin)).await?;
    let Confirmed { owner, before } = &confirmed;
    app.tell_cognito(owner).await?;
    if let Some(Before { email, earlier }) = before {
        let at_old = User { email: email.clone(), ..owner.clone() };
        app.tell(&at_old, Message::email_changed).await;
        if let Some(earlier) = earlier {
            app.leave_pool(*earlier).await;
        }
    }
    let message = if before.is_some() { NOW } else { BEFORE };
    page::or_json(&headers, &views::Verified { already_verified: before.is_none(), message })
}

const NOW: &str = "Your account has this e-mail address now.";
const BEFORE: &str = "Your account was given this e-mail address already.";

/// An address that was proved.
struct Confirmed {
    owner: User,
    /// What was before; none where it was proved before.
    before: Option<Before>,
}

struct Before {
    email: String,
    /// The registration that waited at the new address and gave way.
    earlier: Option<UserId>,
}

impl App {
    /// Whether the address is free, pending or somebody's, as much is read and written; only one whose it is gets another mail.
    async fn mail_change(
        &self,
        owner: &User,
        address: &str,
        origin: &session::Origin,
    ) -> Result<(), Problem> {
        let table = &self.context.table;
        let asked = table.attempt(TRIES, || self.ask_change(owner, address, origin)).await?;
        let Some(Asked { holder, link }) = asked else { return Ok(()) };
        match holder {
            Some(holder) => self.tell(&holder, Message::address_wanted).await,
            None => {
                let at_new = User { email: address.to_owned(), ..owner.clone() };
                self.tell(&at_new, |to, name| Message::email_change(to, name, &link)).await;
            }
        }
        Ok(())
    }

    /// Whom to mail what, unless the address has had mails enough.
    async fn ask_change(
        &self,
        owner: &User,
        address: &str,
        origin: &session::Origin,
    ) -> Result<Option<Asked>, store::Error> {
        let table = &self.context.table;
        let now = table.clock().now();
        let hash = self.context.attempts.hex(address.as_bytes());
        let (claim, mailed) = table.read((email(address), mailed_to(&hash))).await?;
        let mut mailing = mailed.as_ref().map_or_else(Default::default, |mailed| mailed.mailing);
        if !mailing.take_again(now) {
            return Ok(None);
        }
        let proved = claim.filter(|claim| claim.pending_until.is_none());
        let holder = proved.map_or_else(|| table.clock().id(UserId::new), |claim| claim.user_id);
        let latest = latest_link(owner.id, Purpose::ChangeEmail);
        let (holder, latest) = table.read((user(holder), latest)).await?;
        let trail = table.trail(owner.id).await?;
        let (token, link) = self.link(owner.id, Purpose::ChangeEmail, now.plus(LINK_LASTS));
        let new = LatestLink::new(owner.id, Purpose::ChangeEmail, &link.hash, now);
        let new = LatestLink { email: Some(address.to_owned()), ..new };
        let event = Event::new(Action::EmailChangeAsked, Actor::User(owner.id), origin.address);
        let mailed_to = MailedTo { address: hash, mailing };
        let mut writes = vec![replace(mailed, mailed_to), create(&link), replace(latest, new)];
        writes.extend(table.enter(trail, [event]));
        table.write(writes).await?;
        let link = self.address_of("/auth/email/", &token);
        Ok(Some(Asked { holder: holder.map(Stored::into_inner), link }))
    }

    /// Gives the account its new address and lets go of the old one, in one write.
    async fn confirm(&self, token: &str, origin: &session::Origin) -> Result<Confirmed, Problem> {
        let table = &self.context.table;
        let link = self.mailed(token, Purpose::ChangeEmail).await?;
        if link.used_at.is_some()
            && let Some(confirmed) = self.confirmed_before(token).await?
        {
            return Ok(confirmed);
        }
        let held = match self.held(token, Purpose::ChangeEmail).await {
            Ok(held) => held,
            Err(refused) => return self.confirmed_before(token).await?.ok_or(refused.into()),
        };
        let Held { mut link, latest, mut owner } = held;
        let address = latest.email.clone().ok_or_else(link_unusable)?;
        let trail = table.trail(owner.id).await?;
        let reset = latest_link(owner.id, Purpose::ResetPassword);
        let (held, wanted, reset) =
            table.read((email(&owner.email), email(&address), reset)).await?;
        if wanted.as_ref().is_some_and(|claim| claim.pending_until.is_none()) {
            return Err(link_unusable().into());
        }
        let earlier = earlier_at(table, wanted.as_deref()).await?;
        let was = owner.clone();
        let before = Before {
            email: std::mem::replace(&mut owner.email, address),
            earlier: earlier.as_ref().map(Earlier::id),
        };
        let now = table.clock().now();
        (owner.updated_at, link.used_at) = (now, Some(now));
        let mut writes =
            vec![update(&owner), update(&link), delete(&latest), claimed(wanted, &owner)];
        // A link to a new password lies at the old address.
        writes.extend(reset.as_ref().map(delete));
        writes.extend(held.filter(|held| held.user_id == owner.id).as_ref().map(delete));
        writes.extend(earlier.iter().flat_map(|earlier| earlier.end(&owner)));
        writes.extend(moved(Some(&was), Some(&owner)));
        let event = Event::new(Action::EmailChanged, Actor::User(owner.id), origin.address);
        writes.extend(table.enter(trail, [event]));
        table.write(writes).await?;
        Ok(Confirmed { owner: owner.into_inner(), before: Some(before) })
    }

    /// What a link has done that was opened before, or at the same time.
    async fn confirmed_before(&self, token: &str) -> Result<Option<Confirmed>, Problem> {
        let link = self.mailed(token, Purpose::ChangeEmail).await?;
        let owner = self.context.table.get(&user(link.user_id)).await?;
        let owner = owner.filter(|_| link.used_at.is_some());
        Ok(owner.map(|owner| Confirmed { owner: owner.into_inner(), before: None }))
    }

    /// Cognito's copy follows the table; a failure is made good by opening the link once more.
    async fn tell_cognito(&self, owner: &User) -> Result<(), Problem> {
        let told = self.identity.set_email(&owner.id.to_string(), &owner.email).await;
        self.unless_taken(owner.id, told)
    }
}

/// A change that was asked for.
struct Asked {
    /// Whose the address is.
    holder: Option<User>,
    /// For the address, where it is nobody's.
    link: String,
}

fn claimed(wanted: Option<Stored<EmailClaim>>, owner: &User) -> Write {
    let mailing = wanted.as_ref().map_or_else(Default::default, |claim| claim.mailing);
    let claim = EmailClaim {
        email: owner.email.clone(),
        user_id: owner.id,
        pending_until: None,
        attempt: None,
        mailing,
        resets: Mailing::default(),
    };
    replace(wanted, claim)
}
