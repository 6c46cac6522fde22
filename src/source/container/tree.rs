//! A folder or an archive seen the same way: names and contents, whichever the clerk was handed.
//!
//! An export of many files (a phone report, a workspace, a device backup) comes packed or unpacked. A format that is
//! recognised by its layout reads a [`Tree`] and says which names it has accounted for; the others are read as
//! ordinary files.

use super::content::Content;
use super::folder::{self, EntryKind, FOLDER_DEPTH};
use super::loose_file::Unpacking;
use crate::base::limits;
use crate::extract::charset;
use crate::extract::zip_table::Table;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

/// The names of a tree that a reader has accounted for; each is a path with `/` between its parts.
pub type Accounted = BTreeSet<String>;

/// Names and contents of a folder or an archive.
pub trait Tree {
    /// The names of the first level in byte order; those of folders end in `/`.
    fn top(&mut self) -> io::Result<Vec<String>>;
    /// The files at every depth, as paths with `/`, in the order of the folder or archive. Links are left out.
    fn files(&mut self) -> io::Result<Vec<String>>;
    /// Whether there is a file of this path.
    fn has(&mut self, path: &str) -> bool;
    /// The bytes of one file.
    ///
    /// # Errors
    /// When there is no such file, it is encrypted or damaged, or unpacks to more than is allowed.
    fn open(&mut self, path: &str) -> io::Result<Content>;
    /// The folder on the disk, where it is one.
    fn folder(&self) -> Option<&Path>;
}

/// A folder on the disk.
pub struct FolderTree {
    path: PathBuf,
}

impl FolderTree {
    /// The folder at a path.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    fn collect(path: &Path, prefix: &str, depth: usize, files: &mut Vec<String>) -> io::Result<()> {
        for entry in folder::list(path)? {
            if files.len() as u64 >= limits::ARCHIVE_MEMBERS {
                return Ok(());
            }
            let name = folder::join(prefix, &entry.name);
            match entry.kind {
                EntryKind::File => files.push(name),
                EntryKind::Folder if depth < FOLDER_DEPTH => Self::collect(&entry.path, &name, depth + 1, files)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// The place on the disk of a path that stays inside the folder and leads over no link.
    fn place(&self, path: &str) -> Option<PathBuf> {
        let mut place = self.path.clone();
        for part in path.split('/') {
            if part.is_empty() || part == "." || part == ".." || part.contains(['\\', '\0']) {
                return None;
            }
            place.push(part);
            if place.is_symlink() {
                return None;
            }
        }
        Some(place)
    }
}

impl Tree for FolderTree {
    fn top(&mut self) -> io::Result<Vec<String>> {
        let name = |entry: folder::Entry| match entry.kind {
            EntryKind::File => Some(entry.name),
            EntryKind::Folder => Some(format!("{}/", entry.name)),
            EntryKind::Link | EntryKind::Other => None,
        };
        Ok(folder::list(&self.path)?.into_iter().filter_map(name).collect())
    }

    fn files(&mut self) -> io::Result<Vec<String>> {
        let mut files = Vec::new();
        Self::collect(&self.path, "", 0, &mut files)?;
        Ok(files)
    }

    fn has(&mut self, path: &str) -> bool {
        self.place(path).is_some_and(|place| place.is_file())
    }

    fn open(&mut self, path: &str) -> io::Result<Content> {
        match self.place(path) {
            Some(place) if place.is_file() => Ok(Content::File(place)),
            _ => Err(io::Error::new(io::ErrorKind::NotFound, "there is no such file in the folder")),
        }
    }

    fn folder(&self) -> Option<&Path> {
        Some(&self.path)
    }
}

/// An opened ZIP archive.
pub struct ArchiveTree<'a, R> {
    table: &'a mut Table<R>,
    /// Entry of each path that stays inside the archive and is neither a folder, a link nor encrypted.
    entries: BTreeMap<String, usize>,
    /// The paths in the order of the table.
    order: Vec<String>,
    /// Bytes that may still be unpacked.
    pub unpack_left: u64,
}

impl<'a, R: Read + Seek> ArchiveTree<'a, R> {
    /// The archive of a table; `unpack_left` is what the whole reading may still unpack.
    pub fn new(table: &'a mut Table<R>, unpack_left: u64) -> Self {
        let (mut entries, mut order) = (BTreeMap::new(), Vec::new());
        for index in 0..table.len() {
            let Ok(entry) = table.entry(index) else { continue };
            if entry.is_dir() || entry.is_symlink() || entry.encrypted() || entry.enclosed_name().is_none() {
                continue;
            }
            let path = charset::decode(entry.name_raw(), None).text;
            // Of several entries with one name the first is the one named here; the others stay ordinary members.
            if !entries.contains_key(&path) {
                entries.insert(path.clone(), index);
                order.push(path);
            }
        }
        Self { table, entries, order, unpack_left }
    }

