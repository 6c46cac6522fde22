//! Which records: official, confirmed, under a series, not filed yet.

use super::FilingError;
use crate::base::id::FamilyId;
use crate::catalog::{CatalogError, FamilyFilter, FamilyRow, FamilyState};
use crate::model::classification::RecordStatus;
use crate::repository::Repository;
use std::collections::BTreeSet;

/// Families read in one step.
const STEP: u64 = 1_000;

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// These families; `None` means every one that fits.
    pub families: Option<Vec<FamilyId>>,
    /// Only those of this series.
    pub series: Option<String>,
    /// At most so many.
    pub limit: Option<usize>,
}

/// Why a record is not filed.
fn unfit(row: &FamilyRow) -> Option<&'static str> {
    let standing = &row.standing;
    if row.state != FamilyState::Live {
        Some("it is destroyed or about to be")
    } else if standing.status != RecordStatus::Official {
        Some("its status is not official")
    } else if !standing.basis.is_confirmed() {
        Some("its status is a proposal that nobody has confirmed")
    } else if standing.series.is_empty() {
        Some("it has no series under which it could be filed")
    } else if row.filed.is_some() {
        Some("it has been filed already")
    } else {
        None
    }
}

/// The records that are asked for, by number. One that is named and does not fit refuses the whole, so that nobody takes it
/// for filed; of all those that fit, what lies in a record-keeping mailbox stays there, and what waits for its receipt is
/// not written out a second time.
pub(super) fn official(repository: &Repository, wanted: &Wanted) -> Result<Vec<FamilyRow>, FilingError> {
    let reading = repository.catalog().reading();
    let of_series = |row: &FamilyRow| wanted.series.as_ref().is_none_or(|series| row.standing.series == *series);
    if let Some(families) = &wanted.families {
        let mut rows = Vec::new();
        for family in families.iter().collect::<BTreeSet<_>>() {
            let row = reading.family(*family)?;
            let set_aside = reading.is_set_aside(*family)?.then_some("it came from a personal device and is set aside");
            if let Some(why) = unfit(&row).or(set_aside) {
                return Err(FilingError::Refused(format!("{family} is not filed: {why}")));
            }
            rows.push(row);
        }
        rows.retain(of_series);
        return Ok(rows);
    }
    let kept_there = record_mailboxes(repository)?;
    let mut rows = Vec::new();
    let filter = FamilyFilter { status: Some(RecordStatus::Official), ordinary: true, ..FamilyFilter::default() };
    for page in reading.families_in_steps(filter, STEP) {
        for row in page?.into_iter().filter(|row| unfit(row).is_none() && of_series(row)) {
            let custodians = reading.custodians_of(row.id)?;
            let stays = custodians.iter().any(|id| kept_there.contains(&id.get()));
            let waits = reading.filed_files_of(row.id)?.iter().any(|file| file.entry.is_none());
            if !stays && !waits {
                rows.push(row);
            }
            if wanted.limit.is_some_and(|limit| rows.len() >= limit) {
                return Ok(rows);
            }
        }
    }
    Ok(rows)
}

/// The custodians whose mailbox was designated for keeping records.
fn record_mailboxes(repository: &Repository) -> Result<BTreeSet<i64>, CatalogError> {
    let designated = &repository.profile().policy.record_mailboxes;
    let all = repository.catalog().reading().custodians()?;
    let is_one = |name: &str| designated.iter().any(|one| one.eq_ignore_ascii_case(name));
    Ok(all.into_iter().filter(|(_, name, _)| is_one(name)).map(|(id, ..)| id.get()).collect())
}
