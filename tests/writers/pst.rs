//! Writes stores of Outlook ([MS-PST]) for tests: of this crate, and of those that read whole folders.

use crate::source::outlook::property::kind;
use crate::source::outlook::store::cipher::Cipher;
use crate::source::outlook::store::context::fixed;
use crate::source::outlook::store::layout::{Variant, checksum};
use crate::source::outlook::tag;
use std::io::Write as _;

/// A property as it is put into a store.
#[derive(Clone)]
pub struct Put {
    pub tag: u16,
    pub kind: u16,
    pub bytes: Vec<u8>,
}

pub fn text(tag: u16, text: &str) -> Put {
    Put { tag, kind: kind::TEXT, bytes: text.encode_utf16().flat_map(u16::to_le_bytes).collect() }
}

pub fn text8(tag: u16, text: &str) -> Put {
    Put { tag, kind: kind::TEXT8, bytes: text.as_bytes().to_vec() }
}

pub fn number(tag: u16, number: u32) -> Put {
    Put { tag, kind: kind::INT32, bytes: number.to_le_bytes().to_vec() }
}

pub fn time(tag: u16, count: u64) -> Put {
    Put { tag, kind: kind::TIME, bytes: count.to_le_bytes().to_vec() }
}

pub fn binary(tag: u16, bytes: &[u8]) -> Put {
    Put { tag, kind: kind::BINARY, bytes: bytes.to_vec() }
}

/// Hides the bytes of a block.
pub type Hiding = fn(Cipher, &mut [u8], u64);

/// Writes stores of every layout: header, two trees of pages, and blocks.
pub struct Writer {
    variant: Variant,
    cipher: Cipher,
    packed: bool,
    hide: Hiding,
    file: Vec<u8>,
    /// Number, place and bytes of each block.
    blocks: Vec<(u64, u64, u16)>,
    /// Number, data, inside and parent of each node.
    nodes: Vec<(u32, u64, u64, u32)>,
}

impl Writer {
    pub fn new(variant: Variant, cipher: Cipher, packed: bool, hide: Hiding) -> Self {
        Self { variant, cipher, packed, hide, file: vec![0; 4096], blocks: Vec::new(), nodes: Vec::new() }
    }

    fn word(&self, number: u64) -> Vec<u8> {
        number.to_le_bytes()[..self.variant.word()].to_vec()
    }

    /// Most bytes of data in a block ([MS-PST] section 2.2.2.8.3.1).
    fn block_bytes(&self) -> usize {
        if self.variant == Variant::Large { 65_512 } else { 8192 - self.variant.trailer_bytes() }
    }

    /// Puts one block; a list of blocks or nodes is never hidden.
    fn block(&mut self, data: &[u8], is_list: bool) -> u64 {
        let id = (self.blocks.len() as u64 + 1) * 4 + if is_list { 2 } else { 0 };
        let mut bytes = data.to_vec();
        if !is_list {
            (self.hide)(self.cipher, &mut bytes, id);
        }
        let unpacked = bytes.len();
        if self.packed && self.variant == Variant::Large && unpacked > 200 {
            let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
            packer.write_all(&bytes).expect("memory");
            let smaller = packer.finish().expect("memory");
            if smaller.len() < unpacked {
                bytes = smaller;
            }
        }
        let offset = self.file.len() as u64;
        let length = u16::try_from(bytes.len()).expect("a block is small");
        let sum = checksum(&bytes);
        self.file.extend_from_slice(&bytes);
        let whole = (bytes.len() + self.variant.trailer_bytes()).next_multiple_of(self.variant.alignment());
        self.file.resize(offset as usize + whole - self.variant.trailer_bytes(), 0);
        self.file.extend_from_slice(&length.to_le_bytes());
        self.file.extend_from_slice(&[0; 2]);
        if self.variant == Variant::Ansi {
            self.file.extend_from_slice(&(id as u32).to_le_bytes());
            self.file.extend_from_slice(&sum.to_le_bytes());
        } else {
            self.file.extend_from_slice(&sum.to_le_bytes());
            self.file.extend_from_slice(&id.to_le_bytes());
        }
        if self.variant == Variant::Large {
            self.file.extend_from_slice(&[0; 2]);
            self.file.extend_from_slice(&(unpacked as u16).to_le_bytes());
            self.file.extend_from_slice(&[0; 4]);
        }
        self.blocks.push((id, offset, length));
        id
    }

