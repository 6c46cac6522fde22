//! The work lock: ingest, index and dispose never run at the same time.

use super::{Layout, RepositoryError};
use crate::base::durable;
use std::fs::File;

/// Held while ingest, index or dispose works; the operating system lets go of it when the program ends, however.
#[derive(Debug)]
pub struct WorkLock {
    _file: File,
}

/// Takes the work lock, or says that somebody else has it.
pub fn take(layout: &Layout) -> Result<WorkLock, RepositoryError> {
    let path = layout.work_lock();
    let file = durable::append(&path).map_err(|error| RepositoryError::io(&path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(WorkLock { _file: file }),
        Err(std::fs::TryLockError::WouldBlock) => Err(RepositoryError::Busy),
        Err(std::fs::TryLockError::Error(error)) => Err(RepositoryError::io(&path, error)),
    }
}
