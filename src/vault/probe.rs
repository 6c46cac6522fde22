//! Looking for what should be gone: every stretch of every pack that any saved key still opens (I13).

use super::cipher::FamilyKey;
use super::error::{VaultError, at};
use super::frame::{self, HEADER, MAGIC, Next, PREFIX};
use super::pack::{Location, PackFile, list_packs, pack_path};
use super::stretch::{Stretch, read_at};
use crate::base::limits::FRAME_BYTES;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// What a probe went through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ProbeCount {
    /// Pack files read.
    pub packs: u64,
    /// Places that begin like a stretch.
    pub stretches: u64,
    /// Stretches that one of the keys opened, at least in part.
    pub opened: u64,
}

/// Scans every pack byte by byte for stretches and hands each piece of plaintext that any of the keys opens to `found`.
/// It trusts no catalog: a stretch that was cut from the lists but not from the disk is found.
pub fn decrypt_everything(
    vault: &Path,
    keys: &[FamilyKey],
    found: &mut dyn FnMut(&[u8]),
) -> Result<ProbeCount, VaultError> {
    let mut by_check: BTreeMap<[u8; 8], Vec<&FamilyKey>> = BTreeMap::new();
    for key in keys {
        by_check.entry(key.check()).or_default().push(key);
    }
    let mut count = ProbeCount::default();
    for pack in list_packs(vault)? {
        let path = pack_path(vault, pack.month, pack.pack);
        let file = File::open(&path).map_err(at(&path))?;
        count.packs += 1;
        for offset in candidates(&file, pack.bytes).map_err(at(&path))? {
            let mut header = [0; HEADER];
            if read_at(&file, offset, &mut header).is_err() {
                continue;
            }
            count.stretches += 1;
            let (_, _, check) = frame::read_header(&header);
            let keys = by_check.get(&check).into_iter().flatten();
            let opened = keys.filter(|key| open(&file, &path, &pack, offset, key, found)).count();
            count.opened += u64::from(opened > 0);
        }
    }
    Ok(count)
}

/// Where the magic stands, anywhere.
fn candidates(file: &File, length: u64) -> std::io::Result<Vec<u64>> {
    let mut offsets = Vec::new();
    let mut buffer = vec![0; FRAME_BYTES];
    let mut start = 0;
    while start + (MAGIC.len() as u64) <= length {
        let step = (length - start).min(FRAME_BYTES as u64) as usize;
        read_at(file, start, &mut buffer[..step])?;
        let hits = buffer[..step].windows(MAGIC.len()).enumerate().filter(|(_, window)| *window == MAGIC);
        offsets.extend(hits.map(|(at, _)| start + at as u64));
        // The next piece begins with the last three bytes of this one, where a magic may have begun.
        start += (step - (MAGIC.len() - 1)) as u64;
    }
    Ok(offsets)
}

/// Whether the stretch opened with this key, wholly or in part.
fn open(file: &File, path: &Path, pack: &PackFile, offset: u64, key: &FamilyKey, found: &mut dyn FnMut(&[u8])) -> bool {
    let Some(length) = walk(file, offset) else { return false };
    let mut header = [0; HEADER];
    if read_at(file, offset, &mut header).is_err() {
        return false;
    }
    let (_, seal, _) = frame::read_header(&header);
    let location = Location { month: pack.month, pack: pack.pack, offset, length, seal };
    let Ok(stretch) = Stretch::open(file, path, &location, key) else { return false };
    for info in stretch.sections() {
        // A damaged section ends early; what came before it was already handed on.
        let _ = stretch.section_to(info.section, info.part, &mut Pieces(found));
    }
    true
}

/// Follows the lengths of the frames to the end of the stretch.
fn walk(file: &File, offset: u64) -> Option<u64> {
    let mut at = offset + HEADER as u64;
    loop {
        let mut prefix = [0; PREFIX];
        read_at(file, at, &mut prefix).ok()?;
        at += PREFIX as u64;
        match frame::read_prefix(prefix)? {
            Next::Frame(length) => at += length as u64,
            Next::Table(length) => return Some(at + (length + PREFIX) as u64 - offset),
        }
    }
}

struct Pieces<'a>(&'a mut dyn FnMut(&[u8]));

impl Write for Pieces<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        (self.0)(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
