//! What an `sms` element says, and what all elements of a backup have in common.
//!
//! Fields: <https://www.synctech.com.au/sms-backup-restore/fields-in-xml-backup-files/>.

use super::element::Element;
use super::handset_time;
use crate::extract::budget::Budget;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{ParsedItem, Searchable};
use crate::model::provenance::CopyFacts;
use crate::model::record::{Direction, RecordKind, Role, SourceTime};
use crate::source::identity::Identity;
use crate::source::number;
use chrono::{DateTime, Utc};

/// What the root of a backup says about all that is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backup {
    /// The beginning of the root as written.
    pub root: String,
    /// When the backup was made, where it says so.
    pub made_at: Option<DateTime<Utc>>,
}

/// An element that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// What it says.
    pub parsed: ParsedItem,
    /// What makes it the same item in another export.
    pub identity: Vec<u8>,
    /// What differs from export to export.
    pub copy: CopyFacts,
}

/// Attributes that change after a message was sent or received, or are written in the phone's own language and zone:
/// facts of the copy.
const OF_THE_COPY: [&str; 7] =
    ["read", "seen", "locked", "readable_date", "contact_name", "read_status", "subscription_component_name"];

/// Reads an `sms` element.
///
/// Identity (`sms/1`): number as written, moment in milliseconds, type, subject, body.
pub fn sms(element: &Element, backup: &Backup) -> Taken {
    let mut parsed = ParsedItem::new(RecordKind::Text);
    let kind = element.text("type");
    let address = element.text("address");
    parsed.subject = element.text("subject");
    let body = element.text("body");
    parsed.direction = direction(&kind);
    let role = if parsed.direction == Direction::In { Role::From } else { Role::To };
    let name = contact_name(element);
    for one in numbers(&address) {
        let shown = if numbers(&address).count() == 1 { name.as_str() } else { "" };
        parsed.parties.push(number::party(role, shown, one, None));
    }
    if numbers(&address).count() > 1 && !name.is_empty() {
        // The order of the names is not promised to be the order of the numbers.
        parsed.facts.insert("names of the group".to_owned(), name);
    }
    set_times(element, backup, &mut parsed);
    parsed.facts.insert("message kind".to_owned(), "sms".to_owned());
    set_status(&kind, &mut parsed);
    if let Some(word) = delivery(&element.text("status")) {
        parsed.facts.insert("delivery".to_owned(), word.to_owned());
    }
    rest_as_facts(element, &["address", "date", "date_sent", "type", "subject", "body", "status"], &mut parsed);
    let mut identity = Identity::new("sms/1");
    identity.field("address", address.as_bytes()).field("date", moment(element).as_bytes());
    identity.field("type", kind.as_bytes()).field("subject", parsed.subject.as_bytes());
    identity.field("body", body.as_bytes());
    set_body(body, &mut parsed);
    note_hidden(element, &[], &mut parsed);
    Taken { parsed, identity: identity.into_bytes(), copy: copy_facts(element, backup, &kind) }
}

/// Which way the message boxes of Android lie: 1 received, 2 sent, 3 draft, 4 outbox, 5 failed, 6 queued.
pub fn direction(kind: &str) -> Direction {
    match kind {
        "1" => Direction::In,
        "2" | "4" | "5" | "6" => Direction::Out,
        _ => Direction::Unknown,
    }
}

/// Says in words where a message that was not simply sent or received stood.
pub fn set_status(kind: &str, parsed: &mut ParsedItem) {
    let word = match kind {
        "1" => "received",
        "2" => "sent",
        "3" => "draft, not sent",
        "4" => "in the outbox",
        "5" => "sending failed",
        "6" => "queued",
        _ => "not told",
    };
    parsed.facts.insert("status".to_owned(), word.to_owned());
}

/// The delivery report of an SMS (Android `Telephony.Sms.STATUS`).
pub fn delivery(status: &str) -> Option<&'static str> {
    match status {
        "0" => Some("delivered"),
        "32" => Some("pending"),
        "64" => Some("failed"),
        _ => None,
    }
}

/// Sets when a message was sent and received.
///
/// `date` is the phone's own time; `date_sent` is the network's, 0 or absent where there is none, in seconds for MMS.
/// Where a received message has only the phone's time, that stands for the time of sending and a fact says so.
pub fn set_times(element: &Element, backup: &Backup, parsed: &mut ParsedItem) {
    let date = element.text("date");
    let own = match handset_time::read(&date, backup.made_at) {
        Ok(time) => Some(time),
        Err(sentence) => {
            parsed.facts.insert("date as written".to_owned(), date);
            parsed.problems.push(Problem::new(ProblemCode::DateUnknown, sentence));
            None
        }
    };
    let sent = network_time(element, backup, own.as_ref());
    if parsed.direction != Direction::In {
        parsed.sent_at = own;
        return;
    }
    if sent.is_none() && own.is_some() {
        let sentence = "the phone's time of receiving; the backup does not say when it was sent";
        parsed.facts.insert("sent time is".to_owned(), sentence.to_owned());
    }
    parsed.sent_at = sent.or_else(|| own.clone());
    parsed.received_at = own;
}

