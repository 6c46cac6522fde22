//! Blocks: the data of a node, in one or many of them, and the nodes inside a node ([MS-PST] section 2.2.2.8).

use super::layout::{Variant, checksum};
use super::pages::Store;
use super::{StoreError, damaged, u16_at, u32_at, u64_at};
use std::io::Read;

/// Blocks above each other in one list of blocks.
const LEVELS: u8 = 2;
/// Nodes inside one node.
const NODES_INSIDE: usize = 1_000_000;
/// Bytes that one packed block may unpack to.
const UNPACKED_BYTES: u64 = 64 * 1024;

/// A node inside a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inside {
    /// Its number, within this node.
    pub id: u32,
    /// The block of its data.
    pub data: u64,
    /// The block that lists the nodes inside it, or 0.
    pub inside: u64,
}

impl Store<'_> {
    /// The bytes of one block, unpacked and made readable.
    ///
    /// # Errors
    /// When there is no such block, or it lies outside of the file.
    pub fn block(&mut self, block: u64) -> Result<Vec<u8>, StoreError> {
        let place = self.place(block)?.ok_or_else(|| damaged(format!("block {block} is not in the store")))?;
        let variant = self.variant();
        let length = usize::from(place.bytes);
        let whole = (length + variant.trailer_bytes()).next_multiple_of(variant.alignment());
        // The last block of a file that was cut off may lack its trailer and still have its data.
        let mut bytes = match self.bytes_at(place.offset, whole) {
            Ok(bytes) => bytes,
            Err(StoreError::Damaged(_)) => self.bytes_at(place.offset, length)?,
            Err(error) => return Err(error),
        };
        let trailer = bytes.len().saturating_sub(variant.trailer_bytes());
        let trailer = if bytes.len() >= whole { bytes.split_off(trailer) } else { Vec::new() };
        bytes.truncate(length);
        let sum = u32_at(&trailer, if variant == Variant::Ansi { 8 } else { 4 });
        self.bad_checksums += u64::from(sum.is_some_and(|sum| sum != checksum(&bytes)));
        let cipher = self.header.cipher;
        let is_list = block & 2 != 0;
        if variant == Variant::Large {
            let unpacked = u16_at(&trailer, 18).map_or(0, usize::from);
            // Whether a block is packed before or after it is hidden, nobody has written down: its mark tells.
            if unpacked != 0 && unpacked != length {
                if is_zlib(&bytes) {
                    bytes = inflate(&bytes)?;
                } else if !is_list {
                    cipher.decode(&mut bytes, block);
                    return if is_zlib(&bytes) { inflate(&bytes) } else { Ok(bytes) };
                }
            }
        }
        if !is_list {
            cipher.decode(&mut bytes, block);
        }
        Ok(bytes)
    }

    /// The data of a node, block by block.
    ///
    /// # Errors
    /// When one of its blocks cannot be had, or there are more than `most` bytes.
    pub fn data(&mut self, block: u64, most: u64) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut all = Vec::new();
        if block != 0 {
            let mut left = most;
            self.add_data(block, LEVELS, &mut left, most, &mut all)?;
        }
        Ok(all)
    }

    fn add_data(
        &mut self,
        block: u64,
        levels: u8,
        left: &mut u64,
        most: u64,
        all: &mut Vec<Vec<u8>>,
    ) -> Result<(), StoreError> {
        let bytes = self.block(block)?;
        if block & 2 == 0 {
            // A block without data still costs a little, so that a list of them ends too.
            let cost = bytes.len() as u64 + 64;
            *left = left.checked_sub(cost).ok_or(StoreError::TooLarge { bytes: most + 1, most })?;
            all.push(bytes);
            return Ok(());
        }
        if bytes.first() != Some(&1) || levels == 0 {
            return Err(damaged(format!("block {block} is no list of blocks")));
        }
        let told = u32_at(&bytes, 4).map_or(0, u64::from);
        if told > most {
            return Err(StoreError::TooLarge { bytes: told, most });
        }
        let count = u16_at(&bytes, 2).map_or(0, usize::from);
        let word = self.variant().word();
        for at in 0..count {
            let one = if word == 4 { u32_at(&bytes, 8 + at * 4).map(u64::from) } else { u64_at(&bytes, 8 + at * 8) };
            let one = one.ok_or_else(|| damaged(format!("the list of blocks {block} is too short")))?;
            self.add_data(one, levels - 1, left, most, all)?;
        }
        Ok(())
    }

    /// The nodes inside a node, in order of their numbers; none for block 0.
    ///
    /// # Errors
    /// When their list cannot be had.
    pub fn inside(&mut self, block: u64) -> Result<Vec<Inside>, StoreError> {
        let mut all = Vec::new();
        if block != 0 {
            self.add_inside(block, LEVELS, &mut all)?;
            all.sort_by_key(|one| one.id);
        }
        Ok(all)
    }

    fn add_inside(&mut self, block: u64, levels: u8, all: &mut Vec<Inside>) -> Result<(), StoreError> {
        let bytes = self.block(block)?;
        let (kind, level) = (bytes.first().copied(), bytes.get(1).copied());
        let is_list = kind == Some(2) && levels > 0;
        if !is_list {
            return Err(damaged(format!("block {block} is no list of nodes")));
        }
        let word = self.variant().word();
        let start = if word == 4 { 4 } else { 8 };
        let entry_bytes = if level == Some(0) { 3 * word } else { 2 * word };
        let at_word = |at: usize| if word == 4 { u32_at(&bytes, at).map(u64::from) } else { u64_at(&bytes, at) };
        for at in 0..u16_at(&bytes, 2).map_or(0, usize::from) {
            let start = start + at * entry_bytes;
            let entry = (u32_at(&bytes, start), at_word(start + word));
            let (Some(id), Some(data)) = entry else {
                return Err(damaged(format!("the list of nodes {block} is too short")));
            };
            if level == Some(0) {
                all.push(Inside { id, data, inside: at_word(start + 2 * word).unwrap_or(0) });
            } else {
                self.add_inside(data, levels - 1, all)?;
            }
            if all.len() > NODES_INSIDE {
                return Err(damaged("more nodes lie inside a node than there can be"));
            }
        }
        Ok(())
    }
}

/// Whether bytes begin as zlib's do (RFC 1950 section 2.2).
fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [first, second, ..] if first & 0x0F == 8 && (u16::from(*first) * 256 + u16::from(*second)) % 31 == 0)
}

fn inflate(bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    let mut out = Vec::new();
    let mut reader = flate2::read::ZlibDecoder::new(bytes).take(UNPACKED_BYTES);
    match reader.read_to_end(&mut out) {
        Ok(_) => Ok(out),
        Err(error) => Err(damaged(format!("a packed block cannot be unpacked: {error}"))),
    }
}
