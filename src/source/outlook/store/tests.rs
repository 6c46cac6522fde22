//! Stores that the tests write themselves, read back; and the same stores cut off and damaged.

use super::cipher::Cipher;
use super::layout::{Variant, checksum};
use crate::model::item::{Found, Original, ParsedItem, RawItem, Shape};
use crate::source::outlook::property::kind;
use crate::source::outlook::{Content, canonical, part_of, tag};
use crate::source::{ReadOptions, read};
use std::io::Write as _;

/// A property as it is put into a store.
#[derive(Clone)]
struct Put {
    tag: u16,
    kind: u16,
    bytes: Vec<u8>,
}

fn text(tag: u16, text: &str) -> Put {
    Put { tag, kind: kind::TEXT, bytes: text.encode_utf16().flat_map(u16::to_le_bytes).collect() }
}

fn text8(tag: u16, text: &str) -> Put {
    Put { tag, kind: kind::TEXT8, bytes: text.as_bytes().to_vec() }
}

fn number(tag: u16, number: u32) -> Put {
    Put { tag, kind: kind::INT32, bytes: number.to_le_bytes().to_vec() }
}

fn time(tag: u16, count: u64) -> Put {
    Put { tag, kind: kind::TIME, bytes: count.to_le_bytes().to_vec() }
}

fn binary(tag: u16, bytes: &[u8]) -> Put {
    Put { tag, kind: kind::BINARY, bytes: bytes.to_vec() }
}

/// Writes stores of every layout: header, two trees of one page each, and blocks.
struct Writer {
    variant: Variant,
    cipher: Cipher,
    packed: bool,
    file: Vec<u8>,
    /// Number, place and bytes of each block.
    blocks: Vec<(u64, u64, u16)>,
    /// Number, data, inside and parent of each node.
    nodes: Vec<(u32, u64, u64, u32)>,
}

