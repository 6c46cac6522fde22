//! One directory that holds a key set: reading it, and each single change of it.

use super::month_keys;
use super::ring::{MonthKey, Ring, RingError};
use super::root::RootFile;
use crate::base::digest::to_hex;
use crate::base::durable;
use crate::base::fault;
use crate::vault::error::{VaultError, at};
use crate::vault::month::Month;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Bytes of the largest `wrapped.json`: some thousands of months at 300 bytes.
const RING_BYTES: u64 = 16 * 1024 * 1024;

/// The files a place has beside the months'.
const OWN_FILES: [&str; 4] = ["root.key", "wrapped.json", "last-event", super::given::NAME];
/// What the root of a disk has by itself.
const OF_DISKS: [&str; 2] = ["lost+found", "System Volume Information"];

/// The directory of one copy of the key set.
#[derive(Debug, Clone)]
pub(super) struct Place {
    directory: PathBuf,
}

impl Place {
    pub(super) fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    fn ring_path(&self) -> PathBuf {
        self.directory.join("wrapped.json")
    }

    fn months(&self) -> PathBuf {
        self.directory.join("months")
    }

    /// The file of a month key.
    pub(super) fn month_path(&self, month: Month, key: &MonthKey) -> PathBuf {
        self.months().join(format!("{month}-{}.keys", to_hex(&key.id[..8])))
    }

    /// Whether a root key is there.
    pub(super) fn is_taken(&self) -> bool {
        RootFile::path_in(&self.directory).exists()
    }

    /// Makes the directories.
    pub(super) fn create_directories(&self) -> Result<(), VaultError> {
        durable::create_dir_all(&self.months()).map_err(at(&self.directory))
    }

    /// Reads the root file and what it opens, checking that both belong to the repository.
    pub(super) fn load(&self, repository: &str) -> Result<(RootFile, Ring), VaultError> {
        // A rotation by another process may pass between reading the two files; then both are read again.
        const ATTEMPTS: usize = 5;
        let path = self.ring_path();
        let mut attempt = 1;
        loop {
            let root = RootFile::read(&self.directory)?;
            if root.repository != repository {
                return Err(self.other(repository, root.repository));
            }
            let what = match self.read_ring(&root)? {
                Ok(ring) => return Ok((root, ring)),
                Err(RingError::NoSuchSlot) if attempt < ATTEMPTS => {
                    attempt += 1;
                    continue;
                }
                Err(RingError::NoSuchSlot) => "its root key is gone",
                Err(RingError::Newer) => return Err(VaultError::NewerFormat { path }),
                Err(RingError::OtherRepository(found)) => return Err(self.other(repository, found)),
                Err(RingError::Damaged(what)) => what,
            };
            return Err(VaultError::DamagedKeys { path, what: what.to_owned() });
        }
    }

    fn other(&self, expected: &str, found: String) -> VaultError {
        VaultError::OtherRepository { path: self.directory.clone(), found, expected: expected.to_owned() }
    }

