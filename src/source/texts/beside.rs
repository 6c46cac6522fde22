//! The files that lie beside an export and that its items name.

use super::draft::Attached;
use crate::base::limits;
use crate::source::container::Content;
use crate::source::container::tree::{Accounted, FolderTree, Tree};
use std::collections::BTreeMap;
use std::path::Path;

/// The files beside one export.
pub struct Beside<'a> {
    tree: Option<&'a mut dyn Tree>,
    /// Whether files in folders below are meant too.
    is_deep: bool,
    /// The last part of each path, lowercase, and the paths.
    names: Option<BTreeMap<String, Vec<String>>>,
    /// Paths that are inside of items now.
    pub used: Accounted,
}

impl<'a> Beside<'a> {
    /// The files of a tree.
    pub fn of(tree: &'a mut dyn Tree) -> Self {
        Self { tree: Some(tree), is_deep: true, names: None, used: Accounted::new() }
    }

    /// The files of the same folder, which may be any folder of a computer: folders below are not looked into.
    pub fn level(tree: &'a mut dyn Tree) -> Self {
        Self { is_deep: false, ..Self::of(tree) }
    }

    /// No files: the export came alone.
    pub fn nothing() -> Self {
        Self { tree: None, is_deep: false, names: None, used: Accounted::new() }
    }

    fn names(&mut self) -> &BTreeMap<String, Vec<String>> {
        let (tree, is_deep) = (&mut self.tree, self.is_deep);
        self.names.get_or_insert_with(|| {
            let list = |tree: &mut &mut dyn Tree| if is_deep { tree.files() } else { tree.top() };
            let files = tree.as_mut().and_then(|tree| list(tree).ok()).unwrap_or_default();
            let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for path in files {
                let name = path.rsplit('/').next().unwrap_or(&path).to_lowercase();
                names.entry(name).or_default().push(path);
            }
            names
        })
    }

    /// A file of this path, or else the only one of this name.
    pub fn named(&mut self, written: &str) -> Attached {
        let wanted = written.replace('\\', "/");
        if self.tree.as_mut().is_some_and(|tree| tree.has(&wanted)) {
            return self.take(&wanted);
        }
        let name = wanted.rsplit('/').next().unwrap_or(&wanted).to_lowercase();
        match self.names().get(&name).map(Vec::as_slice) {
            Some([path]) => {
                let path = path.clone();
                self.take(&path)
            }
            // Of several files of one name nobody can tell which is meant.
            _ => Attached::Missing,
        }
    }

    /// The only file whose name satisfies a test.
    pub fn only(&mut self, fits: &dyn Fn(&str) -> bool) -> Attached {
        let mut found = self.names().iter().filter(|(name, _)| fits(name)).flat_map(|(_, paths)| paths);
        match (found.next().cloned(), found.next()) {
            (Some(path), None) => self.take(&path),
            _ => Attached::Missing,
        }
    }

    /// The bytes of a file of this path, which are not inside of an item by that.
    pub fn open(&mut self, path: &str) -> std::io::Result<Content> {
        match self.tree.as_mut() {
            Some(tree) => tree.open(path),
            None => Err(std::io::Error::from(std::io::ErrorKind::NotFound)),
        }
    }

    fn take(&mut self, path: &str) -> Attached {
        let Some(Ok(content)) = self.tree.as_mut().map(|tree| tree.open(path)) else { return Attached::Missing };
        if content.length().is_ok_and(|length| length > limits::ITEM_IN_MEMORY_BYTES / 2) {
            return Attached::TooLarge;
        }
        match content.into_bytes() {
            Ok(bytes) => {
                self.used.insert(path.to_owned());
                Attached::Here(bytes)
            }
            Err(_) => Attached::Missing,
        }
    }
}

/// The folder of a file that lies on the disk.
pub fn folder_of(content: &Content) -> Option<FolderTree> {
    let folder = content.lasting_file()?.parent()?;
    Some(FolderTree::new(if folder.as_os_str().is_empty() { Path::new(".") } else { folder }))
}
