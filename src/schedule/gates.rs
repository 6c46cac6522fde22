//! The gates besides rule and period, each open or closed with its sentence.

use super::facts::{ArchivalOutcome, Facts, OpenMatter};
use crate::model::classification::{RecordStatus, StatusBasis};
use crate::model::disposition::{Eligibility, Reason, ReasonCode};
use crate::model::retention::{Authority, Edition};
use chrono::NaiveDate;

/// One gate: why, and what it makes of the family where it is closed.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    pub(super) reason: Reason,
    pub(super) closed: Option<Eligibility>,
}

impl Gate {
    pub(super) fn open(sentence: impl Into<String>) -> Self {
        Self { reason: Reason::new(ReasonCode::GateOpen, sentence), closed: None }
    }

    pub(super) fn closed(code: ReasonCode, eligibility: Eligibility, sentence: impl Into<String>) -> Self {
        Self { reason: Reason::new(code, sentence), closed: Some(eligibility) }
    }
}

/// Settled and confirmed: a guess never shortens a life.
pub(super) fn status(facts: &Facts) -> Gate {
    if facts.status == RecordStatus::Undetermined {
        let sentence = "its status is not settled, and what is not settled is kept";
        return Gate::closed(ReasonCode::Undetermined, Eligibility::Undetermined, sentence);
    }
    let status = facts.status;
    if !facts.status_basis.is_confirmed() {
        let sentence = format!("its status ({status}) is a proposal that nobody has confirmed");
        return Gate::closed(ReasonCode::Unconfirmed, Eligibility::Undetermined, sentence);
    }
    Gate::open(match facts.status_basis {
        StatusBasis::Group => format!("its status ({status}) was confirmed by a person together with its group"),
        StatusBasis::Sample => format!("its status ({status}) was confirmed after a random sample"),
        _ => format!("its status ({status}) was confirmed by a person"),
    })
}

/// An edition as an authority, with its departments ready to be compared.
#[derive(Debug)]
pub(super) struct Standing<'a> {
    pub(super) edition: &'a Edition,
    departments: Vec<String>,
    /// By which editions it is replaced, from which day, and for which departments (none named: for all).
    replaced: Vec<Replacement<'a>>,
}

/// The end of an edition.
#[derive(Debug)]
struct Replacement<'a> {
    by: &'a str,
    on: NaiveDate,
    departments: Vec<String>,
}

/// The authority found for one copy: the edition, and the first day it authorised.
pub(super) type Authorised<'s, 'a> = Result<(NaiveDate, &'s Standing<'a>), Lack<'s, 'a>>;

/// Why there is no authority; the greater says more.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lack<'s, 'a> {
    /// No approved edition and no PR-1 covers it.
    Nothing,
    /// The edition was adopted by other departments, or the line is for others.
    Department(&'s Standing<'a>),
    /// The edition was replaced on a day.
    Replaced(&'s Standing<'a>, NaiveDate),
    /// A PR-1 that was approved before the item was sent, or the sent date is unknown.
    OneTime(&'s Standing<'a>, NaiveDate),
    /// The authority begins on a later day.
    Later(&'s Standing<'a>, NaiveDate),
}

impl<'a> Standing<'a> {
    pub(super) fn new(edition: &'a Edition, all: &'a [Edition]) -> Self {
        let replaced = all.iter().filter_map(|newer| replacement(edition, newer)).collect();
        Self { edition, departments: adopted_by(edition), replaced }
    }

    /// The edition that has replaced this one for the copies of a department, and since when.
    pub(super) fn replaced(&self, department: &str, today: NaiveDate) -> Option<(&'a str, NaiveDate)> {
        let reaches = |one: &&Replacement<'_>| {
            one.on <= today && (one.departments.is_empty() || one.departments.iter().any(|name| name == department))
        };
        self.replaced.iter().filter(reaches).map(|one| (one.by, one.on)).min_by_key(|(_, on)| *on)
    }

    /// Whether this kind of edition can authorise anything at all.
    pub(super) const fn can_authorise(&self) -> bool {
        matches!(self.edition.authority, Authority::ApprovedSchedule { .. } | Authority::Pr1 { .. })
    }

    /// Whether the edition governs the copies of a department; a copy of unknown department is measured by every one.
    pub(super) fn governs(&self, department: &str) -> bool {
        department.is_empty() || self.departments.is_empty() || self.departments.iter().any(|one| one == department)
    }

    /// Whether it authorises the destruction of a department's copy on a day (Minn. Stat. § 138.17).
    pub(super) fn authorises<'s>(
        &'s self,
        department: &str,
        sent_on: Option<NaiveDate>,
        today: NaiveDate,
    ) -> Authorised<'s, 'a> {
        if let Some((_, on)) = self.replaced(department, today) {
            return Err(Lack::Replaced(self, on));
        }
        let first = match &self.edition.authority {
            Authority::Policy { .. } | Authority::Starter { .. } => return Err(Lack::Nothing),
            Authority::ApprovedSchedule { adoption_acknowledged_on: on, .. } => {
                let adopted = self.departments.is_empty() || self.departments.iter().any(|one| one == department);
                if !adopted {
                    return Err(Lack::Department(self));
                }
                *on
            }
            Authority::Pr1 { approved_on, .. } => {
                // A PR-1 is for what lies there on the day; it gives no continuing authority.
                if sent_on.is_none_or(|sent| sent > *approved_on) {
                    return Err(Lack::OneTime(self, *approved_on));
                }
                *approved_on
            }
        }
        .max(self.edition.effective_on);
        if first > today { Err(Lack::Later(self, first)) } else { Ok((first, self)) }
    }
}

