//! Whose account it is that comes from Google: one that is linked, one that is to be, or a new one.
//!
//! The table decides, and is written first. The user pool follows, in steps that may be done again: whoever comes back
//! after a stop in between is linked then, and asked to sign in once more.

use std::time::Duration;

use api::Problem;
use domain::{
    Moment, Refusal, UserId,
    account::{GoogleIdentity, Mailing, Registration, Status, User, pending},
    audit::{Action, Actor, Event},
    session::Origin,
};
use federation::{PROVIDER, SignedIn};
use identity::{Password, Secret, SignIn, Tokens};
use serde::{Deserialize, Serialize};
use store::{
    Stored, Write,
    accounts::{EmailClaim, UsernameClaim, email, subject, user, username},
    create, delete,
    google::{GoogleClaim, google},
    people::moved,
    replace,
};

use super::Came;
use crate::{App, TRIES, problem, session::Proof, views};

/// How long somebody may take to log in and link.
const LINKED_WITHIN: Duration = Duration::from_secs(900);

/// What is to be linked, kept by the browser meanwhile.
#[derive(Serialize, Deserialize)]
pub(super) struct Link {
    subject: String,
    email: String,
    until: Moment,
}

/// Whose an account at Google is.
enum Whose {
    Known(UserId),
    /// Of an account with that address, which does not know it.
    ToLink,
    New(Box<User>),
}

impl App {
    pub(super) async fn arrive(&self, came: SignedIn, origin: Origin) -> Result<Came, Problem> {
        let table = &self.context.table;
        let whose = table.attempt(TRIES, || self.whose(&came.google, &origin)).await?;
        match whose {
            Whose::Known(owner) => self.known(owner, came, &origin).await,
            Whose::ToLink => self.to_link(&came.google),
            Whose::New(user) => self.new_account(&user, &came.google, &origin).await,
        }
    }

    /// Decides, and writes what is new.
    async fn whose(&self, who: &GoogleIdentity, origin: &Origin) -> Result<Whose, Problem> {
        let table = &self.context.table;
        let (known, address) = table.read((google(&who.subject), email(&who.email))).await?;
        if let Some(known) = known {
            return Ok(Whose::Known(known.user_id));
        }
        if address.as_ref().is_some_and(|claim| claim.pending_until.is_none()) {
            return Ok(Whose::ToLink);
        }
        let user = self.someone_new(who)?;
        let mut writes = self.give_way(address.as_ref()).await?;
        writes.extend(taken(&user, who, address));
        let events = [Action::Registered, Action::EmailVerified, Action::GoogleLinked];
        let by = Actor::User(user.id);
        let events = events.map(|action| Event::new(action, by, origin.address));
        writes.extend(table.enter(table.trail(user.id).await?, events));
        table.write(writes).await?;
        Ok(Whose::New(Box::new(user)))
    }

    /// Google has proved the address: the account need not wait for that.
    fn someone_new(&self, who: &GoogleIdentity) -> Result<User, Refusal> {
        let clock = self.context.table.clock();
        let wanted = Registration {
            username: who.username(clock.random()),
            email: who.email.clone(),
            full_name: who.full_name.clone(),
        };
        let mut user = pending(wanted, clock.id(UserId::new), clock.now());
        user.verify(clock.now())?;
        Ok(user)
    }

    /// What a registration holds that waits for its address to be proved, which somebody else just did.
    async fn give_way(
        &self,
        address: Option<&Stored<EmailClaim>>,
    ) -> Result<Vec<Write>, store::Error> {
        let attempt = address.and_then(|claim| claim.attempt.as_ref());
        let Some(attempt) = attempt else { return Ok(Vec::new()) };
        let (id, name) = (attempt.user_id, username(&attempt.username));
        let found = self.context.table.read((user(id), subject(id), name)).await?;
        let (account, standing, name) = found;
        let account = account.filter(|account| account.status == Status::Pending);
        let name = name.filter(|name| name.user_id == id && account.is_some());
        let standing = standing.filter(|_| account.is_some());
        let gone = account.iter().map(delete).chain(standing.iter().map(delete));
        Ok(gone.chain(name.iter().map(delete)).collect())
    }

    async fn known(&self, owner: UserId, came: SignedIn, origin: &Origin) -> Result<Came, Problem> {
        let found = self.context.table.get(&user(owner)).await?;
        let user = found.ok_or_else(|| Refusal::not_found("user"))?;
        user.status.in_good_standing()?;
        if came.username != owner.to_string() {
            self.tell_pool(&user, &came.google, &self.nobodys_password()?).await?;
            return Err(again().into());
        }
        let tokens = Tokens {
            access: Secret::new(came.access),
            id: Secret::new(came.id),
            refresh: Secret::new(came.refresh),
            expires_in: Duration::from_secs(came.expires_in),
            token_type: "Bearer".to_owned(),
        };
        self.let_in(owner, &tokens, origin).await
    }

