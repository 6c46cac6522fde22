//! Families: what is kept, and how long it is kept.

use super::screenings::SET_ASIDE;
use super::{CatalogError, Reading, SealedAt, Writing, day, name, optional, word};
use crate::base::digest::KeyedDigest;
use crate::base::id::{CustodianId, EventId, FamilyId, RecordId};
use crate::model::classification::{RecordStatus, StatusBasis};
use crate::model::item::Searchable;
use crate::model::provenance::words;
use crate::model::record::RecordKind;
use chrono::NaiveDate;
use rusqlite::Row;

words!(
    /// Whether a family is here.
    FamilyState {
        /// Here.
        Live = "live",
        /// Its destruction is decided and not yet complete.
        Intended = "intended",
        /// Gone: the row is its tombstone.
        Destroyed = "destroyed",
    }
);

/// Record status and series as they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The status.
    pub status: RecordStatus,
    /// How it came to stand.
    pub basis: StatusBasis,
    /// The series key, or empty.
    pub series: String,
    /// Confidence of a proposal, 0 to 100.
    pub confidence: u8,
}

/// What is written for a new family.
#[derive(Debug, Clone)]
pub struct NewFamily {
    /// Its number, from [`Writing::next_family`].
    pub id: FamilyId,
    /// Its name: the keyed digest of its identity.
    pub name: KeyedDigest,
    /// Keyed digest of what a mail system calls the same message, where there is such a thing.
    pub message_key: Option<KeyedDigest>,
    /// Where it lies.
    pub at: SealedAt,
    /// The kind of the parent.
    pub kind: RecordKind,
    /// The moment it was sent, seconds since 1970 in UTC.
    pub sent_at: Option<i64>,
    /// The civil day it was sent.
    pub sent_on: Option<NaiveDate>,
    /// The civil day it was received.
    pub received_on: Option<NaiveDate>,
    /// How much of it is searchable.
    pub searchable: Searchable,
    /// How it stands.
    pub standing: Standing,
    /// Members after the parent: part number, kind, searchable.
    pub attachments: Vec<(u32, Searchable)>,
}

/// A family as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyRow {
    /// Its number.
    pub id: FamilyId,
    /// Its name.
    pub name: KeyedDigest,
    /// Whether it is here.
    pub state: FamilyState,
    /// The event that sealed it.
    pub event: EventId,
    /// Where it lies.
    pub at: SealedAt,
    /// The kind of the parent.
    pub kind: RecordKind,
    /// The moment it was sent, seconds since 1970 in UTC.
    pub sent_at: Option<i64>,
    /// The civil day it was sent.
    pub sent_on: Option<NaiveDate>,
    /// The civil day it was received.
    pub received_on: Option<NaiveDate>,
    /// How much of it is searchable.
    pub searchable: Searchable,
    /// How it stands.
    pub standing: Standing,
    /// The event that recorded its filing in the document system.
    pub filed: Option<EventId>,
    /// The last event that sealed it or added a copy: a guard that looked before has to look again.
    pub touched: EventId,
}

/// A family with what a list shows beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFamily {
    /// The family.
    pub row: FamilyRow,
    /// Its parent record.
    pub parent: RecordId,
    /// The custodians that have a copy of it, by number; unknown ones are left out.
    pub custodians: Vec<CustodianId>,
}

/// Which families a listing asks for; an empty filter asks for every one that is here.
#[derive(Debug, Clone, Copy, Default)]
pub struct FamilyFilter {
    /// Only those sealed by events after this one.
    pub after_event: Option<EventId>,
    /// Only those sealed, or given another copy, by events after this one.
    pub touched_after: Option<EventId>,
    /// Tombstones too.
    pub with_destroyed: bool,
    /// Only those with numbers above this one.
    pub after: Option<FamilyId>,
    /// Only those that are not set aside because they came from a personal device.
    pub ordinary: bool,
    /// Only those of this status.
    pub status: Option<RecordStatus>,
    /// At most so many.
    pub limit: Option<u64>,
}

