//! Items from personal devices, set aside until a person has sorted them.

use super::{CatalogError, Reading, Writing, day, optional, word};
use crate::base::id::{CustodianId, EventId, FamilyId};
use crate::model::screening::Screening;
use chrono::NaiveDate;

/// What is set aside: outside of every ordinary list, count and search.
pub(super) const SET_ASIDE: &str = "(SELECT family FROM screening WHERE state <> 'government')";

/// How many items are set aside, and from when the oldest of them count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetAside {
    /// Nobody has sorted them.
    pub undecided: u64,
    /// Decided to be personal, and still here.
    pub personal: u64,
    /// The earliest day on which one of the personal ones was decided.
    pub personal_since: Option<NaiveDate>,
}

impl Writing<'_> {
    /// Sets a new item from a personal device aside.
    pub fn set_aside(&self, family: FamilyId, event: EventId) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached("INSERT OR IGNORE INTO screening VALUES (?1, 'undecided', NULL, ?2)")?
            .execute((family.get(), event.get()))?;
        Ok(())
    }

    /// Says that a copy of an item came from one of the city's own systems: it is an ordinary item, if it was not one
    /// before. Says whether anything changed.
    pub fn has_city_copy(&self, family: FamilyId, event: EventId) -> Result<bool, CatalogError> {
        let changed = self
            .connection
            .prepare_cached(
                "UPDATE screening SET state = 'government', decided_on = NULL, event = ?2 \
                 WHERE family = ?1 AND state <> 'government'",
            )?
            .execute((family.get(), event.get()))?;
        Ok(changed > 0)
    }

    /// Writes what a person has decided on an item that had been set aside; `false` when it never was.
    pub fn decide_screening(&self, family: FamilyId, to: Screening, event: EventId) -> Result<bool, CatalogError> {
        let (state, on) = match to {
            Screening::Undecided => ("undecided", None),
            Screening::Government => ("government", None),
            Screening::Personal { since } => ("personal", Some(since.to_string())),
        };
        let changed = self
            .connection
            .prepare_cached("UPDATE screening SET state = ?2, decided_on = ?3, event = ?4 WHERE family = ?1")?
            .execute((family.get(), state, on, event.get()))?;
        Ok(changed > 0)
    }
}

impl Reading<'_> {
    /// Where an item from a personal device stands; `None` for an item that never was set aside.
    pub fn screening(&self, family: FamilyId) -> Result<Option<Screening>, CatalogError> {
        let sql = "SELECT state, decided_on FROM screening WHERE family = ?1";
        let found = self
            .connection
            .prepare_cached(sql)?
            .query_row([family.get()], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?)));
        let Some((state, on)) = optional(found)? else { return Ok(None) };
        let since = on.as_deref().map(day).transpose()?;
        word("a state of screening", &state, |state| match (state, since) {
            ("undecided", _) => Some(Screening::Undecided),
            ("government", _) => Some(Screening::Government),
            ("personal", Some(since)) => Some(Screening::Personal { since }),
            _ => None,
        })
        .map(Some)
    }

    /// Every item that ever was set aside: where it stands, and the event that says so.
    pub fn screenings(&self) -> Result<Vec<(FamilyId, Screening, EventId)>, CatalogError> {
        let mut statement = self.connection.prepare_cached("SELECT family, event FROM screening ORDER BY family")?;
        let rows: Vec<(i64, i64)> =
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        let mut all = Vec::new();
        for (family, event) in rows {
            let family = FamilyId::new(family);
            all.extend(self.screening(family)?.map(|state| (family, state, EventId::new(event))));
        }
        Ok(all)
    }

    /// Whether an item is outside of ordinary lists, counts and searches.
    pub fn is_set_aside(&self, family: FamilyId) -> Result<bool, CatalogError> {
        Ok(self.screening(family)?.is_some_and(|state| state != Screening::Government))
    }

    /// The items that are set aside and here, in order.
    pub fn families_set_aside(&self) -> Result<Vec<FamilyId>, CatalogError> {
        let sql = "SELECT family FROM screening JOIN family ON family.id = screening.family \
                   WHERE screening.state <> 'government' AND family.state <> ?1 ORDER BY 1";
        Ok(self.numbers(sql, "destroyed")?.into_iter().map(FamilyId::new).collect())
    }

    /// How many items are set aside and here.
    pub fn set_aside_counts(&self) -> Result<SetAside, CatalogError> {
        let sql = "SELECT coalesce(sum(screening.state = 'undecided'), 0), coalesce(sum(screening.state = 'personal'), 0), \
                   min(decided_on) FROM screening JOIN family ON family.id = screening.family \
                   WHERE screening.state <> 'government' AND family.state <> 'destroyed'";
        let (undecided, personal, since): (i64, i64, Option<String>) =
            self.connection.prepare_cached(sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(SetAside {
            undecided: undecided.unsigned_abs(),
            personal: personal.unsigned_abs(),
            personal_since: since.as_deref().map(day).transpose()?,
        })
    }

    /// The items set aside of which a custodian has a copy; with `None` those of which some copy is nobody's.
    pub fn set_aside_of(&self, custodian: Option<CustodianId>) -> Result<Vec<FamilyId>, CatalogError> {
        let sql = "SELECT DISTINCT screening.family FROM screening JOIN copy ON copy.family = screening.family \
                   JOIN family ON family.id = screening.family WHERE screening.state <> 'government' \
                   AND copy.custodian = ?1 AND family.state <> 'destroyed' ORDER BY 1";
        Ok(self.numbers(sql, custodian.map_or(0, CustodianId::get))?.into_iter().map(FamilyId::new).collect())
    }

    /// Whether a destroyed item went as personal, and not by a schedule.
    pub fn went_as_personal(&self, family: FamilyId) -> Result<bool, CatalogError> {
        let sql = "SELECT edition FROM tombstone WHERE family = ?1";
        let edition = self.connection.prepare_cached(sql)?.query_row([family.get()], |row| row.get::<_, String>(0));
        Ok(optional(edition)?.as_deref() == Some(crate::model::screening::PERSONAL_EDITION))
    }
}
