//! One directory of the index: written from entries or from other parts, and opened for reading.

use super::bits::{Bits, Families};
use super::shape::{FIELDS, family, name, tokenizers};
use super::shelf::{Shelf, Shelves};
use super::splits::{Month, Part, month};
use super::{Entry, IndexError};
use crate::base::durable;
use crate::base::id::FamilyId;
use crate::query::Query;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tantivy::columnar::Column;
use tantivy::indexer::merge_filtered_segments;
use tantivy::{IndexSettings, SegmentReader, SingleSegmentIndexWriter};

/// Bytes the engine sets aside for its word table when a part is begun.
const TABLE_BYTES: usize = 4 * 1024 * 1024;
/// The file whose lock readers share and the eraser takes.
pub(super) const LOCKED: &str = "meta.json";

fn settings() -> IndexSettings {
    // Nothing is stored beside the words, so there is nothing to compress on a thread of its own.
    IndexSettings { docstore_compress_dedicated_thread: false, ..IndexSettings::default() }
}

/// A part being written. Nobody sees it until the `splits` file names it.
pub struct PartWriter {
    path: PathBuf,
    writer: SingleSegmentIndexWriter,
    part: Part,
}

impl PartWriter {
    /// Begins a part in a new directory.
    pub(super) fn begin(index: &Path, name: String) -> Result<Self, IndexError> {
        let path = index.join(&name);
        let wrong = |error| IndexError::engine(&path, error);
        durable::create_dir_all(&path)?;
        let shelf = Shelf::open(&path).map_err(|error| wrong(error.into()))?;
        let writer = tantivy::Index::builder()
            .schema(FIELDS.schema.clone())
            .settings(settings())
            .tokenizers(tokenizers())
            .single_segment_index_writer(shelf, TABLE_BYTES)
            .map_err(wrong)?;
        let part = Part { directory: name, months: BTreeMap::new(), newest: None, fields: Some(BTreeSet::new()) };
        Ok(Self { path, writer, part })
    }

    /// Adds a family.
    pub fn add(&mut self, entry: &Entry) -> Result<(), IndexError> {
        let month = month(&entry.month)?;
        let document = FIELDS.document(entry, month);
        self.writer.add_document(document).map_err(|error| IndexError::engine(&self.path, error))?;
        let fields = self.part.fields.get_or_insert_default();
        for (field, _) in &entry.document.texts {
            if !fields.contains(name(*field)) {
                fields.insert(name(*field).to_owned());
            }
        }
        *self.part.months.entry(month).or_default() += 1;
        self.part.newest = self.part.newest.max(entry.sent_at);
        Ok(())
    }

    /// Bytes of memory it holds.
    pub fn memory(&self) -> usize {
        self.writer.mem_usage()
    }

    /// Families in it so far.
    pub fn families(&self) -> u64 {
        self.part.families()
    }

    /// Writes it out. It is not durable yet, and not yet named.
    pub fn finish(self) -> Result<WrittenPart, IndexError> {
        self.writer.finalize().map_err(|error| IndexError::engine(&self.path, error))?;
        Ok(WrittenPart { part: self.part })
    }
}

/// A part that is written and waits to be named.
#[derive(Debug)]
pub struct WrittenPart {
    pub(super) part: Part,
}

/// A part opened for reading. While it is open its files are not erased.
pub(super) struct OpenPart {
    pub(super) reader: SegmentReader,
    pub(super) families: Column<u64>,
    pub(super) newest: Option<i64>,
    /// As the splits file tells it.
    pub(super) part: Part,
    segment: tantivy::Segment,
    path: PathBuf,
    /// What was answered already: the parts of a query come again in its counts.
    answered: Mutex<Vec<(Query, Bits)>>,
    _lock: Arc<File>,
}

/// Answers that are remembered for one part.
const REMEMBERED: usize = 64;

impl OpenPart {
    /// Opens a part under a shared lock.
    pub(super) fn open(index: &Path, part: &Part) -> Result<Self, IndexError> {
        let shelves = Shelves::open(index).map_err(|error| IndexError::engine(index, error.into()))?;
        Self::open_in(&shelves, index, part)
    }

    /// The same, for who opens several.
    pub(super) fn open_in(shelves: &Shelves, index: &Path, part: &Part) -> Result<Self, IndexError> {
        let path = index.join(&part.directory);
        let lock = File::open(path.join(LOCKED))?;
        lock.lock_shared()?;
        let wrong = |error| IndexError::engine(&path, error);
        let mut opened = tantivy::Index::open(shelves.shelf(&part.directory)).map_err(wrong)?;
        if opened.schema() != FIELDS.schema {
            return Err(IndexError::Damaged(format!("{}: its fields are not ours", part.directory)));
        }
        opened.set_tokenizers(tokenizers());
        let mut segments = opened.searchable_segments().map_err(wrong)?;
        let (Some(segment), true) = (segments.pop(), segments.is_empty()) else {
            return Err(IndexError::Damaged(format!("{}: it is not one segment", part.directory)));
        };
        let reader = SegmentReader::open(&segment).map_err(wrong)?;
        if u64::from(reader.max_doc()) != part.families() {
            return Err(IndexError::Damaged(format!("{}: it has not as many items as it should", part.directory)));
        }
        let families = reader.fast_fields().u64("family").map_err(wrong)?;
        Ok(Self {
            reader,
            families,
            newest: part.newest,
            part: part.clone(),
            segment,
            path,
            answered: Mutex::default(),
            _lock: Arc::new(lock),
        })
    }

    /// What was answered to the same question before.
    pub(super) fn known(&self, query: &Query) -> Option<Bits> {
        let answered = self.answered.lock().ok()?;
        answered.iter().find(|(one, _)| one == query).map(|(_, bits)| bits.clone())
    }

