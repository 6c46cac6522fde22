//! A storage of a compound file as a file of its own: a message inside a message, an object of another program.
//!
//! The same storage always gives the same bytes: nothing of it is dated.

use cfb::{CompoundFile, Version};
use std::io::{self, Cursor, Read, Write};
use std::path::Path;
use std::time::SystemTime;

/// Storages inside each other that are copied.
const DEPTH: usize = 64;

/// What is put before the streams of a storage.
pub struct Changed<'a> {
    /// The stream of this name at the top is written with these bytes.
    pub top: Option<(&'a str, Vec<u8>)>,
    /// This storage is copied to the top too.
    pub beside: Option<&'a Path>,
    /// Bytes that may still be copied.
    pub left: &'a mut u64,
}

/// Copies a storage into a compound file of its own.
///
/// # Errors
/// When the storage is damaged, lies too deep, or has more bytes than are left.
pub fn copied<R: Read + io::Seek>(
    file: &mut CompoundFile<R>,
    storage: &Path,
    mut changed: Changed<'_>,
) -> io::Result<Vec<u8>> {
    let mut out = CompoundFile::create_with_version(Version::V3, Cursor::new(Vec::new()))?;
    copy(file, storage, &mut out, Path::new("/"), &mut changed, 0)?;
    if let Some(beside) = changed.beside
        && let Some(name) = beside.file_name()
        && file.is_storage(beside)
    {
        let place = Path::new("/").join(name);
        if !out.exists(&place) {
            create(&mut out, &place)?;
            copy(file, beside, &mut out, &place, &mut changed, 1)?;
        }
    }
    undated(&mut out, Path::new("/"))?;
    out.flush()?;
    Ok(out.into_inner().into_inner())
}

fn copy<R: Read + io::Seek>(
    file: &mut CompoundFile<R>,
    from: &Path,
    out: &mut CompoundFile<Cursor<Vec<u8>>>,
    to: &Path,
    changed: &mut Changed<'_>,
    depth: usize,
) -> io::Result<()> {
    let class = *file.entry(from)?.clsid();
    if !class.is_nil() {
        out.set_storage_clsid(to, class)?;
    }
    let entries: Vec<cfb::Entry> = file.read_storage(from)?.collect();
    for entry in entries {
        let place = to.join(entry.name());
        if entry.is_storage() {
            if depth >= DEPTH {
                return Err(io::Error::other("objects lie too deep inside each other"));
            }
            create(out, &place)?;
            copy(file, entry.path(), out, &place, changed, depth + 1)?;
            continue;
        }
        let mut bytes = Vec::new();
        match changed.top.take_if(|(name, _)| depth == 0 && *name == entry.name()) {
            Some((_, instead)) => bytes = instead,
            None => {
                file.open_stream(entry.path())?.take(changed.left.saturating_add(1)).read_to_end(&mut bytes)?;
            }
        }
        let left = changed.left.checked_sub(bytes.len() as u64);
        *changed.left = left.ok_or_else(|| io::Error::other("the objects of the file are larger than the file"))?;
        out.create_stream(&place)?.write_all(&bytes)?;
    }
    Ok(())
}

fn create(out: &mut CompoundFile<Cursor<Vec<u8>>>, place: &Path) -> io::Result<()> {
    out.create_storage(place)?;
    undated(out, place)
}

fn undated(out: &mut CompoundFile<Cursor<Vec<u8>>>, place: &Path) -> io::Result<()> {
    if place != Path::new("/") {
        out.set_created_time(place, SystemTime::UNIX_EPOCH)?;
    }
    out.set_modified_time(place, SystemTime::UNIX_EPOCH)
}
