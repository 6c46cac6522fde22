//! Folders of Outlook Express 5 and 6 (`.dbx`): a tree of message infos, each leading to a chain of segments.
//!
//! Microsoft never documented the format; this follows the description of Arne Schloh (oedbx) and what libdbx does.
//! All numbers are little-endian. A file in which anything is wrong is handed over whole besides, so nothing is lost.

use crate::base::limits;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::Found;
use crate::model::provenance::{ContainerFormat, CopyFacts};
use crate::source::ReadStop;
use crate::source::container::content::Seekable;
use crate::source::container::{Content, Reading};
use crate::source::formats::{ExportFormat, Look};
use std::collections::HashSet;
use std::io::{Read, SeekFrom};

/// The first bytes of a file of messages; that of the list of folders differs in the fifth.
const MARK: &[u8] = b"\xCF\xAD\x12\xFE\xC5\xFD\x74\x6F";
/// Where the header tells how many messages there are, and where their tree begins.
const COUNT_AT: usize = 0xC4;
const TREE_AT: usize = 0xE4;
/// Bytes of the header that are read.
const HEADER_BYTES: usize = 0x100;
/// Bytes of a node of the tree before its entries, and of an entry.
const NODE_HEADER: usize = 0x18;
const NODE_ENTRY: usize = 12;
/// Fields of a message info: its flags, and where its first segment lies.
const FLAGS: u8 = 0x01;
const SEGMENT: u8 = 0x04;
/// Bytes of a segment before the message's.
const SEGMENT_HEADER: usize = 16;

/// Outlook Express.
pub struct OutlookExpress;

impl ExportFormat for OutlookExpress {
    fn of_file(&self, look: &Look<'_>) -> Option<ContainerFormat> {
        look.head.starts_with(MARK).then_some(ContainerFormat::OutlookExpress)
    }

    fn read_file(
        &self,
        _: ContainerFormat,
        name: &str,
        content: &Content,
        reading: &mut Reading<'_>,
    ) -> Result<(), ReadStop> {
        let mut folder = Folder { stream: content.open()?, seen: HashSet::new(), damaged: 0 };
        let header = folder.bytes(0, HEADER_BYTES);
        let (declared, tree) = (number(&header, COUNT_AT), number(&header, TREE_AT));
        reading.tell(Found::Declared(u64::from(declared)))?;
        let mut infos = Vec::new();
        folder.collect(tree, &mut infos);
        let mailbox = name.rsplit_once('.').map_or(name, |(name, _)| name).to_owned();
        let mut found = 0_u32;
        for info in infos {
            let Some((message, flags)) = folder.message(info) else {
                folder.damaged += 1;
                continue;
            };
            found += 1;
            let copy = CopyFacts { folder: mailbox.clone(), ..copy_of(flags) };
            reading.message(format!("message {found}, byte {info}"), Content::Memory(message), copy)?;
        }
        if found != declared || folder.damaged > 0 || header.len() < HEADER_BYTES {
            let sentence = format!(
                "the folder says it has {declared} messages and {found} could be read; the file was kept whole too"
            );
            reading.tell(Found::Remark(Problem::new(ProblemCode::CountDiffers, sentence)))?;
            let media = "application/vnd.ms-outlook-express".to_owned();
            reading.file(
                name.to_owned(),
                content.again()?,
                media,
                CopyFacts { folder: mailbox, ..CopyFacts::default() },
            )?;
        }
        Ok(())
    }
}

struct Folder<'a> {
    stream: Box<dyn Seekable + 'a>,
    /// Places that were met, so that a damaged tree does not go round and round.
    seen: HashSet<u32>,
    damaged: u32,
}

impl Folder<'_> {
    /// Bytes at a place, as far as there are.
    fn bytes(&mut self, at: u32, length: usize) -> Vec<u8> {
        let mut out = Vec::new();
        // A place behind the end has no bytes, which the caller sees.
        let _ = self
            .stream
            .seek(SeekFrom::Start(u64::from(at)))
            .and_then(|_| (&mut self.stream).take(length as u64).read_to_end(&mut out));
        out
    }

    /// The places of all message infos below a node, in the order of the tree.
    fn collect(&mut self, root: u32, infos: &mut Vec<u32>) {
        enum Step {
            Node(u32),
            Info(u32),
        }
        let mut open = vec![Step::Node(root)];
        while let Some(step) = open.pop() {
            let at = match step {
                Step::Info(at) => {
                    infos.push(at);
                    continue;
                }
                Step::Node(0) => continue,
                Step::Node(at) => at,
            };
            let head = self.bytes(at, NODE_HEADER);
            // Every object begins with its own place.
            if number(&head, 0) != at || !self.seen.insert(at) {
                self.damaged += 1;
                continue;
            }
            let count = usize::from(head.get(0x11).copied().unwrap_or(0));
            let entries = self.bytes(at + NODE_HEADER as u32, count * NODE_ENTRY);
            let mut steps = vec![Step::Node(number(&head, 8))];
            for entry in entries.chunks_exact(NODE_ENTRY) {
                steps.push(Step::Info(number(entry, 0)));
                steps.push(Step::Node(number(entry, 4)));
            }
            open.extend(steps.into_iter().rev());
        }
    }

    /// The bytes of a message and its flags, by its info.
    fn message(&mut self, info: u32) -> Option<(Vec<u8>, u32)> {
        let head = self.bytes(info, 12);
        if number(&head, 0) != info || !self.seen.insert(info) {
            return None;
        }
        let length = number(&head, 4) as usize;
        let fields = usize::from(*head.get(10)?) * 4;
        let body = self.bytes(info.checked_add(12)?, length.min(limits::LINE_BYTES));
        let (index, values) = body.split_at_checked(fields)?;
        let (mut flags, mut first) = (0, None);
        for field in index.chunks_exact(4) {
            let told = u32::from_le_bytes([field[1], field[2], field[3], 0]);
            // The highest bit says that the value stands here; else it is the place of it.
            let is_direct = field[0] & 0x80 != 0;
            let value = if is_direct { told } else { number(values, told as usize) };
            match field[0] & 0x7F {
                FLAGS => flags = value,
                SEGMENT => first = Some(value),
                _ => {}
            }
        }
        Some((self.segments(first?)?, flags))
    }

    fn segments(&mut self, first: u32) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let mut at = first;
        let mut met = HashSet::new();
        while at != 0 {
            let head = self.bytes(at, SEGMENT_HEADER);
            if number(&head, 0) != at || !met.insert(at) || out.len() as u64 > limits::ITEM_IN_MEMORY_BYTES {
                return None;
            }
            let length = usize::from(u16::from_le_bytes([*head.get(8)?, *head.get(9)?]));
            let piece = self.bytes(at.checked_add(SEGMENT_HEADER as u32)?, length);
            if piece.len() < length {
                return None;
            }
            out.extend_from_slice(&piece);
            at = number(&head, 12);
        }
        (!out.is_empty()).then_some(out)
    }
}

