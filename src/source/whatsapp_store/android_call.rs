//! A call of WhatsApp: a row of `call_log`.

use super::android::Around;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::ParsedItem;
use crate::model::provenance::CopyFacts;
use crate::model::record::{CallDuration, Direction, DurationBasis, RecordKind, Role};
use crate::source::database::Row;
use crate::source::identity::Identity;
use crate::source::number;
use crate::source::rows::Rows;
use crate::source::taken::Taken;
use crate::source::texts::handset_time;

/// The result of a call that was answered; of 2 nobody answered.
const ANSWERED: i64 = 5;
const NOT_ANSWERED: i64 = 2;

/// Identity (`whatsapp-call/1`): the identifier of the call, who it was with, the moment as written and who placed it.
pub(super) fn call(row: &Row, around: &Around) -> Taken {
    let mut parsed = ParsedItem::new(RecordKind::Call);
    let placed = row.is_set("from_me");
    let result = row.integer("call_result").unwrap_or(-1);
    let (direction, outcome) = match (placed, result) {
        (true, ANSWERED) => (Direction::Out, "answered".to_owned()),
        (false, ANSWERED) => (Direction::In, "answered".to_owned()),
        (true, NOT_ANSWERED) => (Direction::Out, "not answered".to_owned()),
        (false, NOT_ANSWERED) => (Direction::MissedIn, "missed".to_owned()),
        (true, other) => (Direction::Out, format!("result {other}")),
        (false, other) => (Direction::In, format!("result {other}")),
    };
    parsed.direction = direction;
    let role = if placed { Role::To } else { Role::From };
    let with = around.person(row.integer("jid_row_id"), "");
    if !with.jid.is_empty() {
        parsed.parties.push(number::account(role, "", &with.jid));
    }
    let moment = row.text("timestamp");
    match handset_time::read(&moment, None) {
        Ok(time) => parsed.sent_at = Some(time),
        Err(sentence) => parsed.problems.push(Problem::new(ProblemCode::DateUnknown, sentence)),
    }
    if let Some(seconds) = row.integer("duration").and_then(|seconds| u64::try_from(seconds).ok()) {
        parsed.duration = Some(CallDuration { seconds, basis: DurationBasis::Exact });
    }
    let kind = if row.is_set("video_call") { "WhatsApp video" } else { "WhatsApp audio" };
    for (name, value) in [("outcome", outcome.as_str()), ("call kind", kind), ("application", "WhatsApp")] {
        parsed.facts.insert(name.to_owned(), value.to_owned());
    }
    let mut identity = Identity::new("whatsapp-call/1");
    identity.field("id", row.text("call_id").as_bytes()).field("with", with.jid.as_bytes());
    identity.field("moment", moment.as_bytes()).field("from me", if placed { b"1" } else { b"0" });
    let mut rows = Rows::default();
    rows.row(row);
    if let Some(jid) = around.jid(row.integer("jid_row_id")) {
        rows.row(jid);
    }
    Taken { parsed, original: rows.into_bytes(), identity: identity.into_bytes(), copy: CopyFacts::default() }
}
