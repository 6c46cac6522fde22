//! A delivered folder as one encrypted file, for the way to its receiver: `NAME.tar.age`, which the programs `age` and
//! `rage` open. Two of them differ; what is recorded is the digest of the one that was written.

use super::ProductionError;
use super::record;
use crate::base::digest::PairHasher;
use crate::base::durable;
use crate::base::id::{EventId, ProductionId};
use crate::base::monitor::{Monitor, Progress};
use crate::base::random;
use crate::model::event::Act;
use crate::package::age::{Randomness, Receivers, Recipient, Sealing, usable};
use crate::render;
use crate::repository::Repository;
use crate::verify::delivery::Draw;
use serde_json::json;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// What the name of the folder is followed by.
const ENDING: &str = ".tar.age";

/// Who can open it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum For {
    /// The receivers with these age keys.
    Keys(Vec<String>),
    /// Whoever knows the passphrase, which goes to the receiver by another way.
    Passphrase(String),
}

/// An encrypted delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encrypted {
    /// The file.
    pub file: PathBuf,
    /// Its bytes.
    pub bytes: u64,
    /// Its SHA-256, hexadecimal.
    pub sha256: String,
    /// The event that recorded it.
    pub event: EventId,
}

/// Writes the delivered folder of a recorded production as one encrypted file beside it, and records its digest.
///
/// # Errors
/// When the folder is not that production, whole and as recorded; when the file is there already; when nobody, or
/// anybody who guesses, could open it.
pub fn encrypt(
    repository: &mut Repository,
    id: ProductionId,
    directory: &Path,
    receivers: &For,
    actor: &str,
    monitor: &dyn Monitor,
) -> Result<Encrypted, ProductionError> {
    encrypt_with(repository, id, directory, receivers, actor, monitor, &render::draw)
}

/// As [`encrypt`], with the slip sheets compared with those of `draw`.
pub fn encrypt_with(
    repository: &mut Repository,
    id: ProductionId,
    directory: &Path,
    receivers: &For,
    actor: &str,
    monitor: &dyn Monitor,
    draw: Draw<'_>,
) -> Result<Encrypted, ProductionError> {
    let unusable = |error: crate::package::age::AgeError| {
        ProductionError::refused(
            error.to_string(),
            "Nothing was written. Name the receiver's key, or another passphrase.",
        )
    };
    let to = match receivers {
        For::Keys(keys) => {
            let keys: Result<Vec<Recipient>, _> = keys.iter().map(|key| key.parse()).collect();
            Receivers::Keys(keys.map_err(unusable)?)
        }
        For::Passphrase(words) => Receivers::Passphrase(words.clone()),
    };
    usable(&to).map_err(unusable)?;
    let (row, _) = repository.catalog().reading().production(id)?;
    record::is_recorded(repository, &row, directory, draw)?;
    let folder = std::path::absolute(directory).map_err(|error| ProductionError::io(directory, error))?;
    let folder: PathBuf = folder.components().collect();
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (file, temporary) = (
        folder.with_file_name(format!("{name}{ENDING}")),
        folder.with_file_name(format!(".{name}{ENDING}.unfinished")),
    );
    if file.exists() {
        let message = format!("{} is there already", file.display());
        return Err(ProductionError::refused(message, "Move it away first."));
    }
    let _ = durable::remove(&temporary);
    let made_at = row.production.made_at.timestamp().unsigned_abs();
    let written = write(&folder, &name, &temporary, (&to, made_at), monitor);
    let finished = written.and_then(|told| {
        durable::rename_new(&temporary, &file).map_err(|error| ProductionError::io(&file, error))?;
        Ok(told)
    });
    if finished.is_err() {
        let _ = durable::remove(&temporary);
    }
    let (sha256, bytes) = finished?;
    let at = repository.now();
    let keys = match receivers {
        For::Keys(keys) => keys.as_slice(),
        For::Passphrase(_) => &[],
    };
    let details = json!({
        "sha256": sha256, "bytes": bytes, "keys": keys, "passphrase": matches!(receivers, For::Passphrase(_)),
    });
    let recorded = repository.catalog_mut().write::<_, ProductionError>(|writing| {
        Ok(writing.record_event(at, actor, Act::ProductionEncrypted, &id.to_string(), &details)?.id)
    });
    if recorded.is_err() {
        // What is not recorded is not there.
        let _ = durable::remove(&file);
    }
    Ok(Encrypted { file, bytes, sha256, event: recorded? })
}

/// The file while it is written, hashed as its bytes pass.
struct Hashed {
    file: BufWriter<File>,
    hasher: PairHasher,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.file.write(bytes)?;
        self.hasher.update(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn write(
    folder: &Path,
    name: &str,
    target: &Path,
    (to, made_at): (&Receivers, u64),
    monitor: &dyn Monitor,
) -> Result<(String, u64), ProductionError> {
    let wrong = |error: io::Error| ProductionError::io(target, error);
    let file = durable::create_stream(target).map_err(wrong)?;
    let keys = match to {
        Receivers::Keys(keys) => keys.len(),
        Receivers::Passphrase(_) => 0,
    };
    let secrets = (0..keys).map(|_| random::bytes()).collect();
    let random = Randomness { file_key: random::bytes(), nonce: random::bytes(), salt: random::bytes(), secrets };
    let hashed = Hashed { file: BufWriter::new(file), hasher: PairHasher::default() };
    let mut archive = tar::Builder::new(Sealing::begin(hashed, to, &random).map_err(wrong)?);
    let mut files = Vec::new();
    list(folder, Path::new(""), &mut files).map_err(|error| ProductionError::io(folder, error))?;
    files.sort();
    for (nth, inside) in (0_u64..).zip(&files) {
        if monitor.stopped() {
            return Err(ProductionError::Stopped);
        }
        let path = folder.join(inside);
        let opened = File::open(&path).and_then(|file| Ok((file.metadata()?.len(), file)));
        let (size, file) = opened.map_err(|error| ProductionError::io(&path, error))?;
        let mut head = tar::Header::new_gnu();
        head.set_size(size);
        head.set_mode(0o644);
        head.set_mtime(made_at);
        archive.append_data(&mut head, Path::new(name).join(inside), file).map_err(wrong)?;
        let (task, total_bytes) = ("Encrypting the delivery", 0);
        monitor.progress(Progress { task, items: nth + 1, bytes: 0, total_bytes, seconds: 0.0 });
    }
    let hashed = archive.into_inner().and_then(Sealing::finish).map_err(wrong)?;
    let file = hashed.file.into_inner().map_err(|error| wrong(error.into_error()))?;
    durable::sync_file(&file).map_err(wrong)?;
    let (_, sha256, bytes) = hashed.hasher.finish();
    Ok((sha256.to_string(), bytes))
}

/// Every file under a folder, from the folder on. It was checked a moment ago to hold nothing but what was signed.
fn list(folder: &Path, inside: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder.join(inside))? {
        let entry = entry?;
        let path = inside.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            list(folder, &path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
