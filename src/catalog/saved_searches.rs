//! Saved searches and each time one was run.

use super::{CatalogError, Reading, Sequence, Writing, moment, written};
use crate::base::id::EventId;
use chrono::{DateTime, Utc};
use serde::Serialize;

/// A query kept under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SavedSearch {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The query as it was typed.
    pub query: String,
    /// Who kept it.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The event.
    pub event: EventId,
}

/// One run of a saved search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SearchRun {
    /// The search.
    pub search: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
    /// Items found.
    pub count: u64,
    /// Items that could be meant and cannot be searched, or only in part.
    pub not_searchable: u64,
    /// Items that were not indexed yet.
    pub not_indexed: u64,
    /// Digest of the families found, in order of number.
    pub families: String,
    /// The event.
    pub event: EventId,
}

impl Writing<'_> {
    /// Keeps a search.
    pub fn add_saved_search(&self, search: &SavedSearch) -> Result<(), CatalogError> {
        self.connection.prepare_cached("INSERT INTO saved_search VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?.execute((
            search.id,
            &search.name,
            &search.query,
            &search.by,
            written(search.at),
            search.event.get(),
        ))?;
        Ok(())
    }

    /// Records a run.
    pub fn add_search_run(&self, run: &SearchRun) -> Result<(), CatalogError> {
        self.connection.prepare_cached("INSERT INTO search_run VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?.execute((
            run.event.get(),
            run.search,
            &run.by,
            written(run.at),
            run.count as i64,
            run.not_searchable as i64,
            run.not_indexed as i64,
            &run.families,
        ))?;
        Ok(())
    }
}

impl Reading<'_> {
    /// The number the next saved search gets.
    pub fn next_saved_search(&self) -> Result<i64, CatalogError> {
        self.next_of(Sequence::SavedSearch)
    }

    /// Every saved search, oldest first.
    pub fn saved_searches(&self) -> Result<Vec<SavedSearch>, CatalogError> {
        let sql = "SELECT id, name, query, saved_by, saved_at, event FROM saved_search ORDER BY id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(SavedSearch {
                id: row.get(0)?,
                name: row.get(1)?,
                query: row.get(2)?,
                by: row.get(3)?,
                at: moment(&row.get::<_, String>(4)?)?,
                event: EventId::new(row.get(5)?),
            });
        }
        Ok(all)
    }

    /// The runs of a search, oldest first.
    pub fn search_runs(&self, search: i64) -> Result<Vec<SearchRun>, CatalogError> {
        let sql = "SELECT event, ran_by, ran_at, count, not_searchable, not_indexed, families FROM search_run \
                   WHERE search = ?1 ORDER BY event";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([search])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(SearchRun {
                search,
                at: moment(&row.get::<_, String>(2)?)?,
                by: row.get(1)?,
                count: row.get::<_, i64>(3)?.unsigned_abs(),
                not_searchable: row.get::<_, i64>(4)?.unsigned_abs(),
                not_indexed: row.get::<_, i64>(5)?.unsigned_abs(),
                families: row.get(6)?,
                event: EventId::new(row.get(0)?),
            });
        }
        Ok(all)
    }
}
