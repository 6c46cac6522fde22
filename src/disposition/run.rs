//! The execution of an approved plan: every item is looked at again in the transaction that decides its end.
//!
//! A batch is decided and its keys are erased before the next batch is looked at, so a hold that is placed meanwhile
//! stops what is left. Words, bytes and tombstones follow for all batches together.

use super::DispositionError;
use super::approve::{is_registered_by_ledger, is_same_person};
use super::breaker;
use super::certificate::{Issued, Occasion, issue};
use super::plan::{inputs, read_plan};
use super::planner;
use super::stop::standing_stop;
use crate::base::digest::Sha256Digest;
use crate::base::id::{FamilyId, PlanId};
use crate::base::monitor::{Monitor, Progress};
use crate::base::{clock::StopWatch, fault, limits};
use crate::catalog::{DestructionRow, FamilyRow, FamilyState, Guard, PlanState, Reading, Writing};
use crate::index::Index;
use crate::model::disposition::{DispositionPlan, Eligibility, PlanItem, ReasonCode, RuleRef, Verdict};
use crate::model::event::Act;
use crate::protection::{catch_up, last_look};
use crate::repository::{Repository, RepositoryError, Work, location_of, month_of};
use crate::retention::{Adopted, LiveGuards};
use crate::vault::{Location, Month};
use crate::verify::certificate::{Certificate, destroyed_root};
use crate::verify::documents::check_approval_by;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Why items of a plan stay when what it was computed from has changed under the run.
const INPUTS_CHANGED: &str = "a schedule, a department or a policy switch changed since the plan was made";

/// Why an item of a plan stays that does not open.
const UNREADABLE: &str = "it does not read back, so nobody can say what it is; run: recordroom verify";

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
    /// SHA-256 of the signed document.
    pub sha256: Sha256Digest,
}

/// Executes an approved plan, once. Interrupted anywhere, the same call goes on with it. A refusal is recorded.
pub fn run(
    repository: &mut Repository,
    id: PlanId,
    actor: &str,
    monitor: &dyn Monitor,
) -> Result<RunReport, DispositionError> {
    let result = run_unrecorded(repository, id, actor, monitor);
    if let Err(DispositionError::Refused(message)) = &result {
        super::record_refusal(repository, id, actor, message)?;
    }
    result
}

fn run_unrecorded(
    repository: &mut Repository,
    id: PlanId,
    actor: &str,
    monitor: &dyn Monitor,
) -> Result<RunReport, DispositionError> {
    let plan = read_plan(repository, id)?;
    refuse_while_stopped(&repository.catalog().reading())?;
    catch_up(repository)?;
    let adopted = Adopted::load(repository)?;
    let mut work = repository.work()?;
    finish_open_intents(&mut work, actor)?;
    let approved_by = check_may_run(work.repository(), &plan, &adopted)?;
    let has_begun = work.repository().catalog().reading().destructions()?.iter().any(|one| one.plan == id);
    breaker::check(work.repository(), &plan, has_begun)?;
    let mut items = still_to_do(&mut work, &plan)?;
    second_place_holds(&mut work, &items)?;
    let clock = StopWatch::start();
    let (mut done, mut dropped) = (0, BTreeMap::new());
    if inputs_changed(work.repository(), &plan, &adopted) {
        // It had begun before; what it destroyed is certified, and the rest stays.
        dropped.insert(INPUTS_CHANGED.to_owned(), items.len() as u64);
        items.clear();
    }
    for batch in items.chunks(limits::DESTROY_BATCH) {
        if monitor.stopped() {
            finish_open_intents(&mut work, actor)?;
            empty_log(&work)?;
            return Err(DispositionError::Stopped);
        }
        let batch = looked_at(&mut work, batch, &mut dropped)?;
        let keys = intend(&mut work, &plan, &batch, &adopted, actor, &mut dropped)?;
        // From here on a catalog that does not know of this batch is told apart by the key set.
        work.mark_keys()?;
        work.keys().erase(&keys).map_err(RepositoryError::from)?;
        done += batch.len() as u64;
        let seconds = clock.seconds();
        monitor.progress(Progress { task: "Destroying", items: done, bytes: 0, total_bytes: 0, seconds });
    }
    finish_open_intents(&mut work, actor)?;
    empty_log(&work)?;
    let at = work.repository().now();
    // The certificate is durable before the plan is done with: cut off in between, it is issued again.
    let occasion = Occasion { plan: &plan, adopted: &adopted, approved_by: &approved_by, actor, dropped: &dropped, at };
    let Issued { certificate, path: written, sha256 } = issue(work.repository(), &occasion)?;
    work.repository_mut().catalog_mut().write::<_, DispositionError>(|writing| {
        let details = serde_json::json!({
            "destroyed": certificate.destroyed, "dropped": dropped, "merkle_root": certificate.merkle_root,
            "certificate_sha256": sha256,
        });
        writing.record_event(at, actor, Act::Executed, &id.to_string(), &details)?;
        Ok(writing.set_plan_state(id, PlanState::Executed)?)
    })?;
    Ok(RunReport { destroyed: certificate.destroyed, dropped, certificate, written, sha256 })
}

