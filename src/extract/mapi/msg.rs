//! Messages of Outlook in compound files: `.msg` and `.oft` (MS-OXMSG).

use super::bag::{BINARY, Bag, Guid, MULTIPLE, Name, OBJECT, Property, STRING8, UNICODE};
use super::compound::{Compound, EntryKind, TOP};
use super::copied::{Changed, copied};
use super::object::{Attached, AttachedKind, Object};
use crate::base::limits;
use crate::model::exception::{Problem, ProblemCode};
use std::collections::HashMap;

/// The stream of the properties that have no stream of their own (MS-OXMSG 2.4).
const PROPERTIES: &str = "__properties_version1.0";
/// The storage that tells the names of named properties (MS-OXMSG 2.2.3).
const NAMES: &str = "__nameid_version1.0";
/// Bytes of the properties' stream before the properties: of a message at the top, inside another, of anything else.
const TOP_HEADER: usize = 32;
const INNER_HEADER: usize = 24;
const OTHER_HEADER: usize = 8;
/// Properties of one object that are read.
const PROPERTIES_OF_ONE: usize = 20_000;
/// Recipients that are read.
const RECIPIENTS: usize = 20_000;
/// Bytes that the streams of a file may have for each of its own: chains of a damaged one share sectors.
const GROWTH: u64 = 4;

/// One value of several: its place and its bytes.
type Piece = (u32, Vec<u8>);

/// Whether a compound file holds a message; a message inside an object of it does not count.
pub fn is_msg(bytes: &[u8]) -> bool {
    Compound::open(bytes).is_some_and(|file| holds_message(&file))
}

fn holds_message(file: &Compound<'_>) -> bool {
    file.find(TOP, PROPERTIES).is_some()
}

/// Reads a message with all that hangs on it; `None` when the file is no compound file, or holds no message.
pub fn read(bytes: &[u8]) -> Option<Object> {
    let file = Compound::open(bytes).filter(holds_message)?;
    let names = names(&file);
    let left = (bytes.len() as u64).saturating_mul(GROWTH).max(1 << 20);
    let mut reader = Reader { file, names, left, problems: Vec::new() };
    let mut object = Object { bag: reader.bag(TOP, TOP_HEADER), ..Object::default() };
    object.bag.settle_code_page(None);
    let page = object.bag.code_page;
    for storage in reader.storages("__recip_version1.0_", RECIPIENTS) {
        let bag = Bag { code_page: page, ..reader.bag(storage, OTHER_HEADER) };
        // Storages of recipients who were taken out stay empty.
        if !bag.all.is_empty() {
            object.recipients.push(bag);
        }
    }
    for storage in reader.storages("__attach_version1.0_", limits::MESSAGE_PARTS) {
        let attached = reader.attached(storage, page);
        object.attachments.push(attached);
    }
    object.problems = reader.problems;
    Some(object)
}

