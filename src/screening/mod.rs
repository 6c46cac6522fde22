//! Screening: what came from an employee's own device is set aside until the employee, or a screener the profile names,
//! has sorted it into government data and personal things.
//!
//! *Invariants:* what is set aside is in no ordinary list, count or search, and it is under every hold and request all
//! the same: protection never asks where an item came from. Whoever sorts sees counts, correspondents and conversations;
//! an item's content only one by one, and each look is an event. A decision is an event with its reason. Nothing here
//! destroys: personal items go by a plan, as everything does.

use crate::base::fault;
use crate::base::id::{CustodianId, FamilyId};
use crate::base::limits;
use crate::base::{durable, trouble};
use crate::catalog::{CatalogError, FamilyRow, FamilyState, Reading};
use crate::classification::{Group, GroupedBy, Shown, groups};
use crate::model::event::Act;
use crate::model::profile::Profile;
use crate::model::screening::{Screening, ScreeningDecision};
use crate::repository::{Repository, RepositoryError, StoredFamily};
use chrono::{Days, NaiveDate};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Something could not be sorted.
#[derive(Debug, thiserror::Error)]
pub enum ScreeningError {
    /// The repository failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// It is not allowed, or not possible.
    #[error("{message}")]
    Refused {
        /// Why.
        message: String,
        /// What to do.
        hint: String,
    },
}

fn refused(message: impl Into<String>, hint: impl Into<String>) -> ScreeningError {
    ScreeningError::Refused { message: message.into(), hint: hint.into() }
}

/// What is set aside of one custodian.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OfCustodian {
    /// The custodian; `None` where nobody is known.
    pub custodian: Option<String>,
    /// Who may sort it.
    pub sorted_by: Vec<String>,
    /// Items nobody has sorted, by kind.
    pub undecided: BTreeMap<String, u64>,
    /// Items sorted as personal that are still here.
    pub personal: u64,
    /// By when the first of those has to be gone.
    pub destroy_by: Option<NaiveDate>,
    /// Items of both that a hold or a request protects.
    pub protected: u64,
}

/// Counts for every custodian; nothing of any content.
pub fn counts(repository: &Repository) -> Result<Vec<OfCustodian>, ScreeningError> {
    let (reading, today, profile) = (repository.catalog().reading(), repository.today(), repository.profile());
    let days = Days::new(u64::from(profile.policy.personal_days));
    let custodians = reading.custodians()?;
    let everybody = custodians.iter().map(|(id, name, _)| (Some(*id), Some(name.clone()))).chain([(None, None)]);
    let mut all = Vec::new();
    for (id, name) in everybody {
        let mut one = OfCustodian { custodian: name, ..OfCustodian::default() };
        for family in reading.set_aside_of(id)? {
            match reading.screening(family)? {
                Some(Screening::Undecided) => {
                    *one.undecided.entry(reading.family(family)?.kind.word().to_owned()).or_default() += 1;
                }
                Some(Screening::Personal { since }) => {
                    one.personal += 1;
                    let due = since.checked_add_days(days);
                    one.destroy_by = one.destroy_by.into_iter().chain(due).min();
                }
                _ => continue,
            }
            one.protected += u64::from(!reading.guards_of(family, today)?.is_empty());
        }
        if one.personal > 0 || !one.undecided.is_empty() {
            one.sorted_by = sorters(profile, one.custodian.as_deref());
            all.push(one);
        }
    }
    Ok(all)
}

/// Who may sort what came from a custodian's device: the custodian, and the screener the profile names. What is nobody's
/// is sorted by the responsible authority or the compliance official.
fn sorters(profile: &Profile, custodian: Option<&str>) -> Vec<String> {
    let mut all: Vec<String> = match custodian {
        None => vec![profile.responsible_authority.clone(), profile.compliance_official.clone()],
        Some(name) => {
            let known = profile.custodians.iter().filter(|one| one.name == name).map(|one| one.screener.clone());
            std::iter::once(name.to_owned()).chain(known).collect()
        }
    };
    all.retain(|one| !one.trim().is_empty());
    all.dedup();
    all
}

