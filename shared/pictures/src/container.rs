//! Of which kind is a file by its own bytes, and does it end where its picture does?
//!
//! A file that goes on is two things to two readers: a picture here, an archive, a page or a script elsewhere.

use image::ImageFormat;

use crate::Refusal;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const JPEG: &[u8] = b"\xff\xd8\xff";
const GIF: [&[u8]; 2] = [b"GIF87a", b"GIF89a"];
const RIFF: &[u8] = b"RIFF";
const WEBP: &[u8] = b"WEBP";

/// # Errors
/// [`Refusal::Unknown`], [`Refusal::Trailing`], or [`Refusal::Damaged`] where the picture does not end.
pub(crate) fn of(bytes: &[u8]) -> Result<ImageFormat, Refusal> {
    let (format, end) = if bytes.starts_with(PNG) {
        (ImageFormat::Png, png(bytes))
    } else if bytes.starts_with(JPEG) {
        (ImageFormat::Jpeg, jpeg(bytes))
    } else if GIF.iter().any(|magic| bytes.starts_with(magic)) {
        (ImageFormat::Gif, gif(bytes))
    } else if bytes.starts_with(RIFF) && bytes.get(8..12) == Some(WEBP) {
        (ImageFormat::WebP, webp(bytes))
    } else {
        return Err(Refusal::Unknown);
    };
    match end {
        Some(end) if end == bytes.len() => Ok(format),
        Some(end) if end < bytes.len() => Err(Refusal::Trailing),
        _ => Err(Refusal::Damaged),
    }
}

fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let digits = bytes.get(at..at.checked_add(length)?)?;
    Some(digits.iter().fold(0, |number, digit| number << 8 | usize::from(*digit)))
}

/// Chunks, each with its length and a checksum, up to the one called `IEND`.
fn png(bytes: &[u8]) -> Option<usize> {
    let mut at = PNG.len();
    loop {
        let (length, name) = (number(bytes, at, 4)?, bytes.get(at + 4..at + 8)?);
        at = at.checked_add(12)?.checked_add(length)?;
        if name == b"IEND" {
            return Some(at);
        }
    }
}

/// Segments with their lengths; behind the start of a scan, data in which only what follows `FF` is a marker.
fn jpeg(bytes: &[u8]) -> Option<usize> {
    let mut at = 2;
    loop {
        while *bytes.get(at)? != 0xff {
            at += 1;
        }
        let marker = *bytes.get(at + 1)?;
        match marker {
            0xff => at += 1,
            0xd9 => return Some(at + 2),
            // A byte of the data that is no marker, a restart of it, and a marker for nothing.
            0x00 | 0x01 | 0xd0..=0xd7 => at += 2,
            _ => at = at.checked_add(2)?.checked_add(number(bytes, at + 2, 2)?)?,
        }
    }
}

/// A screen, perhaps with colours, then blocks of parts up to a semicolon.
fn gif(bytes: &[u8]) -> Option<usize> {
    let colours = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let mut at = 13 + colours(*bytes.get(10)?);
    loop {
        match *bytes.get(at)? {
            b';' => return Some(at + 1),
            b'!' => at = parts(bytes, at + 2)?,
            b',' => at = parts(bytes, at + 11 + colours(*bytes.get(at + 9)?))?,
            _ => return None,
        }
    }
}

/// Behind parts of up to 255 bytes, the last of them empty.
fn parts(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let length = usize::from(*bytes.get(at)?);
        at += 1 + length;
        if length == 0 {
            return Some(at);
        }
    }
}

/// One length for all, and an even number of bytes.
fn webp(bytes: &[u8]) -> Option<usize> {
    let length = bytes.get(4..8)?.iter().rev();
    let length = length.fold(0, |number, digit| number << 8 | usize::from(*digit));
    length.checked_add(8)?.checked_next_multiple_of(2)
}
