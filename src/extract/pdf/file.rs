//! A PDF file as its objects, found by walking over the file from its first byte to its last.
//!
//! The table of places at the end of a file is not believed: it is what damaged files lack, and in a hostile one it can
//! name one long object a million times. An object that stands twice is the later one, as updates are appended
//! (ISO 32000-1, 7.5.6). Every byte is looked at a fixed number of times.

use super::lexer::{Lexer, Token, is_white};
use super::room::Room;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};
use std::collections::HashMap;

/// Why nothing could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// It asks for a password.
    #[error("the PDF file is protected by a password")]
    Encrypted,
    /// No catalog is in it.
    #[error("the PDF file is damaged: its list of pages is not in it")]
    NoCatalog,
}

/// All objects of a file.
///
/// # Errors
/// When it asks for a password, or has no catalog.
pub fn open(bytes: &[u8], room: &mut Room) -> Result<Document, PdfError> {
    let mut walk = Walk { bytes, document: Document::new(), places: HashMap::new(), packed: Vec::new(), at: 0 };
    walk.document.trailer = Dictionary::new();
    while walk.step(room) {}
    let Walk { mut document, mut places, packed, .. } = walk;
    if document.trailer.has(b"Encrypt") {
        unlock(&mut document)?;
    }
    for (container, place) in packed {
        for (id, object) in members(&document, container, room) {
            if places.get(&id).is_none_or(|other| *other <= place) {
                places.insert(id, place);
                document.objects.insert(id, object);
            }
        }
    }
    if document.catalog().is_err() {
        let is_catalog = |object: &Object| object.as_dict().is_ok_and(|one| one.has_type(b"Catalog"));
        let found = document.objects.iter().find(|(_, object)| is_catalog(object)).map(|(id, _)| *id);
        document.trailer.set("Root", found.ok_or(PdfError::NoCatalog)?);
    }
    Ok(document)
}

struct Walk<'a> {
    bytes: &'a [u8],
    document: Document,
    /// Where each object stands, by its last byte.
    places: HashMap<ObjectId, usize>,
    /// Object streams in the order of the file, and where they stand. What is in them is only known once the whole
    /// file was read, because the word that it is locked stands at its end.
    packed: Vec<(ObjectId, usize)>,
    at: usize,
}

impl Walk<'_> {
    /// Goes on to the next object or trailer; false at the end.
    fn step(&mut self, room: &mut Room) -> bool {
        let rest = &self.bytes[self.at..];
        let Some(skip) = rest.iter().position(|byte| matches!(byte, b'o' | b't')) else { return false };
        let found = self.at + skip;
        let rest = &self.bytes[found..];
        if rest.starts_with(b"obj") {
            self.at = found + 3;
            if let Some(id) = id_before(self.bytes, found) {
                return self.object(id, room);
            }
        } else if rest.starts_with(b"trailer") {
            let mut lexer = Lexer::new(self.bytes, found + 7, room.objects_left);
            if let Some(Token::Value(Object::Dictionary(trailer))) = lexer.token() {
                self.believe(&trailer);
            }
            self.at = lexer.at;
            return self.used(&lexer, room);
        } else {
            self.at = found + 1;
        }
        true
    }

    fn used(&mut self, lexer: &Lexer<'_>, room: &mut Room) -> bool {
        room.objects_left = lexer.objects_left;
        room.reached |= lexer.objects_left == 0;
        lexer.objects_left > 0
    }

    /// Reads the object that begins behind its mark.
    fn object(&mut self, id: ObjectId, room: &mut Room) -> bool {
        let mut lexer = Lexer::new(self.bytes, self.at, room.objects_left);
        let (values, word) = lexer.values();
        // A word that begins the next object must be met again.
        self.at = if matches!(word, b"obj" | b"trailer") { lexer.at - word.len() } else { lexer.at };
        if !self.used(&lexer, room) {
            return false;
        }
        let Some(value) = values.into_iter().next() else { return true };
        let (Object::Dictionary(dictionary), b"stream") = (&value, word) else {
            self.places.insert(id, self.at);
            self.document.objects.insert(id, value);
            return true;
        };
        let dictionary = dictionary.clone();
        let (content, more) = self.content(&dictionary);
        // The table of places is a stream in newer files; its dictionary is the trailer (ISO 32000-1, 7.5.8).
        if dictionary.has_type(b"XRef") {
            self.believe(&dictionary);
            return more;
        }
        let mut stream = Stream { dict: dictionary, content, allows_compression: false, start_position: None };
        if stream.dict.has_type(b"ObjStm") {
            // Under another name, so that unlocking does not unpack it without a limit.
            stream.dict.set("Type", "PackedObjects");
            self.packed.push((id, self.at));
        }
        self.places.insert(id, self.at);
        self.document.objects.insert(id, Object::Stream(stream));
        more
    }

    /// The bytes of a stream, by its length where that fits, else up to its end mark.
    fn content(&mut self, dictionary: &Dictionary) -> (Vec<u8>, bool) {
        let mut start = self.at;
        start += usize::from(self.bytes.get(start) == Some(&b'\r'));
        start += usize::from(self.bytes.get(start) == Some(&b'\n'));
        let length = dictionary.get_deref(b"Length", &self.document).and_then(Object::as_i64).ok();
        let end = length.and_then(|length| start.checked_add(usize::try_from(length).ok()?));
        if let Some(end) = end.filter(|end| *end <= self.bytes.len()) {
            let white = self.bytes[end..].iter().take(4).take_while(|byte| is_white(**byte)).count();
            if self.bytes[end + white..].starts_with(b"endstream") {
                self.at = end + white + b"endstream".len();
                return (self.bytes[start..end].to_vec(), true);
            }
        }
        let rest = &self.bytes[start..];
        let Some(length) = position(rest, b"endstream") else {
            self.at = self.bytes.len();
            return (rest.to_vec(), false);
        };
        let content = &rest[..length];
        // A stream that was cut off has no end of its own, and must not swallow the objects that follow.
        if let Some(next) = next_object(content) {
            self.at = start + next;
            return (content[..next].to_vec(), true);
        }
        self.at = start + length + b"endstream".len();
        let content = content.strip_suffix(b"\n").unwrap_or(content);
        (content.strip_suffix(b"\r").unwrap_or(content).to_vec(), true)
    }

    fn believe(&mut self, trailer: &Dictionary) {
        for key in [&b"Root"[..], b"Info", b"Encrypt", b"ID"] {
            if let Ok(value) = trailer.get(key) {
                self.document.trailer.set(key, value.clone());
            }
        }
    }
}

