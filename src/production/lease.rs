//! The lease on the next numbers: one production is built at a time, and what a killed one left behind is cleared
//! before its numbers are planned again (I8).

use super::ProductionError;
use crate::base::clock::StopWatch;
use crate::base::durable;
use crate::base::id::ProductionId;
use crate::package::{names, statement::Statement};
use crate::repository::Repository;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::path::{Path, PathBuf};

/// Seconds to wait for another holder of the lease before it is told.
const PATIENCE_SECONDS: f64 = 0.5;

/// The lease, held; the operating system lets go of it when the program ends, however.
#[derive(Debug)]
pub(super) struct Lease {
    note: PathBuf,
    _file: File,
}

/// What is being built, written down before the first byte of it.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    production: ProductionId,
    temporary: PathBuf,
    directory: PathBuf,
}

impl Lease {
    /// Takes the lease, and clears what a killed production left behind.
    pub(super) fn take(repository: &Repository) -> Result<Self, ProductionError> {
        let lock = repository.layout().root().join("production.lock");
        let note = repository.layout().root().join("production.lease");
        let file = durable::append(&lock).map_err(|error| ProductionError::io(&lock, error))?;
        let watch = StopWatch::start();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                // A child that was forked and has not begun yet still shares the locks that were held at its birth.
                Err(std::fs::TryLockError::WouldBlock) if watch.seconds() < PATIENCE_SECONDS => {
                    std::thread::sleep(std::time::Duration::from_millis(10));
                }
                Err(std::fs::TryLockError::WouldBlock) => {
                    let message = "another production is being made in this repository";
                    return Err(ProductionError::refused(message, "Wait until it has finished."));
                }
                Err(std::fs::TryLockError::Error(error)) => return Err(ProductionError::io(&lock, error)),
            }
        }
        let lease = Self { note, _file: file };
        lease.clear(repository)?;
        Ok(lease)
    }

    /// Writes down what is about to be built.
    pub(super) fn begin(
        &self,
        production: ProductionId,
        temporary: &Path,
        directory: &Path,
    ) -> Result<(), ProductionError> {
        let note = Note { production, temporary: temporary.to_owned(), directory: directory.to_owned() };
        let text = serde_json::json!(note).to_string();
        durable::replace(&self.note, text.as_bytes()).map_err(|error| ProductionError::io(&self.note, error))
    }

    /// Nothing is being built any more. A note that stays is cleared by the next production.
    pub(super) fn end(self) {
        let _ = durable::remove(&self.note);
    }

    fn clear(&self, repository: &Repository) -> Result<(), ProductionError> {
        let Ok(bytes) = std::fs::read(&self.note) else { return Ok(()) };
        // A note cut off in the middle was written before anything else.
        if let Ok(note) = serde_json::from_slice::<Note>(&bytes) {
            let recorded = repository.catalog().reading().next_production()? > note.production;
            remove(&note.temporary)?;
            if !recorded && is_ours(&note.directory, note.production, &repository.profile().repository) {
                remove(&note.directory)?;
            }
        }
        durable::remove(&self.note).map_err(|error| ProductionError::io(&self.note, error))
    }
}

/// Removes a folder of an unfinished production.
pub(super) fn remove(directory: &Path) -> Result<(), ProductionError> {
    if !directory.exists() {
        return Ok(());
    }
    durable::remove_dir_all(directory).map_err(|error| ProductionError::io(directory, error))
}

/// Whether a folder says itself that it is this production of this repository.
fn is_ours(directory: &Path, production: ProductionId, repository: &str) -> bool {
    let bytes = std::fs::read(directory.join(names::STATEMENT)).unwrap_or_default();
    serde_json::from_slice::<Statement>(&bytes)
        .is_ok_and(|one| one.production == production && one.repository == repository)
}
