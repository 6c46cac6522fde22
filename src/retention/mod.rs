//! Retention: the adopted editions applied to what the catalog knows of a family.
//!
//! One verdict, used wherever it matters: shown with an item, computed for a plan, and computed again inside the
//! transaction that destroys. The guards (holds and open requests) are looked at in the same place. [`why()`] tells how a
//! verdict came about, [`what_if()`] what another edition would change, [`overdue()`] what is kept longer than a statute
//! allows.

mod clerk_table;
mod happenings;
mod overdue;
mod what_if;
mod why;

pub use clerk_table::{TableError, read_tables};
pub use happenings::{
    Gathered, Happened, Listed, Whose, cancel_happening, gather_matter, happenings, record_filing, record_happening,
};
pub use overdue::{Overdue, overdue};
pub use what_if::{Fate, Fates, Move, Moved, WhatIf, what_if};
pub use why::{CopyTold, GuardTold, Listing, Why, why};

use crate::base::digest::Sha256Digest;
use crate::base::durable;
use crate::base::id::{CustodianId, EventId, FamilyId};
use crate::catalog::{CatalogError, FamilyRow, Guard, Reading};
use crate::model::disposition::{Eligibility, Reason, ReasonCode, Verdict};
use crate::model::event::Act;
use crate::model::retention::{Edition, Term, Trigger};
use crate::model::screening::{Screening, personal_rule};
use crate::repository::{Repository, RepositoryError};
use crate::schedule::{ArchivalOutcome, CopyFacts, Evaluator, Facts, OpenMatter, ScheduleError, Settings, parse};
use chrono::{Days, NaiveDate};
use std::collections::{BTreeMap, BTreeSet};

/// The archives have it: a retention event that means more than the start of a period.
pub const TRANSFERRED: &str = "transferred-to-archives";
/// The archives declined it.
pub const DECLINED: &str = "declined-by-archives";
const OPEN_MATTERS: [(&str, OpenMatter); 3] = [
    ("audit-open", OpenMatter::Audit),
    ("appeal-open", OpenMatter::Appeal),
    ("dispute-open", OpenMatter::DataSubjectDispute),
];

/// The words an exercise uses in place of a recorded authority.
const EXERCISE_AUTHORITY: &str =
    "EXERCISE: authority is assumed for practice and destroys nothing outside this exercise";

/// Retention could not be applied.
#[derive(Debug, thiserror::Error)]
pub enum RetentionError {
    /// The repository failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// A schedule cannot be used.
    #[error("the schedule {key} cannot be used: {error}")]
    Schedule {
        /// Its key, or the file's name.
        key: String,
        /// Why.
        error: ScheduleError,
    },
    /// Something that has to be said is missing.
    #[error("{0}")]
    Incomplete(&'static str),
    /// An item is gone, or about to be.
    #[error("{family} is destroyed or about to be; nothing more is recorded about it")]
    Gone {
        /// The family.
        family: FamilyId,
    },
    /// No matter has that name.
    #[error("there is no matter {name:?}; put its items into it first")]
    NoMatter {
        /// The name.
        name: String,
    },
    /// What is to be cancelled is not recorded.
    #[error("{name} is not recorded there, so there is nothing to cancel")]
    NotRecorded {
        /// The name of the event.
        name: String,
    },
    /// Another text was adopted under the same key.
    #[error("the schedule {key} is adopted with another text; a new edition needs a key of its own, such as {key}-2")]
    KeyTaken {
        /// The key.
        key: String,
    },
    /// The city takes no clerk's word for a filing.
    #[error("this city counts a record as filed only with a receipt whose digest was compared (filing_needs_receipt)")]
    NeedsReceipt,
    /// A frozen edition is not the one that was adopted.
    #[error("the frozen copy of the schedule {key} is not the one that was adopted")]
    EditionChanged {
        /// Its key.
        key: String,
    },
}

/// The adopted editions, read back and checked, with the city's settings.
#[derive(Debug, Clone)]
pub struct Adopted {
    /// The editions, by key.
    pub editions: Vec<Edition>,
    /// Digests of the frozen files, by key.
    pub digests: BTreeMap<String, String>,
    settings: Settings,
    /// Days in which what was decided to be personal has to be gone.
    personal_days: u32,
    departments: BTreeMap<i64, String>,
    /// Custodians whose mailbox was designated for keeping records.
    record_mailboxes: BTreeSet<i64>,
}

/// The events that a period starts from or ends with.
fn awaited_by<'t>(term: &'t Term, names: &mut BTreeSet<&'t str>) {
    match term {
        Term::After { trigger: Trigger::Event(name), .. } | Term::Until(name) => {
            names.insert(name);
        }
        Term::Latest(terms) | Term::Earliest(terms) => terms.iter().for_each(|term| awaited_by(term, names)),
        Term::After { .. } | Term::Permanent | Term::Unknown(_) => {}
    }
}

