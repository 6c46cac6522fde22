//! I3 and I4: every destruction is named in an approved plan, nothing under a guard was intended, and what was decided
//! and not finished is named.

use super::holds::periods;
use super::{Check, VerifyError};
use crate::base::digest::KeyedDigest;
use crate::base::id::{EventId, FamilyId, PlanId};
use crate::catalog::{FamilyFilter, FamilyState, PlanState};
use crate::model::disposition::DispositionPlan;
use crate::model::event::Act;
use crate::text::is_same_person;
use crate::verify::documents::{check_approval_by, check_plan, check_planner};
use std::collections::{BTreeMap, BTreeSet};

/// The list of a plan that verified and was approved.
type Approved = BTreeMap<PlanId, BTreeMap<FamilyId, KeyedDigest>>;

pub(super) fn check(check: &mut Check<'_>) -> Result<(), VerifyError> {
    let reading = check.reading();
    let approved = plans(check)?;
    let periods = periods(&reading)?;
    let restored = lists_of_restores(check)?;
    let zone = check.repository.zone();
    let mut named: Vec<FamilyId> = Vec::new();
    for destruction in reading.destructions()? {
        let tombstones = reading.tombstones(destruction.id)?;
        if destruction.finished.is_none() {
            let message = format!(
                "the destruction of {} items was decided and is not complete; the next run finishes it",
                tombstones.len()
            );
            check.find("intent-open", destruction.plan, message);
        }
        let list = approved.get(&destruction.plan);
        for tombstone in &tombstones {
            named.push(tombstone.family);
            let Some(row) = check.family(tombstone.family)? else { continue };
            let state = if destruction.finished.is_some() { FamilyState::Destroyed } else { FamilyState::Intended };
            if row.state != state {
                let message = format!("its row says {}, and its destruction says otherwise", row.state);
                check.find("state-differs", row.id, message);
            }
            if list.and_then(|list| list.get(&row.id)) != Some(&row.name) {
                check.find("destroyed-without-plan", row.id, "no approved plan names it (I4)");
            }
            let custodians = reading.copy_custodians(row.id)?;
            let when = (destruction.intent, tombstone);
            // What was destroyed after a backup may have been freed after it too: the holds of the backup say nothing of
            // that. The restore told of each such item, and its certificate was written then.
            let of_a_restore = restored.contains(&destruction.plan);
            if !of_a_restore && periods.iter().any(|period| period.forbade(&row, &custodians, when, zone)) {
                let message =
                    "a hold that reached it was in force, or in its cooling period, when it was destroyed (I3)";
                check.find("destroyed-under-hold", row.id, message);
            }
        }
        check.looked_at("Verifying destructions", tombstones.len() as u64)?;
    }
    named.sort();
    let filter = FamilyFilter { with_destroyed: true, ..FamilyFilter::default() };
    let mut unnamed = Vec::new();
    reading.each_family::<VerifyError>(filter, |row| {
        if row.state != FamilyState::Live && named.binary_search(&row.id).is_err() {
            unnamed.push(row.id);
        }
        Ok(())
    })?;
    for family in unnamed {
        check.find("destroyed-without-plan", family, "it is gone, and no destruction names it (I4)");
    }
    Ok(())
}

/// The list of what was destroyed after a backup names the restore among its inputs.
const RESTORED: &str = "restored";

/// The plans that a restore made right after it: lists of what was destroyed after the backup.
fn lists_of_restores(check: &Check<'_>) -> Result<BTreeSet<PlanId>, VerifyError> {
    let mut all = BTreeSet::new();
    let mut last: Option<Act> = None;
    check.reading().each_event::<VerifyError>(EventId::new(0), |event| {
        let is_after = last == Some(Act::Restored);
        if event.act == Act::Planned && is_after {
            all.extend(event.subject.parse::<PlanId>().ok());
        }
        last = Some(event.act);
        Ok(())
    })?;
    Ok(all)
}

/// Outside exercises it is proved who made a plan that was approved.
fn planner(check: &mut Check<'_>, plan: &DispositionPlan, document: &str) -> Result<(), VerifyError> {
    if plan.exercise {
        return Ok(());
    }
    let reading = check.reading();
    let about = reading.events_about(&plan.plan.to_string())?;
    let event = about.iter().find(|event| event.act == Act::Planned);
    let details = event.and_then(|event| serde_json::from_str(&event.details).ok()).unwrap_or_default();
    let key = reading.approver(&plan.planned_by)?.map(|(key, _)| key);
    // Plans of older versions say nothing of it, and what was done with them is done.
    if let Some(Err(why)) = check_planner(&details, document, &plan.planned_by, key.as_deref()) {
        check.find(
            "planner-not-proved",
            plan.plan,
            format!("it was approved, and who made it is not proved: {why} (I4)"),
        );
    }
    Ok(())
}

/// Checks every plan and its approval, and returns the lists of those that were approved.
fn plans(check: &mut Check<'_>) -> Result<Approved, VerifyError> {
    let reading = check.reading();
    let own = check.repository.signer().public_key_hex();
    let (mut approved, mut gone_before_restore) = (Approved::new(), Approved::new());
    let restored_by = lists_of_restores(check)?;
    for id in reading.plans()? {
        check.looked_at("Verifying plans", 1)?;
        let (document, state) = reading.plan(id)?;
        let plan = match check_plan(&document, Some(&own)) {
            Ok(plan) if plan.plan == id && plan.repository == check.repository.profile().repository => plan,
            Ok(plan) => {
                let message = format!("it is the plan {} of the repository {}", plan.plan, plan.repository);
                check.find("plan-changed", id, message);
                continue;
            }
            Err(error) => {
                check.find("plan-changed", id, format!("the plan is not as it was signed: {error}"));
                continue;
            }
        };
        let approval = reading.approval(id)?;
        // A withdrawn plan may have been approved or not.
        if state != PlanState::Withdrawn && approval.is_some() == (state == PlanState::Planned) {
            check.find("plan-state-differs", id, format!("it is {state}, and its approval says otherwise"));
        }
        let Some((approval, approved_by)) = approval else {
            // What was destroyed after a backup is listed by the restore, and approved by nobody a second time.
            if plan.inputs.contains_key(RESTORED) && restored_by.contains(&id) {
                gone_before_restore.insert(id, plan.items.iter().map(|item| (item.family, item.digest)).collect());
            }
            continue;
        };
        let registered = reading.approver(&approved_by)?.map(|(key, _)| key);
        // In an exercise the repository's key stands for a person who was not registered when the plan was approved.
        let keys: Vec<String> = registered.into_iter().chain(plan.exercise.then(|| own.clone())).collect();
        match check_approval_by(&approval, &document, &approved_by, &keys) {
            Some(Ok(())) => {}
            Some(Err(error)) => {
                check.find("approval-changed", id, format!("the approval is not as it was signed: {error}"));
                continue;
            }
            None => {
                check.find("approval-changed", id, format!("{approved_by} is not registered to approve"));
                continue;
            }
        }
        if is_same_person(&plan.planned_by, &approved_by) {
            check.find("approved-by-planner", id, format!("{approved_by} both made and approved it (I4)"));
            continue;
        }
        planner(check, &plan, &document)?;
        approved.insert(id, plan.items.iter().map(|item| (item.family, item.digest)).collect());
    }
    approved.extend(gone_before_restore);
    Ok(approved)
}