/// The network's time, where it can be: not after the phone received the message, clocks apart.
fn network_time(element: &Element, backup: &Backup, own: Option<&SourceTime>) -> Option<SourceTime> {
    let written = element.text("date_sent");
    let time = handset_time::read(&written, backup.made_at).ok()?;
    let late = own.is_some_and(|own| time.at > own.at + chrono::Duration::days(1));
    (!late).then_some(time)
}

/// The moment of an element for its identity: milliseconds whatever the unit, or as written.
pub fn moment(element: &Element) -> String {
    let written = element.text("date");
    handset_time::read(&written, None).map_or(written, |time| time.at.timestamp_millis().to_string())
}

/// The numbers of an address: a group is written with `~` between them.
pub fn numbers(address: &str) -> impl Iterator<Item = &str> {
    address.split('~').map(str::trim).filter(|one| !one.is_empty())
}

/// The name from the phone's own contacts, empty when it has none.
pub fn contact_name(element: &Element) -> String {
    let name = element.text("contact_name");
    if name == "(Unknown)" { String::new() } else { name }
}

/// Says what of an element may hide words: values that could not be resolved, and what the format does not know. The
/// item is then searchable in part only, so that a hold does not miss it.
pub fn note_hidden(element: &Element, known: &[&str], parsed: &mut ParsedItem) {
    let mut unread = Vec::new();
    unresolved(element, &mut unread);
    for name in unread {
        let sentence = format!("a character of its {name} cannot be read and stands as written");
        note(ProblemCode::Undecodable, sentence, parsed);
    }
    if element.has_loose_text() {
        let sentence = "words stand between its tags, where the format has none; they are kept in its original";
        note(ProblemCode::Unsupported, sentence.to_owned(), parsed);
    }
    for child in element.children.iter().filter(|child| !known.contains(&child.name.as_str())) {
        let sentence = format!("an element {} inside it is not of this format; it is kept in its original", child.name);
        note(ProblemCode::Unsupported, sentence, parsed);
    }
}

/// Adds a problem once; the item is searchable at most in part.
pub fn note(code: ProblemCode, sentence: String, parsed: &mut ParsedItem) {
    parsed.searchable = parsed.searchable.max(Searchable::Partly);
    if !parsed.problems.iter().any(|problem| problem.message == sentence) {
        parsed.problems.push(Problem::new(code, sentence));
    }
}

/// The attributes with a reference or byte that stands for no character, those of the elements inside among them.
fn unresolved(element: &Element, names: &mut Vec<String>) {
    for (name, raw) in &element.attributes {
        // The data of a part is no text; whether it can be decoded is told where it is.
        if name != "data"
            && raw.contains(['&', '\u{fffd}'])
            && element.value(name).is_some_and(|value| value.unresolved)
        {
            names.push(name.clone());
        }
    }
    element.children.iter().for_each(|child| unresolved(child, names));
}

/// Sets the body, cut to what may be searchable.
pub fn set_body(body: String, parsed: &mut ParsedItem) {
    let (text, whole) = Budget::new().take_text(body);
    parsed.body = text;
    if !whole {
        let sentence = "the text is longer than what is made searchable; it is kept whole";
        note(ProblemCode::LimitReached, sentence.to_owned(), parsed);
    }
}

/// Keeps every other attribute that says something under its own name.
pub fn rest_as_facts(element: &Element, told: &[&str], parsed: &mut ParsedItem) {
    for (name, _) in &element.attributes {
        if told.contains(&name.as_str()) || OF_THE_COPY.contains(&name.as_str()) {
            continue;
        }
        if let Some(value) = element.value(name).filter(|value| !value.text.is_empty()) {
            parsed.facts.insert(name.clone(), value.text);
        }
    }
}

/// The facts of this copy: flags, and as written what changes from export to export, under the root it came in.
pub fn copy_facts(element: &Element, backup: &Backup, kind: &str) -> CopyFacts {
    let flag = |name: &str| match element.raw(name) {
        Some("1") => Some(true),
        Some("0") => Some(false),
        _ => None,
    };
    let mut envelope = backup.root.clone();
    for (name, value) in element.attributes.iter().filter(|(name, _)| OF_THE_COPY.contains(&name.as_str())) {
        envelope.push_str(&format!("\n{name}=\"{value}\""));
    }
    CopyFacts {
        read: flag("read"),
        flagged: flag("locked"),
        draft: (kind == "3").then_some(true),
        envelope,
        ..CopyFacts::default()
    }
}
