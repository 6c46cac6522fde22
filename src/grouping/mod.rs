//! Putting together: conversations, the same message once with everybody who has it, what is nearly the same, and what
//! stands whole in a later message.
//!
//! Nothing of it is stored: it is read from the sealed facts each time it is asked for, so that what is destroyed is in
//! no conversation either (I13). What somebody set aside is in none.
//!
//! Reading order: `subject` and `threads` (RFC 5256), `near` (texts), `conversation`, `alike`, `traffic`.

mod alike;
mod conversation;
mod near;
mod subject;
mod threads;
mod traffic;

pub use alike::{ALIKE_FAMILIES, Alike, AlikeGroup, Member, Sort, alike};
pub use conversation::{Conversation, Line, conversation};
pub use near::{NEAR_PERCENT, NearPair, QUOTED_PERCENT, Shingles, groups_of, near_pairs, quoted_in};
pub use subject::{BaseSubject, base_subject};
pub use threads::{Forest, Key, Letter, Place, conversations, key_of, told};
pub use traffic::{Traffic, TrafficLine, by_domain, by_person, traffic_table};

use crate::base::id::FamilyId;
use crate::catalog::{CatalogError, FamilyFilter, FamilyRow, FamilyState};
use crate::people::PeopleError;
use crate::repository::{Repository, RepositoryError};

/// Items could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum GroupingError {
    /// The repository failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The directory of people could not be read.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// It is more than is put together at once, or nothing.
    #[error("{0}")]
    Refused(String),
}

/// Families read back in one step.
const STEP: usize = 2_000;

/// The ordinary families that are here, among some or all of them, in order of number.
fn rows(repository: &Repository, among: Option<&[FamilyId]>) -> Result<Vec<FamilyRow>, GroupingError> {
    let reading = repository.catalog().reading();
    let mut rows = Vec::new();
    match among {
        Some(some) => {
            for family in some {
                let row = reading.family(*family)?;
                if row.state == FamilyState::Live && !reading.is_set_aside(*family)? {
                    rows.push(row);
                }
            }
        }
        None => {
            let filter = FamilyFilter { ordinary: true, ..FamilyFilter::default() };
            reading.each_family::<GroupingError>(filter, |row| {
                if row.state == FamilyState::Live {
                    rows.push(row);
                }
                Ok(())
            })?;
        }
    }
    Ok(rows)
}

/// The names of the custodians of a family; a copy whose custodian is not known has none.
fn custodians(repository: &Repository, family: FamilyId) -> Result<Vec<String>, CatalogError> {
    let reading = repository.catalog().reading();
    let ids = reading.custodians_of(family)?;
    let all = reading.custodians()?.into_iter().filter(|(id, ..)| ids.contains(id));
    Ok(all.map(|(_, name, _)| name).collect())
}
