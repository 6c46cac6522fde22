//! Holds and open requests as protection: the rows that the destroying transaction reads (I3).

use super::{CatalogError, Reading, Writing, word};
use crate::base::id::{EventId, FamilyId, HoldId, PlanId, RequestId};
use crate::model::event::Act;
use crate::model::hold::Scope;
use chrono::NaiveDate;
use std::collections::BTreeSet;
use std::fmt;

/// What protects: a hold or an open request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Guard {
    /// A legal hold.
    Hold(HoldId),
    /// A request that is open, or was closed so recently that its scope is still protected.
    Request(RequestId),
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hold(id) => id.fmt(f),
            Self::Request(id) => id.fmt(f),
        }
    }
}

impl Guard {
    fn parse(text: &str) -> Option<Self> {
        match text.get(..2) {
            Some("H-") => text.parse().ok().map(Self::Hold),
            Some("Q-") => text.parse().ok().map(Self::Request),
            _ => None,
        }
    }
}

/// The last event after which some family has to be looked at.
const LAST_TOUCHED: &str = "last_touched_event";

impl Writing<'_> {
    /// Says that an event touched families: guards that were evaluated through an earlier one have fallen behind.
    pub fn set_last_touched(&self, event: EventId) -> Result<(), CatalogError> {
        let last = self.reading().last_touched()?.max(event);
        self.set_meta(LAST_TOUCHED, &last.get().to_string())
    }

    /// Protects families.
    pub fn protect(&self, guard: Guard, families: &[FamilyId]) -> Result<(), CatalogError> {
        let mut insert = self.connection.prepare_cached("INSERT OR IGNORE INTO protection VALUES (?1, ?2)")?;
        let guard = guard.to_string();
        for family in families {
            insert.execute((family.get(), &guard))?;
        }
        Ok(())
    }

    /// Says that a guard was evaluated on everything sealed up to an event.
    pub fn set_guard_through(&self, guard: Guard, event: EventId) -> Result<(), CatalogError> {
        let (sql, id) = match guard {
            Guard::Hold(id) => ("UPDATE hold SET through_event = ?2 WHERE id = ?1", id.get()),
            Guard::Request(id) => ("UPDATE request SET through_event = ?2 WHERE id = ?1", id.get()),
        };
        self.connection.prepare_cached(sql)?.execute((id, event.get()))?;
        Ok(())
    }
}

impl Reading<'_> {
    /// The last event that touched a family; 0 when nothing was taken in yet.
    pub fn last_touched(&self) -> Result<EventId, CatalogError> {
        let stored = self.meta(LAST_TOUCHED)?;
        Ok(stored.and_then(|text| text.parse().ok()).map_or(EventId::new(0), EventId::new))
    }

    /// Every guard in force on a day, with its scope and the event it was evaluated through.
    pub fn live_guards(&self, today: NaiveDate) -> Result<Vec<(Guard, Scope, EventId)>, CatalogError> {
        let sql = "SELECT 'H-' || id, scope, through_event FROM hold WHERE released_at IS NULL UNION ALL \
                   SELECT 'Q-' || id, scope, through_event FROM request \
                   WHERE status <> 'closed' OR protect_until >= ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([today.to_string()])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let guard = word("a hold or request", &row.get::<_, String>(0)?, Guard::parse)?;
            let scope = word("a scope", &row.get::<_, String>(1)?, |text| serde_json::from_str(text).ok())?;
            all.push((guard, scope, EventId::new(row.get(2)?)));
        }
        all.sort_by_key(|(guard, ..)| *guard);
        Ok(all)
    }

    /// What protects a family on a day, by its rows. Rows of guards that are no longer in force do not count.
    pub fn guards_of(&self, family: FamilyId, today: NaiveDate) -> Result<Vec<Guard>, CatalogError> {
        let sql = "SELECT guard FROM protection WHERE family = ?1 AND ( \
                     guard IN (SELECT 'H-' || id FROM hold WHERE released_at IS NULL) OR \
                     guard IN (SELECT 'Q-' || id FROM request WHERE status <> 'closed' OR protect_until >= ?2))";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query((family.get(), today.to_string()))?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(word("a hold or request", &row.get::<_, String>(0)?, Guard::parse)?);
        }
        all.sort();
        Ok(all)
    }

    /// The guards that came to an end after a plan was made, by the ledger and not by the clock.
    pub fn ended_since(&self, plan: PlanId) -> Result<BTreeSet<Guard>, CatalogError> {
        let sql = "SELECT subject FROM event WHERE act IN (?1, ?2) AND id > (SELECT event FROM plan WHERE id = ?3)";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query((Act::HoldReleased.word(), Act::RequestClosed.word(), plan.get()))?;
        let mut all = BTreeSet::new();
        while let Some(row) = rows.next()? {
            all.insert(word("a hold or request", &row.get::<_, String>(0)?, Guard::parse)?);
        }
        Ok(all)
    }

    /// Whether a guard covers a family, or did until it came to an end: its rows stay.
    pub fn is_or_was_guarded(&self, family: FamilyId, guard: Guard) -> Result<bool, CatalogError> {
        let sql = "SELECT count(*) FROM protection WHERE family = ?1 AND guard = ?2";
        let rows: i64 =
            self.connection.prepare_cached(sql)?.query_row((family.get(), guard.to_string()), |row| row.get(0))?;
        Ok(rows > 0)
    }

    /// The families a guard protects, in order; a released hold protects none.
    pub fn families_guarded_by(&self, guard: Guard) -> Result<Vec<FamilyId>, CatalogError> {
        let sql = "SELECT protection.family FROM protection JOIN family ON family.id = protection.family \
                   WHERE guard = ?1 AND family.state <> 'destroyed' \
                   AND guard NOT IN (SELECT 'H-' || id FROM hold WHERE released_at IS NOT NULL) ORDER BY 1";
        Ok(self.numbers(sql, guard.to_string())?.into_iter().map(FamilyId::new).collect())
    }
}
