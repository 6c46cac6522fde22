//! The record of a matter, checked by a stranger: what the city held, when, who was told, what was planned, refused and
//! destroyed since a date. On a machine with only this program and the folder.
//!
//! What this proves: every file is as it was signed; every event stands in the ledger whose head is signed here; scopes,
//! plans, approvals, certificates, editions and letters are the ones that those events recorded; nobody approved a plan
//! of their own. What it cannot prove is that the city put every event in that belongs here: that is what the signed
//! statement says, and the count of the ledger lets it be asked for the rest.

use super::documents::{CONFIRMATION_DOMAIN, MATTER_DOMAIN, check_approval_by, check_plan, checked};
use super::{Finding, certificate};
use crate::base::digest::Sha256Digest;
use crate::base::id::{HoldId, PlanId};
use crate::ledger::Checkpoint;
pub use crate::ledger::ProvenEvent;
use crate::model::event::{Act, Event};
use crate::model::hold::Hold;
use crate::text::is_same_person;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

/// The signed statement over everything else in the folder.
pub const STATEMENT: &str = "matter.json";
/// The signed head of the ledger.
pub const CHECKPOINT: &str = "checkpoint.txt";
/// The events, each with its proof.
pub const EVENTS: &str = "events.json";
/// The holds as they stand.
pub const HOLDS: &str = "holds.json";
/// The people who may approve and confirm, with their public keys.
pub const APPROVERS: &str = "approvers.json";
/// Bytes of the largest file that is read.
const FILE_BYTES: u64 = 1024 * 1024 * 1024;
/// Files that a folder may have.
const FILES: usize = 200_000;

/// What the city says of the folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Version of this document.
    pub schema: u32,
    /// The repository.
    pub repository: String,
    /// The city.
    pub city: String,
    /// Whether it comes from an exercise.
    pub exercise: bool,
    /// The matter.
    pub matter: String,
    /// Its holds.
    pub holds: Vec<HoldId>,
    /// Plans, refusals and destructions are told from this day on; `None` means all.
    pub since: Option<NaiveDate>,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// By whom.
    pub made_by: String,
    /// Events of the whole ledger at that moment.
    pub ledger_events: u64,
    /// Events that are told here.
    pub events: u64,
    /// Every file with its SHA-256, hexadecimal.
    pub files: BTreeMap<String, String>,
    /// What is told, in words.
    pub told: String,
}

/// What checking came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examination {
    /// Files and events that were looked at.
    pub checked: u64,
    /// What is not as it should be, in order.
    pub findings: Vec<Finding>,
    /// The key that signed it, in hexadecimal. It proves who signed only when it is known by another way.
    pub signed_by: Option<String>,
    /// What it says of itself.
    pub statement: Option<Statement>,
}

/// Whether a folder looks like the record of a matter.
pub fn is_matter(directory: &Path) -> bool {
    directory.join(STATEMENT).is_file()
}

/// The plan, approval or certificate of a plan in the folder.
pub fn document_path(folder: &str, plan: PlanId) -> String {
    format!("{folder}/{plan}.json")
}

/// Checks a folder; with `public_key` also that this city signed it.
///
/// # Errors
/// When the folder cannot be listed.
pub fn examine(directory: &Path, public_key: Option<&str>) -> io::Result<Examination> {
    let mut found = listed(directory)?;
    let mut check = Check { directory, findings: Vec::new(), checked: 0 };
    let mut examination = Examination::default();
    found.remove(STATEMENT);
    if let Some((statement, key)) = check.statement(public_key) {
        check.files(&statement, &found);
        check.contents(&statement, &key);
        examination.signed_by = Some(key);
        examination.statement = Some(statement);
    }
    check.findings.sort();
    check.findings.dedup();
    examination.checked = check.checked;
    examination.findings = check.findings;
    Ok(examination)
}

/// Every file below a folder, by its path inside it. Links are not followed: they are listed, and found to be no file.
fn listed(directory: &Path) -> io::Result<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    let mut open: Vec<(PathBuf, String)> = vec![(directory.to_owned(), String::new())];
    while let Some((folder, inside)) = open.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let name = format!("{inside}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                open.push((entry.path(), format!("{name}/")));
            } else {
                all.insert(name);
            }
            if all.len() + open.len() > FILES {
                return Err(io::Error::other("the folder has more files than any record of a matter"));
            }
        }
    }
    Ok(all)
}

