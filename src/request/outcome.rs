//! How a request ends, and how it is opened again.

use super::progress::progress;
use super::{LAST_DAY, RequestError, protect, refuse_closed};
use crate::base::id::RequestId;
use crate::catalog::Reading;
use crate::model::event::Act;
use crate::model::request::{DataRequest, RequestKind, RequestOutcome, RequestStatus};
use crate::model::review::Decision;
use crate::protection::{Compiled, catch_up};
use crate::repository::Repository;
use chrono::{Days, NaiveDate};

/// Closes a request with the outcome that its decisions and productions tell. Its scope stays protected for the days
/// the profile sets; returns the last of them.
pub fn close(repository: &mut Repository, id: RequestId, reason: &str, actor: &str) -> Result<NaiveDate, RequestError> {
    close_as(repository, id, None, reason, actor).map(|(until, _)| until)
}

/// Closes a request with an outcome; `None` means the one that its decisions and productions tell. Refused while a
/// challenge of accuracy waits for its answer, and while something collected has no decision: to the public and to the
/// subject of data nothing stays unlooked at.
pub fn close_as(
    repository: &mut Repository,
    id: RequestId,
    outcome: Option<RequestOutcome>,
    reason: &str,
    actor: &str,
) -> Result<(NaiveDate, RequestOutcome), RequestError> {
    let refused = |message: String| Err(RequestError::Refused(message));
    if reason.trim().is_empty() {
        return refused("closing a request needs the reason".to_owned());
    }
    // What it has not looked at yet counts as protected, and no plan from before may name that either: so it looks first.
    catch_up(repository)?;
    let (at, today) = (repository.now(), repository.today());
    let days = u64::from(repository.profile().policy.protect_days_after_close);
    let until = today.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX).min(LAST_DAY);
    repository.catalog_mut().write::<_, RequestError>(|writing| {
        let reading = writing.reading();
        let request = reading.request(id)?;
        if request.status == RequestStatus::Closed {
            return refused(format!("the request {id} is closed already"));
        }
        if progress(&reading, id)?.disputed() {
            return refused(format!("a challenge of accuracy in {id} waits for its answer"));
        }
        let outcome = match outcome {
            Some(outcome) => outcome,
            None => told(&reading, id)?,
        };
        let answered = !matches!(
            outcome,
            RequestOutcome::Withdrawn
                | RequestOutcome::Abandoned
                | RequestOutcome::Referred
                | RequestOutcome::ShownBefore
        );
        if answered {
            refuse_unreviewed(&reading, &request)?;
        }
        writing.close_request(id, today, until)?;
        let details = serde_json::json!({ "reason": reason, "outcome": outcome, "protected_until": until });
        writing.record_event(at, actor, Act::RequestClosed, &id.to_string(), &details)?;
        Ok((until, outcome))
    })
}

/// Refuses to end a request while collected items have no decision. In litigation the attorney's recorded decision to stop
/// covers what had been collected by then; for the public and for data subjects nothing does.
fn refuse_unreviewed(reading: &Reading<'_>, request: &DataRequest) -> Result<(), RequestError> {
    let id = request.id;
    let open = match request.kind {
        // What an auditor or investigator asked for is theirs to sort.
        RequestKind::Audit | RequestKind::Investigation => 0,
        _ => reading.families_to_review(id)?.len(),
    };
    if open == 0 {
        return Ok(());
    }
    let more = match request.kind {
        RequestKind::Litigation => "; the attorney may decide to stop (recordroom review stop)",
        _ => "",
    };
    Err(RequestError::Refused(format!(
        "{open} families collected for {id} have items that have no decision; only a request that was withdrawn, abandoned \
         or referred closes with them (--outcome){more}"
    )))
}

/// The outcome that decisions, productions and inspections tell.
fn told(reading: &Reading<'_>, id: RequestId) -> Result<RequestOutcome, RequestError> {
    let progress = progress(reading, id)?;
    let decisions = reading.decisions(id)?;
    let is = |wanted: &[Decision]| decisions.iter().any(|one| wanted.contains(&one.decision));
    let withheld = is(&[Decision::Withheld, Decision::PartlyWithheld]);
    let given = is(&[Decision::Responsive, Decision::PartlyWithheld]);
    Ok(match (progress.productions.is_empty(), withheld) {
        (false, true) => RequestOutcome::GrantedInPart,
        (false, false) => RequestOutcome::Granted,
        (true, _) if !progress.inspections.is_empty() => RequestOutcome::Inspected,
        (true, true) if !given => RequestOutcome::Denied,
        (true, false) if !given && !decisions.is_empty() => RequestOutcome::NoData,
        (true, _) => RequestOutcome::NotStated,
    })
}

/// Opens a closed request again: what it reaches is protected again from now on. What was destroyed meanwhile is gone.
pub fn reopen(repository: &mut Repository, id: RequestId, reason: &str, actor: &str) -> Result<(), RequestError> {
    if reason.trim().is_empty() {
        return Err(RequestError::Refused("opening a request again needs the reason".to_owned()));
    }
    let at = repository.now();
    let scope = repository.catalog().reading().request(id)?.scope;
    repository.catalog_mut().write::<_, RequestError>(|writing| {
        if refuse_closed(writing, id).is_ok() {
            return Err(RequestError::Refused(format!("the request {id} is open")));
        }
        let reading = writing.reading();
        let status = match (reading.productions_of(id)?.is_empty(), reading.collected(id)?.is_empty()) {
            (false, _) => RequestStatus::Produced,
            (true, false) => RequestStatus::UnderReview,
            (true, true) => RequestStatus::Open,
        };
        writing.reopen_request(id, status)?;
        let details = serde_json::json!({ "reason": reason });
        writing.record_event(at, actor, Act::RequestReopened, &id.to_string(), &details)?;
        Ok(())
    })?;
    protect(repository, id, &Compiled::in_force(&scope))
}
