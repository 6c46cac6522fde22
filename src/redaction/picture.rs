//! Boxes burned into a picture: its dots are decoded, painted over, and written as a new file that has nothing else in it.

use crate::model::redaction::Region;
use std::io::Cursor;

/// Dots of the largest picture that is taken apart.
const DOTS: usize = 100_000_000;

/// Why nothing was burned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BurnError {
    /// The picture has another format.
    #[error("boxes are drawn into JPEG and PNG pictures alone")]
    Format,
    /// It cannot be decoded.
    #[error("the picture cannot be decoded: {0}")]
    Damaged(String),
    /// It is larger than anything that is shown.
    #[error("the picture has more than {DOTS} dots")]
    TooLarge,
}

/// A picture of three bytes to a dot.
struct Dots {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

/// A PNG file of the picture with black boxes in it. Nothing of the file it came from is in it but its dots.
///
/// # Errors
/// When the picture cannot be taken apart: then it must not be given.
pub fn burn(bytes: &[u8], regions: &[Region]) -> Result<Vec<u8>, BurnError> {
    let mut dots = match bytes {
        [0xff, 0xd8, ..] => jpeg(bytes)?,
        [0x89, b'P', b'N', b'G', ..] => png(bytes)?,
        _ => return Err(BurnError::Format),
    };
    for region in regions {
        paint(&mut dots, region);
    }
    write(&dots)
}

/// Paints a box that covers every dot it touches.
fn paint(dots: &mut Dots, region: &Region) {
    let first = |at: u32, size: usize| (at as usize * size) / 1_000;
    let behind = |at: u32, size: usize| (at as usize * size).div_ceil(1_000).min(size);
    let (left, right) = (first(region.left, dots.width), behind(region.left + region.width, dots.width));
    for row in first(region.top, dots.height)..behind(region.top + region.height, dots.height) {
        dots.rgb[(row * dots.width + left) * 3..(row * dots.width + right) * 3].fill(0);
    }
}

fn jpeg(bytes: &[u8]) -> Result<Dots, BurnError> {
    use zune_jpeg::JpegDecoder;
    use zune_jpeg::zune_core::bytestream::ZCursor;
    use zune_jpeg::zune_core::colorspace::ColorSpace;
    use zune_jpeg::zune_core::options::DecoderOptions;
    let damaged = |error: &dyn ToString| BurnError::Damaged(error.to_string());
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| damaged(&error))?;
    let (width, height) = decoder.dimensions().ok_or_else(|| damaged(&"it has no size"))?;
    if width.saturating_mul(height) > DOTS {
        return Err(BurnError::TooLarge);
    }
    let rgb = decoder.decode().map_err(|error| damaged(&error))?;
    sized(width, height, rgb)
}

fn png(bytes: &[u8]) -> Result<Dots, BurnError> {
    let damaged = |error: &dyn ToString| BurnError::Damaged(error.to_string());
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(|error| damaged(&error))?;
    let info = reader.info();
    let (width, height) = (info.width as usize, info.height as usize);
    if width.saturating_mul(height) > DOTS {
        return Err(BurnError::TooLarge);
    }
    let mut raw = vec![0; reader.output_buffer_size().ok_or(BurnError::TooLarge)?];
    let frame = reader.next_frame(&mut raw).map_err(|error| damaged(&error))?;
    raw.truncate(frame.buffer_size());
    // What lies behind a transparent dot is never shown, and may be told by it: it becomes white.
    let over_white = |grey: u8, alpha: u8| ((u32::from(grey) * u32::from(alpha) + 255 * (255 - u32::from(alpha))) / 255) as u8;
    let rgb = match frame.color_type {
        png::ColorType::Rgb => raw,
        png::ColorType::Rgba => {
            raw.chunks_exact(4).flat_map(|dot| [0, 1, 2].map(|at| over_white(dot[at], dot[3]))).collect()
        }
        png::ColorType::Grayscale => raw.iter().flat_map(|grey| [*grey; 3]).collect(),
        png::ColorType::GrayscaleAlpha => {
            raw.chunks_exact(2).flat_map(|dot| [over_white(dot[0], dot[1]); 3]).collect()
        }
        png::ColorType::Indexed => return Err(damaged(&"its colours cannot be read")),
    };
    sized(width, height, rgb)
}

fn sized(width: usize, height: usize, rgb: Vec<u8>) -> Result<Dots, BurnError> {
    if rgb.len() != width * height * 3 || rgb.is_empty() {
        return Err(BurnError::Damaged("it has fewer dots than it says".to_owned()));
    }
    Ok(Dots { width, height, rgb })
}

fn write(dots: &Dots) -> Result<Vec<u8>, BurnError> {
    let damaged = |error: &dyn ToString| BurnError::Damaged(error.to_string());
    let size = |size: usize| u32::try_from(size).map_err(|_| BurnError::TooLarge);
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, size(dots.width)?, size(dots.height)?);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(|error| damaged(&error))?;
    writer.write_image_data(&dots.rgb).map_err(|error| damaged(&error))?;
    writer.finish().map_err(|error| damaged(&error))?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> Vec<u8> {
        let rgb: Vec<u8> = (0..40 * 20).flat_map(|dot| [(dot % 251) as u8, 200, 7]).collect();
        write(&Dots { width: 40, height: 20, rgb }).expect("written")
    }

    #[test]
    fn every_dot_a_box_touches_is_black_and_all_others_stay() {
        let before = png(&picture()).expect("read");
        let region: Region = "1:260,490,240,20".parse().expect("a region");
        let burned = burn(&picture(), &[region]).expect("burned");
        let after = png(&burned).expect("read");
        for row in 0..20 {
            for column in 0..40 {
                let at = (row * 40 + column) * 3;
                // 0.26 x 40 = 10.4 and 0.5 x 40 = 20; 0.49 x 20 = 9.8 and 0.51 x 20 = 10.2.
                let inside = (10..20).contains(&column) && (9..11).contains(&row);
                let expected = if inside { &[0, 0, 0][..] } else { &before.rgb[at..at + 3] };
                assert_eq!(&after.rgb[at..at + 3], expected, "{column} {row}");
            }
        }
        assert_eq!(burn(&picture(), &[region]).expect("burned"), burned, "the same bytes each time");
    }

    #[test]
    fn what_cannot_be_taken_apart_is_not_given() {
        assert_eq!(burn(b"GIF89a", &[]), Err(BurnError::Format));
        assert!(matches!(burn(&picture()[..60], &[]), Err(BurnError::Damaged(_))));
        assert!(matches!(burn(&[0xff, 0xd8, 0xff], &[]), Err(BurnError::Damaged(_))));
    }
}
