//! What a model of a report says as an item.

use super::model::Model;
use crate::model::exception::ProblemCode;
use crate::model::record::{CallDuration, Direction, DurationBasis, Party, RecordKind, Role, SourceTime};
use crate::source::number;
use crate::source::texts::beside::Beside;
use crate::source::texts::draft::{self, Attached, Draft};
use chrono::NaiveDateTime;
use std::collections::HashMap;

/// What is known besides the model itself.
pub struct Around<'a> {
    /// Places of the files of the package, by id.
    pub files: &'a HashMap<String, String>,
    /// The city's own zone, for times without one.
    pub zone: chrono_tz::Tz,
}

/// A model as an item; `chat` is the conversation that a message stands in.
///
/// Identity: what is said, never the ids of the report, which differ from extraction to extraction.
/// `ufed-message/1`: application, moment, numbers of sender and receivers, subject, body, names of the files.
/// `ufed-call/1`: application, moment, direction, numbers, duration. `ufed-voicemail/1`: moment, numbers, duration.
/// Others (`ufed-model/1`): kind and all fields in order.
pub fn draft(model: &Model, chat: Option<&Model>, around: &Around<'_>, package: &mut Beside<'_>) -> Draft {
    let mut draft = match model.kind.as_str() {
        "InstantMessage" | "SMS" | "MMS" => message(model, chat, around),
        "Call" => call(model, around),
        "Voicemail" => voicemail(model, around),
        "Contact" | "ContactEntry" => contact(model),
        _ => other(model),
    };
    draft.fact("kind of thing", &model.kind);
    draft.fact("application", model.text("Source"));
    draft.fact("state", &model.deleted_state);
    draft.fact("confidence of the decoder", &model.confidence);
    // The state that the decoder tells: nobody knows whether the person or the phone deleted it.
    draft.copy.deleted = match model.deleted_state.as_str() {
        "Deleted" => Some(true),
        "Intact" => Some(false),
        _ => None,
    };
    attach(model, around, package, &mut draft);
    draft
}

fn moment(written: &str, zone: chrono_tz::Tz) -> Option<SourceTime> {
    draft::with_offset(written).or_else(|| {
        const FORMS: [&str; 2] = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"];
        let naive = FORMS.iter().find_map(|form| NaiveDateTime::parse_from_str(written.trim(), form).ok())?;
        draft::local(naive, written, zone)
    })
}

fn is_owner(party: &Model) -> bool {
    party.text("IsPhoneOwner").eq_ignore_ascii_case("true")
}

/// A party as a person.
fn person(role: Role, party: &Model) -> Party {
    let (identifier, name) = (party.text("Identifier"), party.text("Name"));
    number::account(role, name, identifier)
}

/// The parties that a model tells, each with its part, owner marked.
fn parties<'a>(model: &'a Model) -> Vec<(Role, &'a Model)> {
    let told = |(field, party): &'a (String, Model)| {
        if party.kind != "Party" {
            return None;
        }
        let role = match (field.as_str(), party.text("Role").to_lowercase().as_str()) {
            ("From", _) | (_, "from") => Role::From,
            ("To", _) | (_, "to") => Role::To,
            ("Cc", _) | (_, "cc") => Role::Cc,
            ("Bcc", _) | (_, "bcc") => Role::Bcc,
            _ => Role::Member,
        };
        Some((role, party))
    };
    model.inside.iter().filter_map(told).collect()
}