    /// The table again.
    pub fn into_table(self) -> &'a mut Table<R> {
        self.table
    }

    /// The entries of the paths that are accounted for.
    pub fn entries_of(&self, accounted: &Accounted) -> Vec<usize> {
        accounted.iter().filter_map(|path| self.entries.get(path).copied()).collect()
    }
}

impl<R: Read + Seek> Tree for ArchiveTree<'_, R> {
    fn top(&mut self) -> io::Result<Vec<String>> {
        let first = |path: &String| match path.split_once('/') {
            Some((folder, _)) => format!("{folder}/"),
            None => path.clone(),
        };
        let names: BTreeSet<String> = self.order.iter().map(first).collect();
        Ok(names.into_iter().collect())
    }

    fn files(&mut self) -> io::Result<Vec<String>> {
        Ok(self.order.clone())
    }

    fn has(&mut self, path: &str) -> bool {
        self.entries.contains_key(path)
    }

    fn open(&mut self, path: &str) -> io::Result<Content> {
        let missing = || io::Error::new(io::ErrorKind::NotFound, "there is no such file in the archive");
        let index = *self.entries.get(path).ok_or_else(missing)?;
        let packed = self.table.entry(index).map_err(io::Error::from)?.compressed_size();
        let member = self.table.member(index).map_err(io::Error::from)?;
        Content::unpack(&mut Unpacking::new(member, packed, &mut self.unpack_left))
    }

    fn folder(&self) -> Option<&Path> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write};

    /// The same files packed and unpacked give the same tree.
    #[test]
    fn a_folder_and_an_archive_look_the_same() {
        let files = [("a.txt", "one"), ("sub/b.txt", "two"), ("sub/deep/c.txt", "three")];
        let dir = tempfile::tempdir().expect("a folder");
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (path, text) in files {
            let place = dir.path().join(path);
            std::fs::create_dir_all(place.parent().expect("has one")).expect("made");
            std::fs::write(&place, text).expect("written");
            zip.start_file(path, zip::write::SimpleFileOptions::default()).expect("begun");
            zip.write_all(text.as_bytes()).expect("written");
        }
        let mut table = Table::open(zip.finish().expect("closed")).expect("an archive");
        let mut packed = ArchiveTree::new(&mut table, 1024);
        let mut unpacked = FolderTree::new(dir.path());
        for tree in [&mut packed as &mut dyn Tree, &mut unpacked] {
            assert_eq!(tree.top().expect("listed"), ["a.txt", "sub/"]);
            assert_eq!(tree.files().expect("listed"), ["a.txt", "sub/b.txt", "sub/deep/c.txt"]);
            assert!(tree.has("sub/b.txt") && !tree.has("sub") && !tree.has("../a.txt") && !tree.has("b.txt"));
            assert_eq!(tree.open("sub/b.txt").expect("there").into_bytes().expect("read"), b"two");
            assert!(tree.open("sub/../a.txt").is_err(), "a path that climbs is refused");
        }
        assert_eq!(packed.entries_of(&["sub/b.txt".to_owned()].into()), [1]);
        assert_eq!(packed.unpack_left, 1024 - 3, "what is unpacked counts");
    }
}
