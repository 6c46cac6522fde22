//! What can go wrong with a repository as a whole, each with what to do next.

use crate::base::id::{EventId, FamilyId};
use crate::base::trouble::plain;
use crate::catalog::CatalogError;
use crate::index::IndexError;
use crate::vault::VaultError;
use std::io;
use std::path::{Path, PathBuf};

/// A repository could not be created, opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum RepositoryError {
    /// There is no profile in the directory.
    #[error("there is no repository in {}: it has no recordroom.toml", directory.display())]
    NotARepository {
        /// The directory.
        directory: PathBuf,
    },
    /// A new repository needs an empty directory.
    #[error("the folder {} is not empty", directory.display())]
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
    #[error("another ingest, index, dispose or produce is working in this repository")]
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
    /// Something was catalogued once, and its row is gone although nothing destroyed it.
    #[error("the catalog has lost {what}: nothing is cleared away, and nothing new is begun")]
    RowGone {
        /// What it has no row of any more.
        what: String,
    },
    /// The index has read events that the catalog does not have.
    #[error("the catalog is older than the index: it ends with event {last}, and the index was made from {through}")]
    CatalogOlderThanIndex {
        /// The newest event in the catalog.
        last: EventId,
        /// The newest event the index was made from.
        through: EventId,
    },
    /// The key set has seen events that the catalog does not have.
    #[error(
        "the catalog is not the one this key set belongs to: the key set has seen event {seen}, and the catalog {found}"
    )]
    CatalogOlderThanKeys {
        /// The newest event the key set has seen.
        seen: EventId,
        /// What the catalog says.
        found: String,
    },
    /// The key set is older than the backup it is to open.
    #[error("that key set is older than the backup: it has seen event {seen}, and the backup ends with event {last}")]
    KeysOlder {
        /// The newest event the key set has seen.
        seen: EventId,
        /// The newest event of the backup.
        last: EventId,
    },
    /// A catalogued family has no key.
    #[error("the key of {family} is missing from the key set")]
    KeyMissing {
        /// The family.
        family: FamilyId,
    },
    /// The family was destroyed.
    #[error("{family} was destroyed: {how}")]
    Destroyed {
        /// The family.
        family: FamilyId,
        /// When and under which plan and rule.
        how: String,
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
    #[error("cannot use {}: {}", path.display(), plain(error))]
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
    Index(#[from] IndexError),
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
            | Self::RowGone { .. }
            | Self::CatalogOlder { .. }
            | Self::CatalogOlderThanIndex { .. }
            | Self::CatalogOlderThanKeys { .. }
            | Self::Facts { .. }
            | Self::Catalog(CatalogError::Damaged { .. } | CatalogError::NotSound(_)) => true,
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
            Self::Newer { .. } => NEWER,
            Self::NotAnExercise => "Leave --now out, or create an exercise with: recordroom init DIR --exercise",
            Self::Busy => "Wait until it has finished; holds, requests and searches work meanwhile.",
            Self::NoCustodian { .. } => "Add the custodian to recordroom.toml, or correct the name.",
            Self::KeyMissing { .. } | Self::Facts { .. } => {
                "Run: recordroom verify. Then restore the newest key set from its second place, or ask for help."
            }
            Self::CatalogOlder { .. }
            | Self::RowGone { .. }
            | Self::CatalogOlderThanIndex { .. }
            | Self::CatalogOlderThanKeys { .. } => {
                "Nothing was changed. Put the newest catalog back; or, where it is lost, put a whole backup back with: \
                 recordroom restore BACKUP --key-set KEYS FOLDER"
            }
            Self::KeysOlder { .. } => "Nothing was changed. Name the newest key set, from either of its two places.",
            Self::Io { error, .. } if error.kind() == io::ErrorKind::StorageFull => ROOM,
            Self::Io { .. } => "Check the path and the permissions, and run the same command again.",
            Self::Catalog(error) => after_catalog(error),
            Self::Vault(error) => after_vault(error),
            Self::Index(error) => after_index(error),
            Self::Destroyed { .. } => "The certificate names the list it is in: recordroom dispose list",
        }
    }
}

