//! `msgstore.db` of Android as it is since 2022: a row of `message` is a message; who and where are numbers of rows of
//! `jid` and `chat`; what else it has stands in tables whose own number is that of the message (`message_media`, ...).
//! Times are in milliseconds since 1970.

use super::ROWS;
use super::android_call;
use super::draft::{Draft, Kinds, Person};
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Stopped};
use crate::model::record::Direction;
use crate::source::apple::moment;
use crate::source::beside::{Beside, Named};
use crate::source::container::reading::{Reading, file_name};
use crate::source::database::{Database, Row};
use crate::source::texts::handset_time;
use std::collections::BTreeMap;

/// What the numbers of `message_type` mean, as far as is certain.
const KINDS: Kinds = Kinds {
    words: &[
        (0, "text"),
        (1, "picture"),
        (2, "voice"),
        (3, "video"),
        (4, "contact"),
        (5, "location"),
        (7, "line of the program"),
        (9, "document"),
        (10, "line about a call"),
        (13, "moving picture"),
        (15, "deleted for everybody"),
        (20, "sticker"),
    ],
    of_the_program: &[7, 10],
    deleted_for_everybody: 15,
};
/// Tables whose row of the message's own number is kept with it.
const BESIDE: [&str; 5] =
    ["message_location", "message_revoked", "message_edit_info", "message_quoted", "message_text"];

/// Whether the database is one of this form.
pub fn is_messages(database: &Database) -> bool {
    database.has("message", &["key_id", "chat_row_id", "from_me", "text_data"])
}

/// People and conversations by their numbers.
pub(super) struct Around {
    jids: BTreeMap<i64, Row>,
    /// The number of the row with the telephone number, of an identifier that hides it.
    numbers: BTreeMap<i64, i64>,
    chats: BTreeMap<i64, Row>,
    /// The members of each group.
    groups: BTreeMap<i64, Vec<i64>>,
    /// Cards that were sent, by message.
    cards: BTreeMap<i64, Vec<Row>>,
    /// Reactions, by message: the row that joins one, and the reaction.
    reactions: BTreeMap<i64, Vec<(Row, Option<Row>)>>,
}

impl Around {
    fn of(database: &mut Database) -> Self {
        let mut by = |table: &str, column: &str| -> BTreeMap<i64, Row> {
            database.all(table, ROWS).into_iter().map(|row| (row.integer(column).unwrap_or(row.rowid), row)).collect()
        };
        let (jids, chats) = (by("jid", "_id"), by("chat", "_id"));
        let numbers =
            by("jid_map", "lid_row_id").into_iter().filter_map(|(lid, row)| Some((lid, row.integer("jid_row_id")?)));
        let numbers = numbers.collect();
        let reactions = by("message_add_on_reaction", "message_add_on_row_id");
        let mut groups: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for row in database.all("group_participant_user", ROWS) {
            if let (Some(group), Some(user)) = (row.integer("group_jid_row_id"), row.integer("user_jid_row_id")) {
                groups.entry(group).or_default().push(user);
            }
        }
        let mut cards: BTreeMap<i64, Vec<Row>> = BTreeMap::new();
        for row in database.all("message_vcard", ROWS) {
            cards.entry(row.integer("message_row_id").unwrap_or_default()).or_default().push(row);
        }
        let mut of_message: BTreeMap<i64, Vec<(Row, Option<Row>)>> = BTreeMap::new();
        for row in database.all("message_add_on", ROWS) {
            let reaction = reactions.get(&row.integer("_id").unwrap_or(row.rowid)).cloned();
            if let Some(message) = row.integer("parent_message_row_id") {
                of_message.entry(message).or_default().push((row, reaction));
            }
        }
        Self { jids, numbers, chats, groups, cards, reactions: of_message }
    }

    /// Who a number stands for; the telephone number rather than the identifier that hides it.
    pub(super) fn person(&self, number: Option<i64>, name: &str) -> Person {
        let number = number.map(|number| self.numbers.get(&number).copied().unwrap_or(number));
        let jid = number.and_then(|number| self.jids.get(&number)).map(|row| {
            let whole = row.text("raw_string");
            if whole.is_empty() { format!("{}@{}", row.text("user"), row.text("server")) } else { whole }
        });
        Person { jid: jid.unwrap_or_default(), name: name.to_owned() }
    }

    /// The row of a number.
    pub(super) fn jid(&self, number: Option<i64>) -> Option<&Row> {
        number.and_then(|number| self.jids.get(&number))
    }
}

