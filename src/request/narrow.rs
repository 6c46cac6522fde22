//! Narrowing what a request protects to what it asks for: a decision, recorded with its reason.

use super::RequestError;
use crate::base::id::RequestId;
use crate::catalog::Guard;
use crate::model::event::Act;
use crate::model::request::RequestStatus;
use crate::protection::catch_up;
use crate::repository::Repository;

/// Narrows the protection of an open request from its whole custodian and date scope to what it asks for, and says how
/// many families it let go. What the request reaches, what was collected for it and what cannot be searched in it stay
/// protected; no plan from before reaches what was let go.
pub fn narrow(repository: &mut Repository, id: RequestId, reason: &str, actor: &str) -> Result<u64, RequestError> {
    if reason.trim().is_empty() {
        return Err(RequestError::Refused("narrowing what a request protects needs the reason".to_owned()));
    }
    // What it has not looked at yet counts as protected, and no plan from before may name that either: so it looks first.
    catch_up(repository)?;
    let (at, today) = (repository.now(), repository.today());
    repository.catalog_mut().write::<_, RequestError>(|writing| {
        let reading = writing.reading();
        if reading.request(id)?.status == RequestStatus::Closed {
            return Err(RequestError::Refused(format!("the request {id} is closed")));
        }
        if reading.whole_scope(id, today)?.is_none() {
            let message = format!("the request {id} protects no more than it asks for");
            return Err(RequestError::Refused(message));
        }
        let wider = reading.families_guarded_by(Guard::WholeRequest(id))?;
        let asked: std::collections::BTreeSet<_> =
            reading.families_guarded_by(Guard::Request(id))?.into_iter().collect();
        let let_go = wider.iter().filter(|family| !asked.contains(family)).count() as u64;
        // From this day on it does not count; its rows stay, so that a plan made before drops what they name.
        let until = today.pred_opt().unwrap_or(today);
        writing.end_whole_scope(id, until)?;
        let details = serde_json::json!({ "reason": reason, "let_go": let_go });
        writing.record_event(at, actor, Act::RequestNarrowed, &id.to_string(), &details)?;
        Ok(let_go)
    })
}
