//! The intake register: what was handed over, from its receipt until it is disposed of.

use super::copies::{custodian, custodian_number};
use super::{CatalogError, Reading, Writing, moment, written};
use crate::base::id::{ContainerId, CustodianId, EventId, IntakeId};
use crate::model::provenance::ContainerFormat;
use chrono::{DateTime, NaiveDate, Utc};

/// A container and all that lies in it, for `WITH`; the container is `?1`.
const INSIDE: &str = "WITH RECURSIVE inside(id) AS (SELECT ?1 UNION ALL \
                      SELECT container.id FROM container JOIN inside ON container.parent = inside.id)";

/// One line of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRow {
    /// The container that it is: a file, or a folder with loose files.
    pub container: ContainerId,
    /// Whose it is, where that is known.
    pub custodian: Option<CustodianId>,
    /// The intake that saw it last.
    pub intake: IntakeId,
    /// Whether it came from a personal device.
    pub personal: bool,
    /// When it was first taken in.
    pub taken_in_at: DateTime<Utc>,
    /// Where it lies, its digest and its receipt, sealed; empty when every item of it is gone.
    pub sealed: Vec<u8>,
    /// When and by whom it was disposed of.
    pub disposed: Option<(DateTime<Utc>, String)>,
}

/// A container of an intake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntakeContainer {
    /// Its number.
    pub id: ContainerId,
    /// The container it lies in; `None` for what the clerk named.
    pub parent: Option<ContainerId>,
    /// The path the clerk named, or the name inside the outer container.
    pub name: String,
    /// Its format.
    pub format: ContainerFormat,
}

impl Writing<'_> {
    /// Writes a line of the register. Handed over once more, it is to be disposed of once more.
    pub fn register_source(&self, row: &SourceRow) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached(
                "INSERT INTO source_file VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL, NULL, NULL) \
                 ON CONFLICT DO UPDATE SET intake = ?3, personal = ?4, sealed = ?6, disposed_at = NULL, \
                 disposed_by = NULL, disposed_event = NULL",
            )?
            .execute((
                row.container.get(),
                custodian_number(row.custodian),
                row.intake.get(),
                row.personal,
                written(row.taken_in_at),
                &row.sealed,
            ))?;
        Ok(())
    }

    /// Records that a file was disposed of, for everybody it was taken in for.
    pub fn dispose_source(
        &self,
        container: ContainerId,
        at: DateTime<Utc>,
        by: &str,
        event: EventId,
    ) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached(
                "UPDATE source_file SET disposed_at = ?2, disposed_by = ?3, disposed_event = ?4 \
                 WHERE container = ?1 AND disposed_at IS NULL",
            )?
            .execute((container.get(), written(at), by, event.get()))?;
        Ok(())
    }

    /// Takes from the register the sealed lines of files of which, after a destruction, no item is left: the digest of a
    /// file with one item would confirm it.
    pub(super) fn forget_emptied_sources(&self, destruction: i64) -> Result<(), CatalogError> {
        let reading = self.reading();
        let sql = format!(
            "{INSIDE} SELECT coalesce(sum(family.state <> 'destroyed'), 0), \
             coalesce(sum(family.id IN (SELECT family FROM tombstone WHERE destruction = ?2)), 0) \
             FROM copy JOIN family ON family.id = copy.family WHERE copy.container IN (SELECT id FROM inside)"
        );
        for row in reading.source_files()?.into_iter().filter(|row| !row.sealed.is_empty()) {
            let (left, gone): (i64, i64) = self
                .connection
                .prepare_cached(&sql)?
                .query_row((row.container.get(), destruction), |row| Ok((row.get(0)?, row.get(1)?)))?;
            if left == 0 && gone > 0 {
                self.connection
                    .prepare_cached("UPDATE source_file SET sealed = x'' WHERE container = ?1")?
                    .execute([row.container.get()])?;
            }
        }
        Ok(())
    }
}

impl Reading<'_> {
    /// The whole register, in the order of receipt.
    pub fn source_files(&self) -> Result<Vec<SourceRow>, CatalogError> {
        let sql = "SELECT container, custodian, intake, personal, taken_in_at, sealed, disposed_at, disposed_by \
                   FROM source_file ORDER BY taken_in_at, container, custodian";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let at: Option<String> = row.get(6)?;
            let by: Option<String> = row.get(7)?;
            all.push(SourceRow {
                container: ContainerId::new(row.get(0)?),
                custodian: custodian(row.get(1)?),
                intake: IntakeId::new(row.get(2)?),
                personal: row.get(3)?,
                taken_in_at: moment(&row.get::<_, String>(4)?)?,
                sealed: row.get(5)?,
                disposed: at.map(|at| Ok::<_, CatalogError>((moment(&at)?, by.unwrap_or_default()))).transpose()?,
            });
        }
        Ok(all)
    }

    /// The container that a container lies in; `None` for what the clerk named.
    pub fn outer_container(&self, container: ContainerId) -> Result<Option<ContainerId>, CatalogError> {
        let sql = "SELECT parent FROM container WHERE id = ?1";
        let found = self.connection.prepare_cached(sql)?.query_row([container.get()], |row| row.get(0));
        Ok(super::optional(found)?.filter(|parent| *parent != 0).map(ContainerId::new))
    }

    /// The containers that an intake has accounts for, outer ones before what lies in them.
    pub fn containers_of_intake(&self, intake: IntakeId) -> Result<Vec<IntakeContainer>, CatalogError> {
        let sql = "SELECT container.id, container.parent, container.path, container.format FROM account \
                   JOIN container ON container.id = account.container WHERE intake = ?1 ORDER BY container.id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([intake.get()])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let parent: i64 = row.get(1)?;
            let format = super::word("a format", &row.get::<_, String>(3)?, ContainerFormat::parse)?;
            let parent = (parent != 0).then(|| ContainerId::new(parent));
            all.push(IntakeContainer { id: ContainerId::new(row.get(0)?), parent, name: row.get(2)?, format });
        }
        Ok(all)
    }

    /// How many items of a container are here, and how many of them a hold or a live request protects on a day.
    pub fn items_of_container(&self, container: ContainerId, today: NaiveDate) -> Result<(u64, u64), CatalogError> {
        let in_force = super::guards::IN_FORCE.replace("?1", "?2");
        let sql = format!(
            "{INSIDE} SELECT count(*), coalesce(sum(EXISTS (SELECT 1 FROM protection WHERE protection.family = id \
               AND (until IS NULL OR until >= ?2) AND guard IN (SELECT guard FROM ({in_force})))), 0) \
             FROM (SELECT DISTINCT copy.family AS id FROM copy JOIN family ON family.id = copy.family \
                   WHERE copy.container IN (SELECT id FROM inside) AND family.state <> 'destroyed')"
        );
        let (here, held): (i64, i64) = self
            .connection
            .prepare_cached(&sql)?
            .query_row((container.get(), today.to_string()), |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok((here.unsigned_abs(), held.unsigned_abs()))
    }
}
