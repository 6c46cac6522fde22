//! What one row of Apple Messages says.
//!
//! Columns: the schema as it was found in databases of macOS 10.11 to 15 and iOS 13 to 17, and
//! <https://jachimo.github.io/research/imessage-chatdb-reference>.

use super::summary::Summary;
use super::{change, moment, summary, typedstream};
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::ParsedItem;
use crate::model::provenance::CopyFacts;
use crate::model::record::{Direction, Party, RecordKind, Role, SourceTime};
use crate::source::beside::{Beside, Named};
use crate::source::database::Row;
use crate::source::identity::Identity;
use crate::source::number;
use crate::source::rows::Rows;
use crate::source::taken::Taken;
use crate::source::texts::message::{note, set_body};

/// The character that stands in the text where an attachment is shown.
const ATTACHMENT_MARK: char = '\u{fffc}';

/// What other tables say about a message.
pub struct Joined<'a> {
    /// The correspondent.
    pub handle: Option<&'a Row>,
    /// Whom a change of a group is about.
    pub other: Option<&'a Row>,
    /// Everybody in its conversations but the owner of the phone.
    pub members: Vec<&'a Row>,
    /// Its conversations.
    pub chats: Vec<&'a Row>,
    /// The row that says it was recently deleted.
    pub deleted: Option<&'a Row>,
    /// Its attachments; nothing where the row is gone.
    pub attachments: Vec<Option<Row>>,
    /// The rows that join it to all these.
    pub joins: Vec<Row>,
}

/// Reads a row of the table `message`.
///
/// Identity (`apple-message/1`): the guid, which a Mac and a phone of one account share, and whether the owner sent it,
/// since both ends of a conversation have the same guid; where there is no guid, service, correspondent and moment as
/// written. Then, so that no version of an edited or unsent message passes for another: the text, and for each
/// attachment its digest or that it is missing.
pub fn read(row: &Row, joined: &Joined<'_>, beside: &mut Beside<'_>) -> Taken {
    let mut parsed = ParsedItem::new(RecordKind::Text);
    let mut rows = Rows::default();
    rows.row(row);
    let around = joined.joins.iter().chain(joined.attachments.iter().flatten()).chain(joined.deleted);
    around.chain(joined.chats.iter().copied()).for_each(|one| rows.row(one));
    let mut people: Vec<&Row> =
        joined.handle.into_iter().chain(joined.other).chain(joined.members.iter().copied()).collect();
    people.sort_by_key(|one| one.rowid);
    people.dedup_by_key(|one| one.rowid);
    people.into_iter().for_each(|one| rows.row(one));

    let sent = row.is_set("is_from_me");
    parsed.direction = if sent { Direction::Out } else { Direction::In };
    parsed.message_id = row.text("guid");
    parsed.subject = row.text("subject");
    set_parties(row, joined, sent, &mut parsed);
    set_times(row, joined, &mut parsed);
    set_facts(row, joined, &mut parsed);
    let text = text_of(row, &mut parsed);
    let mut identity = identity_of(row, joined, &text);
    let history = history_of(row, &mut parsed);
    set_body(body_of(&text, &history, joined.attachments.len()), &mut parsed);
    for attachment in &joined.attachments {
        let told = match attachment {
            Some(attachment) => beside.attach(&named(attachment), &mut rows, &mut parsed),
            None => {
                let sentence = "an attachment is named whose own row is gone";
                parsed.problems.push(Problem::new(ProblemCode::Missing, sentence));
                "gone".to_owned()
            }
        };
        identity.field("attachment", told.as_bytes());
    }
    let copy = CopyFacts {
        read: row.integer("is_read").filter(|_| !sent).map(|flag| flag != 0),
        deleted: joined.deleted.map(|_| true),
        ..CopyFacts::default()
    };
    Taken { parsed, original: rows.into_bytes(), identity: identity.into_bytes(), copy }
}

fn identity_of(row: &Row, joined: &Joined<'_>, text: &str) -> Identity {
    let mut identity = Identity::new("apple-message/1");
    let guid = row.text("guid");
    if guid.is_empty() {
        let correspondent = joined.handle.map(|handle| handle.text("id")).unwrap_or_default();
        identity.field("service", row.text("service").as_bytes()).field("handle", correspondent.as_bytes());
        identity.field("date", row.text("date").as_bytes());
    } else {
        identity.field("guid", guid.as_bytes());
    }
    identity.field("from me", if row.is_set("is_from_me") { b"1" } else { b"0" });
    identity.field("text", text.as_bytes());
    identity
}

