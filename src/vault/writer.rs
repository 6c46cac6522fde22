//! Appending sealed families to packs.

use super::cipher::{Cipher, FamilyKey, SealId};
use super::error::{VaultError, at};
use super::frame::{self, Entry, FrameAt, HEADER};
use super::month::Month;
use super::pack::{Location, Vault, list_month, missing_or, pack_path};
use super::seal::{LEVEL, SealedFamily, Section, worth_compressing};
use super::stretch::read_at;
use crate::base::digest::{Blake3Digest, PairHasher, Sha256Digest};
use crate::base::durable;
use crate::base::fault;
use crate::base::limits::{FRAME_BYTES, OPEN_PACKS, PACK_BYTES};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;

/// Appends to the packs of a vault. There is one at a time, under the repository's work lock.
#[derive(Debug)]
pub struct Writer {
    directory: PathBuf,
    open: BTreeMap<Month, OpenPack>,
    pack_bytes: u64,
}

#[derive(Debug)]
struct OpenPack {
    number: u32,
    path: PathBuf,
    file: File,
    length: u64,
}

/// What streaming one section found out about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streamed {
    /// BLAKE3 of its bytes.
    pub blake3: Blake3Digest,
    /// SHA-256 of its bytes.
    pub sha256: Sha256Digest,
    /// Its bytes.
    pub bytes: u64,
}

impl Writer {
    /// Opens a vault for appending.
    pub fn open(vault: &Vault) -> Self {
        Self { directory: vault.directory().to_owned(), open: BTreeMap::new(), pack_bytes: PACK_BYTES }
    }

    /// Appends a sealed family. It is durable after [`Writer::sync`] and committed when the catalog has the location.
    pub fn append(&mut self, month: Month, family: &SealedFamily) -> Result<Location, VaultError> {
        let length = family.bytes().len() as u64;
        let pack = self.pack(month, length)?;
        let location = Location { month, pack: pack.number, offset: pack.length, length, seal: family.seal() };
        match pack.write(family.bytes()) {
            Ok(()) => Ok(location),
            Err(error) => Err(self.give_up(month, location.offset, error)),
        }
    }

    /// Begins a family that is too large to be sealed in memory.
    pub fn stream(&mut self, month: Month, key: &FamilyKey) -> Result<StreamSeal<'_>, VaultError> {
        let start = self.pack(month, 0)?.length;
        let seal = SealId::random();
        let mut stream = StreamSeal {
            writer: self,
            month,
            start,
            seal,
            cipher: Cipher::new(key.expose()),
            entries: Vec::new(),
            finished: false,
        };
        stream.write(&frame::header(seal, key.check()))?;
        Ok(stream)
    }

    /// Makes all that was appended durable.
    pub fn sync(&mut self) -> Result<(), VaultError> {
        durable::sync_file_system(&self.directory).map_err(at(&self.directory))
    }

    /// Copies the living families of a pack into another pack of its month, sealed as they are, and returns old and
    /// new locations. The caller syncs, commits the new locations, then calls [`Vault::erase_pack`] on the old pack;
    /// a crash in between leaves a pack without catalog rows, which opening removes.
    pub fn copy_live(
        &mut self,
        month: Month,
        pack: u32,
        live: &[Location],
    ) -> Result<Vec<(Location, Location)>, VaultError> {
        let path = pack_path(&self.directory, month, pack);
        let from = File::open(&path).map_err(|error| missing_or(&path, error))?;
        if self.newest(month)? == Some(pack) {
            self.open_pack(month, pack + 1)?;
        }
        let mut moved = Vec::with_capacity(live.len());
        for old in live.iter().filter(|one| one.month == month && one.pack == pack) {
            moved.push((*old, self.copy_one(&from, old)?));
        }
        Ok(moved)
    }

    fn copy_one(&mut self, from: &File, old: &Location) -> Result<Location, VaultError> {
        let damaged = |what: &str| {
            let Location { month, pack, offset, .. } = *old;
            VaultError::Damaged { month, pack, offset, what: what.to_owned() }
        };
        let mut header = [0; HEADER];
        read_at(from, old.offset, &mut header).map_err(|_| damaged("the pack file ends inside it"))?;
        let (magic, seal, _) = frame::read_header(&header);
        if magic != frame::MAGIC || seal != old.seal {
            return Err(damaged("another family is there (its seal id differs)"));
        }
        let pack = self.pack(old.month, old.length)?;
        let new = Location { pack: pack.number, offset: pack.length, ..*old };
        let mut buffer = vec![0; FRAME_BYTES.min(old.length as usize)];
        let mut done = 0;
        while done < old.length {
            let step = buffer.len().min((old.length - done) as usize);
            read_at(from, old.offset + done, &mut buffer[..step])
                .map_err(|_| damaged("the pack file ends inside it"))?;
            if let Err(error) = self.pack_again(old.month)?.write(&buffer[..step]) {
                return Err(self.give_up(old.month, new.offset, error));
            }
            done += step as u64;
        }
        Ok(new)
    }

    /// The open pack of a month with room for so many bytes more.
    fn pack(&mut self, month: Month, more: u64) -> Result<&mut OpenPack, VaultError> {
        let full = self.pack_bytes;
        let is_full = |length: u64| length >= full || (length > 0 && length + more > full);
        let wanted = match self.open.get(&month) {
            Some(pack) if !is_full(pack.length) => return self.pack_again(month),
            Some(pack) => pack.number + 1,
            None => self.newest(month)?.unwrap_or(1),
        };
        if is_full(self.open_pack(month, wanted)?.length) {
            self.open_pack(month, wanted + 1)?;
        }
        self.pack_again(month)
    }

    fn pack_again(&mut self, month: Month) -> Result<&mut OpenPack, VaultError> {
        let directory = &self.directory;
        self.open.get_mut(&month).ok_or_else(|| VaultError::MissingPack { path: directory.join(month.to_string()) })
    }

    fn newest(&self, month: Month) -> Result<Option<u32>, VaultError> {
        let mut packs = Vec::new();
        list_month(&self.directory.join(month.to_string()), month, &mut packs)?;
        Ok(packs.iter().map(|pack| pack.pack).max())
    }

    fn open_pack(&mut self, month: Month, number: u32) -> Result<&mut OpenPack, VaultError> {
        let path = pack_path(&self.directory, month, number);
        durable::create_dir_all(&self.directory.join(month.to_string())).map_err(at(&path))?;
        let file = durable::append(&path).map_err(at(&path))?;
        let length = file.metadata().map_err(at(&path))?.len();
        if self.open.len() >= OPEN_PACKS {
            // What is closed here was written and is synced with the file system.
            self.open.clear();
        }
        self.open.insert(month, OpenPack { number, path, file, length });
        self.pack_again(month)
    }

    /// Cuts a half-written stretch off again, so that the pack ends with a whole one.
    fn give_up(&mut self, month: Month, start: u64, error: io::Error) -> VaultError {
        match self.open.remove(&month) {
            Some(pack) => {
                // When cutting fails too, the stray bytes are dead room that opening or compacting removes.
                let _ = durable::truncate(&pack.path, start);
                at(&pack.path)(error)
            }
            None => at(&self.directory)(error),
        }
    }

    #[cfg(test)]
    pub(super) fn with_pack_bytes(vault: &Vault, pack_bytes: u64) -> Self {
        Self { pack_bytes, ..Self::open(vault) }
    }
}

