//! What one `chatMessage` of Microsoft Graph says.

use super::beside::Beside;
use super::draft::Draft;
use super::moment;
use super::value::{self, at, list, text, written};
use crate::model::record::{RecordKind, Role};
use crate::text::html_to_text;
use serde_json::{Map, Value};

/// What to ask for where attachments are links.
pub const WHERE_FILES_ARE: &str = "ask for the files of the chats too: they lie in OneDrive and SharePoint, and an \
                                   eDiscovery export gives them when cloud attachments are collected";

/// Members that are told under other names.
const TOLD: [&str; 18] = [
    "@odata.type",
    "@odata.context",
    "id",
    "replyToId",
    "etag",
    "messageType",
    "createdDateTime",
    "lastModifiedDateTime",
    "lastEditedDateTime",
    "deletedDateTime",
    "subject",
    "summary",
    "chatId",
    "locale",
    "from",
    "body",
    "replies",
    "replies@odata.context",
];

/// Reads a message.
///
/// Identity (`teams/1`): chat, or team and channel; id; created, edited and deleted times; type of the body and the
/// body as written; subject; identifiers of its attachments; the event. Reactions change after a message was sent
/// and are facts of the copy.
pub fn draft(message: &Value, context: &Map<String, Value>, beside: &mut Beside<'_>) -> Draft {
    let mut draft = Draft::new(RecordKind::Text, "teams/1");
    let conversation = set_conversation(message, context, &mut draft);
    let id = text(message, &["id"]);
    draft.parsed.message_id = format!("{conversation}/{id}");
    let reply_to = text(message, &["replyToId"]);
    if !reply_to.is_empty() {
        draft.parsed.references.push(format!("{conversation}/{reply_to}"));
        draft.fact("reply to", reply_to);
    }
    draft.parsed.subject = text(message, &["subject"]).to_owned();
    let author = set_author(message, &mut draft);
    let members: Vec<(String, String)> = members_of(context);
    draft.members(&members, &author);
    let created = text(message, &["createdDateTime"]);
    draft.sent(moment::rfc3339(created), created);
    let kind = text(message, &["messageType"]);
    draft.fact("message kind", format!("teams {}", if kind.is_empty() { "message" } else { kind }));
    draft.fact("message id", id);
    draft.fact("edited", text(message, &["lastEditedDateTime"]));
    draft.fact("deleted", text(message, &["deletedDateTime"]));
    draft.fact("summary", text(message, &["summary"]));
    draft.copy.deleted = at(message, &["deletedDateTime"]).map(|_| true);
    set_reactions(message, &mut draft);
    set_event(message, &mut draft);
    set_history(message, &mut draft);
    let words = set_attachments(message, beside, &mut draft);
    let body = body_of(message, &mut draft);
    draft.body(std::iter::once(body).chain(words).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n"));
    draft.rest(message, &TOLD);
    set_identity(message, &conversation, &mut draft);
    draft
}

fn set_conversation(message: &Value, context: &Map<String, Value>, draft: &mut Draft) -> String {
    let chat = text(message, &["chatId"]);
    let channel = text(message, &["channelIdentity", "channelId"]);
    let id = if chat.is_empty() { channel } else { chat };
    let around = |name: &str| context.get(name).and_then(Value::as_str).unwrap_or_default();
    let kind = match around("chatType") {
        "" if !channel.is_empty() => "channel",
        // A meeting's chat is known by its identifier (chat resource type, chatType meeting).
        "" if id.starts_with("19:meeting_") => "meeting",
        "" if id.contains("@unq.gbl.spaces") => "oneOnOne",
        other => other,
    };
    let name = [around("topic"), around("displayName")].into_iter().find(|name| !name.is_empty()).unwrap_or_default();
    draft.conversation(id, name, kind);
    draft.fact("team", text(message, &["channelIdentity", "teamId"]));
    id.to_owned()
}

/// The members of a chat that was fetched together with its messages (`conversationMember`).
fn members_of(context: &Map<String, Value>) -> Vec<(String, String)> {
    let all = context.get("members").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    all.iter()
        .map(|one| {
            let address = value::first_text(one, &["email", "userId"]);
            (text(one, &["displayName"]).to_owned(), address.to_owned())
        })
        .collect()
}

/// Sets the author, and gives how it was addressed.
fn set_author(message: &Value, draft: &mut Draft) -> String {
    for kind in ["user", "application", "device", "conversation"] {
        let Some(who) = at(message, &["from", kind]) else { continue };
        let id = value::first_text(who, &["userPrincipalName", "email", "id"]);
        draft.party(Role::From, text(who, &["displayName"]), id);
        if kind != "user" {
            draft.fact("sent by", kind);
        }
        draft.fact("sender id", text(who, &["id"]));
        draft.fact("sender kind", text(who, &["userIdentityType"]));
        return id.to_owned();
    }
    String::new()
}

fn body_of(message: &Value, draft: &mut Draft) -> String {
    let content = text(message, &["body", "content"]);
    let is_html = text(message, &["body", "contentType"]).eq_ignore_ascii_case("html");
    if !is_html {
        return content.to_owned();
    }
    let pictures = content.matches("/hostedContents/").count();
    if pictures > 0 {
        let sentence = format!("{pictures}, kept by Teams and not in this export");
        draft.fact("pictures in the text", sentence);
        let sentence =
            format!("{pictures} pictures inside the text are links (hostedContents) and are not in the export");
        draft.partly(crate::model::exception::ProblemCode::Missing, sentence);
    }
    html_to_text(content)
}

fn set_reactions(message: &Value, draft: &mut Draft) {
    let told: Vec<String> = list(message, &["reactions"])
        .iter()
        .map(|one| {
            let word = value::first_text(one, &["reactionType", "displayName"]);
            let name = value::first_text(at(one, &["user", "user"]).unwrap_or(&Value::Null), &["displayName", "id"]);
            format!("{word} by {name} at {}", text(one, &["createdDateTime"]))
        })
        .collect();
    draft.fact("reactions", told.join("; "));
    if !told.is_empty() {
        draft.copy.envelope = format!("reactions: {}", told.join("; "));
    }
    let mentions: Vec<&str> = list(message, &["mentions"]).iter().map(|one| text(one, &["mentionText"])).collect();
    draft.fact("mentions", mentions.join("; "));
    draft.fact("policy violation", at(message, &["policyViolation"]).map(Value::to_string).unwrap_or_default());
}

/// Events of the system: members added, calls and meetings begun and ended.
fn set_event(message: &Value, draft: &mut Draft) {
    let Some(Value::Object(event)) = at(message, &["eventDetail"]) else { return };
    let kind = event.get("@odata.type").and_then(Value::as_str).unwrap_or("unknown");
    draft.fact("event", kind.trim_start_matches("#microsoft.graph.").trim_end_matches("EventMessageDetail"));
    for (name, told) in event {
        let value = match told {
            Value::Object(_) | Value::Array(_) => value::texts_under(told, &["displayName", "id"]).join("; "),
            other => written(Some(other)),
        };
        if name != "@odata.type" {
            draft.fact(&format!("event {name}"), value);
        }
    }
}

/// What was done to the message, and when (`messageHistory`, in exports of messages under a hold).
fn set_history(message: &Value, draft: &mut Draft) {
    let told: Vec<String> = list(message, &["messageHistory"])
        .iter()
        .map(|one| format!("{} at {}", text(one, &["actions"]), text(one, &["modifiedDateTime"])))
        .collect();
    draft.fact("history", told.join("; "));
}

/// Adds the attachments that are files, and gives the words of those that are cards and quotations.
fn set_attachments(message: &Value, beside: &mut Beside<'_>, draft: &mut Draft) -> Vec<String> {
    let mut words = Vec::new();
    for one in list(message, &["attachments"]) {
        let kind = text(one, &["contentType"]);
        let (name, link) = (text(one, &["name"]), text(one, &["contentUrl"]));
        let content = text(one, &["content"]);
        if !content.is_empty() {
            let names =
                ["text", "title", "subtitle", "messagePreview", "fallbackText", "altText", "value", "displayName"];
            let found = match value::read(content.as_bytes()) {
                Ok((card, _)) => value::texts_under(&card, &names).join("\n"),
                Err(_) => html_to_text(content),
            };
            words.push(found);
        }
        if kind == "reference" || content.is_empty() && !(name.is_empty() && link.is_empty()) {
            words.push(format!("[{name}] {link}").trim().to_owned());
            draft.attach(beside, None, name, "", "is a link in the export and does not lie beside it");
        }
    }
    words
}

fn set_identity(message: &Value, conversation: &str, draft: &mut Draft) {
    let attachments: Vec<&str> = list(message, &["attachments"]).iter().map(|one| text(one, &["id"])).collect();
    let event = at(message, &["eventDetail"]).map(Value::to_string).unwrap_or_default();
    let fields = [
        ("conversation", conversation),
        ("id", text(message, &["id"])),
        ("created", text(message, &["createdDateTime"])),
        ("edited", text(message, &["lastEditedDateTime"])),
        ("deleted", text(message, &["deletedDateTime"])),
        ("type", text(message, &["body", "contentType"])),
        ("body", text(message, &["body", "content"])),
        ("subject", text(message, &["subject"])),
        ("event", event.as_str()),
    ];
    for (name, value) in fields {
        draft.identity.field(name, value.as_bytes());
    }
    draft.identity.field("attachments", attachments.join("\n").as_bytes());
}
