//! Google Chat (Takeout): `Google Chat/Groups/<DM or Space>/messages.json`, `group_info.json`, files beside.

use crate::base::limits;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Stopped};
use crate::model::provenance::ContainerFormat;
use crate::model::record::{Party, RecordKind, Role, SourceTime, ZoneBasis};
use crate::source::ReadStop;
use crate::source::container::Reading;
use crate::source::container::tree::{Accounted, Tree};
use crate::source::formats::ExportFormat;
use crate::source::texts::beside::Beside;
use crate::source::texts::draft::{self, Draft, Equals};
use crate::source::texts::{capsule, json_pieces};
use chrono::NaiveDateTime;
use serde_json::Value;

/// Folders of the groups, from where the clerk may have begun.
const FOLDERS: [&str; 3] = ["Takeout/Google Chat/Groups/", "Google Chat/Groups/", "Groups/"];
/// Bytes of the messages of one group that are read at once.
const MESSAGES_BYTES: u64 = 256 * 1024 * 1024;
const MESSAGES: &str = "/messages.json";

/// Exports of Google Chat.
pub struct GoogleChat;

impl ExportFormat for GoogleChat {
    fn of_tree(&self, tree: &mut dyn Tree) -> Option<ContainerFormat> {
        let top = tree.top().ok()?;
        let may_be = |name: &String| FOLDERS.iter().any(|folder| folder.starts_with(name.as_str()));
        (top.iter().any(may_be) && !groups(tree).is_empty()).then_some(ContainerFormat::GoogleChat)
    }

    fn read_tree(
        &self,
        format: ContainerFormat,
        tree: &mut dyn Tree,
        reading: &mut Reading<'_>,
    ) -> Result<Accounted, ReadStop> {
        let groups = groups(tree);
        let mut accounted = Accounted::new();
        let mut files = Beside::of(tree);
        for name in groups {
            let Ok(content) = files.open(&name) else { continue };
            if content.length()? > MESSAGES_BYTES {
                continue;
            }
            let bytes = content.into_bytes()?;
            let folder = name.strip_suffix(MESSAGES).unwrap_or_default().to_owned();
            reading.nested(name.clone(), format, |reading| Ok(read(&folder, &bytes, &mut files, reading)?))?;
            accounted.insert(name);
        }
        accounted.append(&mut files.used);
        Ok(accounted)
    }

    fn part_bytes(&self, format: ContainerFormat, original: &[u8], part: u32) -> Option<Vec<u8>> {
        (format == ContainerFormat::GoogleChat).then(|| capsule::part_bytes(original, part)).flatten()
    }
}

fn groups(tree: &mut dyn Tree) -> Vec<String> {
    let files = tree.files().unwrap_or_default();
    let is = |path: &String| {
        path.ends_with(MESSAGES)
            && FOLDERS.iter().any(|folder| path.strip_prefix(folder).is_some_and(|rest| rest.matches('/').count() == 1))
    };
    files.into_iter().filter(is).collect()
}

fn read(folder: &str, bytes: &[u8], files: &mut Beside<'_>, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let (messages, damage) = json_pieces::elements(bytes, &["messages"]);
    // The list of members stays a file of its own as well: it belongs to the group and to no message.
    let info = files.open(&format!("{folder}/group_info.json")).ok();
    let info = info.filter(|one| one.length().is_ok_and(|length| length <= limits::ITEM_IN_MEMORY_BYTES));
    let info = info.and_then(|one| one.into_bytes().ok()).and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let group = Group { folder, members: members(&info.unwrap_or(Value::Null)) };
    let mut equals = Equals::default();
    for (at, piece) in messages.iter().enumerate() {
        let place = format!("{folder}, message {}", at + 1);
        let message = serde_json::from_slice::<Value>(piece).ok().filter(Value::is_object);
        let Some(message) = message else {
            reading.exception(place, ProblemCode::Malformed, "the message is damaged", piece.to_vec())?;
            continue;
        };
        let mut draft = group.draft(&message, piece, files);
        equals.count(&mut draft.identity);
        draft.finish(place, reading)?;
    }
    if let Some(sentence) = damage {
        let message = format!("{sentence}; what was whole before is kept");
        reading.tell(Found::Remark(Problem::new(ProblemCode::Truncated, message)))?;
        reading.exception(format!("{folder}{MESSAGES}"), ProblemCode::Malformed, sentence, bytes.to_vec())?;
    }
    Ok(())
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn party(role: Role, person: &Value) -> Party {
    let address = text(person, "email").to_owned();
    let normal = address.contains('@').then(|| address.to_lowercase());
    Party { role, name: text(person, "name").to_owned(), address, normal }
}

fn members(info: &Value) -> Vec<Party> {
    let members = info.get("members").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    members.iter().map(|person| party(Role::Member, person)).collect()
}

struct Group<'a> {
    folder: &'a str,
    members: Vec<Party>,
}

impl Group<'_> {
    /// Identity (`google-chat/1`): the message's own id, where there is one, the moment, the writer's address and the
    /// text. An edited text is another item: the one before may be gone everywhere else.
    fn draft(&self, message: &Value, piece: &[u8], files: &mut Beside<'_>) -> Draft {
        let mut draft = Draft::new(RecordKind::Text, "google-chat", "google-chat/1");
        draft.capsule.put("message", piece);
        let written = text(message, "created_date");
        draft.sent(written, moment(written));
        let creator = message.get("creator").cloned().unwrap_or_default();
        let from = party(Role::From, &creator);
        let others = self.members.iter().filter(|one| one.normal.is_none() || one.normal != from.normal).cloned();
        draft.parsed.parties = std::iter::once(from.clone()).chain(others).collect();
        draft.fact("conversation", self.folder.rsplit('/').next().unwrap_or(self.folder));
        for name in ["topic_id", "message_id", "message_state", "updated_date", "deletion_metadata"] {
            let value = message.get(name).map(shown).unwrap_or_default();
            draft.fact(name, &value);
        }
        let state = text(message, "message_state");
        draft.copy.deleted = state.eq_ignore_ascii_case("DELETED").then_some(true);
        draft.fact("annotations", &message.get("annotations").map(shown).unwrap_or_default());
        draft.identity.field("message", text(message, "message_id").as_bytes()).field("moment", written.as_bytes());
        draft.identity.field("writer", from.address.as_bytes()).field("text", text(message, "text").as_bytes());
        let attached = message.get("attached_files").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for file in attached {
            let (original, export) = (text(file, "original_name"), text(file, "export_name"));
            let on_disk = export.replace(['?', ':', '*', '"', '<', '>', '|'], "_");
            let found = files.named(&format!("{}/{on_disk}", self.folder));
            draft.attach(if original.is_empty() { export } else { original }, "", found);
            draft.identity.field("file", original.as_bytes());
        }
        draft.body(text(message, "text").to_owned());
        draft
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `Wednesday, April 15, 2015 at 12:51:08 AM UTC`, the blank before AM being one that does not break.
pub fn moment(written: &str) -> Option<SourceTime> {
    let plain = written.replace(['\u{202f}', '\u{a0}'], " ");
    let (_, date) = plain.split_once(", ")?;
    let date = date.trim().strip_suffix("UTC")?.trim();
    let at = NaiveDateTime::parse_from_str(date, "%B %d, %Y at %I:%M:%S %p").ok()?;
    draft::told(at.and_utc(), written, ZoneBasis::OffsetInSource)
}
