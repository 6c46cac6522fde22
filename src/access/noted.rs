//! Lists of hits: noted in a file, and taken into the ledger a little later.
//!
//! ```text
//! opened.notes    one JSON line for each list: at, by, command, families (numbers)
//! ```
//! A note is appended under the lock of the file and not made durable by itself: a power failure may lose the notes of the
//! last seconds. Settling writes the events in one transaction and empties the file; a crash between the two tells the same
//! lists twice.

use super::details;
use crate::base::durable;
use crate::base::id::FamilyId;
use crate::catalog::Reading;
use crate::model::event::Act;
use crate::repository::{Repository, RepositoryError};
use serde::{Deserialize, Serialize};
use std::io::Write;

/// Bytes of notes up to which a list only adds one; then they are settled at once.
const NOTES_BYTES: u64 = 1024 * 1024;
/// Who opened something where a note does not read back.
const NOBODY_KNOWN: &str = "unknown";

#[derive(Serialize, Deserialize)]
struct Note {
    at: String,
    by: String,
    command: String,
    families: Vec<i64>,
}

/// Notes that a command shows a list of items.
pub fn note(
    repository: &mut Repository,
    command: &str,
    families: &[FamilyId],
    actor: &str,
) -> Result<(), RepositoryError> {
    if families.is_empty() {
        return Ok(());
    }
    let note = Note {
        at: repository.now().to_rfc3339(),
        by: actor.to_owned(),
        command: command.to_owned(),
        families: families.iter().map(|family| family.get()).collect(),
    };
    let path = repository.layout().opened_notes();
    let wrong = |error| RepositoryError::io(&path, error);
    let line = serde_json::to_string(&note).map_err(|error| wrong(error.into()))? + "\n";
    let mut file = durable::append(&path).map_err(wrong)?;
    file.lock().map_err(wrong)?;
    file.write_all(line.as_bytes()).map_err(wrong)?;
    let bytes = file.metadata().map_err(wrong)?.len();
    drop(file);
    if bytes > NOTES_BYTES {
        settle(repository)?;
    }
    Ok(())
}

/// Takes the notes into the ledger, and returns how many events they became.
pub fn settle(repository: &mut Repository) -> Result<u64, RepositoryError> {
    let path = repository.layout().opened_notes();
    let wrong = |error| RepositoryError::io(&path, error);
    if !path.exists() {
        return Ok(0);
    }
    let file = durable::append(&path).map_err(wrong)?;
    file.lock().map_err(wrong)?;
    let text = std::fs::read_to_string(&path).map_err(wrong)?;
    if text.is_empty() {
        return Ok(0);
    }
    let at = repository.now();
    let events = repository.catalog_mut().write::<_, RepositoryError>(|writing| {
        let mut events = 0;
        for line in text.lines() {
            if let Some((by, details)) = told(&writing.reading(), line)? {
                writing.record_event(at, &by, Act::Opened, "items", &details)?;
                events += 1;
            }
        }
        Ok(events)
    })?;
    durable::truncate(&path, 0).map_err(wrong)?;
    Ok(events)
}

/// Who opened what by one note; `None` when all of it is determined to be public.
fn told(reading: &Reading<'_>, line: &str) -> Result<Option<(String, serde_json::Value)>, RepositoryError> {
    let Ok(note) = serde_json::from_str::<Note>(line) else {
        let details = serde_json::json!({ "command": "a list whose note does not read back" });
        return Ok(Some((NOBODY_KNOWN.to_owned(), details)));
    };
    let families: Vec<FamilyId> = note.families.into_iter().map(FamilyId::new).collect();
    let details = details(reading, &note.command, &families)?.map(|mut details| {
        details["noted_at"] = note.at.into();
        (note.by, details)
    });
    Ok(details)
}
