//! `backup.json`: the signed list of the files of a backup.

use super::BackupError;
use crate::base::digest::Blake3Digest;
use crate::base::id::EventId;
use crate::ledger::Signer;
use crate::repository::Repository;
use crate::verify::documents::{checked, signed};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// What the signature of the list is for.
const BACKUP_DOMAIN: &str = "recordroom backup 1";
/// The name of the list in a backup.
pub const MANIFEST: &str = "backup.json";
/// How the names of complete backups begin.
pub(super) const PREFIX: &str = "backup-";
/// The format of the list.
const SCHEMA: u32 = 1;

/// One file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupFile {
    /// Its path in the repository, with `/`.
    pub path: String,
    /// Bytes.
    pub bytes: u64,
    /// BLAKE3 of its bytes.
    pub blake3: Blake3Digest,
    /// When it was last changed in the repository, nanoseconds since 1970: an unchanged pack is not copied again.
    pub changed: String,
}

/// What a backup is of, and its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The format of this list.
    pub schema: u32,
    /// The id of the repository.
    pub repository: String,
    /// The city.
    pub city: String,
    /// Whether it is an exercise.
    pub exercise: bool,
    /// When it was made, UTC.
    pub made_at: DateTime<Utc>,
    /// The newest event in it.
    pub event: EventId,
    /// The hash of that event.
    pub event_hash: String,
    /// The files, by path.
    pub files: Vec<BackupFile>,
}

impl Manifest {
    /// An empty list for a repository as it stands.
    pub(super) fn of(repository: &Repository) -> Result<Self, BackupError> {
        let last = repository.catalog().reading().last_event()?;
        let (event, event_hash) = last.map(|event| (event.id, event.hash)).unwrap_or((EventId::new(0), String::new()));
        let profile = repository.profile();
        Ok(Self {
            schema: SCHEMA,
            repository: profile.repository.clone(),
            city: profile.city.clone(),
            exercise: profile.exercise,
            made_at: repository.now(),
            event,
            event_hash,
            files: Vec::new(),
        })
    }

    /// The signed document.
    pub(super) fn document(&self, signer: &Signer, path: &Path) -> Result<String, BackupError> {
        let wrong = |what: String| BackupError::Changed { path: path.to_owned(), what };
        let value = serde_json::to_value(self).map_err(|error| wrong(error.to_string()))?;
        let document = signed(BACKUP_DOMAIN, &value, signer).map_err(|error| wrong(error.to_string()))?;
        Ok(format!("{document:#}\n"))
    }

    /// Reads the list of a backup without looking at its signature: whose keys are needed to check it stands in it.
    pub(super) fn read(backup: &Path) -> Result<(Self, serde_json::Value), BackupError> {
        let path = backup.join(MANIFEST);
        let wrong = |what: String| BackupError::Changed { path: backup.to_owned(), what };
        let text = fs::read_to_string(&path).map_err(|error| BackupError::io(&path, error))?;
        let document: serde_json::Value = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let manifest: Self = serde_json::from_value(document.clone()).map_err(|error| wrong(error.to_string()))?;
        if manifest.schema > SCHEMA {
            return Err(wrong("it was made by a newer program".to_owned()));
        }
        Ok((manifest, document))
    }

    /// Checks that the list is as this repository signed it.
    pub(super) fn check(document: &serde_json::Value, public_key: &str, backup: &Path) -> Result<(), BackupError> {
        checked(BACKUP_DOMAIN, document, Some(public_key))
            .map(|_| ())
            .map_err(|error| BackupError::Changed { path: backup.to_owned(), what: format!("its list {error}") })
    }
}

/// The complete backups in a folder, oldest first.
pub(super) fn complete(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.strip_prefix(PREFIX).is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
                && path.join(MANIFEST).is_file()
        })
        .collect();
    all.sort();
    all
}

/// The backup that a path names: itself, or the newest in it.
pub(super) fn newest(path: &Path) -> Result<PathBuf, BackupError> {
    if path.join(MANIFEST).is_file() {
        return Ok(path.to_owned());
    }
    complete(path).pop().ok_or_else(|| BackupError::NoBackup(path.to_owned()))
}
