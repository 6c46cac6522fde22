//! What can go wrong with the index.

/// The index could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The disk said no.
    #[error("the index cannot be read or written: {0}")]
    Disk(#[from] std::io::Error),
    /// A file of the index is not what was written; it can be rebuilt from the sealed text.
    #[error("the index is damaged: {0}")]
    Damaged(String),
}
