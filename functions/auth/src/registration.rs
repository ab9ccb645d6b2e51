//! How an account begins: pending until its address is proved, and silent about which addresses are known.
//!
//! An address that is already proved gets the very same registration, with its own user in the table and in Cognito,
//! but never a link: nothing its sender can do tells it from that of a fresh address. Its owner gets a mail.

use api::{Answer, Json, Problem};
use axum::extract::State;
use domain::{
    Moment, Refusal, UserId,
    account::{self, Mailing, Purpose, Registration, Status, Subject, User, username_taken},
};
use identity::{Error, Password};
use mail::Message;
use store::{
    Stored, Table, Write,
    accounts::{Attempt, EmailClaim, UsernameClaim, email, subject, user, username},
    create, delete,
    links::link,
    update,
};
use telemetry::{Fact, count};

use crate::{App, TRIES, address, links::Token, problem, views};

/// Register an account
///
/// The answer is the same whether or not the address is known. The account can be used once the link in the mail is
/// opened, within 24 hours; until then, the latest registration with an address takes the place of earlier ones.
#[utoipa::path(post, path = "/auth/register", operation_id = "registerAccount", tag = "Auth",
    security(()), request_body = views::RegisterRequest,
    extensions(("x-problems" = json!(["validation_failed", "username_taken", "conflict", "too_many_attempts"]))),
    responses((status = 202, description = "A mail is on its way to the address.", body = views::MailPromised)))]
pub(crate) async fn register_account(
    State(app): State<App>,
    Json(request): Json<views::RegisterRequest>,
) -> Result<Answer, Problem> {
    let views::RegisterRequest { username, email, password, full_name } = request;
    let wanted = account::registration(&username, &email, &password.0, &full_name)?;
    let password = Password::parse(password.0).map_err(|refusal| problem(refusal.into()))?;
    let opened = app.open(&wanted).await?;
    let stands = app.enrol(&opened, &password).await?;
    count(Fact::AccountRegistered, u64::from(stands));
    if stands && opened.may_mail {
        app.mail.send(&opened.message(&app)?).await.map_err(Problem::failed)?;
    }
    Answer::accepted(None, None, &views::MailPromised { message: PROMISE })
}

const PROMISE: &str = "Open the link we mail to this address to begin; if it does not arrive, ask for another with POST /auth/verify/resend.";

/// What a registration meets in the table.
struct Met {
    name: Option<Stored<UsernameClaim>>,
    address: Option<Stored<EmailClaim>>,
    /// Who holds the address, proved or not.
    holder: Option<Stored<User>>,
    /// The registration with this address that the new one supersedes.
    earlier: Option<Earlier>,
}

/// A registration whose address is not proved.
pub(crate) struct Earlier {
    user: Stored<User>,
    subject: Stored<Subject>,
    name: Stored<UsernameClaim>,
}

/// A registration that stands in the table.
struct Opened {
    account: User,
    met: Met,
    token: Token,
    /// The address has not had too many mails lately.
    may_mail: bool,
}

impl App {
    /// The mail that proves an address by `token`.
    pub(crate) fn verification(
        &self,
        email: &str,
        username: &str,
        token: &Token,
    ) -> Result<Message, Problem> {
        let link = self.address_of("/auth/verify/", token);
        Message::verification(address(email)?, username, &link).map_err(Problem::failed)
    }

    /// Writes the pending account, its names and its link at once, in the place of an earlier registration.
    async fn open(&self, wanted: &Registration) -> Result<Opened, Problem> {
        let table = &self.context.table;
        table
            .attempt(TRIES, || async {
                let met = meet(table, wanted).await?;
                let now = table.clock().now();
                let account = account::pending(wanted.clone(), table.clock().id(UserId::new), now);
                let until = account.pending_until.unwrap_or(now);
                let (token, link) = self.link(account.id, Purpose::VerifyEmail, until);
                let name = met.take_name(&account)?;
                let (claim, may_mail) = met.take_address(&account, until, now);
                let mut writes = vec![create(&account), create(&account.subject()), name, claim];
                writes.extend(met.earlier.iter().flat_map(|earlier| earlier.end(&account)));
                if !met.proved() {
                    writes.push(create(&link));
                }
                table.write(writes).await?;
                Ok(Opened { account, met, token, may_mail })
            })
            .await
    }

