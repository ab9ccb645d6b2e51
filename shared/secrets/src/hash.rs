//! What is a keyed hash here, and how is one purpose kept apart from another?

use std::fmt;

use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::Seal;

/// HMAC-SHA256 output.
pub type Digest = [u8; 32];

const SHORTEST_KEY: usize = 32;

/// The one secret key; it hashes nothing itself, every use derives a key of its own.
#[derive(Clone)]
pub struct HashKey(Vec<u8>);

impl HashKey {
    /// A key from at least 32 bytes; `None` when shorter.
    pub fn new(key: &[u8]) -> Option<Self> {
        (key.len() >= SHORTEST_KEY).then(|| Self(key.to_vec()))
    }

    /// The hash bound to one purpose (`"api-key"`, `"cursor"`, `"token"`): what one makes, no other verifies.
    pub fn derive(&self, purpose: &'static str) -> KeyedHash {
        KeyedHash(mac(&self.0, &[b"quantum-hub/v1/", purpose.as_bytes()]))
    }

    /// The seal bound to one purpose: what one closes, no other opens.
    pub fn seal(&self, purpose: &'static str) -> Seal {
        Seal::new(mac(&self.0, &[b"quantum-hub/v1/seal/", purpose.as_bytes()]))
    }
}

impl fmt::Debug for HashKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("HashKey(redacted)")
    }
}

/// HMAC-SHA256 under the key of one purpose.
#[derive(Clone)]
pub struct KeyedHash(Digest);

impl KeyedHash {
    /// The hash of these bytes.
    pub fn hash(&self, bytes: &[u8]) -> Digest {
        mac(&self.0, &[bytes])
    }

    /// The same as 64 lower-case hexadecimal digits.
    pub fn hex(&self, bytes: &[u8]) -> String {
        hex::encode(self.hash(bytes))
    }

    /// Whether `claimed` is the hash of `bytes`, in constant time; any other length is simply wrong.
    pub fn verify(&self, bytes: &[u8], claimed: &[u8]) -> bool {
        self.hash(bytes).ct_eq(claimed).into()
    }

    /// Whether `claimed`, in hexadecimal, is the hash of `bytes`, in constant time.
    pub fn verify_hex(&self, bytes: &[u8], claimed: &str) -> bool {
        hex::decode(claimed).is_ok_and(|claimed| self.verify(bytes, &claimed))
    }
}

impl fmt::Debug for KeyedHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("KeyedHash(redacted)")
    }
}

fn mac(key: &[u8], parts: &[&[u8]]) -> Digest {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> HashKey {
        HashKey::new(&[7; 64]).expect("long enough")
    }

    #[test]
    fn the_mac_is_the_published_one() {
        // RFC 4231, test case 2
        assert_eq!(
            hex::encode(mac(b"Jefe", &[b"what do ya want ", b"for nothing?"])),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn a_purpose_does_not_verify_what_another_hashed() {
        let hash = key().derive("cursor").hash(b"text");
        assert!(key().derive("cursor").verify(b"text", &hash));
        assert!(!key().derive("token").verify(b"text", &hash));
    }

    #[test]
    fn a_changed_short_or_malformed_hash_does_not_verify() {
        let keyed = key().derive("token");
        let mut hash = keyed.hash(b"text");
        let hex = keyed.hex(b"text");
        assert!(keyed.verify_hex(b"text", &hex));
        assert!(!keyed.verify(b"text", &hash[..31]));
        hash[31] ^= 1;
        assert!(!keyed.verify(b"text", &hash));
        assert!(!keyed.verify_hex(b"text", "no hexadecimal"));
        assert!(!keyed.verify_hex(b"text", ""));
    }

    #[test]
    fn neither_prints_its_key() {
        assert_eq!(
            format!("{:?} {:?}", key(), key().derive("token")),
            "HashKey(redacted) KeyedHash(redacted)"
        );
    }

    #[test]
    fn a_short_key_is_no_key() {
        assert!(HashKey::new(&[7; 31]).is_none());
    }
}
