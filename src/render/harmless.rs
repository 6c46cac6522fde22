//! Objects of a foreign PDF file copied into another one without anything that acts, hides or tells of its past.
//!
//! Nothing is deleted from the old file: a new one is built from what a page needs to be seen, so that what is not
//! named here stays behind (scripts, actions, embedded files, metadata, form fields, structure, earlier revisions).

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};
use std::collections::HashMap;

/// Direct objects inside each other; deeper ones are left out.
const DEPTH: usize = 100;

/// Entries that are never copied, wherever they stand outside of a map of names (ISO 32000-1: 12.6 actions, 7.11 files,
/// 14.3 metadata, 14.5 page-piece, 14.7 structure, 8.10.4 reference XObjects, 8.9.5.4 alternate images, 14.11.7 OPI).
const NOT_COPIED: &[&[u8]] = &[
    b"AA",
    b"OpenAction",
    b"JS",
    b"JavaScript",
    b"Metadata",
    b"PieceInfo",
    b"LastModified",
    b"AF",
    b"EF",
    b"RF",
    b"EmbeddedFiles",
    b"StructParent",
    b"StructParents",
    b"Parent",
    b"Thumb",
    b"Ref",
    b"OPI",
    b"Alternates",
    b"Annots",
    b"AcroForm",
];

/// Types of objects that are never copied.
const NEVER: &[&[u8]] = &[
    b"Catalog",
    b"Pages",
    b"Page",
    b"Annot",
    b"Action",
    b"Filespec",
    b"F",
    b"EmbeddedFile",
    b"StructTreeRoot",
    b"StructElem",
    b"Sig",
    b"Metadata",
    b"XRef",
    b"ObjStm",
    b"Outlines",
];

/// Actions, known by their kind (ISO 32000-1, 12.6.4).
const ACTIONS: &[&[u8]] = &[
    b"JavaScript",
    b"Launch",
    b"URI",
    b"GoToR",
    b"GoToE",
    b"SubmitForm",
    b"ImportData",
    b"ResetForm",
    b"Rendition",
    b"Movie",
    b"Sound",
    b"RichMediaExecute",
];

/// Entries whose value is a map from names chosen by the author to objects: any name is allowed in it.
const NAME_MAPS: &[&[u8]] = &[
    b"ExtGState",
    b"ColorSpace",
    b"Pattern",
    b"Shading",
    b"XObject",
    b"Font",
    b"Properties",
    b"CharProcs",
    b"Colorants",
];

/// Copies objects of one file into another.
pub(super) struct Copier<'a> {
    from: &'a Document,
    known: HashMap<ObjectId, ObjectId>,
    waiting: Vec<(ObjectId, ObjectId, bool)>,
}

impl<'a> Copier<'a> {
    /// A copier from a file.
    pub(super) fn new(from: &'a Document) -> Self {
        Self { from, known: HashMap::new(), waiting: Vec::new() }
    }

    /// A copy of an object and of all it needs.
    pub(super) fn copy(&mut self, object: &Object, to: &mut Document) -> Object {
        let copy = self.value(object, false, 0, to);
        while let Some((old, new, names)) = self.waiting.pop() {
            let value = match self.from.get_object(old) {
                Ok(object) => self.value(object, names, 0, to),
                Err(_) => Object::Null,
            };
            to.objects.insert(new, value);
        }
        copy
    }

    /// A dictionary without what is never copied; `names` says that its keys are the author's own names.
    pub(super) fn dictionary(&mut self, from: &Dictionary, names: bool, depth: usize, to: &mut Document) -> Dictionary {
        let mut copy = Dictionary::new();
        for (key, value) in from.iter() {
            if !names && NOT_COPIED.contains(&key.as_slice()) {
                continue;
            }
            let names_inside = !names && NAME_MAPS.contains(&key.as_slice());
            copy.set(key.clone(), self.value(value, names_inside, depth + 1, to));
        }
        copy
    }

