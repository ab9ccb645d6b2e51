//! How does a user's picture get into the bucket, and how are the squares made of it shown?

use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    AvatarUploadKey, Error, Object, Upload,
    bucket::Bucket,
    form::{LASTING, Signer},
};

/// The avatars bucket; built once, at init.
#[derive(Clone, Debug)]
pub struct Avatars {
    bucket: Bucket,
    signer: Signer,
}

/// A square of an avatar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AvatarSquare {
    pub user_id: Uuid,
    /// The upload it was made of.
    pub upload_id: Uuid,
    /// In pixels.
    pub side: u32,
}

impl AvatarSquare {
    fn key(self) -> String {
        format!("avatars/{}/{}/{}.webp", self.user_id, self.upload_id, self.side)
    }
}

const WEBP: &str = "image/webp";

impl Avatars {
    /// An edge to the bucket called `bucket`.
    pub fn new(config: &environment::SdkConfig, bucket: impl Into<String>) -> Self {
        Self { bucket: Bucket::new(config, bucket), signer: Signer::new(config) }
    }

    /// A form, good for five minutes from `now`, that uploads a file of this type and at most so many bytes to this key
    /// and nothing else.
    ///
    /// # Errors
    /// Failed when there are no credentials to sign with.
    pub async fn presign_upload(
        &self,
        key: &AvatarUploadKey,
        content_type: &str,
        most: u64,
        now: OffsetDateTime,
    ) -> Result<Upload, Error> {
        let fields = [("key", key.to_string()), ("Content-Type", content_type.to_owned())];
        self.signer.form(&self.bucket, &fields, (1, most), now).await
    }

    /// What was uploaded, of at most so many bytes.
    ///
    /// # Errors
    /// Any [`crate::Refusal`], or failed.
    pub async fn read_upload(&self, key: &AvatarUploadKey, most: u64) -> Result<Object, Error> {
        self.bucket.get(&key.to_string(), most).await
    }

    /// The size of an upload in bytes; `None` before it arrived and after it was deleted.
    ///
    /// # Errors
    /// Failed when S3 could not be asked.
    pub async fn upload_size(&self, key: &AvatarUploadKey) -> Result<Option<u64>, Error> {
        self.bucket.size(&key.to_string()).await
    }

    /// Deletes an upload once it was looked at. Safe to repeat.
    ///
    /// # Errors
    /// Failed when S3 could not be told.
    pub async fn delete_upload(&self, key: &AvatarUploadKey) -> Result<(), Error> {
        self.bucket.delete(&key.to_string()).await
    }

    /// Keeps a square, as WebP. Safe to repeat.
    ///
    /// # Errors
    /// Failed when S3 did not take it.
    pub async fn keep(&self, square: AvatarSquare, bytes: Vec<u8>) -> Result<(), Error> {
        self.bucket.put(&square.key(), WEBP, bytes).await.map(drop)
    }

    /// A link to a square, good for five minutes from `now`.
    ///
    /// # Errors
    /// Failed when there are no credentials to sign with.
    pub async fn presign(
        &self,
        square: AvatarSquare,
        now: OffsetDateTime,
    ) -> Result<String, Error> {
        self.signer.is_able()?;
        let name = format!("avatar-{}.webp", square.side);
        self.bucket.presign_get(&square.key(), WEBP, &name, now, LASTING).await
    }

    /// Deletes a square. Safe to repeat.
    ///
    /// # Errors
    /// Failed when S3 could not be told.
    pub async fn delete(&self, square: AvatarSquare) -> Result<(), Error> {
        self.bucket.delete(&square.key()).await
    }
}
