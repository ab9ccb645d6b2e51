//! Which identifiers exist and what one looks like outside.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::openapi::{KnownFormat, RefOr, schema::Schema};
use uuid::Uuid;

use crate::{Moment, moment::text_schema};

/// The text is not the lower-case hyphenated form of a UUIDv7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an id is a UUID such as 0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e6f; copy it from an answer of this API"
)]
pub struct BadId;

fn uuid_v7(text: &str) -> Result<Uuid, BadId> {
    let uuid = Uuid::try_parse(text).map_err(|_| BadId)?;
    let canonical = uuid.get_version_num() == 7 && uuid.hyphenated().to_string() == text;
    canonical.then_some(uuid).ok_or(BadId)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// Sorts by `at`; `random` makes it unique.
            pub fn new(at: Moment, random: [u8; 10]) -> Self {
                Self(uuid::Builder::from_unix_timestamp_millis(at.unix_millis(), &random).into_uuid())
            }
        }

        impl $name {
            /// For edges that build keys of their own from it.
            pub fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                uuid_v7(text).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;
            fn try_from(text: String) -> Result<Self, BadId> {
                text.parse()
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                text_schema(KnownFormat::Uuid, "0199a4f0-5b3c-7d2e-9f10-1a2b3c4d5e6f", 36)
            }
        }

        impl utoipa::ToSchema for $name {}

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }
    )*};
}

ids! {
    /// A person or program owner; also the Cognito username.
    UserId;
    ProjectId;
    AppId;
    VersionId;
    ListingId;
    SubscriptionId;
    /// An access key's public name, never the key itself.
    KeyId;
    JobId;
}

impl JobId {
    /// A number in `0..shards` that depends on the job alone.
    pub fn shard(&self, shards: u8) -> u8 {
        self.0.as_bytes()[15] % shards
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, accepted: bool) {
        assert_eq!(text.parse::<JobId>().is_ok(), accepted, "{text}");
    }

    #[test]
    fn only_canonical_uuid_v7_is_an_id() {
        let id = JobId::new(Moment::from_unix_millis(1_790_000_000_000), [7; 10]);
        check(&id.to_string(), true);
        check(&id.to_string().to_uppercase(), false);
        check(&id.to_string().replace('-', ""), false);
        check("3f333df6-90a4-4fda-8dd3-9485d27cee36", false);
        check("", false);
        check("../../etc/passwd", false);
    }

    #[test]
    fn ids_sort_by_time() {
        let earlier = JobId::new(Moment::from_unix_millis(1), [255; 10]);
        let later = JobId::new(Moment::from_unix_millis(2), [0; 10]);
        assert!(earlier.to_string() < later.to_string());
    }
}
