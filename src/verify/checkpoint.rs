//! Checkpoints of a repository's ledger: written for keeping elsewhere, and held against the ledger later; and the proofs
//! that go with them.
//!
//! Whoever can write to the repository and has its keys can write the whole ledger anew, hash it and sign it. What cannot
//! be changed with it is a checkpoint that was kept elsewhere, and a key that was noted then.

use super::Finding;
use crate::base::digest::Sha256Digest;
use crate::base::durable;
use crate::base::id::EventId;
use crate::catalog::{CatalogError, Reading};
use crate::ledger::chain::event_leaf;
use crate::ledger::{
    ChainBreak, ChainVerifier, Checkpoint, CheckpointError, ConsistencyProof, Head, InclusionProof, ProofError,
};
use crate::model::event::Event;
use crate::repository::{Repository, RepositoryError};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A checkpoint could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The repository failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The ledger does not hold; nothing is signed.
    #[error(transparent)]
    Broken(#[from] ChainBreak),
    /// The checkpoint that was given is not as it was signed.
    #[error("the checkpoint that was given is not as it was signed: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The ledger is not the one that was signed before.
    #[error("the ledger does not fit the checkpoint that was given: {0}")]
    Rewritten(String),
    /// There is no such event in the ledger that is signed.
    #[error("there is no event {event} among the {events} events that are signed")]
    NoEvent {
        /// The event.
        event: EventId,
        /// Events signed.
        events: u64,
    },
}

/// Goes through the whole chain of events, signs its head, and writes that below `checkpoints/`. The text is to be kept
/// where nobody who can write to the repository can change it.
pub fn export(repository: &Repository) -> Result<(PathBuf, String), ExportError> {
    let head = walk(&repository.catalog().reading(), None)?.head;
    let text = Checkpoint::of(&repository.profile().repository, &head, repository.now()).signed(repository.signer());
    let path = repository.layout().checkpoints().join(format!("{:08}.txt", head.events));
    durable::replace(&path, text.as_bytes()).map_err(|error| RepositoryError::io(&path, error))?;
    Ok((path, text))
}

/// The proof that an event stands in the ledger: of a checkpoint that was kept, where its text is given, else of the ledger
/// as it is now, signed for this.
pub fn prove(repository: &Repository, event: EventId, kept: Option<&str>) -> Result<InclusionProof, ExportError> {
    let own = repository.signer().public_key_hex();
    let name = &repository.profile().repository;
    let kept = kept.map(|text| Checkpoint::read(text, Some(&own)).map(|(one, _)| (one, text))).transpose()?;
    let limit = kept.as_ref().map(|(one, _)| one.events);
    let (told, walked) = repository.catalog().at_one_moment::<_, ExportError>(|reading| {
        let walked = walk(&reading, limit)?;
        let place = u64::try_from(event.get()).unwrap_or(u64::MAX);
        if place > walked.head.events {
            return Err(ExportError::NoEvent { event, events: walked.head.events });
        }
        Ok((reading.event(event)?, walked))
    })?;
    let signed = match kept {
        None => Checkpoint::of(name, &walked.head, repository.now()).signed(repository.signer()),
        Some((one, text)) => match compare(&one, &walked.head, name, "checkpoint") {
            None => text.to_owned(),
            Some(finding) => return Err(ExportError::Rewritten(finding.message)),
        },
    };
    let missing = ExportError::NoEvent { event, events: walked.head.events };
    InclusionProof::of(told, &walked.leaves, &signed).ok_or(missing)
}

/// The proof that the ledger as it is now begins with the one that a kept checkpoint signs.
pub fn follow(repository: &Repository, kept: &str, newer: &str) -> Result<ConsistencyProof, ExportError> {
    let own = repository.signer().public_key_hex();
    let (older, _) = Checkpoint::read(kept, Some(&own))?;
    let (later, _) = Checkpoint::read(newer, Some(&own))?;
    let reading = repository.catalog().reading();
    let before = walk(&reading, Some(older.events))?;
    if let Some(finding) = compare(&older, &before.head, &repository.profile().repository, "checkpoint") {
        return Err(ExportError::Rewritten(finding.message));
    }
    let walked = walk(&reading, Some(later.events))?;
    let none = || ExportError::Rewritten("it signs a ledger without an event, or a longer one".to_owned());
    ConsistencyProof::of(kept, older.events, newer, &walked.leaves).ok_or_else(none)
}

