//! What can go wrong in the vault, in plain words.

use super::month::Month;
use super::seal::Section;
use crate::base::trouble::plain;
use std::io;
use std::path::{Path, PathBuf};

/// The vault or its key set could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// A file could not be read or written.
    #[error("cannot use {}: {}", path.display(), plain(error))]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
    /// The disk is full.
    #[error("no room is left on the disk that holds {}", path.display())]
    DiskFull {
        /// The file that could not grow.
        path: PathBuf,
    },
    /// What was to be sealed could not be read.
    #[error("cannot read what was to be sealed: {}", plain(.0))]
    Source(io::Error),
    /// What was opened could not be handed on.
    #[error("cannot write what was opened: {}", plain(.0))]
    Sink(io::Error),
    /// The key set belongs to another repository.
    #[error("the key set in {} belongs to repository {found}, not to {expected}", path.display())]
    OtherRepository {
        /// The directory of the key set.
        path: PathBuf,
        /// The repository the key set names.
        found: String,
        /// The repository that was opened.
        expected: String,
    },
    /// The root key is not there.
    #[error("there is no root key at {}", path.display())]
    MissingRootKey {
        /// The file that was looked for.
        path: PathBuf,
    },
    /// A new key set was to be made where there is one already.
    #[error("the folder {} already holds a key set", path.display())]
    KeySetExists {
        /// The directory.
        path: PathBuf,
    },
    /// A file of the key set is damaged.
    #[error("the key file {} is damaged: {what}", path.display())]
    DamagedKeys {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The first place holds an older key set than the second.
    #[error(
        "the key set in {} is older than the one in {}; put the newer one in its place", 
        primary.display(), second.display()
    )]
    PrimaryOutdated {
        /// The first place.
        primary: PathBuf,
        /// The second place.
        second: PathBuf,
    },
    /// The second place of the key set does not read back.
    #[error("the second place of the key set, {}, cannot be relied on: {what}", path.display())]
    SecondPlace {
        /// The directory of the second place.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A write to the key set failed earlier, so its state on disk must be read again first.
    #[error("an earlier change of the key set was interrupted; run the command again to finish it")]
    Interrupted,
    /// Stored bytes are not what was sealed (invariant I1).
    #[error("sealed bytes are damaged (I1): pack {month}/{pack:04}, stretch at byte {offset}: {what}")]
    Damaged {
        /// The month of the pack.
        month: Month,
        /// The number of the pack.
        pack: u32,
        /// Where the stretch begins.
        offset: u64,
        /// What is wrong, with the position inside the stretch.
        what: String,
    },
    /// The stretch was sealed under another key.
    #[error("the key does not fit the stretch at byte {offset} of pack {month}/{pack:04}")]
    WrongKey {
        /// The month of the pack.
        month: Month,
        /// The number of the pack.
        pack: u32,
        /// Where the stretch begins.
        offset: u64,
    },
    /// A pack file is gone (invariant I2).
    #[error("the pack file {} is missing", path.display())]
    MissingPack {
        /// The file that was looked for.
        path: PathBuf,
    },
    /// The stretch has no such section.
    #[error("the sealed family has no {section} with number {part}")]
    NoSuchSection {
        /// The section asked for.
        section: Section,
        /// The part asked for.
        part: u32,
    },
    /// The section is too large to be held in memory.
    #[error("the section has {bytes} bytes, too many to be held in memory")]
    TooLarge {
        /// Its size.
        bytes: u64,
    },
    /// A sealed field of the catalog does not open.
    #[error("a sealed field ({label}) does not open: it is damaged or was sealed under another key")]
    SmallField {
        /// What the field holds.
        label: String,
    },
    /// A newer program wrote this.
    #[error("the file {} was written by a newer version of this program", path.display())]
    NewerFormat {
        /// The file.
        path: PathBuf,
    },
}

impl VaultError {
    /// Whether stored bytes or keys are damaged or gone, as opposed to a passing trouble.
    pub fn is_integrity(&self) -> bool {
        matches!(
            self,
            Self::Damaged { .. }
                | Self::DamagedKeys { .. }
                | Self::MissingPack { .. }
                | Self::MissingRootKey { .. }
                | Self::WrongKey { .. }
                | Self::SmallField { .. }
        )
    }
}

/// Names the file in an error of the operating system, and a full disk by its name.
pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> VaultError + '_ {
    move |error| match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => VaultError::DiskFull { path: path.to_owned() },
        _ => VaultError::Io { path: path.to_owned(), error },
    }
}