/// Adopts an edition: its text is frozen in the repository, and the adoption recorded. What is adopted never changes:
/// the same text may be adopted again (which puts a lost copy back), another text under the same key may not.
pub fn adopt(repository: &mut Repository, text: &str, actor: &str) -> Result<Edition, RetentionError> {
    let edition = parse(text).map_err(|error| RetentionError::Schedule { key: "in that file".to_owned(), error })?;
    let digest = Sha256Digest::of(text.as_bytes()).to_string();
    if repository.catalog().reading().editions()?.get(&edition.key).is_some_and(|adopted| *adopted != digest) {
        return Err(RetentionError::KeyTaken { key: edition.key });
    }
    let path = repository.layout().edition(&edition.key);
    durable::replace(&path, text.as_bytes()).map_err(|error| RepositoryError::io(&path, error))?;
    let at = repository.now();
    repository.catalog_mut().write::<_, RetentionError>(|writing| {
        let details = serde_json::json!({ "edition": edition.key, "sha256": digest, "authority": edition.authority });
        let event = writing.record_event(at, actor, Act::ScheduleAdopted, &edition.key, &details)?;
        Ok(writing.adopt_edition(&edition.key, &digest, event.id)?)
    })?;
    Ok(edition)
}

impl Adopted {
    /// Reads the adopted editions back; one that differs from what was adopted is refused.
    pub fn load(repository: &Repository) -> Result<Self, RetentionError> {
        let reading = repository.catalog().reading();
        let digests = reading.editions()?;
        let mut editions = Vec::new();
        for (key, digest) in &digests {
            let path = repository.layout().edition(key);
            let text = std::fs::read_to_string(&path).map_err(|error| RepositoryError::io(&path, error))?;
            if Sha256Digest::of(text.as_bytes()).to_string() != *digest {
                return Err(RetentionError::EditionChanged { key: key.clone() });
            }
            editions.push(parse(&text).map_err(|error| RetentionError::Schedule { key: key.clone(), error })?);
        }
        let profile = repository.profile();
        let mut settings = Settings::from_policy(&profile.policy)
            .map_err(|error| RetentionError::Schedule { key: "settings of the profile".to_owned(), error })?;
        settings.exercise_authority = profile.exercise.then(|| EXERCISE_AUTHORITY.to_owned());
        let departments = departments(&reading)?;
        let personal_days = profile.policy.personal_days;
        let designated = &profile.policy.record_mailboxes;
        let mut record_mailboxes = BTreeSet::new();
        for (id, name, _) in reading.custodians()? {
            if designated.iter().any(|one| one.eq_ignore_ascii_case(&name)) {
                record_mailboxes.insert(id.get());
            }
        }
        Ok(Self { editions, digests, settings, personal_days, departments, record_mailboxes })
    }

