//! What an item says of itself, as text that was released: labels and values, times in the city's zone, parties.

use crate::model::item::{POSSIBLY_NOT_PUBLIC, ParsedItem, Searchable};
use crate::model::production::PublicText;
use crate::model::record::{CallDuration, Direction, DurationBasis, Party, RecordKind, Role, SourceTime, ZoneBasis};
use crate::model::request::RequestKind;
use chrono_tz::Tz;

/// Label and value of a released item.
pub(super) type Field = (PublicText, PublicText);

/// Text that a reviewer released: line ends as LF, and no control characters that no page can show.
pub(super) fn released(text: &str) -> PublicText {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    PublicText::released(text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect::<String>())
}

/// A party as written.
pub(super) fn party(party: &Party) -> String {
    match (party.name.is_empty(), party.address.is_empty()) {
        (false, false) => format!("{} <{}>", party.name, party.address),
        (true, _) => party.address.clone(),
        (false, true) => party.name.clone(),
    }
}

/// Everybody of one role, joined by `; `.
pub(super) fn parties(item: &ParsedItem, role: Role) -> PublicText {
    let all: Vec<String> = item.parties.iter().filter(|one| one.role == role).map(party).collect();
    released(&all.join("; "))
}

/// A moment in the city's zone: `YYYY-MM-DD HH:MM:SS ±HH:MM`.
pub(super) fn time(time: &SourceTime, zone: Tz) -> String {
    time.at.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S %:z").to_string()
}

fn time_told(known: Option<&SourceTime>, zone: Tz) -> String {
    match known {
        None => "not known".to_owned(),
        Some(one) if one.zone == ZoneBasis::AssumedLocal => {
            format!("{} (the source names no time zone; the city's is assumed)", time(one, zone))
        }
        Some(one) => time(one, zone),
    }
}

/// What stands in place of a fact that is possibly not public.
const LEFT_OUT: &str = "left out; the responsible authority decides whether it is public";

const ROLES: [(Role, &str, &str); 7] = [
    (Role::From, "From", "From"),
    (Role::Sender, "Sent by", "Sent by"),
    (Role::To, "To", "Called"),
    (Role::Cc, "Copied to", "Copied to"),
    (Role::Bcc, "Blind copied to", "Blind copied to"),
    (Role::ReplyTo, "Answers to", "Answers to"),
    (Role::Member, "In the conversation", "On the call"),
];

/// The fields above the body. `open` says that no member of the family is kept back; otherwise whatever may tell of
/// another member is left out.
pub(super) fn fields(item: &ParsedItem, zone: Tz, open: bool) -> Vec<Field> {
    let own = |label: &str, value: PublicText| (PublicText::released(label), value);
    let mut fields = Vec::new();
    let call = matches!(item.kind, RecordKind::Call | RecordKind::Voicemail);
    for (role, label, label_of_call) in ROLES {
        let all = parties(item, role);
        if !all.is_empty() {
            fields.push(own(if call { label_of_call } else { label }, all));
        }
    }
    if item.kind != RecordKind::Contact && item.kind != RecordKind::File {
        let label = if call { "Began" } else { "Sent" };
        fields.push(own(label, PublicText::released(time_told(item.sent_at.as_ref(), zone))));
    }
    if let Some(received) = &item.received_at {
        fields.push(own("Received", PublicText::released(time_told(Some(received), zone))));
    }
    if let Some(lasted) = item.duration {
        fields.push(own("Lasted", PublicText::released(duration(lasted))));
    }
    if let Some(way) = direction(item.direction) {
        fields.push(own("Direction", PublicText::released(way)));
    }
    if !item.subject.is_empty() {
        let label = if item.kind == RecordKind::File { "File" } else { "Subject" };
        fields.push(own(label, released(&item.subject)));
    }
    // What a source tells beside these (status, charges, when it was opened or delivered) is part of a text or call.
    if open && item.kind != RecordKind::Email && item.kind != RecordKind::Attachment {
        fields.extend(item.facts.iter().map(|(name, value)| {
            // Nobody has looked at these one by one, so none goes out with the item it describes.
            let value = if name.ends_with(POSSIBLY_NOT_PUBLIC) { LEFT_OUT } else { value };
            (released(&capitalised(name)), released(value))
        }));
    }
    fields
}

/// A name that begins with a large letter.
pub(super) fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn duration(lasted: CallDuration) -> String {
    match lasted.basis {
        DurationBasis::Exact => format!("{} seconds", lasted.seconds),
        DurationBasis::RoundedUpMinutes => {
            format!("{} minutes, rounded up by the source", lasted.seconds.div_ceil(60))
        }
    }
}

fn direction(direction: Direction) -> Option<&'static str> {
    match direction {
        Direction::In => Some("incoming"),
        Direction::Out => Some("outgoing"),
        Direction::MissedIn => Some("incoming, not answered"),
        Direction::RejectedIn => Some("incoming, rejected"),
        Direction::BlockedIn => Some("incoming, blocked"),
        Direction::Internal => Some("internal"),
        Direction::Unknown => None,
    }
}