    async fn new_account(
        &self,
        user: &User,
        who: &GoogleIdentity,
        origin: &Origin,
    ) -> Result<Came, Problem> {
        let password = self.nobodys_password()?;
        self.tell_pool(user, who, &password).await?;
        match self.log_in(Some(user.id), &password).await? {
            Some(SignIn::Done(tokens)) => self.let_in(user.id, &tokens, origin).await,
            _ => Err(again().into()),
        }
    }

    /// Nobody knows it: whoever wants one asks for a new one.
    fn nobodys_password(&self) -> Result<Password, Problem> {
        let random = hex::encode(self.context.table.clock().random::<24>());
        let refused = |refusal| Problem::failed(identity::Error::Refused(refusal));
        Password::parse(format!("Aa1-{random}")).map_err(refused)
    }

    /// Has the pool know the user, under this password if it does not yet, and that Google's is the same.
    async fn tell_pool(
        &self,
        user: &User,
        who: &GoogleIdentity,
        password: &Password,
    ) -> Result<(), Problem> {
        let id = user.id.to_string();
        match self.identity.create_user(&id, &user.email, password).await {
            Err(identity::Error::Refused(identity::Refusal::UserExists)) => {}
            done => {
                done.map_err(problem)?;
                self.tell_proved(user.id).await?;
            }
        }
        self.identity.link(&id, PROVIDER, &who.subject).await.map_err(problem)
    }

    async fn let_in(
        &self,
        owner: UserId,
        tokens: &Tokens,
        origin: &Origin,
    ) -> Result<Came, Problem> {
        let how = Action::LoggedInWithGoogle;
        let session = self.new_session(owner, tokens, origin, how, Proof::Google).await?;
        Ok(Came::In(Box::new(session)))
    }

    fn to_link(&self, who: &GoogleIdentity) -> Result<Came, Problem> {
        let clock = self.context.table.clock();
        let link = Link {
            subject: who.subject.clone(),
            email: who.email.clone(),
            until: clock.now().plus(LINKED_WITHIN),
        };
        let text = serde_json::to_vec(&link).map_err(Problem::failed)?;
        let link = self.context.challenges.close(&text, clock.random());
        Ok(Came::ToLink(views::LinkAsked { link, expires_in: LINKED_WITHIN.as_secs() }))
    }

    pub(super) fn link_asked(&self, text: &str) -> Option<Link> {
        let link: Link = serde_json::from_slice(&self.context.challenges.open(text)?).ok()?;
        (self.context.table.clock().now() < link.until).then_some(link)
    }

    /// For the account with that address alone.
    pub(super) async fn link_account(
        &self,
        owner: UserId,
        link: &Link,
        origin: &Origin,
    ) -> Result<(), Problem> {
        let table = &self.context.table;
        let linked = table.attempt(TRIES, || async {
            let (found, known) = table.read((user(owner), google(&link.subject))).await?;
            let user = found.filter(|user| user.email == link.email);
            let user = user.ok_or_else(|| Refusal::not_found("link"))?;
            match known {
                Some(known) if known.user_id == owner => return Ok(user),
                Some(_) => return Err(Problem::from(taken_already())),
                None => {}
            }
            let claim = GoogleClaim {
                subject: link.subject.clone(),
                user_id: owner,
                linked_at: table.clock().now(),
            };
            let event = Event::new(Action::GoogleLinked, Actor::User(owner), origin.address);
            let mut writes = vec![create(&claim)];
            writes.extend(table.enter(table.trail(owner).await?, [event]));
            table.write(writes).await?;
            Ok(user)
        });
        let user = linked.await?;
        self.identity.link(&user.id.to_string(), PROVIDER, &link.subject).await.map_err(problem)
    }
}

/// All that a new account has to itself.
fn taken(user: &User, who: &GoogleIdentity, address: Option<Stored<EmailClaim>>) -> Vec<Write> {
    let name =
        UsernameClaim { username: user.username.clone(), user_id: user.id, pending_until: None };
    let mailing = address.as_ref().map(|claim| claim.mailing).unwrap_or_default();
    let email = user.email.clone();
    let resets = Mailing::default();
    let proved =
        EmailClaim { email, user_id: user.id, pending_until: None, attempt: None, mailing, resets };
    let claim =
        GoogleClaim { subject: who.subject.clone(), user_id: user.id, linked_at: user.created_at };
    let mut writes = vec![
        create(user),
        create(&user.subject()),
        create(&name),
        replace(address, proved),
        create(&claim),
    ];
    writes.extend(moved(None, Some(user)));
    writes
}

fn again() -> Refusal {
    let what = "The account was linked just now; begin the sign-in again with GET /auth/google.";
    Refusal::conflict("google_again", what)
}

fn taken_already() -> Refusal {
    let what =
        "This Google account is linked to another account; sign in with it, or link another one.";
    Refusal::conflict("google_taken", what)
}
