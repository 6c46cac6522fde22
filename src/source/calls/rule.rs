//! What single cells say: rules that give a row its kind or its direction, and checks by which a table without headings is
//! recognised.

use crate::model::record::{Direction, RecordKind};
use serde::Deserialize;

/// A rule over one cell.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rule<T> {
    /// The column; several names are tried in order. None at all fits every row.
    #[serde(default)]
    pub column: Vec<String>,
    /// The cell is one of these.
    #[serde(default)]
    pub is: Vec<String>,
    /// The cell begins with one of these.
    #[serde(default)]
    pub begins: Vec<String>,
    /// The cell has one of these in it.
    #[serde(default)]
    pub contains: Vec<String>,
    /// What that means.
    pub means: T,
}

impl<T> Rule<T> {
    /// Whether a cell fits, letters of either case.
    pub fn fits(&self, cell: &str) -> bool {
        let cell = cell.trim().to_lowercase();
        let any = |words: &[String], fits: &dyn Fn(&str) -> bool| words.iter().any(|word| fits(&word.to_lowercase()));
        any(&self.is, &|word| cell == word)
            || any(&self.begins, &|word| cell.starts_with(word))
            || any(&self.contains, &|word| cell.contains(word))
    }

    /// Whether the rule asks nothing.
    pub const fn fits_all(&self) -> bool {
        self.column.is_empty()
    }
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowKind {
    /// A call.
    Call,
    /// A text message, of which a bill has no words.
    Text,
    /// Use of data: counted, not taken in.
    Data,
    /// Something else: counted, not taken in.
    Other,
}

impl RowKind {
    /// The kind of record, where it becomes one.
    pub const fn record(self) -> Option<RecordKind> {
        match self {
            Self::Call => Some(RecordKind::Call),
            Self::Text => Some(RecordKind::Text),
            Self::Data | Self::Other => None,
        }
    }
}

/// Which way a call went, as a profile says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// Received.
    In,
    /// Placed.
    Out,
    /// Came in and was not answered.
    Missed,
    /// Came in and was rejected.
    Rejected,
    /// Came in and was blocked.
    Blocked,
    /// Between two lines of the same system.
    Internal,
    /// Not told.
    Unknown,
}

impl From<Way> for Direction {
    fn from(way: Way) -> Self {
        match way {
            Way::In => Self::In,
            Way::Out => Self::Out,
            Way::Missed => Self::MissedIn,
            Way::Rejected => Self::RejectedIn,
            Way::Blocked => Self::BlockedIn,
            Way::Internal => Self::Internal,
            Way::Unknown => Self::Unknown,
        }
    }
}

/// What a cell must look like where no heading tells.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Check {
    /// The position by its name.
    pub column: String,
    /// A number without a sign.
    #[serde(default)]
    pub whole_number: Option<Wanted>,
    /// A date and time.
    #[serde(default)]
    pub moment: Option<Wanted>,
    /// One of these words.
    #[serde(default)]
    pub one_of: Vec<String>,
}

/// A check that is wished for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wanted {
    /// It must be so.
    Required,
    /// The cell may also be empty.
    OrEmpty,
}
