//! Objects of other programs in old office files: a document in a document, wherever its format puts it.

use super::budget::Budget;
use super::mapi::compound::{Compound, EntryKind, TOP};
use super::mapi::copied::{Changed, copied};
use super::{Extracted, archive, charset, inside};
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::Searchable;

/// Objects of one file that are looked into.
const OBJECTS: usize = 1_000;
/// Storages inside each other that are looked through for objects.
const DEPTH: usize = 8;
/// The streams by which a storage is known to be an object with words (\[MS-DOC\] 2.1, \[MS-XLS\] 2.1, \[MS-PPT\] 2.1,
/// \[MS-OLEDS\] 2.3.6 and the names under which newer programs pack theirs).
const KNOWN: [&str; 7] =
    ["WordDocument", "Workbook", "Book", "PowerPoint Document", "\u{1}Ole10Native", "Package", "CONTENTS"];
/// Those of them whose stream is the file itself.
const PACKED: [&str; 3] = ["\u{1}Ole10Native", "Package", "CONTENTS"];
/// An OLE object in a presentation (\[MS-PPT\] 2.10.34 ExOleObjStg).
const OBJECT_RECORD: u16 = 0x1011;

/// Adds the objects that lie in storages: `ObjectPool` of Word, `MBD...` of Excel (\[MS-XLS\] 2.1.7.6).
pub fn add_storages(bytes: &[u8], out: &mut Extracted, budget: &mut Budget) {
    let Some(file) = Compound::open(bytes) else { return };
    let mut found = Vec::new();
    let mut waiting = vec![(TOP, 0)];
    while let Some((storage, depth)) = waiting.pop() {
        for id in file.children(storage) {
            let is_storage = file.entry(id).is_some_and(|entry| entry.kind == EntryKind::Storage);
            if !is_storage || depth >= DEPTH {
                continue;
            }
            // What lies in an object is found when that object is looked into.
            match KNOWN.iter().any(|name| file.find(id, name).is_some()) {
                true => found.push(id),
                false => waiting.push((id, depth + 1)),
            }
        }
    }
    found.sort_unstable();
    let too_many = found.len() > OBJECTS;
    for id in found.into_iter().take(OBJECTS) {
        let name = file.entry(id).map(|entry| entry.name.clone()).unwrap_or_default();
        add_storage(&file, id, &name, out, budget);
    }
    if too_many {
        unread(out, "it has more embedded objects than are looked into");
    }
}

/// Whether a compound file is nothing but a file of another program, packed; newer documents embed such ones.
pub fn is_packed(bytes: &[u8]) -> bool {
    const HEAD: u64 = 4_096;
    Compound::open(bytes).is_some_and(|file| {
        PACKED.iter().any(|name| match file.find(TOP, name) {
            // Other programs have a stream of this name too, which is no file.
            Some(id) if *name == "CONTENTS" => {
                super::media_type(&file.stream(id, HEAD).0, "") != "application/octet-stream"
            }
            found => found.is_some(),
        })
    })
}

/// Adds what is packed in such a file.
pub fn add_packed(bytes: &[u8], out: &mut Extracted, budget: &mut Budget) {
    if let Some(file) = Compound::open(bytes) {
        add_storage(&file, TOP, "object", out, budget);
    }
}

/// Adds one storage: the file packed in it, or the document that it is.
fn add_storage(file: &Compound<'_>, id: usize, name: &str, out: &mut Extracted, budget: &mut Budget) {
    let stream = |name: &str, left: u64| file.find(id, name).map(|stream| file.stream(stream, left).0);
    if let Some(packed) = stream("\u{1}Ole10Native", budget.unpack_left) {
        return add_native(packed.get(4..).unwrap_or_default(), out, budget);
    }
    for package in &PACKED[1..] {
        if let Some(packed) = stream(package, budget.unpack_left) {
            let found = super::text_within(&packed, name, "", budget);
            return inside::add(out, name, found);
        }
    }
    match copied(file, id, Changed { top: None, beside: None, left: &mut budget.unpack_left }) {
        Ok(bytes) => {
            let found = super::text_within(&bytes, name, "", budget);
            inside::add(out, name, found);
        }
        Err(error) => {
            let nothing = Extracted::nothing("application/x-ole-storage");
            inside::add(out, name, nothing.but(Searchable::Not, ProblemCode::Unreadable, error.to_string()));
        }
    }
}

