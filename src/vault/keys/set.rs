//! The writing side of a key set: creating, opening with repair, adding.

use super::month_keys::{self, RECORD};
use super::place::Place;
use super::reader::KeyReader;
use super::ring::{MonthKey, Ring};
use super::root::RootFile;
use crate::base::digest::DigestSecret;
use crate::base::id::FamilyId;
use crate::base::limits::BATCH_ITEMS;
use crate::base::random;
use crate::vault::cipher::{Cipher, FamilyKey};
use crate::vault::error::VaultError;
use crate::vault::month::Month;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// Bytes by which the two copies of a month's file may differ: what one interrupted batch appends.
const TAIL_BYTES: u64 = (BATCH_ITEMS * RECORD) as u64;

/// Whether the second place of a key set can be relied on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecondPlace {
    /// It holds what the first place holds.
    Ready,
    /// It does not, and why; nothing is added or erased until it does.
    Unusable(String),
}

/// A key set opened for writing, under the repository's work lock.
pub struct KeySet {
    pub(super) reader: Arc<KeyReader>,
    pub(super) second: Place,
    pub(super) second_state: SecondPlace,
    /// A write failed half-way; what is on disk must be read again before the next.
    pub(super) interrupted: bool,
    /// Months whose two files were compared since opening.
    pub(super) aligned: BTreeSet<Month>,
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySet").field("second_state", &self.second_state).finish_non_exhaustive()
    }
}

impl KeySet {
    /// Makes a new key set for a repository at two places.
    ///
    /// # Panics
    /// When the repository's id is not one short line of text.
    pub fn create(primary: &Path, second: &Path, repository: &str) -> Result<Self, VaultError> {
        let plain = !repository.is_empty() && repository.len() <= 200 && !repository.contains(char::is_control);
        assert!(plain, "a repository's id is one short line");
        let places = [Place::new(primary), Place::new(second)];
        for place in &places {
            if place.is_taken() {
                return Err(VaultError::KeySetExists { path: place.directory().to_owned() });
            }
        }
        let root = random::bytes();
        let ring = Ring {
            generation: 1,
            slot: 0,
            digest_secret: random::bytes(),
            signing_seed: random::bytes(),
            months: BTreeMap::new(),
        };
        let bytes = ring.encode(repository, &root);
        for place in &places {
            place.create_directories()?;
            place.write_ring(&bytes)?;
            RootFile::create(place.directory(), repository, ring.slot, &root)?;
            place.reads_back(repository, &ring, &[])?;
        }
        Self::open(primary, second, repository)
    }

    /// Opens a key set for writing and finishes what an interrupted run left: a rotation that had swapped the first
    /// place's ring is carried to the end, one that had not is taken back. A second place that is absent or further
    /// behind than one interrupted change is left alone; see [`KeySet::second_place`].
    pub fn open(primary: &Path, second: &Path, repository: &str) -> Result<Self, VaultError> {
        let (first, second) = (Place::new(primary), Place::new(second));
        let (root, ring) = first.load(repository)?;
        let second_state = match second.load(repository) {
            Ok((_, other)) if other.generation > ring.generation => {
                let (primary, second) = (primary.to_owned(), second.directory().to_owned());
                return Err(VaultError::PrimaryOutdated { primary, second });
            }
            Ok((_, other)) if other.generation + 1 < ring.generation => {
                SecondPlace::Unusable("it is older than the first place; restore it from there".to_owned())
            }
            Ok(_) => SecondPlace::Ready,
            Err(error @ (VaultError::OtherRepository { .. } | VaultError::NewerFormat { .. })) => return Err(error),
            Err(error) => SecondPlace::Unusable(error.to_string()),
        };
        let reader = Arc::new(KeyReader::with(first, repository, ring));
        let mut set = Self { reader, second, second_state, interrupted: false, aligned: BTreeSet::new() };
        if set.second_state == SecondPlace::Ready {
            set.finish_interrupted(root)?;
        }
        Ok(set)
    }

    /// The reading side, to be shared with readers.
    pub fn reader(&self) -> Arc<KeyReader> {
        Arc::clone(&self.reader)
    }

    /// The secret under which this repository names what it keeps.
    pub fn digest_secret(&self) -> &DigestSecret {
        self.reader.digest_secret()
    }

    /// The Ed25519 seed with which this repository signs.
    pub fn signing_seed(&self) -> &[u8; 32] {
        self.reader.signing_seed()
    }

    /// The key of a family, `None` when there is none (any more).
    pub fn key(&self, month: Month, family: FamilyId) -> Result<Option<FamilyKey>, VaultError> {
        self.reader.key(month, family)
    }

    /// The families of a month that have a key, in order.
    pub fn families(&self, month: Month) -> Result<Vec<FamilyId>, VaultError> {
        self.reader.families(month)
    }

