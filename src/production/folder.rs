//! The folder while it is written: every file is hashed as its bytes pass, so that nothing is read twice.

use super::ProductionError;
use crate::base::digest::PairHasher;
use crate::base::durable;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// A written file by its digests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) path: String,
    pub(super) blake3: String,
    pub(super) sha256: String,
    pub(super) bytes: u64,
}

/// A folder that is being filled.
pub(super) struct Folder {
    root: PathBuf,
    /// Every file that was closed.
    pub(super) written: Vec<Written>,
}

impl Folder {
    /// Creates the folder.
    pub(super) fn create(root: &Path) -> Result<Self, ProductionError> {
        durable::create_dir_all(root).map_err(|error| ProductionError::io(root, error))?;
        Ok(Self { root: root.to_owned(), written: Vec::new() })
    }

    /// Opens a file to be written piece by piece.
    pub(super) fn open(&self, path: &str) -> Result<Stream, ProductionError> {
        let whole = self.root.join(path);
        let parent = whole.parent().unwrap_or(&self.root);
        durable::create_dir_all(parent).map_err(|error| ProductionError::io(parent, error))?;
        let file = durable::create_stream(&whole).map_err(|error| ProductionError::io(&whole, error))?;
        Ok(Stream { path: path.to_owned(), whole, file: BufWriter::new(file), hasher: PairHasher::default() })
    }

    /// Closes a file.
    pub(super) fn close(&mut self, stream: Stream) -> Result<(), ProductionError> {
        let Stream { path, whole, file, hasher } = stream;
        file.into_inner().map_err(|error| ProductionError::io(&whole, error.into_error()))?;
        let (blake3, sha256, bytes) = hasher.finish();
        self.written.push(Written { path, blake3: blake3.to_string(), sha256: sha256.to_string(), bytes });
        Ok(())
    }

    /// Writes a file whole.
    pub(super) fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), ProductionError> {
        let mut stream = self.open(path)?;
        stream.push(bytes)?;
        self.close(stream)
    }

    /// Reads back a file that was closed.
    pub(super) fn read(&self, path: &str) -> Result<Vec<u8>, ProductionError> {
        let whole = self.root.join(path);
        std::fs::read(&whole).map_err(|error| ProductionError::io(&whole, error))
    }

    /// Makes all of it durable.
    pub(super) fn sync(&self) -> Result<(), ProductionError> {
        durable::sync_file_system(&self.root).map_err(|error| ProductionError::io(&self.root, error))
    }
}

/// A file that is being written.
pub(super) struct Stream {
    path: String,
    whole: PathBuf,
    file: BufWriter<File>,
    hasher: PairHasher,
}

impl Stream {
    /// Writes the next bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), ProductionError> {
        self.hasher.update(bytes);
        self.file.write_all(bytes).map_err(|error| ProductionError::io(&self.whole, error))
    }
}
