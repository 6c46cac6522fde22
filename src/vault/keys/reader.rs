//! Looking keys up: shared by all threads that open families, never writing.

use super::month_keys::{self, MonthKeys};
use super::place::Place;
use super::ring::{MonthKey, Ring};
use crate::base::digest::DigestSecret;
use crate::base::id::FamilyId;
use crate::base::limits::KEY_CACHE_BYTES;
use crate::vault::cipher::FamilyKey;
use crate::vault::error::VaultError;
use crate::vault::month::Month;
use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Keys that are looked up one by one in the file of a month before the file is read whole.
const FEW_KEYS: u32 = 6;

/// The reading side of a key set. It follows what a writer, here or in another process, adds and erases: a key it does
/// not know is looked for again on disk, and [`KeyReader::forget`] drops every key from memory.
pub struct KeyReader {
    pub(super) place: Place,
    pub(super) repository: String,
    digest_secret: DigestSecret,
    signing_seed: [u8; 32],
    shared: Mutex<Shared>,
}

struct Shared {
    ring: Ring,
    months: BTreeMap<Month, Cached>,
    /// How many keys were looked up one by one in the file of a month that is not in memory.
    looked_up: BTreeMap<Month, u32>,
    clock: u64,
}

struct Cached {
    keys: MonthKeys,
    used: u64,
}

impl fmt::Debug for KeyReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyReader").field("place", &self.place).finish_non_exhaustive()
    }
}

impl KeyReader {
    /// What lies in this place and belongs to nothing: files of months that are not of this set, which the next opening for
    /// work erases; and everything else that no key set has, which nobody clears.
    pub fn strays(&self) -> Result<(Vec<PathBuf>, Vec<PathBuf>), VaultError> {
        self.place.strays(&self.ring())
    }

    /// Opens the first place of a key set for reading alone; nothing on disk is changed or repaired.
    pub fn open(primary: &Path, repository: &str) -> Result<Self, VaultError> {
        let place = Place::new(primary);
        let (_, ring) = place.load(repository)?;
        Ok(Self::with(place, repository, ring))
    }

    pub(super) fn with(place: Place, repository: &str, ring: Ring) -> Self {
        Self {
            place,
            repository: repository.to_owned(),
            digest_secret: DigestSecret::new(ring.digest_secret),
            signing_seed: ring.signing_seed,
            shared: Mutex::new(Shared { ring, months: BTreeMap::new(), looked_up: BTreeMap::new(), clock: 0 }),
        }
    }

    /// The secret under which this repository names what it keeps.
    pub fn digest_secret(&self) -> &DigestSecret {
        &self.digest_secret
    }

    /// The Ed25519 seed with which this repository signs.
    pub fn signing_seed(&self) -> &[u8; 32] {
        &self.signing_seed
    }

    /// The key of a family, `None` when there is none (any more).
    pub fn key(&self, month: Month, family: FamilyId) -> Result<Option<FamilyKey>, VaultError> {
        // Threads that look up a few keys each do not wait for each other's files.
        let wanted = self.month_to_look_in(&mut self.lock(), month);
        if let Some(key) = wanted.and_then(|month_key| self.look_up(month, &month_key, family)) {
            return Ok(Some(key));
        }
        let mut shared = self.lock();
        match self.find(&mut shared, month, family) {
            Ok(Some(key)) => Ok(Some(key)),
            missing => match self.refresh(&mut shared, month)? {
                true => self.find(&mut shared, month, family),
                false => missing,
            },
        }
    }

    /// The families of a month that have a key, in order.
    pub fn families(&self, month: Month) -> Result<Vec<FamilyId>, VaultError> {
        let mut shared = self.lock();
        self.refresh(&mut shared, month)?;
        Ok(self.month(&mut shared, month)?.map(MonthKeys::families).unwrap_or_default())
    }

    /// Every month that has keys.
    pub fn months(&self) -> Vec<Month> {
        self.lock().ring.months.keys().copied().collect()
    }

    /// Drops every key of families from memory: after a purge, whose generation readers follow.
    pub fn forget(&self) {
        let mut shared = self.lock();
        shared.months.clear();
    }

