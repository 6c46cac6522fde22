//! The only code that creates, replaces, appends to or removes files.
//!
//! Each function says what is on disk after it returns and what may be there if the power fails inside it.
//! Tests run unsynced ([`set_syncing`]); the released program always syncs.

use super::fault;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

static SYNCING: AtomicBool = AtomicBool::new(true);
/// Builds for developers, which check what they assume, leave syncing out where this is asked for in the environment, as
/// `.cargo/config.toml` does for tests and the programs they start. The released program does not look.
static UNSYNCED: LazyLock<bool> =
    LazyLock::new(|| cfg!(debug_assertions) && std::env::var_os("RECORDROOM_UNSYNCED").is_some());

/// Switches syncing off for stores under test, where losing power is modelled in other ways.
pub fn set_syncing(on: bool) {
    SYNCING.store(on, Ordering::Relaxed);
}

/// Whether what is written is made durable: by everybody who writes, the database too.
pub fn is_syncing() -> bool {
    SYNCING.load(Ordering::Relaxed) && !*UNSYNCED
}

/// Creates a directory and its parents; each new one is synced into its parent.
pub fn create_dir_all(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    fault::point("create directory")?;
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        create_dir_all(parent)?;
    }
    match fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
        Ok(()) => sync_parent(path),
    }
}

/// Writes a new file whole: afterwards it is there with these bytes, synced; a crash leaves nothing or a `.tmp`.
/// Fails with `AlreadyExists` when the name is taken.
pub fn create_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if path.exists() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{} exists", path.display())));
    }
    replace(path, bytes)
}

/// Replaces a file whole: a crash leaves the old bytes or the new ones, never a mixture.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fault::point("write file")?;
    let temporary = temporary_name(path);
    let mut file = File::create(&temporary)?;
    file.write_all(bytes)?;
    sync_file(&file)?;
    drop(file);
    fault::point("rename file")?;
    fs::rename(&temporary, path)?;
    sync_parent(path)
}

/// Replaces a file of secrets (mode 0600) and overwrites the old bytes in place before they are let go.
/// On copy-on-write or flash storage the old cells may survive; the claims a certificate makes say so.
pub fn replace_secret(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fault::point("write secret")?;
    let temporary = temporary_name(path);
    let mut file = secret_options().create(true).truncate(true).open(&temporary)?;
    file.write_all(bytes)?;
    sync_file(&file)?;
    drop(file);
    let old = OpenOptions::new().write(true).open(path).ok();
    fault::point("rename secret")?;
    fs::rename(&temporary, path)?;
    sync_parent(path)?;
    if let Some(mut old) = old {
        zero(&mut old)?;
    }
    Ok(())
}

/// Opens a file for appending, creating it (mode 0600) when it is missing. The caller syncs.
pub fn append(path: &Path) -> io::Result<File> {
    fault::point("open for appending")?;
    secret_options().append(true).create(true).open(path)
}

/// Opens a new file for streaming; fails when the name is taken. The caller syncs.
pub fn create_stream(path: &Path) -> io::Result<File> {
    fault::point("create file")?;
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Opens a new file for streaming that only this user can read (mode 0600); fails when the name is taken.
pub fn create_private_stream(path: &Path) -> io::Result<File> {
    fault::point("create file")?;
    secret_options().create_new(true).open(path)
}

/// Cuts a file down to `length` bytes: what a crash left behind the last committed byte goes.
pub fn truncate(path: &Path, length: u64) -> io::Result<()> {
    fault::point("truncate file")?;
    let file = OpenOptions::new().write(true).open(path)?;
    file.set_len(length)?;
    sync_file(&file)
}

/// Overwrites a stretch of a file with zeros and syncs it.
pub fn zero_range(path: &Path, offset: u64, length: u64) -> io::Result<()> {
    fault::point("zero range")?;
    let mut file = OpenOptions::new().write(true).open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    write_zeros(&mut file, length)?;
    sync_file(&file)
}

/// Overwrites bytes of a file in place and syncs it. A crash may leave a mixture of old and new bytes, so the caller's
/// format must tell such a mixture from a whole value.
pub fn overwrite(path: &Path, offset: u64, bytes: &[u8]) -> io::Result<()> {
    fault::point("overwrite")?;
    let mut file = OpenOptions::new().write(true).open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    file.write_all(bytes)?;
    sync_file(&file)
}

/// Gives stretches of a file (offset, length) back to the file system and syncs it: holes where it can make them,
/// zeros elsewhere. Afterwards they read as zeros and the file is as long as before.
pub fn release_ranges(path: &Path, ranges: &[(u64, u64)]) -> io::Result<()> {
    fault::point("release ranges")?;
    let mut file = OpenOptions::new().write(true).open(path)?;
    for &(offset, length) in ranges.iter().filter(|(_, length)| *length > 0) {
        if !punch_hole(&file, offset, length) {
            file.seek(SeekFrom::Start(offset))?;
            write_zeros(&mut file, length)?;
        }
    }
    sync_file(&file)
}

/// Whether a hole could be made. A file system without holes answers with an error, which only means: write zeros.
#[cfg(target_os = "linux")]
fn punch_hole(file: &File, offset: u64, length: u64) -> bool {
    use rustix::fs::FallocateFlags;
    rustix::fs::fallocate(file, FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE, offset, length).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn punch_hole(_: &File, _: u64, _: u64) -> bool {
    false
}

/// Removes a file after overwriting it; a missing file is not an error.
pub fn erase(path: &Path) -> io::Result<()> {
    fault::point("erase file")?;
    match OpenOptions::new().write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
        Ok(mut file) => zero(&mut file)?,
    }
    fs::remove_file(path)?;
    sync_parent(path)
}

/// Removes a file that holds nothing secret; a missing file is not an error.
pub fn remove(path: &Path) -> io::Result<()> {
    fault::point("remove file")?;
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Removes a directory and all in it; a missing directory is not an error.
pub fn remove_dir_all(path: &Path) -> io::Result<()> {
    fault::point("remove directory")?;
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => sync_parent(path),
    }
}

/// Gives a file a second name, which must be free: the same bytes under both. Where the file system has no such thing
/// the bytes are copied.
pub fn link_new(from: &Path, to: &Path) -> io::Result<()> {
    fault::point("link file")?;
    match fs::hard_link(from, to) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        Err(_) => {
            let mut target = OpenOptions::new().write(true).create_new(true).open(to)?;
            io::copy(&mut File::open(from)?, &mut target)?;
            sync_file(&target)
        }
    }
}