impl Lack<'_, '_> {
    /// Greater says more about what is missing.
    pub(super) const fn weight(&self) -> u8 {
        match self {
            Self::Nothing => 0,
            Self::Department(_) => 1,
            Self::Replaced(..) => 2,
            Self::OneTime(..) => 3,
            Self::Later(..) => 4,
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Nothing => {
                "no approved schedule and no PR-1 covers it; a policy, a starter set or a federal schedule \
                              authorises no destruction (Minn. Stat. § 138.17)"
                    .to_owned()
            }
            Self::Department(standing) => {
                format!("the department of a copy is not among those that adopted {}", standing.edition.key)
            }
            Self::Replaced(standing, on) => {
                format!("{} was replaced on {on}, and the newer edition does not cover it", standing.edition.key)
            }
            Self::OneTime(standing, on) => format!(
                "the PR-1 {} reaches only items known to have been sent by {on}; it gives no continuing authority",
                standing.edition.key
            ),
            Self::Later(standing, on) => format!("the authority of {} begins on {on}", standing.edition.key),
        }
    }
}

/// The departments that adopted an edition, ready to be compared; none means all.
fn adopted_by(edition: &Edition) -> Vec<String> {
    match &edition.authority {
        Authority::ApprovedSchedule { departments, .. } => departments.iter().map(|name| fold(name)).collect(),
        Authority::Pr1 { .. } | Authority::Policy { .. } | Authority::Starter { .. } => Vec::new(),
    }
}

/// Whether and when a newer edition ends an older one. What authorises is ended only by an approved schedule, and from
/// the day its adoption is acknowledged: a policy must not shorten a schedule by calling itself its successor.
fn replacement<'a>(older: &Edition, newer: &'a Edition) -> Option<Replacement<'a>> {
    if older.key == newer.key || !newer.replaces.contains(&older.key) {
        return None;
    }
    let on = match (&older.authority, &newer.authority) {
        (_, Authority::ApprovedSchedule { adoption_acknowledged_on, .. }) => {
            newer.effective_on.max(*adoption_acknowledged_on)
        }
        (Authority::Policy { .. } | Authority::Starter { .. }, Authority::Policy { .. }) => newer.effective_on,
        (Authority::Starter { .. }, Authority::Starter { .. }) => newer.effective_on,
        _ => return None,
    };
    Some(Replacement { by: &newer.key, on, departments: adopted_by(newer) })
}

/// Authority to destroy; in an exercise the one that is being practised.
pub(super) fn authority(found: &Authorised<'_, '_>, exercise: Option<&str>) -> Gate {
    match (found, exercise) {
        (Ok((_, standing)), _) => Gate::open(authority_words(standing.edition)),
        (Err(_), Some(citation)) => Gate::open(format!("EXERCISE authority {citation}")),
        (Err(lack), None) => Gate::closed(ReasonCode::NoAuthority, Eligibility::Blocked, lack.sentence()),
    }
}

fn authority_words(edition: &Edition) -> String {
    match &edition.authority {
        Authority::ApprovedSchedule { citation, adoption_acknowledged_on: on, .. } => {
            format!("approved schedule {}: {citation}; adoption acknowledged on {on}", edition.key)
        }
        Authority::Pr1 { citation, approved_on } => {
            format!("PR-1 {}: {citation}, approved on {approved_on}", edition.key)
        }
        Authority::Policy { citation } | Authority::Starter { citation } => citation.clone(),
    }
}

/// Archival items are offered to the State Archives before anything is destroyed. The day it opened comes with it.
pub(super) fn archival(facts: &Facts, is_archival: bool, today: NaiveDate) -> (Gate, Option<NaiveDate>) {
    if !is_archival {
        return (Gate::open("no series that covers it is archival"), None);
    }
    match facts.archival {
        Some(ArchivalOutcome::Transferred(on)) if on <= today => {
            (Gate::open(format!("archival: transferred to the State Archives on {on}")), Some(on))
        }
        Some(ArchivalOutcome::Declined(on)) if on <= today => {
            (Gate::open(format!("archival: declined by the State Archives on {on}")), Some(on))
        }
        _ => {
            let sentence =
                "its series is archival, and neither a transfer to the State Archives nor their refusal is recorded";
            (Gate::closed(ReasonCode::Archival, Eligibility::Blocked, sentence), None)
        }
    }
}

/// Official items are filed under their own series before a copy goes (Otsego IT policy, "Employee Responsibilities").
pub(super) fn filing(facts: &Facts, is_asked: bool) -> Gate {
    if facts.status == RecordStatus::Official && facts.record_keeping {
        return Gate::open("it lies in a record-keeping mailbox of its department, which keeps it under its series");
    }
    match (facts.status == RecordStatus::Official && is_asked, facts.filed) {
        (false, _) => Gate::open("no rule asks for its record to be filed first"),
        (true, true) => Gate::open("its official record has been filed under its own series"),
        (true, false) => not_filed(),
    }
}

/// The closed filing gate.
pub(super) fn not_filed() -> Gate {
    let sentence = "it is official, and its record has not been filed under its own series";
    Gate::closed(ReasonCode::NotFiled, Eligibility::Blocked, sentence)
}

/// Audits, appeals and disputes.
pub(super) fn open_matters(facts: &Facts) -> Gate {
    let Some(first) = facts.open_matters.first() else {
        return Gate::open("no audit, appeal or data-subject dispute about it is open");
    };
    let matter = match first {
        OpenMatter::Audit => "an audit",
        OpenMatter::Appeal => "an appeal",
        OpenMatter::DataSubjectDispute => "a data subject's dispute",
    };
    Gate::closed(ReasonCode::DisputeOpen, Eligibility::Blocked, format!("{matter} about it is open"))
}

/// A department's name as it is compared: without outer spaces, in small letters.
pub(super) fn fold(name: &str) -> String {
    name.trim().to_lowercase()
}
