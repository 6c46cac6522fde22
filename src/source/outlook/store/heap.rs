//! Heaps: small pieces of data on a node, and sorted lists of records in them ([MS-PST] section 2.3.1 and 2.3.2).

use super::layout::Variant;
use super::{StoreError, damaged, u16_at, u32_at};
use std::collections::HashSet;

/// Levels of a list above its records.
const LEVELS: u8 = 8;
/// Records of one list.
const RECORDS: usize = 4_000_000;

/// A heap on the data of a node.
#[derive(Debug)]
pub struct Heap {
    pages: Vec<Vec<u8>>,
    index_bits: u32,
    /// What it holds: 0xBC properties, 0x7C a table.
    pub client: u8,
    /// Its topmost piece.
    pub root: u32,
}

/// The number and the rest of a record.
pub type Record<'h> = (&'h [u8], &'h [u8]);

impl Heap {
    /// Reads the blocks of a node as a heap.
    ///
    /// # Errors
    /// When they are none.
    pub fn new(pages: Vec<Vec<u8>>, variant: Variant) -> Result<Self, StoreError> {
        let head = pages.first().filter(|head| head.len() >= 12 && head[2] == 0xEC);
        let head = head.ok_or_else(|| damaged("its data is not in the form of a heap"))?;
        let (client, root) = (head[3], u32_at(head, 4).unwrap_or(0));
        Ok(Self { index_bits: variant.heap_index_bits(), client, root, pages })
    }

    /// A piece by its number; number 0 is an empty one.
    pub fn piece(&self, id: u32) -> Option<&[u8]> {
        if id == 0 {
            return Some(&[]);
        }
        if id & 0x1F != 0 {
            return None;
        }
        let index = (id >> 5) & ((1 << self.index_bits) - 1);
        let page = self.pages.get(usize::try_from(id >> (5 + self.index_bits)).ok()?)?;
        // Every page begins with the place of its map.
        let map = usize::from(u16_at(page, 0)?);
        let count = u32::from(u16_at(page, map)?);
        let at = index.checked_sub(1).filter(|at| *at < count)?;
        let place = map + 4 + 2 * usize::try_from(at).ok()?;
        let (start, end) = (usize::from(u16_at(page, place)?), usize::from(u16_at(page, place + 2)?));
        page.get(start..end)
    }

    /// The records of a sorted list, with the bytes of a record's number and of its rest.
    ///
    /// # Errors
    /// When it is no list, or a part of it is not there.
    pub fn records(&self, list: u32) -> Result<Vec<Record<'_>>, StoreError> {
        let head = self.piece(list).filter(|head| head.len() >= 8 && head[0] == 0xB5);
        let head = head.ok_or_else(|| damaged("a sorted list has no head"))?;
        let (key, rest, levels) = (usize::from(head[1]), usize::from(head[2]), head[3]);
        if key == 0 || levels > LEVELS {
            return Err(damaged("the head of a sorted list cannot be right"));
        }
        let mut all = Vec::new();
        let mut seen = HashSet::new();
        let mut open = vec![(u32_at(head, 4).unwrap_or(0), levels)];
        while let Some((piece, level)) = open.pop() {
            if piece == 0 {
                continue;
            }
            let bytes = self.piece(piece).ok_or_else(|| damaged("a part of a sorted list is not there"))?;
            if level == 0 {
                all.extend(bytes.chunks_exact(key + rest).map(|record| record.split_at(key)));
            } else if seen.insert(piece) {
                let lower = bytes.chunks_exact(key + 4).filter_map(|record| Some((u32_at(record, key)?, level - 1)));
                open.extend(lower.collect::<Vec<_>>().into_iter().rev());
            }
            if all.len() > RECORDS {
                return Err(damaged("a sorted list has more records than there can be"));
            }
        }
        Ok(all)
    }
}
