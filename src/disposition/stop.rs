//! The master stop: one switch that anybody can throw, and nothing is destroyed while it stands. Its state is the last
//! of its events, so nobody takes it back without a trace.

use super::DispositionError;
use crate::catalog::{CatalogError, Reading};
use crate::model::event::Act;
use crate::repository::Repository;
use chrono::{DateTime, Utc};

/// A stop that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Who stopped.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
}

/// The stop that stands, if one does.
pub fn standing_stop(reading: &Reading<'_>) -> Result<Option<Stop>, CatalogError> {
    let last = reading.last_event_of(&[Act::DestructionStopped, Act::DestructionResumed])?;
    Ok(last.filter(|event| event.act == Act::DestructionStopped).map(|event| {
        let details: serde_json::Value = serde_json::from_str(&event.details).unwrap_or_default();
        let reason = details["reason"].as_str().unwrap_or_default().to_owned();
        Stop { by: event.actor, at: event.at, reason }
    }))
}

/// Stops all destruction: what runs stops before its next batch, and what was decided and not finished waits.
pub fn stop(repository: &mut Repository, reason: &str, actor: &str) -> Result<(), DispositionError> {
    switch(repository, Act::DestructionStopped, reason, actor)
}

/// Takes the stop back. Nothing is destroyed by it.
pub fn resume(repository: &mut Repository, reason: &str, actor: &str) -> Result<(), DispositionError> {
    switch(repository, Act::DestructionResumed, reason, actor)
}

fn switch(repository: &mut Repository, act: Act, reason: &str, actor: &str) -> Result<(), DispositionError> {
    if reason.trim().is_empty() {
        return Err(DispositionError::Refused("a reason is needed".to_owned()));
    }
    let at = repository.now();
    repository.catalog_mut().write::<_, DispositionError>(|writing| {
        let stands = standing_stop(&writing.reading())?.is_some();
        match (act, stands) {
            (Act::DestructionStopped, true) => {
                return Err(DispositionError::Refused("all destruction is stopped already".to_owned()));
            }
            (Act::DestructionResumed, false) => {
                return Err(DispositionError::Refused("no stop stands".to_owned()));
            }
            _ => {}
        }
        let details = serde_json::json!({ "reason": reason });
        writing.record_event(at, actor, act, "destruction", &details)?;
        Ok(())
    })
}
