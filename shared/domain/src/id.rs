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

const LENGTH: usize = 36;
const PATTERN: &str = "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$";

fn uuid_v7(text: &str) -> Result<Uuid, BadId> {
    let uuid = Uuid::try_parse(text).map_err(|_| BadId)?;
    let canonical = uuid.get_version_num() == 7 && uuid.hyphenated().to_string() == text;
    canonical.then_some(uuid).ok_or(BadId)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $example:literal;)*) => {$(
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

            /// A number in `0..shards` that depends on the id alone.
            pub fn shard(&self, shards: u8) -> u8 {
                self.0.as_bytes()[15] % shards
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
                let text = text_schema(KnownFormat::Uuid, $example, LENGTH);
                text.min_length(Some(LENGTH)).pattern(Some(PATTERN)).into()
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

// Of the story that the examples of the API's description tell.
ids! {
    /// A person or program owner; also the Cognito username.
    UserId = "01a1e35e-c000-7a1d-8a3f-5c2e9b7d4f10";
    ProjectId = "01a1ede2-6680-7c42-9b1e-0d4f6a8c2e35";
    AppId = "01a1ee19-5500-7b63-8e2d-3f7a1c9b5d48";
    VersionId = "01a1ee50-4380-7d84-9c3a-6e1b4f8d2a57";
    ListingId = "01a1f308-c280-7e95-8d4b-2a7c5e9f1b66";
    SubscriptionId = "01a1f82f-1e80-7fa6-9e5c-4b8d1f6a3c75";
    /// An access key's public name, never the key itself.
    KeyId = "01a1f84a-95c0-70b7-8f6d-5c9e2a7b4d84";
    JobId = "01a1f866-0d00-71c8-9a7e-6dab3f8c5e93";
    /// One upload of a picture.
    AvatarId = "01a1f868-1c40-73ea-8c70-8fcd5bae70b3";
    DeadLetterId = "01a1f86a-a0e0-72d9-8b6f-7ebc4a9d6fa2";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, accepted: bool) {
        let refused = (!accepted).then_some(BadId);
        assert_eq!(text.parse::<JobId>().err(), refused, "{text}");
        let told = serde_json::from_value::<JobId>(text.into()).map_err(|error| error.to_string());
        assert_eq!(told.err(), refused.map(|bad| bad.to_string()), "{text}");
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
    fn an_id_prints_what_it_is_of() {
        let id = UserId::new(Moment::from_unix_millis(0), [7; 10]);
        assert_eq!(format!("{id:?}"), format!("UserId({id})"));
    }

    #[test]
    fn ids_sort_by_time() {
        let earlier = JobId::new(Moment::from_unix_millis(1), [255; 10]);
        let later = JobId::new(Moment::from_unix_millis(2), [0; 10]);
        assert!(earlier.to_string() < later.to_string());
    }
}
