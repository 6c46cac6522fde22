//! Compound files (MS-CFB) as far as they can be read: what is cut off or damaged costs itself, not the file.
//!
//! The crate `cfb` refuses a file in which anything is wrong; messages that were cut off on their way are common, so
//! they are read here. New files are written by the crate.

/// The first bytes of a compound file (MS-CFB 2.2).
pub const MARK: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
/// Numbers of sectors from here on mark ends and free places.
const SPECIAL: u32 = 0xFFFF_FFFA;
/// No entry.
const NOTHING: u32 = 0xFFFF_FFFF;
/// Bytes of one entry of the directory.
const ENTRY_BYTES: usize = 128;
/// Sectors of the table of sectors that the header itself names.
const NAMED_IN_HEADER: usize = 109;

/// What an entry of the directory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A folder in the file.
    Storage,
    /// Bytes.
    Stream,
    /// The top.
    Root,
}

/// One entry of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
    left: u32,
    right: u32,
    child: u32,
    start: u32,
    size: u64,
}

/// An opened compound file.
#[derive(Debug, Clone)]
pub struct Compound<'a> {
    bytes: &'a [u8],
    sector: usize,
    mini_sector: usize,
    mini_cutoff: u64,
    next: Vec<u32>,
    mini_next: Vec<u32>,
    mini: Vec<u8>,
    entries: Vec<Option<Entry>>,
}

/// The number of the top entry.
pub const TOP: usize = 0;

impl<'a> Compound<'a> {
    /// Opens a file; `None` when it has no header of one, or no directory.
    pub fn open(bytes: &'a [u8]) -> Option<Self> {
        let header = bytes.get(..512).filter(|header| header.starts_with(MARK))?;
        let half = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
        let (shift, mini_shift) = (half(30), half(32));
        if !(7..=16).contains(&shift) || mini_shift >= shift {
            return None;
        }
        let mut file = Self {
            bytes,
            sector: 1 << shift,
            mini_sector: 1 << mini_shift,
            mini_cutoff: u64::from(number(header, 56)),
            next: Vec::new(),
            mini_next: Vec::new(),
            mini: Vec::new(),
            entries: Vec::new(),
        };
        file.read_table(header);
        let (directory, _) = file.chain(number(header, 48), u64::MAX);
        let is_short = half(26) < 4;
        file.entries = directory.chunks_exact(ENTRY_BYTES).map(|entry| read_entry(entry, is_short)).collect();
        let root = file.entries.first()?.clone()?;
        file.mini_next =
            file.chain(number(header, 60), u64::MAX).0.chunks_exact(4).map(|four| number(four, 0)).collect();
        file.mini = file.chain(root.start, root.size).0;
        Some(file)
    }

    /// The entry of a number.
    pub fn entry(&self, id: usize) -> Option<&Entry> {
        self.entries.get(id)?.as_ref()
    }

    /// The entries of a storage, in the order of their names.
    pub fn children(&self, id: usize) -> Vec<usize> {
        let mut seen = vec![false; self.entries.len()];
        let mut found = Vec::new();
        let mut open = vec![(self.entry(id).map_or(NOTHING, |entry| entry.child), false)];
        while let Some((at, is_ready)) = open.pop() {
            let Some(entry) = self.entry(at as usize).filter(|_| at != NOTHING) else { continue };
            if is_ready {
                found.push(at as usize);
            } else if !std::mem::replace(&mut seen[at as usize], true) {
                open.extend([(entry.right, false), (at, true), (entry.left, false)]);
            }
        }
        found
    }

    /// The entry of a name in a storage; case does not count.
    pub fn find(&self, storage: usize, name: &str) -> Option<usize> {
        let mut children = self.children(storage).into_iter();
        children.find(|id| self.entry(*id).is_some_and(|entry| entry.name.eq_ignore_ascii_case(name)))
    }

    /// The bytes of a stream, at most so many, and whether they are all it has.
    pub fn stream(&self, id: usize, most: u64) -> (Vec<u8>, bool) {
        let Some(entry) = self.entry(id).filter(|entry| entry.kind == EntryKind::Stream) else {
            return (Vec::new(), false);
        };
        let size = entry.size.min(most);
        let (bytes, is_whole) = if entry.size < self.mini_cutoff {
            self.mini_chain(entry.start, size)
        } else {
            self.chain(entry.start, size)
        };
        (bytes, is_whole && size == entry.size)
    }

    /// Reads the table that tells the sector after each sector.
    fn read_table(&mut self, header: &[u8]) {
        let all = self.bytes.len() / self.sector + 2;
        let mut places: Vec<u32> = (0..NAMED_IN_HEADER).map(|at| number(header, 76 + 4 * at)).collect();
        let mut further = number(header, 68);
        let mut left = all;
        while further < SPECIAL && left > 0 {
            left -= 1;
            let sector = self.sector_bytes(further);
            let (last, named) = match sector.len() / 4 {
                0 => break,
                count => (number(sector, 4 * (count - 1)), count - 1),
            };
            places.extend((0..named).map(|at| number(sector, 4 * at)));
            further = last;
        }
        for place in places.into_iter().filter(|place| *place < SPECIAL).take(all) {
            let sector = self.sector_bytes(place);
            let mut table: Vec<u32> = sector.chunks_exact(4).map(|four| number(four, 0)).collect();
            // Sectors behind the end of a file that was cut off lead nowhere.
            table.resize(self.sector / 4, NOTHING);
            self.next.append(&mut table);
            if self.next.len() > all + self.sector {
                return;
            }
        }
    }

