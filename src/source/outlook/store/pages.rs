//! The two trees of a store: nodes by their number, and blocks by theirs ([MS-PST] section 2.2.2.7.7).

use super::layout::{HEADER_BYTES, Header, Root, Variant, checksum};
use super::{StoreError, damaged, u16_at, u32_at, u64_at};
use crate::source::container::content::Bare;
use std::collections::{HashMap, HashSet};
use std::io::{Read, Seek, SeekFrom};
use std::rc::Rc;

/// Bytes of pages that are kept in memory.
const CACHE_BYTES: usize = 16 * 1024 * 1024;
/// Pages above each other in one tree; that of the largest store there can be has fewer.
const LEVELS: usize = 12;
/// Nodes of a store that are listed; a store of 50 GB has a few millions.
const NODES: usize = 20_000_000;

/// A node: a folder, a message, a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// Its number; the lowest five bits say what it is.
    pub id: u32,
    /// The block of its data.
    pub data: u64,
    /// The block that lists the nodes inside it, or 0.
    pub inside: u64,
    /// The folder it belongs to.
    pub parent: u32,
}

/// Where a block lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Bytes before it.
    pub offset: u64,
    /// Bytes it has.
    pub bytes: u16,
}

/// One page, taken apart.
struct Page {
    bytes: Vec<u8>,
    entries: usize,
    entry_bytes: usize,
    level: u8,
}

/// Which of the trees.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tree {
    Blocks = 0x80,
    Nodes = 0x81,
}

/// An opened store.
pub struct Store<'a> {
    file: Box<dyn Bare + 'a>,
    /// What its header says.
    pub header: Header,
    /// Bytes the file has.
    pub length: u64,
    pages: HashMap<u64, Rc<Page>>,
    /// Pages and blocks that do not match their checksum.
    pub bad_checksums: u64,
}

