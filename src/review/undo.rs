//! Undoing decisions, until a production has told them.

use super::{ReviewError, refuse_closed};
use crate::base::id::{EventId, RecordId, RequestId};
use crate::model::event::Act;
use crate::model::review::ReviewDecision;
use crate::repository::Repository;
use crate::request::decided;
use std::collections::BTreeSet;

/// What was undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// Members whose newest decision was taken back.
    pub members: Vec<RecordId>,
    /// Of them, those that have no decision now.
    pub undecided: u64,
}

/// Takes back the newest decision of some members, or without any the last act of deciding with all its members. The
/// decision before it counts again. Refused where a production of the request was made since: what was told is told, and
/// a new decision makes a supplement.
pub fn undo(
    repository: &mut Repository,
    request: RequestId,
    records: &[RecordId],
    reason: &str,
    actor: &str,
) -> Result<Undone, ReviewError> {
    let refused = |message: String| Err(ReviewError::Refused(message));
    if reason.trim().is_empty() {
        return refused("undoing a decision needs the reason".to_owned());
    }
    let at = repository.now();
    repository.catalog_mut().write::<_, ReviewError>(|writing| {
        refuse_closed(writing, request)?;
        let reading = writing.reading();
        let stacks = decided(&reading, request)?;
        let newest = |record: &RecordId| stacks.get(record).and_then(|stack| stack.last());
        let members: BTreeSet<RecordId> = if records.is_empty() {
            let last = stacks.values().filter_map(|stack| stack.last()).map(|one| one.event).max();
            stacks.keys().filter(|record| newest(record).map(|one| one.event) == last).copied().collect()
        } else {
            records.iter().copied().collect()
        };
        if members.is_empty() {
            return refused(format!("nothing is decided for {request}"));
        }
        let mut told = EventId::new(0);
        for (production, ..) in reading.productions_of(request)? {
            told = told.max(reading.production(production)?.1);
        }
        for record in &members {
            match newest(record) {
                None => return refused(format!("{record} has no decision for {request}")),
                Some(one) if one.event < told => {
                    return refused(format!(
                        "the decision on {record} is told by a production already; decide anew, and a supplement tells the change"
                    ));
                }
                Some(_) => {}
            }
        }
        let members: Vec<RecordId> = members.into_iter().collect();
        let details = serde_json::json!({ "members": members, "reason": reason });
        writing.record_event(at, actor, Act::ReviewUndone, &request.to_string(), &details)?;
        let mut undecided = 0;
        for record in &members {
            let before = stacks.get(record).and_then(|stack| stack.len().checked_sub(2).and_then(|at| stack.get(at)));
            match before {
                Some(one) => writing.decide(
                    &ReviewDecision {
                        request,
                        record: *record,
                        decision: one.decision,
                        basis: one.basis.clone(),
                        by: one.by.clone(),
                        at: one.at,
                    },
                    one.event,
                )?,
                None => {
                    undecided += 1;
                    writing.undecide(request, *record)?;
                }
            }
        }
        Ok(Undone { members, undecided })
    })
}
