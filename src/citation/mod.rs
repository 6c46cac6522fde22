//! Citations of law: which are verified, which counsel has confirmed, and which may therefore stand in a letter or a log.
//!
//! A wrong section on a denial is a denial without a basis (Minn. Stat. § 13.03, subd. 3(f)). The program ships a list of
//! the sections whose text was seen in a source. Whatever is not in it, or was not seen, has to be confirmed by counsel
//! once, with the day and what it was compared with, before it leaves the building.

mod parse;

pub use parse::{Citation, In, citations};

use crate::catalog::{CatalogError, Reading};
use crate::model::event::Act;
use crate::repository::Repository;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::BTreeMap;

/// The shipped list.
const SHIPPED: &str = include_str!("../../assets/citations/minnesota.txt");
/// What the events about confirmations are about.
const SUBJECT: &str = "citations";

/// A citation was not confirmed.
#[derive(Debug, thiserror::Error)]
pub enum CitationError {
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// Something is missing.
    #[error("{0}")]
    Refused(String),
}

/// A line of the shipped list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Known {
    /// The citation.
    pub citation: Citation,
    /// Whether its text was seen in a source.
    pub verified: bool,
    /// What it is about, in plain words.
    pub about: &'static str,
    /// How it classifies data on individuals, as the source says it; empty where it does not.
    pub individuals: &'static str,
    /// How it classifies other data.
    pub others: &'static str,
    /// Where it was seen.
    pub source: &'static str,
}

/// What counsel said of a citation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Confirmed {
    /// The citation.
    pub citation: Citation,
    /// Who confirmed it.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// What it was compared with.
    pub reason: String,
}

/// The shipped list.
pub fn known() -> Vec<Known> {
    let lines = SHIPPED.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut cells = line.split('|').map(str::trim);
            let citation = citations(cells.next()?, In::Basis).pop_first()?;
            let verified = cells.next()? == "yes";
            let [about, individuals, others, source] = [cells.next()?, cells.next()?, cells.next()?, cells.next()?];
            Some(Known { citation, verified, about, individuals, others, source })
        })
        .collect()
}

/// What is known of a citation: its own line, else the line of its section.
pub fn about(citation: &Citation) -> Option<Known> {
    let known = known();
    let own = known.iter().find(|one| one.citation == *citation);
    own.or_else(|| {
        let section = |one: &&Known| one.citation.section == citation.section && one.citation.subdivision.is_none();
        known.iter().find(section)
    })
    .cloned()
}

/// What counsel has confirmed, the newest word of each citation.
pub fn confirmed(reading: &Reading<'_>) -> Result<BTreeMap<Citation, Confirmed>, CatalogError> {
    let mut all = BTreeMap::new();
    for event in reading.events_about(SUBJECT)? {
        let details: serde_json::Value = serde_json::from_str(&event.details).unwrap_or_default();
        let text = |name: &str| details.get(name).and_then(|value| value.as_str()).unwrap_or_default();
        for citation in citations(text("citation"), In::Basis) {
            let reason = text("reason").to_owned();
            all.insert(citation.clone(), Confirmed { citation, by: event.actor.clone(), at: event.at, reason });
        }
    }
    Ok(all)
}

/// Whether the text of a citation was seen: its own subdivision, or for a whole section any line of it.
pub fn is_verified(citation: &Citation) -> bool {
    known()
        .iter()
        .filter(|one| one.verified && one.citation.section == citation.section)
        .any(|one| citation.subdivision.is_none() || one.citation.subdivision == citation.subdivision)
}

/// The citations in some words that may not leave the building yet.
pub fn unconfirmed(reading: &Reading<'_>, text: &str, place: In) -> Result<Vec<Citation>, CatalogError> {
    let open: Vec<Citation> = citations(text, place).into_iter().filter(|one| !is_verified(one)).collect();
    if open.is_empty() {
        return Ok(open);
    }
    let confirmed = confirmed(reading)?;
    Ok(open.into_iter().filter(|one| !confirmed.contains_key(one)).collect())
}

/// The sentence that refuses what cites what nobody has confirmed; `None` where all may go out.
pub fn refusal(reading: &Reading<'_>, text: &str, place: In) -> Result<Option<String>, CatalogError> {
    let open = unconfirmed(reading, text, place)?;
    if open.is_empty() {
        return Ok(None);
    }
    let told: Vec<String> = open
        .iter()
        .map(|one| match about(one) {
            Some(line) => format!("{one} ({}; not verified)", line.about),
            None => format!("{one} (in no list of this program)"),
        })
        .collect();
    Ok(Some(format!(
        "counsel has to confirm, before it stands in a letter or log: {}. With: recordroom citation confirm {:?} --reason TEXT",
        told.join("; "),
        open[0].to_string()
    )))
}

/// Records that counsel compared a citation with the statute in force. The acting person is who answers for it.
pub fn confirm(repository: &mut Repository, text: &str, reason: &str, actor: &str) -> Result<Confirmed, CitationError> {
    let found = citations(text, In::Basis);
    let (Some(citation), 1) = (found.first().cloned(), found.len()) else {
        let message = format!("{text:?} is not one citation; write for example \"Minn. Stat. § 13.355\"");
        return Err(CitationError::Refused(message));
    };
    if reason.trim().is_empty() {
        let message = "say what the citation was compared with, such as \"revisor.mn.gov of 2 March\"".to_owned();
        return Err(CitationError::Refused(message));
    }
    let at = repository.now();
    let details = serde_json::json!({ "citation": citation.to_string(), "reason": reason });
    repository.catalog_mut().write::<_, CitationError>(|writing| {
        let event = writing.record_event(at, actor, Act::CitationConfirmed, SUBJECT, &details)?;
        Ok(Confirmed { citation, by: actor.to_owned(), at: event.at, reason: reason.to_owned() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verified(text: &str) -> bool {
        citations(text, In::Basis).iter().all(is_verified)
    }

    #[test]
    fn the_shipped_list_is_read_whole_and_each_line_says_where_it_was_seen() {
        let known = known();
        let lines = SHIPPED.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(known.len(), lines);
        assert!(lines > 100, "{lines}");
        for one in &known {
            assert!(!one.about.is_empty() && !one.source.is_empty(), "{}", one.citation);
        }
    }

    #[test]
    fn only_what_was_seen_is_verified() {
        let rows = [
            ("Minn. Stat. § 13.43, subd. 4", true, "seen"),
            ("Minn. Stat. § 13.43", true, "a section of which something was seen"),
            ("Minn. Stat. § 13.393", true, "seen as a whole"),
            ("Minn. Stat. § 13.43, subd. 99", false, "no such subdivision was seen"),
            ("Minn. Stat. § 13.393, subd. 2", false, "a subdivision of what was seen as a whole"),
            ("Minn. Stat. § 13.355", false, "known, not seen"),
            ("Minn. Stat. § 999.99", false, "does not exist"),
            ("18 U.S.C. § 2721", false, "federal, not seen"),
            ("temporary classification 24-3", true, "cites no section by itself"),
        ];
        for (text, expected, why) in rows {
            assert_eq!(verified(text), expected, "{text}: {why}");
        }
    }
}
