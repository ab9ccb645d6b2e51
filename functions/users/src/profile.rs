//! Serves what a user says of themselves, and how they want to be treated.

use api::{Answer, Caller, IfMatch, IfMatchHeader, Json, Origin, Path, Problem};
use axum::extract::State;
use domain::{
    audit::{Action, Actor, Event},
    preferences::Preferences,
    profile::Profile,
    shape,
};
use store::{
    Item, Stored,
    profiles::{preferences, profile},
    replace,
};

use crate::{App, views, whose::own};

/// Read one's profile
///
/// Empty at first.
#[utoipa::path(get, path = "/users/{user_id}/profile", operation_id = "getProfile", tag = "Users",
    security(("cognito" = [])), params(("user_id" = inline(shape::UserReference), Path)),
    responses((status = 200, description = "The profile.", body = views::Profile, headers(("ETag" = String)))))]
pub(crate) async fn get_profile(
    State(app): State<App>,
    caller: Caller,
    Path(user_id): Path<String>,
) -> Result<Answer, Problem> {
    let found = app.context.table.get(&profile(own(&caller, &user_id)?)).await?;
    let details = found.as_ref().map(|found| found.details.clone()).unwrap_or_default();
    Ok(Answer::ok(&views::Profile::of(details))?.etag(version(found.as_ref())))
}

/// Replace one's profile
///
/// All of it: what is left out is gone.
#[utoipa::path(put, path = "/users/{user_id}/profile", operation_id = "updateProfile", tag = "Users",
    security(("cognito" = [])), params(("user_id" = inline(shape::UserReference), Path), IfMatchHeader),
    request_body = views::ProfileRequest,
    extensions(("x-problems" = json!(["validation_failed", "conflict"]))),
    responses((status = 200, description = "The profile as it is now.", body = views::Profile, headers(("ETag" = String)))))]
pub(crate) async fn update_profile(
    State(app): State<App>,
    caller: Caller,
    Path(user_id): Path<String>,
    if_match: IfMatch,
    Origin(origin): Origin,
    Json(request): Json<views::ProfileRequest>,
) -> Result<Answer, Problem> {
    let user_id = own(&caller, &user_id)?;
    let found = app.context.table.get(&profile(user_id)).await?;
    if_match.check(version(found.as_ref()))?;
    let details = request.details().checked()?;
    let new = Profile { user_id, details, updated_at: app.context.table.clock().now() };
    let answer = Answer::ok(&views::Profile::of(new.details.clone()))?;
    let event = Event::new(Action::ProfileChanged, Actor::User(user_id), origin.address);
    Ok(answer.etag(app.put(found, new, event, &caller).await?))
}

/// Read one's preferences
///
/// With what holds where nothing was chosen yet.
#[utoipa::path(get, path = "/users/{user_id}/preferences", operation_id = "getPreferences", tag = "Users",
    security(("cognito" = [])), params(("user_id" = inline(shape::UserReference), Path)),
    responses((status = 200, description = "The preferences.", body = views::Preferences, headers(("ETag" = String)))))]
pub(crate) async fn get_preferences(
    State(app): State<App>,
    caller: Caller,
    Path(user_id): Path<String>,
) -> Result<Answer, Problem> {
    let found = app.context.table.get(&preferences(own(&caller, &user_id)?)).await?;
    let settings = found.as_ref().map(|found| found.settings.clone()).unwrap_or_default();
    Ok(Answer::ok(&views::Preferences::from(settings))?.etag(version(found.as_ref())))
}

/// Replace one's preferences
///
/// Mails about the account's safety come in any case.
#[utoipa::path(put, path = "/users/{user_id}/preferences", operation_id = "updatePreferences", tag = "Users",
    security(("cognito" = [])), params(("user_id" = inline(shape::UserReference), Path), IfMatchHeader),
    request_body = views::Preferences,
    extensions(("x-problems" = json!(["validation_failed", "conflict"]))),
    responses((status = 200, description = "The preferences as they are now.", body = views::Preferences, headers(("ETag" = String)))))]
pub(crate) async fn update_preferences(
    State(app): State<App>,
    caller: Caller,
    Path(user_id): Path<String>,
    if_match: IfMatch,
    Origin(origin): Origin,
    Json(request): Json<views::Preferences>,
) -> Result<Answer, Problem> {
    let user_id = own(&caller, &user_id)?;
    let found = app.context.table.get(&preferences(user_id)).await?;
    if_match.check(version(found.as_ref()))?;
    let settings = request.settings().checked()?;
    let new = Preferences { user_id, settings, updated_at: app.context.table.clock().now() };
    let answer = Answer::ok(&views::Preferences::from(new.settings.clone()))?;
    let event = Event::new(Action::PreferencesChanged, Actor::User(user_id), origin.address);
    Ok(answer.etag(app.put(found, new, event, &caller).await?))
}

/// 0 of what was never written.
fn version<T>(found: Option<&Stored<T>>) -> u64 {
    found.map_or(0, Stored::version)
}

impl App {
    /// Writes what is the caller's with what tells of it; its version then.
    async fn put<T: Item>(
        &self,
        found: Option<Stored<T>>,
        new: T,
        event: Event,
        caller: &Caller,
    ) -> Result<u64, Problem> {
        let table = &self.context.table;
        let (trail, version) = (table.trail(caller.user_id).await?, version(found.as_ref()) + 1);
        let mut writes = vec![replace(found, new)];
        writes.extend(table.enter(trail, [event]));
        table.write(writes).await?;
        Ok(version)
    }
}
