//! Under which edition of the rules a family's proposal stands.
//!
//! Every batch that seals says in its event which rules it used; a later reclassification says up to which event it
//! renewed the proposals. Between its beginning and its end they stand under no edition.

use super::ClassificationError;
use crate::base::id::EventId;
use crate::catalog::{FamilyRow, Reading, Writing};
use std::collections::BTreeMap;

const RECLASSIFIED: &str = "reclassified";
/// The edition while a reclassification is not finished.
const UNFINISHED: &str = "unfinished";

/// Answers for many families; it remembers the events it has read.
pub(super) struct Editions<'c> {
    reading: Reading<'c>,
    renewed: Option<(String, EventId)>,
    by_event: BTreeMap<EventId, String>,
}

impl<'c> Editions<'c> {
    pub(super) fn load(reading: Reading<'c>) -> Result<Self, ClassificationError> {
        let renewed = reading.meta(RECLASSIFIED)?.and_then(|text| {
            let (edition, through) = text.split_once(' ')?;
            Some((edition.to_owned(), EventId::new(through.parse().ok()?)))
        });
        Ok(Self { reading, renewed, by_event: BTreeMap::new() })
    }

    /// The edition of a family; empty when it is not known, as for items sealed before it was recorded.
    pub(super) fn of(&mut self, row: &FamilyRow) -> Result<String, ClassificationError> {
        if let Some((edition, through)) = &self.renewed
            && row.event <= *through
        {
            return Ok(edition.clone());
        }
        if let Some(edition) = self.by_event.get(&row.event) {
            return Ok(edition.clone());
        }
        let details: serde_json::Value =
            serde_json::from_str(&self.reading.event(row.event)?.details).unwrap_or_default();
        let edition = details["rules"].as_str().unwrap_or_default().to_owned();
        self.by_event.insert(row.event, edition.clone());
        Ok(edition)
    }
}

/// Says that a reclassification has begun.
pub(super) fn begin(writing: &Writing<'_>, through: EventId) -> Result<(), ClassificationError> {
    Ok(writing.set_meta(RECLASSIFIED, &format!("{UNFINISHED} {}", through.get()))?)
}

/// Says that everything unconfirmed, up to an event, stands under an edition.
pub(super) fn finish(writing: &Writing<'_>, edition: &str, through: EventId) -> Result<(), ClassificationError> {
    Ok(writing.set_meta(RECLASSIFIED, &format!("{edition} {}", through.get()))?)
}
