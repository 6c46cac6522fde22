//! What happened to a request, read back from the ledger: milestones, identity, clarifications, challenges, inspections,
//! fees, payments, letters, and how it ended.

use super::fee::Fee;
use super::letter::RequestLetterKind;
use crate::base::id::{EventId, ProductionId, RequestId};
use crate::catalog::{CatalogError, Reading};
use crate::model::event::{Act, Event};
use crate::model::request::RequestOutcome;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;

/// How it is known who a requester is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// How: a license seen at the counter, a notarized form. Never a number of a document.
    pub how: String,
    /// Whose parent or guardian it is and how that is known; empty for the subject of the data.
    pub guardian_of: String,
    /// Why nothing is given to a parent or guardian: the minor asked for it, and the responsible authority found it to be
    /// in the minor's interest (Minn. Stat. § 13.02, subd. 8). Empty where nobody asked.
    pub withheld_for_minor: String,
    /// Who recorded it.
    pub by: String,
}

/// A question to the requester. It stops no clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Clarification {
    /// When it was asked.
    pub asked_at: DateTime<Utc>,
    /// What.
    pub question: String,
    /// When it was answered, and what was said.
    pub answered: Option<(DateTime<Utc>, String)>,
}

/// A challenge of accuracy or completeness by the subject of data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Challenge {
    /// Counted from 1 for each request.
    pub number: u64,
    /// What is challenged.
    pub what: String,
    /// The day it was received.
    pub received_on: NaiveDate,
    /// The last day to answer.
    pub due_on: NaiveDate,
    /// The basis of that day.
    pub due_basis: String,
    /// When it was answered; whether the data was corrected; and why.
    pub decided: Option<(DateTime<Utc>, bool, String)>,
}

/// Data was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// The day.
    pub on: NaiveDate,
    /// Who sat by; empty where nobody did.
    pub supervised_by: String,
    /// Whether it was looked at from elsewhere.
    pub remote: bool,
    /// What was looked at.
    pub what: String,
}

/// A fee that was estimated or charged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeeRow {
    /// When.
    pub at: DateTime<Utc>,
    /// Whether it is an estimate.
    pub estimate: bool,
    /// Cents to be paid before the copies are made.
    pub prepay_cents: u64,
    /// What it is made of.
    pub fee: Fee,
}

/// A letter that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LetterRow {
    /// Counted from 1 for each request.
    pub number: u64,
    /// Its kind.
    pub kind: RequestLetterKind,
    /// When.
    pub at: DateTime<Utc>,
    /// Who wrote it.
    pub by: String,
    /// SHA-256 of its text, hexadecimal.
    pub sha256: String,
}

impl LetterRow {
    /// The name under which the repository keeps it.
    pub fn name(&self, request: RequestId) -> String {
        format!("{request}-{}", self.number)
    }
}

/// A step on the way of a request, with its day in UTC time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Milestone {
    /// What happened.
    pub what: &'static str,
    /// When.
    pub at: DateTime<Utc>,
}

/// What happened to a request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Steps, each at its first time.
    pub milestones: Vec<Milestone>,
    /// The newest word on who the requester is.
    pub identity: Option<Identity>,
    /// Questions to the requester.
    pub clarifications: Vec<Clarification>,
    /// Challenges of accuracy.
    pub challenges: Vec<Challenge>,
    /// Inspections.
    pub inspections: Vec<Inspection>,
    /// Fees, the newest last.
    pub fees: Vec<FeeRow>,
    /// Payments in cents, with what was said of them.
    pub payments: Vec<(DateTime<Utc>, u64, String)>,
    /// Letters.
    pub letters: Vec<LetterRow>,
    /// How it ended; `None` while it is open.
    pub outcome: Option<RequestOutcome>,
    /// Productions, with the moment each was made.
    pub productions: Vec<(ProductionId, DateTime<Utc>)>,
}

impl Progress {
    /// Whether a challenge waits for its answer.
    pub fn disputed(&self) -> bool {
        self.challenges.iter().any(|one| one.decided.is_none())
    }

    /// Whether a question to the requester waits for an answer.
    pub fn waits_for_requester(&self) -> bool {
        self.clarifications.iter().any(|one| one.answered.is_none())
    }

    /// Cents that are still to be paid before copies are made, by the newest estimate.
    pub fn unpaid_cents(&self) -> u64 {
        let asked = self.fees.last().map_or(0, |one| one.prepay_cents);
        asked.saturating_sub(self.payments.iter().map(|one| one.1).sum())
    }

    /// Whether a letter of a kind was written.
    pub fn has_letter(&self, kind: RequestLetterKind) -> bool {
        self.letters.iter().any(|one| one.kind == kind)
    }

    fn reached(&mut self, what: &'static str, at: DateTime<Utc>) {
        if self.milestones.iter().all(|one| one.what != what) {
            self.milestones.push(Milestone { what, at });
        }
    }
}

