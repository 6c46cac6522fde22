//! Opening one stretch: header and table first, then only the section asked for.

use super::cipher::{Cipher, FamilyKey, TAG};
use super::error::VaultError;
use super::frame::{self, Entry, FrameAt, HEADER, MAGIC, Next, PREFIX};
use super::pack::Location;
use super::seal::{Section, SectionInfo};
use crate::base::limits::{FRAME_BYTES, SECTION_IN_MEMORY_BYTES};
use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

/// Bytes up to which a whole stretch is read at once.
const WHOLE_BYTES: u64 = 64 * 1024;

/// A stretch whose header and table were read and authenticated.
pub(super) struct Stretch<'a> {
    source: Source<'a>,
    path: &'a Path,
    location: Location,
    cipher: Cipher,
    entries: Vec<Entry>,
}

enum Source<'a> {
    Memory(Vec<u8>),
    File(&'a File),
}

impl<'a> Stretch<'a> {
    /// Reads and checks the header and the table.
    pub(super) fn open(
        file: &'a File,
        path: &'a Path,
        location: &Location,
        key: &FamilyKey,
    ) -> Result<Self, VaultError> {
        let cipher = Cipher::new(key.expose());
        let mut stretch = Self { source: Source::File(file), path, location: *location, cipher, entries: Vec::new() };
        if location.length < (HEADER + 2 * PREFIX + TAG) as u64 {
            return Err(stretch.damaged("it is too short".into()));
        }
        if location.length <= WHOLE_BYTES {
            let mut whole = vec![0; location.length as usize];
            stretch.read(0, &mut whole)?;
            stretch.source = Source::Memory(whole);
        }
        stretch.check_header(key)?;
        stretch.entries = stretch.read_table()?;
        Ok(stretch)
    }

    /// Which sections it has.
    pub(super) fn sections(&self) -> Vec<SectionInfo> {
        let info = |entry: &Entry| SectionInfo { section: entry.section, part: entry.part, bytes: entry.plain };
        self.entries.iter().map(info).collect()
    }

    /// One section, whole.
    pub(super) fn section(&self, section: Section, part: u32) -> Result<Vec<u8>, VaultError> {
        let mut frames = self.frames(section, part)?;
        let entry = frames.entry;
        if entry.plain.max(entry.payload) > SECTION_IN_MEMORY_BYTES {
            return Err(VaultError::TooLarge { bytes: entry.plain });
        }
        let mut payload = Vec::new();
        while frames.next_frame()? {
            if frames.index == 1 && frames.done() {
                // The usual case, one frame: its buffer is the payload.
                payload = std::mem::take(&mut frames.buffer);
                payload.truncate(frames.filled);
            } else {
                payload.reserve(entry.payload as usize - payload.len());
                payload.extend_from_slice(&frames.buffer[..frames.filled]);
            }
        }
        if entry.compressed {
            payload = unpacked(&payload, entry.plain as usize)
                .map_err(|error| self.damaged(format!("the {section} does not unpack: {error}")))?;
        }
        if payload.len() as u64 != entry.plain {
            return Err(self.damaged(format!("the {section} has another length than its table says")));
        }
        Ok(payload)
    }

    /// Writes one section out while it is opened, and returns its bytes.
    pub(super) fn section_to(&self, section: Section, part: u32, out: &mut dyn Write) -> Result<u64, VaultError> {
        let frames = self.frames(section, part)?;
        let entry = frames.entry;
        let mut reader = FrameReader { frames, taken: 0, failure: None };
        let copied = if entry.compressed {
            match zstd::stream::read::Decoder::new(&mut reader) {
                Ok(mut decoder) => copy(&mut decoder, out),
                Err(error) => Err(CopyError::Source(error)),
            }
        } else {
            copy(&mut reader, out)
        };
        // A failure of the frames reaches the decoder as an opaque error; the real one was kept.
        if let Some(failure) = reader.failure.take() {
            return Err(failure);
        }
        let copied = copied.map_err(|error| match error {
            CopyError::Sink(error) => VaultError::Sink(error),
            CopyError::Source(error) => self.damaged(format!("the {section} does not unpack: {error}")),
        })?;
        if !reader.frames.done() || copied != entry.plain {
            return Err(self.damaged(format!("the {section} has another length than its table says")));
        }
        Ok(copied)
    }

