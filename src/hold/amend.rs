//! Changing what a hold reaches. Anybody may add items; only the issuer changes the scope or, with a second person,
//! excludes items by name. Every change is an event that keeps the scope it made; earlier ones keep theirs.

use super::{Confirmation, HoldError, confirm, cooling, recording_refusal};
use crate::base::id::{EventId, FamilyId, HoldId};
use crate::catalog::Guard;
use crate::model::event::Act;
use crate::model::hold::{Hold, HoldState, Scope};
use crate::protection::{Compiled, catch_up, covered_by_each};
use crate::repository::Repository;
use crate::text::{is_same_person, is_surely_same_person};
use chrono::NaiveDate;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What an amendment would change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// Families it would cover that were not covered.
    pub added: Vec<FamilyId>,
    /// Families it would let go: the earlier scope reaches them, and the new one does not.
    pub let_go: Vec<FamilyId>,
}

/// What an amendment did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amended {
    /// Families the hold covers now.
    pub covered: u64,
    /// Of them, new.
    pub added: u64,
    /// Families let go.
    pub let_go: u64,
    /// The last day on which those are protected all the same.
    pub protected_until: NaiveDate,
}

/// The hold, when it is in force.
pub(super) fn in_force(repository: &Repository, id: HoldId) -> Result<Hold, HoldError> {
    let hold = repository.catalog().reading().hold(id)?;
    match hold.state {
        HoldState::Active => Ok(hold),
        HoldState::Released { .. } => Err(HoldError::Refused(format!("the hold {id} is released already"))),
    }
}

/// Refuses somebody who may let nothing go: the issuer may, and where the issuer is not there, anybody whose act a
/// registered second person confirms.
pub(super) fn may_let_go(
    repository: &Repository,
    hold: &Hold,
    (act, what): (&str, &Value),
    reason: &str,
    actor: &str,
    confirmation: Option<&Confirmation>,
) -> Result<(), HoldError> {
    if let Some(confirmation) = confirmation {
        return confirm::check(repository, hold.id, (act, what), reason, actor, confirmation);
    }
    if is_surely_same_person(actor, &hold.issued_by) {
        return Ok(());
    }
    Err(HoldError::Refused(format!(
        "the hold {} was issued by {}: only {0} and a second person, who confirms it, can let anything go for {1}",
        hold.id, hold.issued_by
    )))
}

/// The scope as an amendment leaves it: the predicate is the new one; items named before stay, and so do exclusions,
/// except of items that are named now.
fn amended(old: &Scope, new: &Scope) -> Scope {
    let mut scope = new.clone();
    let names: BTreeSet<FamilyId> = new.families.iter().copied().collect();
    scope.excluded = old.excluded.iter().copied().filter(|family| !names.contains(family)).collect();
    // A scope without a predicate reaches everything; beside items by name it would reach those alone.
    if !is_everything(&Scope { families: Vec::new(), ..new.clone() }) {
        let all: BTreeSet<FamilyId> = old.families.iter().copied().chain(names).collect();
        scope.families = all.into_iter().collect();
    }
    scope
}

/// Whether nothing narrows a scope.
fn is_everything(scope: &Scope) -> bool {
    *scope == Scope { excluded: scope.excluded.clone(), ..Scope::default() }
}

/// What an amendment would change, without changing it.
pub fn preview_amendment(repository: &Repository, id: HoldId, scope: &Scope) -> Result<Changed, HoldError> {
    let hold = in_force(repository, id)?;
    let scope = amended(&hold.scope, scope);
    let before = repository.catalog().reading().families_guarded_by(Guard::Hold(id))?;
    Ok(changed(repository, &hold.scope, &scope, &before)?.1)
}