    /// How many records each month's file has, from its length alone: to compare with the catalog's count.
    pub fn counts(&self) -> Result<Vec<(Month, u64)>, VaultError> {
        let count = |(month, key): (&Month, &MonthKey)| {
            let length = self.reader.place.month_length(*month, key)?.unwrap_or_default();
            Ok((*month, length.saturating_sub(month_keys::HEADER as u64) / RECORD as u64))
        };
        self.reader.ring().months.iter().map(count).collect()
    }

    /// Whether the second place can be relied on.
    pub fn second_place(&self) -> &SecondPlace {
        &self.second_state
    }

    /// Adds the keys of a batch at both places. They are durable after [`KeySet::sync`].
    pub fn add_batch(&mut self, batch: &[(Month, FamilyId, FamilyKey)]) -> Result<(), VaultError> {
        self.check_ready()?;
        let mut by_month: BTreeMap<Month, Vec<(FamilyId, &FamilyKey)>> = BTreeMap::new();
        for (month, family, key) in batch {
            by_month.entry(*month).or_default().push((*family, key));
        }
        let result = self.add(&by_month);
        self.interrupted |= result.is_err();
        result
    }

    /// Makes added keys durable at both places.
    pub fn sync(&mut self) -> Result<(), VaultError> {
        self.reader.place.sync()?;
        self.second.sync()
    }

    /// Reads the second place from disk: it holds the same wrapped keys, every month's file, and the keys of the given
    /// months open. Destruction refuses to begin when this fails.
    pub fn second_place_reads_back(&mut self, months: &[Month]) -> Result<(), VaultError> {
        self.check_ready()?;
        let ring = self.reader.ring();
        let all: Vec<Month> = ring.months.keys().copied().collect();
        let check = || -> Result<(), VaultError> {
            // First that it is the same set, so that nothing is repaired at a place that holds something else.
            self.second.reads_back(&self.reader.repository, &ring, &[])?;
            for month in &all {
                self.align(&ring, *month, months.contains(month))?;
            }
            self.numbers().reads_back()?;
            self.second.reads_back(&self.reader.repository, &ring, months)
        };
        check().map_err(|error| self.unreliable(error))?;
        self.aligned.extend(months);
        Ok(())
    }

    /// Writes the second place anew from the first: after its disk was lost or replaced.
    pub fn restore_second_place(&mut self) -> Result<(), VaultError> {
        if self.interrupted {
            return Err(VaultError::Interrupted);
        }
        let (root, ring) = self.reader.place.load(&self.reader.repository)?;
        match RootFile::read(self.second.directory()) {
            Ok(found) if found.repository != root.repository => {
                let path = self.second.directory().to_owned();
                let (found, expected) = (found.repository, root.repository);
                return Err(VaultError::OtherRepository { path, found, expected });
            }
            Ok(found) if !found.torn => {}
            _ => {
                self.second.create_directories()?;
                if let Some(key) = &root.slots[ring.slot] {
                    RootFile::create(self.second.directory(), &root.repository, ring.slot, key)?;
                }
            }
        }
        self.second.create_directories()?;
        // Whatever its files hold is older; each is copied again.
        for (month, key) in &ring.months {
            self.copy_month(*month, key)?;
        }
        self.aligned.clear();
        self.finish_interrupted(root)?;
        self.second.sync()?;
        let mark = self.mark()?;
        self.second_state = SecondPlace::Ready;
        if let Some(mark) = mark {
            self.set_mark(&mark)?;
        }
        self.numbers().align()?;
        self.second_place_reads_back(&[])
    }

    /// Writes the first place anew from the second: after its disk was lost or replaced. A first place that opens is
    /// left alone, for it may hold a batch more than the second.
    ///
    /// # Errors
    /// `KeySetExists` when the first place opens; `PrimaryOutdated` when what is left of it is newer than the second.
    pub fn restore_first_place(primary: &Path, second: &Path, repository: &str) -> Result<(), VaultError> {
        match KeyReader::open(primary, repository).and_then(|reader| reader.export_all().map(|_| ())) {
            Ok(()) => return Err(VaultError::KeySetExists { path: primary.to_owned() }),
            Err(error @ (VaultError::OtherRepository { .. } | VaultError::NewerFormat { .. })) => return Err(error),
            Err(_) => {}
        }
        // The two change parts: what reads back is the first now, and the lost one is written from it.
        let mut set = Self::open(second, primary, repository)?;
        set.restore_second_place()
    }

    /// Whether a change can be written to both places; asked before anything is sealed, so that nothing is half-written.
    pub fn check_ready(&self) -> Result<(), VaultError> {
        if self.interrupted {
            return Err(VaultError::Interrupted);
        }
        match &self.second_state {
            SecondPlace::Ready => Ok(()),
            SecondPlace::Unusable(what) => {
                Err(VaultError::SecondPlace { path: self.second.directory().to_owned(), what: what.clone() })
            }
        }
    }

