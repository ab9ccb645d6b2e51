//! A stranger's picture in, small squares of our own making out; pure compute.
//!
//! Nothing of the file survives but what is seen: no metadata, no second content behind or beside the picture.

mod container;
#[cfg(test)]
mod samples;

use std::{
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
};

use image::{
    DynamicImage, GenericImageView, ImageDecoder, ImageFormat, ImageReader, Limits,
    imageops::{self, FilterType},
    metadata::Orientation,
};

/// The longest side of a picture.
const MAX_SIDE: u32 = 8_192;
/// Of the pixels as they are decoded; some formats need as much again meanwhile.
const MAX_DECODED: u64 = 256 * 1024 * 1024;

/// What is wrong with a file; each sentence says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("The file is no picture of a known kind; upload a PNG, JPEG, WebP or GIF.")]
    Unknown,
    #[error("The file goes on behind the picture; save the picture anew, and upload that.")]
    Trailing,
    #[error(
        "The picture is larger than 8192 × 8192 pixels, or than 256 MiB as it is decoded; make it smaller."
    )]
    TooLarge,
    #[error("The picture is damaged; save it anew, and upload that.")]
    Damaged,
}

/// A square picture.
pub struct Square {
    pub side: u32,
    pub bytes: Vec<u8>,
}

/// The middle of a picture as squares with these sides, the largest first, as WebP; of a moving one its first frame.
///
/// Whatever the bytes are, it comes back, with at most some 600 MiB of memory used.
///
/// # Errors
/// Any [`Refusal`].
pub fn squares(bytes: &[u8], sides: &[u32]) -> Result<Vec<Square>, Refusal> {
    let format = container::of(bytes)?;
    // A defect of a decoder is met by somebody's file, and no file is worth a second try.
    catch_unwind(AssertUnwindSafe(|| drawn(bytes, format, sides))).unwrap_or(Err(Refusal::Damaged))
}

fn drawn(bytes: &[u8], format: ImageFormat, sides: &[u32]) -> Result<Vec<Square>, Refusal> {
    let mut picture = decoded(bytes, format)?;
    let (width, height) = picture.dimensions();
    let side = width.min(height);
    let middle = imageops::crop_imm(&picture, (width - side) / 2, (height - side) / 2, side, side);
    let most = sides.iter().copied().max().unwrap_or_default();
    let largest = imageops::resize(&*middle, most, most, FilterType::Triangle);
    picture = DynamicImage::ImageRgba8(largest);
    sides.iter().map(|side| square(&picture, *side)).collect()
}

/// As it is looked at: cameras write how they were held beside the picture.
fn decoded(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage, Refusal> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| refused(&error))?;
    // Not every decoder keeps to its limits by itself.
    let (width, height) = decoder.dimensions();
    if width.max(height) > MAX_SIDE || decoder.total_bytes() > MAX_DECODED {
        return Err(Refusal::TooLarge);
    }
    let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| refused(&error))?;
    picture.apply_orientation(turned);
    Ok(picture)
}

fn square(largest: &DynamicImage, side: u32) -> Result<Square, Refusal> {
    let picture = largest.resize_exact(side, side, FilterType::Triangle).into_rgba8();
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::WebP).map_err(|error| refused(&error))?;
    Ok(Square { side, bytes: bytes.into_inner() })
}

fn refused(error: &image::ImageError) -> Refusal {
    match error {
        image::ImageError::Limits(_) => Refusal::TooLarge,
        _ => Refusal::Damaged,
    }
}

#[cfg(test)]
mod tests;
