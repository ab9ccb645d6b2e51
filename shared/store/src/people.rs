//! In which lists users stand, so that administrators find them: by age, by status, by role, and by how a name begins.
//!
//! What stands there follows from the user alone, and is written with every change of the user: [`moved`] says what.

use domain::{
    UserId,
    account::{Role, Status, User, last_admin},
    people::{Search, file, terms},
};
use serde::{Deserialize, Serialize};

use crate::{
    Item, Key, Query, Write, add,
    query::Index,
    write::{put, remove},
};

/// Where a user stands in a list of users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    #[serde(rename = "pk")]
    list: String,
    #[serde(rename = "sk")]
    at: String,
    pub user_id: UserId,
    pub status: Status,
    pub roles: Vec<Role>,
    /// What the user is found by here; none in a list by age.
    #[serde(default)]
    term: Option<String>,
    /// All the texts that the user is found by.
    #[serde(default)]
    terms: Vec<String>,
}

impl Item for Person {
    const TYPE: &'static str = "Person";

    fn key(&self) -> Key<Self> {
        Key::new(&self.list, &self.at)
    }
}

impl Person {
    fn of(user: &User, list: String, at: String) -> Self {
        let (roles, terms) = (user.roles.clone(), Vec::new());
        Self { list, at, user_id: user.id, status: user.status, roles, term: None, terms }
    }

    /// Whether it is the one place at which `search` finds its user.
    pub fn is_found_by(&self, search: &Search) -> bool {
        self.term.as_ref().is_some_and(|term| search.finds(term, &self.terms))
    }
}

const ALL: &str = "people#all";

fn by_status(status: Status) -> String {
    let name = match status {
        Status::Pending => "pending",
        Status::Active => "active",
        Status::Suspended => "suspended",
        Status::Deactivated => "deactivated",
    };
    format!("people#status#{name}")
}

/// Everyone is a consumer: that list is the one of all.
fn by_role(role: Role) -> String {
    match role {
        Role::Consumer => ALL.to_owned(),
        Role::Provider => "people#role#provider".to_owned(),
        Role::Admin => "people#role#admin".to_owned(),
    }
}

fn by_term(term: &str) -> String {
    format!("people#search#{}", file(term))
}

fn newest_first(list: String) -> Query<Person> {
    Query::new(Index::Table, list).newest_first()
}

/// Everyone whose address was proved, newest first.
pub fn everyone() -> Query<Person> {
    newest_first(ALL.to_owned())
}

pub fn with_status(status: Status) -> Query<Person> {
    newest_first(by_status(status))
}

pub fn with_role(role: Role) -> Query<Person> {
    newest_first(by_role(role))
}

/// Every place at which something begins with what was typed, in the order of the alphabet; a user may have several.
pub fn found_by(search: &Search) -> Query<Person> {
    Query::new(Index::Table, by_term(search.text())).prefix(search.text())
}

/// How many may run the place: at least one, once there is one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ActiveAdmins {
    active: u64,
}

pub fn active_admins() -> Key<ActiveAdmins> {
    Key::new("people#admins", "count")
}

impl Item for ActiveAdmins {
    const TYPE: &'static str = "ActiveAdmins";

    fn key(&self) -> Key<Self> {
        active_admins()
    }
}

/// What goes into each write that makes a user, changes one's names, address, roles or status, or removes one: at
/// most thirty writes. Refused where it would take the last administrator away.
pub fn moved(before: Option<&User>, after: Option<&User>) -> Vec<Write> {
    let places = |user: Option<&User>| user.map(places).unwrap_or_default();
    let (old, new) = (places(before), places(after));
    let stays = |place: &Person| {
        new.iter().any(|other| (&other.list, &other.at) == (&place.list, &place.at))
    };
    let mut writes: Vec<_> = old.iter().filter(|place| !stays(place)).map(remove).collect();
    writes.extend(new.iter().filter(|place| !old.contains(place)).map(put));
    let runs = |user: Option<&User>| user.is_some_and(User::is_active_admin);
    match (runs(before), runs(after)) {
        (false, true) => writes.push(add(&active_admins(), &[("active", 1)])),
        (true, false) => {
            writes.push(add(&active_admins(), &[("active", -1)]).at_least(1).or(last_admin()));
        }
        _ => {}
    }
    writes
}

/// None before the address is proved: what was never opened ends by itself.
fn places(user: &User) -> Vec<Person> {
    if user.status == Status::Pending {
        return Vec::new();
    }
    let lists =
        user.roles.iter().filter(|role| **role != Role::Consumer).map(|role| by_role(*role));
    let lists = lists.chain([ALL.to_owned(), by_status(user.status)]);
    let mut places: Vec<_> =
        lists.map(|list| Person::of(user, list, user.id.to_string())).collect();
    let terms = terms(user);
    places.extend(terms.iter().map(|term| Person {
        term: Some(term.clone()),
        terms: terms.clone(),
        ..Person::of(user, by_term(term), format!("{term}#{}", user.id))
    }));
    places
}
