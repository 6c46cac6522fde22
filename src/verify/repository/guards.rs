//! I3 and I6 of what protects: every hold and request that the ledger tells of has its row, and the row says what the
//! ledger says. A run asks this too: with a hold that is gone from the catalog it destroys nothing.

use super::holds::agrees_with_ledger;
use crate::base::id::EventId;
use crate::catalog::{CatalogError, Reading};
use crate::model::event::{Act, Event};
use crate::model::request::{DataRequest, RequestStatus};
use crate::protection::whole_of;
use chrono::NaiveDate;
use serde_json::Value;
use std::collections::BTreeMap;

/// The acts that make a hold or request what it is.
const ACTS: [Act; 7] = [
    Act::HoldPlaced,
    Act::HoldAmended,
    Act::HoldExcluded,
    Act::HoldReleased,
    Act::RequestOpened,
    Act::RequestNarrowed,
    Act::RequestClosed,
];

/// The holds and requests that are not as the ledger tells, each with what differs.
pub fn guards_that_differ(reading: &Reading<'_>) -> Result<Vec<(String, &'static str)>, CatalogError> {
    let mut told: BTreeMap<String, Vec<Event>> = BTreeMap::new();
    reading.each_event::<CatalogError>(EventId::new(0), |event| {
        if ACTS.contains(&event.act) {
            told.entry(event.subject.clone()).or_default().push(event);
        }
        Ok(())
    })?;
    let mut differs = Vec::new();
    for hold in reading.holds()? {
        let events = told.remove(&hold.id.to_string()).unwrap_or_default();
        if !agrees_with_ledger(&hold, &events.iter().collect::<Vec<_>>()) {
            differs.push((hold.id.to_string(), "the hold is not as it was placed, amended or released"));
        }
    }
    for request in reading.requests()? {
        let events = told.remove(&request.id.to_string()).unwrap_or_default();
        if !is_as_opened(&request, &events) {
            differs.push((request.id.to_string(), "the request is not as it was opened or closed"));
        }
        if !is_as_wide(reading, &request, &events)? {
            let message = "it protects less than its whole custodian and date scope, and no decision narrowed it";
            differs.push((request.id.to_string(), message));
        }
    }
    differs.extend(told.into_keys().map(|subject| (subject, "the ledger tells of it, and its row is gone")));
    Ok(differs)
}

fn is_as_opened(request: &DataRequest, events: &[Event]) -> bool {
    let Some(opened) = events.iter().find(|event| event.act == Act::RequestOpened) else { return false };
    let details: Value = serde_json::from_str(&opened.details).unwrap_or_default();
    let scope = serde_json::to_value(&request.scope).unwrap_or_default();
    let is_closed = events.iter().any(|event| event.act == Act::RequestClosed);
    details.get("scope") == Some(&scope)
        && details["due_on"] == request.due.on.to_string().as_str()
        && is_closed == (request.status == RequestStatus::Closed)
}

/// A request that nobody narrowed protects its whole custodian and date scope.
fn is_as_wide(reading: &Reading<'_>, request: &DataRequest, events: &[Event]) -> Result<bool, CatalogError> {
    let is_narrowed = events.iter().any(|event| event.act == Act::RequestNarrowed);
    // One opened by an earlier version never had a wider scope; its opening says nothing of it.
    let is_wide = events.iter().any(|event| event.act == Act::RequestOpened && event.details.contains("\"whole\""));
    Ok(!is_wide || is_narrowed || reading.whole_scope(request.id, NaiveDate::MAX)? == whole_of(&request.scope))
}
