//! `last-event`: how far the ledger had come when this key set was last written, and the hash of that event.
//!
//! ```text
//! recordroom last event 1
//! repository <id>
//! event <number>
//! hash <64 hexadecimal characters>
//! ```
//! An older catalog put in the place of the newest does not know what came in since, and would take its keys for what
//! an interrupted run left behind. The mark tells it apart: what the key set has seen must stand in the catalog. It is
//! written after a commit, so that it never names an event that is not there; it may lag by one batch.

use super::place::Place;
use super::reader::KeyReader;
use super::set::{KeySet, SecondPlace};
use crate::base::durable;
use crate::base::id::EventId;
use crate::vault::error::{VaultError, at};
use std::fs;
use std::io;
use std::path::PathBuf;

const TITLE: &str = "recordroom last event ";
/// Bytes of the longest file that is read.
const FILE_BYTES: u64 = 4 * 1024;

/// The newest event a key set has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Its number.
    pub event: EventId,
    /// Its hash, 64 hexadecimal characters.
    pub hash: String,
}

impl Place {
    pub(super) fn mark_path(&self) -> PathBuf {
        self.directory().join("last-event")
    }

    /// The mark of this place; `None` when none was ever written there.
    pub(super) fn mark(&self, repository: &str) -> Result<Option<Mark>, VaultError> {
        let path = self.mark_path();
        let bytes = match fs::metadata(&path) {
            Ok(metadata) if metadata.len() > FILE_BYTES => Vec::new(),
            Ok(_) => fs::read(&path).map_err(at(&path))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(at(&path)(error)),
        };
        let text = String::from_utf8_lossy(&bytes);
        let mut lines = text.lines();
        let mut value = |prefix: &str| lines.next().and_then(|line| line.strip_prefix(prefix)).map(str::to_owned);
        let damaged = |what: &str| VaultError::DamagedKeys { path: path.clone(), what: what.to_owned() };
        match value(TITLE).as_deref() {
            Some("1") => {}
            Some(other) if other.parse::<u32>().is_ok() => return Err(VaultError::NewerFormat { path }),
            _ => return Err(damaged("it does not begin like the last event of a key set")),
        }
        let found = value("repository ").ok_or_else(|| damaged("it names no repository"))?;
        if found != repository {
            let (path, expected) = (self.directory().to_owned(), repository.to_owned());
            return Err(VaultError::OtherRepository { path, found, expected });
        }
        let event = value("event ").and_then(|text| text.parse().ok()).map(EventId::new);
        let hash = value("hash ").filter(|hash| hash.len() == 64);
        match (event, hash) {
            (Some(event), Some(hash)) => Ok(Some(Mark { event, hash })),
            _ => Err(damaged("it names no event")),
        }
    }

    fn write_mark(&self, repository: &str, mark: &Mark) -> Result<(), VaultError> {
        let path = self.mark_path();
        let text = format!("{TITLE}1\nrepository {repository}\nevent {}\nhash {}\n", mark.event.get(), mark.hash);
        durable::replace_secret(&path, text.as_bytes()).map_err(at(&path))
    }
}

impl KeyReader {
    /// The newest event this place of the key set has seen; `None` when it never saw one.
    pub fn mark(&self) -> Result<Option<Mark>, VaultError> {
        self.place.mark(&self.repository)
    }
}

impl KeySet {
    /// The newest event this key set has seen at either place; `None` when it never saw one.
    pub fn mark(&self) -> Result<Option<Mark>, VaultError> {
        let repository = &self.reader.repository;
        let first = self.reader.place.mark(repository)?;
        let second = match self.second_state {
            SecondPlace::Ready => self.second.mark(repository)?,
            SecondPlace::Unusable(_) => None,
        };
        Ok(match (first, second) {
            (Some(one), Some(two)) => Some(if two.event > one.event { two } else { one }),
            (one, two) => one.or(two),
        })
    }

    /// Whether every place that can be used has seen this event: one that a crash left behind would be too old, were the
    /// other place lost.
    pub fn is_marked(&self, mark: &Mark) -> Result<bool, VaultError> {
        let repository = &self.reader.repository;
        let first = self.reader.place.mark(repository)?.as_ref() == Some(mark);
        Ok(match self.second_state {
            SecondPlace::Ready => first && self.second.mark(repository)?.as_ref() == Some(mark),
            SecondPlace::Unusable(_) => first,
        })
    }

    /// Writes down that the ledger has come to an event, at both places; at the first alone while the second cannot be
    /// used. The event is committed: a catalog without it is from then on told apart.
    pub fn set_mark(&mut self, mark: &Mark) -> Result<(), VaultError> {
        let repository = self.reader.repository.clone();
        self.reader.place.write_mark(&repository, mark)?;
        match self.second_state {
            SecondPlace::Ready => self.second.write_mark(&repository, mark),
            SecondPlace::Unusable(_) => Ok(()),
        }
    }
}