struct Check<'d> {
    directory: &'d Path,
    findings: Vec<Finding>,
    checked: u64,
}

impl Check<'_> {
    fn find(&mut self, code: &'static str, subject: impl ToString, message: impl Into<String>) {
        self.findings.push(Finding::new(code, subject, message));
    }

    fn bytes(&self, name: &str) -> Result<Vec<u8>, String> {
        let path = self.directory.join(name);
        let about = std::fs::symlink_metadata(&path).map_err(|error| error.to_string())?;
        if !about.is_file() || about.len() > FILE_BYTES {
            return Err("it is no file, or too large".to_owned());
        }
        std::fs::read(&path).map_err(|error| error.to_string())
    }

    /// A JSON file, or the finding that it cannot be read.
    fn read<T: serde::de::DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let read = self.bytes(name).and_then(|bytes| serde_json::from_slice(&bytes).map_err(|error| error.to_string()));
        match read {
            Ok(value) => Some(value),
            Err(message) => {
                self.find("file-unreadable", name, format!("it cannot be read: {message}"));
                None
            }
        }
    }

    fn statement(&mut self, public_key: Option<&str>) -> Option<(Statement, String)> {
        let document: Value = self.read(STATEMENT)?;
        let body = match checked(MATTER_DOMAIN, &document, public_key) {
            Ok(body) => body,
            Err(error) => {
                self.find("statement-changed", STATEMENT, format!("it is not as it was signed: {error}"));
                return None;
            }
        };
        let key = document.pointer("/signature/public_key").and_then(Value::as_str).unwrap_or_default().to_owned();
        match serde_json::from_value(body) {
            Ok(statement) => Some((statement, key)),
            Err(error) => {
                self.find("file-unreadable", STATEMENT, format!("it cannot be read: {error}"));
                None
            }
        }
    }

    fn files(&mut self, statement: &Statement, found: &BTreeSet<String>) {
        for name in found.iter().filter(|name| !statement.files.contains_key(*name)) {
            self.find("file-added", name, "the signed statement does not name it");
        }
        for (name, digest) in &statement.files {
            self.checked += 1;
            if !found.contains(name) {
                self.find("file-missing", name, "the signed statement names it, and it is not here");
                continue;
            }
            match self.bytes(name) {
                Ok(bytes) if Sha256Digest::of(&bytes).to_string() == *digest => {}
                Ok(_) => self.find("file-changed", name, "it is not the file that was signed"),
                Err(message) => self.find("file-unreadable", name, format!("it cannot be read: {message}")),
            }
        }
    }

    fn contents(&mut self, statement: &Statement, key: &str) {
        let Some(events) = self.events(statement, key) else { return };
        self.holds(statement, &events);
        self.editions(statement, &events);
        self.letters(statement, &events);
        let approvers = self.approvers(&events);
        self.confirmations(statement, &events, &approvers, key);
        self.plans(statement, &events, &approvers, key);
    }

    /// Every event hashes to its hash, and stands in the ledger whose head is signed.
    fn events(&mut self, statement: &Statement, key: &str) -> Option<Vec<Event>> {
        let text = self.bytes(CHECKPOINT).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let checkpoint = match text.as_deref().map(|text| Checkpoint::read(text, Some(key))) {
            Ok(Ok((checkpoint, _))) => checkpoint,
            Ok(Err(error)) => {
                self.find("checkpoint-changed", CHECKPOINT, format!("it is not as it was signed: {error}"));
                return None;
            }
            Err(message) => {
                self.find("file-unreadable", CHECKPOINT, format!("it cannot be read: {message}"));
                return None;
            }
        };
        if checkpoint.repository != statement.repository || checkpoint.events != statement.ledger_events {
            self.find("checkpoint-differs", CHECKPOINT, "it signs another ledger than the statement tells of");
        }
        let all: Vec<ProvenEvent> = self.read(EVENTS)?;
        if all.len() as u64 != statement.events {
            self.find("events-differ", EVENTS, "it holds another number of events than the statement tells of");
        }
        if !all.is_sorted_by(|one, two| one.event.id < two.event.id) {
            self.find("events-differ", EVENTS, "its events are not in order, or one stands in it twice");
        }
        for one in &all {
            self.checked += 1;
            if one.stands_in(&checkpoint).is_err() {
                self.find("event-not-proven", one.event.id, "it does not stand in the ledger that was signed");
            }
        }
        Some(all.into_iter().map(|one| one.event).collect())
    }

    /// The holds are as the events left them.
    fn holds(&mut self, statement: &Statement, events: &[Event]) {
        let Some(holds) = self.read::<Vec<Hold>>(HOLDS) else { return };
        let here: Vec<HoldId> = holds.iter().map(|hold| hold.id).collect();
        if here != statement.holds || holds.iter().any(|hold| hold.matter != statement.matter) {
            self.find("holds-differ", HOLDS, "these are not the holds of the matter");
        }
        for hold in &holds {
            let about: Vec<&Event> = events.iter().filter(|event| event.subject == hold.id.to_string()).collect();
            if !super::repository::agrees_with_ledger(hold, &about) {
                self.find("hold-differs", hold.id, "it is not as the events placed, amended or released it");
            }
        }
    }

    /// The adopted editions are those whose adoption was recorded.
    fn editions(&mut self, statement: &Statement, events: &[Event]) {
        let mut adopted: BTreeMap<&str, String> = BTreeMap::new();
        for event in events.iter().filter(|event| event.act == Act::ScheduleAdopted) {
            adopted.insert(&event.subject, text_of(event, "sha256"));
        }
        let files: BTreeMap<&str, &String> = statement
            .files
            .iter()
            .filter_map(|(name, digest)| Some((name.strip_prefix("schedules/")?.strip_suffix(".toml")?, digest)))
            .collect();
        for (key, digest) in &adopted {
            if files.get(key).is_none_or(|file| *file != digest) {
                self.find("edition-differs", key, "it is not the edition whose adoption was recorded");
            }
        }
        for key in files.keys().filter(|key| !adopted.contains_key(*key)) {
            self.find("edition-differs", key, "no event recorded its adoption");
        }
    }

    /// Every letter that was recorded is here, with the words it had.
    fn letters(&mut self, statement: &Statement, events: &[Event]) {
        for event in events.iter().filter(|event| matches!(event.act, Act::HoldNoticed | Act::HoldReminded)) {
            let digest = text_of(event, "sha256");
            let here = statement.files.iter().any(|(name, file)| name.starts_with("letters/") && *file == digest);
            if !here {
                self.find("letter-missing", event.id, "the letter it recorded is not here, or has other words");
            }
        }
    }

    /// The registered people, when their registration is told.
    fn approvers(&mut self, events: &[Event]) -> BTreeMap<String, String> {
        let approvers: BTreeMap<String, String> = self.read(APPROVERS).unwrap_or_default();
        for (name, key) in &approvers {
            let registered = events.iter().any(|event| {
                event.act == Act::ApproverRegistered && event.subject == *name && text_of(event, "public_key") == *key
            });
            if !registered {
                self.find("approver-differs", name, "no event registered this person with this key");
            }
        }
        approvers
    }

    /// Whoever confirmed that a hold lets something go was a second person, and signed for just that.
    fn confirmations(
        &mut self,
        statement: &Statement,
        events: &[Event],
        approvers: &BTreeMap<String, String>,
        own: &str,
    ) {
        for event in events {
            let details: Value = serde_json::from_str(&event.details).unwrap_or_default();
            let document = details.get("confirmation").cloned().unwrap_or_default();
            if document.is_null() && event.act != Act::HoldExcluded {
                continue;
            }
            if let Some(message) = confirmation_trouble(
                &document,
                event,
                &statement.repository,
                approvers,
                statement.exercise.then_some(own),
            ) {
                self.find("confirmation-differs", event.id, message);
            }
        }
    }

    fn plans(&mut self, statement: &Statement, events: &[Event], approvers: &BTreeMap<String, String>, own: &str) {
        let of = |act: Act| events.iter().filter(move |event| event.act == act);
        for event in of(Act::Planned) {
            let Ok(id) = event.subject.parse::<PlanId>() else { continue };
            self.plan(id, event, events, approvers, (statement, own));
        }
        let planned: BTreeSet<&str> = of(Act::Planned).map(|event| event.subject.as_str()).collect();
        for event in of(Act::Executed).chain(of(Act::Approved)) {
            if !planned.contains(event.subject.as_str()) {
                self.find("plan-missing", &event.subject, "it was approved or executed, and is not told");
            }
        }
    }

    fn plan(
        &mut self,
        id: PlanId,
        planned: &Event,
        events: &[Event],
        approvers: &BTreeMap<String, String>,
        (statement, own): (&Statement, &str),
    ) {
        let name = document_path("plans", id);
        let text = self.bytes(&name).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let plan = match text.as_deref().map(|text| check_plan(text, Some(own))) {
            Ok(Ok(plan)) if plan.plan == id && plan.merkle_root == text_of(planned, "merkle_root") => plan,
            _ => {
                self.find("plan-changed", id, "the plan is not here as it was signed and recorded");
                return;
            }
        };
        let about = |act: Act| events.iter().find(|event| event.act == act && event.subject == id.to_string());
        if let Some(approved) = about(Act::Approved) {
            let approval = self.bytes(&document_path("approvals", id)).unwrap_or_default();
            let registered = approvers.get(&approved.actor).cloned();
            let keys: Vec<String> = registered.into_iter().chain(statement.exercise.then(|| own.to_owned())).collect();
            let plan_text = text.unwrap_or_default();
            let approval = String::from_utf8_lossy(&approval).into_owned();
            if !matches!(check_approval_by(&approval, &plan_text, &approved.actor, &keys), Some(Ok(()))) {
                self.find("approval-changed", id, "the approval is not here as it was signed");
            }
            if is_same_person(&plan.planned_by, &approved.actor) {
                self.find("approved-by-planner", id, "one person made and approved it (I4)");
            }
        }
        let Some(executed) = about(Act::Executed) else { return };
        if about(Act::Approved).is_none() {
            self.find("destroyed-without-approval", id, "it was executed, and no approval is told (I4)");
        }
        let bytes = self.bytes(&document_path("certificates", id)).unwrap_or_default();
        let document = serde_json::from_slice(&bytes).unwrap_or_default();
        match certificate::check(&document, Some(own)) {
            Ok(certificate) if Sha256Digest::of(&bytes).to_string() == text_of(executed, "certificate_sha256") => {
                let list: BTreeMap<_, _> =
                    plan.items.iter().map(|item| (item.family, item.digest.to_string())).collect();
                if certificate.items.iter().any(|(family, name)| list.get(family) != Some(name)) {
                    self.find("destroyed-without-plan", id, "its certificate names what the plan does not (I4)");
                }
            }
            _ => self.find("certificate-changed", id, "the certificate is not here as it was issued"),
        }
    }
}

