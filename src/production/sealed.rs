//! The sealed copy: every file of a production as one bundle in the vault, under a key of its own. It is what a
//! production is delivered from again, whatever became of the items it was made of.

use super::ProductionError;
use super::folder::{Folder, Stream, Written};
use super::plan::Plan;
use crate::base::clock::StopWatch;
use crate::base::digest::PairHasher;
use crate::base::monitor::{Monitor, Progress};
use crate::catalog::{ProductionRow, SealedAt};
use crate::package::bundle::{self, Take, Unbundle};
use crate::package::statement::Statement;
use crate::repository::Repository;
use crate::repository::{FACTS_SCHEMA, RepositoryError, StoredProduction, Work, location_of};
use crate::vault::{FamilyKey, Month, Section, Streamed, VaultError};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Seals the checked files of a folder, in order of their paths, and makes them durable. A file that is not any more
/// what was written and checked stops it. The partition is the month in which the production is made.
pub(super) fn seal(
    work: &mut Work<'_>,
    plan: &Plan,
    statement: &Statement,
    root: &Path,
    files: &[Written],
    monitor: &dyn Monitor,
) -> Result<(FamilyKey, SealedAt), ProductionError> {
    assert!(files.is_sorted_by(|one, other| one.path < other.path), "a bundle has its files in order, none twice");
    let key = FamilyKey::random();
    let progress = Told::new("Sealing the production", files.iter().map(|one| one.bytes).sum(), monitor);
    let mut bundling = Bundling { root, files: files.iter(), head: bundle::BEGINNING.to_vec(), open: None, progress };
    let facts = |streamed: &Streamed| {
        let facts = StoredProduction {
            schema: FACTS_SCHEMA,
            production: plan.production,
            manifest_sha256: statement.manifest_sha256.clone(),
            files: files.len() as u64,
            blake3: streamed.blake3,
            sha256: streamed.sha256,
            bytes: streamed.bytes,
        };
        let json = serde_json::to_vec(&facts);
        assert!(json.is_ok(), "plain values with text keys always become JSON");
        json.unwrap_or_default()
    };
    match work.seal_ahead(Month::of(Some(plan.made_at)), &key, &mut bundling, facts) {
        Ok(at) => Ok((key, at)),
        Err(_) if monitor.stopped() => Err(ProductionError::Stopped),
        Err(error) => Err(error.into()),
    }
}

/// Writes the sealed copy of a production out into a new folder, and makes it durable.
pub(super) fn open(
    repository: &Repository,
    row: &ProductionRow,
    root: &Path,
    monitor: &dyn Monitor,
) -> Result<(), ProductionError> {
    let location = location_of(&row.at)?;
    let key = repository.key_of(row.family, &row.at)?;
    let mut folder = Folder::create(root)?;
    let progress = Told::new("Opening the sealed production", row.at.length, monitor);
    let mut unpacking = Unpacking { folder: &mut folder, open: None, failure: None, progress };
    let mut unbundle = Unbundle::new(&mut unpacking);
    let opened = repository.vault().read_to(&location, &key, Section::Original, 0, &mut unbundle);
    let opened = opened.and_then(|_| unbundle.finish().map_err(VaultError::Sink));
    match (unpacking.failure, opened) {
        (Some(failure), _) => Err(failure),
        (None, Ok(())) => folder.sync(),
        (None, Err(error)) => Err(RepositoryError::from(error).into()),
    }
}

/// Tells how far it is, every so many bytes, and whether to go on.
struct Told<'m> {
    task: &'static str,
    monitor: &'m dyn Monitor,
    watch: StopWatch,
    items: u64,
    bytes: u64,
    total_bytes: u64,
}

impl<'m> Told<'m> {
    /// Bytes between two reports.
    const STEP: u64 = 16 * 1024 * 1024;

    fn new(task: &'static str, total_bytes: u64, monitor: &'m dyn Monitor) -> Self {
        monitor.progress(Progress { task, items: 0, bytes: 0, total_bytes, seconds: 0.0 });
        Self { task, monitor, watch: StopWatch::start(), items: 0, bytes: 0, total_bytes }
    }

    fn goes_on(&mut self, bytes: usize) -> bool {
        let before = self.bytes / Self::STEP;
        self.bytes += bytes as u64;
        if self.bytes / Self::STEP != before {
            let Self { task, items, bytes, total_bytes, .. } = *self;
            self.monitor.progress(Progress { task, items, bytes, total_bytes, seconds: self.watch.seconds() });
        }
        !self.monitor.stopped()
    }
}

/// The files of a folder as one bundle, read as it is needed.
struct Bundling<'f> {
    root: &'f Path,
    files: std::slice::Iter<'f, Written>,
    /// What comes before the bytes of the open file.
    head: Vec<u8>,
    open: Option<(File, PairHasher, &'f Written)>,
    progress: Told<'f>,
}

impl Read for Bundling<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.head.is_empty() {
                let step = self.head.len().min(out.len());
                out[..step].copy_from_slice(&self.head[..step]);
                self.head.drain(..step);
                return Ok(step);
            }
            if let Some((file, hasher, _)) = &mut self.open {
                let step = file.read(out)?;
                hasher.update(&out[..step]);
                if !self.progress.goes_on(step) {
                    return Err(io::Error::other("the user asked to stop"));
                }
                if step > 0 || out.is_empty() {
                    return Ok(step);
                }
            }
            if let Some((_, hasher, written)) = self.open.take() {
                check(hasher, written)?;
                self.progress.items += 1;
            }
            let Some(written) = self.files.next() else { return Ok(0) };
            self.open = Some((File::open(self.root.join(&written.path))?, PairHasher::default(), written));
            self.head = bundle::head(&written.path, written.bytes);
        }
    }
}

fn check(hasher: PairHasher, written: &Written) -> io::Result<()> {
    let (blake3, sha256, bytes) = hasher.finish();
    let same = (blake3.to_string(), sha256.to_string()) == (written.blake3.clone(), written.sha256.clone());
    if same && bytes == written.bytes {
        return Ok(());
    }
    Err(io::Error::other(format!("{} was changed after it had been checked", written.path)))
}

/// Puts the files of a bundle into a folder.
struct Unpacking<'f> {
    folder: &'f mut Folder,
    open: Option<Stream>,
    /// Why it stopped, which the vault can only tell as a failed write.
    failure: Option<ProductionError>,
    progress: Told<'f>,
}

impl Unpacking<'_> {
    fn keep(&mut self, done: Result<(), ProductionError>) -> io::Result<()> {
        done.map_err(|failure| {
            let told = io::Error::other(failure.to_string());
            self.failure = Some(failure);
            told
        })
    }
}

impl Take for Unpacking<'_> {
    fn begin(&mut self, path: &str) -> io::Result<()> {
        let begun = self.folder.open(path).map(|stream| self.open = Some(stream));
        self.keep(begun)
    }

    fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        let going_on = if self.progress.goes_on(bytes.len()) { Ok(()) } else { Err(ProductionError::Stopped) };
        let pushed = going_on.and_then(|()| self.open.as_mut().map_or(Ok(()), |stream| stream.push(bytes)));
        self.keep(pushed)
    }

    fn end(&mut self) -> io::Result<()> {
        self.progress.items += 1;
        let closed = self.open.take().map_or(Ok(()), |stream| self.folder.close(stream));
        self.keep(closed)
    }
}
