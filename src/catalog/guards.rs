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
    /// The whole custodian and date scope of such a request, until a recorded decision narrows it to what it asks for.
    WholeRequest(RequestId),
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hold(id) => id.fmt(f),
            Self::Request(id) => id.fmt(f),
            Self::WholeRequest(id) => write!(f, "{id}+"),
        }
    }
}

impl Guard {
    fn parse(text: &str) -> Option<Self> {
        match text.get(..2) {
            Some("H-") => text.parse().ok().map(Self::Hold),
            Some("Q-") => match text.strip_suffix('+') {
                Some(whole) => whole.parse().ok().map(Self::WholeRequest),
                None => text.parse().ok().map(Self::Request),
            },
            _ => None,
        }
    }
}

/// The guards in force on the day `?1`, each with its scope and the event it was evaluated through. A released hold is
/// in force until its cooling period is over.
pub(super) const IN_FORCE: &str = "SELECT 'H-' || id AS guard, scope, through_event FROM hold \
    WHERE released_at IS NULL OR protect_until >= ?1 UNION ALL \
    SELECT 'Q-' || id, scope, through_event FROM request WHERE status <> 'closed' OR protect_until >= ?1 UNION ALL \
    SELECT 'Q-' || id || '+', whole_scope, whole_through FROM request WHERE whole_scope IS NOT NULL \
    AND (whole_until IS NULL OR whole_until >= ?1) AND (status <> 'closed' OR protect_until >= ?1)";

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
        // What had been let go is protected again; what was excluded by name is not.
        let sql = "INSERT INTO protection(family, guard) VALUES (?1, ?2) \
                   ON CONFLICT DO UPDATE SET until = NULL WHERE until IS NOT NULL AND excluded = 0";
        let mut insert = self.connection.prepare_cached(sql)?;
        let guard = guard.to_string();
        for family in families {
            insert.execute((family.get(), &guard))?;
        }
        Ok(())
    }

    /// Lets families go: their rows protect through a last day, and stay to be told of afterwards.
    pub fn let_go(&self, guard: Guard, families: &[FamilyId], until: NaiveDate) -> Result<(), CatalogError> {
        let sql = "UPDATE protection SET until = ?3 WHERE family = ?1 AND guard = ?2 AND until IS NULL";
        let mut update = self.connection.prepare_cached(sql)?;
        for family in families {
            update.execute((family.get(), guard.to_string(), until.to_string()))?;
        }
        Ok(())
    }

    /// Lets everything go that a guard protects, through a last day, and says how many families that is.
    pub fn let_all_go(&self, guard: Guard, until: NaiveDate) -> Result<u64, CatalogError> {
        let sql = "UPDATE protection SET until = ?2 WHERE guard = ?1 AND until IS NULL";
        Ok(self.connection.prepare_cached(sql)?.execute((guard.to_string(), until.to_string()))? as u64)
    }

    /// Excludes families by name: their rows protect through a last day, and no evaluation sets them again.
    pub fn exclude(&self, guard: Guard, families: &[FamilyId], until: NaiveDate) -> Result<(), CatalogError> {
        let sql = "INSERT INTO protection(family, guard, until, excluded) VALUES (?1, ?2, ?3, 1) \
                   ON CONFLICT DO UPDATE SET until = coalesce(until, ?3), excluded = 1";
        let mut upsert = self.connection.prepare_cached(sql)?;
        for family in families {
            upsert.execute((family.get(), guard.to_string(), until.to_string()))?;
        }
        Ok(())
    }

    /// Takes exclusions back: the families are protected again.
    pub fn include(&self, guard: Guard, families: &[FamilyId]) -> Result<(), CatalogError> {
        let sql = "UPDATE protection SET excluded = 0 WHERE family = ?1 AND guard = ?2";
        let mut update = self.connection.prepare_cached(sql)?;
        for family in families {
            update.execute((family.get(), guard.to_string()))?;
        }
        self.protect(guard, families)
    }

    /// Says that a guard was evaluated on everything sealed up to an event.
    pub fn set_guard_through(&self, guard: Guard, event: EventId) -> Result<(), CatalogError> {
        let (sql, id) = match guard {
            Guard::Hold(id) => ("UPDATE hold SET through_event = ?2 WHERE id = ?1", id.get()),
            Guard::Request(id) => ("UPDATE request SET through_event = ?2 WHERE id = ?1", id.get()),
            Guard::WholeRequest(id) => ("UPDATE request SET whole_through = ?2 WHERE id = ?1", id.get()),
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
        let mut statement = self.connection.prepare_cached(IN_FORCE)?;
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
        let sql = format!(
            "SELECT guard FROM protection WHERE family = ?2 AND (until IS NULL OR until >= ?1) \
             AND guard IN (SELECT guard FROM ({IN_FORCE}))"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query((today.to_string(), family.get()))?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(word("a hold or request", &row.get::<_, String>(0)?, Guard::parse)?);
        }
        all.sort();
        // What a request asks for is named by the request alone.
        let narrow: Vec<Guard> = all.clone();
        all.retain(|guard| !matches!(guard, Guard::WholeRequest(id) if narrow.contains(&Guard::Request(*id))));
        Ok(all)
    }

    /// The guards that came to an end, or let something go, after a plan was made: by the ledger and not by the clock.
    pub fn ended_since(&self, plan: PlanId) -> Result<BTreeSet<Guard>, CatalogError> {
        let acts = [
            Act::HoldReleased,
            Act::HoldLetGo,
            Act::HoldExcluded,
            Act::RequestClosed,
            Act::RequestNarrowed,
            Act::RequestCycleDelivered,
        ];
        let sql = "SELECT DISTINCT subject FROM event WHERE act IN (?1, ?2, ?3, ?4, ?5, ?6) \
                   AND id > (SELECT event FROM plan WHERE id = ?7)";
        let mut statement = self.connection.prepare_cached(sql)?;
        let [one, two, three, four, five, six] = acts.map(Act::word);
        let mut rows = statement.query((one, two, three, four, five, six, plan.get()))?;
        let mut all = BTreeSet::new();
        while let Some(row) = rows.next()? {
            let guard = word("a hold or request", &row.get::<_, String>(0)?, Guard::parse)?;
            if let Guard::Request(id) = guard {
                all.insert(Guard::WholeRequest(id));
            }
            all.insert(guard);
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

    /// The families a guard covers, in order; a released hold covers none, and neither is what was let go.
    pub fn families_guarded_by(&self, guard: Guard) -> Result<Vec<FamilyId>, CatalogError> {
        let sql = "SELECT protection.family FROM protection JOIN family ON family.id = protection.family \
                   WHERE guard = ?1 AND protection.until IS NULL AND family.state <> 'destroyed' \
                   AND guard NOT IN (SELECT 'H-' || id FROM hold WHERE released_at IS NOT NULL) ORDER BY 1";
        Ok(self.numbers(sql, guard.to_string())?.into_iter().map(FamilyId::new).collect())
    }
}
