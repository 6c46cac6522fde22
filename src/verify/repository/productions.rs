//! I8: production numbers are unique, in order and gapless, over all productions of a prefix and inside each. I9: the
//! sealed copy of each is there, whole, and the one whose manifest was recorded.

use super::families::missing;
use super::redactions::{self, Decided};
use super::{Check, VerifyError};
use crate::base::digest::{PairHasher, Sha256Digest};
use crate::base::id::{FamilyId, ProductionId};
use crate::catalog::SealedAt;
use crate::package::bag;
use crate::package::bundle::{Take, Unbundle};
use crate::package::names;
use crate::repository::{FACTS_SCHEMA, StoredProduction, location_of};
use crate::vault::{Section, VaultError};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Bytes of the longest manifest, log or account that is compared; a line has about a hundred.
const MANIFEST_BYTES: usize = 256 * 1024 * 1024;

pub(super) fn check(check: &mut Check<'_>) -> Result<(), VerifyError> {
    numbers(check)?;
    let mut decided = Decided::default();
    redactions::decided(check, &mut decided)?;
    for (production, family, at, manifest_sha256) in check.reading().sealed_productions()? {
        let (wrong, log) = sealed(check, production, family, &at, &manifest_sha256);
        for (code, message) in wrong {
            check.find(code, production, message);
        }
        if let Some(log) = log {
            redactions::log(check, production, &log, &decided)?;
        }
        check.looked_at("Verifying sealed productions", 1)?;
    }
    Ok(())
}

fn numbers(check: &mut Check<'_>) -> Result<(), VerifyError> {
    let reading = check.reading();
    let ranges = reading.production_ranges()?;
    let gaps = reading.number_gaps()?;
    let mut before: Option<(&str, u32)> = None;
    for (id, prefix, first, last) in &ranges {
        let mut expected = match before {
            Some((one, last)) if one == prefix => last + 1,
            _ => 1,
        };
        // What was given out after a backup that was put back is passed over, and nothing else is.
        for gap in gaps.iter().filter(|gap| gap.sequence == format!("pages {prefix}")) {
            if gap.from == i64::from(expected) && i64::from(*first) > gap.to {
                expected = u32::try_from(gap.to + 1).unwrap_or(expected);
            }
        }
        if *first != expected || last < first {
            let message = format!("its numbers run from {first} to {last}, and {expected} is the next free one (I8)");
            check.find("numbers-differ", id, message);
        }
        let mut next = *first;
        for (record, from, to) in reading.production_pages(*id)? {
            if from != next || to < from {
                check.find("numbers-differ", id, format!("{record} has {from} to {to}, and {next} is next (I8)"));
            }
            next = to.saturating_add(1);
        }
        if next != last.saturating_add(1) {
            check.find(
                "numbers-differ",
                id,
                format!("its items end at {}, not at {last} (I8)", next.saturating_sub(1)),
            );
        }
        before = Some((prefix, *last));
    }
    check.looked_at("Verifying productions", ranges.len() as u64)
}

