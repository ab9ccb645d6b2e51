//! How a login is done with a code of an authenticator app, and how that is switched on and off.

use std::time::Duration;

use api::{Answer, Problem};
use domain::{Moment, UserId};
use identity::Secret;
use serde::{Deserialize, Serialize};

use crate::{App, views};

/// As long as the user pool waits for a code.
const CHALLENGE: Duration = Duration::from_secs(180);

/// What a login that is half done is gone on with; its holder cannot read it.
#[derive(Serialize, Deserialize)]
struct Challenge {
    user_id: UserId,
    /// What the pool calls the sign-in.
    name: String,
    until: Moment,
}

impl App {
    /// The password was right, and a code is needed, too.
    pub(crate) fn ask_for_code(&self, user_id: UserId, name: &Secret) -> Result<Answer, Problem> {
        let clock = self.context.table.clock();
        let (name, until) = (name.reveal().to_owned(), clock.now().plus(CHALLENGE));
        let challenge = serde_json::to_vec(&Challenge { user_id, name, until });
        let challenge = challenge.map_err(Problem::failed)?;
        let challenge = self.context.challenges.close(&challenge, clock.random());
        let expires_in = CHALLENGE.as_secs();
        Answer::accepted(None, None, &views::CodeAsked { challenge, expires_in })
    }
}
