//! What one post or direct message in an archive of X says.

use super::beside::{Beside, last};
use super::draft::Draft;
use super::moment;
use super::value::{self, at, first_text, list, text, written};
use crate::model::record::{Direction, RecordKind, Role};
use serde_json::Value;

/// Whose archive it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// The number of the account.
    pub id: String,
    /// The name people see.
    pub name: String,
    /// The name after the `@`.
    pub handle: String,
    /// The address of the account.
    pub email: String,
}

/// Links of one post that are told in full; a post has room for a dozen.
const LINKS: usize = 100;
/// Members that are told under other names.
const TOLD: [&str; 11] = [
    "favorite_count",
    "retweet_count",
    "id",
    "id_str",
    "full_text",
    "text",
    "created_at",
    "source",
    "in_reply_to_status_id",
    "retweeted",
    "favorited",
];

/// Reads a post.
///
/// Identity (`x/1`): identifier, text, moment. Counts of likes and reposts change and are facts of the copy.
pub fn post(entry: &Value, of_list: &str, account: &Account, beside: &mut Beside<'_>) -> Draft {
    // A list names its entries: `{"tweet": {...}}`; older archives have the post alone.
    let post = entry.as_object().filter(|one| one.len() == 1).and_then(|one| one.values().next()).unwrap_or(entry);
    let mut draft = Draft::new(RecordKind::Text, "x/1");
    let id = first_text(post, &["id_str", "id", "noteTweetId", "tweetId"]).to_owned();
    draft.parsed.message_id = format!("x/{id}");
    draft.party(Role::From, &account.name, &account.handle);
    draft.parsed.direction = if account.id.is_empty() { Direction::Unknown } else { Direction::Out };
    let created = first_text(post, &["created_at", "createdAt"]);
    draft.sent(moment::of_x(created), created);
    let is_deleted = of_list.starts_with("deleted") || at(post, &["deleted_at"]).is_some();
    draft.fact("message kind", if of_list.starts_with("note") { "x long post" } else { "x post" });
    if is_deleted {
        draft.copy.deleted = Some(true);
        let when = text(post, &["deleted_at"]);
        draft.fact("deleted", if when.is_empty() { "yes" } else { when });
    }
    let reply = first_text(post, &["in_reply_to_status_id_str", "in_reply_to_status_id"]);
    if !reply.is_empty() {
        draft.parsed.references.push(format!("x/{reply}"));
        draft.fact("reply to", format!("{} of {}", reply, text(post, &["in_reply_to_screen_name"])));
    }
    for mention in list(post, &["entities", "user_mentions"]) {
        draft.party(Role::Member, text(mention, &["name"]), text(mention, &["screen_name"]));
    }
    let core = at(post, &["core", "text"]).and_then(Value::as_str).unwrap_or_default();
    let written_text = if core.is_empty() { first_text(post, &["full_text", "text"]) } else { core };
    draft.body(with_links(written_text, post));
    let edits: Vec<&str> = ["editTweetIds", "initialTweetId"]
        .iter()
        .flat_map(|name| list(post, &["edit_info", "initial", name]))
        .filter_map(Value::as_str)
        .filter(|one| *one != id)
        .collect();
    draft.fact("edited", edits.join(", "));
    let media = if list(post, &["extended_entities", "media"]).is_empty() { "entities" } else { "extended_entities" };
    for one in list(post, &[media, "media"]) {
        let url = best_media(one);
        attach(&id, &url, beside, &mut draft);
    }
    let counts = ["favorite_count", "retweet_count"].map(|name| format!("{name} {}", written(post.get(name))));
    draft.copy.envelope = counts.join(", ");
    draft.rest(post, &TOLD);
    draft.identity.field("id", id.as_bytes()).field("text", written_text.as_bytes());
    draft.identity.field("moment", created.as_bytes());
    draft
}

