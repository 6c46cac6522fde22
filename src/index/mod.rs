//! The words of every item, found again: splits of whole months, searched with the query language.
//!
//! The answer of [`Index::search`] is the answer of `query::matches` for every item, whatever the index looks like
//! on the disk; dropping it and following the catalogue again gives the same answers (I5).
//!
//! # On the disk
//! ```text
//! index/CACHEDIR.TAG     never backed up: everything here can be made again
//! index/splits           JSON: format, generation, the last event followed, families still unread, and the splits:
//!                        first and last month, and for each directory its name, items by month, newest moment
//! index/s17/             one directory (a *part*): one tantivy segment, written once and never changed
//! ```
//! A split is a run of whole months and has one or a few parts. Adding writes new parts. A split of twice
//! `limits::SPLIT_ITEMS` divides at a month boundary, small neighbours join, small parts are written together.
//! Removing rewrites the parts that have the families, and no others, so that no word of theirs is left (I13).
//! Every change is the same three steps: new directories are written and made durable; the `splits` file is replaced;
//! directories that are no longer named are overwritten and removed. A crash leaves the old answers or the new ones,
//! and perhaps directories without a name, which the next change clears.
//!
//! A search holds a shared lock on the `meta.json` of each part it reads, and the eraser waits for it, so that nobody
//! reads a half-erased part; a search that comes between the swap and the erasing begins again with the new file.
//!
//! # In a part
//! One document for each family. Fields: `subject`, `body`, `attachment`, `file`, `from`, `to`, `cc`, `bcc` (words
//! with positions, cut by `text::each_token`; two texts of a field are 10,000 positions apart); `facts` (keywords
//! `kind:`, `searchable:`, `type:`); numbers `family`, `month`, `sent` (seconds UTC), `day` (civil, days of the common
//! era). No text is stored. What changes after an item was indexed (status, series, custodians) is not here: a
//! [`Standing`] answers it from the catalog while searching.
//!
//! Reading order: `shape`, `splits`, `part`, `answer`, `arrange`.

mod answer;
mod arrange;
mod bits;
mod change;
mod check;
mod error;
mod part;
mod places;
mod search;
mod shape;
mod shelf;
mod snapshot;
mod splits;
mod terms;
#[cfg(test)]
mod tests;
mod words;

pub use answer::Standing;
pub use error::IndexError;
pub use part::{PartWriter, WrittenPart};
pub use search::Found;
pub use terms::TermCount;

use crate::base::id::{EventId, FamilyId};
use crate::base::limits;
use crate::query::Document;
use snapshot::Snapshot;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::AtomicU64;

/// The index of one repository. It reads the state it finds when it is first asked, and sees its own changes.
/// Only who holds the work lock may change it.
#[derive(Debug)]
pub struct Index {
    directory: PathBuf,
    split_items: usize,
    /// The number of the next directory, once a change has begun.
    next: AtomicU64,
    snapshot: OnceLock<Snapshot>,
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

impl Index {
    /// The index in a directory. Nothing is read yet, and an index that is not there yet is an empty one.
    pub fn open(directory: &Path) -> Result<Self, IndexError> {
        Ok(Self::with_split_items(directory, limits::SPLIT_ITEMS))
    }

    /// The same with splits of another size.
    pub fn with_split_items(directory: &Path, split_items: usize) -> Self {
        assert!(split_items > 0, "a split has a size");
        Self { directory: directory.to_owned(), split_items, next: AtomicU64::new(0), snapshot: OnceLock::new() }
    }

    /// Opens the parts before the first question, for a caller that has something else to do meanwhile. What is wrong with
    /// them is told by the first question.
    pub fn prepare(&self) {
        let _ = self.snapshot();
    }

    /// The last event of the catalogue whose families are all in; 0 when nothing was indexed yet, or it was lost.
    pub fn through(&self) -> Result<EventId, IndexError> {
        Ok(self.snapshot()?.splits.through())
    }

    /// Families that could not be read back when their turn came: they cannot be found, and are tried again.
    pub fn unread(&self) -> Result<Vec<FamilyId>, IndexError> {
        Ok(self.snapshot()?.splits.unread.clone())
    }

    /// How many families are in.
    pub fn families_in(&self) -> Result<u64, IndexError> {
        Ok(self.snapshot()?.splits.splits.iter().map(splits::Split::families).sum())
    }

    fn snapshot(&self) -> Result<&Snapshot, IndexError> {
        if let Some(snapshot) = self.snapshot.get() {
            return Ok(snapshot);
        }
        let opened = Snapshot::open(&self.directory)?;
        Ok(self.snapshot.get_or_init(|| opened))
    }
}
