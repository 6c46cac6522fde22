//! Everything the index could still say: every word and every stored value of every directory that is on the disk,
//! named or not, so that a probe can look for what should be gone (I13).

use super::change::directories;
use super::part::LOCKED;
use super::shelf::Shelf;
use super::{Index, IndexError};
use std::fs::File;
use std::path::Path;
use tantivy::TantivyDocument;
use tantivy::schema::document::Document;

/// What [`Index::every_term`] went through.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TermCount {
    /// Directories read.
    pub directories: u64,
    /// Entries of all term dictionaries.
    pub terms: u64,
    /// Documents of all stores.
    pub documents: u64,
    /// Directories the engine cannot open: begun and not finished, or half erased.
    pub unreadable: Vec<String>,
}

impl Index {
    /// Hands over every entry of every term dictionary and every stored document (as JSON), decoded by the engine's own
    /// readers. Directories that the `splits` file does not name are read as well.
    pub fn every_term(&self, each: &mut dyn FnMut(&str)) -> Result<TermCount, IndexError> {
        let mut count = TermCount::default();
        for (name, path) in directories(&self.directory)? {
            match read(&path, each, &mut count) {
                Ok(()) => count.directories += 1,
                Err(_) => count.unreadable.push(name),
            }
        }
        Ok(count)
    }
}

fn read(path: &Path, each: &mut dyn FnMut(&str), count: &mut TermCount) -> Result<(), IndexError> {
    let lock = File::open(path.join(LOCKED))?;
    lock.lock_shared()?;
    let wrong = |error| IndexError::engine(path, error);
    let shelf = Shelf::open(path).map_err(|error| wrong(error.into()))?;
    let opened = tantivy::Index::open(shelf).map_err(wrong)?;
    let schema = opened.schema();
    for segment in opened.searchable_segments().map_err(wrong)? {
        let reader = tantivy::SegmentReader::open(&segment).map_err(wrong)?;
        for (field, entry) in schema.fields() {
            if !entry.is_indexed() {
                continue;
            }
            let words = reader.inverted_index(field).map_err(wrong)?;
            let mut stream = words.terms().stream()?;
            while stream.advance() {
                each(&String::from_utf8_lossy(stream.key()));
                count.terms += 1;
            }
        }
        for document in reader.get_store_reader(1)?.iter::<TantivyDocument>(None) {
            each(&document.map_err(wrong)?.to_json(&schema));
            count.documents += 1;
        }
    }
    Ok(())
}
