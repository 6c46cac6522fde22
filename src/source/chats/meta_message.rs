//! What one message of a conversation in a download of Facebook or Instagram says.
//!
//! Two ways of writing occur: `sender_name`, `timestamp_ms`, `content`; and, in encrypted conversations, `senderName`,
//! `timestamp`, `text`.

use super::beside::{Beside, folder, last};
use super::draft::Draft;
use super::moment;
use super::value::{at, first_text, is_true, list, text, written};
use crate::model::record::{CallDuration, DurationBasis, RecordKind, Role};
use serde_json::{Map, Value};

/// Lists of files in a message, with what they are.
const FILES: [(&str, &str); 7] = [
    ("photos", "image/jpeg"),
    ("videos", "video/mp4"),
    ("audio_files", ""),
    ("files", ""),
    ("gifs", "image/gif"),
    ("media", ""),
    ("sticker", "image/png"),
];
/// Members that are told under other names.
const TOLD: [&str; 13] = [
    "sender_name",
    "senderName",
    "timestamp_ms",
    "timestamp",
    "content",
    "text",
    "type",
    "call_duration",
    "is_unsent",
    "isUnsent",
    "is_taken_down",
    "missed",
    "is_geoblocked_for_viewer",
];

/// Reads a message of the file at `path`, whose other members are `around`.
///
/// Identity (`meta/1`): the folder of the conversation, or its name where it has none; author, milliseconds, type,
/// text, whether it was unsent, the links and the names of its files. Reactions are facts of the copy.
pub fn draft(message: &Value, path: &str, around: &Map<String, Value>, beside: &mut Beside<'_>) -> Draft {
    let kind = text(message, &["type"]);
    let is_call = kind == "Call" || at(message, &["call_duration"]).is_some();
    let mut draft = Draft::new(if is_call { RecordKind::Call } else { RecordKind::Text }, "meta/1");
    let conversation = set_conversation(path, around, &mut draft);
    let author = first_text(message, &["sender_name", "senderName"]);
    draft.party(Role::From, author, "");
    draft.members(&members_of(around), author);
    let moment = at(message, &["timestamp_ms"]).or_else(|| at(message, &["timestamp"]));
    let ms = written(moment);
    draft.sent(moment::milliseconds(&ms), &ms);
    let service = if path.contains("instagram") { "instagram" } else { "messenger" };
    draft.fact("message kind", format!("{service} {}", if kind.is_empty() { "message" } else { kind }));
    if is_call {
        let seconds = at(message, &["call_duration"]).and_then(Value::as_u64);
        draft.parsed.duration = seconds.map(|seconds| CallDuration { seconds, basis: DurationBasis::Exact });
        draft.fact("missed", if is_true(message, "missed") { "yes" } else { "" });
    }
    let unsent = is_true(message, "is_unsent") || is_true(message, "isUnsent");
    if unsent {
        draft.copy.deleted = Some(true);
        draft.fact("deleted", "yes, unsent by its author");
    }
    draft.fact("taken down", if is_true(message, "is_taken_down") { "yes, by the service" } else { "" });
    set_reactions(message, &mut draft);
    let body = first_text(message, &["content", "text"]);
    let share = ["link", "share_text", "original_content_owner", "profile_share_name"];
    let words: Vec<&str> = share.iter().map(|name| text(message, &["share", name])).collect();
    draft.body(
        std::iter::once(body).chain(words.iter().copied()).filter(|one| !one.is_empty()).collect::<Vec<_>>().join("\n"),
    );
    let users: Vec<&str> = list(message, &["users"]).iter().map(|one| text(one, &["name"])).collect();
    draft.fact("people added or removed", users.join(", "));
    let files = set_files(message, path, beside, &mut draft);
    draft.rest(message, &TOLD);
    let fields = [
        ("conversation", conversation.as_str()),
        ("author", author),
        ("moment", ms.as_str()),
        ("type", kind),
        ("text", body),
        ("unsent", if unsent { "yes" } else { "" }),
    ];
    for (name, value) in fields {
        draft.identity.field(name, value.as_bytes());
    }
    draft.identity.field("shared", words.join("\n").as_bytes()).field("files", files.join("\n").as_bytes());
    draft
}

/// Says which conversation it is; gives what names it in every export.
fn set_conversation(path: &str, around: &Map<String, Value>, draft: &mut Draft) -> String {
    let told = |name: &str| around.get(name).and_then(Value::as_str).unwrap_or_default();
    let title = if told("title").is_empty() { told("threadName") } else { told("title") };
    let thread = match told("thread_path") {
        // A folder's name ends in an identifier; of encrypted conversations, only the file has a name.
        "" if last(folder(path)).contains('_') && last(path).starts_with("message_") => last(folder(path)),
        "" => title,
        path => last(path),
    };
    draft.conversation(thread, title, told("thread_type"));
    let place = told("thread_path").split_once('/').map_or("", |(place, _)| place);
    draft.copy.folder = if place.is_empty() { folder(path).to_owned() } else { place.to_owned() };
    if around.get("is_still_participant").and_then(Value::as_bool) == Some(false) {
        draft.fact("left the conversation", "yes");
    }
    thread.to_owned()
}

fn members_of(around: &Map<String, Value>) -> Vec<(String, String)> {
    let all = around.get("participants").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let name = |one: &Value| one.as_str().unwrap_or_else(|| text(one, &["name"])).to_owned();
    all.iter().map(|one| (name(one), String::new())).filter(|one| !one.0.is_empty()).collect()
}

fn set_reactions(message: &Value, draft: &mut Draft) {
    let told: Vec<String> = list(message, &["reactions"])
        .iter()
        .map(|one| format!("{} by {}", text(one, &["reaction"]), text(one, &["actor"])))
        .collect();
    draft.fact("reactions", told.join("; "));
    if !told.is_empty() {
        draft.copy.envelope = format!("reactions: {}", told.join("; "));
    }
}

/// Adds the files of a message, and gives their names.
fn set_files(message: &Value, path: &str, beside: &mut Beside<'_>, draft: &mut Draft) -> Vec<String> {
    let mut names = Vec::new();
    for (member, claimed) in FILES {
        let single = at(message, &[member]).filter(|one| one.is_object()).map(std::slice::from_ref).unwrap_or_default();
        let many = list(message, &[member]);
        for file in if many.is_empty() { single } else { many } {
            let uri = text(file, &["uri"]);
            if uri.is_empty() {
                continue;
            }
            names.push(last(uri).to_owned());
            attach(uri, claimed, path, beside, draft);
        }
    }
    names
}

/// Adds a file that a message or post names by its path in the download.
pub fn attach(uri: &str, claimed: &str, path: &str, beside: &mut Beside<'_>, draft: &mut Draft) {
    let found = beside.find(uri, folder(path));
    let missing = if uri.starts_with("http") {
        "is a link to another place"
    } else {
        "is named by the download and does not lie in it"
    };
    draft.attach(beside, found, last(uri), claimed, missing);
}