struct Reader<'a> {
    file: Compound<'a>,
    names: HashMap<u16, Name>,
    left: u64,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn note(&mut self, code: ProblemCode, sentence: String) {
        if !self.problems.iter().any(|one| one.message == sentence) {
            self.problems.push(Problem::new(code, sentence));
        }
    }

    /// The storages of one kind in the order of their numbers.
    fn storages(&mut self, beginning: &str, most: usize) -> Vec<usize> {
        let number = |id: usize| {
            let entry = self.file.entry(id).filter(|entry| entry.kind == EntryKind::Storage)?;
            let is_one = entry.name.get(..beginning.len()).is_some_and(|name| name.eq_ignore_ascii_case(beginning));
            let number = entry.name.rsplit_once('#').and_then(|(_, number)| u32::from_str_radix(number, 16).ok());
            is_one.then_some((number, id))
        };
        let mut found: Vec<(Option<u32>, usize)> = self.file.children(TOP).into_iter().filter_map(number).collect();
        found.sort_unstable();
        if found.len() > most {
            let sentence = format!("only the first {most} of {} parts of the message are listed", found.len());
            self.note(ProblemCode::LimitReached, sentence);
            found.truncate(most);
        }
        found.into_iter().map(|(_, id)| id).collect()
    }

    /// The properties of one storage.
    fn bag(&mut self, storage: usize, header: usize) -> Bag {
        let mut bag = Bag::default();
        let mut pieces: HashMap<(u16, u16), Vec<Piece>> = HashMap::new();
        for stream in self.file.children(storage).into_iter().take(PROPERTIES_OF_ONE) {
            let entry = self.file.entry(stream).filter(|entry| entry.kind == EntryKind::Stream);
            let Some((id, kind, piece)) = entry.and_then(|entry| tag_of(&entry.name)) else { continue };
            let bytes = self.stream(stream);
            match piece {
                Some(piece) => pieces.entry((id, kind)).or_default().push((piece, bytes)),
                None => bag.all.push(Property::one(id, kind, bytes)),
            }
        }
        for property in bag.all.iter_mut().filter(|one| one.kind & MULTIPLE != 0) {
            let kind = property.kind & !MULTIPLE;
            let whole = std::mem::take(&mut property.values).pop().unwrap_or_default();
            property.values = match (kind, pieces.remove(&(property.id, property.kind))) {
                // The stream without a number tells lengths only (MS-OXMSG 2.1.4.2).
                (UNICODE | STRING8 | BINARY, pieces) => {
                    let mut pieces = pieces.unwrap_or_default();
                    pieces.sort_by_key(|(piece, _)| *piece);
                    pieces.into_iter().map(|(_, bytes)| bytes).collect()
                }
                (kind, _) => whole.chunks(width_of(kind).unwrap_or(8)).map(<[u8]>::to_vec).collect(),
            };
            property.kind = kind;
            property.is_many = true;
        }
        self.fixed(storage, header, &mut bag);
        for property in &mut bag.all {
            property.name = self.names.get(&property.id).cloned();
        }
        bag
    }

    /// Adds the properties whose value stands in the stream of properties (MS-OXMSG 2.4.2).
    fn fixed(&mut self, storage: usize, header: usize, bag: &mut Bag) {
        let Some(stream) = self.file.find(storage, PROPERTIES) else { return };
        let bytes = self.stream(stream);
        for entry in bytes.get(header..).unwrap_or_default().chunks_exact(16).take(PROPERTIES_OF_ONE) {
            let (kind, id) = (u16::from_le_bytes([entry[0], entry[1]]), u16::from_le_bytes([entry[2], entry[3]]));
            if let Some(width) = width_of(kind).filter(|width| *width <= 8)
                && kind & MULTIPLE == 0
            {
                bag.all.push(Property::one(id, kind, entry[8..8 + width].to_vec()));
            }
        }
    }

    fn stream(&mut self, id: usize) -> Vec<u8> {
        let (bytes, is_whole) = self.file.stream(id, self.left);
        self.left -= bytes.len() as u64;
        if self.left == 0 {
            self.note(ProblemCode::LimitReached, "the streams of the message are larger than its file".to_owned());
        } else if !is_whole {
            let sentence = "the file is damaged or cut off; what could be read of the message was";
            self.note(ProblemCode::Truncated, sentence.to_owned());
        }
        bytes
    }

    fn attached(&mut self, storage: usize, page: Option<u32>) -> Attached {
        let mut bag = Bag { code_page: page, ..self.bag(storage, OTHER_HEADER) };
        let method = bag.number(0x3705);
        let inner = self.file.find(storage, "__substg1.0_3701000D");
        let inner = inner.filter(|id| self.file.entry(*id).is_some_and(|entry| entry.kind == EntryKind::Storage));
        if let Some(inner) = inner {
            let (kind, content) = self.inner(inner);
            let subject = if kind == AttachedKind::Message { self.subject(inner, page) } else { String::new() };
            return Attached { bag, content, kind, subject };
        }
        let is_data = |one: &Property| one.id == 0x3701 && matches!(one.kind, BINARY | OBJECT);
        let content = bag.all.iter().find(|one| is_data(one)).and_then(|one| one.values.first().cloned());
        let kind = match (&content, method) {
            // Methods 2 to 4 and 7 refer to a place (MS-OXCMSG 2.2.2.9).
            (None, Some(2..=4 | 7)) => AttachedKind::Elsewhere,
            (None, _) => AttachedKind::Nothing,
            (Some(_), _) => AttachedKind::File,
        };
        bag.all.retain(|one| !is_data(one));
        Attached { bag, content: content.unwrap_or_default(), kind, subject: String::new() }
    }

    /// The subject of a message inside.
    fn subject(&mut self, storage: usize, page: Option<u32>) -> String {
        let mut bag = Bag { code_page: page, ..Bag::default() };
        for (name, kind) in [("__substg1.0_0037001F", UNICODE), ("__substg1.0_0037001E", STRING8)] {
            if let Some(id) = self.file.find(storage, name) {
                let bytes = self.stream(id);
                bag.all.push(Property::one(0x0037, kind, bytes));
            }
        }
        bag.text(0x0037)
    }

    /// A message or another object inside, as a file of its own.
    fn inner(&mut self, storage: usize) -> (AttachedKind, Vec<u8>) {
        let properties = self.file.find(storage, PROPERTIES).map(|id| self.stream(id));
        let kind = if properties.is_some() { AttachedKind::Message } else { AttachedKind::Ole };
        // A message at the top has eight bytes more before its properties, which are reserved (MS-OXMSG 2.4.1.1).
        let top = properties.map(|bytes| {
            let (header, rest) = bytes.split_at(INNER_HEADER.min(bytes.len()));
            (PROPERTIES, [header, &[0; TOP_HEADER - INNER_HEADER], rest].concat())
        });
        let beside = self.file.find(TOP, NAMES).filter(|_| kind == AttachedKind::Message);
        match copied(&self.file, storage, Changed { top, beside, left: &mut self.left }) {
            Ok(bytes) => (kind, bytes),
            Err(error) => {
                self.note(ProblemCode::Malformed, format!("an attachment cannot be read: {error}"));
                (AttachedKind::Nothing, Vec::new())
            }
        }
    }
}