/// Reads a message of a direct conversation; `around` is the conversation without its messages.
///
/// Identity (`x-direct/1`): conversation, kind of entry, identifier, sender, text, moment.
pub fn direct(entry: &Value, around: &Value, account: &Account, beside: &mut Beside<'_>) -> Draft {
    let (kind, message) = match entry.as_object().and_then(|one| one.iter().next()) {
        Some((kind, message)) if message.is_object() => (kind.as_str(), message),
        _ => ("message", entry),
    };
    let mut draft = Draft::new(RecordKind::Text, "x-direct/1");
    let conversation = text(around, &["conversationId"]);
    draft.conversation(conversation, text(around, &["name"]), "direct message");
    let id = text(message, &["id"]);
    draft.parsed.message_id = format!("x/{id}");
    let sender = first_text(message, &["senderId", "initiatingUserId"]);
    let own = |id: &str| !id.is_empty() && id == account.id;
    for (role, id) in [(Role::From, sender), (Role::To, text(message, &["recipientId"]))] {
        let (name, address) = if own(id) { (account.name.as_str(), account.handle.as_str()) } else { ("", id) };
        draft.party(role, name, address);
    }
    if !account.id.is_empty() && !sender.is_empty() {
        draft.parsed.direction = if own(sender) { Direction::Out } else { Direction::In };
    }
    let created = text(message, &["createdAt"]);
    draft.sent(moment::of_x(created), created);
    draft.fact(
        "message kind",
        if kind == "messageCreate" { "x direct message".to_owned() } else { format!("x {kind}") },
    );
    draft.fact("sender id", sender);
    let body = first_text(message, &["text", "name"]);
    draft.body(body.to_owned());
    let people: Vec<String> = ["userIds", "participantsSnapshot"]
        .iter()
        .flat_map(|name| list(message, &[name]))
        .map(|id| written(Some(id)))
        .collect();
    draft.fact("people", people.join(", "));
    let reactions: Vec<String> = list(message, &["reactions"])
        .iter()
        .map(|one| format!("{} by {}", text(one, &["reactionKey"]), text(one, &["senderId"])))
        .collect();
    draft.fact("reactions", reactions.join("; "));
    let edits: Vec<String> = list(message, &["editHistory"]).iter().map(Value::to_string).collect();
    draft.fact("edited", edits.join("; "));
    for url in list(message, &["mediaUrls"]).iter().filter_map(Value::as_str) {
        attach(id, url, beside, &mut draft);
    }
    let fields = [("conversation", conversation), ("kind", kind), ("id", id), ("sender", sender), ("text", body)];
    for (name, value) in fields {
        draft.identity.field(name, value.as_bytes());
    }
    draft.identity.field("moment", created.as_bytes());
    draft
}

/// The text with the addresses that its shortened links stand for.
fn with_links(written: &str, post: &Value) -> String {
    let mut text = written.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    for url in list(post, &["entities", "urls"]).iter().take(LINKS) {
        let (short, long) = (value::text(url, &["url"]), value::text(url, &["expanded_url"]));
        if !short.is_empty() && !long.is_empty() {
            text = text.replace(short, &format!("{short} ({long})"));
        }
    }
    text
}

/// The address of a picture, or of the best version of a film.
fn best_media(media: &Value) -> String {
    let rate = |one: &&Value| written(one.get("bitrate")).parse::<u64>().unwrap_or(0);
    let film = list(media, &["video_info", "variants"]).iter().max_by_key(rate).map(|one| text(one, &["url"]));
    film.filter(|url| !url.is_empty())
        .unwrap_or_else(|| first_text(media, &["media_url_https", "media_url"]))
        .to_owned()
}

/// Adds a picture or film: the archive has it in a folder of media as `<identifier>-<name>`.
fn attach(id: &str, url: &str, beside: &mut Beside<'_>, draft: &mut Draft) {
    let name = last(url).split('?').next().unwrap_or_default();
    if name.is_empty() {
        return;
    }
    let found = beside.named(&format!("{id}-{name}")).first().cloned();
    draft.attach(beside, found, name, "", "is named by the archive and does not lie in it");
}