/// Bytes that are free for this user in the file system under `path`; `None` where it cannot be told.
#[cfg(unix)]
pub fn free_bytes(path: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(path).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

/// Bytes that are free for this user in the file system under `path`; `None` where it cannot be told.
#[cfg(not(unix))]
pub fn free_bytes(_: &Path) -> Option<u64> {
    None
}

/// Gives a finished file or directory its final name, which must be free.
pub fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    if to.exists() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{} exists", to.display())));
    }
    fault::point("rename")?;
    fs::rename(from, to)?;
    sync_parent(to)
}

/// Makes all that was written to this file durable.
pub fn sync_file(file: &File) -> io::Result<()> {
    if is_syncing() { file.sync_data() } else { Ok(()) }
}

/// Makes all that was written to the file system under `path` durable, in one call where there is one.
pub fn sync_file_system(path: &Path) -> io::Result<()> {
    fault::point("sync")?;
    if !is_syncing() {
        return Ok(());
    }
    let directory = File::open(path)?;
    #[cfg(target_os = "linux")]
    rustix::fs::syncfs(&directory)?;
    #[cfg(not(target_os = "linux"))]
    sync_tree(path)?;
    drop(directory);
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn sync_tree(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_tree(&entry.path())?;
        } else {
            File::open(entry.path())?.sync_all()?;
        }
    }
    Ok(())
}

/// Makes the names in a directory durable.
pub fn sync_directory(path: &Path) -> io::Result<()> {
    if is_syncing() && cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => sync_directory(parent),
        None => Ok(()),
    }
}

fn temporary_name(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".tmp");
    PathBuf::from(name)
}

fn secret_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn zero(file: &mut File) -> io::Result<()> {
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(0))?;
    write_zeros(file, length)?;
    sync_file(file)
}

fn write_zeros(file: &mut File, mut length: u64) -> io::Result<()> {
    const ZEROS: [u8; 8192] = [0; 8192];
    while length > 0 {
        let step = length.min(ZEROS.len() as u64);
        file.write_all(&ZEROS[..step as usize])?;
        length -= step;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn create_new_means_new_and_replace_is_whole() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("a/b/file");
        create_dir_all(path.parent().expect("has a parent")).expect("directories");
        create_new(&path, b"one").expect("new file");
        let error = create_new(&path, b"two").expect_err("the name is taken");
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        replace_secret(&path, b"three").expect("replaced");
        assert_eq!(fs::read(&path).expect("readable"), b"three");
        zero_range(&path, 1, 3).expect("zeroed");
        assert_eq!(fs::read(&path).expect("readable"), b"t\0\0\0e");
        overwrite(&path, 1, b"hr").expect("overwritten");
        assert_eq!(fs::read(&path).expect("readable"), b"thr\0e");
        release_ranges(&path, &[(0, 1), (4, 1), (2, 0)]).expect("released");
        assert_eq!(fs::read(&path).expect("readable"), b"\0hr\0\0");
        erase(&path).expect("erased");
        erase(&path).expect("erasing twice is fine");
        assert!(!path.exists());
    }

    #[test]
    fn a_failed_rename_leaves_the_old_bytes() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("file");
        replace(&path, b"old").expect("written");
        fault::arm(fault::FaultKind::FailOnce, 2);
        assert!(replace(&path, b"new").is_err());
        fault::disarm();
        assert_eq!(fs::read(&path).expect("readable"), b"old");
    }
}
