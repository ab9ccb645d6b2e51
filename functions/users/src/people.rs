//! Serves all accounts to administrators: listed, searched, suspended, restored, given roles.

use api::{Answer, Caller, IfMatch, IfMatchHeader, Json, Origin, Page, Params, Path, Problem};
use axum::extract::State;
use domain::{
    Moment, Refusal, UserId,
    account::{Role, Status, User, UserView, reason},
    audit::{Action, Actor, Event},
    people::Search,
    shape,
};
use store::{
    Stored, accounts,
    people::{Person, everyone, found_by, moved, with_role, with_status},
    update,
};

use crate::{
    App, TRIES, views,
    whose::{absent, named},
};

/// List users
///
/// Those whose address is verified, newest first; with `q` those it finds, in the order of what they are found by. A
/// page may be short and yet have a next one.
#[utoipa::path(get, path = "/users", operation_id = "listUsers", tag = "Users",
    security(("cognito" = ["admin"])), params(views::PeopleQuery),
    responses((status = 200, description = "A page of users.", body = Page<UserView>)))]
pub(crate) async fn list_users(
    State(app): State<App>,
    Params(asked): Params<views::PeopleQuery>,
) -> Result<Answer, Problem> {
    let table = &app.context.table;
    let search = asked.q.as_deref().map(Search::parse).transpose()?;
    let query = match (&search, asked.role, asked.status) {
        (Some(search), ..) => found_by(search),
        (None, Some(role), _) => with_role(role),
        (None, None, Some(status)) => with_status(status),
        (None, None, None) => everyone(),
    };
    let query = app.context.page(query, asked.limit, asked.cursor.as_deref())?;
    let fits = |person: &Person| {
        asked.status.is_none_or(|status| person.status == status)
            && asked.role.is_none_or(|role| person.roles.contains(&role))
            && search.as_ref().is_none_or(|search| person.is_found_by(search))
    };
    let page = table.matching(&query, fits).await?;
    let users: Vec<_> = page.items.iter().map(|person| accounts::user(person.user_id)).collect();
    let users = table.read(users).await?;
    Answer::ok(&Page {
        items: users.iter().flatten().map(|user| UserView::from(&**user)).collect(),
        next_cursor: app.context.cursor(&query, page.next),
    })
}

/// Suspend an account
///
/// Nothing of it works from the next request on, until it is restored. A repeat changes nothing.
#[utoipa::path(post, path = "/users/{user_id}/suspend", operation_id = "suspendUser", tag = "Users",
    security(("cognito" = ["admin"])), params(("user_id" = inline(shape::UserReference), Path)),
    request_body = views::ReasonRequest,
    extensions(("x-problems" = json!(["validation_failed", "account_not_active", "last_admin", "caller_changed", "conflict"]))),
    responses((status = 200, description = "The account as it is now.", body = UserView, headers(("ETag" = String)))))]
pub(crate) async fn suspend_user(
    State(app): State<App>,
    caller: Caller,
    Path(user_id): Path<String>,
    Origin(origin): Origin,
    Json(request): Json<views::ReasonRequest>,
) -> Result<Answer, Problem> {
    let by = Actor::User(caller.user_id);
    let event = Event::new(Action::Suspended, by, origin.address).about(reason(&request.reason)?);
    app.change(&caller, named(&caller, &user_id)?, None, event, User::suspend).await?.answer()
}

/// Restore an account
///
/// A suspended one is as it was. One that was closed comes back without its sessions, keys and subscriptions. A repeat
/// changes nothing.
#[utoipa::path(post, path = "/users/{user_id}/restore", operation_id = "restoreUser", tag = "Users",
    security(("cognito" = ["admin"])), params(("user_id" = inline(shape::UserReference), Path)),
    request_body = views::ReasonRequest,
    extensions(("x-problems" = json!(["validation_failed", "account_not_verified", "caller_changed", "conflict"]))),
    responses((status = 200, description = "The account as it is now.", body = UserView, headers(("ETag" = String)))))]
