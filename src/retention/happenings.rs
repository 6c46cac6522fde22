//! What is recorded about items and moves their retention: events of items and of matters, and the filing of official
//! records.
//!
//! A verdict is computed anew each time it is needed, so an event that is recorded or cancelled counts from that moment
//! on: in the next answer, the next plan, and once more in the transaction that destroys.

use super::RetentionError;
use crate::base::id::{EventId, FamilyId};
use crate::base::limits::BATCH_ITEMS;
use crate::catalog::{FamilyState, HappeningRow, Writing};
use crate::model::event::{Act, Event};
use crate::repository::Repository;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use std::collections::BTreeSet;

/// Characters of the longest name of a retention event or matter, and of the entry of the document system.
const NAME_CHARS: usize = 120;

/// To what something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose<'a> {
    /// To these items, and to no other.
    Items(&'a [FamilyId]),
    /// To a matter: to every item that is in it now, or is put into it later.
    Matter(&'a str),
}

/// What was recorded or cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Happened {
    /// The name, as it is kept.
    pub name: String,
    /// The day; `None` where it was cancelled.
    pub on: Option<NaiveDate>,
    /// The matter, where it happened to one.
    pub matter: Option<String>,
    /// Items it was recorded for, or that the matter has; where it was cancelled, those of which it was recorded.
    pub items: u64,
    /// Where it was cancelled: items of which it was not recorded.
    pub not_recorded: u64,
    /// The events of the ledger.
    pub events: Vec<EventId>,
}

/// What came of putting items into a matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gathered {
    /// The matter.
    pub matter: String,
    /// Whether it is new.
    pub is_new: bool,
    /// Items that were put into it.
    pub added: u64,
    /// Items that were in it already.
    pub already: u64,
    /// What had happened to the matter before, and counts for the added items too.
    pub counts_for_them: Vec<(String, NaiveDate)>,
}

/// A retention event with what the ledger says of its recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// What happened.
    pub name: String,
    /// The day.
    pub on: NaiveDate,
    /// The matter it happened to; `None` where it was recorded item by item.
    pub matter: Option<String>,
    /// How many items it was recorded for, or the matter has.
    pub items: u64,
    /// Who recorded it.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// The event of the ledger.
    pub event: EventId,
}

/// Records the day on which something happened that a schedule waits for.
pub fn record_happening(
    repository: &mut Repository,
    name: &str,
    on: NaiveDate,
    whose: &Whose<'_>,
    reason: &str,
    actor: &str,
) -> Result<Happened, RetentionError> {
    if on > repository.today() {
        return Err(RetentionError::Incomplete("what happened cannot lie in the future"));
    }
    change(repository, name, Some(on), whose, reason, actor)
}

/// Says that something did not happen after all, or not to these. What was recorded stays in the ledger.
pub fn cancel_happening(
    repository: &mut Repository,
    name: &str,
    whose: &Whose<'_>,
    reason: &str,
    actor: &str,
) -> Result<Happened, RetentionError> {
    change(repository, name, None, whose, reason, actor)
}

fn change(
    repository: &mut Repository,
    name: &str,
    on: Option<NaiveDate>,
    whose: &Whose<'_>,
    reason: &str,
    actor: &str,
) -> Result<Happened, RetentionError> {
    let name = event_key(name)?;
    let reason = words(reason, "say why, in a few words: where it is written that it happened")?;
    let at = repository.now();
    repository.catalog_mut().write(|writing| {
        let change = Change { writing, name, on, reason, actor, at };
        match whose {
            Whose::Items(families) => change.items(families),
            Whose::Matter(matter) => change.matter(matter),
        }
    })
}

struct Change<'a> {
    writing: &'a Writing<'a>,
    name: String,
    on: Option<NaiveDate>,
    reason: String,
    actor: &'a str,
    at: DateTime<Utc>,
}

impl Change<'_> {
    fn items(self, families: &[FamilyId]) -> Result<Happened, RetentionError> {
        let families: Vec<FamilyId> = families.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
        if families.is_empty() {
            return Err(RetentionError::Incomplete("name the items it happened to, or the matter"));
        }
        let (mut items, mut events) = (0, Vec::new());
        for batch in families.chunks(BATCH_ITEMS) {
            must_be_here(self.writing, batch)?;
            let event = self.event(serde_json::json!({ "families": batch }))?;
            for family in batch {
                items += u64::from(self.writing.set_retention_event(*family, &self.name, self.on, event.id)?);
            }
            events.push(event.id);
        }
        if items == 0 {
            return Err(RetentionError::NotRecorded { name: self.name });
        }
        let not_recorded = families.len() as u64 - items;
        Ok(Happened { name: self.name, on: self.on, matter: None, items, not_recorded, events })
    }

    fn matter(self, matter: &str) -> Result<Happened, RetentionError> {
        let reading = self.writing.reading();
        let matter = matter.trim();
        let row = reading.matters()?.into_iter().find(|row| row.name == matter);
        let Some(row) = row else { return Err(RetentionError::NoMatter { name: matter.to_owned() }) };
        let event = self.event(serde_json::json!({ "matter": matter }))?;
        if !self.writing.set_matter_event(row.id, &self.name, self.on, event.id)? {
            return Err(RetentionError::NotRecorded { name: self.name });
        }
        let (items, events) = (row.items, vec![event.id]);
        Ok(Happened { name: self.name, on: self.on, matter: Some(row.name), items, not_recorded: 0, events })
    }

    fn event(&self, mut details: serde_json::Value) -> Result<Event, RetentionError> {
        details["event"] = serde_json::json!(self.name);
        details["on"] = serde_json::json!(self.on);
        details["reason"] = serde_json::json!(self.reason);
        Ok(self.writing.record_event(self.at, self.actor, Act::RetentionEvent, &self.name, &details)?)
    }
}

