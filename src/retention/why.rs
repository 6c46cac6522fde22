//! Why an item is still here, and when it may go: everything the answer rests on, as a value and in plain sentences.

use super::happenings::{Listed, happenings};
use super::{Adopted, LiveGuards, RetentionError};
use crate::base::id::{FamilyId, PlanId, RecordId};
use crate::catalog::{FamilyRow, Guard, Reading};
use crate::model::classification::{RecordStatus, StatusBasis};
use crate::model::disposition::{Eligibility, ReasonCode, Verdict};
use crate::model::record::{RecordKind, SourceTime, ZoneBasis};
use crate::model::screening::Screening;
use crate::repository::Repository;
use crate::schedule::{Considered, Outcome, Part};
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A hold or request that protects the item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GuardTold {
    /// Its number, such as H-1 or Q-2.
    pub id: String,
    /// What it is for: the matter of a hold, the kind of a request.
    pub what: String,
    /// Who placed it; for a request who opened it.
    pub by: String,
    /// Since which day.
    pub since: NaiveDate,
    /// Why, or where a request stands.
    pub because: String,
}

/// A copy of the item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CopyTold {
    /// Whose export it came in; `None` where that is not known.
    pub custodian: Option<String>,
    /// The department, or empty.
    pub department: String,
    /// The container.
    pub container: String,
}

/// A plan that lists the item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listing {
    /// The plan.
    pub plan: PlanId,
    /// Where it stands: planned, approved, executed.
    pub state: String,
    /// The day it was made for.
    pub on: NaiveDate,
    /// The first day on which the item could have gone, as the plan says.
    pub since: NaiveDate,
}

/// The whole answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Why {
    /// The day it is an answer for.
    pub on: NaiveDate,
    /// The present day; holds, requests, events and editions are those known by it.
    pub asked_on: NaiveDate,
    /// The parent record.
    pub id: Option<RecordId>,
    /// The family.
    pub family: FamilyId,
    /// Its kind.
    pub kind: RecordKind,
    /// Record status.
    pub status: RecordStatus,
    /// How it came to stand.
    pub status_basis: StatusBasis,
    /// Confidence of a proposal, 0 to 100.
    pub confidence: u8,
    /// Series key, or empty.
    pub series: String,
    /// Where it was set aside because it came from a personal device: what was decided.
    pub screening: Option<String>,
    /// The verdict with every gate, deciding reason first.
    pub verdict: Verdict,
    /// The deciding rule in English, printed from the rule itself.
    pub rule_in_words: Option<String>,
    /// How each day that a rule counts from is known, by trigger.
    pub known: BTreeMap<String, String>,
    /// Every rule at hand, the deciding one first.
    pub rules: Vec<Considered>,
    /// What is recorded about it or its matters.
    pub events: Vec<Listed>,
    /// The matters it was put into.
    pub matters: Vec<String>,
    /// What protects it.
    pub guards: Vec<GuardTold>,
    /// Its copies.
    pub copies: Vec<CopyTold>,
    /// Plans that list it.
    pub plans: Vec<Listing>,
}

/// Answers for one family on a day. `plans` are the plans that list it, which the caller reads and checks.
pub fn why(
    repository: &Repository,
    row: &FamilyRow,
    on: NaiveDate,
    plans: Vec<Listing>,
) -> Result<Why, RetentionError> {
    let adopted = Adopted::load(repository)?;
    let reading = repository.catalog().reading();
    let guards = LiveGuards::load(&reading, on)?;
    let evaluator = adopted.evaluator();
    let verdict = adopted.verdict(&evaluator, &reading, row, &guards, on)?;
    let facts = adopted.facts(&reading, row)?;
    let rules = evaluator.considered(&facts, on);
    let events = happenings(repository, Some(row.id))?;
    let decided = |one: &&Considered| verdict.rule.as_ref() == Some(&one.rule);
    Ok(Why {
        on,
        asked_on: repository.today(),
        id: reading.records(row.id)?.first().map(|record| record.id),
        family: row.id,
        kind: row.kind,
        status: row.standing.status,
        status_basis: row.standing.basis,
        confidence: row.standing.confidence,
        series: row.standing.series.clone(),
        screening: reading.screening(row.id)?.map(screening_words),
        rule_in_words: rules.iter().find(decided).map(|one| one.english.clone()),
        known: known(repository, row, &rules, &events, facts.conversation_ended_on)?,
        rules,
        matters: reading.matters_of(row.id)?,
        events,
        guards: guards_told(repository, &reading, row, on)?,
        copies: copies_told(&reading, row)?,
        plans,
        verdict,
    })
}

