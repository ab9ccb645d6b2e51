//! What an API key looks like, what it opens, and when it no longer does.

use serde::{Deserialize, Serialize};

use crate::{
    AppId, KeyId, Kind, Moment, Refusal, SubscriptionId, UserId, field::Checks,
    subscription::Subscription,
};

/// Every key begins with it, so that leaked ones are found by scanners.
pub const PREFIX: &str = "qhk_";
const SECRET_BYTES: usize = 20;
const OWNER_LENGTH: usize = 32;
const SECRET_LENGTH: usize = SECRET_BYTES * 2;
const CHECKSUM_LENGTH: usize = 8;
/// Characters of a whole key.
pub const LENGTH: usize = PREFIX.len() + OWNER_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH;
/// Characters of a key that may be shown again.
const SHOWN: usize = 4;

/// Keys a subscription may have at once.
pub const MAX_KEYS: usize = 20;
pub const MAX_USES: u64 = 1_000_000_000;

/// An API key as its owner holds it: `qhk_` + owner + 160 random bits + CRC-32, in hex.
///
/// The owner's id is part of it so that one read finds both the key and its owner's standing.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessKey(String);

impl AccessKey {
    pub fn new(owner: UserId, random: [u8; SECRET_BYTES]) -> Self {
        let secret: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let body = format!("{}{secret}", owner.to_string().replace('-', ""));
        Self(format!("{PREFIX}{body}{:08x}", crc32(body.as_bytes())))
    }

    /// Refuses a bad shape or checksum without any look-up.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(PREFIX)?;
        let hex = rest.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !hex || text.len() != LENGTH {
            return None;
        }
        let (body, checksum) = rest.split_at(OWNER_LENGTH + SECRET_LENGTH);
        let key = Self(text.to_owned());
        (format!("{:08x}", crc32(body.as_bytes())) == checksum && key.read_owner().is_some())
            .then_some(key)
    }

    /// `None` is impossible for a parsed key.
    pub fn owner(&self) -> Option<UserId> {
        self.read_owner()
    }

    fn read_owner(&self) -> Option<UserId> {
        let hex = self.0.get(PREFIX.len()..PREFIX.len() + OWNER_LENGTH)?;
        let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
        parts.join("-").parse().ok()
    }

    /// The only way to read it: to show it once, to hash it, to register it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What lists show: `qhk_…3f9a`.
    pub fn shown(&self) -> String {
        let end = self.0.len() - CHECKSUM_LENGTH;
        format!("{PREFIX}…{}", &self.0[end - SHOWN..end])
    }
}

impl std::fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown())
    }
}

/// CRC-32 (ISO-HDLC): tells a mistyped key from an unknown one; it is no protection.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 }
        })
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum KeyStatus {
    Active,
    Revoked,
    /// As time has it; never written.
    Expired,
}

/// A usage plan of the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Plan {
    Free,
    Standard,
    Premium,
}

impl Plan {
    /// The name its id is published under.
    pub fn parameter(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Standard => "standard",
            Self::Premium => "premium",
        }
    }
}

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub enum Scope {
    #[serde(rename = "jobs:read")]
    JobsRead,
    #[serde(rename = "jobs:write")]
    JobsWrite,
    #[serde(rename = "results:read")]
    ResultsRead,
    #[serde(rename = "registry:read")]
    RegistryRead,
    #[serde(rename = "hardware:read")]
    HardwareRead,
}

impl Scope {
    pub const ALL: [Self; 5] = [
        Self::JobsRead,
        Self::JobsWrite,
        Self::ResultsRead,
        Self::RegistryRead,
        Self::HardwareRead,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::JobsRead => "jobs:read",
            Self::JobsWrite => "jobs:write",
            Self::ResultsRead => "results:read",
            Self::RegistryRead => "registry:read",
            Self::HardwareRead => "hardware:read",
        }
    }
}

/// A key of one subscription; stands beside its owner's subject under its keyed hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionKey {
    pub id: KeyId,
    /// Keyed hash of the whole key, hex.
    pub hash: String,
    pub user_id: UserId,
    pub subscription_id: SubscriptionId,
    pub app_id: AppId,
    pub name: String,
    pub shown: String,
    pub scopes: Vec<Scope>,
    pub plan: Plan,
    pub status: KeyStatus,
    /// Whether it has a count of uses of its own.
    pub counted: bool,
    pub expire_at: Option<Moment>,
    pub created_at: Moment,
}

/// What a caller asked a new key to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRequest {
    pub name: String,
    pub plan: Plan,
    pub scopes: Vec<Scope>,
    pub max_uses: Option<u64>,
    pub expire_at: Option<Moment>,
}

impl KeyRequest {
    pub fn checked(self, now: Moment) -> Result<Self, Refusal> {
        let mut checks = Checks::new();
        let name = checks.line("/name", &self.name, crate::field::MAX_NAME);
        checks.require(
            !self.scopes.is_empty(),
            "/scopes",
            "name at least one scope, or leave it out for all",
        );
        checks.list("/scopes", &self.scopes, Scope::ALL.len());
        if let Some(uses) = self.max_uses {
            checks.require(
                (1..=MAX_USES).contains(&uses),
                "/max_uses",
                format!("use 1 to {MAX_USES}"),
            );
        }
        if let Some(at) = self.expire_at {
            checks.require(at > now, "/expire_at", "name a time in the future");
        }
        checks.finish()?;
        Ok(Self { name, ..self })
    }
}

