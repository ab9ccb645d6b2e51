//! Makes the squares that stand for a user of each picture that is uploaded; of what is none its owner is told why.
//!
//! Squares are kept before the table says that they are shown, and deleted after it says that others are: a message that
//! comes again finds what is left to do.

use clock::Clock;
use domain::{
    AvatarId, Moment, UserId,
    audit::{Action, Actor, Event},
    avatar::{Avatar, MAX_AVATAR_BYTES, Reason, SIDES},
};
use files::{AvatarSquare, AvatarUploadKey, Avatars, Error, Notification, Refusal};
use pictures::{Square, squares};
use store::{Table, profiles::avatar, update};
use telemetry::{Fact, count};
use worker::{Consumer, Failed};

/// Tries of a write while others write.
const TRIES: u32 = 4;

#[derive(Clone)]
pub struct App {
    table: Table,
    avatars: Avatars,
}

impl App {
    pub fn new(table: Table, avatars: Avatars) -> Self {
        Self { table, avatars }
    }

    pub async fn from_env() -> Result<Self, environment::Error> {
        let config = environment::aws();
        Ok(Self::new(
            Table::new(&config, environment::text("TABLE_NAME")?, Clock::system()),
            Avatars::new(&config, environment::text("AVATARS_BUCKET")?),
        ))
    }

    async fn found(&self, user: UserId) -> Result<Option<store::Stored<Avatar>>, Failed> {
        self.table.get(&avatar(user)).await.map_err(Failed::because)
    }
}

impl Consumer for App {
    fn table(&self) -> &Table {
        &self.table
    }
}

/// Looks at each upload once; what is superseded or looked at already is only cleared away.
pub async fn handle(app: App, notification: Notification) -> Result<(), Failed> {
    let uploads = notification.uploads::<AvatarUploadKey>();
    for key in uploads.ok_or_else(|| Failed::new("no notification of S3"))? {
        // an id of another kind is nobody's
        let user = key.user_id.to_string().parse::<UserId>();
        if let (Ok(user), Ok(upload)) = (user, key.upload_id.to_string().parse::<AvatarId>()) {
            look(&app, &key, user, upload).await?;
            clear(&app, user, upload).await?;
        }
        app.avatars.delete_upload(&key).await.map_err(Failed::because)?;
    }
    Ok(())
}

async fn look(
    app: &App,
    key: &AvatarUploadKey,
    user: UserId,
    upload: AvatarId,
) -> Result<(), Failed> {
    let found = app.found(user).await?;
    if found.is_none_or(|avatar| avatar.awaited != Some(upload)) {
        tracing::info!("an avatar that is not awaited");
        return Ok(());
    }
    let made = match app.avatars.read_upload(key, MAX_AVATAR_BYTES).await {
        Ok(object) => squares(&object.bytes, &SIDES).map_err(|refusal| reason(&refusal)),
        // another delivery of the notification has looked at it and cleared it away
        Err(Error::Refused(Refusal::NotFound)) => return Ok(()),
        Err(Error::Refused(refusal)) => {
            Err(Reason { code: "avatar_too_large".to_owned(), detail: refusal.to_string() })
        }
        Err(failed) => return Err(Failed::because(failed)),
    };
    let refused = match made {
        Ok(squares) => keep(app, key, squares).await.map(|()| None)?,
        Err(reason) => Some(reason),
    };
    let (refused, now) = (&refused, app.table.clock().now());
    let told = app.table.attempt(TRIES, || tell(&app.table, user, upload, refused.clone(), now));
    if told.await.map_err(Failed::because)? {
        count(Fact::AvatarRefused, u64::from(refused.is_some()));
        tracing::info!(passed = refused.is_none(), "an avatar was looked at");
    }
    Ok(())
}

fn reason(refusal: &pictures::Refusal) -> Reason {
    let code = match refusal {
        pictures::Refusal::Unknown => "avatar_unknown",
        pictures::Refusal::Trailing => "avatar_trailing",
        pictures::Refusal::TooLarge => "avatar_too_large",
        pictures::Refusal::Damaged => "avatar_damaged",
    };
    Reason { code: code.to_owned(), detail: refusal.to_string() }
}

async fn keep(app: &App, key: &AvatarUploadKey, squares: Vec<Square>) -> Result<(), Failed> {
    for Square { side, bytes } in squares {
        let square = AvatarSquare { user_id: key.user_id, upload_id: key.upload_id, side };
        app.avatars.keep(square, bytes).await.map_err(Failed::because)?;
    }
    Ok(())
}

/// Answers `false` where a later upload took the place of this one meanwhile, or a twin of the message was faster.
async fn tell(
    table: &Table,
    user: UserId,
    upload: AvatarId,
    refused: Option<Reason>,
    now: Moment,
) -> Result<bool, store::Error> {
    let Some(mut avatar) = table.get(&avatar(user)).await? else { return Ok(false) };
    let is_shown = refused.is_none();
    if !avatar.looked_at(upload, refused, now) {
        return Ok(false);
    }
    let mut writes = vec![update(&avatar)];
    if is_shown {
        let event = Event::new(Action::AvatarChanged, Actor::User(user), None);
        writes.extend(table.enter(table.trail(user).await?, [event]));
    }
    table.write(writes).await?;
    Ok(true)
}

/// Deletes the squares that are shown no more, those of this upload among them where it came too late.
async fn clear(app: &App, user: UserId, upload: AvatarId) -> Result<(), Failed> {
    let Some(found) = app.found(user).await? else { return Ok(()) };
    let late =
        Some(upload).filter(|_| found.shown != Some(upload) && found.awaited != Some(upload));
    for former in found.former.iter().copied().chain(late) {
        for side in SIDES {
            let square = AvatarSquare { user_id: user.uuid(), upload_id: former.uuid(), side };
            app.avatars.delete(square).await.map_err(Failed::because)?;
        }
    }
    if found.former.is_empty() {
        return Ok(());
    }
    let gone = &found.former;
    let forgotten = app.table.attempt(TRIES, || async {
        let Some(mut found) = app.table.get(&avatar(user)).await? else { return Ok(()) };
        found.former.retain(|former| !gone.contains(former));
        app.table.write([update(&found)]).await
    });
    forgotten.await.map_err(Failed::because)
}
