//! Where messages lie that were given up, and why their last try failed.

use std::time::Duration;

use domain::{
    DeadLetterId,
    dead_letter::{DeadLetter, DeadLetterState, Failure},
};
use telemetry::Fact;

use crate::{Error, Indexes, Item, Key, Query, Table, query::Index, replace};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// How long a letter is kept once nobody has to do anything about it any more.
const KEPT: Duration = Duration::from_secs(90 * DAY.as_secs());
/// Longer than SQS keeps any message.
const AWAITED: Duration = Duration::from_secs(15 * DAY.as_secs());

pub fn dead_letter(id: DeadLetterId) -> Key<DeadLetter> {
    Key::new(format!("dead-letter#{id}"), "letter")
}

/// By when they were first sent, newest first.
pub fn in_state(state: DeadLetterState) -> Query<DeadLetter> {
    Query::new(Index::Gsi1, partition(state)).newest_first()
}

fn partition(state: DeadLetterState) -> String {
    let state = match state {
        DeadLetterState::Open => "OPEN",
        DeadLetterState::Redriven => "REDRIVEN",
        DeadLetterState::Noted => "NOTED",
    };
    format!("dead-letters#{state}")
}

impl Item for DeadLetter {
    const TYPE: &'static str = "DeadLetter";
    const MADE: Option<Fact> = Some(Fact::DeadLetterRecorded);

    fn key(&self) -> Key<Self> {
        dead_letter(self.id)
    }

    /// What waits for somebody never ends.
    fn indexes(&self) -> Indexes {
        let done_at = match self.state {
            DeadLetterState::Open => None,
            DeadLetterState::Redriven => self.redriven_at,
            DeadLetterState::Noted => Some(self.recorded_at),
        };
        Indexes {
            gsi1: Some((partition(self.state), self.id.to_string())),
            expires_at: done_at.map(|at| at.plus(KEPT)),
            ..Indexes::default()
        }
    }
}

/// Of a message by the id that SQS gave it.
pub fn failure(message_id: &str) -> Key<Failure> {
    Key::new(format!("message#{message_id}"), "failure")
}

impl Item for Failure {
    const TYPE: &'static str = "Failure";

    fn key(&self) -> Key<Self> {
        failure(&self.message_id)
    }

    fn indexes(&self) -> Indexes {
        let expires_at = self.reason.at.map(|at| at.plus(AWAITED));
        Indexes { expires_at, ..Indexes::default() }
    }
}

/// Notes why a message failed, in place of what was noted before.
pub async fn note(table: &Table, noted: Failure) -> Result<(), Error> {
    let before = table.get(&noted.key()).await?;
    match table.write([replace(before, noted)]).await {
        // Another delivery of the message has noted its own.
        Err(Error::Contended) => Ok(()),
        written => written,
    }
}
