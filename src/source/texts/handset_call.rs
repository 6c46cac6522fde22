//! What a `call` element says: one call of a handset's log (Android `CallLog.Calls`).

use super::element::Element;
use super::handset_time;
use super::message::{self, Backup, Taken};
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::ParsedItem;
use crate::model::record::{CallDuration, Direction, DurationBasis, RecordKind, Role};
use crate::source::identity::Identity;
use crate::source::number;

/// Reads a `call` element.
///
/// Identity (`handset-call/1`): number as written, moment in milliseconds, duration as written, type.
pub fn call(element: &Element, backup: &Backup) -> Taken {
    let mut parsed = ParsedItem::new(RecordKind::Call);
    let kind = element.text("type");
    let (direction, word) = outcome(&kind);
    parsed.direction = direction;
    parsed.facts.insert("outcome".to_owned(), word.to_owned());
    let address = element.text("number");
    let name = message::contact_name(element);
    if !address.is_empty() || !name.is_empty() {
        let role = match direction {
            Direction::Out => Role::To,
            Direction::Unknown => Role::Member,
            _ => Role::From,
        };
        parsed.parties.push(number::party(role, &name, &address, None));
    }
    if let Some(word) = presentation(&element.text("presentation")) {
        parsed.facts.insert("caller's number".to_owned(), word.to_owned());
    }
    let date = element.text("date");
    match handset_time::read(&date, backup.made_at) {
        Ok(time) => parsed.sent_at = Some(time),
        Err(sentence) => {
            parsed.facts.insert("date as written".to_owned(), date);
            parsed.problems.push(Problem::new(ProblemCode::DateUnknown, sentence));
        }
    }
    let duration = element.text("duration");
    match duration.trim().parse() {
        Ok(seconds) => parsed.duration = Some(CallDuration { seconds, basis: DurationBasis::Exact }),
        Err(_) if duration.is_empty() => {}
        Err(_) => {
            let sentence = format!("the duration cannot be read: {duration}");
            parsed.problems.push(Problem::new(ProblemCode::Malformed, sentence));
        }
    }
    message::rest_as_facts(element, &["number", "date", "duration", "type", "presentation"], &mut parsed);
    message::note_hidden(element, &[], &mut parsed);
    let mut identity = Identity::new("handset-call/1");
    identity.field("number", address.as_bytes()).field("date", message::moment(element).as_bytes());
    identity.field("duration", duration.as_bytes()).field("type", kind.as_bytes());
    // The numbers of call types are not those of message boxes: nothing here is a draft.
    Taken { parsed, identity: identity.into_bytes(), copy: message::copy_facts(element, backup, "") }
}

/// The types of Android's call log.
pub fn outcome(kind: &str) -> (Direction, &'static str) {
    match kind {
        "1" => (Direction::In, "incoming"),
        "2" => (Direction::Out, "outgoing"),
        "3" => (Direction::MissedIn, "missed"),
        "4" => (Direction::In, "voicemail"),
        "5" => (Direction::RejectedIn, "rejected"),
        "6" => (Direction::BlockedIn, "blocked"),
        "7" => (Direction::In, "answered on another device"),
        _ => (Direction::Unknown, "not told"),
    }
}

/// Why a caller's number may be absent (`CallLog.Calls.NUMBER_PRESENTATION`).
pub fn presentation(code: &str) -> Option<&'static str> {
    match code {
        "2" => Some("withheld"),
        "3" => Some("unknown"),
        "4" => Some("payphone"),
        _ => None,
    }
}
