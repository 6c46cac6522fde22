//! The voicemail of an iPhone: `voicemail.db`, with `<number>.amr` and `<number>.transcript` beside it.

use super::moment;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, ParsedItem, Stopped};
use crate::model::provenance::CopyFacts;
use crate::model::record::{CallDuration, Direction, DurationBasis, RecordKind, Role};
use crate::source::beside::{Beside, Named};
use crate::source::container::reading::Reading;
use crate::source::database::{Database, Row};
use crate::source::identity::Identity;
use crate::source::number;
use crate::source::rows::Rows;
use crate::source::taken::Taken;

/// Whether the database is one of voicemail.
pub fn is_voicemail(database: &Database) -> bool {
    database.has("voicemail", &["date", "sender", "duration", "flags"])
}

/// Reads every message left.
///
/// # Errors
/// When the sink asked to stop; what is wrong inside is told to it.
pub fn read(database: &mut Database, beside: &mut Beside<'_>, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let broken = database.each("voicemail", |row| {
        let number = row.integer("ROWID").unwrap_or(row.rowid);
        reading.row_item(format!("voicemail {number}"), voicemail(&row, number, beside))
    })?;
    match broken {
        Some(sentence) => reading.tell(Found::Remark(Problem::new(ProblemCode::Malformed, sentence))),
        None => Ok(()),
    }
}

/// A row of the table `voicemail`.
///
/// Identity (`apple-voicemail/1`): sender, number to call back, moment and duration as written, and the digest of the
/// recording or that it is missing.
fn voicemail(row: &Row, number: i64, beside: &mut Beside<'_>) -> Taken {
    let mut parsed = ParsedItem::new(RecordKind::Voicemail);
    parsed.direction = Direction::In;
    parsed.facts.insert("outcome".to_owned(), "voicemail".to_owned());
    let sender = row.text("sender");
    if !sender.is_empty() {
        parsed.parties.push(number::party(Role::From, "", &sender, None));
    }
    let receiver = row.text("receiver");
    if !receiver.is_empty() {
        parsed.parties.push(number::party(Role::To, "", &receiver, None));
    }
    let back = row.text("callback_num");
    if !back.is_empty() && back != sender {
        parsed.facts.insert("number to call back".to_owned(), back.clone());
    }
    match moment::of_unix(row.integer("date")) {
        Ok(Some(time)) => parsed.sent_at = Some(time),
        Ok(None) => {
            let sentence = "the database does not say when the message was left";
            parsed.problems.push(Problem::new(ProblemCode::DateUnknown, sentence));
        }
        Err(sentence) => parsed.problems.push(Problem::new(ProblemCode::DateUnknown, sentence)),
    }
    if let Some(seconds) = row.integer("duration").and_then(|seconds| u64::try_from(seconds).ok()) {
        parsed.duration = Some(CallDuration { seconds, basis: DurationBasis::Exact });
    }
    // Apple counts the day it was thrown away from 2001, unlike the day it came.
    let trashed = moment::read(row.integer("trashed_date")).ok().flatten();
    if let Some(time) = &trashed {
        parsed.facts.insert("deleted at".to_owned(), moment::words(time));
    }
    let mut rows = Rows::default();
    rows.row(row);
    let mut identity = Identity::new("apple-voicemail/1");
    for column in ["sender", "callback_num", "date", "duration"] {
        identity.field(column, row.text(column).as_bytes());
    }
    let named = |written: String, claimed_type: &str| Named {
        written,
        claimed_type: claimed_type.to_owned(),
        ..Named::default()
    };
    let recording = beside.attach(&named(format!("{number}.amr"), "audio/amr"), &mut rows, &mut parsed);
    identity.field("recording", recording.as_bytes());
    if beside.holds(&format!("{number}.transcript")) {
        beside.attach(&named(format!("{number}.transcript"), "application/x-plist"), &mut rows, &mut parsed);
    }
    let copy = CopyFacts { deleted: trashed.map(|_| true), ..CopyFacts::default() };
    Taken { parsed, original: rows.into_bytes(), identity: identity.into_bytes(), copy }
}
