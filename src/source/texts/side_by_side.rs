//! Exports of one file each that lie side by side on the first level of a folder or archive, with their own files.

use super::beside::Beside;
use crate::model::item::Stopped;
use crate::model::provenance::ContainerFormat;
use crate::source::ReadStop;
use crate::source::container::Reading;
use crate::source::container::tree::{Accounted, Tree};

/// How the files of a format are told and read.
pub struct SideBySide {
    /// The files of the first level that may be such exports, by their names.
    pub named: fn(&mut dyn Tree) -> Vec<String>,
    /// Whether a head begins one, with the name of its file.
    pub begins: fn(&[u8], &str) -> bool,
    /// Bytes of a file that is read at once.
    pub most: u64,
    /// Reads one: its name, its bytes and the files beside it.
    pub read: fn(&str, &[u8], &mut Beside<'_>, &mut Reading<'_>) -> Result<(), Stopped>,
}

impl SideBySide {
    /// Whether a tree has such an export.
    pub fn is_in(&self, tree: &mut dyn Tree) -> bool {
        let names = (self.named)(tree);
        names.iter().any(|name| {
            let head = tree.open(name).and_then(|content| content.head());
            head.is_ok_and(|head| (self.begins)(&head, name))
        })
    }

    /// Reads each as a container of its own; one in which nothing is found is kept whole.
    ///
    /// # Errors
    /// When the sink asked to stop or the bytes could not be had.
    pub fn read_tree(
        &self,
        format: ContainerFormat,
        tree: &mut dyn Tree,
        reading: &mut Reading<'_>,
    ) -> Result<Accounted, ReadStop> {
        let mut accounted = Accounted::new();
        for name in (self.named)(tree) {
            let Ok(content) = tree.open(&name) else { continue };
            if content.length()? > self.most || !(self.begins)(&content.head()?, &name) {
                continue;
            }
            let bytes = content.to_bytes()?;
            let mut files = Beside::of(tree);
            reading.nested(name.clone(), format, |reading| {
                let read = |reading: &mut Reading<'_>| Ok((self.read)(&name, &bytes, &mut files, reading)?);
                reading.or_keep_whole(&name, &content, read)
            })?;
            accounted.append(&mut files.used);
            accounted.insert(name);
        }
        Ok(accounted)
    }
}
