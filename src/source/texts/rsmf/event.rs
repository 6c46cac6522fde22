//! The events of a manifest.

use crate::model::exception::ProblemCode;
use crate::model::item::Stopped;
use crate::model::record::{Direction, Party, RecordKind, Role};
use crate::source::container::Reading;
use crate::source::number;
use crate::source::texts::beside::Beside;
use crate::source::texts::draft::{self, Draft, Equals};
use crate::source::texts::json_pieces;
use chrono::NaiveDateTime;
use serde_json::Value;
use std::collections::BTreeMap;

/// One thing of a manifest: its value, and its exact bytes.
struct Piece<'a> {
    value: Value,
    bytes: &'a [u8],
}

/// A manifest taken apart.
pub struct Manifest<'a> {
    /// The version it says it has.
    pub version: String,
    /// What of it could not be read.
    pub damage: Option<String>,
    participants: BTreeMap<String, Piece<'a>>,
    conversations: BTreeMap<String, Piece<'a>>,
    events: Vec<&'a [u8]>,
}

impl<'a> Manifest<'a> {
    /// Takes a manifest apart, as far as it is whole.
    pub fn read(bytes: &'a [u8]) -> Self {
        let (participants, _) = json_pieces::elements(bytes, &["participants"]);
        let (conversations, _) = json_pieces::elements(bytes, &["conversations"]);
        let (events, damage) = json_pieces::elements(bytes, &["events"]);
        let by_id = |pieces: Vec<&'a [u8]>| {
            let piece = |bytes: &'a [u8]| {
                let value: Value = serde_json::from_slice(bytes).ok()?;
                Some((id(value.get("id")), Piece { value, bytes }))
            };
            pieces.into_iter().filter_map(piece).collect()
        };
        // A small type, so that the rest of a large manifest is passed over.
        #[derive(serde::Deserialize)]
        struct Version {
            version: Option<String>,
        }
        let version = serde_json::from_slice::<Version>(bytes).ok().and_then(|one| one.version).unwrap_or_default();
        Self { version, damage, participants: by_id(participants), conversations: by_id(conversations), events }
    }

    /// Tells every event as an item.
    ///
    /// # Errors
    /// When the receiver asked to stop.
    pub fn tell(&self, wrapper: &str, files: &mut Beside<'_>, reading: &mut Reading<'_>) -> Result<(), Stopped> {
        let mut equals = Equals::default();
        for (at, bytes) in self.events.iter().enumerate() {
            let place = format!("event {}", at + 1);
            match serde_json::from_slice::<Value>(bytes) {
                Ok(event) if event.is_object() => {
                    let mut draft = self.draft(&event, bytes, files, reading);
                    draft.copy.envelope = wrapper.to_owned();
                    equals.count(&mut draft.identity);
                    draft.finish(place, reading)?;
                }
                _ => reading.exception(place, ProblemCode::Malformed, "the event is damaged", bytes.to_vec())?,
            }
        }
        Ok(())
    }

    /// Identity (`rsmf-event/1`): platform and id of the conversation, type, moment, id of the participant, parent,
    /// body, names of the files, how many equal ones came before. The event's own id is left out: some makers count
    /// them anew in each file. Reactions, edits and receipts may be added later.
    fn draft(&self, event: &Value, bytes: &[u8], files: &mut Beside<'_>, reading: &Reading<'_>) -> Draft {
        let mut draft = Draft::new(RecordKind::Text, "rsmf", "rsmf-event/1");
        draft.capsule.put("event", bytes);
        let conversation = self.conversations.get(&id(event.get("conversation")));
        let none = Value::Null;
        let about = conversation.map_or(&none, |piece| &piece.value);
        if let Some(piece) = conversation {
            draft.capsule.put("conversation", piece.bytes);
        }
        let written = text(event, "timestamp");
        draft.sent(written, moment(written, reading.options.zone));
        let kind = text(event, "type");
        draft.fact("event", kind);
        if kind != "message" {
            draft.fact("line of the program", "yes");
        }
        draft.parsed.direction = match text(event, "direction") {
            "incoming" => Direction::In,
            "outgoing" => Direction::Out,
            _ => Direction::Unknown,
        };
        self.parties(event, about, &mut draft);
        draft.fact("platform", text(about, "platform"));
        draft.fact("conversation", text(about, "display"));
        draft.fact("kind of conversation", text(about, "type"));
        draft.fact("custodian", &id(about.get("custodian")));
        draft.fact("event id", &id(event.get("id")));
        draft.fact("answers event", &id(event.get("parent")));
        draft.fact("importance", text(event, "importance"));
        if event.get("deleted").and_then(Value::as_bool) == Some(true) {
            draft.fact("deleted", "yes");
            draft.copy.deleted = Some(true);
        }
        self.histories(event, &mut draft);
        let body = text(event, "body");
        let identity = &mut draft.identity;
        identity.field("platform", text(about, "platform").as_bytes());
        identity.field("conversation", id(event.get("conversation")).as_bytes()).field("type", kind.as_bytes());
        identity.field("moment", written.as_bytes()).field("by", id(event.get("participant")).as_bytes());
        identity.field("parent", id(event.get("parent")).as_bytes()).field("body", body.as_bytes());
        for file in list(event, "attachments") {
            let (file_id, display) = (id(file.get("id")), text(file, "display"));
            draft.identity.field("file", display.as_bytes());
            let found = files.named(&file_id);
            draft.attach(if display.is_empty() { &file_id } else { display }, "", found);
        }
        draft.body(body.to_owned());
        draft
    }

    fn parties(&self, event: &Value, about: &Value, draft: &mut Draft) {
        let author = id(event.get("participant"));
        let mut members: Vec<String> = list(about, "participants").iter().map(|one| id(Some(one))).collect();
        members.retain(|one| *one != author && !one.is_empty());
        let all = [(Role::From, author)].into_iter().filter(|(_, id)| !id.is_empty());
        for (role, id) in all.chain(members.into_iter().map(|one| (Role::Member, one))) {
            match self.participants.get(&id) {
                Some(piece) => {
                    draft.capsule.put("participant", piece.bytes);
                    draft.parsed.parties.push(person(role, &piece.value));
                }
                None => {
                    let sentence = format!("the manifest does not tell who the participant {id} is");
                    draft.problem(ProblemCode::Malformed, sentence);
                    draft.parsed.parties.push(Party { role, name: String::new(), address: id, normal: None });
                }
            }
        }
    }

    /// Edits, reactions and receipts, as facts for a person.
    fn histories(&self, event: &Value, draft: &mut Draft) {
        let who = |value: Option<&Value>| {
            let id = id(value);
            self.participants
                .get(&id)
                .map(|one| text(&one.value, "display").to_owned())
                .filter(|name| !name.is_empty())
                .unwrap_or(id)
        };
        for (at, edit) in list(event, "edits").iter().enumerate() {
            let (when, by) = (text(edit, "timestamp"), who(edit.get("participant")));
            let said = format!("{when}, {by}: {:?} became {:?}", text(edit, "previous"), text(edit, "new"));
            draft.fact(&format!("edit {}", at + 1), &said);
        }
        let reactions: Vec<String> = list(event, "reactions")
            .iter()
            .map(|one| {
                let by: Vec<String> = list(one, "participants").iter().map(|one| who(Some(one))).collect();
                format!("{} ({}) {}", text(one, "value"), id(one.get("count")), by.join(", ")).trim().to_owned()
            })
            .collect();
        draft.fact("reactions", &reactions.join("; "));
        let receipts: Vec<String> = list(event, "read_receipts")
            .iter()
            .map(|one| {
                format!("{} by {} at {}", text(one, "action"), who(one.get("participant")), text(one, "timestamp"))
            })
            .collect();
        draft.fact("receipts", &receipts.join("; "));
        for one in list(event, "custom") {
            draft.fact(text(one, "name"), text(one, "value"));
        }
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// An id as text: some makers write numbers.
fn id(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn person(role: Role, value: &Value) -> Party {
    let (name, email, account) = (text(value, "display"), text(value, "email"), id(value.get("account_id")));
    let address = if email.is_empty() { account } else { email.to_owned() };
    if address.contains('@') {
        let normal = Some(address.to_lowercase());
        return Party { role, name: name.to_owned(), address, normal };
    }
    number::party(role, name, &address, None)
}

/// ISO 8601; a time without an offset is read in the city's own zone, and says so.
fn moment(written: &str, city: chrono_tz::Tz) -> Option<crate::model::record::SourceTime> {
    draft::with_offset(written).or_else(|| {
        let naive = NaiveDateTime::parse_from_str(written.trim(), "%Y-%m-%dT%H:%M:%S%.f").ok()?;
        draft::local(naive, written, city)
    })
}
