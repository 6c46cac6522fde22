//! A page as a TIFF file of one bit to a dot, CCITT Group 4 (ITU-T T.6), as review platforms take page images.
//!
//! One strip, white is zero, little-endian; the tags are those of a bilevel image (TIFF 6.0, sections 3 and 11).

use fax::encoder::Encoder;
use fax::{Color, VecWriter};

/// Dots to the inch, as productions are asked for.
pub const DOTS_PER_INCH: u32 = 300;
/// The longest side of an image, in dots: what the encoder's own numbers hold.
const LONGEST: u32 = 30_000;

/// The dots of a page: a bit each, black is one, each row begins with a new byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bits {
    /// Dots of a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// The rows.
    pub rows: Vec<u8>,
}

/// The file; `None` when the dots are not as many as they are said to be, or the page is larger than any page.
pub fn file(bits: &Bits) -> Option<Vec<u8>> {
    let Bits { width, height, rows } = bits;
    let row_bytes = usize::try_from(width.div_ceil(8)).ok()?;
    let fits = (1..=LONGEST).contains(width) && (1..=LONGEST).contains(height);
    if !fits || rows.len() != row_bytes * usize::try_from(*height).ok()? {
        return None;
    }
    let mut encoder = Encoder::new(VecWriter::new());
    for row in rows.chunks_exact(row_bytes) {
        let dots = (0..*width).map(|at| {
            let byte = row[(at / 8) as usize];
            if byte >> (7 - at % 8) & 1 == 1 { Color::Black } else { Color::White }
        });
        encoder.encode_line(dots, *width).ok()?;
    }
    let strip = encoder.finish().ok()?.finish();
    Some(wrapped(*width, *height, &strip))
}

/// A value of a tag: its type (TIFF 6.0, section 2) and the four bytes in which it stands.
enum Value {
    Short(u16),
    Long(u32),
    /// A resolution, whose two numbers stand behind the tags.
    Resolution(u32),
}

fn wrapped(width: u32, height: u32, strip: &[u8]) -> Vec<u8> {
    let bytes = u32::try_from(strip.len()).unwrap_or(u32::MAX);
    let resolution_at = 8 + 2 + 14 * 12 + 4;
    let strip_at = resolution_at + 8;
    let tags = [
        (254, Value::Long(0)),                   // NewSubfileType: a whole page
        (256, Value::Long(width)),               // ImageWidth
        (257, Value::Long(height)),              // ImageLength
        (258, Value::Short(1)),                  // BitsPerSample
        (259, Value::Short(4)),                  // Compression: Group 4
        (262, Value::Short(0)),                  // PhotometricInterpretation: white is zero
        (266, Value::Short(1)),                  // FillOrder: the first dot is the highest bit
        (273, Value::Long(strip_at)),            // StripOffsets
        (277, Value::Short(1)),                  // SamplesPerPixel
        (278, Value::Long(height)),              // RowsPerStrip
        (279, Value::Long(bytes)),               // StripByteCounts
        (282, Value::Resolution(resolution_at)), // XResolution
        (283, Value::Resolution(resolution_at)), // YResolution
        (296, Value::Short(2)),                  // ResolutionUnit: inch
    ];
    let mut out = b"II*\0\x08\0\0\0".to_vec();
    out.extend_from_slice(&(tags.len() as u16).to_le_bytes());
    for (tag, value) in tags {
        let (kind, value) = match value {
            Value::Short(value) => (3_u16, u32::from(value)),
            Value::Long(value) => (4, value),
            Value::Resolution(at) => (5, at),
        };
        out.extend_from_slice(&u16::to_le_bytes(tag));
        out.extend_from_slice(&kind.to_le_bytes());
        out.extend_from_slice(&1_u32.to_le_bytes());
        out.extend_from_slice(&value.to_le_bytes());
    }
    out.extend_from_slice(&0_u32.to_le_bytes());
    out.extend_from_slice(&DOTS_PER_INCH.to_le_bytes());
    out.extend_from_slice(&1_u32.to_le_bytes());
    out.extend_from_slice(strip);
    out
}

/// Width and height of a file of this kind; `None` for any other.
pub fn size(file: &[u8]) -> Option<(u32, u32)> {
    let tag = |nth: usize, wanted: u16| {
        let at = file.get(10 + nth * 12..22 + nth * 12)?;
        let value = u32::from_le_bytes(at[8..12].try_into().ok()?);
        (at[..2] == wanted.to_le_bytes()).then_some(value)
    };
    let is_ours = file.starts_with(b"II*\0\x08\0\0\0\x0e\0") && tag(4, 259)? == 4;
    let (at, bytes) = (tag(7, 273)?, tag(10, 279)?);
    let whole = usize::try_from(at.checked_add(bytes)?).ok()? == file.len();
    (is_ours && whole).then_some((tag(1, 256)?, tag(2, 257)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The dots of a file, by the decoder of the same crate; `tiffinfo` and `tiffcp` read these files as well.
    fn back(file: &[u8], width: u32, height: u32) -> Vec<u8> {
        let strip = &file[8 + 2 + 14 * 12 + 4 + 8..];
        let mut rows = Vec::new();
        let read = fax::decoder::decode_g4(strip.iter().copied(), width, Some(height), |transitions| {
            let mut row = vec![0_u8; width.div_ceil(8) as usize];
            for (at, dot) in fax::decoder::pels(transitions, width).enumerate() {
                if dot == Color::Black {
                    row[at / 8] |= 0x80 >> (at % 8);
                }
            }
            rows.extend_from_slice(&row);
        });
        assert!(read.is_some());
        rows
    }

    proptest! {
        #[test]
        fn every_dot_comes_back(width in 1_u32..90, seed in prop::collection::vec(any::<u8>(), 1..12)) {
            let row_bytes = width.div_ceil(8) as usize;
            let height = seed.len() as u32;
            let mut rows: Vec<u8> = seed.iter().flat_map(|byte| (0..row_bytes).map(move |at| byte.rotate_left(at as u32))).collect();
            let unused = row_bytes as u32 * 8 - width;
            for row in rows.chunks_exact_mut(row_bytes) {
                let last = row_bytes - 1;
                row[last] &= 0xff << unused;
            }
            let bits = Bits { width, height, rows };
            let file = file(&bits).expect("a file");
            prop_assert_eq!(size(&file), Some((width, height)));
            prop_assert_eq!(back(&file, width, height), bits.rows);
        }
    }

    #[test]
    fn what_is_no_page_is_no_file() {
        for (width, height, bytes) in [(0, 1, 0), (8, 0, 0), (8, 2, 1), (9, 1, 1), (40_000, 1, 5_000)] {
            assert_eq!(file(&Bits { width, height, rows: vec![0; bytes] }), None, "{width} {height} {bytes}");
        }
        assert_eq!(size(b"II*\0"), None);
        let whole = file(&Bits { width: 8, height: 1, rows: vec![0x0f] }).expect("a file");
        assert_eq!(size(&whole[..whole.len() - 1]), None);
    }
}
