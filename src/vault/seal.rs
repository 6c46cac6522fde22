//! Sealing a family: compress, cut into frames, encrypt. Pure, for many threads at once.

use super::cipher::{Cipher, FamilyKey, SealId};
use super::frame::{self, Entry, FrameAt, HEADER};
use crate::base::limits::FRAME_BYTES;
use std::cell::RefCell;
use std::fmt;
use zstd::bulk::Compressor;

/// zstd level for originals and derived text: higher ones cost more time than they save room on mail.
pub(super) const LEVEL: i32 = 1;
/// Below so many bytes a zstd frame is never smaller.
const COMPRESS_FROM: usize = 48;
/// Bytes of compressed output a thread keeps for its next section.
const SCRATCH_BYTES: usize = 4 * 1024 * 1024;

/// What a section of a family holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Section {
    /// The exact bytes.
    Original,
    /// What was read from them.
    Facts,
    /// Derived text for search and review.
    Text,
}

impl Section {
    /// Its code in stores.
    pub const fn code(self) -> u8 {
        match self {
            Self::Original => 1,
            Self::Facts => 2,
            Self::Text => 3,
        }
    }
    /// Reads the code back.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Original),
            2 => Some(Self::Facts),
            3 => Some(Self::Text),
            _ => None,
        }
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Original => "original",
            Self::Facts => "facts",
            Self::Text => "text",
        })
    }
}

/// One section of a sealed family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SectionInfo {
    /// Which section.
    pub section: Section,
    /// Which part: the member of the family it belongs to.
    pub part: u32,
    /// Its bytes before compression.
    pub bytes: u64,
}

/// A family ready to be appended to a pack.
#[derive(Debug, Clone)]
pub struct SealedFamily {
    bytes: Vec<u8>,
    seal: SealId,
}

impl SealedFamily {
    /// The stretch.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
    /// Its random name.
    pub fn seal(&self) -> SealId {
        self.seal
    }
}

/// Seals the sections of one family, each named by section and part (no pair twice). The family's id is not needed:
/// the committer, which gives it out, binds the returned seal id to it in the catalog.
pub fn seal_family(key: &FamilyKey, sections: &[(Section, u32, &[u8])]) -> SealedFamily {
    let seal = SealId::random();
    let cipher = Cipher::new(key.expose());
    let total: usize = sections.iter().map(|(_, _, bytes)| bytes.len()).sum();
    let mut bytes = Vec::with_capacity(HEADER + total / 2 + 96 * (sections.len() + 1));
    bytes.extend_from_slice(&frame::header(seal, key.check()));
    let mut entries = Vec::with_capacity(sections.len());
    for (ordinal, (section, part, plain)) in sections.iter().enumerate() {
        let at = FrameAt { ordinal: ordinal as u32, section: section.code(), part: *part, index: 0, last: false };
        let (compressed, payload) = with_smaller(plain, |compressed, payload| {
            seal_frames(&cipher, seal, at, payload, &mut bytes);
            (compressed, payload.len() as u64)
        });
        entries.push(Entry { section: *section, part: *part, compressed, plain: plain.len() as u64, payload });
    }
    frame::seal_table(&cipher, seal, &entries, &mut bytes);
    SealedFamily { bytes, seal }
}

fn seal_frames(cipher: &Cipher, seal: SealId, at: FrameAt, payload: &[u8], out: &mut Vec<u8>) {
    let count = payload.len().div_ceil(FRAME_BYTES).max(1);
    for index in 0..count {
        let start = index * FRAME_BYTES;
        let piece = &payload[start..payload.len().min(start + FRAME_BYTES)];
        let at = FrameAt { index: index as u32, last: index + 1 == count, ..at };
        frame::seal_frame(cipher, seal, at, piece, out);
    }
}

thread_local! {
    /// One compressor and its output for each thread, because making them costs more than a short message.
    static COMPRESSOR: RefCell<Option<(Compressor<'static>, Vec<u8>)>> = const { RefCell::new(None) };
}

/// Calls back with the compressed bytes when they are fewer, else with the bytes themselves.
fn with_smaller<T>(plain: &[u8], then: impl FnOnce(bool, &[u8]) -> T) -> T {
    if plain.len() < COMPRESS_FROM {
        return then(false, plain);
    }
    COMPRESSOR.with_borrow_mut(|slot| {
        if slot.is_none() {
            *slot = Compressor::new(LEVEL).ok().map(|compressor| (compressor, Vec::new()));
        }
        let Some((compressor, scratch)) = slot else {
            // Without memory for a compressor the bytes are stored as they are, which loses nothing.
            return then(false, plain);
        };
        scratch.clear();
        scratch.reserve(zstd::zstd_safe::compress_bound(plain.len()));
        let result = match compressor.compress_to_buffer(plain, scratch) {
            Ok(length) if length < plain.len() => then(true, &scratch[..length]),
            _ => then(false, plain),
        };
        if scratch.capacity() > SCRATCH_BYTES {
            *scratch = Vec::new();
        }
        result
    })
}

/// Whether the beginning of a stream becomes at least a fiftieth smaller, so that compressing the rest is worth it.
pub(super) fn worth_compressing(beginning: &[u8]) -> bool {
    with_smaller(beginning, |compressed, payload| compressed && payload.len() + payload.len() / 50 < beginning.len())
}
