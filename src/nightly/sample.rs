//! The integrity sample: items drawn at random are opened, and their originals compared with their digests.

use super::step::{Ending, Step};
use super::{Night, sentence};
use crate::base::id::FamilyId;
use crate::base::random;
use crate::catalog::{CatalogError, FamilyFilter, FamilyRow, FamilyState};
use crate::repository::Repository;
use std::collections::BTreeSet;

/// Numbers drawn for each item that is wanted: many of them may be gone.
const DRAWS: u32 = 4;

pub(super) fn open(repository: &Repository, night: &mut Night) -> Step {
    let mut step = Step::new("Open a random sample");
    let drawn = match draw(repository) {
        Ok(drawn) => drawn,
        Err(error) => {
            step.say(Ending::Failed, sentence(&error));
            return step;
        }
    };
    for row in &drawn {
        night.sampled += 1;
        let read = repository.original(row).and_then(|_| repository.texts(row).map(|_| ()));
        if let Err(error) = read {
            night.damaged += 1;
            step.say(Ending::Integrity, format!("{}: {}", row.id, sentence(&error)));
        }
    }
    if night.damaged > 0 {
        step.say(Ending::Integrity, "Run: recordroom verify");
    } else if night.sampled > 0 {
        step.say(Ending::Done, format!("{} items were opened, and are what was sealed.", night.sampled));
    }
    step
}

/// Draws families: each drawn number takes the first family from it on that is here and was not drawn before.
fn draw(repository: &Repository) -> Result<Vec<FamilyRow>, CatalogError> {
    let (wanted, reading) = (repository.profile().nightly.sample, repository.catalog().reading());
    let highest =
        reading.families_ever()?.max(reading.meta("next_family")?.and_then(|text| text.parse().ok()).unwrap_or(1));
    let (mut drawn, mut seen) = (Vec::new(), BTreeSet::new());
    for _ in 0..wanted.saturating_mul(DRAWS) {
        if drawn.len() >= wanted as usize {
            break;
        }
        let number = u64::from_le_bytes(random::bytes()) % highest.max(1);
        let filter =
            FamilyFilter { after: Some(FamilyId::new(number as i64)), limit: Some(1), ..FamilyFilter::default() };
        reading.each_family::<CatalogError>(filter, |row| {
            if row.state == FamilyState::Live && seen.insert(row.id) {
                drawn.push(row);
            }
            Ok(())
        })?;
    }
    Ok(drawn)
}
