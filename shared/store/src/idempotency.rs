//! Where the answers to repeated requests lie.

use std::time::Duration;

use domain::Moment;
use serde::{Deserialize, Serialize};

use crate::{Indexes, Item, Key};

/// How long a repeat is answered as the first time.
pub const KEPT: Duration = Duration::from_secs(48 * 3600);

/// What a request was answered, written in the same write as its effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Hash of caller, operation and Idempotency-Key, hex.
    pub request: String,
    /// Hash of the payload, hex: another payload under the same key is refused.
    pub payload: String,
    pub status: u16,
    pub location: Option<String>,
    pub etag: Option<String>,
    /// Seconds.
    pub retry_after: Option<u32>,
    /// JSON, without secrets.
    pub body: String,
    pub at: Moment,
}

pub fn answered(request: &str) -> Key<Answered> {
    Key::new(format!("idempotency#{request}"), "answered")
}

impl Item for Answered {
    const TYPE: &'static str = "Answered";

    fn key(&self) -> Key<Self> {
        answered(&self.request)
    }

    fn indexes(&self) -> Indexes {
        Indexes { expires_at: Some(self.at.plus(KEPT)), ..Indexes::default() }
    }
}
