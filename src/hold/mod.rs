//! Holds: placed with their scope, standing over everything taken in later, released with a reason, never deleted.

use crate::base::id::{CustodianId, EventId, FamilyId, HoldId};
use crate::catalog::{CatalogError, FamilyState, Guard, Reading};
use crate::model::event::Act;
use crate::model::hold::{Hold, Scope};
use crate::protection::{Compiled, ProtectionError, covered};
use crate::repository::Repository;

/// A hold could not be placed, previewed or released.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// The scope could not be evaluated.
    #[error(transparent)]
    Protection(#[from] ProtectionError),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// Something that a hold needs is missing.
    #[error("{0}")]
    Incomplete(&'static str),
}

/// A hold that was placed, and what it covers at once.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Its number.
    pub hold: HoldId,
    /// Families it covers now.
    pub covered: u64,
    /// Quarantined exceptions in its reach. Nothing destroys them, hold or not.
    pub exceptions: u64,
    /// Families whose destruction had been decided before the hold: it came too late for them.
    pub too_late: Vec<FamilyId>,
}

/// Places a hold. It is in force before anything is looked at: until every item has been, all of them count as covered.
pub fn place(
    repository: &mut Repository,
    matter: &str,
    reason: &str,
    scope: &Scope,
    actor: &str,
) -> Result<Placed, HoldError> {
    if matter.trim().is_empty() {
        return Err(HoldError::Incomplete("a hold needs the matter it is for"));
    }
    let compiled = Compiled::new(scope, "the hold")?;
    for family in &scope.families {
        repository.catalog().reading().family(*family)?;
    }
    let at = repository.now();
    let hold = repository.catalog_mut().write::<_, HoldError>(|writing| {
        let hold = writing.add_hold(matter, actor, at, reason, scope, EventId::new(-1))?;
        let details = serde_json::json!({ "matter": matter, "reason": reason, "scope": scope });
        writing.record_event(at, actor, Act::HoldPlaced, &hold.to_string(), &details)?;
        Ok(hold)
    })?;
    let through = repository.catalog().reading().last_touched()?;
    let families = covered(repository, &compiled, None)?;
    repository.catalog_mut().write::<_, HoldError>(|writing| {
        writing.protect(Guard::Hold(hold), &families)?;
        Ok(writing.set_guard_through(Guard::Hold(hold), through)?)
    })?;
    let reading = repository.catalog().reading();
    let exceptions = reading.exceptions()?.iter().filter(|one| reaches_exception(scope, one.custodian)).count() as u64;
    Ok(Placed { hold, covered: families.len() as u64, exceptions, too_late: too_late(&reading, scope)? })
}

/// What could not become a record has no date and no words that could be asked: only its custodian can put it outside.
fn reaches_exception(scope: &Scope, custodian: Option<CustodianId>) -> bool {
    let families_alone = Scope { families: scope.families.clone(), ..Scope::default() };
    let names_families_only = !scope.families.is_empty() && *scope == families_alone;
    let in_custody = scope.custodians.is_empty() || custodian.is_none_or(|one| scope.custodians.contains(&one));
    in_custody && !names_families_only
}

/// Families named by the scope that are gone, and those whose destruction is decided and not complete.
fn too_late(reading: &Reading<'_>, scope: &Scope) -> Result<Vec<FamilyId>, CatalogError> {
    let mut gone = Vec::new();
    for family in &scope.families {
        if reading.family(*family)?.state != FamilyState::Live {
            gone.push(*family);
        }
    }
    for destruction in reading.open_destructions()? {
        gone.extend(reading.tombstones(destruction.id)?.into_iter().map(|tombstone| tombstone.family));
    }
    gone.sort();
    gone.dedup();
    Ok(gone)
}

/// What a scope would cover, without placing anything.
pub fn preview(repository: &Repository, scope: &Scope) -> Result<Vec<FamilyId>, HoldError> {
    let compiled = Compiled::new(scope, "the hold")?;
    Ok(covered(repository, &compiled, None)?)
}

/// Releases a hold. Nothing is destroyed by it: only a later plan can name what it had covered. What that was stays
/// recorded, so that a plan made before does not reach it either.
pub fn release(repository: &mut Repository, hold: HoldId, reason: &str, actor: &str) -> Result<u64, HoldError> {
    if reason.trim().is_empty() {
        return Err(HoldError::Incomplete("a release needs its reason"));
    }
    let at = repository.now();
    repository.catalog_mut().write::<_, HoldError>(|writing| {
        let released = writing.reading().families_guarded_by(Guard::Hold(hold))?.len() as u64;
        writing.release_hold(hold, actor, at, reason)?;
        let details = serde_json::json!({ "reason": reason, "items": released });
        writing.record_event(at, actor, Act::HoldReleased, &hold.to_string(), &details)?;
        Ok(released)
    })
}

/// Every hold, released ones included, with the number of families each covers; a released one covers none.
pub fn list(repository: &Repository) -> Result<Vec<(Hold, u64)>, HoldError> {
    let reading = repository.catalog().reading();
    let mut all = Vec::new();
    for hold in reading.holds()? {
        let covered = reading.families_guarded_by(Guard::Hold(hold.id))?.len() as u64;
        all.push((hold, covered));
    }
    Ok(all)
}