/// Of the flags only that for read messages is sure (0x80); all of them are kept as written.
fn copy_of(flags: u32) -> CopyFacts {
    CopyFacts { read: Some(flags & 0x80 != 0), envelope: format!("flags {flags:#x}"), ..CopyFacts::default() }
}

fn number(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |four| u32::from_le_bytes(*four))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::item::Stopped;
    use crate::source::{self, ReadOptions};

    const SECOND: &str =
        "From: b@cedarbend.example\r\nSubject: two\r\n\r\nsecond words that stand in another segment\r\n";
    const FIRST: &str = "From: a@cedarbend.example\r\nSubject: one\r\n\r\nfirst words\r\n";

    fn at(file: &mut Vec<u8>, place: usize, bytes: &[u8]) {
        file.resize(file.len().max(place + bytes.len()), 0);
        file[place..place + bytes.len()].copy_from_slice(bytes);
    }

    fn numbers(all: &[u32]) -> Vec<u8> {
        all.iter().flat_map(|one| one.to_le_bytes()).collect()
    }

    /// Two nodes, two messages, the second in two segments; one place stands direct, the other in the values.
    fn sample(declared: u32) -> Vec<u8> {
        let mut file = MARK.to_vec();
        at(&mut file, COUNT_AT, &declared.to_le_bytes());
        at(&mut file, TREE_AT, &0x1000_u32.to_le_bytes());
        at(&mut file, 0x1000, &numbers(&[0x1000, 0, 0x1400, 0, 0x100, 0, 0x2200, 0, 0]));
        at(&mut file, 0x1400, &numbers(&[0x1400, 0, 0, 0x1000, 0x100, 0, 0x2000, 0, 0]));
        at(&mut file, 0x2000, &numbers(&[0x2000, 8, 0x0002_0014, 0x0000_8081, 0x0030_0084]));
        at(&mut file, 0x2200, &numbers(&[0x2200, 8, 0x0001_0014, 0x0000_0004, 0x3200]));
        let segment = |at: u32, text: &str, next: u32| {
            [numbers(&[at, 0x200, text.len() as u32, next]), text.as_bytes().to_vec()].concat()
        };
        at(&mut file, 0x3000, &segment(0x3000, FIRST, 0));
        at(&mut file, 0x3200, &segment(0x3200, &SECOND[..50], 0x3400));
        at(&mut file, 0x3400, &segment(0x3400, &SECOND[50..], 0));
        file
    }

    fn read(bytes: &[u8]) -> Vec<String> {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("Inbox.dbx");
        std::fs::write(&path, bytes).expect("written");
        let options = ReadOptions::of(chrono_tz::America::Chicago);
        let mut told = Vec::new();
        let mut sink = |found: Found| -> Result<(), Stopped> {
            match found {
                Found::Open { format, .. } => told.push(format.word().to_owned()),
                Found::Item(item) => {
                    let parsed = source::parse(&item, &options);
                    told.push(format!("{} {} {:?}", parsed.subject, item.copy.folder, item.copy.read));
                }
                Found::Declared(count) => told.push(format!("declared {count}")),
                Found::Remark(one) => told.push(one.code.word().to_owned()),
                Found::Exception(one) => told.push(format!("!{}", one.problem.code.word())),
                Found::Close => {}
            }
            Ok(())
        };
        source::read(&path, &options, &mut sink).expect("readable");
        told
    }

    #[test]
    fn messages_are_read_in_the_order_of_the_tree() {
        let expected = ["outlook-express", "declared 2", "one Inbox Some(true)", "two Inbox Some(false)"];
        assert_eq!(read(&sample(2)), expected);
        let told = read(&sample(3));
        assert_eq!(told[4..], ["count-differs", "Inbox.dbx Inbox None"], "the file is kept whole too");
    }

    #[test]
    fn damaged_files_end_and_are_kept_whole() {
        let whole = sample(2);
        for end in (8..whole.len()).step_by(61) {
            let told = read(&whole[..end]);
            assert!(told.iter().any(|line| line.starts_with("Inbox.dbx ")) || told.len() == 4, "{end}: {told:?}");
        }
        let mut round = whole.clone();
        at(&mut round, 0x140C + 12, &0x1000_u32.to_le_bytes());
        at(&mut round, 0x1408, &0x1000_u32.to_le_bytes());
        assert!(read(&round).iter().any(|line| line == "count-differs"), "a tree that goes round");
    }
}
