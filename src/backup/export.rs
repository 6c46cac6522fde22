//! Everything written out in its own formats: the exact originals, and what is known of each in CSV files that any
//! program reads. Nobody is locked in.
//!
//! ```text
//! README.txt         what lies here, and every column of every table
//! items.csv          one row for each item that is here, with the file of its original
//! natives/<month>/   the originals, byte for byte
//! quarantined.csv    what could not be processed, with quarantined/ for its bytes
//! destroyed.csv      what was destroyed, when and under which rule
//! holds.csv requests.csv events.csv
//! ```
//! Cut off, the same command goes on: an original that lies there with the right bytes is not written again. What was set
//! aside, because it came from a personal device and is not sorted or is personal, is left out and counted.

use super::take::digest_of;
use super::{BackupError, refuse_own};
use crate::base::clock::StopWatch;
use crate::base::durable;
use crate::base::id::{EventId, FamilyId};
use crate::base::monitor::{Monitor, Progress};
use crate::catalog::{CatalogError, FamilyFilter, FamilyRow, FamilyState, Reading};
use crate::model::event::Act;
use crate::model::hold::HoldState;
use crate::model::record::{Role, SourceTime};
use crate::report::{Column, Table};
use crate::repository::{Repository, RepositoryError, StoredFacts, location_of};
use crate::vault::Section;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Families read in one step, so that memory stays bounded.
const STEP: u64 = 1_000;
/// Characters of the ending of an attached or loose file's name that are kept.
const ENDING_CHARS: usize = 8;

/// The columns of `items.csv`, with what each holds.
const ITEMS: &[(&str, &str)] = &[
    ("item", "the number of the item in the repository (a message with its attachments is one)"),
    ("kind", "email, text, call, voicemail, contact or file"),
    ("sent_at", "when it was sent or the call began, UTC (RFC 3339); empty where unknown"),
    ("sent_as_written", "the same as it stands in the source"),
    ("received_at", "when it was received, UTC"),
    ("from", "author or caller"),
    ("to", "everybody else who took part, with the part played"),
    ("subject", "subject or title"),
    ("custodians", "whose copies there are"),
    ("status", "record status"),
    ("basis", "how the status came to stand"),
    ("series", "the series, by its key in the schedule"),
    ("attachments", "how many files are attached; they are in the original"),
    ("copies", "how many copies were found in the exports"),
    ("protected_by", "holds and open requests that protect it"),
    ("shape", "how the original is to be read: message, file, or the reader's word"),
    ("bytes", "bytes of the original"),
    ("sha256", "SHA-256 of the original"),
    ("native", "the file of the original, below this folder"),
];

/// What writing everything out came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportReport {
    /// Items written out.
    pub items: u64,
    /// Of them, those whose original lay there already.
    pub there_already: u64,
    /// Bytes of all originals.
    pub bytes: u64,
    /// Items left out because they came from personal devices.
    pub set_aside: u64,
    /// Quarantined items written out.
    pub quarantined: u64,
    /// Items that could not be read back, with the reason; they are named and not written.
    pub unreadable: Vec<(FamilyId, String)>,
}

/// Writes everything out below a folder.
pub fn export_all(
    repository: &mut Repository,
    folder: &Path,
    actor: &str,
    monitor: &dyn Monitor,
) -> Result<ExportReport, BackupError> {
    refuse_own(repository, folder)?;
    create(folder)?;
    let mut report = ExportReport::default();
    items(repository, folder, &mut report, monitor)?;
    quarantined(repository, folder, &mut report)?;
    tables(repository, folder)?;
    let readme = folder.join("README.txt");
    durable::replace(&readme, told(repository, &report).as_bytes()).map_err(|error| BackupError::io(&readme, error))?;
    durable::sync_file_system(folder).map_err(|error| BackupError::io(folder, error))?;
    let at = repository.now();
    repository.catalog_mut().write::<_, BackupError>(|writing| {
        let details = serde_json::json!({
            "items": report.items, "bytes": report.bytes, "set_aside": report.set_aside,
            "quarantined": report.quarantined, "unreadable": report.unreadable.len(),
        });
        writing.record_event(at, actor, Act::Exported, "everything", &details)?;
        Ok(())
    })?;
    Ok(report)
}

fn create(path: &Path) -> Result<(), BackupError> {
    durable::create_dir_all(path).map_err(|error| BackupError::io(path, error))
}

/// The rows of a table as CSV; the headings only where `head` says so.
fn csv(columns: &[(&str, &str)], rows: Vec<Vec<String>>, head: bool) -> String {
    let mut table = Table::new("", columns.iter().map(|(name, _)| Column::words(*name)));
    for row in rows {
        table.push(row.into_iter().map(crate::report::Cell::new));
    }
    let text = table.to_csv();
    if head { text } else { text.split_once('\n').map_or(String::new(), |(_, rows)| rows.to_owned()) }
}

