//! A conversation as it may leave the building: what was said in it, in order, each under its production number.

use super::production::{BatesNumber, PublicText};
use chrono::{DateTime, FixedOffset};

/// A stretch of a conversation, at most a day of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// What it is called: its own name, or who takes part.
    pub name: PublicText,
    /// The program or service, as a word.
    pub platform: PublicText,
    /// Whose copy it is.
    pub custodian: PublicText,
    /// The local day, `YYYY-MM-DD`; empty where no message of it has a date.
    pub day: PublicText,
    /// Everybody who takes part, as written.
    pub people: Vec<PublicText>,
    /// What was said, in order.
    pub said: Vec<Said>,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Its production number.
    pub number: BatesNumber,
    /// When, in the city's zone.
    pub at: Option<DateTime<FixedOffset>>,
    /// Who, by place among the people; `None` where the source does not tell.
    pub author: Option<usize>,
    /// The words that stand for an author who is not told.
    pub author_words: PublicText,
    /// What was said.
    pub body: PublicText,
    /// Whether its source says that it was deleted or taken down.
    pub deleted: bool,
    /// Whether it came in or went out, where that is told.
    pub incoming: Option<bool>,
    /// Files that are given with it.
    pub files: Vec<FileSaid>,
    /// What else its source tells: reactions, edits, receipts ...
    pub told: Vec<(PublicText, PublicText)>,
}

/// A file of a message, by the document that it is in the production.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSaid {
    /// Its production number.
    pub number: BatesNumber,
    /// Its name.
    pub name: PublicText,
    /// The path of its PDF file inside the production.
    pub path: String,
}
