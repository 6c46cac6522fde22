//! Putting a repository back: a data backup, and the *newest* key set. What is held and kept opens again; what was
//! destroyed after the backup does not, and cannot be searched at any moment.
//!
//! Everything happens in a folder of another name. There is no index in it until what was destroyed has its tombstones;
//! the folder gets its final name as the last step. Cut off anywhere, the same command begins anew.

use super::manifest::{MANIFEST, newest};
use super::take::{copy, digest_of};
use super::{BackupError, Manifest};
use crate::base::clock::StopWatch;
use crate::base::durable;
use crate::base::id::FamilyId;
use crate::base::monitor::{Monitor, Progress};
use crate::disposition::{record_gone, standing_stop, stop};
use crate::ingest::rebuild_index;
use crate::ledger::Signer;
use crate::protection::catch_up;
use crate::repository::{Difference, Layout, Repository, RepositoryError};
use crate::vault::KeyReader;
use chrono::{DateTime, Utc};
use std::path::{Component, Path, PathBuf};

/// What is put back, from where, and to where.
#[derive(Debug, Clone)]
pub struct Restoring<'a> {
    /// A backup, or a folder with backups, of which the newest is taken.
    pub backup: &'a Path,
    /// The newest key set, at either of its two places.
    pub key_set: &'a Path,
    /// The other place of the key set; `None` for the one that the profile names. It is written anew where it is lost.
    pub key_set_second: Option<&'a Path>,
    /// The folder to be made.
    pub to: &'a Path,
    /// A moment chosen for an exercise.
    pub now: Option<DateTime<Utc>>,
}

/// What a restore came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreReport {
    /// The backup that was taken.
    pub backup: PathBuf,
    /// What it is of.
    pub manifest: Manifest,
    /// What backup and key set do not have in common.
    pub difference: Difference,
    /// Families that were destroyed after the backup, and stay so.
    pub destroyed_since: u64,
    /// Of them, those a hold or request of the backup still protects: it ended after the backup.
    pub protected_then: Vec<FamilyId>,
    /// The places of the key set.
    pub key_sets: [PathBuf; 2],
}

/// Why all destruction is stopped after a restore.
const AFTER_RESTORE: &str =
    "the repository was put back from a backup; holds and requests made after it have to be entered again first";

/// Puts a repository back. All destruction is stopped in it, until a person resumes it.
pub fn restore(what: &Restoring<'_>, actor: &str, monitor: &dyn Monitor) -> Result<RestoreReport, BackupError> {
    let backup = newest(what.backup)?;
    let (manifest, document) = Manifest::read(&backup)?;
    // The list is checked with the key of the key set: a backup that others made cannot be put in its place.
    let reader = KeyReader::open(what.key_set, &manifest.repository)?;
    Manifest::check(&document, &Signer::from_seed(reader.signing_seed()).public_key_hex(), &backup)?;
    drop(reader);
    let free = std::fs::read_dir(what.to).map(|mut entries| entries.next().is_none()).unwrap_or(true);
    if !free {
        return Err(BackupError::Repository(RepositoryError::NotEmpty { directory: what.to.to_owned() }));
    }
    let staging = beside(what.to);
    durable::remove_dir_all(&staging).map_err(|error| BackupError::io(&staging, error))?;
    copy_all(&backup, &manifest, &staging, monitor)?;
    let key_sets = name_key_sets(what, &staging)?;
    let mut repository = Repository::open_put_back(&staging, what.now)?;
    let difference = repository.join_newest_keys(manifest.event, actor)?;
    let mut protected_then = Vec::new();
    for family in &difference.without_key {
        if !repository.catalog().reading().guards_of(*family, repository.today())?.is_empty() {
            protected_then.push(*family);
        }
    }
    let reason =
        format!("its key is gone from the newest key set: it was destroyed after the backup of {}", manifest.event);
    let destroyed_since = record_gone(&mut repository, &difference.without_key, &reason, actor)?;
    // A hold placed after the backup is not in it, and a plan approved before it is: nothing may run until a person has
    // looked.
    if standing_stop(&repository.catalog().reading())?.is_none() {
        stop(&mut repository, AFTER_RESTORE, actor)?;
    }
    catch_up(&mut repository)?;
    rebuild_index(&mut repository.work()?, monitor)?;
    // Nothing of the log is left behind when the folder gets its name.
    repository.catalog().checkpoint()?;
    drop(repository);
    durable::sync_file_system(&staging).map_err(|error| BackupError::io(&staging, error))?;
    if what.to.is_dir() {
        durable::remove_dir_all(what.to).map_err(|error| BackupError::io(what.to, error))?;
    }
    durable::rename_new(&staging, what.to).map_err(|error| BackupError::io(what.to, error))?;
    Ok(RestoreReport { backup, manifest, difference, destroyed_since, protected_then, key_sets })
}

/// The folder in which a repository is put back before it gets its name.
fn beside(to: &Path) -> PathBuf {
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".restoring");
    to.with_file_name(name)
}

/// Copies the files of a backup, each compared with its digest.
fn copy_all(backup: &Path, manifest: &Manifest, to: &Path, monitor: &dyn Monitor) -> Result<(), BackupError> {
    let changed = |what: String| BackupError::Changed { path: backup.to_owned(), what };
    let create = |path: &Path| durable::create_dir_all(path).map_err(|error| BackupError::io(path, error));
    let clock = StopWatch::start();
    create(to)?;
    for path in Layout::new(to).directories() {
        create(&path)?;
    }
    let (mut items, mut bytes) = (0, 0);
    for file in &manifest.files {
        if monitor.stopped() {
            return Err(BackupError::Stopped);
        }
        let path = Path::new(&file.path);
        let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
        if !plain || file.path == MANIFEST {
            return Err(changed(format!("it lists {:?}, which is no file of a repository", file.path)));
        }
        let (source, target) = (backup.join(path), to.join(path));
        create(target.parent().unwrap_or(to))?;
        let (length, blake3) = copy(&source, &target)?;
        if (length, blake3) != (file.bytes, file.blake3) || digest_of(&target)? != (length, blake3) {
            return Err(changed(format!("the file {} was changed or is damaged", file.path)));
        }
        items += 1;
        bytes += length;
        let (task, total_bytes) = ("Putting back", manifest.files.iter().map(|one| one.bytes).sum());
        monitor.progress(Progress { task, items, bytes, total_bytes, seconds: clock.seconds() });
    }
    Ok(())
}

/// Writes the places of the key set into the profile.
fn name_key_sets(what: &Restoring<'_>, staging: &Path) -> Result<[PathBuf; 2], BackupError> {
    let whole = |path: &Path| std::fs::canonicalize(path).map_err(|error| BackupError::io(path, error));
    let mut profile = Repository::profile_of(staging)?;
    let first = whole(what.key_set)?;
    let same = |path: &Path| path == first || std::fs::canonicalize(path).is_ok_and(|path| path == first);
    let second = match what.key_set_second {
        Some(second) => std::path::absolute(second).map_err(|error| BackupError::io(second, error))?,
        None if !same(&profile.key_set_second) => profile.key_set_second.clone(),
        None => profile.key_set.clone(),
    };
    let to = std::path::absolute(what.to).map_err(|error| BackupError::io(what.to, error))?;
    if same(&second) || first.starts_with(&to) || second.starts_with(&to) {
        let why = "is no second place for the keys: name another one with --key-set-second";
        return Err(BackupError::Place { path: second, why });
    }
    profile.key_set = first;
    profile.key_set_second = second;
    Repository::store_profile(staging, &profile)?;
    Ok([profile.key_set, profile.key_set_second])
}