fn screening_words(screening: Screening) -> String {
    match screening {
        Screening::Undecided => "it came from a personal device, and nobody has sorted it yet".to_owned(),
        Screening::Government => "it came from a personal device, and was sorted as government data".to_owned(),
        Screening::Personal { since } => {
            format!("it came from a personal device, and was sorted as personal on {since}")
        }
    }
}

/// How each day that some rule counts from is known.
fn known(
    repository: &Repository,
    row: &FamilyRow,
    rules: &[Considered],
    events: &[Listed],
    conversation: Option<NaiveDate>,
) -> Result<BTreeMap<String, String>, RetentionError> {
    let triggers: BTreeSet<&str> =
        rules.iter().flat_map(|rule| &rule.counted).map(|counted| counted.trigger.as_str()).collect();
    let mut known = BTreeMap::new();
    if triggers.is_empty() {
        return Ok(known);
    }
    let item = repository.facts(row)?.item;
    for trigger in triggers {
        let words = match trigger {
            "sent" | "created" => dated(row.sent_on, item.sent_at.as_ref(), repository),
            "received" => dated(row.received_on, item.received_at.as_ref(), repository),
            "last-of-conversation" => match conversation {
                Some(on) => format!("{on} is the last day on which an item of its matters was sent"),
                None => "not known: it is in no matter, or a date in its matters is not known".to_owned(),
            },
            event => recorded(event, events),
        };
        known.insert(trigger.to_owned(), words);
    }
    Ok(known)
}

/// A day of the item itself, as its source gives it.
fn dated(on: Option<NaiveDate>, source: Option<&SourceTime>, repository: &Repository) -> String {
    match (on, source) {
        (None, None) => "not known: the source gives none that is plausible".to_owned(),
        (None, Some(source)) => format!("not known: the source gives “{}”, which is not plausible", source.as_written),
        (Some(on), None) => format!("{on}, as it was catalogued"),
        (Some(on), Some(source)) => {
            let zone = match source.zone {
                ZoneBasis::OffsetInSource => "the source gives the offset from UTC",
                ZoneBasis::FormatIsUtc => "the format gives its times in UTC",
                ZoneBasis::AssumedLocal => "the source gives no zone, and the city's own was assumed",
                ZoneBasis::Derived => "the zone follows from another time in the same item",
            };
            let place = repository.zone().name();
            format!("{on}, the civil day in {place} of “{}”; {zone}", source.as_written)
        }
    }
}

fn recorded(event: &str, events: &[Listed]) -> String {
    let mut found: Vec<&Listed> = events.iter().filter(|one| one.name == event).collect();
    found.sort_by_key(|one| one.on);
    let Some(last) = found.last() else { return "not recorded, so nothing starts from it".to_owned() };
    let whose = last.matter.as_ref().map_or("for this item".to_owned(), |matter| format!("for the matter “{matter}”"));
    let others =
        if found.len() > 1 { format!("; the latest of {} recorded days counts", found.len()) } else { String::new() };
    let because = if last.reason.is_empty() { String::new() } else { format!(": {}", last.reason) };
    format!("{}, recorded {whose} by {} ({}){because}{others}", last.on, last.by, last.event)
}

