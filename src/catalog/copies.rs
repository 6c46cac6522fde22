//! Copies: at which place of which container an item was found, for whom, and what became of it there; and what had been
//! destroyed and was found again.

use super::{CatalogError, Reading, Writing, word};
use crate::base::id::{ContainerId, CustodianId, EventId, FamilyId, IntakeId};
use crate::model::provenance::Outcome;
use std::collections::BTreeMap;

/// A copy as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyRow {
    /// The container.
    pub container: ContainerId,
    /// The position in it.
    pub ordinal: u64,
    /// The family it is a copy of.
    pub family: FamilyId,
    /// Whose copy it is, where that is known.
    pub custodian: Option<CustodianId>,
    /// The intake that first saw it.
    pub intake: IntakeId,
    /// What became of it then.
    pub outcome: Outcome,
    /// Problems of the item, when this copy brought it in.
    pub problems: u32,
    /// Place and flags, sealed under the key of the family.
    pub sealed: Vec<u8>,
    /// The event of the batch that added it.
    pub event: EventId,
}

/// What an interrupted or earlier run already made of a place in a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownPlace {
    /// Whose copy it is, where that is known.
    pub custodian: Option<CustodianId>,
    /// The intake that saw it first.
    pub intake: IntakeId,
    /// What became of it.
    pub outcome: Outcome,
    /// The problems counted with it.
    pub problems: u32,
}

/// Something destroyed that was found in an export again: it still exists at the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnedRow {
    /// The container it was found in.
    pub container: ContainerId,
    /// The position in it.
    pub ordinal: u64,
    /// The family that was destroyed.
    pub tombstone: FamilyId,
    /// The family it was taken in as; `None` when it was not taken in.
    pub kept: Option<FamilyId>,
    /// Whose export it was in, where that is known.
    pub custodian: Option<CustodianId>,
    /// The intake that saw it first.
    pub intake: IntakeId,
    /// The event of the batch.
    pub event: EventId,
}