/// Number, type and, of one of several values, its place: `__substg1.0_0037001F`, `__substg1.0_3A58101F-00000002`.
fn tag_of(name: &str) -> Option<(u16, u16, Option<u32>)> {
    const BEGINNING: &str = "__substg1.0_";
    let rest = name.get(BEGINNING.len()..).filter(|_| name[..BEGINNING.len()].eq_ignore_ascii_case(BEGINNING))?;
    let (tag, piece) = rest.split_once('-').map_or((rest, None), |(tag, piece)| (tag, Some(piece)));
    let tag = u32::from_str_radix(tag, 16).ok().filter(|_| tag.len() == 8)?;
    let piece = match piece {
        Some(piece) => Some(u32::from_str_radix(piece, 16).ok()?),
        None => None,
    };
    Some(((tag >> 16) as u16, (tag & 0xFFFF) as u16, piece))
}

/// Bytes of a value of a type that always has as many (MS-OXCDATA 2.11.1).
pub fn width_of(kind: u16) -> Option<usize> {
    Some(match kind & !MULTIPLE {
        0x0002 | 0x000B => 2,
        0x0003 | 0x0004 | 0x000A => 4,
        0x0005 | 0x0006 | 0x0007 | 0x0014 | 0x0040 => 8,
        0x0048 => 16,
        _ => return None,
    })
}

/// The names of the named properties (MS-OXMSG 2.2.3.1).
fn names(file: &Compound<'_>) -> HashMap<u16, Name> {
    const NAMED_MOST: u64 = 4 * 1024 * 1024;
    let storage = file.find(TOP, NAMES);
    let stream = |tag: &str| {
        let id = storage.and_then(|storage| file.find(storage, &format!("__substg1.0_{tag}")));
        id.map(|id| file.stream(id, NAMED_MOST).0).unwrap_or_default()
    };
    let (sets, entries, texts) = (stream("00020102"), stream("00030102"), stream("00040102"));
    let mut names = HashMap::new();
    for entry in entries.chunks_exact(8) {
        let first = u32::from_le_bytes([entry[0], entry[1], entry[2], entry[3]]);
        let (kind, index) = (u16::from_le_bytes([entry[4], entry[5]]), u16::from_le_bytes([entry[6], entry[7]]));
        let Some(set) = set_of(usize::from(kind >> 1), &sets) else { continue };
        let name = if kind & 1 == 0 {
            Name::Number(set, first)
        } else {
            let text = texts.get(first as usize..).and_then(|rest| {
                let length = u32::from_le_bytes(*rest.first_chunk()?) as usize;
                rest.get(4..4_usize.checked_add(length)?)
            });
            match text {
                Some(text) => Name::Text(set, super::bag::wide(text).text),
                None => continue,
            }
        };
        if let Some(id) = index.checked_add(0x8000) {
            names.insert(id, name);
        }
    }
    names
}

/// The set of a number: 1 and 2 are known, from 3 on they stand in a stream.
fn set_of(index: usize, sets: &[u8]) -> Option<Guid> {
    const PS_MAPI: Guid = [0x28, 0x03, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];
    match index {
        0 => None,
        1 => Some(PS_MAPI),
        2 => Some(super::bag::PUBLIC_STRINGS),
        _ => sets.get((index - 3) * 16..)?.first_chunk().copied(),
    }
}