/// What is wrong: the code of a finding, and a sentence.
type Wrong = (&'static str, String);

/// Opens every byte of a sealed copy, and compares it with its facts, and its files with the recorded manifest.
fn sealed(
    check: &Check<'_>,
    production: ProductionId,
    family: FamilyId,
    at: &SealedAt,
    manifest_sha256: &str,
) -> (Vec<Wrong>, Option<Log>) {
    match opened(check, family, at) {
        Err(wrong) => (vec![wrong], None),
        Ok((facts, digests, files)) => {
            let mut found = files.differences(manifest_sha256);
            let told = (facts.blake3, facts.sha256, facts.bytes) == digests.finish();
            let same = facts.production == production && facts.manifest_sha256 == manifest_sha256;
            if !told || !same || facts.files != files.digests.len() as u64 {
                let message = "its sealed copy is not what its sealed facts tell (I1)".to_owned();
                found.push(("production-changed", message));
            }
            (found, Some(files.log))
        }
    }
}

fn opened(check: &Check<'_>, family: FamilyId, at: &SealedAt) -> Result<(StoredProduction, PairHasher, Files), Wrong> {
    let location = location_of(at).map_err(|error| ("place-damaged", error.to_string()))?;
    let key = match check.repository.keys().key(location.month, family) {
        Ok(Some(key)) => key,
        Ok(None) => return Err(("key-missing", "the key of its sealed copy is not in the key set (I2)".to_owned())),
        Err(error) => return Err(("key-damaged", error.to_string())),
    };
    let vault = check.repository.vault();
    let facts = vault.read(&location, &key, Section::Facts, 0).map_err(missing)?;
    let facts: StoredProduction =
        serde_json::from_slice(&facts).map_err(|error| ("facts-damaged", format!("its facts: {error}")))?;
    if facts.schema > FACTS_SCHEMA {
        return Err(("facts-newer", "a newer program sealed it".to_owned()));
    }
    let mut files = Files::default();
    let mut hashing = Hashing { digests: PairHasher::default(), unbundle: Unbundle::new(&mut files) };
    let read = vault.read_to(&location, &key, Section::Original, 0, &mut hashing);
    let Hashing { digests, unbundle } = hashing;
    match read.and_then(|_| unbundle.finish().map_err(VaultError::Sink)) {
        Ok(()) => Ok((facts, digests, files)),
        Err(VaultError::Sink(error)) => Err(("production-changed", format!("its sealed copy is {error}"))),
        Err(error) => Err(missing(error)),
    }
}

/// Hashes a bundle while it is taken apart.
struct Hashing<'t> {
    digests: PairHasher,
    unbundle: Unbundle<'t>,
}

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unbundle.write_all(bytes)?;
        self.digests.update(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a sealed production tells of its redactions.
#[derive(Default)]
pub(super) struct Log {
    /// The log, empty where there is none.
    pub(super) rows: Vec<u8>,
    /// The account.
    pub(super) statement: Vec<u8>,
}

/// The files of a bundle by their digests; the manifest, the redaction log and the account among them whole.
#[derive(Default)]
struct Files {
    log: Log,
    digests: BTreeMap<String, Sha256Digest>,
    manifest: Vec<u8>,
    path: String,
    hasher: PairHasher,
}

impl Take for Files {
    fn begin(&mut self, path: &str) -> io::Result<()> {
        self.path = path.to_owned();
        Ok(())
    }

    fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        let kept = match self.path.as_str() {
            bag::MANIFEST => &mut self.manifest,
            names::REDACTION_LOG => &mut self.log.rows,
            names::STATEMENT => &mut self.log.statement,
            _ => return Ok(()),
        };
        if kept.len() + bytes.len() <= MANIFEST_BYTES {
            kept.extend_from_slice(bytes);
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        let (_, sha256, _) = std::mem::take(&mut self.hasher).finish();
        self.digests.insert(std::mem::take(&mut self.path), sha256);
        Ok(())
    }
}

impl Files {
    /// Whether the manifest is the recorded one, and every file in it the one it lists.
    fn differences(&self, manifest_sha256: &str) -> Vec<Wrong> {
        let wrong = |message: String| vec![("production-changed", message)];
        if self.digests.get(bag::MANIFEST).map(ToString::to_string).as_deref() != Some(manifest_sha256) {
            return wrong("the manifest in its sealed copy is not the one that was recorded (I9)".to_owned());
        }
        let listed = std::str::from_utf8(&self.manifest).ok().and_then(|text| bag::manifest(text).ok());
        let Some(listed) = listed else {
            return wrong("the manifest in its sealed copy cannot be read (I9)".to_owned());
        };
        let delivered: BTreeMap<String, String> = self
            .digests
            .iter()
            .filter(|(path, _)| path.starts_with("data/"))
            .map(|(path, digest)| (path.clone(), digest.to_string()))
            .collect();
        if delivered == listed {
            return Vec::new();
        }
        let same = |path: &&String| delivered.get(*path) == listed.get(*path);
        let differing = delivered.keys().chain(listed.keys()).find(|path| !same(path));
        let path = differing.map_or("a file", String::as_str);
        wrong(format!("{path} in its sealed copy is not what the recorded manifest lists (I9)"))
    }
}
