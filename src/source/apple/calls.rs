//! The call history of an iPhone: `CallHistory.storedata` (Core Data, since iOS 8) and `call_history.db` before it.

use super::moment;
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

/// Whether the database is a call history of either generation.
pub fn is_calls(database: &Database) -> bool {
    database.has("zcallrecord", &["ZDATE", "ZDURATION"])
        || database.has("call", &["address", "date", "duration", "flags"])
}

/// Reads every call.
///
/// # Errors
/// When the sink asked to stop; what is wrong inside is told to it.
pub fn read(database: &mut Database, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let is_new = database.has("zcallrecord", &[]);
    let table = if is_new { "zcallrecord" } else { "call" };
    let handles = database.all("zhandle", 1_000_000);
    let joins = database.all("z_2remoteparticipanthandles", 1_000_000);
    let broken = database.each(table, |row| {
        let others: Vec<&Row> = participants(&row, &handles, &joins);
        let place = format!("call {}", row.rowid);
        reading.row_item(place, if is_new { record(&row, &others) } else { old(&row) })
    })?;
    match broken {
        Some(sentence) => reading.tell(Found::Remark(Problem::new(ProblemCode::Malformed, sentence))),
        None => Ok(()),
    }
}

/// The handles that Core Data joins to a call; its table of joins has two columns whose names end in the entities'.
fn participants<'a>(row: &Row, handles: &'a [Row], joins: &'a [Row]) -> Vec<&'a Row> {
    let ends = |join: &Row, word: &str| {
        let column = join.columns.iter().find(|name| name.to_ascii_uppercase().ends_with(word)).cloned()?;
        join.integer(&column)
    };
    let of_call = joins.iter().filter(|join| ends(join, "CALLS") == Some(row.rowid));
    let numbers: Vec<i64> = of_call.filter_map(|join| ends(join, "HANDLES")).collect();
    handles.iter().filter(|handle| numbers.contains(&handle.rowid)).collect()
}

/// A record of `ZCALLRECORD`.
///
/// Identity (`apple-call/1`): the record's own identifier where it has one; always the number as written, the moment,
/// the duration and the direction as written.
fn record(row: &Row, others: &[&Row]) -> Taken {
    let mut parsed = ParsedItem::new(RecordKind::Call);
    let answered = row.integer("ZANSWERED");
    let (direction, outcome) = match (row.integer("ZORIGINATED"), answered) {
        (Some(1), _) => (Direction::Out, "outgoing"),
        (Some(0), Some(0)) => (Direction::MissedIn, "missed"),
        (Some(0), _) => (Direction::In, "incoming"),
        _ => (Direction::Unknown, "not told"),
    };
    parsed.direction = direction;
    parsed.facts.insert("outcome".to_owned(), outcome.to_owned());
    let address = row.text("ZADDRESS");
    set_party(&mut parsed, &address, &row.text("ZNAME"));
    for other in others {
        let value = other.text("ZVALUE");
        if !value.is_empty() && value != address {
            parsed.parties.push(number::party(role(direction), "", &value, None));
        }
    }
    set_time(&mut parsed, moment::of_seconds(row.real("ZDATE")), &row.text("ZDATE"));
    set_duration(&mut parsed, row.real("ZDURATION"));
    let kind = match row.integer("ZCALLTYPE") {
        Some(1) => "telephone",
        Some(8) => "FaceTime video",
        Some(16) => "FaceTime audio",
        Some(0) => "another application",
        _ => "",
    };
    let mut fact = |name: &str, value: String| {
        if !value.is_empty() {
            parsed.facts.insert(name.to_owned(), value);
        }
    };
    fact("call kind", kind.to_owned());
    fact("application", row.text("ZSERVICE_PROVIDER"));
    fact("country", row.text("ZISO_COUNTRY_CODE"));
    fact("location", row.text("ZLOCATION"));
    fact("cause of its end", row.text("ZDISCONNECTED_CAUSE"));
    let mut identity = Identity::new("apple-call/1");
    identity.field("id", row.text("ZUNIQUE_ID").as_bytes()).field("number", address.as_bytes());
    identity.field("date", row.text("ZDATE").as_bytes()).field("duration", row.text("ZDURATION").as_bytes());
    identity.field("originated", row.text("ZORIGINATED").as_bytes());
    let mut rows = Rows::default();
    rows.row(row);
    others.iter().for_each(|other| rows.row(other));
    let copy = CopyFacts { read: row.integer("ZREAD").map(|flag| flag != 0), ..CopyFacts::default() };
    Taken { parsed, original: rows.into_bytes(), identity: identity.into_bytes(), copy }
}

