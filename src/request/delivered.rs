//! What was delivered to whom. It stays answerable after the records themselves are gone: numbers, digests, days and
//! recipients are kept, and the sealed copy of the production itself.

use super::RequestError;
use super::progress::progress;
use crate::base::id::{EventId, FamilyId, ProductionId, RecordId, RequestId};
use crate::catalog::{FamilyState, Reading};
use crate::model::event::Act;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

/// One document that was delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeliveredItem {
    /// The record.
    pub record: RecordId,
    /// Its family.
    pub family: FamilyId,
    /// Its first number.
    pub first: String,
    /// Its last number.
    pub last: String,
    /// When the item itself was destroyed here; `None` while it is here.
    pub destroyed_at: Option<DateTime<Utc>>,
    /// The event that asked for it back; `None` where nothing did.
    pub clawed_back: Option<EventId>,
}

/// One production with its recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivered {
    /// The production.
    pub production: ProductionId,
    /// The request.
    pub request: RequestId,
    /// Who asked, and so received it; empty for somebody who gave no name.
    pub to: String,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// Who made it.
    pub made_by: String,
    /// SHA-256 of its manifest, by which a copy of it is recognised.
    pub manifest_sha256: String,
    /// Documents in it, those that were numbered and withheld included.
    pub items: Vec<DeliveredItem>,
    /// The days of answers by letter to the request.
    pub answered_at: Vec<DateTime<Utc>>,
}

/// What was delivered for a request.
pub fn delivered(reading: &Reading<'_>, request: RequestId) -> Result<Vec<Delivered>, RequestError> {
    reading.request(request)?;
    let mut all = Vec::new();
    for (production, ..) in reading.productions_of(request)? {
        all.push(one(reading, production)?);
    }
    Ok(all)
}

/// The productions that hold an item of a family, also of one that was destroyed.
pub fn delivered_with(reading: &Reading<'_>, family: FamilyId) -> Result<Vec<Delivered>, RequestError> {
    let mut all = Vec::new();
    for production in reading.productions_with(family)? {
        let mut found = one(reading, production)?;
        found.items.retain(|item| item.family == family);
        all.push(found);
    }
    Ok(all)
}

fn one(reading: &Reading<'_>, id: ProductionId) -> Result<Delivered, RequestError> {
    let (row, _) = reading.production(id)?;
    let one = &row.production;
    let request = reading.request(one.request)?;
    let back: Vec<(EventId, Vec<RecordId>)> = reading
        .events_about(&id.to_string())?
        .into_iter()
        .filter(|event| event.act == Act::ClawedBack)
        .map(|event| {
            let details: Value = serde_json::from_str(&event.details).unwrap_or_default();
            let records = details.get("records").cloned().unwrap_or_default();
            (event.id, serde_json::from_value(records).unwrap_or_default())
        })
        .collect();
    let mut items = Vec::new();
    for (record, family, first, last) in &row.items {
        let gone = reading.family(*family)?.state == FamilyState::Destroyed;
        let destroyed_at = if gone { destroyed_at(reading, *family)? } else { None };
        let prefix = one.first.prefix().clone();
        let number = |page: u32| crate::model::production::BatesNumber::new(prefix.clone(), page).to_string();
        let clawed_back = back.iter().find(|(_, records)| records.contains(record)).map(|(event, _)| *event);
        let (first, last) = (number(*first), number(*last));
        items.push(DeliveredItem { record: *record, family: *family, first, last, destroyed_at, clawed_back });
    }
    items.sort_by(|a, b| a.first.cmp(&b.first));
    let progress = progress(reading, one.request)?;
    let answers = progress.milestones.iter().filter(|step| step.what == "answered").map(|step| step.at);
    Ok(Delivered {
        production: id,
        request: one.request,
        to: request.requester,
        made_at: one.made_at,
        made_by: one.made_by.clone(),
        manifest_sha256: one.manifest_sha256.clone(),
        items,
        answered_at: answers.collect(),
    })
}

fn destroyed_at(reading: &Reading<'_>, family: FamilyId) -> Result<Option<DateTime<Utc>>, RequestError> {
    let Some(destruction) = reading.destruction_of(family)? else { return Ok(None) };
    let stones = reading.tombstones(destruction.id)?;
    Ok(stones.into_iter().find(|one| one.family == family).map(|one| one.destroyed_at))
}