fn set_parties(model: &Model, chat: Option<&Model>, draft: &mut Draft) {
    let mut all = parties(model);
    let has = |all: &[(Role, &Model)], id: &str| all.iter().any(|(_, one)| one.text("Identifier") == id);
    if let Some(chat) = chat {
        for (_, one) in parties(chat) {
            if !has(&all, one.text("Identifier")) {
                all.push((Role::Member, one));
            }
        }
    }
    let owner: Vec<&str> = all
        .iter()
        .map(|(_, one)| *one)
        .chain(chat.into_iter().flat_map(|chat| chat.of_kind("Party")))
        .filter(|one| is_owner(one))
        .map(|one| one.text("Identifier"))
        .collect();
    let from = all.iter().find(|(role, _)| *role == Role::From).map(|(_, one)| *one);
    let folder = format!("{} {}", model.text("Folder"), model.text("Type")).to_lowercase();
    draft.parsed.direction = match from {
        Some(from) if is_owner(from) || owner.contains(&from.text("Identifier")) => Direction::Out,
        Some(_) if !owner.is_empty() => Direction::In,
        _ if folder.contains("inbox") || folder.contains("incoming") => Direction::In,
        _ if folder.contains("sent") || folder.contains("outbox") || folder.contains("outgoing") => Direction::Out,
        _ => Direction::Unknown,
    };
    draft.parsed.parties = all.iter().map(|(role, one)| person(*role, one)).collect();
    draft.fact("owner of the phone", &owner.first().map(|one| (*one).to_owned()).unwrap_or_default());
}

fn identity_of_parties(model: &Model, draft: &mut Draft) {
    for (role, one) in parties(model) {
        draft.identity.field(&format!("{role:?}"), one.text("Identifier").as_bytes());
    }
}

fn message(model: &Model, chat: Option<&Model>, around: &Around<'_>) -> Draft {
    let mut draft = Draft::new(RecordKind::Text, "cellebrite", "ufed-message/1");
    let written = model.text("TimeStamp");
    draft.sent(written, moment(written, around.zone));
    draft.parsed.received_at = moment(model.text("DateDelivered"), around.zone);
    set_parties(model, chat, &mut draft);
    for name in ["DateDelivered", "DateRead", "DateDeleted", "Status", "Folder", "Type", "SMSC", "ChatId", "Identifier"]
    {
        draft.fact(name, model.text(name));
    }
    if let Some(chat) = chat {
        draft.fact("conversation", chat.text("Name"));
        draft.fact("id of the conversation", chat.text("Id"));
    }
    draft.parsed.subject = model.text("Subject").to_owned();
    let application = if model.text("Source").is_empty() {
        chat.map_or("", |chat| chat.text("Source"))
    } else {
        model.text("Source")
    };
    draft.identity.field("application", application.as_bytes()).field("moment", written.as_bytes());
    identity_of_parties(model, &mut draft);
    draft.identity.field("subject", model.text("Subject").as_bytes()).field("body", model.text("Body").as_bytes());
    for file in model.of_kind("Attachment") {
        draft.identity.field("file", file.text("Filename").as_bytes());
    }
    let body = model.fields.iter().find(|(name, _)| name == "Body").map(|(_, value)| value.clone()).unwrap_or_default();
    draft.body(body);
    draft
}

fn call(model: &Model, around: &Around<'_>) -> Draft {
    let mut draft = Draft::new(RecordKind::Call, "cellebrite", "ufed-call/1");
    let written = model.text("TimeStamp");
    draft.sent(written, moment(written, around.zone));
    set_parties(model, None, &mut draft);
    let (direction, status) = (model.text("Direction"), model.text("Status"));
    let kind = if direction.is_empty() { model.text("Type") } else { direction };
    draft.parsed.direction = match (kind.to_lowercase().as_str(), status.to_lowercase().as_str()) {
        ("outgoing", _) => Direction::Out,
        ("missed", _) | ("incoming", "missed") => Direction::MissedIn,
        ("rejected", _) | ("incoming", "rejected") => Direction::RejectedIn,
        ("blocked", _) | ("incoming", "blocked") => Direction::BlockedIn,
        ("incoming", _) => Direction::In,
        _ => Direction::Unknown,
    };
    draft.fact("outcome", status);
    draft.fact("direction as written", kind);
    draft.fact("video", model.text("VideoCall"));
    set_duration(model, &mut draft);
    draft.identity.field("application", model.text("Source").as_bytes()).field("moment", written.as_bytes());
    draft.identity.field("direction", kind.as_bytes()).field("duration", model.text("Duration").as_bytes());
    identity_of_parties(model, &mut draft);
    draft
}

