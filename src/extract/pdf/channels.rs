//! Everything a PDF says in any of its channels, drawn or not: for looking for words that must not be in it.
//!
//! A page is read in the order of its content, whatever the colour, the way of drawing, the clipping or the place of the
//! letters; beside that stands every string of every object and stream as it is written, so that no font has to be
//! believed. Files whose words cannot be looked through say so.

use super::content::Reader;
use super::file;
use super::font::name_of;
use super::lexer::{Lexer, Token};
use super::pages;
use super::room::Room;
use crate::extract::charset;
use lopdf::{Dictionary, Document, Object, Stream};

/// What a PDF says.
#[derive(Debug, Default)]
pub struct Channels {
    /// Texts, each with the channel it stands in.
    pub texts: Vec<(&'static str, String)>,
    /// Files and other bytes inside it.
    pub files: Vec<Vec<u8>>,
    /// What no finished page may have: marks of an unfinished redaction, private data of a program, older versions.
    pub marks: Vec<&'static str>,
    /// Whether all of it could be looked through.
    pub is_whole: bool,
}

/// The channel of strings as they are written, which may be numbers of glyphs.
pub const STRINGS: &str = "the strings of a stream";

/// Tokens of one stream that are looked at.
const TOKENS: usize = 4_000_000;

/// Looks into every channel of a PDF; `None` when it cannot be opened.
pub fn channels(bytes: &[u8]) -> Option<Channels> {
    let mut room = Room::new(u64::MAX);
    let document = file::open(bytes, &mut room).ok()?;
    let mut out = Channels { is_whole: true, ..Channels::default() };
    drawn(&document, &mut room, &mut out);
    for object in document.objects.values() {
        object_says(&document, object, &mut out);
        if let Object::Stream(stream) = object {
            stream_says(&document, stream, &mut room, &mut out);
        }
    }
    object_says(&document, &Object::Dictionary(document.trailer.clone()), &mut out);
    // Text appended behind the end of a file leaves the earlier version in it (ISO 32000-1, 7.5.6).
    if bytes.windows(9).filter(|window| *window == b"startxref").count() > 1 {
        out.marks.push("an older version of the file is in it");
    }
    out.marks.sort_unstable();
    out.marks.dedup();
    out.is_whole &= !room.reached && !room.damaged;
    Some(out)
}

/// How many pages a PDF has; `None` when it cannot be opened.
pub fn page_count(bytes: &[u8]) -> Option<usize> {
    let mut room = Room::new(u64::MAX);
    Some(pages::all(&file::open(bytes, &mut room).ok()?).len())
}

fn drawn(document: &Document, room: &mut Room, out: &mut Channels) {
    let mut reader = Reader::new(document);
    for page in pages::all(document) {
        let shown = reader.page(page, room);
        out.is_whole &= shown.is_whole;
        out.texts.push(("the page", shown.text));
    }
    // Forms are read by themselves too: no page may use them, or a note alone.
    for object in document.objects.values() {
        if let Object::Stream(stream) = object
            && name_of(document, &stream.dict, b"Subtype") == "Form"
        {
            out.texts.push(("a form", reader.form(stream, room).text));
        }
    }
}

/// Every string and name of an object, each after its key.
fn object_says(document: &Document, object: &Object, out: &mut Channels) {
    let mut waiting = vec![("", object)];
    let mut said = String::new();
    while let Some((key, object)) = waiting.pop() {
        match object {
            Object::String(bytes, _) => {
                said.push_str(&string(bytes));
                said.push('|');
            }
            Object::Name(name) if !matches!(key, "Type" | "Subtype" | "S" | "Filter") => {
                said.push_str(&String::from_utf8_lossy(name));
                said.push('|');
            }
            Object::Array(all) => waiting.extend(all.iter().rev().map(|one| ("", one))),
            Object::Dictionary(entries) => entry(document, entries, &mut waiting, out),
            Object::Stream(stream) => entry(document, &stream.dict, &mut waiting, out),
            _ => {}
        }
    }
    if !said.is_empty() {
        out.texts.push(("a note, bookmark, property or other text beside the pages", said));
    }
}

fn entry<'a>(
    document: &Document,
    entries: &'a Dictionary,
    waiting: &mut Vec<(&'static str, &'a Object)>,
    out: &mut Channels,
) {
    if name_of(document, entries, b"Subtype") == "Redact" {
        out.marks.push("a redaction is marked in it and was not carried out");
    }
    if entries.has(b"PieceInfo") {
        out.marks.push("private data of another program are in it");
    }
    for (key, value) in entries {
        let key = match key.as_slice() {
            b"Type" => "Type",
            b"Subtype" => "Subtype",
            b"S" => "S",
            b"Filter" => "Filter",
            _ => "",
        };
        waiting.push((key, value));
    }
}

fn stream_says(document: &Document, stream: &Stream, room: &mut Room, out: &mut Channels) {
    let kind = name_of(document, &stream.dict, b"Subtype");
    let is_font = [&b"Length1"[..], b"Length2"].iter().any(|key| stream.dict.has(key))
        || matches!(kind.as_str(), "Type1C" | "CIDFontType0C" | "OpenType");
    let is_packing = matches!(name_of(document, &stream.dict, b"Type").as_str(), "ObjStm" | "XRef");
    if is_packing || is_font {
        return;
    }
    // The dots of a picture are looked at by eye; what else its bytes say is found in those of the whole file.
    if kind == "Image" {
        return;
    }
    let Some(content) = room.unpack(document, stream) else {
        out.is_whole = false;
        return;
    };
    out.texts.push((STRINGS, strings(&content)));
    if content.starts_with(b"%PDF") || content.starts_with(b"PK\x03\x04") || content.contains(&0) {
        out.files.push(content);
    } else {
        out.texts.push(("a stream", charset::decode(&content, None).text));
    }
}

/// The strings of a content stream or character map in their order, with nothing between those of one operator.
fn strings(content: &[u8]) -> String {
    let mut lexer = Lexer::new(content, 0, TOKENS);
    let mut out = String::new();
    while let Some(token) = lexer.token() {
        match token {
            Token::Value(value) => pieces(&value, &mut out),
            // The target of a character map is one character or a word; two of them are not one text.
            Token::Word(b"endbfchar" | b"endbfrange" | b"EMC" | b"ET") => out.push('|'),
            Token::Word(_) => {}
        }
    }
    out
}

fn pieces(value: &Object, out: &mut String) {
    match value {
        Object::String(bytes, _) => out.push_str(&string(bytes)),
        Object::Array(all) => all.iter().for_each(|one| pieces(one, out)),
        Object::Dictionary(entries) => entries.iter().for_each(|(_, one)| {
            out.push('|');
            pieces(one, out);
            out.push('|');
        }),
        _ => {}
    }
}

/// A string as text: UTF-16 and UTF-8 by their marks, two bytes to a letter where every other byte is zero, else one.
fn string(bytes: &[u8]) -> String {
    let wide = |big: bool| {
        let units = bytes.chunks_exact(2).map(|pair| if big { [pair[0], pair[1]] } else { [pair[1], pair[0]] });
        String::from_utf16_lossy(&units.map(u16::from_be_bytes).collect::<Vec<_>>())
    };
    match bytes {
        [0xfe, 0xff, ..] => wide(true),
        [0xff, 0xfe, ..] => wide(false),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ if bytes.len() >= 2 && bytes.len().is_multiple_of(2) && bytes.iter().step_by(2).all(|byte| *byte == 0) => {
            wide(true)
        }
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
        },
    }
}