/// Refuses whoever may not sort an item. A label is no proof: outside of the program the city sees to who may use it.
fn check_may_sort(
    reading: &Reading<'_>,
    profile: &Profile,
    family: FamilyId,
    actor: &str,
) -> Result<(), ScreeningError> {
    let names = reading.custodians()?;
    let mut allowed = BTreeSet::new();
    for whose in reading.copy_custodians(family)? {
        let name = names.iter().find(|(id, ..)| Some(*id) == whose).map(|(_, name, _)| name.as_str());
        allowed.extend(sorters(profile, name));
    }
    if allowed.iter().any(|one| one.trim().eq_ignore_ascii_case(actor.trim())) {
        return Ok(());
    }
    let allowed: Vec<String> = allowed.into_iter().collect();
    let hint = if allowed.is_empty() {
        "The agency profile names nobody who may: give the custodian a `screener` there.".to_owned()
    } else {
        format!("It is sorted by {}: say who acts with --as.", allowed.join(" or "))
    };
    Err(refused(format!("{actor} may not look at what came from this personal device"), hint))
}

/// What one custodian has to sort: by correspondent and by conversation, the biggest first. Subjects are left out.
pub fn list(
    repository: &Repository,
    custodian: Option<CustodianId>,
    actor: &str,
) -> Result<(Vec<Group>, u64), ScreeningError> {
    let (reading, profile) = (repository.catalog().reading(), repository.profile());
    let mut rows: Vec<FamilyRow> = Vec::new();
    for family in reading.set_aside_of(custodian)? {
        let row = reading.family(family)?;
        if row.state == FamilyState::Live && reading.screening(family)? == Some(Screening::Undecided) {
            check_may_sort(&reading, profile, family, actor)?;
            rows.push(row);
        }
    }
    let (mut groups, unreadable) = groups(repository, &rows);
    for group in groups.iter_mut().filter(|group| group.by == GroupedBy::Conversation) {
        group.name = String::new();
    }
    Ok((groups, unreadable))
}

/// Shows one item that is set aside, to sort it. The look is recorded before anything is shown.
pub fn view(
    repository: &mut Repository,
    family: FamilyId,
    reason: &str,
    actor: &str,
) -> Result<StoredFamily, ScreeningError> {
    if reason.trim().is_empty() {
        return Err(refused(
            "looking at an item needs the reason",
            "Say why its correspondent does not tell: --reason",
        ));
    }
    let at = repository.now();
    check_set_aside(&repository.catalog().reading(), family)?;
    check_may_sort(&repository.catalog().reading(), repository.profile(), family, actor)?;
    repository.catalog_mut().write::<_, ScreeningError>(|writing| {
        let details = serde_json::json!({ "reason": reason });
        writing.record_event(at, actor, Act::ScreeningViewed, &family.to_string(), &details)?;
        Ok(())
    })?;
    Ok(repository.family(family)?)
}

fn check_set_aside(reading: &Reading<'_>, family: FamilyId) -> Result<(), ScreeningError> {
    if reading.is_set_aside(family)? {
        return Ok(());
    }
    let hint = format!("Show it with: recordroom show {family}");
    Err(refused(format!("{family} is not set aside: it is an ordinary item"), hint))
}

/// What a decision came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sorted {
    /// The decision.
    pub decision: ScreeningDecision,
    /// Items decided.
    pub items: u64,
    /// Of them, protected by a hold or a request: personal ones stay until that ends.
    pub protected: u64,
    /// By when personal ones have to be gone.
    pub destroy_by: Option<NaiveDate>,
}

