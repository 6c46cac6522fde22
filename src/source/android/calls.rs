//! The call log of Android: the table `calls` of `calllog.db` or, before Android 7, of `contacts2.db`.
//!
//! Columns: <https://developer.android.com/reference/android/provider/CallLog.Calls>.

use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, ParsedItem, Stopped};
use crate::model::provenance::CopyFacts;
use crate::model::record::{CallDuration, Direction, DurationBasis, RecordKind, Role};
use crate::source::container::reading::Reading;
use crate::source::database::{Database, Row};
use crate::source::identity::Identity;
use crate::source::number;
use crate::source::rows::Rows;
use crate::source::taken::Taken;
use crate::source::texts::handset_call;
use crate::source::texts::handset_time;

/// Whether the database has a call log.
pub fn is_calls(database: &Database) -> bool {
    database.has("calls", &["number", "date", "duration", "type"])
}

/// Reads every call.
///
/// # Errors
/// When the sink asked to stop; what is wrong inside is told to it.
pub fn read(database: &mut Database, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let broken = database.each("calls", |row| {
        let place = format!("call {}", row.integer("_id").unwrap_or(row.rowid));
        reading.row_item(place, call(&row))
    })?;
    match broken {
        Some(sentence) => reading.tell(Found::Remark(Problem::new(ProblemCode::Malformed, sentence))),
        None => Ok(()),
    }
}

/// A row of the table `calls`.
///
/// Identity: that of a call in a file of SMS Backup & Restore (`handset-call/1`), which is made from these rows.
fn call(row: &Row) -> Taken {
    let mut parsed = ParsedItem::new(RecordKind::Call);
    let kind = row.text("type");
    let (direction, word) = handset_call::outcome(&kind);
    parsed.direction = direction;
    parsed.facts.insert("outcome".to_owned(), word.to_owned());
    let (address, name) = (row.text("number"), row.text("name"));
    if !address.is_empty() || !name.is_empty() {
        let role = match direction {
            Direction::Out => Role::To,
            Direction::Unknown => Role::Member,
            _ => Role::From,
        };
        parsed.parties.push(number::party(role, &name, &address, None));
    }
    if let Some(word) = handset_call::presentation(&row.text("presentation")) {
        parsed.facts.insert("caller's number".to_owned(), word.to_owned());
    }
    let date = row.text("date");
    let mut moment = date.clone();
    match handset_time::read(&date, None) {
        Ok(time) => {
            moment = time.at.timestamp_millis().to_string();
            parsed.sent_at = Some(time);
        }
        Err(sentence) => {
            parsed.facts.insert("date as written".to_owned(), date);
            parsed.problems.push(Problem::new(ProblemCode::DateUnknown, sentence));
        }
    }
    let duration = row.text("duration");
    if let Some(seconds) = row.integer("duration").and_then(|seconds| u64::try_from(seconds).ok()) {
        parsed.duration = Some(CallDuration { seconds, basis: DurationBasis::Exact });
    } else if !duration.is_empty() {
        let sentence = format!("the duration cannot be read: {duration}");
        parsed.problems.push(Problem::new(ProblemCode::Malformed, sentence));
    }
    parsed.body = row.text("transcription");
    for (column, name) in [
        ("countryiso", "country"),
        ("geocoded_location", "location"),
        ("subject", "subject of the call"),
        ("block_reason", "block reason"),
        ("missed_reason", "missed reason"),
        ("voicemail_uri", "voicemail"),
        ("via_number", "through number"),
        ("phone_account_address", "own number"),
    ] {
        let value = row.text(column);
        if !value.is_empty() {
            parsed.facts.insert(name.to_owned(), value);
        }
    }
    let mut identity = Identity::new("handset-call/1");
    identity.field("number", address.as_bytes()).field("date", moment.as_bytes());
    identity.field("duration", duration.as_bytes()).field("type", kind.as_bytes());
    let mut rows = Rows::default();
    rows.row(row);
    let copy = CopyFacts {
        read: row.integer("is_read").map(|flag| flag != 0),
        deleted: row.is_set("deleted").then_some(true),
        ..CopyFacts::default()
    };
    Taken { parsed, original: rows.into_bytes(), identity: identity.into_bytes(), copy }
}
