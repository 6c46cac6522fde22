//! Matters (a contract, a complaint, a conversation) with their items, and the retention events of items and matters.
//!
//! *Invariant:* what is recorded of a matter counts for every item that is in it on the day of asking, also for one that
//! was put into it later. Which items a matter had stays told after they went: the last day of a conversation must not
//! move because a part of it was destroyed.

use super::{CatalogError, Reading, Sequence, Writing, day, optional};
use crate::base::id::{EventId, FamilyId};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// A matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterRow {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// How many items were ever put into it.
    pub items: u64,
    /// The event that made it.
    pub event: EventId,
}

/// A retention event as recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HappeningRow {
    /// What happened.
    pub name: String,
    /// The day.
    pub on: NaiveDate,
    /// The matter it happened to; `None` where it was recorded item by item.
    pub matter: Option<String>,
    /// How many items it was recorded for, or the matter has.
    pub items: u64,
    /// The event of the ledger.
    pub event: EventId,
}

impl Writing<'_> {
    /// Makes a matter and returns its number.
    pub fn add_matter(&self, name: &str, event: EventId) -> Result<i64, CatalogError> {
        let id = self.reading().next_of(Sequence::Matter)?;
        self.connection.prepare_cached("INSERT INTO matter(id, name, event) VALUES (?1, ?2, ?3)")?.execute((
            id,
            name,
            event.get(),
        ))?;
        Ok(id)
    }

    /// Puts families into a matter; how many were not in it before.
    pub fn put_into_matter(&self, matter: i64, families: &[FamilyId], event: EventId) -> Result<u64, CatalogError> {
        let mut insert = self.connection.prepare_cached("INSERT OR IGNORE INTO matter_item VALUES (?1, ?2, ?3)")?;
        let mut added = 0;
        for family in families {
            added += insert.execute((matter, family.get(), event.get()))? as u64;
        }
        Ok(added)
    }

    /// Records the day on which something happened to a matter, or cancels it with `None`; whether a row changed.
    pub fn set_matter_event(
        &self,
        matter: i64,
        name: &str,
        on: Option<NaiveDate>,
        event: EventId,
    ) -> Result<bool, CatalogError> {
        let changed = match on {
            None => self
                .connection
                .prepare_cached("DELETE FROM matter_event WHERE matter = ?1 AND name = ?2")?
                .execute((matter, name))?,
            Some(on) => self
                .connection
                .prepare_cached(
                    "INSERT INTO matter_event VALUES (?1, ?2, ?3, ?4) \
                     ON CONFLICT DO UPDATE SET happened_on = ?3, event = ?4",
                )?
                .execute((matter, name, on.to_string(), event.get()))?,
        };
        Ok(changed > 0)
    }

    /// Records the day of a retention event of one family, or cancels it with `None`; whether a row changed.
    pub fn set_retention_event(
        &self,
        family: FamilyId,
        event_name: &str,
        on: Option<NaiveDate>,
        event: EventId,
    ) -> Result<bool, CatalogError> {
        let changed = match on {
            None => self
                .connection
                .prepare_cached("DELETE FROM retention_event WHERE family = ?1 AND name = ?2")?
                .execute((family.get(), event_name))?,
            Some(on) => self
                .connection
                .prepare_cached(
                    "INSERT INTO retention_event VALUES (?1, ?2, ?3, ?4) \
                     ON CONFLICT DO UPDATE SET happened_on = ?3, event = ?4",
                )?
                .execute((family.get(), event_name, on.to_string(), event.get()))?,
        };
        Ok(changed > 0)
    }
}