/// What a look at the whole ledger came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerReport {
    /// Events of the chain, up to where it holds.
    pub events: u64,
    /// The checkpoints that were held against it, those of the repository and those that were given.
    pub checkpoints: u64,
    /// The key that this repository signs with.
    pub public_key: String,
    /// What is not as it should be.
    pub findings: Vec<Finding>,
}

/// Goes through the whole chain once, and holds against it every checkpoint of the repository and those that were given,
/// each with its name. With a pinned key all of them, and the repository itself, have to be that key's.
pub fn verify_ledger(
    repository: &Repository,
    given: &[(String, String)],
    pin: Option<&str>,
) -> Result<LedgerReport, CatalogError> {
    let own = repository.signer().public_key_hex();
    let (key, name) = (pin.unwrap_or(&own), &repository.profile().repository);
    let mut findings = Vec::new();
    if key != own {
        let message = format!("this repository signs with {own}, and not with the key that was noted");
        findings.push(Finding::new("key-differs", "key set", message));
    }
    let mut points: BTreeMap<u64, Vec<(String, Checkpoint)>> = BTreeMap::new();
    let mut checkpoints = 0;
    let read = given.iter().map(|(name, text)| (name.clone(), Ok(text.clone())));
    for (name, text) in read.chain(kept_here(repository)) {
        checkpoints += 1;
        let read = text.map_err(|message| Finding::new("checkpoint-unreadable", &name, message));
        let read = read.and_then(|text| Checkpoint::read(&text, Some(key)).map_err(|error| unreadable(&name, &error)));
        match read {
            Ok((one, _)) => points.entry(one.events).or_default().push((name, one)),
            Err(finding) => findings.push(finding),
        }
    }
    let (mut verifier, mut broken) = (ChainVerifier::default(), None);
    repository.catalog().reading().each_event::<CatalogError>(EventId::new(0), |event| {
        if broken.is_none() {
            broken = verifier.push(&event).err();
            for (called, one) in points.remove(&verifier.head_count()).into_iter().flatten() {
                findings.extend(compare(&one, &verifier.head(), name, &called));
            }
        }
        Ok(())
    })?;
    if let Some(broken) = broken {
        findings.push(Finding::new("ledger-broken", broken.event, broken.to_string()));
    }
    for (called, one) in points.into_values().flatten() {
        findings.extend(compare(&one, &verifier.head(), name, &called));
    }
    findings.sort();
    Ok(LedgerReport { events: verifier.head_count(), checkpoints, public_key: own, findings })
}

/// The checkpoints that the repository keeps itself, each with its name.
fn kept_here(repository: &Repository) -> impl Iterator<Item = (String, Result<String, String>)> {
    let entries = std::fs::read_dir(repository.layout().checkpoints()).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|ending| ending == "txt")).map(
        |path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).map_err(|error| error.to_string()))
        },
    )
}

/// What a proof that was carried away proves, in a sentence; checked without any repository. `kept` is a checkpoint that the
/// reader has kept: the proof has to be about just that one.
///
/// # Errors
/// The finding that it proves nothing.
pub fn check_proof(document: &Value, key: Option<&str>, kept: Option<&str>, name: &str) -> Result<String, Finding> {
    let wrong = |message: String| Finding::new("proof-fails", name, message);
    let unreadable = |error: serde_json::Error| wrong(format!("it cannot be read: {error}"));
    let fails = |error: ProofError| wrong(error.to_string());
    let same = |text: &str| kept.is_none_or(|kept| kept.lines().eq(text.lines()));
    let other = || wrong("it is about another checkpoint than the one that was kept".to_owned());
    if document["document"] == crate::ledger::proof::INCLUSION {
        let proof: InclusionProof = serde_json::from_value(document.clone()).map_err(unreadable)?;
        let (checkpoint, _) = proof.check(key).map_err(fails)?;
        let Event { id, at, actor, act, subject, .. } = &proof.proven.event;
        return if same(&proof.checkpoint) {
            Ok(format!(
                "{id} ({}, {act} {subject}, by {actor}) stands in the ledger of {} events of the repository {}, signed at {}",
                at.format("%Y-%m-%d %H:%M UTC"),
                checkpoint.events,
                checkpoint.repository,
                checkpoint.at.format("%Y-%m-%d %H:%M UTC")
            ))
        } else {
            Err(other())
        };
    }
    let proof: ConsistencyProof = serde_json::from_value(document.clone()).map_err(unreadable)?;
    let (older, newer, _) = proof.check(key).map_err(fails)?;
    if !same(&proof.older) && !same(&proof.newer) {
        return Err(other());
    }
    Ok(format!(
        "the ledger of {} events, signed at {}, begins with the {} events that were signed at {}: none of those was changed \
         or taken out",
        newer.events,
        newer.at.format("%Y-%m-%d %H:%M UTC"),
        older.events,
        older.at.format("%Y-%m-%d %H:%M UTC")
    ))
}

