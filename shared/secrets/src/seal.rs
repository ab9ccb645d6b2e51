//! How does a text go to its holder so that nobody reads or alters it on the way back?

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::Digest;

/// Bytes that keep two equal texts from looking alike.
pub const NONCE: usize = 12;

/// AES-256-GCM under the key of one purpose; it prints redacted.
#[derive(Clone)]
pub struct Seal(Digest);

impl Seal {
    pub(crate) fn new(key: Digest) -> Self {
        Self(key)
    }

    fn key(&self) -> LessSafeKey {
        let key = UnboundKey::new(&AES_256_GCM, &self.0).expect("a key of 256 bits");
        LessSafeKey::new(key)
    }

    /// The text, unreadable, in the letters of an address; `nonce` is random, and of this text alone.
    pub fn close(&self, text: &[u8], nonce: [u8; NONCE]) -> String {
        let mut sealed = text.to_vec();
        let nonce_taken = Nonce::assume_unique_for_key(nonce);
        self.key()
            .seal_in_place_append_tag(nonce_taken, Aad::empty(), &mut sealed)
            .expect("a text far below 64 GiB");
        URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat())
    }

    /// The text, if it was closed with this key and is as it was.
    pub fn open(&self, closed: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(closed).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut sealed = sealed.to_vec();
        let text = self.key().open_in_place(nonce, Aad::empty(), &mut sealed).ok()?;
        Some(text.to_vec())
    }
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Seal(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use crate::HashKey;

    fn key() -> HashKey {
        HashKey::new(&[7; 64]).expect("long enough")
    }

    #[test]
    fn what_was_closed_is_opened_with_its_key_alone() {
        let seal = key().seal("refresh");
        let closed = seal.close(b"a text", [1; 12]);
        assert_eq!(seal.open(&closed).as_deref(), Some(b"a text".as_slice()));
        assert!(key().seal("other").open(&closed).is_none());
        assert!(!closed.contains("text"));
        assert_ne!(closed, seal.close(b"a text", [2; 12]));
    }

    #[test]
    fn whatever_was_altered_stays_closed() {
        let seal = key().seal("refresh");
        let closed = seal.close(b"a text", [1; 12]);
        for at in 0..closed.len() {
            let mut altered = closed.clone().into_bytes();
            altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(altered).expect("ascii");
            // The last letter has bits that mean nothing and are refused by the reader.
            assert!(seal.open(&altered).is_none(), "{at}");
        }
        for text in ["", "AAAA", "no base64 !", &closed[1..], &format!("{closed}AAAA")] {
            assert!(seal.open(text).is_none(), "{text}");
        }
    }

    #[test]
    fn it_does_not_print_its_key() {
        assert_eq!(format!("{:?}", key().seal("refresh")), "Seal(redacted)");
    }
}
