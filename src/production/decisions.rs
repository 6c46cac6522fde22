//! The decisions of a review as they stand, or as they stood at an event.

use crate::base::id::{EventId, RecordId, RedactionId, RequestId};
use crate::catalog::{CatalogError, Reading};
use crate::model::review::Decision;
use crate::request::decided_before;
use std::collections::BTreeMap;

/// What was decided on each member, with its basis.
pub(super) type Decisions = BTreeMap<RecordId, (Decision, String)>;

/// An earlier production of the same request.
#[derive(Debug)]
pub(super) struct Earlier {
    /// Its records.
    pub(super) records: std::collections::BTreeSet<RecordId>,
    /// What was decided when it was made.
    pub(super) decisions: Decisions,
    /// The redactions that stood then, by record.
    pub(super) redactions: std::collections::BTreeSet<(RecordId, RedactionId)>,
}

/// The decisions as they stand.
pub(super) fn now(reading: &Reading<'_>, request: RequestId) -> Result<Decisions, CatalogError> {
    let all = reading.decisions(request)?;
    Ok(all.into_iter().map(|one| (one.record, (one.decision, one.basis))).collect())
}

/// The decisions as they stood before an event, told again by the events themselves.
pub(super) fn before(reading: &Reading<'_>, request: RequestId, event: EventId) -> Result<Decisions, CatalogError> {
    let stood = decided_before(reading, request, Some(event))?.into_iter();
    Ok(stood.filter_map(|(record, mut all)| all.pop().map(|one| (record, (one.decision, one.basis)))).collect())
}