fn guards_told(
    repository: &Repository,
    reading: &Reading<'_>,
    row: &FamilyRow,
    on: NaiveDate,
) -> Result<Vec<GuardTold>, RetentionError> {
    let mut told = Vec::new();
    for guard in reading.guards_of(row.id, on)? {
        let id = guard.to_string();
        told.push(match guard {
            Guard::Hold(hold) => {
                let hold = reading.hold(hold)?;
                let since = hold.issued_at.with_timezone(&repository.zone()).date_naive();
                GuardTold { id, what: hold.matter, by: hold.issued_by, since, because: hold.reason }
            }
            Guard::Request(request) => {
                let request = reading.request(request)?;
                let what = format!("a {} request", request.kind);
                let because = format!("it is {}", request.status);
                GuardTold { id, what, by: request.opened_by, since: request.received_on, because }
            }
        });
    }
    Ok(told)
}

fn copies_told(reading: &Reading<'_>, row: &FamilyRow) -> Result<Vec<CopyTold>, RetentionError> {
    let custodians: BTreeMap<i64, (String, String)> =
        reading.custodians()?.into_iter().map(|(id, name, department)| (id.get(), (name, department))).collect();
    let mut copies = Vec::new();
    for copy in reading.copies(row.id)? {
        let whose = copy.custodian.and_then(|id| custodians.get(&id.get()));
        copies.push(CopyTold {
            custodian: whose.map(|(name, _)| name.clone()),
            department: whose.map(|(_, department)| department.clone()).unwrap_or_default(),
            container: reading.container_path(copy.container)?,
        });
    }
    copies.sort();
    Ok(copies)
}

impl Why {
    /// The answer in plain sentences, one on each line, under headings.
    pub fn told(&self) -> String {
        let mut text = format!("{}\n", self.answer());
        let mut part = |heading: &str, lines: Vec<String>| {
            if !lines.is_empty() {
                text.push_str(&format!("\n{heading}\n"));
                for line in lines {
                    text.push_str(&format!("  {line}\n"));
                }
            }
        };
        part("What it is", self.standing());
        part("The rule", self.rule());
        part("How it counts", self.count());
        part("What was looked at", self.gates());
        part("Other rules", self.others());
        part("Holds and requests", self.protection());
        part("Copies", self.places());
        part("Plans", self.listings());
        text
    }

    fn answer(&self) -> String {
        let name = self.id.map_or_else(|| self.family.to_string(), |id| id.to_string());
        let day = if self.on == self.asked_on { String::new() } else { format!("On {}: ", self.on) };
        match self.verdict.eligibility {
            Eligibility::Eligible { since } => format!("{day}{name} may be destroyed since {since}."),
            Eligibility::NotYet { earliest } => {
                format!("{day}{name} may be destroyed from {earliest} on, not earlier.")
            }
            Eligibility::Blocked => format!("{day}{name} may not be destroyed."),
            Eligibility::Undetermined => {
                format!("{day}{name} may not be destroyed: something about it is not settled.")
            }
        }
    }

    fn standing(&self) -> Vec<String> {
        let basis = match self.status_basis {
            StatusBasis::Proposed => {
                format!("proposed by the rules with confidence {} of 100, confirmed by nobody", self.confidence)
            }
            StatusBasis::Person => "set by a person".to_owned(),
            StatusBasis::Group => "set by a person together with its group".to_owned(),
            StatusBasis::Sample => "confirmed with its class after a random sample".to_owned(),
        };
        let series = if self.series.is_empty() { "none is assigned".to_owned() } else { self.series.clone() };
        let mut lines = vec![
            format!("Kind: {}, family {}.", self.kind.word(), self.family),
            format!("Status: {}, {basis}.", self.status),
            format!("Series: {series}."),
        ];
        if !self.matters.is_empty() {
            lines.push(format!("Matters: {}.", self.matters.join("; ")));
        }
        lines.extend(self.screening.iter().map(|words| format!("Device: {words}.")));
        lines
    }

    fn decided(&self) -> Option<&Considered> {
        self.rules.iter().find(|rule| rule.part == Part::Decides)
    }

    fn rule(&self) -> Vec<String> {
        let Some(rule) = self.decided() else {
            return vec!["No rule decides about it.".to_owned()];
        };
        let code = if rule.code.is_empty() { String::new() } else { format!(", code {}", rule.code) };
        let mut lines = vec![
            format!("“{}” of the edition {} (series {}{code}).", rule.title, rule.rule.edition, rule.rule.series),
            format!("In English: {}.", rule.english),
            format!("In the schedule's words: {}", rule.as_written),
        ];
        if !rule.statute.is_empty() {
            lines.push(format!("Statute: {}", rule.statute));
        }
        if !rule.classification.is_empty() {
            lines.push(format!("Data classification in the schedule: {}", rule.classification));
        }
        lines
    }

