//! Compressed rich text of Outlook (MS-OXRTFCP): `PidTagRtfCompressed` and the same stream in TNEF.

use crate::base::limits;

/// Bytes of the header (MS-OXRTFCP 2.1.3.1.1).
const HEADER_BYTES: usize = 16;
/// Bytes of the dictionary, a ring (MS-OXRTFCP 2.1.2.1).
const RING_BYTES: usize = 4096;
/// Bytes a rich text may unpack to.
const RTF_BYTES: usize = 2 * limits::ITEM_IN_MEMORY_BYTES as usize;
/// The mark of packed text.
const PACKED: &[u8] = b"LZFu";
/// The mark of text that lies there as it is.
const PLAIN: &[u8] = b"MELA";
/// What the ring holds at the beginning (MS-OXRTFCP 2.1.2.1).
const BEGINNING: &[u8; 207] =
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \
\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \
\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/// The stream is no compressed rich text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CompressedRtfError {
    /// It ends inside its header.
    #[error("the rich text ends before its header does")]
    Short,
    /// Its mark is neither that of packed text nor that of plain text.
    #[error("the rich text is packed in a way nobody here knows")]
    UnknownMark,
}

/// An unpacked rich text, with what is doubtful about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decompressed {
    /// The rich text, without zero bytes at its end.
    pub rtf: Vec<u8>,
    /// Whether the checksum is that of the packed bytes.
    pub is_intact: bool,
    /// Whether it was unpacked to its end mark, or to the length its header tells.
    pub is_whole: bool,
}

/// The rich text of a compressed stream, as far as it can be had; what is doubtful is told by [`read`].
///
/// # Errors
/// When the stream has no header of such a text.
pub fn decompress(bytes: &[u8]) -> Result<Vec<u8>, CompressedRtfError> {
    read(bytes).map(|found| found.rtf)
}

/// Unpacks a compressed stream and tells whether it is whole and intact.
///
/// # Errors
/// When the stream has no header of such a text.
pub fn read(bytes: &[u8]) -> Result<Decompressed, CompressedRtfError> {
    let header = bytes.get(..HEADER_BYTES).ok_or(CompressedRtfError::Short)?;
    let number = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    // COMPSIZE counts what follows it; a stream may have more bytes behind, which are no part of it.
    let told_end = (number(0) as usize).saturating_add(4);
    let end = told_end.clamp(HEADER_BYTES, bytes.len());
    let (raw_size, mark, crc) = (number(4) as usize, &header[8..12], number(12));
    let content = &bytes[HEADER_BYTES..end];
    match mark {
        PLAIN => {
            let length = raw_size.min(content.len()).min(RTF_BYTES);
            // Some writers count the header into both sizes; what counts is that nothing was cut off.
            let is_whole = length == raw_size || told_end <= bytes.len();
            Ok(Decompressed { rtf: trimmed(content[..length].to_vec()), is_intact: true, is_whole })
        }
        PACKED => {
            let (rtf, ended) = unpack(content);
            let is_whole = ended || rtf.len() == raw_size;
            Ok(Decompressed { rtf: trimmed(rtf), is_intact: checksum(content) == crc, is_whole })
        }
        _ => Err(CompressedRtfError::UnknownMark),
    }
}

/// Unpacks runs of eight tokens, each a byte or a reference into the ring (MS-OXRTFCP 2.2.3); true with its end mark.
fn unpack(packed: &[u8]) -> (Vec<u8>, bool) {
    let mut ring = [0_u8; RING_BYTES];
    ring[..BEGINNING.len()].copy_from_slice(BEGINNING);
    let mut write = BEGINNING.len();
    let mut out = Vec::with_capacity(packed.len().saturating_mul(3).min(RTF_BYTES));
    let mut rest = packed.iter().copied();
    while let Some(control) = rest.next() {
        for bit in 0..8 {
            if out.len() >= RTF_BYTES {
                return (out, false);
            }
            let Some(first) = rest.next() else { return (out, false) };
            if control >> bit & 1 == 0 {
                out.push(first);
                ring[write] = first;
                write = (write + 1) % RING_BYTES;
                continue;
            }
            let Some(second) = rest.next() else { return (out, false) };
            let token = usize::from(first) << 8 | usize::from(second);
            let (offset, length) = (token >> 4, (token & 0xF) + 2);
            if offset == write {
                return (out, true);
            }
            for step in 0..length {
                let byte = ring[(offset + step) % RING_BYTES];
                out.push(byte);
                ring[write] = byte;
                write = (write + 1) % RING_BYTES;
            }
        }
    }
    (out, false)
}

/// The checksum of MS-OXRTFCP 2.1.3.2: that of ZIP, begun with zero and not inverted.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |crc, byte| {
        let mut value = (crc ^ u32::from(*byte)) & 0xFF;
        for _ in 0..8 {
            value = if value & 1 == 1 { value >> 1 ^ 0xEDB8_8320 } else { value >> 1 };
        }
        value ^ crc >> 8
    })
}

/// Outlook writes a zero byte behind the last brace.
fn trimmed(mut rtf: Vec<u8>) -> Vec<u8> {
    while rtf.last() == Some(&0) {
        rtf.pop();
    }
    rtf
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The two examples of MS-OXRTFCP 3.1 and 3.2, and one that lies there as it is.
    #[test]
    fn the_examples_of_the_specification_are_unpacked() {
        let simple: &[u8] = b"\x2d\0\0\0\x2b\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\0\x0a\0rcpg125\x422\x0a\xf3 hel\x09\0 bw\x05\xb0ld}\x0a\x80\x0f\xa0";
        let crossing: &[u8] = b"\x1a\0\0\0\x1c\0\0\0LZFu\xe2\xd4KQA\0\x04 WXYZ\x0d\x6e}\x01\x0e\xb0";
        let plain: &[u8] = b"\x12\0\0\0\x06\0\0\0MELA\0\0\0\0{\\rtf}";
        let counted: &[u8] = b"\x12\0\0\0\x12\0\0\0MELA\0\0\0\0{\\rtf}";
        let cases: [(&[u8], &[u8]); 4] = [
            (counted, b"{\\rtf}"),
            (simple, b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"),
            (crossing, b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"),
            (plain, b"{\\rtf}"),
        ];
        for (packed, rtf) in cases {
            let found = read(packed).expect("a header");
            assert_eq!(String::from_utf8_lossy(&found.rtf), String::from_utf8_lossy(rtf));
            assert!(found.is_intact && found.is_whole, "{found:?}");
        }
        let mut damaged = simple.to_vec();
        damaged[20] ^= 1;
        assert!(!read(&damaged).expect("a header").is_intact);
        assert!(!read(&simple[..30]).expect("a header").is_whole, "cut off: what there is of it");
        assert_eq!(read(&simple[..15]), Err(CompressedRtfError::Short));
        assert_eq!(read(b"\x12\0\0\0\x06\0\0\0LZFv\0\0\0\0{\\rtf}"), Err(CompressedRtfError::UnknownMark));
    }

    proptest! {
        #[test]
        fn arbitrary_streams_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), plain in any::<bool>()) {
            let mark = if plain { PLAIN } else { PACKED };
            let stream = [&[0xFF; 8][..], mark, &[0; 4], &bytes].concat();
            let found = read(&stream).expect("a header");
            prop_assert!(found.rtf.len() <= bytes.len() * 9);
        }
    }
}
