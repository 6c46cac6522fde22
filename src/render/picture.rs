//! Pictures: recognised by content, bounded before anything is unpacked, without what the camera noted.

use krilla::geom::{Size, Transform};
use krilla::image::Image;
use krilla::surface::Surface;

/// Bytes that a picture takes when it is unpacked in memory (PNG, GIF, WebP): 40 million pixels of four bytes.
const UNPACKED_BYTES: u64 = 160_000_000;
/// Points for each pixel: 96 pixels to the inch.
const POINTS: f32 = 0.75;
/// Bytes of one picture file.
const FILE_BYTES: usize = 256 * 1024 * 1024;

/// A picture that can be drawn.
pub(super) struct Picture {
    image: Image,
    turned: u8,
    /// What the reader should know, in plain words; empty when all is well.
    pub(super) remarks: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Jpeg,
    Png,
    Gif,
    WebP,
}

/// Reads a picture; an error says in plain words why it cannot be shown.
pub(super) fn open(bytes: &[u8]) -> Result<Picture, String> {
    if bytes.len() > FILE_BYTES {
        return Err(format!("the picture file is larger than {} MB", FILE_BYTES / 1024 / 1024));
    }
    let format = format_of(bytes).ok_or("the file is no JPEG, PNG, GIF or WebP picture")?;
    // The PDF writer unpacks a picture as soon as it gets it, so its size is read here first.
    let broken = |error: String| format!("the picture file is damaged: {error}");
    if let Some((width, height, pixel)) = unpacked(bytes, format).map_err(|error| broken(error.to_owned()))?
        && width.saturating_mul(height).saturating_mul(pixel) > UNPACKED_BYTES
    {
        let most = UNPACKED_BYTES / pixel;
        return Err(format!("the picture has {width} x {height} pixels, and at most {most} are drawn"));
    }
    let mut remarks = Vec::new();
    let mut turned = 1;
    let image = match format {
        Format::Jpeg => {
            let jpeg = without_notes(bytes).ok_or_else(|| broken("its parts do not follow each other".to_owned()))?;
            turned = jpeg.turned;
            if !jpeg.complete {
                remarks.push("the picture file ends early; the lower part may be missing".to_owned());
            }
            Image::from_jpeg(jpeg.bytes.into(), false)
        }
        Format::Png => Image::from_png(bytes.to_vec().into(), false),
        Format::Gif => Image::from_gif(bytes.to_vec().into(), false),
        Format::WebP => Image::from_webp(bytes.to_vec().into(), false),
    }
    .map_err(broken)?;
    let (width, height) = image.size();
    if width == 0 || height == 0 {
        return Err(broken("it has no pixels".to_owned()));
    }
    if moves(bytes, format) {
        remarks.push("the picture moves; only its first picture is drawn".to_owned());
    }
    Ok(Picture { image, turned, remarks })
}

impl Picture {
    /// Width and height in points, the right way up.
    pub(super) fn size(&self) -> (f32, f32) {
        let (width, height) = self.image.size();
        let (width, height) = if self.turned >= 5 { (height, width) } else { (width, height) };
        // Pictures have at most 65,535 pixels a side in the formats above, or are refused by their number of pixels.
        (width as f32 * POINTS, height as f32 * POINTS)
    }

    /// Draws the picture into a box.
    pub(super) fn draw(&self, surface: &mut Surface<'_>, left: f32, top: f32, width: f32, height: f32) {
        let (raw_width, raw_height) = if self.turned >= 5 { (height, width) } else { (width, height) };
        let Some(size) = Size::from_wh(raw_width, raw_height) else { return };
        let (w, h) = (width, height);
        // EXIF 2.32, tag 0x0112: how the stored rows lie on the picture.
        let turn = match self.turned {
            2 => Transform::from_row(-1.0, 0.0, 0.0, 1.0, w, 0.0),
            3 => Transform::from_row(-1.0, 0.0, 0.0, -1.0, w, h),
            4 => Transform::from_row(1.0, 0.0, 0.0, -1.0, 0.0, h),
            5 => Transform::from_row(0.0, 1.0, 1.0, 0.0, 0.0, 0.0),
            6 => Transform::from_row(0.0, 1.0, -1.0, 0.0, w, 0.0),
            7 => Transform::from_row(0.0, -1.0, -1.0, 0.0, w, h),
            8 => Transform::from_row(0.0, -1.0, 1.0, 0.0, 0.0, h),
            _ => Transform::identity(),
        };
        surface.push_transform(&Transform::from_translate(left, top));
        surface.push_transform(&turn);
        surface.draw_image(self.image.clone(), size);
        surface.pop();
        surface.pop();
    }
}

