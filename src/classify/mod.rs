//! Record status and record series from declarative rules, every result with its reasons.

use crate::model::classification::{Proposal, RecordStatus};
use crate::model::item::ParsedItem;
use crate::model::profile::Profile;
use crate::model::provenance::CopyFacts;

/// The rules, read once.
#[derive(Debug, Clone)]
pub struct Rules;

impl Rules {
    /// The rules that come with the program.
    pub fn shipped() -> Self {
        Self
    }
}

/// What the city's profile tells the rules.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// The city's own mail domains.
    pub domains: Vec<String>,
    /// Domains of the city's attorneys.
    pub counsel_domains: Vec<String>,
}

impl Context {
    /// From the profile.
    pub fn of(profile: &Profile) -> Self {
        Self { domains: profile.domains.clone(), counsel_domains: profile.counsel_domains.clone() }
    }
}

/// What the rules say of an item. A proposal: it makes nothing eligible until a person confirms it.
pub fn classify(_item: &ParsedItem, _copy: &CopyFacts, _context: &Context, _rules: &Rules) -> Proposal {
    Proposal { status: RecordStatus::Undetermined, series: None, confidence: 0, evidence: Vec::new() }
}
