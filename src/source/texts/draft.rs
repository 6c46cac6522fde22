//! An item under construction: what it says, what makes it the same item elsewhere, and its original.

use super::capsule::Capsule;
use crate::base::digest::Sha256Digest;
use crate::base::limits;
use crate::extract::budget::Budget;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Original, ParsedAttachment, ParsedItem, RawItem, Searchable, Shape, Stopped};
use crate::model::provenance::CopyFacts;
use crate::model::record::{RecordKind, SourceTime, ZoneBasis};
use crate::source::attached;
use crate::source::calls::moments;
use crate::source::container::Reading;
use crate::source::identity::Identity;
use chrono::{DateTime, Datelike, NaiveDateTime, Utc};
use chrono_tz::Tz;
use std::collections::HashMap;

/// Years in which a text of a city can have been: the first SMS was sent in 1992.
const YEARS: std::ops::RangeInclusive<i32> = 1992..=2100;

/// An item under construction.
pub struct Draft {
    /// What it says.
    pub parsed: ParsedItem,
    /// What makes it the same item in another export.
    pub identity: Identity,
    /// Its original.
    pub capsule: Capsule,
    /// What differs from export to export.
    pub copy: CopyFacts,
}

/// A file that an item names, as far as it could be had.
pub enum Attached {
    /// Its bytes.
    Here(Vec<u8>),
    /// It is not there.
    Missing,
    /// It is there and larger than what is kept inside an item; it is taken as a file of its own.
    TooLarge,
}

impl Draft {
    /// An empty item of a maker.
    pub fn new(kind: RecordKind, maker: &str, identity_list: &str) -> Self {
        Self {
            parsed: ParsedItem::new(kind),
            identity: Identity::new(identity_list),
            capsule: Capsule::new(maker),
            copy: CopyFacts::default(),
        }
    }

    /// Puts a fact down where it says something.
    pub fn fact(&mut self, name: &str, value: &str) {
        if !value.trim().is_empty() {
            self.parsed.facts.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Notes a problem of this item.
    pub fn problem(&mut self, code: ProblemCode, sentence: impl Into<String>) {
        self.parsed.problems.push(Problem::new(code, sentence));
    }

    /// Sets when it was sent, or says why nobody knows.
    pub fn sent(&mut self, written: &str, time: Option<SourceTime>) {
        self.parsed.sent_at = time;
        if self.parsed.sent_at.is_none() {
            self.fact("date as written", written);
            let sentence = if written.trim().is_empty() {
                "no date is written".to_owned()
            } else {
                format!("the date cannot be read: {written}")
            };
            self.problem(ProblemCode::DateUnknown, sentence);
        }
    }

    /// Sets the body within what is searchable.
    pub fn body(&mut self, text: String) {
        let (text, whole) = Budget::new().take_text(text);
        self.parsed.body = text;
        if !whole {
            self.parsed.searchable = self.parsed.searchable.max(Searchable::Partly);
            self.problem(ProblemCode::LimitReached, "the text is longer than what is searchable");
        }
    }

    /// Adds a file that the item names.
    pub fn attach(&mut self, name: &str, claimed_type: &str, attached: Attached) {
        let told = |draft: &mut Self, code, sentence: &str| {
            draft.problem(code, format!("attachment {name}: {sentence}"));
        };
        if self.parsed.attachments.len() >= limits::MESSAGE_PARTS {
            told(self, ProblemCode::LimitReached, "the item names more files than are listed");
            return;
        }
        let room = limits::ITEM_IN_MEMORY_BYTES.saturating_sub(self.capsule.length());
        let bytes = match attached {
            Attached::Here(bytes) if bytes.len() as u64 <= room => Some(bytes),
            Attached::Here(_) | Attached::TooLarge => {
                told(self, ProblemCode::TooLargeToParse, "it is larger than what is kept with its message");
                None
            }
            Attached::Missing => {
                told(self, ProblemCode::Missing, "the export names it and does not hold it");
                None
            }
        };
        let listed = attached::listed(name, claimed_type, bytes.as_deref(), u32::MAX);
        let part = bytes.map_or(u32::MAX, |bytes| self.capsule.attach(name, claimed_type, bytes));
        self.parsed.attachments.push(ParsedAttachment { part, ..listed });
    }

    /// Hands the item over.
    ///
    /// # Errors
    /// When the receiver asked to stop.
    pub fn finish(self, place: String, reading: &mut Reading<'_>) -> Result<(), Stopped> {
        let identity = self.identity.clone().into_bytes();
        self.finish_as(identity, place, reading)
    }

    /// Hands the item over under an identity that its reader has settled.
    ///
    /// # Errors
    /// When the receiver asked to stop.
    pub fn finish_as(self, identity: Vec<u8>, place: String, reading: &mut Reading<'_>) -> Result<(), Stopped> {
        let ordinal = reading.ordinal();
        reading.item(RawItem {
            ordinal,
            place,
            original: Original::Bytes(self.capsule.into_bytes()),
            identity: Some(identity),
            shape: Shape::Parsed(Box::new(self.parsed)),
            copy: self.copy,
        })
    }
}

/// Counts equal items of one file: two equal lines are two messages, in one export as in the next.
#[derive(Default)]
pub struct Equals(HashMap<Sha256Digest, u64>);

impl Equals {
    /// Adds to an identity how many equal ones came before.
    pub fn count(&mut self, identity: &mut Identity) {
        let seen = self.0.entry(Sha256Digest::of(&identity.clone().into_bytes())).or_default();
        identity.field("equal before", seen.to_string().as_bytes());
        *seen += 1;
    }
}

/// A time without a zone, read in the city's own.
pub fn local(naive: NaiveDateTime, written: &str, city: Tz) -> Option<SourceTime> {
    told(moments::local(naive, city)?, written, ZoneBasis::AssumedLocal)
}

/// A time with its offset (RFC 3339).
pub fn with_offset(written: &str) -> Option<SourceTime> {
    let time = DateTime::parse_from_rfc3339(written.trim()).ok()?;
    told(time.with_timezone(&Utc), written, ZoneBasis::OffsetInSource)
}

/// A moment as a source time, where a text can have been then.
pub fn told(at: DateTime<Utc>, written: &str, zone: ZoneBasis) -> Option<SourceTime> {
    YEARS.contains(&at.year()).then(|| SourceTime { at, as_written: written.trim().to_owned(), zone })
}
