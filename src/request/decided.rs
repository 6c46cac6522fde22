//! The decisions of a review with all they rest on, told again by the events: every one there ever was, the second looks,
//! and what was undone.

use crate::base::id::{EventId, RecordId, RequestId};
use crate::catalog::{CatalogError, Reading};
use crate::model::event::Act;
use crate::model::review::{Decision, Ground};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A decision on one member, as it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decided {
    /// The event that recorded it; members that were decided together share one.
    pub event: EventId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
    /// What.
    pub decision: Decision,
    /// The statute or other basis.
    pub basis: String,
    /// What it rests on beside that.
    pub ground: Ground,
    /// The second person who looked at it and agreed.
    pub seconded_by: Option<String>,
}

#[derive(Deserialize)]
struct Reviewed {
    decision: Decision,
    #[serde(default)]
    basis: String,
    #[serde(default)]
    ground: Ground,
    members: Vec<RecordId>,
}

#[derive(Deserialize)]
struct Members {
    members: Vec<RecordId>,
}

/// Each member with the decisions that stand behind each other, the newest last; what was undone is not among them.
pub fn decided(reading: &Reading<'_>, request: RequestId) -> Result<BTreeMap<RecordId, Vec<Decided>>, CatalogError> {
    decided_before(reading, request, None)
}

/// As [`decided`], as it stood before an event.
pub fn decided_before(
    reading: &Reading<'_>,
    request: RequestId,
    before: Option<EventId>,
) -> Result<BTreeMap<RecordId, Vec<Decided>>, CatalogError> {
    let mut all: BTreeMap<RecordId, Vec<Decided>> = BTreeMap::new();
    for event in reading.events_about(&request.to_string())? {
        if before.is_some_and(|before| event.id >= before) {
            break;
        }
        let damaged = |_| CatalogError::Damaged { what: "a review decision", value: event.id.to_string() };
        match event.act {
            Act::Reviewed => {
                let read: Reviewed = serde_json::from_str(&event.details).map_err(damaged)?;
                for record in &read.members {
                    all.entry(*record).or_default().push(Decided {
                        event: event.id,
                        at: event.at,
                        by: event.actor.clone(),
                        decision: read.decision,
                        basis: read.basis.clone(),
                        ground: read.ground.clone(),
                        seconded_by: None,
                    });
                }
            }
            Act::ReviewSeconded => {
                let read: Members = serde_json::from_str(&event.details).map_err(damaged)?;
                for record in &read.members {
                    if let Some(newest) = all.get_mut(record).and_then(|all| all.last_mut()) {
                        newest.seconded_by = Some(event.actor.clone());
                    }
                }
            }
            Act::ReviewUndone => {
                let read: Members = serde_json::from_str(&event.details).map_err(damaged)?;
                for record in &read.members {
                    if let Some(stack) = all.get_mut(record) {
                        stack.pop();
                    }
                }
            }
            _ => {}
        }
    }
    all.retain(|_, stack| !stack.is_empty());
    Ok(all)
}