    fn sector_bytes(&self, at: u32) -> &'a [u8] {
        let start = (at as usize).saturating_add(1).saturating_mul(self.sector);
        let end = start.saturating_add(self.sector).min(self.bytes.len());
        self.bytes.get(start..end).unwrap_or_default()
    }

    fn chain(&self, start: u32, size: u64) -> (Vec<u8>, bool) {
        let mut out = Vec::new();
        let (mut at, mut left) = (start, self.bytes.len() / self.sector + 1);
        while at < SPECIAL && left > 0 && (out.len() as u64) < size {
            left -= 1;
            let sector = self.sector_bytes(at);
            out.extend_from_slice(sector);
            if sector.len() < self.sector {
                break;
            }
            at = self.next.get(at as usize).copied().unwrap_or(NOTHING);
        }
        cut(out, size)
    }

    fn mini_chain(&self, start: u32, size: u64) -> (Vec<u8>, bool) {
        let mut out = Vec::new();
        let (mut at, mut left) = (start, self.mini.len() / self.mini_sector + 1);
        while at < SPECIAL && left > 0 && (out.len() as u64) < size {
            left -= 1;
            let from = (at as usize).saturating_mul(self.mini_sector);
            let to = from.saturating_add(self.mini_sector).min(self.mini.len());
            let Some(sector) = self.mini.get(from..to) else { break };
            out.extend_from_slice(sector);
            at = self.mini_next.get(at as usize).copied().unwrap_or(NOTHING);
        }
        cut(out, size)
    }
}

/// Chains end at whole sectors; what is behind the end of the stream is none of it.
fn cut(mut bytes: Vec<u8>, size: u64) -> (Vec<u8>, bool) {
    let is_whole = bytes.len() as u64 >= size;
    bytes.truncate(usize::try_from(size).unwrap_or(usize::MAX));
    (bytes, is_whole)
}

fn read_entry(bytes: &[u8], is_short: bool) -> Option<Entry> {
    let kind = match bytes.get(66)? {
        1 => EntryKind::Storage,
        2 => EntryKind::Stream,
        5 => EntryKind::Root,
        _ => return None,
    };
    let units =
        bytes[..64].chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).take_while(|unit| *unit != 0);
    let name = char::decode_utf16(units).map(|one| one.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    // In files of version 3 the upper half of the size may be anything (MS-CFB 2.6.3).
    let upper = if is_short { 0 } else { u64::from(number(bytes, 124)) << 32 };
    Some(Entry {
        name,
        kind,
        left: number(bytes, 68),
        right: number(bytes, 72),
        child: number(bytes, 76),
        start: number(bytes, 116),
        size: upper | u64::from(number(bytes, 120)),
    })
}

fn number(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(NOTHING, |four| u32::from_le_bytes(*four))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write};

    fn sample() -> Vec<u8> {
        let mut out = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new())).expect("made");
        out.create_storage("/sub").expect("made");
        for (path, bytes) in [("/small", vec![7; 100]), ("/sub/large", vec![9; 9_000]), ("/sub/empty", Vec::new())] {
            out.create_stream(path).expect("made").write_all(&bytes).expect("written");
        }
        out.flush().expect("written");
        out.into_inner().into_inner()
    }

    #[test]
    fn what_the_crate_writes_is_read_and_what_is_cut_off_costs_itself() {
        let bytes = sample();
        let file = Compound::open(&bytes).expect("a file");
        let name = |id: &usize| file.entry(*id).map(|entry| entry.name.clone()).unwrap_or_default();
        assert_eq!(file.children(TOP).iter().map(name).collect::<Vec<_>>(), ["sub", "small"]);
        let sub = file.find(TOP, "SUB").expect("there");
        let large = file.find(sub, "large").expect("there");
        assert_eq!(file.stream(file.find(TOP, "small").expect("there"), 1 << 20), (vec![7; 100], true));
        assert_eq!(file.stream(large, 1 << 20), (vec![9; 9_000], true));
        assert_eq!(file.stream(large, 10), (vec![9; 10], false));
        assert_eq!(file.stream(file.find(sub, "empty").expect("there"), 10), (Vec::new(), true));
        for end in 0..bytes.len() {
            let Some(cut) = Compound::open(&bytes[..end]) else { continue };
            for id in 0..cut.entries.len() {
                let _ = (cut.children(id), cut.stream(id, 1 << 20));
            }
        }
    }

    #[test]
    fn every_changed_byte_of_its_tables_is_survived() {
        let bytes = sample();
        for at in 0..bytes.len().min(4_096) {
            for value in [0, 1, 0xFE, 0xFF] {
                let mut changed = bytes.clone();
                changed[at] = value;
                let Some(file) = Compound::open(&changed) else { continue };
                for id in 0..file.entries.len() {
                    assert!(file.stream(id, 1 << 20).0.len() <= 1 << 20);
                    assert!(file.children(id).len() <= file.entries.len());
                }
            }
        }
    }
}