    /// Lets Cognito know the user; `false` when a newer registration took this one's place meanwhile.
    ///
    /// A process that dies before the end leaves a pending account without a mail, which the next registration with
    /// the same address supersedes and time removes.
    async fn enrol(&self, opened: &Opened, password: &Password) -> Result<bool, Problem> {
        match self.create_user(&opened.account, password).await {
            Err(refused @ Error::Refused(_)) => {
                self.withdraw(opened).await?;
                return Err(problem(refused));
            }
            done => done.map_err(problem)?,
        }
        let stands = self.note_enrolled(&opened.account).await?;
        let gone = if stands { opened.met.earlier_id() } else { Some(opened.account.id) };
        if let Some(gone) = gone {
            self.leave_pool(gone).await;
        }
        Ok(stands)
    }

    /// Has the pool forget a user who gave way.
    pub(crate) async fn leave_pool(&self, gone: UserId) {
        if let Err(error) = self.identity.delete_user(&gone.to_string()).await {
            // Nobody can log in as a user the table does not know.
            tracing::warn!(cause = %error, user_id = %gone, "a superseded user is left in the pool");
        }
    }

    async fn create_user(&self, account: &User, password: &Password) -> Result<(), Error> {
        let id = account.id.to_string();
        match self.identity.create_user(&id, &account.email, password).await {
            // The id is new: it is our own call that succeeded, though its answer was lost.
            Err(Error::Refused(identity::Refusal::UserExists)) => {
                self.identity.set_password(&id, password).await
            }
            done => done,
        }
    }

    /// From now on a link may be mailed again: before, it would lead to an account nobody can log in to.
    async fn note_enrolled(&self, account: &User) -> Result<bool, Problem> {
        let table = &self.context.table;
        table
            .attempt(TRIES, || async {
                let Some(mut claim) = table.get(&email(&account.email)).await? else {
                    return Ok(false);
                };
                match claim.attempt.as_mut() {
                    Some(attempt) if attempt.user_id == account.id => attempt.enrolled = true,
                    _ => return Ok(false),
                }
                table.write([update(&claim)]).await?;
                Ok(true)
            })
            .await
    }

    /// Undoes a registration that Cognito refused; what it superseded stands again.
    async fn withdraw(&self, opened: &Opened) -> Result<(), Problem> {
        let (table, account, met) = (&self.context.table, &opened.account, &opened.met);
        let hash = self.context.links.hex(opened.token.0.as_bytes());
        let (user, subject, name, claim, link) = table
            .read((
                user(account.id),
                subject(account.id),
                username(&account.username),
                email(&account.email),
                link(&hash),
            ))
            .await?;
        let (Some(user), Some(subject), Some(name), Some(claim)) = (user, subject, name, claim)
        else {
            return Ok(());
        };
        let mut writes = vec![delete(&user), delete(&subject)];
        writes.extend(link.as_ref().map(delete));
        writes.push(met.give_back_address(claim));
        writes.extend(met.give_back_name(name));
        if let Some(earlier) = &met.earlier {
            writes.extend([create(&*earlier.user), create(&*earlier.subject)]);
        }
        match table.write(writes).await {
            Err(store::Error::Contended) => {
                tracing::warn!(user_id = %account.id, "a refused registration was superseded");
                Ok(())
            }
            done => Ok(done?),
        }
    }
}

/// Reads in two steps whatever there is to find, so that an unknown address takes as long as a known one.
async fn meet(table: &Table, wanted: &Registration) -> Result<Met, store::Error> {
    let (name, address) = table.read((username(&wanted.username), email(&wanted.email))).await?;
    let nobody = || table.clock().id(UserId::new);
    let holder = address.as_ref().map_or_else(nobody, |claim| claim.user_id);
    let attempt = address.as_ref().and_then(|claim| claim.attempt.as_ref());
    let (holder, user, subject, earlier_name) = table
        .read((
            user(holder),
            attempt.map(|attempt| user(attempt.user_id)),
            attempt.map(|attempt| subject(attempt.user_id)),
            attempt.map(|attempt| username(&attempt.username)),
        ))
        .await?;
    let earlier = Earlier::of(user, subject, earlier_name);
    Ok(Met { name, address, holder, earlier })
}

