//! The packs of a vault: where stretches are, reading them, letting them go.

use super::cipher::{FamilyKey, SealId};
use super::error::{VaultError, at};
use super::month::Month;
use super::seal::{Section, SectionInfo};
use super::stretch::Stretch;
use crate::base::durable;
use crate::base::limits::OPEN_PACKS;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where a sealed family is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    /// The month of its pack.
    pub month: Month,
    /// The number of its pack, from 1.
    pub pack: u32,
    /// Where the stretch begins, in bytes.
    pub offset: u64,
    /// Its bytes.
    pub length: u64,
    /// Its random name, bound into its frames.
    pub seal: SealId,
}

/// One pack file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackFile {
    /// Its month.
    pub month: Month,
    /// Its number.
    pub pack: u32,
    /// Its bytes, holes included.
    pub bytes: u64,
}

/// What reading a whole stretch found in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Its sections.
    pub sections: Vec<SectionInfo>,
    /// The bytes of all sections together, before compression.
    pub bytes: u64,
}

/// The vault of a repository, for any number of reading threads.
#[derive(Debug)]
pub struct Vault {
    directory: PathBuf,
    open: Mutex<BTreeMap<(Month, u32), Arc<File>>>,
}

impl Vault {
    /// Makes the directory of a new vault and opens it.
    pub fn create(directory: &Path) -> Result<Self, VaultError> {
        durable::create_dir_all(directory).map_err(at(directory))?;
        Self::open(directory)
    }

    /// Opens a vault.
    pub fn open(directory: &Path) -> Result<Self, VaultError> {
        fs::read_dir(directory).map_err(at(directory))?;
        Ok(Self { directory: directory.to_owned(), open: Mutex::default() })
    }

    /// Its directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Opens one section whole; no other section is decrypted.
    pub fn read(
        &self,
        location: &Location,
        key: &FamilyKey,
        section: Section,
        part: u32,
    ) -> Result<Vec<u8>, VaultError> {
        self.with(location, key, |stretch| stretch.section(section, part))
    }

    /// Opens two sections whole, reading the stretch once.
    pub fn read_two(
        &self,
        location: &Location,
        key: &FamilyKey,
        [one, two]: [Section; 2],
    ) -> Result<[Vec<u8>; 2], VaultError> {
        self.with(location, key, |stretch| Ok([stretch.section(one, 0)?, stretch.section(two, 0)?]))
    }

    /// Writes one section out while it is opened, in bounded memory, and returns its bytes. What was written before
    /// an error is authentic but not whole.
    pub fn read_to(
        &self,
        location: &Location,
        key: &FamilyKey,
        section: Section,
        part: u32,
        out: &mut dyn Write,
    ) -> Result<u64, VaultError> {
        self.with(location, key, |stretch| stretch.section_to(section, part, out))
    }

    /// Which sections a sealed family has.
    pub fn sections(&self, location: &Location, key: &FamilyKey) -> Result<Vec<SectionInfo>, VaultError> {
        self.with(location, key, |stretch| Ok(stretch.sections()))
    }

    /// Opens every frame of a sealed family and counts what is in it (I1).
    pub fn verify(&self, location: &Location, key: &FamilyKey) -> Result<Verified, VaultError> {
        self.with(location, key, |stretch| {
            let sections = stretch.sections();
            let mut bytes = 0;
            for info in &sections {
                bytes += stretch.section_to(info.section, info.part, &mut io::sink())?;
            }
            Ok(Verified { sections, bytes })
        })
    }

    /// Every pack file, in order of month and number.
    pub fn packs(&self) -> Result<Vec<PackFile>, VaultError> {
        list_packs(&self.directory)
    }

