//! The members of families: the parent and what is attached to it.

use super::families::searchable;
use super::{CatalogError, Reading, optional, word};
use crate::base::id::{FamilyId, RecordId};
use crate::model::item::Searchable;
use crate::model::record::RecordKind;
use rusqlite::Row;

/// A member of a family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    /// Its number.
    pub id: RecordId,
    /// Its family.
    pub family: FamilyId,
    /// The part of the parent, `None` for the parent itself.
    pub part: Option<u32>,
    /// Its kind.
    pub kind: RecordKind,
    /// How much of it is searchable.
    pub searchable: Searchable,
}

impl Reading<'_> {
    /// The members of a family, parent first.
    pub fn records(&self, family: FamilyId) -> Result<Vec<RecordRow>, CatalogError> {
        let sql = "SELECT id, family, part, kind, searchable FROM record WHERE family = ?1 ORDER BY id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([family.get()])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(record(row)?);
        }
        Ok(all)
    }

    /// One record.
    pub fn record(&self, id: RecordId) -> Result<RecordRow, CatalogError> {
        let sql = "SELECT id, family, part, kind, searchable FROM record WHERE id = ?1";
        optional(self.connection.prepare_cached(sql)?.query_row([id.get()], |row| Ok(record(row))))?
            .ok_or_else(|| CatalogError::Missing(format!("item {id}")))?
    }
}

fn record(row: &Row<'_>) -> Result<RecordRow, CatalogError> {
    Ok(RecordRow {
        id: RecordId::new(row.get(0)?),
        family: FamilyId::new(row.get(1)?),
        part: row.get(2)?,
        kind: word("a kind", &row.get::<_, String>(3)?, RecordKind::parse)?,
        searchable: word("a word for searchable", &row.get::<_, String>(4)?, searchable)?,
    })
}