    fn value(&mut self, object: &Object, names: bool, depth: usize, to: &mut Document) -> Object {
        if depth > DEPTH {
            return Object::Null;
        }
        match object {
            Object::Reference(id) => Object::Reference(self.reference(*id, names, to)),
            Object::Array(all) => Object::Array(all.iter().map(|one| self.value(one, names, depth + 1, to)).collect()),
            Object::Dictionary(dictionary) if !names && is_forbidden(dictionary) => Object::Null,
            Object::Dictionary(dictionary) => Object::Dictionary(self.dictionary(dictionary, names, depth, to)),
            Object::Stream(stream) => self.stream(stream, depth, to),
            other => other.clone(),
        }
    }

    fn reference(&mut self, old: ObjectId, names: bool, to: &mut Document) -> ObjectId {
        if let Some(new) = self.known.get(&old) {
            return *new;
        }
        let new = to.new_object_id();
        self.known.insert(old, new);
        self.waiting.push((old, new, names));
        new
    }

    /// A stream with its bytes as they are; one whose bytes are in another file is left out (ISO 32000-1, 7.3.8.2).
    fn stream(&mut self, stream: &Stream, depth: usize, to: &mut Document) -> Object {
        let program = stream.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind == b"PS");
        if program || stream.dict.has(b"F") || is_forbidden(&stream.dict) {
            return Object::Null;
        }
        let mut dictionary = self.dictionary(&stream.dict, false, depth, to);
        dictionary.remove(b"Length");
        Object::Stream(Stream::new(dictionary, stream.content.clone()))
    }
}

/// Whether an object is an action, a file or a part of the old document's frame.
fn is_forbidden(dictionary: &Dictionary) -> bool {
    let name = |key: &[u8]| dictionary.get(key).and_then(Object::as_name).ok();
    name(b"Type").is_some_and(|kind| NEVER.contains(&kind)) || name(b"S").is_some_and(|kind| ACTIONS.contains(&kind))
}

/// Kinds of things that are left out, in the order in which they are told.
const KINDS: [&str; 6] =
    ["scripts", "actions", "embedded files", "digital signatures", "an XFA form", "films, sounds or models"];

/// What a file has that is not copied, in plain words and in a fixed order.
pub(super) fn left_out(document: &Document) -> Vec<&'static str> {
    let mut found = [false; KINDS.len()];
    document.objects.values().for_each(|object| look(object, 0, &mut found));
    KINDS.into_iter().zip(found).filter(|(_, found)| *found).map(|(words, _)| words).collect()
}

/// Notes what is in an object and in the direct objects inside it.
fn look(object: &Object, depth: usize, found: &mut [bool; KINDS.len()]) {
    let dictionary = match object {
        Object::Dictionary(dictionary) => dictionary,
        Object::Stream(stream) => &stream.dict,
        Object::Array(all) if depth < DEPTH => return all.iter().for_each(|one| look(one, depth + 1, found)),
        _ => return,
    };
    let name = |key: &[u8]| dictionary.get(key).and_then(Object::as_name).unwrap_or(b"");
    let kind = name(b"S");
    found[0] |= dictionary.has(b"JS") || dictionary.has(b"JavaScript") || kind == b"JavaScript";
    found[1] |= matches!(kind, b"Launch" | b"SubmitForm" | b"ImportData" | b"GoToR" | b"GoToE");
    found[2] |= dictionary.has(b"EF") || dictionary.has(b"EmbeddedFiles") || name(b"Type") == b"EmbeddedFile";
    found[3] |= name(b"FT") == b"Sig";
    found[4] |= dictionary.has(b"XFA");
    found[5] |= matches!(name(b"Subtype"), b"RichMedia" | b"Movie" | b"Sound" | b"Screen" | b"3D");
    if depth < DEPTH {
        dictionary.iter().for_each(|(_, value)| look(value, depth + 1, found));
    }
}
