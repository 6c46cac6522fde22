//! Record status and record series: how long an item is kept. (Who may see it is another question.)

use super::provenance::words;
use serde::{Deserialize, Serialize};

words!(
    /// The value of an item to the city's duty to document (Otsego IT policy, "Records"; Minn. Stat. § 15.17).
    RecordStatus {
        /// Documents an official function.
        Official = "official",
        /// City business of temporary value.
        Transitory = "transitory",
        /// Not needed to document an official function.
        NonRecord = "non-record",
        /// Not government business.
        Personal = "personal",
        /// Not settled: kept, and listed in the ageing report.
        Undetermined = "undetermined",
    }
);

/// One piece of evidence: which rule, and what it matched. Evidence may quote the item, so it is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The rule's stable id.
    pub rule: String,
    /// What the rule looked at, in plain words ("the header List-Id", "the subject").
    pub place: String,
    /// What it matched, shortened.
    pub matched: String,
    /// The status the rule argues for, with its weight from 1 to 100.
    pub argues: RecordStatus,
    /// The weight.
    pub weight: u8,
}

/// What the rules propose. A proposal makes nothing eligible; only a confirmation does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The proposed status.
    pub status: RecordStatus,
    /// The proposed series key in the city's schedule, where a rule names one.
    pub series: Option<String>,
    /// Confidence from 0 to 100.
    pub confidence: u8,
    /// Why, strongest first.
    pub evidence: Vec<Evidence>,
}

words!(
    /// How a status came to stand.
    StatusBasis {
        /// Proposed by rules, not confirmed.
        Proposed = "proposed",
        /// Confirmed or set by a person for this item.
        Person = "person",
        /// Set by a person for a list that was shown, and not item by item.
        Group = "group",
        /// Confirmed in bulk after a recorded random sample.
        Sample = "sample",
    }
);

impl StatusBasis {
    /// Whether retention may act on the status.
    pub const fn is_confirmed(self) -> bool {
        match self {
            Self::Proposed => false,
            Self::Person | Self::Group | Self::Sample => true,
        }
    }
}
