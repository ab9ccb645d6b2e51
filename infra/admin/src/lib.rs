//! How an operator makes somebody an administrator, which no operation of the API does for the first one.

use domain::{
    Moment, Refusal, UserId,
    account::{Role, Status, User, email},
    audit::{Action, Actor, Event},
};
use identity::Identity;
use store::{Attempted, Table, accounts, people::moved, update};

/// Tries of a decision while others write.
const TRIES: u32 = 4;

/// Why somebody was not made an administrator; each sentence says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0}")]
    Refused(#[from] Refusal),
    #[error("nobody has registered with this address; register first, and open the mailed link")]
    NoSuchUser,
    #[error("this address is not verified; open the mailed link first")]
    NotVerified,
    #[error("this account is suspended or closed; have an administrator restore it first")]
    NotActive,
    #[error("{0}")]
    Store(store::Error),
    #[error("the table has it, and the user pool was not told; run this again: {0}")]
    Pool(identity::Error),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl Attempted for Error {
    fn contended(&self) -> bool {
        matches!(self, Self::Store(error) if error.contended())
    }
}

/// Who runs the place now, and whether they did before.
#[derive(Debug)]
pub struct Made {
    pub user: User,
    pub before: bool,
}

/// Gives the role to the user who has proved this address. A repeat changes nothing.
pub async fn make_admin(table: &Table, pool: &Identity, address: &str) -> Result<Made, Error> {
    let claim = table.get(&accounts::email(&email(address)?)).await?.ok_or(Error::NoSuchUser)?;
    let made = table.attempt(TRIES, || give(table, claim.user_id)).await?;
    let (name, group) = (made.user.id.to_string(), Role::Admin.name());
    pool.add_to_group(&name, group).await.map_err(Error::Pool)?;
    Ok(made)
}

async fn give(table: &Table, id: UserId) -> Result<Made, Error> {
    let found = table.read((accounts::user(id), accounts::subject(id))).await?;
    let (Some(mut user), Some(mut subject)) = found else { return Err(Error::NoSuchUser) };
    let before: User = (*user).clone();
    if !add_role(&mut user, table.clock().now())? {
        return Ok(Made { user: before, before: true });
    }
    *subject = user.subject();
    let trail = table.trail(id).await?;
    let names: Vec<_> = user.roles.iter().map(|role| role.name()).collect();
    let event = Event::new(Action::RolesChanged, Actor::Operator, None).about(names.join(", "));
    let mut writes = vec![update(&user), update(&subject)];
    writes.extend(moved(Some(&before), Some(&user)));
    writes.extend(table.enter(trail, [event]));
    table.write(writes).await?;
    Ok(Made { user: user.into_inner(), before: false })
}

fn add_role(user: &mut User, now: Moment) -> Result<bool, Error> {
    match user.status {
        Status::Active => {}
        Status::Pending => return Err(Error::NotVerified),
        Status::Suspended | Status::Deactivated => return Err(Error::NotActive),
    }
    if user.roles.contains(&Role::Admin) {
        return Ok(false);
    }
    let roles = [user.roles.as_slice(), &[Role::Admin]].concat();
    Ok(user.take_roles(&roles, now)?)
}
