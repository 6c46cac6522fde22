//! What the release of a hold would let go: shown before anybody releases it.

use super::DispositionError;
use crate::base::id::{FamilyId, HoldId};
use crate::catalog::Guard;
use crate::model::disposition::Eligibility;
use crate::repository::Repository;
use crate::retention::Adopted;

/// The families that a plan made today could name if this hold were released.
pub fn freed_by_release(repository: &Repository, hold: HoldId) -> Result<Vec<FamilyId>, DispositionError> {
    let guard = Guard::Hold(hold);
    let adopted = Adopted::load(repository)?;
    let evaluator = adopted.evaluator();
    let (reading, today) = (repository.catalog().reading(), repository.today());
    let others: Vec<_> = reading.live_guards(today)?.into_iter().filter(|(one, ..)| *one != guard).collect();
    let mut freed = Vec::new();
    for family in reading.families_guarded_by(guard)? {
        let row = reading.family(family)?;
        let kept_by_others = reading.guards_of(family, today)?.into_iter().any(|one| one != guard)
            || others.iter().any(|(_, _, through)| *through < row.touched);
        let verdict = adopted.verdict_without_guards(&evaluator, &reading, &row, today)?;
        if !kept_by_others && matches!(verdict.eligibility, Eligibility::Eligible { .. }) {
            freed.push(family);
        }
    }
    Ok(freed)
}
