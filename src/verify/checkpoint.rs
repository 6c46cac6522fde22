//! Checkpoints of a repository's ledger: written for keeping elsewhere, and held against the ledger later.

use super::Finding;
use crate::base::durable;
use crate::base::id::EventId;
use crate::catalog::{CatalogError, Reading};
use crate::ledger::{ChainBreak, ChainVerifier, Checkpoint, CheckpointError, Head};
use crate::repository::{Repository, RepositoryError};
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
}

/// Goes through the whole chain of events, signs its head, and writes that below `checkpoints/`. The text is to be kept
/// where nobody who can write to the repository can change it.
pub fn export(repository: &Repository) -> Result<(PathBuf, String), ExportError> {
    let head = head_at(&repository.catalog().reading(), None)?;
    let text = Checkpoint::of(&repository.profile().repository, &head, repository.now()).signed(repository.signer());
    let path = repository.layout().checkpoints().join(format!("{:08}.txt", head.events));
    durable::replace(&path, text.as_bytes()).map_err(|error| RepositoryError::io(&path, error))?;
    Ok((path, text))
}

/// Holds a checkpoint against the ledger as it is now: what it signed must be the beginning of it. `public_key` is the
/// key that was noted when the first checkpoint was kept; without it the repository's own is expected.
pub fn check(repository: &Repository, text: &str, public_key: Option<&str>) -> Result<Vec<Finding>, CatalogError> {
    let own = repository.signer().public_key_hex();
    let checkpoint = match Checkpoint::read(text, Some(public_key.unwrap_or(&own))) {
        Ok((checkpoint, _)) => checkpoint,
        Err(error) => return Ok(vec![unreadable("checkpoint", &error)]),
    };
    let found = match head_at(&repository.catalog().reading(), Some(checkpoint.events)) {
        Ok(head) => head,
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

/// The head of the ledger, of its first events where a number is given.
fn head_at(reading: &Reading<'_>, events: Option<u64>) -> Result<Head, ExportError> {
    let mut verifier = ChainVerifier::default();
    reading.each_event::<ExportError>(EventId::new(0), |event| {
        if events.is_none_or(|events| event.id.get().unsigned_abs() <= events) {
            verifier.push(&event)?;
        }
        Ok(())
    })?;
    Ok(verifier.head())
}