impl Writer {
    fn new(variant: Variant, cipher: Cipher, packed: bool) -> Self {
        Self { variant, cipher, packed, file: vec![0; 4096], blocks: Vec::new(), nodes: Vec::new() }
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
            self.cipher.encode(&mut bytes, id);
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
            let reference = match super::context::fixed(one.kind) {
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
                let cell = match super::context::fixed(put.kind) {
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
    fn message(&mut self, properties: &[Put], recipients: &[Vec<Put>], attachments: &[Attached]) -> (u64, u64) {
        let (data, mut inside) = self.properties(properties);
        if !recipients.is_empty() {
            let rows: Vec<_> = recipients.iter().enumerate().map(|(at, row)| (at as u32, row.clone())).collect();
            inside.push((0x692, self.table(&rows), 0));
        }
        if !attachments.is_empty() {
            let id = |at: usize| 0x8025 + 32 * at as u32;
            let rows: Vec<_> = (0..attachments.len()).map(|at| (id(at), vec![number(0x0E20, 1)])).collect();
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

    fn node(&mut self, id: u32, (data, inside): (u64, u64), parent: u32) {
        self.nodes.push((id, data, inside, parent));
    }

    fn folder(&mut self, id: u32, parent: u32, name: &str, folders: &[u32], items: &[u32]) {
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
        let most = meta / entry_bytes;
        let leaves: Vec<(Vec<u8>, u64)> = entries
            .chunks(most)
            .map(|some| {
                (
                    some[0][..self.variant.word()].to_vec(),
                    self.one_page(kind, 0, entry_bytes, some, (meta, trailer, sum)),
                )
            })
            .collect();
        if leaves.len() == 1 {
            return leaves[0].1;
        }
        let above: Vec<Vec<u8>> =
            leaves.iter().map(|(key, offset)| [key.clone(), self.word(0), self.word(*offset)].concat()).collect();
        assert!(above.len() * 3 * self.variant.word() <= meta, "two levels are enough");
        self.one_page(kind, 1, 3 * self.variant.word(), &above, (meta, trailer, sum))
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

    fn finish(mut self) -> Vec<u8> {
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
struct Attached {
    properties: Vec<Put>,
    item: Option<(u64, u64)>,
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

/// 16 April 2019, 17:00:40 UTC.
const SENT: u64 = (1_555_434_040 + 11_644_473_600) * 10_000_000;

/// A mailbox: a message with a file and an item inside, a contact, and a note that no folder lists.
fn mailbox(variant: Variant, cipher: Cipher, packed: bool) -> Vec<u8> {
    let mut writer = Writer::new(variant, cipher, packed);
    let wide = variant != Variant::Ansi;
    let put = |tag: u16, words: &str| if wide { text(tag, words) } else { text8(tag, words) };
    writer.folder(0x122, 0x122, "", &[0x8022], &[]);
    writer.folder(0x8022, 0x122, "Inbox", &[], &[0x20_0024, 0x20_0044, 0x20_0064]);
    let inner = writer.message(&[put(0x1A, "IPM.Note"), put(0x37, "inner"), put(0x1000, "The minutes")], &[], &[]);
    let large: Vec<u8> = (0..40_000_u32).flat_map(u32::to_le_bytes).collect();
    let attachments = [
        Attached {
            properties: vec![number(0x3705, 1), put(0x3707, "figures.bin"), binary(0x3701, &large)],
            item: None,
        },
        Attached { properties: vec![number(0x3705, 5), put(0x3001, "inner")], item: Some(inner) },
        Attached { properties: vec![number(0x3705, 4), put(0x370D, r"\\server\plan.doc")], item: None },
    ];
    let recipients = [
        vec![number(0x0C15, 1), put(0x3001, "Ann Lind"), put(0x39FE, "ann@cedarbend.example"), put(0x3003, "/o=CITY")],
        vec![number(0x0C15, 2), put(0x3001, "Bo Berg"), put(0x3003, "/o=CITY/cn=BO"), put(0x3002, "EX")],
    ];
    let message = writer.message(
        &[
            put(0x1A, "IPM.Note"),
            put(0x37, "\u{1}\u{4}RE: Water main"),
            put(0x42, "Clerk"),
            put(0x65, "clerk@cedarbend.example"),
            put(0x1000, "It broke."),
            put(0x1035, "<1@cedarbend.example>"),
            time(0x39, SENT),
            number(0x0E07, 1),
        ],
        &recipients,
        &attachments,
    );
    writer.node(0x20_0024, message, 0x8022);
    let contact =
        writer.message(&[put(0x1A, "IPM.Contact"), put(0x3001, "Di Dahl"), put(0x3A1C, "612-555-0142")], &[], &[]);
    writer.node(0x20_0044, contact, 0x8022);
    let orphan =
        writer.message(&[put(0x1A, "IPM.StickyNote"), put(0x37, "call back"), put(0x1000, "call back")], &[], &[]);
    writer.node(0x20_0084, orphan, 0x8022);
    writer.finish()
}

#[derive(Default)]
struct Holding {
    items: Vec<RawItem>,
    exceptions: Vec<String>,
    declared: Option<u64>,
    remarks: Vec<String>,
}

fn hold(bytes: &[u8]) -> Holding {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mail.pst");
    let mut file = std::fs::File::options().write(true).create_new(true).open(&path).expect("a file");
    file.write_all(bytes).expect("written");
    let options = ReadOptions { zone: chrono_tz::America::Chicago, call_profile: None };
    let mut holding = Holding::default();
    let mut depth = 0;
    let mut sink = |found: Found| {
        match found {
            Found::Open { .. } => depth += 1,
            Found::Close => depth -= 1,
            Found::Declared(count) => holding.declared = Some(count),
            Found::Item(item) => holding.items.push(item),
            Found::Exception(one) => holding.exceptions.push(one.problem.message),
            Found::Remark(problem) => holding.remarks.push(problem.message),
        }
        Ok(())
    };
    read(&path, &options, &mut sink).expect("whatever it holds");
    assert_eq!(depth, 0, "every container is closed");
    holding
}

fn parsed(item: &RawItem) -> &ParsedItem {
    let Shape::Parsed(parsed) = &item.shape else { panic!("it is read when it is found") };
    parsed
}

#[test]
fn a_store_of_every_layout_and_cipher_gives_all_it_holds() {
    let variants = [(Variant::Ansi, false), (Variant::Unicode, false), (Variant::Large, false), (Variant::Large, true)];
    for (variant, packed) in variants {
        for cipher in [Cipher::None, Cipher::Permute, Cipher::Cyclic] {
            let about = format!("{variant:?} {cipher:?} packed {packed}");
            let holding = hold(&mailbox(variant, cipher, packed));
            assert_eq!(holding.declared, Some(3), "{about}");
            assert_eq!(
                holding.exceptions,
                ["the folder lists the item and it is not in the store any more"],
                "{about}"
            );
            assert_eq!(holding.items.len(), 3, "{about}: two that are listed, one that is not");
            let remarks: Vec<&str> = holding.remarks.iter().map(String::as_str).collect();
            assert_eq!(
                remarks,
                ["1 items are in the store and no folder lists them; they were taken in too"],
                "{about}"
            );
            let message = parsed(&holding.items[0]);
            assert_eq!(message.subject, "RE: Water main", "{about}");
            assert_eq!((message.body.as_str(), message.message_id.as_str()), ("It broke.", "1@cedarbend.example"));
            assert_eq!(message.sent_at.as_ref().map(|time| time.at.timestamp()), Some(1_555_434_040));
            let people: Vec<(&str, Option<&str>)> =
                message.parties.iter().map(|one| (one.address.as_str(), one.normal.as_deref())).collect();
            let expected = [
                ("clerk@cedarbend.example", Some("clerk@cedarbend.example")),
                ("ann@cedarbend.example", Some("ann@cedarbend.example")),
                ("/o=CITY/cn=BO", None),
            ];
            assert_eq!(people, expected, "{about}");
            assert_eq!(holding.items[0].copy.folder, "Inbox");
            assert_eq!(holding.items[0].copy.read, Some(true));
            assert_eq!(holding.items[2].copy.envelope, "no folder lists this item");
            let Original::Bytes(original) = &holding.items[0].original else { panic!("it is in memory") };
            let read_back = canonical::read(original).expect("an item");
            assert_eq!(message.attachments.len(), 3, "{about}");
            let figures = part_of(&read_back, 0).expect("the file");
            assert_eq!((figures.len(), message.attachments[0].bytes), (160_000, 160_000), "{about}");
            assert_eq!(canonical::part(original, 0), Some(figures));
            assert!(matches!(&read_back.attachments[1].content, Content::Item(_)), "{about}");
            assert!(message.attachments[1].text.contains("The minutes"), "{about}: its words are found");
            let told: Vec<&str> = message.problems.iter().map(|one| one.message.as_str()).collect();
            assert_eq!(told, [r"attachment part 2: the file is not in the item, it lies at \\server\plan.doc"]);
        }
    }
}

#[test]
fn an_item_is_the_same_in_every_layout() {
    let identities: Vec<Vec<Option<Vec<u8>>>> = [Variant::Ansi, Variant::Unicode, Variant::Large]
        .into_iter()
        .map(|variant| {
            hold(&mailbox(variant, Cipher::Permute, false)).items.into_iter().map(|one| one.identity).collect()
        })
        .collect();
    assert_eq!(identities[0], identities[1], "text in a code page and in UTF-16");
    assert_eq!(identities[1], identities[2]);
    assert_ne!(identities[0][0], identities[0][1]);
}

#[test]
fn a_store_that_is_cut_off_or_damaged_gives_what_is_left_and_never_fails() {
    for (variant, packed) in [(Variant::Ansi, false), (Variant::Unicode, false), (Variant::Large, true)] {
        let whole = mailbox(variant, Cipher::Permute, packed);
        for step in 0..30 {
            hold(&whole[..whole.len() * step / 30]);
        }
        // A small generator with a fixed seed: the same damage in every run.
        let mut seed = 0x2545_F491_4F6C_DD1D_u64;
        let mut next = |most: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            usize::try_from(seed % most as u64).expect("small")
        };
        for _ in 0..100 {
            let mut bytes = whole.clone();
            for _ in 0..1 + next(40) {
                let at = next(bytes.len());
                bytes[at] = u8::try_from(next(256)).expect("a byte");
            }
            let holding = hold(&bytes);
            assert!(holding.items.len() + holding.exceptions.len() <= 16, "nothing is told twice");
        }
    }
}

#[test]
fn damage_to_one_block_costs_what_it_holds_and_is_said() {
    let mut bytes = mailbox(Variant::Unicode, Cipher::None, false);
    let words: Vec<u8> = "It broke.".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let at = bytes.windows(words.len()).position(|window| window == words).expect("it is not hidden");
    bytes[at] = b'X';
    let holding = hold(&bytes);
    assert_eq!(parsed(&holding.items[0]).body, "Xt broke.");
    assert!(
        holding.remarks.iter().any(|one| one.starts_with("1 pages or blocks do not match")),
        "{:?}",
        holding.remarks
    );
}

#[test]
fn a_store_of_an_unknown_version_is_kept_whole() {
    let mut bytes = mailbox(Variant::Unicode, Cipher::None, false);
    bytes[10] = 99;
    let holding = hold(&bytes);
    assert_eq!(holding.items.len(), 1);
    assert_eq!(holding.items[0].original.length(), bytes.len() as u64);
    assert_eq!(
        holding.remarks,
        ["the mailbox file cannot be read and is kept whole: version 99 of the store is not known"]
    );
}
