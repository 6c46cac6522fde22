//! What is given to others of an item as a file of its own: the original where it is a file that other programs open,
//! else a *rendition*.
//!
//! The original of an item out of a mailbox store, an archive or a database is this program's own serialisation of what
//! the source holds. It stays the proof; nobody outside could read it. Mail is therefore rendered as an Internet message
//! (RFC 5322), which says so; other kinds are given as pages and text alone.

use super::mail::compose::{Enclosed, Enclosure, Letter};
use super::mail::left_out;
use super::outlook::{Message, canonical, rendition};
use super::{FILE, MESSAGE, part_bytes};
use crate::model::item::{ParsedAttachment, ParsedItem};
use crate::model::provenance::ContainerFormat;
use crate::model::record::RecordKind;

/// The field in which a rendition says what it is.
const MARK: &str = "X-Recordroom-Rendition";
const MARK_WORDS: &str = "written from an item of a mailbox store; the item itself is the original";

/// A file for others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Native {
    /// The ending of its name, as its content asks for; it may be anything a stranger wrote.
    pub ending: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether it was written from the original and is not the original itself.
    pub is_rendition: bool,
}

impl Native {
    fn exact(ending: &str, bytes: &[u8]) -> Self {
        Self { ending: ending.to_owned(), bytes: bytes.to_vec(), is_rendition: false }
    }

    fn mail(bytes: Vec<u8>) -> Self {
        Self { ending: "eml".to_owned(), bytes, is_rendition: true }
    }
}

/// The file of an item whose original is of a stored shape; `None` where it has none.
pub fn of_item(item: &ParsedItem, original: &[u8], shape_word: &str) -> Option<Native> {
    let guarded = std::panic::AssertUnwindSafe(|| of_item_unguarded(item, original, shape_word));
    std::panic::catch_unwind(guarded).unwrap_or(None)
}

/// The file of an attachment: of an item inside an item, its rendition; of anything else its own bytes.
pub fn of_part(attached: &ParsedAttachment, bytes: Vec<u8>) -> Native {
    let rendered = || canonical::read(&bytes).filter(|_| canonical::is_canonical(&bytes)).map(|item| outlook(&item));
    let guarded = std::panic::AssertUnwindSafe(rendered);
    if let Ok(Some(native)) = std::panic::catch_unwind(guarded) {
        return native;
    }
    let ending = match attached.found_type.as_str() {
        // The name of a message is its subject, whose last words are no ending.
        "message/rfc822" => "eml".to_owned(),
        "application/vnd.ms-outlook" => "msg".to_owned(),
        _ => ending_of(&attached.name).to_owned(),
    };
    Native { ending, bytes, is_rendition: false }
}

fn of_item_unguarded(item: &ParsedItem, original: &[u8], shape_word: &str) -> Option<Native> {
    use ContainerFormat::{AppDatabase, AppleMail, Msg, Ost, Pst, Tnef, VCon, Warc};
    if shape_word == MESSAGE {
        return Some(Native::exact("eml", original));
    }
    if shape_word == FILE {
        return Some(Native::exact(ending_of(&item.subject), original));
    }
    match ContainerFormat::parse(shape_word)? {
        Msg => Some(Native::exact("msg", original)),
        Tnef => Some(Native::exact("dat", original)),
        Warc => Some(Native::exact("warc", original)),
        VCon => Some(Native::exact("vcon", original)),
        // A store that could not be opened is kept whole.
        Pst | Ost if !canonical::is_canonical(original) => Some(Native::exact(ending_of(&item.subject), original)),
        AppDatabase if item.kind == RecordKind::File => Some(Native::exact(ending_of(&item.subject), original)),
        _ if item.kind != RecordKind::Email => None,
        Pst | Ost => canonical::read(original).map(|message| outlook(&message)),
        AppleMail => {
            let whole = left_out::whole(original).map(Native::mail);
            Some(whole.unwrap_or_else(|| Native::mail(letter(item, original, shape_word).write())))
        }
        _ => Some(Native::mail(letter(item, original, shape_word).write())),
    }
}

fn outlook(message: &Message) -> Native {
    let mut letter = rendition::letter(message);
    letter.fields.insert(0, (MARK.to_owned(), MARK_WORDS.to_owned()));
    Native::mail(letter.write())
}

/// The letter of an item of any source: what it says, and its files.
fn letter(item: &ParsedItem, original: &[u8], shape_word: &str) -> Letter {
    let bracketed = |id: &String| format!("<{id}>");
    let mut letter = Letter { plain: item.body.clone(), ..Letter::default() };
    letter.add(MARK, MARK_WORDS.to_owned());
    letter.add_parties(&item.parties);
    letter.add("Subject", item.subject.clone());
    letter.add_date(item.sent_at.as_ref().or(item.received_at.as_ref()).map(|time| time.at));
    letter.add("Message-ID", if item.message_id.is_empty() { String::new() } else { bracketed(&item.message_id) });
    letter.add("References", item.references.iter().map(bracketed).collect::<Vec<_>>().join(" "));
    for one in &item.attachments {
        match part_bytes(original, shape_word, one.part) {
            Some(bytes) => letter.enclosed.push(Enclosed {
                name: one.name.clone(),
                media_type: one.found_type.clone(),
                content_id: String::new(),
                content: Enclosure::Bytes(bytes),
            }),
            None => letter.plain.push_str(&format!("\n[The attachment {} has no content in the item.]", one.name)),
        }
    }
    letter
}

/// The ending of a file name; whether it is kept is for the name's maker to say.
fn ending_of(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, ending)| ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_is_that_of_the_stored_shape() {
        let email = ParsedItem::new(RecordKind::Email);
        let mut file = ParsedItem::new(RecordKind::File);
        file.subject = "box.pst".to_owned();
        let cases = [
            (&email, "message", Some(("eml", false))),
            (&email, "msg", Some(("msg", false))),
            (&email, "tnef", Some(("dat", false))),
            (&email, "outlook-mac", Some(("eml", true))),
            (&file, "file", Some(("pst", false))),
            (&file, "pst", Some(("pst", false))),
            (&file, "warc", Some(("warc", false))),
            (&file, "cellebrite", None),
            (&file, "no such shape", None),
        ];
        for (item, shape, expected) in cases {
            let native = of_item(item, b"bytes", shape);
            assert_eq!(native.as_ref().map(|one| (one.ending.as_str(), one.is_rendition)), expected, "{shape}");
            assert!(native.is_none_or(|one| one.is_rendition || one.bytes == b"bytes"), "{shape}");
        }
    }
}