/// The body as it is shown. A text message reads like a line of a conversation.
pub(super) fn body(item: &ParsedItem, zone: Tz) -> PublicText {
    if item.kind != RecordKind::Text {
        return released(&item.body);
    }
    // A phone does not write its own number beside what it sent.
    let nobody = if item.direction == Direction::Out { "sent from this phone" } else { "not known" };
    let author = item.parties.iter().find(|one| one.role == Role::From).map_or(nobody.to_owned(), party);
    let when = time_told(item.sent_at.as_ref(), zone);
    released(&format!("[{when}] {author}:\n{}", item.body))
}

/// What could not be read of an item, in sentences. Where a member is kept back only that something is missing is
/// told, because a problem may quote any part.
pub(super) fn problems(item: &ParsedItem, open: bool) -> Vec<PublicText> {
    if open {
        return item.problems.iter().map(|one| released(&sentence(&one.message))).collect();
    }
    let missing = item.searchable != Searchable::Fully;
    if missing { vec![PublicText::released("Part of this item could not be read.")] } else { Vec::new() }
}

/// A remark as a sentence.
pub(super) fn sentence(message: &str) -> String {
    format!("{}.", capitalised(message.trim().trim_end_matches('.')))
}

/// When an item was sent, by whom and to whom, as the withholding log of a litigation tells it: the other side needs it
/// to judge the claim (Fed. R. Civ. P. 26(b)(5)(A); of a subpoena 45(e)(2)(A)). To the public and to the subject of the data the log tells nothing.
pub(super) fn logged(kind: RequestKind, item: &ParsedItem, zone: Tz) -> [PublicText; 4] {
    if !kind.is_discovery() {
        return Default::default();
    }
    let sent = item.sent_at.as_ref().map(|sent| time(sent, zone)).unwrap_or_default();
    [PublicText::released(sent), parties(item, Role::From), parties(item, Role::To), parties(item, Role::Cc)]
}

/// Bytes in words.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{} MB", bytes.div_ceil(1_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_read_as_what_they_are() {
        let zone = chrono_tz::America::Chicago;
        let party =
            |role, name: &str, address: &str| Party { role, name: name.into(), address: address.into(), normal: None };
        let mut call = ParsedItem::new(RecordKind::Call);
        call.parties = vec![party(Role::From, "", "763-555-0142"), party(Role::To, "Dispatch", "763-555-0100")];
        let at = "2025-07-04T17:05:00Z".parse().expect("a moment");
        call.sent_at = Some(SourceTime { at, as_written: "7/4/2025 12:05".into(), zone: ZoneBasis::AssumedLocal });
        call.duration = Some(CallDuration { seconds: 180, basis: DurationBasis::RoundedUpMinutes });
        call.direction = Direction::MissedIn;
        call.facts.insert("charge".into(), "0.00".into());
        let told = |item: &ParsedItem, open| -> Vec<String> {
            let all = fields(item, zone, open);
            all.iter().map(|(label, value)| format!("{}: {}", label.as_str(), value.as_str())).collect()
        };
        assert_eq!(
            told(&call, true),
            [
                "From: 763-555-0142",
                "Called: Dispatch <763-555-0100>",
                "Began: 2025-07-04 12:05:00 -05:00 (the source names no time zone; the city's is assumed)",
                "Lasted: 3 minutes, rounded up by the source",
                "Direction: incoming, not answered",
                "Charge: 0.00",
            ]
        );
        call.facts.insert(format!("place {POSSIBLY_NOT_PUBLIC}"), "44.5, -93.25".into());
        let place = told(&call, true).into_iter().find(|line| line.starts_with("Place")).unwrap_or_default();
        assert!(place.contains("left out") && !place.contains("44.5"), "{place}");
        assert!(!told(&call, false).iter().any(|line| line.starts_with("Charge")));
        let mut text = ParsedItem::new(RecordKind::Text);
        text.parties = vec![party(Role::From, "Ana", "763-555-0142")];
        text.sent_at = Some(SourceTime { at, as_written: "1751648700000".into(), zone: ZoneBasis::FormatIsUtc });
        text.body = "On my way\r\n👍".into();
        assert_eq!(body(&text, zone).as_str(), "[2025-07-04 12:05:00 -05:00] Ana <763-555-0142>:\nOn my way\n👍");
        text.parties.clear();
        text.direction = Direction::Out;
        assert!(body(&text, zone).as_str().contains("] sent from this phone:"));
        text.parties.push(party(Role::Bcc, "", "763-555-0199"));
        assert!(
            told(&text, true).contains(&"Blind copied to: 763-555-0199".to_owned()),
            "a blind copy is data like the rest"
        );
    }
}