impl Reading<'_> {
    /// The number of the matter of this name.
    pub fn matter_named(&self, name: &str) -> Result<Option<i64>, CatalogError> {
        let sql = "SELECT id FROM matter WHERE name = ?1";
        optional(self.connection.prepare_cached(sql)?.query_row([name], |row| row.get(0)))
    }

    /// Every matter, oldest first.
    pub fn matters(&self) -> Result<Vec<MatterRow>, CatalogError> {
        let sql =
            "SELECT id, name, (SELECT count(*) FROM matter_item WHERE matter = id), event FROM matter ORDER BY id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let items: i64 = row.get(2)?;
            let event = EventId::new(row.get(3)?);
            all.push(MatterRow { id: row.get(0)?, name: row.get(1)?, items: items.unsigned_abs(), event });
        }
        Ok(all)
    }

    /// The names of the matters a family is in.
    pub fn matters_of(&self, family: FamilyId) -> Result<Vec<String>, CatalogError> {
        let sql = "SELECT name FROM matter WHERE id IN (SELECT matter FROM matter_item WHERE family = ?1) ORDER BY id";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_map([family.get()], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// The recorded retention events of a family and of the matters it is in, by name. Where one name has several days,
    /// the latest counts: the other ones would shorten.
    pub fn retention_events(&self, family: FamilyId) -> Result<BTreeMap<String, NaiveDate>, CatalogError> {
        let mut events: BTreeMap<String, NaiveDate> = BTreeMap::new();
        for row in self.happenings_of(family)? {
            let latest = events.entry(row.name).or_insert(row.on);
            *latest = row.on.max(*latest);
        }
        Ok(events)
    }

    /// The recorded retention events of a family and of the matters it is in, one by one.
    pub fn happenings_of(&self, family: FamilyId) -> Result<Vec<HappeningRow>, CatalogError> {
        let sql = "SELECT name, happened_on, NULL, 1, event FROM retention_event WHERE family = ?1 UNION ALL \
                   SELECT matter_event.name, happened_on, matter.name, \
                     (SELECT count(*) FROM matter_item WHERE matter = matter.id), matter_event.event \
                   FROM matter_item JOIN matter_event USING (matter) JOIN matter ON matter.id = matter_item.matter \
                   WHERE matter_item.family = ?1 ORDER BY 1, 2, 5";
        self.happening_rows(sql, Some(family))
    }

    /// Every retention event that is recorded, in the order of recording.
    pub fn happenings(&self) -> Result<Vec<HappeningRow>, CatalogError> {
        let sql = "SELECT name, happened_on, NULL, count(*), event FROM retention_event GROUP BY event, name, happened_on \
                   UNION ALL SELECT matter_event.name, happened_on, matter.name, \
                     (SELECT count(*) FROM matter_item WHERE matter = matter.id), matter_event.event \
                   FROM matter_event JOIN matter ON matter.id = matter_event.matter ORDER BY 5, 1, 2";
        self.happening_rows(sql, None)
    }

    fn happening_rows(&self, sql: &str, family: Option<FamilyId>) -> Result<Vec<HappeningRow>, CatalogError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = match family {
            Some(family) => statement.query([family.get()])?,
            None => statement.query([])?,
        };
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let items: i64 = row.get(3)?;
            all.push(HappeningRow {
                name: row.get(0)?,
                on: day(&row.get::<_, String>(1)?)?,
                matter: row.get(2)?,
                items: items.unsigned_abs(),
                event: EventId::new(row.get(4)?),
            });
        }
        Ok(all)
    }

    /// The last day an item of the matters of a family was sent; `None` where it is in no matter, or where the day of any
    /// item in one of them is not known.
    pub fn last_of_matters(&self, family: FamilyId) -> Result<Option<NaiveDate>, CatalogError> {
        let sql = "SELECT max(sent_on), count(*), count(sent_on) FROM family WHERE id IN (SELECT family FROM matter_item \
                   WHERE matter IN (SELECT matter FROM matter_item WHERE family = ?1))";
        let (last, all, dated): (Option<String>, i64, i64) = self
            .connection
            .prepare_cached(sql)?
            .query_row([family.get()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        match last {
            Some(last) if all == dated => day(&last).map(Some),
            _ => Ok(None),
        }
    }
}
