//! The intake register: every file that was handed over, from its receipt until it is disposed of where it lay.
//!
//! An export that was taken in is a second copy of what the repository keeps, with no hold, no schedule and no key. The
//! register reminds of it until somebody says that it is gone, and never while something of it is held.
//!
//! A folder of loose files stands in one line: each file of it is an item of its own, and what it is called and what it
//! hashes to is told by the item and dies with it (I13).

use super::IngestError;
use super::custodians::Custodians;
use crate::base::digest::{PairHasher, Sha256Digest};
use crate::base::fault;
use crate::base::id::{ContainerId, IntakeId};
use crate::catalog::{CatalogError, SourceRow};
use crate::model::event::Act;
use crate::repository::{Repository, RepositoryError, Work};
use crate::vault::{FamilyKey, open_small, seal_small};
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// What the key of the register is derived from, and the lines are bound to.
const LABEL: &str = "intake register/1";
/// Bytes read at once.
const STEP: usize = 1024 * 1024;
/// Folders inside each other that are looked into.
const DEPTH: usize = 128;

/// The register could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// The repository failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The disposal is not recorded.
    #[error("{message}")]
    Refused {
        /// Why.
        message: String,
        /// What to do.
        hint: &'static str,
    },
}

/// What is sealed in a line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct SourceFacts {
    path: PathBuf,
    /// SHA-256 of the file; of a folder, of the list that `sha256sum` writes of its loose files in order of their paths.
    sha256: Option<Sha256Digest>,
    bytes: u64,
    files: u64,
    device: String,
    collected_by: String,
    collected_on: String,
    method: String,
}

/// One line of the register as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceLine {
    /// The container that it is.
    pub container: ContainerId,
    /// Where it lies; once every item of it is gone, the name it was taken in by.
    pub path: String,
    /// Its SHA-256, as `sha256sum` tells it; `None` once every item of it is gone.
    pub sha256: Option<Sha256Digest>,
    /// Bytes.
    pub bytes: u64,
    /// Files: 1, or the loose files of a folder.
    pub files: u64,
    /// Whose it is.
    pub custodian: Option<String>,
    /// The device, as the intake sheet tells it.
    pub device: String,
    /// Whether the device is a person's own.
    pub personal: bool,
    /// Who collected it.
    pub collected_by: String,
    /// When, as the sheet tells it.
    pub collected_on: String,
    /// How.
    pub method: String,
    /// When it was first taken in, UTC.
    pub taken_in_at: DateTime<Utc>,
    /// By when it is to be disposed of: a choice of the city.
    pub due_on: Option<NaiveDate>,
    /// Items of it that are here.
    pub items: u64,
    /// Of them, held or asked for.
    pub protected: u64,
    /// Whether a file or folder still lies there.
    pub still_there: bool,
    /// When it was disposed of.
    pub disposed_at: Option<DateTime<Utc>>,
    /// Who said so.
    pub disposed_by: Option<String>,
}

impl SourceLine {
    /// Whether somebody is to dispose of it.
    pub fn is_due(&self) -> bool {
        self.disposed_at.is_none() && self.protected == 0
    }
}

