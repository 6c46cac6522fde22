//! Every byte of every pack belongs to something that is here, or is zero: what was released was let go, and nothing was
//! left behind by an interrupted run (I13).

use super::{Check, VerifyError};
use crate::repository::RepositoryError;
use crate::vault::PackFile;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// Bytes read at once.
const STEP: usize = 1024 * 1024;

pub(super) fn check(check: &mut Check<'_>) -> Result<(), VerifyError> {
    let reading = check.reading();
    let mut extents: BTreeMap<(String, u32), (u64, u64)> = BTreeMap::new();
    for extent in reading.pack_extents()? {
        extents.insert((extent.month, extent.pack), (extent.end, extent.families));
    }
    for pack in check.repository.vault().packs()? {
        let name = format!("{}/{:04}.pack", pack.month, pack.pack);
        match extents.remove(&(pack.month.to_string(), pack.pack)) {
            None => check.find(
                "pack-orphaned",
                &name,
                "no row names this pack; the next run that takes in, produces or destroys clears it",
            ),
            Some((end, families)) => one(check, &pack, &name, end, families)?,
        }
        check.looked_at("Verifying packs", 1)?;
    }
    for ((month, pack), (end, families)) in extents.into_iter().filter(|(_, (_, families))| *families > 0) {
        let message = format!("{families} items lie in its first {end} bytes, and the file is missing (I2)");
        check.find("pack-missing", format!("{month}/{pack:04}.pack"), message);
    }
    Ok(())
}

fn one(check: &mut Check<'_>, pack: &PackFile, name: &str, end: u64, families: u64) -> Result<(), VerifyError> {
    if pack.bytes < end {
        check.find("pack-short", name, format!("it has {} bytes where {end} were committed (I2)", pack.bytes));
    }
    if pack.bytes > end {
        let message = format!(
            "{} bytes lie behind the last committed one; the next run that takes in, produces or destroys clears them",
            pack.bytes - end
        );
        check.find("bytes-orphaned", name, message);
    }
    let stretches = check.reading().stretches_of(&pack.month.to_string(), pack.pack)?;
    if stretches.len() as u64 != families {
        let message = format!("{} items lie in it, and {families} are counted", stretches.len());
        check.find("pack-count-differs", name, message);
    }
    let bytes: u64 = stretches.iter().map(|(_, stretch)| stretch.length).sum();
    let counted = check.reading().living_bytes(&pack.month.to_string(), pack.pack)?;
    if bytes != counted {
        // A pack is made smaller by this count.
        let message = format!("{bytes} bytes of items lie in it, and {counted} are counted");
        check.find("pack-count-differs", name, message);
    }
    let path = check.repository.vault().directory().join(pack.month.to_string()).join(format!("{:04}.pack", pack.pack));
    let mut file = File::open(&path).map_err(|error| RepositoryError::io(&path, error))?;
    let mut at = 0;
    let end = end.min(pack.bytes);
    for (family, stretch) in stretches {
        if stretch.offset < at {
            check.find("stretches-overlap", family, format!("its bytes begin inside those before them in {name}"));
        }
        gap(check, &mut file, name, at, stretch.offset)?;
        at = at.max(stretch.offset + stretch.length);
    }
    gap(check, &mut file, name, at, end)
}

/// Bytes between two living stretches are zeros.
fn gap(check: &mut Check<'_>, file: &mut File, name: &str, from: u64, to: u64) -> Result<(), VerifyError> {
    if from >= to {
        return Ok(());
    }
    let io = |error| RepositoryError::io(std::path::Path::new(name), error);
    file.seek(SeekFrom::Start(from)).map_err(io)?;
    let mut left = to - from;
    let mut buffer = vec![0; STEP.min(left as usize)];
    while left > 0 {
        let step = buffer.len().min(left as usize);
        file.read_exact(&mut buffer[..step]).map_err(io)?;
        if buffer[..step].iter().any(|byte| *byte != 0) {
            let message =
                format!("bytes between {from} and {to} belong to nothing that is here, and are not released (I13)");
            check.find("bytes-not-released", name, message);
            return Ok(());
        }
        left -= step as u64;
    }
    Ok(())
}