impl Writing<'_> {
    /// Adds a copy. The same place with the same item again changes nothing and says so.
    pub fn add_copy(&self, copy: &CopyRow) -> Result<bool, CatalogError> {
        let changed = self
            .connection
            .prepare_cached("INSERT OR IGNORE INTO copy VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?
            .execute((
                copy.container.get(),
                copy.ordinal as i64,
                copy.family.get(),
                custodian_number(copy.custodian),
                copy.intake.get(),
                copy.outcome.word(),
                copy.problems,
                &copy.sealed,
                copy.event.get(),
            ))?;
        Ok(changed > 0)
    }

    /// Lists something destroyed that was found again; the same place again changes nothing and says so.
    pub fn add_returned(&self, row: &ReturnedRow) -> Result<bool, CatalogError> {
        let changed = self
            .connection
            .prepare_cached("INSERT OR IGNORE INTO returned VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
            .execute((
                row.container.get(),
                row.ordinal as i64,
                row.tombstone.get(),
                row.kept.map(FamilyId::get),
                custodian_number(row.custodian),
                row.intake.get(),
                row.event.get(),
            ))?;
        Ok(changed > 0)
    }
}

impl Reading<'_> {
    /// The copies of a family at a place of a container: one for each custodian it was taken in for.
    pub fn copies_at(
        &self,
        container: ContainerId,
        ordinal: u64,
        family: FamilyId,
    ) -> Result<Vec<KnownPlace>, CatalogError> {
        let sql = "SELECT custodian, intake, outcome, problems FROM copy \
                   WHERE container = ?1 AND ordinal = ?2 AND family = ?3 ORDER BY custodian";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query((container.get(), ordinal as i64, family.get()))?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(KnownPlace {
                custodian: custodian(row.get(0)?),
                intake: IntakeId::new(row.get(1)?),
                outcome: word("an outcome", &row.get::<_, String>(2)?, Outcome::parse)?,
                problems: row.get(3)?,
            });
        }
        Ok(all)
    }

    /// The copies of a family, oldest first.
    pub fn copies(&self, family: FamilyId) -> Result<Vec<CopyRow>, CatalogError> {
        let sql = "SELECT container, ordinal, family, custodian, intake, outcome, problems, sealed, event FROM copy \
                   WHERE family = ?1 ORDER BY intake, container, ordinal, custodian";
        self.copy_rows(sql, family.get())
    }

    /// The copies one event added, by container and position.
    pub fn copies_added_by(&self, event: EventId) -> Result<Vec<CopyRow>, CatalogError> {
        let sql = "SELECT container, ordinal, family, custodian, intake, outcome, problems, sealed, event FROM copy \
                   WHERE event = ?1 ORDER BY container, ordinal, family, custodian";
        self.copy_rows(sql, event.get())
    }

    fn copy_rows(&self, sql: &str, of: i64) -> Result<Vec<CopyRow>, CatalogError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([of])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(CopyRow {
                container: ContainerId::new(row.get(0)?),
                ordinal: row.get::<_, i64>(1)?.unsigned_abs(),
                family: FamilyId::new(row.get(2)?),
                custodian: custodian(row.get(3)?),
                intake: IntakeId::new(row.get(4)?),
                outcome: word("an outcome", &row.get::<_, String>(5)?, Outcome::parse)?,
                problems: row.get(6)?,
                sealed: row.get(7)?,
                event: EventId::new(row.get(8)?),
            });
        }
        Ok(all)
    }

    /// The custodians that have a copy of a family; unknown ones are left out.
    pub fn custodians_of(&self, family: FamilyId) -> Result<Vec<CustodianId>, CatalogError> {
        let sql = "SELECT DISTINCT custodian FROM copy WHERE family = ?1 AND custodian <> 0 ORDER BY custodian";
        Ok(self.numbers(sql, family.get())?.into_iter().map(CustodianId::new).collect())
    }

    /// Whose copies a family has; `None` among them where the custodian of a copy is not known.
    pub fn copy_custodians(&self, family: FamilyId) -> Result<Vec<Option<CustodianId>>, CatalogError> {
        let sql = "SELECT DISTINCT custodian FROM copy WHERE family = ?1 ORDER BY custodian";
        let mut statement = self.connection.prepare_cached(sql)?;
        let all = statement.query_map([family.get()], |row| Ok(custodian(row.get(0)?)))?.collect::<Result<_, _>>()?;
        Ok(all)
    }

    /// How many copies brought a new item in, for each intake and container.
    pub fn kept_copies(&self) -> Result<BTreeMap<(IntakeId, ContainerId), u64>, CatalogError> {
        let sql = "SELECT intake, container, count(*) FROM copy WHERE outcome = 'kept' GROUP BY 1, 2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let all = statement
            .query_map([], |row| {
                let place = (IntakeId::new(row.get(0)?), ContainerId::new(row.get(1)?));
                Ok((place, row.get::<_, i64>(2)?.unsigned_abs()))
            })?
            .collect::<Result<_, _>>()?;
        Ok(all)
    }

    /// What had been destroyed and was found again, by container and position.
    pub fn returned(&self) -> Result<Vec<ReturnedRow>, CatalogError> {
        self.returned_rows(
            "SELECT container, ordinal, tombstone, kept, custodian, intake, event FROM returned WHERE event >= ?1",
            0,
        )
    }

    /// What one event found again, by container and position.
    pub fn returned_by(&self, event: EventId) -> Result<Vec<ReturnedRow>, CatalogError> {
        let sql = "SELECT container, ordinal, tombstone, kept, custodian, intake, event FROM returned WHERE event = ?1";
        self.returned_rows(sql, event.get())
    }

    fn returned_rows(&self, sql: &str, event: i64) -> Result<Vec<ReturnedRow>, CatalogError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut all: Vec<ReturnedRow> = statement
            .query_map([event], |row| {
                Ok(ReturnedRow {
                    container: ContainerId::new(row.get(0)?),
                    ordinal: row.get::<_, i64>(1)?.unsigned_abs(),
                    tombstone: FamilyId::new(row.get(2)?),
                    kept: row.get::<_, Option<i64>>(3)?.map(FamilyId::new),
                    custodian: custodian(row.get(4)?),
                    intake: IntakeId::new(row.get(5)?),
                    event: EventId::new(row.get(6)?),
                })
            })?
            .collect::<Result<_, _>>()?;
        all.sort_by_key(|one| (one.container, one.ordinal, one.tombstone));
        Ok(all)
    }

    /// What was found again in a container: not taken in, taken in again, and kept though possibly destroyed before.
    pub fn returned_counts(&self, container: ContainerId) -> Result<(u64, u64, u64), CatalogError> {
        let sql = "SELECT coalesce(sum(kept IS NULL), 0), coalesce(sum(k.name = t.name), 0), \
                   coalesce(sum(k.name <> t.name), 0) \
                   FROM (SELECT DISTINCT container, ordinal, tombstone, kept FROM returned) returned JOIN family t ON t.id = returned.tombstone \
                   LEFT JOIN family k ON k.id = returned.kept WHERE returned.container = ?1";
        let counts = self.connection.prepare_cached(sql)?.query_row([container.get()], |row| {
            let count = |column: usize| row.get::<_, i64>(column).map(i64::unsigned_abs);
            Ok((count(0)?, count(1)?, count(2)?))
        })?;
        Ok(counts)
    }
}

/// A custodian as it is stored in a key: 0 where it is not known.
pub(super) fn custodian_number(custodian: Option<CustodianId>) -> i64 {
    custodian.map_or(0, CustodianId::get)
}

/// A custodian read back from a key.
pub(super) fn custodian(stored: i64) -> Option<CustodianId> {
    (stored != 0).then(|| CustodianId::new(stored))
}