    fn count(&self) -> Vec<String> {
        let Some(rule) = self.decided() else { return Vec::new() };
        let mut lines = Vec::new();
        for counted in &rule.counted {
            lines.push(format!("{}.", counted.sentence(self.on)));
            if let Some(known) = self.known.get(&counted.trigger) {
                let name = match counted.trigger.as_str() {
                    "sent" => "The day it was sent",
                    "received" => "The day it was received",
                    "created" => "The day it was made",
                    "last-of-conversation" => "The last item of its conversation",
                    _ => "That day",
                };
                lines.push(format!("{name}: {known}."));
            }
        }
        match &rule.outcome {
            Outcome::Ends { last } => {
                let first = last.succ_opt().unwrap_or(*last);
                lines.push(format!("The last day of keeping is {last}; the first for destruction is {first}."));
            }
            Outcome::Unknown { missing } => lines.push(format!("It leads to no day: {missing}.")),
            Outcome::Permanent => lines.push("It leads to no day: it keeps for ever.".to_owned()),
        }
        if let Some(day) = self.verdict.must_destroy_by {
            lines.push(format!("It must be destroyed by {day}."));
        }
        lines
    }

    fn gates(&self) -> Vec<String> {
        let told = |reason: &crate::model::disposition::Reason| {
            let open =
                matches!(reason.code, ReasonCode::GateOpen | ReasonCode::PeriodExpired | ReasonCode::DecidedPersonal);
            let label = if open { "In order" } else { "In the way" };
            let alarm = matches!(reason.code, ReasonCode::MaximumRuns | ReasonCode::MaximumPassed);
            format!("{}: {}.", if alarm { "Maximum" } else { label }, reason.sentence)
        };
        self.verdict.reasons.iter().map(told).collect()
    }

    fn others(&self) -> Vec<String> {
        let others = self.rules.iter().filter(|rule| rule.part != Part::Decides);
        let told = |rule: &Considered| {
            let leads = match &rule.outcome {
                _ if rule.part == Part::DoesNotFit => String::new(),
                Outcome::Ends { last } => format!(" It would keep until {last}."),
                Outcome::Unknown { missing } => format!(" It leads to no day: {missing}."),
                Outcome::Permanent => " It would keep for ever.".to_owned(),
            };
            let place = format!("{} / {}", rule.rule.edition, rule.rule.series);
            format!("“{}” ({place}): {}. {}.{leads}", rule.title, rule.because, rule.english)
        };
        others.map(told).collect()
    }

    fn protection(&self) -> Vec<String> {
        let mut lines: Vec<String> = self
            .guards
            .iter()
            .map(|guard| {
                format!("{} ({}), since {} by {}: {}.", guard.id, guard.what, guard.since, guard.by, guard.because)
            })
            .collect();
        if lines.is_empty() {
            lines.push("None covers it.".to_owned());
        }
        if self.on != self.asked_on {
            lines.push(format!(
                "They are those known on {}; by {} others may have come or gone.",
                self.asked_on, self.on
            ));
        }
        lines
    }

    fn places(&self) -> Vec<String> {
        let told = |copy: &CopyTold| {
            let whose = copy.custodian.as_deref().unwrap_or("nobody known");
            let department = if copy.department.is_empty() { String::new() } else { format!(" ({})", copy.department) };
            format!("Of {whose}{department}, in {}.", copy.container)
        };
        self.copies.iter().map(told).collect()
    }

    fn listings(&self) -> Vec<String> {
        if self.plans.is_empty() {
            return vec!["No plan lists it.".to_owned()];
        }
        let told = |one: &Listing| {
            format!("{} lists it ({}), made for {}: it could go since {}.", one.plan, one.state, one.on, one.since)
        };
        self.plans.iter().map(told).collect()
    }
}
