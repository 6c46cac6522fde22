//! Backups of the data, without the keys; what is put back from one with the newest key set; and everything written out
//! in its own formats, so that nobody is locked in.
//!
//! A backup is a folder that is complete or not there: `<folder>/backup-<number>`, with a signed list of its files. It
//! holds neither keys nor index. Whoever finds it reads nothing; what was destroyed after it does not come back, because
//! its key is nowhere.
//!
//! Reading order: `manifest`, `take`, `restore`, `export`.

mod export;
mod manifest;
mod restore;
mod take;

pub use export::{ExportReport, export_all};
pub use manifest::{BackupFile, Manifest};
pub use restore::{RestoreReport, Restoring, restore};
pub use take::{BackupReport, take};

use crate::catalog::CatalogError;
use crate::disposition::DispositionError;
use crate::ingest::IngestError;
use crate::protection::ProtectionError;
use crate::repository::RepositoryError;
use crate::vault::VaultError;
use std::path::{Path, PathBuf};

/// Why something was not backed up, put back or written out.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The repository failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The key set failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// What was destroyed after the backup could not be recorded.
    #[error(transparent)]
    Disposition(#[from] DispositionError),
    /// The holds and requests could not be evaluated.
    #[error(transparent)]
    Protection(#[from] ProtectionError),
    /// The index could not be made again.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// The folder lies where it must not.
    #[error("the folder {} {why}", path.display())]
    Place {
        /// The folder.
        path: PathBuf,
        /// Why it cannot be used.
        why: &'static str,
    },
    /// There is no backup.
    #[error("there is no backup in {}", .0.display())]
    NoBackup(PathBuf),
    /// The backup is not as it was made.
    #[error("the backup {} is not as it was made: {what}", path.display())]
    Changed {
        /// The backup.
        path: PathBuf,
        /// What differs.
        what: String,
    },
    /// The user asked to stop.
    #[error("it was stopped; the same command goes on")]
    Stopped,
}

impl BackupError {
    /// An error of the operating system at a path.
    fn io(path: &Path, error: std::io::Error) -> Self {
        Self::Repository(RepositoryError::io(path, error))
    }
}

/// Refuses a folder that lies in the repository or in its key set, or that has one of them in it.
fn refuse_own(repository: &crate::repository::Repository, path: &Path) -> Result<(), BackupError> {
    let whole = |path: &Path| std::fs::canonicalize(path).or_else(|_| std::path::absolute(path)).unwrap_or_default();
    let named = whole(path);
    let profile = repository.profile();
    for own in [repository.layout().root(), &profile.key_set, &profile.key_set_second] {
        let own = whole(own);
        if named.starts_with(&own) || own.starts_with(&named) {
            let why = "lies in the repository or its keys, or has them in it";
            return Err(BackupError::Place { path: path.to_owned(), why });
        }
    }
    Ok(())
}
