//! A person sets or confirms the status of items, one by one or for a list that was shown.

use super::list::Shown;
use super::{ClassificationError, refused};
use crate::base::id::{EventId, FamilyId};
use crate::base::limits;
use crate::catalog::{FamilyRow, FamilyState, Standing, Writing};
use crate::model::classification::{RecordStatus, StatusBasis};
use crate::model::event::Act;
use crate::protection::{catch_up, stand_otherwise};
use crate::repository::Repository;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::BTreeSet;

/// The confidence of what a person has said.
const PERSON_CONFIDENCE: u8 = 100;

/// One family before and after a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// The family.
    pub family: FamilyId,
    /// Its status before.
    pub status_before: RecordStatus,
    /// How that came to stand.
    pub basis_before: StatusBasis,
    /// Its status now.
    pub status: RecordStatus,
    /// Its series now, or empty.
    pub series: String,
}

/// What a decision came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decided {
    /// Every family decided.
    pub families: Vec<Changed>,
    /// The events that record it.
    pub events: Vec<EventId>,
}

/// Sets the status of families by a person's decision, and the series. `series: None` keeps the series where the status
/// stays the same and takes it away where it changes; an empty one takes it away.
pub fn set(
    repository: &mut Repository,
    families: &[FamilyId],
    status: RecordStatus,
    series: Option<&str>,
    reason: &str,
    actor: &str,
) -> Result<Decided, ClassificationError> {
    decide(repository, families, status, series, reason, actor, StatusBasis::Person)
}

/// Sets families one by one, or together as a list that was shown: the basis tells which.
fn decide(
    repository: &mut Repository,
    families: &[FamilyId],
    status: RecordStatus,
    series: Option<&str>,
    reason: &str,
    actor: &str,
    basis: StatusBasis,
) -> Result<Decided, ClassificationError> {
    if families.is_empty() {
        return Err(refused("no item was named", "Name the items, such as R-12 or F-7."));
    }
    if reason.trim().is_empty() {
        return Err(refused("setting a status needs the reason", "Say why in a few words, without quoting the item."));
    }
    if let Some(series) = series {
        check_series(series)?;
    }
    let at = repository.now();
    let wanted: BTreeSet<FamilyId> = families.iter().copied().collect();
    let decisions: Vec<(FamilyId, RecordStatus)> = wanted.iter().map(|family| (*family, status)).collect();
    let said = Said { basis, series, reason, actor };
    let decided = repository.catalog_mut().write(|writing| write_decisions(writing, &decisions, &said, at))?;
    // Holds and requests that ask for a status or series look again; until they have, what was changed is protected.
    catch_up(repository)?;
    Ok(decided)
}

/// Settles a list that was shown, and only exactly that list: with another count or digest nothing is changed. Its items
/// were decided together and not looked at one by one, so a sample that one of them is in still asks for it.
pub fn settle_group(
    repository: &mut Repository,
    families: &[FamilyId],
    shown: &Shown,
    status: RecordStatus,
    series: Option<&str>,
    reason: &str,
    actor: &str,
) -> Result<Decided, ClassificationError> {
    let now = Shown::of(families);
    if now != *shown {
        return Err(refused(
            format!("the list shown had {} items, and this one has {}, or others", shown.count, now.count),
            "Show the queue again, look at the list, and settle that one.",
        ));
    }
    decide(repository, families, status, series, reason, actor, StatusBasis::Group)
}

/// How decisions came about, for every one of them.
pub(super) struct Said<'a> {
    /// Item by item, or as a group.
    pub(super) basis: StatusBasis,
    /// The series, where one was said.
    pub(super) series: Option<&'a str>,
    /// Why.
    pub(super) reason: &'a str,
    /// Who.
    pub(super) actor: &'a str,
}

/// Writes decisions and their events inside a transaction.
pub(super) fn write_decisions(
    writing: &Writing<'_>,
    decisions: &[(FamilyId, RecordStatus)],
    said: &Said<'_>,
    at: DateTime<Utc>,
) -> Result<Decided, ClassificationError> {
    let mut decided = Decided { families: Vec::new(), events: Vec::new() };
    for batch in decisions.chunks(limits::BATCH_ITEMS) {
        let before = writing.reading().last_touched()?;
        let first = decided.families.len();
        let mut standings = Vec::with_capacity(batch.len());
        for (family, status) in batch {
            let row = writing.reading().family(*family)?;
            let standing = decided_standing(&row, *status, said)?;
            decided.families.push(Changed {
                family: *family,
                status_before: row.standing.status,
                basis_before: row.standing.basis,
                status: standing.status,
                series: standing.series.clone(),
            });
            standings.push((*family, standing));
        }
        let details = serde_json::json!({
            "families": decided.families[first..], "basis": said.basis, "reason": said.reason,
        });
        let event = writing.record_event(at, said.actor, Act::Classified, "items", &details)?;
        for (family, standing) in standings {
            writing.set_standing(family, &standing, event.id)?;
        }
        stand_otherwise(writing, before, event.id)?;
        decided.events.push(event.id);
    }
    Ok(decided)
}

fn decided_standing(row: &FamilyRow, status: RecordStatus, said: &Said<'_>) -> Result<Standing, ClassificationError> {
    if row.state != FamilyState::Live {
        let hint = "What is destroyed, or about to be, keeps the status it had.";
        return Err(refused(format!("{} is not here any more", row.id), hint));
    }
    let series = match said.series {
        Some(series) => series.to_owned(),
        None if row.standing.status == status => row.standing.series.clone(),
        None => String::new(),
    };
    Ok(Standing { status, basis: said.basis, series, confidence: PERSON_CONFIDENCE })
}

/// A series key is short, and written as schedules write theirs; it never carries content.
fn check_series(series: &str) -> Result<(), ClassificationError> {
    let sound = series.chars().count() <= limits::KEY_CHARS
        && series.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ' '));
    if sound {
        return Ok(());
    }
    Err(refused(
        format!("{series:?} is not a series key"),
        "Use a key of an adopted schedule, such as complaints-general.",
    ))
}