/// The items an earlier, interrupted execution of this plan has not destroyed yet, month by month, so that the keys of
/// few months are rewritten for a batch.
fn still_to_do<'p>(
    work: &mut Work<'_>,
    plan: &'p DispositionPlan,
) -> Result<Vec<(Month, &'p PlanItem)>, DispositionError> {
    let reading = work.repository().catalog().reading();
    let mut items = Vec::new();
    for item in &plan.items {
        let gone = reading.destruction_of(item.family)?.is_some_and(|one| one.plan == plan.plan);
        if !gone {
            items.push((month_of(&reading.family(item.family)?.at)?, item));
        }
    }
    items.sort_by_key(|(month, item)| (*month, item.family));
    Ok(items)
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
        PlanState::Withdrawn => return refused(format!("the plan {} was withdrawn", plan.plan)),
    }
    let Some((approval, approved_by)) = reading.approval(plan.plan)? else {
        return refused(format!("the plan {} has no approval", plan.plan));
    };
    // In an exercise the repository's key stands for a person who was not registered when the plan was approved.
    let registered = reading.approver(&approved_by)?.map(|(public, _)| public);
    if let Some(public) = &registered
        && !is_registered_by_ledger(&reading, &approved_by, public)?
    {
        return refused(format!("the key of {approved_by} is not the one whose registration stands in the ledger"));
    }
    let keys: Vec<String> =
        registered.into_iter().chain(plan.exercise.then(|| repository.signer().public_key_hex())).collect();
    match check_approval_by(&approval, &document, &approved_by, &keys) {
        Some(checked) => checked.map_err(|error| DispositionError::document("approval", error))?,
        None => return refused(format!("{approved_by} is not registered to approve")),
    }
    let told = reading.events_about(&plan.plan.to_string())?;
    if ![Act::Planned, Act::Approved].iter().all(|act| told.iter().any(|event| event.act == *act)) {
        return refused(format!(
            "the ledger does not tell that {} was made and approved; run: recordroom verify",
            plan.plan
        ));
    }
    if is_same_person(&plan.planned_by, &approved_by) {
        return refused(format!("{approved_by} both made and approved the plan {}", plan.plan));
    }
    if let Some(message) = planner::not_proved(&reading, plan, &document)? {
        return refused(message);
    }
    if plan.exercise != repository.profile().exercise {
        return refused("the plan belongs to an exercise, or this repository does".to_owned());
    }
    if plan.repository != repository.profile().repository {
        return refused("the plan belongs to another repository".to_owned());
    }
    let has_begun = reading.destructions()?.iter().any(|one| one.plan == plan.plan);
    if inputs_changed(repository, plan, adopted) && !has_begun {
        return refused(format!(
            "{INPUTS_CHANGED}; make a new plan, and withdraw this one: recordroom dispose withdraw {} --reason TEXT",
            plan.plan
        ));
    }
    Ok(approved_by)
}

/// Whether the schedules or switches are others than those the plan was computed from.
fn inputs_changed(repository: &Repository, plan: &DispositionPlan, adopted: &Adopted) -> bool {
    plan.inputs != inputs(repository, adopted)
}

