//! The history of a hold, out of the ledger: every scope it ever had, who changed it, when and why.

use crate::base::id::{EventId, FamilyId, HoldId};
use crate::catalog::{CatalogError, Reading};
use crate::model::event::Act;
use crate::model::hold::Scope;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;

/// One act in the life of a hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HistoryLine {
    /// Its event.
    pub event: EventId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
    /// What was done.
    pub act: Act,
    /// Why, where it was said.
    pub reason: String,
    /// The scope from then on, where the act set one.
    pub scope: Option<Scope>,
    /// Items it named: added, or excluded.
    pub families: Vec<FamilyId>,
    /// Items it let go, where it did.
    pub items: Option<u64>,
    /// The second person, where there was one.
    pub confirmed_by: Option<String>,
    /// The last day on which what it let go is protected all the same.
    pub protected_until: Option<NaiveDate>,
}

/// The life of a hold, oldest act first. Letters about it are told by [`super::notices`].
pub fn history(reading: &Reading<'_>, id: HoldId) -> Result<Vec<HistoryLine>, CatalogError> {
    let mut all = Vec::new();
    for event in reading.events_about(&id.to_string())? {
        if matches!(event.act, Act::HoldNoticed | Act::HoldAcknowledged | Act::HoldReminded) {
            continue;
        }
        let details: Value = serde_json::from_str(&event.details).unwrap_or_default();
        let read = |name: &str| details.get(name).cloned().unwrap_or_default();
        let text = |name: &str| details.get(name).and_then(Value::as_str).map(str::to_owned);
        let named = if details.get("excluded").is_some() { read("excluded") } else { read("added") };
        let second = details.pointer("/confirmation/confirmed_by").and_then(Value::as_str);
        all.push(HistoryLine {
            event: event.id,
            at: event.at,
            by: event.actor.clone(),
            act: event.act,
            reason: text("reason").unwrap_or_default(),
            scope: serde_json::from_value(read("scope")).ok(),
            families: serde_json::from_value(named).unwrap_or_default(),
            items: details.get("items").and_then(Value::as_u64),
            confirmed_by: second.map(str::to_owned),
            protected_until: text("protected_until").and_then(|day| day.parse().ok()),
        });
    }
    Ok(all)
}