pub(crate) async fn restore_user(
    State(app): State<App>,
    caller: Caller,
    Path(user_id): Path<String>,
    Origin(origin): Origin,
    Json(request): Json<views::ReasonRequest>,
) -> Result<Answer, Problem> {
    let by = Actor::User(caller.user_id);
    let event = Event::new(Action::Restored, by, origin.address).about(reason(&request.reason)?);
    let id = named(&caller, &user_id)?;
    if app.account(id).await?.status == Status::Deactivated {
        app.end_all_of(id, &event).await?;
    }
    app.change(&caller, id, None, event, User::restore).await?.answer()
}

/// Replace an account's roles
///
/// They hold from the next request on, without a new login. PROVIDER can only be given back: its terms are accepted by
/// who has it.
#[utoipa::path(put, path = "/users/{user_id}/roles", operation_id = "updateRoles", tag = "Users",
    security(("cognito" = ["admin"])), params(("user_id" = inline(shape::UserReference), Path), IfMatchHeader),
    request_body = views::RolesRequest,
    extensions(("x-problems" = json!([
        "validation_failed", "terms_not_accepted", "account_not_active", "account_not_verified", "last_admin",
        "caller_changed", "conflict"
    ]))),
    responses((status = 200, description = "The account as it is now.", body = UserView, headers(("ETag" = String)))))]
pub(crate) async fn update_roles(
    State(app): State<App>,
    caller: Caller,
    Path(user_id): Path<String>,
    if_match: IfMatch,
    Origin(origin): Origin,
    Json(request): Json<views::RolesRequest>,
) -> Result<Answer, Problem> {
    let id = named(&caller, &user_id)?;
    let by = Actor::User(caller.user_id);
    let names: Vec<_> = request.roles.iter().map(|role| role.name()).collect();
    let event = Event::new(Action::RolesChanged, by, origin.address).about(names.join(", "));
    let take = |user: &mut User, now| user.take_roles(&request.roles, now);
    let changed = app.change(&caller, id, Some(&if_match), event, take).await?;
    let (had, has) = (&changed.before.roles, &changed.user.roles);
    let only = |these: &[Role], those: &[Role]| -> Vec<Role> {
        these.iter().filter(|role| !those.contains(role)).copied().collect()
    };
    app.tell_pool(id, &only(has, had), &only(had, has)).await;
    changed.answer()
}

/// An account before and after a change, as it stands in the table now.
pub(crate) struct Changed {
    before: User,
    pub(crate) user: User,
    version: u64,
}

impl Changed {
    pub(crate) fn answer(&self) -> Result<Answer, Problem> {
        Ok(Answer::ok(&UserView::from(&self.user))?.etag(self.version))
    }
}

impl App {
    /// Changes an account, what stands for it in lists, and how it may act, in one write with what tells of it; nothing
    /// is written where nothing changes, or where the caller may not do it any more.
    pub(crate) async fn change(
        &self,
        caller: &Caller,
        id: UserId,
        if_match: Option<&IfMatch>,
        event: Event,
        decide: impl Fn(&mut User, Moment) -> Result<bool, Refusal>,
    ) -> Result<Changed, Problem> {
        let (table, event, decide) = (&self.context.table, &event, &decide);
        table
            .attempt(TRIES, || async move {
                let found = table.read((accounts::user(id), accounts::subject(id))).await?;
                let (Some(mut user), Some(mut subject)) = found else {
                    return Err(absent().into());
                };
                if let Some(if_match) = if_match {
                    if_match.check(user.version())?;
                }
                let stands = match caller.user_id == id {
                    true => vec![caller.still_stands_as(&subject)?],
                    false => caller.still_stands(),
                };
                let before: User = (*user).clone();
                if !decide(&mut user, table.clock().now())? {
                    return Ok(changed(before, &user, 0));
                }
                *subject = user.subject();
                let trails = table.trails(id, event.by).await?;
                let mut writes = vec![update(&user), update(&subject)];
                writes.extend(stands);
                writes.extend(moved(Some(&before), Some(&user)));
                writes.extend(table.enter_on_each(trails, event.clone()));
                table.write(writes).await?;
                Ok(changed(before, &user, 1))
            })
            .await
    }
}

fn changed(before: User, user: &Stored<User>, writes: u64) -> Changed {
    Changed { before, user: (**user).clone(), version: user.version() + writes }
}