/// Writes the lines of an intake. Each file is read once more for its digest.
pub(super) fn register(
    work: &mut Work<'_>,
    path: &Path,
    custodians: &Custodians,
    intake: IntakeId,
) -> Result<(), IngestError> {
    let repository = work.repository();
    let (key, at) = (key(repository), repository.now());
    let mut places: BTreeMap<ContainerId, (PathBuf, Vec<String>)> = BTreeMap::new();
    for one in repository.catalog().reading().containers_of_intake(intake)? {
        let (place, mut names) = match one.parent {
            None => (std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()), Vec::new()),
            // What lies in a file or an archive was handed over with it.
            Some(parent) => match places.get(&parent) {
                Some((outer, names)) if outer.is_dir() => (outer.join(&one.name), names.clone()),
                _ => continue,
            },
        };
        names.push(one.name);
        if place.exists() {
            places.insert(one.id, (place, names));
        }
    }
    let apart: BTreeSet<PathBuf> = places.values().map(|(place, _)| place.clone()).collect();
    let mut rows = Vec::new();
    for (container, (place, names)) in places {
        let Some(mut facts) = look(&place, &apart)? else { continue };
        let names = names.iter().map(String::as_str);
        let whose = custodians.of(names.clone());
        if let Some(row) = custodians.sheet().and_then(|sheet| sheet.of(names)) {
            facts.device.clone_from(&row.device);
            facts.collected_by.clone_from(&row.collected_by);
            facts.collected_on.clone_from(&row.collected_on);
            facts.method.clone_from(&row.method);
        }
        // Of a file of which nothing was taken in, because all of it had been destroyed, no digest is kept either (I13).
        let reading = work.repository().catalog().reading();
        let all_destroyed = reading.items_of_container(container, work.repository().today())?.0 == 0
            && reading.returned_counts(container)?.0 > 0;
        let json = serde_json::to_vec(&facts);
        assert!(json.is_ok(), "plain values with text keys always become JSON");
        rows.push(SourceRow {
            container,
            custodian: whose.custodian,
            intake,
            personal: whose.personal,
            taken_in_at: at,
            sealed: if all_destroyed { Vec::new() } else { seal_small(&key, LABEL, &json.unwrap_or_default()) },
            disposed: None,
        });
    }
    work.repository_mut().catalog_mut().write::<_, IngestError>(|writing| {
        fault::point("register sources").map_err(CatalogError::from)?;
        for row in &rows {
            writing.register_source(row)?;
        }
        Ok(())
    })
}

/// The key of the register: it lies in the key set, as the digest secret it is derived from does.
fn key(repository: &Repository) -> FamilyKey {
    FamilyKey::from_bytes(*repository.keys().digest_secret().name(LABEL.as_bytes()).as_bytes())
}

/// What lies at a place; `None` for a folder without loose files. Containers in it that have lines of their own (`apart`)
/// are left out.
fn look(place: &Path, apart: &BTreeSet<PathBuf>) -> Result<Option<SourceFacts>, RepositoryError> {
    let mut facts = SourceFacts { path: place.to_owned(), ..SourceFacts::default() };
    if !place.is_dir() {
        let (sha256, bytes) = digest(place)?;
        (facts.sha256, facts.bytes, facts.files) = (Some(sha256), bytes, 1);
        return Ok(Some(facts));
    }
    let mut files = BTreeSet::new();
    loose_files(place, apart, 0, &mut files);
    let mut list = String::new();
    for file in &files {
        let (sha256, bytes) = digest(file)?;
        let name = file.strip_prefix(place).unwrap_or(file).to_string_lossy().replace('\\', "/");
        list.push_str(&format!("{sha256}  {name}\n"));
        facts.bytes += bytes;
        facts.files += 1;
    }
    facts.sha256 = Some(Sha256Digest::of(list.as_bytes()));
    Ok((facts.files > 0).then_some(facts))
}

fn loose_files(folder: &Path, apart: &BTreeSet<PathBuf>, depth: usize, files: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            _ if apart.contains(&path) => {}
            Ok(kind) if kind.is_dir() && depth < DEPTH => loose_files(&path, apart, depth + 1, files),
            Ok(kind) if kind.is_file() => {
                files.insert(path);
            }
            _ => {}
        }
    }
}

fn digest(file: &Path) -> Result<(Sha256Digest, u64), RepositoryError> {
    let failed = |error| RepositoryError::io(file, error);
    let mut opened = File::open(file).map_err(failed)?;
    let (mut pair, mut buffer) = (PairHasher::default(), vec![0; STEP]);
    loop {
        let read = opened.read(&mut buffer).map_err(failed)?;
        if read == 0 {
            let (_, sha256, bytes) = pair.finish();
            return Ok((sha256, bytes));
        }
        pair.update(&buffer[..read]);
    }
}

