//! What one message of a Slack export says.
//!
//! <https://api.slack.com/events/message>; the marks in its text:
//! <https://api.slack.com/reference/surfaces/formatting>.

use super::beside::{Beside, folder};
use super::draft::{Draft, MEMBERS_LISTED};
use super::moment;
use super::slack_lists::{Conversation, Workspace};
use super::value::{self, at, is_true, list, text, written};
use crate::model::record::{RecordKind, Role};
use serde_json::{Map, Value, json};

/// Texts of one message that are compared with each other, to tell each once.
const WORDS_COMPARED: usize = 500;
/// Members that are told under other names.
const TOLD: [&str; 14] = [
    "type",
    "subtype",
    "ts",
    "user",
    "text",
    "thread_ts",
    "username",
    "bot_id",
    "client_msg_id",
    "team",
    "user_team",
    "source_team",
    "purpose",
    "reply_count",
];

/// Reads a message of the day's file at `path`, with what its original needs to be understood.
///
/// Identity (`slack/1`): identifier of the conversation, `ts`, subtype, author, text, moment of the last edit, the
/// identifiers of its files, and its attachments and blocks as JSON. Reactions and counts of replies change after a
/// message was sent and are facts of the copy.
pub fn draft(
    message: &Value,
    path: &str,
    workspace: &Workspace,
    beside: &mut Beside<'_>,
) -> (Draft, Map<String, Value>) {
    let conversation = workspace.conversation(folder(path));
    let mut draft = Draft::new(RecordKind::Text, "slack/1");
    draft.conversation(&conversation.id, &conversation.name, conversation.kind);
    draft.fact("about the conversation", conversation.about.as_str());
    let author = set_author(message, workspace, &mut draft);
    let members: Vec<(String, String)> = conversation.members.iter().map(|id| workspace.named(id)).collect();
    draft.members(&members, &author);
    let ts = written(message.get("ts"));
    draft.sent(moment::seconds(&ts), &ts);
    let subtype = text(message, &["subtype"]);
    draft.fact("message kind", format!("slack {}", if subtype.is_empty() { "message" } else { subtype }));
    set_thread(message, &conversation, &ts, &mut draft);
    set_changes(message, subtype, workspace, &mut draft);
    set_reactions(message, workspace, &mut draft);
    let mut words = vec![plain(text(message, &["text"]), workspace)];
    // Cards and blocks repeat the text as a rule; words that stand only in them are added.
    let names = ["pretext", "title", "text", "fallback", "value", "footer", "author_name", "alt_text", "comment"];
    for part in ["attachments", "blocks", "comment"] {
        for found in at(message, &[part]).map(|one| value::texts_under(one, &names)).unwrap_or_default() {
            let found = plain(&found, workspace);
            if words.len() > WORDS_COMPARED || !words.iter().any(|word| word.contains(found.trim())) {
                words.push(found);
            }
        }
    }
    set_files(message, beside, &mut draft);
    draft.body(words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("\n"));
    draft.rest(message, &TOLD);
    set_identity(message, &conversation, &mut draft);
    let context = context(message, &conversation, workspace);
    (draft, context)
}

/// Sets the author: a person of the lists, or a program with the name it gave itself. Gives its address.
fn set_author(message: &Value, workspace: &Workspace, draft: &mut Draft) -> String {
    let id = author_id(message);
    let (mut name, address) = workspace.named(id);
    let given = [text(message, &["username"]), text(message, &["bot_profile", "name"])];
    let given = given.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
    // The profile beside a message is of its day; the lists are of the day of the export.
    if name.is_empty() {
        let profile = at(message, &["user_profile"]).unwrap_or(&Value::Null);
        let of_day = value::first_text(profile, &["real_name", "display_name", "name"]);
        name = if of_day.is_empty() { given } else { of_day }.to_owned();
    } else if !given.is_empty() && given != name {
        draft.fact("name shown", given);
    }
    draft.party(Role::From, &name, &address);
    let user = workspace.user(id);
    if user.is_some_and(|user| user.is_bot) || at(message, &["bot_id"]).is_some() {
        draft.fact("sent by", "program");
        draft.fact("bot", text(message, &["bot_id"]));
    }
    if user.is_some_and(|user| user.deleted) {
        draft.fact("account", "closed when the export was made");
    }
    draft.fact("sender id", id);
    address
}

