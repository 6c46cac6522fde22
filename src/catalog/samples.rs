//! Random samples, drawn before a class of items is confirmed in bulk.

use super::{CatalogError, Reading, Writing, word};
use crate::base::id::{EventId, FamilyId};
use crate::model::classification::RecordStatus;

/// A random sample drawn before a class is confirmed in bulk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleRow {
    /// Its number.
    pub id: i64,
    /// The status it is to confirm.
    pub status: RecordStatus,
    /// The random seed it was drawn with, hexadecimal.
    pub seed: String,
    /// The families to look at.
    pub families: Vec<FamilyId>,
    /// How many families it was drawn from.
    pub population: u64,
    /// The event of the drawing.
    pub drawn: EventId,
    /// The event that settled it; `None` while it is open.
    pub settled: Option<EventId>,
}

impl Writing<'_> {
    /// Records a drawn sample.
    pub fn add_sample(
        &self,
        status: &str,
        seed: &str,
        families: &[i64],
        population: u64,
        event: EventId,
    ) -> Result<i64, CatalogError> {
        let families = serde_json::json!(families).to_string();
        self.connection
            .prepare_cached(
                "INSERT INTO sample(status, seed, families, population, drawn_event) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((status, seed, families, population as i64, event.get()))?;
        Ok(self.connection.last_insert_rowid())
    }

    /// Settles a sample.
    pub fn settle_sample(&self, sample: i64, event: EventId) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached("UPDATE sample SET settled_event = ?2 WHERE id = ?1")?
            .execute((sample, event.get()))?;
        Ok(())
    }
}

impl Reading<'_> {
    /// A drawn sample.
    pub fn sample(&self, sample: i64) -> Result<SampleRow, CatalogError> {
        let all = self.sample_rows("WHERE id = ?1", sample)?;
        all.into_iter().next().ok_or_else(|| CatalogError::Missing(format!("sample {sample}")))
    }

    /// Every drawn sample of a status, oldest first.
    pub fn samples_of(&self, status: RecordStatus) -> Result<Vec<SampleRow>, CatalogError> {
        self.sample_rows("WHERE status = ?1 ORDER BY id", status.word())
    }

    /// The number the next sample will have.
    pub fn next_sample(&self) -> Result<i64, CatalogError> {
        Ok(self.count("SELECT coalesce(max(id), 0) + 1 FROM sample")? as i64)
    }

    fn sample_rows(&self, which: &str, parameter: impl rusqlite::ToSql) -> Result<Vec<SampleRow>, CatalogError> {
        let sql =
            format!("SELECT id, status, seed, families, population, drawn_event, settled_event FROM sample {which}");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([parameter])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let families: Vec<i64> =
                word("a list of numbers", &row.get::<_, String>(3)?, |text| serde_json::from_str(text).ok())?;
            all.push(SampleRow {
                id: row.get(0)?,
                status: word("a status", &row.get::<_, String>(1)?, RecordStatus::parse)?,
                seed: row.get(2)?,
                families: families.into_iter().map(FamilyId::new).collect(),
                population: row.get::<_, i64>(4)?.unsigned_abs(),
                drawn: EventId::new(row.get(5)?),
                settled: row.get::<_, Option<i64>>(6)?.map(EventId::new),
            });
        }
        Ok(all)
    }
}