/// The register, in the order of receipt.
pub fn sources(repository: &Repository) -> Result<Vec<SourceLine>, RegisterError> {
    let reading = repository.catalog().reading();
    let (key, today, zone) = (key(repository), repository.today(), repository.zone());
    let names = reading.custodians()?;
    let last = reading.last_touched()?;
    // What a hold has not looked at yet counts as held.
    let behind = reading.live_guards(today)?.iter().any(|(_, _, through)| *through < last);
    let days = Days::new(u64::from(repository.profile().policy.source_days));
    let mut all = Vec::new();
    for row in reading.source_files()? {
        let facts = facts(&key, &row)?;
        let (items, protected) = reading.items_of_container(row.container, today)?;
        let path = match &facts {
            Some(facts) => facts.path.to_string_lossy().into_owned(),
            None => reading.container_path(row.container)?,
        };
        let still_there = Path::new(&path).exists();
        let facts = facts.unwrap_or_default();
        let whose = names.iter().find(|(id, ..)| Some(*id) == row.custodian);
        let (disposed_at, disposed_by) = row.disposed.unzip();
        all.push(SourceLine {
            container: row.container,
            path,
            sha256: facts.sha256,
            bytes: facts.bytes,
            files: facts.files,
            custodian: whose.map(|(_, name, _)| name.clone()),
            device: facts.device,
            personal: row.personal,
            collected_by: facts.collected_by,
            collected_on: facts.collected_on,
            method: facts.method,
            taken_in_at: row.taken_in_at,
            due_on: crate::base::clock::local_date(row.taken_in_at, zone).checked_add_days(days),
            items,
            protected: if behind { items } else { protected },
            still_there,
            disposed_at,
            disposed_by,
        });
    }
    Ok(all)
}

fn facts(key: &FamilyKey, row: &SourceRow) -> Result<Option<SourceFacts>, RepositoryError> {
    if row.sealed.is_empty() {
        return Ok(None);
    }
    let bytes = open_small(key, LABEL, &row.sealed)?;
    let read = serde_json::from_slice(&bytes);
    let damaged = || CatalogError::Damaged { what: "a line of the intake register", value: row.container.to_string() };
    Ok(Some(read.map_err(|_| damaged())?))
}

/// Records that a file or folder was disposed of where it lay, and says how many lines that are.
pub fn record_disposal(
    repository: &mut Repository,
    file: &Path,
    reason: &str,
    although_held: bool,
    actor: &str,
) -> Result<u64, RegisterError> {
    let refused = |message: String, hint| Err(RegisterError::Refused { message, hint });
    if reason.trim().is_empty() {
        return refused("a disposal needs its reason".to_owned(), "Say how it was disposed of: --reason");
    }
    let name = file.to_string_lossy();
    let whole = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let lines: Vec<SourceLine> = sources(repository)?
        .into_iter()
        .filter(|line| line.disposed_at.is_none() && (line.path == name || Path::new(&line.path) == whole))
        .collect();
    if lines.is_empty() {
        let message = format!("no file {name} is waiting in the intake register");
        return refused(message, "Name it as it stands in: recordroom intake list");
    }
    if lines.iter().any(|line| line.still_there) {
        let message = format!("{name} still lies there");
        return refused(message, "Delete it first, or give it back; then record it.");
    }
    if !although_held && lines.iter().any(|line| line.protected > 0) {
        let message = format!("items of {name} are held or asked for, so it was not to be disposed of");
        return refused(message, "Tell the attorney. If it is gone all the same, record that with --although-held.");
    }
    let at = repository.now();
    let containers: BTreeSet<ContainerId> = lines.iter().map(|line| line.container).collect();
    repository.catalog_mut().write::<_, RegisterError>(|writing| {
        for container in &containers {
            let details = serde_json::json!({ "reason": reason, "although_held": although_held });
            let event = writing.record_event(at, actor, Act::SourceDisposed, &container.to_string(), &details)?;
            fault::point("record disposal").map_err(CatalogError::from)?;
            writing.dispose_source(*container, at, actor, event.id)?;
        }
        Ok(lines.len() as u64)
    })
}