/// The text: the plain column, or since macOS 13 only the formatted one.
fn text_of(row: &Row, parsed: &mut ParsedItem) -> String {
    let plain = row.text("text");
    let Some(archive) = row.bytes("attributedBody") else { return plain };
    let Some(formatted) = typedstream::text(archive) else {
        if plain.is_empty() {
            let sentence = "its formatted text cannot be read; it is kept in its original";
            note(ProblemCode::Undecodable, sentence.to_owned(), parsed);
        }
        return plain;
    };
    if !plain.is_empty() && plain != formatted {
        // Somebody changed one of them; both are shown and both are found.
        note(ProblemCode::Malformed, "its plain and its formatted text differ; both stand here".to_owned(), parsed);
        return format!("{plain}\n{formatted}");
    }
    formatted
}

/// The versions before the last one of each part, as lines that are found and shown, and as facts.
fn history_of(row: &Row, parsed: &mut ParsedItem) -> Vec<String> {
    let Some(bytes) = row.bytes("message_summary_info") else { return Vec::new() };
    let Some(Summary { versions, unsent }) = summary::read(bytes) else {
        let sentence = "its history of changes cannot be read; it is kept in its original";
        note(ProblemCode::Undecodable, sentence.to_owned(), parsed);
        return Vec::new();
    };
    if !unsent.is_empty() {
        parsed.facts.insert("unsent parts".to_owned(), unsent.join(" "));
    }
    let mut lines = Vec::new();
    for (at, one) in versions.iter().enumerate() {
        let time = one.at.as_ref().map_or("an unknown time".to_owned(), moment::words);
        let text = one.text.clone().unwrap_or_default();
        if one.text.is_none() {
            let sentence = "a version of its text cannot be read; it is kept in its original";
            note(ProblemCode::Undecodable, sentence.to_owned(), parsed);
        }
        parsed.facts.insert(format!("version {:03} (part {})", at + 1, one.part), format!("{time}: {text}"));
        let is_last = versions[at + 1..].iter().all(|later| later.part != one.part);
        if !is_last || unsent.contains(&one.part) {
            lines.push(format!("[version of {time}] {text}"));
        }
    }
    lines
}

