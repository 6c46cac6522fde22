//! The decisions of a review as they stand, or as they stood at an event.

use crate::base::id::{EventId, RecordId, RedactionId, RequestId};
use crate::catalog::{CatalogError, Reading};
use crate::model::event::Act;
use crate::model::review::Decision;
use serde::Deserialize;
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

#[derive(Deserialize)]
struct Reviewed {
    decision: Decision,
    #[serde(default)]
    basis: String,
    members: Vec<RecordId>,
}

/// The end of a walk through the events, or a failure on the way.
enum Stop {
    Reached,
    Failed(CatalogError),
}

impl From<CatalogError> for Stop {
    fn from(error: CatalogError) -> Self {
        Self::Failed(error)
    }
}

/// The decisions as they stood before an event, told again by the events themselves.
pub(super) fn before(reading: &Reading<'_>, request: RequestId, event: EventId) -> Result<Decisions, CatalogError> {
    let mut standing = Decisions::new();
    let subject = request.to_string();
    let walked = reading.each_event::<Stop>(EventId::new(1), |one| {
        if one.id >= event {
            return Err(Stop::Reached);
        }
        if one.act == Act::Reviewed && one.subject == subject {
            let reviewed: Reviewed = serde_json::from_str(&one.details)
                .map_err(|_| CatalogError::Damaged { what: "a review decision", value: one.id.to_string() })?;
            for record in reviewed.members {
                standing.insert(record, (reviewed.decision, reviewed.basis.clone()));
            }
        }
        Ok(())
    });
    match walked {
        Ok(()) | Err(Stop::Reached) => Ok(standing),
        Err(Stop::Failed(error)) => Err(error),
    }
}
