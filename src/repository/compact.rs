//! Compaction: a pack of which more than half is dead is written anew without it.

use super::{RepositoryError, Work, location_of, sealed_at};
use crate::catalog::{CatalogError, SealedAt};
use crate::vault::{Location, Month, VaultError};
use std::collections::BTreeSet;

/// The share of dead bytes above which a pack is written anew.
const HALF: f64 = 0.5;

impl Work<'_> {
    /// Writes those of the given packs anew that are more than half dead, and says how many were. The old file goes
    /// after the catalog names the new places; a crash in between leaves a pack that no row names, which opening clears.
    pub fn compact_half_dead(&mut self, packs: &BTreeSet<(Month, u32)>) -> Result<u64, RepositoryError> {
        let mut done = 0;
        for (month, pack) in packs {
            done += u64::from(self.compact(*month, *pack)?);
        }
        Ok(done)
    }

    fn compact(&mut self, month: Month, pack: u32) -> Result<bool, RepositoryError> {
        let name = month.to_string();
        let bytes = self.repository().catalog().reading().living_bytes(&name, pack)?;
        match self.repository().vault().dead_share(month, pack, bytes) {
            Ok(share) if share > HALF => {}
            Ok(_) | Err(VaultError::MissingPack { .. }) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        let living = self.repository().catalog().reading().stretches_of(&name, pack)?;
        if living.iter().map(|(_, at)| at.length).sum::<u64>() != bytes {
            // A row that was changed by others; what is dead stays where it is, without its key.
            let value = format!("{bytes} in {name}/{pack:04}, and its items have others");
            return Err(CatalogError::Damaged { what: "the number of living bytes of a pack", value }.into());
        }
        let places: Vec<Location> = living.iter().map(|(_, at)| location_of(at)).collect::<Result<_, _>>()?;
        let mut moved = Vec::new();
        if !places.is_empty() {
            moved = self.writer().copy_live(month, pack, &places)?;
            self.writer().sync()?;
        }
        assert!(moved.len() == places.len(), "every living stretch of a pack moves with it (I2)");
        let moved: Vec<(SealedAt, SealedAt)> =
            moved.iter().map(|(old, new)| (sealed_at(old), sealed_at(new))).collect();
        self.repository_mut()
            .catalog_mut()
            .write::<_, RepositoryError>(|writing| Ok(writing.move_stretches(&name, pack, &moved)?))?;
        self.repository().vault().erase_pack(month, pack)?;
        Ok(true)
    }
}
