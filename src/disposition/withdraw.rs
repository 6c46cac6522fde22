//! Withdrawing a plan that is not to be run: it was made under rules that changed since, or somebody thought better of it.

use super::DispositionError;
use crate::base::id::PlanId;
use crate::catalog::PlanState;
use crate::model::event::Act;
use crate::repository::Repository;

/// Withdraws a plan that has destroyed nothing. It stays to be read, and is never run.
pub fn withdraw(repository: &mut Repository, id: PlanId, reason: &str, actor: &str) -> Result<(), DispositionError> {
    let refused = |message: String| Err(DispositionError::Refused(message));
    if reason.trim().is_empty() {
        return refused("withdrawing a plan needs the reason".to_owned());
    }
    let at = repository.now();
    repository.catalog_mut().write::<_, DispositionError>(|writing| {
        let reading = writing.reading();
        match reading.plan(id)?.1 {
            PlanState::Planned | PlanState::Approved => {}
            state => return refused(format!("the plan {id} is {state} already")),
        }
        if reading.destructions()?.iter().any(|one| one.plan == id) {
            return refused(format!("the plan {id} has begun to be run; run it again to finish it"));
        }
        let details = serde_json::json!({ "reason": reason });
        writing.record_event(at, actor, Act::PlanWithdrawn, &id.to_string(), &details)?;
        Ok(writing.set_plan_state(id, PlanState::Withdrawn)?)
    })
}
