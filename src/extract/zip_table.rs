//! The table of contents of a ZIP archive: every entry of its central directory, those of equal names too.
//!
//! `zip::ZipArchive` knows its members by name, so that of several with one name only the last is reached. Where
//! names are repeated the table is walked a second time and every entry is kept (PKWARE APPNOTE 4.3.12).

use crate::base::limits;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use zip::read::{Config, OwnedZipFileEntry, ZipArchiveMetadata, ZipFile, ZipFileEntry};
use zip::result::{ZipError, ZipResult};
use zip::unstable::read::ZipIterable;
use zip::{ZipArchive, ZipReadOptions};

/// Bytes of a local header before its name (APPNOTE 4.3.7).
const LOCAL_HEADER: usize = 30;

/// An opened archive.
pub struct Table<R> {
    reader: R,
    named: Arc<ZipArchiveMetadata>,
    /// Every entry, where names are repeated.
    walked: Vec<OwnedZipFileEntry>,
    /// Entries of repeated names that could not be reached.
    is_short: bool,
}

impl<R: Read + Seek> Table<R> {
    /// Opens an archive.
    ///
    /// # Errors
    /// When it has no table of contents that can be read.
    pub fn open(reader: R) -> ZipResult<Self> {
        let archive = ZipArchive::new(reader)?;
        let named = archive.metadata();
        let mut reader = archive.into_inner();
        let (walked, is_short) =
            if named.has_duplicate_names() { walk(&mut reader, &named) } else { (Vec::new(), false) };
        Ok(Self { reader, named, walked, is_short })
    }

    /// How many entries there are, folders included.
    pub fn len(&self) -> usize {
        if self.walked.is_empty() { self.named.len() } else { self.walked.len() }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether several entries have one name.
    pub fn repeats_names(&self) -> bool {
        self.named.has_duplicate_names()
    }

    /// Whether an entry of a repeated name could not be reached: the table is damaged behind it.
    pub const fn is_short(&self) -> bool {
        self.is_short
    }

    /// What the table says of an entry.
    ///
    /// # Errors
    /// When there is no such entry.
    pub fn entry(&self, index: usize) -> ZipResult<ZipFileEntry<'_>> {
        entry_of(&self.named, &self.walked, index)
    }

    /// The names as written, in order.
    pub fn names(&self) -> impl Iterator<Item = Vec<u8>> {
        (0..self.len()).map(|index| self.entry(index).map(|entry| entry.name_raw().to_vec()).unwrap_or_default())
    }

    /// Opens a member for reading what is packed in it.
    ///
    /// # Errors
    /// When its local header is damaged, it is encrypted, or packed in a way nobody here knows.
    pub fn member(&mut self, index: usize) -> ZipResult<ZipFile<'_, R>> {
        entry_of(&self.named, &self.walked, index)?.with_reader(&mut self.reader, ZipReadOptions::new())
    }

    /// The bytes of a member as they lie packed in the archive, at most [`limits::ITEM_IN_MEMORY_BYTES`]; where its
    /// local header is damaged, the bytes from where the table says that it begins.
    pub fn packed(&mut self, index: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        let place = self.entry(index).map(|entry| (entry.header_start(), entry.compressed_size()));
        let Ok((start, packed)) = place else { return bytes };
        // What cannot be read is not there; the exception is told either way.
        let _ = self.read_packed(start, packed, &mut bytes);
        bytes
    }

    fn read_packed(&mut self, start: u64, packed: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
        self.reader.seek(SeekFrom::Start(start))?;
        let mut header = Vec::new();
        (&mut self.reader).take(LOCAL_HEADER as u64).read_to_end(&mut header)?;
        let most = packed.min(limits::ITEM_IN_MEMORY_BYTES);
        if header.len() < LOCAL_HEADER || !header.starts_with(b"PK\x03\x04") {
            let rest = most.saturating_add(LOCAL_HEADER as u64).min(limits::ITEM_IN_MEMORY_BYTES);
            bytes.append(&mut header);
            let rest = rest.saturating_sub(bytes.len() as u64);
            (&mut self.reader).take(rest).read_to_end(bytes)?;
            return Ok(());
        }
        let length = |at: usize| u64::from(u16::from_le_bytes([header[at], header[at + 1]]));
        let data = start + LOCAL_HEADER as u64 + length(26) + length(28);
        self.reader.seek(SeekFrom::Start(data))?;
        (&mut self.reader).take(most).read_to_end(bytes)?;
        Ok(())
    }
}

fn entry_of<'a>(
    named: &'a ZipArchiveMetadata,
    walked: &'a [OwnedZipFileEntry],
    index: usize,
) -> ZipResult<ZipFileEntry<'a>> {
    if walked.is_empty() {
        return named.entry(index);
    }
    walked.get(index).map(OwnedZipFileEntry::as_ref).ok_or(ZipError::FileNotFound)
}

/// Every entry of the table in order, one more than are taken at most; true when it broke off.
fn walk<R: Read + Seek>(reader: &mut R, named: &ZipArchiveMetadata) -> (Vec<OwnedZipFileEntry>, bool) {
    let most = usize::try_from(limits::ARCHIVE_MEMBERS).unwrap_or(usize::MAX);
    let (mut entries, mut is_short) = (Vec::new(), false);
    let Ok(mut all) = ZipIterable::try_new(reader, Config::default()) else { return (entries, true) };
    let Ok(files) = all.files() else { return (entries, true) };
    for found in files.take(most.saturating_add(1)) {
        match found {
            Ok(entry) => entries.push(OwnedZipFileEntry::from(entry)),
            Err(_) => is_short = true,
        }
    }
    // Another table than the one that was opened is not followed.
    if entries.len() <= named.len() {
        return (Vec::new(), true);
    }
    (entries, is_short)
}
