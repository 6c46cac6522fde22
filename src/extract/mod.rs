//! Text and media type out of attachments and loose files, found by content.
//!
//! *Invariant:* whatever a stranger put into a file, [`text`] returns: it never panics, and depth, size and
//! count of what is unpacked are bounded. What could not be read is said in the result, so that nothing counts
//! as searched that was not.

pub mod archive;
pub mod audio;
pub mod audio_name;
pub mod budget;
pub mod charset;
pub mod cms;
pub mod compressed_rtf;
pub mod header_block;
pub mod helper;
pub mod inside;
pub mod mail;
pub mod mapi;
pub mod marks97;
pub mod media_box;
pub mod mp3;
pub mod notes97;
pub mod objects;
pub mod ocr;
pub mod odf;
pub mod ogg;
pub mod ole;
pub mod ooxml;
pub mod packed;
pub mod pdf;
pub mod photo;
pub mod placed;
pub mod plain;
pub mod property_set;
pub mod raster;
pub mod rtf;
pub mod rtf_html;
pub mod rtf_tokens;
pub mod seven_zip;
pub mod slides97;
pub mod sniff;
pub mod tape;
pub mod word97;
pub mod workbook;
pub mod xml;
pub mod zip_table;

pub use inside::{Piece, add_ways};
pub use sniff::{document_type, media_type};

use crate::base::limits;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::Searchable;
use budget::Budget;
use packed::Packing;
use std::collections::BTreeMap;

/// What was found in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extracted {
    /// The media type found by content.
    pub found_type: String,
    /// The text, empty when there is none.
    pub text: String,
    /// Whether every word of it could be made searchable.
    pub searchable: Searchable,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// What the file itself tells beside its text (duration, camera, author), by name.
    pub facts: BTreeMap<String, String>,
    /// Where in the text the words of files inside it stand, an outer one before those in it.
    pub pieces: Vec<Piece>,
}

impl Extracted {
    /// A file of a type without text.
    pub fn nothing(found_type: impl Into<String>) -> Self {
        Self {
            found_type: found_type.into(),
            text: String::new(),
            searchable: Searchable::Not,
            problems: Vec::new(),
            facts: BTreeMap::new(),
            pieces: Vec::new(),
        }
    }

    /// A file all of whose text was read.
    pub fn all(found_type: impl Into<String>, text: String) -> Self {
        Self {
            found_type: found_type.into(),
            text,
            searchable: Searchable::Fully,
            problems: Vec::new(),
            facts: BTreeMap::new(),
            pieces: Vec::new(),
        }
    }

    /// Adds what is wrong, which makes it searchable at most so far.
    pub fn but(mut self, searchable: Searchable, code: ProblemCode, sentence: impl Into<String>) -> Self {
        self.searchable = self.searchable.max(searchable);
        self.problems.push(Problem::new(code, sentence));
        self
    }
}

/// Adds the facts of an attachment to those of the item it is attached to, each with the name of the attachment.
pub fn add_facts(shown: &str, facts: BTreeMap<String, String>, into: &mut BTreeMap<String, String>) {
    for (name, value) in facts.into_iter().take(limits::ATTACHMENT_FACTS) {
        into.entry(format!("attachment {shown}: {name}")).or_insert(value);
    }
}

/// Media type and text of a file. The name and the claimed type only help where the content is silent.
pub fn text(bytes: &[u8], name: &str, claimed: &str) -> Extracted {
    text_within(bytes, name, claimed, &mut Budget::new())
}

/// As [`text`], within what a family may still use.
pub fn text_within(bytes: &[u8], name: &str, claimed: &str, budget: &mut Budget) -> Extracted {
    let found = sniff::media_type_of(bytes, name);
    if !budget.enter() {
        let sentence = "it lies too deep inside other files and was not looked into";
        return Extracted::nothing(found).but(Searchable::Not, ProblemCode::LimitReached, sentence);
    }
    // Parsers of other hands are guarded: a panic costs this file its text and nothing else.
    let guarded = std::panic::AssertUnwindSafe(|| {
        let mut extracted = dispatch(bytes, &found, name, claimed, budget);
        ocr::add_picture(bytes, &mut extracted);
        extracted
    });
    let result = std::panic::catch_unwind(guarded);
    budget.leave();
    let mut extracted = result.unwrap_or_else(|_| {
        Extracted::nothing(found).but(
            Searchable::Not,
            ProblemCode::Malformed,
            "the file is damaged and could not be read",
        )
    });
    let (text, whole) = budget.take_text(std::mem::take(&mut extracted.text));
    extracted.text = text;
    if !whole {
        let sentence = "the text is longer than what is searchable";
        extracted = extracted.but(Searchable::Partly, ProblemCode::LimitReached, sentence);
    }
    extracted
}

/// RAR has no free program that unpacks all of it.
const RAR: &str = "a RAR archive is not unpacked here, and nothing in it can be found; it is kept whole: unpack it with \
                   another program, and take in what was in it";

fn dispatch(bytes: &[u8], found: &str, name: &str, claimed: &str, budget: &mut Budget) -> Extracted {
    if let Some(packing) = Packing::of(found) {
        return packed::extract(bytes, packing, name, budget);
    }
    match found {
        "application/x-empty" => Extracted::all(found, String::new()),
        "text/html" => plain::html(bytes, claimed),
        "text/xml" | "image/svg+xml" => plain::xml(bytes, found),
        "message/rfc822" => mail::text_of_bytes(bytes, budget),
        "application/rtf" => rtf::extract_within(bytes, budget),
        "application/pdf" => pdf::extract(bytes, budget),
        "application/zip" => archive::extract(bytes, budget),
        "application/x-tar" => tape::extract(bytes, budget),
        "application/x-7z-compressed" => seven_zip::extract(bytes, budget),
        "application/epub+zip" => archive::extract_as(bytes, found, budget),
        "application/pkcs7-signature" | "application/pkcs7-mime" => mail::text_of_signed(bytes, budget),
        "application/pgp-encrypted" | "application/pkcs7-enveloped" => {
            Extracted::nothing(found).but(Searchable::Not, ProblemCode::Encrypted, "the file is encrypted")
        }
        _ if found.starts_with("application/vnd.openxmlformats") || found.starts_with("application/vnd.ms-visio") => {
            ooxml::extract(bytes, found, budget)
        }
        _ if found.starts_with("application/vnd.oasis.opendocument") => odf::extract(bytes, found, budget),
        mapi::text::TNEF => mapi::text::of_tnef(bytes, budget),
        "application/x-ole-storage" if mapi::msg::is_msg(bytes) => mapi::text::of_msg(bytes, budget),
        "application/x-ole-storage" => ole::extract(bytes, budget),
        "application/vnd.rar" => Extracted::nothing(found).but(Searchable::Not, ProblemCode::Unsupported, RAR),
        _ if audio::is_recording(found) => audio::extract(bytes, found, name),
        _ if photo::is_photo(found) => photo::extract(bytes, found),
        _ if found.starts_with("text/") => plain::text(bytes, found, claimed),
        _ => Extracted::nothing(found),
    }
}

#[cfg(test)]
mod legacy_tests;
#[cfg(test)]
mod tests;