/// A file that is written as a stream under another name and gets its own at the end.
struct Growing {
    path: PathBuf,
    partial: PathBuf,
    file: BufWriter<std::fs::File>,
}

impl Growing {
    fn begin(path: &Path) -> Result<Self, BackupError> {
        let partial = path.with_extension("partial");
        durable::remove(&partial).map_err(|error| BackupError::io(&partial, error))?;
        let file = durable::create_stream(&partial).map_err(|error| BackupError::io(&partial, error))?;
        Ok(Self { path: path.to_owned(), partial, file: BufWriter::new(file) })
    }

    fn push(&mut self, text: &str) -> Result<(), BackupError> {
        self.file.write_all(text.as_bytes()).map_err(|error| BackupError::io(&self.partial, error))
    }

    fn end(self) -> Result<(), BackupError> {
        let Self { path, partial, file } = self;
        let file = file.into_inner().map_err(|error| BackupError::io(&partial, error.into_error()))?;
        durable::sync_file(&file).map_err(|error| BackupError::io(&partial, error))?;
        drop(file);
        durable::remove(&path).map_err(|error| BackupError::io(&path, error))?;
        durable::rename_new(&partial, &path).map_err(|error| BackupError::io(&path, error))
    }
}

fn items(
    repository: &Repository,
    folder: &Path,
    report: &mut ExportReport,
    monitor: &dyn Monitor,
) -> Result<(), BackupError> {
    let reading = repository.catalog().reading();
    let aside: BTreeSet<FamilyId> = reading.families_set_aside()?.into_iter().collect();
    report.set_aside = aside.len() as u64;
    let names: BTreeMap<i64, String> =
        reading.custodians()?.into_iter().map(|(id, name, _)| (id.get(), name)).collect();
    let mut table = Growing::begin(&folder.join("items.csv"))?;
    table.push(&csv(ITEMS, Vec::new(), true))?;
    let clock = StopWatch::start();
    for rows in reading.families_in_steps(FamilyFilter::default(), STEP) {
        for row in rows?.iter().filter(|row| row.state == FamilyState::Live && !aside.contains(&row.id)) {
            if monitor.stopped() {
                return Err(BackupError::Stopped);
            }
            match one(repository, row, folder, report, &names) {
                Ok(cells) => table.push(&csv(ITEMS, vec![cells], false))?,
                // What was destroyed meanwhile is not there any more; what does not read back is named.
                Err(BackupError::Repository(RepositoryError::Destroyed { .. })) => {}
                Err(BackupError::Repository(error)) if error.is_integrity() => {
                    report.unreadable.push((row.id, error.to_string()));
                }
                Err(error) => return Err(error),
            }
        }
        let (items, bytes, seconds) = (report.items, report.bytes, clock.seconds());
        monitor.progress(Progress { task: "Writing out", items, bytes, total_bytes: 0, seconds });
    }
    table.end()
}

fn one(
    repository: &Repository,
    row: &FamilyRow,
    folder: &Path,
    report: &mut ExportReport,
    names: &BTreeMap<i64, String>,
) -> Result<Vec<String>, BackupError> {
    let facts = repository.family(row.id)?.facts;
    let native = native(row, &facts);
    let path = folder.join(&native);
    create(path.parent().unwrap_or(folder))?;
    let is_there = path.is_file() && digest_of(&path)? == (facts.bytes, facts.blake3);
    if !is_there {
        write_original(repository, row, &facts, &path)?;
    }
    report.items += 1;
    report.there_already += u64::from(is_there);
    report.bytes += facts.bytes;
    let reading = repository.catalog().reading();
    Ok(cells(repository, &reading, row, &facts, &native, names)?)
}

/// The original as a stream, so that its size does not matter; it gets its name once its digest is right.
fn write_original(
    repository: &Repository,
    row: &FamilyRow,
    facts: &StoredFacts,
    path: &Path,
) -> Result<(), BackupError> {
    let partial = path.with_extension("partial");
    for old in [&partial, path] {
        durable::remove(old).map_err(|error| BackupError::io(old, error))?;
    }
    let mut file = durable::create_private_stream(&partial).map_err(|error| BackupError::io(&partial, error))?;
    let key = repository.key_of(row.id, &row.at)?;
    let location = location_of(&row.at)?;
    repository.vault().read_to(&location, &key, Section::Original, 0, &mut file).map_err(RepositoryError::from)?;
    drop(file);
    if digest_of(&partial)? != (facts.bytes, facts.blake3) {
        let message = "its original does not hash to the digest in its facts".to_owned();
        return Err(RepositoryError::Facts { family: row.id, message }.into());
    }
    durable::rename_new(&partial, path).map_err(|error| BackupError::io(path, error))
}

