//! The SES edge: how does a mail leave, and what does it say?

mod message;

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::BuildError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent};
use environment::failure;

pub use message::{Address, Message, Refusal};

/// Why a mail did not leave.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Ours: to be logged and tried again; never holds an address or a link.
    #[error("{0}")]
    Failed(String),
}

/// Outgoing mail from one sender; built once, at init.
#[derive(Clone, Debug)]
pub struct Mail {
    client: Client,
    from: String,
}

impl Mail {
    /// Mails from `from`, a verified SES identity: an address, or `Name <address>`.
    pub fn new(config: &environment::SdkConfig, from: impl Into<String>) -> Self {
        Self { client: Client::new(config), from: from.into() }
    }

    /// Hands the message to SES; whether it arrives is not known.
    ///
    /// # Errors
    /// Failed when SES did not take it.
    pub async fn send(&self, message: &Message) -> Result<(), Error> {
        let content =
            content(message).map_err(|error| Error::Failed(format!("SendEmail: {error}")))?;
        self.client
            .send_email()
            .from_email_address(&self.from)
            .destination(Destination::builder().to_addresses(message.to.as_str()).build())
            .content(content)
            .send()
            .await
            .map(drop)
            .map_err(|error| Error::Failed(failure("SendEmail", &error)))
    }
}

fn content(message: &Message) -> Result<EmailContent, BuildError> {
    let body = Body::builder().text(utf8(&message.text)?).html(utf8(&message.html)?).build();
    let simple = aws_sdk_sesv2::types::Message::builder()
        .subject(utf8(&message.subject)?)
        .body(body)
        .build();
    Ok(EmailContent::builder().simple(simple).build())
}

fn utf8(text: &str) -> Result<Content, BuildError> {
    Content::builder().data(text).charset("UTF-8").build()
}