    /// Puts data of any length: one block, a list of blocks, or a list of lists.
    fn data(&mut self, bytes: &[u8]) -> u64 {
        let size = self.block_bytes();
        if bytes.len() <= size {
            return self.block(bytes, false);
        }
        let ids: Vec<u64> = bytes.chunks(size).map(|chunk| self.block(chunk, false)).collect();
        let most = if self.variant == Variant::Large { 8_000 } else { 1_000 };
        let lists: Vec<u64> = ids.chunks(most).map(|ids| self.list(1, ids, bytes.len().min(most * size))).collect();
        if lists.len() == 1 { lists[0] } else { self.list(2, &lists, bytes.len()) }
    }

    fn list(&mut self, level: u8, ids: &[u64], total: usize) -> u64 {
        let mut list = vec![1, level];
        list.extend_from_slice(&(ids.len() as u16).to_le_bytes());
        list.extend_from_slice(&(total as u32).to_le_bytes());
        ids.iter().for_each(|id| list.extend(self.word(*id)));
        self.block(&list, true)
    }

    /// Puts the list of nodes inside a node.
    fn inside(&mut self, nodes: &[(u32, u64, u64)]) -> u64 {
        if nodes.is_empty() {
            return 0;
        }
        let mut list = vec![2, 0];
        list.extend_from_slice(&(nodes.len() as u16).to_le_bytes());
        list.resize(if self.variant == Variant::Ansi { 4 } else { 8 }, 0);
        for (id, data, inside) in nodes {
            for number in [u64::from(*id), *data, *inside] {
                list.extend(self.word(number));
            }
        }
        self.block(&list, true)
    }

    /// Puts properties; what does not fit into the heap goes into nodes inside. Gives the data and those nodes.
    fn properties(&mut self, all: &[Put]) -> (u64, Vec<(u32, u64, u64)>) {
        let mut heap = HeapWriter::new(0xBC, self.variant);
        let mut inside = Vec::new();
        let mut records = Vec::new();
        let mut sorted = all.to_vec();
        sorted.sort_by_key(|one| one.tag);
        for one in &sorted {
            let reference = match fixed(one.kind) {
                Some(0..=4) => {
                    let mut word = one.bytes.clone();
                    word.resize(4, 0);
                    u32::from_le_bytes(word.try_into().expect("four bytes"))
                }
                _ if one.bytes.len() > 3_000 => {
                    let id = 0x8000 + (inside.len() as u32) * 32 + 0x1F;
                    let data = self.data(&one.bytes);
                    inside.push((id, data, 0));
                    id
                }
                _ => heap.piece(&one.bytes),
            };
            records.extend_from_slice(&one.tag.to_le_bytes());
            records.extend_from_slice(&one.kind.to_le_bytes());
            records.extend_from_slice(&reference.to_le_bytes());
        }
        let root = heap.list(2, 6, &records);
        (self.data(&heap.finish(root)), inside)
    }

    /// Puts a table whose rows stand in the heap: columns of numbers and texts.
    fn table(&mut self, rows: &[(u32, Vec<Put>)]) -> u64 {
        let mut heap = HeapWriter::new(0x7C, self.variant);
        let mut columns: Vec<(u16, u16)> =
            rows.iter().flat_map(|(_, row)| row.iter().map(|put| (put.tag, put.kind))).collect();
        columns.sort_unstable();
        columns.dedup();
        // Row number and version come first, then four bytes for each column, then the bits.
        let bitmap = 8 + 4 * columns.len();
        let row_bytes = bitmap + columns.len().div_ceil(8);
        let (mut matrix, mut index) = (Vec::new(), Vec::new());
        for (at, (id, row)) in rows.iter().enumerate() {
            let mut bytes = vec![0; row_bytes];
            bytes[..4].copy_from_slice(&id.to_le_bytes());
            for put in row {
                let column = columns.iter().position(|one| *one == (put.tag, put.kind)).expect("a column");
                let cell = match fixed(put.kind) {
                    Some(0..=4) => u32::from_le_bytes(put.bytes.clone().try_into().expect("four bytes")),
                    _ => heap.piece(&put.bytes),
                };
                bytes[8 + 4 * column..12 + 4 * column].copy_from_slice(&cell.to_le_bytes());
                bytes[bitmap + column / 8] |= 0x80 >> (column % 8);
            }
            matrix.extend_from_slice(&bytes);
            index.extend_from_slice(&id.to_le_bytes());
            let short = self.variant == Variant::Ansi;
            index.extend_from_slice(&(at as u32).to_le_bytes()[..if short { 2 } else { 4 }]);
        }
        let rest = if self.variant == Variant::Ansi { 2 } else { 4 };
        let index = heap.list(4, rest, &index);
        let matrix = if matrix.is_empty() { 0 } else { heap.piece(&matrix) };
        let mut head = vec![0x7C, columns.len() as u8];
        for end in [bitmap, bitmap, bitmap, row_bytes] {
            head.extend_from_slice(&(end as u16).to_le_bytes());
        }
        for reference in [index, matrix, 0] {
            head.extend_from_slice(&reference.to_le_bytes());
        }
        for (at, (tag, kind)) in columns.iter().enumerate() {
            head.extend_from_slice(&kind.to_le_bytes());
            head.extend_from_slice(&tag.to_le_bytes());
            head.extend_from_slice(&((8 + 4 * at) as u16).to_le_bytes());
            head.extend_from_slice(&[4, at as u8]);
        }
        let root = heap.piece(&head);
        self.data(&heap.finish(root))
    }