/// Adds a packed file, from behind the length of the whole.
fn add_native(bytes: &[u8], out: &mut Extracted, budget: &mut Budget) {
    match native(bytes) {
        Some((name, content)) => {
            let found = super::text_within(content, &name, "", budget);
            inside::add(out, &name, found);
        }
        None => unread(out, "an object of another program is embedded in it and was not looked into"),
    }
}

/// Name and bytes of a packed file (\[MS-OLEDS\] 2.3.6, with the layout of the packager: flags, name, path, flags,
/// length of a second path and the path, length and bytes).
fn native(bytes: &[u8]) -> Option<(String, &[u8])> {
    let mut rest = bytes.get(2..)?;
    let mut string = || {
        let end = rest.iter().position(|byte| *byte == 0)?;
        let text = charset::decode_code_page(&rest[..end], 1252).text;
        rest = &rest[end + 1..];
        Some(text)
    };
    let name = string()?;
    string()?;
    let path = long(rest, 4)?;
    let rest = rest.get(8usize.checked_add(path)?..)?;
    let length = long(rest, 0)?;
    Some((name, rest.get(4..4usize.checked_add(length)?)?))
}

/// Adds the objects of a presentation, which lie packed among its records.
pub fn add_records(records: &[u8], out: &mut Extracted, budget: &mut Budget) {
    let mut at = 0;
    let mut count = 0;
    while let Some(header) = records.get(at..at + 8) {
        let kind = u16::from_le_bytes([header[2], header[3]]);
        let instance = u16::from_le_bytes([header[0], header[1]]) >> 4;
        let length = long(header, 4).unwrap_or(0);
        let body = at + 8;
        if header[0] & 0x0F == 0x0F {
            at = body;
            continue;
        }
        at = body.saturating_add(length).min(records.len());
        if kind != OBJECT_RECORD {
            continue;
        }
        count += 1;
        if count > OBJECTS {
            return unread(out, "it has more embedded objects than are looked into");
        }
        let stored = &records[body..at];
        let name = format!("object {count}");
        // A packed one begins with its unpacked length.
        let unpacked = match (instance, stored.get(4..)) {
            (1, Some(packed)) => archive::bounded(flate2::read::ZlibDecoder::new(packed), packed.len() as u64, budget),
            _ => Ok(stored.to_vec()),
        };
        add_object(&name, unpacked, out, budget);
    }
}

/// Adds the objects of a rich text: hexadecimal digits of the old format (\[MS-OLEDS\] 2.2.5 EmbeddedObject).
pub fn add_old(objects: Vec<Vec<u8>>, out: &mut Extracted, budget: &mut Budget) {
    for (count, bytes) in (1..).zip(objects) {
        if count > OBJECTS {
            return unread(out, "it has more embedded objects than are looked into");
        }
        match old(&bytes) {
            Some((class, data)) if class == "Package" => add_native(data, out, budget),
            Some((_, data)) => add_object(&format!("object {count}"), Ok(data.to_vec()), out, budget),
            None => unread(out, "an object of another program is embedded in it and was not looked into"),
        }
    }
}

/// The class and the data of an embedded object of the old format; links have none.
fn old(bytes: &[u8]) -> Option<(String, &[u8])> {
    const EMBEDDED: usize = 2;
    if long(bytes, 4)? != EMBEDDED {
        return None;
    }
    let mut at = 8_usize;
    let mut string = || {
        let length = long(bytes, at)?;
        let text = bytes.get(at + 4..(at + 4).checked_add(length)?)?;
        at += 4 + length;
        Some(charset::decode_code_page(text.split(|byte| *byte == 0).next().unwrap_or_default(), 1252).text)
    };
    let class = string()?;
    string()?;
    string()?;
    let length = long(bytes, at)?;
    Some((class, bytes.get(at + 4..(at + 4).checked_add(length)?)?))
}

/// Adds an object, which is a file of any kind; a compound file may be nothing but the wrapping of another.
fn add_object(name: &str, bytes: Result<Vec<u8>, Problem>, out: &mut Extracted, budget: &mut Budget) {
    archive::add_unpacked(name, bytes, out, budget);
}

fn unread(out: &mut Extracted, sentence: &str) {
    out.searchable = out.searchable.max(Searchable::Partly);
    if !out.problems.iter().any(|problem| problem.message == sentence) {
        out.problems.push(Problem::new(ProblemCode::Unsupported, sentence));
    }
}

fn long(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?)).ok()
}
