//! What stays of a filed record, and where else to search: the document system.
//!
//! A stub is safe to disclose: dates, series, entry, and nothing that was written by anybody. Answers and holds name the
//! document system as a further place, so that a record whose mailbox copy is gone is not taken for one that never was.

use super::FilingError;
use crate::base::id::{CustodianId, FamilyId};
use crate::catalog::{FamilyState, Reading};
use crate::model::hold::Scope;
use crate::repository::Repository;
use chrono::NaiveDate;
use serde::Serialize;

/// What stays of a filed record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stub {
    /// Its number here.
    pub family: FamilyId,
    /// Its kind.
    pub kind: String,
    /// The day it was sent.
    pub sent_on: Option<NaiveDate>,
    /// The day it was received.
    pub received_on: Option<NaiveDate>,
    /// Its series.
    pub series: String,
    /// The entries of the document system.
    pub entries: Vec<String>,
    /// Whether a receipt with its digest stands behind it, or a clerk's word.
    pub receipt: bool,
    /// Whether the copy here is gone.
    pub destroyed: bool,
}

/// Which stubs are asked for; what is not known of one counts as fitting.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The last day, included.
    pub to: Option<NaiveDate>,
    /// Only copies of these custodians; empty means all.
    pub custodians: Vec<CustodianId>,
}

impl Asked {
    /// The dates and custodians of a hold or a request; its words cannot be asked of a stub.
    pub fn of(scope: &Scope) -> Self {
        Self { from: scope.from, to: scope.to, custodians: scope.custodians.clone() }
    }
}

/// The stubs of everything that was filed, destroyed or not, by number.
pub fn stubs(repository: &Repository, asked: &Asked) -> Result<Vec<Stub>, FilingError> {
    let reading = repository.catalog().reading();
    let mut all = Vec::new();
    for family in reading.families_filed()? {
        let row = reading.family(family)?;
        let day = row.sent_on;
        let in_range =
            day.is_none_or(|day| asked.from.is_none_or(|from| day >= from) && asked.to.is_none_or(|to| day <= to));
        let custodians = reading.copy_custodians(family)?;
        let is_theirs = asked.custodians.is_empty()
            || custodians.iter().any(|one| one.is_none_or(|id| asked.custodians.contains(&id)));
        if !in_range || !is_theirs {
            continue;
        }
        let (entries, receipt) = entries(&reading, family)?;
        all.push(Stub {
            family,
            kind: row.kind.word().to_owned(),
            sent_on: row.sent_on,
            received_on: row.received_on,
            series: row.standing.series,
            entries,
            receipt,
            destroyed: row.state == FamilyState::Destroyed,
        });
    }
    Ok(all)
}

/// The entries of a record, and whether a receipt stands behind them.
fn entries(reading: &Reading<'_>, family: FamilyId) -> Result<(Vec<String>, bool), FilingError> {
    let files = reading.filed_files_of(family)?;
    let mut entries: Vec<String> = files.into_iter().filter_map(|file| file.entry).map(|(entry, _)| entry).collect();
    entries.sort();
    entries.dedup();
    if !entries.is_empty() {
        return Ok((entries, true));
    }
    // Filed on a clerk's word: the subject of the event is the entry.
    let event = reading.family(family)?.filed.map(|event| reading.event(event)).transpose()?;
    Ok((event.into_iter().map(|event| event.subject).collect(), false))
}

/// The document system as a further place to search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FurtherPlace {
    /// Its name.
    pub system: String,
    /// Records that were filed there from here and fit the dates and custodians asked about.
    pub filed: u64,
    /// How many of them are here no more.
    pub gone_here: u64,
    /// The sentence for a clerk.
    pub sentence: String,
    /// The same for whoever receives an answer: no commands of this program.
    pub outside: String,
}

/// The name of the city's document system in a sentence.
pub(super) fn system_name(repository: &Repository) -> String {
    let name = repository.profile().policy.document_system.trim();
    if name.is_empty() { "the document system".to_owned() } else { crate::text::safe(name) }
}

/// The document system as a further place to search; `None` where the city names none and nothing was ever filed.
pub fn further_place(repository: &Repository, asked: &Asked) -> Result<Option<FurtherPlace>, FilingError> {
    let all = stubs(repository, asked)?;
    let named = !repository.profile().policy.document_system.trim().is_empty();
    if !named && all.is_empty() && repository.catalog().reading().families_filed()?.is_empty() {
        return Ok(None);
    }
    let (system, filed) = (system_name(repository), all.len() as u64);
    let gone_here = all.iter().filter(|stub| stub.destroyed).count() as u64;
    let told = match (filed, gone_here) {
        (0, _) => {
            "Nothing of these dates and custodians was filed there from here; it has records of its own.".to_owned()
        }
        (filed, gone) => format!(
            "{filed} official records of these dates and custodians were filed there from here, and {gone} of them are here no \
             more"
        ),
    };
    let begun = format!("A further place to search: {system}, where official records are kept. {told}");
    let (sentence, outside) = match filed {
        0 => (begun.clone(), begun),
        _ => (format!("{begun} (recordroom file stubs)."), format!("{begun}.")),
    };
    Ok(Some(FurtherPlace { system, filed, gone_here, sentence, outside }))
}
