//! Plain folders, in a fixed order, symbolic links not followed.

use super::content::Content;
use super::reading::Reading;
use super::tree::{Accounted, FolderTree};
use super::vault_export;
use crate::model::exception::ProblemCode;
use crate::model::item::Stopped;
use crate::model::provenance::{ContainerFormat, CopyFacts};
use crate::source::formats::{self, Loose};
use crate::source::mail::maildir;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders inside each other that are followed.
pub const FOLDER_DEPTH: usize = 128;

/// Names of a folder that are looked at to tell whether exports of several formats lie in it.
const ENTRIES_COMPARED: usize = 256;

/// What a name in a folder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A device, socket or pipe.
    Other,
}

/// One name in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name, for a person.
    pub name: String,
    /// The whole path.
    pub path: PathBuf,
    /// What it stands for.
    pub kind: EntryKind,
}

/// Opens a folder as a container of its own: a Maildir, a Vault export or a plain folder.
pub fn read_nested(path: &Path, name: String, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    if maildir::is_maildir(path) {
        return reading.nested(name, ContainerFormat::Maildir, |reading| Ok(maildir::read(path, reading)?));
    }
    if vault_export::is_export_folder(path) {
        return vault_export::read_folder(path, name, reading);
    }
    let mut tree = FolderTree::new(path);
    let Some((format, reader)) = formats::of_tree(&mut tree) else {
        return reading.nested(name, ContainerFormat::Folder, |reading| Ok(read_level(path, "", 0, reading)?));
    };
    let loose = reader.lies_loose(format, &mut tree).filter(|_| is_mixed(path, format, reading));
    let outer = if loose.is_some() { ContainerFormat::Folder } else { format };
    reading.nested(name, outer, |reading| {
        let mut accounted = Accounted::new();
        match loose {
            Some(Loose::One(own)) => reading.nested(own, format, |reading| {
                accounted = reader.read_tree(format, &mut tree, reading)?;
                Ok(())
            })?,
            Some(Loose::Each) | None => accounted = reader.read_tree(format, &mut tree, reading)?,
        }
        Ok(read_others(path, "", 0, &accounted, reading)?)
    })
}

/// Whether exports of other formats lie on the first level of a folder too, so that the folder is of none of them.
fn is_mixed(path: &Path, format: ContainerFormat, reading: &Reading<'_>) -> bool {
    // Archives may be files that belong to messages.
    let packed = [ContainerFormat::Zip, ContainerFormat::Gzip, ContainerFormat::Xz, ContainerFormat::Bzip2];
    list(path).unwrap_or_default().into_iter().take(ENTRIES_COMPARED).any(|entry| match entry.kind {
        EntryKind::File => {
            let found = reading.format_of(&entry.name, &Content::File(entry.path));
            found.is_some_and(|found| found != format && !packed.contains(&found))
        }
        EntryKind::Folder => {
            maildir::is_maildir(&entry.path)
                || vault_export::is_export_folder(&entry.path)
                || formats::of_tree(&mut FolderTree::new(&entry.path)).is_some_and(|(other, _)| other != format)
        }
        EntryKind::Link | EntryKind::Other => false,
    })
}

/// Whether a folder is a container of its own kind and not just a folder.
fn is_known(path: &Path) -> bool {
    maildir::is_maildir(path)
        || vault_export::is_export_folder(path)
        || formats::of_tree(&mut FolderTree::new(path)).is_some()
}

/// Reads what a reader of the whole folder has not accounted for.
fn read_others(
    path: &Path,
    name: &str,
    depth: usize,
    accounted: &Accounted,
    reading: &mut Reading<'_>,
) -> Result<(), Stopped> {
    for entry in entries(path, name, reading)? {
        let place = join(name, &entry.name);
        let below = format!("{place}/");
        let has_accounted = accounted.range(below.clone()..).next().is_some_and(|next| next.starts_with(&below));
        if entry.kind == EntryKind::Folder && has_accounted && depth < FOLDER_DEPTH {
            read_others(&entry.path, &place, depth + 1, accounted, reading)?;
        } else if !accounted.contains(&place) {
            take_entry(entry, name, depth, reading)?;
        }
    }
    Ok(())
}

/// Reads one folder and those below it as items of the open container.
pub fn read_level(path: &Path, name: &str, depth: usize, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    for entry in entries(path, name, reading)? {
        take_entry(entry, name, depth, reading)?;
    }
    Ok(())
}

/// Takes one name of a folder: a file, a folder below, or something that is not followed.
pub fn take_entry(entry: Entry, name: &str, depth: usize, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let place = join(name, &entry.name);
    match entry.kind {
        EntryKind::File => {
            let copy = CopyFacts { folder: name.to_owned(), ..CopyFacts::default() };
            reading.member(place, Content::File(entry.path), copy)
        }
        EntryKind::Folder if depth >= FOLDER_DEPTH => {
            let sentence = format!("folders lie more than {FOLDER_DEPTH} deep inside each other");
            reading.exception(place, ProblemCode::LimitReached, sentence, Vec::new())
        }
        EntryKind::Folder if is_known(&entry.path) => read_nested(&entry.path, place, reading),
        EntryKind::Folder => read_level(&entry.path, &place, depth + 1, reading),
        EntryKind::Link => {
            let target = fs::read_link(&entry.path).map(|target| target.display().to_string()).unwrap_or_default();
            let sentence = "a link to another place is not followed; take in what it points to by its own name";
            reading.exception(place, ProblemCode::UnsafeName, sentence, target.into_bytes())
        }
        EntryKind::Other => {
            reading.exception(place, ProblemCode::Unsupported, "this is not a file and not a folder", Vec::new())
        }
    }
}

/// The names in a folder in byte order; a folder that cannot be read is an exception.
pub fn entries(path: &Path, name: &str, reading: &mut Reading<'_>) -> Result<Vec<Entry>, Stopped> {
    match list(path) {
        Ok(entries) => Ok(entries),
        Err(error) => {
            let place = if name.is_empty() { "." } else { name };
            let sentence = format!("the folder cannot be read: {error}");
            reading.exception(place.to_owned(), ProblemCode::Unreadable, sentence, Vec::new())?;
            Ok(Vec::new())
        }
    }
}

/// The names in a folder in byte order.
pub fn list(path: &Path) -> std::io::Result<Vec<Entry>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let file_type = entry.file_type()?;
        let kind = if file_type.is_symlink() {
            EntryKind::Link
        } else if file_type.is_dir() {
            EntryKind::Folder
        } else if file_type.is_file() {
            EntryKind::File
        } else {
            EntryKind::Other
        };
        found.push((entry.file_name(), entry.path(), kind));
    }
    found.sort_by(|one, two| one.0.as_encoded_bytes().cmp(two.0.as_encoded_bytes()));
    let entry = |(name, path, kind): (std::ffi::OsString, PathBuf, EntryKind)| Entry {
        name: name.to_string_lossy().into_owned(),
        path,
        kind,
    };
    Ok(found.into_iter().map(entry).collect())
}

/// A place below a place.
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