const COLUMNS: &str = "id, name, state, event, month, pack, at, length, seal, kind, sent_at, sent_on, received_on, \
                       searchable, status, basis, series, confidence, filed_event, touched";

impl Writing<'_> {
    /// The next free family number.
    pub fn next_family(&self) -> Result<FamilyId, CatalogError> {
        match self.reading().meta("next_family")? {
            Some(text) => Ok(FamilyId::new(word("a family number", &text, |text| text.parse().ok())?)),
            None => Ok(FamilyId::new(1)),
        }
    }

    /// Remembers the next free family number; a number is never given out again, not even after destruction.
    pub fn set_next_family(&self, next: FamilyId) -> Result<(), CatalogError> {
        assert!(next >= self.next_family()?, "family numbers only grow");
        self.set_meta("next_family", &next.get().to_string())
    }

    /// Adds a family with its members and returns the number of the parent record.
    pub fn add_family(&self, family: &NewFamily, event: EventId) -> Result<RecordId, CatalogError> {
        let sent_on = family.sent_on.map(|day| day.to_string());
        let received_on = family.received_on.map(|day| day.to_string());
        self.connection
            .prepare_cached(
                "INSERT INTO family VALUES (?1, ?2, ?3, 'live', ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, \
                 ?16, ?17, ?18, NULL, ?4)",
            )?
            .execute(rusqlite::params![
                family.id.get(),
                family.name.as_bytes(),
                family.message_key.as_ref().map(|key| key.as_bytes()),
                event.get(),
                family.at.month,
                family.at.pack,
                family.at.offset as i64,
                family.at.length as i64,
                family.at.seal,
                family.kind.word(),
                family.sent_at,
                sent_on,
                received_on,
                searchable_word(family.searchable),
                family.standing.status.word(),
                family.standing.basis.word(),
                family.standing.series,
                family.standing.confidence,
            ])?;
        let mut insert = self.connection.prepare_cached("INSERT INTO record VALUES (NULL, ?1, ?2, ?3, ?4)")?;
        let searchable = searchable_word(family.searchable);
        insert.execute((family.id.get(), None::<u32>, family.kind.word(), searchable))?;
        let parent = RecordId::new(self.connection.last_insert_rowid());
        for (part, searchable) in &family.attachments {
            let kind = RecordKind::Attachment.word();
            insert.execute((family.id.get(), Some(*part), kind, searchable_word(*searchable)))?;
        }
        Ok(parent)
    }

    /// Sets how a family stands, by an event. With another status or series every guard that looked at the family before
    /// has to look again.
    pub fn set_standing(&self, family: FamilyId, standing: &Standing, event: EventId) -> Result<(), CatalogError> {
        let Standing { status, series, .. } = self.reading().family(family)?.standing;
        if status != standing.status || series != standing.series {
            self.touch_family(family, event)?;
        }
        self.connection
            .prepare_cached("UPDATE family SET status = ?2, basis = ?3, series = ?4, confidence = ?5 WHERE id = ?1")?
            .execute((
                family.get(),
                standing.status.word(),
                standing.basis.word(),
                &standing.series,
                standing.confidence,
            ))?;
        Ok(())
    }

    /// Records that a family has been filed in the document system.
    pub fn set_filed(&self, family: FamilyId, event: EventId) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached("UPDATE family SET filed_event = ?2 WHERE id = ?1")?
            .execute((family.get(), event.get()))?;
        Ok(())
    }

    /// Says that another copy of a family came in, or that it stands otherwise now: every guard that looked at it before
    /// has to look again.
    pub fn touch_family(&self, family: FamilyId, event: EventId) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached("UPDATE family SET touched = max(touched, ?2) WHERE id = ?1")?
            .execute((family.get(), event.get()))?;
        self.set_last_touched(event)
    }
}

