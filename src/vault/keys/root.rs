//! `root.key`: two slots for the root key, overwritten in place.
//!
//! ```text
//! recordroom root key 1
//! repository <id>
//! slot 1 <64 hexadecimal characters, or 64 dashes when empty>
//! slot 2 <the same>
//! ```
//! The file is never renamed: a renamed file's old bytes would stay on the disk when the power fails before they are
//! overwritten, while clearing a slot in place can be done again by whoever opens the set next. A slot that is neither
//! a key nor empty was torn while it was written, and nothing relies on it yet.

use crate::base::digest::{from_hex, to_hex};
use crate::base::durable;
use crate::vault::error::{VaultError, at};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A root key.
pub(super) type RootKey = [u8; 32];

const TITLE: &str = "recordroom root key ";
const KEY_CHARS: usize = 64;
const FILE_BYTES: u64 = 16 * 1024;

/// The root file of one place.
#[derive(Clone)]
pub(super) struct RootFile {
    path: PathBuf,
    /// The repository it names.
    pub repository: String,
    /// The two slots.
    pub slots: [Option<RootKey>; 2],
    /// Whether a slot holds something that is neither a key nor empty.
    pub torn: bool,
}

impl RootFile {
    /// The file's name in a place.
    pub(super) fn path_in(place: &Path) -> PathBuf {
        place.join("root.key")
    }

    /// Writes a new file with one key in the given slot.
    pub(super) fn create(place: &Path, repository: &str, slot: usize, key: &RootKey) -> Result<Self, VaultError> {
        let path = Self::path_in(place);
        let mut slots = [None; 2];
        slots[slot] = Some(*key);
        let mut text = head(repository);
        for (at, key) in slots.iter().enumerate() {
            text.push_str(&format!("slot {} {}\n", at + 1, slot_text(key.as_ref())));
        }
        durable::replace_secret(&path, text.as_bytes()).map_err(at(&path))?;
        Ok(Self { path, repository: repository.to_owned(), slots, torn: false })
    }

    /// Reads the file.
    pub(super) fn read(place: &Path) -> Result<Self, VaultError> {
        let path = Self::path_in(place);
        let bytes = match fs::metadata(&path) {
            Ok(metadata) if metadata.len() > FILE_BYTES => Vec::new(),
            Ok(_) => fs::read(&path).map_err(at(&path))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(VaultError::MissingRootKey { path }),
            Err(error) => return Err(at(&path)(error)),
        };
        let text = String::from_utf8_lossy(&bytes);
        let mut lines = text.lines();
        let damaged = |what: &str| VaultError::DamagedKeys { path: path.clone(), what: what.to_owned() };
        match lines.next().and_then(|line| line.strip_prefix(TITLE)) {
            Some("1") => {}
            Some(other) if other.parse::<u32>().is_ok() => return Err(VaultError::NewerFormat { path }),
            _ => return Err(damaged("it does not begin like a root key")),
        }
        let repository = lines.next().and_then(|line| line.strip_prefix("repository "));
        let repository = repository.ok_or_else(|| damaged("it names no repository"))?.to_owned();
        let (mut slots, mut torn) = ([None; 2], false);
        for (at, slot) in slots.iter_mut().enumerate() {
            let prefix = format!("slot {} ", at + 1);
            let value = lines.next().and_then(|line| line.strip_prefix(&prefix)).unwrap_or_default();
            *slot = from_hex(value).and_then(|bytes| bytes.try_into().ok());
            torn |= slot.is_none() && value != slot_text(None);
        }
        Ok(Self { path, repository, slots, torn })
    }

    /// Puts a key into a slot, durably.
    pub(super) fn fill(&mut self, slot: usize, key: &RootKey) -> Result<(), VaultError> {
        self.write(slot, Some(*key))
    }

    /// Overwrites a slot; the key that stood there is gone.
    pub(super) fn clear(&mut self, slot: usize) -> Result<(), VaultError> {
        self.write(slot, None)
    }

    fn write(&mut self, slot: usize, key: Option<RootKey>) -> Result<(), VaultError> {
        let line = "slot 1 ".len() + KEY_CHARS + 1;
        let offset = head(&self.repository).len() + slot * line + "slot 1 ".len();
        let text = slot_text(key.as_ref());
        durable::overwrite(&self.path, offset as u64, text.as_bytes()).map_err(at(&self.path))?;
        self.slots[slot] = key;
        Ok(())
    }
}

fn head(repository: &str) -> String {
    format!("{TITLE}1\nrepository {repository}\n")
}

fn slot_text(key: Option<&RootKey>) -> String {
    key.map_or_else(|| "-".repeat(KEY_CHARS), |key| to_hex(key))
}
