//! How does a package get from a developer into the bucket, through inspection, and out to a reader?

use std::fmt;

use time::OffsetDateTime;

use crate::bucket::Bucket;
use crate::form::{LASTING, Signer};
use crate::limits::PACKAGE_BYTES;
use crate::{Error, Object, PackageKey, Refusal, Sha256Digest, Upload, UploadKey};

const ANNOUNCED_SHA256: &str = "sha256";
const ZIP: &str = "application/zip";
const LONGEST_FILE_NAME: usize = 100;

/// A link to one package; it prints redacted, whoever holds the URL may read.
#[derive(Clone, PartialEq, Eq)]
pub struct Download {
    /// Where to get it.
    pub url: String,
    /// When the link stops working.
    pub expires_at: OffsetDateTime,
}

impl fmt::Debug for Download {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Download")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// The packages bucket; built once, at init.
#[derive(Clone, Debug)]
pub struct Packages {
    pub(crate) bucket: Bucket,
    signer: Signer,
}

impl Packages {
    /// An edge to the bucket called `bucket`.
    pub fn new(config: &environment::SdkConfig, bucket: impl Into<String>) -> Self {
        Self { bucket: Bucket::new(config, bucket), signer: Signer::new(config) }
    }

    /// A form, good for five minutes from `now`, that uploads a zip of at most [`PACKAGE_BYTES`] with this hash to this
    /// key and nothing else. S3 checks the hash on AWS; inspection checks it everywhere.
    ///
    /// # Errors
    /// Failed when there are no credentials to sign with.
    pub async fn presign_upload(
        &self,
        key: &UploadKey,
        sha256: &Sha256Digest,
        now: OffsetDateTime,
    ) -> Result<Upload, Error> {
        let fields = [
            ("key", key.to_string()),
            ("Content-Type", ZIP.to_owned()),
            ("x-amz-checksum-algorithm", "SHA256".to_owned()),
            ("x-amz-checksum-sha256", sha256.base64()),
            ("x-amz-meta-app-id", key.app_id.to_string()),
            ("x-amz-meta-version-id", key.version_id.to_string()),
            (&format!("x-amz-meta-{ANNOUNCED_SHA256}"), sha256.to_string()),
        ];
        self.signer.form(&self.bucket, &fields, (1, PACKAGE_BYTES), now).await
    }

    /// A link, good for five minutes from `now`, that answers the package as a file called `file_name`; what is not a
    /// letter, digit, dot, dash or underscore in the name becomes a dash.
    ///
    /// # Errors
    /// Failed when there are no credentials to sign with.
    pub async fn presign_download(
        &self,
        key: &PackageKey,
        file_name: &str,
        now: OffsetDateTime,
    ) -> Result<Download, Error> {
        self.signer.is_able()?;
        let url =
            self.bucket.presign_get(&key.to_string(), ZIP, &safe(file_name), now, LASTING).await?;
        Ok(Download { url, expires_at: now + LASTING })
    }

    /// What was uploaded: at most [`PACKAGE_BYTES`], with the hash that was announced.
    ///
    /// # Errors
    /// Any [`Refusal`], or failed.
    pub async fn read_upload(&self, key: &UploadKey) -> Result<Object, Error> {
        let (object, announced) =
            self.bucket.get_with_note(&key.to_string(), PACKAGE_BYTES, ANNOUNCED_SHA256).await?;
        if announced == Some(object.sha256.to_string()) {
            return Ok(object);
        }
        Err(Refusal::OtherContent.into())
    }

    /// The size of an upload in bytes; `None` before it arrived and after it was deleted.
    ///
    /// # Errors
    /// Failed when S3 could not be asked.
    pub async fn upload_size(&self, key: &UploadKey) -> Result<Option<u64>, Error> {
        self.bucket.size(&key.to_string()).await
    }

    /// Keeps the very bytes that were inspected, under the key of their own hash. Safe to repeat.
    ///
    /// # Errors
    /// Failed when S3 did not take them.
    pub async fn keep(&self, upload: &UploadKey, inspected: Object) -> Result<PackageKey, Error> {
        let key = PackageKey {
            app_id: upload.app_id,
            version_id: upload.version_id,
            sha256: inspected.sha256,
        };
        self.bucket.put(&key.to_string(), ZIP, inspected.bytes).await?;
        Ok(key)
    }

    /// Deletes an upload once it was inspected. Safe to repeat.
    ///
    /// # Errors
    /// Failed when S3 could not be told.
    pub async fn delete_upload(&self, key: &UploadKey) -> Result<(), Error> {
        self.bucket.delete(&key.to_string()).await
    }
}

/// A file name that means the same in a header and on every disk.
fn safe(file_name: &str) -> String {
    let plain = |character: char| {
        if character.is_ascii_alphanumeric() || "._-".contains(character) { character } else { '-' }
    };
    let name: String = file_name.chars().take(LONGEST_FILE_NAME).map(plain).collect();
    let name = name.trim_matches(['.', '-']);
    if name.is_empty() { "package.zip".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_safe_in_a_header_and_on_a_disk() {
        for (name, expected) in [
            ("bell-1.0.0.zip", "bell-1.0.0.zip"),
            ("../../etc/passwd", "etc-passwd"),
            ("a\"; filename=\"b.exe", "a---filename--b.exe"),
            ("line\r\nbreak.zip", "line--break.zip"),
            ("größe.zip", "gr--e.zip"),
            ("", "package.zip"),
            ("...", "package.zip"),
        ] {
            assert_eq!(safe(name), expected);
        }
        assert_eq!(safe(&"x".repeat(500)).len(), LONGEST_FILE_NAME);
    }
}