/// The registration that waits for its link at an address.
pub(crate) async fn earlier_at(
    table: &Table,
    claim: Option<&EmailClaim>,
) -> Result<Option<Earlier>, store::Error> {
    let Some(attempt) = claim.and_then(|claim| claim.attempt.as_ref()) else { return Ok(None) };
    let id = attempt.user_id;
    let found = table.read((user(id), subject(id), username(&attempt.username))).await?;
    Ok(Earlier::of(found.0, found.1, found.2))
}

impl Met {
    fn proved(&self) -> bool {
        self.address.as_ref().is_some_and(|claim| claim.pending_until.is_none())
    }

    fn earlier_id(&self) -> Option<UserId> {
        self.earlier.as_ref().map(Earlier::id)
    }

    /// A name is free, or held by the registration that is superseded: the same person trying again.
    fn take_name(&self, account: &User) -> Result<Write, Refusal> {
        let claim = UsernameClaim {
            username: account.username.clone(),
            user_id: account.id,
            pending_until: account.pending_until,
        };
        match &self.name {
            None => Ok(create(&claim)),
            Some(held) if Some(held.user_id) == self.earlier_id() => {
                let mut held = held.clone();
                *held = claim;
                Ok(update(&held))
            }
            Some(_) => Err(username_taken()),
        }
    }

    /// Notes the registration at its address, and says whether the address may have another mail.
    fn take_address(&self, account: &User, until: Moment, now: Moment) -> (Write, bool) {
        let attempt = Some(Attempt {
            user_id: account.id,
            username: account.username.clone(),
            until,
            enrolled: false,
        });
        let mut mailing = self.address.as_ref().map_or_else(Mailing::default, |held| held.mailing);
        let may_mail = mailing.take(now);
        let Some(mut held) = self.address.clone() else {
            let claim = EmailClaim {
                email: account.email.clone(),
                user_id: account.id,
                pending_until: Some(until),
                attempt,
                mailing,
                resets: Mailing::default(),
            };
            return (create(&claim), may_mail);
        };
        if held.pending_until.is_some() {
            held.user_id = account.id;
            held.pending_until = Some(until);
        }
        held.attempt = attempt;
        held.mailing = mailing;
        (update(&held), may_mail)
    }

    fn give_back_address(&self, mut claim: Stored<EmailClaim>) -> Write {
        let Some(before) = &self.address else { return delete(&claim) };
        *claim = (**before).clone();
        update(&claim)
    }

    fn give_back_name(&self, mut name: Stored<UsernameClaim>) -> Vec<Write> {
        match &self.earlier {
            None => vec![delete(&name)],
            Some(earlier) if earlier.name.username == name.username => {
                *name = (*earlier.name).clone();
                vec![update(&name)]
            }
            Some(earlier) => vec![delete(&name), create(&*earlier.name)],
        }
    }
}

impl Earlier {
    fn of(
        user: Option<Stored<User>>,
        subject: Option<Stored<Subject>>,
        name: Option<Stored<UsernameClaim>>,
    ) -> Option<Self> {
        let (user, subject, name) = (user?, subject?, name?);
        (user.status == Status::Pending).then_some(Self { user, subject, name })
    }

    pub(crate) fn id(&self) -> UserId {
        self.user.id
    }

    /// Its links lead nowhere once the user is gone. Its name goes too, unless `account` takes it over.
    pub(crate) fn end(&self, account: &User) -> Vec<Write> {
        let mut writes = vec![delete(&self.user), delete(&self.subject)];
        if self.name.username != account.username {
            writes.push(delete(&self.name));
        }
        writes
    }
}

impl Opened {
    fn message(&self, app: &App) -> Result<Message, Problem> {
        let account = &self.account;
        match self.met.holder.as_ref().filter(|_| self.met.proved()) {
            Some(owner) => Message::already_registered(address(&account.email)?, &owner.username)
                .map_err(Problem::failed),
            None => app.verification(&account.email, &account.username, &self.token),
        }
    }
}
