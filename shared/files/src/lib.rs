//! The S3 edge: how do packages, results and pictures get in and out of their buckets, and what is in a package?

mod avatars;
mod bucket;
mod form;
mod key;
mod notification;
mod package;
mod packages;
mod post_policy;
mod programs;
mod results;
mod sha256;

pub use avatars::{AvatarSquare, Avatars};
pub use form::Upload;
pub use key::{AvatarUploadKey, PackageKey, ResultKey, UploadKey};
pub use notification::Notification;
pub use package::{Defaults, Manifest, Package, PackageRefusal, limits};
pub use packages::{Download, Packages};
pub use results::Results;
pub use sha256::Sha256Digest;

/// Why an object could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The object is not as it has to be; trying again changes nothing.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// Ours: to be logged and tried again.
    #[error("{0}")]
    Failed(String),
}

/// What is wrong with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No object has this key.
    #[error("The file is not there; upload it first.")]
    NotFound,
    /// More bytes than the reader takes.
    #[error("The file is larger than {limit} bytes; make it smaller.")]
    TooLarge {
        /// The most bytes the reader takes.
        limit: u64,
    },
    /// Other bytes were uploaded than the hash announced.
    #[error(
        "The uploaded file is not the one whose SHA-256 was announced; ask for a new upload and send the file unchanged."
    )]
    OtherContent,
}

/// An object's bytes, with their hash computed while they were read.
#[derive(Clone, PartialEq, Eq)]
pub struct Object {
    /// All of it.
    pub bytes: Vec<u8>,
    /// The hash of `bytes`.
    pub sha256: Sha256Digest,
}

impl std::fmt::Debug for Object {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Object({} bytes, {})", self.bytes.len(), self.sha256)
    }
}