fn author_id(message: &Value) -> &str {
    let of_comment = text(message, &["comment", "user"]);
    let own = value::first_text(message, &["user", "bot_id"]);
    if own.is_empty() { of_comment } else { own }
}

fn set_thread(message: &Value, conversation: &Conversation, ts: &str, draft: &mut Draft) {
    let id = &conversation.id;
    draft.parsed.message_id = format!("{id}/{ts}");
    let thread = written(message.get("thread_ts"));
    if thread.is_empty() {
        return;
    }
    if thread == ts {
        let count = written(message.get("reply_count"));
        draft.fact(
            "thread",
            if count.is_empty() { "begins here".to_owned() } else { format!("begins here, {count} replies") },
        );
    } else {
        draft.fact("thread", thread.as_str());
        draft.parsed.references.push(format!("{id}/{thread}"));
    }
}

/// Edits and deletions. A deleted message leaves a tombstone, where the workspace keeps them.
fn set_changes(message: &Value, subtype: &str, workspace: &Workspace, draft: &mut Draft) {
    if let Some(edited) = at(message, &["edited"]) {
        let ts = written(edited.get("ts"));
        let when = moment::seconds(&ts).map_or(ts, |time| time.at.to_rfc3339());
        let (name, address) = workspace.named(text(edited, &["user"]));
        draft.fact("edited", format!("{when} by {}", if name.is_empty() { address } else { name }));
    }
    let hidden = is_true(message, "hidden");
    let deleted = written(message.get("deleted_ts"));
    if subtype == "tombstone" || subtype == "message_deleted" {
        draft.copy.deleted = Some(true);
        let sentence = "yes; the export has only what is left of the message";
        draft.fact("deleted", if deleted.is_empty() { sentence.to_owned() } else { format!("{deleted}; {sentence}") });
    } else if hidden {
        draft.fact("hidden", "yes");
    }
    // Exports that keep edits have the wording before and after.
    for (part, name) in [("previous_message", "text before"), ("original", "text before"), ("message", "text after")] {
        draft.fact(name, plain(text(message, &[part, "text"]), workspace));
    }
}

fn set_reactions(message: &Value, workspace: &Workspace, draft: &mut Draft) {
    let told: Vec<String> = list(message, &["reactions"])
        .iter()
        .map(|one| {
            let by: Vec<String> = list(one, &["users"])
                .iter()
                .filter_map(Value::as_str)
                .map(|id| workspace.named(id))
                .map(|(name, address)| if name.is_empty() { address } else { name })
                .collect();
            format!("{} by {}", text(one, &["name"]), by.join(", "))
        })
        .collect();
    draft.fact("reactions", told.join("; "));
    if !told.is_empty() {
        draft.copy.envelope = format!("reactions: {}", told.join("; "));
    }
}

/// The files of a message: links, unless somebody fetched them into a folder of the export.
fn set_files(message: &Value, beside: &mut Beside<'_>, draft: &mut Draft) {
    let single = at(message, &["file"]).map(std::slice::from_ref).unwrap_or_default();
    let many = list(message, &["files"]);
    for file in if many.is_empty() { single } else { many } {
        let (id, name) = (text(file, &["id"]), value::first_text(file, &["name", "title"]));
        let claimed = text(file, &["mimetype"]);
        let state = text(file, &["mode"]);
        let missing = match state {
            "tombstone" => "was deleted in Slack before the export",
            "hidden_by_limit" => "was hidden by Slack because the workspace reached its limit",
            "external" => "lies at another service and not in Slack",
            _ => "is a link in the export and does not lie beside it",
        };
        let path = fetched(id, name, beside);
        let link = value::first_text(file, &["url_private", "permalink", "external_url"]);
        let number = draft.parsed.attachments.len() + 1;
        let size = written(file.get("size"));
        let told = [name, claimed, &size, link].into_iter().filter(|one| !one.is_empty()).collect::<Vec<_>>();
        draft.fact(&format!("file {number}"), told.join(", "));
        draft.attach(beside, path, if name.is_empty() { id } else { name }, claimed, missing);
    }
}

