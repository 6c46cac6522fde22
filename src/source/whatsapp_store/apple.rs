//! `ChatStorage.sqlite` of an iPhone: Core Data, its times in seconds since 2001.
//!
//! A row of `ZWAMESSAGE` is a message, `ZWACHATSESSION` its conversation, `ZWAGROUPMEMBER` who wrote it in a group and
//! `ZWAMEDIAITEM` its file; the tables as they were found from 2016 to 2026.

use super::ROWS;
use super::draft::{Draft, Kinds, Person};
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Stopped};
use crate::source::apple::moment;
use crate::source::beside::{Beside, Named};
use crate::source::container::reading::{Reading, file_name};
use crate::source::database::{Database, Row};
use std::collections::BTreeMap;

/// What the numbers of `ZMESSAGETYPE` mean, as far as is certain.
const KINDS: Kinds = Kinds {
    words: &[
        (0, "text"),
        (1, "picture"),
        (2, "video"),
        (3, "voice"),
        (4, "contact"),
        (5, "location"),
        (6, "line of the program"),
        (7, "link"),
        (8, "document"),
        (10, "line about a call"),
        (11, "moving picture"),
        (14, "deleted for everybody"),
        (15, "sticker"),
        (38, "picture to be seen once"),
    ],
    of_the_program: &[6, 10],
    deleted_for_everybody: 14,
};

/// Whether the database is one of an iPhone.
pub fn is_messages(database: &Database) -> bool {
    database.has("zwamessage", &["ZTEXT", "ZISFROMME", "ZMESSAGEDATE", "ZCHATSESSION"])
}

struct Around {
    sessions: BTreeMap<i64, Row>,
    members: BTreeMap<i64, Row>,
    /// The members of each conversation.
    of_session: BTreeMap<i64, Vec<Person>>,
    /// The names that people gave themselves.
    push_names: BTreeMap<String, String>,
}

impl Around {
    fn of(database: &mut Database) -> Self {
        let mut by_number = |table: &str| -> BTreeMap<i64, Row> {
            database.all(table, ROWS).into_iter().map(|row| (row.integer("Z_PK").unwrap_or(row.rowid), row)).collect()
        };
        let (sessions, members) = (by_number("zwachatsession"), by_number("zwagroupmember"));
        let names = by_number("zwaprofilepushname");
        let push_names = names.values().map(|row| (row.text("ZJID"), row.text("ZPUSHNAME"))).collect();
        let mut around = Self { sessions, members, of_session: BTreeMap::new(), push_names };
        for member in around.members.values() {
            if let Some(session) = member.integer("ZCHATSESSION") {
                let person = around.member(member);
                around.of_session.entry(session).or_default().push(person);
            }
        }
        around
    }

    fn member(&self, row: &Row) -> Person {
        let jid = row.text("ZMEMBERJID");
        let own = ["ZCONTACTNAME", "ZFIRSTNAME"].iter().map(|column| row.text(column)).find(|name| !name.is_empty());
        let name = own.or_else(|| self.push_names.get(&jid).cloned()).unwrap_or_default();
        Person { jid, name }
    }
}

/// Reads every message.
///
/// # Errors
/// When the sink asked to stop; what is wrong inside is told to it.
pub fn read(database: &mut Database, beside: &mut Beside<'_>, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let around = Around::of(database);
    let broken = database.each("zwamessage", |row| {
        let number = row.integer("Z_PK").unwrap_or(row.rowid);
        let media = row.integer("ZMEDIAITEM").and_then(|number| database.row("zwamediaitem", number));
        reading.row_item(format!("message {number}"), message(&row, media.as_ref(), &around, beside).finish())
    })?;
    match broken {
        Some(sentence) => reading.tell(Found::Remark(Problem::new(ProblemCode::Malformed, sentence))),
        None => Ok(()),
    }
}

fn message(row: &Row, media: Option<&Row>, around: &Around, beside: &mut Beside<'_>) -> Draft {
    let session = row.integer("ZCHATSESSION");
    let session_row = session.and_then(|number| around.sessions.get(&number));
    let sent = row.is_set("ZISFROMME");
    let mut chat = session_row
        .map(|one| Person { jid: one.text("ZCONTACTJID"), name: one.text("ZPARTNERNAME") })
        .unwrap_or_default();
    if chat.jid.is_empty() {
        chat.jid = row.text(if sent { "ZTOJID" } else { "ZFROMJID" });
    }
    let member = row.integer("ZGROUPMEMBER").and_then(|number| around.members.get(&number));
    let sender = match member {
        Some(member) => around.member(member),
        None if chat.is_group() => Person { jid: row.text("ZFROMJID"), name: row.text("ZPUSHNAME") },
        None => chat.clone(),
    };
    let mut draft = Draft::new(row, &chat, &row.text("ZSTANZAID"), sent, &row.text("ZMESSAGEDATE"));
    for one in session_row.into_iter().chain(member).chain(media) {
        draft.row(one);
    }
    let members = session.and_then(|number| around.of_session.get(&number)).map(Vec::as_slice).unwrap_or_default();
    draft.people(&sender, &chat, members);
    draft.sent(moment::of_seconds(row.real("ZMESSAGEDATE")));
    if let Ok(Some(time)) = moment::of_seconds(row.real("ZSENTDATE")) {
        draft.fact("handed to the network at", &moment::words(&time));
    }
    set_kind(row, &mut draft);
    draft.words(&row.text("ZTEXT"));
    if let Some(media) = media {
        set_media(media, row, &mut draft, beside);
    } else if row.integer("ZMEDIAITEM").is_some_and(|number| number != 0) {
        draft.problem(ProblemCode::Missing, "a file is named whose own row is gone");
    }
    draft.copy.flagged = row.is_set("ZSTARRED").then_some(true);
    draft
}

fn set_kind(row: &Row, draft: &mut Draft) {
    draft.kind(row.integer("ZMESSAGETYPE").unwrap_or(0), &KINDS);
    draft.fact(
        "group change",
        &row.integer("ZGROUPEVENTTYPE").filter(|kind| *kind != 0).map_or(String::new(), |kind| kind.to_string()),
    );
    draft.fact("status", &row.text("ZMESSAGESTATUS"));
}

/// `ZTITLE` is what was written under a picture; `ZVCARDSTRING` is a card, or of other files the media type.
fn set_media(media: &Row, row: &Row, draft: &mut Draft, beside: &mut Beside<'_>) {
    let (title, card) = (media.text("ZTITLE"), media.text("ZVCARDSTRING"));
    draft.words(&title);
    let is_card = card.trim_start().to_uppercase().starts_with("BEGIN:VCARD");
    if is_card {
        draft.words(&card);
        draft.fact("contact", &media.text("ZVCARDNAME"));
    }
    draft.place(media, "ZLATITUDE", "ZLONGITUDE");
    let path = media.text("ZMEDIALOCALPATH");
    if !path.is_empty() {
        let is_document = row.integer("ZMESSAGETYPE") == Some(8) && title.contains('.');
        let shown = if is_document { title } else { file_name(&path).to_owned() };
        let claimed_type = if card.contains('/') && !is_card { card } else { String::new() };
        draft.attach(&Named { written: path, shown, claimed_type, inline: false }, beside);
    }
}
