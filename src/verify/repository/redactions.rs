//! I9: every redaction is what its decision in the ledger says, and every row of a production's redaction log has a decision
//! that stood when it was made. The log has as many rows as the signed account counts.

use super::productions::Log;
use super::{Check, VerifyError};
use crate::base::id::{EventId, ProductionId, RecordId, RedactionId};
use crate::model::event::Act;
use crate::model::redaction::{DataClass, Redaction};
use crate::package::listing;
use crate::package::names;
use crate::package::redaction_log::{self, Told};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What an event says of a redaction.
struct Said {
    event: EventId,
    value: Value,
    /// The event that took it back.
    lifted: Option<EventId>,
}

/// Every decision of the ledger that words are left out.
#[derive(Default)]
pub(super) struct Decided(BTreeMap<RedactionId, Said>);

/// Compares the redactions of the catalog with the events that decided them, and keeps those for the logs.
pub(super) fn decided(check: &mut Check<'_>, decided: &mut Decided) -> Result<(), VerifyError> {
    let reading = check.reading();
    let mut compared = 0;
    for request in reading.requests()? {
        for event in reading.events_about(&request.id.to_string())? {
            let details: Value = serde_json::from_str(&event.details).unwrap_or(Value::Null);
            let listed = details["redactions"].as_array().into_iter().flatten();
            match event.act {
                Act::Redacted => decided.0.extend(listed.filter_map(|one| {
                    let id = serde_json::from_value(one["id"].clone()).ok()?;
                    Some((id, Said { event: event.id, value: one.clone(), lifted: None }))
                })),
                Act::RedactionLifted => {
                    for id in listed.filter_map(|one| serde_json::from_value::<RedactionId>(one.clone()).ok()) {
                        if let Some(said) = decided.0.get_mut(&id) {
                            said.lifted = Some(event.id);
                        }
                    }
                }
                _ => {}
            }
        }
        let rows = reading.redactions_decided(request.id)?;
        compared += rows.len() as u64;
        for (row, event) in rows {
            let told = decided.0.get(&row.id);
            match told {
                None => check.find("redaction-undecided", row.id, "no event decided it (I9)"),
                Some(said) if said.event != event || !is_as_decided(&row, &said.value) => {
                    let message = format!("it is not what was decided in event {} (I9)", said.event);
                    check.find("redaction-undecided", row.id, message);
                }
                Some(_) => {}
            }
        }
    }
    check.looked_at("Verifying redactions", compared)
}

/// Whether a row says what the event says.
fn is_as_decided(row: &Redaction, said: &Value) -> bool {
    let own = serde_json::json!({
        "record": row.record, "place": row.place, "start": row.start, "end": row.end, "region": row.region,
        "statute": row.statute, "class": row.class, "about_requester": row.about_requester, "reach": row.reach,
        "determination": row.determination,
    });
    own.as_object().is_some_and(|own| own.iter().all(|(name, value)| said.get(name) == Some(value)))
}

/// Compares the log in a sealed production with its account, its event and the decisions.
pub(super) fn log(
    check: &mut Check<'_>,
    production: ProductionId,
    log: &Log,
    decided: &Decided,
) -> Result<(), VerifyError> {
    let reading = check.reading();
    let (_, event) = reading.production(production)?;
    let details: Value = serde_json::from_str(&reading.event(event)?.details).unwrap_or(Value::Null);
    let named: BTreeSet<RedactionId> = details["redactions"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| serde_json::from_value(one.clone()).ok())
        .collect();
    let documents: BTreeMap<u32, RecordId> =
        reading.production_pages(production)?.into_iter().map(|(record, first, _)| (first, record)).collect();
    let rows = if log.rows.is_empty() { Ok(Vec::new()) } else { redaction_log::read(&log.rows) };
    let rows = match rows {
        Ok(rows) => rows,
        Err(line) => {
            let message = format!("line {line} of {} is no row of such a log (I9)", names::REDACTION_LOG);
            check.find("redaction-log", production, message);
            return Ok(());
        }
    };
    let account: Value = serde_json::from_slice(&log.statement).unwrap_or(Value::Null);
    let counted = account["redactions"].as_u64().unwrap_or(0);
    if counted != rows.len() as u64 {
        let message = format!("its redaction log has {} rows, and its account counts {counted} (I9)", rows.len());
        check.find("redaction-log", production, message);
    }
    for row in &rows {
        let wrong = match decided.0.get(&row.redaction) {
            None => Some("no event decided it".to_owned()),
            Some(_) if !named.contains(&row.redaction) => {
                Some("the event of the production does not name it".to_owned())
            }
            Some(said) => contradiction(row, said, event, &documents),
        };
        if let Some(why) = wrong {
            let message = format!("its redaction log has {} in {}: {why} (I9)", row.redaction, row.number);
            check.find("redaction-log", production, message);
        }
    }
    check.looked_at("Verifying redaction logs", rows.len() as u64)
}

/// What of a row is not as it was decided.
fn contradiction(row: &Told, said: &Said, made: EventId, documents: &BTreeMap<u32, RecordId>) -> Option<String> {
    let text = |name: &str| said.value[name].as_str().unwrap_or_default();
    if said.event > made || said.lifted.is_some_and(|lifted| lifted < made) {
        return Some("it did not stand when the production was made".to_owned());
    }
    if listing::shown(text("statute")) != row.basis {
        return Some(format!("event {} decided it on another basis", said.event));
    }
    if DataClass::parse(text("class")) != Some(row.class) {
        return Some(format!("event {} gave it another class", said.event));
    }
    let record: Option<RecordId> = serde_json::from_value(said.value["record"].clone()).ok();
    let document = documents.get(&row.number.page()).copied();
    if document.is_none() || (!row.follows && document != record) {
        return Some(format!("event {} decided it on another document", said.event));
    }
    None
}
