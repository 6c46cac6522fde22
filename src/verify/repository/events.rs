//! I6: the chain of events verifies, every exported checkpoint fits it, and what the events say is what the rows say.

use super::guards::guards_that_differ;
use super::{Check, VerifyError};
use crate::base::id::{EventId, PlanId};
use crate::catalog::CatalogError;
use crate::ledger::{ChainVerifier, Checkpoint, MerkleBuilder, leaf_hash};
use crate::model::event::{Act, Event};
use crate::model::provenance::Outcome;
use crate::verify::checkpoint::{compare, read_file};
use serde_json::Value;
use std::collections::BTreeMap;

/// Events between two reports of progress.
const STEP: u64 = 1_000;

/// What the acts that rows hang on said, the last of each kind for each subject.
type Said = BTreeMap<(&'static str, String), (EventId, Value)>;

pub(super) fn check(check: &mut Check<'_>) -> Result<(), VerifyError> {
    let reading = check.reading();
    let mut checkpoints = checkpoints(check);
    let mut verifier = ChainVerifier::default();
    let mut said = Said::new();
    let (mut broken, mut count, mut sealed) = (false, 0u64, 0u64);
    reading.each_event::<VerifyError>(EventId::new(0), |event| {
        if !broken && let Err(error) = verifier.push(&event) {
            broken = true;
            check.find("ledger-broken", event.id, error.to_string());
        }
        count += 1;
        if let Some(point) = checkpoints.remove(&count).filter(|_| !broken) {
            for (name, checkpoint) in point {
                let finding = compare(&checkpoint, &verifier.head(), &check.repository.profile().repository, &name);
                check.report.findings.extend(finding);
            }
        }
        let details = serde_json::from_str(&event.details).unwrap_or(Value::Null);
        match event.act {
            Act::Sealed => sealed += sealed_batch(check, &event, &details)?,
            Act::Planned
            | Act::Approved
            | Act::Executed
            | Act::ScheduleAdopted
            | Act::ApproverRegistered
            | Act::DestructionIntended
            | Act::Destroyed => {
                let subject = match event.act {
                    // A plan has an intent for each batch.
                    Act::DestructionIntended => event.id.to_string(),
                    _ => event.subject.clone(),
                };
                said.insert((event.act.word(), subject), (event.id, details));
            }
            _ => {}
        }
        if count.is_multiple_of(STEP) { check.looked_at("Verifying the ledger", STEP) } else { Ok(()) }
    })?;
    check.looked_at("Verifying the ledger", count % STEP)?;
    for (name, checkpoint) in checkpoints.into_values().flatten() {
        let head = verifier.head();
        check.report.findings.extend(compare(&checkpoint, &head, &check.repository.profile().repository, &name));
    }
    let here = reading.families_ever()?;
    if here != sealed {
        let message = format!("the events sealed {sealed} families, and the catalog has {here}");
        check.find("families-differ-from-ledger", "catalog.sqlite", message);
    }
    rows(check, &said)?;
    Ok(())
}

/// The exported checkpoints by the number of events each signs.
fn checkpoints(check: &mut Check<'_>) -> BTreeMap<u64, Vec<(String, Checkpoint)>> {
    let mut all: BTreeMap<u64, Vec<(String, Checkpoint)>> = BTreeMap::new();
    let directory = check.repository.layout().checkpoints();
    let key = check.repository.signer().public_key_hex();
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        if entry.path().extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        match read_file(&entry.path(), &key) {
            Ok(one) => all.entry(one.events).or_default().push((entry.file_name().to_string_lossy().into(), one)),
            Err(finding) => check.report.findings.push(finding),
        }
    }
    all
}

