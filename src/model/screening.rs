//! Sorting what came from a personal device: government data or not.
//!
//! An employee's own phone may have to be copied whole when work was done on it (Minneapolis Mobile Device Policy, part
//! III, *Data requests*); the city does not keep or use the personal part longer than it must (part I, *No expectation of
//! privacy*, last line).

use super::disposition::RuleRef;
use chrono::NaiveDate;

/// The edition that stands in plans and tombstones for a decision that an item is personal. No schedule has this key.
pub const PERSONAL_EDITION: &str = "screening";

/// Where an item from a personal device stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screening {
    /// Nobody has sorted it.
    Undecided,
    /// Government data: an ordinary item.
    Government,
    /// Not government data: returned and destroyed within the city's limit.
    Personal {
        /// The civil day it was decided.
        since: NaiveDate,
    },
}

/// What a person may decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScreeningDecision {
    /// It is government data.
    Government,
    /// It is not.
    Personal,
}

impl ScreeningDecision {
    /// The word on the command line and in events.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Government => "government",
            Self::Personal => "personal",
        }
    }

    /// Reads the word back.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Government, Self::Personal].into_iter().find(|one| one.word() == word)
    }
}

/// The rule under which personal items go: the recorded decision of the person who sorted them.
pub fn personal_rule() -> RuleRef {
    RuleRef { edition: PERSONAL_EDITION.to_owned(), series: "personal".to_owned() }
}
