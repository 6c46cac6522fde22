//! A storage of a compound file as a file of its own: a message inside a message, an object of another program.
//!
//! The same storage always gives the same bytes: nothing of it is dated. The class of a storage, by which Windows finds
//! the program for it, is not copied.

use super::compound::{Compound, EntryKind};
use cfb::{CompoundFile, Version};
use std::io::{self, Cursor, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Storages inside each other that are copied.
const DEPTH: usize = 64;

/// What differs in the copy.
pub struct Changed<'a> {
    /// The stream of this name at the top is written with these bytes.
    pub top: Option<(&'a str, Vec<u8>)>,
    /// This storage is copied to the top too.
    pub beside: Option<usize>,
    /// Bytes that may still be copied.
    pub left: &'a mut u64,
}

type Written = CompoundFile<Cursor<Vec<u8>>>;

/// Copies a storage into a compound file of its own.
///
/// # Errors
/// When the storage lies too deep, names something twice, or has more bytes than are left.
pub fn copied(file: &Compound<'_>, storage: usize, mut changed: Changed<'_>) -> io::Result<Vec<u8>> {
    let mut out = CompoundFile::create_with_version(Version::V3, Cursor::new(Vec::new()))?;
    let top = PathBuf::from("/");
    copy(file, storage, &mut out, &top, &mut changed, 0)?;
    if let Some(beside) = changed.beside
        && let Some(entry) = file.entry(beside)
        && !out.exists(top.join(&entry.name))
    {
        let place = top.join(&entry.name);
        create(&mut out, &place)?;
        copy(file, beside, &mut out, &place, &mut changed, 1)?;
    }
    undated(&mut out, &top)?;
    out.flush()?;
    Ok(out.into_inner().into_inner())
}

fn copy(
    file: &Compound<'_>,
    from: usize,
    out: &mut Written,
    to: &Path,
    changed: &mut Changed<'_>,
    depth: usize,
) -> io::Result<()> {
    for id in file.children(from) {
        let Some(entry) = file.entry(id) else { continue };
        // The crate that writes asserts what MS-CFB 2.6.1 allows in a name.
        let is_sound =
            (1..=31).contains(&entry.name.encode_utf16().count()) && !entry.name.contains(['/', '\\', ':', '!']);
        if !is_sound || matches!(entry.name.as_str(), "." | "..") {
            return Err(io::Error::other("an object inside has a name that cannot be"));
        }
        let place = to.join(&entry.name);
        if entry.kind != EntryKind::Stream {
            if depth >= DEPTH {
                return Err(io::Error::other("objects lie too deep inside each other"));
            }
            create(out, &place)?;
            copy(file, id, out, &place, changed, depth + 1)?;
            continue;
        }
        let bytes = match changed.top.take_if(|(name, _)| depth == 0 && *name == entry.name) {
            Some((_, instead)) => instead,
            None => file.stream(id, changed.left.saturating_add(1)).0,
        };
        let left = changed.left.checked_sub(bytes.len() as u64);
        *changed.left = left.ok_or_else(|| io::Error::other("the objects of the file are larger than the file"))?;
        out.create_new_stream(&place)?.write_all(&bytes)?;
    }
    Ok(())
}

fn create(out: &mut Written, place: &Path) -> io::Result<()> {
    out.create_storage(place)?;
    undated(out, place)
}

fn undated(out: &mut Written, place: &Path) -> io::Result<()> {
    if place != Path::new("/") {
        out.set_created_time(place, SystemTime::UNIX_EPOCH)?;
    }
    out.set_modified_time(place, SystemTime::UNIX_EPOCH)
}
