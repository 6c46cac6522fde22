//! The directory of one part: files are written through `base::durable`, and read by mapping them.
//!
//! A part is written once, made durable with the whole file system before the `splits` file names it, and never
//! changed afterwards; so no file is synced by itself, and nobody locks in it but readers and the eraser.

use crate::base::durable;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tantivy::directory::error::{DeleteError, LockError, OpenDirectoryError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, DirectoryLock, FileHandle, Lock, MmapDirectory, TerminatingWrite, WatchCallback, WatchHandle,
    WritePtr,
};

/// The engine's list of its own files; a part is erased whole, so nobody needs it.
const MANAGED: &str = ".managed.json";

/// The directory of the index, in which the directories of its parts lie.
#[derive(Debug, Clone)]
pub(super) struct Shelves {
    path: PathBuf,
    mapped: MmapDirectory,
}

impl Shelves {
    /// A directory that exists.
    pub(super) fn open(path: &Path) -> Result<Self, OpenDirectoryError> {
        Ok(Self { path: path.to_owned(), mapped: MmapDirectory::open(path)? })
    }

    /// The directory of one part in it.
    pub(super) fn shelf(&self, part: &str) -> Shelf {
        Shelf { path: self.path.join(part), name: PathBuf::from(part), mapped: self.mapped.clone() }
    }
}

/// The directory of one part as the search engine sees it.
#[derive(Debug, Clone)]
pub(super) struct Shelf {
    path: PathBuf,
    /// Its name in the directory that is mapped; empty where it is that directory itself.
    name: PathBuf,
    mapped: MmapDirectory,
}

impl Shelf {
    /// A directory that exists.
    pub(super) fn open(path: &Path) -> Result<Self, OpenDirectoryError> {
        Ok(Self { path: path.to_owned(), name: PathBuf::new(), mapped: MmapDirectory::open(path)? })
    }
}

/// A file being written.
struct Stream(File);

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl TerminatingWrite for Stream {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        self.0.flush()
    }
}

impl tantivy::Directory for Shelf {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.mapped.get_file_handle(&self.name.join(path))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        durable::erase(&self.path.join(path))
            .map_err(|error| DeleteError::IoError { io_error: Arc::new(error), filepath: path.to_owned() })
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.mapped.exists(&self.name.join(path))
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let file = durable::create_private_stream(&self.path.join(path))
            .map_err(|error| OpenWriteError::wrap_io_error(error, path.to_owned()))?;
        Ok(BufWriter::new(Box::new(Stream(file))))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        if path == Path::new(MANAGED) {
            return Err(OpenReadError::FileDoesNotExist(path.to_owned()));
        }
        self.mapped.atomic_read(&self.name.join(path))
    }

    fn atomic_write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        if path == Path::new(MANAGED) {
            return Ok(());
        }
        // Nobody reads this directory before it is named, so the step between the two need not be atomic.
        let path = self.path.join(path);
        durable::remove(&path)?;
        durable::create_private_stream(&path)?.write_all(bytes)
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn acquire_lock(&self, _: &Lock) -> Result<DirectoryLock, LockError> {
        Ok(DirectoryLock::from(Box::new(())))
    }

    fn watch(&self, _: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}
