//! What of a picture is kept, and which files are none.

use image::{GenericImageView, ImageFormat};

use super::{DynamicImage, Refusal, Square, container, decoded};
use crate::samples::{file, jpeg_with_exif, png_of_zeros, two_halves};

const FORMATS: [ImageFormat; 4] =
    [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif];

const SIDES: [u32; 3] = [512, 128, 48];

fn squares(bytes: &[u8]) -> Result<Vec<Square>, Refusal> {
    super::squares(bytes, &SIDES)
}

fn refusal(bytes: &[u8]) -> Option<Refusal> {
    squares(bytes).err()
}

fn read(square: &Square) -> DynamicImage {
    image::load_from_memory_with_format(&square.bytes, ImageFormat::WebP).expect("a picture")
}

/// Red or blue, more or less.
fn colour(picture: &DynamicImage, x: u32, y: u32) -> char {
    let [red, _, blue, _] = picture.get_pixel(x, y).0;
    if red > blue { 'r' } else { 'b' }
}

#[test]
fn each_kind_of_picture_becomes_squares_of_its_middle() {
    for format in FORMATS {
        let squares = squares(&file(&two_halves(90, 60), format)).expect("a picture");
        assert_eq!(squares.iter().map(|square| square.side).collect::<Vec<_>>(), SIDES);
        for square in &squares {
            let picture = read(square);
            assert_eq!(picture.dimensions(), (square.side, square.side), "{format:?}");
            let last = square.side - 1;
            assert_eq!((colour(&picture, 0, 0), colour(&picture, last, last)), ('r', 'b'));
        }
    }
}

#[test]
fn what_a_camera_notes_turns_the_picture_and_is_gone() {
    let photo = jpeg_with_exif(&two_halves(60, 60));
    assert!(photo.windows(10).any(|part| part == b"GPS-SECRET"));
    let squares = squares(&photo).expect("a picture");
    let picture = read(&squares[0]);
    // Red was on the left, and is above now.
    assert_eq!((colour(&picture, 256, 10), colour(&picture, 256, 500)), ('r', 'b'));
    for square in &squares {
        for note in [&b"GPS-SECRET"[..], b"Exif", b"EXIF"] {
            assert!(!square.bytes.windows(note.len()).any(|part| part == note));
        }
    }
}

#[test]
fn a_picture_of_one_pixel_is_one() {
    for format in FORMATS {
        assert_eq!(squares(&file(&two_halves(1, 1), format)).map(|squares| squares.len()), Ok(3));
    }
    let thin = file(&two_halves(1, 300), ImageFormat::Png);
    assert!(squares(&thin).is_ok());
}

#[test]
fn what_is_no_picture_is_unknown() {
    let zip = b"PK\x03\x04\x14\0\0\0\0\0";
    let page = b"<!DOCTYPE html><script>alert(1)</script>";
    let drawing = br#"<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>"#;
    let bitmap = b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0";
    let riff = b"RIFF\x24\0\0\0WAVEfmt ";
    for bytes in [&b""[..], b"\x89PNG", zip, page, drawing, bitmap, riff, b"GIF88a"] {
        assert_eq!(refusal(bytes), Some(Refusal::Unknown), "{bytes:?}");
    }
}

#[test]
fn a_file_that_goes_on_behind_its_picture_is_refused() {
    let archive = b"PK\x03\x04\x14\0\0\0\0\0PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    let script = b"/*...*/=1;alert(document.domain)";
    for format in FORMATS {
        let picture = file(&two_halves(20, 20), format);
        for behind in [&archive[..], script, b"\0", &picture] {
            let both = [&picture, behind].concat();
            assert_eq!(refusal(&both), Some(Refusal::Trailing), "{format:?}");
        }
    }
}

#[test]
fn a_file_that_is_cut_or_altered_is_damaged_and_never_a_crash() {
    for format in FORMATS {
        let picture = file(&two_halves(40, 40), format);
        for end in 12..picture.len() {
            let cut = refusal(&picture[..end]);
            assert!(cut.is_some(), "{format:?} cut at {end}");
        }
        for at in 0..picture.len() {
            let mut altered = picture.clone();
            altered[at] ^= 0xff;
            // Whatever it is now, it comes back.
            drop(container::of(&altered).map(|format| decoded(&altered, format)));
        }
    }
}

#[test]
fn a_picture_says_how_large_it_is_before_it_is_decoded() {
    for (width, height) in [(30_000, 30_000), (8_193, 1), (1, 8_193), (u32::MAX, u32::MAX), (0, 0)]
    {
        let refused = refusal(&png_of_zeros(width, height, 1_000));
        assert!(
            matches!(refused, Some(Refusal::TooLarge | Refusal::Damaged)),
            "{width} × {height}"
        );
    }
    assert_eq!(refusal(&png_of_zeros(30_000, 30_000, 1_000)), Some(Refusal::TooLarge));
}

#[test]
fn data_that_inflates_to_more_than_the_picture_is_left_alone() {
    let bomb = png_of_zeros(10, 10, 32 * 1024 * 1024);
    assert!(bomb.len() < 100_000);
    assert_eq!(squares(&bomb).map(|squares| squares.len()), Ok(3));
}

#[test]
fn a_picture_of_as_many_bytes_as_may_be_is_refused_before_they_are_taken() {
    // Sixteen bits a channel would be twice as much; this is 8192 × 8192 × 3 = 192 MiB, and its data is missing.
    assert_eq!(refusal(&png_of_zeros(8_192, 8_192, 10)), Some(Refusal::Damaged));
}
