//! Whose account does a path name, and may the caller reach it?

use api::Caller;
use domain::{Refusal, UserId, account::Role, field::id};

/// In place of an id: the caller.
const ME: &str = "me";

/// Whoever it is: for what only administrators may do.
pub(crate) fn named(caller: &Caller, user_id: &str) -> Result<UserId, Refusal> {
    if user_id == ME { Ok(caller.user_id) } else { id(user_id) }
}

/// The caller: another's account is as absent as one that never was.
pub(crate) fn own(caller: &Caller, user_id: &str) -> Result<UserId, Refusal> {
    let user = named(caller, user_id)?;
    if user == caller.user_id { Ok(user) } else { Err(absent()) }
}

/// The caller, or anyone where the caller is an administrator.
pub(crate) fn own_or_any(caller: &Caller, user_id: &str) -> Result<UserId, Refusal> {
    let user = named(caller, user_id)?;
    if caller.roles.contains(&Role::Admin) { Ok(user) } else { own(caller, user_id) }
}

pub(crate) fn absent() -> Refusal {
    Refusal::not_found("user")
}