/// Computes the roots of a sealed batch again, and says how many families the event tells of.
fn sealed_batch(check: &mut Check<'_>, event: &Event, details: &Value) -> Result<u64, VerifyError> {
    let reading = check.reading();
    let (mut tree, mut families, mut exceptions) = (MerkleBuilder::default(), 0u64, 0u64);
    for (family, name, is_exception) in reading.sealed_by(event.id)? {
        let outcome = if is_exception { Outcome::Exception } else { Outcome::Kept };
        families += u64::from(!is_exception);
        exceptions += u64::from(is_exception);
        tree.push(leaf_hash(format!("{family} {name} {outcome}").as_bytes()));
    }
    let told = |name: &str| details.get(name).and_then(Value::as_u64);
    if details.get("merkle_root").and_then(Value::as_str) != Some(tree.root().to_string().as_str()) {
        let message = format!(
            "the batch sealed {} families and {} exceptions, and the {families} and {exceptions} that are catalogued \
             do not have the root it recorded",
            told("families").unwrap_or(0),
            told("exceptions").unwrap_or(0)
        );
        check.find("sealed-batch-changed", event.id, message);
    }
    copies(check, event, details)?;
    Ok(told("families").unwrap_or(0))
}

/// Computes the root over the copies a batch added, and over what it found again, once more.
fn copies(check: &mut Check<'_>, event: &Event, details: &Value) -> Result<(), VerifyError> {
    let reading = check.reading();
    let mut leaves = BTreeMap::new();
    for copy in reading.copies_added_by(event.id)?.into_iter().filter(|copy| copy.outcome == Outcome::Duplicate) {
        let Some(name) = check.family(copy.family)?.map(|row| row.name) else { continue };
        leaves.insert((copy.container, copy.ordinal, copy.family), format!("{} {name} {}", copy.family, copy.outcome));
    }
    for one in reading.returned_by(event.id)?.into_iter().filter(|one| one.kept.is_none()) {
        let Some(name) = check.family(one.tombstone)?.map(|row| row.name) else { continue };
        let leaf = format!("{} {name} {}", one.tombstone, Outcome::DestroyedBefore);
        leaves.insert((one.container, one.ordinal, one.tombstone), leaf);
    }
    let recorded = details.get("copies").and_then(Value::as_u64).unwrap_or(0);
    let found = leaves.len() as u64;
    let mut tree = MerkleBuilder::default();
    leaves.values().for_each(|leaf| tree.push(leaf_hash(leaf.as_bytes())));
    if details.get("copies_root").and_then(Value::as_str) != Some(tree.root().to_string().as_str()) {
        let message = format!("the batch added {recorded} copies, and the {found} that are catalogued are not those");
        check.find("copies-changed", event.id, message);
    }
    Ok(())
}

/// Holds what the rows of decisions say against the events that recorded them.
fn rows(check: &mut Check<'_>, said: &Said) -> Result<(), CatalogError> {
    let reading = check.reading();
    let told = |act: Act, subject: &str| said.get(&(act.word(), subject.to_owned())).map(|(_, details)| details);
    let mut differs = guards_that_differ(&reading)?;
    for (key, digest) in reading.editions()? {
        if told(Act::ScheduleAdopted, &key).is_none_or(|one| one["sha256"] != digest.as_str()) {
            differs.push((key, "the adopted edition is not the one whose adoption was recorded"));
        }
    }
    for (name, public_key) in reading.approvers()? {
        if told(Act::ApproverRegistered, &name).is_none_or(|one| one["public_key"] != public_key.as_str()) {
            differs.push((name, "the approver's key is not the one that was registered"));
        }
    }
    for destruction in reading.destructions()? {
        let intended = told(Act::DestructionIntended, &destruction.intent.to_string());
        let same = intended.is_some_and(|one| one["plan"] == destruction.plan.to_string());
        let done = said.get(&(Act::Destroyed.word(), destruction.id.to_string())).map(|(event, _)| *event);
        if !same || done != destruction.finished {
            differs.push((destruction.plan.to_string(), "a batch of its destruction is not as it was recorded"));
        }
    }
    for id in reading.plans()? {
        let id: PlanId = id;
        if told(Act::Planned, &id.to_string()).is_none() {
            differs.push((id.to_string(), "no event recorded this plan"));
        }
    }
    for (subject, message) in differs {
        check.find("row-differs-from-ledger", subject, message);
    }
    Ok(())
}
