//! Data requests, what was collected for them, and the decisions of the review.

use super::{CatalogError, Reading, Sequence, Writing, day, moment, optional, word, written};
use crate::base::id::{EventId, FamilyId, RecordId, RequestId};
use crate::model::hold::Scope;
use crate::model::request::{DataRequest, Due, RequestKind, RequestStatus, StandingCycle};
use crate::model::review::{Decision, ReviewDecision};
use chrono::NaiveDate;

impl Writing<'_> {
    /// Writes a new request and returns its number; the number in `request` is not looked at.
    pub fn add_request(&self, request: &DataRequest, through: EventId) -> Result<RequestId, CatalogError> {
        let id = self.reading().next_of(Sequence::Request)?;
        self.connection
            .prepare_cached(
                "INSERT INTO request(kind, requester, description, received_on, due_on, due_basis, scope, status, \
                 opened_at, opened_by, through_event, id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )?
            .execute((
                request.kind.word(),
                &request.requester,
                &request.description,
                request.received_on.to_string(),
                request.due.on.to_string(),
                &request.due.basis,
                scope_text(&request.scope),
                request.status.word(),
                written(request.opened_at),
                &request.opened_by,
                through.get(),
                id,
            ))?;
        Ok(RequestId::new(id))
    }

    /// Says where a request stands.
    pub fn set_request_status(&self, request: RequestId, status: RequestStatus) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached("UPDATE request SET status = ?2 WHERE id = ?1")?
            .execute((request.get(), status.word()))?;
        Ok(())
    }

    /// Closes a request; its scope stays protected through `protect_until`.
    pub fn close_request(
        &self,
        request: RequestId,
        on: NaiveDate,
        protect_until: NaiveDate,
    ) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached("UPDATE request SET status = 'closed', closed_on = ?2, protect_until = ?3 WHERE id = ?1")?
            .execute((request.get(), on.to_string(), protect_until.to_string()))?;
        Ok(())
    }

    /// Opens a closed request again. Until it is evaluated anew everything counts as protected by it.
    pub fn reopen_request(&self, request: RequestId, status: RequestStatus) -> Result<(), CatalogError> {
        let sql = "UPDATE request SET status = ?2, closed_on = NULL, protect_until = NULL, through_event = -1, \
                   whole_through = -1 WHERE id = ?1 AND status = 'closed'";
        self.connection.prepare_cached(sql)?.execute((request.get(), status.word()))?;
        Ok(())
    }

    /// Says what a request protects beside what it asks for: its whole custodian and date scope.
    pub fn set_whole_scope(&self, request: RequestId, scope: &Scope) -> Result<(), CatalogError> {
        let sql = "UPDATE request SET whole_scope = ?2, whole_through = -1, whole_until = NULL WHERE id = ?1";
        self.connection.prepare_cached(sql)?.execute((request.get(), scope_text(scope)))?;
        Ok(())
    }

    /// Ends that wider protection with a day.
    pub fn end_whole_scope(&self, request: RequestId, until: NaiveDate) -> Result<(), CatalogError> {
        let sql = "UPDATE request SET whole_until = ?2 WHERE id = ?1";
        self.connection.prepare_cached(sql)?.execute((request.get(), until.to_string()))?;
        Ok(())
    }

    /// Says in which cycle a standing request is.
    pub fn set_cycle(&self, request: RequestId, cycle: &StandingCycle) -> Result<(), CatalogError> {
        let sql = "UPDATE request SET cycle_days = ?2, cycle_from = ?3, confirmed_on = ?4 WHERE id = ?1";
        let (from, confirmed) = (cycle.from.to_string(), cycle.confirmed_on.to_string());
        self.connection.prepare_cached(sql)?.execute((request.get(), cycle.days, from, confirmed))?;
        Ok(())
    }

    /// Adds families to what was collected, and says how many are new.
    pub fn collect(&self, request: RequestId, families: &[FamilyId], event: EventId) -> Result<u64, CatalogError> {
        let mut insert = self.connection.prepare_cached("INSERT OR IGNORE INTO collected VALUES (?1, ?2, ?3)")?;
        let mut added = 0;
        for family in families {
            added += insert.execute((request.get(), family.get(), event.get()))? as u64;
        }
        Ok(added)
    }

    /// Writes a review decision; a newer one takes the place of an older one, which stays as an event.
    pub fn decide(&self, decision: &ReviewDecision, event: EventId) -> Result<(), CatalogError> {
        self.connection.prepare_cached("INSERT OR REPLACE INTO review VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(
            (
                decision.request.get(),
                decision.record.get(),
                decision.decision.word(),
                &decision.basis,
                &decision.by,
                written(decision.at),
                event.get(),
            ),
        )?;
        Ok(())
    }

    /// Takes a review decision away: the member has none. What was decided stays as events.
    pub fn undecide(&self, request: RequestId, record: RecordId) -> Result<(), CatalogError> {
        let sql = "DELETE FROM review WHERE request = ?1 AND record = ?2";
        self.connection.prepare_cached(sql)?.execute((request.get(), record.get()))?;
        Ok(())
    }
}

