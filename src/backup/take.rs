//! Taking a backup: under the work lock, so that packs and catalog belong together.
//!
//! Written under another name, made durable, and named as the last step: a backup that was cut off is none, and the next
//! one clears it. A pack that has not changed since the newest backup is not read or copied again; it gets a second name.

use super::manifest::{MANIFEST, PREFIX, complete};
use super::{BackupError, BackupFile, Manifest, refuse_own};
use crate::base::clock::StopWatch;
use crate::base::digest::Blake3Digest;
use crate::base::durable;
use crate::base::fault;
use crate::base::monitor::{Monitor, Progress};
use crate::catalog::CatalogError;
use crate::model::event::Act;
use crate::repository::{Layout, Repository, RepositoryError};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Bytes copied in one step.
const STEP: usize = 1024 * 1024;
/// The name of a backup that is being written.
const UNFINISHED: &str = "backup.unfinished";

/// What a backup came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupReport {
    /// Where it lies.
    pub directory: PathBuf,
    /// What it is of.
    pub manifest: Manifest,
    /// Files that were copied, and their bytes.
    pub copied: (u64, u64),
    /// Files that had not changed since the newest backup, and their bytes.
    pub unchanged: (u64, u64),
    /// Older backups that were removed.
    pub removed: u64,
}

/// Makes a backup below a folder, and keeps the newest `keep` of those that lie there.
pub fn take(
    repository: &mut Repository,
    folder: &Path,
    keep: usize,
    actor: &str,
    monitor: &dyn Monitor,
) -> Result<BackupReport, BackupError> {
    refuse_own(repository, folder)?;
    durable::create_dir_all(folder).map_err(|error| BackupError::io(folder, error))?;
    let mut work = repository.work()?;
    // The newest key set has seen all that is in this backup: an older one will not pass for the newest.
    work.mark_keys()?;
    let opened = work.repository();
    let mut manifest = Manifest::of(opened)?;
    let unfinished = folder.join(UNFINISHED);
    durable::remove_dir_all(&unfinished).map_err(|error| BackupError::io(&unfinished, error))?;
    let before = complete(folder).pop().map(|path| Manifest::read(&path).map(|(one, _)| (path, one))).transpose();
    // A damaged older backup only means that nothing can be taken over from it.
    let before = before.ok().flatten().filter(|(_, one)| one.repository == manifest.repository);
    let mut copier = Copier::new(opened.layout(), &unfinished, before, monitor);
    copier.directory(Path::new(""))?;
    copier.catalog(opened)?;
    for path in listed(opened.layout())? {
        copier.file(&path)?;
    }
    manifest.files = copier.files;
    manifest.files.sort_by(|one, two| one.path.cmp(&two.path));
    let (copied, unchanged) = (copier.copied, copier.unchanged);
    let document = manifest.document(opened.signer(), &unfinished)?;
    let list = unfinished.join(MANIFEST);
    durable::create_new(&list, document.as_bytes()).map_err(|error| BackupError::io(&list, error))?;
    durable::sync_file_system(&unfinished).map_err(|error| BackupError::io(&unfinished, error))?;
    let directory = folder.join(name_of(&manifest, folder));
    // A backup of the same event was cut off before it was recorded, or nothing has happened since.
    durable::remove_dir_all(&directory).map_err(|error| BackupError::io(&directory, error))?;
    durable::rename_new(&unfinished, &directory).map_err(|error| BackupError::io(&directory, error))?;
    let at = work.repository().now();
    work.repository_mut().catalog_mut().write::<_, BackupError>(|writing| {
        let bytes: u64 = manifest.files.iter().map(|file| file.bytes).sum();
        let details = serde_json::json!({
            "event": manifest.event, "files": manifest.files.len(), "bytes": bytes,
            "list_blake3": Blake3Digest::of(document.as_bytes()),
        });
        writing.record_event(at, actor, Act::BackedUp, "backup", &details)?;
        Ok(())
    })?;
    drop(work);
    let mut all = complete(folder);
    all.truncate(all.len().saturating_sub(keep.max(1)));
    for old in &all {
        durable::remove_dir_all(old).map_err(|error| BackupError::io(old, error))?;
    }
    Ok(BackupReport { directory, manifest, copied, unchanged, removed: all.len() as u64 })
}

/// The name of a new backup: after all that lie there. Once an older backup was put back, there may be some of events that
/// the repository does not have any more; the newest backup is not taken for an older one because of them.
fn name_of(manifest: &Manifest, folder: &Path) -> String {
    let mut number = manifest.event.get();
    if let Some(last) = complete(folder).pop() {
        let name = last.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let taken = name.strip_prefix(PREFIX).and_then(|digits| digits.parse().ok()).unwrap_or(0);
        let is_same = Manifest::read(&last).is_ok_and(|(one, _)| {
            (one.event, one.event_hash.as_str()) == (manifest.event, manifest.event_hash.as_str())
        });
        number = if is_same { taken } else { number.max(taken + 1) };
    }
    format!("{PREFIX}{number:010}")
}

/// The files of a repository that are backed up beside the catalog: all but the index, the locks and the leases.
fn listed(layout: &Layout) -> Result<Vec<PathBuf>, BackupError> {
    let mut all = vec![layout.profile()];
    let access_log = layout.root().join("access.log");
    all.extend(access_log.is_file().then_some(access_log));
    let papers = [layout.certificates(), layout.checkpoints(), layout.reports(), layout.letters(), layout.templates()];
    for folder in [layout.vault(), layout.schedules()].into_iter().chain(papers) {
        walk(&folder, &mut all)?;
    }
    let root = layout.root();
    Ok(all.into_iter().filter_map(|path| path.strip_prefix(root).ok().map(Path::to_owned)).collect())
}