/// The families the new scope covers, and what changes.
fn changed(
    repository: &Repository,
    old: &Scope,
    new: &Scope,
    before: &[FamilyId],
) -> Result<(Vec<FamilyId>, Changed), HoldError> {
    let (earlier, later) = (Compiled::in_force(old), Compiled::new(new, "the hold")?);
    let mut answers = covered_by_each(repository, &[&earlier, &later], None)?.into_iter();
    let (was, is) = (answers.next().unwrap_or_default(), answers.next().unwrap_or_default());
    let (was_set, is_set): (BTreeSet<_>, BTreeSet<_>) = (was.iter().collect(), is.iter().collect());
    let before_set: BTreeSet<_> = before.iter().collect();
    let added = is.iter().copied().filter(|family| !before_set.contains(family)).collect();
    // What the earlier scope does not reach any more, because a status or a custodian changed, was covered when it did:
    // that it does not fit the new one either is not what this amendment says.
    let goes = |family: &&FamilyId| was_set.contains(family) && !is_set.contains(family);
    let let_go = before.iter().filter(goes).copied().collect();
    Ok((is, Changed { added, let_go }))
}

/// Gives a hold another scope. Until every item has been looked at again, all of them count as covered.
pub fn amend(
    repository: &mut Repository,
    id: HoldId,
    scope: &Scope,
    reason: &str,
    actor: &str,
    confirmation: Option<&Confirmation>,
) -> Result<Amended, HoldError> {
    recording_refusal(repository, id, actor, |repository| {
        if reason.trim().is_empty() {
            return Err(HoldError::Incomplete("an amendment needs its reason"));
        }
        let hold = in_force(repository, id)?;
        may_let_go(repository, &hold, ("amend", &json!(scope)), reason, actor, confirmation)?;
        Compiled::new(scope, "the hold")?;
        for family in &scope.families {
            repository.catalog().reading().family(*family)?;
        }
        // What it has not looked at yet counts as covered, and is let go like the rest: so it looks first.
        catch_up(repository)?;
        let new = amended(&hold.scope, scope);
        let details = json!({
            "reason": reason, "scope": new, "confirmation": confirmation.map(|one| &one.document),
        });
        change(repository, &hold, &new, &details, actor)
    })
}

/// Adds items by name. Whoever knows of one may.
pub fn add(
    repository: &mut Repository,
    id: HoldId,
    families: &[FamilyId],
    reason: &str,
    actor: &str,
) -> Result<Amended, HoldError> {
    recording_refusal(repository, id, actor, |repository| {
        if reason.trim().is_empty() || families.is_empty() {
            return Err(HoldError::Incomplete("name the items to add, and the reason"));
        }
        let hold = in_force(repository, id)?;
        for family in families {
            repository.catalog().reading().family(*family)?;
        }
        let mut new = hold.scope.clone();
        new.excluded.retain(|family| !families.contains(family));
        if !is_everything(&new) {
            let all: BTreeSet<FamilyId> = new.families.iter().chain(families).copied().collect();
            new.families = all.into_iter().collect();
        }
        let details = json!({ "reason": reason, "scope": new, "added": families });
        let at = repository.now();
        // Nothing else changes, so nothing has to be looked at again.
        repository.catalog_mut().write::<_, HoldError>(|writing| {
            unchanged(&writing.reading().hold(id)?, &hold)?;
            writing.set_hold_scope(id, &new)?;
            writing.include(Guard::Hold(id), families)?;
            writing.record_event(at, actor, Act::HoldAmended, &id.to_string(), &details)?;
            Ok(())
        })?;
        let covered = repository.catalog().reading().families_guarded_by(Guard::Hold(id))?.len() as u64;
        let protected_until = repository.today();
        Ok(Amended { covered, added: families.len() as u64, let_go: 0, protected_until })
    })
}

