//! The document system's receipt: the entry of each file and the digest of what is stored there.

use super::FilingError;
use crate::base::digest::Sha256Digest;
use crate::base::id::{EventId, FamilyId, FilingId};
use crate::catalog::{FamilyState, FiledFile};
use crate::model::event::Act;
use crate::repository::Repository;
use crate::retention::read_tables;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Characters of the longest entry.
const ENTRY_CHARS: usize = 120;

/// One line of a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptLine {
    /// The file, as the filing names it.
    pub file: String,
    /// The entry of the document system.
    pub entry: String,
    /// SHA-256 of the file as it is stored there, hexadecimal.
    pub sha256: String,
}

/// What a receipt came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Files whose entry was recorded now.
    pub files: u64,
    /// Records that count as filed since, because every file of them has its entry.
    pub filed: Vec<FamilyId>,
    /// Files of the filing that have none yet.
    pub missing: Vec<String>,
    /// The event.
    pub event: EventId,
}

/// Reads a receipt from a table: CSV or a workbook with the columns file, entry and sha256. Lines with neither entry nor
/// digest are not there yet.
pub fn read(path: &Path) -> Result<Vec<ReceiptLine>, FilingError> {
    let bytes = std::fs::read(path).map_err(|error| FilingError::io(path, error))?;
    let wrong = |message: String| FilingError::Refused(format!("the receipt {}: {message}", path.display()));
    let tables = read_tables(&bytes).map_err(|error| wrong(error.to_string()))?;
    let mut lines = Vec::new();
    for table in tables {
        let mut rows = table.rows.into_iter();
        let Some((_, head)) = rows.next() else { continue };
        let column = |name: &str| {
            let at = head.iter().position(|cell| cell.trim().eq_ignore_ascii_case(name));
            at.ok_or_else(|| wrong(format!("it has no column {name}; it needs file, entry and sha256")))
        };
        let (file, entry, sha256) = (column("file")?, column("entry")?, column("sha256")?);
        for (number, row) in rows {
            let cell = |at: usize| row.get(at).map_or("", |cell| cell.trim()).to_owned();
            let line = ReceiptLine { file: cell(file), entry: cell(entry), sha256: cell(sha256).to_lowercase() };
            if line.entry.is_empty() && line.sha256.is_empty() {
                continue;
            }
            if line.file.is_empty() || line.entry.is_empty() || line.sha256.is_empty() {
                return Err(wrong(format!("line {number} has no file, no entry or no digest")));
            }
            lines.push(line);
        }
    }
    Ok(lines)
}

/// Takes a receipt. One digest that is not that of the file that was written refuses the whole: what is stored there is
/// something else, or was changed on the way. A refusal is recorded.
pub fn receipt(
    repository: &mut Repository,
    filing: FilingId,
    lines: &[ReceiptLine],
    actor: &str,
) -> Result<Received, FilingError> {
    let result = take(repository, filing, lines, actor);
    if let Err(FilingError::Refused(message)) = &result {
        let at = repository.now();
        repository.catalog_mut().write::<_, FilingError>(|writing| {
            let details = serde_json::json!({ "reason": message });
            writing.record_event(at, actor, Act::Refused, &filing.to_string(), &details)?;
            Ok(())
        })?;
    }
    result
}

fn take(
    repository: &mut Repository,
    filing: FilingId,
    lines: &[ReceiptLine],
    actor: &str,
) -> Result<Received, FilingError> {
    let refused = |message: String| Err(FilingError::Refused(message));
    let files = repository.catalog().reading().filed_files(filing)?;
    if files.is_empty() {
        return refused(format!("there is no filing {filing}"));
    }
    if lines.is_empty() {
        return refused("the receipt names no file with its entry and digest".to_owned());
    }
    let secret = repository.keys().digest_secret();
    let mut entries: BTreeMap<&str, &str> = BTreeMap::new();
    for line in lines {
        let Some(file) = files.iter().find(|file| file.name == line.file) else {
            return refused(format!("the filing {filing} has no file {}", crate::text::safe(&line.file)));
        };
        if line.entry.chars().count() > ENTRY_CHARS || line.entry.chars().any(char::is_control) {
            return refused(format!("the entry of {} is no number or short name", line.file));
        }
        let sha256 = line.sha256.parse::<Sha256Digest>().ok().map(|digest| digest.to_string());
        if sha256.is_none_or(|sha256| secret.name(sha256.as_bytes()) != file.digest) {
            let message = format!(
                "the digest of {} is not that of the file that was written out: what is stored under {} is another file",
                line.file,
                crate::text::safe(&line.entry)
            );
            return refused(message);
        }
        if let Some(other) = file.entry.as_ref().filter(|(entry, _)| *entry != line.entry) {
            return refused(format!("{} has the entry {} already", line.file, other.0));
        }
        if entries.insert(&file.name, &line.entry).is_some_and(|entry| entry != line.entry) {
            return refused(format!("the receipt names {} with two entries", line.file));
        }
    }
    recorded(repository, filing, &files, &entries, actor)
}

fn recorded(
    repository: &mut Repository,
    filing: FilingId,
    files: &[FiledFile],
    entries: &BTreeMap<&str, &str>,
    actor: &str,
) -> Result<Received, FilingError> {
    let has_entry = |file: &FiledFile| file.entry.is_some() || entries.contains_key(file.name.as_str());
    let all: BTreeSet<FamilyId> = files.iter().map(|file| file.family).collect();
    let unfinished: BTreeSet<FamilyId> = files.iter().filter(|file| !has_entry(file)).map(|file| file.family).collect();
    let touched: BTreeSet<FamilyId> =
        files.iter().filter(|file| entries.contains_key(file.name.as_str())).map(|file| file.family).collect();
    let missing = files.iter().filter(|file| !has_entry(file)).map(|file| file.name.clone()).collect();
    let at = repository.now();
    let system = super::stub::system_name(repository);
    repository.catalog_mut().write::<_, FilingError>(|writing| {
        let mut filed = Vec::new();
        for family in all.difference(&unfinished).filter(|family| touched.contains(family)) {
            if writing.reading().family(*family)?.state == FamilyState::Live {
                filed.push(*family);
            }
        }
        let listed: Vec<(&str, &str)> = entries.iter().map(|(file, entry)| (*file, *entry)).collect();
        let details = serde_json::json!({
            "receipt": true, "system": system, "entries": listed, "families": filed, "filing": filing,
        });
        let event = writing.record_event(at, actor, Act::Filed, &filing.to_string(), &details)?;
        for (file, entry) in entries {
            writing.set_filed_entry(filing, file, entry, event.id)?;
        }
        for family in &filed {
            writing.set_filed(*family, event.id)?;
        }
        Ok(Received { files: entries.len() as u64, filed, missing, event: event.id })
    })
}
