//! What is written beside the pages of a PDF: notes, fields, links, bookmarks, forms of other languages, files.

use super::content::Reader;
use super::font::name_of;
use super::room::Room;
use crate::extract::budget::Budget;
use crate::extract::xml::{self, Node};
use crate::extract::{Extracted, charset, inside};
use crate::model::exception::ProblemCode;
use crate::model::item::Searchable;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};
use std::collections::BTreeSet;

/// Bytes of what is written beside the pages.
const TEXT_BYTES: usize = crate::base::limits::SEARCHABLE_CHARS * 4;
/// Files in one PDF that are looked into.
const FILES: usize = 1_000;

/// Words by their heading, in the order in which they are told.
#[derive(Default)]
struct Beside {
    notes: String,
    fields: String,
    links: String,
    bookmarks: String,
    form: String,
}

/// Adds notes, fields, links, bookmarks and XFA forms under their headings.
pub fn add<'a>(document: &'a Document, reader: &mut Reader<'a>, room: &mut Room, out: &mut Extracted) {
    let mut beside = Beside::default();
    let mut seen = BTreeSet::new();
    every_dictionary(document, &mut |entries| {
        if entries.has(b"FT") || name_of(document, entries, b"Subtype") == "Widget" {
            field(document, entries, &mut beside.fields);
        } else if entries.has(b"Rect") && entries.has(b"Subtype") {
            note(document, entries, reader, room, &mut beside.notes);
        }
        if name_of(document, entries, b"S") == "URI" {
            line(&mut beside.links, &[text(document, entries, b"URI")]);
        }
        if entries.has(b"Title") && entries.has(b"Parent") && !entries.has(b"Type") {
            line(&mut beside.bookmarks, &[text(document, entries, b"Title")]);
        }
        if let Ok(form) = entries.get(b"XFA") {
            xfa(document, form, room, &mut seen, &mut beside.form);
        }
    });
    for (heading, words) in [
        ("[notes]", beside.notes),
        ("[form fields]", beside.fields),
        ("[form data]", beside.form),
        ("[links]", beside.links),
        ("[bookmarks]", beside.bookmarks),
    ] {
        if !words.is_empty() {
            out.text.push_str(heading);
            out.text.push('\n');
            out.text.push_str(&words);
        }
    }
}

/// Visits every dictionary of a file once; the objects are trees, their references are not followed.
fn every_dictionary<'a>(document: &'a Document, visit: &mut dyn FnMut(&'a Dictionary)) {
    let mut waiting: Vec<&'a Object> = Vec::new();
    for object in document.objects.values() {
        waiting.push(object);
        while let Some(object) = waiting.pop() {
            let entries = match object {
                Object::Array(values) => {
                    waiting.extend(values);
                    continue;
                }
                Object::Dictionary(entries) => entries,
                Object::Stream(stream) => &stream.dict,
                _ => continue,
            };
            visit(entries);
            let inner = entries.iter().map(|(_, value)| value);
            waiting.extend(inner.filter(|value| matches!(value, Object::Array(_) | Object::Dictionary(_))));
        }
    }
}

/// Strings of text, names and bytes alike, as words.
fn text(document: &Document, entries: &Dictionary, key: &[u8]) -> String {
    entries.get_deref(key, document).map(words).unwrap_or_default()
}

fn words(object: &Object) -> String {
    match object {
        Object::Name(name) => String::from_utf8_lossy(name).into_owned(),
        Object::Array(values) => values.iter().map(words).filter(|one| !one.is_empty()).collect::<Vec<_>>().join(", "),
        other => match lopdf::decode_text_string(other) {
            Ok(text) => text.replace('\r', "\n").trim().to_owned(),
            Err(_) => other.as_str().map(|bytes| charset::decode(bytes, None).text).unwrap_or_default(),
        },
    }
}

/// A line of what is not empty; the last part is what the line is there for.
fn line(out: &mut String, parts: &[String]) {
    if out.len() < TEXT_BYTES && parts.last().is_some_and(|last| !last.trim().is_empty()) {
        let parts: Vec<&str> = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
        out.push_str(&parts.join(": "));
        out.push('\n');
    }
}