    /// The names of all events that something waits for: the adopted rules, the archives, and open matters.
    pub fn awaited(&self) -> BTreeSet<&str> {
        let mut names: BTreeSet<&str> = OPEN_MATTERS.iter().map(|(name, _)| *name).collect();
        names.extend([TRANSFERRED, DECLINED]);
        for rule in self.editions.iter().flat_map(|edition| &edition.rules) {
            awaited_by(&rule.term, &mut names);
            if let Some(maximum) = &rule.maximum {
                awaited_by(maximum, &mut names);
            }
        }
        names
    }

    /// Whether the adopted editions and the departments are still those that were read.
    pub fn still_stands(&self, reading: &Reading<'_>) -> Result<bool, CatalogError> {
        Ok(reading.editions()? == self.digests && departments(reading)? == self.departments)
    }

    /// Makes the rules ready to decide for many families.
    pub fn evaluator(&self) -> Evaluator<'_> {
        Evaluator::new(&self.editions, &self.settings)
    }

    /// The facts of a family as the rules look at them.
    pub fn facts(&self, reading: &Reading<'_>, row: &FamilyRow) -> Result<Facts, CatalogError> {
        let mut facts = Facts::new(row.kind, row.standing.status, row.standing.basis);
        facts.series = Some(row.standing.series.clone()).filter(|series| !series.is_empty());
        facts.sent_on = row.sent_on;
        facts.filed = row.filed.is_some();
        for custodian in reading.copy_custodians(row.id)? {
            facts.record_keeping |= custodian.is_some_and(|id| self.record_mailboxes.contains(&id.get()));
            let copy = self.copy_facts(custodian, row.received_on);
            if !facts.copies.contains(&copy) {
                facts.copies.push(copy);
            }
        }
        facts.events = reading.retention_events(row.id)?;
        facts.conversation_ended_on = reading.last_of_matters(row.id)?;
        facts.archival = facts
            .events
            .get(TRANSFERRED)
            .map(|day| ArchivalOutcome::Transferred(*day))
            .or_else(|| facts.events.get(DECLINED).map(|day| ArchivalOutcome::Declined(*day)));
        let open = OPEN_MATTERS.iter().filter(|(name, _)| facts.events.contains_key(*name));
        facts.open_matters = open.map(|(_, matter)| *matter).collect();
        Ok(facts)
    }

    fn copy_facts(&self, custodian: Option<CustodianId>, received_on: Option<NaiveDate>) -> CopyFacts {
        let department = custodian.and_then(|id| self.departments.get(&id.get())).cloned().unwrap_or_default();
        CopyFacts { department, received_on }
    }

    /// Whether a new copy of something that was destroyed might be destroyed at once: by its own custodian, department
    /// and dates, under the status and series that were settled for the same bytes. Retention events and what the State
    /// Archives said went with the item, so a rule that needs them keeps the new copy.
    pub fn would_allow_again(
        &self,
        evaluator: &Evaluator<'_>,
        tombstone: &FamilyRow,
        copy: &ReturningCopy,
        today: NaiveDate,
    ) -> bool {
        let mut facts = Facts::new(tombstone.kind, tombstone.standing.status, tombstone.standing.basis);
        facts.series = Some(tombstone.standing.series.clone()).filter(|series| !series.is_empty());
        facts.sent_on = copy.sent_on;
        facts.filed = tombstone.filed.is_some();
        facts.record_keeping = copy.custodian.is_some_and(|id| self.record_mailboxes.contains(&id.get()));
        facts.copies = vec![self.copy_facts(copy.custodian, copy.received_on)];
        matches!(evaluator.evaluate(&facts, today).eligibility, Eligibility::Eligible { .. })
    }

    /// The verdict on what was decided to be personal: it is no record of the city, so no schedule is asked, and the
    /// recorded decision is what it goes by.
    fn personal(&self, since: NaiveDate) -> Verdict {
        let sentence = format!("it came from a personal device and was decided to be personal on {since}");
        Verdict {
            eligibility: Eligibility::Eligible { since },
            rule: Some(personal_rule()),
            reasons: vec![Reason::new(ReasonCode::DecidedPersonal, sentence)],
            must_destroy_by: since.checked_add_days(Days::new(u64::from(self.personal_days))),
        }
    }

    /// The verdict on a family on a day if nothing protected it.
    pub fn verdict_without_guards(
        &self,
        evaluator: &Evaluator<'_>,
        reading: &Reading<'_>,
        row: &FamilyRow,
        today: NaiveDate,
    ) -> Result<Verdict, CatalogError> {
        Ok(match reading.screening(row.id)? {
            None | Some(Screening::Government) => evaluator.evaluate(&self.facts(reading, row)?, today),
            Some(Screening::Undecided) => unscreened(),
            Some(Screening::Personal { since }) => self.personal(since),
        })
    }

    /// The verdict on a family on a day, with what protects it put first (I3).
    pub fn verdict(
        &self,
        evaluator: &Evaluator<'_>,
        reading: &Reading<'_>,
        row: &FamilyRow,
        guards: &LiveGuards,
        today: NaiveDate,
    ) -> Result<Verdict, CatalogError> {
        let mut verdict = self.verdict_without_guards(evaluator, reading, row, today)?;
        let mut reasons = guards.reasons(reading, row, today)?;
        if reasons.is_empty() {
            verdict.reasons.push(Reason::new(ReasonCode::GateOpen, "no hold and no open request covers it"));
        } else {
            verdict.eligibility = Eligibility::Blocked;
            reasons.append(&mut verdict.reasons);
            verdict.reasons = reasons;
        }
        Ok(verdict)
    }
}

