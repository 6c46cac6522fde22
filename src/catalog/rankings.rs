//! Samples of a review, and the decision to stop one.

use super::{CatalogError, Reading, Sequence, Writing, moment, optional, word, written};
use crate::base::id::{EventId, FamilyId, RequestId};
use chrono::{DateTime, Utc};
use serde::Serialize;

/// A random sample of a collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReviewSample {
    /// Its number.
    pub id: i64,
    /// The request.
    pub request: RequestId,
    /// `control` or `elusion`.
    pub kind: String,
    /// The seed it was drawn with.
    pub seed: String,
    /// The families drawn.
    pub families: Vec<FamilyId>,
    /// How many it was drawn from.
    pub population: u64,
    /// How many were collected then.
    pub collected: u64,
    /// How many of them had been found relevant.
    pub relevant: u64,
    /// The event.
    pub event: EventId,
}

/// The decision to stop a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReviewStop {
    /// The request.
    pub request: RequestId,
    /// The event; what was collected later is not covered.
    pub event: EventId,
    /// Who decided.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// Whether the rule for stopping was met.
    pub rule_met: bool,
    /// Families that were not read.
    pub undecided: u64,
    /// The figures it rests on, as JSON.
    pub facts: String,
}

impl Writing<'_> {
    /// Records a sample.
    pub fn add_review_sample(&self, sample: &ReviewSample) -> Result<(), CatalogError> {
        let numbers: Vec<i64> = sample.families.iter().map(|family| family.get()).collect();
        self.connection
            .prepare_cached("INSERT INTO review_sample VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?
            .execute((
                sample.id,
                sample.request.get(),
                &sample.kind,
                &sample.seed,
                serde_json::json!(numbers).to_string(),
                sample.population as i64,
                sample.collected as i64,
                sample.relevant as i64,
                sample.event.get(),
            ))?;
        Ok(())
    }

    /// Records the decision to stop.
    pub fn add_review_stop(&self, stop: &ReviewStop) -> Result<(), CatalogError> {
        self.connection.prepare_cached("INSERT INTO review_stop VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?.execute(
            (
                stop.event.get(),
                stop.request.get(),
                &stop.by,
                written(stop.at),
                &stop.reason,
                stop.rule_met,
                stop.undecided as i64,
                &stop.facts,
            ),
        )?;
        Ok(())
    }
}

impl Reading<'_> {
    /// The number the next sample of a review gets.
    pub fn next_review_sample(&self) -> Result<i64, CatalogError> {
        self.next_of(Sequence::ReviewSample)
    }

    /// The samples of a request, oldest first.
    pub fn review_samples(&self, request: RequestId) -> Result<Vec<ReviewSample>, CatalogError> {
        let sql = "SELECT id, kind, seed, families, population, collected, relevant, event FROM review_sample \
                   WHERE request = ?1 ORDER BY id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([request.get()])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let numbers: Vec<i64> =
                word("a list of numbers", &row.get::<_, String>(3)?, |text| serde_json::from_str(text).ok())?;
            all.push(ReviewSample {
                id: row.get(0)?,
                request,
                kind: row.get(1)?,
                seed: row.get(2)?,
                families: numbers.into_iter().map(FamilyId::new).collect(),
                population: row.get::<_, i64>(4)?.unsigned_abs(),
                collected: row.get::<_, i64>(5)?.unsigned_abs(),
                relevant: row.get::<_, i64>(6)?.unsigned_abs(),
                event: EventId::new(row.get(7)?),
            });
        }
        Ok(all)
    }

    /// The families of the control sample of a request; none when it has none.
    pub fn control_families(&self, request: RequestId) -> Result<Vec<FamilyId>, CatalogError> {
        let samples = self.review_samples(request)?;
        Ok(samples
            .into_iter()
            .find(|sample| sample.kind == "control")
            .map(|sample| sample.families)
            .unwrap_or_default())
    }

    /// The newest decision to stop the review of a request.
    pub fn review_stop(&self, request: RequestId) -> Result<Option<ReviewStop>, CatalogError> {
        let sql = "SELECT event, stopped_by, stopped_at, reason, rule_met, undecided, facts FROM review_stop \
                   WHERE request = ?1 ORDER BY event DESC LIMIT 1";
        let found = self.connection.prepare_cached(sql)?.query_row([request.get()], |row| {
            let numbers = (row.get::<_, i64>(0)?, row.get::<_, i64>(5)?);
            Ok((numbers, row.get::<_, String>(2)?, row.get(1)?, row.get(3)?, row.get(4)?, row.get(6)?))
        });
        let Some(((event, undecided), at, by, reason, rule_met, facts)) = optional(found)? else { return Ok(None) };
        let (event, at) = (EventId::new(event), moment(&at)?);
        Ok(Some(ReviewStop { request, event, by, at, reason, rule_met, undecided: undecided.unsigned_abs(), facts }))
    }

    /// Collected families with a member that has no decision, and that no decision to stop covers.
    pub fn families_to_review(&self, request: RequestId) -> Result<Vec<FamilyId>, CatalogError> {
        let sql = "SELECT DISTINCT collected.family FROM collected JOIN family ON family.id = collected.family \
                   JOIN record ON record.family = collected.family \
                   LEFT JOIN review ON review.request = collected.request AND review.record = record.id \
                   WHERE collected.request = ?1 AND family.state <> 'destroyed' AND review.record IS NULL \
                   AND collected.event > coalesce((SELECT max(event) FROM review_stop WHERE request = ?1), 0) \
                   ORDER BY 1";
        Ok(self.numbers(sql, request.get())?.into_iter().map(FamilyId::new).collect())
    }
}
