//! Changing the index: adding, removing, erasing. Each is: write new directories, swap the `splits` file, erase what
//! it no longer names. Only who holds the work lock may do it.

use super::arrange::{Arranger, pieces};
use super::bits::Families;
use super::part::{OpenPart, PartWriter, WrittenPart, erase, rewrite};
use super::splits::{FILE, Split, Splits, month};
use super::{Entry, Index, IndexError};
use crate::base::durable;
use crate::base::id::{EventId, FamilyId};
use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::Ordering;

/// Bytes of memory one part may take while it is being written; then the next one is begun.
const PART_MEMORY_BYTES: usize = 160 * 1024 * 1024;

/// Items below which the directories of an index are not made smaller for being old.
const SMALL_ITEMS: usize = 1_000;

/// Seconds a removal waits for searches that began before it. When they do not end it fails, and is done again later.
const PATIENCE_SECONDS: f64 = 30.0;
/// Seconds any other change waits for them.
const BRIEFLY_SECONDS: f64 = 0.2;

/// The file that tells backups to leave the index out.
pub(super) const TAG: &str = "CACHEDIR.TAG";
/// The tag that tells backup programs to leave a directory out (<https://bford.info/cachedir/>).
const CACHE_TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
                         # Recordroom makes this directory again from the sealed items.\n";

impl Index {
    /// Clears what an interrupted change left behind. Every change begins with it.
    pub fn begin(&mut self) -> Result<(), IndexError> {
        self.snapshot.take();
        let splits = Splits::read(&self.directory)?.unwrap_or_default();
        match self.clear(&splits, BRIEFLY_SECONDS) {
            // What somebody still reads is cleared by a later change; only a removal has to wait for it.
            Err(IndexError::StillRead) | Ok(()) => {}
            Err(error) => return Err(error),
        }
        let left = directories(&self.directory)?.iter().filter_map(|(name, _)| name[1..].parse::<u64>().ok()).max();
        self.next.store(splits.next.max(left.unwrap_or(0) + 1), Ordering::Relaxed);
        Ok(())
    }

    /// How new items, given by their months in order, are best cut into parts of at most `most` items.
    pub fn pieces(&self, months: &[String], most: usize) -> Result<Vec<Range<usize>>, IndexError> {
        let months = months.iter().map(|name| month(name)).collect::<Result<Vec<_>, _>>()?;
        let (here, most) = (&self.snapshot()?.splits.splits, most.clamp(1, self.split_items));
        let mut all = Vec::new();
        let mut start = 0;
        // What is oldest is destroyed next, and a directory is written anew for whatever leaves it: the first ones of an
        // index are small.
        let small = [8, 4, 2].into_iter().map(|share| most / share).filter(|size| *size >= SMALL_ITEMS);
        for size in small.take_while(|_| here.is_empty()) {
            let Some(first) = pieces(&months[start..], here, size).into_iter().next() else { break };
            all.push(start..start + first.end);
            start += first.end;
        }
        all.extend(pieces(&months[start..], here, most).into_iter().map(|one| start + one.start..start + one.end));
        Ok(all)
    }

    /// The families among these, given with their months, that are in already.
    pub fn holding(&self, families: &[(FamilyId, String)]) -> Result<HashSet<FamilyId>, IndexError> {
        let months = months_of(families)?;
        let wanted: Families = families.iter().map(|(family, _)| *family).collect();
        let mut here = HashSet::new();
        let snapshot = self.snapshot()?;
        let names: HashSet<&str> = snapshot
            .splits
            .parts()
            .filter(|part| part.months.keys().any(|month| months.contains(month)))
            .map(|part| part.directory.as_str())
            .collect();
        for part in snapshot.parts.iter().filter(|part| names.contains(part.name())) {
            for document in part.documents_of(&wanted).iter() {
                here.insert(part.family(document)?);
            }
        }
        Ok(here)
    }

    /// Begins a part. Several can be written at the same time; after [`Index::begin`].
    pub fn part(&self) -> Result<PartWriter, IndexError> {
        PartWriter::begin(&self.directory, self.name())
    }

    fn name(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        assert!(number > 0, "a change begins before parts are written");
        format!("s{number}")
    }

    /// Names finished parts, and says to which event the catalogue has been followed. They can be found from now on.
    pub fn publish(
        &mut self,
        parts: Vec<WrittenPart>,
        through: EventId,
        unread: Vec<FamilyId>,
    ) -> Result<(), IndexError> {
        let mut splits = Splits::read(&self.directory)?.unwrap_or_default();
        splits.through = through.get();
        splits.unread = unread;
        self.swap(splits, parts)?;
        self.begin()
    }