fn walk(folder: &Path, all: &mut Vec<PathBuf>) -> Result<(), BackupError> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(|error| BackupError::io(folder, error))? {
        let entry = entry.map_err(|error| BackupError::io(folder, error))?;
        let kind = entry.file_type().map_err(|error| BackupError::io(folder, error))?;
        let path = entry.path();
        if kind.is_dir() {
            walk(&path, all)?;
        } else if kind.is_file() && path.extension().is_none_or(|ending| ending != "tmp") {
            all.push(path);
        }
    }
    Ok(())
}

struct Copier<'m> {
    from: PathBuf,
    to: PathBuf,
    before: Option<PathBuf>,
    known: BTreeMap<String, BackupFile>,
    files: Vec<BackupFile>,
    copied: (u64, u64),
    unchanged: (u64, u64),
    monitor: &'m dyn Monitor,
    clock: StopWatch,
}

impl<'m> Copier<'m> {
    fn new(layout: &Layout, to: &Path, before: Option<(PathBuf, Manifest)>, monitor: &'m dyn Monitor) -> Self {
        let (before, known) = before.map(|(path, one)| (Some(path), one.files)).unwrap_or_default();
        Self {
            from: layout.root().to_owned(),
            to: to.to_owned(),
            before,
            known: known.into_iter().map(|file| (file.path.clone(), file)).collect(),
            files: Vec::new(),
            copied: (0, 0),
            unchanged: (0, 0),
            monitor,
            clock: StopWatch::start(),
        }
    }

    fn directory(&self, path: &Path) -> Result<(), BackupError> {
        let path = self.to.join(path);
        durable::create_dir_all(&path).map_err(|error| BackupError::io(&path, error))
    }

    /// The catalog as it stands, whoever else reads or decides meanwhile.
    fn catalog(&mut self, repository: &Repository) -> Result<(), BackupError> {
        let name = "catalog.sqlite";
        let target = self.to.join(name);
        repository.catalog().copy_to(&target)?;
        let (bytes, blake3) = digest_of(&target)?;
        self.copied = (self.copied.0 + 1, self.copied.1 + bytes);
        self.files.push(BackupFile { path: name.to_owned(), bytes, blake3, changed: String::new() });
        Ok(())
    }

    fn file(&mut self, path: &Path) -> Result<(), BackupError> {
        if self.monitor.stopped() {
            return Err(BackupError::Stopped);
        }
        let (source, target) = (self.from.join(path), self.to.join(path));
        let name = path.to_string_lossy().replace('\\', "/");
        self.directory(path.parent().unwrap_or(Path::new("")))?;
        let metadata = fs::metadata(&source).map_err(|error| BackupError::io(&source, error))?;
        let changed = metadata.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let changed = changed.map(|at| at.as_nanos().to_string()).unwrap_or_default();
        let known = self.known.get(&name).filter(|file| {
            file.bytes == metadata.len() && file.changed == changed && !changed.is_empty() && name.starts_with("vault/")
        });
        if let (Some(known), Some(before)) = (known, &self.before) {
            let old = before.join(path);
            if fs::metadata(&old).is_ok_and(|old| old.len() == known.bytes) {
                durable::link_new(&old, &target).map_err(|error| BackupError::io(&target, error))?;
                self.unchanged = (self.unchanged.0 + 1, self.unchanged.1 + known.bytes);
                self.files.push(known.clone());
                return Ok(());
            }
        }
        let (bytes, blake3) = copy(&source, &target)?;
        self.copied = (self.copied.0 + 1, self.copied.1 + bytes);
        self.files.push(BackupFile { path: name, bytes, blake3, changed });
        self.monitor.progress(Progress {
            task: "Backing up",
            items: self.files.len() as u64,
            bytes: self.copied.1,
            total_bytes: 0,
            seconds: self.clock.seconds(),
        });
        Ok(())
    }
}

/// Copies a file into a new one and says what passed. The caller makes it durable.
pub(super) fn copy(source: &Path, target: &Path) -> Result<(u64, Blake3Digest), BackupError> {
    fault::point("copy file").map_err(CatalogError::from)?;
    let mut from = File::open(source).map_err(|error| BackupError::io(source, error))?;
    let mut to = durable::create_private_stream(target).map_err(|error| BackupError::io(target, error))?;
    pass(&mut from, source, &mut |bytes| to.write_all(bytes).map_err(|error| BackupError::io(target, error)))
}

/// The length and digest of a file.
pub(super) fn digest_of(path: &Path) -> Result<(u64, Blake3Digest), BackupError> {
    let mut from = File::open(path).map_err(|error| BackupError::io(path, error))?;
    pass(&mut from, path, &mut |_| Ok(()))
}

fn pass(
    from: &mut File,
    path: &Path,
    take: &mut dyn FnMut(&[u8]) -> Result<(), BackupError>,
) -> Result<(u64, Blake3Digest), BackupError> {
    let mut hasher = crate::base::digest::PairHasher::default();
    let mut buffer = vec![0; STEP];
    loop {
        let read = from.read(&mut buffer).map_err(|error| RepositoryError::io(path, error))?;
        if read == 0 {
            let (blake3, _, bytes) = hasher.finish();
            return Ok((bytes, blake3));
        }
        hasher.update(&buffer[..read]);
        take(&buffer[..read])?;
    }
}
