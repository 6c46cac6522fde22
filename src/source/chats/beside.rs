//! The files that lie beside the messages of an export: found by the paths that the messages name.

use crate::source::container::tree::{Accounted, Tree};
use std::collections::BTreeMap;
use std::io;

/// The files of an export and what was taken of them.
pub struct Beside<'t> {
    tree: Option<&'t mut dyn Tree>,
    /// Paths by the last part of their name.
    names: BTreeMap<String, Vec<String>>,
    /// Paths that are accounted for.
    pub accounted: Accounted,
    /// Attachments that messages name and that lie nowhere.
    pub missing: u64,
}

impl<'t> Beside<'t> {
    /// Nothing lies beside a single file.
    pub fn nothing() -> Self {
        Self { tree: None, names: BTreeMap::new(), accounted: Accounted::new(), missing: 0 }
    }

    /// The files of a tree.
    pub fn of(tree: &'t mut dyn Tree, files: &[String]) -> Self {
        let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for path in files {
            names.entry(last(path).to_owned()).or_default().push(path.clone());
        }
        Self { tree: Some(tree), names, accounted: Accounted::new(), missing: 0 }
    }

    /// The path of a file that a message names by `uri`, a path from some folder above; of several, one in or below
    /// `near`. Never a guess: the whole of `uri` must be the end of the path, or a path below `near` its last parts.
    pub fn find(&self, uri: &str, near: &str) -> Option<String> {
        let uri = uri.trim_start_matches(['.', '/']);
        let all = self.names.get(last(uri))?;
        let ends = |path: &&String| path.as_str() == uri || path.ends_with(&format!("/{uri}"));
        let mut whole: Vec<&String> = all.iter().filter(ends).collect();
        if whole.len() > 1 {
            whole.retain(|path| path.starts_with(&format!("{near}/")));
        }
        if let [one] = whole.as_slice() {
            return Some((*one).clone());
        }
        // A thread's folder that was taken out of its download: its own pictures lie in folders of the same names.
        let short: Vec<&str> = uri.rsplitn(3, '/').collect();
        let [name, folder, ..] = short.as_slice() else { return None };
        let below = if near.is_empty() { format!("{folder}/{name}") } else { format!("{near}/{folder}/{name}") };
        all.contains(&below).then_some(below)
    }

    /// The paths of the files with a name.
    pub fn named(&self, name: &str) -> &[String] {
        self.names.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// The names of all files.
    pub fn names(&self) -> impl Iterator<Item = (&String, &Vec<String>)> {
        self.names.iter()
    }

    /// Takes the bytes of a file, which is then accounted for; `None` when it has more than `room`.
    pub fn take(&mut self, path: &str, room: u64) -> io::Result<Option<Vec<u8>>> {
        let Some(tree) = &mut self.tree else { return Err(io::ErrorKind::NotFound.into()) };
        let content = tree.open(path)?;
        if content.length()? > room {
            return Ok(None);
        }
        let bytes = content.into_bytes()?;
        self.accounted.insert(path.to_owned());
        Ok(Some(bytes))
    }

    /// Opens a file without accounting for it.
    pub fn open(&mut self, path: &str) -> io::Result<crate::source::container::Content> {
        match &mut self.tree {
            Some(tree) => tree.open(path),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

/// The last part of a path.
pub fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The folder of a path, empty at the top.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
