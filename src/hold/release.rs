//! The release of a hold: with its reason, by its issuer, and with a cooling period.

use super::amend::{in_force, may_let_go};
use super::{Confirmation, HoldError, cooling, recording_refusal};
use crate::base::id::HoldId;
use crate::catalog::Guard;
use crate::model::event::Act;
use crate::protection::catch_up;
use crate::repository::Repository;
use chrono::NaiveDate;
use serde_json::{Value, json};

/// What a release came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// Families it covered.
    pub items: u64,
    /// The last day of the cooling period, in which none of them is destroyed.
    pub protected_until: NaiveDate,
}

/// Releases a hold that the acting person issued, and says how many families it covered.
pub fn release(repository: &mut Repository, hold: HoldId, reason: &str, actor: &str) -> Result<u64, HoldError> {
    Ok(release_confirmed(repository, hold, reason, actor, None)?.items)
}

/// Releases a hold. Nothing is destroyed by it: through the cooling period the hold protects as before, also what comes
/// in, and only a plan made after that can name what it had covered. What that was stays recorded, so that a plan made
/// before does not reach it either. A hold that overlaps it is not touched.
pub fn release_confirmed(
    repository: &mut Repository,
    id: HoldId,
    reason: &str,
    actor: &str,
    confirmation: Option<&Confirmation>,
) -> Result<Released, HoldError> {
    recording_refusal(repository, id, actor, |repository| {
        if reason.trim().is_empty() {
            return Err(HoldError::Incomplete("a release needs its reason"));
        }
        let hold = in_force(repository, id)?;
        may_let_go(repository, &hold, ("release", &Value::Null), reason, actor, confirmation)?;
        // What it has not looked at yet counts as covered, and no plan from before may name that either: so it looks first.
        catch_up(repository)?;
        let (at, protected_until) = (repository.now(), cooling(repository));
        repository.catalog_mut().write::<_, HoldError>(|writing| {
            let items = writing.reading().families_guarded_by(Guard::Hold(id))?.len() as u64;
            writing.release_hold(id, actor, at, reason, protected_until)?;
            let details = json!({
                "reason": reason, "items": items, "protected_until": protected_until,
                "confirmation": confirmation.map(|one| &one.document),
            });
            writing.record_event(at, actor, Act::HoldReleased, &id.to_string(), &details)?;
            Ok(Released { items, protected_until })
        })
    })
}
