//! Holds: placed with their scope, standing over everything taken in later, amended and released by their issuer, never
//! deleted.
//!
//! *Invariant:* what a hold covers only grows until its issuer amends or releases it, or the issuer and a second person
//! exclude items by name. What is let go stays protected for the city's cooling period.
//!
//! Reading order: this file (placing, preview), `amend` (scope, adds, exclusions), `confirm` (the second person),
//! `release`, `history`, `words` (a scope told), `letter` and `notice` (what custodians and IT are told), `package` (the
//! record of a matter).

mod amend;
mod confirm;
mod history;
mod letter;
mod notice;
mod package;
mod release;
mod words;

pub use amend::{Amended, Changed, add, amend, exclude, preview_amendment};
pub use confirm::{Confirmation, statement};
pub use history::{HistoryLine, history};
pub use letter::{LetterKind, copy_templates};
pub use notice::{
    Acknowledgement, Notice, WrittenNotice, acknowledge, due_reminders, not_told_of_release, notices, remind,
    write_notice,
};
pub use package::{Packaged, package};
pub use release::{Released, release, release_confirmed};
pub use words::told;

use crate::base::id::{CustodianId, EventId, FamilyId, HoldId};
use crate::catalog::{CatalogError, FamilyState, Guard, Reading};
use crate::letters::LetterError;
use crate::model::event::Act;
use crate::model::hold::{Hold, HoldBasis, Scope};
use crate::protection::{Compiled, ProtectionError, covered};
use crate::repository::{Repository, RepositoryError};
use chrono::{Days, NaiveDate};

/// A hold could not be placed, previewed, changed or released.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// The scope could not be evaluated.
    #[error(transparent)]
    Protection(#[from] ProtectionError),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The repository failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// Something that a hold needs is missing.
    #[error("{0}")]
    Incomplete(&'static str),
    /// A letter could not be written or kept.
    #[error(transparent)]
    Letter(#[from] LetterError),
    /// The step is not allowed to this person, or not now.
    #[error("{0}")]
    Refused(String),
}

/// What a new hold says.
#[derive(Debug, Clone)]
pub struct NewHold<'h> {
    /// The case or request behind it.
    pub matter: &'h str,
    /// Why there is a duty to preserve.
    pub basis: HoldBasis,
    /// Why, in words.
    pub reason: &'h str,
    /// Who issues it: the attorney, also where a clerk types it.
    pub issuer: &'h str,
    /// What it reaches.
    pub scope: &'h Scope,
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

/// Places a hold that the acting person issues.
pub fn place(
    repository: &mut Repository,
    matter: &str,
    reason: &str,
    scope: &Scope,
    actor: &str,
) -> Result<Placed, HoldError> {
    issue(repository, &NewHold { matter, basis: HoldBasis::NotStated, reason, issuer: actor, scope }, actor)
}

/// Places a hold. It is in force before anything is looked at: until every item has been, all of them count as covered.
pub fn issue(repository: &mut Repository, new: &NewHold<'_>, actor: &str) -> Result<Placed, HoldError> {
    let NewHold { matter, basis, reason, issuer, scope } = *new;
    if matter.trim().is_empty() {
        return Err(HoldError::Incomplete("a hold needs the matter it is for"));
    }
    if issuer.trim().is_empty() {
        return Err(HoldError::Incomplete("a hold needs the person who issues it"));
    }
    if !scope.excluded.is_empty() {
        return Err(HoldError::Incomplete(
            "items are excluded from a hold that is there, by its issuer and a second person",
        ));
    }
    let compiled = Compiled::new(scope, "the hold")?;
    for family in &scope.families {
        repository.catalog().reading().family(*family)?;
    }
    let at = repository.now();
    let hold = repository.catalog_mut().write::<_, HoldError>(|writing| {
        let hold = writing.add_hold(matter, issuer, at, reason, scope, EventId::new(-1))?;
        writing.set_hold_basis(hold, basis)?;
        let details = serde_json::json!({
            "matter": matter, "reason": reason, "basis": basis, "issuer": issuer, "scope": scope,
        });
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

/// The last day of a cooling period that begins today.
fn cooling(repository: &Repository) -> NaiveDate {
    let days = u64::from(repository.profile().policy.hold_cooling_days);
    repository.today().checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX).min(LAST_DAY)
}

/// The last day of a cooling period there can be: a later one has more than four digits in its year, and the catalog
/// compares days as text.
const LAST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day,
    None => panic!("every year has a last day"),
};

/// Runs a step of a hold, and records it when it is refused: whoever asks in four years is told that it was tried.
fn recording_refusal<T>(
    repository: &mut Repository,
    hold: HoldId,
    actor: &str,
    step: impl FnOnce(&mut Repository) -> Result<T, HoldError>,
) -> Result<T, HoldError> {
    let result = step(repository);
    if let Err(HoldError::Refused(message)) = &result {
        let at = repository.now();
        repository.catalog_mut().write::<_, HoldError>(|writing| {
            let details = serde_json::json!({ "reason": message });
            writing.record_event(at, actor, Act::Refused, &hold.to_string(), &details)?;
            Ok(())
        })?;
    }
    result
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