impl Reading<'_> {
    /// One family, destroyed ones included.
    pub fn family(&self, id: FamilyId) -> Result<FamilyRow, CatalogError> {
        let sql = format!("SELECT {COLUMNS} FROM family WHERE id = ?1");
        optional(self.connection.prepare_cached(&sql)?.query_row([id.get()], |row| Ok(family(row))))?
            .ok_or_else(|| CatalogError::Missing(format!("family {id}")))?
    }

    /// One family with its parent record and its custodians, asked for at once: a list has many of them.
    pub fn listed(&self, id: FamilyId) -> Result<ListedFamily, CatalogError> {
        let sql = format!(
            "SELECT {COLUMNS}, (SELECT min(record.id) FROM record WHERE record.family = family.id), \
             (SELECT group_concat(DISTINCT custodian) FROM copy WHERE copy.family = family.id AND custodian <> 0) \
             FROM family WHERE id = ?1"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([id.get()])?;
        let row = rows.next()?.ok_or_else(|| CatalogError::Missing(format!("family {id}")))?;
        let parent: Option<i64> = row.get(20)?;
        let numbers: Option<String> = row.get(21)?;
        let numbers = numbers.iter().flat_map(|text| text.split(','));
        let mut custodians = numbers
            .map(|one| word("a custodian", one, |text| text.parse().ok()).map(CustodianId::new))
            .collect::<Result<Vec<_>, _>>()?;
        custodians.sort_unstable();
        Ok(ListedFamily {
            row: family(row)?,
            parent: parent.map(RecordId::new).ok_or_else(|| CatalogError::Missing(format!("parent item of {id}")))?,
            custodians,
        })
    }

    /// The family of this name that is here.
    pub fn family_named(&self, wanted: &KeyedDigest) -> Result<Option<FamilyId>, CatalogError> {
        let sql = "SELECT id FROM family WHERE name = ?1 AND state <> 'destroyed'";
        let found = self.connection.prepare_cached(sql)?.query_row([wanted.as_bytes()], |row| row.get(0));
        Ok(optional(found)?.map(FamilyId::new))
    }

    /// Whether anything was ever destroyed here.
    pub fn has_tombstones(&self) -> Result<bool, CatalogError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM family INDEXED BY family_tombstone WHERE state = 'destroyed')";
        Ok(self.connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// The tombstones of this name, oldest first.
    pub fn tombstones_named(&self, wanted: &KeyedDigest) -> Result<Vec<FamilyId>, CatalogError> {
        let sql = "SELECT id FROM family WHERE name = ?1 AND state = 'destroyed' ORDER BY id";
        Ok(self.numbers(sql, wanted.as_bytes())?.into_iter().map(FamilyId::new).collect())
    }

    /// The newest tombstone of what a mail system would call the same message.
    pub fn tombstone_of_message(&self, key: &KeyedDigest) -> Result<Option<FamilyId>, CatalogError> {
        let sql = "SELECT max(id) FROM family WHERE message_key = ?1 AND state = 'destroyed'";
        let found: Option<i64> = self.connection.prepare_cached(sql)?.query_row([key.as_bytes()], |row| row.get(0))?;
        Ok(found.map(FamilyId::new))
    }

    /// What one event sealed: families (tombstones too) and exceptions by number, each with its name.
    pub fn sealed_by(&self, event: EventId) -> Result<Vec<(FamilyId, KeyedDigest, bool)>, CatalogError> {
        let sql = "SELECT id, name, 0 FROM family WHERE event = ?1 UNION ALL \
                   SELECT family, name, 1 FROM exception WHERE event = ?1 ORDER BY 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([event.get()])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let exception: i64 = row.get(2)?;
            all.push((FamilyId::new(row.get(0)?), name(&row.get::<_, Vec<u8>>(1)?)?, exception == 1));
        }
        Ok(all)
    }

    /// Whether there is a row of a family in any state.
    pub fn was_ever(&self, family: FamilyId) -> Result<bool, CatalogError> {
        let sql = "SELECT count(*) FROM family WHERE id = ?1";
        let rows: i64 = self.connection.prepare_cached(sql)?.query_row([family.get()], |row| row.get(0))?;
        Ok(rows > 0)
    }

    /// Hands the families of a filter to `take`, by number.
    pub fn each_family<E: From<CatalogError>>(
        &self,
        filter: FamilyFilter,
        mut take: impl FnMut(FamilyRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!(
            "SELECT {COLUMNS} FROM family WHERE (state <> 'destroyed' OR ?5) AND event > ?1 AND id > ?2 \
             AND (?3 IS NULL OR status = ?3) AND touched > ?6 \
             AND (NOT ?7 OR id NOT IN {SET_ASIDE}) ORDER BY id LIMIT ?4"
        );
        let mut statement = self.connection.prepare_cached(&sql).map_err(CatalogError::from)?;
        let limit = filter.limit.map_or(-1, |limit| limit as i64);
        let mut rows = statement
            .query((
                filter.after_event.map_or(0, EventId::get),
                filter.after.map_or(0, FamilyId::get),
                filter.status.map(RecordStatus::word),
                limit,
                filter.with_destroyed,
                filter.touched_after.map_or(0, EventId::get),
                filter.ordinary,
            ))
            .map_err(CatalogError::from)?;
        while let Some(row) = rows.next().map_err(CatalogError::from)? {
            take(family(row)?)?;
        }
        Ok(())
    }

    /// The first family that was sealed after an event and is here.
    pub fn first_family_after(&self, event: EventId) -> Result<Option<FamilyId>, CatalogError> {
        let sql = "SELECT min(id) FROM family INDEXED BY family_event WHERE event > ?1 AND state <> 'destroyed'";
        let first: Option<i64> = self.connection.prepare_cached(sql)?.query_row([event.get()], |row| row.get(0))?;
        Ok(first.map(FamilyId::new))
    }

    /// How many families that were sealed after an event are here.
    pub fn families_after(&self, event: EventId) -> Result<u64, CatalogError> {
        let sql = "SELECT count(*) FROM family INDEXED BY family_event WHERE event > ?1 AND state = 'live'";
        let count: i64 = self.connection.prepare_cached(sql)?.query_row([event.get()], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    /// Every series that a family here has, the empty one included.
    pub fn series_in_use(&self) -> Result<Vec<String>, CatalogError> {
        let sql = "SELECT DISTINCT series FROM family WHERE state <> 'destroyed' ORDER BY series";
        let mut statement = self.connection.prepare_cached(sql)?;
        let all = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(all)
    }

    /// Numbers of the families here that have a status, in order.
    pub fn families_with_status(&self, status: &str) -> Result<Vec<i64>, CatalogError> {
        self.numbers("SELECT id FROM family WHERE status = ?1 AND state <> 'destroyed' ORDER BY id", status)
    }

    /// Numbers of the families here that have a series, in order.
    pub fn families_with_series(&self, series: &str) -> Result<Vec<i64>, CatalogError> {
        self.numbers("SELECT id FROM family WHERE series = ?1 AND state <> 'destroyed' ORDER BY id", series)
    }

    /// Numbers of the families of which a custodian has a copy, in order.
    pub fn families_of_custodian(&self, custodian: CustodianId) -> Result<Vec<i64>, CatalogError> {
        let sql = "SELECT DISTINCT copy.family FROM copy JOIN family ON family.id = copy.family \
                   WHERE custodian = ?1 AND family.state <> 'destroyed' ORDER BY copy.family";
        self.numbers(sql, custodian.get())
    }

    /// How many families are here, by status; those set aside are left out.
    pub fn status_counts(&self) -> Result<Vec<(RecordStatus, StatusBasis, u64)>, CatalogError> {
        let sql = format!(
            "SELECT status, basis, count(*) FROM family WHERE state <> 'destroyed' AND id NOT IN {SET_ASIDE} \
             GROUP BY 1, 2 ORDER BY 1, 2"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let status = word("a status", &row.get::<_, String>(0)?, RecordStatus::parse)?;
            let basis = word("a basis", &row.get::<_, String>(1)?, StatusBasis::parse)?;
            all.push((status, basis, row.get::<_, i64>(2)?.unsigned_abs()));
        }
        Ok(all)
    }

    /// How many families were ever sealed, tombstones counted too.
    pub fn families_ever(&self) -> Result<u64, CatalogError> {
        self.count("SELECT count(*) FROM family")
    }

    /// How many families are here, those set aside counted too.
    pub fn families_here(&self) -> Result<u64, CatalogError> {
        self.count("SELECT count(*) FROM family WHERE state <> 'destroyed'")
    }

    /// How many families are here, how many of them are not fully searchable (those set aside left out of both), and how
    /// many are gone.
    pub fn family_counts(&self) -> Result<(u64, u64, u64), CatalogError> {
        let here = format!("SELECT count(*) FROM family WHERE state <> 'destroyed' AND id NOT IN {SET_ASIDE}");
        Ok((
            self.count(&here)?,
            self.count(&format!("{here} AND searchable <> 'fully'"))?,
            self.count("SELECT count(*) FROM family WHERE state = 'destroyed'")?,
        ))
    }

    pub(super) fn numbers(&self, sql: &str, parameter: impl rusqlite::ToSql) -> Result<Vec<i64>, CatalogError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let all = statement.query_map([parameter], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(all)
    }
}

fn searchable_word(searchable: Searchable) -> &'static str {
    match searchable {
        Searchable::Fully => "fully",
        Searchable::Partly => "partly",
        Searchable::Not => "not",
    }
}

pub(super) fn searchable(word: &str) -> Option<Searchable> {
    [Searchable::Fully, Searchable::Partly, Searchable::Not].into_iter().find(|one| searchable_word(*one) == word)
}

fn family(row: &Row<'_>) -> Result<FamilyRow, CatalogError> {
    let text = |column: usize| row.get::<_, String>(column);
    let optional_day = |column: usize| row.get::<_, Option<String>>(column)?.map(|value| day(&value)).transpose();
    Ok(FamilyRow {
        id: FamilyId::new(row.get(0)?),
        name: name(&row.get::<_, Vec<u8>>(1)?)?,
        state: word("a family state", &text(2)?, FamilyState::parse)?,
        event: EventId::new(row.get(3)?),
        at: sealed_at(row, 4)?,
        kind: word("a kind", &text(9)?, RecordKind::parse)?,
        sent_at: row.get(10)?,
        sent_on: optional_day(11)?,
        received_on: optional_day(12)?,
        searchable: word("a word for searchable", &text(13)?, searchable)?,
        standing: Standing {
            status: word("a status", &text(14)?, RecordStatus::parse)?,
            basis: word("a basis", &text(15)?, StatusBasis::parse)?,
            series: text(16)?,
            confidence: row.get(17)?,
        },
        filed: row.get::<_, Option<i64>>(18)?.map(EventId::new),
        touched: EventId::new(row.get(19)?),
    })
}

/// Reads month, pack, offset, length and seal from five columns.
pub(super) fn sealed_at(row: &Row<'_>, first: usize) -> Result<SealedAt, CatalogError> {
    let seal: Vec<u8> = row.get(first + 4)?;
    Ok(SealedAt {
        month: row.get(first)?,
        pack: row.get(first + 1)?,
        offset: row.get::<_, i64>(first + 2)?.unsigned_abs(),
        length: row.get::<_, i64>(first + 3)?.unsigned_abs(),
        seal: seal.as_slice().try_into().map_err(|_| CatalogError::Damaged {
            what: "a seal of 16 bytes",
            value: crate::base::digest::to_hex(&seal),
        })?,
    })
}
