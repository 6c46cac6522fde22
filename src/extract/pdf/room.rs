//! What one PDF may use: unpacked bytes, objects, steps of drawing. Nothing in a file can make it more.

use lopdf::{DecompressError, Document, Error, Stream};

/// Bytes one stream may unpack to.
const STREAM_BYTES: usize = 32 * 1024 * 1024;
/// Bytes that all streams of one file that are looked into may unpack to.
const UNPACKED_BYTES: u64 = 256 * 1024 * 1024;
/// Objects of one file, those inside arrays and dictionaries counted each.
const OBJECTS: usize = 2_000_000;
/// Operators, operands and glyphs of one file.
const STEPS: usize = 30_000_000;

/// What is left of it.
#[derive(Debug)]
pub struct Room {
    unpack_left: u64,
    unpack_begun: u64,
    /// Objects that may still be made.
    pub objects_left: usize,
    /// Steps of drawing that may still be made.
    pub steps_left: usize,
    /// Whether a limit was reached.
    pub reached: bool,
    /// Whether a stream could not be unpacked.
    pub damaged: bool,
}

impl Room {
    /// The whole of it, within what the family may still unpack.
    pub fn new(family: u64) -> Self {
        let unpack_left = UNPACKED_BYTES.min(family);
        Self {
            unpack_left,
            unpack_begun: unpack_left,
            objects_left: OBJECTS,
            steps_left: STEPS,
            reached: false,
            damaged: false,
        }
    }

    /// Bytes unpacked so far.
    pub fn unpacked(&self) -> u64 {
        self.unpack_begun - self.unpack_left
    }

    /// The bytes of a stream; `None` when it is damaged or a limit is reached, which is remembered.
    pub fn unpack(&mut self, document: &Document, stream: &Stream) -> Option<Vec<u8>> {
        let most = STREAM_BYTES.min(usize::try_from(self.unpack_left).unwrap_or(STREAM_BYTES));
        let indirect = [&b"Filter"[..], b"DecodeParms"].iter().any(|key| match stream.dict.get(key) {
            Ok(value) => value.as_reference().is_ok(),
            Err(_) => false,
        });
        let result = if indirect {
            let mut direct = stream.clone();
            for key in [&b"Filter"[..], b"DecodeParms"] {
                if let Ok(value) = stream.dict.get_deref(key, document) {
                    direct.dict.set(key, value.clone());
                }
            }
            direct.decompressed_content_with_limit(most)
        } else {
            stream.decompressed_content_with_limit(most)
        };
        match result {
            Ok(bytes) => {
                self.unpack_left -= (bytes.len() as u64).min(self.unpack_left);
                Some(bytes)
            }
            Err(Error::Decompress(DecompressError::MemoryLimitExceeded { .. })) => {
                // The work was done all the same.
                self.unpack_left -= most as u64;
                self.reached = true;
                None
            }
            Err(_) => {
                self.damaged = true;
                None
            }
        }
    }
}