    /// Every key there is, for a probe that looks for what should be gone.
    pub fn export_all(&self) -> Result<Vec<(Month, FamilyId, FamilyKey)>, VaultError> {
        let mut all = Vec::new();
        for month in self.months() {
            for family in self.families(month)? {
                if let Some(key) = self.key(month, family)? {
                    all.push((month, family, key));
                }
            }
        }
        Ok(all)
    }

    pub(super) fn ring(&self) -> Ring {
        self.lock().ring.clone()
    }

    pub(super) fn set_ring(&self, ring: Ring) {
        let mut shared = self.lock();
        shared.ring = ring;
        shared.months.clear();
    }

    /// Reads a month's keys from disk, past the cache.
    pub(super) fn load_month(&self, ring: &Ring, month: Month) -> Result<Option<MonthKeys>, VaultError> {
        let Some(key) = ring.months.get(&month) else { return Ok(None) };
        let damaged =
            |what: &str| VaultError::DamagedKeys { path: self.place.month_path(month, key), what: what.to_owned() };
        let bytes = self.place.read_month(month, key)?.ok_or_else(|| damaged("it is missing"))?;
        MonthKeys::new(key.clone(), bytes)
            .map(Some)
            .ok_or_else(|| damaged("it does not begin like the keys of a month"))
    }

    fn find(&self, shared: &mut Shared, month: Month, family: FamilyId) -> Result<Option<FamilyKey>, VaultError> {
        let Some(keys) = self.month(shared, month)? else { return Ok(None) };
        let found = keys.find(family);
        found.map_err(|_| {
            let path = shared.ring.months.get(&month).map(|key| self.place.month_path(month, key));
            VaultError::DamagedKeys {
                path: path.unwrap_or_default(),
                what: format!("the key of {family} does not open"),
            }
        })
    }

    /// The key of a month whose file is not in memory and of which few keys were wanted so far: a list of hits touches
    /// many months and a key or two of each.
    fn month_to_look_in(&self, shared: &mut Shared, month: Month) -> Option<MonthKey> {
        if shared.months.contains_key(&month) {
            return None;
        }
        let asked = shared.looked_up.entry(month).or_default();
        *asked += 1;
        (*asked <= FEW_KEYS).then(|| shared.ring.months.get(&month).cloned()).flatten()
    }

    fn look_up(&self, month: Month, key: &MonthKey, family: FamilyId) -> Option<FamilyKey> {
        let file = File::open(self.place.month_path(month, key)).ok()?;
        month_keys::look_up(&file, key, family)
    }

    fn month<'a>(&self, shared: &'a mut Shared, month: Month) -> Result<Option<&'a MonthKeys>, VaultError> {
        shared.clock += 1;
        let now = shared.clock;
        if !shared.months.contains_key(&month) {
            let Some(keys) = self.load_month(&shared.ring, month)? else { return Ok(None) };
            make_room(&mut shared.months, keys.memory());
            shared.months.insert(month, Cached { keys, used: now });
        }
        Ok(shared.months.get_mut(&month).map(|cached| {
            cached.used = now;
            &cached.keys
        }))
    }

    /// Looks whether the disk knows more of a month than memory; true when it is worth asking again.
    fn refresh(&self, shared: &mut Shared, month: Month) -> Result<bool, VaultError> {
        let (_, ring) = self.place.load(&self.repository)?;
        if ring != shared.ring {
            shared.ring = ring;
            shared.months.clear();
            return Ok(true);
        }
        let Some(key) = shared.ring.months.get(&month) else { return Ok(false) };
        let length = self.place.month_length(month, key)?;
        let known = shared.months.get(&month).map(|cached| cached.keys.file_length());
        if known.is_none() || length == known {
            return Ok(false);
        }
        shared.months.remove(&month);
        Ok(true)
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Drops the months that were used longest ago until so many bytes more fit.
fn make_room(months: &mut BTreeMap<Month, Cached>, more: usize) {
    let mut total: usize = more + months.values().map(|cached| cached.keys.memory()).sum::<usize>();
    while total > KEY_CACHE_BYTES {
        let oldest = months.iter().min_by_key(|(_, cached)| cached.used).map(|(month, _)| *month);
        let Some(cached) = oldest.and_then(|month| months.remove(&month)) else { return };
        total -= cached.keys.memory();
    }
}
