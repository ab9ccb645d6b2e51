//! Serves the picture that stands for a user: uploaded, shown, removed.

use api::{Answer, Caller, IdempotencyHeader, Origin, Path, Problem, Submission};
use axum::extract::State;
use domain::{
    AvatarId, Refusal, UserId,
    audit::{Action, Actor, Event},
    avatar::{Avatar, MAX_AVATAR_BYTES, SIDES},
    shape,
};
use files::{AvatarSquare, AvatarUploadKey};
use store::{profiles::avatar, replace, update};

use crate::{App, TRIES, views, whose::own};

/// Read what stands for one
///
/// With links to the squares that are shown, and what has become of the picture uploaded last. Links are good for five
/// minutes.
#[utoipa::path(get, path = "/users/{user_id}/avatar", operation_id = "getAvatar", tag = "Users",
    security(("cognito" = [])), params(("user_id" = inline(shape::UserReference), Path)),
    responses((status = 200, description = "The avatar.", body = views::Avatar)))]
pub(crate) async fn get_avatar(
    State(app): State<App>,
    caller: Caller,
    Path(user_id): Path<String>,
) -> Result<Answer, Problem> {
    let user = own(&caller, &user_id)?;
    let (table, now) = (&app.context.table, app.context.table.clock().now());
    let found = table.get(&avatar(user)).await?;
    let found = found.map_or_else(|| Avatar::none(user, now), store::Stored::into_inner);
    let mut images = Vec::new();
    for square in found.shown.into_iter().flat_map(|upload| squares(user, upload)) {
        let url = app.avatars.presign(square, now.into()).await.map_err(Problem::failed)?;
        images.push(views::AvatarImage { side: square.side, url });
    }
    Answer::ok(&views::Avatar::of(&found, images))
}

/// Upload a picture to stand for one
///
/// Answers a form to post the picture with, as `multipart/form-data`: all `fields` first, then the field `file`, of at
/// most 5 MiB. PNG, JPEG, WebP and GIF are known. Its middle is shown, newly drawn: what a camera noted beside it is
/// gone. Until it was looked at the avatar is PENDING; what was uploaded before no longer counts. A repeat with the same
/// `Idempotency-Key` answers a fresh form for the same upload.
#[utoipa::path(post, path = "/users/{user_id}/avatar", operation_id = "uploadAvatar", tag = "Users",
    security(("cognito" = [])),
    params(("user_id" = inline(shape::UserReference), Path), IdempotencyHeader),
    request_body = views::AvatarRequest,
    extensions(("x-problems" = json!(["upload_superseded"]))),
    responses((status = 200, description = "The form.", body = views::AvatarForm)))]
pub(crate) async fn upload_avatar(
    State(app): State<App>,
    caller: Caller,
    Path(user_id): Path<String>,
    submission: Submission<views::AvatarRequest>,
) -> Result<Answer, Problem> {
    let user = own(&caller, &user_id)?;
    let (app, submission, table) = (&app, &submission, &app.context.table);
    let upload = submission.decided(table, || app.announce(user, submission)).await?;
    let key = AvatarUploadKey { user_id: user.uuid(), upload_id: upload.uuid() };
    let (kind, now) = (submission.body.content_type.name(), table.clock().now());
    let form = app.avatars.presign_upload(&key, kind, MAX_AVATAR_BYTES, now.into()).await;
    Answer::ok(&views::AvatarForm::from(form.map_err(Problem::failed)?))
}

/// Remove what stands for one
///
/// What was uploaded and not looked at yet no longer counts. A repeat changes nothing.
#[utoipa::path(delete, path = "/users/{user_id}/avatar", operation_id = "deleteAvatar", tag = "Users",
    security(("cognito" = [])), params(("user_id" = inline(shape::UserReference), Path)),
    extensions(("x-problems" = json!(["conflict"]))),
    responses((status = 204, description = "Nothing stands for the user.")))]
pub(crate) async fn delete_avatar(
    State(app): State<App>,
    caller: Caller,
    Path(user_id): Path<String>,
    Origin(origin): Origin,
) -> Result<Answer, Problem> {
    let user = own(&caller, &user_id)?;
    let event = &Event::new(Action::AvatarRemoved, Actor::User(user), origin.address);
    let (app, table) = (&app, &app.context.table);
    let former = table.attempt(TRIES, || app.remove_avatar(user, event)).await?;
    for square in former.into_iter().flat_map(|upload| squares(user, upload)) {
        // The next picture that is looked at has the squares deleted again.
        if let Err(cause) = app.avatars.delete(square).await {
            tracing::warn!(%cause, "a square of a removed avatar is left");
        }
    }
    Ok(Answer::no_content())
}

impl App {
    /// What is remembered is the upload, not its form: a form is a secret and does not last.
    async fn announce(
        &self,
        user: UserId,
        submission: &Submission<views::AvatarRequest>,
    ) -> Result<AvatarId, Problem> {
        let (table, now) = (&self.context.table, self.context.table.clock().now());
        let (earlier, found) = table.read((submission.key(), avatar(user))).await?;
        if let Some(answer) = earlier {
            submission.replay(Some(&answer))?;
            let before: AvatarId = serde_json::from_str(&answer.body).map_err(Problem::failed)?;
            let awaited = found.is_some_and(|avatar| avatar.awaited == Some(before));
            return if awaited { Ok(before) } else { Err(superseded().into()) };
        }
        let upload = table.clock().id(AvatarId::new);
        let none = || Avatar::none(user, now);
        let mut new = found.as_ref().map_or_else(none, |found| (**found).clone());
        new.announce(upload, now);
        let remembered = submission.remember(table, &Answer::ok(&upload)?);
        table.write([replace(found, new), remembered]).await?;
        Ok(upload)
    }

    /// The uploads whose squares are shown no more.
    async fn remove_avatar(&self, user: UserId, event: &Event) -> Result<Vec<AvatarId>, Problem> {
        let table = &self.context.table;
        let Some(mut found) = table.get(&avatar(user)).await? else { return Ok(Vec::new()) };
        if found.remove(table.clock().now()) {
            let trail = table.trail(user).await?;
            let entered = table.enter(trail, [event.clone()]);
            table.write([update(&found)].into_iter().chain(entered)).await?;
        }
        Ok(found.former.clone())
    }
}

fn squares(user: UserId, upload: AvatarId) -> [AvatarSquare; 3] {
    SIDES.map(|side| AvatarSquare { user_id: user.uuid(), upload_id: upload.uuid(), side })
}

fn superseded() -> Refusal {
    Refusal::conflict(
        "upload_superseded",
        "This upload was looked at already, or another took its place; take a new `Idempotency-Key` to upload another picture.",
    )
}
