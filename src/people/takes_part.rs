//! In which items somebody takes part, by any address, number or name that is known to be theirs.

use super::{PeopleError, Person, key_of};
use crate::base::id::FamilyId;
use crate::catalog::{FamilyFilter, FamilyState};
use crate::repository::Repository;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Families read back in one step.
const STEP: u64 = 2_000;

/// The ordinary items in which a person takes part, by number, and how many could not be read. Costs a reading of all
/// sealed facts.
pub fn items_of(repository: &Repository, person: &Person) -> Result<(Vec<FamilyId>, u64), PeopleError> {
    let keys: BTreeSet<_> = person.aliases.iter().map(|known| (known.alias.clone(), known.kind)).collect();
    let reading = repository.catalog().reading();
    let (mut found, mut unreadable) = (Vec::new(), 0);
    for rows in reading.families_in_steps(FamilyFilter { ordinary: true, ..FamilyFilter::default() }, STEP) {
        let mut rows = rows?;
        rows.retain(|row| row.state == FamilyState::Live);
        let (reader, vault) = (repository.key_reader(), repository.vault());
        let read: Vec<Option<bool>> = rows
            .par_iter()
            .map(|row| {
                let item = crate::repository::read_item(&reader, vault, row).ok()?.item;
                Some(item.parties.iter().filter_map(key_of).any(|key| keys.contains(&key)))
            })
            .collect();
        for (row, takes_part) in rows.iter().zip(read) {
            match takes_part {
                Some(true) => found.push(row.id),
                Some(false) => {}
                None => unreadable += 1,
            }
        }
    }
    Ok((found, unreadable))
}