impl SubscriptionKey {
    /// An active key as it was asked for; `hash` is the keyed hash of `key`.
    pub fn new(
        id: KeyId,
        key: &AccessKey,
        hash: String,
        of: &Subscription,
        request: KeyRequest,
        now: Moment,
    ) -> Self {
        Self {
            id,
            hash,
            user_id: of.user_id,
            subscription_id: of.id,
            app_id: of.app_id,
            name: request.name,
            shown: key.shown(),
            scopes: request.scopes,
            plan: request.plan,
            status: KeyStatus::Active,
            counted: request.max_uses.is_some(),
            expire_at: request.expire_at,
            created_at: now,
        }
    }

    /// As time has it, whatever was last written.
    pub fn status_at(&self, now: Moment) -> KeyStatus {
        match self.status {
            KeyStatus::Active if self.expire_at.is_some_and(|at| at <= now) => KeyStatus::Expired,
            status => status,
        }
    }

    /// Answers whether anything changed.
    pub fn revoke(&mut self) -> bool {
        let active = self.status == KeyStatus::Active;
        self.status = KeyStatus::Revoked;
        active
    }

    pub fn may_be_used(&self, now: Moment) -> Result<(), Refusal> {
        match self.status_at(now) {
            KeyStatus::Active => Ok(()),
            KeyStatus::Revoked => Err(Refusal::new(
                Kind::Unauthenticated,
                "key_revoked",
                "This API key was revoked; use another one.",
            )),
            KeyStatus::Expired => Err(Refusal::new(
                Kind::Unauthenticated,
                "key_expired",
                "This API key has expired; create a new one.",
            )),
        }
    }
}

/// The refusal when a subscription has all the keys it may have.
pub fn too_many_keys() -> Refusal {
    Refusal::conflict(
        "too_many_keys",
        format!(
            "A subscription has at most {MAX_KEYS} keys at once; delete one that is no longer used."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner() -> UserId {
        UserId::new(Moment::from_unix_millis(1_790_000_000_000), [9; 10])
    }

    #[test]
    fn a_key_is_read_back_with_its_owner() {
        let key = AccessKey::new(owner(), [0xab; 20]);
        assert_eq!(AccessKey::parse(key.expose()).expect("own key").owner(), Some(owner()));
        assert!((20..=128).contains(&key.expose().len()), "the gateway's bounds");
    }

    #[test]
    fn a_mistyped_key_is_refused_by_its_checksum() {
        let key = AccessKey::new(owner(), [0xab; 20]).expose().to_owned();
        for at in PREFIX.len()..key.len() {
            let mut mistyped = key.clone().into_bytes();
            mistyped[at] = if mistyped[at] == b'0' { b'1' } else { b'0' };
            let mistyped = String::from_utf8(mistyped).expect("ascii");
            assert!(AccessKey::parse(&mistyped).is_none(), "{at}");
        }
        for text in
            ["", "qhk_", "x", &key[..key.len() - 1], &format!("{key}0"), &key.to_uppercase()]
        {
            assert!(AccessKey::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_key_shows_only_its_end() {
        let key = AccessKey::new(owner(), [0xab; 20]);
        assert_eq!(format!("{key:?}"), "qhk_…abab");
    }

    #[test]
    fn the_checksum_is_crc_32() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn a_key_is_used_until_it_expires_or_is_revoked() {
        let at = Moment::from_unix_millis;
        let key = |status, expire_at: Option<i64>| SubscriptionKey {
            id: KeyId::new(at(1), [1; 10]),
            hash: String::new(),
            user_id: owner(),
            subscription_id: SubscriptionId::new(at(1), [2; 10]),
            app_id: AppId::new(at(1), [3; 10]),
            name: "ci".into(),
            shown: "qhk_…abab".into(),
            scopes: Scope::ALL.to_vec(),
            plan: Plan::Free,
            status,
            counted: false,
            expire_at: expire_at.map(at),
            created_at: at(1),
        };
        let check = |key: SubscriptionKey, status: KeyStatus, code: Option<&str>| {
            assert_eq!(key.status_at(at(100)), status);
            assert_eq!(key.may_be_used(at(100)).err().map(|refusal| refusal.code), code);
        };
        check(key(KeyStatus::Active, None), KeyStatus::Active, None);
        check(key(KeyStatus::Active, Some(101)), KeyStatus::Active, None);
        check(key(KeyStatus::Active, Some(100)), KeyStatus::Expired, Some("key_expired"));
        check(key(KeyStatus::Revoked, Some(100)), KeyStatus::Revoked, Some("key_revoked"));
        let mut key = key(KeyStatus::Active, None);
        assert!(key.revoke() && !key.revoke(), "only the first changes anything");
        check(key, KeyStatus::Revoked, Some("key_revoked"));
    }

    #[test]
    fn a_key_request_is_checked() {
        let now = Moment::from_unix_millis(10);
        let request = KeyRequest {
            name: "ci".into(),
            plan: Plan::Free,
            scopes: Scope::ALL.to_vec(),
            max_uses: Some(1),
            expire_at: None,
        };
        assert!(request.clone().checked(now).is_ok());
        for wrong in [
            KeyRequest { name: " ".into(), ..request.clone() },
            KeyRequest { scopes: vec![], ..request.clone() },
            KeyRequest { max_uses: Some(0), ..request.clone() },
            KeyRequest { expire_at: Some(now), ..request },
        ] {
            assert!(wrong.clone().checked(now).is_err(), "{wrong:?}");
        }
    }
}
