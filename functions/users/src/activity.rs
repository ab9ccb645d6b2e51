//! Serves what was done to an account: to its owner in plain words, to administrators with what proves it.

use api::{Answer, Caller, ListQuery, Page, Params, Path, Problem};
use axum::extract::State;
use domain::{audit::Entry, shape};
use store::{
    Stored,
    audit::{entry, head, trail_of},
};

use crate::{
    App, views,
    whose::{named, own},
};

/// List what one did and what was done to one's account
///
/// Newest first.
#[utoipa::path(get, path = "/users/{user_id}/activity", operation_id = "listActivity", tag = "Users",
    security(("cognito" = [])), params(("user_id" = inline(shape::UserReference), Path), ListQuery),
    responses((status = 200, description = "A page of activity.", body = Page<views::Activity>)))]
pub(crate) async fn list_activity(
    State(app): State<App>,
    caller: Caller,
    Path(user_id): Path<String>,
    Params(asked): Params<ListQuery>,
) -> Result<Answer, Problem> {
    let trail = trail_of(own(&caller, &user_id)?);
    let page = app.context.list(trail, &asked, |entry| views::Activity::from(&**entry)).await?;
    Answer::ok(&page)
}

/// List an account's audit trail
///
/// Newest first. Each entry has the hash of the one before in its own; `is_unbroken` says whether those of this page
/// are as they were written, and none is missing between them, before the first or behind the last.
#[utoipa::path(get, path = "/users/{user_id}/audit", operation_id = "listAuditEntries", tag = "Users",
    security(("cognito" = ["admin"])), params(("user_id" = inline(shape::UserReference), Path), ListQuery),
    responses((status = 200, description = "A page of the trail.", body = views::AuditPage)))]
pub(crate) async fn list_audit_entries(
    State(app): State<App>,
    caller: Caller,
    Path(user_id): Path<String>,
    Params(asked): Params<ListQuery>,
) -> Result<Answer, Problem> {
    let (table, user) = (&app.context.table, named(&caller, &user_id)?);
    app.account(user).await?;
    let query = app.context.page(trail_of(user), asked.limit, asked.cursor.as_deref())?;
    // Before the page: what is entered in between is behind it.
    let end = table.get(&head(user)).await?;
    let page = table.query(&query).await?;
    let eldest = page.items.last().map(|eldest| eldest.number);
    let before = match eldest.and_then(|number| number.checked_sub(1)).filter(|before| *before > 0)
    {
        Some(number) => table.get(&entry(user, number)).await?,
        None => None,
    };
    let ends_well = asked.cursor.is_some()
        || match &end {
            Some(end) => page.items.iter().any(|entry| entry.sha256 == end.sha256),
            None => page.items.is_empty(),
        };
    Answer::ok(&views::AuditPage {
        is_unbroken: ends_well && is_unbroken(&page.items, before.as_deref()),
        items: page.items.iter().map(|entry| views::AuditEntry::from(&**entry)).collect(),
        next_cursor: app.context.cursor(&query, page.next),
    })
}

/// Whether each entry follows the next one, and the last one `before`.
fn is_unbroken(entries: &[Stored<Entry>], before: Option<&Entry>) -> bool {
    let elder = entries.iter().skip(1).map(|entry| Some(&**entry)).chain([before]);
    entries.iter().zip(elder).all(|(entry, elder)| entry.follows(elder))
}