/// The number and generation before the mark of an object.
fn id_before(bytes: &[u8], mark: usize) -> Option<ObjectId> {
    let mut at = mark;
    let mut number = || {
        let start = at;
        while at > 0 && is_white(bytes[at - 1]) {
            at -= 1;
        }
        let (end, white) = (at, start - at);
        while at > 0 && end - at < 10 && bytes[at - 1].is_ascii_digit() {
            at -= 1;
        }
        let digits = std::str::from_utf8(&bytes[at..end]).ok().filter(|digits| !digits.is_empty())?;
        Some((digits.parse::<u32>().ok()?, white))
    };
    let (generation, _) = number()?;
    let (id, _) = number().filter(|(_, white)| *white > 0)?;
    Some((id, u16::try_from(generation).ok()?))
}

/// The objects in an object stream (ISO 32000-1, 7.5.7), each read once and none over another.
fn members(document: &Document, id: ObjectId, room: &mut Room) -> Vec<(ObjectId, Object)> {
    let Some(Object::Stream(stream)) = document.objects.get(&id) else { return Vec::new() };
    let first = stream.dict.get_deref(b"First", document).and_then(Object::as_i64).ok();
    let Some(first) = first.and_then(|first| usize::try_from(first).ok()) else { return Vec::new() };
    let Some(content) = room.unpack(document, stream) else { return Vec::new() };
    let (numbers, _) = Lexer::new(&content[..first.min(content.len())], 0, room.objects_left).values();
    room.objects_left = room.objects_left.saturating_sub(numbers.len());
    let mut places: Vec<(usize, u32)> = Vec::new();
    for pair in numbers.chunks_exact(2) {
        let (Object::Integer(number), Object::Integer(offset)) = (&pair[0], &pair[1]) else { continue };
        if let (Ok(number), Ok(offset)) = (u32::try_from(*number), usize::try_from(*offset)) {
            places.push((first.saturating_add(offset), number));
        }
    }
    places.sort_unstable();
    let mut out = Vec::new();
    let mut free = first;
    for (start, number) in places {
        if start < free {
            room.damaged = true;
            continue;
        }
        let mut lexer = Lexer::new(&content, start, room.objects_left);
        if let Some(Token::Value(value)) = lexer.token() {
            out.push(((number, 0), value));
        }
        free = lexer.at;
        room.objects_left = lexer.objects_left;
    }
    room.reached |= room.objects_left == 0;
    out
}

/// Opens what the empty password opens: such a file is only marked as not to be changed (ISO 32000-1, 7.6.3.1).
fn unlock(document: &mut Document) -> Result<(), PdfError> {
    // The library wants the dictionary to be an object of its own.
    if let Ok(Object::Dictionary(direct)) = document.trailer.get(b"Encrypt") {
        let direct = direct.clone();
        let free = document.objects.keys().next_back().map_or(1, |(number, _)| number.saturating_add(1));
        document.objects.insert((free, 0), Object::Dictionary(direct));
        document.trailer.set("Encrypt", (free, 0));
    }
    // One object that cannot be unlocked does not matter to the others.
    let _ = document.decrypt("");
    if document.encryption_state.is_none() { Err(PdfError::Encrypted) } else { Ok(()) }
}

/// Where an object begins on a line of its own.
fn next_object(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = bytes.get(from..).and_then(|rest| position(rest, b" obj")) {
        let mark = from + at + 1;
        let near = mark.saturating_sub(20);
        let line = bytes[near..mark].iter().rposition(|byte| matches!(byte, b'\r' | b'\n')).map(|line| near + line);
        if let Some(line) = line
            && bytes[line + 1..mark].iter().all(|byte| byte.is_ascii_digit() || *byte == b' ')
            && id_before(bytes, mark).is_some()
        {
            return Some(line + 1);
        }
        from = mark;
    }
    None
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == wanted[0])?;
        if bytes[at..].starts_with(wanted) {
            return Some(at);
        }
        at += 1;
    }
}
