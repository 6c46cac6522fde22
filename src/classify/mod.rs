//! Record status and record series from declarative rules, every result with its reasons.
//!
//! *Invariants:* pure, no I/O and no clock; never fails on an item; a status that shortens a life is proposed only on
//! strong evidence with no strong cue for *official* beside it; more evidence for *official* never makes the outcome
//! shorter-lived. What comes out is a proposal: it makes nothing eligible until a person confirms it.
//!
//! Reading order: `rules.toml` (the rules and their format), `file` (reads and checks them), `rules` (made ready),
//! `passage` (what of an item is read), `correspondents` (who wrote to whom), `weigh` (from evidence to a proposal).

mod correspondents;
mod file;
#[cfg(test)]
mod goldens;
mod passage;
mod phrases;
mod rules;
mod weigh;

pub use file::RulesError;
pub use rules::{RuleLine, Rules};

use crate::model::classification::{Evidence, Proposal};
use crate::model::item::ParsedItem;
use crate::model::profile::Profile;
use crate::model::provenance::CopyFacts;
use crate::model::retention::Edition;
use correspondents::Correspondents;
use passage::Passage;
use std::collections::BTreeSet;

/// Pieces of evidence that a proposal keeps, the strongest ones.
const EVIDENCE: usize = 24;

/// What the city's profile tells the rules.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// The city's own mail domains.
    pub domains: Vec<String>,
    /// Domains of the city's attorneys.
    pub counsel_domains: Vec<String>,
    /// Schedules in force, by key: a series is proposed where its schedule is one of them,
    pub schedules: Vec<String>,
    /// and where an adopted edition has a series with its key.
    pub series: BTreeSet<String>,
    /// Addresses and numbers of people who hold an elected office, as the profile writes them.
    pub elected: Vec<String>,
}

impl Context {
    /// From the profile and the adopted editions.
    pub fn of(profile: &Profile, editions: &[Edition]) -> Self {
        let lower = |all: &[String]| all.iter().map(|one| one.trim().to_lowercase()).collect();
        let elected = profile.custodians.iter().filter(|one| one.elected);
        Self {
            domains: lower(&profile.domains),
            counsel_domains: lower(&profile.counsel_domains),
            schedules: profile.schedules.clone(),
            series: editions.iter().flat_map(|edition| &edition.rules).map(|rule| rule.series.clone()).collect(),
            elected: elected
                .flat_map(|one| one.addresses.iter().chain(&one.numbers))
                .map(|one| one.trim().to_lowercase())
                .collect(),
        }
    }
}

/// What the rules say of an item. A proposal: it makes nothing eligible until a person confirms it.
pub fn classify(item: &ParsedItem, copy: &CopyFacts, context: &Context, rules: &Rules) -> Proposal {
    let passage = Passage::of(item);
    let correspondents = Correspondents::of(item, context);
    let found = rules.evidence(item, copy, &passage, &correspondents);
    let settings = rules.settings();
    let (status, confidence) = weigh::outcome(&found, settings);
    let series = rules.series(status, &found, context);
    let mut evidence: Vec<Evidence> = found.into_iter().map(|one| one.evidence).collect();
    evidence.sort_by(|one, two| two.weight.cmp(&one.weight).then_with(|| one.rule.cmp(&two.rule)));
    evidence.truncate(EVIDENCE);
    Proposal { status, series, confidence, evidence }
}
