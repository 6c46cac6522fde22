//! What can go wrong with the index.

use std::path::Path;

/// The index could not be read or written. Nothing of the repository depends on it: it can be made again.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The disk said no.
    #[error("the index cannot be read or written: {}", crate::base::trouble::plain(.0))]
    Disk(#[from] std::io::Error),
    /// A file of the index is missing, or is not what was written.
    #[error("the index is damaged ({0}); it can be made again from the sealed items, nothing is lost")]
    Damaged(String),
    /// Made by a newer program.
    #[error("the index has format {found}, and this program knows formats up to {known}")]
    Newer {
        /// The format found.
        found: u32,
        /// The newest format known.
        known: u32,
    },
    /// A pattern stands for too many words.
    #[error("{pattern} stands for more than {limit} different words; write more letters of the word")]
    TooManyWords {
        /// The pattern as it was asked for.
        pattern: String,
        /// How many are allowed.
        limit: usize,
    },
    /// A distance is longer than texts are kept apart.
    #[error("words can be asked for at most {limit} words apart")]
    TooFar {
        /// How many words apart are allowed.
        limit: u32,
    },
    /// Somebody still reads what has to go.
    #[error("a search that began earlier still reads words that have to be erased; wait for it to end and try again")]
    StillRead,
    /// The catalog could not say which items have a status, series or custodian.
    #[error("the catalog cannot be read: {0}")]
    Standing(String),
}

impl IndexError {
    /// A failure of the search engine in a directory.
    pub(super) fn engine(directory: &Path, error: tantivy::TantivyError) -> Self {
        let name = directory.file_name().unwrap_or_default().to_string_lossy();
        match error {
            tantivy::TantivyError::IoError(error) => {
                Self::Disk(std::io::Error::new(error.kind(), format!("{name}: {error}")))
            }
            error => Self::Damaged(format!("{name}: {error}")),
        }
    }
}
