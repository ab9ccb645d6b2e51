//! The codes of an authenticator app (RFC 6238: HMAC-SHA-1, steps of 30 seconds, six digits).

use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, Mac};
use sha1::Sha1;

const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP_SECONDS: u64 = 30;

/// What the app shows now for this secret in base 32.
pub(crate) fn code_now(secret: &str) -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    code(&decoded(secret), since.as_secs() / STEP_SECONDS)
}

/// Six digits that the app shows at no step near this one.
pub(crate) fn wrong_code(secret: &str) -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    let (key, step) = (decoded(secret), since.as_secs() / STEP_SECONDS);
    let near: Vec<String> = (step - 3..=step + 3).map(|step| code(&key, step)).collect();
    let mut others = (0..10).map(|digit| format!("{digit}23456"));
    others.find(|other| !near.contains(other)).expect("ten codes are more than seven")
}

fn code(key: &[u8], step: u64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash[hash.len() - 1] & 0x0f);
    let word =
        hash[offset..offset + 4].iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

fn decoded(base32: &str) -> Vec<u8> {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in base32.bytes().filter(|letter| *letter != b'=') {
        let value = ALPHABET.iter().position(|known| *known == letter).expect("base 32");
        held = held << 5 | u32::try_from(value).expect("below 32");
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).expect("a byte"));
        }
    }
    bytes
}

#[test]
fn codes_are_those_of_the_standard() {
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    assert_eq!(decoded(secret), b"12345678901234567890");
    for (seconds, expected) in
        [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")]
    {
        assert_eq!(code(&decoded(secret), seconds / STEP_SECONDS), expected);
    }
}