/// Destruction begins only when a restore could still bring back everything that stays.
fn second_place_holds(work: &mut Work<'_>, items: &[(Month, &PlanItem)]) -> Result<(), DispositionError> {
    let months: BTreeSet<Month> = items.iter().map(|(month, _)| *month).collect();
    let months: Vec<Month> = months.into_iter().collect();
    work.keys().second_place_reads_back(&months).map_err(|error| {
        let message = format!("the second place of the key set does not read back, so nothing is destroyed: {error}");
        DispositionError::Refused(message)
    })
}

/// Each item of a batch is opened, and whatever protects is asked of it once more; what does not read back stays.
fn looked_at<'p>(
    work: &mut Work<'_>,
    batch: &[(Month, &'p PlanItem)],
    dropped: &mut BTreeMap<String, u64>,
) -> Result<Vec<(Month, &'p PlanItem)>, DispositionError> {
    let families: Vec<FamilyId> = batch.iter().map(|(_, item)| item.family).collect();
    let unreadable = last_look(work.repository_mut(), &families)?;
    if !unreadable.is_empty() {
        *dropped.entry(UNREADABLE.to_owned()).or_default() += unreadable.len() as u64;
    }
    Ok(batch.iter().copied().filter(|(_, item)| !unreadable.contains(&item.family)).collect())
}

/// The point of no return for one batch: guards, rules and status are looked at in this very transaction (I3, I4).
/// Returns the keys that go.
fn intend(
    work: &mut Work<'_>,
    plan: &DispositionPlan,
    batch: &[(Month, &PlanItem)],
    adopted: &Adopted,
    actor: &str,
    dropped: &mut BTreeMap<String, u64>,
) -> Result<Vec<(Month, FamilyId)>, DispositionError> {
    let (at, today) = (work.repository().now(), work.repository().today());
    let evaluator = adopted.evaluator();
    work.repository_mut().catalog_mut().write::<_, DispositionError>(|writing| {
        let reading = writing.reading();
        refuse_while_stopped(&reading)?;
        if !adopted.still_stands(&reading)? {
            *dropped.entry(INPUTS_CHANGED.to_owned()).or_default() += batch.len() as u64;
            return Ok(Vec::new());
        }
        let guards = LiveGuards::load(&reading, today)?;
        let ended = reading.ended_since(plan.plan)?;
        let (mut keys, mut leaves) = (Vec::new(), Vec::new());
        // Attachments and bytes of each rule: afterwards no row tells them any more.
        let mut volume: BTreeMap<(&str, &str), (u64, u64)> = BTreeMap::new();
        let mut doomed: Vec<(FamilyId, RuleRef)> = Vec::new();
        for (month, item) in batch {
            let row = reading.family(item.family)?;
            let verdict = adopted.verdict(&evaluator, &reading, &row, &guards, today)?;
            let reason = match why_it_stays(item, &row, &verdict) {
                None => freed_since(&reading, item.family, &ended)?,
                reason => reason,
            };
            if let Some(reason) = reason {
                *dropped.entry(reason).or_default() += 1;
                continue;
            }
            doomed.push((item.family, item.rule.clone()));
            let of_rule = volume.entry((&item.rule.edition, &item.rule.series)).or_default();
            of_rule.0 += reading.records(item.family)?.len().saturating_sub(1) as u64;
            of_rule.1 += row.at.length;
            leaves.push((item.family, item.digest.to_string()));
            keys.push((*month, item.family));
        }
        if doomed.is_empty() {
            return Ok(keys);
        }
        leaves.sort();
        let details = serde_json::json!({
            "plan": plan.plan, "items": doomed.len(), "merkle_root": destroyed_root(&leaves),
            "in_force": guards.count(), "volume": volume_told(&volume),
        });
        let event = writing.record_event(at, actor, Act::DestructionIntended, &plan.plan.to_string(), &details)?;
        fault::point("intend destruction").map_err(crate::catalog::CatalogError::from)?;
        writing.intend_destruction(plan.plan, &doomed, event.id, (at, today))?;
        Ok(keys)
    })
}

/// Attachments and bytes of each rule, for the event that decides.
fn volume_told(volume: &BTreeMap<(&str, &str), (u64, u64)>) -> Vec<serde_json::Value> {
    let told = |((edition, series), (attachments, bytes)): (&(&str, &str), &(u64, u64))| serde_json::json!({ "edition": edition, "series": series, "attachments": attachments, "bytes": bytes });
    volume.iter().map(told).collect()
}

/// A release never destroys, not by a plan from before it either: only a plan made since can name what was freed.
fn freed_since(
    reading: &Reading<'_>,
    family: FamilyId,
    ended: &BTreeSet<Guard>,
) -> Result<Option<String>, DispositionError> {
    for guard in ended {
        if reading.is_or_was_guarded(family, *guard)? {
            return Ok(Some(format!("{guard} protected it and ended after the plan was made; make a new plan")));
        }
    }
    Ok(None)
}

/// Why an item of the plan is not destroyed now; `None` when all that was approved still holds.
fn why_it_stays(item: &PlanItem, row: &FamilyRow, verdict: &Verdict) -> Option<String> {
    if row.state != FamilyState::Live || row.name != item.digest {
        return Some("no longer here".to_owned());
    }
    if !matches!(verdict.eligibility, Eligibility::Eligible { .. }) {
        return Some(match verdict.reasons.first() {
            Some(reason)
                if matches!(reason.code, ReasonCode::Held | ReasonCode::Requested | ReasonCode::NotEvaluated) =>
            {
                reason.sentence.clone()
            }
            Some(reason) => format!("not eligible any more: {}", super::plan::code_word(reason.code)),
            None => "not eligible any more".to_owned(),
        });
    }
    let changed = verdict.rule.as_ref() != Some(&item.rule) || row.standing.status.word() != item.status;
    changed.then(|| "its status, series or rule is not the one that was approved".to_owned())
}

/// Finishes what an interrupted execution had decided, before anything else is done, and says how many families it was.
pub fn finish_interrupted(repository: &mut Repository, actor: &str) -> Result<u64, DispositionError> {
    if repository.catalog().reading().open_destructions()?.is_empty() {
        return Ok(0);
    }
    refuse_while_stopped(&repository.catalog().reading())?;
    let mut work = repository.work()?;
    let gone = finish_open_intents(&mut work, actor)?;
    empty_log(&work)?;
    Ok(gone)
}

/// The master stop is looked at before anything else, and again in every transaction that would destroy.
fn refuse_while_stopped(reading: &Reading<'_>) -> Result<(), DispositionError> {
    match standing_stop(reading)? {
        Some(stop) => Err(DispositionError::Refused(breaker::stopped(&stop))),
        None => Ok(()),
    }
}

/// Finishes the list of what was destroyed after a backup. No stop stands in its way: its keys are gone.
pub(super) fn finish_gone(repository: &mut Repository, plan: PlanId, actor: &str) -> Result<u64, DispositionError> {
    let mut work = repository.work()?;
    let mut open = work.repository().catalog().reading().open_destructions()?;
    open.retain(|one| one.plan == plan);
    let gone = finish(&mut work, &open, actor)?;
    empty_log(&work)?;
    Ok(gone)
}

/// Carries every decided destruction to its end: key, words, bytes, tombstone. Each step may be done again.
fn finish_open_intents(work: &mut Work<'_>, actor: &str) -> Result<u64, DispositionError> {
    let open = work.repository().catalog().reading().open_destructions()?;
    if open.is_empty() { Ok(0) } else { finish(work, &open, actor) }
}

/// The log still has the rows as they were; it is written back and emptied before the end is told (I13).
fn empty_log(work: &Work<'_>) -> Result<(), DispositionError> {
    if !work.repository().catalog().checkpoint()? {
        let message = "another program still reads an older state of the catalog; close it and run this again";
        return Err(DispositionError::Refused(message.to_owned()));
    }
    Ok(())
}

fn finish(work: &mut Work<'_>, open: &[DestructionRow], actor: &str) -> Result<u64, DispositionError> {
    let reading = work.repository().catalog().reading();
    let mut keys: Vec<(Month, FamilyId)> = Vec::new();
    let mut families: Vec<(FamilyId, String)> = Vec::new();
    let mut places: Vec<Location> = Vec::new();
    for destruction in open {
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
    for destruction in open {
        work.repository_mut()
            .catalog_mut()
            .write::<_, DispositionError>(|writing| complete(writing, destruction.id, actor, at))?;
    }
    let packs: BTreeSet<(Month, u32)> = places.iter().map(|place| (place.month, place.pack)).collect();
    work.compact_half_dead(&packs)?;
    Ok(families.len() as u64)
}

fn complete(
    writing: &Writing<'_>,
    destruction: i64,
    actor: &str,
    at: chrono::DateTime<chrono::Utc>,
) -> Result<(), DispositionError> {
    let mut leaves = Vec::new();
    for tombstone in writing.reading().tombstones(destruction)? {
        leaves.push((tombstone.family, writing.reading().family(tombstone.family)?.name.to_string()));
    }
    let details = serde_json::json!({ "items": leaves.len(), "merkle_root": destroyed_root(&leaves) });
    let event = writing.record_event(at, actor, Act::Destroyed, &destruction.to_string(), &details)?;
    writing.finish_destruction(destruction, event.id)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{item, row, since, verdict};
    use super::*;
    use crate::base::digest::DigestSecret;
    use crate::model::classification::RecordStatus;

    /// Each thing that has to be as it was approved, changed alone.
    #[test]
    fn an_item_of_a_plan_stays_when_anything_about_it_changed() {
        let eligible = || verdict(Eligibility::Eligible { since: since() }, &[ReasonCode::PeriodExpired]);
        let stays = |row: &FamilyRow, verdict: &Verdict| why_it_stays(&item(), row, verdict);
        assert_eq!(stays(&row(), &eligible()), None, "nothing changed");
        let gone = FamilyRow { state: FamilyState::Destroyed, ..row() };
        assert_eq!(stays(&gone, &eligible()).as_deref(), Some("no longer here"));
        let other = FamilyRow { name: DigestSecret::new([2; 32]).name(b"seven"), ..row() };
        assert_eq!(stays(&other, &eligible()).as_deref(), Some("no longer here"), "another item under its number");
        let approved = Some("its status, series or rule is not the one that was approved");
        let mut official = row();
        official.standing.status = RecordStatus::Official;
        assert_eq!(stays(&official, &eligible()).as_deref(), approved, "another status under the same rule");
        let mut elsewhere = eligible();
        elsewhere.rule = Some(RuleRef { series: "letters".to_owned(), ..super::super::testing::rule() });
        assert_eq!(stays(&row(), &elsewhere).as_deref(), approved, "another rule for the same status");
        elsewhere.rule = None;
        assert_eq!(stays(&row(), &elsewhere).as_deref(), approved, "no rule any more");
    }

    /// What protects says so in its own words; a rule that closed is named by its code.
    #[test]
    fn an_item_that_is_not_eligible_any_more_says_why() {
        let table = [
            (Eligibility::Blocked, ReasonCode::Held, "because"),
            (Eligibility::Blocked, ReasonCode::Requested, "because"),
            (Eligibility::Blocked, ReasonCode::NotEvaluated, "because"),
            (Eligibility::Blocked, ReasonCode::DisputeOpen, "not eligible any more: dispute-open"),
            (Eligibility::Undetermined, ReasonCode::Undetermined, "not eligible any more: undetermined"),
            (Eligibility::NotYet { earliest: since() }, ReasonCode::PeriodRuns, "not eligible any more: period-runs"),
        ];
        for (eligibility, code, words) in table {
            let codes = [code, ReasonCode::GateOpen];
            assert_eq!(why_it_stays(&item(), &row(), &verdict(eligibility, &codes)).as_deref(), Some(words));
        }
        let silent = verdict(Eligibility::Blocked, &[]);
        assert_eq!(why_it_stays(&item(), &row(), &silent).as_deref(), Some("not eligible any more"));
    }

    #[test]
    fn the_volume_of_each_rule_is_told() {
        let volume = BTreeMap::from([(("city", "letters"), (2, 30)), (("city", "maps"), (0, 5))]);
        let told = [
            serde_json::json!({ "edition": "city", "series": "letters", "attachments": 2, "bytes": 30 }),
            serde_json::json!({ "edition": "city", "series": "maps", "attachments": 0, "bytes": 5 }),
        ];
        assert_eq!(volume_told(&volume), told);
    }
}