    fn read_ring(&self, root: &RootFile) -> Result<Result<Ring, RingError>, VaultError> {
        let path = self.ring_path();
        match fs::metadata(&path) {
            Ok(metadata) if metadata.len() > RING_BYTES => return Ok(Err(RingError::Damaged("it is far too large"))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Err(RingError::Damaged("it is missing")));
            }
            _ => {}
        }
        Ok(Ring::decode(&fs::read(&path).map_err(at(&path))?, root))
    }

    /// Swaps the ring.
    pub(super) fn write_ring(&self, bytes: &[u8]) -> Result<(), VaultError> {
        let path = self.ring_path();
        durable::replace_secret(&path, bytes).map_err(at(&path))
    }

    /// Bytes of a month's file; `None` when it is not there.
    pub(super) fn month_length(&self, month: Month, key: &MonthKey) -> Result<Option<u64>, VaultError> {
        let path = self.month_path(month, key);
        match fs::metadata(&path) {
            Ok(metadata) => Ok(Some(metadata.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(at(&path)(error)),
        }
    }

    /// The bytes of a month's file; `None` when it is not there.
    pub(super) fn read_month(&self, month: Month, key: &MonthKey) -> Result<Option<Vec<u8>>, VaultError> {
        let path = self.month_path(month, key);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(at(&path)(error)),
        }
    }

    /// Writes a month's file whole and reads it back.
    pub(super) fn write_month(&self, month: Month, key: &MonthKey, bytes: &[u8]) -> Result<(), VaultError> {
        let path = self.month_path(month, key);
        durable::replace_secret(&path, bytes).map_err(at(&path))?;
        if fs::read(&path).map_err(at(&path))? != bytes {
            return Err(VaultError::DamagedKeys { path, what: "it does not read back as it was written".to_owned() });
        }
        Ok(())
    }

    /// Appends records to a month's file. The caller syncs.
    pub(super) fn append_month(&self, month: Month, key: &MonthKey, records: &[u8]) -> Result<(), VaultError> {
        let path = self.month_path(month, key);
        let append = || {
            let mut file = durable::append(&path)?;
            fault::point("append keys")?;
            file.write_all(records)
        };
        append().map_err(at(&path))
    }

    /// Cuts a month's file.
    pub(super) fn cut_month(&self, month: Month, key: &MonthKey, length: u64) -> Result<(), VaultError> {
        let path = self.month_path(month, key);
        durable::truncate(&path, length).map_err(at(&path))
    }

    /// Overwrites and removes every file below `months` that the ring does not name, and half-written files.
    pub(super) fn erase_strays(&self, ring: &Ring) -> Result<(), VaultError> {
        let named: std::collections::BTreeSet<PathBuf> =
            ring.months.iter().map(|(month, key)| self.month_path(*month, key)).collect();
        let months = self.months();
        for entry in fs::read_dir(&months).map_err(at(&months))? {
            let path = entry.map_err(at(&months))?.path();
            if !named.contains(&path) {
                durable::erase(&path).map_err(at(&path))?;
            }
        }
        for name in ["wrapped.json.tmp", "root.key.tmp", "last-event.tmp"] {
            let path = self.directory.join(name);
            if path.exists() {
                durable::erase(&path).map_err(at(&path))?;
            }
        }
        Ok(())
    }

    /// Whether something is there that [`Place::erase_strays`] would remove.
    pub(super) fn has_strays(&self, ring: &Ring) -> Result<bool, VaultError> {
        let months = self.months();
        let count = fs::read_dir(&months).map_err(at(&months))?.count();
        Ok(count > ring.months.len() || self.directory.join("wrapped.json.tmp").exists())
    }

    /// What lies in this place and belongs to nothing: files of months that the ring does not name, which the next opening
    /// for work erases, and everything else that no key set has.
    pub(super) fn strays(&self, ring: &Ring) -> Result<(Vec<PathBuf>, Vec<PathBuf>), VaultError> {
        let (months, mut unnamed, mut foreign) = (self.months(), Vec::new(), Vec::new());
        for entry in fs::read_dir(&self.directory).map_err(at(&self.directory))? {
            let entry = entry.map_err(at(&self.directory))?;
            let name = entry.file_name();
            // What an interrupted writing leaves is written over, or erased by the next opening.
            let name = name.to_string_lossy();
            let known = OWN_FILES.contains(&name.strip_suffix(".tmp").unwrap_or(&name)) || OF_DISKS.contains(&&*name);
            if !known && entry.path() != months {
                foreign.push(entry.path());
            }
        }
        let named: std::collections::BTreeSet<PathBuf> =
            ring.months.iter().map(|(month, key)| self.month_path(*month, key)).collect();
        for entry in fs::read_dir(&months).map_err(at(&months))? {
            let path = entry.map_err(at(&months))?.path();
            if !named.contains(&path) {
                unnamed.push(path);
            }
        }
        unnamed.sort();
        foreign.sort();
        Ok((unnamed, foreign))
    }

    /// Makes appended records durable.
    pub(super) fn sync(&self) -> Result<(), VaultError> {
        durable::sync_file_system(&self.directory).map_err(at(&self.directory))
    }

    /// Reads from disk that this place opens as intended: the same ring, and the first key of each given month.
    pub(super) fn reads_back(&self, repository: &str, expected: &Ring, months: &[Month]) -> Result<(), VaultError> {
        let (_, ring) = self.load(repository)?;
        let wrong = |what: String| VaultError::DamagedKeys { path: self.directory.clone(), what };
        if ring != *expected {
            return Err(wrong("it reads back differently from what was written".to_owned()));
        }
        for month in months {
            let Some(key) = ring.months.get(month) else { continue };
            let bytes = self.read_month(*month, key)?;
            let bytes = bytes.ok_or_else(|| wrong(format!("the keys of {month} are missing")))?;
            let sound = month_keys::sound_length(&bytes, key) as u64;
            if !month_keys::belongs(&bytes, key) || sound != month_keys::whole_length(bytes.len() as u64) {
                return Err(wrong(format!("the keys of {month} do not open")));
            }
        }
        Ok(())
    }
}