/// Decides what items are. It may be decided otherwise as long as they are here and set aside.
pub fn decide(
    repository: &mut Repository,
    families: &[FamilyId],
    decision: ScreeningDecision,
    reason: &str,
    actor: &str,
) -> Result<Sorted, ScreeningError> {
    if families.is_empty() {
        return Err(refused("no item was named", "Name the items, such as R-12 or F-7."));
    }
    if reason.trim().is_empty() {
        return Err(refused("a decision needs its reason", "Say why in a few words, without quoting the item."));
    }
    let (at, today) = (repository.now(), repository.today());
    let profile = repository.profile().clone();
    let wanted: Vec<FamilyId> = families.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let protected = repository.catalog_mut().write::<_, ScreeningError>(|writing| {
        let reading = writing.reading();
        let mut protected = 0;
        for batch in wanted.chunks(limits::BATCH_ITEMS) {
            let details = serde_json::json!({ "families": batch, "decision": decision, "reason": reason });
            let event = writing.record_event(at, actor, Act::Screened, "items", &details)?;
            for family in batch {
                if reading.family(*family)?.state != FamilyState::Live {
                    return Err(refused(format!("{family} is not here any more"), ""));
                }
                check_set_aside(&reading, *family)?;
                check_may_sort(&reading, &profile, *family, actor)?;
                let to = match decision {
                    ScreeningDecision::Government => Screening::Government,
                    ScreeningDecision::Personal => Screening::Personal { since: today },
                };
                writing.decide_screening(*family, to, event.id)?;
                protected += u64::from(!reading.guards_of(*family, today)?.is_empty());
            }
        }
        fault::point("decide screening").map_err(CatalogError::from)?;
        Ok(protected)
    })?;
    let days = Days::new(u64::from(profile.policy.personal_days));
    let destroy_by = (decision == ScreeningDecision::Personal).then(|| today.checked_add_days(days)).flatten();
    Ok(Sorted { decision, items: wanted.len() as u64, protected, destroy_by })
}

/// Decides a group that was shown, and only exactly that one.
pub fn decide_group(
    repository: &mut Repository,
    custodian: Option<CustodianId>,
    shown: (&str, u64),
    decision: ScreeningDecision,
    reason: &str,
    actor: &str,
) -> Result<Sorted, ScreeningError> {
    let (digest, count) = shown;
    let (all, _) = list(repository, custodian, actor)?;
    let found: Vec<Group> = all.into_iter().filter(|group| group.digest.starts_with(digest)).collect();
    let hint = "Show the list again, and decide the group as it stands there.";
    let Some(group) = found.first().filter(|one| found.iter().all(|other| other.digest == one.digest)) else {
        return Err(refused(format!("there is no group {digest} to sort"), hint));
    };
    if Shown::of(&group.families).count != count {
        return Err(refused(format!("the group has {} items, and {count} were shown", group.count), hint));
    }
    decide(repository, &group.families, decision, reason, actor)
}

/// Writes the originals of a custodian's personal items into a new folder, to be given back to the person. They stay here
/// until a plan destroys them.
pub fn give_back(
    repository: &mut Repository,
    custodian: CustodianId,
    folder: &Path,
    actor: &str,
) -> Result<u64, ScreeningError> {
    let failed = |error: std::io::Error| refused(trouble::plain(&error), "Name a new folder.");
    if folder.exists() {
        return Err(refused(format!("{} is there already", folder.display()), "Name a new folder."));
    }
    let at = repository.now();
    let mut personal = Vec::new();
    let reading = repository.catalog().reading();
    for family in reading.set_aside_of(Some(custodian))? {
        if matches!(reading.screening(family)?, Some(Screening::Personal { .. })) {
            check_may_sort(&reading, repository.profile(), family, actor)?;
            personal.push(reading.family(family)?);
        }
    }
    if personal.is_empty() {
        return Err(refused("nothing of this custodian was sorted as personal", "Sort first: recordroom screen list"));
    }
    durable::create_dir_all(folder).map_err(failed)?;
    for row in &personal {
        let ending = if repository.facts(row)?.shape == "message" { "eml" } else { "bin" };
        let bytes = repository.original(row)?;
        durable::create_new(&folder.join(format!("{}.{ending}", row.id)), &bytes).map_err(failed)?;
    }
    repository.catalog_mut().write::<_, ScreeningError>(|writing| {
        let families: Vec<FamilyId> = personal.iter().map(|row| row.id).collect();
        let details = serde_json::json!({ "families": families });
        writing.record_event(at, actor, Act::ScreeningReturned, &custodian.to_string(), &details)?;
        Ok(())
    })?;
    Ok(personal.len() as u64)
}
