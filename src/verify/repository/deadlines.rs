//! I12: every due date equals the calendar's computation from stored facts.

use super::{Check, VerifyError};
use crate::calendar::{DueKind, DueOn, Observed, due};
use crate::model::event::Act;
use crate::model::request::{DataRequest, RequestKind};
use chrono::NaiveDate;

pub(super) fn check(check: &mut Check<'_>) -> Result<(), VerifyError> {
    let requests = check.reading().requests()?;
    let target = check.repository.profile().policy.public_request_target_business_days;
    for request in &requests {
        let kind = match request.kind {
            RequestKind::Public | RequestKind::Standing => DueKind::PublicRequest { target_business_days: target },
            RequestKind::DataSubject => DueKind::DataSubject,
            RequestKind::SummaryData => DueKind::SummaryData,
            // The days are set by a court, an auditor or another party; the event that opened the request has the date.
            RequestKind::Litigation | RequestKind::Subpoena | RequestKind::Audit | RequestKind::Investigation => {
                continue;
            }
        };
        if !is_computed(request, kind) {
            let message = format!("it is due on {}, and the calendar computes another day (I12)", request.due.on);
            check.find("due-date-differs", request.id, message);
        }
    }
    for request in &requests {
        for event in check.reading().events_about(&request.id.to_string())? {
            if event.act == Act::AccuracyChallenged && !challenge_is_computed(&event.details) {
                let message = "a challenge of accuracy is due on another day than the calendar computes (I12)";
                check.find("due-date-differs", request.id, message);
            }
        }
    }
    check.looked_at("Verifying deadlines", requests.len() as u64)
}

/// Whether the day by which a challenge is to be answered can be computed from the day it was received.
fn challenge_is_computed(details: &str) -> bool {
    let details: serde_json::Value = serde_json::from_str(details).unwrap_or_default();
    let day = |name: &str| details.get(name).and_then(|value| value.as_str()).and_then(|text| text.parse().ok());
    let (Some(received), Some(due_on)) = (day("received_on"), day("due_on")) else { return false };
    under_any_choice(DueKind::AccuracyChallenge, received, |one| one.on == due_on)
}

/// Whether the date can be computed under any choice of optional holidays, which the city may have changed since. A
/// basis that reads differently now comes from another target of the city's own.
fn is_computed(request: &DataRequest, kind: DueKind) -> bool {
    under_any_choice(kind, request.received_on, |one| one.on == request.due.on || one.basis != request.due.basis)
}

fn under_any_choice(kind: DueKind, received_on: NaiveDate, fits: impl Fn(&DueOn) -> bool) -> bool {
    let choices = [(false, false), (false, true), (true, false), (true, true)];
    choices.into_iter().any(|(october_monday, friday_after_thanksgiving)| {
        let observed = Observed { october_monday, friday_after_thanksgiving };
        due(kind, received_on, &observed).is_ok_and(|one| fits(&one))
    })
}
