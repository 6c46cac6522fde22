//! Why the exports of the fictional city could not be written.

use std::io;
use std::path::PathBuf;

/// Why the exports could not be written.
#[derive(Debug, thiserror::Error)]
pub enum CityError {
    /// A file or folder could not be written.
    #[error("{} cannot be written: {error}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
    /// The texts that the program carries have a mistake.
    #[error("the story of the city has a mistake in {file}, line {line}: {message}")]
    Story {
        /// Which of the carried texts.
        file: &'static str,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// An archive or document of the story could not be packed.
    #[error("a file of the story could not be packed: {0}")]
    Pack(String),
}
