//! Readers: the exports a city is given become model values and exceptions.
//!
//! [`read`] walks one file or folder the clerk named and hands every find to a sink, in order. It is cheap:
//! it splits containers and does not look into items. [`parse`] makes a value of one item; it is pure and may
//! run on any core.
//!
//! *Invariant:* nothing a stranger wrote can make this room fail, panic or hold more than a bounded part of a
//! container in memory, and nothing found is dropped in silence: it is an item, an exception or a remark.
//! The format is found in the content, never in a file name alone.

pub mod attached;
pub mod beside;
pub mod bundle;
pub mod container;
pub mod database;
pub mod databases;
pub mod detect;
pub mod formats;
pub mod identity;
pub mod mail;
pub mod native;
pub mod outlook;
pub mod outlook_item;
pub mod outlook_mac;
pub mod rich;
pub mod rows;
pub mod taken;
pub mod wide;

// ---- texts, calls, contacts and phone numbers -------------------------------------------------------------
pub mod android;
pub mod apple;
pub mod calls;
pub mod chats;
pub mod contacts;
pub mod number;
pub mod texts;
pub mod whatsapp_store;
// -----------------------------------------------------------------------------------------------------------

pub use texts::whatsapp::DateOrder;

use crate::base::trouble::plain;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Original, ParsedItem, RawItem, Searchable, Shape, Sink, Stopped};
use crate::model::provenance::ContainerFormat;
use crate::model::record::RecordKind;
use std::io;
use std::path::{Path, PathBuf};

/// What a reader needs to know besides the bytes.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// The city's own time zone, for times that were written without one.
    pub zone: chrono_tz::Tz,
    /// How the columns of a call detail file are named, where the clerk said so.
    pub call_profile: Option<calls::profile::MappingProfile>,
    /// Which number of a date is the day, in chats that do not tell it themselves and where the clerk has asked the owner.
    pub date_order: Option<DateOrder>,
}

impl ReadOptions {
    /// The facts of a city of which only the time zone is known.
    pub const fn of(zone: chrono_tz::Tz) -> Self {
        Self { zone, call_profile: None, date_order: None }
    }
}

/// Why a reader returned before the end of its container.
#[derive(Debug, thiserror::Error)]
pub enum ReadStop {
    /// The receiver asked to stop.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// The bytes could not be had.
    #[error("reading broke off: {0}")]
    Io(#[from] io::Error),
}

/// What the clerk named could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// There is no such file or folder.
    #[error("there is no file or folder {}", .0.display())]
    NotFound(PathBuf),
    /// It is there and cannot be opened.
    #[error("cannot open {}: {}", path.display(), plain(error))]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
    /// The receiver asked to stop.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// Reads one file or folder as one container and tells `sink` everything in it, nested containers included.
///
/// # Errors
/// Only when it cannot be opened at all or the sink asked to stop; what is wrong inside is told to the sink.
pub fn read(path: &Path, options: &ReadOptions, sink: &mut dyn Sink) -> Result<(), SourceError> {
    container::read(path, options, sink)
}

/// What an item says. Pure but for one case: of an original that is a stretch of a file, the head is read.
pub fn parse(item: &RawItem, options: &ReadOptions) -> ParsedItem {
    // The parsers of other hands are guarded: a panic in one costs this item its text, never the batch.
    let guarded = std::panic::AssertUnwindSafe(|| parse_unguarded(item, options));
    std::panic::catch_unwind(guarded).unwrap_or_else(|_| {
        let kind = if item.shape == Shape::Message { RecordKind::Email } else { RecordKind::File };
        let mut parsed = ParsedItem::new(kind);
        parsed.searchable = Searchable::Not;
        parsed.problems.push(Problem::new(ProblemCode::Malformed, "the item could not be read; it is kept whole"));
        parsed
    })
}

/// The decoded bytes of one attachment, addressed as [`crate::model::item::ParsedAttachment::part`] says.
pub fn part_bytes(original: &[u8], shape_word: &str, part: u32) -> Option<Vec<u8>> {
    let guarded = std::panic::AssertUnwindSafe(|| match shape_word {
        MESSAGE => mail::part_bytes(original, part),
        _ if shape_word == ContainerFormat::SmsBackupRestore.word() => {
            texts::sms_backup_restore::part_bytes(&wide::narrowed(original), part)
        }
        _ if shape_word == ContainerFormat::VCard.word() => {
            contacts::vcard::part_bytes(&wide::narrowed(original), part)
        }
        _ => formats::part_bytes(ContainerFormat::parse(shape_word)?, original, part),
    });
    std::panic::catch_unwind(guarded).unwrap_or(None)
}

/// The word under which the shape of an item of a container of this format is stored, for [`part_bytes`].
pub fn shape_word(shape: &Shape, format: ContainerFormat) -> &'static str {
    match shape {
        Shape::Message => MESSAGE,
        // Each format has its own way to count the parts of its items.
        Shape::Parsed(_) => format.word(),
        Shape::File { .. } => FILE,
    }
}

const MESSAGE: &str = "message";
const FILE: &str = "file";

fn parse_unguarded(item: &RawItem, options: &ReadOptions) -> ParsedItem {
    match (&item.shape, &item.original) {
        (Shape::Parsed(parsed), _) => (**parsed).clone(),
        (Shape::Message, Original::Bytes(bytes)) => texts::mailed::told(bytes, mail::parse(bytes, options)),
        (Shape::Message, Original::Stretch { file, offset, .. }) => match container::head_of(file, *offset) {
            Ok(head) => mail::parse_head(&head, options),
            Err(error) => unreadable(RecordKind::Email, &error),
        },
        (Shape::File { media_type }, original) => container::loose_file::parse(&item.place, media_type, original),
    }
}

fn unreadable(kind: RecordKind, error: &io::Error) -> ParsedItem {
    let mut parsed = ParsedItem::new(kind);
    parsed.searchable = Searchable::Not;
    parsed.problems.push(Problem::new(ProblemCode::Unreadable, format!("the file cannot be read again: {error}")));
    parsed
}

#[cfg(test)]
mod tests;
