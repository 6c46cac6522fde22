//! The syntax tree of a query.

use crate::base::id::FamilyId;
use crate::model::classification::RecordStatus;
use crate::model::record::RecordKind;
use chrono::NaiveDate;

/// Where a word stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// Anywhere.
    Any,
    /// The subject.
    Subject,
    /// The body.
    Body,
    /// The text of an attachment.
    Attachment,
    /// The name of an attachment.
    FileName,
    /// Who sent it: names, addresses and numbers.
    From,
    /// Whom it was sent to.
    To,
    /// Who received a copy.
    Cc,
    /// Who received a blind copy.
    Bcc,
}

impl Field {
    /// The fields that words are stored in; `Any` is all of them.
    pub const STORED: [Self; 8] =
        [Self::Subject, Self::Body, Self::Attachment, Self::FileName, Self::From, Self::To, Self::Cc, Self::Bcc];
}

/// One word as it was asked for, folded as [`crate::text::tokens`] folds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// This word.
    Exact(String),
    /// Words of this shape ([`crate::query::fits`]): `*` stands for any letters, `?` for one. Never only stars.
    Wildcard(String),
    /// Words with the same English stem as this word: [`crate::text::stem`] of both is equal.
    Stem(String),
}

/// What an item is, asked for with `is:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// Not every word of it is searchable.
    Unsearchable,
    /// It has no known date.
    Undated,
    /// It has attachments.
    HasAttachment,
    /// It is set aside because it came from a personal device. The program asks for it, never a person.
    SetAside,
}

/// A query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// Every item.
    Everything,
    /// A word in a field.
    Word(Field, Pattern),
    /// Words one after the other in one text of a field: each at the position after the one before.
    Phrase(Field, Vec<Pattern>),
    /// Two groups at most `within` words apart in one text of a field: `w/5`, or in order: `pre/5`. What stands on
    /// one side is never found in the same words as what stands on the other.
    Near {
        /// The field.
        field: Field,
        /// Words between the last word of the earlier and the first word of the later, plus one: neighbours are 1.
        within: u32,
        /// Whether left has to stand before right.
        ordered: bool,
        /// Words, phrases or alternatives of them.
        left: Vec<Vec<Pattern>>,
        /// As `left`.
        right: Vec<Vec<Pattern>>,
    },
    /// A kind of item.
    Kind(RecordKind),
    /// A record status.
    Status(RecordStatus),
    /// A record series key, compared without regard to case.
    Series(String),
    /// A custodian, by a part of the name or the number ([`crate::query::custodian_fits`]).
    Custodian(String),
    /// A person of the directory of people, by any address, number or name: every item in which one of the person's
    /// addresses or numbers takes part. Only a search knows the directory; in memory nothing answers it.
    Person(String),
    /// One family, by its number.
    Family(FamilyId),
    /// A day from, to, or both, the last day included. What has no known day is in no such range.
    Date(Option<NaiveDate>, Option<NaiveDate>),
    /// An attachment of a type ([`crate::query::type_fits`]): `pdf`, `image`, `application/pdf`.
    AttachmentType(String),
    /// What an item is.
    Is(Flag),
    /// All of them.
    And(Vec<Query>),
    /// One of them.
    Or(Vec<Query>),
    /// Not this.
    Not(Box<Query>),
}