    fn check_header(&self, key: &FamilyKey) -> Result<(), VaultError> {
        let mut header = [0; HEADER];
        self.read(0, &mut header)?;
        let (magic, seal, check) = frame::read_header(&header);
        if magic != MAGIC {
            let newer = magic[..3] == MAGIC[..3] && (b'2'..=b'9').contains(&magic[3]);
            return Err(if newer {
                VaultError::NewerFormat { path: self.path.to_owned() }
            } else {
                self.damaged("no sealed family begins there".into())
            });
        }
        if seal != self.location.seal {
            return Err(self.damaged("another family is there (its seal id differs)".into()));
        }
        if check != key.check() {
            let Location { month, pack, offset, .. } = self.location;
            return Err(VaultError::WrongKey { month, pack, offset });
        }
        Ok(())
    }

    fn read_table(&self) -> Result<Vec<Entry>, VaultError> {
        let length = self.location.length;
        let mut last = [0; PREFIX];
        self.read(length - PREFIX as u64, &mut last)?;
        let sealed = u64::from(u32::from_le_bytes(last));
        let bad = |what: &str| self.damaged(format!("its table {what}"));
        let start = length
            .checked_sub(sealed + 2 * PREFIX as u64)
            .filter(|start| *start >= HEADER as u64)
            .ok_or_else(|| bad("has an impossible length"))?;
        let mut prefix = [0; PREFIX];
        self.read(start, &mut prefix)?;
        if frame::read_prefix(prefix) != Some(Next::Table(sealed as usize)) {
            return Err(bad("is not where it should be"));
        }
        let mut table = vec![0; sealed as usize];
        self.read(start + PREFIX as u64, &mut table)?;
        let entries = frame::open_table(&self.cipher, self.location.seal, &mut table)
            .map_err(|_| bad(&format!("(byte {start}) does not authenticate")))?;
        let end = entries.iter().try_fold(HEADER as u64, |at, entry| at.checked_add(entry.sealed()?));
        if end != Some(start) {
            return Err(bad("does not account for every byte"));
        }
        Ok(entries)
    }

    fn frames(&self, section: Section, part: u32) -> Result<Frames<'_>, VaultError> {
        let mut offset = HEADER as u64;
        for (ordinal, entry) in self.entries.iter().enumerate() {
            if entry.section == section && entry.part == part {
                let ordinal = ordinal as u32;
                return Ok(Frames {
                    stretch: self,
                    entry: *entry,
                    ordinal,
                    index: 0,
                    offset,
                    buffer: Vec::new(),
                    filled: 0,
                });
            }
            offset += entry.sealed().unwrap_or_default();
        }
        Err(VaultError::NoSuchSection { section, part })
    }

    fn read(&self, at: u64, buffer: &mut [u8]) -> Result<(), VaultError> {
        match &self.source {
            Source::Memory(bytes) => {
                let start = usize::try_from(at).unwrap_or(usize::MAX);
                let piece = start.checked_add(buffer.len()).and_then(|end| bytes.get(start..end));
                let piece = piece.ok_or_else(|| self.damaged("it ends too early".into()))?;
                buffer.copy_from_slice(piece);
                Ok(())
            }
            Source::File(file) => match read_at(file, self.location.offset.saturating_add(at), buffer) {
                Ok(()) => Ok(()),
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    Err(self.damaged("the pack file ends inside it".into()))
                }
                Err(error) => Err(VaultError::Io { path: self.path.to_owned(), error }),
            },
        }
    }

    fn damaged(&self, what: String) -> VaultError {
        let Location { month, pack, offset, .. } = self.location;
        VaultError::Damaged { month, pack, offset, what }
    }
}

