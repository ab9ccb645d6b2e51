//! How are single objects read and written, within bounds?

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::presigning::PresigningConfig;
use environment::failure;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use crate::{Error, Object, Refusal, Sha256Digest};

#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    client: Client,
    name: String,
}

impl Bucket {
    pub(crate) fn new(config: &environment::SdkConfig, name: impl Into<String>) -> Self {
        let settings = aws_sdk_s3::config::Builder::from(config)
            // a stand-in has one address for all buckets
            .force_path_style(config.endpoint_url().is_some())
            .build();
        Self { client: Client::from_conf(settings), name: name.into() }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// All of the object, refused as soon as it is known to be over `limit` bytes.
    pub(crate) async fn get(&self, key: &str, limit: u64) -> Result<Object, Error> {
        self.get_with_note(key, limit, "").await.map(|(object, _)| object)
    }

    /// The object, and what its metadata says under `note`.
    pub(crate) async fn get_with_note(
        &self,
        key: &str,
        limit: u64,
        note: &str,
    ) -> Result<(Object, Option<String>), Error> {
        let too_large = || Error::from(Refusal::TooLarge { limit });
        let mut answer =
            self.client.get_object().bucket(&self.name).key(key).send().await.map_err(|error| {
                match error.code() {
                    Some("NoSuchKey") => Refusal::NotFound.into(),
                    _ => Error::Failed(failure("GetObject", &error)),
                }
            })?;
        let announced =
            answer.content_length().and_then(|length| u64::try_from(length).ok()).unwrap_or(0);
        if announced > limit {
            return Err(too_large());
        }
        let mut bytes = Vec::with_capacity(usize::try_from(announced).map_err(|_| too_large())?);
        let mut hasher = Sha256::new();
        while let Some(chunk) = answer.body.next().await {
            let chunk = chunk.map_err(|error| Error::Failed(format!("GetObject: {error}")))?;
            if (bytes.len() + chunk.len()) as u64 > limit {
                return Err(too_large());
            }
            hasher.update(&chunk);
            bytes.extend_from_slice(&chunk);
        }
        let noted = answer.metadata.and_then(|mut notes| notes.remove(note));
        Ok((Object { bytes, sha256: Sha256Digest::finish(hasher) }, noted))
    }

    /// Writes the object whole; S3 compares the hash before it keeps anything.
    pub(crate) async fn put(
        &self,
        key: &str,
        content_type: &str,
        bytes: Vec<u8>,
    ) -> Result<Sha256Digest, Error> {
        let sha256 = Sha256Digest::of(&bytes);
        self.client
            .put_object()
            .bucket(&self.name)
            .key(key)
            .content_type(content_type)
            .checksum_sha256(sha256.base64())
            .body(bytes.into())
            .send()
            .await
            .map(|_| sha256)
            .map_err(|error| Error::Failed(failure("PutObject", &error)))
    }

    /// The object's size in bytes, `None` where there is none.
    pub(crate) async fn size(&self, key: &str) -> Result<Option<u64>, Error> {
        match self.client.head_object().bucket(&self.name).key(key).send().await {
            Ok(answer) => Ok(answer.content_length().and_then(|length| u64::try_from(length).ok())),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found()) => {
                Ok(None)
            }
            Err(error) => Err(Error::Failed(failure("HeadObject", &error))),
        }
    }

    /// Deletes the object; one that is gone already is deleted.
    pub(crate) async fn delete(&self, key: &str) -> Result<(), Error> {
        self.client
            .delete_object()
            .bucket(&self.name)
            .key(key)
            .send()
            .await
            .map(drop)
            .map_err(|error| Error::Failed(failure("DeleteObject", &error)))
    }

    /// A URL that answers the object as a file of this name, for `lasting` from `now`.
    pub(crate) async fn presign_get(
        &self,
        key: &str,
        content_type: &str,
        file_name: &str,
        now: OffsetDateTime,
        lasting: Duration,
    ) -> Result<String, Error> {
        let request = self
            .client
            .get_object()
            .bucket(&self.name)
            .key(key)
            .response_content_type(content_type)
            .response_content_disposition(format!("attachment; filename=\"{file_name}\""))
            .presigned(presigning(now, lasting)?)
            .await
            .map_err(|error| Error::Failed(failure("GetObject", &error)))?;
        Ok(request.uri().to_owned())
    }

    /// Where a browser posts a form to: the bucket's own URL, as the SDK's endpoint rules have it for this region or
    /// stand-in.
    pub(crate) async fn url(&self, now: OffsetDateTime) -> Result<String, Error> {
        const KEY: &str = "key";
        let request = self.client.get_object().bucket(&self.name).key(KEY);
        let request = request
            .presigned(presigning(now, Duration::from_secs(1))?)
            .await
            .map_err(|error| Error::Failed(failure("GetObject", &error)))?;
        let address = request.uri().split('?').next().unwrap_or_default();
        let url = address
            .strip_suffix(KEY)
            .ok_or_else(|| Error::Failed("the bucket has no address".to_owned()))?;
        Ok(url.to_owned())
    }
}

fn presigning(now: OffsetDateTime, lasting: Duration) -> Result<PresigningConfig, Error> {
    PresigningConfig::builder()
        .start_time(now.into())
        .expires_in(lasting)
        .build()
        .map_err(|error| Error::Failed(error.to_string()))
}