/// Where the original goes. The name is made of the number; of what a stranger wrote only a harmless ending is kept.
fn native(row: &FamilyRow, facts: &StoredFacts) -> String {
    let written = facts.item.subject.rsplit_once('.').map_or("", |(_, ending)| ending);
    let harmless = !written.is_empty()
        && written.chars().count() <= ENDING_CHARS
        && written.chars().all(|letter| letter.is_ascii_alphanumeric());
    let ending = match facts.shape.as_str() {
        "message" => "eml".to_owned(),
        "file" if harmless => written.to_ascii_lowercase(),
        _ => "bin".to_owned(),
    };
    format!("natives/{}/{}.{ending}", row.at.month, row.id)
}

fn cells(
    repository: &Repository,
    reading: &Reading<'_>,
    row: &FamilyRow,
    facts: &StoredFacts,
    native: &str,
    names: &BTreeMap<i64, String>,
) -> Result<Vec<String>, CatalogError> {
    let item = &facts.item;
    let at = |time: &Option<SourceTime>| time.as_ref().map(|one| one.at.to_rfc3339()).unwrap_or_default();
    let shown = |name: &str, address: &str| match (name.is_empty(), address.is_empty()) {
        (false, false) => format!("{name} <{address}>"),
        _ => format!("{name}{address}"),
    };
    let parties = |author: bool| -> String {
        let mut all = Vec::new();
        for party in item.parties.iter().filter(|party| (party.role == Role::From) == author) {
            let who = shown(&party.name, &party.address);
            let role = serde_json::to_value(party.role).ok().and_then(|one| one.as_str().map(str::to_owned));
            all.push(if author { who } else { format!("{}: {who}", role.unwrap_or_default()) });
        }
        all.join("; ")
    };
    let custodians = reading.custodians_of(row.id)?;
    let custodians: Vec<&str> = custodians.iter().filter_map(|id| names.get(&id.get()).map(String::as_str)).collect();
    let guards: Vec<String> =
        reading.guards_of(row.id, repository.today())?.into_iter().map(|one| one.to_string()).collect();
    Ok(vec![
        row.id.to_string(),
        row.kind.word().to_owned(),
        at(&item.sent_at),
        item.sent_at.as_ref().map(|one| one.as_written.clone()).unwrap_or_default(),
        at(&item.received_at),
        parties(true),
        parties(false),
        item.subject.clone(),
        custodians.join("; "),
        row.standing.status.word().to_owned(),
        row.standing.basis.word().to_owned(),
        row.standing.series.clone(),
        item.attachments.len().to_string(),
        reading.copies(row.id)?.len().to_string(),
        guards.join("; "),
        facts.shape.clone(),
        facts.bytes.to_string(),
        facts.sha256.to_string(),
        native.to_owned(),
    ])
}

/// The columns of `quarantined.csv`.
const QUARANTINED: &[(&str, &str)] = &[
    ("exception", "the number"),
    ("code", "what kind of trouble"),
    ("message", "what is wrong"),
    ("container", "the export it was in"),
    ("place", "where in it"),
    ("native", "the file of its bytes, below this folder"),
];

fn quarantined(repository: &Repository, folder: &Path, report: &mut ExportReport) -> Result<(), BackupError> {
    let reading = repository.catalog().reading();
    // What stood in an export of a personal device is set aside as its items are.
    let personal: BTreeSet<_> =
        reading.source_files()?.into_iter().filter(|one| one.personal).map(|one| one.container).collect();
    let mut rows = Vec::new();
    for row in reading.exceptions()? {
        if personal.contains(&row.container) {
            report.set_aside += 1;
            continue;
        }
        let facts = repository.exception(&row)?;
        let native = format!("quarantined/{}.bin", row.id);
        let path = folder.join(&native);
        create(path.parent().unwrap_or(folder))?;
        let bytes = repository.exception_original(&row)?;
        durable::replace(&path, &bytes).map_err(|error| BackupError::io(&path, error))?;
        report.quarantined += 1;
        let container = reading.container_path(row.container)?;
        let code = row.code.word().to_owned();
        rows.push(vec![row.id.to_string(), code, facts.problem.message, container, facts.place, native]);
    }
    write_table(folder, "quarantined.csv", QUARANTINED, rows)
}

fn write_table(folder: &Path, name: &str, columns: &[(&str, &str)], rows: Vec<Vec<String>>) -> Result<(), BackupError> {
    let path = folder.join(name);
    durable::replace(&path, csv(columns, rows, true).as_bytes()).map_err(|error| BackupError::io(&path, error))
}

