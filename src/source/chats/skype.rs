//! The download of a person's own chats from Microsoft (personal Teams, and Skype before it): `messages.json` with
//! `conversations`, each with a `MessageList`.
//!
//! <https://support.microsoft.com/en-us/skype> ("How do I export my Skype files and chat history"); the members as in
//! the programs that read it. Files of messages lie apart in the download and come as files of their own.

use super::draft::{Draft, Place};
use super::json_file::{Element, JsonFile};
use super::slices::{Lists, TakenOut, taken_out};
use super::value::{self, at, text, written};
use super::{moment, wrapping};
use crate::model::exception::ProblemCode;
use crate::model::item::Stopped;
use crate::model::provenance::{ContainerFormat, CopyFacts};
use crate::model::record::{CallDuration, Direction, DurationBasis, RecordKind, Role};
use crate::source::ReadStop;
use crate::source::container::Content;
use crate::source::container::reading::Reading;
use crate::source::formats::{ExportFormat, Look};
use crate::text::html_to_text;
use serde_json::{Map, Value};

/// Reads downloads of personal chats.
pub struct Skype;

/// Members of a message that are told under other names.
const TOLD: [&str; 9] = [
    "id",
    "displayName",
    "originalarrivaltime",
    "messagetype",
    "content",
    "conversationid",
    "from",
    "properties",
    "version",
];

impl ExportFormat for Skype {
    fn of_file(&self, look: &Look<'_>) -> Option<ContainerFormat> {
        let text = look.head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(look.head).trim_ascii_start();
        let has = |word: &[u8]| text.windows(word.len()).any(|window| window == word);
        let is = text.first() == Some(&b'{') && has(b"\"conversations\"") && has(b"\"MessageList\"");
        (is && has(b"\"userId\"")).then_some(ContainerFormat::SkypeExport)
    }

    fn read_file(
        &self,
        _format: ContainerFormat,
        name: &str,
        content: &Content,
        reading: &mut Reading<'_>,
    ) -> Result<(), ReadStop> {
        let file = JsonFile { path: name, content, lists: Lists::Named(&["conversations"]), nests: true };
        let context = file.context()?;
        let mut take = |reading: &mut Reading<'_>, element: Element| conversation(name, &element, &context, reading);
        let told = file.each(&context, reading, &mut take)?;
        if told == 0 {
            reading.file(name.to_owned(), content.again()?, "application/json".to_owned(), CopyFacts::default())?;
        }
        Ok(())
    }

    fn part_bytes(&self, format: ContainerFormat, original: &[u8], part: u32) -> Option<Vec<u8>> {
        (format == ContainerFormat::SkypeExport).then(|| wrapping::part_bytes(original, part))?
    }
}

/// Tells every message of a conversation; one without messages is told as itself.
fn conversation(
    file: &str,
    element: &Element,
    context: &Map<String, Value>,
    reading: &mut Reading<'_>,
) -> Result<(), Stopped> {
    let Some(TakenOut { rest, elements }) = taken_out(&element.bytes, &["MessageList"]) else {
        return without_messages(file, element, context, reading);
    };
    let around = value::read(&rest).map(|read| read.0).unwrap_or_default();
    let mut own = context.clone();
    own.insert("conversation".to_owned(), around.clone());
    for (offset, bytes) in elements {
        let place = Place { file, list: "MessageList", offset: element.offset + offset, bytes: &bytes };
        match value::read(&bytes) {
            Ok((message, problem)) if message.is_object() => {
                let mut draft = draft(&message, &around, context);
                draft.parsed.problems.extend(problem);
                draft.tell(&place, own.clone(), reading)?;
            }
            _ => {
                let at = format!("{file}, byte {}", place.offset);
                reading.exception(at, ProblemCode::Malformed, "this is no message of the download", bytes)?;
            }
        }
    }
    Ok(())
}

fn without_messages(
    file: &str,
    element: &Element,
    context: &Map<String, Value>,
    reading: &mut Reading<'_>,
) -> Result<(), Stopped> {
    if !element.value.is_object() {
        let at = format!("{file}, byte {}", element.offset);
        let sentence = "this conversation is damaged or larger than what is read at once";
        return reading.exception(at, ProblemCode::Malformed, sentence, element.bytes.clone());
    }
    let mut draft = Draft::new(RecordKind::File, "skype-conversation/1");
    draft.parsed.subject = format!("conversation without messages: {}", name_of(&element.value));
    draft.identity.field("conversation", text(&element.value, &["id"]).as_bytes());
    draft.fact("conversation", text(&element.value, &["id"]));
    draft.parsed.problems.extend(element.problem.clone());
    let place = Place { file, list: &element.list, offset: element.offset, bytes: &element.bytes };
    draft.tell(&place, context.clone(), reading)
}

fn name_of(conversation: &Value) -> &str {
    let topic = text(conversation, &["threadProperties", "topic"]);
    let name = text(conversation, &["displayName"]);
    [topic, name, text(conversation, &["id"])].into_iter().find(|one| !one.is_empty()).unwrap_or_default()
}

