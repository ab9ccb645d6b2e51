//! Pictures as honest and as hostile people send them.

use std::io::{Cursor, Write};

use flate2::{Compression, write::ZlibEncoder};
use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};

/// Red on the left, blue on the right.
pub(crate) fn two_halves(width: u32, height: u32) -> DynamicImage {
    let colour = |x, _| if x < width / 2 { Rgba([255, 0, 0, 255]) } else { Rgba([0, 0, 255, 255]) };
    DynamicImage::ImageRgba8(RgbaImage::from_fn(width, height, colour))
}

pub(crate) fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = match format {
        ImageFormat::Jpeg => DynamicImage::ImageRgb8(picture.to_rgb8()),
        _ => picture.clone(),
    };
    picture.write_to(&mut bytes, format).expect("it is written");
    bytes.into_inner()
}

fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [name.as_slice(), data].concat();
    let length = u32::try_from(data.len()).expect("short").to_be_bytes();
    [length.as_slice(), &body, &crc32fast::hash(&body).to_be_bytes()].concat()
}

/// A PNG that says it is so large, whose data inflates to so many zeros.
pub(crate) fn png_of_zeros(width: u32, height: u32, zeros: usize) -> Vec<u8> {
    let mut deflated = ZlibEncoder::new(Vec::new(), Compression::best());
    let block = vec![0; 1 << 20];
    let mut left = zeros;
    while left > 0 {
        let some = left.min(block.len());
        deflated.write_all(&block[..some]).expect("into memory");
        left -= some;
    }
    let deflated = deflated.finish().expect("into memory");
    // Eight bits a channel, red, green and blue.
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let parts = [chunk(b"IHDR", &header), chunk(b"IDAT", &deflated), chunk(b"IEND", &[])];
    [b"\x89PNG\r\n\x1a\n".to_vec(), parts.concat()].concat()
}

/// A JPEG with a note of where and how it was taken: turned by a quarter, to the right.
pub(crate) fn jpeg_with_exif(picture: &DynamicImage) -> Vec<u8> {
    let jpeg = file(picture, ImageFormat::Jpeg);
    let entry = |tag: u16, kind: u16, many: u32, value: u32| {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &many.to_be_bytes(), &value.to_be_bytes()]
            .concat()
    };
    // The orientation is 6 (its value stands on the left), and a directory of the place begins at 38.
    let directory =
        [&2u16.to_be_bytes()[..], &entry(0x0112, 3, 1, 6 << 16), &entry(0x8825, 4, 1, 38), &[0; 4]];
    let place = [&1u16.to_be_bytes()[..], &entry(0x001d, 2, 11, 56), &[0; 4], b"GPS-SECRET\0"];
    let tiff = [&b"MM\0\x2a\0\0\0\x08"[..], &directory.concat(), &place.concat()].concat();
    let body = [&b"Exif\0\0"[..], &tiff].concat();
    let length = u16::try_from(body.len() + 2).expect("short").to_be_bytes();
    [&jpeg[..2], b"\xff\xe1", &length, &body, &jpeg[2..]].concat()
}
