//! Files that hold other files: folders, archives, exports of whole accounts.

pub mod content;
pub mod folder;
pub mod loose_file;
pub mod packed;
pub mod reading;
pub mod tree;
pub mod vault_export;
pub mod vault_metadata;
pub mod zip_archive;

pub use content::{Content, head_of};
pub use reading::Reading;

use super::{ReadOptions, SourceError};
use crate::model::item::Sink;
use std::fs;
use std::io;
use std::path::Path;

/// Reads what the clerk named: a file or a folder, as one container.
pub fn read(path: &Path, options: &ReadOptions, sink: &mut dyn Sink) -> Result<(), SourceError> {
    // What the clerk named is followed when it is a link; nothing inside it is.
    let metadata = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(SourceError::NotFound(path.to_owned())),
        Err(error) => return Err(SourceError::Unreadable { path: path.to_owned(), error }),
        Ok(metadata) => metadata,
    };
    let name = path.display().to_string();
    let mut reading = Reading::new(options, sink);
    if metadata.is_dir() {
        fs::read_dir(path).map_err(|error| SourceError::Unreadable { path: path.to_owned(), error })?;
        folder::read_nested(path, name, &mut reading)?;
    } else {
        fs::File::open(path).map_err(|error| SourceError::Unreadable { path: path.to_owned(), error })?;
        reading.top_file(name, Content::File(path.to_owned()))?;
    }
    Ok(())
}