/// Puts items into a matter and makes the matter where there is none of that name.
pub fn gather_matter(
    repository: &mut Repository,
    matter: &str,
    families: &[FamilyId],
    reason: &str,
    actor: &str,
) -> Result<Gathered, RetentionError> {
    let matter = words(matter, "name the matter, such as \"Contract 24-17\"")?;
    let reason = words(reason, "say why these items belong to the matter")?;
    let families: Vec<FamilyId> = families.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    if families.is_empty() {
        return Err(RetentionError::Incomplete("name the items that belong to the matter"));
    }
    let at = repository.now();
    repository.catalog_mut().write::<_, RetentionError>(|writing| {
        let known = writing.reading().matter_named(&matter)?;
        let (mut added, mut number) = (0, known);
        for batch in families.chunks(BATCH_ITEMS) {
            must_be_here(writing, batch)?;
            let details = serde_json::json!({ "families": batch, "reason": reason });
            let event = writing.record_event(at, actor, Act::MatterGathered, &matter, &details)?;
            let matter = match number {
                Some(number) => number,
                None => writing.add_matter(&matter, event.id)?,
            };
            number = Some(matter);
            added += writing.put_into_matter(matter, batch, event.id)?;
        }
        let before = writing.reading().happenings()?;
        let of_it = before.into_iter().filter(|row| row.matter.as_deref() == Some(matter.as_str()));
        let counts_for_them = of_it.map(|row| (row.name, row.on)).collect();
        let already = families.len() as u64 - added;
        Ok(Gathered { matter: matter.clone(), is_new: known.is_none(), added, already, counts_for_them })
    })
}

/// What is recorded: of one family and its matters, or everything.
pub fn happenings(repository: &Repository, family: Option<FamilyId>) -> Result<Vec<Listed>, RetentionError> {
    let reading = repository.catalog().reading();
    let rows = match family {
        Some(family) => reading.happenings_of(family)?,
        None => reading.happenings()?,
    };
    let listed = |row: HappeningRow| -> Result<Listed, RetentionError> {
        let event = reading.event(row.event)?;
        let details: serde_json::Value = serde_json::from_str(&event.details).unwrap_or_default();
        let reason = details["reason"].as_str().unwrap_or_default().to_owned();
        let HappeningRow { name, on, matter, items, event: number } = row;
        Ok(Listed { name, on, matter, items, by: event.actor, at: event.at, reason, event: number })
    };
    rows.into_iter().map(listed).collect()
}

/// Records, on a clerk's word, that official records were filed in the document system, each under its own series: only
/// then may the mailbox copy go (Otsego Information Technology Policy, "Employee Responsibilities").
pub fn record_filing(
    repository: &mut Repository,
    families: &[FamilyId],
    entry: &str,
    actor: &str,
) -> Result<(), RetentionError> {
    let entry = words(entry, "name the entry of the document system under which it was filed")?;
    if repository.profile().policy.filing_needs_receipt {
        return Err(RetentionError::NeedsReceipt);
    }
    let at = repository.now();
    repository.catalog_mut().write::<_, RetentionError>(|writing| {
        must_be_here(writing, families)?;
        let details = serde_json::json!({ "entry": entry, "families": families, "receipt": false });
        let event = writing.record_event(at, actor, Act::Filed, &entry, &details)?;
        for family in families {
            writing.set_filed(*family, event.id)?;
        }
        Ok(())
    })
}

/// Nothing is recorded about what is gone or about to go: that would be a mistake of the caller, and it would change the
/// account of a destruction after the fact.
fn must_be_here(writing: &Writing<'_>, families: &[FamilyId]) -> Result<(), RetentionError> {
    for family in families {
        if writing.reading().family(*family)?.state != FamilyState::Live {
            return Err(RetentionError::Gone { family: *family });
        }
    }
    Ok(())
}

/// "Action Completed" and "action_completed" are both `action-completed`.
fn event_key(name: &str) -> Result<String, RetentionError> {
    let key = name.trim().to_lowercase().replace([' ', '_'], "-");
    let sound = key.split('-').all(|word| !word.is_empty() && word.chars().all(char::is_alphanumeric));
    if key.chars().count() > NAME_CHARS || !sound {
        return Err(RetentionError::Incomplete("name what happened in letters and digits, such as action-completed"));
    }
    Ok(key)
}

fn words(text: &str, missing: &'static str) -> Result<String, RetentionError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 4 * NAME_CHARS {
        return Err(RetentionError::Incomplete(missing));
    }
    Ok(text.to_owned())
}