fn format_of(bytes: &[u8]) -> Option<Format> {
    if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        Some(Format::Jpeg)
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(Format::Png)
    } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        Some(Format::Gif)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some(Format::WebP)
    } else {
        None
    }
}

/// Width, height and bytes of a pixel when the file is unpacked; `None` for a JPEG, which is copied as it is.
fn unpacked(bytes: &[u8], format: Format) -> Result<Option<(u64, u64, u64)>, &'static str> {
    let little = |at: usize, count: usize| {
        let bytes = bytes.get(at..at + count)?;
        Some(bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    };
    let big = |at: usize| Some(bytes.get(at..at + 4)?.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)));
    let size = match format {
        Format::Jpeg => return Ok(None),
        // The header chunk is the first (PNG 3rd edition, 11.2.1); 16 bits a channel take twice the room.
        Format::Png => {
            big(16).zip(big(20)).zip(little(24, 1)).map(|((w, h), bits)| (w, h, if bits == 16 { 8 } else { 4 }))
        }
        Format::Gif => little(6, 2).zip(little(8, 2)).map(|(w, h)| (w, h, 4)),
        // Extended, lossless and lossy headers (RFC 9649, 2.5 to 2.7).
        Format::WebP => match bytes.get(12..16) {
            Some(b"VP8X") => little(24, 3).zip(little(27, 3)).map(|(w, h)| (w + 1, h + 1, 4)),
            Some(b"VP8L") => little(21, 4).map(|bits| ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, 4)),
            Some(b"VP8 ") => little(26, 2).zip(little(28, 2)).map(|(w, h)| (w & 0x3FFF, h & 0x3FFF, 4)),
            _ => None,
        },
    };
    size.map(Some).ok_or("it has no header")
}

/// Whether a file has more than one picture to show in turn.
fn moves(bytes: &[u8], format: Format) -> bool {
    match format {
        Format::Jpeg => false,
        // The animation control chunk stands before the first picture data (PNG 3rd edition, 11.3.6.1).
        Format::Png => {
            let until = find(bytes, b"IDAT").unwrap_or(0);
            find(&bytes[..until], b"acTL").is_some()
        }
        // The looping extension of animated files (Netscape application block).
        Format::Gif => find(&bytes[..bytes.len().min(4096)], b"NETSCAPE2.0").is_some(),
        // Bit 1 of the flags of the extended header (RFC 9649, 2.7).
        Format::WebP => bytes.get(12..16) == Some(b"VP8X") && bytes.get(20).is_some_and(|flags| flags & 2 != 0),
    }
}

fn find(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).position(|window| window == word)
}

struct Jpeg {
    bytes: Vec<u8>,
    turned: u8,
    complete: bool,
}

/// A JPEG without the segments that hold notes: place, time and owner of the camera, thumbnails, comments. Kept are
/// those that change how it is drawn: JFIF, colour profile, Adobe colour transform (ITU-T T.81, B.2.4).
fn without_notes(bytes: &[u8]) -> Option<Jpeg> {
    let mut out = vec![0xFF, 0xD8];
    let mut turned = 1;
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xFF {
            return None;
        }
        let kind = *bytes.get(at + 1)?;
        match kind {
            // A fill byte.
            0xFF => at += 1,
            // Start of scan: from here on the picture itself, which is copied as it is.
            0xDA => break,
            0x01 | 0xD0..=0xD7 => {
                out.extend([0xFF, kind]);
                at += 2;
            }
            0xD8 | 0xD9 => return None,
            _ => {
                let length = usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
                let segment = bytes.get(at..at + 2 + length)?;
                let noted = matches!(kind, 0xE1 | 0xE3..=0xED | 0xEF | 0xFE)
                    || (kind == 0xE2 && !segment[2..].get(2..).is_some_and(|body| body.starts_with(b"ICC_PROFILE\0")));
                if kind == 0xE1 {
                    turned = segment.get(4..).and_then(orientation).unwrap_or(turned);
                }
                if !noted {
                    out.extend_from_slice(segment);
                }
                at += 2 + length;
            }
        }
    }
    // What some cameras append after the picture (a second picture, a film) is not part of it.
    // In the scans a byte FF is followed by 00 or a marker, so the first end marker is the end (T.81, B.1.1.5).
    let scans = &bytes[at..];
    let end = scans.windows(2).position(|pair| pair == [0xFF, 0xD9]);
    out.extend_from_slice(&scans[..end.map_or(scans.len(), |end| end + 2)]);
    Some(Jpeg { bytes: out, turned, complete: end.is_some() })
}