    /// Adds families. They can be found when this returns; those that are in already are left as they are.
    pub fn add(&mut self, mut entries: Vec<Entry>) -> Result<(), IndexError> {
        self.begin()?;
        let listed: Vec<(FamilyId, String)> = entries.iter().map(|entry| (entry.family, entry.month.clone())).collect();
        let mut here = self.holding(&listed)?;
        entries.retain(|entry| here.insert(entry.family));
        entries.sort_by_cached_key(|entry| (month(&entry.month).unwrap_or(0), entry.family));
        let months: Vec<String> = entries.iter().map(|entry| entry.month.clone()).collect();
        let mut parts = Vec::new();
        for piece in self.pieces(&months, self.split_items)? {
            let mut part = self.part()?;
            for entry in &entries[piece] {
                if part.memory() > PART_MEMORY_BYTES {
                    parts.push(std::mem::replace(&mut part, self.part()?).finish()?);
                }
                part.add(entry)?;
            }
            parts.push(part.finish()?);
        }
        let (through, unread) = (self.through()?, self.unread()?);
        self.publish(parts, through, unread)
    }

    /// Takes families out, given with their months, so that no word of theirs is left in any file (I13). Costs one
    /// rewrite of each part that has one of them.
    pub fn remove(&mut self, families: &[(FamilyId, String)]) -> Result<(), IndexError> {
        self.begin()?;
        let months = months_of(families)?;
        let doomed: Families = families.iter().map(|(family, _)| *family).collect();
        let mut splits = Splits::read(&self.directory)?.unwrap_or_default();
        let mut changed = false;
        for split in &mut splits.splits {
            changed |= self.purge(split, &months, &doomed)?;
        }
        let before = splits.unread.len();
        splits.unread.retain(|family| !doomed.contains(family.get().unsigned_abs()));
        if changed || splits.unread.len() != before {
            self.swap(splits, Vec::new())?;
        }
        // Also when nothing changed: an earlier removal may have been cut off before the old directories went.
        let splits = Splits::read(&self.directory)?.unwrap_or_default();
        self.clear(&splits, PATIENCE_SECONDS)
    }

    fn purge(&self, split: &mut Split, months: &BTreeSet<u32>, doomed: &Families) -> Result<bool, IndexError> {
        let mut changed = false;
        for part in std::mem::take(&mut split.parts) {
            if !part.months.keys().any(|month| months.contains(month)) {
                split.parts.push(part);
                continue;
            }
            let opened = OpenPart::open(&self.directory, &part)?;
            let going = opened.documents_of(doomed);
            if going.is_empty() {
                split.parts.push(part);
                continue;
            }
            changed = true;
            let staying = rewrite(&self.directory, self.name(), &[(&opened, going.complement())])?;
            split.parts.extend(staying.map(|written| written.part));
        }
        Ok(changed)
    }

    /// Drops the whole index. Following the catalogue from the beginning makes it again.
    pub fn forget_everything(&mut self) -> Result<(), IndexError> {
        self.snapshot.take();
        durable::erase(&self.directory.join(FILE))?;
        self.clear(&Splits::default(), PATIENCE_SECONDS)?;
        self.next.store(0, Ordering::Relaxed);
        Ok(())
    }

    /// Makes all new directories durable and replaces the `splits` file: the moment at which a change happens.
    fn swap(&mut self, mut splits: Splits, new: Vec<WrittenPart>) -> Result<(), IndexError> {
        durable::create_dir_all(&self.directory)?;
        let arranged = {
            let mut name = || self.name();
            let old = std::mem::take(&mut splits.splits);
            Arranger::new(&self.directory, self.split_items as u64, &mut name).arrange(old, new)?
        };
        splits.splits = arranged;
        splits.generation += 1;
        splits.next = self.next.load(Ordering::Relaxed);
        splits.check()?;
        let tag = self.directory.join(TAG);
        if !tag.exists() {
            durable::replace(&tag, CACHE_TAG.as_bytes())?;
        }
        durable::sync_file_system(&self.directory)?;
        let json = serde_json::to_vec_pretty(&splits).map_err(std::io::Error::other)?;
        durable::replace(&self.directory.join(FILE), &json)?;
        self.snapshot.take();
        Ok(())
    }

    /// Overwrites and removes every directory that is not named.
    fn clear(&self, splits: &Splits, patience: f64) -> Result<(), IndexError> {
        let named: HashSet<&str> = splits.parts().map(|part| part.directory.as_str()).collect();
        for (name, path) in directories(&self.directory)? {
            if !named.contains(name.as_str()) {
                erase(&path, patience)?;
            }
        }
        durable::erase(&self.directory.join(format!("{FILE}.tmp")))?;
        Ok(())
    }
}

/// The directories of parts below the directory of the index, named or not.
pub(super) fn directories(index: &Path) -> Result<Vec<(String, std::path::PathBuf)>, IndexError> {
    let entries = match std::fs::read_dir(index) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut all = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let number = name.strip_prefix('s').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        if number && path.is_dir() {
            all.push((name, path));
        }
    }
    all.sort();
    Ok(all)
}

fn months_of(families: &[(FamilyId, String)]) -> Result<BTreeSet<u32>, IndexError> {
    families.iter().map(|(_, name)| month(name)).collect()
}
