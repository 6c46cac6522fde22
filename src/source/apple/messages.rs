//! Apple Messages: `chat.db` of macOS and `sms.db` of iOS, whichever generation: a column that is not there says nothing.
//!
//! Every row of the table `message` is an item: messages, reactions, and changes of a group. Rows may be in several
//! conversations or in none, and their order is not that of time. What makes two rows the same item stands at
//! [`super::message::read`].

use super::message::{self, Joined};
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Stopped};
use crate::source::beside::Beside;
use crate::source::container::reading::Reading;
use crate::source::database::{Database, Row};
use std::collections::{BTreeMap, HashMap};

/// Rows of a joining table that are held.
const JOINED_ROWS: usize = 20_000_000;
/// Conversations and correspondents that are held.
const PEOPLE: usize = 1_000_000;

/// Whether the database is one of Messages.
pub fn is_messages(database: &Database) -> bool {
    database.has("message", &["guid", "date", "is_from_me"]) && database.has("handle", &["id"])
}

/// What the tables around the messages say, by their numbers.
#[derive(Default)]
pub struct Around {
    handles: BTreeMap<i64, Row>,
    chats: BTreeMap<i64, Row>,
    members: BTreeMap<i64, Vec<i64>>,
    /// Of each message the rows that join it to conversations, and these conversations.
    in_chats: HashMap<i64, Vec<(i64, i64)>>,
    /// Of each message the rows that join it to attachments, and these attachments.
    attached: HashMap<i64, Vec<(i64, i64)>>,
    /// Messages recently deleted, with the row that says so.
    deleted: BTreeMap<i64, Row>,
}

impl Around {
    fn of(database: &mut Database) -> Self {
        let mut around = Self::default();
        let by_number = |rows: Vec<Row>| rows.into_iter().map(|row| (row.rowid, row)).collect();
        around.handles = by_number(database.all("handle", PEOPLE));
        around.chats = by_number(database.all("chat", PEOPLE));
        for row in database.all("chat_handle_join", PEOPLE) {
            if let (Some(chat), Some(handle)) = (row.integer("chat_id"), row.integer("handle_id")) {
                around.members.entry(chat).or_default().push(handle);
            }
        }
        for row in database.all("chat_recoverable_message_join", PEOPLE) {
            if let Some(message) = row.integer("message_id") {
                around.deleted.insert(message, row);
            }
        }
        around.in_chats = joins(database, "chat_message_join", "chat_id");
        around.attached = joins(database, "message_attachment_join", "attachment_id");
        for row in around.deleted.values() {
            // A deleted message has left its conversation; this row alone still tells which.
            if let (Some(message), Some(chat)) = (row.integer("message_id"), row.integer("chat_id")) {
                around.in_chats.entry(message).or_insert_with(|| vec![(0, chat)]);
            }
        }
        around
    }

    fn joined<'a>(&'a self, row: &Row, database: &'a Database) -> Joined<'a> {
        let number = row.integer("ROWID").unwrap_or(row.rowid);
        let in_chats = self.in_chats.get(&number).map(Vec::as_slice).unwrap_or_default();
        let attached = self.attached.get(&number).map(Vec::as_slice).unwrap_or_default();
        let join = |table: &str, rows: &[(i64, i64)]| -> Vec<Row> {
            rows.iter().filter(|(join, _)| *join != 0).filter_map(|(join, _)| database.row(table, *join)).collect()
        };
        let chats: Vec<&Row> = in_chats.iter().filter_map(|(_, chat)| self.chats.get(chat)).collect();
        let mut members: Vec<i64> =
            in_chats.iter().filter_map(|(_, chat)| self.members.get(chat)).flatten().copied().collect();
        members.sort_unstable();
        members.dedup();
        let handle = |column: &str| row.integer(column).and_then(|number| self.handles.get(&number));
        Joined {
            handle: handle("handle_id"),
            other: handle("other_handle"),
            members: members.iter().filter_map(|number| self.handles.get(number)).collect(),
            chats,
            deleted: self.deleted.get(&number),
            attachments: attached.iter().map(|(_, number)| database.row("attachment", *number)).collect(),
            joins: join("chat_message_join", in_chats)
                .into_iter()
                .chain(join("message_attachment_join", attached))
                .collect(),
        }
    }
}

fn joins(database: &mut Database, table: &str, column: &str) -> HashMap<i64, Vec<(i64, i64)>> {
    let mut found: HashMap<i64, Vec<(i64, i64)>> = HashMap::new();
    let mut count = 0_usize;
    let result = database.each(table, |row| {
        if let (Some(message), Some(other)) = (row.integer("message_id"), row.integer(column)) {
            found.entry(message).or_default().push((row.rowid, other));
        }
        count += 1;
        if count < JOINED_ROWS { Ok(()) } else { Err(()) }
    });
    match result {
        Ok(None) => {}
        Ok(Some(sentence)) => database.remarks.push(sentence),
        Err(()) => database.remarks.push(format!("the table {table} has more rows than are read ({JOINED_ROWS})")),
    }
    found
}

/// Reads every message of an opened database, with the files that lie beside it.
///
/// # Errors
/// When the sink asked to stop; what is wrong inside is told to it.
pub fn read(database: &mut Database, beside: &mut Beside<'_>, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let around = Around::of(database);
    let (mut alone, mut rows) = (0_u64, 0_u64);
    let broken = database.each("message", |row| {
        let joined = around.joined(&row, database);
        rows += 1;
        alone += u64::from(joined.chats.is_empty());
        let taken = message::read(&row, &joined, beside);
        let place = format!("message {}", row.integer("ROWID").unwrap_or(row.rowid));
        reading.row_item(place, taken)
    })?;
    let mut remark = |code, sentence: String| reading.tell(Found::Remark(Problem::new(code, sentence)));
    if let Some(sentence) = broken {
        remark(ProblemCode::Malformed, sentence)?;
    }
    if alone > 0 {
        let sentence = format!("{alone} of {rows} messages are in no conversation; they are kept as they are");
        remark(ProblemCode::Told, sentence)?;
    }
    let gone = database.all("deleted_messages", PEOPLE).len();
    if gone > 0 {
        let sentence = format!("the database names {gone} more messages that were deleted and whose text is gone");
        remark(ProblemCode::Told, sentence)?;
    }
    if beside.missing > 0 {
        let sentence = format!(
            "{} attachments do not lie beside the database; hand over its folder Attachments together with it",
            beside.missing
        );
        remark(ProblemCode::Missing, sentence)?;
    }
    Ok(())
}
