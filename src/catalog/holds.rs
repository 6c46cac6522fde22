//! Holds: placed, listed, released, never deleted.

use super::{CatalogError, Reading, Sequence, Writing, day, moment, word, written};
use crate::base::id::{EventId, HoldId};
use crate::model::hold::{Hold, HoldBasis, HoldState, Scope};
use chrono::{DateTime, NaiveDate, Utc};

impl Writing<'_> {
    /// Writes a new hold and returns its number. `through` is the last event its scope was evaluated on.
    pub fn add_hold(
        &self,
        matter: &str,
        by: &str,
        at: DateTime<Utc>,
        reason: &str,
        scope: &Scope,
        through: EventId,
    ) -> Result<HoldId, CatalogError> {
        let id = self.reading().next_of(Sequence::Hold)?;
        self.connection
            .prepare_cached(
                "INSERT INTO hold(matter, issued_by, issued_at, reason, scope, through_event, id) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute((matter, by, written(at), reason, super::requests::scope_text(scope), through.get(), id))?;
        Ok(HoldId::new(id))
    }

    /// Says why there is a duty to preserve.
    pub fn set_hold_basis(&self, hold: HoldId, basis: HoldBasis) -> Result<(), CatalogError> {
        let sql = "UPDATE hold SET basis = ?2 WHERE id = ?1";
        self.connection.prepare_cached(sql)?.execute((hold.get(), basis.word()))?;
        Ok(())
    }

    /// Gives a hold that is in force another scope. The event of the amendment keeps it; earlier ones keep theirs.
    pub fn set_hold_scope(&self, hold: HoldId, scope: &Scope) -> Result<(), CatalogError> {
        let sql = "UPDATE hold SET scope = ?2 WHERE id = ?1 AND released_at IS NULL";
        let changed = self.connection.prepare_cached(sql)?.execute((hold.get(), super::requests::scope_text(scope)))?;
        if changed == 1 { Ok(()) } else { Err(CatalogError::Missing(format!("hold {hold} that is in force"))) }
    }

    /// Releases a hold that is in force. What it covered stays protected through `protected_until`.
    pub fn release_hold(
        &self,
        hold: HoldId,
        by: &str,
        at: DateTime<Utc>,
        reason: &str,
        protected_until: NaiveDate,
    ) -> Result<(), CatalogError> {
        let changed = self
            .connection
            .prepare_cached(
                "UPDATE hold SET released_by = ?2, released_at = ?3, release_reason = ?4, protect_until = ?5 \
                 WHERE id = ?1 AND released_at IS NULL",
            )?
            .execute((hold.get(), by, written(at), reason, protected_until.to_string()))?;
        if changed == 1 { Ok(()) } else { Err(CatalogError::Missing(format!("hold {hold} that is in force"))) }
    }
}

impl Reading<'_> {
    /// Every hold, released ones included, oldest first.
    pub fn holds(&self) -> Result<Vec<Hold>, CatalogError> {
        let sql = "SELECT id, matter, issued_by, issued_at, reason, scope, released_by, released_at, release_reason, \
                   protect_until, basis FROM hold ORDER BY id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let state = match row.get::<_, Option<String>>(7)? {
                None => HoldState::Active,
                Some(at) => HoldState::Released {
                    by: row.get::<_, Option<String>>(6)?.unwrap_or_default(),
                    at: moment(&at)?,
                    reason: row.get::<_, Option<String>>(8)?.unwrap_or_default(),
                    protected_until: row.get::<_, Option<String>>(9)?.as_deref().map(day).transpose()?,
                },
            };
            all.push(Hold {
                id: HoldId::new(row.get(0)?),
                matter: row.get(1)?,
                issued_by: row.get(2)?,
                issued_at: moment(&row.get::<_, String>(3)?)?,
                basis: word("the basis of a hold", &row.get::<_, String>(10)?, HoldBasis::parse)?,
                reason: row.get(4)?,
                scope: word("a scope", &row.get::<_, String>(5)?, |text| serde_json::from_str(text).ok())?,
                state,
            });
        }
        Ok(all)
    }

    /// One hold.
    pub fn hold(&self, id: HoldId) -> Result<Hold, CatalogError> {
        let found = self.holds()?.into_iter().find(|hold| hold.id == id);
        found.ok_or_else(|| CatalogError::Missing(format!("hold {id}")))
    }
}
