//! The drop folder: what lies in it and is to be taken in tonight.
//!
//! Nothing in it is moved or removed: the intake register says where each export lies, and when it is to be disposed of
//! there. What was taken in is remembered by a keyed digest of its path and of how its files stood, so that nobody reads
//! the same export every night, and one that grew is read again.

use crate::base::clock::Clock;
use crate::base::digest::{DigestSecret, KeyedDigest};
use crate::catalog::{CatalogError, Reading, Writing};
use chrono::{DateTime, Duration, Utc};
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Under which it is remembered how an export stood, before the keyed digest of its path.
const REMEMBERED: &str = "dropped ";
/// Levels of folders below the drop folder that are looked into.
const DEPTH: usize = 64;

/// One file or folder of the drop folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dropped {
    /// Its path.
    pub path: PathBuf,
    /// How its files stand: keyed digest over paths, lengths and times of change.
    state: KeyedDigest,
    /// When anything of it was last changed.
    changed: DateTime<Utc>,
}

/// What lies in a drop folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// New, or different from what was taken in.
    pub new: Vec<Dropped>,
    /// Still being copied.
    pub unsettled: u64,
    /// Taken in already, exactly so.
    pub known: u64,
}

/// Looks through a drop folder. Names that begin with a point are left alone.
pub(super) fn look(
    folder: &Path,
    secret: &DigestSecret,
    settle_minutes: u32,
    reading: &Reading<'_>,
) -> Result<Found, io::Error> {
    // Files have the times of this machine, whatever moment an exercise plays.
    let settled = Clock::System.now() - Duration::minutes(i64::from(settle_minutes));
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    paths.retain(|path| !path.file_name().unwrap_or_default().to_string_lossy().starts_with('.'));
    paths.sort();
    let mut found = Found::default();
    for path in paths {
        let dropped = Dropped::of(&path, secret)?;
        let remembered = reading.meta(&key(secret, &path)).map_err(|error| io::Error::other(error.to_string()))?;
        if remembered.as_deref() == Some(dropped.state.to_string().as_str()) {
            found.known += 1;
        } else if settle_minutes > 0 && dropped.changed > settled {
            found.unsettled += 1;
        } else {
            found.new.push(dropped);
        }
    }
    Ok(found)
}

fn key(secret: &DigestSecret, path: &Path) -> String {
    format!("{REMEMBERED}{}", secret.name(path.to_string_lossy().as_bytes()))
}

impl Dropped {
    fn of(path: &Path, secret: &DigestSecret) -> Result<Self, io::Error> {
        let (mut lines, mut changed) = (Vec::new(), DateTime::UNIX_EPOCH);
        stands(path, DEPTH, &mut lines, &mut changed)?;
        lines.sort();
        Ok(Self { path: path.to_owned(), state: secret.name(lines.join("\n").as_bytes()), changed })
    }

    /// Remembers that it was taken in as it stood when it was looked at.
    pub(super) fn remember(&self, writing: &Writing<'_>, secret: &DigestSecret) -> Result<(), CatalogError> {
        writing.set_meta(&key(secret, &self.path), &self.state.to_string())
    }
}

fn stands(path: &Path, depth: usize, lines: &mut Vec<String>, changed: &mut DateTime<Utc>) -> Result<(), io::Error> {
    let metadata = fs::symlink_metadata(path)?;
    let at = changed_at(&metadata);
    *changed = (*changed).max(at);
    if metadata.is_dir() && depth > 0 {
        for entry in fs::read_dir(path)? {
            stands(&entry?.path(), depth - 1, lines, changed)?;
        }
    } else {
        let nanoseconds = at.timestamp_nanos_opt().unwrap_or_default();
        lines.push(format!("{} {} {nanoseconds}", path.display(), metadata.len()));
    }
    Ok(())
}

/// When a file was last changed in any way: a copy that keeps its old time is new where it lies.
fn changed_at(metadata: &Metadata) -> DateTime<Utc> {
    let modified = metadata.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    let modified = modified.and_then(|at| i64::try_from(at.as_nanos()).ok()).unwrap_or_default();
    #[cfg(unix)]
    let changed = {
        use std::os::unix::fs::MetadataExt;
        metadata.ctime().saturating_mul(1_000_000_000).saturating_add(metadata.ctime_nsec())
    };
    #[cfg(not(unix))]
    let changed = modified;
    DateTime::from_timestamp_nanos(modified.max(changed))
}
