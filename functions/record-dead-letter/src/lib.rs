//! Brings every message that was given up into the table, where somebody sees it and may send it again.

use clock::Clock;
use domain::{
    DeadLetterId,
    dead_letter::{DeadLetter, Message, Source},
};
use sha2::{Digest, Sha256};
use store::{Error, Stored, Table, create, dead_letters::failure};
use worker::Failed;

#[derive(Clone)]
pub struct App {
    table: Table,
}

impl App {
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    pub fn from_env() -> Result<Self, environment::Error> {
        let config = environment::aws();
        Ok(Self::new(Table::new(&config, environment::text("TABLE_NAME")?, Clock::system())))
    }
}

/// Records a message once, however often it is delivered. What fails stays in its dead-letter queue.
pub async fn handle(app: App, message: Message) -> Result<(), Failed> {
    let source = Source::of_dead_letters(&message.queue)
        .ok_or_else(|| Failed::new("no dead-letter queue that is known"))?;
    let noted = app.table.get(&failure(&message.id)).await.map_err(Failed::because)?;
    let reason = noted.map(|noted| Stored::into_inner(noted).reason);
    let id = id(source, &message);
    let letter = DeadLetter::new(id, source, message, reason, app.table.clock().now());
    match app.table.write([create(&letter)]).await {
        Ok(()) => tell(&letter),
        Err(Error::Contended) => {}
        Err(failed) => return Err(Failed::because(failed)),
    }
    Ok(())
}

fn tell(letter: &DeadLetter) {
    let (queue, job_id) = (letter.source.name(), letter.job_id.map(|id| id.to_string()));
    tracing::error!(
        queue,
        message_id = letter.message_id,
        job_id,
        cause = letter.reason.cause,
        "a message was given up"
    );
}

/// Of nothing that another delivery of the message could say otherwise.
fn id(source: Source, message: &Message) -> DeadLetterId {
    let mut hasher = Sha256::new();
    hasher.update(source.name());
    hasher.update([0]);
    hasher.update(&message.id);
    let hash: [u8; 32] = hasher.finalize().into();
    let mut unique = [0; 10];
    unique.copy_from_slice(&hash[..10]);
    DeadLetterId::new(message.sent_at, unique)
}
