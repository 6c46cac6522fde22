//! What can go wrong with a repository as a whole, each with what to do next.

use crate::base::id::{EventId, FamilyId};
use crate::catalog::CatalogError;
use crate::vault::VaultError;
use std::io;
use std::path::{Path, PathBuf};

/// A repository could not be created, opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum RepositoryError {
    /// There is no profile in the directory.
    #[error("{} is not a repository: there is no recordroom.toml in it", directory.display())]
    NotARepository {
        /// The directory.
        directory: PathBuf,
    },
    /// A new repository needs an empty directory.
    #[error("{} is not empty", directory.display())]
    NotEmpty {
        /// The directory.
        directory: PathBuf,
    },
    /// The profile cannot be used.
    #[error("the profile recordroom.toml cannot be used: {message}")]
    Profile {
        /// Why.
        message: String,
    },
    /// Made by a newer program.
    #[error("this repository has format {found}, and this program knows formats up to {known}")]
    Newer {
        /// The format found.
        found: u32,
        /// The newest format known.
        known: u32,
    },
    /// A clock was given to a repository that is not an exercise.
    #[error("--now is for exercise repositories alone, and this one is not an exercise")]
    NotAnExercise,
    /// Somebody else works in it.
    #[error("another ingest, index or dispose is working in this repository")]
    Busy,
    /// The profile has no such custodian.
    #[error("the profile has no custodian named {name:?}")]
    NoCustodian {
        /// The name asked for.
        name: String,
    },
    /// The key set and the vault know more than the catalog.
    #[error("the catalog is older than the vault: {unlisted} items have keys and are not in it")]
    CatalogOlder {
        /// Keys that no row names.
        unlisted: u64,
    },
    /// The index has read events that the catalog does not have.
    #[error("the catalog is older than the index: it ends with event {last}, and the index was made from {through}")]
    CatalogOlderThanIndex {
        /// The newest event in the catalog.
        last: EventId,
        /// The newest event the index was made from.
        through: EventId,
    },
    /// A catalogued family has no key.
    #[error("the key of {family} is missing from the key set")]
    KeyMissing {
        /// The family.
        family: FamilyId,
    },
    /// The family was destroyed.
    #[error("{family} was destroyed; its tombstone says when and under which rule")]
    Destroyed {
        /// The family.
        family: FamilyId,
    },
    /// What was sealed does not read back.
    #[error("{family} does not read back: {message}")]
    Facts {
        /// The family.
        family: FamilyId,
        /// What is wrong.
        message: String,
    },
    /// The disk failed.
    #[error("{}: {error}", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// The error of the operating system.
        error: io::Error,
    },
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The vault or the key set failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The index failed.
    #[error(transparent)]
    Index(#[from] crate::index::IndexError),
}

impl RepositoryError {
    /// An error of the operating system at a path.
    pub fn io(path: &Path, error: io::Error) -> Self {
        Self::Io { path: path.to_owned(), error }
    }

    /// Whether it is a problem of integrity rather than of the operation.
    pub fn is_integrity(&self) -> bool {
        match self {
            Self::KeyMissing { .. }
            | Self::CatalogOlder { .. }
            | Self::CatalogOlderThanIndex { .. }
            | Self::Facts { .. }
            | Self::Catalog(CatalogError::Damaged { .. }) => true,
            Self::Vault(error) => error.is_integrity(),
            _ => false,
        }
    }

    /// What to do next, one sentence, or nothing.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotARepository { .. } => {
                "Name the directory with --repository, or create one with: recordroom init DIR"
            }
            Self::NotEmpty { .. } => "Name a directory that does not exist yet.",
            Self::Profile { .. } => "Correct that line with a text editor and run the command again.",
            Self::Newer { .. } => "Install the newer program; nothing was changed.",
            Self::NotAnExercise => "Leave --now out, or create an exercise with: recordroom init DIR --exercise",
            Self::Busy => "Wait until it has finished; holds, requests and searches work meanwhile.",
            Self::NoCustodian { .. } => "Add the custodian to recordroom.toml, or correct the name.",
            Self::KeyMissing { .. } | Self::Facts { .. } => {
                "Run: recordroom verify. Then restore the newest key set from its second place, or ask for help."
            }
            Self::CatalogOlder { .. } | Self::CatalogOlderThanIndex { .. } => {
                "Nothing was changed. Put the catalog back that belongs to this vault, from the same backup."
            }
            Self::Io { error, .. } if error.kind() == io::ErrorKind::StorageFull => {
                "The disk is full; make room and run the same command again. Nothing half-done was kept."
            }
            Self::Catalog(error) if error.is_disk_full() => {
                "The disk is full; make room and run the same command again. Nothing half-done was kept."
            }
            Self::Io { .. } => "Check the path and the permissions, and run the same command again.",
            Self::Index(crate::index::IndexError::Damaged(_)) => "Run: recordroom index --rebuild",
            Self::Destroyed { .. } | Self::Catalog(_) | Self::Vault(_) | Self::Index(_) => "",
        }
    }
}
