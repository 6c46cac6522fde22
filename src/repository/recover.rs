//! What an interrupted run left behind: bytes and keys without catalog rows. They are cleared before new work begins.

use super::{RepositoryError, month_of};
use crate::base::id::FamilyId;
use crate::base::limits::BATCH_ITEMS;
use crate::catalog::Reading;
use crate::vault::{KeySet, Month, Vault};
use std::collections::BTreeMap;

/// Cuts packs back to their last committed byte and erases keys that no row names. An interrupted run leaves at most one
/// batch; where there is more, the catalog is an older one than the vault, and nothing is touched. Costs one row of a summary for
/// each month, and more only for months that an interrupted run had touched.
pub(super) fn clear_leftovers(reading: &Reading<'_>, keys: &mut KeySet, vault: &Vault) -> Result<(), RepositoryError> {
    let mut committed: BTreeMap<(Month, u32), u64> = BTreeMap::new();
    let mut counts: BTreeMap<Month, u64> = BTreeMap::new();
    for extent in reading.pack_extents()? {
        let month: Month = extent.month.parse().map_err(|_| {
            RepositoryError::Catalog(crate::catalog::CatalogError::Damaged {
                what: "a month",
                value: extent.month.clone(),
            })
        })?;
        committed.insert((month, extent.pack), extent.end);
        *counts.entry(month).or_default() += extent.families;
    }
    let listed = keys.counts()?;
    let unlisted =
        listed.iter().map(|(month, found)| found.saturating_sub(counts.get(month).copied().unwrap_or(0))).sum();
    let waiting: u64 = reading.waiting_keys()?.iter().map(|one| one.keys).sum();
    if unlisted > BATCH_ITEMS as u64 + waiting {
        return Err(RepositoryError::CatalogOlder { unlisted });
    }
    for pack in vault.packs()? {
        let end = committed.get(&(pack.month, pack.pack)).copied().unwrap_or(0);
        if end == 0 || pack.bytes > end {
            refuse_living(reading, pack.month, pack.pack, end)?;
        }
        if end == 0 {
            vault.erase_pack(pack.month, pack.pack)?;
        } else if pack.bytes > end {
            vault.truncate_to(pack.month, pack.pack, end)?;
        }
    }
    for (month, found) in listed {
        if found != counts.get(&month).copied().unwrap_or(0) {
            clear_keys(reading, keys, month)?;
        }
    }
    Ok(())
}

/// Bytes behind the committed end were never catalogued. Where an item lies there, it is the end that is wrong.
fn refuse_living(reading: &Reading<'_>, month: Month, pack: u32, end: u64) -> Result<(), RepositoryError> {
    let living = reading.stretches_of(&month.to_string(), pack)?;
    match living.iter().find(|(_, at)| at.offset + at.length > end) {
        None => Ok(()),
        Some((family, _)) => {
            let what = format!("how far the pack {month}/{pack:04} is written, and {family} lies behind that");
            Err(RepositoryError::RowGone { what })
        }
    }
}

fn clear_keys(reading: &Reading<'_>, keys: &mut KeySet, month: Month) -> Result<(), RepositoryError> {
    let mut unlisted = Vec::new();
    let waiting = reading.waiting_keys()?;
    let next = FamilyId::new(reading.meta("next_family")?.and_then(|text| text.parse().ok()).unwrap_or(1));
    for family in keys.families(month)? {
        if is_kept(reading, family, month)? || waiting.iter().any(|one| one.has(family)) {
            continue;
        }
        // A number below the next one was committed with its row. Where that was not destroyed it is lost, and with its
        // key the item would be.
        if family < next && !reading.was_ever(family)? {
            return Err(RepositoryError::RowGone { what: format!("the row of {family}, whose key is still there") });
        }
        unlisted.push(family);
    }
    if !unlisted.is_empty() {
        keys.remove_unlisted(month, &|family| !unlisted.contains(&family))?;
    }
    Ok(())
}

fn is_kept(reading: &Reading<'_>, family: FamilyId, month: Month) -> Result<bool, RepositoryError> {
    match reading.sealed_place(family)? {
        Some(at) => Ok(month_of(&at)? == month),
        None => Ok(false),
    }
}
