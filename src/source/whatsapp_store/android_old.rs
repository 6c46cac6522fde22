//! `msgstore.db` of Android before 2022: everything of a message stands in one row of `messages`.

use super::draft::{Draft, Person};
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Stopped};
use crate::model::record::Direction;
use crate::source::beside::{Beside, Named};
use crate::source::container::reading::{Reading, file_name};
use crate::source::database::{Database, Row};
use crate::source::texts::handset_time;

/// The status of a line that the program wrote.
const LINE_OF_THE_PROGRAM: i64 = 6;
/// What the numbers of `media_wa_type` mean.
const KINDS: [(&str, &str); 8] = [
    ("", "text"),
    ("0", "text"),
    ("1", "picture"),
    ("2", "voice"),
    ("3", "video"),
    ("4", "contact"),
    ("5", "location"),
    ("9", "document"),
];

/// Whether the database is one of this form.
pub fn is_messages(database: &Database) -> bool {
    database.has("messages", &["key_remote_jid", "key_from_me", "key_id", "data", "timestamp"])
}

/// Reads every message.
///
/// # Errors
/// When the sink asked to stop; what is wrong inside is told to it.
pub fn read(database: &mut Database, beside: &mut Beside<'_>, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let chats = database.all("chat_list", super::ROWS);
    let broken = database.each("messages", |row| {
        let jid = row.text("key_remote_jid");
        // The first row holds the place for conversations that are empty.
        if jid == "-1" && row.text("data").is_empty() {
            return Ok(());
        }
        let chat = chats.iter().find(|chat| chat.text("key_remote_jid") == jid);
        let place = format!("message {}", row.integer("_id").unwrap_or(row.rowid));
        reading.row_item(place, message(&row, chat, beside).finish())
    })?;
    match broken {
        Some(sentence) => reading.tell(Found::Remark(Problem::new(ProblemCode::Malformed, sentence))),
        None => Ok(()),
    }
}

fn message(row: &Row, chat_row: Option<&Row>, beside: &mut Beside<'_>) -> Draft {
    let name = chat_row.map(|chat| chat.text("subject")).unwrap_or_default();
    let chat = Person { jid: row.text("key_remote_jid"), name };
    let sender =
        if chat.is_group() { Person { jid: row.text("remote_resource"), name: String::new() } } else { chat.clone() };
    let moment = row.text("timestamp");
    let mut draft = Draft::new(row, &chat, &row.text("key_id"), row.is_set("key_from_me"), &moment);
    if let Some(chat_row) = chat_row {
        draft.row(chat_row);
    }
    draft.people(&sender, &chat, &[]);
    draft.sent(handset_time::read(&moment, None).map(Some));
    if draft.parsed.direction == Direction::In {
        draft.parsed.received_at = handset_time::read(&row.text("received_timestamp"), None).ok();
    }
    if row.integer("status") == Some(LINE_OF_THE_PROGRAM) {
        draft.parsed.direction = Direction::Unknown;
        draft.fact("message kind", "whatsapp line of the program");
    } else {
        let kind = row.text("media_wa_type");
        let word = KINDS.iter().find(|(number, _)| *number == kind).map(|(_, word)| (*word).to_owned());
        draft.fact("message kind", &format!("whatsapp {}", word.unwrap_or(format!("kind {kind}"))));
    }
    draft.fact("status", &row.text("status"));
    draft.copy.flagged = row.is_set("starred").then_some(true);
    draft.words(&row.text("data"));
    draft.words(&row.text("media_caption"));
    draft.place(row, "latitude", "longitude");
    let path = row.text("file_path");
    let own = row.text("media_name");
    let claimed_type = row.text("media_mime_type").to_lowercase();
    if !path.is_empty() || !claimed_type.is_empty() {
        let shown = if own.is_empty() { file_name(&path).to_owned() } else { own };
        draft.attach(&Named { written: path, shown, claimed_type, inline: false }, beside);
    }
    draft
}