impl Reading<'_> {
    /// Whether a person has determined that all of a family is public: every member was given whole in answer to a request
    /// from the public, and none was ever withheld, whole or in part.
    pub fn is_determined_public(&self, family: FamilyId) -> Result<bool, CatalogError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM record WHERE family = ?1) \
                   AND NOT EXISTS (SELECT 1 FROM record WHERE family = ?1 AND (NOT EXISTS \
                     (SELECT 1 FROM review JOIN request ON request.id = review.request WHERE review.record = record.id \
                      AND review.decision = 'responsive' AND request.kind = 'public') \
                   OR EXISTS (SELECT 1 FROM review WHERE review.record = record.id \
                     AND review.decision NOT IN ('responsive', 'not-responsive'))))";
        Ok(self.connection.prepare_cached(sql)?.query_row([family.get()], |row| row.get(0))?)
    }

    /// Every request, oldest first.
    pub fn requests(&self) -> Result<Vec<DataRequest>, CatalogError> {
        let sql = "SELECT id, kind, requester, description, received_on, due_on, due_basis, scope, status, opened_at, \
                   opened_by FROM request ORDER BY id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(DataRequest {
                id: RequestId::new(row.get(0)?),
                kind: word("a kind of request", &row.get::<_, String>(1)?, RequestKind::parse)?,
                requester: row.get(2)?,
                description: row.get(3)?,
                received_on: day(&row.get::<_, String>(4)?)?,
                due: Due { on: day(&row.get::<_, String>(5)?)?, basis: row.get(6)? },
                scope: word("a scope", &row.get::<_, String>(7)?, |text| serde_json::from_str(text).ok())?,
                status: word("a request status", &row.get::<_, String>(8)?, RequestStatus::parse)?,
                opened_at: moment(&row.get::<_, String>(9)?)?,
                opened_by: row.get(10)?,
            });
        }
        Ok(all)
    }

    /// One request.
    pub fn request(&self, id: RequestId) -> Result<DataRequest, CatalogError> {
        let found = self.requests()?.into_iter().find(|request| request.id == id);
        found.ok_or_else(|| CatalogError::Missing(format!("request {id}")))
    }

    /// The wider scope a request protects on a day: its custodians and dates alone; `None` once it was narrowed, or where
    /// the request asks for no less.
    pub fn whole_scope(&self, request: RequestId, today: NaiveDate) -> Result<Option<Scope>, CatalogError> {
        let sql = "SELECT whole_scope FROM request WHERE id = ?1 AND whole_scope IS NOT NULL \
                   AND (whole_until IS NULL OR whole_until >= ?2)";
        let found = self
            .connection
            .prepare_cached(sql)?
            .query_row((request.get(), today.to_string()), |row| row.get::<_, String>(0));
        optional(found)?.map(|text| word("a scope", &text, |text| serde_json::from_str(text).ok())).transpose()
    }

    /// The cycle a standing request is in; `None` for an ordinary one.
    pub fn cycle(&self, request: RequestId) -> Result<Option<StandingCycle>, CatalogError> {
        let sql = "SELECT cycle_days, cycle_from, confirmed_on FROM request WHERE id = ?1 AND cycle_days IS NOT NULL";
        let found = self.connection.prepare_cached(sql)?.query_row([request.get()], |row| {
            Ok((row.get::<_, u32>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
        });
        let Some((days, from, confirmed)) = optional(found)? else { return Ok(None) };
        Ok(Some(StandingCycle { days, from: day(&from)?, confirmed_on: day(&confirmed)? }))
    }

    /// The last day a closed request protects what it reached; `None` while it is open.
    pub fn protected_until(&self, request: RequestId) -> Result<Option<NaiveDate>, CatalogError> {
        let sql = "SELECT protect_until FROM request WHERE id = ?1";
        let found: Option<Option<String>> =
            optional(self.connection.prepare_cached(sql)?.query_row([request.get()], |row| row.get(0)))?;
        found.flatten().as_deref().map(day).transpose()
    }

    /// The families collected for a request that are here, in order.
    pub fn collected(&self, request: RequestId) -> Result<Vec<FamilyId>, CatalogError> {
        let sql = "SELECT collected.family FROM collected JOIN family ON family.id = collected.family \
                   WHERE request = ?1 AND family.state <> 'destroyed' ORDER BY 1";
        Ok(self.numbers(sql, request.get())?.into_iter().map(FamilyId::new).collect())
    }

    /// The standing decisions of a request, by record.
    pub fn decisions(&self, request: RequestId) -> Result<Vec<ReviewDecision>, CatalogError> {
        let sql = "SELECT record, decision, basis, decided_by, decided_at FROM review WHERE request = ?1 ORDER BY 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([request.get()])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(ReviewDecision {
                request,
                record: RecordId::new(row.get(0)?),
                decision: word("a decision", &row.get::<_, String>(1)?, Decision::parse)?,
                basis: row.get(2)?,
                by: row.get(3)?,
                at: moment(&row.get::<_, String>(4)?)?,
            });
        }
        Ok(all)
    }
}

/// A scope as it is stored.
pub(super) fn scope_text(scope: &Scope) -> String {
    serde_json::json!(scope).to_string()
}
