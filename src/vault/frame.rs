//! The bytes of a stretch: header, frames, table. Pure; [`super::seal`] writes them, [`super::stretch`] reads them.
//!
//! ```text
//! stretch = header  frame*  table  table length u32           numbers are little-endian
//! header  = "RRF1"  seal id [16]  key check [8]
//! frame   = length u32  ciphertext [length - 16]  tag [16]
//! table   = length u32 with its highest bit set  ciphertext  tag
//! entry   = section u8  part u32  flags u8  plain bytes u64  payload bytes u64     (in the table's plaintext)
//! ```
//! The frames of one section follow each other; each but the last carries exactly `FRAME_BYTES`, an empty section has
//! one empty frame. The nonce is seal id (16), section's ordinal u32, frame index u32, so none comes twice under a key:
//! seal ids are random and every stretch has a new one. The associated data is seal id, section, part, frame index
//! and whether it is the last, so no frame can be cut off, repeated, exchanged or moved. The table stands last because
//! a streamed family's lengths are known last.

use super::cipher::{Cipher, NONCE, SealId, TAG, Unopened};
use super::seal::Section;
use crate::base::limits::FRAME_BYTES;

/// What a stretch begins with; the digit is the format's version.
pub(super) const MAGIC: [u8; 4] = *b"RRF1";
/// Bytes of the header.
pub(super) const HEADER: usize = 28;
/// Bytes of a frame's length.
pub(super) const PREFIX: usize = 4;
/// Bytes of one table entry.
const ENTRY: usize = 22;
/// Set in the length that stands before the table.
const TABLE_MARK: u32 = 1 << 31;
/// Bytes of the largest table that is read: one entry for each part of a message and then some.
const TABLE_BYTES: usize = 1024 * 1024;

/// Where a frame belongs.
#[derive(Debug, Clone, Copy)]
pub(super) struct FrameAt {
    /// Position of its section in the stretch.
    pub ordinal: u32,
    /// The section's code, 255 for the table.
    pub section: u8,
    /// The section's part.
    pub part: u32,
    /// Position in its section.
    pub index: u32,
    /// Whether no frame of the section follows.
    pub last: bool,
}

impl FrameAt {
    const TABLE: Self = Self { ordinal: u32::MAX, section: 255, part: 0, index: 0, last: true };

    fn nonce(self, seal: SealId) -> [u8; NONCE] {
        let mut nonce = [0; NONCE];
        nonce[..16].copy_from_slice(seal.as_bytes());
        nonce[16..20].copy_from_slice(&self.ordinal.to_le_bytes());
        nonce[20..].copy_from_slice(&self.index.to_le_bytes());
        nonce
    }

    fn context(self, seal: SealId) -> [u8; 26] {
        let mut context = [0; 26];
        context[..16].copy_from_slice(seal.as_bytes());
        context[16] = self.section;
        context[17..21].copy_from_slice(&self.part.to_le_bytes());
        context[21..25].copy_from_slice(&self.index.to_le_bytes());
        context[25] = u8::from(self.last);
        context
    }
}

/// One section as the table tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// Which section.
    pub section: Section,
    /// Which part.
    pub part: u32,
    /// Whether the payload is a zstd frame.
    pub compressed: bool,
    /// Bytes of the section.
    pub plain: u64,
    /// Bytes in its frames before sealing.
    pub payload: u64,
}

impl Entry {
    /// How many frames it has.
    pub(super) fn frames(&self) -> u64 {
        self.payload.div_ceil(FRAME_BYTES as u64).max(1)
    }
    /// How many bytes it takes in the stretch; `None` when the table lies beyond all bounds.
    pub(super) fn sealed(&self) -> Option<u64> {
        self.frames().checked_mul((PREFIX + TAG) as u64)?.checked_add(self.payload)
    }
    /// Payload bytes of its frame `index`.
    pub(super) fn frame_payload(&self, index: u64) -> usize {
        let before = index * FRAME_BYTES as u64;
        self.payload.saturating_sub(before).min(FRAME_BYTES as u64) as usize
    }
}

