//! Work that writes bytes: under the work lock, in the write order.

use super::{Repository, RepositoryError, StoredFacts, lock, month_of, recover, sealed_at};
use crate::base::digest::Sha256Digest;
use crate::base::id::FamilyId;
use crate::catalog::{CatalogError, Reading, SealedAt, Writing};
use crate::index::Index;
use crate::vault::{FamilyKey, KeySet, Mark, Month, SealedFamily, Section, Streamed, Writer};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

/// The work lock, held, with the writers it protects.
pub struct Work<'r> {
    repository: &'r mut Repository,
    keys: KeySet,
    writer: Writer,
    _lock: lock::WorkLock,
}

/// Where a transaction puts bytes and keys. They are durable when [`Store::sync`] returns, which must be before the
/// transaction ends.
pub struct Store<'s> {
    keys: &'s mut KeySet,
    writer: &'s mut Writer,
    /// Keys put in this transaction: not yet in the key set's files.
    new: BTreeMap<FamilyId, (Month, FamilyKey)>,
    synced: bool,
}

impl<'r> Work<'r> {
    /// Opens the key set for writing, and clears away what an interrupted run left behind.
    pub(super) fn begin(repository: &'r mut Repository, lock: lock::WorkLock) -> Result<Self, RepositoryError> {
        let profile = &repository.profile;
        let mut keys = KeySet::open(&profile.key_set, &profile.key_set_second, &profile.repository)?;
        repository.keys = keys.reader();
        refuse_older_catalog(repository)?;
        refuse_other_catalog(&repository.catalog.reading(), &keys)?;
        // What is cleared away is erased at both places, and that relies on the second one.
        keys.numbers().align()?;
        recover::clear_leftovers(&repository.catalog.reading(), &mut keys, &repository.vault)?;
        let writer = Writer::open(&repository.vault);
        let mut work = Self { repository, keys, writer, _lock: lock };
        work.mark_keys()?;
        Ok(work)
    }

    /// Writes the newest event into the key set, so that a catalog without it is told apart from then on.
    pub fn mark_keys(&mut self) -> Result<(), RepositoryError> {
        let Some(last) = self.repository.catalog.reading().last_event()? else { return Ok(()) };
        let mark = Mark { event: last.id, hash: last.hash };
        if self.keys.mark()?.as_ref() != Some(&mark) {
            self.keys.set_mark(&mark)?;
        }
        Ok(())
    }

    /// The repository under this work.
    pub fn repository(&self) -> &Repository {
        self.repository
    }

    /// The repository, for decisions beside this work.
    pub fn repository_mut(&mut self) -> &mut Repository {
        self.repository
    }

    /// Adds families: `change` puts bytes and keys through the store and rows through the transaction. Nothing is
    /// catalogued unless all of it is durable.
    pub fn add<T, E: From<CatalogError> + From<RepositoryError>>(
        &mut self,
        change: impl FnOnce(&Writing<'_>, &mut Store<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let Self { repository, keys, writer, .. } = self;
        let result = repository.catalog.write(|writing| {
            let mut store = Store { keys, writer, new: BTreeMap::new(), synced: true };
            let result = change(writing, &mut store)?;
            assert!(store.synced, "bytes and keys are durable before the catalog names them");
            Ok(result)
        });
        if result.is_err() {
            // What was appended for nothing is cut off again by the next one who takes the lock.
            self.writer = Writer::open(&self.repository.vault);
        } else {
            // What was committed is committed. Should the mark not be written, it says less than it could, and the next
            // work begins with writing it.
            let _ = self.mark_keys();
        }
        result
    }

    /// Seals a stream in bounded memory and makes it durable, ahead of the transaction that names it with
    /// [`Store::name`]: however long it is, nobody's decision waits for it. The facts are made from its digests.
    pub fn seal_ahead(
        &mut self,
        month: Month,
        key: &FamilyKey,
        source: &mut dyn Read,
        facts: impl FnOnce(&Streamed) -> Vec<u8>,
    ) -> Result<SealedAt, RepositoryError> {
        let mut stream = self.writer.stream(month, key)?;
        let streamed = stream.section(Section::Original, 0, source)?;
        stream.section(Section::Facts, 0, &mut facts(&streamed).as_slice())?;
        let location = stream.finish()?;
        self.writer.sync()?;
        Ok(sealed_at(&location))
    }

    /// Ends the work: the key set's reader in the repository stays.
    pub fn keys(&mut self) -> &mut KeySet {
        &mut self.keys
    }

    /// The writer of the vault, for compaction.
    pub fn writer(&mut self) -> &mut Writer {
        &mut self.writer
    }
}

/// What has no row would be erased as left over by an interrupted run; an older catalog put in the place of the newest
/// has no rows of what came in since. The index is brought up to date after the catalog, so it is never ahead of it.
fn refuse_older_catalog(repository: &Repository) -> Result<(), RepositoryError> {
    // An index that cannot be read says nothing; it is told and rebuilt elsewhere.
    let through = Index::open(&repository.layout.index()).and_then(|index| index.through());
    let last = repository.catalog.reading().last_event_number()?;
    match through {
        Ok(through) if through > last => Err(RepositoryError::CatalogOlderThanIndex { last, through }),
        _ => Ok(()),
    }
}

/// What the key set has seen has to stand in the catalog, event for event.
pub(super) fn refuse_other_catalog(reading: &Reading<'_>, keys: &KeySet) -> Result<(), RepositoryError> {
    let Some(mark) = keys.mark()? else { return Ok(()) };
    let last = reading.last_event_number()?;
    let found = match mark.event > last {
        true => format!("ends with event {last}"),
        false if reading.event(mark.event)?.hash != mark.hash => "has another event in its place".to_owned(),
        false => return Ok(()),
    };
    Err(RepositoryError::CatalogOlderThanKeys { seen: mark.event, found })
}

impl Store<'_> {
    /// Appends a family sealed in memory.
    pub fn put(
        &mut self,
        month: Month,
        family: FamilyId,
        key: &FamilyKey,
        sealed: &SealedFamily,
    ) -> Result<SealedAt, RepositoryError> {
        let location = self.writer.append(month, sealed)?;
        self.remember(month, family, key);
        Ok(sealed_at(&location))
    }

