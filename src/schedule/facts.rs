//! What the evaluation looks at: the facts of one family, and the settings of the city.

use super::file::ScheduleError;
use crate::model::classification::{RecordStatus, StatusBasis};
use crate::model::profile::Policy;
use crate::model::record::RecordKind;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// The facts of one family; its attachments share its fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The kind of the family's parent.
    pub kind: RecordKind,
    /// Its status.
    pub status: RecordStatus,
    /// How the status came to stand.
    pub status_basis: StatusBasis,
    /// The key of its series, the same in every edition; `None` where nobody assigned one.
    pub series: Option<String>,
    /// The local date it was sent (for a call: began); `None` where that is unknown or implausible.
    pub sent_on: Option<NaiveDate>,
    /// Every copy of it. Eligibility is the latest over all copies.
    pub copies: Vec<CopyFacts>,
    /// Recorded retention events by name.
    pub events: BTreeMap<String, NaiveDate>,
    /// The local date of the last item of the matters it was put into; `None` where it is in none, or a date is unknown.
    pub conversation_ended_on: Option<NaiveDate>,
    /// Whether the official record has been filed under its own series.
    pub filed: bool,
    /// Whether a copy of it lies in a mailbox that its department has designated for keeping records.
    pub record_keeping: bool,
    /// What the State Archives did with an archival item, once that is recorded.
    pub archival: Option<ArchivalOutcome>,
    /// What is open about it and forbids destruction meanwhile.
    pub open_matters: Vec<OpenMatter>,
}

impl Facts {
    /// The facts of a family of which nothing more is known yet.
    pub const fn new(kind: RecordKind, status: RecordStatus, status_basis: StatusBasis) -> Self {
        Self {
            kind,
            status,
            status_basis,
            series: None,
            sent_on: None,
            copies: Vec::new(),
            events: BTreeMap::new(),
            conversation_ended_on: None,
            filed: false,
            record_keeping: false,
            archival: None,
            open_matters: Vec::new(),
        }
    }
}

/// What differs from copy to copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopyFacts {
    /// The department of the copy's custodian; empty where it is not known.
    pub department: String,
    /// The local date this copy was received.
    pub received_on: Option<NaiveDate>,
}

/// What came of the offer of an archival item to the State Archives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArchivalOutcome {
    /// Transferred on a day.
    Transferred(NaiveDate),
    /// Declined on a day.
    Declined(NaiveDate),
}

/// Something open about an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenMatter {
    /// An audit.
    Audit,
    /// An appeal.
    Appeal,
    /// A data subject's dispute about it.
    DataSubjectDispute,
}

/// What the city set, and in an exercise the authority that is being practised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Month and day on which the fiscal year ends; a day the month does not have means its last day.
    pub fiscal_year_end: (u32, u32),
    /// Days after sending at which *until read* counts as met; `None` means only a recorded event does.
    pub until_read_floor_days: Option<u32>,
    /// In an exercise repository the authority to practise with, in words; `None` everywhere else.
    pub exercise_authority: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { fiscal_year_end: (12, 31), until_read_floor_days: None, exercise_authority: None }
    }
}

impl Settings {
    /// The settings a profile's policy makes, without any exercise.
    pub fn from_policy(policy: &Policy) -> Result<Self, ScheduleError> {
        let text = &policy.fiscal_year_end;
        // Any leap year will do to tell whether the day exists.
        let day = NaiveDate::parse_from_str(&format!("2024-{text}"), "%Y-%m-%d")
            .map_err(|_| ScheduleError::FiscalYearEnd { text: text.clone() })?;
        let fiscal_year_end = (chrono::Datelike::month(&day), chrono::Datelike::day(&day));
        Ok(Self { fiscal_year_end, until_read_floor_days: policy.until_read_floor_days, exercise_authority: None })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn the_profile_gives_the_settings() {
        let settings =
            |end: &str| Settings::from_policy(&Policy { fiscal_year_end: end.to_owned(), ..Policy::default() });
        assert_eq!(settings("12-31").unwrap(), Settings::default());
        assert_eq!(settings("06-30").unwrap().fiscal_year_end, (6, 30));
        assert_eq!(settings("02-29").unwrap().fiscal_year_end, (2, 29));
        for wrong in ["13-01", "06-31", "June 30", ""] {
            assert!(settings(wrong).is_err(), "{wrong}");
        }
    }
}