/// A row of the table `call` of iOS 7 and before: seconds since 1970; bit 0 of `flags` is set for an outgoing call, 16
/// for FaceTime.
///
/// Identity (`apple-old-call/1`): number, moment, duration and flags as written.
fn old(row: &Row) -> Taken {
    let mut parsed = ParsedItem::new(RecordKind::Call);
    let flags = row.integer("flags");
    let (direction, outcome) = match flags.map(|flags| flags & 1) {
        Some(1) => (Direction::Out, "outgoing"),
        // A call that came in and lasted no time was missed or refused; the row does not tell which.
        Some(_) if row.integer("duration") == Some(0) => (Direction::MissedIn, "not answered"),
        Some(_) => (Direction::In, "incoming"),
        None => (Direction::Unknown, "not told"),
    };
    parsed.direction = direction;
    parsed.facts.insert("outcome".to_owned(), outcome.to_owned());
    let address = row.text("address");
    set_party(&mut parsed, &address, "");
    set_time(&mut parsed, moment::of_unix(row.integer("date")), &row.text("date"));
    set_duration(&mut parsed, row.real("duration"));
    let kind = if flags.is_some_and(|flags| flags & 16 != 0) { "FaceTime" } else { "telephone" };
    parsed.facts.insert("call kind".to_owned(), kind.to_owned());
    let mut identity = Identity::new("apple-old-call/1");
    for column in ["address", "date", "duration", "flags"] {
        identity.field(column, row.text(column).as_bytes());
    }
    let mut rows = Rows::default();
    rows.row(row);
    let copy = CopyFacts::default();
    Taken { parsed, original: rows.into_bytes(), identity: identity.into_bytes(), copy }
}

fn role(direction: Direction) -> Role {
    match direction {
        Direction::Out => Role::To,
        Direction::Unknown => Role::Member,
        _ => Role::From,
    }
}

fn set_party(parsed: &mut ParsedItem, address: &str, name: &str) {
    if address.is_empty() && name.is_empty() {
        parsed.facts.insert("caller's number".to_owned(), "withheld or not told".to_owned());
    } else {
        parsed.parties.push(number::party(role(parsed.direction), name, address, None));
    }
}

fn set_time(parsed: &mut ParsedItem, time: Result<Option<crate::model::record::SourceTime>, String>, as_written: &str) {
    match time {
        Ok(Some(time)) => parsed.sent_at = Some(time),
        Ok(None) => {
            let sentence = "the database does not say when the call was";
            parsed.problems.push(Problem::new(ProblemCode::DateUnknown, sentence));
        }
        Err(sentence) => {
            parsed.facts.insert("date as written".to_owned(), as_written.to_owned());
            parsed.problems.push(Problem::new(ProblemCode::DateUnknown, sentence));
        }
    }
}

/// Core Data counts parts of seconds; they are cut, as a telephone shows them.
fn set_duration(parsed: &mut ParsedItem, seconds: Option<f64>) {
    match seconds.filter(|seconds| (0.0..1.0e9).contains(seconds)) {
        Some(seconds) => {
            parsed.duration = Some(CallDuration { seconds: seconds as u64, basis: DurationBasis::Exact });
        }
        None if seconds.is_some() => {
            parsed.problems.push(Problem::new(ProblemCode::Malformed, "the duration cannot be right"));
        }
        None => {}
    }
}
