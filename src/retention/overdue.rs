//! What is kept longer than a statute allows: an alarm, never a destruction by itself.

use super::{Adopted, LiveGuards, RetentionError};
use crate::base::id::FamilyId;
use crate::catalog::{FamilyFilter, FamilyState};
use crate::model::disposition::{Reason, ReasonCode, RuleRef};
use crate::repository::Repository;
use chrono::NaiveDate;
use serde::Serialize;

/// Families read in one step, so that memory stays bounded.
pub(super) const STEP: u64 = 10_000;

/// An item past the last day that a statutory maximum allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overdue {
    /// The family.
    pub family: FamilyId,
    /// The last day it might have been kept.
    pub must_destroy_by: NaiveDate,
    /// The rule that keeps it longest, where one does.
    pub rule: Option<RuleRef>,
    /// Whether it may be destroyed now, so that only nobody has planned it.
    pub is_eligible: bool,
    /// Why it is still here, deciding reason first. A hold that stands against a maximum is for the city attorney to settle.
    pub reasons: Vec<Reason>,
}

/// Every item here that is overdue on a day, in order of number. What came from personal devices is among it.
pub fn overdue(repository: &Repository, on: NaiveDate) -> Result<Vec<Overdue>, RetentionError> {
    let adopted = Adopted::load(repository)?;
    let evaluator = adopted.evaluator();
    let mut found = Vec::new();
    repository.catalog().at_one_moment::<_, RetentionError>(|reading| {
        let guards = LiveGuards::load(&reading, on)?;
        for rows in reading.families_in_steps(FamilyFilter::default(), STEP) {
            for row in rows?.iter().filter(|row| row.state == FamilyState::Live) {
                let verdict = adopted.verdict(&evaluator, &reading, row, &guards, on)?;
                let Some(by) = verdict.must_destroy_by.filter(|by| *by < on) else { continue };
                let is_eligible =
                    matches!(verdict.eligibility, crate::model::disposition::Eligibility::Eligible { .. });
                let mut reasons = verdict.reasons;
                reasons.retain(|reason| reason.code != ReasonCode::GateOpen);
                found.push(Overdue { family: row.id, must_destroy_by: by, rule: verdict.rule, is_eligible, reasons });
            }
        }
        Ok(())
    })?;
    Ok(found)
}
