//! How does a form come about that uploads one file, and how is a link signed?

use std::{collections::BTreeMap, fmt, time::Duration};

use aws_sdk_s3::config::{ProvideCredentials, SharedCredentialsProvider};
use time::OffsetDateTime;

use crate::{Error, bucket::Bucket, post_policy::PostPolicy};

/// For how long forms and links are good.
pub(crate) const LASTING: Duration = Duration::from_secs(300);

/// A form that uploads one file; it prints redacted, whoever holds the fields may upload.
#[derive(Clone, PartialEq, Eq)]
pub struct Upload {
    /// Where to post it, as `multipart/form-data`.
    pub url: String,
    /// All of them go before the last field, `file`.
    pub fields: BTreeMap<String, String>,
    /// When S3 stops taking it.
    pub expires_at: OffsetDateTime,
}

impl fmt::Debug for Upload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Upload")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Who vouches for forms and links.
#[derive(Clone, Debug)]
pub(crate) struct Signer {
    region: String,
    credentials: Option<SharedCredentialsProvider>,
}

impl Signer {
    pub(crate) fn new(config: &environment::SdkConfig) -> Self {
        Self {
            region: config.region().map(ToString::to_string).unwrap_or_default(),
            credentials: config.credentials_provider(),
        }
    }

    /// Refuses where there is nobody to vouch: the SDK would answer a link that nobody signed.
    pub(crate) fn is_able(&self) -> Result<&SharedCredentialsProvider, Error> {
        self.credentials.as_ref().ok_or_else(no_credentials)
    }

    /// A form, good for five minutes from `now`, for exactly these fields and a file of a size within the range.
    pub(crate) async fn form(
        &self,
        bucket: &Bucket,
        fields: &[(&str, String)],
        size: (u64, u64),
        now: OffsetDateTime,
    ) -> Result<Upload, Error> {
        let credentials =
            self.is_able()?.provide_credentials().await.map_err(|_| no_credentials())?;
        let (bucket_name, region) = (bucket.name(), self.region.as_str());
        let policy =
            PostPolicy { bucket: bucket_name, region, fields, size, now, lasting: LASTING };
        let (url, fields) = (bucket.url(now).await?, policy.sign(&credentials));
        Ok(Upload { url, fields, expires_at: now + LASTING })
    }
}

fn no_credentials() -> Error {
    Error::Failed("no credentials to sign with".to_owned())
}
