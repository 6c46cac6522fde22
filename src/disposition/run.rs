//! The execution of an approved plan: every item is looked at again in the transaction that decides its end.

use super::certificate::{Certificate, issue};
use super::checked;
use super::plan::{policy_digest, read_plan};
use super::{APPROVAL_DOMAIN, DispositionError};
use crate::base::digest::Sha256Digest;
use crate::base::id::{FamilyId, PlanId};
use crate::base::monitor::{Monitor, Progress};
use crate::base::{clock::StopWatch, fault, limits};
use crate::catalog::{FamilyState, PlanState, Writing};
use crate::index::Index;
use crate::ledger::{MerkleBuilder, leaf_hash};
use crate::model::disposition::{DispositionPlan, Eligibility, PlanItem, RuleRef};
use crate::model::event::Act;
use crate::repository::{Repository, RepositoryError, Work, location_of, month_of};
use crate::retention::{Adopted, LiveGuards};
use crate::vault::{Location, Month};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What an execution came to.
#[derive(Debug, Clone)]
pub struct RunReport {
    /// Families destroyed.
    pub destroyed: u64,
    /// Families of the plan that were not destroyed, by the reason.
    pub dropped: BTreeMap<String, u64>,
    /// The certificate.
    pub certificate: Certificate,
    /// Where the certificate was written.
    pub written: PathBuf,
}

/// Executes an approved plan, once.
pub fn run(
    repository: &mut Repository,
    id: PlanId,
    actor: &str,
    monitor: &dyn Monitor,
) -> Result<RunReport, DispositionError> {
    let plan = read_plan(repository, id)?;
    let adopted = Adopted::load(repository)?;
    let mut work = repository.work()?;
    finish_open_intents(&mut work, actor)?;
    let approved_by = check_may_run(work.repository(), &plan, &adopted)?;
    second_place_holds(&mut work, &plan)?;
    let clock = StopWatch::start();
    let (mut done, mut dropped) = (0, BTreeMap::new());
    for batch in plan.items.chunks(limits::DESTROY_BATCH) {
        intend(&mut work, &plan, batch, &adopted, actor, &mut dropped)?;
        done += batch.len() as u64;
        let seconds = clock.seconds();
        monitor.progress(Progress { task: "Deciding", items: done, bytes: 0, total_bytes: 0, seconds });
    }
    finish_open_intents(&mut work, actor)?;
    let at = work.repository().now();
    work.repository_mut()
        .catalog_mut()
        .write::<_, DispositionError>(|writing| Ok(writing.set_plan_state(id, PlanState::Executed)?))?;
    let (certificate, written) = issue(work.repository(), &plan, &approved_by, actor, &dropped, at)?;
    Ok(RunReport { destroyed: certificate.destroyed, dropped, certificate, written })
}

/// Refuses whatever has changed since the plan was approved (I4).
fn check_may_run(
    repository: &Repository,
    plan: &DispositionPlan,
    adopted: &Adopted,
) -> Result<String, DispositionError> {
    let refused = |message: String| Err(DispositionError::Refused(message));
    let reading = repository.catalog().reading();
    let (document, state) = reading.plan(plan.plan)?;
    match state {
        PlanState::Approved => {}
        PlanState::Planned => return refused(format!("the plan {} is not approved", plan.plan)),
        PlanState::Executed => return refused(format!("the plan {} was executed already", plan.plan)),
    }
    let Some((approval, approved_by)) = reading.approval(plan.plan)? else {
        return refused(format!("the plan {} has no approval", plan.plan));
    };
    let unreadable =
        |error: serde_json::Error| DispositionError::Unreadable { what: "approval", message: error.to_string() };
    let value: serde_json::Value = serde_json::from_str(&approval).map_err(unreadable)?;
    let key = match reading.approver(&approved_by)? {
        Some((public, _)) => public,
        None if plan.exercise => repository.signer().public_key_hex(),
        None => return refused(format!("{approved_by} is not registered to approve")),
    };
    let approval = checked(APPROVAL_DOMAIN, &value, Some(&key))
        .map_err(|error| DispositionError::Changed { what: "approval", error })?;
    let digest = Sha256Digest::of(document.as_bytes()).to_string();
    if approval.get("plan_sha256").and_then(serde_json::Value::as_str) != Some(digest.as_str()) {
        return refused("the approval is for another plan".to_owned());
    }
    if plan.repository != repository.profile().repository {
        return refused("the plan belongs to another repository".to_owned());
    }
    let schedules_differ =
        adopted.digests.iter().any(|(key, digest)| plan.inputs.get(&format!("schedule {key}")) != Some(digest))
            || plan.inputs.len() != adopted.digests.len() + 1;
    if schedules_differ || plan.inputs.get("policy") != Some(&policy_digest(repository.profile())) {
        return refused("a schedule or a policy switch changed since the plan was made; make a new plan".to_owned());
    }
    Ok(approved_by)
}

