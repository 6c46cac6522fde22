//! The directory of parties: every address and number that takes part in something, what it is called, and from where
//! that is known.
//!
//! It lies nowhere. Names and addresses are sealed with the items that tell them; the directory is read from those facts
//! each time it is asked for, so that what is destroyed is in no directory either (I13). Only what a person has said of
//! two addresses is kept, as keyed digests.
//!
//! *Invariant:* two sightings are one entry only when the address or the valid number is exactly the same; entries are
//! one person only when the agency profile or a person says so. A contact card that lists two numbers is a hint.

mod directory;
mod joining;
mod link;
mod takes_part;

pub use directory::{AliasKind, Circle, Directory, Known, NameTold, Person, key_of};
pub use link::{merge, split};
pub use takes_part::items_of;

use crate::catalog::CatalogError;
use crate::repository::RepositoryError;

/// The directory could not be read, or not changed as asked.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// The repository failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// What was asked for is nobody, or several, or already so.
    #[error("{message}")]
    Refused {
        /// Why.
        message: String,
        /// What to do.
        hint: &'static str,
    },
}

fn refused(message: impl Into<String>, hint: &'static str) -> PeopleError {
    PeopleError::Refused { message: message.into(), hint }
}