/// A member of an event's details that is a text.
fn text_of(event: &Event, name: &str) -> String {
    let details: Value = serde_json::from_str(&event.details).unwrap_or_default();
    details.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// What is wrong with the second person's word to an act of a hold; `exercise_key` signs for people that are not
/// registered in an exercise.
pub(super) fn confirmation_trouble(
    document: &Value,
    event: &Event,
    repository: &str,
    approvers: &BTreeMap<String, String>,
    exercise_key: Option<&str>,
) -> Option<String> {
    let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default();
    let (by, requested) = (text("confirmed_by"), text("requested_by"));
    if is_same_person(by, requested) || requested != event.actor {
        return Some("nobody else than the acting person confirmed it".to_owned());
    }
    let Some(key) = approvers.get(by).map(String::as_str).or(exercise_key) else {
        return Some(format!("{by} is not registered"));
    };
    // Whoever was registered after an exercise had used the repository's key for them signed with that key.
    let fits = checked(CONFIRMATION_DOMAIN, document, Some(key)).is_ok()
        || exercise_key.is_some_and(|own| checked(CONFIRMATION_DOMAIN, document, Some(own)).is_ok());
    let reason = text_of(event, "reason");
    if !fits || text("repository") != repository || text("hold") != event.subject || text("reason") != reason {
        return Some(format!("it is not as {by} signed it, or for something else"));
    }
    let details: Value = serde_json::from_str(&event.details).unwrap_or_default();
    let same = match event.act {
        Act::HoldExcluded => text("act") == "exclude" && document.get("what") == details.get("excluded"),
        Act::HoldAmended => text("act") == "amend",
        Act::HoldReleased => text("act") == "release",
        _ => false,
    };
    (!same).then(|| format!("{by} signed for something else"))
}