/// A note on a page (ISO 32000-1, 12.5.6.2): who wrote it and what it says.
fn note<'a>(
    document: &'a Document,
    entries: &'a Dictionary,
    reader: &mut Reader<'a>,
    room: &mut Room,
    out: &mut String,
) {
    let mut said = text(document, entries, b"Contents");
    let kind = name_of(document, entries, b"Subtype");
    if said.is_empty() && matches!(kind.as_str(), "Stamp" | "FreeText") {
        let looks = entries.get_deref(b"AP", document).and_then(Object::as_dict);
        if let Ok(Object::Stream(form)) = looks.and_then(|looks| looks.get_deref(b"N", document)) {
            said = reader.form(form, room).text;
        }
    }
    line(out, &[text(document, entries, b"T"), said]);
}

/// A field of a form (ISO 32000-1, 12.7.3): its name and what is filled in.
fn field(document: &Document, entries: &Dictionary, out: &mut String) {
    let filled = text(document, entries, b"V");
    if filled != "Off" {
        line(out, &[text(document, entries, b"T"), filled]);
    }
}

/// The words of a form of the XFA kind (ISO 32000-1, 12.7.8): one stream, or names and streams in turn.
fn xfa(document: &Document, form: &Object, room: &mut Room, seen: &mut BTreeSet<ObjectId>, out: &mut String) {
    let whole = [form.clone()];
    let parts: &[Object] = match document.dereference(form) {
        Ok((_, Object::Array(parts))) => parts,
        _ => &whole,
    };
    for part in parts {
        let Ok(id) = part.as_reference() else { continue };
        if let Ok(Object::Stream(stream)) = document.get_object(id)
            && seen.insert(id)
            && let Some(bytes) = room.unpack(document, stream)
        {
            let source = charset::decode(&bytes, None).text;
            xml::walk(&source, &mut |node| {
                if let Node::Text(piece) = node {
                    line(out, &[piece.to_owned()]);
                }
            });
        }
    }
}

/// Looks into the files in a PDF (ISO 32000-1, 7.11.4), each once.
pub fn add_files(document: &Document, room: &mut Room, mut out: Extracted, budget: &mut Budget) -> Extracted {
    let mut files: Vec<(String, &Stream)> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut is_broken = false;
    every_dictionary(document, &mut |entries| {
        let Ok(Object::Dictionary(packed)) = entries.get_deref(b"EF", document) else { return };
        let names = [&b"UF"[..], b"F", b"Unix", b"DOS", b"Mac", b"Desc"];
        let name = names.iter().map(|key| text(document, entries, key)).find(|name| !name.is_empty());
        for key in [&b"UF"[..], b"F", b"Unix", b"DOS", b"Mac"] {
            let Ok(id) = packed.get(key).and_then(Object::as_reference) else { continue };
            match document.get_object(id) {
                Ok(Object::Stream(stream)) if seen.insert(id) => {
                    files.push((name.clone().unwrap_or_default(), stream));
                }
                Ok(Object::Stream(_)) => {}
                _ => is_broken = true,
            }
        }
    });
    if is_broken {
        out = out.but(Searchable::Partly, ProblemCode::Missing, "a file that should be in it is not there");
    }
    let count = files.len();
    for (name, stream) in files.into_iter().take(FILES) {
        let before = room.unpacked();
        let unpacked = room.unpack(document, stream);
        budget.unpack_left = budget.unpack_left.saturating_sub(room.unpacked() - before);
        out.text.push_str("[embedded]\n");
        let found = match unpacked {
            Some(bytes) => crate::extract::text_within(&bytes, &name, "", budget),
            None => Extracted::nothing("application/octet-stream").but(
                Searchable::Not,
                ProblemCode::Unreadable,
                "the file cannot be unpacked, or is too large",
            ),
        };
        inside::add(&mut out, &name, found);
    }
    if count > FILES {
        let sentence = format!("only the first {FILES} of {count} files in it were looked into");
        out = out.but(Searchable::Partly, ProblemCode::LimitReached, sentence);
    }
    out
}
