//! Why an item has the status it has, and who said so.

use super::ClassificationError;
use super::edition::Editions;
use super::list::in_ranges;
use super::reclassify::{context, propose};
use crate::base::id::{EventId, FamilyId, RecordId};
use crate::classify::Rules;
use crate::model::classification::{Evidence, RecordStatus, StatusBasis};
use crate::model::event::{Act, Event};
use crate::model::record::RecordKind;
use crate::repository::Repository;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

/// One act on the status of a family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HistoryLine {
    /// The event.
    pub event: EventId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: String,
    /// What, in plain words.
    pub act: String,
    /// The reason given, or empty.
    pub reason: String,
}

/// Why a family has the status it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The family.
    pub family: FamilyId,
    /// Its parent record.
    pub id: RecordId,
    /// Its kind.
    pub kind: RecordKind,
    /// The status as it stands.
    pub status: RecordStatus,
    /// How it came to stand.
    pub basis: StatusBasis,
    /// Whether retention may act on it.
    pub confirmed: bool,
    /// The series key, or empty.
    pub series: String,
    /// Confidence, 0 to 100.
    pub confidence: u8,
    /// The edition of the rules its proposal stands under; empty when that was not recorded.
    pub rules: String,
    /// What the rules found when it was sealed, strongest first.
    pub evidence: Vec<Evidence>,
    /// The edition of the present rules, where it is another one.
    pub rules_now: Option<String>,
    /// The status the present rules propose, where they are others.
    pub status_now: Option<RecordStatus>,
    /// What the present rules find, where they are others.
    pub evidence_now: Vec<Evidence>,
    /// Acts on its status, oldest first.
    pub history: Vec<HistoryLine>,
}

/// Explains the status of a family: the sealed evidence of every rule, and the events that set or confirmed it.
pub fn explain(repository: &Repository, family: FamilyId) -> Result<Explanation, ClassificationError> {
    let reading = repository.catalog().reading();
    let row = reading.family(family)?;
    let facts = repository.facts(&row)?;
    let parent = reading.records(family)?.into_iter().next();
    let id = parent
        .map(|one| one.id)
        .ok_or_else(|| crate::catalog::CatalogError::Missing(format!("item of the family {family}")))?;
    let present = Rules::shipped();
    let sealed_under = sealing_rules(&reading.event(row.event)?);
    let differs = sealed_under != present.version();
    let now = match differs {
        true => Some(propose(repository, &row, &context(repository)?, &present)?),
        false => None,
    };
    let mut history = Vec::new();
    reading.each_event::<ClassificationError>(row.event, |event| {
        history.extend(line(&event, family));
        Ok(())
    })?;
    Ok(Explanation {
        family,
        id,
        kind: row.kind,
        status: row.standing.status,
        basis: row.standing.basis,
        confirmed: row.standing.basis.is_confirmed(),
        series: row.standing.series.clone(),
        confidence: row.standing.confidence,
        rules: Editions::load(reading)?.of(&row)?,
        evidence: facts.evidence,
        rules_now: differs.then(|| present.version().to_owned()),
        status_now: now.as_ref().map(|proposal| proposal.status),
        evidence_now: now.map(|proposal| proposal.evidence).unwrap_or_default(),
        history,
    })
}

fn sealing_rules(event: &Event) -> String {
    let details: Value = serde_json::from_str(&event.details).unwrap_or_default();
    details["rules"].as_str().unwrap_or_default().to_owned()
}

/// The line of an event in a family's history; `None` when it is about others.
fn line(event: &Event, family: FamilyId) -> Option<HistoryLine> {
    let is_about = matches!(event.act, Act::Classified | Act::Sampled);
    if !is_about {
        return None;
    }
    let details: Value = serde_json::from_str(&event.details).ok()?;
    let act = match &details["families"] {
        Value::Array(all) => {
            let name = family.to_string();
            let own = all.iter().find(|one| one["family"].as_str() == Some(&name))?;
            let series = own["series"].as_str().filter(|series| !series.is_empty());
            let series = series.map_or(String::new(), |series| format!(", series {series}"));
            format!(
                "a person set {} (before: {}, {}){series}",
                own["status"].as_str().unwrap_or_default(),
                own["status_before"].as_str().unwrap_or_default(),
                own["basis_before"].as_str().unwrap_or_default()
            )
        }
        Value::String(ranges) if in_ranges(ranges, family) => match event.act {
            Act::Sampled => {
                format!("drawn into {} of {}", event.subject, details["status"].as_str().unwrap_or_default())
            }
            _ if event.subject == super::reclassify::SUBJECT => "the proposal was renewed under new rules".to_owned(),
            _ => format!("confirmed as {} by {}", details["status"].as_str().unwrap_or_default(), event.subject),
        },
        _ => return None,
    };
    let reason = details["reason"].as_str().unwrap_or_default().to_owned();
    Some(HistoryLine { event: event.id, at: event.at, actor: event.actor.clone(), act, reason })
}