/// Destruction begins only when a restore could still bring back everything that stays.
fn second_place_holds(work: &mut Work<'_>, plan: &DispositionPlan) -> Result<(), DispositionError> {
    let mut months: Vec<Month> = Vec::new();
    for item in &plan.items {
        let row = work.repository().catalog().reading().family(item.family)?;
        if row.state == FamilyState::Live {
            months.push(month_of(&row.at)?);
        }
    }
    months.sort();
    months.dedup();
    work.keys().second_place_reads_back(&months).map_err(|error| {
        let message = format!("the second place of the key set does not read back, so nothing is destroyed: {error}");
        DispositionError::Refused(message)
    })
}

/// The point of no return for one batch: guards, rules and status are looked at in this very transaction (I3, I4).
fn intend(
    work: &mut Work<'_>,
    plan: &DispositionPlan,
    batch: &[PlanItem],
    adopted: &Adopted,
    actor: &str,
    dropped: &mut BTreeMap<String, u64>,
) -> Result<(), DispositionError> {
    let (at, today) = (work.repository().now(), work.repository().today());
    let evaluator = adopted.evaluator();
    work.repository_mut().catalog_mut().write::<_, DispositionError>(|writing| {
        let reading = writing.reading();
        let guards = LiveGuards::load(&reading, today)?;
        let mut doomed: Vec<(FamilyId, RuleRef)> = Vec::new();
        let mut tree = MerkleBuilder::default();
        for item in batch {
            let row = reading.family(item.family)?;
            if row.state != FamilyState::Live || row.name != item.digest {
                *dropped.entry("no longer here".to_owned()).or_default() += 1;
                continue;
            }
            let verdict = adopted.verdict(&evaluator, &reading, &row, &guards, today)?;
            match (&verdict.eligibility, verdict.rule) {
                (Eligibility::Eligible { .. }, Some(rule)) => {
                    tree.push(leaf_hash(format!("{} {} destroyed", item.family, item.digest).as_bytes()));
                    doomed.push((item.family, rule));
                }
                _ => {
                    let reason = verdict.reasons.first().map_or("not eligible", |reason| reason.sentence.as_str());
                    *dropped.entry(reason.to_owned()).or_default() += 1;
                }
            }
        }
        if doomed.is_empty() {
            return Ok(());
        }
        let details =
            serde_json::json!({ "plan": plan.plan, "items": doomed.len(), "merkle_root": tree.root().to_string() });
        let event = writing.record_event(at, actor, Act::DestructionIntended, &plan.plan.to_string(), &details)?;
        fault::point("intend destruction").map_err(crate::catalog::CatalogError::from)?;
        writing.intend_destruction(plan.plan, &doomed, event.id, at)?;
        Ok(())
    })
}

/// Carries every decided destruction to its end: key, words, bytes, tombstone. Each step may be done again.
pub fn finish_open_intents(work: &mut Work<'_>, actor: &str) -> Result<u64, DispositionError> {
    let reading = work.repository().catalog().reading();
    let open: Vec<_> = reading.destructions()?.into_iter().filter(|one| one.finished.is_none()).collect();
    if open.is_empty() {
        return Ok(0);
    }
    let mut keys: Vec<(Month, FamilyId)> = Vec::new();
    let mut families: Vec<(FamilyId, String)> = Vec::new();
    let mut places: Vec<Location> = Vec::new();
    for destruction in &open {
        for tombstone in reading.tombstones(destruction.id)? {
            let row = reading.family(tombstone.family)?;
            keys.push((month_of(&row.at)?, row.id));
            families.push((row.id, row.at.month.clone()));
            places.push(location_of(&row.at)?);
        }
    }
    work.keys().erase(&keys).map_err(RepositoryError::from)?;
    let mut index = Index::open(&work.repository().layout().index()).map_err(RepositoryError::from)?;
    index.remove(&families).map_err(RepositoryError::from)?;
    work.repository().vault().release(&places).map_err(RepositoryError::from)?;
    let at = work.repository().now();
    for destruction in &open {
        work.repository_mut()
            .catalog_mut()
            .write::<_, DispositionError>(|writing| complete(writing, destruction.id, actor, at))?;
    }
    // The log still has the rows as they were; it is written back and emptied before the end is told (I13).
    work.repository().catalog().checkpoint()?;
    Ok(families.len() as u64)
}

fn complete(
    writing: &Writing<'_>,
    destruction: i64,
    actor: &str,
    at: chrono::DateTime<chrono::Utc>,
) -> Result<(), DispositionError> {
    let gone = writing.reading().tombstones(destruction)?;
    let mut tree = MerkleBuilder::default();
    for tombstone in &gone {
        let name = writing.reading().family(tombstone.family)?.name;
        tree.push(leaf_hash(format!("{} {name} destroyed", tombstone.family).as_bytes()));
    }
    let details = serde_json::json!({ "items": gone.len(), "merkle_root": tree.root().to_string() });
    let event = writing.record_event(at, actor, Act::Destroyed, &destruction.to_string(), &details)?;
    writing.finish_destruction(destruction, event.id)?;
    Ok(())
}
