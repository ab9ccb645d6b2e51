//! Under which keys do our objects live? No other key is ever read or written, and no part of one comes from outside.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::Sha256Digest;

/// Text that is none of our keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a key of ours")]
pub struct NotAKey;

/// What a developer uploads, unchecked: `uploads/{app}/{version}/{upload}.zip`; each presigned upload has a key of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UploadKey {
    /// The app the version belongs to.
    pub app_id: Uuid,
    /// The version the package is for.
    pub version_id: Uuid,
    /// This one upload.
    pub upload_id: Uuid,
}

/// An inspected package: `packages/{app}/{version}/{sha256}.zip`, so that a key never changes its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PackageKey {
    /// The app the version belongs to.
    pub app_id: Uuid,
    /// The version the package is for.
    pub version_id: Uuid,
    /// The hash of the package.
    pub sha256: Sha256Digest,
}

/// What a user uploads to be shown as, unchecked: `avatars/uploads/{user}/{upload}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AvatarUploadKey {
    /// Whose picture it is to be.
    pub user_id: Uuid,
    /// This one upload.
    pub upload_id: Uuid,
}

/// A job's result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResultKey {
    /// Ours: `jobs/{job}/result.json`.
    Job {
        /// The job.
        job_id: Uuid,
    },
    /// Written by Braket: `tasks/{job}/{task}/results.json`.
    QuantumTask {
        /// The job the task was made for.
        job_id: Uuid,
        /// The last part of the task's ARN.
        task_id: Uuid,
    },
}

impl ResultKey {
    /// What to give Braket as `outputS3KeyPrefix`; it adds the task's id.
    pub fn task_prefix(job_id: Uuid) -> String {
        format!("tasks/{job_id}")
    }
}

impl fmt::Display for UploadKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "uploads/{}/{}/{}.zip", self.app_id, self.version_id, self.upload_id)
    }
}

impl fmt::Display for AvatarUploadKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{AVATAR_UPLOADS}{}/{}", self.user_id, self.upload_id)
    }
}

impl fmt::Display for PackageKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "packages/{}/{}/{}.zip", self.app_id, self.version_id, self.sha256)
    }
}

impl fmt::Display for ResultKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Job { job_id } => write!(formatter, "jobs/{job_id}/result.json"),
            Self::QuantumTask { job_id, task_id } => {
                write!(formatter, "{}/{task_id}/results.json", Self::task_prefix(*job_id))
            }
        }
    }
}

impl FromStr for UploadKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let [app_id, version_id, upload] = three_parts(text, "uploads/")?;
        let key = Self {
            app_id: uuid(app_id)?,
            version_id: uuid(version_id)?,
            upload_id: uuid(zip(upload)?)?,
        };
        exactly(key, text)
    }
}

impl FromStr for AvatarUploadKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let parts = text.strip_prefix(AVATAR_UPLOADS).and_then(|rest| rest.split_once('/'));
        let (user_id, upload_id) = parts.ok_or(NotAKey)?;
        exactly(Self { user_id: uuid(user_id)?, upload_id: uuid(upload_id)? }, text)
    }
}

impl FromStr for PackageKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let [app_id, version_id, package] = three_parts(text, "packages/")?;
        let sha256 = zip(package)?.parse().map_err(|_| NotAKey)?;
        exactly(Self { app_id: uuid(app_id)?, version_id: uuid(version_id)?, sha256 }, text)
    }
}

impl FromStr for ResultKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let key = match text.split('/').collect::<Vec<_>>()[..] {
            ["jobs", job_id, "result.json"] => Self::Job { job_id: uuid(job_id)? },
            ["tasks", job_id, task_id, "results.json"] => {
                Self::QuantumTask { job_id: uuid(job_id)?, task_id: uuid(task_id)? }
            }
            _ => return Err(NotAKey),
        };
        exactly(key, text)
    }
}

const AVATAR_UPLOADS: &str = "avatars/uploads/";

fn three_parts<'text>(text: &'text str, prefix: &str) -> Result<[&'text str; 3], NotAKey> {
    let parts: Vec<_> = text.strip_prefix(prefix).ok_or(NotAKey)?.split('/').collect();
    parts.try_into().map_err(|_| NotAKey)
}

fn zip(name: &str) -> Result<&str, NotAKey> {
    name.strip_suffix(".zip").ok_or(NotAKey)
}

fn uuid(text: &str) -> Result<Uuid, NotAKey> {
    text.parse().map_err(|_| NotAKey)
}

/// One key, one spelling: what was read must be written the same again.
fn exactly<Key: fmt::Display>(key: Key, text: &str) -> Result<Key, NotAKey> {
    if key.to_string() == text { Ok(key) } else { Err(NotAKey) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
    const B: &str = "01890a5d-ac96-774b-bcce-b302099a8058";
    const C: &str = "01890a5d-ac96-774b-bcce-b302099a8059";

    #[test]
    fn a_key_is_written_and_read_back() {
        let upload = format!("uploads/{A}/{B}/{C}.zip");
        assert_eq!(upload.parse::<UploadKey>().expect("a key").to_string(), upload);
        let avatar = format!("avatars/uploads/{A}/{B}");
        assert_eq!(avatar.parse::<AvatarUploadKey>().expect("a key").to_string(), avatar);
        let package = format!("packages/{A}/{B}/{}.zip", Sha256Digest::of(b"x"));
        assert_eq!(package.parse::<PackageKey>().expect("a key").to_string(), package);
        for result in [format!("jobs/{A}/result.json"), format!("tasks/{A}/{B}/results.json")] {
            assert_eq!(result.parse::<ResultKey>().expect("a key").to_string(), result);
        }
    }

    #[test]
    fn any_other_spelling_is_no_key() {
        let upper = A.to_uppercase();
        for text in [
            String::new(),
            format!("uploads/{A}/{B}.zip"),
            format!("uploads/{A}/{B}/{C}"),
            format!("uploads/{A}/{B}/{C}/{C}.zip"),
            format!("/uploads/{A}/{B}/{C}.zip"),
            format!("uploads/{upper}/{B}/{C}.zip"),
            format!("uploads/{A}/../{C}.zip"),
            format!("packages/{A}/{B}/{C}.zip"),
        ] {
            assert_eq!(text.parse::<UploadKey>(), Err(NotAKey), "{text}");
        }
        for text in [
            format!("avatars/uploads/{A}"),
            format!("avatars/{A}/{B}"),
            format!("avatars/uploads/{A}/{B}/{C}"),
            format!("avatars/uploads/{A}/{upper}"),
        ] {
            assert_eq!(text.parse::<AvatarUploadKey>(), Err(NotAKey), "{text}");
        }
        for text in [
            format!("jobs/{A}/results.json"),
            format!("tasks/{A}/results.json"),
            format!("jobs/{A}/result.json/"),
        ] {
            assert_eq!(text.parse::<ResultKey>(), Err(NotAKey), "{text}");
        }
    }
}
