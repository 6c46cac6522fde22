//! The search language: a parser, a syntax tree, and the same answer for one item in memory.
//!
//! `manual/query.md` tells the language to the clerk. *Invariant:* nothing typed is silently read as something else;
//! what cannot be meant is an error with its column. [`matches`] is what the index has to answer as well.

mod dates;
mod field;
mod lexer;
mod matcher;
mod parser;
mod spell;
mod terms;
mod tree;
mod types;
mod word;

pub use lexer::{NEAR_WORDS, QUERY_CHARS};
pub use matcher::{View, custodian_fits, fits, matches};
pub use parser::{QUERY_DEPTH, QUERY_TERMS, parse};
pub use spell::field_name;
pub use terms::{persons, terms};
pub use tree::{Field, Flag, Pattern, Query};
pub use types::type_fits;

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

impl QueryError {
    fn new(column: usize, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { column, message: message.into(), hint: hint.into() }
    }
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

#[cfg(test)]
mod tests;