/// The header of a stretch.
pub(super) fn header(seal: SealId, check: [u8; 8]) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    header[..4].copy_from_slice(&MAGIC);
    header[4..20].copy_from_slice(seal.as_bytes());
    header[20..].copy_from_slice(&check);
    header
}

/// Takes a header apart: magic, seal id, key check.
pub(super) fn read_header(header: &[u8; HEADER]) -> ([u8; 4], SealId, [u8; 8]) {
    let (mut magic, mut seal, mut check) = ([0; 4], [0; 16], [0; 8]);
    magic.copy_from_slice(&header[..4]);
    seal.copy_from_slice(&header[4..20]);
    check.copy_from_slice(&header[20..]);
    (magic, SealId::from_bytes(seal), check)
}

/// Appends one sealed frame.
pub(super) fn seal_frame(cipher: &Cipher, seal: SealId, at: FrameAt, payload: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&((payload.len() + TAG) as u32).to_le_bytes());
    seal_body(cipher, seal, at, payload, out);
}

fn seal_body(cipher: &Cipher, seal: SealId, at: FrameAt, payload: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(payload);
    let tag = cipher.seal(&at.nonce(seal), &at.context(seal), &mut out[start..]);
    out.extend_from_slice(&tag);
}

/// Opens one frame (ciphertext and tag) in place and returns its payload's length.
pub(super) fn open_frame(cipher: &Cipher, seal: SealId, at: FrameAt, sealed: &mut [u8]) -> Result<usize, Unopened> {
    cipher.open(&at.nonce(seal), &at.context(seal), sealed)
}

/// Appends the table and the length that ends the stretch.
pub(super) fn seal_table(cipher: &Cipher, seal: SealId, entries: &[Entry], out: &mut Vec<u8>) {
    let length = (entries.len() * ENTRY + TAG) as u32;
    assert!(entries.len() * ENTRY < TABLE_BYTES, "a family has at most some thousands of parts");
    out.extend_from_slice(&(length | TABLE_MARK).to_le_bytes());
    let mut plain = Vec::with_capacity(entries.len() * ENTRY);
    for entry in entries {
        plain.push(entry.section.code());
        plain.extend_from_slice(&entry.part.to_le_bytes());
        plain.push(u8::from(entry.compressed));
        plain.extend_from_slice(&entry.plain.to_le_bytes());
        plain.extend_from_slice(&entry.payload.to_le_bytes());
    }
    seal_body(cipher, seal, FrameAt::TABLE, &plain, out);
    out.extend_from_slice(&length.to_le_bytes());
}

/// Opens a table (ciphertext and tag).
pub(super) fn open_table(cipher: &Cipher, seal: SealId, sealed: &mut [u8]) -> Result<Vec<Entry>, Unopened> {
    let length = open_frame(cipher, seal, FrameAt::TABLE, sealed)?;
    let (entries, rest) = sealed[..length].as_chunks::<ENTRY>();
    if !rest.is_empty() {
        return Err(Unopened);
    }
    entries.iter().map(read_entry).collect::<Option<_>>().ok_or(Unopened)
}

fn read_entry(bytes: &[u8; ENTRY]) -> Option<Entry> {
    Some(Entry {
        section: Section::from_code(bytes[0])?,
        part: u32::from_le_bytes(bytes[1..5].try_into().ok()?),
        compressed: match bytes[5] {
            0 => false,
            1 => true,
            _ => return None,
        },
        plain: u64::from_le_bytes(bytes[6..14].try_into().ok()?),
        payload: u64::from_le_bytes(bytes[14..22].try_into().ok()?),
    })
}

/// What a length in a stretch stands before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// A frame with so many sealed bytes.
    Frame(usize),
    /// The table with so many sealed bytes.
    Table(usize),
}

/// Reads a length; `None` when none like it is ever written.
pub(super) fn read_prefix(prefix: [u8; PREFIX]) -> Option<Next> {
    let value = u32::from_le_bytes(prefix);
    let length = (value & !TABLE_MARK) as usize;
    if value & TABLE_MARK != 0 {
        (TAG..=TABLE_BYTES + TAG).contains(&length).then_some(Next::Table(length))
    } else {
        (TAG..=FRAME_BYTES + TAG).contains(&length).then_some(Next::Frame(length))
    }
}
