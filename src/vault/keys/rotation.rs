//! Erasing keys: the rotation of the root key, and finishing one that was interrupted.

use super::ring::{MonthKey, Ring};
use super::root::RootFile;
use super::set::KeySet;
use crate::base::id::FamilyId;
use crate::base::random;
use crate::vault::error::VaultError;
use crate::vault::month::Month;
use std::collections::{BTreeMap, BTreeSet};

impl KeySet {
    /// Erases the keys of families at both places and returns how many there were. Keys that are gone already are not
    /// an error, so an interrupted destruction is simply run again.
    ///
    /// # Errors
    /// `SecondPlace` before anything is changed when the second place does not read back.
    pub fn erase(&mut self, doomed: &[(Month, FamilyId)]) -> Result<u64, VaultError> {
        let mut by_month: BTreeMap<Month, BTreeSet<FamilyId>> = BTreeMap::new();
        for (month, family) in doomed {
            by_month.entry(*month).or_default().insert(*family);
        }
        let months: Vec<Month> = by_month.keys().copied().collect();
        self.second_place_reads_back(&months)?;
        let result = self.rotate(&by_month);
        // Whether or not it came to its end, no erased key may be served from memory.
        self.reader.forget();
        self.interrupted |= result.is_err();
        result
    }

    /// Erases the keys of a month that the catalog does not know, which an interrupted run left, and returns how many.
    pub fn remove_unlisted(&mut self, month: Month, keep: &dyn Fn(FamilyId) -> bool) -> Result<u64, VaultError> {
        let unlisted: Vec<_> =
            self.families(month)?.into_iter().filter(|family| !keep(*family)).map(|family| (month, family)).collect();
        if unlisted.is_empty() { Ok(0) } else { self.erase(&unlisted) }
    }

    fn rotate(&mut self, doomed: &BTreeMap<Month, BTreeSet<FamilyId>>) -> Result<u64, VaultError> {
        let old = self.reader.ring();
        let mut ring = Ring { generation: old.generation + 1, slot: 1 - old.slot, ..old.clone() };
        let (mut touched, mut erased) = (Vec::new(), 0);
        for (month, families) in doomed {
            let count = self.rewrite_month(&old, &mut ring, *month, families)?;
            if count > 0 {
                touched.push(*month);
                erased += count;
            }
        }
        if erased == 0 {
            return Ok(0);
        }
        let (repository, root) = (self.reader.repository.clone(), random::bytes());
        let bytes = ring.encode(&repository, &root);
        let places = [&self.reader.place, &self.second];
        for place in places {
            RootFile::read(place.directory())?.fill(ring.slot, &root)?;
        }
        for place in places {
            place.write_ring(&bytes)?;
            place.reads_back(&repository, &ring, &touched)?;
        }
        for place in places {
            place.erase_strays(&ring)?;
            RootFile::read(place.directory())?.clear(old.slot)?;
        }
        self.reader.set_ring(ring);
        self.sync()?;
        Ok(erased)
    }

    /// Writes a month anew under a fresh key without the doomed families, at both places; no ring names the new files
    /// yet. Returns how many families were left out.
    fn rewrite_month(
        &self,
        old: &Ring,
        ring: &mut Ring,
        month: Month,
        doomed: &BTreeSet<FamilyId>,
    ) -> Result<u64, VaultError> {
        let Some(keys) = self.reader.load_month(old, month)? else { return Ok(0) };
        let families = keys.families();
        let count = families.iter().filter(|family| doomed.contains(family)).count();
        if count == 0 {
            return Ok(0);
        }
        if count == families.len() {
            ring.months.remove(&month);
            return Ok(count as u64);
        }
        let fresh = MonthKey { id: random::bytes(), key: random::bytes() };
        let (bytes, left_out) = keys.without(&fresh, &|family| doomed.contains(&family));
        self.reader.place.write_month(month, &fresh, &bytes)?;
        self.second.write_month(month, &fresh, &bytes)?;
        ring.months.insert(month, fresh);
        Ok(left_out)
    }

    /// Brings both places to the ring of the first one and clears all that no longer belongs to it. When the first
    /// place's ring had been swapped this finishes the rotation, else it takes it back.
    pub(super) fn finish_interrupted(&mut self, mut root: RootFile) -> Result<(), VaultError> {
        let ring = self.reader.ring();
        let repository = self.reader.repository.clone();
        let spare = 1 - ring.slot;
        let key = root.slots[ring.slot].ok_or(VaultError::Interrupted)?;
        let mut other = RootFile::read(self.second.directory())?;
        if other.slots[ring.slot] != Some(key) {
            other.fill(ring.slot, &key)?;
        }
        if !matches!(self.second.load(&repository), Ok((_, found)) if found == ring) {
            for (month, key) in &ring.months {
                if self.second.month_length(*month, key)?.is_none() {
                    self.copy_month(*month, key)?;
                }
            }
            self.second.write_ring(&ring.encode(&repository, &key))?;
            self.second.reads_back(&repository, &ring, &[])?;
        }
        for (place, root) in [(&self.reader.place, &mut root), (&self.second, &mut other)] {
            if place.has_strays(&ring)? {
                place.erase_strays(&ring)?;
            }
            if root.slots[spare].is_some() || root.torn {
                root.clear(spare)?;
            }
        }
        Ok(())
    }
}