    fn unreliable(&self, error: VaultError) -> VaultError {
        match error {
            error @ VaultError::SecondPlace { .. } => error,
            other => VaultError::SecondPlace { path: self.second.directory().to_owned(), what: other.to_string() },
        }
    }

    fn add(&mut self, by_month: &BTreeMap<Month, Vec<(FamilyId, &FamilyKey)>>) -> Result<(), VaultError> {
        let before = self.reader.ring();
        let mut ring = before.clone();
        for (month, keys) in by_month {
            let known = before.months.get(month);
            let key = known.cloned().unwrap_or_else(|| MonthKey { id: random::bytes(), key: random::bytes() });
            let cipher = Cipher::new(&key.key);
            let mut bytes = Vec::with_capacity(month_keys::HEADER + keys.len() * RECORD);
            if known.is_none() {
                bytes.extend_from_slice(&month_keys::header(&key));
            } else if !self.aligned.contains(month) {
                self.align(&before, *month, true)?;
            }
            for (family, family_key) in keys {
                bytes.extend_from_slice(&month_keys::wrap(&cipher, &key, *family, family_key));
            }
            self.reader.place.append_month(*month, &key, &bytes)?;
            self.second.append_month(*month, &key, &bytes)?;
            self.aligned.insert(*month);
            ring.months.insert(*month, key);
        }
        if ring.months.len() > before.months.len() {
            // The new months' files must be on disk before a ring names them.
            self.sync()?;
            ring.generation += 1;
            self.swap_ring(ring)?;
        }
        Ok(())
    }

    /// Swaps the ring at both places, under the same root key.
    fn swap_ring(&mut self, ring: Ring) -> Result<(), VaultError> {
        let root = RootFile::read(self.reader.place.directory())?;
        let key = root.slots[ring.slot].ok_or(VaultError::Interrupted)?;
        let bytes = ring.encode(&root.repository, &key);
        self.reader.place.write_ring(&bytes)?;
        self.second.write_ring(&bytes)?;
        self.reader.set_ring(ring);
        Ok(())
    }

    /// Makes the two files of a month equal where an interrupted append left one longer, and cuts torn records. With
    /// `fully`, their contents are compared too.
    fn align(&self, ring: &Ring, month: Month, fully: bool) -> Result<(), VaultError> {
        let Some(key) = ring.months.get(&month) else { return Ok(()) };
        let places = [&self.reader.place, &self.second];
        let lengths = [places[0].month_length(month, key)?, places[1].month_length(month, key)?];
        let [Some(one), Some(two)] = lengths else {
            let place = if lengths[0].is_none() { places[0] } else { places[1] };
            let path = place.month_path(month, key);
            return Err(VaultError::DamagedKeys { path, what: "it is missing".to_owned() });
        };
        if one == two && !fully {
            return Ok(());
        }
        let path = places[1].month_path(month, key);
        if one.abs_diff(two) > TAIL_BYTES {
            let what = "the two places differ by more than one interrupted batch".to_owned();
            return Err(VaultError::DamagedKeys { path, what });
        }
        let mut files = [Vec::new(), Vec::new()];
        for (place, (file, length)) in places.iter().zip(files.iter_mut().zip([one, two])) {
            *file = place.read_month(month, key)?.unwrap_or_default();
            let sound = if month_keys::belongs(file, key) { month_keys::sound_length(file, key) } else { 0 };
            if (sound as u64) < length.min(month_keys::whole_length(length).saturating_sub(TAIL_BYTES)) || sound == 0 {
                let path = place.month_path(month, key);
                return Err(VaultError::DamagedKeys { path, what: "its keys do not open".to_owned() });
            }
            if (sound as u64) < length {
                place.cut_month(month, key, sound as u64)?;
                file.truncate(sound);
            }
        }
        let common = files[0].len().min(files[1].len());
        if files[0][..common] != files[1][..common] {
            return Err(VaultError::DamagedKeys { path, what: "the two places hold different keys".to_owned() });
        }
        // The longer one may hold keys that were never committed; keeping them loses nothing, and opening the
        // repository erases those without a catalog row.
        for (at, place) in places.iter().enumerate() {
            let missing = &files[1 - at][common..];
            if files[at].len() == common && !missing.is_empty() {
                place.append_month(month, key, missing)?;
            }
        }
        Ok(())
    }

    /// Copies a month's file from the first place to the second.
    pub(super) fn copy_month(&self, month: Month, key: &MonthKey) -> Result<(), VaultError> {
        let bytes = self.reader.place.read_month(month, key)?.ok_or_else(|| VaultError::DamagedKeys {
            path: self.reader.place.month_path(month, key),
            what: "it is missing".to_owned(),
        })?;
        self.second.write_month(month, key, &bytes)
    }
}
