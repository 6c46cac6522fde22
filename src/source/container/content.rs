//! The bytes of one file, wherever they lie: on the disk, in memory, or unpacked beside.

use crate::base::durable;
use crate::source::detect::HEAD_BYTES;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of a member that are unpacked into memory; a larger one goes into a temporary file.
const UNPACK_IN_MEMORY: u64 = 8 * 1024 * 1024;
/// Bytes of the head of a stretch that are read to find its header.
const STRETCH_HEAD: u64 = 1024 * 1024;
/// Bytes read from the disk at once.
const READ_BUFFER: usize = 256 * 1024;

/// The bytes of one file.
pub enum Content {
    /// In memory.
    Memory(Vec<u8>),
    /// A file that stays where it is.
    File(PathBuf),
    /// A file that was unpacked and goes away with this value.
    Spooled(Spool),
}

/// Bytes that can be read from any position.
pub trait Seekable: BufRead + Seek {}
impl<T: BufRead + Seek> Seekable for T {}

/// Bytes that can be read from any position, without a buffer.
pub trait Bare: Read + Seek {}
impl<T: Read + Seek> Bare for T {}

impl Content {
    /// Takes all that a stream gives; what is large goes into a temporary file.
    pub fn unpack(stream: &mut dyn Read) -> io::Result<Self> {
        let mut bytes = Vec::new();
        stream.take(UNPACK_IN_MEMORY + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 <= UNPACK_IN_MEMORY {
            return Ok(Self::Memory(bytes));
        }
        let (spool, mut file) = Spool::create()?;
        file.write_all(&bytes)?;
        io::copy(stream, &mut file)?;
        Ok(Self::Spooled(spool))
    }

    /// How many bytes there are.
    pub fn length(&self) -> io::Result<u64> {
        match self {
            Self::Memory(bytes) => Ok(bytes.len() as u64),
            Self::File(path) => Ok(std::fs::metadata(path)?.len()),
            Self::Spooled(spool) => Ok(std::fs::metadata(&spool.path)?.len()),
        }
    }

    /// The first bytes, as many as are looked at to find what a file is.
    pub fn head(&self) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        match self {
            Self::Memory(bytes) => head.extend_from_slice(&bytes[..bytes.len().min(HEAD_BYTES)]),
            Self::File(path) | Self::Spooled(Spool { path }) => {
                File::open(path)?.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
            }
        }
        Ok(head)
    }

    /// Opens the bytes for reading from the start.
    pub fn open(&self) -> io::Result<Box<dyn Seekable + '_>> {
        Ok(match self {
            Self::Memory(bytes) => Box::new(Cursor::new(bytes.as_slice())),
            Self::File(path) | Self::Spooled(Spool { path }) => {
                Box::new(BufReader::with_capacity(READ_BUFFER, File::open(path)?))
            }
        })
    }

    /// Opens the bytes for reading here and there, without a buffer that each jump would fill anew.
    pub fn open_bare(&self) -> io::Result<Box<dyn Bare + '_>> {
        Ok(match self {
            Self::Memory(bytes) => Box::new(Cursor::new(bytes.as_slice())),
            Self::File(path) | Self::Spooled(Spool { path }) => Box::new(File::open(path)?),
        })
    }

    /// A copy of all bytes; the caller has looked at the length.
    pub fn to_bytes(&self) -> io::Result<Vec<u8>> {
        match self {
            Self::Memory(bytes) => Ok(bytes.clone()),
            Self::File(path) | Self::Spooled(Spool { path }) => std::fs::read(path),
        }
    }

    /// All bytes; the caller has looked at the length.
    pub fn into_bytes(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Memory(bytes) => Ok(bytes),
            Self::File(path) => std::fs::read(path),
            Self::Spooled(spool) => std::fs::read(&spool.path),
        }
    }

    /// A copy of the bytes in a private temporary file that goes away with the value.
    pub fn spooled(&self) -> io::Result<Spool> {
        let (spool, mut file) = Spool::create()?;
        io::copy(&mut self.open()?, &mut file)?;
        Ok(spool)
    }

    /// The file in which the bytes lie, lasting or not.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Memory(_) => None,
            Self::File(path) | Self::Spooled(Spool { path }) => Some(path),
        }
    }

    /// The same content once more, to be handed over: the file itself where it lasts, else a copy.
    ///
    /// # Errors
    /// When it cannot be read again.
    pub fn again(&self) -> io::Result<Self> {
        match self.lasting_file() {
            Some(path) => Ok(Self::File(path.to_owned())),
            None => Self::unpack(&mut self.open()?),
        }
    }

    /// The file that will still be there when the item is sealed.
    pub fn lasting_file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            _ => None,
        }
    }
}

/// A temporary file, readable by this user alone, overwritten and removed when the value goes.
pub struct Spool {
    path: PathBuf,
}

static SPOOLS: AtomicU64 = AtomicU64::new(0);

impl Spool {
    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A second temporary file whose name is that of this one with an ending, holding what `content` holds.
    pub fn beside(&self, ending: &str, content: &Content) -> io::Result<Self> {
        let mut name = self.path.as_os_str().to_owned();
        name.push(ending);
        let path = PathBuf::from(name);
        let mut file = durable::create_private_stream(&path)?;
        let spool = Self { path };
        io::copy(&mut content.open()?, &mut file)?;
        Ok(spool)
    }

    fn create() -> io::Result<(Self, File)> {
        loop {
            let number = SPOOLS.fetch_add(1, Ordering::Relaxed);
            let name = format!("recordroom-{}-{number}.part", std::process::id());
            let path = std::env::temp_dir().join(name);
            match durable::create_private_stream(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                other => return other.map(|file| (Self { path }, file)),
            }
        }
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        // Nobody can be told here; a file that stays is in the system's folder for temporary files.
        let _ = durable::erase(&self.path);
    }
}

/// The head of a stretch of a file.
pub fn head_of(file: &Path, offset: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(file)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut head = Vec::new();
    file.take(STRETCH_HEAD).read_to_end(&mut head)?;
    Ok(head)
}