    /// Puts an item with its tables; gives its data and what is inside it.
    pub fn message(&mut self, properties: &[Put], recipients: &[Vec<Put>], attachments: &[Attached]) -> (u64, u64) {
        let (data, mut inside) = self.properties(properties);
        if !recipients.is_empty() {
            let rows: Vec<_> = recipients.iter().enumerate().map(|(at, row)| (at as u32, row.clone())).collect();
            inside.push((0x692, self.table(&rows), 0));
        }
        if !attachments.is_empty() {
            let id = |at: usize| 0x8025 + 32 * at as u32;
            let rows: Vec<_> =
                (0..attachments.len()).map(|at| (id(at), vec![number(0x0E20, 1), number(0x67F2, id(at))])).collect();
            inside.push((0x671, self.table(&rows), 0));
            for (at, attached) in attachments.iter().enumerate() {
                let (mut all, mut nodes) = (attached.properties.clone(), Vec::new());
                if let Some((data, inside)) = attached.item {
                    nodes.push((0x8004, data, inside));
                    let object = [0x8004_u32.to_le_bytes(), 1_u32.to_le_bytes()].concat();
                    all.push(Put { tag: tag::ATTACH_DATA, kind: kind::OBJECT, bytes: object });
                }
                let (data, more) = self.properties(&all);
                nodes.extend(more);
                let nodes = self.inside(&nodes);
                inside.push((id(at), data, nodes));
            }
        }
        inside.sort_by_key(|one| one.0);
        (data, self.inside(&inside))
    }

    pub fn node(&mut self, id: u32, (data, inside): (u64, u64), parent: u32) {
        self.nodes.push((id, data, inside, parent));
    }

    pub fn folder(&mut self, id: u32, parent: u32, name: &str, folders: &[u32], items: &[u32]) {
        let name = if self.variant == Variant::Ansi { text8(0x3001, name) } else { text(0x3001, name) };
        let (data, _) = self.properties(&[name, number(0x3602, items.len() as u32)]);
        self.node(id, (data, 0), parent);
        let rows = |ids: &[u32]| ids.iter().map(|id| (*id, vec![number(0x0E38, 0)])).collect::<Vec<_>>();
        let (hierarchy, contents) = (self.table(&rows(folders)), self.table(&rows(items)));
        self.node((id & !0x1F) | 0x0D, (hierarchy, 0), id);
        self.node((id & !0x1F) | 0x0E, (contents, 0), id);
    }

    fn page(&mut self, kind: u8, entry_bytes: usize, entries: &[Vec<u8>]) -> u64 {
        let (meta, trailer, sum) = match self.variant {
            Variant::Ansi => (496, 500, 508),
            Variant::Unicode => (488, 496, 500),
            Variant::Large => (4056, 4072, 4076),
        };
        let sizes = (meta, trailer, sum);
        let mut level = 0;
        let mut width = entry_bytes;
        let mut entries = entries.to_vec();
        loop {
            let pages: Vec<(Vec<u8>, u64)> = entries
                .chunks(meta / width)
                .map(|some| (some[0][..self.variant.word()].to_vec(), self.one_page(kind, level, width, some, sizes)))
                .collect();
            if let [(_, offset)] = pages.as_slice() {
                return *offset;
            }
            width = 3 * self.variant.word();
            level += 1;
            entries =
                pages.iter().map(|(key, offset)| [key.clone(), self.word(0), self.word(*offset)].concat()).collect();
        }
    }

    fn one_page(
        &mut self,
        kind: u8,
        level: u8,
        entry_bytes: usize,
        entries: &[Vec<u8>],
        (meta, trailer, sum): (usize, usize, usize),
    ) -> u64 {
        let mut page = entries.concat();
        page.resize(self.variant.page_bytes(), 0);
        match self.variant {
            Variant::Large => {
                page[meta..meta + 2].copy_from_slice(&(entries.len() as u16).to_le_bytes());
                page[meta + 2..meta + 4].copy_from_slice(&((meta / entry_bytes) as u16).to_le_bytes());
                page[meta + 4..meta + 6].copy_from_slice(&[entry_bytes as u8, level]);
            }
            _ => page[meta..meta + 4].copy_from_slice(&[
                entries.len() as u8,
                (meta / entry_bytes) as u8,
                entry_bytes as u8,
                level,
            ]),
        }
        page[trailer..trailer + 2].copy_from_slice(&[kind, kind]);
        let crc = checksum(&page[..trailer]);
        page[sum..sum + 4].copy_from_slice(&crc.to_le_bytes());
        let offset = self.file.len() as u64;
        self.file.extend_from_slice(&page);
        offset
    }