/// What happened to a request, oldest first.
pub fn progress(reading: &Reading<'_>, id: RequestId) -> Result<Progress, CatalogError> {
    let mut progress = Progress::default();
    for event in reading.events_about(&id.to_string())? {
        let details: Value = serde_json::from_str(&event.details).unwrap_or_default();
        take(&mut progress, &event, &details);
    }
    for (production, ..) in reading.productions_of(id)? {
        let (row, _) = reading.production(production)?;
        progress.productions.push((production, row.production.made_at));
    }
    if let Some((_, at)) = progress.productions.first().copied() {
        progress.reached("produced", at);
    }
    progress.milestones.sort_by_key(|one| one.at);
    Ok(progress)
}

fn take(progress: &mut Progress, event: &Event, details: &Value) {
    let text = |name: &str| details.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let number = |name: &str| details.get(name).and_then(Value::as_u64).unwrap_or_default();
    let flag = |name: &str| details.get(name).and_then(Value::as_bool).unwrap_or_default();
    let day = |name: &str| text(name).parse::<NaiveDate>().unwrap_or_else(|_| event.at.date_naive());
    match event.act {
        Act::RequestOpened => progress.reached("opened", event.at),
        Act::RequestIdentified => {
            progress.reached("identity checked", event.at);
            let (how, guardian_of) = (text("how"), text("guardian_of"));
            let (withheld_for_minor, by) = (text("withheld_for_minor"), event.actor.clone());
            progress.identity = Some(Identity { at: event.at, how, guardian_of, withheld_for_minor, by });
        }
        Act::RequestClarificationAsked => {
            progress.reached("clarification asked", event.at);
            let one = Clarification { asked_at: event.at, question: text("question"), answered: None };
            progress.clarifications.push(one);
        }
        Act::RequestClarified => {
            progress.reached("clarified", event.at);
            if let Some(open) = progress.clarifications.iter_mut().find(|one| one.answered.is_none()) {
                open.answered = Some((event.at, text("answer")));
            }
        }
        Act::AccuracyChallenged => progress.challenges.push(Challenge {
            number: number("challenge"),
            what: text("what"),
            received_on: day("received_on"),
            due_on: day("due_on"),
            due_basis: text("due_basis"),
            decided: None,
        }),
        Act::AccuracyDecided => {
            let which = number("challenge");
            if let Some(one) = progress.challenges.iter_mut().find(|one| one.number == which) {
                one.decided = Some((event.at, flag("corrected"), text("reason")));
            }
        }
        Act::RequestInspected => {
            progress.reached("inspected", event.at);
            let (supervised_by, what) = (text("supervised_by"), text("what"));
            progress.inspections.push(Inspection { on: day("on"), supervised_by, remote: flag("remote"), what });
        }
        Act::RequestFee => {
            progress.reached("estimated", event.at);
            let fee = details.get("fee").cloned().and_then(|fee| serde_json::from_value(fee).ok()).unwrap_or_default();
            let (estimate, prepay_cents) = (flag("estimate"), number("prepay_cents"));
            progress.fees.push(FeeRow { at: event.at, estimate, prepay_cents, fee });
        }
        Act::RequestPaid => {
            progress.reached("paid", event.at);
            progress.payments.push((event.at, number("cents"), text("how")));
        }
        Act::RequestLetter => letter(progress, event, number("letter"), &text("kind"), text("sha256")),
        Act::Collected => progress.reached("collected", event.at),
        Act::Reviewed => progress.reached("first decision", event.at),
        Act::RequestClosed => {
            progress.reached("closed", event.at);
            progress.outcome = RequestOutcome::parse(&text("outcome")).or(Some(RequestOutcome::NotStated));
        }
        Act::RequestReopened => {
            progress.outcome = None;
            progress.milestones.retain(|one| one.what != "closed");
            progress.reached("opened again", event.at);
        }
        _ => {}
    }
}

fn letter(progress: &mut Progress, event: &Event, number: u64, kind: &str, sha256: String) {
    let Some(kind) = RequestLetterKind::parse(kind) else { return };
    match kind {
        RequestLetterKind::Acknowledgement => progress.reached("acknowledged", event.at),
        RequestLetterKind::Response
        | RequestLetterKind::NoData
        | RequestLetterKind::Denial
        | RequestLetterKind::CertifiedDenial => progress.reached("answered", event.at),
        RequestLetterKind::Clarification
        | RequestLetterKind::Estimate
        | RequestLetterKind::Inspection
        | RequestLetterKind::Accuracy => {}
    }
    progress.letters.push(LetterRow { number, kind, at: event.at, by: event.actor.clone(), sha256 });
}

/// One line of the log of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogLine {
    /// Its event.
    pub event: EventId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
    /// What was done.
    pub act: Act,
    /// The request, or the production it is about.
    pub about: String,
    /// What the ledger holds of it.
    pub details: Value,
}

/// Everything that was done about a request and its productions, oldest first, as the ledger has it.
pub fn log(reading: &Reading<'_>, id: RequestId) -> Result<Vec<LogLine>, CatalogError> {
    let mut events = reading.events_about(&reading.request(id)?.id.to_string())?;
    for (production, ..) in reading.productions_of(id)? {
        events.extend(reading.events_about(&production.to_string())?);
    }
    events.sort_by_key(|event| event.id);
    let line = |event: Event| LogLine {
        event: event.id,
        at: event.at,
        by: event.actor,
        act: event.act,
        about: event.subject,
        details: serde_json::from_str(&event.details).unwrap_or_default(),
    };
    Ok(events.into_iter().map(line).collect())
}
