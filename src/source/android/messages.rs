//! Messages of Android: `mmssms.db` with the tables `sms` and `pdu`, and the folder `app_parts` beside it.
//!
//! Columns: <https://developer.android.com/reference/android/provider/Telephony.Sms> and `Telephony.Mms`.

use super::mms;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, ParsedItem, Stopped};
use crate::model::provenance::CopyFacts;
use crate::model::record::{Direction, RecordKind, Role};
use crate::source::beside::Beside;
use crate::source::container::reading::Reading;
use crate::source::database::{Database, Row};
use crate::source::identity::Identity;
use crate::source::number;
use crate::source::rows::Rows;
use crate::source::taken::Taken;
use crate::source::texts::handset_time;
use crate::source::texts::message;

/// Whether the database is one of messages.
pub fn is_messages(database: &Database) -> bool {
    database.has("sms", &["address", "date", "type", "body"])
}

/// Reads every message: the rows of `sms`, then those of `pdu`.
///
/// # Errors
/// When the sink asked to stop; what is wrong inside is told to it.
pub fn read(database: &mut Database, beside: &mut Beside<'_>, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let around = mms::Around::of(database);
    let short = database.each("sms", |row| {
        let place = format!("sms {}", row.integer("_id").unwrap_or(row.rowid));
        reading.row_item(place, sms(&row, &around))
    })?;
    let long = database.each("pdu", |row| {
        let place = format!("mms {}", row.integer("_id").unwrap_or(row.rowid));
        let taken = mms::read(&row, &around, database, beside);
        reading.row_item(place, taken)
    })?;
    for sentence in [short, long].into_iter().flatten() {
        reading.tell(Found::Remark(Problem::new(ProblemCode::Malformed, sentence)))?;
    }
    if beside.missing > 0 {
        let sentence = format!(
            "{} files of messages do not lie beside the database; hand over its folder app_parts together with it",
            beside.missing
        );
        reading.tell(Found::Remark(Problem::new(ProblemCode::Missing, sentence)))?;
    }
    Ok(())
}

/// A row of the table `sms`.
///
/// Identity: that of a message in a file of SMS Backup & Restore (`sms/1`), which is made from these rows.
fn sms(row: &Row, around: &mms::Around) -> Taken {
    let mut parsed = ParsedItem::new(RecordKind::Text);
    let (kind, address) = (row.text("type"), row.text("address"));
    let body = row.text("body");
    parsed.subject = row.text("subject");
    parsed.direction = message::direction(&kind);
    let role = if parsed.direction == Direction::In { Role::From } else { Role::To };
    let mut written: Vec<String> = message::numbers(&address).map(str::to_owned).collect();
    if written.is_empty() {
        // A draft has its number only in its conversation.
        written = around.recipients(row);
    }
    parsed.parties = written.iter().map(|one| number::party(role, "", one, None)).collect();
    let moment = set_times(row, &mut parsed);
    parsed.facts.insert("message kind".to_owned(), "sms".to_owned());
    message::set_status(&kind, &mut parsed);
    if let Some(word) = message::delivery(&row.text("status")) {
        parsed.facts.insert("delivery".to_owned(), word.to_owned());
    }
    set_facts(row, &["thread_id", "protocol", "service_center", "error_code", "creator", "sub_id"], &mut parsed);
    let mut identity = Identity::new("sms/1");
    identity.field("address", address.as_bytes()).field("date", moment.as_bytes());
    identity.field("type", kind.as_bytes()).field("subject", parsed.subject.as_bytes());
    identity.field("body", body.as_bytes());
    message::set_body(body, &mut parsed);
    let mut rows = Rows::default();
    rows.row(row);
    around.shared_rows(row).into_iter().for_each(|one| rows.row(one));
    let copy = copy_facts(row, &kind);
    Taken { parsed, original: rows.into_bytes(), identity: identity.into_bytes(), copy }
}

/// Sets when a message was sent and received, and gives the moment for its identity. `date` is the phone's own time,
/// `date_sent` the network's or 0; of `pdu` both are in seconds, which each value tells by its size.
pub fn set_times(row: &Row, parsed: &mut ParsedItem) -> String {
    let date = row.text("date");
    let own = match handset_time::read(&date, None) {
        Ok(time) => Some(time),
        Err(sentence) => {
            parsed.facts.insert("date as written".to_owned(), date.clone());
            parsed.problems.push(Problem::new(ProblemCode::DateUnknown, sentence));
            None
        }
    };
    let moment = own.as_ref().map_or(date, |time| time.at.timestamp_millis().to_string());
    if parsed.direction != Direction::In {
        parsed.sent_at = own;
        return moment;
    }
    let late = |at| own.as_ref().is_some_and(|own| at > own.at + chrono::Duration::days(1));
    let sent = handset_time::read(&row.text("date_sent"), None).ok().filter(|time| !late(time.at));
    if sent.is_none() && own.is_some() {
        let sentence = "the phone's time of receiving; the database does not say when it was sent";
        parsed.facts.insert("sent time is".to_owned(), sentence.to_owned());
    }
    parsed.sent_at = sent.or_else(|| own.clone());
    parsed.received_at = own;
    moment
}

/// Keeps columns that say something as facts under their own names.
pub fn set_facts(row: &Row, columns: &[&str], parsed: &mut ParsedItem) {
    for column in columns {
        let value = row.text(column);
        if !value.is_empty() {
            parsed.facts.insert((*column).to_owned(), value);
        }
    }
}

/// The flags of this copy.
pub fn copy_facts(row: &Row, kind: &str) -> CopyFacts {
    let flag = |column: &str| row.integer(column).map(|flag| flag != 0);
    CopyFacts {
        read: flag("read"),
        flagged: flag("locked"),
        draft: (kind == "3").then_some(true),
        deleted: row.is_set("deleted").then_some(true),
        ..CopyFacts::default()
    }
}