    pub fn finish(mut self) -> Vec<u8> {
        self.nodes.sort_unstable();
        let word = self.variant.word();
        let nodes: Vec<Vec<u8>> = self
            .nodes
            .iter()
            .map(|(id, data, inside, parent)| {
                let mut entry = self.word(u64::from(*id));
                entry.extend(self.word(*data));
                entry.extend(self.word(*inside));
                entry.extend_from_slice(&parent.to_le_bytes());
                entry.resize(4 * word, 0);
                entry
            })
            .collect();
        let mut sorted = self.blocks.clone();
        sorted.sort_unstable();
        let blocks: Vec<Vec<u8>> = sorted
            .iter()
            .map(|(id, offset, length)| {
                let mut entry = self.word(*id);
                entry.extend(self.word(*offset));
                entry.extend_from_slice(&length.to_le_bytes());
                entry.extend_from_slice(&1_u16.to_le_bytes());
                entry.resize(if word == 4 { 12 } else { 24 }, 0);
                entry
            })
            .collect();
        let nodes = self.page(0x81, 4 * word, &nodes);
        let blocks = self.page(0x80, if word == 4 { 12 } else { 24 }, &blocks);
        let length = self.file.len() as u64;
        let (end, node_root, block_root, cipher) = if word == 4 { (168, 188, 196, 461) } else { (184, 224, 240, 513) };
        for (at, value) in [(end, length), (node_root, nodes), (block_root, blocks)] {
            let value = self.word(value);
            self.file[at..at + word].copy_from_slice(&value);
        }
        self.file[..4].copy_from_slice(b"!BDN");
        self.file[8..10].copy_from_slice(if self.variant == Variant::Large { b"SO" } else { b"SM" });
        self.file[10] = match self.variant {
            Variant::Ansi => 15,
            Variant::Unicode => 23,
            Variant::Large => 36,
        };
        self.file[cipher] = self.cipher as u8;
        let crc = checksum(&self.file[8..479]);
        self.file[4..8].copy_from_slice(&crc.to_le_bytes());
        if word == 8 {
            // Other readers (libpff reads these stores too) want the second checksum of the header.
            let crc = checksum(&self.file[8..524]);
            self.file[524..528].copy_from_slice(&crc.to_le_bytes());
        }
        self.file
    }
}

/// An attachment as it is put into a store.
pub struct Attached {
    pub properties: Vec<Put>,
    pub item: Option<(u64, u64)>,
}

/// Writes a heap of one page.
struct HeapWriter {
    client: u8,
    index_bits: u32,
    pieces: Vec<Vec<u8>>,
}

impl HeapWriter {
    fn new(client: u8, variant: Variant) -> Self {
        assert!(variant.heap_index_bits() <= 14);
        Self { client, index_bits: variant.heap_index_bits(), pieces: Vec::new() }
    }

    fn piece(&mut self, bytes: &[u8]) -> u32 {
        if bytes.is_empty() {
            return 0;
        }
        self.pieces.push(bytes.to_vec());
        assert!(self.pieces.len() < 1 << self.index_bits);
        (self.pieces.len() as u32) << 5
    }

    fn list(&mut self, key: u8, rest: u8, records: &[u8]) -> u32 {
        let records = self.piece(records);
        let mut head = vec![0xB5, key, rest, 0];
        head.extend_from_slice(&records.to_le_bytes());
        self.piece(&head)
    }

    fn finish(self, root: u32) -> Vec<u8> {
        let mut page = vec![0, 0, 0xEC, self.client];
        page.extend_from_slice(&root.to_le_bytes());
        page.extend_from_slice(&[0; 4]);
        let mut places = Vec::new();
        for piece in &self.pieces {
            places.push(page.len() as u16);
            page.extend_from_slice(piece);
        }
        places.push(page.len() as u16);
        let map = page.len() as u16;
        page[..2].copy_from_slice(&map.to_le_bytes());
        page.extend_from_slice(&(self.pieces.len() as u16).to_le_bytes());
        page.extend_from_slice(&[0; 2]);
        places.iter().for_each(|place| page.extend_from_slice(&place.to_le_bytes()));
        page
    }
}