    /// What lies in the vault and is no pack of a month.
    pub fn strays(&self) -> Result<Vec<PathBuf>, VaultError> {
        let mut all = Vec::new();
        let known: std::collections::BTreeSet<PathBuf> =
            self.packs()?.iter().map(|one| pack_path(&self.directory, one.month, one.pack)).collect();
        for entry in fs::read_dir(&self.directory).map_err(at(&self.directory))? {
            let path = entry.map_err(at(&self.directory))?.path();
            let is_month =
                path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.parse::<Month>().is_ok());
            if !is_month || !path.is_dir() {
                all.push(path);
                continue;
            }
            for entry in fs::read_dir(&path).map_err(at(&path))? {
                let path = entry.map_err(at(&path))?.path();
                if !known.contains(&path) {
                    all.push(path);
                }
            }
        }
        all.sort();
        Ok(all)
    }

    /// Cuts what an interrupted run left behind the last committed byte; a pack without committed bytes is removed.
    ///
    /// # Errors
    /// `MissingPack` or `Damaged` when committed bytes are not there.
    pub fn truncate_to(&self, month: Month, pack: u32, committed: u64) -> Result<(), VaultError> {
        let path = pack_path(&self.directory, month, pack);
        if committed == 0 {
            return self.erase_pack(month, pack);
        }
        let length = match fs::metadata(&path) {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(VaultError::MissingPack { path }),
            Err(error) => return Err(at(&path)(error)),
        };
        if length < committed {
            let what = format!("the pack has {length} bytes where {committed} were committed");
            return Err(VaultError::Damaged { month, pack, offset: length, what });
        }
        if length > committed { durable::truncate(&path, committed).map_err(at(&path)) } else { Ok(()) }
    }

    /// Gives the bytes of destroyed families back to the disk: holes where it can, zeros elsewhere. Releasing twice,
    /// or from a pack that is gone, is not an error.
    pub fn release(&self, locations: &[Location]) -> Result<(), VaultError> {
        let mut packs: BTreeMap<(Month, u32), Vec<(u64, u64)>> = BTreeMap::new();
        for one in locations {
            packs.entry((one.month, one.pack)).or_default().push((one.offset, one.length));
        }
        for ((month, pack), mut ranges) in packs {
            let path = pack_path(&self.directory, month, pack);
            let length = match fs::metadata(&path) {
                Ok(metadata) => metadata.len(),
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(at(&path)(error)),
            };
            for (offset, bytes) in &mut ranges {
                *bytes = (*bytes).min(length.saturating_sub(*offset));
            }
            durable::release_ranges(&path, &merged(ranges)).map_err(at(&path))?;
        }
        Ok(())
    }

    /// The share (0 to 1) of a pack's bytes that belongs to no living family. The catalog knows the living bytes.
    pub fn dead_share(&self, month: Month, pack: u32, living_bytes: u64) -> Result<f64, VaultError> {
        let path = pack_path(&self.directory, month, pack);
        let length = fs::metadata(&path).map_err(|error| missing_or(&path, error))?.len();
        Ok(if length == 0 { 0.0 } else { length.saturating_sub(living_bytes) as f64 / length as f64 })
    }

    /// Overwrites and removes a pack: after the catalog committed where [`super::Writer::copy_live`] put its families.
    pub fn erase_pack(&self, month: Month, pack: u32) -> Result<(), VaultError> {
        self.lock().remove(&(month, pack));
        let path = pack_path(&self.directory, month, pack);
        durable::erase(&path).map_err(at(&path))
    }

    fn with<T>(
        &self,
        location: &Location,
        key: &FamilyKey,
        then: impl FnOnce(&Stretch<'_>) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let path = pack_path(&self.directory, location.month, location.pack);
        let file = self.pack(location, &path)?;
        match Stretch::open(&file, &path, location, key) {
            Ok(stretch) => then(&stretch),
            // Another process may have compacted the month since this file was opened: what has the name now is read.
            Err(_) => {
                self.lock().remove(&(location.month, location.pack));
                let file = self.pack(location, &path)?;
                then(&Stretch::open(&file, &path, location, key)?)
            }
        }
    }

    fn pack(&self, location: &Location, path: &Path) -> Result<Arc<File>, VaultError> {
        let name = (location.month, location.pack);
        if let Some(file) = self.lock().get(&name) {
            return Ok(Arc::clone(file));
        }
        // Opened without the lock: other threads read meanwhile, and a file that two of them opened is opened twice.
        let file = Arc::new(File::open(path).map_err(|error| missing_or(path, error))?);
        let mut open = self.lock();
        if open.len() >= OPEN_PACKS {
            // Reading goes by month, so what was opened long ago is not needed soon; a mistake costs one opening.
            open.clear();
        }
        open.insert(name, Arc::clone(&file));
        Ok(file)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(Month, u32), Arc<File>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn missing_or(path: &Path, error: io::Error) -> VaultError {
    match error.kind() {
        io::ErrorKind::NotFound => VaultError::MissingPack { path: path.to_owned() },
        _ => at(path)(error),
    }
}

/// `<vault>/<month>/<nnnn>.pack`.
pub(super) fn pack_path(directory: &Path, month: Month, pack: u32) -> PathBuf {
    directory.join(month.to_string()).join(format!("{pack:04}.pack"))
}

/// Every pack file below a vault's directory, in order; names that are not packs are passed over.
pub(super) fn list_packs(directory: &Path) -> Result<Vec<PackFile>, VaultError> {
    let mut packs = Vec::new();
    for entry in fs::read_dir(directory).map_err(at(directory))? {
        let entry = entry.map_err(at(directory))?;
        if let Some(month) = entry.file_name().to_str().and_then(|name| name.parse().ok()) {
            list_month(&entry.path(), month, &mut packs)?;
        }
    }
    packs.sort_unstable();
    Ok(packs)
}

/// Adds the packs of one month; a month without a directory has none.
pub(super) fn list_month(path: &Path, month: Month, packs: &mut Vec<PackFile>) -> Result<(), VaultError> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(at(path)(error)),
    };
    for entry in entries {
        let entry = entry.map_err(at(path))?;
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_suffix(".pack")).and_then(|digits| digits.parse().ok());
        if let Some(pack) = number.filter(|number| *number > 0) {
            let bytes = entry.metadata().map_err(at(&entry.path()))?.len();
            packs.push(PackFile { month, pack, bytes });
        }
    }
    Ok(())
}

/// Joins ranges that touch, so that whole blocks between two small families go as well.
fn merged(mut ranges: Vec<(u64, u64)>) -> Vec<(u64, u64)> {
    ranges.sort_unstable();
    let mut out: Vec<(u64, u64)> = Vec::new();
    for (offset, length) in ranges {
        match out.last_mut() {
            Some((start, bytes)) if *start + *bytes >= offset => {
                *bytes = (*bytes).max((offset + length).saturating_sub(*start));
            }
            _ => out.push((offset, length)),
        }
    }
    out
}
