//! The search language: a parser, a syntax tree, and the same answer for one item in memory.

mod tree;

pub use tree::{Field, Flag, Pattern, Query};

use crate::base::id::{CustodianId, FamilyId};
use crate::model::classification::RecordStatus;
use crate::model::item::Searchable;
use crate::model::record::RecordKind;
use chrono::NaiveDate;

/// A query that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct QueryError {
    /// The character where it goes wrong, counted from 1.
    pub column: usize,
    /// What is wrong, a plain sentence.
    pub message: String,
    /// What to type instead, or empty.
    pub hint: String,
}

/// One family as it is searched: the same value is indexed and matched in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its number, once it has one.
    pub family: Option<FamilyId>,
    /// The kind of the parent.
    pub kind: RecordKind,
    /// Record status as it stands.
    pub status: RecordStatus,
    /// The record series, or empty.
    pub series: String,
    /// Custodians of all copies.
    pub custodians: Vec<(CustodianId, String)>,
    /// The civil day, sent else received.
    pub day: Option<NaiveDate>,
    /// How much of it is searchable.
    pub searchable: Searchable,
    /// Media types found by content, one for each attachment.
    pub attachment_types: Vec<String>,
    /// The texts with their fields; phrases and distances never cross from one to the next.
    pub texts: Vec<(Field, String)>,
}

/// Reads a query.
pub fn parse(text: &str) -> Result<Query, QueryError> {
    if text.trim().is_empty() {
        Ok(Query::Everything)
    } else {
        Ok(Query::Word(Field::Any, Pattern::Exact(text.to_lowercase())))
    }
}

/// Whether a document answers a query.
pub fn matches(query: &Query, document: &Document) -> bool {
    match query {
        Query::Everything => true,
        Query::Word(_, Pattern::Exact(word)) => {
            document.texts.iter().any(|(_, text)| text.to_lowercase().contains(word))
        }
        _ => false,
    }
}