impl OpenPack {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        fault::point("append to pack")?;
        self.file.write_all(bytes)?;
        self.length += bytes.len() as u64;
        Ok(())
    }
}

/// A family being sealed section by section, straight into a pack. Dropped unfinished, it leaves nothing behind.
pub struct StreamSeal<'a> {
    writer: &'a mut Writer,
    month: Month,
    start: u64,
    seal: SealId,
    cipher: Cipher,
    entries: Vec<Entry>,
    finished: bool,
}

impl StreamSeal<'_> {
    /// Seals one section while it is read, in bounded memory, and returns its digests.
    pub fn section(&mut self, section: Section, part: u32, from: &mut dyn Read) -> Result<Streamed, VaultError> {
        let mut source = Hashing { from, hasher: PairHasher::default() };
        let mut beginning = vec![0; FRAME_BYTES];
        let length = fill(&mut source, &mut beginning).map_err(VaultError::Source)?;
        beginning.truncate(length);
        let compressed = worth_compressing(&beginning);
        let mut whole = Read::chain(beginning.as_slice(), &mut source);
        let payload = if compressed {
            let mut packed = zstd::stream::read::Encoder::new(whole, LEVEL).map_err(VaultError::Source)?;
            self.frames(section, part, &mut packed)?
        } else {
            self.frames(section, part, &mut whole)?
        };
        let (blake3, sha256, bytes) = source.hasher.finish();
        self.entries.push(Entry { section, part, compressed, plain: bytes, payload });
        Ok(Streamed { blake3, sha256, bytes })
    }

    /// Writes the table and returns where the family is.
    pub fn finish(mut self) -> Result<Location, VaultError> {
        let mut table = Vec::new();
        frame::seal_table(&self.cipher, self.seal, &self.entries, &mut table);
        self.write(&table)?;
        self.finished = true;
        let pack = self.writer.pack_again(self.month)?;
        let (number, length) = (pack.number, pack.length - self.start);
        Ok(Location { month: self.month, pack: number, offset: self.start, length, seal: self.seal })
    }

    /// Seals a payload frame by frame, one ahead, because a frame must know whether it is the last.
    fn frames(&mut self, section: Section, part: u32, payload: &mut dyn Read) -> Result<u64, VaultError> {
        let ordinal = self.entries.len() as u32;
        let (mut this, mut next) = (vec![0; FRAME_BYTES], vec![0; FRAME_BYTES]);
        let mut filled = fill(payload, &mut this).map_err(VaultError::Source)?;
        let (mut index, mut total, mut out) = (0u32, 0u64, Vec::new());
        loop {
            let following =
                if filled < FRAME_BYTES { 0 } else { fill(payload, &mut next).map_err(VaultError::Source)? };
            let at = FrameAt { ordinal, section: section.code(), part, index, last: following == 0 };
            out.clear();
            frame::seal_frame(&self.cipher, self.seal, at, &this[..filled], &mut out);
            self.write(&out)?;
            total += filled as u64;
            if following == 0 {
                return Ok(total);
            }
            std::mem::swap(&mut this, &mut next);
            filled = following;
            index += 1;
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), VaultError> {
        let pack = self.writer.pack_again(self.month)?;
        pack.write(bytes).map_err(at(&pack.path))
    }
}

impl Drop for StreamSeal<'_> {
    fn drop(&mut self) {
        if !self.finished {
            self.writer.give_up(self.month, self.start, io::Error::other("given up"));
        }
    }
}

/// Hashes what passes.
struct Hashing<'a> {
    from: &'a mut dyn Read,
    hasher: PairHasher,
}

impl Read for Hashing<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(out)?;
        self.hasher.update(&out[..count]);
        Ok(count)
    }
}

/// Reads until the buffer is full or the stream ends.
fn fill(from: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match from.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