/// The orientation in an EXIF segment, 1 to 8 (EXIF 2.32, 4.6.4).
fn orientation(segment: &[u8]) -> Option<u8> {
    let tiff = segment.strip_prefix(b"Exif\0\0")?;
    let little = match tiff.get(..2)? {
        b"II" => true,
        b"MM" => false,
        _ => return None,
    };
    let two = |at: usize| {
        let pair: [u8; 2] = tiff.get(at..at + 2)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    let four = |at: usize| {
        let four: [u8; 4] = tiff.get(at..at + 4)?.try_into().ok()?;
        Some(if little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    };
    let directory = usize::try_from(four(4)?).ok().filter(|at| *at < tiff.len())?;
    let entries = usize::from(two(directory)?);
    (0..entries)
        .map(|entry| directory + 2 + 12 * entry)
        .find(|at| two(*at) == Some(0x0112))
        .and_then(|at| two(at + 8))
        .and_then(|value| u8::try_from(value).ok())
        .filter(|value| (1..=8).contains(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Marker segments around an empty scan: enough for the reader of segments.
    fn jpeg(segments: &[(u8, &[u8])]) -> Vec<u8> {
        let mut out = vec![0xFF, 0xD8];
        for (kind, body) in segments {
            out.extend([0xFF, *kind]);
            out.extend(u16::try_from(body.len() + 2).expect("short").to_be_bytes());
            out.extend_from_slice(body);
        }
        out.extend([0xFF, 0xDA, 0, 2, 1, 2, 3, 0xFF, 0xD9]);
        out
    }

    #[test]
    fn what_the_camera_noted_is_left_out_and_its_orientation_kept() {
        let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0".to_vec();
        exif.extend(b"GPS 45.27 N");
        let with_notes = jpeg(&[(0xE0, b"JFIF\0"), (0xE1, &exif), (0xFE, b"my comment"), (0xED, b"Photoshop")]);
        let read = without_notes(&with_notes).expect("a JPEG");
        assert_eq!((read.turned, read.complete), (6, true));
        assert_eq!(read.bytes, jpeg(&[(0xE0, b"JFIF\0")]));
    }

    #[test]
    fn a_film_behind_the_picture_is_left_out() {
        let plain = jpeg(&[(0xE0, b"JFIF\0")]);
        let mut longer = plain.clone();
        longer.extend(b"\0\0\0\x18ftypmp42 the film\xFF\xD9");
        let read = without_notes(&longer).expect("a JPEG");
        assert_eq!((read.bytes, read.complete), (plain.clone(), true));
        let cut = without_notes(&plain[..plain.len() - 2]).expect("a JPEG");
        assert!(!cut.complete);
    }

    #[test]
    fn what_is_no_picture_is_said() {
        let rows: &[(&[u8], &str)] = &[
            (b"", "no JPEG, PNG, GIF or WebP"),
            (b"<svg/>", "no JPEG, PNG, GIF or WebP"),
            (b"\x89PNG\r\n\x1a\nrubbish", "damaged"),
            (b"GIF89a", "damaged"),
            (b"RIFF\0\0\0\0WEBPVP8 ", "damaged"),
            (&[0xFF, 0xD8, 0xFF, 0xE1, 0xFF, 0xFF], "damaged"),
        ];
        for (bytes, words) in rows {
            let error = open(bytes).err().unwrap_or_default();
            assert!(error.contains(words), "{error}");
        }
    }
}