    /// Remembers an answer, as long as there are not too many.
    pub(super) fn remember(&self, query: &Query, bits: &Bits) {
        if let Ok(mut answered) = self.answered.lock()
            && answered.len() < REMEMBERED
        {
            answered.push((query.clone(), bits.clone()));
        }
    }

    /// The name of its directory.
    pub(super) fn name(&self) -> &str {
        self.path.file_name().and_then(std::ffi::OsStr::to_str).unwrap_or_default()
    }

    /// Documents in it.
    pub(super) fn documents(&self) -> u32 {
        self.reader.max_doc()
    }

    /// The family of a document.
    pub(super) fn family(&self, document: u32) -> Result<FamilyId, IndexError> {
        family(self.families.first(document).unwrap_or(0))
    }

    /// The moments of all documents.
    pub(super) fn sent(&self) -> Result<Column<i64>, IndexError> {
        self.reader.fast_fields().i64("sent").map_err(|error| self.wrong(error))
    }

    /// The civil days of all documents.
    pub(super) fn days(&self) -> Result<Column<i64>, IndexError> {
        self.reader.fast_fields().i64("day").map_err(|error| self.wrong(error))
    }

    /// The months of all documents.
    pub(super) fn months(&self) -> Result<Column<u64>, IndexError> {
        self.reader.fast_fields().u64("month").map_err(|error| self.wrong(error))
    }

    /// The documents of families in a set.
    pub(super) fn documents_of(&self, families: &Families) -> Bits {
        let mut bits = Bits::none(self.documents());
        if families.is_empty() {
            return bits;
        }
        for document in 0..self.documents() {
            if self.families.first(document).is_some_and(|family| families.contains(family)) {
                bits.insert(document);
            }
        }
        bits
    }

    /// Names an error of the engine after this part.
    pub(super) fn wrong(&self, error: tantivy::TantivyError) -> IndexError {
        IndexError::engine(&self.path, error)
    }

    /// Reads every file whole against the checksum it ends with.
    pub(super) fn verify(&self) -> Result<(), IndexError> {
        for entry in std::fs::read_dir(&self.path)? {
            let file = PathBuf::from(entry?.file_name());
            if file.ends_with(LOCKED) {
                continue;
            }
            let sound = self.segment.index().directory().validate_checksum(&file);
            if !sound.map_err(|error| self.wrong(error.into()))? {
                let name = self.name();
                return Err(IndexError::Damaged(format!("{name}/{} is not what was written", file.display())));
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for OpenPart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenPart").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Writes what stays of some parts as one new part; `None` when nothing stays. Words that only the others had are in
/// no file of it.
pub(super) fn rewrite(
    index: &Path,
    name: String,
    sources: &[(&OpenPart, Bits)],
) -> Result<Option<WrittenPart>, IndexError> {
    // What stays has no words where its sources had none.
    let known = sources.iter().map(|(source, _)| source.part.fields.clone()).collect::<Option<Vec<_>>>();
    let fields = known.map(|all| all.into_iter().flatten().collect());
    let mut part = Part { directory: name, months: BTreeMap::new(), newest: None, fields };
    for (source, stays) in sources {
        let (sent, months) = (source.sent()?, source.months()?);
        for document in stays.iter() {
            let month = months.first(document).and_then(|month| Month::try_from(month).ok());
            let month = month.ok_or_else(|| IndexError::Damaged("an item without a month".to_owned()))?;
            *part.months.entry(month).or_default() += 1;
            part.newest = part.newest.max(sent.first(document));
        }
    }
    let sources: Vec<_> = sources.iter().filter(|(_, stays)| !stays.is_empty()).collect();
    if sources.is_empty() {
        return Ok(None);
    }
    let path = index.join(&part.directory);
    let wrong = |error| IndexError::engine(&path, error);
    durable::create_dir_all(&path)?;
    let shelf = Shelf::open(&path).map_err(|error| wrong(error.into()))?;
    let segments: Vec<tantivy::Segment> = sources.iter().map(|(source, _)| source.segment.clone()).collect();
    let stays = sources.iter().map(|(_, stays)| Some(stays.alive())).collect();
    let merged = merge_filtered_segments(&segments, settings(), stays, Box::new(shelf) as Box<dyn tantivy::Directory>);
    merged.map_err(wrong)?;
    Ok(Some(WrittenPart { part }))
}

/// Overwrites and removes a directory that is no longer named, once nobody reads it; waits so many seconds for that.
pub(super) fn erase(path: &Path, patience: f64) -> Result<(), IndexError> {
    // The lock is on a file that is erased last, so that a half-erased directory is finished by the next one.
    let lock = match File::open(path.join(LOCKED)) {
        Ok(lock) => {
            wait_for_readers(&lock, patience)?;
            Some(lock)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(error.into()),
    };
    let mut last = None;
    for entry in std::fs::read_dir(path)? {
        let file = entry?.path();
        if file.ends_with(LOCKED) { last = Some(file) } else { durable::erase(&file)? }
    }
    if let Some(last) = last {
        durable::erase(&last)?;
    }
    durable::remove_dir_all(path)?;
    drop(lock);
    Ok(())
}

fn wait_for_readers(lock: &File, patience: f64) -> Result<(), IndexError> {
    let clock = crate::base::clock::StopWatch::start();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(()),
            Err(std::fs::TryLockError::WouldBlock) if clock.seconds() < patience => {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            Err(std::fs::TryLockError::WouldBlock) => return Err(IndexError::StillRead),
            Err(std::fs::TryLockError::Error(error)) => return Err(error.into()),
        }
    }
}