thread_local! {
    /// Making the context of a decompressor anew costs more than unpacking a short message with it.
    static UNPACKER: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Unpacks what is at most `length` bytes.
fn unpacked(payload: &[u8], length: usize) -> io::Result<Vec<u8>> {
    UNPACKER.with_borrow_mut(|unpacker| {
        if unpacker.is_none() {
            *unpacker = Some(zstd::bulk::Decompressor::new()?);
        }
        match unpacker {
            Some(unpacker) => unpacker.decompress(payload, length),
            None => zstd::bulk::decompress(payload, length),
        }
    })
}

/// The frames of one section, opened one after the other into one buffer.
struct Frames<'a> {
    stretch: &'a Stretch<'a>,
    entry: Entry,
    ordinal: u32,
    index: u64,
    offset: u64,
    buffer: Vec<u8>,
    filled: usize,
}

impl Frames<'_> {
    fn done(&self) -> bool {
        self.index == self.entry.frames()
    }

    /// Opens the next frame into `buffer[..filled]`; false when there is none.
    fn next_frame(&mut self) -> Result<bool, VaultError> {
        if self.done() {
            return Ok(false);
        }
        let Entry { section, part, .. } = self.entry;
        let payload = self.entry.frame_payload(self.index);
        let at = FrameAt {
            ordinal: self.ordinal,
            section: section.code(),
            part,
            index: self.index as u32,
            last: self.index + 1 == self.entry.frames(),
        };
        let stretch = self.stretch;
        let bad = |what: &str| {
            let (index, offset) = (self.index, self.offset);
            stretch.damaged(format!("frame {index} of its {section} {part} (byte {offset}) {what}"))
        };
        let mut prefix = [0; PREFIX];
        stretch.read(self.offset, &mut prefix)?;
        if frame::read_prefix(prefix) != Some(Next::Frame(payload + TAG)) {
            return Err(bad("has another length than its table says"));
        }
        self.buffer.resize(payload + TAG, 0);
        stretch.read(self.offset + PREFIX as u64, &mut self.buffer)?;
        self.filled = frame::open_frame(&stretch.cipher, stretch.location.seal, at, &mut self.buffer)
            .map_err(|_| bad("does not authenticate"))?;
        self.offset += (PREFIX + TAG + payload) as u64;
        self.index += 1;
        Ok(true)
    }
}

/// The payload of a section as a stream.
struct FrameReader<'a> {
    frames: Frames<'a>,
    taken: usize,
    failure: Option<VaultError>,
}

impl Read for FrameReader<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.frames.filled {
            self.taken = 0;
            match self.frames.next_frame() {
                Ok(true) => {}
                Ok(false) => {
                    self.frames.filled = 0;
                    return Ok(0);
                }
                Err(error) => {
                    self.frames.filled = 0;
                    self.failure = Some(error);
                    return Err(io::Error::other("a sealed frame could not be opened"));
                }
            }
        }
        let piece = &self.frames.buffer[self.taken..self.frames.filled];
        let count = piece.len().min(out.len());
        out[..count].copy_from_slice(&piece[..count]);
        self.taken += count;
        Ok(count)
    }
}

enum CopyError {
    Source(io::Error),
    Sink(io::Error),
}

fn copy(from: &mut dyn Read, to: &mut dyn Write) -> Result<u64, CopyError> {
    let mut buffer = vec![0; FRAME_BYTES / 8];
    let mut total = 0;
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(total),
            Ok(count) => {
                to.write_all(&buffer[..count]).map_err(CopyError::Sink)?;
                total += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(CopyError::Source(error)),
        }
    }
}

/// Fills the buffer from a position of the file, whatever other threads read.
#[cfg(unix)]
pub(super) fn read_at(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

/// Fills the buffer from a position of the file, whatever other threads read.
#[cfg(windows)]
pub(super) fn read_at(file: &File, mut offset: u64, mut buffer: &mut [u8]) -> io::Result<()> {
    while !buffer.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, buffer, offset) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                buffer = &mut buffer[count..];
                offset += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