fn body_of(text: &str, history: &[String], attachments: usize) -> String {
    // The marks say where pictures stand; where there is nothing else they are no words.
    let marks = text.chars().filter(|one| *one == ATTACHMENT_MARK).count();
    let text = if marks <= attachments { text.replace(ATTACHMENT_MARK, "") } else { text.to_owned() };
    let lines = std::iter::once(text).chain(history.iter().cloned());
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn set_parties(row: &Row, joined: &Joined<'_>, sent: bool, parsed: &mut ParsedItem) {
    let person = |role, handle: &Row| party(role, &handle.text("id"));
    // The number or address of the owner that the message came to or went from, where the row has it.
    let own = row.text("destination_caller_id");
    let own = if own.is_empty() { None } else { Some(party(if sent { Role::From } else { Role::To }, &own)) };
    let handle = joined.handle.map(|handle| handle.rowid);
    let members = joined.members.iter().filter(|one| Some(one.rowid) != handle);
    match (sent, joined.handle) {
        (true, _) => {
            parsed.parties.extend(own);
            let everybody = joined.members.iter().copied();
            let alone = joined.handle.filter(|one| joined.members.iter().all(|other| other.rowid != one.rowid));
            parsed.parties.extend(everybody.chain(alone).map(|one| person(Role::To, one)));
        }
        (false, Some(handle)) => {
            parsed.parties.push(person(Role::From, handle));
            parsed.parties.extend(own);
            parsed.parties.extend(members.map(|one| person(Role::Member, one)));
        }
        (false, None) => {
            parsed.parties.extend(own);
            parsed.parties.extend(members.map(|one| person(Role::Member, one)));
        }
    }
    if let Some(other) = joined.other.filter(|_| row.integer("item_type").unwrap_or(0) != 0) {
        let id = other.text("id");
        if parsed.parties.iter().all(|one| one.address != id) {
            parsed.parties.push(party(Role::Member, &id));
        }
    }
    if parsed.parties.is_empty()
        && let [chat] = joined.chats.as_slice()
        && chat.integer("style") == Some(ONE_TO_ONE)
    {
        // A conversation of two is named after the other.
        parsed.parties.push(party(if sent { Role::To } else { Role::From }, &chat.text("chat_identifier")));
    }
}

/// The style of a conversation of two; 43 is a group.
const ONE_TO_ONE: i64 = 45;

fn party(role: Role, written: &str) -> Party {
    let mut party = number::party(role, "", written, None);
    if written.contains('@') {
        party.normal = Some(written.to_lowercase());
    }
    party
}

/// `date` is when it was sent; `date_delivered` is when it came to the other end, which for a message received is here.
fn set_times(row: &Row, joined: &Joined<'_>, parsed: &mut ParsedItem) {
    parsed.sent_at = time_of(row, "date", parsed);
    if parsed.sent_at.is_none() {
        parsed.problems.push(Problem::new(ProblemCode::DateUnknown, "the database does not say when it was sent"));
    }
    let delivered = time_of(row, "date_delivered", parsed);
    if let Some(time) = &delivered {
        parsed.facts.insert("delivered at".to_owned(), moment::words(time));
    }
    if parsed.direction == Direction::In {
        parsed.received_at = delivered;
    }
    for (column, name) in [
        ("date_read", "read at"),
        ("date_played", "played at"),
        ("date_edited", "edited at"),
        ("date_retracted", "unsent at"),
        ("date_recovered", "recovered at"),
    ] {
        if let Some(time) = time_of(row, column, parsed) {
            parsed.facts.insert(name.to_owned(), moment::words(&time));
        }
    }
    if let Some(deleted) = joined.deleted {
        let at =
            time_of(deleted, "delete_date", parsed).map_or("at an unknown time".to_owned(), |at| moment::words(&at));
        parsed.facts.insert("deleted at".to_owned(), at);
    }
}

fn time_of(row: &Row, column: &str, parsed: &mut ParsedItem) -> Option<SourceTime> {
    match moment::read(row.integer(column)) {
        Ok(time) => time,
        Err(sentence) => {
            parsed.facts.insert(format!("{column} as written"), row.text(column));
            parsed.problems.push(Problem::new(ProblemCode::DateUnknown, format!("{column}: {sentence}")));
            None
        }
    }
}

fn set_facts(row: &Row, joined: &Joined<'_>, parsed: &mut ParsedItem) {
    let service = row.text("service");
    let kind = if service.is_empty() { "message".to_owned() } else { service.to_lowercase() };
    let mut fact = |name: &str, value: String| {
        if !value.is_empty() {
            parsed.facts.insert(name.to_owned(), value);
        }
    };
    fact("message kind", kind);
    fact("service", service);
    fact("status", change::status(row).to_owned());
    let error = row.integer("error").unwrap_or(0);
    fact("error", if error == 0 { String::new() } else { error.to_string() });
    fact("reaction", change::reaction(row));
    fact("group change", change::group(row, joined.other.map(|one| one.text("id")).as_deref()));
    fact("account", row.text("account"));
    fact("application", row.text("balloon_bundle_id"));
    fact("sent with effect", row.text("expressive_send_style_id"));
    let all = |column: &str| {
        let told: Vec<String> =
            joined.chats.iter().map(|chat| chat.text(column)).filter(|one| !one.is_empty()).collect();
        told.join("; ")
    };
    fact("conversation", all("guid"));
    fact("conversation name", all("display_name"));
    if joined.chats.iter().any(|chat| chat.integer("style").is_some_and(|style| style != ONE_TO_ONE)) {
        fact("group", all("chat_identifier"));
    }
    if joined.chats.len() > 1 {
        fact("in conversations", joined.chats.len().to_string());
    }
    // `reply_to_guid` only names the message before it in the conversation, and answers nothing.
    for column in ["thread_originator_guid", "associated_message_guid"] {
        let guid = change::bare_guid(&row.text(column)).to_owned();
        if !guid.is_empty() && !parsed.references.contains(&guid) {
            parsed.references.push(guid);
        }
    }
    let answered = change::bare_guid(&row.text("thread_originator_guid")).to_owned();
    if !answered.is_empty() {
        parsed.facts.insert("answers".to_owned(), answered);
    }
}

fn named(attachment: &Row) -> Named {
    Named {
        written: attachment.text("filename"),
        shown: attachment.text("transfer_name"),
        claimed_type: attachment.text("mime_type").to_lowercase(),
        inline: attachment.is_set("is_sticker"),
    }
}