/// Reads every message, then the calls.
///
/// # Errors
/// When the sink asked to stop; what is wrong inside is told to it.
pub fn read(database: &mut Database, beside: &mut Beside<'_>, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let around = Around::of(database);
    let messages = database.each("message", |row| {
        // The first row holds the place for conversations that are empty.
        if row.text("key_id") == "-1" && row.text("text_data").is_empty() {
            return Ok(());
        }
        let number = row.integer("_id").unwrap_or(row.rowid);
        let taken = message(&row, number, &around, database, beside).finish();
        reading.row_item(format!("message {number}"), taken)
    })?;
    let calls = database.each("call_log", |row| {
        let place = format!("call {}", row.integer("_id").unwrap_or(row.rowid));
        reading.row_item(place, android_call::call(&row, &around))
    })?;
    for sentence in [messages, calls].into_iter().flatten() {
        reading.tell(Found::Remark(Problem::new(ProblemCode::Malformed, sentence)))?;
    }
    Ok(())
}

fn message(row: &Row, number: i64, around: &Around, database: &Database, beside: &mut Beside<'_>) -> Draft {
    let chat_row = row.integer("chat_row_id").and_then(|number| around.chats.get(&number));
    let chat_jid = chat_row.and_then(|chat| chat.integer("jid_row_id"));
    let chat = around.person(chat_jid, &chat_row.map(|chat| chat.text("subject")).unwrap_or_default());
    let sender_number = row.integer("sender_jid_row_id").filter(|number| *number > 0);
    let sender = if chat.is_group() { around.person(sender_number, "") } else { chat.clone() };
    let moment = row.text("timestamp");
    let mut draft = Draft::new(row, &chat, &row.text("key_id"), row.is_set("from_me"), &moment);
    let extra =
        |table: &str| database.row(table, number).filter(|extra| extra.integer("message_row_id") == Some(number));
    for one in chat_row.into_iter().chain(around.jid(chat_jid)).chain(around.jid(sender_number)) {
        draft.row(one);
    }
    let members: Vec<Person> = chat_jid
        .and_then(|number| around.groups.get(&number))
        .into_iter()
        .flatten()
        .map(|number| around.person(Some(*number), ""))
        .filter(|one| !one.jid.is_empty())
        .collect();
    draft.people(&sender, &chat, &members);
    draft.sent(handset_time::read(&moment, None).map(Some));
    if draft.parsed.direction == Direction::In {
        draft.parsed.received_at = handset_time::read(&row.text("received_timestamp"), None).ok();
    }
    set_kind(row, &mut draft);
    draft.words(&row.text("text_data"));
    for table in BESIDE {
        if let Some(one) = extra(table) {
            set_extra(table, &one, &mut draft);
        }
    }
    for card in around.cards.get(&number).map(Vec::as_slice).unwrap_or_default() {
        draft.row(card);
        draft.words(&card.text("vcard"));
    }
    if let Some(media) = extra("message_media") {
        set_media(&media, &mut draft, beside);
    }
    set_reactions(number, around, &mut draft);
    draft
}

fn set_kind(row: &Row, draft: &mut Draft) {
    draft.kind(row.integer("message_type").unwrap_or(0), &KINDS);
    draft.fact("status", &row.text("status"));
    draft.copy.flagged = row.is_set("starred").then_some(true);
}

fn set_extra(table: &str, extra: &Row, draft: &mut Draft) {
    draft.row(extra);
    match table {
        "message_location" => {
            draft.place(extra, "latitude", "longitude");
            draft.words(&extra.text("place_name"));
            draft.words(&extra.text("place_address"));
        }
        "message_revoked" => draft.fact("deleted", "for everybody"),
        "message_edit_info" => {
            let at = handset_time::read(&extra.text("edited_timestamp"), None);
            draft.fact("edited at", &at.map_or("an unknown time".to_owned(), |time| moment::words(&time)));
        }
        "message_quoted" => {
            let id = extra.text("key_id");
            draft.fact("answers", &id);
            if !id.is_empty() {
                draft.parsed.references.push(id);
            }
        }
        _ => {}
    }
}

fn set_media(media: &Row, draft: &mut Draft, beside: &mut Beside<'_>) {
    draft.row(media);
    draft.words(&media.text("media_caption"));
    let path = media.text("file_path");
    let own = media.text("media_name");
    if path.is_empty() && own.is_empty() {
        draft.problem(ProblemCode::Missing, "it carried a file that was not on the telephone");
        return;
    }
    let shown = if own.is_empty() { file_name(&path).to_owned() } else { own };
    let claimed_type = media.text("mime_type").to_lowercase();
    draft.attach(&Named { written: path, shown, claimed_type, inline: false }, beside);
}

/// Reactions come and go after a message was sent, so they are no part of its identity.
fn set_reactions(number: i64, around: &Around, draft: &mut Draft) {
    let mut told = Vec::new();
    for (join, reaction) in around.reactions.get(&number).map(Vec::as_slice).unwrap_or_default() {
        draft.row(join);
        let Some(reaction) = reaction else { continue };
        draft.row(reaction);
        let by = match join.is_set("from_me") {
            true => "the owner of the phone".to_owned(),
            false => around.person(join.integer("sender_jid_row_id"), "").jid,
        };
        told.push(format!("{} by {}", reaction.text("reaction"), if by.is_empty() { "the other" } else { &by }));
    }
    draft.fact("reactions", &told.join("; "));
}