/// Identity (`skype/1`): conversation, id, sender, moment, type and content as written, and the moments of an edit and of
/// a deletion.
fn draft(message: &Value, around: &Value, context: &Map<String, Value>) -> Draft {
    let kind = text(message, &["messagetype"]);
    let is_call = kind == "Event/Call";
    let mut draft = Draft::new(if is_call { RecordKind::Call } else { RecordKind::Text }, "skype/1");
    let (conversation, from) = (text(around, &["id"]), text(message, &["from"]));
    let owner = context.get("userId").and_then(Value::as_str).unwrap_or_default();
    draft.conversation(conversation, name_of(around), if conversation.starts_with("19:") { "group" } else { "" });
    let id = written(message.get("id"));
    draft.parsed.message_id = format!("{conversation}/{id}");
    draft.parsed.direction = match (from.is_empty(), from == owner) {
        (true, _) => Direction::Unknown,
        (false, true) => Direction::Out,
        (false, false) => Direction::In,
    };
    draft.party(Role::From, text(message, &["displayName"]), account(from));
    let members = members_of(around, conversation);
    draft.members(&members, account(from));
    let arrived = text(message, &["originalarrivaltime"]);
    draft.sent(moment::rfc3339(arrived), arrived);
    draft.fact("message kind", format!("skype {}", if kind.is_empty() { "message" } else { kind }));
    for (name, fact) in [("edittime", "edited"), ("deletetime", "deleted")] {
        let at = written(message.get("properties").and_then(|properties| properties.get(name)));
        let told = moment::milliseconds(&at).map_or(at.clone(), |time| time.at.to_rfc3339());
        draft.fact(fact, told);
        draft.identity.field(fact, at.as_bytes());
    }
    draft.copy.deleted = at(message, &["properties", "deletetime"]).map(|_| true);
    let content = text(message, &["content"]);
    if is_call {
        draft.parsed.duration = longest(content).map(|seconds| CallDuration { seconds, basis: DurationBasis::Exact });
    }
    draft.body(html_to_text(content));
    draft.rest(message, &TOLD);
    for (name, value) in [
        ("conversation", conversation),
        ("id", id.as_str()),
        ("from", from),
        ("moment", arrived),
        ("type", kind),
        ("content", content),
    ] {
        draft.identity.field(name, value.as_bytes());
    }
    draft
}

/// An account without the number of its network: `8:live:ann` is `live:ann`.
fn account(id: &str) -> &str {
    id.split_once(':').filter(|(network, _)| network.bytes().all(|byte| byte.is_ascii_digit())).map_or(id, |(_, id)| id)
}

/// The members of a group (a list written as text), or the other of two.
fn members_of(around: &Value, conversation: &str) -> Vec<(String, String)> {
    let written = text(around, &["threadProperties", "members"]);
    let listed = value::read(written.as_bytes()).map(|read| read.0).unwrap_or_default();
    let members = listed.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut all: Vec<(String, String)> =
        members.iter().filter_map(Value::as_str).map(|member| (String::new(), account(member).to_owned())).collect();
    if all.is_empty() && !conversation.starts_with("19:") {
        all.push((text(around, &["displayName"]).to_owned(), account(conversation).to_owned()));
    }
    all
}

/// The longest `<duration>` of a call's parts, in whole seconds: each part tells how long it took part.
fn longest(content: &str) -> Option<u64> {
    let told =
        content.split("<duration>").skip(1).filter_map(|rest| rest.split('<').next()?.trim().parse::<f64>().ok());
    told.filter(|seconds| (0.0..1.0e7).contains(seconds)).map(|seconds| seconds as u64).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::texts::trial_tests as trial;

    const DOWNLOAD: &str = r#"{"userId": "8:live:ann", "exportDate": "2025-06-02T10:00", "conversations": [
        {"id": "8:live:lee", "displayName": "Lee Vang", "properties": {}, "threadProperties": null, "MessageList": [
            {"id": "1717329600000", "displayName": "Lee Vang", "originalarrivaltime": "2025-06-01T12:00:00.5Z", "messagetype": "RichText",
             "content": "Is the <b>culvert</b> open?", "conversationid": "8:live:lee", "from": "8:live:lee", "properties": null},
            {"id": "1717329660000", "displayName": null, "originalarrivaltime": "2025-06-01T12:01:00Z", "messagetype": "RichText",
             "content": "", "conversationid": "8:live:lee", "from": "8:live:ann", "properties": {"deletetime": "1748779300000"}},
            {"id": "3", "displayName": "Lee Vang", "originalarrivaltime": "2025-06-01T12:05:00Z", "messagetype": "Event/Call",
             "content": "<partlist type=\"ended\"><part identity=\"live:lee\"><duration>65.2</duration></part></partlist>",
             "conversationid": "8:live:lee", "from": "8:live:lee", "properties": null}]},
        {"id": "19:plow@thread.skype", "displayName": null, "threadProperties": {"topic": "Plow crew", "members": "[\"8:live:ann\",\"8:live:lee\"]"},
         "MessageList": []}]}"#;

    #[test]
    fn every_message_of_every_conversation_is_an_item() {
        let told = trial::read(&[("messages.json", DOWNLOAD.as_bytes())]);
        assert_eq!((told.items.len(), told.exceptions.len(), told.remarks.len()), (4, 0, 0), "{:?}", told.exceptions);
        let first = &told.parsed[0];
        assert_eq!((first.body.as_str(), first.direction), ("Is the culvert open?", Direction::In));
        assert_eq!(
            first.sent_at.as_ref().map(|time| time.at.to_rfc3339()).as_deref(),
            Some("2025-06-01T12:00:00.500+00:00")
        );
        assert_eq!(first.parties[0].address, "live:lee");
        let gone = &told.parsed[1];
        assert_eq!((gone.direction, gone.facts["deleted"].as_str()), (Direction::Out, "2025-06-01T12:01:40+00:00"));
        assert_eq!(told.items[1].copy.deleted, Some(true));
        let call = &told.parsed[2];
        assert_eq!((call.kind, call.duration.map(|one| one.seconds)), (RecordKind::Call, Some(65)));
        assert_eq!(told.parsed[3].subject, "conversation without messages: Plow crew");
    }
}
