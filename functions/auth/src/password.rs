//! What a new password changes besides itself, whoever set it and why.

use api::Problem;
use domain::{
    Refusal, UserId,
    account::{self, Purpose, User},
    audit::Event,
    session::SessionId,
};
use identity::Password;
use mail::{Address, Message};
use store::{Write, accounts::user, attempts::at_account, delete, links::latest_link, update};

use crate::{App, attempts::Attempt, problem_at, session::refused, views::Hidden};

/// More than elsewhere: the pool has the new password already.
const TRIES: u32 = 8;
const NEW: &str = "/new_password";

/// Somebody's password that was set.
pub(crate) struct PasswordSet<'a> {
    pub owner: UserId,
    pub event: Event,
    /// The one session that goes on.
    pub kept: Option<&'a SessionId>,
    /// The right try that it began with.
    pub attempt: Option<&'a Attempt>,
}

/// What is wrong with it, of what we know of ourselves; the pool knows more.
pub(crate) fn new_password(text: Hidden) -> Result<Password, Problem> {
    account::new_password(NEW, &text.0)?;
    Password::parse(text.0).map_err(|refusal| refused_as_new(refusal.into()))
}

pub(crate) fn refused_as_new(error: identity::Error) -> Problem {
    problem_at(NEW, error)
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
        let found =
            table.read((user(set.owner), link(Purpose::ResetPassword), link(Purpose::ChangeEmail)));
        let (owner, reset, change) = found.await?;
        let mut owner = owner.ok_or_else(|| Refusal::not_found("user"))?;
        let mut ending = self.sessions.ending(set.owner, set.kept).await.map_err(refused)?;
        owner.password_set(table.clock().now());
        let mut writes = vec![update(&owner)];
        writes.extend([reset, change].iter().flatten().map(delete));
        writes.extend(self.opened(set).await?);
        writes.append(&mut ending.writes);
        writes.extend(table.enter(trail, [set.event.clone()]));
        table.write(writes).await?;
        Ok((owner.into_inner(), ending))
    }

    async fn opened(&self, set: &PasswordSet<'_>) -> Result<Vec<Write>, store::Error> {
        match set.attempt {
            Some(attempt) => self.forgiven(attempt).await,
            None => {
                let attempts = self.context.table.get(&at_account(set.owner)).await?;
                Ok(attempts.iter().map(delete).collect())
            }
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