/// What to do when the disk is full.
const ROOM: &str = "Make room on the disk and run the same command again. Nothing half-done was kept.";
/// What to do when a newer program was here.
const NEWER: &str = "Install the newer program; nothing was changed.";

fn after_catalog(error: &CatalogError) -> &'static str {
    match error {
        CatalogError::Newer { .. } => NEWER,
        CatalogError::Missing(_) => {
            "Check the number. What there is, is listed by: recordroom search, hold list, request list, dispose list"
        }
        CatalogError::NotSound(_) | CatalogError::Damaged { .. } => {
            "Nothing was changed. Keep the folder as it is, and put catalog.sqlite back from the newest backup."
        }
        CatalogError::CannotOpen => {
            "Put it back from the newest backup; or, if the disk is read-only, make it writable: reading needs that too."
        }
        CatalogError::ReadOnly => {
            "Make the disk and the folder writable for this user, and run the same command again."
        }
        CatalogError::Protected { .. } => "Nothing was destroyed. What protects it: recordroom hold list, request list",
        CatalogError::Numbers(_) => {
            "Nothing was changed. Make the folder key_set of recordroom.toml writable for this user, and run the same command \
             again."
        }
        CatalogError::Busy => "Run the same command again in a moment.",
        error if error.is_disk_full() => ROOM,
        CatalogError::Database(_) | CatalogError::Fault(_) => {
            "Run the same command again; if it fails again: recordroom verify"
        }
    }
}

fn after_vault(error: &VaultError) -> &'static str {
    match error {
        VaultError::MissingRootKey { .. } | VaultError::DamagedKeys { .. } => {
            "Without the keys nothing can be read. Copy the newest key set back, from the place that recordroom.toml \
             names as key_set_second. Nothing was changed."
        }
        VaultError::PrimaryOutdated { .. } | VaultError::Interrupted => "Nothing was changed.",
        VaultError::OtherRepository { .. } => {
            "Write the right folder after key_set in recordroom.toml, or put the right keys there. Nothing was changed."
        }
        VaultError::SecondPlace { .. } => {
            "Bring its disk back; or copy the folder key_set of recordroom.toml to a new place and name that as \
             key_set_second. Nothing was changed."
        }
        VaultError::KeySetExists { .. } => "Name other folders with --keys and --keys-second.",
        VaultError::DiskFull { .. } => ROOM,
        VaultError::NewerFormat { .. } => NEWER,
        VaultError::Damaged { .. }
        | VaultError::WrongKey { .. }
        | VaultError::MissingPack { .. }
        | VaultError::SmallField { .. } => {
            "Run: recordroom verify. It names everything that does not read back, to be fetched from a backup."
        }
        VaultError::NoSuchSection { .. } => "Run: recordroom verify",
        VaultError::TooLarge { .. } => "Write it to a file with: recordroom show ID --original",
        VaultError::Io { .. } | VaultError::Source(_) | VaultError::Sink(_) => {
            "Check the path and the permissions, and run the same command again."
        }
    }
}

fn after_index(error: &IndexError) -> &'static str {
    match error {
        IndexError::Damaged(_) => "Run: recordroom index --rebuild",
        IndexError::Newer { .. } => NEWER,
        IndexError::Disk(error) if error.kind() == io::ErrorKind::StorageFull => ROOM,
        IndexError::Disk(_) => "Check the folder index and its permissions, and run the same command again.",
        IndexError::StillRead => "Nothing was lost; run the same command again in a moment.",
        IndexError::TooManyWords { .. } | IndexError::TooFar { .. } => "Change the query and search again.",
        IndexError::Standing(_) => "Run: recordroom verify",
    }
}