/// The columns of `destroyed.csv`.
const DESTROYED: &[(&str, &str)] = &[
    ("item", "the number of the item"),
    ("destroyed_at", "when its destruction was decided, UTC"),
    ("plan", "the plan it is named in"),
    ("edition", "the edition of the schedule"),
    ("series", "the series"),
];
/// The columns of `holds.csv`.
const HOLDS: &[(&str, &str)] = &[
    ("hold", "the number"),
    ("matter", "the matter"),
    ("issued_by", "who placed it"),
    ("issued_at", "when, UTC"),
    ("reason", "why"),
    ("scope", "what it covers, as JSON"),
    ("state", "active, or who released it and why"),
];
/// The columns of `requests.csv`.
const REQUESTS: &[(&str, &str)] = &[
    ("request", "the number"),
    ("kind", "what kind of request"),
    ("requester", "who asked"),
    ("description", "for what"),
    ("received_on", "the day it was received"),
    ("due_on", "the day the answer is due"),
    ("status", "how it stands"),
    ("scope", "what it reaches, as JSON"),
];
/// The columns of `events.csv`.
const EVENTS: &[(&str, &str)] = &[
    ("event", "the number, without gaps"),
    ("at", "when, UTC"),
    ("actor", "who"),
    ("act", "what was done"),
    ("subject", "on what"),
    ("details", "ids, counts, digests and reasons, as JSON"),
    ("hash", "the hash that binds it to the event before"),
];

fn tables(repository: &Repository, folder: &Path) -> Result<(), BackupError> {
    let reading = repository.catalog().reading();
    let mut rows = Vec::new();
    for destruction in reading.destructions()? {
        for stone in reading.tombstones(destruction.id)? {
            let (at, rule) = (stone.destroyed_at.to_rfc3339(), stone.rule);
            rows.push(vec![stone.family.to_string(), at, destruction.plan.to_string(), rule.edition, rule.series]);
        }
    }
    write_table(folder, "destroyed.csv", DESTROYED, rows)?;
    let json = |value: serde_json::Result<String>| value.unwrap_or_default();
    let holds = reading.holds()?.into_iter().map(|hold| {
        let state = match &hold.state {
            HoldState::Active => "active".to_owned(),
            HoldState::Released { reason, .. } => format!("released: {reason}"),
        };
        let scope = json(serde_json::to_string(&hold.scope));
        vec![hold.id.to_string(), hold.matter, hold.issued_by, hold.issued_at.to_rfc3339(), hold.reason, scope, state]
    });
    write_table(folder, "holds.csv", HOLDS, holds.collect())?;
    let requests = reading.requests()?.into_iter().map(|one| {
        let scope = json(serde_json::to_string(&one.scope));
        vec![
            one.id.to_string(),
            one.kind.word().to_owned(),
            one.requester,
            one.description,
            one.received_on.to_string(),
            one.due.on.to_string(),
            one.status.word().to_owned(),
            scope,
        ]
    });
    write_table(folder, "requests.csv", REQUESTS, requests.collect())?;
    let mut events = Growing::begin(&folder.join("events.csv"))?;
    events.push(&csv(EVENTS, Vec::new(), true))?;
    reading.each_event::<BackupError>(EventId::new(0), |event| {
        let (id, at, act) = (event.id.to_string(), event.at.to_rfc3339(), event.act.word().to_owned());
        let row = vec![id, at, event.actor, act, event.subject, event.details, event.hash];
        events.push(&csv(EVENTS, vec![row], false))
    })?;
    events.end()
}

/// What stands in README.txt.
fn told(repository: &Repository, report: &ExportReport) -> String {
    let profile = repository.profile();
    let exercise = if profile.exercise { "EXERCISE\n\n" } else { "" };
    let mut text = format!(
        "{exercise}Everything the repository of {} holds, written out on {}.\n\n{} items with {} bytes of originals, exactly \
         as they came in; {} quarantined items.\n{} items are left out, because they came from personal devices and are \
         not sorted, or are personal.\n{} items could not be read back.\n\nThe tables are CSV (RFC 4180, UTF-8). A cell that \
         a spreadsheet would take for a formula has an apostrophe before it.\n",
        profile.city,
        repository.today(),
        report.items,
        report.bytes,
        report.quarantined,
        report.set_aside,
        report.unreadable.len()
    );
    for (family, why) in &report.unreadable {
        text.push_str(&format!("    {family}: {why}\n"));
    }
    let tables = [
        ("items.csv", ITEMS),
        ("quarantined.csv", QUARANTINED),
        ("destroyed.csv", DESTROYED),
        ("holds.csv", HOLDS),
        ("requests.csv", REQUESTS),
        ("events.csv", EVENTS),
    ];
    for (name, columns) in tables {
        text.push_str(&format!("\n{name}\n"));
        for (column, what) in columns {
            text.push_str(&format!("    {column:<16} {what}\n"));
        }
    }
    text
}