    /// Seals a stretch of a file as a stream, in bounded memory. The facts' digests must be those of the stretch.
    #[expect(clippy::too_many_arguments, reason = "a stretch is a file, an offset and a length")]
    pub fn put_large(
        &mut self,
        month: Month,
        family: FamilyId,
        key: &FamilyKey,
        file: &Path,
        offset: u64,
        length: u64,
        facts: &StoredFacts,
        texts: &[u8],
    ) -> Result<SealedAt, RepositoryError> {
        let mut source = stretch(file, offset, length)?;
        let mut stream = self.writer.stream(month, key)?;
        let streamed = stream.section(Section::Original, 0, &mut source)?;
        if streamed.bytes != length || streamed.sha256 != facts.sha256 {
            return Err(changed(file));
        }
        let json = serde_json::to_vec(facts);
        assert!(json.is_ok(), "plain values with text keys always become JSON");
        stream.section(Section::Facts, 0, &mut json.unwrap_or_default().as_slice())?;
        stream.section(Section::Text, 0, &mut &texts[..])?;
        let location = stream.finish()?;
        self.remember(month, family, key);
        Ok(sealed_at(&location))
    }

    /// Gives what was sealed ahead the number its key is kept under.
    pub fn name(&mut self, family: FamilyId, key: &FamilyKey, at: &SealedAt) -> Result<(), RepositoryError> {
        self.remember(month_of(at)?, family, key);
        Ok(())
    }

    /// The key of a family that is here, or was put in this transaction.
    pub fn key(&self, family: FamilyId, at: &SealedAt) -> Result<FamilyKey, RepositoryError> {
        if let Some((_, key)) = self.new.get(&family) {
            return Ok(key.clone());
        }
        self.keys.key(month_of(at)?, family)?.ok_or(RepositoryError::KeyMissing { family })
    }

    /// Makes all that was put durable, at both places of the key set.
    pub fn sync(&mut self) -> Result<(), RepositoryError> {
        if !self.synced {
            self.writer.sync()?;
            let batch: Vec<(Month, FamilyId, FamilyKey)> =
                self.new.iter().map(|(family, (month, key))| (*month, *family, key.clone())).collect();
            self.keys.add_batch(&batch)?;
            self.keys.sync()?;
            self.synced = true;
        }
        Ok(())
    }

    fn remember(&mut self, month: Month, family: FamilyId, key: &FamilyKey) {
        self.new.insert(family, (month, key.clone()));
        self.synced = false;
    }
}

/// Opens a stretch of a file.
pub fn stretch(file: &Path, offset: u64, length: u64) -> Result<impl Read, RepositoryError> {
    let mut opened = File::open(file).map_err(|error| RepositoryError::io(file, error))?;
    opened.seek(SeekFrom::Start(offset)).map_err(|error| RepositoryError::io(file, error))?;
    Ok(opened.take(length))
}

/// The keyed name and both digests of a stretch, read once.
pub fn stretch_digests(
    secret: &crate::base::digest::DigestSecret,
    file: &Path,
    offset: u64,
    length: u64,
) -> Result<(crate::base::digest::KeyedDigest, crate::base::digest::Blake3Digest, Sha256Digest), RepositoryError> {
    const STEP: usize = 1024 * 1024;
    let mut source = stretch(file, offset, length)?;
    let mut pair = crate::base::digest::PairHasher::default();
    let mut name = secret.namer();
    let mut buffer = vec![0; STEP];
    loop {
        let read = source.read(&mut buffer).map_err(|error| RepositoryError::io(file, error))?;
        if read == 0 {
            break;
        }
        pair.update(&buffer[..read]);
        name.update(&buffer[..read]);
    }
    let (blake3, sha256, bytes) = pair.finish();
    if bytes == length { Ok((name.finish(), blake3, sha256)) } else { Err(changed(file)) }
}

fn changed(file: &Path) -> RepositoryError {
    RepositoryError::io(file, std::io::Error::other("the file changed while it was being read"))
}

impl Repository {
    /// The reading side of the key set.
    pub fn key_reader(&self) -> Arc<crate::vault::KeyReader> {
        Arc::clone(&self.keys)
    }
}