/// Where the usual programs that fetch files put them: `<id>-<name>`, or `<id>/<name>`.
fn fetched(id: &str, name: &str, beside: &Beside<'_>) -> Option<String> {
    if id.is_empty() || name.is_empty() {
        return None;
    }
    let beside_it = beside.named(&format!("{id}-{name}")).first().cloned();
    let below = || beside.named(name).iter().find(|path| path.ends_with(&format!("/{id}/{name}"))).cloned();
    beside_it.or_else(below)
}

fn set_identity(message: &Value, conversation: &Conversation, draft: &mut Draft) {
    let files: Vec<&str> = list(message, &["files"]).iter().map(|one| text(one, &["id"])).collect();
    let json = |name: &str| at(message, &[name]).map(Value::to_string).unwrap_or_default();
    let ts = written(message.get("ts"));
    let edited = written(at(message, &["edited", "ts"]));
    let fields = [
        ("conversation", conversation.id.as_str()),
        ("ts", ts.as_str()),
        ("subtype", text(message, &["subtype"])),
        ("author", author_id(message)),
        ("text", text(message, &["text"])),
        ("edited", edited.as_str()),
    ];
    for (name, value) in fields {
        draft.identity.field(name, value.as_bytes());
    }
    draft.identity.field("files", files.join("\n").as_bytes());
    draft.identity.field("attachments", json("attachments").as_bytes());
    draft.identity.field("blocks", json("blocks").as_bytes());
}

/// What the original needs to be understood: the conversation, and who the identifiers in it are.
fn context(message: &Value, conversation: &Conversation, workspace: &Workspace) -> Map<String, Value> {
    let mut users = Map::new();
    let raw = message.to_string();
    let mentioned = raw.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| word.len() > 6);
    for id in mentioned {
        if let Some(user) = workspace.user(id) {
            users.insert(id.to_owned(), json!({ "name": user.name, "email": user.email }));
        }
    }
    let members = match conversation.members.len() {
        count if count > MEMBERS_LISTED => json!(count),
        _ => json!(conversation.members),
    };
    let mut context = Map::new();
    context.insert(
        "conversation".to_owned(),
        json!({
            "id": conversation.id,
            "name": conversation.name,
            "kind": conversation.kind,
            "members": members,
        }),
    );
    context.insert("users".to_owned(), Value::Object(users));
    context
}

/// The text of a message without its marks: `<@U1>` becomes the name, `<#C1|name>` the channel, `<link|label>` both.
pub fn plain(text: &str, workspace: &Workspace) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        let (before, mark) = rest.split_at(start);
        out.push_str(before);
        match mark.find('>') {
            Some(end) => {
                out.push_str(&marked(&mark[1..end], workspace));
                rest = &mark[end + 1..];
            }
            None => {
                out.push_str(mark);
                rest = "";
            }
        }
    }
    out.push_str(rest);
    // The ampersand last, or `&amp;lt;` would become another sign than was written.
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn marked(inner: &str, workspace: &Workspace) -> String {
    let (target, label) = inner.split_once('|').unwrap_or((inner, ""));
    if let Some(id) = target.strip_prefix('@') {
        let (name, _) = workspace.named(id);
        return format!("@{}", [label, &name, id].into_iter().find(|one| !one.is_empty()).unwrap_or_default());
    }
    if let Some(id) = target.strip_prefix('#') {
        let name = workspace.channel_name(id).unwrap_or(id);
        return format!("#{}", if label.is_empty() { name } else { label });
    }
    if let Some(word) = target.strip_prefix('!') {
        return if label.is_empty() { format!("@{word}") } else { label.to_owned() };
    }
    match label {
        "" => target.trim_start_matches("mailto:").to_owned(),
        _ if target == label || target == format!("mailto:{label}") => label.to_owned(),
        _ => format!("{label} ({target})"),
    }
}
