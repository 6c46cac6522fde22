//! An item on its way in: what a reader hands over, and what parsing makes of it.
//!
//! A reader splits a container into [`RawItem`]s, cheaply and in order. Parsing one into a [`ParsedItem`] is a
//! pure function that runs on any core and never fails: what it cannot read becomes a [`Problem`].

use super::exception::{ItemException, Problem};
use super::provenance::{ContainerFormat, CopyFacts};
use super::record::{CallDuration, Direction, Party, RecordKind, SourceTime};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The exact bytes of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Original {
    /// In memory.
    Bytes(Vec<u8>),
    /// A stretch of a file that is too large to hold; it is sealed as a stream.
    Stretch {
        /// The file.
        file: PathBuf,
        /// Bytes before the stretch.
        offset: u64,
        /// Bytes of the stretch.
        length: u64,
    },
}

impl Original {
    /// How many bytes the original has.
    pub fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Stretch { length, .. } => *length,
        }
    }
}

/// How the original of an item is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// An Internet message (RFC 5322); parsed later, on any core.
    Message,
    /// Already a value: a row or element that its reader had to understand to find.
    Parsed(Box<ParsedItem>),
    /// A file kept whole, of a media type found by content.
    File {
        /// The media type.
        media_type: String,
    },
}

/// One top-level item as a reader found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawItem {
    /// Position among the found items and exceptions of its container, from 0; stable when read again.
    pub ordinal: u64,
    /// The place inside the container for a person ("message 12, byte 40233", "inbox/cur/17...:2,S").
    /// It may tell content (file names), so it is sealed.
    pub place: String,
    /// The bytes, exactly.
    pub original: Original,
    /// What makes this item the same item in another export: a documented stable subset of its bytes.
    /// `None` means the original itself is the identity.
    pub identity: Option<Vec<u8>>,
    /// How to read the original.
    pub shape: Shape,
    /// Facts of this copy, not of the item: flags, folder, labels.
    pub copy: CopyFacts,
}

/// How the name of a fact ends that a person has to look at before it may be made public: it is shown in review, and a
/// production leaves its value out.
pub const POSSIBLY_NOT_PUBLIC: &str = "(possibly not public)";

/// A file inside an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParsedAttachment {
    /// The name as written, or empty.
    pub name: String,
    /// The media type the source claims.
    pub claimed_type: String,
    /// The media type found by content.
    pub found_type: String,
    /// Decoded bytes it has.
    pub bytes: u64,
    /// SHA-256 of the decoded bytes; `None` when it could not be decoded.
    pub sha256: Option<crate::base::digest::Sha256Digest>,
    /// Whether it is shown inside the text (an inline picture) rather than attached.
    pub inline: bool,
    /// Searchable text, empty when there is none.
    pub text: String,
    /// Whether every word of it could be made searchable.
    pub searchable: Searchable,
    /// Position of its part in the parent, counted as the parser of the parent's format counts.
    pub part: u32,
}

/// Where the words of a file inside a file stand in the text of the item or attachment that holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// The attachment whose text it is, by its part; `None` for the body.
    pub part: Option<u32>,
    /// The first byte of its words in that text.
    pub start: usize,
    /// The byte behind its last word.
    pub end: usize,
    /// The names of the files on the way to it, outermost first, without the attachment's own.
    pub names: Vec<String>,
}

/// How much of an item can be found by its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Searchable {
    /// All of it.
    Fully,
    /// Some of it: a limit was reached or a part could not be read.
    Partly,
    /// None of it: a picture, an encrypted file, an unknown format. It is inside every hold that could cover it.
    Not,
}

/// What an item says, as a value. It is sealed under the family key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParsedItem {
    /// What kind of thing it is.
    pub kind: RecordKind,
    /// Subject or title, or empty.
    pub subject: String,
    /// Everybody who took part.
    pub parties: Vec<Party>,
    /// When it was sent, or a call began; `None` where unknown or implausible.
    pub sent_at: Option<SourceTime>,
    /// When it was received (for mail: the newest `Received` line).
    pub received_at: Option<SourceTime>,
    /// Which way it went.
    pub direction: Direction,
    /// How long a call lasted.
    pub duration: Option<CallDuration>,
    /// The readable text of the body.
    pub body: String,
    /// How much of the body is searchable.
    pub searchable: Searchable,
    /// Message-ID without angle brackets, or empty.
    pub message_id: String,
    /// Message-IDs this one answers or refers to, oldest first.
    pub references: Vec<String>,
    /// Header fields that classification and conversations read, lowercase names, as written.
    pub headers: BTreeMap<String, String>,
    /// Everything else the source tells (status codes, charges, sections, opened and delivered times), by name.
    pub facts: BTreeMap<String, String>,
    /// Attachments in order.
    pub attachments: Vec<ParsedAttachment>,
    /// The files inside attachments and bodies, an outer one before those in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ways: Vec<Way>,
    /// What could not be read as it stands.
    pub problems: Vec<Problem>,
}

impl ParsedItem {
    /// An empty item of a kind, to be filled in.
    pub fn new(kind: RecordKind) -> Self {
        Self {
            kind,
            subject: String::new(),
            parties: Vec::new(),
            sent_at: None,
            received_at: None,
            direction: Direction::Unknown,
            duration: None,
            body: String::new(),
            searchable: Searchable::Fully,
            message_id: String::new(),
            references: Vec::new(),
            headers: BTreeMap::new(),
            facts: BTreeMap::new(),
            attachments: Vec::new(),
            ways: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// How much of the whole family is searchable.
    pub fn family_searchable(&self) -> Searchable {
        let mut all: Vec<Searchable> = self.attachments.iter().map(|one| one.searchable).collect();
        all.push(self.searchable);
        if all.iter().all(|one| *one == Searchable::Fully) {
            Searchable::Fully
        } else if all.iter().all(|one| *one == Searchable::Not) {
            Searchable::Not
        } else {
            Searchable::Partly
        }
    }
}

/// What a reader tells, in order. Every opened container is closed.
#[derive(Debug)]
pub enum Found {
    /// A container begins; until it is closed, items belong to it.
    Open {
        /// Name for a person: what the clerk named, or the member name inside the outer container.
        name: String,
        /// Its format.
        format: ContainerFormat,
    },
    /// The container says how many items it has (a count attribute, a count file).
    Declared(u64),
    /// An item.
    Item(RawItem),
    /// Something that should have been an item and could not be read as one.
    Exception(ItemException),
    /// A remark on the container as a whole (a total that differs, a truncated end).
    Remark(Problem),
    /// The innermost open container ends.
    Close,
}

/// The receiver asked the reader to stop (a full disk, the user).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("reading was stopped")]
pub struct Stopped;

/// Takes what a reader finds.
pub trait Sink {
    /// Takes the next find; an error asks the reader to return at once.
    fn found(&mut self, found: Found) -> Result<(), Stopped>;
}

impl<F: FnMut(Found) -> Result<(), Stopped>> Sink for F {
    fn found(&mut self, found: Found) -> Result<(), Stopped> {
        self(found)
    }
}