/// What stays because nobody has sorted it. It may be a record, so no period of it has begun to matter.
fn unscreened() -> Verdict {
    let sentence = "it came from a personal device, and nobody has yet decided whether it is government data";
    Verdict {
        eligibility: Eligibility::Blocked,
        rule: None,
        reasons: vec![Reason::new(ReasonCode::Unscreened, sentence)],
        must_destroy_by: None,
    }
}

/// The departments of the custodians.
fn departments(reading: &Reading<'_>) -> Result<BTreeMap<i64, String>, CatalogError> {
    Ok(reading.custodians()?.into_iter().map(|(id, _, department)| (id.get(), department)).collect())
}

/// A copy of something that was destroyed, found in an export again.
#[derive(Debug, Clone, Copy)]
pub struct ReturningCopy {
    /// Whose export it is in.
    pub custodian: Option<CustodianId>,
    /// The civil day it was sent.
    pub sent_on: Option<NaiveDate>,
    /// The civil day it was received.
    pub received_on: Option<NaiveDate>,
}

/// The guards in force on a day, each with the event it was evaluated through.
#[derive(Debug, Clone)]
pub struct LiveGuards(Vec<(Guard, EventId)>);

impl LiveGuards {
    /// Reads them.
    pub fn load(reading: &Reading<'_>, today: NaiveDate) -> Result<Self, CatalogError> {
        Ok(Self(reading.live_guards(today)?.into_iter().map(|(guard, _, through)| (guard, through)).collect()))
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.0.len() as u64
    }

    /// Why a family is protected: rows of guards in force, and guards that have not looked at it yet.
    fn reasons(&self, reading: &Reading<'_>, row: &FamilyRow, today: NaiveDate) -> Result<Vec<Reason>, CatalogError> {
        let mut reasons = Vec::new();
        for guard in reading.guards_of(row.id, today)? {
            reasons.push(match guard {
                Guard::Hold(id) => Reason::new(ReasonCode::Held, format!("the hold {id} covers it")),
                Guard::Request(id) => Reason::new(ReasonCode::Requested, format!("the request {id} protects it")),
                Guard::WholeRequest(id) => {
                    let sentence =
                        format!("the request {id} protects all of its custodians and dates until it is narrowed");
                    Reason::new(ReasonCode::Requested, sentence)
                }
            });
        }
        for (guard, through) in &self.0 {
            if *through < row.touched {
                let sentence = format!("it was not yet looked at for {guard}");
                reasons.push(Reason::new(ReasonCode::NotEvaluated, sentence));
            }
        }
        Ok(reasons)
    }
}