/// Holds a checkpoint against the ledger as it is now: what it signed must be the beginning of it. `public_key` is the
/// key that was noted when the first checkpoint was kept; without it the repository's own is expected.
pub fn check(repository: &Repository, text: &str, public_key: Option<&str>) -> Result<Vec<Finding>, CatalogError> {
    let own = repository.signer().public_key_hex();
    let checkpoint = match Checkpoint::read(text, Some(public_key.unwrap_or(&own))) {
        Ok((checkpoint, _)) => checkpoint,
        Err(error) => return Ok(vec![unreadable("checkpoint", &error)]),
    };
    let found = match walk(&repository.catalog().reading(), Some(checkpoint.events)) {
        Ok(walked) => walked.head,
        Err(ExportError::Catalog(error)) => return Err(error),
        Err(error) => return Ok(vec![Finding::new("ledger-broken", "ledger", error.to_string())]),
    };
    Ok(compare(&checkpoint, &found, &repository.profile().repository, "checkpoint").into_iter().collect())
}

/// What a checkpoint file says of the ledger, or the finding that it cannot be read.
pub(super) fn read_file(path: &Path, key: &str) -> Result<Checkpoint, Finding> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Finding::new("checkpoint-unreadable", &name, error.to_string()))?;
    Checkpoint::read(&text, Some(key)).map(|(checkpoint, _)| checkpoint).map_err(|error| unreadable(&name, &error))
}

fn unreadable(name: &str, error: &CheckpointError) -> Finding {
    Finding::new("checkpoint-changed", name, format!("the checkpoint is not as it was signed: {error}"))
}

/// The finding when a checkpoint does not fit the head the ledger had at its number of events.
pub(super) fn compare(checkpoint: &Checkpoint, found: &Head, repository: &str, name: &str) -> Option<Finding> {
    let message = if checkpoint.repository != repository {
        "it is a checkpoint of another repository".to_owned()
    } else if found.events < checkpoint.events {
        format!("it signs {} events, and the ledger has {}", checkpoint.events, found.events)
    } else if found.hash != checkpoint.head_hash || found.root != checkpoint.root {
        format!("the first {} events are not the ones it signed", checkpoint.events)
    } else {
        return None;
    };
    Some(Finding::new("ledger-rewritten", name, message))
}

/// A ledger gone through: where it ends, and the leaves of its tree.
struct Walked {
    head: Head,
    leaves: Vec<Sha256Digest>,
}

/// Goes through the ledger, through its first events where a number is given.
fn walk(reading: &Reading<'_>, events: Option<u64>) -> Result<Walked, ExportError> {
    let (mut verifier, mut leaves) = (ChainVerifier::default(), Vec::new());
    reading.each_event::<ExportError>(EventId::new(0), |event| {
        if events.is_none_or(|events| event.id.get().unsigned_abs() <= events) {
            verifier.push(&event)?;
            leaves.push(event_leaf(&event));
        }
        Ok(())
    })?;
    Ok(Walked { head: verifier.head(), leaves })
}

/// The signed head of the ledger as it is now, and the leaves of its tree, for a document that proves events with it.
pub fn signed_head(repository: &Repository) -> Result<(String, Vec<Sha256Digest>), ExportError> {
    let walked = walk(&repository.catalog().reading(), None)?;
    let checkpoint = Checkpoint::of(&repository.profile().repository, &walked.head, repository.now());
    Ok((checkpoint.signed(repository.signer()), walked.leaves))
}