fn voicemail(model: &Model, around: &Around<'_>) -> Draft {
    let mut draft = Draft::new(RecordKind::Voicemail, "cellebrite", "ufed-voicemail/1");
    let written = if model.text("Timestamp").is_empty() { model.text("TimeStamp") } else { model.text("Timestamp") };
    draft.sent(written, moment(written, around.zone));
    set_parties(model, None, &mut draft);
    draft.parsed.direction = Direction::In;
    draft.fact("outcome", "voicemail");
    draft.fact("name", model.text("Name"));
    draft.fact("was played", model.text("WasPlayed"));
    set_duration(model, &mut draft);
    draft.identity.field("moment", written.as_bytes()).field("duration", model.text("Duration").as_bytes());
    identity_of_parties(model, &mut draft);
    draft
}

/// `HH:MM:SS.fffffff`; the part of a second is dropped.
fn set_duration(model: &Model, draft: &mut Draft) {
    let written = model.text("Duration");
    if written.is_empty() {
        return;
    }
    let whole = written.split('.').next().unwrap_or_default();
    let parts: Option<Vec<u64>> = whole.split(':').map(|part| part.parse().ok()).collect();
    match parts.as_deref() {
        Some([hours, minutes, seconds]) if *hours < 10_000 && *minutes < 60 && *seconds < 60 => {
            let seconds = hours * 3600 + minutes * 60 + seconds;
            draft.parsed.duration = Some(CallDuration { seconds, basis: DurationBasis::Exact });
        }
        _ => draft.problem(ProblemCode::Malformed, format!("the duration cannot be read: {written}")),
    }
}

fn contact(model: &Model) -> Draft {
    let mut draft = whole(model, RecordKind::Contact);
    let name = model.text("Name").to_owned();
    for (_, entry) in &model.inside {
        let value = entry.text("Value");
        if !value.is_empty() {
            let mut party = number::party(Role::Member, &name, value, None);
            if value.contains('@') {
                party.normal = Some(value.to_lowercase());
            }
            draft.parsed.parties.push(party);
        }
    }
    if draft.parsed.parties.is_empty() && !name.is_empty() {
        draft.parsed.parties.push(number::party(Role::Member, &name, "", None));
    }
    draft.parsed.subject = name;
    draft
}

fn other(model: &Model) -> Draft {
    let mut draft = whole(model, RecordKind::File);
    draft.parsed.subject = format!("{} in a report of Cellebrite", model.kind);
    draft
}

fn whole(model: &Model, kind: RecordKind) -> Draft {
    let mut draft = Draft::new(kind, "cellebrite", "ufed-model/1");
    draft.identity.field("kind", model.kind.as_bytes());
    let lines = model.lines();
    for line in &lines {
        draft.identity.field("line", line.as_bytes());
    }
    draft.body(lines.join("\n"));
    draft
}

/// The files of a model: the place in the package is told by the attachment itself or by the id of the file.
fn attach(model: &Model, around: &Around<'_>, package: &mut Beside<'_>, draft: &mut Draft) {
    let own_files = model.files.iter().map(|id| (id.as_str(), "", ""));
    for attachment in model.of_kind("Attachment") {
        let name = attachment.text("Filename");
        let ids = attachment.files.iter().chain(&model.files).filter_map(|id| around.files.get(id)).map(String::as_str);
        let places =
            std::iter::once(attachment.text("AttachmentExtractedPath")).chain(ids).filter(|one| !one.is_empty());
        let mut found = Attached::Missing;
        for place in places.chain([name].into_iter().filter(|one| !one.is_empty())) {
            found = package.named(place);
            if !matches!(found, Attached::Missing) {
                break;
            }
        }
        let shown = if name.is_empty() { attachment.text("URL") } else { name };
        draft.attach(shown, attachment.text("ContentType"), found);
    }
    if model.of_kind("Attachment").next().is_none() && model.kind == "Voicemail" {
        for (id, ..) in own_files {
            if let Some(place) = around.files.get(id) {
                let found = package.named(place);
                draft.attach(place.rsplit(['/', '\\']).next().unwrap_or(place), "", found);
            }
        }
    }
}
