//! Words for the numbers of Apple Messages: where a message stands, reactions, changes of a group.

use crate::source::database::Row;

/// Where a message stands.
pub fn status(row: &Row) -> &'static str {
    let failed = row.integer("error").is_some_and(|error| error != 0);
    match (row.is_set("is_from_me"), failed) {
        (true, true) => "sending failed",
        (true, false) if row.is_set("is_delivered") || row.is_set("date_delivered") => "delivered",
        (true, false) if row.is_set("is_sent") => "sent",
        (true, false) => "sending not confirmed",
        (false, true) => "received with an error",
        (false, false) => "received",
    }
}

/// What a reaction says, and the part of the message it is about; empty for what is none.
///
/// `associated_message_type`: 2000 to 2007 set one, 3000 to 3007 take it back, 1000 is a sticker put on a message. Only
/// the last reaction of a person to a part is stored.
pub fn reaction(row: &Row) -> String {
    const WORDS: [&str; 8] =
        ["loved", "liked", "disliked", "laughed at", "emphasised", "questioned", "reacted with", "put a sticker on"];
    let code = row.integer("associated_message_type").unwrap_or(0);
    let word = |at: i64| usize::try_from(at).ok().and_then(|at| WORDS.get(at)).copied();
    let emoji = row.text("associated_message_emoji");
    let about = match row.text("associated_message_guid").strip_prefix("p:").and_then(|rest| rest.split_once('/')) {
        Some((part, _)) => format!(" (part {part})"),
        None => String::new(),
    };
    let emoji = if emoji.is_empty() { String::new() } else { format!(" {emoji}") };
    match code {
        1000 => format!("put a sticker on{about}"),
        2000..=2999 => match word(code - 2000) {
            Some(word) => format!("{word}{emoji}{about}"),
            None => format!("reaction {code}{emoji}{about}"),
        },
        3000..=3999 => match word(code - 3000) {
            Some(word) => format!("taken back: {word}{emoji}{about}"),
            None => format!("taken back: reaction {code}{emoji}{about}"),
        },
        _ => String::new(),
    }
}

/// What changed in a group; empty for a message.
pub fn group(row: &Row, other: Option<&str>) -> String {
    let who = other.unwrap_or("somebody");
    let action = row.integer("group_action_type").unwrap_or(0);
    match (row.integer("item_type").unwrap_or(0), action) {
        (0, _) => String::new(),
        (1, 0) => format!("{who} was added"),
        (1, 1) => format!("{who} was removed"),
        (2, _) => format!("the group was named \u{201c}{}\u{201d}", row.text("group_title")),
        (3, 0) => "the sender left the group".to_owned(),
        (3, 1) => "the picture of the group was changed".to_owned(),
        (3, 2) => "the picture of the group was taken away".to_owned(),
        (4, _) => match row.integer("share_status") {
            Some(1) => "stopped sharing the location".to_owned(),
            _ => "shared the location".to_owned(),
        },
        (5, _) => "an audio message was kept".to_owned(),
        (6, _) => "a FaceTime call".to_owned(),
        (kind, action) => format!("a change of another kind ({kind}, {action})"),
    }
}

/// The guid of the message that is referred to, without the part (`p:0/`, `bp:`).
pub fn bare_guid(written: &str) -> &str {
    if let Some(rest) = written.strip_prefix("bp:") {
        return rest;
    }
    match written.strip_prefix("p:").and_then(|rest| rest.split_once('/')) {
        Some((_, guid)) => guid,
        None => written,
    }
}
