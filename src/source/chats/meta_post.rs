//! What one post, comment or reaction in a download of Facebook or Instagram says.
//!
//! Facebook: `timestamp`, `title`, `data`, `attachments`; Instagram: `creation_timestamp`, `title`, `media`, and for
//! comments `string_map_data`. All moments are seconds since 1970-01-01 UTC.

use super::beside::{Beside, last};
use super::draft::Draft;
use super::meta_message::attach;
use super::moment;
use super::value::{self, at, text, texts_under, written};
use crate::model::record::{RecordKind, Role};
use serde_json::Value;
use std::collections::BTreeSet;

/// Names under which the words of a post stand, at whatever depth.
const WORDS: [&str; 10] =
    ["post", "comment", "description", "text", "title", "name", "url", "value", "address", "event_name"];
/// Members that are told under other names.
const TOLD: [&str; 4] = ["timestamp", "creation_timestamp", "title", "data"];

/// Reads an entry of the list `list` of the file at `path`.
///
/// Identity (`meta-post/1`): kind, seconds, title, words, names of its files.
pub fn draft(entry: &Value, path: &str, list: &str, beside: &mut Beside<'_>) -> Draft {
    let mut draft = Draft::new(RecordKind::Text, "meta-post/1");
    let kind = kind_of(path, list, entry);
    draft.fact("message kind", kind);
    let names = ["timestamp", "creation_timestamp"];
    let moment = names.iter().find_map(|name| at(entry, &[name])).or_else(|| deep_moment(entry));
    let seconds = written(moment);
    draft.sent(moment::seconds(&seconds), &seconds);
    let author = texts_under(entry, &["author", "actor"]).into_iter().next().unwrap_or_default();
    draft.party(Role::From, &author, "");
    let title = text(entry, &["title"]);
    let mut seen = BTreeSet::from([title.to_owned()]);
    let words: Vec<String> = texts_under(entry, &WORDS).into_iter().filter(|word| seen.insert(word.clone())).collect();
    // A title is a sentence about the post ("Cedar Bend updated its status."), or all that an album says.
    draft.parsed.subject = title.to_owned();
    draft.body(if words.is_empty() { title.to_owned() } else { words.join("\n") });
    draft.fact("group", texts_under(entry, &["group"]).join("; "));
    draft.fact("reaction", texts_under(entry, &["reaction"]).join("; "));
    let uris = texts_under(entry, &["uri"]);
    for uri in &uris {
        attach(uri, "", path, beside, &mut draft);
    }
    draft.rest(entry, &TOLD);
    let files: Vec<&str> = uris.iter().map(|uri| last(uri)).collect();
    let words = words.join("\n");
    for (name, value) in [("kind", kind), ("moment", seconds.as_str()), ("title", title), ("words", words.as_str())] {
        draft.identity.field(name, value.as_bytes());
    }
    draft.identity.field("author", author.as_bytes()).field("files", files.join("\n").as_bytes());
    draft
}

/// The moment of an entry that has none of its own: that of its comment, picture or `Time`.
fn deep_moment(entry: &Value) -> Option<&Value> {
    let of_comment = at(entry, &["string_map_data", "Time", "timestamp"]);
    of_comment.or_else(|| {
        let inside = ["data", "media", "string_list_data"].iter().flat_map(|name| value::list(entry, &[name]));
        inside
            .flat_map(|one| [Some(one), at(one, &["comment"])])
            .flatten()
            .find_map(|one| ["timestamp", "creation_timestamp"].iter().find_map(|name| at(one, &[name])))
    })
}

fn kind_of(path: &str, list: &str, entry: &Value) -> &'static str {
    let name = last(path);
    let is_comment = name.contains("comments") || list.starts_with("comments");
    let has_post = !texts_under(entry, &["post"]).is_empty();
    match () {
        () if name.starts_with("likes_and_reactions") => "reaction",
        () if is_comment && !has_post => "comment",
        () if name.starts_with("stories") => "story",
        () => "post",
    }
}