/// Excludes items by name: the issuer, with a second registered person who has signed for it.
pub fn exclude(
    repository: &mut Repository,
    id: HoldId,
    families: &[FamilyId],
    reason: &str,
    actor: &str,
    confirmation: &Confirmation,
) -> Result<Amended, HoldError> {
    recording_refusal(repository, id, actor, |repository| {
        if reason.trim().is_empty() || families.is_empty() {
            return Err(HoldError::Incomplete("name the items to exclude, and the reason"));
        }
        let hold = in_force(repository, id)?;
        if !is_surely_same_person(actor, &hold.issued_by) {
            let message = format!("only {}, who issued the hold {id}, can exclude items from it", hold.issued_by);
            return Err(HoldError::Refused(message));
        }
        if is_same_person(&confirmation.by, &hold.issued_by) {
            let message = format!("{} issued the hold {id}, and somebody else has to confirm", hold.issued_by);
            return Err(HoldError::Refused(message));
        }
        confirm::check(repository, id, ("exclude", &json!(families)), reason, actor, confirmation)?;
        for family in families {
            repository.catalog().reading().family(*family)?;
        }
        let mut new = hold.scope.clone();
        let named_only = !new.families.is_empty() && is_everything(&Scope { families: Vec::new(), ..new.clone() });
        if named_only && new.families.iter().all(|family| families.contains(family)) {
            let message = format!("nothing would be left of the hold {id}; release it instead");
            return Err(HoldError::Refused(message));
        }
        new.families.retain(|family| !families.contains(family));
        let all: BTreeSet<FamilyId> = new.excluded.iter().chain(families).copied().collect();
        new.excluded = all.into_iter().collect();
        let (at, until) = (repository.now(), cooling(repository));
        let details = json!({
            "reason": reason, "scope": new, "excluded": families, "confirmed_by": confirmation.by,
            "confirmation": confirmation.document, "protected_until": until,
        });
        repository.catalog_mut().write::<_, HoldError>(|writing| {
            unchanged(&writing.reading().hold(id)?, &hold)?;
            writing.set_hold_scope(id, &new)?;
            writing.exclude(Guard::Hold(id), families, until)?;
            writing.record_event(at, actor, Act::HoldExcluded, &id.to_string(), &details)?;
            Ok(())
        })?;
        let covered = repository.catalog().reading().families_guarded_by(Guard::Hold(id))?.len() as u64;
        Ok(Amended { covered, added: 0, let_go: families.len() as u64, protected_until: until })
    })
}

/// Refuses a change to a hold that somebody else has changed since it was read.
fn unchanged(now: &Hold, then: &Hold) -> Result<(), HoldError> {
    if now == then { Ok(()) } else { Err(HoldError::Refused(format!("the hold {} was changed meanwhile", then.id))) }
}

fn change(
    repository: &mut Repository,
    hold: &Hold,
    new: &Scope,
    details: &Value,
    actor: &str,
) -> Result<Amended, HoldError> {
    let (id, guard, at) = (hold.id, Guard::Hold(hold.id), repository.now());
    let before = repository.catalog_mut().write::<_, HoldError>(|writing| {
        unchanged(&writing.reading().hold(id)?, hold)?;
        writing.set_hold_scope(id, new)?;
        writing.set_guard_through(guard, EventId::new(-1))?;
        writing.include(guard, &new.families)?;
        writing.record_event(at, actor, Act::HoldAmended, &id.to_string(), details)?;
        Ok(writing.reading().families_guarded_by(guard)?)
    })?;
    let through = repository.catalog().reading().last_touched()?;
    let (families, changed) = changed(repository, &hold.scope, new, &before)?;
    let until = cooling(repository);
    repository.catalog_mut().write::<_, HoldError>(|writing| {
        writing.protect(guard, &families)?;
        // Should somebody have amended it again meanwhile, that amendment looks at everything by itself.
        if writing.reading().hold(id)?.scope != *new {
            return Ok(());
        }
        if !changed.let_go.is_empty() {
            writing.let_go(guard, &changed.let_go, until)?;
            let details = json!({ "items": changed.let_go.len(), "protected_until": until });
            writing.record_event(at, actor, Act::HoldLetGo, &id.to_string(), &details)?;
        }
        writing.set_guard_through(guard, through)?;
        Ok(())
    })?;
    let covered = repository.catalog().reading().families_guarded_by(guard)?.len() as u64;
    let (added, let_go) = (changed.added.len() as u64, changed.let_go.len() as u64);
    Ok(Amended { covered, added, let_go, protected_until: until })
}
