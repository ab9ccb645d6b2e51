//! Which mails were sent, to whom?

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::{ACCOUNT, http};

/// Where ministack lists what SES was asked to send.
pub(crate) const MESSAGES: &str = "/_ministack/ses/messages";

/// A mail as the mailbox shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mail {
    id: String,
    from: String,
    to: Vec<String>,
    subject: String,
    text: String,
    html: String,
    sent_at: String,
}

/// Every mail of this stack: ministack forgets them when it stops, so they are kept beside its data.
pub(crate) struct Mailbox {
    file: PathBuf,
    earlier: Vec<Mail>,
    address: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    message_id: String,
    source: String,
    to: Vec<String>,
    subject: String,
    body_text: String,
    body_html: String,
    timestamp: f64,
}

impl Mailbox {
    pub(crate) fn open(state: &Path, services: &str) -> Self {
        let file = state.join("mails.json");
        let earlier = fs::read(&file)
            .ok()
            .and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or_default();
        Self { file, earlier, address: format!("{services}{MESSAGES}") }
    }

    /// Newest first; with `to`, those to this address alone.
    pub(crate) async fn list(
        &self,
        to: Option<&str>,
    ) -> Result<Vec<Mail>, Box<dyn std::error::Error + Send + Sync>> {
        let answer: serde_json::Value = serde_json::from_slice(&http::get(&self.address).await?)?;
        let sent: Vec<Message> = match answer.pointer(&format!("/messages/{ACCOUNT}")) {
            Some(messages) => serde_json::from_value(messages.clone())?,
            None => Vec::new(),
        };
        let all = sent.into_iter().rev().map(Mail::from).chain(self.earlier.iter().cloned());
        Ok(all.filter(|mail| to.is_none_or(|address| mail.is_to(address))).collect())
    }

    pub(crate) async fn save(&self) {
        let saved = match self.list(None).await {
            Ok(mails) => serde_json::to_vec(&mails)
                .map_err(Into::into)
                .and_then(|text| Ok(fs::write(&self.file, text)?)),
            Err(error) => Err(error),
        };
        if let Err(error) = saved {
            eprintln!("the mails of this run are lost: {error}");
        }
    }
}

impl Mail {
    fn is_to(&self, address: &str) -> bool {
        self.to.iter().any(|to| bare(to).eq_ignore_ascii_case(address.trim()))
    }
}

impl From<Message> for Mail {
    fn from(message: Message) -> Self {
        Self {
            id: message.message_id,
            from: message.source,
            to: message.to,
            subject: message.subject,
            text: message.body_text,
            html: message.body_html,
            sent_at: instant(message.timestamp),
        }
    }
}

/// `Ada <ada@example.com>` is sent to `ada@example.com`.
fn bare(address: &str) -> &str {
    match (address.rfind('<'), address.strip_suffix('>')) {
        (Some(start), Some(closed)) => &closed[start + 1..],
        _ => address,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since 1970 fit an i64 for longer than mails are kept"
)]
fn instant(seconds: f64) -> String {
    let milliseconds = (seconds * 1000.0) as i64;
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000)
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_found_by_its_address_with_or_without_a_name() {
        for (to, found) in [
            ("ada@example.com", true),
            ("Ada Lovelace <ada@example.com>", true),
            ("ADA@Example.com", true),
            ("grace@example.com", false),
            ("not-ada@example.com", false),
            ("<", false),
        ] {
            let mail = Mail::from(Message {
                message_id: "1".to_owned(),
                source: "hub@example.com".to_owned(),
                to: vec![to.to_owned()],
                subject: String::new(),
                body_text: String::new(),
                body_html: String::new(),
                timestamp: 0.0,
            });
            assert_eq!(mail.is_to("ada@example.com"), found, "{to}");
        }
    }

    #[test]
    fn times_are_written_in_utc() {
        assert_eq!(instant(1_795_214_556.718), "2026-11-20T22:42:36.718Z");
    }
}
