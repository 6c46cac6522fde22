//! The last look at what a run is about to destroy: each item is opened once more, and every guard in force is asked of
//! what it says, whatever the rows say. It costs what is destroyed, and not what is kept.

use super::{Compiled, Owners, ProtectionError, Reader};
use crate::base::id::{CustodianId, FamilyId};
use crate::catalog::{CatalogError, FamilyRow, FamilyState, Guard, Reading};
use crate::repository::Repository;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Whether a family that a guard reaches has the row it must have. `protecting` are the guards whose rows count today.
pub fn has_its_row(
    reading: &Reading<'_>,
    family: FamilyId,
    guard: Guard,
    protecting: &[Guard],
) -> Result<bool, CatalogError> {
    let (request, narrow) = match guard {
        Guard::Hold(_) => return Ok(protecting.contains(&guard)),
        Guard::Request(id) => (id, false),
        Guard::WholeRequest(id) => (id, protecting.contains(&Guard::Request(id))),
    };
    // A cycle of a standing request that was delivered keeps its row and lets go.
    let is_over = || Ok(reading.cycle(request)?.is_some() && reading.is_or_was_guarded(family, guard)?);
    if narrow || protecting.contains(&guard) { Ok(true) } else { is_over() }
}

/// Opens these families and asks every guard in force. What one reaches without a row gets its row, so that the
/// transaction that destroys finds it. Returns the families that do not read back: nobody can say what they are, so they
/// stay.
pub fn last_look(repository: &mut Repository, families: &[FamilyId]) -> Result<BTreeSet<FamilyId>, ProtectionError> {
    let today = repository.today();
    let reading = repository.catalog().reading();
    let guards: Vec<(Guard, Compiled)> =
        reading.live_guards(today)?.into_iter().map(|(guard, scope, _)| (guard, Compiled::in_force(&scope))).collect();
    let names: Vec<(CustodianId, String)> = reading.custodians()?.into_iter().map(|(id, name, _)| (id, name)).collect();
    let mut asked: Vec<(FamilyRow, Owners)> = Vec::new();
    for family in families {
        let row = reading.family(*family)?;
        if row.state == FamilyState::Live {
            let owners = Owners::of(&reading, row.id, &names)?;
            asked.push((row, owners));
        }
    }
    let reader = Reader::of(repository);
    let answers: Vec<Option<Vec<bool>>> = asked
        .par_iter()
        .map(|(row, owners)| {
            let item = reader.item(row)?;
            let reached = |compiled: &Compiled| owners.reached_by(compiled, row.id, &item, &row.standing, reader.zone);
            Some(guards.iter().map(|(_, compiled)| reached(compiled)).collect())
        })
        .collect();
    let (mut unreadable, mut missing) = (BTreeSet::new(), Vec::new());
    for ((row, _), reached) in asked.iter().zip(answers) {
        let Some(reached) = reached else {
            unreadable.insert(row.id);
            continue;
        };
        let protecting = reading.guards_of(row.id, today)?;
        for ((guard, _), _) in guards.iter().zip(reached).filter(|(_, reached)| *reached) {
            if !has_its_row(&reading, row.id, *guard, &protecting)? {
                missing.push((*guard, row.id));
            }
        }
    }
    if !missing.is_empty() {
        repository.catalog_mut().write::<_, ProtectionError>(|writing| {
            missing.iter().try_for_each(|(guard, family)| Ok(writing.include(*guard, &[*family])?))
        })?;
    }
    Ok(unreadable)
}