impl<'a> Store<'a> {
    /// Opens a store.
    ///
    /// # Errors
    /// When its header cannot be read, or is of a version nobody here knows.
    pub fn open(mut file: Box<dyn Bare + 'a>) -> Result<Self, StoreError> {
        let length = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(0))?;
        let mut head = Vec::new();
        (&mut file).take(HEADER_BYTES as u64).read_to_end(&mut head)?;
        let header = Header::read(&head)?;
        Ok(Self { file, header, length, pages: HashMap::new(), bad_checksums: 0 })
    }

    /// The layout of the store.
    pub const fn variant(&self) -> Variant {
        self.header.variant
    }

    /// Bytes at a place of the file.
    ///
    /// # Errors
    /// When they lie behind its end or cannot be read.
    pub fn bytes_at(&mut self, offset: u64, count: usize) -> Result<Vec<u8>, StoreError> {
        if offset.checked_add(count as u64).is_none_or(|end| end > self.length) {
            return Err(damaged(format!("its bytes would lie at {offset}, behind the end of the file")));
        }
        self.file.seek(SeekFrom::Start(offset))?;
        let mut bytes = vec![0; count];
        self.file.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// The node of a number.
    ///
    /// # Errors
    /// When a page on the way to it is damaged.
    pub fn node(&mut self, id: u32) -> Result<Option<Node>, StoreError> {
        let variant = self.variant();
        let found = self.find(Tree::Nodes, self.header.nodes, u64::from(id))?;
        Ok(found.and_then(|entry| node_of(&entry, variant)))
    }

    /// Where a block lies.
    ///
    /// # Errors
    /// When a page on the way to it is damaged.
    pub fn place(&mut self, block: u64) -> Result<Option<Place>, StoreError> {
        let variant = self.variant();
        // The lowest bit means nothing ([MS-PST] section 2.2.2.2).
        let found = self.find(Tree::Blocks, self.header.blocks, block & !1)?;
        Ok(found.and_then(|entry| place_of(&entry, variant)))
    }

    /// Every node of the store in order of their numbers, and one sentence for each page that could not be read.
    pub fn all_nodes(&mut self) -> (Vec<Node>, Vec<String>) {
        let (mut nodes, mut troubles) = (Vec::new(), Vec::new());
        let mut seen = HashSet::new();
        let mut open = vec![(self.header.nodes.offset, 0_usize)];
        while let Some((offset, depth)) = open.pop() {
            if !seen.insert(offset) {
                troubles.push(format!("the page at byte {offset} is named twice"));
                continue;
            }
            let page = match self.page(Tree::Nodes, offset) {
                Ok(page) if depth <= LEVELS => page,
                Ok(_) => {
                    troubles.push(format!("the page at byte {offset} lies too deep"));
                    continue;
                }
                Err(error) => {
                    troubles.push(format!("the page of nodes at byte {offset} is lost: {error}"));
                    continue;
                }
            };
            let word = self.variant().word();
            for at in (0..page.entries).rev() {
                let entry = &page.bytes[at * page.entry_bytes..(at + 1) * page.entry_bytes];
                if page.level > 0 {
                    open.extend(word_at(entry, 2 * word, word).map(|offset| (offset, depth + 1)));
                }
            }
            if page.level == 0 && nodes.len() < NODES {
                let entries = page.bytes.chunks_exact(page.entry_bytes).take(page.entries);
                nodes.extend(entries.filter_map(|entry| node_of(entry, self.header.variant)));
            }
        }
        nodes.sort_by_key(|node| node.id);
        nodes.dedup_by_key(|node| node.id);
        (nodes, troubles)
    }

    fn find(&mut self, tree: Tree, root: Root, key: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let word = self.variant().word();
        let key_of = |entry: &[u8]| match tree {
            // A node's number has four bytes, whatever room it is given.
            Tree::Nodes => u32_at(entry, 0).map_or(0, u64::from),
            Tree::Blocks => word_at(entry, 0, word).unwrap_or(0) & !1,
        };
        let mut offset = root.offset;
        for _ in 0..=LEVELS {
            let page = self.page(tree, offset)?;
            let entry = |at: usize| &page.bytes[at * page.entry_bytes..(at + 1) * page.entry_bytes];
            // The last entry that does not begin behind the key.
            let (mut low, mut high) = (0, page.entries);
            while low < high {
                let middle = (low + high) / 2;
                if key_of(entry(middle)) <= key {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            let Some(at) = low.checked_sub(1) else { return Ok(None) };
            if page.level == 0 {
                return Ok((key_of(entry(at)) == key).then(|| entry(at).to_vec()));
            }
            offset = word_at(entry(at), 2 * word, word).ok_or_else(|| damaged("an entry of a page is too short"))?;
        }
        Err(damaged("the tree has more levels than there can be"))
    }

    fn page(&mut self, tree: Tree, offset: u64) -> Result<Rc<Page>, StoreError> {
        if let Some(page) = self.pages.get(&offset) {
            return Ok(Rc::clone(page));
        }
        let size = self.variant().page_bytes();
        let bytes = self.bytes_at(offset, size)?;
        let (page, is_intact) = page_of(bytes, tree, self.variant())?;
        self.bad_checksums += u64::from(!is_intact);
        if (self.pages.len() + 1) * size > CACHE_BYTES {
            self.pages.clear();
        }
        let page = Rc::new(page);
        self.pages.insert(offset, Rc::clone(&page));
        Ok(page)
    }
}

fn word_at(bytes: &[u8], at: usize, word: usize) -> Option<u64> {
    if word == 4 { u32_at(bytes, at).map(u64::from) } else { u64_at(bytes, at) }
}

fn page_of(bytes: Vec<u8>, tree: Tree, variant: Variant) -> Result<(Page, bool), StoreError> {
    // Count, most, bytes of an entry and level stand before the trailer, whose first byte is the type.
    let (meta, trailer, sum) = match variant {
        Variant::Ansi => (496, 500, 508),
        Variant::Unicode => (488, 496, 500),
        Variant::Large => (4056, 4072, 4076),
    };
    if bytes[trailer] != tree as u8 {
        return Err(damaged("there is no page of this tree there"));
    }
    let (entries, entry_bytes, level) = match variant {
        Variant::Large => (u16_at(&bytes, meta).map_or(0, usize::from), bytes[meta + 4], bytes[meta + 5]),
        _ => (usize::from(bytes[meta]), bytes[meta + 2], bytes[meta + 3]),
    };
    let least = match (level, tree) {
        (0, Tree::Nodes) => 4 * variant.word() - if variant == Variant::Ansi { 0 } else { 4 },
        (0, Tree::Blocks) => 2 * variant.word() + 4,
        _ => 3 * variant.word(),
    };
    let entry_bytes = usize::from(entry_bytes);
    if entry_bytes < least || entries * entry_bytes > meta {
        return Err(damaged("a page says more of itself than it can hold"));
    }
    let is_intact = u32_at(&bytes, sum) == Some(checksum(&bytes[..trailer]));
    Ok((Page { bytes, entries, entry_bytes, level }, is_intact))
}

fn node_of(entry: &[u8], variant: Variant) -> Option<Node> {
    let word = variant.word();
    Some(Node {
        id: u32_at(entry, 0)?,
        data: word_at(entry, word, word)?,
        inside: word_at(entry, 2 * word, word)?,
        parent: u32_at(entry, 3 * word)?,
    })
}

fn place_of(entry: &[u8], variant: Variant) -> Option<Place> {
    let word = variant.word();
    Some(Place { offset: word_at(entry, word, word)?, bytes: u16_at(entry, 2 * word)? })
}
