//! What an API key looks like, and how a mistyped one is told from an unknown one.

use crate::UserId;

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

/// An API key as its owner holds it: `qhk_` + owner + 160 random bits + CRC-32, in hex.
///
/// The owner's id is part of it so that one read finds both the key and its owner's standing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
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

    /// The only way to read it: to show it once and to hash it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What lists show: `qhk_…3f9a`.
    pub fn shown(&self) -> String {
        let end = self.0.len() - CHECKSUM_LENGTH;
        format!("{PREFIX}…{}", &self.0[end - SHOWN..end])
    }
}

impl std::fmt::Debug for Secret {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Moment;

    fn owner() -> UserId {
        UserId::new(Moment::from_unix_millis(1_790_000_000_000), [9; 10])
    }

    #[test]
    fn a_key_is_read_back_with_its_owner() {
        let key = Secret::new(owner(), [0xab; 20]);
        assert_eq!(Secret::parse(key.expose()).expect("own key").owner(), Some(owner()));
    }

    #[test]
    fn a_mistyped_key_is_refused_by_its_checksum() {
        let key = Secret::new(owner(), [0xab; 20]).expose().to_owned();
        for at in PREFIX.len()..key.len() {
            let mut mistyped = key.clone().into_bytes();
            mistyped[at] = if mistyped[at] == b'0' { b'1' } else { b'0' };
            let mistyped = String::from_utf8(mistyped).expect("ascii");
            assert!(Secret::parse(&mistyped).is_none(), "{at}");
        }
        for text in
            ["", "qhk_", "x", &key[..key.len() - 1], &format!("{key}0"), &key.to_uppercase()]
        {
            assert!(Secret::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_key_shows_only_its_end() {
        let key = Secret::new(owner(), [0xab; 20]);
        assert_eq!(format!("{key:?}"), "qhk_…abab");
    }

    #[test]
    fn the_checksum_is_crc_32() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }
}
